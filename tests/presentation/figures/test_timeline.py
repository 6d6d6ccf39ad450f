"""The figure of what becomes of a plan over time: the summary's chances, and every date is the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.figures import axes, fair, late, line, only

from servanda import figures
from servanda.english import month, percent
from servanda.errors import UsageError
from servanda.presentation.figures._time_axis import year_of

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_the_areas_are_the_summarys_and_fill_every_date(narrow: bool) -> None:
    panel = axes(figures.timeline(late(), narrow=narrow), "timeline|patient")
    summary: Any = late()["patient"].summary
    timeline = summary.late.timeline
    days = [year_of(day) for day in timeline.dates]
    areas = {a.get_label().split("|")[1]: a.get_paths()[0].vertices for a in panel.collections if "|" in a.get_label()}
    assert set(areas) == set(timeline.states)
    high = np.zeros(len(days))
    for name, corners in areas.items():  # from the bottom up
        low, high = high, high + timeline.states[name]
        for k, day in enumerate(days[1:]):  # what it is before a date is what it became on the one before
            here = corners[np.isclose(corners[:, 0], day, atol=1e-9), 1]
            assert np.abs(here - low[k]).min() < 1e-9
            assert np.abs(here - high[k]).min() < 1e-9
    assert high == pytest.approx(np.ones(len(days)), abs=1e-9)


def test_the_black_line_is_the_chance_of_being_in_force() -> None:
    panel = axes(figures.timeline(late()), "timeline|patient")
    summary = late()["patient"].summary
    assert line(panel, "in force")[-1][1] == pytest.approx(sum(summary.held.values()), abs=1e-9)
    assert panel.get_ylim() == (0.0, 1.0)


def test_where_no_step_can_be_late_there_is_nothing_to_draw() -> None:
    with pytest.raises(UsageError, match="can a step be late"):
        figures.timeline(fair())


def test_title_says_until_when_it_is_likely_to_be_on_schedule() -> None:
    for plan, off, force in (("patient", "December 2020", "the end"), ("plan", "January 2023", "January 2023")):
        result: Any = late()[plan]
        states = result.summary.late.timeline.states
        days = [month(day) for day in result.summary.late.timeline.dates]
        first = int(np.argmax(states["on_schedule"] <= 0.5))
        assert days[first] == off
        assert states["on_schedule"][first] <= 0.5 < states["on_schedule"][first - 1]
        said = figures.timeline.title(only(result, late()))
        assert said == f"More likely than not on schedule until {off}, and in force until {force}"
    said = figures.timeline.title(late())
    assert said == "Plan stays on schedule longest: more likely than not until January 2023"


def test_alt_text_says_the_numbers() -> None:
    summary: Any = late()["patient"].summary
    said = figures.timeline.alt(late())
    assert f"{percent(sum(summary.late.how_it_stands['complete_on_time'].values()))} on schedule" in said
    for chance in summary.broken.values():
        assert chance < 0.005 or percent(chance) in said
