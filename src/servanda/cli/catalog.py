"""The command `servanda catalog`: the agreements that come with servanda."""

from __future__ import annotations

import click

from servanda.cli._pipeline import command, print_json


@command("write")
def catalog(as_json: bool) -> None:
    """List the agreements that come with servanda."""
    from servanda.agreement.reading.reader import catalog as find

    found = find()
    if as_json:
        print_json({name: str(path) for name, path in found.items()})
    else:
        click.echo("\n".join(found))
