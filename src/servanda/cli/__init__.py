"""The commands: one file a command, found by looking into this folder.

`_pipeline.py` has what the commands share; `program.py` finds them. The room stands on all others.
"""

from __future__ import annotations


def main(arguments: list[str] | None = None) -> None:
    """Run a command; every foreseeable failure is one message and an exit code, never a traceback."""
    from servanda.cli.program import run

    run(arguments)
