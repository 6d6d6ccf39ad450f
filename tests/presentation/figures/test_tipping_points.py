"""The figure of tipping points: the flip stands where it is in the range."""

from __future__ import annotations

import pytest
from support.figures import parts
from support.plain_starter import starter_text

import servanda
from servanda import figures

pytest.importorskip("matplotlib")


WORTH = "stakes.programme.worth.north"


@pytest.mark.parametrize("narrow", [False, True])
def test_the_flip_divides_the_range(narrow: bool) -> None:
    agreement = servanda.loads(starter_text())
    found = servanda.tip(agreement, ("phased", "at-once"), "years", among=[WORTH], joint=False)
    (one,) = found.numbers
    bars = {name: wide for name, (_, wide) in parts(figures.tipping_points(found, narrow)).items() if WORTH in name}
    assert bars[f"{WORTH}|phased"] / sum(bars.values()) == pytest.approx((one.flips[0].value - 1) / 3, abs=1e-9)
    assert figures.tipping_points.alt(found).startswith("The ranking reverses once")
    assert f": {one.flips[0].value:.3g}." in figures.tipping_points.alt(found)
