"""What the figures of tipping points share: a number's range as a bar, and how the two plans look."""

from __future__ import annotations

from servanda.english import capital
from servanda.presentation.figures._palette import GREY, INK, PARTY_COLOURS, Look, tint
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.writing import amount
from servanda.uncertainty.tipping_points.plan_gap import Moved
from servanda.uncertainty.tipping_points.tips import NumberTips

FIRST, SECOND = PARTY_COLOURS[0], PARTY_COLOURS[1]
BAR = 16.0  # height, pixels


def plan_looks() -> tuple[Look, Look]:
    """How the ranges are filled in which the first, and the second plan is ahead."""
    return Look(FIRST), Look(tint(SECOND, 0.45), "////", SECOND)


def key(sheet: Sheet, dot: str, said: str) -> None:
    """Say what the dot is, and what a bar is."""
    sheet.mark(11, sheet.y + 8, "o", INK)
    sheet.text(28, sheet.y + 13, dot)
    start = 28 + text_width(dot, sheet.base) + 20
    if sheet.narrow:
        sheet.y = sheet.lines(0, sheet.y + 34, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 8
    else:
        sheet.text(start, sheet.y + 13, said, sheet.small, color=GREY)
        sheet.y += 22


def range_row(sheet: Sheet, name: str, unit: str, low: float, high: float) -> tuple[float, float]:
    """Write a number's name and the ends of its range; where its bar begins, and how wide it is."""
    room = sheet.width if sheet.narrow else 0.46 * sheet.width
    rows = wrap(capital(name), sheet.base, room)
    ends = [amount(low, unit), amount(high, unit)]
    gap = 62.0
    left = gap if sheet.narrow else room + 16 + gap
    wide = sheet.width - left - gap
    sheet.y += 16
    after = sheet.lines(0, sheet.y, rows, sheet.base)
    sheet.y = after - 8 if sheet.narrow else (sheet.y + after - 16) / 2 - 12
    sheet.text(left - 8, sheet.y + 12, ends[0], sheet.small, color=GREY, ha="right")
    sheet.text(left + wide + 8, sheet.y + 12, ends[1], sheet.small, color=GREY)
    return left, wide


def place(value: float, one: NumberTips | Moved, left: float, wide: float) -> float:
    """Where a value stands on the bar of a number's range."""
    assert one.low is not None
    assert one.high is not None
    return left + wide * (value - one.low) / ((one.high - one.low) or 1.0)


def said_below(sheet: Sheet, at: float, left: float, wide: float, said: str) -> None:
    """Write a value below its place on a bar, within the ends of the bar."""
    half = text_width(said, sheet.small, True) / 2
    inside = min(max(at, left + half), left + wide - half)
    sheet.text(inside, sheet.y + BAR + 15, said, sheet.small, bold=True, ha="center")
