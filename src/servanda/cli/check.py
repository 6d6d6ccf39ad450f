"""The command `servanda check`: is the text whole?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from servanda.cli._exit import FOUND, say
from servanda.cli._options import split
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import MissingExtra, UsageError, need

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.assessment.scorecards import Scorecards

NEVER = "never"


@on_agreement("write", needs=())
@click.option("--select", metavar="RULES", help="Use only these rules: codes, beginnings of codes (SV1), or names.")
@click.option("--ignore", metavar="RULES", help="Leave out these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", NEVER]),
    default="warning",
    show_default=True,
    help="Exit with code 1 if anything this severe, or worse, is found.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "short", "github"]),
    default="full",
    show_default=True,
    help="full: by rule, with reasons. short: one line for each finding. github: annotations for GitHub Actions.",
)
def check(run: Run, select: str | None, ignore: str | None, fail_on: str, form: str) -> Answer:
    """Check the text for what makes agreements fail, such as duties without a date.

    The plans are not solved, and the file needs no numbers. A comment '# servanda: ignore CODE reason' in the file
    suppresses a finding. If the file has numbers, the full output ends with the scorecards, unless --select is given.
    """
    from servanda.checks.findings import check as look
    from servanda.checks.rulebook import SEVERITIES
    from servanda.presentation.views import findings as text

    try:
        findings = look(run.agreement, select=split(select), ignore=split(ignore))
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != NEVER else ()
    cards: Scorecards | None = None
    missing: tuple[str, ...] = ()
    if run.as_json or (form == "full" and not select):
        try:
            cards = playable_scorecards(run.agreement)
        except MissingExtra as error:
            missing = (str(error),)

    def show() -> None:
        from servanda.presentation.terminal import print_view

        if form == "full":
            text.print_findings(findings)
        else:
            for line in {"short": text.short, "github": text.github}[form](findings):
                click.echo(line)
        if cards is not None and any(card.harmed for card in cards.cards):
            from servanda.presentation.views.scorecard import plans_side_by_side

            click.echo()
            print_view(plans_side_by_side(cards))
            say(
                f"'servanda score {run.file} --plan NAME' shows a plan date by date, and which entries move these"
                " numbers."
            )

    def json() -> dict[str, Any]:
        rows = [] if cards is None else cards.cards_to_json()
        return {**findings.to_json(), "scorecards": None if missing else rows}  # not known, and not: none

    return Answer(
        (findings,),
        json,
        missing,
        show=show,
        code=FOUND if any(findings.counts[severity] for severity in grave) else 0,
    )


def playable_scorecards(agreement: Agreement) -> Scorecards | None:
    """The scorecards of the plans that can be played. A text without numbers does not wait for numpy."""
    from servanda.agreement.playability import playable

    names = [name for name in agreement.plans if playable(agreement, name)]
    if not names:
        return None
    need("solve", "A scorecard", "numba", "numpy", "scipy")
    from servanda.assessment.scorecards import scorecards

    return scorecards(agreement, names)
