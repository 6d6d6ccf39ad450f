"""`servanda tree`: its size, and the file for Gambit."""

from __future__ import annotations

from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_tree(run: Any) -> None:
    size = run("tree", SMALL, "--plan", "at-once", "--json").json
    assert size["nodes"] > size["terminal"] > 0
    efg = run("tree", SMALL, "--plan", "at-once", "--efg").out
    assert efg.startswith("EFG 2 R ")
    refused = run("tree", "singapore-2018", "--plan", "phased", "--efg", "--max-nodes", "1000")
    assert refused.code == 2
    assert refused.out == ""
