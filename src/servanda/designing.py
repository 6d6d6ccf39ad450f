# pyright: reportUnknownMemberType=false
"""Look for better plans: of all that the levers of a plan allow, those that no other beats in every aim at once."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda._candidates import Candidate, Contradiction, Space, all_candidates, build, shown, space
from servanda._evolution import evolve
from servanda._front_chart import Axis, Panel, Point, draw_front
from servanda._sums import Floats
from servanda.agreement import Agreement, AgreementError
from servanda.drawing import Draws, assign, draw
from servanda.game import GameTooLarge
from servanda.objectives import (
    SLACK,
    Aim,
    Condition,
    Figure,
    NoAnswer,
    objective_names,
    read_condition,
    read_figure,
    work_out,
)
from servanda.wording import capital

if TYPE_CHECKING:
    import polars as pl
    from matplotlib.figure import Figure as Picture

MEETS = "meets all conditions"


class NothingToDesign(ValueError):
    """A request for better plans that says too little: no levers, no aim, no draws for a figure over draws."""


@dataclass(frozen=True, repr=False)
class Design:
    """What a search for better plans has found.

    Attributes
    ----------
    agreement : Agreement
        As given.
    plan : str
        Whose levers were moved.
    aims : tuple[Aim, ...]
    conditions : tuple[Condition, ...]
    levers : tuple[str, ...]
        Names of the levers, such as `share.freeze.programme`.
    size : float
        How many plans the levers allow; infinity if a share or rate may take any value.
    exhaustive : bool
        Whether all of them were tried.
    seed : int
        Of the search and of the draws.
    draws : int
        Of the uncertain numbers, for figures over draws; 0 if none were needed.
    table : polars.DataFrame
        A row for every candidate tried, in the order tried: `row` (number on the front from 1, null if not on it), the
        levers by name, every figure that is an aim or in a condition (null without an answer), and `status`: `meets all
        conditions`, or why not.
    given : polars.DataFrame
        The same figures of every plan of the file, as it stands: `plan`, figures, `status`.
    plans : tuple[Agreement, ...]
        The agreement with each plan of the front in place of `plan`, in the order of the front.
    """

    agreement: Agreement
    plan: str
    aims: tuple[Aim, ...]
    conditions: tuple[Condition, ...]
    levers: tuple[str, ...]
    size: float
    exhaustive: bool
    seed: int
    draws: int
    table: pl.DataFrame = field(compare=False)
    given: pl.DataFrame = field(compare=False)
    plans: tuple[Agreement, ...]

    @property
    def front(self) -> pl.DataFrame:
        """The candidates that no other beats in every aim at once, best in the first aim first."""
        return self.table.filter(self.table["row"].is_not_null()).sort("row")

    def plot(self, narrow: bool = False) -> Picture:
        """Draw the front, with the plans of the file on it.

        Parameters
        ----------
        narrow : bool
            For a phone.

        Returns
        -------
        matplotlib Figure
            One panel for each further aim against the first. Labels: `front`, `tried`, `missed` and the plans' names.
        """
        return draw_front(headline(self), *_panels(self), narrow)

    def __repr__(self) -> str:
        how = "all" if self.exhaustive else f"{len(self.table)} of {_many(self.size)}"
        return f"<Design of plan {self.plan!r}: {how} candidates tried, {len(self.plans)} on the front>"


def design(
    agreement: Agreement,
    plan: str,
    *,
    maximise: Iterable[str] = (),
    minimise: Iterable[str] = (),
    subject_to: Iterable[str] = (),
    evaluations: int = 1000,
    draws: int = 0,
    seed: int = 0,
    workers: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Design:
    """Look for better plans among those that the levers of a plan allow.

    If the levers allow no more than `evaluations` plans, all of them are tried; else a genetic algorithm searches
    (see `servanda._evolution`), and nothing proves that it has found the best.

    Parameters
    ----------
    agreement : Agreement
        With levers for that plan.
    plan : str
    maximise, minimise : names of figures
        See `objective_names`; at least one in all. Before a name
        may stand `mean.` or `q10.` (any quantile), over draws.
    subject_to : conditions
        Such as `gain.dprk >= 0`.
    evaluations : int
        How many different plans to solve at most.
    draws : int
        Of the uncertain numbers, for figures over draws; the same ones for every plan.
    seed : int
        The same seed, the same result.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on them.
    progress : function of a float, optional
        Called with the share that is done.

    Returns
    -------
    Design

    Raises
    ------
    KeyError
        If there is no such plan.
    UnknownFigure
        If a name or condition cannot be understood.
    NothingToDesign
        If the plan has no levers, or there is no aim.
    AgreementError
        If the plan as given cannot be played.
    SearchMissing
        If the library that searches is needed and not installed.

    Examples
    --------
    >>> import servanda
    >>> from servanda.starter import starter
    >>> lever = "levers: {phased: [{share: freeze, of: programme, from: 0.1, to: 0.9, step: 0.1}]}"
    >>> servanda.design(servanda.loads(starter() + lever), "phased", maximise=["held_clean"])
    <Design of plan 'phased': all candidates tried, 1 on the front>
    """
    aims = (
        *(Aim(read_figure(agreement, name), True) for name in maximise),
        *(Aim(read_figure(agreement, name), False) for name in minimise),
    )
    conditions = tuple(read_condition(agreement, text) for text in subject_to)
    figures = list(dict.fromkeys([*(aim.figure for aim in aims), *(c.figure for c in conditions)]))
    _insist(agreement, plan, aims, figures, draws)
    where = space(agreement, plan)
    tried = _Tried(where, aims, conditions, figures, draws, seed, workers)
    whole = where.size <= evaluations
    total = int(where.size) if whole else evaluations
    tried.progress = (lambda: progress(min(1.0, len(tried.rows) / total))) if progress is not None else None
    if whole:
        tried.judge(list(all_candidates(where)))
    else:
        evolve(where, tried.judge, len(aims), len(conditions), evaluations, seed)
    front = tried.front()
    return Design(
        agreement=agreement,
        plan=plan,
        aims=aims,
        conditions=conditions,
        levers=where.names,
        size=where.size,
        exhaustive=whole,
        seed=seed,
        draws=draws if any(figure.share is not None for figure in figures) else 0,
        table=tried.table(front),
        given=tried.given(),
        plans=tuple(build(where, candidate) for candidate in front),
    )


def _insist(agreement: Agreement, plan: str, aims: Sequence[Aim], figures: list[Figure], draws: int) -> None:
    if plan not in agreement.plans:
        raise KeyError(f"there is no plan {plan!r}. Its plans are: {', '.join(agreement.plans)}")
    if plan not in agreement.levers:
        there = f"Plans with levers: {', '.join(agreement.levers)}" if agreement.levers else "No plan of the file has"
        raise NothingToDesign(
            f"plan {plan} has no levers, which say what of it is open to choice. {there}. Add the group levers to the"
            " file, such as levers: {" + plan + ": [{automatic: ENTRY}]}"
        )
    if not aims:
        raise NothingToDesign(
            "nothing says what makes a plan better. Give at least one figure to maximise, such as held_clean, or to"
            f" minimise. There are: {', '.join(objective_names(agreement))}"
        )
    over = next((figure for figure in figures if figure.share is not None), None)
    if over is not None and draws < 1:
        raise NothingToDesign(f"{over.text} is a figure over draws. Say how many draws, such as 64")


# ---------------------------------------------------------------------------------------------------- candidates


class _Tried:
    """The candidates tried so far, each once, with their figures; which are new is solved on all cores."""

    def __init__(
        self,
        where: Space,
        aims: Sequence[Aim],
        conditions: Sequence[Condition],
        figures: list[Figure],
        draws: int,
        seed: int,
        workers: int | None,
    ) -> None:
        self.where, self.aims, self.conditions, self.figures = where, aims, conditions, figures
        self.likely = assign(where.agreement, {})
        self.draws: Draws | None = draw(where.agreement, draws, seed) if draws else None
        self.workers = workers or os.cpu_count() or 1
        self.rows: dict[Candidate, dict[str, float] | str] = {}  # figures, or why there are none
        self.progress: Callable[[], None] | None = None

    def judge(self, candidates: Sequence[Candidate]) -> list[tuple[list[float], list[float]] | None]:
        """Work out what is new among candidates; give aims (to be made small) and how far conditions are missed."""
        fresh = [one for one in dict.fromkeys(candidates) if one not in self.rows]
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for one, found in zip(fresh, pool.map(self._one, fresh), strict=True):
                    self.rows[one] = found
                    if self.progress is not None:
                        self.progress()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [self._score(self.rows[one]) for one in candidates]

    def _one(self, candidate: Candidate) -> dict[str, float] | str:
        try:
            built = build(self.where, candidate)
        except Contradiction as contradiction:
            return str(contradiction)
        return self._figures(built, self.where.plan)

    def _figures(self, agreement: Agreement, plan: str) -> dict[str, float] | str:
        try:
            return work_out(agreement, plan, self.figures, self.likely, self.draws, self.where.levers)
        except AgreementError as error:
            return error.problems[0]
        except GameTooLarge:
            return "too large for the exact solver"
        except NoAnswer as error:
            return f"no answer: {error}"

    def _score(self, found: dict[str, float] | str) -> tuple[list[float], list[float]] | None:
        if isinstance(found, str):
            return None
        aims = [-found[a.figure.text] if a.largest else found[a.figure.text] for a in self.aims]
        return aims, [_missed(condition, found) for condition in self.conditions]

    def _status(self, found: dict[str, float] | str) -> str:
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

    def table(self, front: list[Candidate]) -> pl.DataFrame:
        import polars as pl

        place = {one: number for number, one in enumerate(front, start=1)}
        columns: dict[str, Any] = {"row": pl.Series([place.get(one) for one in self.rows], dtype=pl.Int64)}
        for index, name in enumerate(self.where.names):
            columns[name] = [shown(one[index]) for one in self.rows]
        return pl.DataFrame(columns | self._columns(list(self.rows.values())))

    def given(self) -> pl.DataFrame:
        """The plans of the file, as they stand."""
        import polars as pl

        names = list(self.where.agreement.plans)
        found = [self._figures(self.where.agreement, name) for name in names]
        return pl.DataFrame({"plan": names} | self._columns(found))

    def _columns(self, rows: list[dict[str, float] | str]) -> dict[str, Any]:
        import polars as pl

        columns: dict[str, Any] = {
            figure.text: pl.Series(
                [None if isinstance(found, str) else found[figure.text] for found in rows], dtype=pl.Float64
            )
            for figure in self.figures
        }
        return columns | {"status": pl.Series([self._status(found) for found in rows], dtype=pl.String)}


def _missed(condition: Condition, found: dict[str, float]) -> float:
    value = found[condition.figure.text]
    return condition.value - value if condition.at_least else value - condition.value


def _beaten(scores: Floats, i: int) -> bool:
    """Whether another is as good in every aim and better in one; or the same, and tried before."""
    as_good = (scores <= scores[i]).all(axis=1)
    better = as_good & (scores < scores[i]).any(axis=1)
    return bool(better.any() or as_good[:i].any())


# ------------------------------------------------------------------------------------------------------ in words


def headline(design: Design) -> str:
    """Say in one sentence what was found.

    Parameters
    ----------
    design : Design
    """
    aim = design.aims[0]
    if not design.plans:
        return f"None of the {len(design.table):,} plans tried meets all conditions"
    best = float(design.front[aim.figure.text][0])
    own = design.given.filter(design.given["plan"] == design.plan)[aim.figure.text][0]
    more = f", against {_value(aim.figure.name, own)} as it stands" if own is not None else ""
    what = (
        f"{'largest' if aim.largest else 'smallest'} {aim.figure.text} found is {_value(aim.figure.name, best)}{more}"
    )
    if len(design.aims) == 1:
        return f"{capital(_title(design))}: {what}"
    return f"{capital(_title(design))}: {len(design.plans)} plans that none beats in every aim; {what}"


def _title(design: Design) -> str:
    return design.agreement.plans[design.plan].title or design.plan.replace("-", " ")


def _many(size: float) -> str:
    return "countless" if math.isinf(size) else f"{size:,.0f}" if size < 1e9 else f"{size:.1e}"


def _value(name: str, value: float) -> str:
    return f"{100 * value:.1f}%" if is_chance(name) else f"{value:.3g}"


def is_chance(name: str) -> bool:
    """Whether a figure is a chance or a share, to be written in percent."""
    first = name.partition(".")[0]
    return first in ("held_clean", "held", "completed", "withdrew", "found", "unratified", "incident", "complete")


def _panels(design: Design) -> tuple[list[Panel], str]:
    """What is drawn: the first aim against every other one; a single aim against nothing."""
    first, *rest = design.aims

    def axis(aim: Aim) -> Axis:
        return Axis(aim.figure.text, aim.largest, is_chance(aim.figure.name))

    def points(aim: Aim | None) -> list[Point]:
        x, y = first.figure.text, aim.figure.text if aim is not None else None
        found = [
            Point(row[x], row[y] if y else 0.0, _kind(row), str(row["row"] or ""))
            for row in design.table.iter_rows(named=True)
            if row[x] is not None
        ]
        return found + [
            Point(row[x], row[y] if y else 0.0, "given", row["plan"])
            for row in design.given.iter_rows(named=True)
            if row[x] is not None
        ]

    how = f"all {len(design.table):,}" if design.exhaustive else f"{len(design.table):,}"
    under = f"Of {how} plans tried. An optimum of a judged model: as good as its numbers."
    panels = [Panel(axis(first), axis(aim), points(aim)) for aim in rest] or [Panel(axis(first), None, points(None))]
    return panels, under


def _kind(row: dict[str, Any]) -> str:
    if row["row"] is not None:
        return "front"
    return "tried" if row["status"] == MEETS else "missed"
