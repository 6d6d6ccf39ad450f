# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The tornado: what each number alone does to a metric."""

from __future__ import annotations

from servanda.assessment.metrics import Metric
from servanda.english import capital
from servanda.presentation.figures._bars import ROWS, bar_row, brief, size
from servanda.presentation.figures._palette import GREY, INK, PARTY_COLOURS, Look
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views import sensitivity as words
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado

_LOW, _HIGH = Look(PARTY_COLOURS[0]), Look(PARTY_COLOURS[1], "////")
NONE = "For no number did the solver find an equilibrium at both ends of its range"


def title(found: Tornado) -> str:
    """The finding: which number moves it most."""
    rows = found.moved
    return f"“{rows['what'][0]}” moves it most, taken alone" if rows.height else NONE


def subtitle(found: Tornado) -> str:
    """What is asked about, and where it lies at the likely values."""
    likely = brief(_metric(found), found.likely)
    return f"{words.subject(found.agreement, found.question)}. Line: {likely}, with every number at its likely value."


def alt(found: Tornado) -> str:
    """Where each number alone takes it, at both ends of its range."""
    of = _metric(found)
    parts = [
        f"{row['what']}: {brief(of, row['at_low'])} to {brief(of, row['at_high'])}" for row in found.moved.head(ROWS)
    ]
    return f"{capital(of.meaning)}. {words.swings(found.agreement, found)} {'; '.join(parts)}."


TORNADO = figure(
    "tornado",
    of=Tornado,
    heading="What moves it",
    reading="Each bar is one number of the file, moved from the low to the high end of its range while all others stay"
    " at their likely values. The longest are on top. What several numbers do together shows in the draws, not here.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@TORNADO.drawn
def draw(sheet: Sheet, found: Tornado) -> None:
    """Bars are labelled `name|low` and `name|high`; they begin at the line `likely`."""
    of = _metric(found)
    rows = found.moved.head(ROWS)
    sheet.legend([("Number at the low end of its range", _LOW), ("at the high end", _HIGH)])
    ends = [found.likely, *rows["at_low"].tolist(), *rows["at_high"].tolist()]
    room = 52.0 if sheet.narrow else 60.0  # for what is written beside bars
    low, high = min(ends), max(ends)
    for row in rows:
        left, wide, y = bar_row(
            sheet,
            f"{row['what']} ({' to '.join(size(row[end], row['duration']) for end in ('low', 'high'))})",
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
                at[end] + (5 if right else -5), y + 14, brief(of, row[f"at_{end}"]), sheet.small,
                ha="left" if right else "right", color=GREY,
            )  # fmt: skip


def _metric(found: Tornado) -> Metric:
    return found.question.metric
