"""What the figures of a sweep share: panels headed by a plan, and values over the draws in little room."""

from __future__ import annotations

from servanda.assessment.metrics import unit_of
from servanda.english import in_unit, number, short, time_unit
from servanda.presentation.figures._palette import GREY
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.writing import horizon_of
from servanda.uncertainty.sweeps.sweep import Sweep, row


def headed(sheet: Sheet, name: str, said: str) -> None:
    """Write a plan's name and what its panel shows above the panel."""
    sheet.y = sheet.lines(0, sheet.y + 18, wrap(name, sheet.base + 1, sheet.width, True), sheet.base + 1, bold=True)
    sheet.y = sheet.lines(0, sheet.y, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10


def unit_words(swept: Sweep, of: str) -> str:
    """The unit of a metric as panels write it: times in the one that fits the horizon; nothing for a chance."""
    unit = unit_of(of)
    return time_unit(horizon_of(swept.about)[1]) if unit == "years" else "" if unit == "chance" else unit


def scale(swept: Sweep, of: str) -> float:
    """By how much the values of a metric are larger in the unit in which they are written."""
    return in_unit(1.0, time_unit(horizon_of(swept.about)[1])) if unit_of(of) == "years" else 1.0


def tenths(swept: Sweep, value: float, of: str) -> str:
    """A value of a metric as panels have room for: whole percent, times and units with one decimal."""
    return short(value) if unit_of(of) == "chance" else number(value * scale(swept, of), 1)


def span(swept: Sweep, plan: str, of: str) -> str:
    """Where nine of ten draws of a plan lie: `12% to 43%`, `4.1 to 7.9`."""
    one = row(swept, plan, of)
    if one["p5"] is None:
        return "–"
    low, high = (tenths(swept, one[end], of) for end in ("p5", "p95"))
    return low if low == high else f"{low} to {high}"


def median_words(swept: Sweep, plan: str, of: str) -> str:
    """A metric's median for a plan, and where nine of ten draws lie."""
    middle = f"{tenths(swept, row(swept, plan, of)['p50'], of)} {unit_words(swept, of)}".strip()
    return f"{middle} in the median, {span(swept, plan, of)} in nine of ten draws"
