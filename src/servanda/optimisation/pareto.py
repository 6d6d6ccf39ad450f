# pyright: reportUnknownMemberType=false
"""Look for better plans: of all that the levers of a plan allow, those that no other beats in every aim at once."""

from __future__ import annotations

import math
import shlex
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Plan
from servanda.agreement.plan_names import plan_name
from servanda.assessment.metrics import metrics
from servanda.columns import Columns
from servanda.english import capital
from servanda.errors import MOST_DRAWS, MOST_EVALUATIONS, ServandaError, counted, expect, seeded, several, whole
from servanda.game.calendar import calendar_of
from servanda.optimisation._candidates import all_candidates, build, shown, space
from servanda.optimisation._evolution import evolve
from servanda.optimisation.objectives import (
    Aim,
    Condition,
    Statistic,
    read_condition,
    read_statistic,
)
from servanda.optimisation.trials import Task, Trials
from servanda.parallel import Progress, Where, connected
from servanda.result import About, Result, about, plain

if TYPE_CHECKING:
    pass


class NothingToDesign(ServandaError, ValueError):
    """A request for better plans that says too little: no levers, no aim, no draws for a mean or quantile."""


@dataclass(frozen=True, repr=False)
class Design(Result):
    """What a search for better plans has found.

    Attributes
    ----------
    agreement : Agreement
        As given.
    plan : str
        Whose levers were moved.
    aims : tuple[Aim, ...]
    conditions : tuple[Condition, ...]
    levers : dict of values
        Names of the levers, such as `share.freeze.programme`, with what the plan as it stands has there.
    size : float
        How many plans the levers allow; infinity if a share or rate may take any value.
    exhaustive : bool
        Whether all of them were tried.
    seed : int
        Of the search and of the draws.
    draws : int
        Of the uncertain numbers, for means and quantiles; 0 if none were needed.
    table : Columns
        A row for every candidate tried, in the order tried: `row` (number on the front from 1, None if not on it), the
        levers by name, what aims and conditions are about (nan without an answer), and `status`: `meets all
        conditions`, or why not.
    given : Columns
        The same statistics of every plan of the file, as it stands: `plan`, statistics, `status`.
    plans : tuple[Agreement, ...]
        The agreement with each plan of the front in place of `plan`, in the order of the front.
    about : About or None
    """

    agreement: Agreement
    plan: str
    aims: tuple[Aim, ...]
    conditions: tuple[Condition, ...]
    levers: dict[str, str | float | bool | int | date]
    size: float
    exhaustive: bool
    seed: int
    draws: int
    table: Columns = field(compare=False)
    given: Columns = field(compare=False)
    plans: tuple[Agreement, ...]
    about: About | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda design --json` prints, with nothing written into the file."""
        names = [one.text for one in self.statistics]
        front = [
            {
                "row": row["row"],
                "levers": {name: plain(row[name]) for name in self.levers},
                "figures": {name: row[name] for name in names},
            }
            for row in self.front
        ]
        given = [
            {"plan": row["plan"], "figures": {name: row[name] for name in names}, "status": row["status"]}
            for row in self.given
        ]
        return {
            "plan": self.plan,
            "aims": [{"figure": aim.statistic.text, "largest": aim.largest} for aim in self.aims],
            "conditions": [str(condition) for condition in self.conditions],
            "levers": plain(self.levers),
            "allowed": None if math.isinf(self.size) else int(self.size),
            "tried": len(self.table),
            "exhaustive": self.exhaustive,
            "draws": self.draws,
            "front": front,
            "given": given,
            "statuses": dict(sorted(Counter(map(str, self.table["status"])).items())),
            "written": {},
            "about": plain(self.about),
        }

    @property
    def front(self) -> Columns:
        """The candidates that no other beats in every aim at once, best in the first aim first."""
        return self.table.where(lambda row: row["row"] is not None).sort("row")

    @property
    def statistics(self) -> list[Statistic]:
        """What aims and conditions are about, each once."""
        return list(dict.fromkeys([*(aim.statistic for aim in self.aims), *(c.statistic for c in self.conditions)]))

    def __repr__(self) -> str:
        how = "all" if self.exhaustive else f"{len(self.table)} of {_many(self.size)}"
        return f"<Design of plan {self.plan!r}: {how} candidates tried, {len(self.plans)} on the front>"


def design(
    agreement: Agreement,
    plan: str | None = None,
    *,
    maximise: str | Iterable[str] = (),
    minimise: str | Iterable[str] = (),
    subject_to: str | Iterable[str] = (),
    evaluations: int = 1000,
    draws: int = 0,
    seed: int = 0,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Design:
    """Look for better plans among those that the levers of a plan allow.

    If the levers allow no more than `evaluations` plans, all of them are tried; else a genetic algorithm searches
    (see `_evolution.py`), and nothing proves that it has found the best.

    Parameters
    ----------
    agreement : Agreement
        With levers for that plan.
    plan : str, optional
        By default the only plan of the file.
    maximise, minimise : names of metrics
        See `servanda.metrics`; at least one in all. Before a name
        may stand `mean.` or `q10.` (any quantile), over draws.
    subject_to : conditions
        Such as `gain.dprk >= 0`.
    evaluations : int
        How many different plans to solve at most.
    draws : int
        Of the uncertain numbers, for means and quantiles; the same ones for every plan.
    seed : int
        The same seed, the same result.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on them.
    cluster : str or Cluster, optional
        Work on a Dask cluster instead, as `evaluate`.
    progress : function of what is being done and the share done (0 to 1), optional

    Raises
    ------
    NoSuchName
        If there is no such plan or metric.
    UsageError
        If a condition cannot be understood.
    NothingToDesign
        If the plan has no levers, or there is no aim.
    AgreementError
        If the plan as given cannot be played.
    MissingExtra
        If the library that searches is needed and not installed.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> servanda.design(servanda.loads(starter_text()), "phased", maximise=["held_clean"])
    <Design of plan 'phased': all candidates tried, 1 on the front>
    """
    began = time.perf_counter()
    expect(agreement, Agreement, "design")
    evaluations, draws = whole("evaluations", evaluations, 1, MOST_EVALUATIONS), whole("draws", draws, 0, MOST_DRAWS)
    seed, workers = seeded(seed), counted(workers)
    plan = plan_name(agreement, plan)
    aims = (
        *(Aim(read_statistic(agreement, name), True) for name in _each(maximise)),
        *(Aim(read_statistic(agreement, name), False) for name in _each(minimise)),
    )
    conditions = tuple(read_condition(agreement, text) for text in _each(subject_to))
    wanted = list(dict.fromkeys([*(aim.statistic for aim in aims), *(c.statistic for c in conditions)]))
    _insist(agreement, plan, aims, wanted, draws)
    where = space(agreement, plan)
    every = where.size <= evaluations
    over = draws if any(one.share is not None for one in wanted) else 0
    task = Task(where, tuple(wanted), over, seed)
    with connected(cluster) as there:
        tried = Trials(task, aims, conditions, int(where.size) if every else evaluations, workers, there)
        tried.progress = progress
        if every:
            tried.judge(list(all_candidates(where)))
        else:
            evolve(where, tried.judge, len(aims), len(conditions), evaluations, seed)
    front = tried.front()
    return Design(
        agreement=agreement,
        plan=plan,
        aims=aims,
        conditions=conditions,
        levers=dict(zip(where.names, map(shown, where.current), strict=True)),
        size=where.size,
        exhaustive=every,
        seed=seed,
        draws=over,
        table=tried.table(front),
        given=tried.given(),
        plans=tuple(build(where, candidate) for candidate in front),
        about=about(agreement, time.perf_counter() - began, seed, *(() if every else ("pymoo",))),
    )


def _each(names: str | Iterable[str]) -> Iterable[str]:
    return [str(name) for name in several(names)]


def _insist(agreement: Agreement, plan: str, aims: Sequence[Aim], wanted: list[Statistic], draws: int) -> None:
    if plan not in agreement.levers:
        there = (
            f"Plans with levers: {', '.join(agreement.levers)}" if agreement.levers else "No plan of the file has any"
        )
        raise NothingToDesign(
            f"Plan {plan} has no levers, which say what in it is open to choice. {there}. Add the group levers to the"
            " file, such as levers: {" + plan + ": [{automatic: ENTRY}]}"
        )
    calendar_of(agreement, plan)  # refuses what cannot be played
    if not aims:
        raise NothingToDesign(
            "Nothing says what makes a plan better. Give at least one metric to maximise, such as held_clean, or to"
            f" minimise. The metrics are: {', '.join(metrics(agreement))}"
        )
    over = next((one for one in wanted if one.share is not None), None)
    if over is not None and draws < 1:
        raise NothingToDesign(f"{over.text} needs draws. Say how many, such as 64")


# ------------------------------------------------------------------------------------------------------ in words


def headline(design: Design) -> str:
    """Say in one sentence what was found."""
    aim = design.aims[0]
    if not design.plans:
        return f"None of the {len(design.table):,} plans that the search tried meets all conditions"
    best, one = float(design.front[aim.statistic.text][0]), aim.statistic
    own = design.given.where(design.given["plan"] == design.plan)[one.text][0]
    more = f", against {one.written(own)} as it stands" if not math.isnan(own) else ""
    by, has = f"judged by the {one.label}, the best", f"has {one.written(best)}{more}"
    name = capital(design.agreement.plans[design.plan].title or design.plan.replace("-", " "))
    if len(design.aims) == 1 or len(design.plans) == 1:
        return f"{name}: {by} plan {'' if design.exhaustive else 'found '}{has}"
    return f"{name}: the search found {len(design.plans)} ways to weigh {len(design.aims)} aims. {capital(by)} {has}"


def _many(size: float) -> str:
    return "countless" if math.isinf(size) else f"{size:,.0f}" if size < 1e9 else f"{size:.1e}"


# ------------------------------------------------------------------------------------------------- plans of a file


def as_plans(design: Design, rows: Mapping[str, int], evaluations: int) -> tuple[dict[str, Plan], dict[str, str]]:
    """Plans of the front under new names, and what is to stand above each: where it comes from.

    Parameters
    ----------
    design : Design
        Of an agreement that was read from a file.
    evaluations : int
        How many plans the search was allowed to try.
    """
    origin = design.agreement.origin
    file = Path(origin.path).name if origin else "FILE"
    words = [f"servanda design {shlex.quote(file)} --plan {design.plan}"]
    words += [f"--{'maximise' if aim.largest else 'minimise'} {aim.statistic.text}" for aim in design.aims]
    words += [f'--subject-to "{condition}"' for condition in design.conditions]
    words += [f"--draws {design.draws}"] if design.draws else []
    command = " ".join([*words, f"--evaluations {evaluations} --seed {design.seed}"])
    made = about(design.agreement, 0.0, design.seed)
    versions = {name: made.versions[name] for name in ("servanda", "numpy")}
    if not design.exhaustive:
        versions["pymoo"] = version("pymoo")
    content = f"an agreement built in Python with content {made.content}"
    source = content if made.sha256 is None else f"the file with sha256 {made.sha256}"
    plans: dict[str, Plan] = {}
    comments: dict[str, str] = {}
    for name, row in rows.items():
        plan = design.plans[row - 1].plans[design.plan]
        title = plan.title or design.plan.replace("-", " ")
        plans[name] = plan.model_copy(update={"title": f"{title} ({name})"})
        found = design.front.row(row - 1)
        values = ", ".join(f"{one.text} {one.written(found[one.text])}" for one in design.statistics)
        how = "all" if design.exhaustive else f"{len(design.table):,}"
        comments[name] = (
            f"Found by '{command}' ({', '.join(f'{key} {each}' for key, each in versions.items())}), row {row} of"
            f" {len(design.plans)}, {how if design.exhaustive else 'of ' + how} plans tried, in"
            f" {source}: {values}. It is an optimum of"
            " this model, whose numbers are judgements, and only as good as they are."
        )
    return plans, comments
