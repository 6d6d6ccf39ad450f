"""A tornado: what each uncertain number does by itself, at the low and the high end of its range."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Years
from servanda.agreement.labels import group_of, label
from servanda.columns import Columns
from servanda.errors import counted
from servanda.parallel import Progress, Where
from servanda.result import About, Result, about
from servanda.uncertainty.questions import Question, QuestionRefused, answers, ask, enough, numbers_of
from servanda.uncertainty.sampling import with_values


@dataclass(frozen=True, repr=False)
class Tornado(Result):
    """What a figure does when one number after another goes to the ends of its range, all others at their likely value.

    Attributes
    ----------
    agreement : Agreement
    question : Question
    likely : float
        The figure with every number at its likely value.
    table : Columns
        A row for each number, largest swing first: `name`, `what` (in words), `group`, `low` and `high` (the ends of
        its range), `duration` (whether these are years), `at_low` and `at_high` (the figure there), `swing` (how far
        apart the least and the largest of these and of the likely are). Where there is no answer, nan; such rows come
        last.
    solves, failed : int
        How often the question was answered, and how often there was no answer.
    """

    agreement: Agreement = field(repr=False, compare=False)
    question: Question
    likely: float
    table: Columns
    solves: int
    failed: int
    about: About | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the result as dicts, lists and numbers."""
        return {**super().to_json(), "question": self.question.to_json()}

    @property
    def moved(self) -> Columns:
        """The rows with an answer at both ends."""
        return self.table.where(~np.isnan(self.table["swing"]))

    def __repr__(self) -> str:
        plans = " less ".join(self.question.plans)
        return f"<Tornado of {self.question.metric.name} of {plans}: {self.table.height} numbers>"


def tornado(
    agreement: Agreement,
    plan: str | None = None,
    *,
    between: tuple[str, str] | None = None,
    of: str = "held_clean",
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Tornado:
    """Move one uncertain number after another to the ends of its range, all others at their likely value.

    Chances that must add up to 1 are scaled when a plan is solved, as with draws.

    Parameters
    ----------
    plan : str, optional
        By default the only plan of the file.
    between : two names of plans, optional
        In place of `plan`: the metric in the first less that in the second.
    of : str
        The metric, see `servanda.metrics`.
    workers, cluster, progress
        As `evaluate`.

    Raises
    ------
    NoSuchName
        If there is no such plan or metric.
    QuestionRefused
        If nothing is uncertain, or there is no answer at the likely values.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> swings = servanda.tornado(servanda.loads(starter_text()), "phased", of="years")
    >>> swings.table["name"][0], swings.solves
    ('stakes.programme.worth.north', 57)
    """
    began = time.perf_counter()
    question = ask(agreement, plan, between, of, "tornado")
    workers = counted(workers)
    numbers = numbers_of(agreement, question)
    k = len(numbers)
    columns = {one.name: np.full(planned(k), one.number.likely) for one in numbers}
    for j, one in enumerate(numbers):
        columns[one.name][2 * j + 1 : 2 * j + 3] = one.number.low, one.number.high
    points = with_values(agreement, columns)
    found = answers(agreement, question, points, workers=workers, cluster=cluster, progress=progress)
    likely, at_low, at_high = float(found[0]), found[1::2], found[2::2]
    if np.isnan(likely):
        raise QuestionRefused(
            f"The solver found no equilibrium for {' and '.join(question.plans)} with every number at its likely value,"
            " so there is nothing to compare with. 'servanda solve' says why"
        )
    failed = int(np.isnan(found).sum())
    enough(failed, found.size)
    rows = {
        "name": [one.name for one in numbers],
        "what": [label(agreement, one, question.two) for one in numbers],
        "group": [group_of(agreement, one) for one in numbers],
        "low": [one.number.low for one in numbers],
        "high": [one.number.high for one in numbers],
        "duration": [isinstance(one.number, Years) for one in numbers],
        "at_low": at_low,
        "at_high": at_high,
        "swing": np.maximum(np.maximum(at_low, at_high), likely) - np.minimum(np.minimum(at_low, at_high), likely),
    }
    table = Columns(rows).sort("swing", descending=True)
    made = about(agreement, time.perf_counter() - began)
    return Tornado(agreement, question, likely, table, found.size, failed, made)


def planned(numbers: int) -> int:
    """How many draws a tornado of so many numbers solves."""
    return 2 * numbers + 1
