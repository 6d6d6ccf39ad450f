"""What holds for every figure: no word clipped or written over, the same bytes again, and no trace left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from support.figures import CASES, NARROW, WIDE, axes, late, measured_with, plans_of, singapore, three, words_of

from servanda import figures
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.presentation.figures._sheet import wrap

pytest.importorskip("matplotlib")


def drawn(results: list[Any], narrow: bool) -> Iterator[tuple[str, Any]]:
    """Every figure of some results, by its name."""
    for result in results:
        for drawing in figures.of(result):
            for which in () if drawing.nothing(result) else drawing.parts(result):
                yield f"{drawing.name} {which}", drawing(result, narrow, **which)


@pytest.fixture
def result(name: str, ranged: dict[str, Any]) -> Any:
    """A result that the figure of this name draws, as large as there is."""
    return drawn_by(name, singapore(), singapore()["action-for-action"], ranged)


@pytest.fixture
def small(name: str, ranged: dict[str, Any]) -> Any:
    """A result that the figure of this name draws, as small as there is."""
    return drawn_by(name, three(), three().plans[0], ranged)


def drawn_by(name: str, comparison: Comparison, plan: PlanResult, ranged: dict[str, Any]) -> Any:
    found = next(one for one in (comparison, plan, *ranged.values()) if isinstance(one, figures[name].of))
    return late() if figures[name].nothing(found) else found


def clipped_or_written_over(figure: Any) -> list[Any]:
    """Words that reach over the edge, and pairs of words that reach over each other."""
    placed = words_of(figure)
    assert len(placed) > 5
    width, height = figure.get_size_inches() * 72
    left, low, right, high = np.array([[box.x0, box.y0, box.x1, box.y1] for _, box in placed]).T
    out = np.flatnonzero(np.minimum.reduce([left, low, width - right, height - high]) < -0.5)
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    down = np.minimum.outer(high, high) - np.maximum.outer(low, low)
    over = np.argwhere(np.triu((across > 0.5) & (down > 1.0), 1))
    return [placed[i][0] for i in out] + [(placed[i][0], placed[j][0]) for i, j in over]


@pytest.mark.parametrize("font", [WIDE, NARROW])
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_no_word_is_clipped_or_written_over(case: str, narrow: bool, font: str) -> None:
    with measured_with(font):
        for name, figure in drawn([CASES[case](), *plans_of(case)], narrow):
            assert clipped_or_written_over(figure) == [], name


@pytest.mark.parametrize("font", [WIDE, NARROW])
@pytest.mark.parametrize("narrow", [False, True])
def test_nor_in_what_is_about_ranges(narrow: bool, font: str, ranged: dict[str, Any]) -> None:
    with measured_with(font):
        for name, figure in drawn(list(ranged.values()), narrow):
            assert clipped_or_written_over(figure) == [], name


@pytest.mark.parametrize("name", figures.names)
def test_a_phone_gets_words_that_can_be_read(name: str, result: Any) -> None:
    figure = figures[name](result, narrow=True)
    width = figure.get_size_inches()[0] * 72
    assert width <= 380
    for text, _ in words_of(figure):
        assert text.get_fontsize() >= 12


@pytest.mark.parametrize("name", figures.names)
def test_the_title_in_the_figure_is_the_finding(name: str, result: Any) -> None:
    words = " ".join(t.get_text() for t in axes(figures[name](result), "page").texts)
    assert words.startswith(figures[name].title(result))


@pytest.mark.parametrize("name", figures.names)
def test_every_figure_is_told_in_words_with_a_number(name: str, small: Any) -> None:
    said = figures[name].alt(small)
    assert len(said) > 80
    assert any(letter.isdigit() for letter in said)


@pytest.mark.parametrize("name", figures.names)
def test_the_same_result_gives_the_same_file(name: str, small: Any) -> None:
    draw = figures[name]
    first, second = figures.svg(draw(small)), figures.svg(draw(small))
    assert first == second
    assert "<text" in first
    assert "date" not in first.split("<defs>")[0].lower()
    assert figures.png(draw(small), 50) == figures.png(draw(small), 50)


def test_wrapping_keeps_every_letter() -> None:
    text = "Non-proliferation Donaudampfschifffahrtsgesellschaftskapitän " + "x" * 80
    rows = wrap(text, 13, 100)
    assert len(rows) > 3
    assert "".join(rows).replace("-", "").replace(" ", "") == text.replace("-", "").replace(" ", "")


def test_drawing_leaves_no_trace() -> None:
    import matplotlib
    from matplotlib import _pylab_helpers

    before = dict(matplotlib.rcParams)
    figures.svg(figures.survival(three()))
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.figs
