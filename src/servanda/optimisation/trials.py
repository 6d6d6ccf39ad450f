"""Trying candidates: each is built, solved and judged once, on all cores; and the table of all that were tried."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.arrays import Floats
from servanda.columns import Columns
from servanda.game.compiler import GameTooLarge
from servanda.optimisation._candidates import Candidate, Contradiction, PlanSpace, build, shown
from servanda.optimisation._evolution import SLACK
from servanda.optimisation.objectives import Aim, Condition, NoAnswer, Statistic, work_out
from servanda.parallel import Cluster, Progress, map_in_order
from servanda.uncertainty.sampling import draw, with_values

MEETS = "meets all conditions"
AT_A_TIME = 4  # candidates that a thread or process takes

Found: TypeAlias = dict[str, float] | str  # statistics by name, or why there are none


@dataclass(frozen=True)
class Task:
    """What it takes to judge candidates anywhere: in a thread, or in another process that this is sent to.

    Attributes
    ----------
    where : PlanSpace
    statistics : tuple[Statistic, ...]
    draws : int
        Of the uncertain numbers; 0 if no statistic is over draws.
    seed : int
        Of the draws.
    """

    where: PlanSpace
    statistics: tuple[Statistic, ...]
    draws: int
    seed: int


def judged(task: Task, candidates: Sequence[Candidate]) -> list[Found]:
    """Build and solve some candidates: the statistics of each, or in words why there are none.

    Draws are tied to the numbers of the agreement one by one, so that they are made where they are used.
    """
    where, judge = task.where, _judge(task)
    result: list[Found] = []
    for candidate in candidates:
        try:
            result.append(judge(build(where, candidate), where.plan))
        except Contradiction as contradiction:
            result.append(str(contradiction))
    return result


def _judge(task: Task) -> Callable[[Agreement, str], Found]:
    """A function that works out the statistics of a plan, with the draws of this task."""
    where = task.where
    likely = with_values(where.agreement, {})
    draws = draw(where.agreement, task.draws, task.seed) if task.draws else None

    def judge(agreement: Agreement, plan: str) -> Found:
        try:
            return work_out(agreement, plan, task.statistics, likely, draws, where.levers)
        except AgreementError as error:
            return error.problems[0]
        except GameTooLarge:
            return "too large for the exact solver"
        except NoAnswer as error:
            return f"no equilibrium: {error}"

    return judge


class Trials:
    """The candidates tried so far, each once, with their statistics; new ones are solved on all cores or a cluster."""

    def __init__(
        self,
        task: Task,
        aims: Sequence[Aim],
        conditions: Sequence[Condition],
        total: int,
        workers: int | None,
        cluster: Cluster | None,
    ) -> None:
        self.task, self.aims, self.conditions, self.total = task, aims, conditions, total
        self.taskers, self.cluster = workers, cluster
        self.rows: dict[Candidate, Found] = {}
        self.progress: Progress | None = None

    def judge(self, candidates: Sequence[Candidate]) -> list[tuple[list[float], list[float]] | None]:
        """Task out what is new among candidates; give aims (to be made small) and how far conditions are missed."""
        fresh = [one for one in dict.fromkeys(candidates) if one not in self.rows]
        parts = [fresh[k : k + AT_A_TIME] for k in range(0, len(fresh), AT_A_TIME)]
        results = map_in_order(partial(judged, self.task), parts, workers=self.taskers, cluster=self.cluster)
        for part, found in zip(parts, results, strict=True):
            self.rows |= zip(part, found, strict=True)
            if self.progress is not None:
                self.progress("trying plans", min(1.0, len(self.rows) / self.total))
        return [self._score(self.rows[one]) for one in candidates]

    def _score(self, found: Found) -> tuple[list[float], list[float]] | None:
        if isinstance(found, str):
            return None
        aims = [-found[a.statistic.text] if a.largest else found[a.statistic.text] for a in self.aims]
        return aims, [_missed(condition, found) for condition in self.conditions]

    def _status(self, found: Found) -> str:
        if isinstance(found, str):
            return found
        missed = [str(condition) for condition in self.conditions if _missed(condition, found) > SLACK]
        return f"misses {' and '.join(missed)}" if missed else MEETS

    def front(self) -> list[Candidate]:
        """The candidates that meet all conditions and that no other beats; of equals the first tried."""
        good = [one for one, found in self.rows.items() if self._status(found) == MEETS]
        if not good:
            return []
        scores = np.array([score[0] for one in good if (score := self._score(self.rows[one]))])
        best = [i for i in range(len(good)) if not _beaten(scores, i)]
        best.sort(key=lambda i: (*scores[i], i))
        return [good[i] for i in best]

    def table(self, front: list[Candidate]) -> Columns:
        """All that were tried, in this order, with the numbers of those on the front."""
        place = {one: number for number, one in enumerate(front, start=1)}
        levers = {name: [shown(one[k]) for one in self.rows] for k, name in enumerate(self.task.where.names)}
        rows = Columns.of_rows([{"row": place.get(one)} for one in self.rows], {"row": int})
        return rows.with_columns(**levers, **self._columns(list(self.rows.values())))

    def given(self) -> Columns:
        """The plans of the file, as they stand."""
        agreement, judge = self.task.where.agreement, _judge(self.task)
        names = list(agreement.plans)
        return Columns({"plan": names, **self._columns([judge(agreement, name) for name in names])})

    def _columns(self, rows: list[Found]) -> dict[str, Any]:
        columns: dict[str, Any] = {
            one.text: np.array([np.nan if isinstance(found, str) else found[one.text] for found in rows])
            for one in self.task.statistics
        }
        return columns | {"status": [self._status(found) for found in rows]}


def _missed(condition: Condition, found: dict[str, float]) -> float:
    value = found[condition.statistic.text]
    return condition.value - value if condition.at_least else value - condition.value


def _beaten(scores: Floats, i: int) -> bool:
    """Whether another is as good in every aim and better in one; or the same, and tried before."""
    as_good = (scores <= scores[i]).all(axis=1)
    better = as_good & (scores < scores[i]).any(axis=1)
    return bool(better.any() or as_good[:i].any())
