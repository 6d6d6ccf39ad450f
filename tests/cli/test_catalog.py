"""`servanda catalog`: the agreements that come with servanda."""

from __future__ import annotations

from typing import Any

import servanda


def test_catalog_lists_every_agreement(run: Any) -> None:
    names = run("catalog").out.splitlines()
    assert "singapore-2018" in names
    assert names == list(servanda.catalog())
    assert run("catalog", "--json").json == {name: str(path) for name, path in servanda.catalog().items()}
