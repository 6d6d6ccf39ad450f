"""What the figures of a sweep share: panels headed by a plan, and values over the draws in words."""

from __future__ import annotations

from servanda.presentation.figures._palette import GREY
from servanda.presentation.figures._sheet import Sheet, wrap


def headed(sheet: Sheet, name: str, said: str) -> None:
    """Write a plan's name and what its panel shows above the panel."""
    sheet.y = sheet.lines(0, sheet.y + 18, wrap(name, sheet.base + 1, sheet.width, True), sheet.base + 1, bold=True)
    sheet.y = sheet.lines(0, sheet.y, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10
