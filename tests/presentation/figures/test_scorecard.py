"""The scorecard: drawn as it is, and the entries named that move it."""

from __future__ import annotations

import pytest
from support.building import gives, party, stake
from support.figures import CASES, axes, line, plans_of, scored, singapore, three, widths

from servanda import figures
from servanda.assessment.scorecards import CRITERIA

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_scorecard_is_drawn_as_it_is(case: str, narrow: bool) -> None:
    for result in plans_of(case):
        figure = figures.scorecard(result, narrow=narrow)
        drawn = widths(figure)
        full = 66.0 if not narrow else (360 - 18) / 3 - 46
        for party_id, one in result.scorecard.parties.items():
            for what in CRITERIA:
                panel = axes(figure, f"score|{what}")
                values = [v for s in one.course if (v := getattr(s, what)) is not None]
                start = [0.0] if what == "complete" else []
                assert [y for _, y in line(panel, party_id)] == [*start, *values, values[-1]]
                assert next(x for x in panel.lines if x.get_label() == party_id).get_drawstyle() == "steps-post"
                aim = one.criteria[what].aim
                if aim is None:
                    with pytest.raises(StopIteration):
                        line(panel, f"{party_id}|aim")
                else:
                    assert {y for _, y in line(panel, f"{party_id}|aim")} == {1.0 if what == "irreversible" else aim}
                for entry in {piece.entry for piece in one.obtained}:
                    now = next(getattr(s, what) for s in one.course if s.entry == entry)
                    assert drawn[f"{entry}|{party_id}|{what}"] == pytest.approx(full * now)
                rings = [x.get_ydata()[0] for x in panel.lines if x.get_markersize() == 12]
                for move in (one.criteria[what].raised, one.criteria[what].lowered):
                    if move is not None:
                        assert next(getattr(s, what) for s in one.course if s.entry == move.entry) in rings


def test_the_entries_that_move_a_figure_are_named() -> None:
    for result in singapore().plans:
        figure = figures.scorecard(result)
        for what in CRITERIA:
            said = [t.get_text() for t in axes(figure, f"score|{what}").texts]
            for one in result.scorecard.parties.values():
                for move in (one.criteria[what].raised, one.criteria[what].lowered):
                    words = f"{100 * move.change:+.1f} ".replace("-", "−") + move.title if move else ""
                    assert any(words.startswith(s.rstrip("…")) for s in said) or not words


def test_the_scorecard_says_who_falls_short() -> None:
    phased = singapore()["phased"]
    short = "North Korea falls short on irreversible, United States on verifiable and irreversible"
    assert figures.scorecard.title(phased) == f"Ten years in three phases: {short}"
    said = figures.scorecard.alt(phased)
    assert "verifiable 64% (aim 90% within 1 year, not met from June 2020; " in said
    assert "half of it within 4 years" in said
    assert figures.scorecard.title(three().plans[0]).endswith("Mid obtains 73%, Down obtains 100%")  # no aims


@pytest.mark.parametrize("narrow", [False, True])
def test_a_scorecard_with_nothing_to_obtain(narrow: bool) -> None:
    parties = {"north": {**party(), "aims": {"complete": 0.5, "irreversible": "never"}}, "south": party()}
    stakes = {"arms": stake("north", "1 years", north=1), "relief": stake("south", "never", north=-1)}
    nothing = scored(parties, stakes, gives("one", "2021-01-01", "north", "arms"))
    assert figures.scorecard.title(nothing) == "Plan: North falls short on complete"
    words = " ".join(t.get_text() for t in axes(figures.scorecard(nothing, narrow=narrow), "page").texts)
    assert "North: nothing obtained" in words
    assert "aim all for good, nothing obtained" in words
    assert "Nothing that others hold harms South." in words
    assert "Entry, and the values after it" not in words
    assert "North obtains nothing of what harms it." in figures.scorecard.alt(nothing)

    harmless = scored(parties, {"arms": stakes["arms"]}, gives("one", "2021-01-01", "north", "arms"))
    assert figures.scorecard.title(harmless) == "Plan: nothing that one party holds harms another"
    assert figures.scorecard(harmless, narrow=narrow)

    all_of_it = scored(parties, stakes, gives("two", "2021-01-01", "south", "relief"))
    assert figures.scorecard.title(all_of_it) == "Plan: every party obtains what it aims at"
    assert "The others can never restore anything of what North obtains." in figures.scorecard.alt(all_of_it)


def test_four_parties_that_fall_short_are_counted() -> None:
    aim = {**party(), "aims": {"complete": 1.0}}
    worth = dict.fromkeys("bcde", -1.0)
    four = scored(
        {"a": party(), **dict.fromkeys("bcde", aim)},
        {"arms": stake("a", "1 years", a=1, **worth)},
        gives("half", "2021-01-01", "a", arms=0.5),
    )
    assert figures.scorecard.title(four) == "Plan: 4 of 5 parties fall short of their aims"
    assert "The others do not give up 50% of arms, though this harms B." in figures.scorecard.alt(four)
