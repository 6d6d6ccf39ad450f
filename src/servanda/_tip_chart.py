# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures of tipping points: each number's range with its flips, a change that reaches a target, and a map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servanda import _tip_words as words
from servanda._canvas import GREY, INK, LINE, PALE, PARTY_COLOURS, Look, Sheet, style, text_width, tint, wrap
from servanda._tip_words import amount, apart, headline, heat_title, listed, plan_title, ranking
from servanda.flips import HeatMap, Moved, NumberTips, Reached, Tips
from servanda.wording import capital

if TYPE_CHECKING:
    from matplotlib.axes import Axes
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


def heat(found: HeatMap, narrow: bool = False) -> Figure:
    """Draw a map over two numbers: who is ahead and by how much, with the line on which neither is.

    Parameters
    ----------
    found : HeatMap
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        The panel is called `map`; the likely values are a line labelled `likely`, flips along one number alone `alone`.
    """
    with style():
        sheet = Sheet(narrow)
        names = [plan_title(found.agreement, plan) for plan in found.plans]
        sheet.heading(
            heat_title(found),
            f"By {found.of} ({found.meaning}). Axes are the ranges of both numbers; all others are likely.",
        )
        first, second = _looks()
        sheet.legend([(f"{names[0]} is ahead", first), (f"{names[1]} is ahead", second)])
        dashed: Any = (INK, (0, (3, 2)), "o")
        alone: Any = (INK, "", "D")
        sheet.legend(
            [
                ("Neither is: the ranking flips", (INK, "-", "")),
                ("Likely values", dashed),
                ("Flip of one number alone", alone),
            ]
        )
        largest = float(np.nanmax(np.abs(found.difference))) if np.isfinite(found.difference).any() else 0.0
        darkest = f"Darkest: {apart(found.of, largest)} ahead. White: level" + (
            "; grey: no answer, or chances that cannot add up to 1." if np.isnan(found.difference).any() else "."
        )
        sheet.y = sheet.lines(0, sheet.y + 12, wrap(darkest, sheet.small, sheet.width), sheet.small, color=GREY)
        up = wrap(capital(found.y.words), sheet.base, sheet.width, True)
        sheet.y = sheet.lines(0, sheet.y + 12, up, sheet.base, bold=True) - 6
        left, wide = 64.0, sheet.width - 64 - 24
        tall = wide if narrow else 0.62 * wide
        axes = sheet.panel(left, sheet.y, wide, tall, "map")
        _map(axes, found, largest)
        sheet.y += tall + 26
        across = wrap(capital(found.x.words), sheet.base, wide, True)
        sheet.y += 14
        for row in across:
            sheet.text(left + wide / 2, sheet.y, row, bold=True, ha="center")
            sheet.y += 17
        return sheet.finish()


def tips_alt(found: Tips) -> str:
    """The figure of tips in words."""
    flips = [
        f"{capital(one.words)}: {', '.join(amount(flip.value, one.unit) for flip in one.flips)}"
        for one in found.numbers
        if one.flips
    ]
    return " ".join([headline(found), ranking(found), *(f"{flip}." for flip in flips)])


def heat_alt(found: HeatMap) -> str:
    """The map in words."""
    seen = found.difference[np.isfinite(found.difference)]
    first = plan_title(found.agreement, found.plans[0])
    share = 100.0 * float((seen > 0).mean()) if seen.size else 0.0
    return (
        f"{heat_title(found)}: {capital(found.x.words)} across, {found.y.words} upwards. {first} is ahead on"
        f" {share:.0f}% of the map."
    )


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


def _map(axes: Axes, found: HeatMap, largest: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("ahead", [SECOND, "#ffffff", FIRST])
    top = largest or 1.0
    axes.set_facecolor(LINE)
    axes.grid(visible=False)
    axes.pcolormesh(
        found.across, found.up, np.ma.masked_invalid(found.difference), cmap=shades, vmin=-top, vmax=top,
        shading="gouraud" if np.isfinite(found.difference).all() else "nearest", rasterized=True, zorder=0,
    )  # fmt: skip
    seen = found.difference[np.isfinite(found.difference)]
    if seen.size and seen.min() < 0 < seen.max():
        cells = np.ma.masked_invalid(found.difference)
        axes.contourf(found.across, found.up, cells, levels=[-2 * top, 0.0], colors="none", hatches=["//"], zorder=1)
        axes.contour(found.across, found.up, cells, levels=[0.0], colors=[INK], linewidths=2.2, zorder=3)
    elif seen.size and seen.max() < 0:
        axes.contourf(found.across, found.up, found.difference, levels=[-2 * top, 0.0], colors="none", hatches=["//"])
    dashed: Any = (0, (3, 2))
    axes.axvline(found.x.likely, color=INK, linewidth=1, linestyle=dashed, zorder=2)
    axes.axhline(found.y.likely, color=INK, linewidth=1, linestyle=dashed, zorder=2)
    more: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white", "clip_on": False, "zorder": 5}
    axes.plot([found.x.likely], [found.y.likely], "o", color=INK, markersize=9, label="likely", **more)
    flips = [(flip.value, found.y.likely) for flip in found.x.flips]
    flips += [(found.x.likely, flip.value) for flip in found.y.flips]
    if flips:
        axes.plot(*zip(*flips, strict=True), "D", color=INK, markersize=8, label="alone", **more)
    axes.set_xlim(found.x.low, found.x.high)
    axes.set_ylim(found.y.low, found.y.high)
    for one, scale in ((found.x, axes.xaxis), (found.y, axes.yaxis)):
        places = [one.low, one.likely, one.high]
        if min(one.likely - one.low, one.high - one.likely) < 0.08 * (one.high - one.low):
            places.remove(one.likely)
        names = [amount(value, one.unit) for value in places]
        scale.set_ticks(places, labels=names)
    axes.tick_params(axis="y", length=3)
