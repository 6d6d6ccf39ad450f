"""Views become text, HTML and plain data, word for word; every result has one."""

from __future__ import annotations

import json

import pytest
from support.html_page import Page

import servanda
from servanda.presentation import terminal
from servanda.presentation.html import html
from servanda.presentation.view import Column, Row, Table, View, filled, plain_view, view
from servanda.result import Result

NASTY = 'R&D <b>"bold"</b> [bold]text[/bold] [/] \\['


def a_view(title: str = "Table", *rows: Row) -> View:
    columns = (Column("what", "words"), Column("number"), Column("when", "date"))
    return View("The headline.", ("A sentence.", Table("one", title, columns, rows)), ("A note.",))


def test_the_parts_of_a_view_stand_in_their_order() -> None:
    lines = [line.strip() for line in terminal.text(a_view("T", Row(("a", "1", "2026-01-01")))).splitlines()]
    said = [line for line in lines if line and not set(line) <= set("─ ")]
    assert [" ".join(line.split()) for line in said] == [
        "The headline.", "A sentence.", "T", "what number when", "a 1 2026-01-01", "A note.",
    ]  # fmt: skip


def test_nothing_that_users_write_is_markup() -> None:
    nasty = View(NASTY, (NASTY, Table("k", NASTY, (Column(NASTY, "words"),), (Row((NASTY,)),))), (NASTY,))
    assert terminal.text(nasty).count(NASTY) == 6
    page = Page(html(nasty))
    assert page.text.count(" ".join(NASTY.split())) == 6
    assert "<b>&quot;bold" not in html(nasty).replace("<b>", "").replace("&lt;b&gt;", "")
    assert not [tag for tag in page.all("b") if "bold" in tag]


def test_a_wide_table_stays_whole() -> None:
    columns = tuple(Column(f"column {i}") for i in range(20))
    row = tuple(f"{i:08d}" for i in range(20))
    lines = terminal.text(View("h", (Table("wide", "", columns, (Row(row),)),))).splitlines()
    assert any(all(cell in line for cell in row) for line in lines)
    assert max(map(len, lines)) > 2 * terminal.WIDTH


def test_words_wrap_between_words_where_a_table_would_not_fit() -> None:
    path = "parties.south.types.committed.costs.withdrawing.and.more"
    words = "the cost of withdrawing to the committed type of South " * 2
    lines = terminal.text(a_view("T", Row((words, "1", "2026-01-01")), Row((path, "2" * 60), "detail"))).splitlines()
    assert any(path in line for line in lines)
    assert not any(words.strip() in line for line in lines)
    rejoined = " ".join(" ".join(lines).split())
    assert all(word in rejoined for word in words.split())
    short = terminal.text(a_view("T", Row((words[:50], "1", "2026-01-01")))).splitlines()
    assert any(words[:50].strip() in line for line in short)


def test_rows_of_all_kinds_become_html() -> None:
    rows = (Row(("Group",), "group"), Row(("a", "1")), Row(("more",), "detail"), Row(("b", "2"), "section"))
    page = html(a_view("T", *rows))
    assert '<th scope="rowgroup" colspan="3">Group</th>' in page
    assert '<tr class="detail"><th scope="row" class="words">more</th>' in page
    assert page.count('<td class="number">') == 3  # cells that a row does not name are there, and empty


def test_a_view_as_plain_data() -> None:
    plain = plain_view(a_view("T", Row(("a", "1"))))
    assert json.loads(json.dumps(plain)) == plain
    assert plain["blocks"][1]["rows"] == [{"kind": "plain", "cells": ["a", "1"]}]
    assert (plain["headline"], plain["notes"]) == ("The headline.", ["A note."])


def test_empty_parts_are_left_out() -> None:
    empty = Table("none", "None", (Column("what"),), ())
    assert filled("", "a", empty, "b") == ("a", "b")


def results() -> list[type[Result]]:
    public = [getattr(servanda, name) for name in servanda.__all__]
    return [each for each in public if isinstance(each, type) and issubclass(each, Result) and each is not Result]


@pytest.mark.parametrize("kind", results(), ids=lambda kind: kind.__name__)
def test_every_public_result_has_a_view(kind: type[Result]) -> None:
    from servanda.presentation.view import view_of

    class Odd(Result):
        pass

    with pytest.raises(TypeError, match="nothing says yet what a Odd says"):
        view(Odd())  # which has looked through all files of views
    assert view_of.dispatch(kind) is not view_of.dispatch(Odd)
    assert "_repr_html_" not in vars(kind)
