"""What is printed in a terminal: sentences that wrap, tables that stay whole."""

from __future__ import annotations

import os
import sys

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 100


def console() -> Console:
    """Where to print: as wide as the terminal, or 100 characters where nobody watches."""
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if watched else WIDTH)


def show(where: Console, what: Table) -> None:
    """Print a table whole: wider than the terminal if it must be, as broken dates and numbers cannot be read."""
    need = where.measure(what, options=where.options.update(max_width=10 * WIDTH)).maximum
    Console(highlight=False, width=max(need, 1)).print(what)


def table(title: str, *columns: str, prose: bool = True) -> Table:
    """Begin a table; the first column is words, the others stand to the right."""
    made = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(columns):
        made.add_column(column, justify="left" if i == 0 else "right", max_width=34 if prose else None)
    return made


def say(where: Console, text: str) -> None:
    """Print a sentence."""
    where.print(Text(text))
