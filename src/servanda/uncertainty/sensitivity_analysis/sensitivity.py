"""Which uncertain numbers of an agreement matter: to a figure of a plan, or to its difference between two plans."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import group_of, label
from servanda.agreement.numbers import Uncertain
from servanda.arrays import Floats
from servanda.columns import Columns
from servanda.errors import MOST_DRAWS, counted, no_such, seeded, whole
from servanda.parallel import Progress, Where, connected
from servanda.result import About, Result, about
from servanda.uncertainty.questions import Question, QuestionRefused, answers, ask, from_sweep, numbers_of, placed
from servanda.uncertainty.sensitivity_analysis.sobol import given_indices, power_of_two, sobol_indices
from servanda.uncertainty.sweeps.sweep import Sweep

if TYPE_CHECKING:
    import polars

LEAST_DRAWS = 32  # of a design, whose independent draws are twice as many: below that nothing can be said
FEW = 20  # up to so many numbers are looked at one by one unless told otherwise


@dataclass(frozen=True, repr=False)
class Sensitivity(Result):
    """Which uncertain numbers a figure of a plan, or its difference between two plans, depends on.

    Attributes
    ----------
    agreement : Agreement
    question : Question
    shares : Columns or None
        Sobol' indices, largest total first: `name` (of a group, or of a number), `what` (in words), `numbers` (how
        many), and the columns of `SobolIndices.table`. None where draws already made were used.
    grouped : bool
        Whether the rows of `shares` are groups.
    numbers : Columns
        Each number by itself, from independent draws, largest `first` first: see `given_indices`; besides `what` and
        `group`.
    draws : int
        Points of the design (`shares`), or draws given.
    solves, failed : int
        How often the question was answered, and in how many of these draws there was no answer.
    mean, spread, low, high : float
        Of the figure over independent draws: mean, standard deviation, and the 5% and 95% quantiles.
    seed : int
    about : About or None
    """

    agreement: Agreement = field(repr=False, compare=False)
    question: Question
    shares: Columns | None
    grouped: bool
    numbers: Columns
    draws: int
    solves: int
    failed: int
    mean: float
    spread: float
    low: float
    high: float
    seed: int
    about: About | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the result as dicts, lists and numbers."""
        below = [str(row["name"]) for row in below_first(self.shares)]
        return {**super().to_json(), "question": self.question.to_json(), "total_below_first": below}

    def __repr__(self) -> str:
        asked = f"{self.question.metric.name} of {' less '.join(self.question.plans)}"
        return f"<Sensitivity of {asked}: {self.solves} draws, {self.failed} without an answer>"


def below_first(shares: Columns | None) -> list[dict[str, Any]]:
    """The rows whose share with interactions was estimated below that without, which no true share is."""
    return [row for row in shares or () if row["total"] < row["first"]]


def sensitivity(
    agreement: Agreement,
    plan: str | None = None,
    *,
    between: tuple[str, str] | None = None,
    of: str = "held_clean",
    draws: int = 256,
    seed: int = 0,
    groups: bool | Mapping[str, str] | None = None,
    sweep: Sweep | Columns | polars.DataFrame | None = None,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """Which uncertain numbers does a figure of a plan, or its difference between two plans, depend on?

    Sobol' indices of groups (or of single numbers) from a design of their own, and for each number a measure from the
    independent draws among them; or the latter alone, from a sweep.

    Parameters
    ----------
    plan : str, optional
        By default the only plan of the file.
    between : two names of plans, optional
        In place of `plan`: the metric in the first less that in the second, draw by draw.
    of : str
        The metric, see `servanda.metrics`.
    draws : int
        Points of the design, 32 or more, rounded up to a power of two; the plan is solved draws·(groups + 2) times.
    groups : bool or dict from names of numbers to names of groups, optional
        By default natural groups, if more than 20 numbers are uncertain. Numbers that a dict does not name stay in
        their natural group.
    sweep : Sweep, Columns or polars DataFrame, optional
        Draws already made (see `from_sweep`); nothing is solved then.
    workers, cluster, progress
        As `evaluate`.

    Raises
    ------
    NoSuchName
        If there is no such plan or metric.
    QuestionRefused
        If draws are fewer than 32, nothing is uncertain, the outcome is always the same, too many draws have
        no answer, SALib is missing, or the file says that numbers depend on each other, for which Sobol' indices are
        not defined.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> agreement = servanda.loads(starter_text())
    >>> found = servanda.sensitivity(agreement, "phased", of="years", draws=64, seed=1)
    >>> found.shares["name"][0], found.solves
    ('North: worths', 1216)
    """
    began = time.perf_counter()
    question = ask(agreement, plan, between, of, "sensitivity")
    draws, seed, workers = whole("draws", draws, 1, MOST_DRAWS), seeded(seed), counted(workers)
    numbers = numbers_of(agreement, question)
    names = [one.name for one in numbers]
    belongs = grouping(agreement, numbers, groups)
    if sweep is None:
        check_draws(draws)
    shares, grouped, solves, failed = None, False, 0, 0
    if sweep is not None:
        values, outcome = from_sweep(agreement, question, sweep)
        count, failed = len(outcome), int(np.isnan(outcome).sum())
        shown = given_indices(values, outcome, names, seed=seed)
    else:
        check_independent(agreement)

        def function(points: Floats) -> Floats:
            placed_draws = placed(agreement, numbers, points, seed)
            return answers(agreement, question, placed_draws, workers=workers, cluster=there, progress=progress)

        with connected(cluster) as there:
            found = sobol_indices(function, names, draws, groups=belongs, seed=seed)
        grouped = belongs is not None and len(set(belongs)) > 1
        values, outcome = found.points, found.values
        count, solves, failed = power_of_two(draws), found.solves, found.failed
        shown = given_indices(values, outcome, names, seed=seed)
        shares = _shares(agreement, question, found.table, numbers, belongs if grouped else None)
    known = outcome[np.isfinite(outcome)]
    low, high = np.quantile(known, [0.05, 0.95])
    return Sensitivity(
        agreement=agreement,
        question=question,
        shares=shares,
        grouped=grouped,
        numbers=_numbers(agreement, question, shown, numbers),
        draws=count,
        solves=solves,
        failed=failed,
        mean=float(known.mean()),
        spread=float(known.std(ddof=1)),
        low=float(low),
        high=float(high),
        seed=seed,
        about=about(agreement, time.perf_counter() - began, seed, "SALib", "polars"),
    )


def grouping(
    agreement: Agreement, numbers: Sequence[Uncertain], groups: bool | Mapping[str, str] | None
) -> list[str] | None:
    """The group of each number, or None if numbers are looked at one by one; parameters as `sensitivity`."""
    if groups is False or (groups is None and len(numbers) <= FEW):
        return None
    natural = [group_of(agreement, one) for one in numbers]
    if groups is None or groups is True:
        return natural
    names = [one.name for one in numbers]
    unknown = [name for name in groups if name not in names]
    if unknown:
        raise no_such("uncertain number", unknown[0], names)
    return [groups.get(name, own) for name, own in zip(names, natural, strict=True)]


def planned(numbers: int, belongs: Sequence[str] | None, draws: int) -> int:
    """How many draws a design solves, for so many numbers or their groups."""
    kinds = len(set(belongs)) if belongs is not None else 0
    return power_of_two(draws) * ((kinds if kinds > 1 else numbers) + 2)


def check_draws(draws: int) -> None:
    """Refuse a design of so few draws that nothing could be said of what matters, before any of them is solved."""
    if power_of_two(draws) < LEAST_DRAWS:
        raise QuestionRefused(
            f"draws is {draws}. These are too few to say what matters, as intervals would be wider than what they are"
            f" about. Use {LEAST_DRAWS} or more (256 is a good start)"
        )


def check_independent(agreement: Agreement) -> None:
    """Refuse an agreement that says that some of its numbers depend on each other."""
    if getattr(agreement, "correlations", None):
        raise QuestionRefused(
            "The file says that some of its numbers depend on each other (correlations). Sobol' indices divide the"
            " variance among numbers that vary independently, so here they would mislead. Sweep the file and give the"
            " draws: --sweep FILE.parquet. The measure on given draws then says how each number, with all that moves"
            " along with it, is related to the outcome"
        )


def _shares(
    agreement: Agreement,
    question: Question,
    table: Columns,
    numbers: Sequence[Uncertain],
    belongs: Sequence[str] | None,
) -> Columns:
    words = {one.name: label(agreement, one, question.two) for one in numbers}
    names: list[str] = table["name"].tolist()
    told = names if belongs is not None else [words[name] for name in names]
    sizes = [belongs.count(name) if belongs is not None else 1 for name in names]
    whole = table.with_columns(what=told, numbers=sizes)
    return whole.select("name", "what", "numbers", *table.columns[1:]).sort("total", descending=True)


def _numbers(agreement: Agreement, question: Question, table: Columns, numbers: Sequence[Uncertain]) -> Columns:
    whole = table.with_columns(
        what=[label(agreement, one, question.two) for one in numbers],
        group=[group_of(agreement, one) for one in numbers],
    )
    return whole.select("name", "what", "group", *table.columns[1:]).sort("first", descending=True)
