"""The figure of Sobol' indices: the largest first."""

from __future__ import annotations

from typing import Any

import pytest
from support.figures import parts

from servanda import figures

pytest.importorskip("matplotlib")


def test_the_largest_is_first_and_bars_are_as_long_as_their_shares(ranged: dict[str, Any]) -> None:
    found = ranged["indices"]
    bars = parts(figures.sobol_indices(found))
    assert [name for name in bars if name.endswith("|total")] == ["first|total", "second|total"]
    first, second = found.table["total"]
    assert bars["second|total"][1] / bars["first|total"][1] == pytest.approx(second / first, rel=1e-9)
    assert figures.sobol_indices.title(found) == "“first” matters most"
    assert f"first: {100 * found.table['first'][0]:.0f}%, {100 * first:.0f}%" in figures.sobol_indices.alt(found)
