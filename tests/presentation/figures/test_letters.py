"""Letters of every script: drawn where a font has them, and where none has, a note says which to install."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Iterator

import pytest
from support.figures import three

from servanda import figures
from servanda.presentation.figures import _letters, _sheet

pytest.importorskip("matplotlib")


@pytest.fixture
def fonts_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The fonts of the machine: only those that a test puts in; each "has" the letters that stand in its file name."""
    there: dict[str, str] = {"Base": "abc –“”"}
    _letters.families.cache_clear()
    monkeypatch.setattr(_letters, "files", lambda: there)
    monkeypatch.setattr(_letters, "has", lambda name, letter: letter in there.get(name, ""))
    yield there
    monkeypatch.undo()
    _letters.families.cache_clear()


def test_fonts_that_have_the_letters_follow_the_usual_ones(fonts_there: dict[str, str]) -> None:
    fonts_there.update({"Noto Sans CJK SC": "조制", "Noto Sans Thai": "ไ", "Other": "조"})
    assert _letters.families("abc", ("Base",)) == ("Base",)
    assert _letters.families("a조制", ("Base",)) == ("Base", "Noto Sans CJK SC")
    assert _letters.families("ไ조", ("Base",)) == ("Base", "Noto Sans CJK SC", "Noto Sans Thai")
    assert _letters.families("ठ", ("Base",)) == ("Base",)


def test_a_note_names_the_fonts_to_install_once(fonts_there: dict[str, str]) -> None:
    fonts_there["Noto Sans Thai"] = "ไ"
    with pytest.warns(_letters.MissingFont) as said:
        _note_twice()
    assert len(said) == 1
    words = str(said[0].message)
    assert "ठ, 制, 선 and 조" in words
    assert "fonts-noto-cjk on Debian and Ubuntu, Noto Sans CJK elsewhere" in words
    assert "fonts-noto-core on Debian and Ubuntu, Noto Sans Devanagari elsewhere" in words
    assert "Thai" not in words
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _letters.note_missing(["abc"], ("Base",))


def _note_twice() -> None:
    with _letters.one_note():
        _letters.note_missing(["조선 制 abc"], ("Base",))
        _letters.note_missing(["ไ ठ\u2068\u200e"], ("Base",))


def test_a_picture_in_a_script_without_a_font_says_so(fonts_there: dict[str, str]) -> None:
    drawn = figures.outcomes(three())
    drawn.axes[0].texts[0].set_text("一次性全部完成")
    with pytest.warns(_letters.MissingFont, match="fonts-noto-cjk"):
        figures.png(drawn, dpi=20)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "一次性全部完成" in figures.svg(drawn)  # a browser has fonts of its own


def test_svg_names_common_fonts_whatever_this_machine_has() -> None:
    svg = figures.svg(figures.outcomes(three()))
    assert "DejaVu" not in svg
    assert "font-family: Arial" in svg or "px Arial" in svg


def test_lines_are_broken_as_the_script_asks() -> None:
    room = 60.0
    han = _sheet.wrap("一次性全部完成的协议", 13, room)
    assert "".join(han) == "一次性全部完成的协议"
    assert len(han) > 1
    latin = _sheet.wrap("Nichtverbreitungsvertrag", 13, room)
    assert "".join(line.removesuffix("-") for line in latin) == "Nichtverbreitungsvertrag"
    assert all(line.endswith("-") for line in latin[:-1])
    hindi = _sheet.wrap("निर्णयनिर्णयनिर्णय", 13, room)
    assert not any(_is_mark(line[0]) for line in hindi)
    assert all(_sheet.text_width(line, 13) <= room for line in [*han, *latin])


def _is_mark(letter: str) -> bool:
    return unicodedata.category(letter).startswith("M")


def test_a_very_long_name_does_not_fill_the_figure_nor_the_day() -> None:
    lines = _sheet.wrap("x" * 10_000, 13, 400)
    assert sum(map(len, lines)) < 1_000
    assert lines[-1].endswith("…")
    assert _sheet.wrap("word " * 3_000, 13, 400)[-1].endswith("…")
