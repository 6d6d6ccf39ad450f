"""`servanda compare` and `servanda audit`: the same numbers as `solve`."""

from __future__ import annotations

from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_compare_and_audit(run: Any) -> None:
    both = run("compare", SMALL, "--json").json
    assert [plan["plan"] for plan in both["plans"]] == ["phased", "at-once"]
    one = run("solve", SMALL, "--plan", "at-once", "--json").json
    assert both["plans"][1]["outcomes"] == one["outcomes"]
    text = run("compare", SMALL).out
    assert f"{100 * one['outcomes']['held']['clean']:.1f}%" in text
    audit = run("audit", SMALL, "--plan", "at-once", "--json").json["audit"]
    stalling = next(row for row in audit if row["type"] == "stalling")
    assert stalling["best"]["act"] == "conceal"
    assert stalling["best"]["gain"] > 0
    assert not stalling["self_enforcing"]
    assert "Not self-enforcing" in run("audit", SMALL, "--plan", "at-once").out
