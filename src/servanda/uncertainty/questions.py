"""What is asked of uncertain numbers: a figure of a plan, or the difference in it between two plans, draw by draw."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.numbers import Uncertain, uncertain
from servanda.arrays import Floats
from servanda.assessment.metrics import figure_names
from servanda.columns import Columns
from servanda.english import did_you_mean
from servanda.errors import ServandaError
from servanda.parallel import Where
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import Draws, draw, place
from servanda.uncertainty.sweeps.sweep import Sweep

if TYPE_CHECKING:
    import polars

MOST_FAILED = 0.1  # share of draws without an answer above which nothing is said


class QuestionRefused(ServandaError, ValueError):
    """A question about uncertain numbers that has no answer as it is asked; the message says why and what to do."""


@dataclass(frozen=True)
class Question:
    """A figure of a plan, or how much larger it is than in another plan.

    Attributes
    ----------
    plan : str
    against : str or None
        The other plan, whose figure is subtracted.
    of : str
        Name of the figure, see `figure_names`.
    """

    plan: str
    against: str | None
    of: str

    @property
    def plans(self) -> tuple[str, ...]:
        """The plans that have to be solved."""
        return (self.plan,) if self.against is None else (self.plan, self.against)


def pose(agreement: Agreement, plan: str, against: str | None = None, of: str = "held_clean") -> Question:
    """Check that a question can be asked of an agreement.

    Parameters
    ----------
    agreement : Agreement
    plan : str
    against : str, optional
        Ask for the difference: the figure in `plan` less that in `against`.
    of : str
        Name of the figure.

    Returns
    -------
    Question

    Raises
    ------
    QuestionRefused
        If there is no such plan or figure, or a plan is compared with itself.
    """
    for name in (plan, against):
        if name is not None and name not in agreement.plans:
            listed = ", ".join(agreement.plans)
            hint = did_you_mean(name, agreement.plans)
            raise QuestionRefused(f"There is no plan '{name}'. The plans are: {listed}.{hint}")
    if plan == against:
        raise QuestionRefused(f"The difference between {plan} and itself is always 0. Name two plans")
    check_figure(agreement, of)
    return Question(plan, against, of)


def check_figure(agreement: Agreement, name: str) -> None:
    """Refuse a figure that plans do not have, with those that they have.

    Parameters
    ----------
    agreement : Agreement
    name : str

    Raises
    ------
    QuestionRefused
    """
    names = figure_names(agreement)
    if name not in names:
        hint = did_you_mean(name, names)
        raise QuestionRefused(f"There is no figure '{name}'. The figures are: {', '.join(names)}.{hint}")


def numbers_of(agreement: Agreement, question: Question) -> tuple[Uncertain, ...]:
    """The uncertain numbers that enter: those of other plans and of the group `inspections` are left out.

    Parameters
    ----------
    agreement : Agreement
    question : Question

    Returns
    -------
    tuple[Uncertain, ...]
        In file order.

    Raises
    ------
    QuestionRefused
        If no number that enters has a range.
    """

    def enters(one: Uncertain) -> bool:
        return any(path[0] != "inspections" and (path[0] != "plans" or path[1] in question.plans) for path in one.paths)

    found = tuple(one for one in uncertain(agreement) if enters(one))
    if not found:
        raise QuestionRefused(
            "No number that enters has a range, so that nothing is uncertain. Give the numbers that you are not sure of"
            " a range: {likely: 0.4, low: 0.2, high: 0.7}"
        )
    return found


def placed(agreement: Agreement, numbers: Sequence[Uncertain], points: Floats, seed: int = 0) -> Draws:
    """Draws with some numbers placed by points of the unit cube, and the middle of the range of all others.

    Parameters
    ----------
    agreement : Agreement
    numbers : sequence of k Uncertain
    points : (D, k) floats between 0 and 1
    seed : int
        Of the points, to be kept with them.

    Returns
    -------
    Draws
    """
    every = [one.name for one in uncertain(agreement)]
    whole = np.full((len(points), len(every)), 0.5)
    whole[:, [every.index(one.name) for one in numbers]] = points
    return place(agreement, whole, seed)


def answers(
    agreement: Agreement,
    question: Question,
    draws: Draws,
    *,
    workers: int | None = None,
    cluster: Where = None,
    progress: Callable[[float], None] | None = None,
) -> Floats:
    """The figure asked for, or the difference, on every draw.

    Parameters
    ----------
    agreement : Agreement
    question : Question
    draws : Draws
    workers, cluster
        As `evaluate`.
    progress : function of a share done, optional

    Returns
    -------
    (D,) floats
        nan where a plan has no answer.
    """
    found: list[Floats] = []
    for i, plan in enumerate(question.plans):

        def done(share: float, i: int = i) -> None:
            if progress is not None:
                progress((i + share) / len(question.plans))

        made = evaluate(agreement, plan, draws, workers=workers, cluster=cluster, progress=done)
        found.append(made.figures[question.of])
    return found[0] if len(found) == 1 else found[0] - found[1]


def enough(failed: int, of: int) -> None:
    """Refuse to go on where too many draws have no answer.

    Parameters
    ----------
    failed, of : int
        Draws without an answer, and all draws.

    Raises
    ------
    QuestionRefused
        If more than a tenth has none.
    """
    if failed > MOST_FAILED * of:
        raise QuestionRefused(
            f"{failed:,} of {of:,} draws have no answer: too many to leave out, as the rest would not be the ranges of"
            " the file. 'servanda solve' says why a plan has no answer; a narrower range of the precision often helps"
        )


def seconds_each(agreement: Agreement, question: Question) -> float:
    """How long one draw takes on one processor, measured on a few draws.

    Parameters
    ----------
    agreement : Agreement
    question : Question

    Returns
    -------
    float
        Seconds, of all plans of the question together.
    """
    few = draw(agreement, 8)
    answers(agreement, question, draw(agreement, 1))  # what the first solving needs besides is not counted
    began = time.perf_counter()
    answers(agreement, question, few, workers=1)
    return (time.perf_counter() - began) / len(few.values)


def from_sweep(
    agreement: Agreement, question: Question, table: Sweep | Columns | polars.DataFrame
) -> tuple[Floats, Floats]:
    """Values of the numbers and the answers, from a sweep.

    Parameters
    ----------
    agreement : Agreement
    question : Question
    table : Sweep, Columns or polars DataFrame
        A row for each draw and plan, with the columns `draw`, `plan`, `status`, the uncertain numbers and the metrics.

    Returns
    -------
    values : (D, k) floats
        Of the numbers that `numbers_of` lists.
    answers : (D,) floats
        nan where a plan has no answer.

    Raises
    ------
    QuestionRefused
        If the table lacks what is needed, or was made from another file.
    """
    names = [one.name for one in numbers_of(agreement, question)]
    rows = _needed(table, question.of, names)
    answer = np.array(rows[question.of], dtype=float)
    if "status" in rows:
        answer = np.where(rows["status"] == "converged", answer, np.nan)
    parts = [np.flatnonzero(rows["plan"] == plan) for plan in question.plans]
    for plan, part in zip(question.plans, parts, strict=True):
        if not part.size:
            there = ", ".join(dict.fromkeys(rows["plan"].tolist()))
            raise QuestionRefused(f"The sweep has no draws of plan {plan}; it has: {there}. Sweep that plan too")
    draws = rows["draw"]
    first = parts[0][np.argsort(draws[parts[0]], kind="stable")]
    found = answer[first]
    if len(parts) == 2:
        other = dict(zip(draws[parts[1]].tolist(), answer[parts[1]].tolist(), strict=True))
        first = first[[draw in other for draw in draws[first].tolist()]]
        if not first.size:
            raise QuestionRefused("The sweep has no draw of both plans, so that they cannot be compared draw by draw")
        found = answer[first] - np.array([other[draw] for draw in draws[first].tolist()])
    return np.stack([np.array(rows[name][first], dtype=float) for name in names], axis=1), found


def _needed(table: Sweep | Columns | polars.DataFrame, metric: str, names: Sequence[str]) -> Columns:
    """The columns that a question needs, of a table that has them."""
    if isinstance(table, Sweep):
        there = (
            "draw",
            "plan",
            "status",
            *(str(one["name"]) for one in table.about["inputs"]),
            *table.about["figures"],
        )
    else:
        there = tuple(table.columns)
    needed = ("draw", "plan", metric, *names)
    missing = [name for name in needed if name not in there]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise QuestionRefused(
            f"The sweep has no column {', '.join(missing[:3])}{more}. It has to be a sweep of this very file: make it"
            " anew with the file as it is now"
        )
    wanted = (*needed, *(["status"] if "status" in there else []))
    if isinstance(table, Sweep):
        return table.source.table(wanted)
    return table.select(*wanted) if isinstance(table, Columns) else Columns.of_polars(table.select(*wanted))
