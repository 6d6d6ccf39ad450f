"""Plans held against each other at chosen values of the uncertain numbers, and a change of such values in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from servanda.agreement.labels import named, unit_of
from servanda.agreement.numbers import uncertain
from servanda.arrays import Floats
from servanda.parallel import Cluster
from servanda.records import Record
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.questions import Question
from servanda.uncertainty.tipping_points._least_change import LeastChange
from servanda.uncertainty.tipping_points.axes import AxisSpace, at, draws_at

TIE = 1e-8  # plans whose metrics differ by no more are level: what is solved is not more exact than that


class PlanGap:
    """A metric of some plans at points of a space; it counts how often it was asked.

    Attributes
    ----------
    space : AxisSpace
    question : Question
    solved, unsolved : int
        Points looked at, and those at which some plan has no answer.
    """

    def __init__(
        self, where: AxisSpace, question: Question, workers: int | None = None, cluster: Cluster | None = None
    ) -> None:
        self.space, self.question, self.plans = where, question, question.plans
        self.workers, self.cluster = workers, cluster
        self.solved = self.unsolved = 0

    def metrics(self, points: Floats) -> Floats:
        """The metric of each plan, (plans, P); nan where there is no answer."""
        draws = draws_at(self.space, points)
        made = [
            evaluate(self.space.agreement, plan, draws, workers=self.workers, cluster=self.cluster)
            for plan in self.plans
        ]
        found = np.array([one.metrics[self.question.metric.name] for one in made])
        self.solved += len(points)
        self.unsolved += int(np.isnan(found).any(axis=0).sum())
        return found

    def ahead(self, points: Floats) -> Floats:
        """How far the first plan is ahead of the second, (P,); 0 where they are level."""
        if not len(points):
            return np.zeros(0)
        first, second = self.metrics(points)
        ahead = self.question.metric.sign * (first - second)
        return np.where(np.abs(ahead) <= TIE, 0.0, ahead)

    def along(self, which: Floats, shares: Floats) -> Floats:
        """The same with one number moved at a time: axis by index, and how far, in ranges from likely; (P,) each."""
        points = np.zeros((len(shares), len(self.space.axes)))
        points[np.arange(len(shares)), which.astype(int)] = shares
        return self.ahead(points)


def change_of(gap: PlanGap, looked: LeastChange) -> Change:
    """Say what a search has found: the change, or the best point if it found none; solved there once more."""
    point = looked.best if looked.point is None else looked.point
    where = gap.space
    known = {one.name: one for one in uncertain(where.agreement)}
    paths = {name: one.paths[0] for name, one in known.items()} | _fixed_paths(where)
    shares = {axis.name: float(point[j]) for j, axis in enumerate(where.axes)}
    likely = {name: float(v[0]) for name, v in at(where, np.zeros((1, point.size))).items()}
    moved: list[Moved] = []
    for name, value in at(where, point[None]).items():
        if abs(float(value[0]) - likely[name]) <= 1e-9 * max(1.0, abs(likely[name])):
            continue
        number = known[name].number if name in known else None
        moved.append(
            Moved(
                name=name,
                words=named(where.agreement, paths[name], name),
                unit=unit_of(paths[name]),
                likely=likely[name],
                value=float(value[0]),
                low=number.low if number else None,
                high=number.high if number else None,
                distance=shares.get(name, 0.0),
                follows=name not in shares,
            )
        )
    moved.sort(key=lambda one: -abs(one.distance))
    values = gap.metrics(point[None])[:, 0].tolist()
    return Change(
        moved=tuple(moved),
        distance=float(np.sqrt(point @ point)),
        figures=dict(zip(gap.plans, values, strict=True)),
        starts=looked.starts,
        alike=looked.alike,
        broken=looked.broken,
        numbers=len(where.axes),
    )


def _fixed_paths(where: AxisSpace) -> dict[str, tuple[str | int, ...]]:
    """Where the chances stand that follow and have no range of their own."""
    places = {axis.name: axis.path for axis in where.axes}
    found: dict[str, tuple[str | int, ...]] = {}
    for group in where.groups:
        path = next(places[name] for name, _ in group.members if name in places)
        for name, _ in group.rest:
            parts = name.split(".")
            found[name] = (*path[:3], parts[3], "chance") if path[0] == "parties" else (*path[:5], parts[-1])
    return found


@dataclass(frozen=True)
class Moved:
    """A number that is changed along with others.

    Attributes
    ----------
    name, words, unit : str
    likely, value : float
        Before and after; in the number's unit.
    low, high : float or None
        Its range in the file; None for the chance of a type that has none, and follows from the others.
    distance : float
        `value` less `likely`, in ranges; 0 where the number only follows from others.
    follows : bool
        Whether it is what the other types of the same party leave.
    """

    name: str
    words: str
    unit: str
    likely: float
    value: float
    low: float | None
    high: float | None
    distance: float
    follows: bool


@dataclass(frozen=True)
class Change(Record):
    """A change of several numbers at once, as small as one was found.

    Attributes
    ----------
    moved : tuple[Moved, ...]
        What changes, the largest change first; all other numbers stay likely.
    distance : float
        The root of the sum of the squares of all changes, each in ranges. An upper bound on the least change: a smaller
        one may exist.
    figures : dict of float
        By plan: the metric there, as solved at exactly that point.
    starts, alike, broken : int
        Searches made; those that ended with as small a change; those given up as there was no answer on the way.
    numbers : int
        How many numbers were free to move in the search.
    """

    moved: tuple[Moved, ...]
    distance: float
    figures: dict[str, float]
    starts: int
    alike: int
    broken: int
    numbers: int
