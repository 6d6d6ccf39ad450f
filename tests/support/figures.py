"""Results to draw, and what is found on a figure."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import Comparison, compare
from servanda.assessment.scorecards import scorecard
from servanda.game.calendar import calendar_of
from servanda.presentation.figures import _sheet
from support.building import gives, party, ratify, review, situation, stake, turnover
from support.paths import SINGAPORE_V1


@cache
def singapore() -> Comparison:
    return compare(servanda.read(SINGAPORE_V1))


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


@cache
def late() -> Comparison:
    """One plan in which steps can be late, with an exchange, a vote put again and a renewal; and one without."""
    base = {"habits": "base-rates"}
    kinds = {"sincere": {"chance": 0.6}, "stalling": {"chance": 0.4, "worth": {"arms": 1.5}}}
    parties = {"rebels": {**party(1.0, types=kinds, breakdown=1), **base}, "crown": {**party(1.0, breakdown=1), **base}}
    stakes = {
        "arms": stake("rebels", "1 years", True, rebels=0.5, crown=-1.0),
        "captives": stake("rebels", "1 years", rebels=0.1, crown=-0.4),
        "camps": {**stake("crown", "90 days", crown=0.3, rebels=-0.8), "suspendable": True},
    }
    swap = [{"by": "rebels", "gives": ["captives"]}, {"by": "crown", "gives": {"camps": 0.5}}]
    entries: list[dict[str, Any]] = [
        {"id": "swap", "date": date(2020, 6, 1), "exchange": swap},
        {**ratify("vote", "2020-12-01", "crown", 0.7), "needs": ["swap"]},
        {**gives("arms-down", "2021-06-01", "rebels", "arms"), "needs": ["vote"]},
        {**gives("camps-closed", "2022-01-01", "crown", "camps"), "needs": ["arms-down"]},
    ]
    term = {"id": "term", "renew": ["rebels", "crown"], "every": "3 years"}
    waits = {"late": {"looks": ["6 months", "1 year"]}, "found": "stall"}
    patient = [{**e, "then": "delay"} if "ratify" in e else e for e in entries]
    measures = {"observers": {"covers": ["arms"], "finds": 0.5}}
    data: Any = situation(parties, stakes, [*entries, term], measures, incidents=0.02)
    data["plans"]["patient"] = {**waits, "entries": [*patient, term]}
    return compare(Agreement.model_validate(data))


def changed(result: Any, **summary: Any) -> Any:
    """A result with some of its summary made up."""
    return replace(result, summary=replace(result.summary, **summary))


def only(result: Any, of: Comparison) -> Comparison:
    return replace(of, plans=(result,))


WIDE, NARROW = "DejaVu Sans", "STIXGeneral"  # fonts that matplotlib brings


@contextmanager
def measured_with(font: str) -> Generator[None]:
    """Draw with this font, whatever fonts this machine has."""
    before = _sheet.fonts
    _sheet.fonts = cache(lambda: (font,))
    _sheet.text_width.cache_clear()
    try:
        yield
    finally:
        _sheet.fonts = before
        _sheet.text_width.cache_clear()


def ranged() -> dict[str, Any]:
    """One of each result about the starter file that can be drawn, but for comparisons and plans."""
    agreement = servanda.loads(servanda.starter_text())
    between, among = ("phased", "at-once"), ["measures.inspectors.finds", "parties.north.precision"]
    swept = servanda.sweep(agreement, draws=64)
    return {
        "sensitivity": servanda.sensitivity(agreement, "phased", sweep=swept.table),
        "shares": servanda.sensitivity(agreement, "phased", draws=64),
        "tornado": servanda.tornado(agreement, "phased"),
        "failure": servanda.explain_failure(agreement, "phased", sweep=swept.table, when="years < median"),
        "indices": servanda.sobol_indices(lambda u: 3 * u[:, 0] + u[:, 1], ["first", "second"], 64),
        "swept": swept,
        "front": servanda.design(agreement, "phased", maximise=["held_clean"], evaluations=200),
        "tips": servanda.tip(agreement, between, among=among, joint=False),
        "reached": servanda.reach(agreement, "phased", 0.3, ours=among[:1]),
        "heat": servanda.heat(agreement, between, *among, points=3),
        "allocation": servanda.where_to_inspect(agreement),
    }


CASES = {"singapore": singapore, "three": three, "sixty": sixty, "fair": fair}


def plans_of(case: str) -> list[Any]:
    """The plans of a case; of Singapore, whose calendars are long, the one with the most entries."""
    comparison = CASES[case]()
    return [comparison["action-for-action"]] if case == "singapore" else list(comparison.plans)  # 42 entries


def axes(figure: Any, name: str) -> Any:
    return next(a for a in figure.axes if a.get_label() == name)


def widths(figure: Any) -> dict[str, float]:
    return {p.get_label(): p.get_width() for p in axes(figure, "page").patches if p.get_label() != "_"}


def line(panel: Any, label: str) -> list[tuple[float, float]]:
    found = next(one for one in panel.lines if one.get_label() == label)
    return list(zip(found.get_xdata(), found.get_ydata(), strict=True))


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
                found.append(axis.label)
                low, high = sorted(axis.get_view_interval())
                found += [t.label1 for t in axis.get_major_ticks() if low - 1e-9 <= t.get_loc() <= high + 1e-9]
        shown = [t for t in found if t.get_visible() and t.get_text()]
        return [(t, t.get_window_extent(renderer)) for t in shown]


def scored(parties: Any, stakes: Any, *entries: Any) -> Any:
    """A result of which only the agreement and the scorecard matter."""
    agreement = Agreement.model_validate(situation(parties, stakes, list(entries)))
    (result,) = fair().plans
    game = replace(result.game, agreement=agreement, plan="plan", steps=calendar_of(agreement, "plan"))
    return replace(result, game=game, scorecard=scorecard(agreement, "plan"))


def parts(figure: Any) -> dict[str, tuple[float, float]]:
    """Left ends and widths of all labelled boxes; `_whole` is the widest without a label, the pale bar."""
    patches = axes(figure, "page").patches
    found = {p.get_label(): (p.get_x(), p.get_width()) for p in patches if not p.get_label().startswith("_")}
    found["_whole"] = max(((p.get_x(), p.get_width()) for p in patches), key=lambda one: one[1])
    return found
