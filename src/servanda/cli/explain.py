"""The command `servanda explain`: what a rule of `check` means."""

from __future__ import annotations

import click

from servanda.cli._options import json_option, print_json
from servanda.errors import UsageError


@click.command()
@click.argument("rule", metavar="RULE", required=False)
@json_option
def explain(rule: str | None, as_json: bool) -> None:
    """Say what a rule of check looks for and why. RULE is a code or a name; without it, all rules are listed."""
    from servanda.checks.rulebook import chosen, rules

    try:
        codes = chosen((rule,)) if rule is not None else frozenset(rules())
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    found = [each for each in rules().values() if each.code in codes]
    if as_json:
        from servanda.presentation._export import plain

        print_json({"rules": plain(found)})
        return
    from servanda.presentation.views import findings as _check_text

    if len(found) == 1:
        _check_text.explain(found[0])
    else:
        _check_text.listing(found)
