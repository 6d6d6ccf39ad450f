"""The program `servanda`: it finds its commands in this folder, and opens a command's file only when it is asked for.

To add a command is to add a file: `some_thing.py` defines `some_thing`, which becomes `servanda some-thing`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from servanda._version import __version__
from servanda.cli._exit import ended
from servanda.cli._pipeline import SECTIONS, Command
from servanda.errors import no_such

FOLDER = Path(__file__).parent


class Program(click.Group):
    """The commands of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all commands."""
        files = [file.stem for file in FOLDER.glob("*.py")]
        return sorted(name.replace("_", "-") for name in files if not name.startswith("_") and name != "program")

    def get_command(self, ctx: click.Context, cmd_name: str) -> Command | None:
        """A command by its name; its file is opened only now."""
        if cmd_name not in self.list_commands(ctx):
            return None
        name = cmd_name.replace("-", "_")
        found: Any = getattr(import_module(f"{__package__}.{name}"), name)
        return found if isinstance(found, Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is asked for; a wrong name gets the one message for wrong names."""
        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            raise no_such("command", args[0], self.list_commands(ctx))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands under headings, each with its whole first sentence."""
        every = [self.get_command(ctx, name) for name in self.list_commands(ctx)]
        wide = max(len(name) for name in self.list_commands(ctx))
        for section in SECTIONS:
            rows = [
                (f"{one.name:{wide}}", (one.help or "").split("\n\n")[0])
                for one in every
                if one is not None and one.section == section
            ]
            if rows:
                with formatter.section(section.capitalize()):
                    formatter.write_dl(rows)


@click.command(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="servanda")
def commands() -> None:
    """Will a phased agreement be kept? Where is it most likely to fail, and what would improve it?

    FILE is an agreement file, or the name of an agreement that comes with servanda, such as singapore-2018. Begin with:
    servanda new deal.yaml
    """


def run(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code.

    0: done. 1: `check` found something. 2: the input cannot be used. 3: the solver found no equilibrium. 130: stopped
    with Ctrl-C.
    """
    ended(lambda: commands.main(arguments, prog_name="servanda", standalone_mode=False))
