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
    from servanda.assessment.critical import critical_values
    from servanda.cli._progress import announce_preparation
    from servanda.game.compiler import compile
    from servanda.presentation import _terminal_tables as tables
    from servanda.presentation._export import audited
    from servanda.result import plain

    announce_preparation("respond")
    rows = look(compile(run.agreement, name))
    values = critical_values(run.agreement, name) if critical else None
    about = run.about()
    more = {} if values is None else {"critical": plain(values)}
    return Answer(
        (rows,),
        lambda: {"plan": name, "audit": audited(rows), **more, "about": plain(about)},
        show=lambda: tables.audit(run.agreement, name, rows, values or ()),
    )
