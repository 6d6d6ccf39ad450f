"""A tornado: what each uncertain number does by itself, at the low and the high end of its range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Years
from servanda.agreement.labels import group_of, label
from servanda.columns import Columns
from servanda.parallel import Where
from servanda.result import drawn, html
from servanda.uncertainty.questions import Question, QuestionRefused, answers, enough, numbers_of, pose
from servanda.uncertainty.sampling import assign

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Tornado:
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

    @property
    def moved(self) -> Columns:
        """The rows with an answer at both ends."""
        return self.table.where(~np.isnan(self.table["swing"]))

    def plot(self, narrow: bool = False) -> Figure:
        """Draw the swings, the largest first."""
        return drawn("tornado", self.agreement, self, narrow=narrow)

    def _repr_html_(self) -> str:
        return html(self, self.table)

    def __repr__(self) -> str:
        return f"<Tornado of {self.question.of} of {' less '.join(self.question.plans)}: {self.table.height} numbers>"


def tornado(
    agreement: Agreement,
    plan: str,
    against: str | None = None,
    *,
    of: str = "held_clean",
    workers: int | None = None,
    cluster: Where = None,
    progress: Callable[[float], None] | None = None,
) -> Tornado:
    """Move one uncertain number after another to the ends of its range, all others at their likely value.

    Chances that must add up to 1 are scaled when a plan is solved, as with draws.

    Parameters
    ----------
    agreement : Agreement
    plan : str
    against : str, optional
        Ask for the difference: the figure in `plan` less that in `against`.
    of : str
        The figure, see `figure_names`.
    workers, cluster, progress
        As `evaluate`.

    Returns
    -------
    Tornado

    Raises
    ------
    QuestionRefused
        If there is no such plan or figure, nothing is uncertain, or there is no answer at the likely values.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> swings = servanda.tornado(servanda.loads(starter()), "phased", of="years")
    >>> swings.table["name"][0], swings.solves
    ('stakes.programme.worth.north', 57)
    """
    question = pose(agreement, plan, against, of)
    numbers = numbers_of(agreement, question)
    k = len(numbers)
    columns = {one.name: np.full(planned(k), one.number.likely) for one in numbers}
    for j, one in enumerate(numbers):
        columns[one.name][2 * j + 1 : 2 * j + 3] = one.number.low, one.number.high
    points = assign(agreement, columns)
    found = answers(agreement, question, points, workers=workers, cluster=cluster, progress=progress)
    likely, at_low, at_high = float(found[0]), found[1::2], found[2::2]
    if np.isnan(likely):
        raise QuestionRefused(
            f"{' and '.join(question.plans)}: no answer with every number at its likely value, so that nothing can be"
            " set against it. 'servanda solve' says why"
        )
    failed = int(np.isnan(found).sum())
    enough(failed, found.size)
    rows = {
        "name": [one.name for one in numbers],
        "what": [label(agreement, one, question.against is not None) for one in numbers],
        "group": [group_of(agreement, one) for one in numbers],
        "low": [one.number.low for one in numbers],
        "high": [one.number.high for one in numbers],
        "duration": [isinstance(one.number, Years) for one in numbers],
        "at_low": at_low,
        "at_high": at_high,
        "swing": np.maximum(np.maximum(at_low, at_high), likely) - np.minimum(np.minimum(at_low, at_high), likely),
    }
    table = Columns(rows).sort("swing", descending=True)
    return Tornado(agreement, question, likely, table, found.size, failed)


def planned(numbers: int) -> int:
    """How many draws a tornado of so many numbers solves."""
    return 2 * numbers + 1
