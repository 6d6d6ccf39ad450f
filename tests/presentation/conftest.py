"""Results to draw, and a font to measure with that is on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support import figures


@pytest.fixture(autouse=True)
def one_font() -> Iterator[None]:
    with figures.measured_with(figures.WIDE):
        yield


@pytest.fixture(scope="session")
def ranged() -> dict[str, Any]:
    return figures.ranged()
