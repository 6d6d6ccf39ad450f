"""The figure of beliefs: the summary's beliefs, drawn where they are known."""

from __future__ import annotations

import pytest
from support.figures import axes, changed, fair, line, only, singapore, sixty, three

from servanda import figures
from servanda.english import percent

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_beliefs_are_the_summarys_and_add_up(narrow: bool) -> None:
    figure = figures.beliefs(three(), narrow=narrow)
    (result,) = three().plans
    panel = axes(figure, "beliefs|plan|up")
    each = [[y for _, y in line(panel, kind)] for kind in ("sincere", "old-guard", "rest")]
    for kind, values in zip(("sincere", "old-guard", "rest"), each, strict=True):
        assert values[:-1] == [e.beliefs["up"][kind] for e in result.summary.entries]
    assert [sum(now) for now in zip(*each, strict=True)] == pytest.approx([1.0] * len(each[0]))
    with pytest.raises(StopIteration):
        axes(figure, "beliefs|plan|mid")


def test_a_belief_is_drawn_where_it_is_known_and_joined_by_straight_lines() -> None:
    panel = axes(figures.beliefs(fair()), "beliefs|plan|north")
    (result,) = fair().plans
    assert all(one.get_drawstyle() == "default" for one in panel.lines)
    known = line(panel, "sincere")
    assert known[-1] == (2028.0, result.summary.final_beliefs["north"]["sincere"])
    marked = [one for one in panel.lines if one.get_linewidth() and one.get_marker() not in ("", "None")]
    drawn = {(x, y) for one in marked for x, y in zip(one.get_xdata(), one.get_ydata(), strict=True)}
    assert set(known) <= drawn
    assert all(one.get_markevery() in (None, slice(1, None)) for one in marked)  # the first of a tail is marked before


def test_words_on_beliefs_include_the_last_report() -> None:
    (result,) = fair().plans
    first, last = result.summary.entries[0].beliefs["north"]["sincere"], result.summary.final_beliefs["north"]
    before = result.summary.entries[-1].beliefs["north"]["sincere"]
    assert sum(result.summary.held.values()) > 0.01
    assert percent(before) != percent(last["sincere"])
    assert f"from {percent(first)} to {percent(last['sincere'])} by January 2028" in figures.beliefs.title(fair())
    assert f"{percent(last['sincere'])} in January 2028" in figures.beliefs.alt(fair())
    gone = only(changed(result, held={"clean": 0.005, "concealed": 0.0}), fair())
    assert f"to {percent(before)} by January 2024" in figures.beliefs.title(gone)
    assert f"{percent(before)} in January 2024" in figures.beliefs.alt(gone)


def test_final_beliefs_agree_with_an_entry_at_the_end() -> None:
    # A review of a party with nothing to gain on the last day but one shows the belief that the horizon must show.

    result = singapore()["phased"]
    before = result.summary.entries[-1].beliefs["dprk"]["sincere"]
    assert result.summary.final_beliefs["dprk"]["sincere"] == pytest.approx(before, abs=0.01)


def test_without_types_there_is_no_belief_to_draw() -> None:
    with pytest.raises(ValueError, match="every party of this agreement has one type"):
        figures.beliefs(sixty())


def test_alt_text_says_the_numbers() -> None:
    first = singapore()["phased"].summary.entries[0].beliefs["dprk"]["sincere"]
    assert percent(first) in figures.beliefs.alt(singapore())
