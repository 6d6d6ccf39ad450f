"""What the figures of a sweep share: panels headed by a plan, and values over the draws in little room."""

from __future__ import annotations

from typing import Any

from servanda.assessment.metrics import unit_of
from servanda.english import short
from servanda.presentation.figures._palette import GREY
from servanda.presentation.figures._sheet import Sheet, wrap


def headed(sheet: Sheet, name: str, said: str) -> None:
    """Write a plan's name and what its panel shows above the panel."""
    sheet.y = sheet.lines(0, sheet.y + 18, wrap(name, sheet.base + 1, sheet.width, True), sheet.base + 1, bold=True)
    sheet.y = sheet.lines(0, sheet.y, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10


def tenths(value: float, of: str) -> str:
    """A value of a metric as panels have room for: whole percent, years and units with one decimal."""
    return short(value) if unit_of(of) == "chance" else f"{value:.1f}".replace("-", "−")


def span(one: dict[str, Any], of: str) -> str:
    """Where nine of ten draws lie, from a row of a summary: `12% to 43%`, `4.1 to 7.9`."""
    if one["p5"] is None:
        return "–"
    low, high = (tenths(one[end], of) for end in ("p5", "p95"))
    return low if low == high else f"{low} to {high}"


def median_words(one: dict[str, Any], of: str) -> str:
    """A metric's median, and where nine of ten draws lie, from a row of a summary."""
    unit = "" if unit_of(of) == "chance" else f" {unit_of(of)}"
    return f"{tenths(one['p50'], of)}{unit} in the median, {span(one, of)} in nine of ten draws"
