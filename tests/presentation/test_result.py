"""What every result can do: it shows itself in a notebook, prints itself, and says when what draws it is missing."""

from __future__ import annotations

import dataclasses
import importlib.util
from html import escape
from typing import Any

import pytest
from support.figures import three

from servanda.errors import MissingExtra
from servanda.presentation.view import Table, view
from servanda.result import plain

RESULTS = [
    "sensitivity", "shares", "tornado", "failure", "swept", "front", "tips", "reached", "heat", "allocation", "indices",
]  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_shows_what_it_says_and_its_tables(name: str, ranged: dict[str, Any]) -> None:
    result = ranged[name]
    said, told = view(result), result._repr_html_()
    assert told.startswith(f"<p><strong>{escape(said.headline)}</strong></p>")
    tables = [block for block in said.blocks if isinstance(block, Table)]
    assert told.count("<table>") == len(tables)
    assert all(escape(cell) in told for table in tables for row in table.rows for cell in row.cells)


@pytest.mark.parametrize("name", RESULTS)
def test_it_prints_what_it_says(name: str, ranged: dict[str, Any]) -> None:
    result = ranged[name]
    assert " ".join(str(result).split()).startswith(" ".join(view(result).headline.split()))


@pytest.mark.parametrize("name", ["sensitivity", "tornado", "failure", "allocation"])
def test_the_agreement_that_a_picture_needs_is_told_nowhere(name: str, ranged: dict[str, Any]) -> None:
    result = ranged[name]
    field = next(field for field in dataclasses.fields(result) if field.name == "agreement")
    assert (field.repr, field.compare) == (False, False)
    assert "agreement" not in plain(result)
    assert "agreement" not in repr(result)


def test_without_matplotlib_one_message(monkeypatch: pytest.MonkeyPatch, ranged: dict[str, Any]) -> None:
    tornado, comparison = ranged["tornado"], three()
    there = importlib.util.find_spec
    monkeypatch.setattr("servanda.errors.find_spec", lambda name: None if name == "matplotlib" else there(name))
    for result in (tornado, comparison):
        with pytest.raises(MissingExtra, match=r"pip install 'servanda\[pictures\]'"):
            result.plot()
