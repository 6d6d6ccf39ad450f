# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of sensitivity: which numbers a metric depends on."""

from __future__ import annotations

from servanda.presentation.figures._bars import ALONE, ROWS, bar_row, first_of, share_bars, write_after
from servanda.presentation.figures._palette import GREY, Look, tint
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views import sensitivity as words
from servanda.uncertainty.sensitivity_analysis.sensitivity import Sensitivity

_UNCLEAR = Look(tint(GREY, 0.5), "....", GREY)


def title(found: Sensitivity) -> str:
    """The finding: what matters most."""
    if found.shares is None:
        clear = found.numbers.where(found.numbers["clear"])
        if not len(clear):
            return "No single number stands out from chance"
        return f"“{clear.sort('distance', descending=True)['what'][0]}” matters most"
    return first_of(found.shares)


def subtitle(found: Sensitivity) -> str:
    """Where the metric lies."""
    return words.spread(found.agreement, found)


def alt(found: Sensitivity) -> str:
    """How much each number matters."""
    if found.shares is None:
        rows = found.numbers.sort("distance", descending=True).head(ROWS)
        parts = [f"{row['what']}: {row['distance']:.2f}" for row in rows]
    else:
        rows = found.shares.head(ROWS)
        parts = [f"{row['what']}: {words.share(row['first'])}, {words.share(row['total'])}" for row in rows]
    return f"{title(found)}. {subtitle(found)} {'; '.join(parts)}."


SENSITIVITY = figure(
    "sensitivity",
    of=Sensitivity,
    heading="What matters",
    reading="Each bar is a number, or a group of numbers. The longer it is, the more would remain uncertain if you knew"
    " everything but this. Dark: what it does by itself. Hatched: what it does together with others.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@SENSITIVITY.drawn
def draw(sheet: Sheet, found: Sensitivity) -> None:
    """Shares of the variance; or, of a sweep, how far each number moves the distribution.

    Bars are labelled `name|first` and `name|total`, or `name|distance`; the pale bar behind them is 1.
    """
    if found.shares is None:
        sheet.legend([("How far the distribution moves (PAWN)", ALONE), ("Does not stand out from chance", _UNCLEAR)])
        for row in found.numbers.sort("distance", descending=True).head(ROWS):
            look = ALONE if row["clear"] else _UNCLEAR
            left, wide, y = bar_row(sheet, row["what"])
            sheet.box(left, y, row["distance"] * wide, 18, look, f"{row['name']}|distance")
            write_after(sheet, left + row["distance"] * wide, y, f"{row['distance']:.2f}")
        return
    share_bars(sheet, found.shares)
