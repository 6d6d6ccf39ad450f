"""The Pareto front: the best plans, those tried, and those of the file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.building import WITHOUT_LEVERS

from servanda import Agreement, design, figures, loads

pytest.importorskip("matplotlib")


SHARE = {"share": "freeze", "of": "programme", "from": 0.2, "to": 0.8, "step": 0.2}
FINDS = {"finds": "inspectors", "from": 0.4, "to": 1.6, "step": 0.4, "cost": 0.5, "unit": "million dollars"}


def agreed() -> Agreement:
    rows = "".join(f"\n    - {json.dumps(lever)}" for lever in (SHARE, FINDS))
    return loads(f"{WITHOUT_LEVERS}\nlevers:\n  phased:{rows}\n")


@pytest.mark.parametrize("narrow", [False, True])
def test_it_shows_the_front_and_the_plans_of_the_file(narrow: bool) -> None:
    found = design(
        agreed(), "phased", maximise=["held_clean", "smallest_gain"], minimise=["inspection_cost"],
        subject_to=["smallest_gain >= 2"],
    )  # fmt: skip
    panels = [axes for axes in figures.pareto_front(found, narrow).axes if axes.get_label() != "page"]
    assert len(panels) == 2
    for axes, name in zip(panels, ("smallest_gain", "inspection_cost"), strict=True):
        lines: dict[str, Any] = {str(line.get_label()): line for line in axes.lines}
        assert {"front", "missed", "phased", "at-once"} <= lines.keys()
        assert sorted(lines["front"].get_xdata()) == sorted(found.front["held_clean"])
        assert sorted(lines["front"].get_ydata()) == sorted(found.front[name])
        assert lines["at-once"].get_ydata()[0] == found.given[name][1]
        assert axes.xaxis.get_major_formatter()(0.5) == "50%"  # a chance; gains and costs are plain numbers
        assert axes.yaxis.get_major_formatter()(2.5) == "2.5"
    assert "less is better" in figures.pareto_front.alt(found)


def test_a_single_aim_has_a_single_axis() -> None:
    one = design(agreed(), "phased", maximise=["held_clean"])
    (axes,) = [axes for axes in figures.pareto_front(one).axes if axes.get_label() != "page"]
    lines: dict[str, Any] = {str(line.get_label()): line for line in axes.lines}
    assert list(lines["front"].get_xdata()) == [max(one.table["held_clean"])]
