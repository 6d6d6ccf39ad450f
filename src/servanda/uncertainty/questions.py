"""What is asked of uncertain numbers: a metric of a plan, or the difference in it between two plans, draw by draw."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.numbers import Uncertain, uncertain
from servanda.agreement.plan_names import plan_name, two_plans
from servanda.arrays import Floats
from servanda.assessment.metrics import Metric, metric
from servanda.columns import Columns
from servanda.errors import ServandaError, UsageError, expect, need
from servanda.parallel import Progress, Where, part_of
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import Draws, draw, from_unit_cube
from servanda.uncertainty.sweeps.sweep import Sweep

if TYPE_CHECKING:
    import polars

MOST_FAILED = 0.1  # share of draws without an answer above which nothing is said


class QuestionRefused(ServandaError, ValueError):
    """A question about uncertain numbers that has no answer as it is asked; the message says why and what to do."""


@dataclass(frozen=True)
class Question:
    """A metric of a plan; or, of two plans, how much larger it is in the first.

    Attributes
    ----------
    plans : tuple of str
        The plans that have to be solved: one, or two.
    metric : Metric
    """

    plans: tuple[str, ...]
    metric: Metric

    @property
    def two(self) -> bool:
        """Whether it is about the difference between two plans."""
        return len(self.plans) == 2

    def to_json(self) -> dict[str, Any]:
        """Give the question as results say it to other programs."""
        return {"plan": self.plans[0], "against": self.plans[1] if self.two else None, "of": self.metric.name}


def ask(
    agreement: Agreement,
    plan: str | None = None,
    between: Iterable[str] | None = None,
    of: str = "held_clean",
    verb: str = "sensitivity",
) -> Question:
    """Ask for a metric of a plan, or for the difference in it between two plans.

    Parameters
    ----------
    plan : str, optional
        By default the only plan of the file.
    between : two names, optional
        In place of `plan`: the metric in the first plan less that in the second.
    of : str
        Name of the metric.
    verb : str
        Who asks, for messages.

    Raises
    ------
    NoSuchName
        If there is no such plan or metric.
    UsageError
        If it is not clear which plan is meant, or two plans are not two.
    """
    expect(agreement, Agreement, verb)
    if plan is not None and between is not None:
        raise UsageError("plan asks about one plan, between about the difference between two. Leave out one of them")
    plans = (plan_name(agreement, plan),) if between is None else two_plans(agreement, between)
    return Question(plans, metric(agreement, of))


def entering(agreement: Agreement, plans: Sequence[str]) -> tuple[Uncertain, ...]:
    """The uncertain numbers that can matter to play: those of other plans and of the group `inspections` cannot.

    Returns
    -------
    tuple[Uncertain, ...]
        In file order.
    """

    def enters(one: Uncertain) -> bool:
        return any(path[0] != "inspections" and (path[0] != "plans" or path[1] in plans) for path in one.paths)

    return tuple(one for one in uncertain(agreement) if enters(one))


def numbers_of(agreement: Agreement, question: Question) -> tuple[Uncertain, ...]:
    """The uncertain numbers that enter a question, see `entering`.

    Raises
    ------
    QuestionRefused
        If there are none.
    """
    found = entering(agreement, question.plans)
    if not found:
        raise QuestionRefused(
            "No number that matters here has a range, so nothing is uncertain. Give the numbers that you are not sure"
            " of a range, such as {likely: 0.4, low: 0.2, high: 0.7}"
        )
    return found


def placed(agreement: Agreement, numbers: Sequence[Uncertain], points: Floats, seed: int = 0) -> Draws:
    """Draws with some numbers placed by points of the unit cube, and the middle of the range of all others.

    Parameters
    ----------
    points : (D, k) floats between 0 and 1
    seed : int
        Of the points, to be kept with them.
    """
    every = [one.name for one in uncertain(agreement)]
    whole = np.full((len(points), len(every)), 0.5)
    whole[:, [every.index(one.name) for one in numbers]] = points
    return from_unit_cube(agreement, whole, seed)


def answers(
    agreement: Agreement,
    question: Question,
    draws: Draws,
    *,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Floats:
    """The metric asked for, or the difference, on every draw.

    Parameters
    ----------
    workers, cluster, progress
        As `evaluate`.

    Returns
    -------
    (D,) floats
        nan where a plan has no answer.
    """
    found: list[Floats] = []
    for i, plan in enumerate(question.plans):
        part = part_of(progress, i / len(question.plans), (i + 1) / len(question.plans))
        made = evaluate(agreement, plan, draws, workers=workers, cluster=cluster, progress=part)
        found.append(made.metrics[question.metric.name])
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
            f"The solver found no equilibrium for {failed:,} of {of:,} draws. These are too many to leave out, as the"
            " rest would no longer represent the ranges of the file. 'servanda solve' says why a plan has no"
            " equilibrium. A narrower range of the precision often helps"
        )


def seconds_each(agreement: Agreement, question: Question) -> float:
    """How long one draw takes on one processor, measured on a few draws.

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
    of = question.metric.name
    rows = _needed(table, of, names)
    answer = np.array(rows[of], dtype=float)
    if "status" in rows:
        answer = np.where(rows["status"] == "converged", answer, np.nan)
    parts = [np.flatnonzero(rows["plan"] == plan) for plan in question.plans]
    for plan, part in zip(question.plans, parts, strict=True):
        if not part.size:
            there = ", ".join(dict.fromkeys(rows["plan"].tolist()))
            raise QuestionRefused(f"The sweep has no draws of plan {plan}. It has: {there}. Sweep that plan too")
    draws = rows["draw"]
    first = parts[0][np.argsort(draws[parts[0]], kind="stable")]
    found = answer[first]
    if len(parts) == 2:
        other = dict(zip(draws[parts[1]].tolist(), answer[parts[1]].tolist(), strict=True))
        first = first[[draw in other for draw in draws[first].tolist()]]
        if not first.size:
            raise QuestionRefused("The sweep has no draw of both plans, so they cannot be compared draw by draw")
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
            f"The sweep has no column {', '.join(missing[:3])}{more}. The sweep must be of this very file. Run it again"
            " with the file as it is now"
        )
    wanted = (*needed, *(["status"] if "status" in there else []))
    if isinstance(table, Sweep):
        return table.source.table(wanted)
    if isinstance(table, Columns):
        return table.select(*wanted)
    need("tables", "A table of draws", "polars")
    return Columns.of_polars(table.select(*wanted))
