"""The tornado: bars as long as the swings, from the line at the likely values."""

from __future__ import annotations

from typing import Any

import pytest
from support.figures import parts

from servanda import figures

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_bars_are_as_long_as_the_swings(narrow: bool, ranged: dict[str, Any]) -> None:
    found = ranged["tornado"]
    bars = parts(figures.tornado(found, narrow))
    first, second = found.moved.head(2)
    drawn = [sum(bars[f"{row['name']}|{end}"][1] for end in ("low", "high")) for row in (first, second)]
    assert drawn[0] / drawn[1] == pytest.approx(first["swing"] / second["swing"], rel=1e-6)


def test_the_finding_names_the_longest(ranged: dict[str, Any]) -> None:
    found = ranged["tornado"]
    first = found.moved.row(0)
    assert figures.tornado.title(found) == f"“{first['what']}” moves it most, taken alone"
    assert f"{first['what']}: {100 * first['at_low']:.3g}% to" in figures.tornado.alt(found)
