"""The commands that look at a text without playing it: `check` and `explain`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from servanda.cli._exit import FOUND
from servanda.cli._options import file_argument, json_option, print_json, read_agreement
from servanda.errors import UsageError

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.assessment.scorecards import Scorecard

NEVER = "never"


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(word for word in (value or "").replace(",", " ").split() if word)


@click.command()
@file_argument
@click.option(
    "--select", metavar="RULES", help="Only these rules: codes, beginnings of codes (SV1) or names, by comma."
)
@click.option("--ignore", metavar="RULES", help="Leave out these rules.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", NEVER]),
    default="warning",
    show_default=True,
    help="Exit with code 1 if anything of this severity or worse is found.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["full", "short", "github"]),
    default="full",
    show_default=True,
    help="full: by rule, with reasons; short: one line a finding; github: annotations of GitHub Actions.",
)
@json_option
def check(file: str, select: str | None, ignore: str | None, fail_on: str, form: str, as_json: bool) -> None:
    """Look for what agreements break on in their text: undated duties, circles, undefined words.

    Nothing is played and no numbers are needed. A comment '# servanda: ignore CODE reason' in the file silences a
    finding. Where there are numbers, the full output ends with what each party obtains if everyone keeps, unless only
    some rules are asked for.
    """
    agreement = read_agreement(file)
    from servanda.checks.findings import check as run
    from servanda.checks.rulebook import SEVERITIES

    try:
        findings = run(agreement, select=_words(select), ignore=_words(ignore))
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    if as_json:
        from servanda.presentation._export import checked

        print_json(checked(findings, scorecards(agreement)))
    else:
        from servanda.presentation.views import findings as _check_text

        {"full": _check_text.full, "short": _check_text.short, "github": _check_text.github}[form](findings)
        if form == "full" and not select:
            _print_scorecards(agreement, file)
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != NEVER else ()
    if any(findings.counts[severity] for severity in grave):
        sys.exit(FOUND)


def scorecards(agreement: Agreement) -> list[Scorecard]:
    """Of every plan that can be played. A text without numbers does not wait for numpy."""
    from servanda.agreement.playability import playable

    names = [name for name in agreement.plans if playable(agreement, name)]
    if not names:
        return []
    from servanda.assessment.scorecards import scorecard

    return [scorecard(agreement, name) for name in names]


def _print_scorecards(agreement: Agreement, file: str) -> None:
    cards = scorecards(agreement)
    if not any(one.harm > 0 for card in cards for one in card.parties.values()):
        return
    from servanda.presentation import _terminal_tables as tables

    click.echo()
    tables.scores(agreement, cards)
    click.echo(f"'servanda score {file} --plan NAME' shows a plan date by date, and which entries move these figures.")
