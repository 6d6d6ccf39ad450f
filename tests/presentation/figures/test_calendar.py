"""The calendar: every entry with its chances, named in full."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.building import party, review, situation, stake
from support.figures import CASES, axes, changed, fair, line, plans_of, singapore, sixty, three, widths

from servanda import figures
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import compare
from servanda.english import percent

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_calendar_shows_every_entry_with_its_chances(case: str, narrow: bool) -> None:
    for result in plans_of(case):
        figure = figures.calendar(result, narrow=narrow)
        for who in {e.by for e in result.summary.entries}:
            own = [e.keep for e in result.summary.entries if e.by == who]
            assert [y for _, y in line(axes(figure, f"lane|{who}"), "kept")] == own
        drawn = widths(figure)
        sure = max(result.summary.entries, key=lambda e: e.reached)
        scale = drawn[f"{sure.id}|reached"] / sure.reached
        for e in result.summary.entries:
            assert drawn[f"{e.id}|reached"] == pytest.approx(scale * e.reached)
            if e.kind in ("obligation", "review"):
                parts = [drawn.get(f"{e.id}|{act}", 0.0) for act in ("keep", "conceal", "withdraw")]
                assert [p / sum(parts) for p in parts] == pytest.approx([e.keep, e.conceal, e.withdraw])
            elif e.kind == "ratification":
                keep, fail = drawn[f"{e.id}|keep"], drawn[f"{e.id}|withdraw"]
                assert keep / (keep + fail) == pytest.approx(e.keep)


def test_every_entry_is_named_in_full() -> None:
    for comparison in (three(), sixty()):
        (result,) = comparison.plans
        for narrow in (False, True):
            words = "".join(t.get_text() for t in axes(figures.calendar(result, narrow=narrow), "page").texts)
            for entry in result.summary.entries:
                assert entry.title[1:].replace(" ", "") in words.replace(" ", "").replace("-", "-")


def test_no_weakest_link_is_marked_where_nothing_is_lost() -> None:
    (result,) = three().plans
    for lost, wanted in ((0.3, True), (0.0, False)):
        entry = result.summary.entries[0]
        link = replace(result.summary.weakest_link, entry=entry.id, lost=lost)
        figure = figures.calendar(changed(result, weakest_link=link))
        texts = axes(figure, "page").texts
        assert any("weakest link" in t.get_text() for t in texts) == wanted
        assert any(t.get_fontweight() == "bold" and t.get_text() == "Pay" for t in texts) == wanted
        assert any(one.get_markersize() == 13 for one in axes(figure, f"lane|{entry.by}").lines) == wanted
        ends = "no single entry loses even 1%"
        assert (ends in figures.calendar.title(changed(result, weakest_link=link))) != wanted


def test_a_plan_of_reviews_has_no_steps_to_perform() -> None:
    parties = {"north": party(), "south": party()}
    entries = [review("north", "south", date="2021-01-01")]
    one = compare(Agreement.model_validate(situation(parties, {"arms": stake("north", "1 years", north=1)}, entries)))
    said = figures.calendar.alt(one.plans[0])
    assert "every step" not in said
    assert "There are no steps to perform." in said
    assert "chance that every step is performed or claimed" in figures.calendar.alt(fair().plans[0])


def test_alt_text_says_the_numbers() -> None:
    phased = singapore()["phased"]
    link, said = phased.summary.weakest_link, figures.calendar.alt(phased)
    assert f"lost here {percent(link.lost)}" in said
    assert link.title in said
