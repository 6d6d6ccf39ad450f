"""The command `servanda explain`: what a rule of `check` means."""

from __future__ import annotations

import click

from servanda.cli._pipeline import command, print_json
from servanda.errors import UsageError


@command("write")
@click.argument("rule", metavar="[RULE]", required=False)
def explain(rule: str | None, as_json: bool) -> None:
    """Explain what a rule of 'servanda check' looks for, and why.

    RULE is a code (SV101), the beginning of several codes (SV1) or a name. Without it, all rules are listed.
    """
    from servanda.checks.rulebook import chosen, rules

    try:
        codes = chosen((rule,)) if rule is not None else frozenset(rules())
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    found = [each for each in rules().values() if each.code in codes]
    if as_json:
        from servanda.result import plain

        print_json({"rules": plain(found)})
        return
    from servanda.presentation.views import findings as text

    if len(found) == 1:
        text.explain(found[0])
    else:
        text.listing(found)
