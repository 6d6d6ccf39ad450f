# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false
# (scipy ships no types)
"""The linear program behind the spread of inspections: no agreement and no game is known here.

A *schedule* says what effort every site gets in one period, and costs at most the budget. Schedules are drawn by lot,
and each site then has a chance of detection. A linear function of these chances is maximised.

Where sites have levels, schedules are the paths of a network: site after site, from what has been spent so far to what
has been spent then. Chances of schedules are a flow through it. So all of them stand in one linear program, however
many there are. A random search is a concave function of effort, and stands there as the least of its tangents, to
which one is added wherever an answer lies (Kelley 1960). HiGHS solves the programs, through scipy.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias, cast

import numpy as np

from servanda.errors import ServandaError

Floats: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Levels: TypeAlias = tuple[tuple[Fraction, float], ...]
Tangents: TypeAlias = dict[tuple[int, int], list[tuple[float, float]]]  # slope and intercept, by end and smooth site

ROUNDING = 1e-11  # a chance below this is none
_TOUCHES = 1e-13  # how far a program may take a random search to be better than it is, before a tangent is added
_MOST_ARCS = 150_000
_FIRST = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)  # shares of a budget at which there are tangents to begin with,
_BEND = (0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.5, 7.0, 11.0, 17.0, 25.0)  # and multiples of a search's scale
_SMALL = 500  # arcs up to which the simplex method is quicker than the interior point method (it ends in corners too)
_OPTIONS = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


class InspectionTooLarge(ServandaError, ValueError):
    """An inspection problem with too many different schedules to be solved."""


@dataclass(frozen=True)
class Reach:
    """What effort achieves at one site.

    Attributes
    ----------
    levels : tuple[tuple[Fraction, float], ...] or None
        Effort and chance of detection of everything that can be done there, by rising effort, the first of effort 0;
        None for a random search.
    scale, ceiling : float
        Of a random search: effort x finds with chance ceiling (1 - exp(-x / scale)).
    """

    levels: Levels | None = None
    scale: float = 1.0
    ceiling: float = 1.0

    def chance(self, effort: float) -> float:
        """Chance of detection with this effort; between levels, of drawing lots among them."""
        if self.levels is None:
            return -self.ceiling * math.expm1(-effort / self.scale)
        corners = hull(self.levels)
        return float(np.interp(effort, [float(x) for x, _ in corners], [p for _, p in corners]))

    def tangent(self, effort: float) -> tuple[float, float]:
        """Slope of a random search's chance at some effort, and where the tangent there meets effort 0."""
        slope = self.ceiling / self.scale * math.exp(-effort / self.scale)
        return slope, self.chance(effort) - slope * effort


@dataclass(frozen=True)
class Goal:
    """Maximise objective · (P, t) such that rows · (P, t) <= limits. P are chances of detection by site, t is free.

    Attributes
    ----------
    objective : Floats, shape (sites + 1,)
    rows : Floats, shape (rows, sites + 1)
    limits : Floats, shape (rows,)
    """

    objective: Floats
    rows: Floats
    limits: Floats


def hull(levels: Levels) -> Levels:
    """The corners of the least concave function above some levels."""
    corners: list[tuple[Fraction, float]] = []
    for x, p in levels:
        while len(corners) > 1:
            (x0, p0), (x1, p1) = corners[-2:]
            if (p1 - p0) * float(x - x0) > (p - p0) * float(x1 - x0):
                break
            corners.pop()
        corners.append((x, p))
    return tuple(corners)


# ------------------------------------------------------------------------------------------------- the schedules


@dataclass(frozen=True)
class Arc:
    """To give one site one of its levels, coming from what has been spent on the sites before it."""

    start: int  # node
    end: int
    site: int
    level: int


@dataclass(frozen=True)
class Network:
    """All schedules within a budget.

    Attributes
    ----------
    reaches : tuple[Reach, ...]
    budget : Fraction
    drawn : tuple[int, ...]
        Sites of which each schedule has one level, in the order of the network.
    smooth : tuple[int, ...]
        All others: they share what a schedule leaves of the budget.
    arcs : tuple[Arc, ...]
    nodes : int
        Node 0 is the beginning.
    ends : dict[int, Fraction]
        Nodes at which schedules end, and what they have spent.
    """

    reaches: tuple[Reach, ...]
    budget: Fraction
    drawn: tuple[int, ...]
    smooth: tuple[int, ...]
    arcs: tuple[Arc, ...]
    nodes: int
    ends: dict[int, Fraction]

    def level(self, arc: Arc) -> tuple[Fraction, float]:
        """Effort and chance that an arc stands for."""
        levels = self.reaches[arc.site].levels
        assert levels is not None
        return levels[arc.level]


def network(reaches: Sequence[Reach], budget: Fraction, average: bool) -> Network:
    """Lay out all schedules within a budget.

    Parameters
    ----------
    average : bool
        Let the budget hold on average over the schedules drawn: then levels need no network, as drawing lots between
        two levels of a site does what the effort between them would do.

    Raises
    ------
    InspectionTooLarge
    """
    drawn = () if average else tuple(i for i, reach in enumerate(reaches) if reach.levels is not None)
    arcs: list[Arc] = []
    here, nodes = {Fraction(0): 0}, 1
    for site in drawn:
        there: dict[Fraction, int] = {}
        for spent, start in here.items():
            for number, (effort, _) in enumerate(reaches[site].levels or ()):
                total = spent + effort
                if total > budget:
                    break
                if total not in there:
                    there[total] = nodes
                    nodes += 1
                arcs.append(Arc(start, there[total], site, number))
            if len(arcs) > _MOST_ARCS:
                raise InspectionTooLarge(
                    f"The budget allows too many different schedules (up to {_largest(reaches, budget):,} steps in the"
                    f" network of them; {_MOST_ARCS:,} are the most that are solved). Count budget and effort in larger"
                    " units, as whole numbers, limit 'visits', or merge sites that are alike"
                )
        here = there
    smooth = tuple(i for i in range(len(reaches)) if i not in drawn)
    ends = {node: spent for spent, node in here.items()}
    return Network(tuple(reaches), budget, drawn, smooth, tuple(arcs), nodes, ends)


def _largest(reaches: Sequence[Reach], budget: Fraction) -> int:
    """The most arcs that a network can have, known before it is laid out: all efforts are multiples of one amount."""
    sites = [
        [effort for effort, _ in reach.levels if effort <= budget] for reach in reaches if reach.levels is not None
    ]
    efforts = [effort for levels in sites for effort in levels if effort]
    parts = math.lcm(*(effort.denominator for effort in efforts))
    sums = budget * parts // (math.gcd(*(int(effort * parts) for effort in efforts)) or 1) + 1
    steps, ways = 0, 1
    for levels in sites:
        steps += ways * len(levels)
        ways = min(ways * len(levels), sums)
    return steps


def first_tangents(paths: Network) -> Tangents:
    """Tangents for every end and smooth site to begin with: all that there are of levels, some of random searches."""
    tangents: Tangents = {}
    for site in paths.smooth:
        reach = paths.reaches[site]
        if reach.levels is None:
            budget = float(paths.budget)
            points = {share * budget for share in _FIRST} | {k * reach.scale for k in _BEND if k * reach.scale < budget}
            lines = [reach.tangent(effort) for effort in sorted(points)]
        else:
            corners = hull(tuple(level for level in reach.levels if level[0] <= paths.budget))
            lines = [(0.0, corners[-1][1])]
            for (x0, p0), (x1, p1) in pairwise(corners):
                slope = (p1 - p0) / float(x1 - x0)
                lines.append((slope, p0 - slope * float(x0)))
        tangents |= {(node, site): list(lines) for node in paths.ends}
    return tangents


# --------------------------------------------------------------------------------------------------- the program


@dataclass(frozen=True)
class Solution:
    """An answer of the program.

    `flow` is by arc, `ends` the chance of every end of the network; `efforts` and `detections` are by end and smooth
    site, both times that chance. `prices` are the duals of the goal's rows, `budget_price` that of the budget.
    """

    values: Floats
    t: float
    flow: Floats
    ends: Floats
    efforts: Floats
    detections: Floats
    prices: Floats
    budget_price: float


@dataclass
class _Rows:
    row: list[int] = field(default_factory=list[int])
    column: list[int] = field(default_factory=list[int])
    value: list[float] = field(default_factory=list[float])
    limits: list[float] = field(default_factory=list[float])

    def add(self, entries: Iterable[tuple[int, float]], limit: float = 0.0) -> None:
        for column, value in entries:
            self.row.append(len(self.limits))
            self.column.append(column)
            self.value.append(value)
        self.limits.append(limit)

    def matrix(self, columns: int) -> Any:
        from scipy.sparse import csr_array

        return cast("Any", csr_array)((self.value, (self.row, self.column)), shape=(len(self.limits), columns))


def solve(paths: Network, goal: Goal, tangents: Tangents) -> Solution | None:
    """Solve the program; None if the goal's conditions cannot be met.

    Columns: P, t, the flow on every arc, then for every end its chance, and efforts and detections of smooth sites.
    """
    from scipy.optimize import linprog

    sites, many, arcs = len(paths.reaches), len(paths.smooth), len(paths.arcs)
    wide, begin = 1 + 2 * many, len(paths.reaches) + 1 + len(paths.arcs)
    blocks = [begin + wide * k for k in range(len(paths.ends))]
    columns = begin + wide * len(blocks)
    rows, flows = _Rows(), _Rows()
    for row, limit in zip(goal.rows, goal.limits, strict=True):
        rows.add([(int(j), float(row[j])) for j in np.flatnonzero(row)], float(limit))
    for block, spent in zip(blocks, paths.ends.values(), strict=True):
        rest = float(paths.budget - spent)
        rows.add([*((block + 1 + j, 1.0) for j in range(many)), (block, -rest)])
    achieved: list[list[tuple[int, float]]] = [[(i, 1.0)] for i in range(sites)]
    meets: list[list[tuple[int, float]]] = [[] for _ in range(paths.nodes)]
    for a, arc in enumerate(paths.arcs, start=sites + 1):
        achieved[arc.site].append((a, -paths.level(arc)[1]))
        meets[arc.start].append((a, 1.0))
        meets[arc.end].append((a, -1.0))
    for block, node in zip(blocks, paths.ends, strict=True):
        meets[node].append((block, 1.0))
        for j, site in enumerate(paths.smooth):
            achieved[site].append((block + 1 + many + j, -1.0))
            for slope, intercept in tangents[node, site]:
                rows.add([(block + 1 + many + j, 1.0), (block + 1 + j, -slope), (block, -intercept)])
    for entries in achieved:
        rows.add(entries)
    for node, entries in enumerate(meets):
        flows.add(entries, 1.0 if node == 0 else 0.0)
    cost = np.zeros(columns)
    cost[: sites + 1] = -goal.objective
    bounds = [(0, 1)] * sites + [(None, None)] + [(0, None)] * (columns - sites - 1)
    given = {"A_ub": rows.matrix(columns), "b_ub": rows.limits, "A_eq": flows.matrix(columns), "b_eq": flows.limits}
    ways = [("highs-ipm", _OPTIONS), ("highs-ds", _OPTIONS), ("highs-ds", {})]
    done: Any = None
    for method, options in ways if arcs > _SMALL else [ways[1], ways[0], ways[2]]:
        done = cast("Any", linprog)(cost, **given, bounds=bounds, method=method, options=options)
        if done.status == 0:
            break
        if done.status == 2 and options:
            return None
    if done.status != 0:
        raise InspectionTooLarge(f"The solver could not solve the linear program of the inspections: {done.message}")
    x = np.asarray(done.x, dtype=float)
    block = x[begin:].reshape(len(blocks), wide)
    duals = -np.asarray(done.ineqlin.marginals, dtype=float)
    own = len(goal.limits)
    return Solution(
        values=x[:sites], t=float(x[sites]), flow=x[sites + 1 : sites + 1 + arcs], ends=block[:, 0],
        efforts=block[:, 1 : 1 + many], detections=block[:, 1 + many :], prices=np.maximum(duals[:own], 0.0),
        budget_price=float(duals[own : own + len(blocks)] @ block[:, 0]),
    )  # fmt: skip


def sharpen(paths: Network, found: Solution, tangents: Tangents) -> tuple[Floats, bool]:
    """Add tangents where an answer takes a random search to be better than it is.

    Returns
    -------
    over : Floats, shape (sites,)
        By how much it does so.
    added : bool
        Whether there was anything to add.
    """
    over, added = np.zeros(len(paths.reaches)), False
    for k, node in enumerate(paths.ends):
        for j, site in enumerate(paths.smooth):
            chance, reach = float(found.ends[k]), paths.reaches[site]
            if chance <= ROUNDING or reach.levels is not None:
                continue
            effort = float(found.efforts[k, j]) / chance
            above = float(found.detections[k, j]) / chance - reach.chance(effort)
            over[site] += chance * max(0.0, above)
            if chance * above > _TOUCHES:
                tangents[node, site].append(reach.tangent(effort))
                added = True
    return over, added
