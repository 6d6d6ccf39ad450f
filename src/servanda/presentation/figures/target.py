# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of a target: what would have to change to reach it."""

from __future__ import annotations

from servanda.english import capital
from servanda.presentation.figures._palette import INK, PALE
from servanda.presentation.figures._ranges import BAR, FIRST, key, place, range_row, said_below
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views import tipping_points as words
from servanda.presentation.views.tipping_points import listed
from servanda.presentation.writing import amount
from servanda.uncertainty.tipping_points.plan_gap import Moved
from servanda.uncertainty.tipping_points.targets import Reached


def title(found: Reached) -> str:
    """The finding: what reaches the target, or that nothing does."""
    first, *rest = words.reached(found)
    return (rest[0] if rest else first).rstrip(".")


def subtitle(found: Reached) -> str:
    """What is asked for, and where the plan stands."""
    first, *rest = words.reached(found)
    return first if rest else ""


def alt(found: Reached) -> str:
    """Every number that has to move, and how far."""
    moved = [
        f"{capital(one.words)}: from {amount(one.likely, one.unit)} to {amount(one.value, one.unit)}."
        for one in _moved(found)
    ]
    return " ".join([*words.reached(found), *moved])


TARGET = figure(
    "target",
    of=Reached,
    heading="What reaches the target",
    reading="Each bar is the range of one number. The dot is its likely value, the thick line the value that it has to"
    " take. The dark part between them is the change.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@TARGET.drawn
def draw(sheet: Sheet, found: Reached) -> None:
    """What changes, each number in its range: from the likely value to where it has to be.

    A bar is labelled `number|moved`.
    """
    key(sheet, "Likely value", "Each pale bar is a number's range. The dark part is how far it has to move.")
    for one in _moved(found):
        if one.low is None or one.high is None:
            continue
        left, wide = range_row(sheet, one.words, one.unit, one.low, one.high)
        sheet.box(left, sheet.y, wide, BAR, PALE)
        a, b = (place(value, one, left, wide) for value in (one.likely, one.value))
        sheet.box(min(a, b), sheet.y, abs(b - a), BAR, FIRST, f"{one.name}|moved")
        sheet.rule(b, sheet.y - 4, b, sheet.y + BAR + 4, INK, 3)
        said_below(sheet, b, left, wide, amount(one.value, one.unit))
        sheet.mark(a, sheet.y + BAR / 2, "o", INK)
        sheet.y += BAR + 20


def _moved(found: Reached) -> list[Moved]:
    most, _, follow = listed(found.change or found.best)
    return [*most, *follow]
