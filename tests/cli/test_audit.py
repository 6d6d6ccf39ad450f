"""`servanda audit`: who would gain by breaking a plan."""

from __future__ import annotations

from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_audit_finds_who_gains(run: Any) -> None:
    audit = run("audit", SMALL, "--plan", "at-once", "--json").json["audit"]
    stalling = next(row for row in audit if row["type"] == "stalling")
    assert stalling["best"]["act"] == "conceal"
    assert stalling["best"]["gain"] > 0
    assert not stalling["self_enforcing"]
    assert "Not self-enforcing" in run("audit", SMALL, "--plan", "at-once").out


def test_audit_finds_critical_values_when_asked(run: Any) -> None:
    plain = run("audit", SMALL, "--plan", "at-once", "--json").json
    asked = run("audit", SMALL, "--plan", "at-once", "--critical", "--json").json
    assert "critical" not in plain
    assert asked["critical"]
    assert asked["audit"] == plain["audit"]
