"""What a budget of inspection can achieve at best: schedules, and the chances to draw them with."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from servanda.inspection._linear_program import (
    Floats,
    Goal,
    InspectionTooLarge,
    Network,
    Reach,
    Solution,
    first_tangents,
    network,
    sharpen,
    solve,
)

TOLERANCE = 1e-9  # how far an answer may fall short of the best there is
_RARE = 1e-8  # a schedule drawn less often than this is rounding, and is left out
_TOLERABLE = 1e-6  # a gap with which an answer is given if it cannot be closed in so many rounds
_ROUNDS = 200
_MISSED = 1e-8  # by which a condition may be missed
_EXACT = 1e-11  # a gap that is rounding
_STILL = 1e-11  # a value that falls by no more than this from one round to the next has settled


@dataclass(frozen=True)
class Drawn:
    """A schedule: the chance that it is drawn, and the effort for each site."""

    chance: float
    efforts: tuple[float, ...]


@dataclass(frozen=True)
class Optimum:
    """The answer to a goal.

    Attributes
    ----------
    detection : Floats, shape (sites,)
        What the schedules achieve.
    claimed : Floats, shape (sites,)
        The P of the answer, which may be less: the inspector may look less closely.
    value, t : float
        Of the objective, and the free variable.
    prices : Floats, shape (rows,)
        Dual of each condition, 0 or more.
    budget_price : float
        What one more unit of budget adds to the value at the margin, with the levels drawn left as they are.
    schedules : tuple[Drawn, ...]
        Likeliest first.
    gap : float
        No schedules exceed the value by more than this.
    """

    detection: Floats
    claimed: Floats
    value: float
    t: float
    prices: Floats
    budget_price: float
    schedules: tuple[Drawn, ...]
    gap: float


def maximise(
    reaches: Sequence[Reach],
    budget: Fraction,
    goal: Goal,
    average: bool = False,
    tolerance: float = 0.0,
    enough: float = math.inf,
) -> Optimum | None:
    """Find the schedules, and the chances to draw them with, that serve a goal best.

    Parameters
    ----------
    average : bool
        Let the budget hold on average over the schedules drawn, instead of for each of them.
    tolerance : float
        Of the value; 0 for as good as it gets.
    enough : float
        Stop as soon as it is known whether the value reaches this.

    Returns
    -------
    Optimum or None
        None if the conditions cannot be met.

    Raises
    ------
    InspectionTooLarge
        If there are too many schedules, or tangents are added without end.
    """
    unit = budget or Fraction(1)  # so that HiGHS's tolerances are small beside every amount
    paths = network([_in_units(reach, unit) for reach in reaches], budget / unit, average)
    tangents = first_tangents(paths)
    before, value, reached, best, still = math.inf, math.inf, -math.inf, None, 0
    for _ in range(_ROUNDS):
        found = solve(paths, goal, tangents)
        if found is None:
            return None
        over, added = sharpen(paths, found, tangents)
        # The value can only fall, as tangents are added; what an answer really reaches is a bound from below.
        value, short = float(goal.objective @ np.append(found.values, found.t)), _shortfall(goal, found, over)
        if value - short > reached:
            reached, best = value - short, replace(found, t=found.t - short)
        gap, known = value - reached, reached >= enough or value < enough < math.inf
        still = still + 1 if before - value <= _STILL else 0
        # Where nothing changes any more, what is left of the gap is HiGHS's own tolerance.
        accepted = max(tolerance, _EXACT, TOLERANCE * 10 ** (min(still, 4) - 1) if still else 0.0)
        if best is not None and (not added or known or gap <= accepted):
            return _optimum(paths, goal, best, max(0.0, gap), unit)
        before = value
    if best is not None and value - reached <= _TOLERABLE:
        return _optimum(paths, goal, best, value - reached, unit)
    raise InspectionTooLarge(
        "The search for the best inspections found no end. Use fewer sites, or numbers that are closer together"
    )


def _shortfall(goal: Goal, found: Solution, over: Floats) -> float:
    """How much less an answer reaches if sites are found less often than it takes them to be, by `over`.

    A condition on t lowers t until it is met. Any other has to be met as it is: if it is not, the answer reaches
    nothing. What is missed anyway is HiGHS's own tolerance.
    """
    claimed, real = np.append(found.values, found.t), np.append(found.values - over, found.t)
    missed, anyway = (np.maximum(0.0, goal.rows @ answer - goal.limits) for answer in (real, claimed))
    on_t, less = goal.rows[:, -1] > 0, np.maximum(0.0, missed - anyway)
    if less[~on_t].max(initial=0.0) > _MISSED:
        return math.inf
    return float(less[on_t].max(initial=0.0)) + float(np.maximum(goal.objective[:-1], 0.0) @ over)


def _in_units(reach: Reach, unit: Fraction) -> Reach:
    if reach.levels is None:
        return Reach(None, reach.scale / float(unit), reach.ceiling)
    return Reach(tuple((effort / unit, chance) for effort, chance in reach.levels))


def _optimum(paths: Network, goal: Goal, found: Solution, gap: float, unit: Fraction) -> Optimum:
    detection, drawn, size = np.zeros(len(paths.reaches)), list[Drawn](), float(unit)
    schedules = _schedules(paths, found)
    total = sum(chance for chance, _, _ in schedules)
    for weight, levels, efforts in schedules:
        chance = weight / total
        for site, (effort, level) in enumerate(zip(efforts, levels, strict=True)):
            detection[site] += chance * (paths.reaches[site].chance(effort) if level is None else level)
        drawn.append(Drawn(chance, tuple(effort * size for effort in efforts)))
    detection[detection < _RARE] = 0.0
    value = float(goal.objective @ np.append(found.values, found.t))
    claimed = np.minimum(found.values, detection)
    gap += abs(1 - total)
    return Optimum(detection, claimed, value, found.t, found.prices, found.budget_price / size, tuple(drawn), gap)


def _schedules(paths: Network, found: Solution) -> list[tuple[float, list[float | None], list[float]]]:
    """Take the flow apart into paths: chance, chance of detection by site where a level is drawn, effort by site.

    The likeliest first.
    """
    left, leaving = found.flow.copy(), dict[int, list[int]]()
    for a, arc in enumerate(paths.arcs):
        leaving.setdefault(arc.start, []).append(a)
    order = {node: k for k, node in enumerate(paths.ends)}
    schedules: list[tuple[float, list[float | None], list[float]]] = []
    while True:
        node, path = 0, list[int]()
        while node in leaving:
            path.append(max(leaving[node], key=lambda a: float(left[a])))
            node = paths.arcs[path[-1]].end
        chance = min((float(left[a]) for a in path), default=1.0)
        if chance <= _RARE:
            break
        left[path] -= chance
        levels, efforts = list[float | None]([None] * len(paths.reaches)), [0.0] * len(paths.reaches)
        for a in path:
            effort, levels[paths.arcs[a].site] = paths.level(paths.arcs[a])
            efforts[paths.arcs[a].site] = float(effort)
        shared = np.maximum(found.efforts[order[node]] / found.ends[order[node]], 0.0)
        rest = float(paths.budget - paths.ends[node])  # of what HiGHS gives a rare schedule, its tolerance is a part
        for site, effort in zip(paths.smooth, shared * min(1.0, rest / max(float(shared.sum()), 1e-300)), strict=True):
            efforts[site] = float(effort)
        schedules.append((chance, levels, efforts))
        if not path:
            break
    return sorted(schedules, key=lambda schedule: -schedule[0])
