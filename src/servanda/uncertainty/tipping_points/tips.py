"""Tipping points: at which value of an uncertain number do two plans change places?"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, cast

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import named, unit_of
from servanda.arrays import Floats, freeze
from servanda.assessment.metrics import Metric, in_place
from servanda.columns import Columns
from servanda.errors import counted, seeded, whole
from servanda.parallel import Progress, Where, connected, part_of
from servanda.records import Record
from servanda.result import About, Result, about
from servanda.uncertainty.questions import ask
from servanda.uncertainty.tipping_points._least_change import Region, least_change
from servanda.uncertainty.tipping_points.axes import Axis, AxisSpace, NotPossible, space
from servanda.uncertainty.tipping_points.plan_gap import TIE, Change, PlanGap, change_of


@dataclass(frozen=True)
class Flip:
    """A value of one number at which two plans change places.

    Attributes
    ----------
    value : float
        In the number's unit.
    distance : float
        From the likely value, in ranges: 1 is the whole range of the number.
    below, above : str
        The plan that is ahead at slightly lower, and at slightly higher values.
    jump : bool
        Whether the difference jumps over 0 there, as the answer itself may do, instead of passing through it.
    """

    value: float
    distance: float
    below: str
    above: str
    jump: bool


@dataclass(frozen=True)
class NumberTips(Record):
    """One uncertain number: whether two plans change places within its range, all others likely.

    Attributes
    ----------
    name : str
        As in the file, joined by dots.
    words : str
        The same for readers.
    unit : str
    likely, low, high : float
        Its likely value, and the range that was searched.
    flips : tuple[Flip, ...]
        By value. A pair of flips between neighbouring values that were looked at escapes.
    values, differences : (p,) floats
        Values looked at, ascending; how far the first plan was ahead there. nan where there was no answer.
    ties : tuple[float, ...]
        Values looked at where neither plan is ahead.
    lost : tuple[tuple[float, float], ...]
        Parts of the range in which they change places at a value that could not be found.
    unsolved : int
        Values looked at for which some plan had no answer; they are not used.
    """

    name: str
    words: str
    unit: str
    likely: float
    low: float
    high: float
    flips: tuple[Flip, ...]
    values: Floats
    differences: Floats
    ties: tuple[float, ...]
    lost: tuple[tuple[float, float], ...]
    unsolved: int

    @property
    def nearest(self) -> Flip | None:
        """The flip nearest to the likely value."""
        return min(self.flips, key=lambda flip: flip.distance, default=None)

    @property
    def swing(self) -> float:
        """By how much the difference moves over the range, as far as it was looked at."""
        seen = self.differences[~np.isnan(self.differences)]
        return float(seen.max() - seen.min()) if seen.size else 0.0


@dataclass(frozen=True, repr=False)
class Tips(Result):
    """Where the ranking of two plans flips.

    Attributes
    ----------
    agreement : Agreement
    plans : tuple[str, str]
    metric : Metric
        By which they are judged.
    figures : dict of float
        By plan: at the likely values.
    ahead : str or None
        The plan that is ahead there; None if neither is.
    numbers : tuple[NumberTips, ...]
        The nearest flip first, then those without, by how much they move the difference.
    change : Change or None
        The nearest joint change that flips the ranking; None if none was found, or none was looked for.
    searched : bool
        Whether a joint change was looked for.
    closest : Change or None
        Where none was found: the point at which the difference was smallest.
    solved, unsolved : int
        How many points were looked at, and for how many some plan had no answer.
    seed : int
        Of the random starts of the joint search.
    about : About or None
    """

    agreement: Agreement
    plans: tuple[str, str]
    metric: Metric
    figures: dict[str, float]
    ahead: str | None
    numbers: tuple[NumberTips, ...]
    change: Change | None
    searched: bool
    closest: Change | None
    solved: int
    unsolved: int
    seed: int
    about: About | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the result as dicts, lists and numbers; None stands for a point without an answer."""
        return in_place(super().to_json(), self.metric)

    @property
    def nearest(self) -> NumberTips | None:
        """The number that stands closest to flipping the ranking alone."""
        return self.numbers[0] if self.numbers and self.numbers[0].flips else None

    @property
    def table(self) -> Columns:
        """One row for each flip, and for each number without one (`value` is nan)."""
        rows: list[dict[str, Any]] = []
        for one in self.numbers:
            about = {
                "number": one.name, "likely": one.likely, "low": one.low, "high": one.high, "swing": one.swing,
                "unsolved": one.unsolved,
            }  # fmt: skip
            none = {"value": None, "distance": None, "below": None, "above": None}
            flips = [{name: getattr(flip, name) for name in none} for flip in one.flips] or [none]
            rows += [{**about, **flip} for flip in flips]
        numbers = ("likely", "low", "high", "value", "distance", "swing")
        kinds = {"number": str, **dict.fromkeys(numbers, float), "below": str, "above": str, "unsolved": int}
        order = ("number", "likely", "low", "high", "value", "distance", "below", "above", "swing", "unsolved")
        return Columns.of_rows(rows, {name: kinds[name] for name in order})

    def __repr__(self) -> str:
        count = sum(bool(one.flips) for one in self.numbers)
        return f"<Tips between {self.plans[0]!r} and {self.plans[1]!r}: {count} of {len(self.numbers)} numbers flip>"


MOST_POINTS = 1000  # values of a number


POINTS = 5  # values of each number that are looked at first: the ends, the likely one and what lies halfway


EXACT = 1e-8  # of a flip, in ranges


COVERED = (0.95, 0.9999)  # share of the squared swing of all numbers that the joint search keeps: at first, and then


STARTS = 3  # of the joint search


CLIMBS = 1  # of it, where no start flips the ranking


_ROUNDS = 2  # in which more values are put where the difference comes close to 0 and turns back


_MARGIN = 1e-7  # by how much the plans have to have changed places at the joint change, relatively


def tip(
    agreement: Agreement,
    between: tuple[str, str],
    of: str = "held_clean",
    *,
    among: str | Iterable[str] | None = None,
    joint: bool = True,
    points: int = POINTS,
    seed: int = 0,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Tips:
    """Find where the ranking of two plans flips: along each uncertain number alone, and by the least joint change.

    All other numbers stay at their likely values. Where the chance of a type is moved, another one follows, so that
    chances add up to 1.

    Parameters
    ----------
    of : str
        The metric by which they are judged; of a chance of breaking down less is better.
    among : names or patterns of numbers, optional
        Look only at these: `["parties.*.discount", "measures.*"]`.
    joint : bool
        Whether to look for the nearest joint change, too.
    points : int
        Values of each number that are looked at first, 3 to 1000: both ends of its range and the likely value.
    seed : int
        Of the random starts of the joint search.
    workers, cluster
        As `evaluate`. The result does not depend on them.
    progress : function of what is being done and the share done (0 to 1), optional

    Raises
    ------
    NoSuchName
        If there is no such plan, metric or number.
    NotPossible
        If a plan has no answer at the likely values.
    AgreementError, GameTooLarge
        As `compile`.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> agreement = servanda.loads(starter_text())
    >>> found = servanda.tip(agreement, ("phased", "at-once"), among=["measures.*"], joint=False)
    >>> found.ahead, found.nearest is None
    ('phased', True)
    """
    began = time.perf_counter()
    question = ask(agreement, between=between, of=of, verb="tip")
    between = (question.plans[0], question.plans[1])
    points, seed, workers = whole("points", points, 3, MOST_POINTS), seeded(seed), counted(workers)
    with connected(cluster) as there:
        gap = PlanGap(space(agreement, between, among), question, workers, there)
        likely = gap.metrics(np.zeros((1, len(gap.space.axes))))[:, 0]
        if np.isnan(likely).any():
            raise NotPossible(_unanswered(between, likely))
        numbers = scan(gap, points, part_of(progress, 0.0, 0.4 if joint else 1.0))
        order = sorted(numbers, key=_order)
        here = _ahead(gap, likely)
        change = closest = None
        if joint and here and numbers:
            found, flips = _together(gap, numbers, here, seed, part_of(progress, 0.4, 1.0))
            change, closest = (found, None) if flips else (None, found)
    return Tips(
        agreement=agreement,
        plans=(between[0], between[1]),
        metric=question.metric,
        figures=dict(zip(between, likely.tolist(), strict=True)),
        ahead=None if not here else between[0] if here > 0 else between[1],
        numbers=tuple(order),
        change=change,
        searched=joint,
        closest=closest,
        solved=gap.solved,
        unsolved=gap.unsolved,
        seed=seed,
        about=about(agreement, time.perf_counter() - began, seed),
    )


def _unanswered(between: Sequence[str], likely: Floats) -> str:
    bad = " and ".join(plan for plan, one in zip(between, likely, strict=True) if np.isnan(one))
    return (
        f"The solver found no equilibrium for plan {bad} at the likely values, so there is no ranking to reverse."
        " 'servanda solve' says why"
    )


def _ahead(gap: PlanGap, values: Floats) -> float:
    ahead = float(gap.question.metric.sign * (values[0] - values[1]))
    return 0.0 if abs(ahead) <= TIE else ahead


def _order(one: NumberTips) -> tuple[float, float]:
    return (one.nearest.distance if one.nearest else math.inf, -one.swing)


# ------------------------------------------------------------------------------------------------ one number at a time


def scan(gap: PlanGap, points: int, progress: Progress | None = None) -> list[NumberTips]:
    """Look along each axis of a gap for flips, in the order of the axes; parameters as `tip`."""
    axes = gap.space.axes
    rows = [grid(low, high, points) for low, high in zip(gap.space.low, gap.space.high, strict=True)]
    seen = [dict[float, float]() for _ in axes]
    _look(gap, seen, rows, progress)
    for _ in range(_ROUNDS):
        _look(gap, seen, [_between(each) for each in seen])
    return _flips(gap, seen)


def grid(low: float, high: float, points: int) -> list[float]:
    """Values of one number, the likely one (0) among them, as evenly as may be on both sides of it."""
    whole = high - low
    if whole <= 0:
        return [0.0]
    left = round((points - 1) * -low / whole)
    left = min(max(left, 1 if low < 0 else 0), points - 1 - (1 if high > 0 else 0))
    below = np.linspace(low, 0.0, left + 1)[:-1] if low < 0 else np.zeros(0)
    return np.concatenate([below, np.linspace(0.0, high, points - below.size)]).tolist()


def _look(
    gap: PlanGap,
    seen: list[dict[float, float]],
    rows: Sequence[Sequence[float]],
    progress: Progress | None = None,
) -> None:
    """Work out the difference at some values of each number; the likely one is the same for all."""
    which = np.array([j for j, row in enumerate(rows) for u in row if u != 0.0], dtype=float)
    shares = np.array([u for row in rows for u in row if u != 0.0], dtype=float)
    parts: Sequence[Any] = (
        np.array_split(np.arange(len(shares)), max(1, len(shares) // 64)) if progress else [np.arange(len(shares))]
    )
    found: list[Floats] = [np.zeros(0)]
    for k, part in enumerate(parts):
        found.append(gap.along(which[part], shares[part]))
        if progress is not None:
            progress("one number at a time", (k + 1) / len(parts))
    whole: Floats = np.concatenate(found)
    for k in range(len(shares)):
        seen[int(which[k])][float(shares[k])] = float(whole[k])
    if any(u == 0.0 for row in rows for u in row):
        here = float(gap.ahead(np.zeros((1, len(gap.space.axes))))[0])
        for each in seen:
            each[0.0] = here


def _between(seen: dict[float, float]) -> list[float]:
    """Where to look again: on both sides of a value at which the difference comes near 0 and turns back."""
    shares = sorted(u for u, ahead in seen.items() if not math.isnan(ahead))
    ahead = [seen[u] for u in shares]
    again: set[float] = set()
    for i in range(1, len(shares) - 1):
        near, sides = abs(ahead[i]), (ahead[i - 1], ahead[i + 1])
        same = all(other * ahead[i] > 0 for other in sides)
        deep = max(map(abs, sides)) - near
        if same and all(abs(other) >= near for other in sides) and near < 4 * deep:
            again |= {(shares[i - 1] + shares[i]) / 2, (shares[i] + shares[i + 1]) / 2}
    return sorted(again)


def _flips(gap: PlanGap, seen: list[dict[float, float]]) -> list[NumberTips]:
    """Find every value between two looked at with different plans ahead: all of them together (Chandrupatla 1997)."""
    brackets: list[tuple[int, float, float]] = []
    for j, each in enumerate(seen):
        sure = [(u, each[u]) for u in sorted(each) if each[u] and not math.isnan(each[u])]
        brackets += [(j, a, b) for (a, x), (b, y) in pairwise(sure) if x * y < 0]
    roots: list[tuple[float, float, bool] | None] = []
    if brackets:
        from scipy.optimize import elementwise  # pyright: ignore[reportMissingTypeStubs]

        table = np.array(brackets)

        def ahead(u: Floats, which: Floats) -> Floats:
            return gap.along(which.ravel(), u.ravel()).reshape(u.shape)

        answer = cast(Any, elementwise).find_root(
            ahead,
            (table[:, 1], table[:, 2]),
            args=(table[:, 0],),
            tolerances={"xatol": EXACT, "xrtol": 0.0, "fatol": 0.0, "frtol": 0.0},
        )
        for k, (j, a, b) in enumerate(brackets):
            if not bool(answer.success[k]):
                roots.append(None)
                continue
            (left, right), root = (float(e[k]) for e in answer.bracket), float(answer.x[k])
            step = abs(float(answer.f_bracket[0][k])) + abs(float(answer.f_bracket[1][k]))
            ends = abs(seen[j][a]) + abs(seen[j][b])
            roots.append((root, seen[j][a], right - left <= 10 * EXACT and step > 1e-3 * ends))
    numbers: list[NumberTips] = []
    for j, axis in enumerate(gap.space.axes):
        mine = [(bracket, root) for bracket, root in zip(brackets, roots, strict=True) if bracket[0] == j]
        flips = [_flip(gap, axis, *root) for _, root in mine if root is not None]
        lost = [(_value(axis, a), _value(axis, b)) for (_, a, b), root in mine if root is None]
        numbers.append(_number(gap, axis, seen[j], flips, lost))
    return numbers


def _value(axis: Axis, share: float) -> float:
    return axis.likely + axis.width * share


def _flip(gap: PlanGap, axis: Axis, share: float, before: float, jump: bool) -> Flip:
    first, second = gap.plans[0], gap.plans[1]
    below, above = (first, second) if before > 0 else (second, first)
    return Flip(_value(axis, share), abs(share), below, above, jump)


def _number(
    gap: PlanGap, axis: Axis, seen: dict[float, float], flips: list[Flip], lost: list[tuple[float, float]]
) -> NumberTips:
    shares = sorted(seen)
    result = NumberTips(
        name=axis.name,
        words=named(gap.space.agreement, axis.path, axis.name),
        unit=unit_of(axis.path),
        likely=axis.likely,
        low=axis.low,
        high=axis.high,
        flips=tuple(flips),
        values=np.array([_value(axis, u) for u in shares]),
        differences=np.array([seen[u] for u in shares]),
        ties=tuple(_value(axis, u) for u in shares if seen[u] == 0.0),
        lost=tuple(lost),
        unsolved=sum(math.isnan(seen[u]) for u in shares),
    )
    freeze(result)
    return result


# -------------------------------------------------------------------------------------------- several numbers at once


def _together(
    gap: PlanGap, numbers: list[NumberTips], here: float, seed: int, progress: Progress
) -> tuple[Change, bool]:
    """Look for the least joint change among the numbers that matter most, and from there on among all that matter."""
    sign, margin = math.copysign(1.0, here), _MARGIN * abs(here)
    found: list[tuple[float, Change]] = []
    best = dict[str, float]()
    for stage, covered in enumerate(COVERED):
        names = [numbers[j].name for j in _free(numbers, covered)]
        smaller = space(gap.space.agreement, gap.plans, names)
        many = PlanGap(smaller, gap.question, gap.workers, gap.cluster)
        if stage == 0:
            starts = _starts(smaller, numbers, seed)
        else:  # on from where the first search came
            starts = np.array([[best.get(axis.name, 0.0) for axis in smaller.axes]])

        def flipped(points: Floats, many: PlanGap = many) -> Floats:
            return -sign * many.ahead(points) - margin

        def say(share: float, stage: int = stage) -> None:
            progress("several numbers at once", (share + stage) / len(COVERED))

        region = Region(smaller.low, smaller.high, smaller.matrix, smaller.bound)
        looked = least_change(flipped, region, starts, say, climbs=CLIMBS)
        found.append((looked.distance, change_of(many, looked)))
        gap.solved += many.solved
        gap.unsolved += many.unsolved
        last = looked.best if looked.point is None else looked.point
        best = {axis.name: float(u) for axis, u in zip(smaller.axes, last, strict=True)}
    (first, change), (second, further) = found
    if first < second:
        return change, True
    starts, broken = change.starts + further.starts, change.broken + further.broken
    alike = change.alike if math.isfinite(first) else further.alike
    return replace(further, starts=starts, alike=alike, broken=broken), math.isfinite(second)


def _free(numbers: list[NumberTips], covered: float) -> list[int]:
    """The numbers that matter most, which together make up so much of the squared swing of all."""
    swings = np.array([one.swing**2 for one in numbers])
    order = np.argsort(-swings, kind="stable")
    enough = int(np.count_nonzero(np.cumsum(swings[order]) < covered * swings.sum())) + 1
    return sorted(j for j in cast("list[int]", order[:enough].tolist()) if swings[j] > 0)


def _starts(where: AxisSpace, numbers: list[NumberTips], seed: int) -> Floats:
    """Where to begin: at the likely values, at the nearest single flip, and at random places."""
    starts = [np.zeros(len(where.axes))]
    best = min(numbers, key=_order)
    for j, axis in enumerate(where.axes):
        if axis.name == best.name and best.nearest is not None:
            starts.append(np.zeros(len(where.axes)))
            starts[-1][j] = (best.nearest.value - axis.likely) / axis.width
    chance = np.random.default_rng(seed)
    while len(starts) < STARTS:
        starts.append(where.low + (where.high - where.low) * chance.random(len(where.axes)))
    return np.array(starts)
