"""`servanda compare`: the same numbers as `solve`."""

from __future__ import annotations

from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_compare_has_the_numbers_of_solve(run: Any) -> None:
    both = run("compare", SMALL, "--json").json
    assert [plan["plan"] for plan in both["plans"]] == ["phased", "at-once"]
    one = run("solve", SMALL, "--plan", "at-once", "--json").json
    assert both["plans"][1]["outcomes"] == one["outcomes"]
    text = run("compare", SMALL).out
    assert f"{100 * one['outcomes']['held']['clean']:.1f}%" in text
