"""Figures are measured with a font that is on every machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.figures import WIDE, measured_with


@pytest.fixture(autouse=True)
def one_font() -> Iterator[None]:
    with measured_with(WIDE):
        yield
