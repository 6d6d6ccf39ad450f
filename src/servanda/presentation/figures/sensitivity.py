# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures of what matters and of when a plan fails: shares of the variance, swings, and the failing box."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.agreement.format.agreement import Agreement
from servanda.columns import Columns
from servanda.presentation.figures._bars import ROWS, _after, _first_of, _row
from servanda.presentation.figures._palette import GREY, HELD, INK, Look, tint
from servanda.presentation.figures._sheet import Sheet, style, wrap
from servanda.presentation.views import sensitivity as words
from servanda.uncertainty.sensitivity_analysis.sensitivity import Sensitivity
from servanda.uncertainty.sensitivity_analysis.sobol import SobolIndices

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ALONE, _WHOLE = Look(HELD), Look(tint(HELD, 0.6), "////", HELD)


_UNCLEAR = Look(tint(GREY, 0.5), "....", GREY)


def sensitivity(agreement: Agreement, found: Sensitivity, narrow: bool = False) -> Figure:
    """Draw what a figure depends on: shares of the variance; or, of a sweep, how far each number moves it.

    Parameters
    ----------
    agreement : Agreement
    found : Sensitivity
        Of that agreement.
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Bars are labelled `name|first` and `name|total`, or `name|distance`; the pale bar behind them is 1.
    """
    with style():
        sheet = Sheet(narrow)
        sheet.heading(_sensitivity_title(found), words.spread(agreement, found))
        if found.shares is None:
            sheet.legend([("How far the distribution moves (PAWN)", _ALONE), ("Not to be told from chance", _UNCLEAR)])
            for row in found.numbers.sort("distance", descending=True).head(ROWS):
                look = _ALONE if row["clear"] else _UNCLEAR
                left, wide, y = _row(sheet, row["what"])
                sheet.box(left, y, row["distance"] * wide, 18, look, f"{row['name']}|distance")
                _after(sheet, left + row["distance"] * wide, y, f"{row['distance']:.2f}")
            return sheet.finish()
        _shares(sheet, found.shares)
        return sheet.finish()


def indices(found: SobolIndices, narrow: bool = False) -> Figure:
    """Draw Sobol' indices of any function: shares of the variance.

    Parameters
    ----------
    found : SobolIndices
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Bars as in `sensitivity`.
    """
    table = found.table.sort("total", descending=True)
    table = table.with_columns(what=table["name"])
    with style():
        sheet = Sheet(narrow)
        missing = f"; {found.failed:,} without an answer" if found.failed else ""
        sheet.heading(
            _first_of(table), f"Shares of the variance (Sobol' indices), from {found.solves:,} values{missing}."
        )
        _shares(sheet, table)
        return sheet.finish()


def sensitivity_alt(agreement: Agreement, found: Sensitivity) -> str:
    """The figure of what matters in words, for those who cannot see it; parameters as `sensitivity`."""
    if found.shares is None:
        rows = found.numbers.sort("distance", descending=True).head(ROWS)
        parts = [f"{row['what']}: {row['distance']:.2f}" for row in rows]
    else:
        rows = found.shares.head(ROWS)
        parts = [f"{row['what']}: {words.share(row['first'])}, {words.share(row['total'])}" for row in rows]
    return f"{_sensitivity_title(found)}. {words.spread(agreement, found)} {'; '.join(parts)}."


def _sensitivity_title(found: Sensitivity) -> str:
    if found.shares is None:
        return f"“{found.numbers.sort('distance', descending=True)['what'][0]}” matters most"
    return _first_of(found.shares)


def _shares(sheet: Sheet, table: Columns) -> None:
    """Bars of both shares, with the interval of the whole."""
    sheet.legend([("Share of the variance by itself", _ALONE), ("with all its interactions", _WHOLE)])
    for row in table.head(ROWS):
        left, wide, y = _row(sheet, row["what"])
        shares = {name: min(max(float(row[name]), 0.0), 1.0) for name in ("total", "first")}
        sheet.box(left, y, shares["total"] * wide, 18, _WHOLE, f"{row['name']}|total")
        sheet.box(left, y + 4, shares["first"] * wide, 10, _ALONE, f"{row['name']}|first")
        low, high = (left + wide * min(max(row[f"total_{end}"], 0.0), 1.0) for end in ("low", "high"))
        sheet.rule(low, y + 9, high, y + 9, INK, 1.4)
        for end in (low, high):
            sheet.rule(end, y + 5, end, y + 13, INK, 1.4)
        _after(sheet, max(high, left + shares["total"] * wide), y, words.share(row["total"]))
    note = "Lines with ends: 95% intervals of the share with interactions."
    sheet.y = sheet.lines(0, sheet.y + 24, wrap(note, sheet.small, sheet.width), sheet.small, color=GREY)
