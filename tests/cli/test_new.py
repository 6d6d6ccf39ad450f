"""`servanda new`, `servanda schema` and `servanda catalog`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_new_schema_and_catalog(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "deal.yaml"
    assert run("new", target).code == 0
    assert run("compare", target).code == 0
    again = run("new", target)
    assert again.code == 2
    assert "there is a file of this name already" in again.err
    assert run("schema").json["$schema"].startswith("https://json-schema.org/")
    assert "singapore-2018" in run("catalog").out.splitlines()
