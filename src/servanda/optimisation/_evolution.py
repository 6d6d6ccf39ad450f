# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# (pymoo has no types)
"""Searching among more candidates than can all be tried: a genetic algorithm for aims and conditions (pymoo)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np

from servanda.agreement.format.levers import FindsLever, OrderLever, ShareLever
from servanda.errors import MissingExtra
from servanda.optimisation._candidates import Candidate, PlanSpace, Value

DIGITS = 4  # of shares and rates that a lever without steps sets
IDLE = 15  # generations without a candidate that was not tried before, after which the search ends
SLACK = 1e-9  # by which a condition may be missed, for the rounding of sums
_WORST = 1e9
_AROUND = 12  # candidates tried around the best one before it is looked at again
_WIDEST, _NARROWEST = 0.1, 2e-5  # of that circle, as a share of what a lever may set

# For candidates one after the other: what the aims come to, all to be made small, and by how much conditions are missed
# (not above 0: met); None for candidates without an answer.
Judge: TypeAlias = Callable[[Sequence[Candidate]], list[tuple[list[float], list[float]] | None]]


@dataclass(frozen=True)
class _Gene:
    """One variable of the algorithm: any value from 0 to 1, or a whole number below `choices`."""

    name: str
    choices: int | None


def evolve(where: PlanSpace, judge: Judge, aims: int, conditions: int, evaluations: int, seed: int) -> None:
    """Try candidates, generation after generation, each bred from the best so far.

    NSGA-II (Deb et al. 2002) where there are several aims. Where there is one, the second half of what may be tried
    lies around the best found, nearer and nearer as long as nothing better turns up (an evolution strategy, Rechenberg
    1973). Orders are written as keys that are sorted (Bean 1994). The plan as given is among the first. The judge keeps
    what was tried.

    Parameters
    ----------
    judge : function
        Asked for one generation at a time; it has to know what it has seen before.
    aims, conditions : int
        How many numbers it gives.
    evaluations : int
        How many different candidates to try at most.
    seed : int
        The same seed, the same candidates.

    Raises
    ------
    MissingExtra
        If pymoo is not installed.
    """
    try:
        from pymoo.core.evaluator import Evaluator
        from pymoo.core.mixed import MixedVariableGA
        from pymoo.core.population import Population
        from pymoo.core.problem import Problem
        from pymoo.core.variable import Integer, Real
        from pymoo.operators.survival.rank_and_crowding import RankAndCrowding
        from pymoo.problems.static import StaticProblem
    except ImportError:
        raise MissingExtra(
            f"The levers of plan {where.plan} allow more than {evaluations} plans, and a search among them needs pymoo."
            " Install it with: pip install 'servanda[design]'. Or give the levers a step, so that servanda can try all"
            " plans"
        ) from None

    genes = _genes(where)
    variables: dict[str, Any] = {
        gene.name: Real(bounds=(0.0, 1.0)) if gene.choices is None else Integer(bounds=(0, gene.choices - 1))
        for gene in genes
    }
    problem: Any = Problem(vars=variables, n_obj=aims, n_ieq_constr=conditions + 1)
    size = min(40, max(12, evaluations // 15))
    first: Any = Population.new(X=np.array(_first(where, genes, size, seed), dtype=object))
    more: dict[str, Any] = {"survival": RankAndCrowding()} if aims > 1 else {}
    algorithm: Any = MixedVariableGA(pop_size=size, sampling=first, **more)
    algorithm.setup(problem, seed=seed, verbose=False, termination=("n_gen", 10**6))
    seen: set[Candidate] = set()
    best: tuple[tuple[float, float], Candidate] | None = None
    idle = 0
    breeding = evaluations if aims > 1 else max(1, evaluations // 2)
    while len(seen) < breeding and idle < IDLE:
        born: Any = algorithm.ask()
        candidates = [_decode(where, row) for row in born.get("X")]
        fresh = [one for one in dict.fromkeys(candidates) if one not in seen]
        if len(seen) + len(fresh) > evaluations:
            judge(fresh[: evaluations - len(seen)])
            return
        idle = 0 if fresh else idle + 1
        seen.update(fresh)
        found = judge(candidates)
        best = _better(best, candidates, found)
        F = np.array([row[0] if row else [_WORST] * aims for row in found])
        G = np.array([[*row[1], 0.0] if row else [*[0.0] * conditions, _WORST] for row in found])
        evaluator: Any = Evaluator()
        evaluator.eval(StaticProblem(problem, F=F, G=G), born)
        algorithm.tell(infills=born)
    if aims == 1 and best is not None:
        _refine(where, judge, genes, best, evaluations, seen, np.random.default_rng(seed))


def _better(
    best: tuple[tuple[float, float], Candidate] | None,
    candidates: Sequence[Candidate],
    found: list[tuple[list[float], list[float]] | None],
) -> tuple[tuple[float, float], Candidate] | None:
    """The best so far: that misses its conditions least, and of those that meet them the one whose aim is smallest."""
    for candidate, row in zip(candidates, found, strict=True):
        if row is not None:
            missed = sum(max(0.0, each - SLACK) for each in row[1])
            if best is None or (missed, row[0][0]) < best[0]:
                best = ((missed, row[0][0]), candidate)
    return best


def _refine(
    where: PlanSpace,
    judge: Judge,
    genes: list[_Gene],
    best: tuple[tuple[float, float], Candidate],
    evaluations: int,
    seen: set[Candidate],
    rng: np.random.Generator,
) -> None:
    """Try candidates around the best one, in a circle that widens when one is better and narrows when none is."""
    width, idle = _WIDEST, 0
    while len(seen) < evaluations and idle < 10 * IDLE:
        center = _encode(where, best[1])
        rows = [_near(genes, center, width, rng) for _ in range(_AROUND)]
        fresh = [one for one in dict.fromkeys(_decode(where, row) for row in rows) if one not in seen]
        fresh = fresh[: evaluations - len(seen)]
        seen.update(fresh)
        idle = 0 if fresh else idle + 1
        after = _better(best, fresh, judge(fresh))
        assert after is not None
        width = min(_WIDEST, width * (2.0 if after[1] != best[1] else 0.8))
        width = _WIDEST if width < _NARROWEST else width
        best = after


def _near(
    genes: list[_Gene], center: dict[str, float | int], width: float, rng: np.random.Generator
) -> dict[str, float | int]:
    """A row of genes near another; a whole number keeps still, or goes at least one up or down."""
    row: dict[str, float | int] = {}
    for gene in genes:
        move = width * float(rng.standard_normal())
        if gene.choices is None:
            row[gene.name] = min(1.0, max(0.0, center[gene.name] + move))
        else:
            far = np.sign(move) * np.ceil(abs(move) * (gene.choices - 1))
            jump = far if rng.random() < max(width, 1.0 / len(genes)) else 0.0
            row[gene.name] = int(min(gene.choices - 1, max(0, center[gene.name] + jump)))
    return row


def _genes(where: PlanSpace) -> list[_Gene]:
    genes: list[_Gene] = []
    for lever, name, among in zip(where.levers, where.names, where.values, strict=True):
        if isinstance(lever, OrderLever):
            genes += [_Gene(f"{name}|{entry}", None) for entry in lever.order]
        elif among is None:
            genes.append(_Gene(name, None))
        elif len(among) > 1:
            genes.append(_Gene(name, len(among)))
    return genes


def _first(where: PlanSpace, genes: list[_Gene], size: int, seed: int) -> list[dict[str, float | int]]:
    """The first generation: every gene's values spread evenly over it, and the plan as given in place of one."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, float | int]] = [{} for _ in range(size)]
    for gene in genes:
        shares = (rng.permutation(size) + rng.random(size)) / size
        for row, share in zip(rows, shares, strict=True):
            row[gene.name] = float(share) if gene.choices is None else int(share * gene.choices)
    if where.allowed:
        rows[0] = _encode(where, where.current)
    return rows


def _encode(where: PlanSpace, candidate: Candidate) -> dict[str, float | int]:
    row: dict[str, float | int] = {}
    for lever, name, among, value in zip(where.levers, where.names, where.values, candidate, strict=True):
        if isinstance(lever, OrderLever):
            order = cast("tuple[str, ...]", value)
            row |= {f"{name}|{entry}": (order.index(entry) + 0.5) / len(order) for entry in lever.order}
        elif isinstance(lever, ShareLever | FindsLever) and among is None:
            row[name] = (cast("float", value) - lever.least) / (lever.most - lever.least)
        elif among is not None and len(among) > 1:
            row[name] = among.index(value)
    return row


def _decode(where: PlanSpace, row: dict[str, Any]) -> Candidate:
    values: list[Value] = []
    for lever, name, among in zip(where.levers, where.names, where.values, strict=True):
        if isinstance(lever, OrderLever):
            values.append(tuple(sorted(lever.order, key=lambda entry: float(row[f"{name}|{entry}"]))))
        elif isinstance(lever, ShareLever | FindsLever) and among is None:
            found = round(lever.least + (lever.most - lever.least) * float(row[name]), DIGITS)
            values.append(min(lever.most, max(lever.least, found)))
        elif among is not None:
            values.append(among[int(row[name]) if len(among) > 1 else 0])
    return tuple(values)
