"""Solve all plans of an agreement and set them side by side."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.plan_names import plan_names
from servanda.assessment.audits import Audit, audit
from servanda.assessment.scorecards import Scorecard, scorecard
from servanda.assessment.summary import Summary, summarise
from servanda.errors import MOST_STARTS, expect, no_such, seeded, whole
from servanda.game.compiler import Game, compile
from servanda.parallel import Progress, part_of
from servanda.result import About, Result, about, plain, vouched_once
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
    audit : Audit
    scorecard : Scorecard
        What each party obtains of the others, if everyone keeps.
    """

    game: Game
    equilibrium: Equilibrium
    summary: Summary
    audit: Audit
    scorecard: Scorecard

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

    def to_json(self) -> dict[str, Any]:
        """Give one of the plans that `servanda compare --json` prints."""
        return {
            **self.summary.answer_to_json(),
            "audit": self.audit.rows_to_json(),
            "scorecard": plain(self.scorecard.parties),
            **self.summary.search_to_json(),
        }


@dataclass(frozen=True, repr=False)
class Comparison(Result):
    """All plans of an agreement, solved: iterating gives their results, and a plan's name picks one.

    Attributes
    ----------
    agreement : Agreement
    plans : tuple[PlanResult, ...]
        In file order.
    about : About
    """

    agreement: Agreement
    plans: tuple[PlanResult, ...]
    about: About = field(compare=False)

    def __iter__(self) -> Iterator[PlanResult]:
        return iter(self.plans)

    def __len__(self) -> int:
        return len(self.plans)

    def __contains__(self, plan: object) -> bool:
        return plan in self.keys() if isinstance(plan, str) else plan in self.plans

    def keys(self) -> tuple[str, ...]:
        """Names of the plans, so that `dict(comparison)` has their results by name."""
        return tuple(result.plan for result in self.plans)

    def __getitem__(self, plan: str) -> PlanResult:
        for result in self.plans:
            if result.plan == plan:
                return result
        raise no_such("plan", plan, [result.plan for result in self.plans])

    @property
    def best(self) -> PlanResult:
        """The plan most likely to be in force and clean at the horizon."""
        return max(self.plans, key=lambda result: result.summary.held["clean"])

    def __repr__(self) -> str:
        rows = ", ".join(f"{r.plan} {r.summary.held['clean']:.3f}" for r in self.plans)
        return f"<Comparison of {self.agreement.title!r}: held clean {rows}>"

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda compare --json` prints."""
        plans = [result.to_json() for result in self.plans]
        return {"title": self.agreement.title, "plans": plans, "about": plain(self.about)}


def compare(
    agreement: Agreement,
    plans: str | Iterable[str] | None = None,
    *,
    starts: int = 0,
    seed: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Solve and audit several plans of an agreement.

    Parameters
    ----------
    plans : name or names, optional
        By default all plans, in file order.
    starts : int
        Look for further equilibria of each plan from so many starts (see `search`).
    seed : int
        Of the random ones among them.
    progress : function of what is being done and the share done (0 to 1), optional

    Raises
    ------
    NoSuchName
        If there is no plan of such a name.
    NotConverged
        If a plan has no answer.
    GameTooLarge
        If a plan is too large for the exact solver.

    Examples
    --------
    >>> import servanda
    >>> comparison = servanda.compare(servanda.loads(servanda.starter_text()), plans=["phased", "at-once"])
    >>> [result.plan for result in comparison.plans]
    ['phased', 'at-once']
    """
    expect(agreement, Agreement, "compare")
    starts, seed = whole("starts", starts, 0, MOST_STARTS), seeded(seed)
    began = time.perf_counter()
    names = plan_names(agreement, plans)
    results: list[PlanResult] = []
    with vouched_once(agreement):
        for number, plan in enumerate(names):
            part = part_of(progress, number / len(names), (number + 1) / len(names), f"solving {plan}")
            game = compile(agreement, plan)
            equilibrium = solve(game, progress=part)
            summary = summarise(equilibrium, starts, seed)
            results.append(PlanResult(game, equilibrium, summary, audit(game), scorecard(agreement, plan)))
            part("", 1.0)
        made = about(agreement, time.perf_counter() - began, seed if starts else None)
    return Comparison(agreement, tuple(results), made)


def expected_years(result: PlanResult) -> float:
    """Expected time in force until the horizon, years."""
    return result.summary.expected_years
