"""Solve all plans of an agreement and set them side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from html import escape
from itertools import pairwise

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.audits import TypeAudit, audit
from servanda.assessment.other_equilibria import Another, search
from servanda.assessment.scorecards import Scorecard, scorecard
from servanda.assessment.summary import Summary, summarise
from servanda.game.compiler import Game, compile
from servanda.result import About, Result, about
from servanda.solver.equilibrium import Equilibrium, solve


@dataclass(frozen=True, repr=False)
class PlanResult(Result):
    """Everything known about one plan.

    Attributes
    ----------
    game : Game
    equilibrium : Equilibrium
        The answer, on the principal branch.
    summary : Summary
        What it means.
    audit : tuple[TypeAudit, ...]
    scorecard : Scorecard
        What each party obtains of the others, if everyone keeps.
    searched : int
        Number of starts from which further equilibria were looked for.
    others : tuple[Another, ...]
        Those found.
    """

    game: Game
    equilibrium: Equilibrium
    summary: Summary
    audit: tuple[TypeAudit, ...]
    scorecard: Scorecard
    searched: int = 0
    others: tuple[Another, ...] = ()

    @property
    def plan(self) -> str:
        """The plan's name in the file."""
        return self.game.plan

    @property
    def title(self) -> str:
        """The plan's title."""
        return self.summary.title

    def __repr__(self) -> str:
        return f"<PlanResult {self.plan!r}: held clean {self.summary.held['clean']:.3f}>"


@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """All plans of an agreement, solved.

    Attributes
    ----------
    agreement : Agreement
    plans : tuple[PlanResult, ...]
        In file order.
    about : About
    """

    agreement: Agreement
    plans: tuple[PlanResult, ...]
    about: About

    def __getitem__(self, plan: str) -> PlanResult:
        for result in self.plans:
            if result.plan == plan:
                return result
        raise KeyError(f"there is no plan {plan!r}. Plans compared: {', '.join(r.plan for r in self.plans)}")

    @property
    def best(self) -> PlanResult:
        """The plan most likely to be in force and clean at the horizon."""
        return max(self.plans, key=lambda result: result.summary.held["clean"])

    def __repr__(self) -> str:
        rows = ", ".join(f"{r.plan} {r.summary.held['clean']:.3f}" for r in self.plans)
        return f"<Comparison of {self.agreement.title!r}: held clean {rows}>"

    def _repr_html_(self) -> str:
        causes = sorted({cause for r in self.plans for cause in r.summary.broken})
        head = "".join(f"<th>{escape(r.title)}</th>" for r in self.plans)
        names = ["held:clean", "held:concealed", *causes]
        body = "".join(
            f"<tr><td>{escape(name)}</td>"
            + "".join(f"<td>{100 * r.summary.outcomes.get(name, 0.0):.1f}%</td>" for r in self.plans)
            + "</tr>"
            for name in names
        )
        return f"<table><caption>{escape(self.agreement.title)}</caption><tr><th></th>{head}</tr>{body}</table>"


def compare(
    agreement: Agreement,
    plans: Iterable[str] | None = None,
    *,
    starts: int = 0,
    seed: int = 0,
    progress: Callable[[str, float], None] | None = None,
) -> Comparison:
    """Solve and audit several plans of an agreement.

    Parameters
    ----------
    agreement : Agreement
    plans : names, optional
        By default all plans, in file order.
    starts : int
        Look for further equilibria of each plan from so many starts (see `search`).
    seed : int
        Of the random ones among them.
    progress : function of a plan's name and a share done (0 to 1), optional

    Returns
    -------
    Comparison

    Raises
    ------
    KeyError
        If there is no plan of such a name.
    NotConverged
        If a plan has no answer.
    GameTooLarge
        If a plan is too large for the exact solver.

    Examples
    --------
    >>> import servanda
    >>> comparison = servanda.compare(servanda.read("singapore-2018"), plans=["phased", "all-at-once"])
    >>> [result.plan for result in comparison.plans]
    ['phased', 'all-at-once']
    """
    began = time.perf_counter()
    results: list[PlanResult] = []
    for plan in plans if plans is not None else agreement.plans:
        game = compile(agreement, plan)
        equilibrium = solve(game, progress=partial(progress, plan) if progress is not None else None)
        others = search(equilibrium, starts, seed) if starts else ()
        card = scorecard(agreement, plan)
        results.append(PlanResult(game, equilibrium, summarise(equilibrium), audit(game), card, starts, others))
        if progress is not None:
            progress(plan, 1.0)
    return Comparison(
        agreement, tuple(results), about(agreement, time.perf_counter() - began, seed if starts else None)
    )


def expected_years(result: PlanResult) -> float:
    """Expected time in force until the horizon, years."""
    points = result.summary.standing
    return sum((after.years - before.years) * before.in_force for before, after in pairwise(points))
