"""Views in a terminal: sentences that wrap, tables that stay whole."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from servanda.presentation.view import Table, View

if TYPE_CHECKING:
    from rich.console import Console

WIDTH = 100  # characters, where nobody watches
WIDEST = 34  # of a column of words, before it wraps


def print_view(found: View) -> None:
    """Print a view: its headline, then its blocks and its notes.

    Parameters
    ----------
    found : View
    """
    where = console()
    say(where, found.headline)
    for block in found.blocks:
        where.print()
        if isinstance(block, str):
            say(where, block)
        else:
            show(where, block)
    if found.notes:
        where.print()
    for note in found.notes:
        say(where, note)


def text(found: View) -> str:
    """A view as plain text, 100 characters wide."""
    from io import StringIO

    from rich.console import Console

    out = StringIO()
    where = Console(file=out, width=WIDTH, highlight=False, color_system=None, legacy_windows=False)
    say(where, found.headline)
    for block in (*found.blocks, *found.notes):
        where.print()
        if isinstance(block, str):
            say(where, block)
        else:
            show(where, block)
    return out.getvalue().rstrip()


def console() -> Console:
    """Where to print: as wide as the terminal, or 100 characters where nobody watches."""
    from rich.console import Console

    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if watched else WIDTH)


def say(where: Console, words: str) -> None:
    """Print a sentence; nothing in it is markup."""
    from rich.text import Text

    where.print(Text(words))


def show(where: Console, what: Table) -> None:
    """Print a table whole: wider than the terminal if it must be, as broken dates and numbers cannot be read."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    made = Grid(
        title=Text(what.title, style="bold") if what.title else None,
        title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False,
    )  # fmt: skip
    for column in what.columns:
        words = column.kind == "words"
        made.add_column(
            Text(column.name), justify="left" if column.kind != "number" else "right", no_wrap=not words,
            max_width=WIDEST if words else None,
        )  # fmt: skip
    for i, row in enumerate(what.rows):
        if row.kind in ("group", "section") and i:
            made.add_section()
        style = {"group": "bold", "detail": "dim"}.get(row.kind, "")
        made.add_row(*(Text(cell, style=style) for cell in row.cells))
    need = where.measure(made, options=where.options.update(max_width=10 * WIDTH)).maximum
    Console(file=where.file, highlight=False, width=max(need, 1), color_system=where.color_system).print(made)
