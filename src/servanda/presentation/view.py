"""What a result says: sentences and tables, as data.

A view is found by the type of a result. Renderers turn it into text (`terminal.py`), into HTML (`html.py`) or into
plain data for programs; none of them knows a result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import singledispatch
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal, TypeVar

from servanda.errors import missing_extra


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
        What stands above it.
    kind : {'number', 'words', 'date', 'text'}
        Words stand to the left and may wrap; numbers stand to the right; a text is sentences, in the room that is left.
    """

    name: str
    kind: Literal["number", "words", "date", "text"] = "number"


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes
    ----------
    cells : tuple of str
        One a column; missing ones at the end are empty.
    kind : {'plain', 'group', 'detail', 'section'}
        `group` is a heading for the rows below it, `detail` says more of the row above it, and `section` begins a new
        part of the table.
    """

    cells: tuple[str, ...]
    kind: Literal["plain", "group", "detail", "section"] = "plain"


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    key : str
        Its name, which does not change: for tests, the report and other programs.
    title : str
    columns : tuple of Column
    rows : tuple of Row
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class View:
    """What a result says.

    Attributes
    ----------
    headline : str
        The sentence to take to a meeting.
    blocks : tuple of str and Table
        Sentences and tables, in their order.
    notes : tuple of str
        What the result rests on, and what was left out.
    """

    headline: str
    blocks: tuple[str | Table, ...] = ()
    notes: tuple[str, ...] = ()

    def table(self, key: str) -> Table:
        """The table of this key."""
        return next(block for block in self.blocks if isinstance(block, Table) and block.key == key)


def rows(
    cells: Iterable[Iterable[str]], kind: Literal["plain", "group", "detail", "section"] = "plain"
) -> tuple[Row, ...]:
    """Make rows of one kind."""
    return tuple(Row(tuple(one), kind) for one in cells)


def written(found: View, write: Callable[[str], str]) -> View:
    """The same view with every word of it as a renderer writes it."""
    blocks = (write(block) if isinstance(block, str) else written_table(block, write) for block in found.blocks)
    return View(write(found.headline), tuple(blocks), tuple(map(write, found.notes)))


def written_table(what: Table, write: Callable[[str], str]) -> Table:
    """The same table with every word of it as a renderer writes it."""
    columns = tuple(replace(column, name=write(column.name)) for column in what.columns)
    cells = tuple(replace(row, cells=tuple(map(write, row.cells))) for row in what.rows)
    return replace(what, title=write(what.title), columns=columns, rows=cells)


_Block = TypeVar("_Block", bound="str | Table")


def filled(*blocks: _Block) -> tuple[_Block, ...]:
    """Those sentences and tables that are not empty."""
    return tuple(block for block in blocks if (block.rows if isinstance(block, Table) else block))


@singledispatch
def view_of(result: Any) -> View:
    """Say what a result says; every file of `views/` adds the results that it knows."""
    raise TypeError(f"nothing says yet what a {type(result).__name__} says")


def view(result: Any) -> View:
    """The view of a result, by its type.

    Files of `views/` are imported until one knows the type; first the one that has the name of the result's own file,
    so that what is said of a text does not wait for the solver. Files about results that cannot be made here, as a
    package is missing, are left out.

    Raises
    ------
    TypeError
        If no file of `views/` knows such results.
    """
    package = import_module(f"{__package__}.views")
    own = type(result).__module__.rpartition(".")[2]
    for module in sorted(iter_modules(package.__path__), key=lambda module: module.name != own):
        if view_of.dispatch(type(result)) is not view_of.dispatch(object):
            break
        try:
            import_module(f"{package.__name__}.{module.name}")
        except ModuleNotFoundError as error:
            if missing_extra(error) is None:
                raise
    return view_of(result)


def plain_view(found: View) -> dict[str, Any]:
    """A view as dicts and lists, for programs that show it in their own way."""
    blocks: list[Any] = []
    for block in found.blocks:
        if isinstance(block, str):
            blocks.append({"text": block})
            continue
        columns = [{"name": column.name, "kind": column.kind} for column in block.columns]
        table = [{"kind": row.kind, "cells": list(row.cells)} for row in block.rows]
        blocks.append({"key": block.key, "title": block.title, "columns": columns, "rows": table})
    return {"headline": found.headline, "blocks": blocks, "notes": list(found.notes)}
