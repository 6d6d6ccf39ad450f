"""What the commands share: their common arguments, reading a file, printing, and the ways in which they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from servanda._exits import Refused

if TYPE_CHECKING:
    from servanda.agreement import Agreement

file_argument = click.argument("file", metavar="FILE")
plan_option = click.option("--plan", metavar="NAME", help="Which plan of the file (needed if it has several).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result for programs, as JSON.")


def read_agreement(file: str) -> Agreement:
    """Read an agreement file, or an agreement of the catalogue by its name."""
    from servanda.reading import read

    return read(file)


def which_plan(agreement: Agreement, file: str, plan: str | None) -> str:
    """The plan that the user means; the only one, if none is named."""
    from difflib import get_close_matches

    names = list(agreement.plans)
    if plan is None and len(names) == 1:
        return names[0]
    listed = ", ".join(names)
    if plan is None:
        raise Refused(f"{file}: the file has several plans: {listed}. Say which one: --plan {names[0]}")
    if plan not in names:
        near = get_close_matches(plan, names, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise Refused(f"{file}: there is no plan '{plan}'. Its plans are: {listed}.{hint}")
    return plan


def print_json(thing: Any) -> None:
    """Print a result for programs."""
    import json

    click.echo(json.dumps(thing, indent=2, ensure_ascii=False, allow_nan=False))
