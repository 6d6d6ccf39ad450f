# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures of tipping points: each number's range with its flips, a change that reaches a target, and a map."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.english import capital
from servanda.presentation.figures._palette import GREY, INK, PARTY_COLOURS, Look, tint
from servanda.presentation.figures._sheet import Sheet, style, text_width, wrap
from servanda.presentation.views.tipping_points import amount, headline, plan_title, ranking
from servanda.uncertainty.tipping_points.plan_gap import Moved
from servanda.uncertainty.tipping_points.tips import NumberTips, Tips

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROWS = 12  # numbers shown


FIRST, SECOND = PARTY_COLOURS[0], PARTY_COLOURS[1]


_BAR = 16.0


def tips(found: Tips, narrow: bool = False) -> Figure:
    """Draw the numbers that flip the ranking, each with its range, and those that come next.

    Parameters
    ----------
    found : Tips
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A part of a bar is labelled `number|plan`: the range as far as that plan is ahead; a flip `number|flip`.
    """
    with style():
        sheet = Sheet(narrow)
        sheet.heading(headline(found).rstrip("."), ranking(found))
        looks = dict(zip(found.plans, _looks(), strict=True))
        sheet.legend([(f"{plan_title(found.agreement, plan)} is ahead", look) for plan, look in looks.items()])
        _key(sheet, "Likely value", "Each bar is a number's range, all other numbers likely; a thick line is a flip.")
        for one in found.numbers[:ROWS]:
            left, wide = _row(sheet, one.words, one.unit, one.low, one.high)
            ends = [one.low, *(flip.value for flip in one.flips), one.high]
            if one.flips:
                ahead = [one.flips[0].below, *(flip.above for flip in one.flips)]
            else:
                best = found.ahead or found.plans[0 if np.nansum(one.differences) >= 0 else 1]
                ahead = [best]
            for plan, low, high in zip(ahead, ends[:-1], ends[1:], strict=True):
                at, end = (_place(value, one, left, wide) for value in (low, high))
                sheet.box(at, sheet.y, end - at, _BAR, looks[plan], f"{one.name}|{plan}")
            for flip in one.flips:
                at = _place(flip.value, one, left, wide)
                sheet.rule(at, sheet.y - 4, at, sheet.y + _BAR + 4, INK, 3)
                _said(sheet, at, left, wide, amount(flip.value, one.unit))
            sheet.mark(_place(one.likely, one, left, wide), sheet.y + _BAR / 2, "o", INK)
            sheet.y += _BAR + (20 if one.flips else 8)
        rest = found.numbers[ROWS:]
        if rest:
            flip = sum(bool(one.flips) for one in rest)
            said = f"and {len(rest)} more numbers" + (
                f"; {flip} of them {'flips' if flip == 1 else 'flip'} it, further away" if flip else "; none flips it"
            )
            sheet.text(0, sheet.y + 16, said, sheet.small, color=GREY)
            sheet.y += 22
        return sheet.finish()


def tips_alt(found: Tips) -> str:
    """The figure of tips in words."""
    flips = [
        f"{capital(one.words)}: {', '.join(amount(flip.value, one.unit) for flip in one.flips)}"
        for one in found.numbers
        if one.flips
    ]
    return " ".join([headline(found), ranking(found), *(f"{flip}." for flip in flips)])


def _looks() -> tuple[Look, Look]:
    return Look(FIRST), Look(tint(SECOND, 0.45), "////", SECOND)


def _key(sheet: Sheet, dot: str, said: str) -> None:
    sheet.mark(11, sheet.y + 8, "o", INK)
    sheet.text(28, sheet.y + 13, dot)
    start = 28 + text_width(dot, sheet.base) + 20
    if sheet.narrow:
        sheet.y = sheet.lines(0, sheet.y + 34, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 8
    else:
        sheet.text(start, sheet.y + 13, said, sheet.small, color=GREY)
        sheet.y += 22


def _row(sheet: Sheet, name: str, unit: str, low: float, high: float) -> tuple[float, float]:
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


def _place(value: float, one: NumberTips | Moved, left: float, wide: float) -> float:
    assert one.low is not None
    assert one.high is not None
    return left + wide * (value - one.low) / ((one.high - one.low) or 1.0)


def _said(sheet: Sheet, at: float, left: float, wide: float, said: str) -> None:
    half = text_width(said, sheet.small, True) / 2
    inside = min(max(at, left + half), left + wide - half)
    sheet.text(inside, sheet.y + _BAR + 15, said, sheet.small, bold=True, ha="center")
