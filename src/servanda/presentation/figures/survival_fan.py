# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of survival over all draws of a sweep."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from servanda.arrays import Floats
from servanda.presentation.figures._palette import HELD, INK, Look, tint
from servanda.presentation.figures._sheet import Sheet, style
from servanda.presentation.figures._time_axis import year_of, year_ticks
from servanda.presentation.figures.histogram import _headed, _percent, _said
from servanda.presentation.views.sweep import span
from servanda.uncertainty.sweeps.sweep import Sweep, name_of, row

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def survival_fan(swept: Sweep, narrow: bool = False) -> Figure:
    """Draw the chance of being in force over time, with the band in which half and nine of ten draws lie.

    Parameters
    ----------
    swept : Sweep
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A panel is called `fan|plan`; its line `median` holds the chances by date.
    """
    start = year_of(date.fromisoformat(swept.about["start"]))
    end = year_of(date.fromisoformat(swept.about["end"]))
    bands = {plan: swept.fan(plan) for plan in swept.plans}
    years = {plan: start + np.array([s["years"] for s in swept.about["steps"][plan]]) for plan in swept.plans}
    last = max([start, *(_last(years[p], b) for p, b in bands.items() if b is not None)])
    cut = last < start + 0.6 * (end - start)
    with style():
        sheet = Sheet(narrow)
        note = f" Shown to {int(last) + 1}: from then on nineteen of twenty draws have less than 1%." if cut else ""
        sheet.heading(_fan_title(swept), f"Chance that the agreement is in force, over {swept.draws:,} draws.{note}")
        half, most = Look(tint(HELD, 0.45)), Look(tint(HELD, 0.8))
        sheet.legend([("Median", (INK, "-", "")), ("Half of the draws", half), ("Nine of ten draws", most)])
        tall = 150 if narrow else 180
        for plan in swept.plans:
            typical = row(swept, plan, "years")
            said = "No draw has an answer" if typical["p50"] is None else f"In force {_said(typical, 'years')}"
            left = _headed(sheet, name_of(swept, plan), said)
            axes = sheet.panel(left + 38, sheet.y + 6, sheet.width - left - 50, tall, f"fan|{plan}")
            found = bands[plan]
            if found is not None:
                when = np.concatenate([[start], years[plan]])
                p5, p25, p50, p75, p95 = (np.concatenate([[1.0], quantile]) for quantile in found)
                axes.fill_between(when, p5, p95, step="post", facecolor=most.face, linewidth=0)
                axes.fill_between(when, p25, p75, step="post", facecolor=half.face, linewidth=0)
                axes.step(when, p50, where="post", color=INK, linewidth=1.8, label="median")
            _percent(axes)
            year_ticks(axes, start, int(last) + 1 if cut else end, sheet.width - left - 50, narrow)
            sheet.y += tall + 36
        return sheet.finish()


def _fan_title(swept: Sweep) -> str:
    typical = {plan: row(swept, plan, "years")["p50"] or 0.0 for plan in swept.plans}
    plan = max(typical, key=lambda name: typical[name])
    one = row(swept, plan, "years")
    longest = " lasts longest" if len(swept.plans) > 1 else ""
    within = f"{span(one, 'years')} in nine of ten draws"
    return f"{name_of(swept, plan)}{longest}: {typical[plan]:.1f} years in the median, {within}"


def _last(years: Floats, bands: Floats) -> float:
    """When the highest band falls below 1%."""
    alive = np.flatnonzero(bands[-1] >= 0.01)
    return float(years[min(alive[-1] + 1, len(years) - 1)]) if alive.size else float(years[0])
