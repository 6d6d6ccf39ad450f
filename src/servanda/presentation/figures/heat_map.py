# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of two numbers at once: where each plan is ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from servanda.english import capital
from servanda.presentation.figures._palette import GREY, INK, LINE
from servanda.presentation.figures._ranges import FIRST, SECOND, plan_looks
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views.tipping_points import heat_title
from servanda.presentation.writing import amount, plan_title
from servanda.uncertainty.tipping_points.heat_map import HeatMap

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def subtitle(found: HeatMap) -> str:
    """What is shown."""
    by = f"By {found.metric.name} ({found.metric.meaning})."
    return f"{by} The axes are the ranges of both numbers. All others stay at their likely values."


def alt(found: HeatMap) -> str:
    """On how much of the map the first plan is ahead."""
    seen = found.difference[np.isfinite(found.difference)]
    first = plan_title(found.agreement, found.plans[0])
    share = 100.0 * float((seen > 0).mean()) if seen.size else 0.0
    return (
        f"{heat_title(found)}: {capital(found.x.words)} across, {found.y.words} upwards. {first} is ahead on"
        f" {share:.0f}% of the map."
    )


HEAT_MAP = figure(
    "heat_map",
    of=HeatMap,
    heading="Two numbers at once",
    reading="Every point is a pair of values. Each colour stands for the plan that is ahead there, and the darker the"
    " colour, the larger the lead. On the line neither plan is ahead. The dashed lines cross at the likely values.",
    title=heat_title,
    subtitle=subtitle,
    alt=alt,
)


@HEAT_MAP.drawn
def draw(sheet: Sheet, found: HeatMap) -> None:
    """Who is ahead and by how much, with the line on which neither is.

    The panel is called `map`; the likely values are a line labelled `likely`, flips along one number alone `alone`.
    """
    names = [plan_title(found.agreement, plan) for plan in found.plans]
    first, second = plan_looks()
    sheet.legend([(f"{names[0]} is ahead", first), (f"{names[1]} is ahead", second)])
    dashed: Any = (INK, (0, (3, 2)), "o")
    alone: Any = (INK, "", "D")
    sheet.legend(
        [
            ("Neither is ahead: the ranking reverses", (INK, "-", "")),
            ("Likely values", dashed),
            ("Tipping point of one number alone", alone),
        ]
    )
    largest = float(np.nanmax(np.abs(found.difference))) if np.isfinite(found.difference).any() else 0.0
    darkest = f"Darkest: {found.metric.difference(largest)} ahead. White: level" + (
        ". Grey: no equilibrium found, or chances that cannot add up to 1." if np.isnan(found.difference).any() else "."
    )
    sheet.y = sheet.lines(0, sheet.y + 12, wrap(darkest, sheet.small, sheet.width), sheet.small, color=GREY)
    up = wrap(capital(found.y.words), sheet.base, sheet.width, True)
    sheet.y = sheet.lines(0, sheet.y + 12, up, sheet.base, bold=True) - 6
    left, wide = 64.0, sheet.width - 64 - 24
    tall = wide if sheet.narrow else 0.62 * wide
    axes = sheet.panel(left, sheet.y, wide, tall, "map")
    _map(axes, found, largest)
    sheet.y += tall + 26
    across = wrap(capital(found.x.words), sheet.base, wide, True)
    sheet.y += 14
    for row in across:
        sheet.text(left + wide / 2, sheet.y, row, bold=True, ha="center")
        sheet.y += 17


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
