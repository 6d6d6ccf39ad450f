"""The command `servanda audit`: who would gain by breaking a plan."""

from __future__ import annotations

import click

from servanda.cli._options import plan_option
from servanda.cli._pipeline import Answer, Run, on_agreement


@on_agreement("solve")
@plan_option
@click.option("--critical", is_flag=True, help="Also find the values of single numbers that would change the verdict.")
def audit(run: Run, plan: str | None, critical: bool) -> Answer:
    """Who would gain by breaking a plan that everyone else keeps: where, how, and how much?"""
    name = run.plan(plan)
    from servanda.assessment.audits import audit as look
    from servanda.cli._progress import announce_preparation
    from servanda.game.compiler import compile

    announce_preparation("respond")
    found = look(compile(run.agreement, name), critical=critical)
    return Answer((found,), found.to_json)
