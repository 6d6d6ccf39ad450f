"""`servanda play`: the same seed, the same plays, near the solved chances."""

from __future__ import annotations

from typing import Any

import pytest
from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_play_repeats_and_comes_near_the_solved_chances(run: Any) -> None:
    asked = ("play", SMALL, "--plan", "at-once", "--times", "4000", "--json")
    found, again, other = run(*asked).json, run(*asked).json, run(*asked, "--seed", "1").json
    assert (found["about"]["seed"], other["about"]["seed"]) == (0, 1)
    assert found["outcomes"] == again["outcomes"] != other["outcomes"]
    solved = run("solve", SMALL, "--plan", "at-once", "--json").json["outcomes"]["broken"]["found:dprk"]
    assert found["solved"]["found:dprk"] == solved
    assert found["outcomes"]["found:dprk"] / 4000 == pytest.approx(solved, abs=0.04)
    assert "played 4,000 times with seed 0" in run(*asked[:-1]).out
