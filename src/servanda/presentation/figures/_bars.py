# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Rows of bars with their labels."""

from __future__ import annotations

from servanda.assessment.metrics import Metric
from servanda.columns import Columns
from servanda.english import chance, quantity
from servanda.presentation.figures._palette import GREY, HELD, INK, PALE, Look, tint
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.views.sensitivity import leads, share, told_apart
from servanda.presentation.writing import amount

ROWS = 14  # drawn at most
ALONE, WHOLE = Look(HELD), Look(tint(HELD, 0.6), "////", HELD)


def first_of(shares: Columns) -> str:
    """Which number matters most, as sure as the intervals of the first two allow."""
    if not told_apart(shares):
        return "These draws are too few to say what matters most"
    return f"“{shares.to_dicts()[0]['what']}” {'matters' if leads(shares) else 'seems to matter'} most"


def bar_row(sheet: Sheet, label: str, pale: bool = True) -> tuple[float, float, float]:
    """Write a row's label; give the left end, width and top of its bar. `sheet.y` is then below both."""
    room = sheet.width if sheet.narrow else 0.42 * sheet.width
    rows = wrap(label, sheet.base, room - (0 if sheet.narrow else 14))
    top = sheet.y + 7
    high = 16.0 * len(rows)
    sheet.lines(0, top + (12 if high > 18 else 14), rows, sheet.base)
    if sheet.narrow:
        y, left, wide, sheet.y = top + high + 7, 0.0, sheet.width - 40, top + high + 25
    else:
        y, left, wide = top + max(0.0, (high - 18) / 2), room, sheet.width - room - 40
        sheet.y = top + max(high, 18.0)
    if pale:
        sheet.box(left, y, wide, 18, PALE)
    return left, wide, y


def write_after(sheet: Sheet, x: float, y: float, text: str) -> None:
    """Write a number after the end of its bar."""
    sheet.text(x + 6, y + 14, text, bold=True)


def share_bars(sheet: Sheet, table: Columns) -> None:
    """Bars of both shares, with the interval of the whole."""
    sheet.legend([("Share of the variance by itself", ALONE), ("with all its interactions", WHOLE)])
    for row in table.head(ROWS):
        left, wide, y = bar_row(sheet, row["what"])
        shares = {name: min(max(float(row[name]), 0.0), 1.0) for name in ("total", "first")}
        sheet.box(left, y, shares["total"] * wide, 18, WHOLE, f"{row['name']}|total")
        sheet.box(left, y + 4, shares["first"] * wide, 10, ALONE, f"{row['name']}|first")
        low, high = (left + wide * min(max(row[f"total_{end}"], 0.0), 1.0) for end in ("low", "high"))
        sheet.rule(low, y + 9, high, y + 9, INK, 1.4)
        for end in (low, high):
            sheet.rule(end, y + 5, end, y + 13, INK, 1.4)
        write_after(sheet, max(high, left + shares["total"] * wide), y, share(row["total"]))
    note = "Lines with ends: 95% intervals of the share with interactions."
    sheet.y = sheet.lines(0, sheet.y + 24, wrap(note, sheet.small, sheet.width), sheet.small, color=GREY)


def brief(metric: Metric, value: float | None) -> str:
    """A value of a metric in three figures, its unit said elsewhere; a dash where there is none."""
    if value is None or (metric.is_share and not 0.001 <= abs(value) < 0.999):
        return chance(value, 1, sure=True) if value is None or value >= 0 else quantity(100 * value) + "%"
    return f"{quantity(100 * value)}%" if metric.is_share else quantity(metric.told(value))


def size(value: float, duration: bool) -> str:
    """A value of an uncertain number in three figures, a duration in words."""
    return amount(float(f"{value:.3g}"), "years" if duration else "")
