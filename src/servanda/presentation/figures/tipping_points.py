# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of tipping points: each number's range with the values at which the ranking flips."""

from __future__ import annotations

import numpy as np

from servanda.english import capital
from servanda.presentation.figures._palette import GREY, INK
from servanda.presentation.figures._ranges import BAR, key, place, plan_looks, range_row, said_below
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views.tipping_points import headline, ranking
from servanda.presentation.writing import amount, plan_title
from servanda.uncertainty.tipping_points.tips import Tips

ROWS = 12  # numbers shown


def title(found: Tips) -> str:
    """The finding: which number is closest to its tipping point."""
    return headline(found).rstrip(".")


def alt(found: Tips) -> str:
    """Which numbers flip the ranking alone, and where."""
    flips = [
        f"{capital(one.words)}: {', '.join(amount(flip.value, one.unit) for flip in one.flips)}"
        for one in found.numbers
        if one.flips
    ]
    return " ".join([headline(found), ranking(found), *(f"{flip}." for flip in flips)])


TIPPING_POINTS = figure(
    "tipping_points",
    of=Tips,
    heading="What would reverse the ranking",
    reading="Each bar is the range of one number, with all others at their likely values. Where its colour changes, at"
    " a thick line, is a tipping point: the other plan becomes the better one. A number without a thick line cannot"
    " reverse the ranking alone.",
    title=title,
    subtitle=ranking,
    alt=alt,
)


@TIPPING_POINTS.drawn
def draw(sheet: Sheet, found: Tips) -> None:
    """The numbers that flip the ranking, each with its range, and those that come next.

    A part of a bar is labelled `number|plan`: the range as far as that plan is ahead; a flip `number|flip`.
    """
    looks = dict(zip(found.plans, plan_looks(), strict=True))
    sheet.legend([(f"{plan_title(found.agreement, plan)} is ahead", look) for plan, look in looks.items()])
    key(sheet, "Likely value", "Each bar is a number's range. A thick line is a tipping point.")
    for one in found.numbers[:ROWS]:
        left, wide = range_row(sheet, one.words, one.unit, one.low, one.high)
        ends = [one.low, *(flip.value for flip in one.flips), one.high]
        if one.flips:
            ahead = [one.flips[0].below, *(flip.above for flip in one.flips)]
        else:
            best = found.ahead or found.plans[0 if np.nansum(one.differences) >= 0 else 1]
            ahead = [best]
        for plan, low, high in zip(ahead, ends[:-1], ends[1:], strict=True):
            at, end = (place(value, one, left, wide) for value in (low, high))
            sheet.box(at, sheet.y, end - at, BAR, looks[plan], f"{one.name}|{plan}")
        for flip in one.flips:
            at = place(flip.value, one, left, wide)
            sheet.rule(at, sheet.y - 4, at, sheet.y + BAR + 4, INK, 3)
            said_below(sheet, at, left, wide, amount(flip.value, one.unit))
        sheet.mark(place(one.likely, one, left, wide), sheet.y + BAR / 2, "o", INK)
        sheet.y += BAR + (20 if one.flips else 8)
    rest = found.numbers[ROWS:]
    if rest:
        flip = sum(bool(one.flips) for one in rest)
        said = f"and {len(rest)} more numbers" + (
            f", {flip} with a tipping point further away" if flip else ", none with a tipping point"
        )
        sheet.text(0, sheet.y + 16, said, sheet.small, color=GREY)
        sheet.y += 22
