"""Views in a terminal: sentences that wrap, tables that stay whole."""

from __future__ import annotations

import os
import re
import sys
from io import StringIO
from typing import Any, cast

from rich import box
from rich.console import Console
from rich.table import Table as Grid
from rich.text import Text

from servanda.english import mirrored, printable
from servanda.presentation.view import Table, View, written

WIDTH = 100  # characters, where nobody watches
_PADDING = re.compile(r" +((?:\x1b\[[0-9;]*m)*)$", re.MULTILINE)  # behind the last column
WIDEST = 34  # of a column of words, in a table that would not fit otherwise


def print_view(found: View) -> None:
    """Print a view: its headline, then its blocks and its notes."""
    _print(console(), found)


def text(found: View) -> str:
    """A view as plain text, 100 characters wide."""
    out = StringIO()
    plain = Console(
        file=out, width=WIDTH, highlight=False, color_system=None, legacy_windows=False, force_jupyter=False
    )
    _print(plain, found)
    return "\n".join(line.rstrip() for line in out.getvalue().rstrip().split("\n"))


def console() -> Console:
    """Where to print: as wide as the terminal, or 100 characters where nobody watches."""
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if watched else WIDTH)


def say(where: Console, words: str) -> None:
    """Print a sentence; nothing in it is markup."""
    where.print(Text(words_for(where, words)))


def words_for(where: Console, words: str) -> str:
    """Words as text and nothing else; those of a mirrored script are set apart for eyes, and not for programs."""
    return mirrored(printable(words)) if where.is_terminal else printable(words)


def _print(where: Console, found: View) -> None:
    found = written(found, lambda words: words_for(where, words))
    say(where, found.headline)
    after_table = False
    for block in found.blocks:
        if not after_table:
            where.print()
        after_table = isinstance(block, Table)
        if isinstance(block, Table):
            if block.title:
                where.print(Text(block.title, style="bold"))
            _show(where, _grid(where, block))
        else:
            say(where, block)
    if found.notes and not after_table:
        where.print()
    for note in found.notes:
        say(where, note)


def _grid(where: Console, what: Table) -> Grid:
    """A table as rich has it; its words wrap, between words, if it would be wider than the terminal otherwise."""
    made = Grid(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in what.columns:
        side = "right" if column.kind == "number" else "left"
        made.add_column(Text(column.name), justify=side, no_wrap=True)
    text = next((k for k, column in enumerate(what.columns) if column.kind == "text"), 0)
    under = False  # whether a heading stands above
    for i, row in enumerate(what.rows):
        if row.kind in ("group", "section") and i:
            made.add_section()
        under = row.kind == "group" or (under and row.kind != "section")
        style = {"group": "bold", "detail": "dim"}.get(row.kind, "")
        cells = row.cells
        if row.kind == "group":
            cells = (*[""] * text, cells[0])
        elif cells[0] and (row.kind == "detail" or (under and text == 0)):
            cells = (f"  {cells[0]}", *cells[1:])
        made.add_row(*(Text(cell, style=style) for cell in cells))
    for kind in ("words", "text"):
        excess = _width(where, made) - where.width
        for k, column in enumerate(what.columns if excess > 0 else ()):
            if column.kind == kind:
                cells = (column.name, *(row.cells[k] for row in what.rows if k < len(row.cells)))
                longest = max(len(word) for cell in cells for word in ("", *cell.split()))
                made.columns[k].no_wrap = False
                made.columns[k].max_width = max(WIDEST, longest + 2, max(map(len, cells)) - excess)
    return made


def _width(where: Console, grid: Grid) -> int:
    return where.measure(grid, options=where.options.update(max_width=10 * WIDTH)).maximum


def _show(where: Console, grid: Grid) -> None:
    """Print a table whole: wider than the terminal if it must be, as broken dates and numbers cannot be read."""
    out, colours = StringIO(), cast("Any", where.color_system)
    Console(
        file=out, highlight=False, width=max(_width(where, grid), 1), force_terminal=where.is_terminal,
        color_system=colours, legacy_windows=False, force_jupyter=False,
    ).print(grid)  # fmt: skip
    where.file.write(_PADDING.sub(r"\1", out.getvalue()))
