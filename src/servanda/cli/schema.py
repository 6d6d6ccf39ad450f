"""The command `servanda schema`: the JSON Schema of the agreement file."""

from __future__ import annotations

from servanda.cli._pipeline import command, print_json


@command("write")
def schema(as_json: bool) -> None:
    """Print the JSON Schema of agreement files, with which editors check and complete them."""
    from servanda.agreement.format.json_schema import schema as made

    print_json(made())
