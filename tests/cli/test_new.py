"""`servanda new`: the file that it writes, and what it never writes over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from servanda.agreement.starter import starter_text


def test_new_writes_a_file_that_can_be_solved(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "deal.yaml"
    done = run("new", target)
    assert (done.code, done.out) == (0, f"Wrote {target}. Edit it, then try: servanda study {target}\n")
    assert target.read_text(encoding="utf-8") == starter_text()
    assert run("compare", target).code == 0


def test_new_never_writes_over_a_file(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "deal.yaml"
    target.write_text("mine")
    again = run("new", target)
    assert (again.code, again.out) == (2, "")
    assert "a file of this name already exists" in again.err
    assert target.read_text() == "mine"
    assert run("new", tmp_path / "nowhere" / "deal.yaml").code == 2
    assert run("new", tmp_path / "other.yaml", "--json").json == {"file": str(tmp_path / "other.yaml")}
