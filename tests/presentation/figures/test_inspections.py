"""The figure of inspections: detection at every site, and what budgets guarantee."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.figures import axes, line, parts

from servanda import figures

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_bars_and_the_curve_show_the_numbers(narrow: bool, ranged: dict[str, Any]) -> None:
    found = ranged["allocation"]
    figure = figures.inspections(found, narrow)
    bars = parts(figure)
    for site in found.sites:
        assert bars[f"{site.site}|found"][1] / bars["_whole"][1] == pytest.approx(site.detection, abs=1e-9)
    curve = dict(line(axes(figure, "budget"), "guaranteed"))
    assert curve[60] == pytest.approx(1 - found.least_loss, abs=1e-5)
    assert np.diff(list(curve.values())).min() >= -1e-5
    assert curve[0] == 0


def test_the_finding_and_the_words(ranged: dict[str, Any]) -> None:
    found = ranged["allocation"]
    assert figures.inspections.title(found) == (
        "60 inspector-days find what is concealed with a chance of 56%, wherever it is"
    )
    port = "The port: 27.56 inspector-days on average, found with a chance of 55.7%, 33.3% needed to deter"
    assert port in figures.inspections.alt(found)
