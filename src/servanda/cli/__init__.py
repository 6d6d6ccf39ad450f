"""The commands: one file each, and the pipeline that they share."""

from __future__ import annotations


def main(arguments: list[str] | None = None) -> None:
    """Run a command; every foreseeable failure is one message and an exit code, never a traceback."""
    from servanda.cli._commands import main as run

    run(arguments)
