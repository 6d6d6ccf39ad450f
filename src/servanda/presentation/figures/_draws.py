"""What the figures of a sweep share: panels headed by a plan, and values over the draws in words."""

from __future__ import annotations

from typing import Any

from servanda.assessment.metrics import unit_of
from servanda.presentation.figures._palette import GREY
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.views.sweep import chance, span


def headed(sheet: Sheet, name: str, said: str) -> None:
    """Write a plan's name and what its panel shows above the panel."""
    sheet.y = sheet.lines(0, sheet.y + 18, wrap(name, sheet.base + 1, sheet.width, True), sheet.base + 1, bold=True)
    sheet.y = sheet.lines(0, sheet.y, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10


def median_words(one: dict[str, Any], of: str) -> str:
    """A metric's median, and where nine of ten draws lie, from a row of a summary."""
    unit = unit_of(of)
    middle = chance(one["p50"]) if unit == "chance" else f"{one['p50']:.1f} {unit}".replace("-", "−")
    return f"{middle} in the median, {span(one, of)} in nine of ten draws"
