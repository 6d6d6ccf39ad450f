"""Follow a branch with care where another one may be near, and say where branches meet.

`_continuation.py` is quick, and asks for help where a change of the unknowns comes back about as large as it went. Here
the whole Jacobian is worked out at every point. Bordered by the tangent, it must not change by more than half of what
would make it singular between one point and the next: then the sign of its determinant is the same at both, and a
branch that crosses between them is all but ruled out. Steps become as short as that takes. Where a step would be lost
in the rounding of F, two branches meet as far as numbers can tell: a bifurcation. It is counted, and the curve is
followed straight on.

Among very many unknowns nothing is worked out whole. The largest eigenvalues are found in a Krylov space, and the
Jacobian is what F answers along the directions in which that is worth having (W. E. Arnoldi 1951, Quarterly of Applied
Mathematics 9:17-29; G. M. Shroff and H. B. Keller 1993, SIAM Journal on Numerical Analysis 30:1099-1120).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from servanda.arrays import Floats
from servanda.parallel import Progress
from servanda.solver import _continuation
from servanda.solver._slopes import Few, Learning, Lost, Whole

NEAR = 0.5  # real eigenvalue of F_x beyond which another branch may be near; it is where one is 1
CALM = 0.3
NARROW = 0.5  # how much of what would make it singular the bordered Jacobian may change in a step
WANTED = 0.3
BESIDE = 0.3  # how far beside its guess a point may be, in steps
CLEAR = 1e-5  # least singular value down to which the curve's direction is above what rounding makes of it
SINGULAR = 1e-7  # least singular value told from 0: a relative difference of 1e-15 in worth makes about that
APART = 3e-6  # between the values of F from which derivatives are worked out
WIDE = 64  # unknowns up to which derivatives are taken in all directions
DOUBTFUL = 1e-5  # step so short that a direction must be missing; then derivatives are taken in all of them
FAINT = 1e-7  # what is left out otherwise, of the largest answer
COARSE = 1e-2
FINE = 1e-4  # beyond it derivatives are worked out from values on both sides
SMALLEST = 1e-12
SETTLED = 1e-11  # a correction that need not be followed by another
ROUNDING = 2e-15  # of F
FIRST = 1e-3
LARGEST = 1.0
CORRECTIONS = 8
AGAIN = (1.15, 3.0)  # how much further m may grow, among very many unknowns, before they are looked at again
ALLOWED = 0.8  # of NEAR: what is expected there, if answers grow with the square of m
NUDGE = 1e-7  # in a Krylov space among very many unknowns
SIZE = 40  # of that, at most
BLURRED = 0.1  # an eigenvalue that is known so well need not be known better
WAYS, MOST_WAYS, NUMBERS = 60, 300, 4_000_000  # along which the Jacobian is known, and numbers that these take
STRONG = 0.1  # answers along these are asked for again at the next point
MOST_VALUES = 20_000  # of F, among very many unknowns
POLISHED = 40


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
    if curve.is_vast:
        curve.look, curve.looks = state.look, int(count[of.LOOKS])
        count[of.LOOKS] += 1
    straight = count[of.FOLDS] == count[of.CALM_FOLDS]  # a curve turns only where some change comes back as it went
    strongest = curve.strongest(state.point) if count[of.PHASE] == of.ALARMED and straight else np.inf
    if strongest <= NEAR:
        if count[of.AT_END]:
            state.probe[:] = state.best
            count[of.PHASE] = of.ARRIVED
        else:
            state.calm[:] = state.point
            state.calm_tangent[:] = state.tangent
            state.size[of.NEXT_LOOK] = (_growth(strongest) if curve.is_vast else 1.3) * state.point[n]
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
    """A point on the curve, with the derivatives there and the direction of the curve."""

    at: Floats
    slopes: Any
    tangent: Floats


@dataclass
class Curve:
    """The curve x = F(x, m), and how often F was worked out."""

    image: Callable[[Floats, float], Floats]
    n: int
    values: int = 0
    everywhere: bool = False  # take derivatives in all directions, however many there are
    # Among very many unknowns:
    look: Floats | None = None  # where the eigenvalue was largest when last looked for; written into
    looks: int = 0
    kept: Floats | None = None  # directions that mattered at the last point
    faint: float = COARSE  # how well directions are found

    @property
    def is_vast(self) -> bool:
        """Whether there are too many unknowns for a square matrix of them."""
        return self.n > _continuation.SQUARE

    @property
    def most_ways(self) -> int:
        return min(MOST_WAYS, max(WAYS, NUMBERS // self.n))

    # -------------------------------------------------------------------------------------------- F and derivatives

    def gap(self, at: Floats) -> Floats:
        self.values += 1
        if self.is_vast and self.values > MOST_VALUES:
            raise Lost
        return at[:-1] - self.image(at[:-1], float(at[-1]))

    def along(self, at: Floats, way: Floats, gap: Floats | None = None) -> Floats:
        """How the gap changes in a direction; once less is worked out, and less well, if the gap is given."""
        if gap is not None:
            return (self.gap(at + NUDGE * way) - gap) / NUDGE
        return (self.gap(at + APART * way) - self.gap(at - APART * way)) / (2 * APART)

    def strongest(self, at: Floats) -> float:
        """The largest real part of an eigenvalue of F_x that is real or nearly so; infinite if there are no numbers."""
        if not np.isfinite(at).all():
            return np.inf
        if self.is_vast:
            return self._rightmost(at)
        ways, answers = self.answers(at, COARSE, [])
        if not np.isfinite(answers).all():
            return np.inf
        return _largest_real(np.linalg.eigvals(ways @ answers))

    def _rightmost(self, at: Floats) -> float:
        """The same in a Krylov space, no larger than it takes to know it, from where it was when last looked for."""
        n = self.n
        gap = self.gap(at)
        way = _any_direction(n, 1 + self.looks)
        way /= np.linalg.norm(way)
        if self.look is not None and np.linalg.norm(self.look) > 0.0:
            way = self.look / np.linalg.norm(self.look) + 0.3 * way
        basis = np.zeros((SIZE, n))
        seen = np.zeros((SIZE + 1, SIZE))
        values, vectors = np.zeros(1), np.ones((1, 1))
        for k in range(min(SIZE, n)):
            basis[k] = way / np.linalg.norm(way)
            way = basis[k] - (self.gap(at + np.append(NUDGE * basis[k], 0.0)) - gap) / NUDGE
            if not np.isfinite(way).all():
                return np.inf
            for _ in range(2):
                along = basis[: k + 1] @ way
                way -= along @ basis[: k + 1]
                seen[: k + 1, k] += along
            seen[k + 1, k] = np.linalg.norm(way)
            values, vectors = np.linalg.eig(seen[: k + 1, : k + 1])
            doubt = seen[k + 1, k] * np.abs(vectors[-1])
            if seen[k + 1, k] < 1e-6 or (k >= 3 and ((values.real + doubt <= NEAR) | (doubt <= BLURRED)).all()):
                break
        real = np.where(np.abs(values.imag) <= 0.5 * values.real, values.real, -np.inf)
        best = vectors[:, np.argmax(real if real.max() > 0.0 else values.real)].real
        if self.look is not None:
            self.look[:] = best @ basis[: len(best)]
        return _largest_real(values)

    def slopes(self, at: Floats) -> Whole | Few:
        """How the gap changes with x and m."""
        if self.is_vast:
            return self._few(at)
        by_m = self.along(at, np.eye(self.n + 1)[self.n])
        ways, answers = self.answers(at, FAINT, [-by_m])
        return Whole(np.column_stack([np.eye(self.n) - answers @ ways, by_m]))

    def _few(self, at: Floats) -> Few:
        """The same among very many unknowns: along what m does, what mattered last, and where that leads.

        As many directions as it takes to know the curve's direction and every eigenvalue that could come near 1.
        """
        n, k = self.n, 0
        gap = self.gap(at) if self.faint > FINE else None
        by_m = self.along(at, np.append(np.zeros(n), 1.0), gap)
        ways, answers = np.zeros((self.most_ways, n)), np.zeros((n, self.most_ways))
        kept = [] if self.kept is None else list(self.kept)
        waiting = [-by_m, *kept, _any_direction(n, 1)]
        starts = len(waiting)
        while waiting and k < self.most_ways:
            way, starts = waiting.pop(0), starts - 1
            size = float(np.linalg.norm(way))
            for _ in range(2):
                way = way - (ways[:k] @ way) @ ways[:k]
            left = float(np.linalg.norm(way))
            if not left > (1e-6 * size if starts >= 0 else 1e-9):
                continue
            ways[k] = way / left
            answers[:, k] = ways[k] - self.along(at, np.append(ways[k], 0.0), gap)
            waiting.append(answers[:, k])
            k += 1
            if starts <= 0 and k % 4 == 0 and not self.everywhere and self._is_enough(ways[:k], answers[:, :k], by_m):
                break
        return Few(ways[:k], answers[:, :k], by_m)

    def _is_enough(self, ways: Floats, answers: Floats, by_m: Floats) -> bool:
        """Whether the curve's direction and the eigenvalues that matter lie among these directions."""
        inner = ways @ answers
        if not np.isfinite(inner).all():
            return True
        ahead = by_m + answers @ np.linalg.solve(np.eye(len(ways)) - inner, ways @ by_m)
        if np.linalg.norm(ahead - (ways @ ahead) @ ways) > 10.0 * self.faint * np.linalg.norm(ahead):
            return False
        values, vectors = np.linalg.eig(inner)
        vectors = vectors[:, values.real > CALM]
        beside = answers @ vectors - (ways.T @ vectors) * values[values.real > CALM]
        return bool((np.linalg.norm(beside, axis=0) <= 10.0 * self.faint).all())

    def _keep(self, slopes: Whole | Few) -> None:
        """Remember the directions along which answers are strong."""
        if isinstance(slopes, Few):
            squares, turned = np.linalg.eigh(slopes.answers.T @ slopes.answers)
            most = turned[:, squares > STRONG**2][:, -self.most_ways // 3 :]
            self.kept = most.T[::-1] @ slopes.ways

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
        if not slopes.is_finite:
            raise Lost
        self._keep(slopes)
        return _Point(at, slopes, slopes.bordered(sense).tangent())

    def correct(self, guess: Floats, border: Floats, step: float, known: Whole | Few | None = None) -> Floats | None:
        """Bring a guess to the curve, at right angles to the border; None if that leads too far away."""
        slopes = known or self.slopes(guess)
        if not slopes.is_finite:
            return None
        bordered = slopes.bordered(border)
        closing = Learning(bordered).move if self.is_vast else bordered.move
        at, last = guess, np.inf
        near = min(SETTLED + ROUNDING * bordered.size, 0.05 * step)
        for _ in range(CORRECTIONS):
            gap = self.gap(at)
            if not np.isfinite(gap).all():
                return None
            move = closing(gap)
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
        known = here.slopes if self.is_vast else None
        return self.correct(here.at + step * here.tangent, here.tangent, step, known)

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
                    raise Lost
                at = found
            here = self.point(at, sense)
            side = here.slopes.bordered(here.tangent).side
            step, straight = FIRST, here.tangent
            while end.steps < most:
                if progress is not None:
                    progress(f"solving {plan}", float(here.at[n]))
                bordered = here.slopes.bordered(here.tangent)
                least = 1.0 / bordered.size
                straight = here.tangent if least > CLEAR else straight
                self.faint = FAINT if self.everywhere else float(np.clip(0.1 * least, FAINT, COARSE))
                if not least > SINGULAR or (step < SMALLEST and least < 1000 * SINGULAR):
                    if self.is_vast:
                        here = _Point(here.at, here.slopes, straight)
                    here, step = self.across(here), FIRST
                    end.split = end.split if end.bifurcations else float(here.at[n])
                    end.bifurcations += 1
                    end.steps += 1
                    side = here.slopes.bordered(here.tangent).side
                    continue
                if step < SMALLEST:
                    raise Lost
                at = self.ahead(here, step)
                if at is None:
                    step /= 2
                    if step < DOUBTFUL and n > WIDE and not self.everywhere:
                        self.everywhere = True
                        return self.follow(start, most, progress, plan)
                    continue
                new = self.point(at, here.tangent)
                change = bordered.change(new.slopes)
                turned = new.tangent[n] * here.tangent[n] < 0
                swapped = new.slopes.bordered(new.tangent).side != side
                beyond = max(at[n], here.at[n]) + step * max(new.tangent[n], here.tangent[n], 0.0) >= 1.0
                if not change <= NARROW or swapped or (turned and beyond and step > 1e-7):
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
        except (Lost, np.linalg.LinAlgError):
            pass
        return end

    def across(self, here: _Point) -> _Point:
        """Go straight on across a point where branches meet."""
        step = 1e-7
        while step < 0.1:
            at = self.correct(here.at + step * here.tangent, here.tangent, step)
            if at is not None:
                new = self.point(at, here.tangent)
                least = 1.0 / new.slopes.bordered(new.tangent).size
                if new.tangent @ here.tangent > 0.9 and least > 30 * SINGULAR:
                    return new
            step *= 2
        raise Lost

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
                raise Lost
            if found[n] >= 1.0:
                high, at, after = middle, found, found[n] - 1.0
            else:
                low, before = middle, found[n] - 1.0
        x = at[:n] - (at[n] - 1.0) * new.tangent[:n] / max(float(new.tangent[n]), 1e-3)
        best, least = x, np.inf
        closing = self.slopes(np.append(x, 1.0)).held()
        worse = 0
        for _ in range(POLISHED):
            gap = self.gap(np.append(x, 1.0))
            size = float(np.abs(gap).max())
            worse = 0 if size < least else worse + 1
            if size < least:
                best, least = x, size
            if not np.isfinite(size) or worse == 3 or least <= 1e-16:
                break
            x = x - closing(gap)
        return best


def _any_direction(n: int, which: int) -> Floats:
    """A direction without any order, always the same."""
    spread = 43758.5453 * np.sin(12.9898 * np.arange(1, n + 1) + 78.233 * which)
    return spread - np.floor(spread) - 0.5


def _largest_real(values: Any) -> float:
    return float(values.real[np.abs(values.imag) <= 0.5 * values.real].max(initial=0.0))


def _growth(strongest: float) -> float:
    """By how much m may grow until answers are looked at again, if they grow with its square."""
    return float(np.clip(np.sqrt(ALLOWED * NEAR / max(strongest, 1e-9)), *AGAIN))
