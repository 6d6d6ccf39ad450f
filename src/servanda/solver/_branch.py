"""Follow a branch where another one may be near: nothing is jumped over, or it is said where the branches meet.

`_continuation.py` is quick, and asks for help where a change of the unknowns comes back about as large as it went. Here
the whole Jacobian is worked out at every point. Bordered by the tangent, it must not change by more than half of what
would make it singular between one point and the next: then no other branch crosses between them, and the sign of its
determinant stays. Steps become as short as that takes. Where a step would be lost in the rounding of F, two branches
meet as far as numbers can tell: a bifurcation. It is counted, and the curve is followed straight on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.arrays import Floats
from servanda.parallel import Progress
from servanda.solver import _continuation

NEAR = 0.5  # real eigenvalue of F_x beyond which another branch may be near; it is where one is 1
NARROW = 0.5  # how much of what would make it singular the bordered Jacobian may change in a step
WANTED = 0.3
BESIDE = 0.3  # how far beside its guess a point may be, in steps
SINGULAR = 3e-9  # least singular value that is told from 0
APART = 3e-6  # between the values of F from which derivatives are worked out
WIDE = 64  # unknowns up to which derivatives are taken in all directions
FAINT = 1e-7  # what is left out otherwise, of the largest answer
SMALLEST = 1e-12
FIRST = 1e-3
LARGEST = 1.0
CORRECTIONS = 8
POLISHED = 40


class _Lost(Exception):
    """The curve cannot be followed any further."""


def look_closer(play: Any, state: Any, progress: Progress | None) -> None:
    """Go on where the quick following was stuck or alarmed.

    Parameters
    ----------
    play : Workspace
        Of the draw that is being solved, with a state of its own.
    state : State
        Of the quick following. If no other branch was near, it can go on; otherwise this is where the branch ends,
        having been followed from precision zero once more.
    """
    of, n = _continuation, play.size
    count = state.count
    curve = _Curve(play.image, n)
    if count[of.PHASE] == of.ALARMED:
        x, m = state.point[:n].copy(), float(state.point[n])
        if np.isfinite(x).all() and _strongest(curve.slopes(x, m)) <= NEAR:
            if count[of.AT_END]:
                of.copy(state.best, state.probe)
                count[of.PHASE] = of.ARRIVED
            else:
                state.size[of.NEXT_LOOK] = 1.3 * m
                of._guess(state)
            return
    if count[of.STEPS] < count[of.MOST_STEPS] and n:
        end = curve.follow(int(count[of.MOST_STEPS]), progress, play.game.plan)
        if end.m == 1.0 or count[of.PHASE] == of.ALARMED or end.m > state.point[n]:
            state.point[:n], state.point[n] = end.x, end.m
            count[of.STEPS], count[of.FOLDS], count[of.BIFURCATIONS] = end.steps, end.folds, end.bifurcations
            state.size[of.SPLIT] = end.split
    count[of.VALUES] += curve.values
    count[of.EXAMINED], count[of.PHASE] = 1, of.ARRIVED


def _strongest(slopes: Floats) -> float:
    """The largest real part of an eigenvalue that is real or nearly so; infinite if there are no numbers."""
    if not np.isfinite(slopes).all():
        return np.inf
    values = np.linalg.eigvals(slopes)
    real = values.real[np.abs(values.imag) <= 0.5 * values.real]
    return float(real.max(initial=0.0))


@dataclass
class _End:
    """Where a branch ends, and what was met on the way; `split`: where it first met another one."""

    x: Floats
    m: float = 0.0
    steps: int = 0
    folds: int = 0
    bifurcations: int = 0
    split: float = 0.0


@dataclass
class _Point:
    """A point on the curve, with the derivatives there, (n, n + 1), and the direction of the curve."""

    at: Floats
    slopes: Floats
    tangent: Floats

    def bordered(self, by: Floats) -> Floats:
        return np.vstack([self.slopes, by])


@dataclass
class _Curve:
    """The curve x = F(x, m), and how often F was worked out."""

    image: Callable[[Floats, float], Floats]
    n: int
    values: int = 0
    seen: list[Floats] = field(default_factory=list[Floats])

    # -------------------------------------------------------------------------------------------- F and derivatives

    def gap(self, at: Floats) -> Floats:
        self.values += 1
        return at[:-1] - self.image(at[:-1], float(at[-1]))

    def along(self, at: Floats, way: Floats) -> Floats:
        """How the gap changes in a direction."""
        return (self.gap(at + APART * way) - self.gap(at - APART * way)) / (2 * APART)

    def slopes(self, x: Floats, m: float) -> Floats:
        """How F changes with x, (n, n)."""
        return np.eye(self.n) - self.gap_slopes(np.append(x, m))[:, :-1]

    def gap_slopes(self, at: Floats) -> Floats:
        """How the gap changes with x and m, (n, n + 1)."""
        n, ways = self.n, np.eye(self.n + 1)
        by_m = self.along(at, ways[n])
        if n <= WIDE:
            return np.column_stack([*(self.along(at, way) for way in ways[:n]), by_m])
        # Along what answers there are, from directions taken at random; in all others F is taken not to change.
        rng = np.random.default_rng(n)
        basis: list[Floats] = []
        answers: list[Floats] = []
        waiting = [rng.normal(size=n), rng.normal(size=n), -by_m, *self.seen]
        largest, starts = 0.0, len(waiting)
        while waiting and len(basis) < n:
            new = waiting.pop(0)
            starts, size = starts - 1, float(np.linalg.norm(new))
            for _ in range(2):
                for old in basis:
                    new = new - (old @ new) * old
            left = float(np.linalg.norm(new))
            if not left > (1e-6 * size if starts >= 0 else FAINT * largest):
                continue
            way = new / left
            answer = way - self.along(at, np.append(way, 0.0))
            basis.append(way)
            answers.append(answer)
            largest = max(largest, float(np.linalg.norm(answer)))
            waiting.append(answer)
        return np.column_stack([np.eye(n) - np.column_stack(answers) @ np.array(basis), by_m])

    # -------------------------------------------------------------------------------------------- points

    def point(self, at: Floats, sense: Floats) -> _Point:
        """Work out the direction of the curve at a point on it, in the sense of another direction."""
        slopes = self.gap_slopes(at)
        if not np.isfinite(slopes).all():
            raise _Lost
        tangent = _solve(np.vstack([slopes, sense]), np.append(np.zeros(self.n), 1.0))
        return _Point(at, slopes, tangent / np.linalg.norm(tangent))

    def correct(self, guess: Floats, matrix: Floats, step: float) -> Floats | None:
        """Bring a guess to the curve, at right angles to the border; None if that leads too far away."""
        at, last = guess, np.inf
        for _ in range(CORRECTIONS):
            gap = self.gap(at)
            if not np.isfinite(gap).all():
                return None
            move = _solve(matrix, np.append(gap, 0.0))
            far = float(np.linalg.norm(move))
            if far > 0.5 * last:
                return at if last < 1e-11 else None
            at, last = at - move, far
            if not np.linalg.norm(at - guess) <= BESIDE * step + 1e-13:
                return None
            if far <= 1e-15:
                return at
        return at if last < 1e-11 else None

    def ahead(self, here: _Point, step: float) -> Floats | None:
        """The point of the curve a step ahead, if it is near the tangent."""
        guess = here.at + step * here.tangent
        slopes = self.gap_slopes(guess)
        if not np.isfinite(slopes).all():
            return None
        return self.correct(guess, np.vstack([slopes, here.tangent]), step)

    # -------------------------------------------------------------------------------------------- following

    def follow(self, most: int, progress: Progress | None, plan: str) -> _End:
        """Follow the curve from m = 0 to where it first meets m = 1."""
        n = self.n
        start = np.append(-self.gap(np.zeros(n + 1)), 0.0)
        end = _End(start[:n])
        try:
            here = self.point(start, np.append(np.zeros(n), 1.0))
            side = _side(here)
            step = FIRST
            while end.steps < most:
                if progress is not None:
                    progress(f"solving {plan}", float(here.at[n]))
                matrix = here.bordered(here.tangent)
                least = float(np.linalg.svd(matrix, compute_uv=False)[-1])
                if not least > SINGULAR or (step < SMALLEST and least < 1000 * SINGULAR):
                    here, step = self.across(here), FIRST
                    end.split = end.split if end.bifurcations else float(here.at[n])
                    end.bifurcations += 1
                    end.steps += 1
                    side = _side(here)
                    continue
                if step < SMALLEST:
                    raise _Lost
                at = self.ahead(here, step)
                if at is None:
                    step /= 2
                    continue
                new = self.point(at, here.tangent)
                change = float(np.linalg.norm(_solve(matrix, new.bordered(here.tangent) - matrix), 2))
                turned = new.tangent[n] * here.tangent[n] < 0
                beyond = max(at[n], here.at[n]) + step * max(new.tangent[n], here.tangent[n], 0.0) >= 1.0
                if not change <= NARROW or _side(new) != side or (turned and beyond and step > 1e-7):
                    step *= min(0.5, max(0.1, WANTED / change)) if change > 0 else 0.5
                    continue
                end.steps += 1
                if at[n] >= 1.0:
                    end.x, end.m = self.arrive(here, new, step), 1.0
                    return end
                end.folds += int(turned)
                end.x, end.m = at[:n], float(at[n])
                here = new
                step = min(LARGEST, step * min(2.0, WANTED / max(change, 1e-9)))
        except (_Lost, np.linalg.LinAlgError):
            pass
        return end

    def across(self, here: _Point) -> _Point:
        """Go straight on across a point where branches meet."""
        step = 1e-7
        while step < 0.1:
            at = self.ahead(here, step)
            if at is not None:
                new = self.point(at, here.tangent)
                least = np.linalg.svd(new.bordered(new.tangent), compute_uv=False)[-1]
                if new.tangent @ here.tangent > 0.9 and least > 30 * SINGULAR:
                    return new
            step *= 2
        raise _Lost

    def arrive(self, here: _Point, new: _Point, step: float) -> Floats:
        """Where the curve meets m = 1 within a step that leads across."""
        n = self.n
        low, high, at = 0.0, step, new.at
        before, after = here.at[n] - 1.0, new.at[n] - 1.0
        for _ in range(60):
            if after <= 1e-9 or high - low <= 1e-9:
                break
            share = min(0.9, max(0.1, -before / (after - before)))
            middle = low + share * (high - low)
            found = self.ahead(here, middle)
            if found is None:
                raise _Lost
            if found[n] >= 1.0:
                high, at, after = middle, found, found[n] - 1.0
            else:
                low, before = middle, found[n] - 1.0
        x = at[:n] - (at[n] - 1.0) * new.tangent[:n] / max(float(new.tangent[n]), 1e-3)
        best, least = x, np.inf
        inverse = np.linalg.inv(self.gap_slopes(np.append(x, 1.0))[:, :n])
        worse = 0
        for _ in range(POLISHED):
            gap = self.gap(np.append(x, 1.0))
            size = float(np.abs(gap).max())
            worse = 0 if size < least else worse + 1
            if size < least:
                best, least = x, size
            if not np.isfinite(size) or worse == 3 or least <= 1e-16:
                break
            x = x - inverse @ gap
        return best


def _solve(matrix: Floats, right: Floats) -> Floats:
    found: Floats = np.linalg.solve(matrix, right)
    if not np.isfinite(found).all():
        raise _Lost
    return found


def _side(point: _Point) -> float:
    """The sign of the determinant of the derivatives, bordered by the direction of the curve."""
    return float(np.linalg.slogdet(point.bordered(point.tangent))[0])
