"""What the commands share: their common arguments, reading a file, printing, and the ways in which they end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from servanda.agreement import Agreement

file_argument = click.argument("file", metavar="FILE")
plan_option = click.option("--plan", metavar="NAME", help="Which plan of the file (needed if it has several).")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result for programs, as JSON.")


def read_agreement(file: str) -> Agreement:
    """Read an agreement file, or an agreement of the catalogue by its name."""
    from servanda.reading import read

    return read(file)


def print_json(thing: Any) -> None:
    """Print a result for programs."""
    import json

    click.echo(json.dumps(thing, indent=2, ensure_ascii=False, allow_nan=False))
