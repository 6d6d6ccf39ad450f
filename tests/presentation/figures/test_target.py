"""The figure of a target: from the likely value to where a number has to be."""

from __future__ import annotations

from typing import Any

import pytest
from support.figures import parts

from servanda import figures

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_the_bar_is_as_long_as_the_change(narrow: bool, ranged: dict[str, Any]) -> None:
    found = ranged["reached"]
    (one,) = found.change.moved
    boxes = parts(figures.target(found, narrow))
    share = abs(one.value - one.likely) / (one.high - one.low)
    assert boxes[f"{one.name}|moved"][1] / boxes["_whole"][1] == pytest.approx(share, abs=1e-9)
    assert f"from {one.likely:.3g} to {one.value:.3g}." in figures.target.alt(found)
