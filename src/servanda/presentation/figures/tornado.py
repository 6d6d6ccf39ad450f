# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The tornado: what each number alone does to a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.metrics import figure_names
from servanda.english import capital
from servanda.presentation.figures._bars import ROWS, _row
from servanda.presentation.figures._palette import GREY, INK, PARTY_COLOURS, Look
from servanda.presentation.figures._sheet import Sheet, style
from servanda.presentation.views import sensitivity as words
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LOW, _HIGH = Look(PARTY_COLOURS[0]), Look(PARTY_COLOURS[1], "////")


def tornado(agreement: Agreement, found: Tornado, narrow: bool = False) -> Figure:
    """Draw the swings: every number at the low and the high end of its range, the others at their likely value.

    Parameters
    ----------
    agreement : Agreement
    found : Tornado
        Of that agreement.
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Bars are labelled `name|low` and `name|high`; they begin at the line `likely`.
    """
    of = found.question.of
    with style():
        sheet = Sheet(narrow)
        rows = found.moved.head(ROWS)
        head = "No number has an answer at both ends of its range"
        if rows.height:
            head = f"“{rows['what'][0]}” moves it most, taken alone"
        likely = f"Line: {words.amount(of, found.likely)}, with every number at its likely value."
        sheet.heading(head, f"{words.subject(agreement, found.question)}. {likely}")
        sheet.legend([("Number at the low end of its range", _LOW), ("at the high end", _HIGH)])
        ends = [found.likely, *rows["at_low"].tolist(), *rows["at_high"].tolist()]
        room = 52.0 if narrow else 60.0  # for what is written beside bars
        low, high = min(ends), max(ends)
        for row in rows:
            left, wide, y = _row(
                sheet,
                f"{row['what']} ({' to '.join(words.size(row[end], row['duration']) for end in ('low', 'high'))})",
                False,
            )
            scale = (wide - 2 * room) / ((high - low) or 1.0)
            middle = left + room + (found.likely - low) * scale
            at = {end: left + room + (row[f"at_{end}"] - low) * scale for end in ("low", "high")}
            wider = sorted(at, key=lambda end: -abs(at[end] - middle))
            for end in wider:
                look = _LOW if end == "low" else _HIGH
                begin = min(at[end], middle)
                sheet.box(begin, y, abs(at[end] - middle), 18, look, f"{row['name']}|{end}")
            sheet.rule(middle, y - 4, middle, y + 22, INK, 1.4)
            same = (at["low"] - middle) * (at["high"] - middle) > 0
            for end in wider[:1] if same else wider:
                right = at[end] >= middle and not (at[end] == middle and at[wider[0]] > middle)
                sheet.text(
                    at[end] + (5 if right else -5), y + 14, words.amount(of, row[f"at_{end}"]), sheet.small,
                    ha="left" if right else "right", color=GREY,
                )  # fmt: skip
        return sheet.finish()


def tornado_alt(agreement: Agreement, found: Tornado) -> str:
    """The figure of the swings in words, for those who cannot see it; parameters as `tornado`."""
    of, rows = found.question.of, found.moved.head(ROWS)
    parts = [f"{row['what']}: {words.amount(of, row['at_low'])} to {words.amount(of, row['at_high'])}" for row in rows]
    return f"{capital(figure_names(agreement)[of])}. {words.swings(agreement, found)} {'; '.join(parts)}."
