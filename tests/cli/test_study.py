"""`servanda study`: its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_a_report_cannot_be_written_over_a_file(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "report"
    target.write_text("mine")
    done = run("study", SMALL, "--out", target)
    assert done.code == 2
    assert "this is a file" in done.err
    assert target.read_text() == "mine"
