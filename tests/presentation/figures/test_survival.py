"""The figure of survival: the summary's chances, and falls blamed on who causes them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.figures import NARROW, WIDE, axes, changed, fair, line, measured_with, singapore, three

from servanda import figures
from servanda.assessment.comparison import expected_years
from servanda.english import short
from servanda.presentation.figures._plan_words import drops

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_survival_is_the_summarys(narrow: bool) -> None:
    figure = figures.survival(three(), narrow=narrow)
    (result,) = three().plans
    panel = axes(figure, "survival|plan")
    assert [y for _, y in line(panel, "in force")] == [p.in_force for p in result.summary.standing]
    assert [y for _, y in line(panel, "clean")] == [p.clean for p in result.summary.standing]
    assert panel.get_ylim() == (0.0, 1.0)
    assert line(panel, "in force")[0][0] == 2020.0
    assert panel.lines[-1].get_drawstyle() == "steps-post"  # nothing ends between two dates


def test_survival_says_where_it_stops_showing() -> None:
    figure = figures.survival(singapore())
    last = axes(figure, "survival|phased").get_xlim()[1]
    words = " ".join(t.get_text() for t in axes(figure, "page").texts)
    assert f"Shown to {last:.0f}: from then to 2033 no plan has even a 1% chance." in words
    for result in singapore().plans:
        assert all(p.in_force < 0.01 for p in result.summary.standing if p.date.year >= last)


@pytest.mark.parametrize(
    ("font", "narrow", "last"),
    [
        (WIDE, False, "North found out"),  # where there is no room to say at which entry, it is not said
        (NARROW, False, "Last report: North found out"),
        (WIDE, True, "Election: North found out"),  # a phone has room for the larger fall only
    ],
)
def test_a_fall_is_not_blamed_on_the_entry_at_which_it_shows(font: str, narrow: bool, last: str) -> None:
    (result,) = fair().plans
    election = next(e for e in result.summary.entries if e.id == "election")
    assert max(election.lost, key=lambda c: election.lost[c]) == "found:north"
    with measured_with(font):
        panel = axes(figures.survival(fair(), narrow=narrow), "survival|plan")
    words = " ".join(t.get_text() for t in panel.texts)
    assert f"−{short(sum(election.lost.values()))} Election: North found out" in words
    assert f"% {last}" in words
    for day, lost, said in drops(result):
        if day == election.date:
            assert lost == pytest.approx(sum(election.lost.values()))
            assert said == ["Election: North found out", "North found out"]  # not the bare “Election”
    total = sum(lost for _, lost, _ in drops(result))
    assert total == pytest.approx(sum(result.summary.broken.values()))


def test_alt_text_says_the_numbers() -> None:
    assert "years on average" in figures.survival.alt(singapore())


def test_titles_claim_no_more_than_the_numbers() -> None:
    (result,) = fair().plans
    again = replace(fair(), plans=(result, changed(result, title="the copy")))
    assert figures.survival.title(again) == (
        f"Plan and The copy last about equally long: {expected_years(result):.1f} of 8 years on average"
    )
    trio = replace(again, plans=(*again.plans, result))
    assert figures.survival.title(trio).startswith("The 3 plans last about equally long")
    half = changed(result, standing=tuple(replace(p, years=p.years / 2) for p in result.summary.standing), title="half")
    mixed = replace(again, plans=(*again.plans, half))
    assert figures.survival.title(mixed).startswith("Plan and The copy last longest, about equally long")
    assert figures.survival.title(replace(mixed, plans=(result, half))).startswith("Plan lasts longest: ")
