# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Rows of bars with their labels."""

from __future__ import annotations

from servanda.columns import Columns
from servanda.presentation.figures._palette import PALE
from servanda.presentation.figures._sheet import Sheet, wrap

ROWS = 14  # drawn at most


def _first_of(shares: Columns) -> str:
    first, *others = shares.head(2)
    sure = all(first["total_low"] > other["total_high"] for other in others)
    return f"“{first['what']}” {'matters' if sure else 'seems to matter'} most"


def _row(sheet: Sheet, label: str, pale: bool = True) -> tuple[float, float, float]:
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


def _after(sheet: Sheet, x: float, y: float, text: str) -> None:
    sheet.text(x + 6, y + 14, text, bold=True)
