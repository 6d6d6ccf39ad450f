"""The fan of survival: medians by date, in the bands of the draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.figures import axes, line

from servanda import figures

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_the_median_is_that_of_the_draws(narrow: bool, ranged: dict[str, Any]) -> None:
    swept = ranged["swept"]
    figure = figures.survival_fan(swept, narrow)
    for plan in swept.plans:
        drawn = line(axes(figure, f"fan|{plan}"), "median")
        bands = swept.fan(plan)
        assert bands is not None
        assert [y for _, y in drawn] == [1.0, *bands[2]]
        assert [x for x, _ in drawn] == sorted(x for x, _ in drawn)


def test_the_finding_and_the_words_say_years(ranged: dict[str, Any]) -> None:
    swept = ranged["swept"]
    years = np.quantile(swept.values("phased", "years"), [0.05, 0.5, 0.95])
    assert figures.survival_fan.title(swept) == (
        f"Step by step lasts longest: {years[1]:.1f} years in the median, {years[0]:.1f} to {years[2]:.1f} in nine of"
        " ten draws"
    )
    assert f"Step by step: in force {years[1]:.1f} years in the median" in figures.survival_fan.alt(swept)
