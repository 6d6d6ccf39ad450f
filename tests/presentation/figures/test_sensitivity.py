"""The figure of sensitivity: bars as long as their shares, or as far as the distribution moves."""

from __future__ import annotations

from typing import Any

import pytest
from support.figures import parts

from servanda import figures

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_bars_are_as_long_as_their_shares(narrow: bool, ranged: dict[str, Any]) -> None:
    found = ranged["shares"]
    bars = parts(figures.sensitivity(found, narrow))
    for row in found.shares.head(3):
        for which in ("first", "total"):
            share = min(max(row[which], 0.0), 1.0)
            assert bars[f"{row['name']}|{which}"][1] / bars["_whole"][1] == pytest.approx(share, abs=1e-9)


@pytest.mark.parametrize("narrow", [False, True])
def test_of_a_sweep_bars_are_distances(narrow: bool, ranged: dict[str, Any]) -> None:
    found = ranged["sensitivity"]
    bars = parts(figures.sensitivity(found, narrow))
    most, second = found.numbers.sort("distance", descending=True).head(2)
    assert bars[f"{most['name']}|distance"][1] / bars["_whole"][1] == pytest.approx(most["distance"], abs=1e-9)
    assert bars[f"{second['name']}|distance"][1] <= bars[f"{most['name']}|distance"][1]
    assert figures.sensitivity.title(found) == f"“{most['what']}” matters most"
    assert f"{most['what']}: {most['distance']:.2f}" in figures.sensitivity.alt(found)
