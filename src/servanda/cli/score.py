"""The command `servanda score`: what each party would obtain if everyone complied."""

from __future__ import annotations

import click

from servanda.cli._pipeline import Answer, Run, on_agreement


@on_agreement("solve")
@click.option("--plan", metavar="NAME", help="Only this plan, date by date.")
def score(run: Run, plan: str | None) -> Answer:
    """What would each party obtain if everyone complied, measured against its own aims?

    The scorecard says how complete it is, how well it can be verified, and how hard it would be to undo. All plans of
    the file are compared as they stand at the end. With --plan, one plan is shown date by date.
    """
    names = list(run.agreement.plans) if plan is None else [run.plan(plan)]
    from servanda.assessment.scorecards import scorecard
    from servanda.presentation import _terminal_tables as tables
    from servanda.result import plain

    cards = tuple(scorecard(run.agreement, name) for name in names)

    def show() -> None:
        if len(cards) == 1:
            tables.score(run.agreement, cards[0])
        else:
            tables.scores(run.agreement, cards)

    about = run.about()
    return Answer(
        cards, lambda: {"title": run.agreement.title, "plans": plain(cards), "about": plain(about)}, show=show
    )
