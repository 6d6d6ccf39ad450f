# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of survival over all draws of a sweep."""

from __future__ import annotations

from datetime import date

import numpy as np

from servanda.arrays import Floats
from servanda.english import count
from servanda.presentation.figures._draws import headed, median_words
from servanda.presentation.figures._palette import HELD, INK, Look, tint
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures._time_axis import percent_axis, year_of, year_ticks
from servanda.presentation.figures.gallery import figure
from servanda.uncertainty.sweeps.sweep import Sweep, name_of, row


def title(swept: Sweep) -> str:
    """The finding: which plan lasts longest, and how long."""
    typical = {plan: row(swept, plan, "years")["p50"] or 0.0 for plan in swept.plans}
    plan = max(typical, key=lambda name: typical[name])
    longest = " lasts longest" if len(swept.plans) > 1 else ""
    if row(swept, plan, "years")["p50"] is None:
        return "The solver found no equilibrium for any draw"
    return f"{name_of(swept, plan)}{longest}: {median_words(swept, plan, 'years')}"


def subtitle(swept: Sweep) -> str:
    """What is shown, and where the calendar axis ends."""
    cut = _shown(swept)
    note = "" if cut is None else f" Shown to {cut}: from then on it is less than 1% in nineteen of twenty draws."
    return f"Chance that the agreement is in force, over {count(swept.draws, 'draw')}.{note}"


def alt(swept: Sweep) -> str:
    """How long each plan lasts in the median, and in nine of ten draws."""
    parts = [
        f"{name_of(swept, plan)}: in force {median_words(swept, plan, 'years')}"
        for plan in swept.plans
        if row(swept, plan, "years")["p50"] is not None
    ]
    return f"Chance of being in force over time, over {count(swept.draws, 'draw')}. {'; '.join(parts)}."


SURVIVAL_FAN = figure(
    "survival_fan",
    of=Sweep,
    heading="Survival over the draws",
    reading="The line is the median of the draws: in half of them the agreement is more likely to be in force then, in"
    " half less likely. Half of the draws lie in the dark band, nine of ten in the pale one. A wide band says that the"
    " judgements in the file do not settle the matter.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@SURVIVAL_FAN.drawn
def draw(sheet: Sheet, swept: Sweep) -> None:
    """A panel is called `fan|plan`; its line `median` holds the chances by date."""
    start, last, cut = _start(swept), year_of(date.fromisoformat(swept.about["end"])), _shown(swept)
    half, most = Look(tint(HELD, 0.45)), Look(tint(HELD, 0.8))
    sheet.legend([("Median", (INK, "-", "")), ("Half of the draws", half), ("Nine of ten draws", most)])
    tall = 150 if sheet.narrow else 180
    for plan in swept.plans:
        typical = row(swept, plan, "years")
        said = (
            "No equilibrium found for any draw"
            if typical["p50"] is None
            else f"In force {median_words(swept, plan, 'years')}"
        )
        headed(sheet, name_of(swept, plan), said)
        axes = sheet.panel(38, sheet.y + 6, sheet.width - 50, tall, f"fan|{plan}")
        found = swept.fan(plan)
        if found is not None:
            when = np.concatenate([[start], _years(swept, plan)])
            p5, p25, p50, p75, p95 = (np.concatenate([[1.0], quantile]) for quantile in found)
            axes.fill_between(when, p5, p95, step="post", facecolor=most.face, linewidth=0)
            axes.fill_between(when, p25, p75, step="post", facecolor=half.face, linewidth=0)
            axes.step(when, p50, where="post", color=INK, linewidth=1.8, label="median")
        percent_axis(axes)
        year_ticks(axes, start, cut or last, sheet.width - 50, sheet.narrow)
        sheet.y += tall + 36


def _start(swept: Sweep) -> float:
    return year_of(date.fromisoformat(swept.about["start"]))


def _years(swept: Sweep, plan: str) -> Floats:
    """When each step of a plan comes up, on the calendar axis."""
    return _start(swept) + np.array([step["years"] for step in swept.about["steps"][plan]])


def _shown(swept: Sweep) -> int | None:
    """The year at which to end the calendar axis, where the highest band of every plan is below 1% for the rest."""
    last = start = _start(swept)
    for plan in swept.plans:
        bands = swept.fan(plan)
        if bands is not None:
            alive, years = np.flatnonzero(bands[-1] >= 0.01), _years(swept, plan)
            last = max(last, float(years[min(alive[-1] + 1, len(years) - 1)] if alive.size else years[0]))
    end = year_of(date.fromisoformat(swept.about["end"]))
    return int(last) + 1 if last < start + 0.6 * (end - start) else None
