"""Follow the solution curve of x = F(x, m) from m = 0 to m = 1: pseudo-arclength, corrected by Broyden's method.

Nothing here knows about agreements: `advance` is told F at the point it asked for last, and says which point it wants
next. The step control is that of Allgower and Georg (1990), Numerical Continuation Methods, chapters 6 and 7; the
inverse of the Jacobian, bordered by the tangent, is carried along by Broyden's updates, so that a correction costs one
value of F and no system of equations. Where that goes wrong, the derivative is taken anew, only in the directions that
matter: by m, along what comes of that, along what comes of that in turn (a Krylov space), and the same from the failed
correction. Following the arc and not m, the curve may turn back in m (a fold) and is still followed. Compiled by numba.

On the way, and at the end, `advance` looks how strongly F answers to a change of x. Another branch can only be near
where some change comes back as large as it went. Two answers are taken, one to the other, as a strong one may follow a
weak one. A look can miss a direction, so this is a check and no proof. Where answers are strong or the curve has
turned, `advance` ends in ALARMED, and `_crossings.py` looks closer.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.solver._broyden import (
    IS_THIN,
    RANK,
    apart,
    border,
    copy,
    forget,
    hold,
    keep,
    largest,
    learn,
    norm,
    restore,
    room,
    times,
    turn,
)
from servanda.solver.jit import helper, inline

# pyright: basic

MAX_STEPS = 4000
SQUARE = 300  # unknowns up to which the inverse is a square matrix
FACTORS = 100  # of an inverse that is none, at least
MOST_FACTORS = 300
LONG_VECTOR = 300  # unknowns beyond which lengths are counted in a larger unit
LEFT = 40  # free after a derivative was taken
NUMBERS = 4_000_000  # in the factors, where that is more
MAX_CORRECTIONS = 10
FINAL_CORRECTIONS = 40
PATH_TOLERANCE = 1e-8
LOOSE_TOLERANCE = 1e-5  # while steps are longer than LONG: the curve is then smooth enough to be left a little
LONG = 0.05
SMALLEST_STEP = 1e-9
SHORT = 1e-4  # steps that may end as far from their guess, as where they begin is known no better
FIRST_STEP = 0.05
LARGEST_GROWTH = 4.0
LARGEST_STEP = 1.0
WANTED_TURN = 0.5  # radians between neighbouring tangents
WANTED_CONTRACTION = 0.4
WANTED_DISTANCE = 0.4  # of the guess from the curve, in steps
FARTHEST = 0.5  # where a curve begins at another solution, and a step may be all of it; otherwise 1
GOOD = 1e-13  # a final gap that need not get better
NUDGE = 1e-7  # for derivatives by differences
WEAK = 0.5  # largest multiple at which a change may come back where others are to begin from a solution
CLOSED = 0.2  # how little may lead out of the directions in which the derivative is known
SHUT = 0.01  # the same where as much is wanted as there is room for
HALVINGS = 2  # of a step, before the derivative is taken in all directions
STRONG = 0.35  # answer to a change of x, of the same length
STRONG_AT_END = 0.5
FIRST_LOOK = 0.1  # among very many unknowns
FAINT = 0.2  # what the answer is expected to reach at the next look, if it grows with the square of m
FRESH = 0.1  # of a new direction, in each that is looked along
FRESH_AT_END = 0.7

# What `advance` is told about next, and is doing: the slots of `State.count` and `State.size`.
START, BASE, COLUMN, GUESS, CORRECTION, FINAL, LOOK, LAST_LOOK, ARRIVED, STUCK, ALARMED = range(11)
(
    PHASE, STEPS, FOLDS, VALUES, TRIES, COLUMN_AT, IS_FRESH, CROSSING, AT_END, WORSE, MOST_STEPS, SEEDED, FULL, LOOKS,
    BIFURCATIONS, CALM_FOLDS, IS_SECOND, WARM,
) = range(18)  # fmt: skip
STEP, LENGTH, DISTANCE, CONTRACTION, LAST, BEST, NEXT_LOOK, SPLIT, ANSWER, SCALE, PEAK = range(11)


class State(NamedTuple):
    """Where the following of a curve in n dimensions stands; all arrays are written into.

    `point`, `probe`, `best` (n + 1,): the last point on the curve, the point at which F is wanted, the best final
    point; x and m. `tangent`, `kept_tangent`, `move`, and space: `row`, `answer` (n + 1,). `gap`, `point_gap` (n,):
    x - F(x, m); `change` (n,): of the gap. `inverse`,
    `kept_inverse` (n + 1, n + 1): of the Jacobian of the gap, bordered by the tangent. `basis` (n + 1, n + 1): rows are
    the directions in which the derivative was taken; `seed` (n,): the gap that could not be closed. `look` (n,): the
    direction last looked along, or what came of it; `calm`, `calm_tangent` (n + 1,): where answers were weak when last
    looked at, and the curve's direction there. `shift` (n,): what whoever works F out adds where the curve begins at
    another solution. `count`, `size`: see above.
    """

    point: NDArray[np.float64]
    probe: NDArray[np.float64]
    best: NDArray[np.float64]
    tangent: NDArray[np.float64]
    kept_tangent: NDArray[np.float64]
    move: NDArray[np.float64]
    row: NDArray[np.float64]
    answer: NDArray[np.float64]
    gap: NDArray[np.float64]
    point_gap: NDArray[np.float64]
    change: NDArray[np.float64]
    inverse: NDArray[np.float64]
    kept_inverse: NDArray[np.float64]
    basis: NDArray[np.float64]
    seed: NDArray[np.float64]
    look: NDArray[np.float64]
    calm: NDArray[np.float64]
    calm_tangent: NDArray[np.float64]
    shift: NDArray[np.float64]
    last: NDArray[np.float64]
    kept_last: NDArray[np.float64]
    rank: NDArray[np.int64]
    count: NDArray[np.int64]
    size: NDArray[np.float64]


def start(n: int, most_steps: int) -> State:
    """Make ready to follow a curve in n dimensions; F is wanted first at m = 0, where it must not depend on x."""
    count, size, rank = np.zeros(18, dtype=np.int64), np.zeros(11), np.zeros(3, dtype=np.int64)
    count[MOST_STEPS] = most_steps
    size[SCALE] = max(1.0, math.sqrt(n / LONG_VECTOR)) if n > SQUARE else 1.0
    size[STEP] = FIRST_STEP * size[SCALE]
    size[NEXT_LOOK] = FIRST_LOOK if n > SQUARE else 0.0
    rank[IS_THIN] = n > SQUARE
    wide = (n + 1, n + 1) if n <= SQUARE else (min(MOST_FACTORS, max(FACTORS, NUMBERS // (n + 1))), n + 1)
    shapes = dict.fromkeys(State._fields, (n + 1,))
    shapes |= dict.fromkeys(("gap", "point_gap", "change", "seed", "look", "shift"), (n,))
    shapes |= dict.fromkeys(("inverse", "basis"), wide)
    shapes["kept_inverse"] = wide if n <= SQUARE else (1, 1)
    arrays: dict[str, Any] = {name: np.zeros(shape) for name, shape in shapes.items()}
    return State(**{**arrays, "count": count, "size": size, "rank": rank})


@helper
def begin(s):
    """Make ready to follow another curve in as many dimensions."""
    most, scale = s.count[MOST_STEPS], s.size[SCALE]
    s.count[:] = 0
    s.size[:] = 0.0
    s.point[:] = 0.0
    s.probe[:] = 0.0
    s.tangent[:] = 0.0
    s.calm[:] = 0.0
    s.look[:] = 0.0
    s.count[MOST_STEPS] = most
    s.size[SCALE] = scale
    s.size[STEP] = FIRST_STEP * scale
    s.size[NEXT_LOOK] = FIRST_LOOK if s.rank[IS_THIN] else 0.0


class Reference(NamedTuple):
    """A solution from which others begin, and the inverse of the Jacobian there.

    `point` (n,): the solution; `inverse`, `basis`, `look`: as in `State`, of the latter two only what is in use.
    """

    point: NDArray[np.float64]
    inverse: NDArray[np.float64]
    basis: NDArray[np.float64]
    look: NDArray[np.float64]


def reference(s: State) -> Reference | None:
    """Remember where a curve arrived, to begin others there; None if it did not arrive, or met trouble on the way.

    The inverse is the one with which the last corrections were made, m being held still.
    """
    n, k = len(s.look), int(s.rank[RANK])
    trouble = s.count[FOLDS] or s.count[BIFURCATIONS] or not s.count[AT_END] or not n or s.size[PEAK] > WEAK
    if s.count[PHASE] != ARRIVED or s.point[n] != 1.0 or trouble:
        return None
    used = slice(0, k) if s.rank[IS_THIN] else slice(0, n + 1)
    return Reference(s.point[:n].copy(), s.inverse[used].copy(), s.basis[used].copy(), s.look.copy())


def begin_at(s: State, at: Reference) -> None:
    """Make ready to follow another curve, x = F(x, t), from a solution known at t = 0.

    The way may be any that leads from one F to another: at t = 0 it is the F of the reference at m = 1. F is wanted
    first a little further on. Where the curve cannot be followed at once, or another branch may be near, `advance` ends
    in STUCK or ALARMED as usual; `WARM` in `count` says how the curve was begun.

    Where there are several solutions, this may lead to one that is not on the branch from m = 0 of the other F, without
    any sign of it on the way (decision 51).
    """
    n = len(at.point)
    begin(s)
    s.point[:n], s.point[n] = at.point, 0.0
    s.tangent[n] = 1.0
    s.point_gap[:] = 0.0
    s.look[:] = at.look
    s.inverse[: len(at.inverse)] = at.inverse
    s.last[:] = 0.0
    s.last[n] = 1.0
    if s.rank[IS_THIN]:
        k = len(at.basis)
        s.basis[:k] = at.basis
        before = s.last.copy()
        for factor, way in zip(at.inverse, at.basis, strict=True):
            before += (way @ before) * factor
        s.inverse[k] = s.last - before  # what the reference knew of m does not hold for t
        s.basis[k] = s.last
        s.rank[RANK] = k + 1
    else:
        s.inverse[:, n] = s.last
    s.count[WARM], s.count[SEEDED] = 1, 2
    s.size[STEP] = LARGEST_STEP * s.size[SCALE]
    s.size[NEXT_LOOK] = 2.0  # at the end only
    s.move[:] = NUDGE * s.last
    s.probe[:] = s.point + s.move
    s.count[PHASE] = COLUMN


@helper
def advance(s, value):
    """Take in F at `s.probe`; returns whether F is wanted again, at the new `s.probe`."""
    n = value.shape[0]
    count, size = s.count, s.size
    phase = count[PHASE]
    if phase in (LOOK, LAST_LOOK):
        _seen(s, value)
        return count[PHASE] < ARRIVED
    count[VALUES] += 1
    if phase == START:
        copy(value, s.point)
        s.tangent[n] = 1.0
        if n == 0:
            s.point[n] = 1.0
            count[PHASE] = ARRIVED
            return False
        for j in range(n):
            s.point_gap[j] = 0.0
        forget(s)
        s.count[SEEDED] = 2  # where F does not depend on x, the other columns are known
        _first_column(s)
        return True
    for j in range(n):
        s.change[j] = -s.gap[j]
        s.gap[j] = s.probe[j] - value[j]
        if phase in (COLUMN, GUESS):
            s.change[j] = -s.point_gap[j]
        s.change[j] += s.gap[j]
    if phase == BASE:
        copy(s.gap, s.point_gap)
        forget(s)
        _first_column(s)
    elif phase == COLUMN:
        learn(s, s.move[n])
        if not _next_column(s):
            _derived(s)
    elif phase == GUESS:
        for i in range(n + 1):
            s.move[i] = s.probe[i] - s.point[i]
        if size[LENGTH] > SMALLEST_STEP:
            learn(s, size[LENGTH])
        if count[CROSSING]:
            hold(s)
        size[DISTANCE], size[CONTRACTION], size[LAST] = 0.0, 0.0, np.inf
        count[TRIES] = -1
        count[PHASE] = CORRECTION
    elif phase == CORRECTION:
        learn(s, 0.0)
    else:
        _finish(s)
    if phase in (GUESS, CORRECTION):
        count[TRIES] += 1
        _correct(s)
    return count[PHASE] < ARRIVED


@inline
def _derive(s, full):
    """Begin to derive the inverse anew at `s.point`, one value of F for each direction; `full`: in all of them."""
    copy(s.gap, s.seed)
    s.count[SEEDED] = 0
    s.count[FULL] = full
    copy(s.point, s.probe)
    s.count[PHASE] = BASE


@inline
def _first_column(s):
    """Begin with the derivative by m."""
    n = s.gap.shape[0]
    for i in range(n + 1):
        s.basis[0, i] = 1.0 if i == n else 0.0
    s.count[COLUMN_AT] = 0
    _nudge(s)


@inline
def _nudge(s):
    """Ask for F a little way off in the next direction."""
    n = s.gap.shape[0]
    j = s.count[COLUMN_AT]
    far = NUDGE * max(s.point[n], 1e-3) if j == 0 else NUDGE
    for i in range(n + 1):
        s.move[i] = far * s.basis[j, i]
        s.probe[i] = s.point[i] + s.move[i]
    s.count[PHASE] = COLUMN


@helper
def _next_column(s):
    """Find the next direction: where the last one led to, as far as that is new; returns whether there is one."""
    n = s.gap.shape[0]
    j = s.count[COLUMN_AT]
    most = min(n, room(s) + j - LEFT)
    if s.count[FULL] and most == n:
        if j == n:
            return False
        for i in range(n + 1):
            s.basis[j + 1, i] = 1.0 if i == j else 0.0
        s.count[COLUMN_AT] = j + 1
        _nudge(s)
        return True
    scale = norm(s.move)
    for i in range(n):
        s.row[i] = s.change[i] / scale
    s.row[n] = 0.0
    while True:
        if j >= most or s.count[SEEDED] == 2:
            return False
        far = apart(s, j)
        if far > (1e-300 if j == 0 else CLOSED if s.count[FULL] == 0 else SHUT):
            break
        if s.count[SEEDED] == 1:
            return False
        s.count[SEEDED] = 1
        far = norm(s.seed)
        if not (far > 0.0 and math.isfinite(far)):
            return False
        for i in range(n):
            s.row[i] = s.seed[i] / far
        s.row[n] = 0.0
    for i in range(n + 1):
        s.basis[j + 1, i] = s.row[i] / far
    s.count[COLUMN_AT] = j + 1
    _nudge(s)
    return True


@inline
def _derived(s):
    """The inverse is derived: border it, and go on where that was needed."""
    n = s.gap.shape[0]
    if s.count[AT_END]:
        copy(s.point, s.probe)
        copy(s.point_gap, s.gap)
        _propose(s)
        s.count[PHASE] = FINAL
        return
    for i in range(n + 1):
        s.row[i] = 1.0 if i == n else 0.0
    border(s, s.row, s.tangent)
    turn(s)
    keep(s)
    copy(s.tangent, s.kept_tangent)
    s.count[IS_FRESH] = HALVINGS + 2 if s.count[FULL] else 1
    _guess(s)


@helper
def _guess(s):
    """Go a step along the tangent; a step that would pass m = 1 ends there."""
    n = s.gap.shape[0]
    size = s.size
    if s.count[STEPS] >= s.count[MOST_STEPS] or size[STEP] < SMALLEST_STEP:
        copy(s.point, s.probe)
        s.count[PHASE] = STUCK
        return
    if room(s) < MAX_CORRECTIONS + 2:
        copy(s.tangent, s.kept_tangent)
        _derive(s, 0)
        s.count[SEEDED] = 1
        return
    size[STEP] = min(size[STEP], LARGEST_STEP * size[SCALE])
    crossing = s.point[n] + size[STEP] * s.tangent[n] >= 1.0
    size[LENGTH] = (1.0 - s.point[n]) / s.tangent[n] if crossing else size[STEP]
    for j in range(n + 1):
        s.probe[j] = s.point[j] + size[LENGTH] * s.tangent[j]
    if crossing:
        s.probe[n] = 1.0
    s.count[CROSSING] = int(crossing)
    s.count[PHASE] = GUESS


@helper
def _propose(s):
    """Move the probe by a Newton step with the inverse as it is."""
    n = s.gap.shape[0]
    times(s, s.gap, 0.0, s.move)
    for i in range(n + 1):
        s.move[i] = -s.move[i]
        s.probe[i] += s.move[i]
    if s.count[CROSSING]:
        s.probe[n] = 1.0


@inline
def _correct(s):
    """Accept the probe, or correct it again, or give this step up."""
    size, count = s.size, s.count
    off = norm(s.gap)
    if off <= size[SCALE] * (LOOSE_TOLERANCE if size[LENGTH] > LONG * size[SCALE] else PATH_TOLERANCE):
        _accept(s)
        return
    if count[TRIES] == MAX_CORRECTIONS or not math.isfinite(off):
        _give_up(s)
        return
    _propose(s)
    far = norm(s.move)
    if count[TRIES] == 0:
        size[DISTANCE] = far / max(size[LENGTH], SHORT)
    elif count[TRIES] == 1:
        size[CONTRACTION] = far / size[LAST]
    boldest = FARTHEST if count[WARM] else 1.0
    if (count[TRIES] == 0 and size[DISTANCE] > boldest) or (count[TRIES] > 0 and far > 0.9 * size[LAST]):
        _give_up(s)
        return
    size[LAST] = far
    count[PHASE] = CORRECTION


@inline
def _accept(s):
    """The probe is on the curve: go on from there, unless the step was too bold."""
    n = s.gap.shape[0]
    size, count = s.size, s.count
    if count[CROSSING]:
        count[STEPS] += 1
        count[AT_END] = 1
        copy(s.probe, s.best)
        copy(s.gap, s.point_gap)
        size[BEST] = largest(s.gap)
        _propose(s)
        count[PHASE] = FINAL
        return
    angle = turn(s)
    brake = max(
        math.sqrt(size[CONTRACTION] / WANTED_CONTRACTION),
        math.sqrt(size[DISTANCE] / WANTED_DISTANCE),
        angle / WANTED_TURN,
        1.0 / LARGEST_GROWTH,
    )
    if brake > 2.0 or s.probe[n] < 0.0 or s.probe[n] >= 1.0:
        _give_up(s)
        return
    if s.tangent[n] * s.kept_tangent[n] < 0.0:
        count[FOLDS] += 1
    copy(s.probe, s.point)
    copy(s.gap, s.point_gap)
    keep(s)
    copy(s.tangent, s.kept_tangent)
    size[STEP] /= brake
    count[STEPS] += 1
    count[IS_FRESH] = 0
    if s.point[n] >= size[NEXT_LOOK] or (s.rank[IS_THIN] and count[FOLDS] != count[CALM_FOLDS]):
        _look(s, FRESH, LOOK)
    else:
        _guess(s)


@helper
def _give_up(s):
    """Try a shorter step, or first derive the inverse anew: in a few directions, and if that does not help, in all."""
    copy(s.kept_tangent, s.tangent)
    fresh = s.count[IS_FRESH]
    if fresh == 0 or fresh == HALVINGS + 1:
        _derive(s, int(fresh > 0))
        return
    s.count[IS_FRESH] = min(fresh + 1, HALVINGS + 2)
    restore(s)
    s.size[STEP] *= 0.5
    _guess(s)


@inline
def _finish(s):
    """At m = 1: correct until it gets no better; derive the inverse anew once, if that was not good enough."""
    count, size = s.count, s.size
    off = largest(s.gap)
    if off < size[BEST]:
        copy(s.probe, s.best)
        copy(s.gap, s.point_gap)
        size[BEST] = off
        count[WORSE] = 0
    else:
        count[WORSE] += 1
    count[TRIES] += 1
    patience = 3 if size[BEST] > GOOD else 1
    enough = GOOD if s.rank[IS_THIN] else 1e-16
    if size[BEST] > enough and count[WORSE] < patience and count[TRIES] < FINAL_CORRECTIONS and math.isfinite(off):
        if off > 1e-15:
            learn(s, 0.0)
        _propose(s)
        return
    copy(s.best, s.point)
    if size[BEST] > GOOD and count[AT_END] == 1:
        count[AT_END] = 2
        count[WORSE] = count[TRIES] = 0
        _derive(s, 1)
        return
    _look(s, FRESH_AT_END, LAST_LOOK)


@inline
def _look(s, fresh, phase):
    """Ask for F a little way off the point: along what came of the last look, and somewhat along a new direction."""
    n = s.gap.shape[0]
    if s.rank[IS_THIN]:
        copy(s.point, s.probe)
        s.count[AT_END] += 4 * int(phase == LAST_LOOK)
        s.count[PHASE] = ALARMED
        return
    at = s.count[LOOKS]
    for j in range(n):
        spread = 43758.5453 * math.sin(12.9898 * (j + 1) + 78.233 * (at + 1))
        s.change[j] = spread - math.floor(spread) - 0.5
    far, old = norm(s.change), norm(s.look)
    for j in range(n):
        s.look[j] = s.change[j] / far if old == 0.0 else s.look[j] / old + fresh * s.change[j] / far
    _ask(s, phase)


@helper
def _ask(s, phase):
    n = s.gap.shape[0]
    far = norm(s.look)
    for j in range(n):
        s.look[j] /= far
        s.probe[j] = s.point[j] + NUDGE * s.look[j]
    s.probe[n] = s.point[n]
    s.count[LOOKS] += 1
    s.count[PHASE] = phase


@helper
def _seen(s, value):
    """Take in what a look has shown; go on, unless the answer is strong."""
    n = s.gap.shape[0]
    count, size = s.count, s.size
    along = 0.0
    for j in range(n):
        answer = (value[j] - (s.point[j] - s.point_gap[j])) / NUDGE
        along += answer * s.look[j]
        s.look[j] = answer
    strong = norm(s.look)
    if n == 1 and along < 0.0:
        strong = 0.0
    if count[PHASE] == LAST_LOOK:
        count[AT_END] += 4
        if not strong <= STRONG_AT_END or count[FOLDS] != count[CALM_FOLDS]:
            count[PHASE] = ALARMED
        elif count[AT_END] < 8 and strong * math.sqrt(n) > FAINT:
            _ask(s, LAST_LOOK)
        else:
            copy(s.best, s.probe)
            count[PHASE] = ARRIVED
        return
    if count[IS_SECOND] == 0 and 0.0 < strong < np.inf:
        count[IS_SECOND] = 1
        size[ANSWER] = strong
        _ask(s, LOOK)
        return
    if count[IS_SECOND]:
        count[IS_SECOND] = 0
        strong = max(size[ANSWER], math.sqrt(size[ANSWER] * strong))
    if not strong <= STRONG or count[FOLDS] != count[CALM_FOLDS]:
        count[PHASE] = ALARMED
        return
    copy(s.point, s.calm)
    copy(s.tangent, s.calm_tangent)
    if count[LOOKS] <= 2:
        strong *= math.sqrt(n)  # a direction taken at random lies mostly across the one that matters
    size[NEXT_LOOK] = s.point[n] * min(4.0, max(1.5, math.sqrt(FAINT / (strong + 1e-9))))
    _guess(s)
