"""The command `servanda score`: what each party would obtain if everyone complied."""

from __future__ import annotations

import click

from servanda.cli._pipeline import Answer, Run, on_agreement


@on_agreement("solve")
@click.option("--plan", metavar="NAME", help="Only this plan, date by date.")
def score(run: Run, plan: str | None) -> Answer:
    """What would each party obtain if everyone complied, measured against its own aims?

    The scorecard says how complete it is, how well it can be verified, and how hard it would be to undo. The plans of a
    file are set side by side as they end; --plan shows one of them date by date.
    """
    names = None if plan is None else run.plan(plan)
    from servanda.assessment.scorecards import scorecards

    found = scorecards(run.agreement, names)
    return Answer((found,), found.to_json)
