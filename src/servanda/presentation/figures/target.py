# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of a target: what would have to change to reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.presentation.figures._palette import INK, PALE
from servanda.presentation.figures._sheet import Sheet, style
from servanda.presentation.figures.tipping_points import _BAR, FIRST, _key, _place, _row, _said
from servanda.presentation.views import tipping_points as words
from servanda.presentation.views.tipping_points import amount, listed
from servanda.uncertainty.tipping_points.targets import Reached

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def reached(found: Reached, narrow: bool = False) -> Figure:
    """Draw what changes, each number in its range: from the likely value to where it has to be.

    Parameters
    ----------
    found : Reached
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A bar is labelled `number|moved`.
    """
    with style():
        sheet = Sheet(narrow)
        first, *rest = words.reached(found)
        sheet.heading((rest[0] if rest else first).rstrip("."), first if rest else "")
        _key(sheet, "Likely value", "Each pale bar is a number's range; the dark part is how far it has to move.")
        most, _, follow = listed(found.change or found.best)
        for one in [*most, *follow]:
            if one.low is None or one.high is None:
                continue
            left, wide = _row(sheet, one.words, one.unit, one.low, one.high)
            sheet.box(left, sheet.y, wide, _BAR, PALE)
            a, b = (_place(value, one, left, wide) for value in (one.likely, one.value))
            sheet.box(min(a, b), sheet.y, abs(b - a), _BAR, FIRST, f"{one.name}|moved")
            sheet.rule(b, sheet.y - 4, b, sheet.y + _BAR + 4, INK, 3)
            _said(sheet, b, left, wide, amount(one.value, one.unit))
            sheet.mark(a, sheet.y + _BAR / 2, "o", INK)
            sheet.y += _BAR + 20
        return sheet.finish()
