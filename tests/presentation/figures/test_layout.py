"""What holds for every figure: no word clipped or written over, the same bytes again, and no trace left."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations
from typing import Any

import pytest
from support.figures import CASES, NARROW, WIDE, axes, measured_with, plans_of, ranged, singapore, three, words_of

from servanda import figures
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.presentation.figures._sheet import wrap

pytest.importorskip("matplotlib")


def drawn(case: str, narrow: bool) -> Iterator[tuple[str, Any]]:
    """Every figure of a case, by its name; of a plan's figures one for each plan."""
    results: list[Any] = list(ranged().values()) if case == "ranged" else [CASES[case](), *plans_of(case)]
    for result in results:
        for drawing in figures.of(result):
            for which in () if drawing.nothing(result) else drawing.parts(result):
                yield f"{drawing.name} {which}", drawing(result, narrow, **which)


@cache
def one_of(name: str) -> Any:
    """A result that this figure draws: the small one that is at hand."""
    if figures[name].of in (Comparison, PlanResult):
        return three() if figures[name].of is Comparison else three().plans[0]
    return next(result for result in ranged().values() if isinstance(result, figures[name].of))


@pytest.mark.parametrize("font", [WIDE, NARROW])
@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", [*CASES, "ranged"])
def test_no_word_is_clipped_or_written_over(case: str, narrow: bool, font: str) -> None:
    with measured_with(font):
        for name, figure in drawn(case, narrow):
            placed = words_of(figure)
            width, height = figure.get_size_inches() * 72
            assert len(placed) > 5
            for text, box in placed:
                assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -0.5, (name, text)
            for (one, a), (other, b) in combinations(placed, 2):
                across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
                assert across <= 0.5 or down <= 1.0, (name, one, other, across, down)


@pytest.mark.parametrize("name", figures.names)
def test_a_phone_gets_words_that_can_be_read(name: str) -> None:
    longest = {Comparison: singapore(), PlanResult: singapore()["action-for-action"]}
    figure = figures[name](longest.get(figures[name].of) or one_of(name), narrow=True)
    width = figure.get_size_inches()[0] * 72
    assert width <= 380
    for text, _ in words_of(figure):
        assert text.get_fontsize() >= 12


@pytest.mark.parametrize("name", figures.names)
def test_the_title_in_the_figure_is_the_finding(name: str) -> None:
    results = {Comparison: singapore(), PlanResult: singapore()["phased"]}
    result = results.get(figures[name].of) or one_of(name)
    words = " ".join(t.get_text() for t in axes(figures[name](result), "page").texts)
    assert words.startswith(figures[name].title(result))


@pytest.mark.parametrize("name", figures.names)
def test_every_figure_is_told_in_words_with_a_number(name: str) -> None:
    said = figures[name].alt(one_of(name))
    assert len(said) > 80
    assert any(letter.isdigit() for letter in said)


@pytest.mark.parametrize("name", figures.names)
def test_the_same_result_gives_the_same_file(name: str) -> None:
    draw, result = figures[name], one_of(name)
    first, second = figures.svg(draw(result)), figures.svg(draw(result))
    assert first == second
    assert "<text" in first
    assert "date" not in first.split("<defs>")[0].lower()
    assert figures.png(draw(result), 50) == figures.png(draw(result), 50)


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
