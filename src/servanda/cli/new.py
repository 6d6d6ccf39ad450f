"""The command `servanda new`: a file to start from."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli._exit import say
from servanda.cli._pipeline import command, print_json
from servanda.errors import UsageError


@command("write")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def new(file: Path, as_json: bool) -> None:
    """Write a commented starter file, which explains how to choose every number."""
    from servanda.agreement.starter import new as write

    try:
        write(file)
    except OSError as error:
        raise UsageError(str(error)) from None
    if as_json:
        print_json({"file": str(file)})
    else:
        say(f"Wrote {file}. Edit it, then try: servanda study {file}")
