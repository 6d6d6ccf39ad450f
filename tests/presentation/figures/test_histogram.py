"""The histogram of a sweep: shares of the draws, and the finding by its metric."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.figures import axes

from servanda import figures

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("of", ["held_clean", "years", "gain.north"])
def test_bars_are_shares_of_the_draws(of: str, narrow: bool, ranged: dict[str, Any]) -> None:
    swept = ranged["swept"]
    figure = figures.histogram(swept, narrow, of=of)
    for plan in swept.plans:
        panel, values = axes(figure, f"histogram|{plan}"), swept.values(plan, of)
        bars = [(p.get_x(), p.get_width(), p.get_height()) for p in panel.patches]
        assert sum(share for *_, share in bars) == pytest.approx(1.0)
        middle = sum((left + wide / 2) * share for left, wide, share in bars)
        assert middle == pytest.approx(values.mean(), abs=bars[0][1])
        (dot,) = [one.get_xdata()[0] for one in panel.lines if one.get_marker() == "o"]
        assert dot == pytest.approx(np.median(values))
        low, high = panel.get_xlim()
        assert low <= values.min()
        assert values.max() <= high


def test_gains_have_a_line_at_nothing_and_chances_end_at_100_percent(ranged: dict[str, Any]) -> None:
    swept = ranged["swept"]
    panel = axes(figures.histogram(swept, of="gain.south"), "histogram|phased")
    assert any(list(one.get_xdata()) == [0.0, 0.0] for one in panel.lines)
    panel = axes(figures.histogram(swept), "histogram|phased")
    assert panel.get_xlim()[1] <= 1.0
    assert panel.get_xticklabels()[0].get_text() == "0%"


def test_the_finding_is_of_the_metric(ranged: dict[str, Any]) -> None:
    swept = ranged["swept"]
    assert figures.histogram.title(swept, of="years").startswith("Step by step lasts longer than All at once in")
    assert figures.histogram.title(swept, of="gain.south").startswith("Signing pays for South")
    assert figures.histogram.subtitle(swept, of="years").startswith("Expected time in force up to the horizon, over")
    said = figures.histogram.alt(swept, of="years")
    low, high = np.quantile(swept.values("phased", "years"), [0.05, 0.95])
    assert f"Step by step: {low:.1f} to {high:.1f}" in said
