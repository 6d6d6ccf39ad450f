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
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.arrays import Floats
from servanda.parallel import Progress
from servanda.solver import _continuation
from servanda.solver._slopes import Few, FewBordered, Lost, Whole, WholeBordered

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
BLUR = 0.03  # of what would make it singular: how well the Jacobian is known, among very many unknowns
FINE = 1e-3  # least singular value below which derivatives are worked out from values on both sides
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
NEW = 0.3  # of a direction without any order in the first one
BLURRED = 0.1  # an eigenvalue that is known so well need not be known better
WAYS, MOST_WAYS, NUMBERS = 60, 300, 4_000_000  # along which the Jacobian is known, and numbers that these take
MOST_VALUES = 20_000  # of F, among very many unknowns
POLISHED = 40
INNER = 20  # directions in which a linear equation is solved among very many unknowns
ENOUGH, EXACT = 0.03, 1e-4  # of its solution left out, for a correction and for the curve's direction
NEARLY = 1e-4  # of a step, that a correction need not be followed by another among very many unknowns


def look_closer(play: Any, state: Any, progress: Progress | None) -> None:
    """Go on where the quick following was stuck or alarmed.

    Parameters
    ----------
    play : Workspace
        Of the draw that is being solved, with a state of its own.
    state : State
        Of the quick following. If no other branch is near, it can go on; otherwise this becomes where the branch ends,
        having been followed once more from where none was near. If it was begun at another solution, it is begun
        anew at m = 0.
    """
    of, n = _continuation, play.size
    count = state.count
    curve = Curve(play.image, n)
    if curve.is_vast:
        curve.look, curve.looks = state.look, int(count[of.LOOKS])
        count[of.LOOKS] += 1
    straight = count[of.FOLDS] == count[of.CALM_FOLDS]  # a curve turns only where some change comes back as it went
    known = not count[of.WARM] or count[of.AT_END]  # whose F is meant; on another way than up in m it is not
    strongest = np.inf
    if count[of.PHASE] == of.ALARMED and straight and known:
        strongest = curve.strongest(state.point, state.point_gap)
        state.size[of.PEAK] = max(state.size[of.PEAK], strongest)
    if count[of.WARM] and not strongest <= min(NEAR, of.WEAK):
        of.begin(state)
        return
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
    leading: list[Floats] = field(default_factory=list[Floats])  # where they are largest
    kept: list[Floats] = field(default_factory=list[Floats])  # the same when derivatives were last worked out
    blur: float = BLUR  # how well directions are found
    is_fine: bool = False  # whether derivatives are worked out from values on both sides

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

    def strongest(self, at: Floats, gap: Floats | None = None) -> float:
        """The largest real part of an eigenvalue of F_x that is real or nearly so; infinite if there are no numbers.

        `gap`: at that point, if it is known.
        """
        if not np.isfinite(at).all():
            return np.inf
        if self.is_vast:
            return self._rightmost(at, gap)
        ways, answers = self.answers(at, COARSE, [])
        if not np.isfinite(answers).all():
            return np.inf
        return _largest_real(np.linalg.eigvals(ways @ answers))

    def _rightmost(self, at: Floats, gap: Floats | None) -> float:
        """The same in a Krylov space, no larger than it takes to know it, from where it was when last looked for."""
        n = self.n
        gap = self.gap(at) if gap is None else gap
        way = _any_direction(n, 1 + self.looks)
        way /= np.linalg.norm(way)
        if self.look is not None and self.look.any():
            way = self.look / np.linalg.norm(self.look) + NEW * way
        basis = np.zeros((SIZE, n))
        seen = np.zeros((SIZE + 1, SIZE))
        values, vectors = _eigen(np.zeros((1, 1)))
        unseen = NEW / np.sqrt(n)  # the part of a direction without order, as the answers to it come back, of theirs
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
            values, vectors = _eigen(seen[: k + 1, : k + 1])
            doubt = seen[k + 1, k] * np.abs(vectors[-1])
            unseen *= NEAR / max(seen[k + 1, k], 1e-9)
            if seen[k + 1, k] < 1e-9 or (unseen > 1.0 and ((values.real + doubt <= NEAR) | (doubt <= BLURRED)).all()):
                break
        order = np.argsort(-values.real)
        leading = vectors[:, order[(values[order].real > CALM) | (np.arange(len(order)) == 0)]].real
        self.leading = list(leading.T @ basis[: len(leading)])
        self.looks += 1
        if self.look is None:
            self.look = np.zeros(n)
        self.look[:] = self.leading[0]
        return _largest_real(values)

    def slopes(self, at: Floats) -> Whole | Few:
        """How the gap changes with x and m."""
        if self.is_vast:
            return self._few(at)
        by_m = self.along(at, np.eye(self.n + 1)[self.n])
        ways, answers = self.answers(at, FAINT, [-by_m])
        return Whole(np.column_stack([np.eye(self.n) - answers @ ways, by_m]))

    def _few(self, at: Floats) -> Few:
        """The same among very many unknowns: along what m does, where F answers most, and what these lack.

        As many directions as it takes to know the curve's direction and every eigenvalue that could come near 1.
        """
        n, k = self.n, 0
        gap = None if self.is_fine else self.gap(at)
        by_m = self.along(at, np.append(np.zeros(n), 1.0), gap)
        self._rightmost(at, gap)
        ways, answers = np.zeros((self.most_ways, n)), np.zeros((n, self.most_ways))
        waiting = [-by_m, *self.kept, *self.leading]
        asked = 0
        while k < self.most_ways:
            if not waiting and not self.everywhere and k > asked:
                asked = k
                waiting = self._missing(ways[:k], answers[:, :k], by_m)
            if not waiting:
                break
            way = waiting.pop(0)
            size = float(np.linalg.norm(way))
            for _ in range(2):
                way = way - (ways[:k] @ way) @ ways[:k]
            left = float(np.linalg.norm(way))
            if not left > max(1e-6 * size, 1e-12):
                continue
            ways[k] = way / left
            answers[:, k] = ways[k] - self.along(at, np.append(ways[k], 0.0), gap)
            if self.everywhere:
                waiting.append(answers[:, k])
            k += 1
        return Few(ways[:k], answers[:, :k], by_m)

    def _missing(self, ways: Floats, answers: Floats, by_m: Floats) -> list[Floats]:
        """What leads out of some directions: of the curve's direction, and of where F answers most.

        The latter are remembered, to begin with at the next point.
        """
        inner = ways @ answers
        if not np.isfinite(inner).all():
            return []
        values, vectors = _eigen(inner)
        values, vectors = values[values.real > CALM], vectors[:, values.real > CALM]
        lefts = np.abs(1.0 - values)
        ahead = by_m + answers @ np.linalg.solve(np.eye(len(ways)) - inner, ways @ by_m)
        beside = ahead - (ways @ ahead) @ ways
        tight = self.blur * min(1.0, 10.0 * float(lefts.min(initial=1.0)))  # as errors grow by what is left of 1
        found = [beside] if np.linalg.norm(beside) > tight * np.linalg.norm(ahead) + FAINT else []
        besides = answers @ vectors - (ways.T @ vectors) * values
        self.kept = list((ways.T @ vectors).real.T)
        for value, left, beside in zip(values, lefts, besides.T, strict=True):
            if np.linalg.norm(beside) > self.blur * left * min(1.0, 10.0 * left) + FAINT and value.imag >= 0.0:
                found += [beside.real, beside.imag] if value.imag > 0.0 else [beside.real]
        return found

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
        if isinstance(slopes, Few):
            tangent = self._solved(at, slopes.bordered(sense), np.append(np.zeros(self.n), 1.0), EXACT)
            return _Point(at, slopes, tangent / np.linalg.norm(tangent))
        return _Point(at, slopes, slopes.bordered(sense).tangent())

    def _solved(
        self, at: Floats, bordered: FewBordered, right: Floats, left_out: float, gap: Floats | None = None
    ) -> Floats:
        """What the bordered Jacobian maps to a vector: by GMRES, with the inverse of what is known of it."""
        first = bordered.solved(right)
        size = float(np.linalg.norm(first))
        if not 0.0 < size < np.inf:
            raise Lost
        gap = None if self.is_fine else self.gap(at) if gap is None else gap
        ways, seen = np.zeros((INNER + 1, self.n + 1)), np.zeros((INNER + 1, INNER))
        ways[0] = first / size
        found = np.zeros(0)
        for k in range(INNER):
            way = bordered.solved(np.append(self.along(at, ways[k], gap), bordered.border @ ways[k]))
            for _ in range(2):
                along = ways[: k + 1] @ way
                way -= along @ ways[: k + 1]
                seen[: k + 1, k] += along
            seen[k + 1, k] = np.linalg.norm(way)
            target = np.append(size, np.zeros(k + 1))
            found = np.linalg.lstsq(seen[: k + 2, : k + 1], target)[0]
            if np.linalg.norm(seen[: k + 2, : k + 1] @ found - target) <= left_out * size or seen[k + 1, k] < 1e-12:
                break
            ways[k + 1] = way / seen[k + 1, k]
        return found @ ways[: len(found)]

    def correct(self, guess: Floats, border: Floats, step: float, known: Whole | Few | None = None) -> Floats | None:
        """Bring a guess to the curve, at right angles to the border; None if that leads too far away."""
        slopes = known or self.slopes(guess)
        if not slopes.is_finite:
            return None
        bordered = slopes.bordered(border)
        at, last = guess, np.inf
        near = min(SETTLED + ROUNDING * bordered.size, 0.05 * step)
        slowest, patience, enough = (0.8, 2, NEARLY * min(step, 1.0)) if self.is_vast else (0.5, 0, 1e-15)
        for _ in range(2 * CORRECTIONS if self.is_vast else CORRECTIONS):
            gap = self.gap(at)
            if not np.isfinite(gap).all():
                return None
            if isinstance(bordered, WholeBordered) or not gap.any():
                move = bordered.move(gap)
            else:
                move = self._solved(at, bordered, np.append(gap, 0.0), ENOUGH, gap)
            far = float(np.linalg.norm(move))
            if far > slowest * last:
                patience -= 1
                if patience < 0 or last < near:
                    return at if last < near else None
            at, last = at - move, far
            if not np.linalg.norm(at - guess) <= BESIDE * step + 1e-13:
                return None
            if far <= enough:
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
            longest = max(1.0, np.sqrt(n / _continuation.LONG_VECTOR)) if self.is_vast else LARGEST
            singular = SINGULAR * max(1.0, longest**2)  # rounding adds up over many unknowns
            while end.steps < most:
                if progress is not None:
                    progress(f"solving {plan}", float(here.at[n]))
                bordered = here.slopes.bordered(here.tangent)
                least = 1.0 / bordered.size
                straight = here.tangent if least > 100 * singular else straight
                self.is_fine = least < FINE
                if not least > singular or (step < SMALLEST and least < 1000 * singular):
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
                    if step < DOUBTFUL * least and self.is_vast and not self.everywhere:
                        self.everywhere, self.blur = self.blur < BLUR, 0.1 * BLUR
                        here, step = self.point(here.at, here.tangent), FIRST * least
                    elif step < DOUBTFUL and n > WIDE and not self.is_vast and not self.everywhere:
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
                step = min(longest, step * min(2.0, WANTED / max(change, 1e-9)))
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


def _eigen(matrix: Floats) -> tuple[Any, Any]:
    return np.linalg.eig(matrix)


def _largest_real(values: Any) -> float:
    return float(values.real[np.abs(values.imag) <= 0.5 * values.real].max(initial=0.0))


def _growth(strongest: float) -> float:
    """By how much m may grow until answers are looked at again, if they grow with its square."""
    return float(np.clip(np.sqrt(ALLOWED * NEAR / max(strongest, 1e-9)), *AGAIN))
