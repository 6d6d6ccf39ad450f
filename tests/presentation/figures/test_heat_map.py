"""The map of two numbers: likely values, and flips of one number alone, where they are."""

from __future__ import annotations

import pytest
from support.figures import axes, line
from support.plain_starter import starter_text

import servanda
from servanda import figures

pytest.importorskip("matplotlib")


def test_marks_stand_where_the_numbers_are() -> None:
    agreement = servanda.loads(starter_text())
    across, up = "stakes.programme.worth.north", "stakes.non-recognition.worth.north"
    chart = servanda.heat(agreement, ("phased", "at-once"), across, up, "years", points=5)
    panel = axes(figures.heat_map(chart), "map")
    assert line(panel, "likely") == [(2.0, -1.5)]
    assert line(panel, "alone") == [(chart.x.flips[0].value, -1.5), (2.0, chart.y.flips[0].value)]
    share = 100 * float((chart.difference > 0).mean())
    assert f"Step by step is ahead on {share:.0f}% of the map" in figures.heat_map.alt(chart)
    assert panel.get_xlim() == pytest.approx((chart.x.low, chart.x.high))
