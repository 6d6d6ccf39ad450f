"""Follow a branch with care where another one may be near, and say where branches meet.

`_continuation.py` is quick, and asks for help where a change of the unknowns comes back about as large as it went. Here
the whole Jacobian is worked out at every point. Bordered by the tangent, it must not change by more than half of what
would make it singular between one point and the next: then the sign of its determinant is the same at both, and a
branch that crosses between them is all but ruled out. Steps become as short as that takes. Where a step would be lost
in the rounding of F, two branches meet as far as numbers can tell: a bifurcation. It is counted, and the curve is
followed straight on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from servanda.arrays import Floats
from servanda.parallel import Progress
from servanda.solver import _continuation

NEAR = 0.5  # real eigenvalue of F_x beyond which another branch may be near; it is where one is 1
CALM = 0.3
NARROW = 0.5  # how much of what would make it singular the bordered Jacobian may change in a step
WANTED = 0.3
BESIDE = 0.3  # how far beside its guess a point may be, in steps
SINGULAR = 1e-7  # least singular value told from 0: a relative difference of 1e-15 in worth makes about that
APART = 3e-6  # between the values of F from which derivatives are worked out
WIDE = 64  # unknowns up to which derivatives are taken in all directions
DOUBTFUL = 1e-5  # step so short that a direction must be missing; then derivatives are taken in all of them
FAINT = 1e-7  # what is left out otherwise, of the largest answer
COARSE = 1e-2
SMALLEST = 1e-12
SETTLED = 1e-11  # a correction that need not be followed by another
ROUNDING = 2e-15  # of F
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
        Of the quick following. If no other branch is near, it can go on; otherwise this becomes where the branch ends,
        having been followed once more from where none was near.
    """
    of, n = _continuation, play.size
    count = state.count
    curve = Curve(play.image, n)
    straight = count[of.FOLDS] == count[of.CALM_FOLDS]  # a curve turns only where some change comes back as it went
    if count[of.PHASE] == of.ALARMED and straight and curve.strongest(state.point) <= NEAR:
        if count[of.AT_END]:
            of.copy(state.best, state.probe)
            count[of.PHASE] = of.ARRIVED
        else:
            of.copy(state.point, state.calm)
            of.copy(state.tangent, state.calm_tangent)
            state.size[of.NEXT_LOOK] = 1.3 * state.point[n]
            of._guess(state)
        return
    if count[of.STEPS] < count[of.MOST_STEPS] and n:
        start = None
        if state.calm[n] > 0.0 and curve.strongest(state.calm) <= CALM:
            start = state.calm, state.calm_tangent
        end = curve.follow(start, int(count[of.MOST_STEPS]), progress, play.game.plan)
        if end.m == 1.0 or count[of.PHASE] == of.ALARMED or end.m > state.point[n]:
            state.point[:n], state.point[n] = end.x, end.m
            count[of.STEPS] += end.steps
            count[of.FOLDS], count[of.BIFURCATIONS], state.size[of.SPLIT] = end.folds, end.bifurcations, end.split
    count[of.VALUES] += curve.values
    count[of.PHASE] = of.ARRIVED


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
class Curve:
    """The curve x = F(x, m), and how often F was worked out."""

    image: Callable[[Floats, float], Floats]
    n: int
    values: int = 0
    everywhere: bool = False  # take derivatives in all directions, however many there are

    # -------------------------------------------------------------------------------------------- F and derivatives

    def gap(self, at: Floats) -> Floats:
        self.values += 1
        return at[:-1] - self.image(at[:-1], float(at[-1]))

    def along(self, at: Floats, way: Floats) -> Floats:
        """How the gap changes in a direction."""
        return (self.gap(at + APART * way) - self.gap(at - APART * way)) / (2 * APART)

    def strongest(self, at: Floats) -> float:
        """The largest real part of an eigenvalue of F_x that is real or nearly so; infinite if there are no numbers."""
        if not np.isfinite(at).all():
            return np.inf
        ways, answers = self.answers(at, COARSE, [])
        if not np.isfinite(answers).all():
            return np.inf
        values = np.linalg.eigvals(ways @ answers)
        real = values.real[np.abs(values.imag) <= 0.5 * values.real]
        return float(real.max(initial=0.0))

    def slopes(self, at: Floats) -> Floats:
        """How the gap changes with x and m, (n, n + 1)."""
        by_m = self.along(at, np.eye(self.n + 1)[self.n])
        ways, answers = self.answers(at, FAINT, [-by_m])
        return np.column_stack([np.eye(self.n) - answers @ ways, by_m])

    def answers(self, at: Floats, faint: float, more: list[Floats]) -> tuple[Floats, Floats]:
        """Directions (k, n), orthonormal, and how F answers to a change of x along each, (n, k).

        All directions, if there are not too many. Otherwise two without any order, where their answers lead, where the
        answers to these lead, and so on: across all of these F is taken not to change. Where it does,
        corrections fail however short the step, and `follow` begins anew with all directions.
        """
        n = self.n
        if self.everywhere or n <= WIDE:
            ways = np.eye(n)
            return ways, np.column_stack([way - self.along(at, np.append(way, 0.0)) for way in ways])
        basis = np.zeros((0, n))
        answers: list[Floats] = []
        waiting = [_any_direction(n, 1), _any_direction(n, 2), *more]
        starts, largest = len(waiting), 0.0
        while waiting and len(basis) < n:
            new, starts = waiting.pop(0), starts - 1
            size = float(np.linalg.norm(new))
            for _ in range(2):
                new = new - basis.T @ (basis @ new)
            left = float(np.linalg.norm(new))
            if not left > (1e-6 * size if starts >= 0 else faint * largest):
                continue
            answer = new / left - self.along(at, np.append(new / left, 0.0))
            basis = np.vstack([basis, new / left])
            answers.append(answer)
            largest = max(largest, float(np.linalg.norm(answer)))
            waiting.append(answer)
        return basis, np.column_stack(answers)

    # -------------------------------------------------------------------------------------------- points

    def point(self, at: Floats, sense: Floats) -> _Point:
        """Work out the direction of the curve at a point on it, in the sense of another direction."""
        slopes = self.slopes(at)
        if not np.isfinite(slopes).all():
            raise _Lost
        tangent = _solve(np.vstack([slopes, sense]), np.append(np.zeros(self.n), 1.0))
        return _Point(at, slopes, tangent / np.linalg.norm(tangent))

    def correct(self, guess: Floats, border: Floats, step: float) -> Floats | None:
        """Bring a guess to the curve, at right angles to the border; None if that leads too far away."""
        slopes = self.slopes(guess)
        if not np.isfinite(slopes).all():
            return None
        inverse = np.linalg.inv(np.vstack([slopes, border]))
        at, last = guess, np.inf
        near = min(SETTLED + ROUNDING * float(np.linalg.norm(inverse)), 0.05 * step)
        for _ in range(CORRECTIONS):
            gap = self.gap(at)
            if not np.isfinite(gap).all():
                return None
            move = inverse[:, :-1] @ gap
            far = float(np.linalg.norm(move))
            if far > 0.5 * last:
                return at if last < near else None
            at, last = at - move, far
            if not np.linalg.norm(at - guess) <= BESIDE * step + 1e-13:
                return None
            if far <= 1e-15:
                return at
        return at if last < near else None

    def ahead(self, here: _Point, step: float) -> Floats | None:
        """The point of the curve a step ahead, if it is near the tangent."""
        return self.correct(here.at + step * here.tangent, here.tangent, step)

    # -------------------------------------------------------------------------------------------- following

    def follow(self, start: tuple[Floats, Floats] | None, most: int, progress: Progress | None, plan: str) -> _End:
        """Follow the curve from a point and a direction, or from m = 0, to where it first meets m = 1."""
        n = self.n
        if start is None:
            start = np.append(-self.gap(np.zeros(n + 1)), 0.0), np.append(np.zeros(n), 1.0)
        at, sense = start[0].copy(), start[1].copy()
        end = _End(at[:n], float(at[n]))
        try:
            if at[n] > 0.0:
                found = self.correct(at, sense, FIRST)
                if found is None:
                    raise _Lost
                at = found
            here = self.point(at, sense)
            side = _side(here)
            step = FIRST
            while end.steps < most:
                if progress is not None:
                    progress(f"solving {plan}", float(here.at[n]))
                matrix = here.bordered(here.tangent)
                inverse = np.linalg.inv(matrix)
                least = 1.0 / float(np.linalg.norm(inverse))
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
                    if step < DOUBTFUL and n > WIDE and not self.everywhere:
                        self.everywhere = True
                        return self.follow(start, most, progress, plan)
                    continue
                new = self.point(at, here.tangent)
                change = _radius(inverse @ (new.bordered(here.tangent) - matrix))
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
                least = 1.0 / float(np.linalg.norm(np.linalg.inv(new.bordered(new.tangent))))
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
        inverse = np.linalg.inv(self.slopes(np.append(x, 1.0))[:, :n])
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
    found = np.asarray(np.linalg.solve(matrix, right), dtype=np.float64)
    if not np.isfinite(found).all():
        raise _Lost
    return found


def _any_direction(n: int, which: int) -> Floats:
    """A direction without any order, always the same."""
    spread = 43758.5453 * np.sin(12.9898 * np.arange(1, n + 1) + 78.233 * which)
    return spread - np.floor(spread) - 0.5


def _radius(matrix: Floats) -> float:
    """A number that no eigenvalue exceeds, and hardly above the largest."""
    size = float(np.linalg.norm(matrix))
    if not 0.0 < size < np.inf:
        return size
    power = matrix / size
    for _ in range(3):
        power = power @ power
    return size * float(np.linalg.norm(power)) ** 0.125


def _side(point: _Point) -> float:
    """The sign of the determinant of the derivatives, bordered by the direction of the curve."""
    return float(np.linalg.slogdet(point.bordered(point.tangent))[0])
