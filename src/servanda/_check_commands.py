"""The commands that look at a text without playing it: `check` and `explain`."""

from __future__ import annotations

import sys

import click

from servanda._commands import file_argument, json_option, print_json, read_agreement
from servanda._exits import FOUND, Refused

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
    finding.
    """
    agreement = read_agreement(file)
    from servanda._rulebook import SEVERITIES
    from servanda.checking import check as run

    try:
        findings = run(agreement, select=_words(select), ignore=_words(ignore))
    except ValueError as error:
        raise Refused(f"{error}.") from None
    if as_json:
        from servanda.export import checked

        print_json(checked(findings))
    else:
        from servanda import _check_text

        {"full": _check_text.full, "short": _check_text.short, "github": _check_text.github}[form](findings)
    grave = SEVERITIES[: SEVERITIES.index(fail_on) + 1] if fail_on != NEVER else ()
    if any(findings.counts[severity] for severity in grave):
        sys.exit(FOUND)


@click.command()
@click.argument("rule", metavar="RULE", required=False)
@json_option
def explain(rule: str | None, as_json: bool) -> None:
    """Say what a rule of check looks for and why. RULE is a code or a name; without it, all rules are listed."""
    from servanda._rulebook import chosen, rules

    try:
        codes = chosen((rule,)) if rule is not None else frozenset(rules())
    except ValueError as error:
        raise Refused(f"{error}.") from None
    found = [each for each in rules().values() if each.code in codes]
    if as_json:
        from servanda.export import plain

        print_json({"rules": plain(found)})
        return
    from servanda import _check_text

    if len(found) == 1:
        _check_text.explain(found[0])
    else:
        _check_text.listing(found)
