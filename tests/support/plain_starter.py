"""The agreement of the starter file without lateness or habits: a small game in which a missed step ends everything."""

from __future__ import annotations

from pathlib import Path

from support import paths

FILE = paths.TESTS / "support" / "plain_starter.yaml"


def starter_text() -> str:
    """Text of the file."""
    return FILE.read_text(encoding="utf-8")


def new(path: Path) -> Path:
    """Write it, as `servanda new` writes the starter file."""
    path.write_text(starter_text(), encoding="utf-8")
    return path
