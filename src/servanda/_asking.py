"""What commands share: the file they are about, JSON, and how they refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from servanda.agreement import Agreement

file_argument = click.argument("file", metavar="FILE")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result for programs, as JSON.")


class Refused(Exception):
    """A request that cannot be met, with one message for the user."""


def read_agreement(file: str) -> Agreement:
    """Read the file that a command was given."""
    from servanda.reading import read

    return read(file)


def print_json(thing: Any) -> None:
    """Print a result for programs."""
    import json

    click.echo(json.dumps(thing, indent=2, ensure_ascii=False, allow_nan=False))
