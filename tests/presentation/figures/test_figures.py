"""Pictures: the numbers drawn are the summary's, the words say them, and nothing is clipped or written over."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import pytest

pytest.importorskip("matplotlib")

from support import paths
from support.building import gives, party, ratify, review, situation, stake, turnover

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import Comparison, compare, expected_years
from servanda.assessment.outcomes import TypeAct
from servanda.assessment.scorecards import CRITERIA, scorecard
from servanda.english import month, percent, short
from servanda.game.calendar import calendar_of
from servanda.presentation.figures import gallery as pictures
from servanda.presentation.figures._palette import look
from servanda.presentation.figures._plan_words import drops
from servanda.presentation.figures._sheet import wrap
from servanda.presentation.figures.scorecard import least_kept

PER_PLAN = ("calendar", "scorecard", "acts")
NAMES = ("outcomes", "survival", "beliefs", "exposure", *PER_PLAN)


@cache
def singapore() -> Comparison:
    return compare(servanda.read("singapore-2018"))


@cache
def three() -> Comparison:
    """Three parties, three types, long and awkward names, every kind of entry."""
    kinds = {"sincere": {"chance": 0.5, "worth": {"dam": 0.2}}, "old-guard": {"chance": 0.3}, "rest": {"chance": 0.2}}
    two = {"open": {"chance": 0.6}, "closed": {"chance": 0.4, "worth": {"pumps": 1.4}}}
    parties = {
        "up": party(1.1, types=kinds, breakdown=1),
        "mid": party(1.5),
        "down": party(1.3, types=two, breakdown=1),
    }
    parties["up"]["name"] = "Upper <Republic> of the $1 and $2 & Northern Highlands"
    stakes = {
        "dam": stake("up", "2 years", True, up=0.8, mid=-0.5, down=-1.0),
        "fund": stake("mid", "3 months", mid=0.3, up=-0.7, down=-0.3),
        "pumps": stake("down", "1 years", True, down=0.5, mid=-0.6, up=-0.2),
    }
    entries: list[dict[str, Any]] = [
        gives("pay", "2020-06-01", "mid", fund=0.4),
        gives("gates", "2020-09-01", "up", dam=0.5),
        ratify("vote", "2020-11-01", "down", 0.8),
        gives("pumps-half", "2021-01-01", "down", pumps=0.5),
        gives("pay-2", "2021-06-01", "mid", "fund", automatic=True),
        turnover("election", "2022-03-01", "down", 0.5, open=0.3, closed=0.7),
        gives("rest", "2022-09-01", "up", "dam"),
        review("up", "mid", "down", every="12 months", from_="2023-03-01", until="2026-03-01"),
    ]
    entries[1]["title"] = (
        "Sluice gates of the upper dam opened to the level of 1996, under the eyes of observers of the union"
    )
    measures = {"gauges": {"covers": ["dam", "pumps"], "finds": 0.5}}
    return compare(Agreement.model_validate(situation(parties, stakes, entries, measures, incidents=0.02)))


@cache
def sixty() -> Comparison:
    """Sixty entries, and parties of one type each."""
    parties = {"north": party(1.5, breakdown=3), "south": party(1.5, breakdown=3)}
    stakes = {
        "arms": stake("north", "4 years", north=0.8, south=-1.5),
        "relief": stake("south", "3 months", south=0.4, north=-1.2),
    }
    entries: list[dict[str, Any]] = []
    day = date(2020, 2, 1)
    for i in range(60):
        who, what = ("north", "arms") if i % 2 == 0 else ("south", "relief")
        step = gives(f"step-{i + 1}", day.isoformat(), who, **{what: 0.033})
        entries.append(
            {**step, "title": f"Part {i // 2 + 1} of the long-range {what} given up under the eyes of inspectors"}
        )
        day += timedelta(days=45)
    return compare(Agreement.model_validate(situation(parties, stakes, entries)))


@cache
def fair() -> Comparison:
    """What is concealed comes to light at elections, which nobody is to blame for; it may well hold to the end."""
    kinds = {"sincere": {"chance": 0.6, "worth": {"arms": -1.0}}, "stalling": {"chance": 0.4, "worth": {"arms": 2.5}}}
    parties = {"north": party(2.0, types=kinds), "south": party(4.0, breakdown=3)}
    stakes = {
        "arms": stake("north", "4 years", True, north=0.5, south=-1.5),
        "relief": stake("south", "3 months", south=0.2, north=-1.5),
    }
    entries: list[dict[str, Any]] = [
        gives("aid", "2020-06-01", "south", "relief"),
        gives("disarm", "2020-12-01", "north", "arms"),
        turnover("election", "2024-01-01", "north", 0.5, sincere=0.5, stalling=0.5),
    ]
    measures = {"inspectors": {"covers": ["arms"], "finds": 0.2}}
    return compare(Agreement.model_validate(situation(parties, stakes, entries, measures)))


def changed(result: Any, **summary: Any) -> Any:
    """A result with some of its summary made up."""
    return replace(result, summary=replace(result.summary, **summary))


def only(result: Any, of: Comparison) -> Comparison:
    return replace(of, plans=(result,))


CASES = {"singapore": singapore, "three": three, "sixty": sixty, "fair": fair}


def subjects(case: str) -> list[tuple[str, Any]]:
    comparison = CASES[case]()
    plans = [comparison["action-for-action"]] if case == "singapore" else list(comparison.plans)  # 42 entries
    names = [n for n in NAMES if not (case == "sixty" and n == "beliefs")]
    return [(n, s) for n in names for s in (plans if n in PER_PLAN else [comparison])]


def axes(figure: Any, name: str) -> Any:
    return next(a for a in figure.axes if a.get_label() == name)


def widths(figure: Any) -> dict[str, float]:
    return {p.get_label(): p.get_width() for p in axes(figure, "page").patches if p.get_label() != "_"}


def line(panel: Any, label: str) -> list[tuple[float, float]]:
    found = next(one for one in panel.lines if one.get_label() == label)
    return list(zip(found.get_xdata(), found.get_ydata(), strict=True))


# ------------------------------------------------------------------------------------------ numbers as drawn


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_outcomes_are_drawn_in_proportion(case: str, narrow: bool) -> None:
    comparison = CASES[case]()
    drawn = widths(pictures.outcomes(comparison, narrow=narrow))
    full = 360.0 if narrow else 900.0
    for result in comparison.plans:
        wanted = {k: v for k, v in result.summary.outcomes.items() if v > 0}
        got = {k.split("|")[1]: w / full for k, w in drawn.items() if k.split("|")[0] == result.plan}
        assert got == pytest.approx(wanted, abs=1e-12)
        assert sum(got.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("narrow", [False, True])
def test_survival_is_the_summarys(narrow: bool) -> None:
    figure = pictures.survival(three(), narrow=narrow)
    (result,) = three().plans
    panel = axes(figure, "survival|plan")
    assert [y for _, y in line(panel, "in force")] == [p.in_force for p in result.summary.standing]
    assert [y for _, y in line(panel, "clean")] == [p.clean for p in result.summary.standing]
    assert panel.get_ylim() == (0.0, 1.0)
    assert line(panel, "in force")[0][0] == 2020.0
    assert panel.lines[-1].get_drawstyle() == "steps-post"  # nothing ends between two dates


def test_survival_says_where_it_stops_showing() -> None:
    figure = pictures.survival(singapore())
    last = axes(figure, "survival|phased").get_xlim()[1]
    words = " ".join(t.get_text() for t in axes(figure, "page").texts)
    assert f"Shown to {last:.0f}: from then to 2033 no plan has as much as 1%." in words
    for result in singapore().plans:
        assert all(p.in_force < 0.01 for p in result.summary.standing if p.date.year >= last)


@pytest.mark.parametrize("narrow", [False, True])
def test_beliefs_are_the_summarys_and_add_up(narrow: bool) -> None:
    figure = pictures.beliefs(three(), narrow=narrow)
    (result,) = three().plans
    panel = axes(figure, "beliefs|plan|up")
    each = [[y for _, y in line(panel, kind)] for kind in ("sincere", "old-guard", "rest")]
    for kind, values in zip(("sincere", "old-guard", "rest"), each, strict=True):
        assert values[:-1] == [e.beliefs["up"][kind] for e in result.summary.entries]
    assert [sum(now) for now in zip(*each, strict=True)] == pytest.approx([1.0] * len(each[0]))
    with pytest.raises(StopIteration):
        axes(figure, "beliefs|plan|mid")


def test_a_belief_is_drawn_where_it_is_known_and_joined_by_straight_lines() -> None:
    panel = axes(pictures.beliefs(fair()), "beliefs|plan|north")
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
    assert f"from {percent(first)} to {percent(last['sincere'])} by January 2028" in pictures.title("beliefs", fair())
    assert f"{percent(last['sincere'])} in January 2028" in pictures.alt("beliefs", fair())
    gone = only(changed(result, held={"clean": 0.005, "concealed": 0.0}), fair())
    assert f"to {percent(before)} by January 2024" in pictures.title("beliefs", gone)
    assert f"{percent(before)} in January 2024" in pictures.alt("beliefs", gone)


def test_final_beliefs_agree_with_an_entry_at_the_end() -> None:
    # A review of a party with nothing to gain on the last day but one shows the belief that the horizon must show.

    result = singapore()["phased"]
    before = result.summary.entries[-1].beliefs["dprk"]["sincere"]
    assert result.summary.final_beliefs["dprk"]["sincere"] == pytest.approx(before, abs=0.01)


def test_without_types_there_is_no_belief_to_draw() -> None:
    with pytest.raises(ValueError, match="every party of this agreement has one type"):
        pictures.beliefs(sixty())


@pytest.mark.parametrize("narrow", [False, True])
def test_exposure_is_the_summarys_on_one_scale(narrow: bool) -> None:
    figure = pictures.exposure(singapore(), narrow=narrow)
    panels = [axes(figure, f"exposure|{r.plan}") for r in singapore().plans]
    for result, panel in zip(singapore().plans, panels, strict=True):
        for name in ("dprk", "usa"):
            got = [y for _, y in line(panel, name)]
            assert got[:-1] == [x.loss[name] for x in result.summary.exposure]
            assert panel.get_ylim()[0] < min(got)
            assert max(got) < panel.get_ylim()[1]
    assert len({panel.get_ylim() for panel in panels}) == 1


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_calendar_shows_every_entry_with_its_chances(case: str, narrow: bool) -> None:
    for name, result in subjects(case):
        if name != "calendar":
            continue
        figure = pictures.calendar(result, narrow=narrow)
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


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_acts_show_every_type_at_every_entry(case: str, narrow: bool) -> None:
    for name, result in subjects(case):
        if name != "acts":
            continue
        drawn = widths(pictures.acts(result, narrow=narrow))
        for e in result.summary.entries:
            for kind, act in e.by_type.items():
                if act is not None:
                    parts = [drawn.get(f"{e.id}|{kind}|{a}", 0.0) for a in ("keep", "conceal", "withdraw")]
                    assert [p / sum(parts) for p in parts] == pytest.approx([act.keep, act.conceal, act.withdraw])


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_the_scorecard_is_drawn_as_it_is(case: str, narrow: bool) -> None:
    for name, result in subjects(case):
        if name != "scorecard":
            continue
        figure = pictures.scorecard(result, narrow=narrow)
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
        figure = pictures.scorecard(result)
        for what in CRITERIA:
            said = [t.get_text() for t in axes(figure, f"score|{what}").texts]
            for one in result.scorecard.parties.values():
                for move in (one.criteria[what].raised, one.criteria[what].lowered):
                    words = f"{100 * move.change:+.1f} ".replace("-", "−") + move.title if move else ""
                    assert any(words.startswith(s.rstrip("…")) for s in said) or not words


def test_the_scorecard_says_who_falls_short() -> None:
    phased = singapore()["phased"]
    short = "North Korea falls short on irreversible, United States on verifiable and irreversible"
    assert pictures.title("scorecard", phased) == f"Ten years in three phases: {short}"
    said = pictures.alt("scorecard", phased)
    assert "verifiable 64% (aim 90% within 1 year, not met from June 2020; " in said
    assert "half of it within 4 years" in said
    assert pictures.title("scorecard", three().plans[0]).endswith("Mid obtains 73%, Down obtains 100%")  # no aims


def scored(parties: Any, stakes: Any, *entries: Any) -> Any:
    """A result of which only the agreement and the scorecard matter."""
    agreement = Agreement.model_validate(situation(parties, stakes, list(entries)))
    (result,) = fair().plans
    game = replace(result.game, agreement=agreement, plan="plan", steps=calendar_of(agreement, "plan"))
    return replace(result, game=game, scorecard=scorecard(agreement, "plan"))


@pytest.mark.parametrize("narrow", [False, True])
def test_a_scorecard_with_nothing_to_obtain(narrow: bool) -> None:
    parties = {"north": {**party(), "aims": {"complete": 0.5, "irreversible": "never"}}, "south": party()}
    stakes = {"arms": stake("north", "1 years", north=1), "relief": stake("south", "never", north=-1)}
    nothing = scored(parties, stakes, gives("one", "2021-01-01", "north", "arms"))
    assert pictures.title("scorecard", nothing) == "Plan: North falls short on complete"
    words = " ".join(t.get_text() for t in axes(pictures.scorecard(nothing, narrow=narrow), "page").texts)
    assert "North: nothing obtained" in words
    assert "aim all for good, nothing obtained" in words
    assert "Nothing that others hold harms South." in words
    assert "Entry, and the figures after it" not in words
    assert "North obtains nothing of what harms it." in pictures.alt("scorecard", nothing)

    harmless = scored(parties, {"arms": stakes["arms"]}, gives("one", "2021-01-01", "north", "arms"))
    assert pictures.title("scorecard", harmless) == "Plan: nothing that one party holds harms another"
    assert pictures.scorecard(harmless, narrow=narrow)

    all_of_it = scored(parties, stakes, gives("two", "2021-01-01", "south", "relief"))
    assert pictures.title("scorecard", all_of_it) == "Plan: every party obtains what it aims at"
    assert "Nothing of what North obtains can ever be restored." in pictures.alt("scorecard", all_of_it)


def test_four_parties_that_fall_short_are_counted() -> None:
    aim = {**party(), "aims": {"complete": 1.0}}
    worth = dict.fromkeys("bcde", -1.0)
    four = scored(
        {"a": party(), **dict.fromkeys("bcde", aim)},
        {"arms": stake("a", "1 years", a=1, **worth)},
        gives("half", "2021-01-01", "a", arms=0.5),
    )
    assert pictures.title("scorecard", four) == "Plan: 4 of 5 parties fall short of their aims"
    assert "Not given up, though it harms B: 50% of arms." in pictures.alt("scorecard", four)


# ------------------------------------------------------------------------------------------- words as placed


def words_of(figure: Any) -> list[tuple[Any, Any]]:
    """Every text that is drawn, with its box in pixels."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from servanda.presentation.figures._sheet import style

    with style():
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
        renderer = canvas.get_renderer()
        found = [t for a in figure.axes for t in a.texts]
        for a in figure.axes:
            if not a.axison:
                continue
            for axis in (a.xaxis, a.yaxis):
                low, high = sorted(axis.get_view_interval())
                found += [t.label1 for t in axis.get_major_ticks() if low - 1e-9 <= t.get_loc() <= high + 1e-9]
        shown = [t for t in found if t.get_visible() and t.get_text()]
        return [(t, t.get_window_extent(renderer)) for t in shown]


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_no_word_is_clipped_or_written_over(case: str, narrow: bool) -> None:
    for name, subject in subjects(case):
        figure = getattr(pictures, name)(subject, narrow=narrow)
        placed = words_of(figure)
        width, height = figure.get_size_inches() * 72
        assert len(placed) > 5
        for text, box in placed:
            assert min(box.x0, box.y0, width - box.x1, height - box.y1) >= -0.5, (name, text)
        for (one, a), (other, b) in combinations(placed, 2):
            across, down = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
            assert across <= 0.5 or down <= 1.0, (name, one, other, across, down)


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_gets_words_that_can_be_read(name: str) -> None:
    subject = singapore()["action-for-action"] if name in PER_PLAN else singapore()
    figure = getattr(pictures, name)(subject, narrow=True)
    width = figure.get_size_inches()[0] * 72
    assert width <= 380
    for text, _ in words_of(figure):
        assert text.get_fontsize() >= 12


def test_every_entry_is_named_in_full() -> None:
    for comparison in (three(), sixty()):
        (result,) = comparison.plans
        for narrow in (False, True):
            words = "".join(t.get_text() for t in axes(pictures.calendar(result, narrow=narrow), "page").texts)
            for entry in result.summary.entries:
                assert entry.title[1:].replace(" ", "") in words.replace(" ", "").replace("-", "-")


def test_wrapping_keeps_every_letter() -> None:
    text = "Non-proliferation Donaudampfschifffahrtsgesellschaftskapitän " + "x" * 80
    rows = wrap(text, 13, 100)
    assert len(rows) > 3
    assert "".join(rows).replace("-", "").replace(" ", "") == text.replace("-", "").replace(" ", "")


# ------------------------------------------------------------------------------------------ words and colours


def test_alt_text_says_the_numbers() -> None:
    comparison = singapore()
    phased = comparison["phased"]
    said = pictures.alt("outcomes", comparison)
    for result in comparison.plans:
        assert result.title in said
        for chance in result.summary.broken.values():
            assert chance < 0.005 or percent(chance) in said
    link = phased.summary.weakest_link
    assert f"lost here {percent(link.lost)}" in pictures.alt("calendar", phased)
    assert link.title in pictures.alt("calendar", phased)
    assert f"{max(x.loss['dprk'] for x in phased.summary.exposure):+.1f} units" in pictures.alt("exposure", comparison)
    assert "years on average" in pictures.alt("survival", comparison)
    assert percent(phased.summary.entries[0].beliefs["dprk"]["sincere"]) in pictures.alt("beliefs", comparison)
    assert "if stalling: least at" in pictures.alt("acts", phased)


@pytest.mark.parametrize("name", NAMES)
def test_the_title_in_the_figure_is_the_finding(name: str) -> None:
    subject = singapore()["phased"] if name in PER_PLAN else singapore()
    words = " ".join(t.get_text() for t in axes(getattr(pictures, name)(subject), "page").texts)
    assert words.startswith(pictures.title(name, subject))


def test_nothing_but_a_given_start_is_certain() -> None:
    assert [short(x) for x in (0.0, 1e-9, 0.5, 0.995, 1.0)] == ["0%", "<1%", "50%", ">99%", ">99%"]
    assert [short(x, sure=True) for x in (1.0, 1.0 - 1e-12)] == ["100%", ">99%"]
    (result,) = three().plans
    held = dict.fromkeys(result.summary.broken, 0.0)
    sure = only(changed(result, held={"clean": 1.0, "concealed": 0.0}, broken=held), three())
    words = [t.get_text() for t in axes(pictures.outcomes(sure), "page").texts]
    assert ">99%" in words
    assert not any("100%" in one and "Each bar" not in one for one in words)


def test_no_weakest_link_is_marked_where_nothing_is_lost() -> None:
    (result,) = three().plans
    for lost, wanted in ((0.3, True), (0.0, False)):
        entry = result.summary.entries[0]
        link = replace(result.summary.weakest_link, entry=entry.id, lost=lost)
        figure = pictures.calendar(changed(result, weakest_link=link))
        texts = axes(figure, "page").texts
        assert any("weakest link" in t.get_text() for t in texts) == wanted
        assert any(t.get_fontweight() == "bold" and t.get_text() == "Pay" for t in texts) == wanted
        assert any(one.get_markersize() == 13 for one in axes(figure, f"lane|{entry.by}").lines) == wanted
        ends = "no single entry loses as much as 1%"
        assert (ends in pictures.title("calendar", changed(result, weakest_link=link))) != wanted


def test_titles_claim_no_more_than_the_numbers() -> None:
    (result,) = fair().plans
    assert "likeliest breakdown: North is found out" in pictures.title("outcomes", fair())
    again = replace(fair(), plans=(result, changed(result, title="the copy")))
    assert pictures.title("survival", again) == (
        f"Plan and The copy last about equally long: {expected_years(result):.1f} of 8 years on average"
    )
    trio = replace(again, plans=(*again.plans, result))
    assert pictures.title("survival", trio).startswith("The 3 plans last about equally long")
    half = changed(result, standing=tuple(replace(p, years=p.years / 2) for p in result.summary.standing), title="half")
    mixed = replace(again, plans=(*again.plans, half))
    assert pictures.title("survival", mixed).startswith("Plan and The copy last longest, about equally long")
    assert pictures.title("survival", replace(mixed, plans=(result, half))).startswith("Plan lasts longest: ")


def test_each_party_is_named_with_its_own_peak() -> None:
    (result,) = fair().plans
    said = pictures.title("exposure", fair())
    for party_id, name in (("north", "North"), ("south", "South")):
        point = max(result.summary.exposure, key=lambda x, p=party_id: x.loss[p])
        words = f"{point.loss[party_id]:.1f} units ({month(point.date)})"
        assert (words in said) == (point.loss[party_id] >= 0.05) == (name in said)
    both = pictures.title("exposure", singapore())
    assert "North Korea" in both
    assert "United States" in both
    assert "most exposed" not in both
    for loss, wanted in (
        (0.04, "No party ever stands to lose as much as 0.05 units against having no agreement"),
        (-1.0, "No party ever stands to lose against having no agreement"),
    ):
        points = tuple(replace(x, loss=dict.fromkeys(x.loss, loss)) for x in result.summary.exposure)
        assert pictures.title("exposure", only(changed(result, exposure=points), fair())) == wanted


def test_a_party_alone_has_no_others() -> None:
    one = compare(servanda.read(paths.GOOD / "one-party.yaml"))
    words = " ".join(t.get_text() for t in axes(pictures.exposure(one), "page").texts)
    assert "others" not in words + pictures.alt("exposure", one)
    assert "the agreement breaks down" in words


def test_who_keeps_everything_is_not_called_least_reliable() -> None:
    (result,) = three().plans
    sure = TypeAct(0.999, 0.0, 0.001, 5.0)
    entries = tuple(replace(e, by_type=dict.fromkeys(e.by_type, sure)) for e in result.summary.entries)
    assert pictures.title("acts", changed(result, entries=entries)) == (
        "Plan: every type keeps everything with more than 99%"
    )
    worst = least_kept(result)
    assert worst
    assert f"(chance of keeping {percent(worst[2].keep)})" in pictures.title("acts", result)


@pytest.mark.parametrize("narrow", [False, True])
def test_a_fall_is_not_blamed_on_the_entry_at_which_it_shows(narrow: bool) -> None:
    (result,) = fair().plans
    election = next(e for e in result.summary.entries if e.id == "election")
    assert max(election.lost, key=lambda c: election.lost[c]) == "found:north"
    panel = axes(pictures.survival(fair(), narrow=narrow), "survival|plan")
    words = " ".join(t.get_text() for t in panel.texts)
    lost = short(sum(election.lost.values()))
    assert f"−{lost} Election: North found out" in words
    assert narrow or "Last report: North found out" in words  # a phone has room for the larger fall only
    for day, lost, said in drops(result):
        if day == election.date:
            assert lost == pytest.approx(sum(election.lost.values()))
            assert said == ["Election: North found out", "North found out"]  # not the bare “Election”
    total = sum(lost for _, lost, _ in drops(result))
    assert total == pytest.approx(sum(result.summary.broken.values()))


def test_a_plan_of_reviews_has_no_steps_to_perform() -> None:
    parties = {"north": party(), "south": party()}
    entries = [review("north", "south", date="2021-01-01")]
    one = compare(Agreement.model_validate(situation(parties, {"arms": stake("north", "1 years", north=1)}, entries)))
    said = pictures.alt("calendar", one.plans[0])
    assert "Every step" not in said
    assert "There are no steps to perform." in said
    assert "Every step is performed or claimed" in pictures.alt("calendar", fair().plans[0])


def test_no_two_outcomes_look_alike_even_in_grey() -> None:
    agreement = three().agreement
    names = list(three().plans[0].summary.outcomes)
    looks = [look(agreement, name) for name in names]
    assert len({(x.face, x.hatch) for x in looks}) == len(looks)
    first = [looks[names.index(n)] for n in ("held:clean", "withdrew:up", "withdrew:mid")]
    grey = sorted(sum(int(x.face[k : k + 2], 16) * w for k, w in ((1, 0.3), (3, 0.59), (5, 0.11))) for x in first)
    assert min(b - a for a, b in pairwise(grey)) > 45
    for party_name in agreement.parties:
        own = [look(agreement, f"{what}:{party_name}") for what in ("withdrew", "found", "unratified")]
        assert len({x.hatch for x in own}) == 3  # told apart without any colour


def test_a_dollar_is_a_dollar() -> None:
    words = " ".join(t.get_text() for t in axes(pictures.outcomes(three()), "page").texts)
    assert "$1 and $2" in words
    assert "$1 and $2 &amp; Northern Highlands" in pictures.svg(pictures.outcomes(three()))


@pytest.mark.parametrize("name", NAMES)
def test_the_same_result_gives_the_same_file(name: str) -> None:
    (result,) = three().plans
    subject = result if name in PER_PLAN else three()
    draw = getattr(pictures, name)
    first, second = pictures.svg(draw(subject)), pictures.svg(draw(subject))
    assert first == second
    assert "<text" in first
    assert "date" not in first.split("<defs>")[0].lower()
    assert pictures.png(draw(subject), 50) == pictures.png(draw(subject), 50)


def test_drawing_leaves_no_trace() -> None:
    import matplotlib
    from matplotlib import _pylab_helpers

    before = dict(matplotlib.rcParams)
    pictures.svg(pictures.survival(three()))
    assert dict(matplotlib.rcParams) == before
    assert not _pylab_helpers.Gcf.figs
