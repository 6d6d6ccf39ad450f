"""The command `servanda explain-failure`: rules that say when a plan fails."""

from __future__ import annotations

import click

from servanda.cli._options import count_option, draws_option, plan_option, read_draws, seed_option, sweep_option
from servanda.cli._pipeline import SOLVER, Answer, Run, on_agreement
from servanda.errors import UsageError


@on_agreement(
    "uncertainty",
    needs=(SOLVER, ("sensitivity", "Rules of failure", "ema_workbench", "matplotlib")),
    picture=True,
    parallel=True,
)
@plan_option
@click.option(
    "--when", default="years < q25", show_default=True, metavar="CONDITION",
    help="What counts as failing: a metric, then < <= > or >=, then a number, 5%, or a quantile of the draws (q25,"
    " median).",
)  # fmt: skip
@draws_option(1024)
@seed_option
@count_option("--most", 3, "Use at most this many numbers in a rule.")
@sweep_option
def explain_failure(
    run: Run, plan: str | None, when: str, draws: int, seed: int, most: int, sweep: str | None
) -> Answer:
    """When does a plan fail? Find rules about a few numbers, with the share of failures that each covers.

    Unless --when says otherwise, the quarter of the draws with the fewest expected years in force counts as failing.
    """
    if sweep is not None and run.address is not None:
        raise UsageError(
            "--sweep gives draws that are already solved, so a cluster has nothing to do. Leave out --cluster"
        )
    name = run.plan(plan)
    from servanda.uncertainty.questions import ask
    from servanda.uncertainty.scenario_discovery import condition
    from servanda.uncertainty.scenario_discovery.failure_rules import explain_failure as find

    question = ask(run.agreement, name, of=condition.parse(run.agreement, when).metric.name)
    table = read_draws(sweep)
    if table is None:
        run.announce(question, draws)
    found = find(
        run.agreement, name, when, draws=draws, seed=seed, most=most, sweep=table, workers=run.workers,
        cluster=run.cluster, progress=run.progress,
    )  # fmt: skip
    return Answer((found,), found.to_json)
