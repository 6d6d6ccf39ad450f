"""The command `servanda sensitivity`: which uncertain numbers matter."""

from __future__ import annotations

from typing import Any

import click

from servanda.cli._options import (
    between_option,
    draws_option,
    of_option,
    plan_option,
    read_draws,
    seed_option,
    sweep_option,
)
from servanda.cli._pipeline import SOLVER, Answer, Run, on_agreement
from servanda.errors import UsageError


@on_agreement(
    "uncertainty", needs=(SOLVER, ("sensitivity", "A sensitivity analysis", "SALib")), picture=True, parallel=True
)
@plan_option
@between_option
@of_option
@draws_option(256)
@seed_option
@click.option(
    "--groups/--each", default=None,
    help="Take the numbers in natural groups, or one by one. By default in groups, if more than 20 are uncertain.",
)  # fmt: skip
@sweep_option
def sensitivity(
    run: Run,
    plan: str | None,
    between: tuple[str, str] | None,
    of: str,
    draws: int,
    seed: int,
    groups: bool | None,
    sweep: str | None,
) -> Answer:
    """Which uncertain numbers matter most to a plan, or to the difference between two plans?

    Shows shares of the variance (Sobol' indices), how closely the metric follows each number, and how far each number
    moves it alone (tornado). With --between A B, the metric is that of A less that of B.

    --draws is rounded up to a power of two. Each draw is solved once for every group of numbers, and twice more.
    --picture also draws the tornado, as NAME-tornado beside the first picture.
    """
    if between is not None and plan is not None:
        raise UsageError(
            "--plan asks about one plan, and --between about the difference between two. Leave out one of them"
        )
    where: dict[str, Any] = {"between": run.two(between)} if between is not None else {"plan": run.plan(plan)}
    from servanda.parallel import part_of
    from servanda.uncertainty.questions import ask, numbers_of
    from servanda.uncertainty.sensitivity_analysis import tornado as tornados
    from servanda.uncertainty.sensitivity_analysis.sensitivity import check_draws, grouping, planned
    from servanda.uncertainty.sensitivity_analysis.sensitivity import sensitivity as solve

    if sweep is None:
        check_draws(draws)
    question = ask(run.agreement, **where, of=of)
    numbers = numbers_of(run.agreement, question)
    table = read_draws(sweep)
    design = 0 if table is not None else planned(len(numbers), grouping(run.agreement, numbers, groups), draws)
    alone = tornados.planned(len(numbers))
    part = design / (design + alone)
    run.announce(question, design + alone)
    found = solve(
        run.agreement, **where, of=of, draws=draws, seed=seed, groups=groups, sweep=table, workers=run.workers,
        cluster=run.cluster, progress=part_of(run.progress, 0.0, part, "solving the draws"),
    )  # fmt: skip
    moved = tornados.tornado(
        run.agreement, **where, of=of, workers=run.workers, cluster=run.cluster,
        progress=part_of(run.progress, part, 1.0, "moving each number alone"),
    )  # fmt: skip

    def json() -> dict[str, Any]:
        made, swings = found.to_json(), moved.to_json()
        about = made.pop("about")
        del swings["about"]
        return {**made, "tornado": swings, "about": about}

    return Answer((found, moved), json)
