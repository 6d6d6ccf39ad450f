# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures of a sweep: how a figure spreads over the draws, and how long a plan lasts, as a fan."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from servanda import _sweep_words as words
from servanda._canvas import GREY, HELD, INK, Look, Sheet, style, tint, wrap, year_of, year_ticks
from servanda._sums import Floats
from servanda._sweep_sums import column, fan
from servanda.sweeping import Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BINS = 40


def histograms(swept: Sweep) -> tuple[str, ...]:
    """Names of the figures that are drawn as histograms: chance, years, and what signing is worth to each party."""
    gains = (name for name in swept.about["figures"] if name.startswith("gain.") and name.count(".") == 1)
    return ("held_clean", "years", *gains)


def histogram(swept: Sweep, figure: str = "held_clean", narrow: bool = False) -> Figure:
    """Draw how a figure spreads over the draws, one panel a plan, all on one scale.

    Parameters
    ----------
    swept : Sweep
    figure : str
        A name as in `Sweep.summary`.
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A panel is called `histogram|plan`; its bars are shares of the draws that have an answer.
    """
    values = {plan: _known(swept, plan, figure) for plan in swept.plans}
    ticks = _scale(list(values.values()), figure)
    low, high = float(ticks[0]), float(ticks[-1])
    edges = np.linspace(low, high, BINS + 1)
    shares = {plan: np.histogram(v, edges)[0] / max(v.size, 1) for plan, v in values.items()}
    with style():
        sheet = Sheet(narrow)
        sheet.heading(_title(swept, figure), _subtitle(swept, figure))
        sheet.legend(
            [
                ("Draws, each panel to its own height", Look(tint(HELD, 0.45))),
                ("Median, and where nine of ten draws lie", (INK, "-", "o")),
            ]
        )
        sheet.y += 4
        tall = 70 if narrow else 84
        for plan in swept.plans:
            one = words.row(swept, plan, figure)
            said = "No draw has an answer" if one["p50"] is None else _said(one, figure)
            left = _headed(sheet, words.name_of(swept, plan), said)
            top = float(shares[plan].max(initial=0.0)) or 1.0
            axes = sheet.panel(left + 14, sheet.y + 4, sheet.width - left - 30, tall, f"histogram|{plan}")
            axes.bar(edges[:-1], shares[plan], np.diff(edges), align="edge", color=tint(HELD, 0.45), linewidth=0)
            if one["p50"] is not None:
                axes.plot([one["p5"], one["p95"]], [-0.07 * top] * 2, color=INK, linewidth=2, clip_on=False)
                axes.plot([one["p50"]], [-0.07 * top], "o", color=INK, markersize=6, clip_on=False)
            axes.set_ylim(-0.14 * top, 1.05 * top)
            axes.set_yticks([])
            axes.set_xlim(low, high)
            if figure.startswith("gain"):
                axes.axvline(0.0, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
            many = ticks[:: 2 if narrow and len(ticks) > 6 else 1]
            axes.set_xticks(many, [_tick(t, figure) for t in many])
            sheet.y += tall + 34
        return sheet.finish()


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
    bands = {plan: fan(swept.about, swept.rows, plan) for plan in swept.plans}
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
            typical = words.row(swept, plan, "years")
            said = "No draw has an answer" if typical["p50"] is None else f"In force {_said(typical, 'years')}"
            left = _headed(sheet, words.name_of(swept, plan), said)
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


def _known(swept: Sweep, plan: str, figure: str) -> Floats:
    values = column(swept.about, swept.rows, plan, figure)
    return values[~np.isnan(values)]


def _is_chance(figure: str) -> bool:
    return figure != "years" and not figure.startswith("gain")


def _scale(values: list[Floats], figure: str) -> Floats:
    """Round numbers along the axis, from its beginning to its end, around all values."""
    low = min((float(v.min()) for v in values if v.size), default=0.0)
    high = max((float(v.max()) for v in values if v.size), default=1.0)
    low = low if figure.startswith("gain") else 0.0
    if high <= low:
        high = low + 1.0
    from matplotlib.ticker import MaxNLocator

    ticks = np.asarray(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), dtype=float)
    if _is_chance(figure) and ticks[-1] > 1.0:
        return np.append(ticks[ticks < 1.0], 1.0)
    return ticks


def _tick(value: float, figure: str) -> str:
    return f"{100 * value:.3g}%" if _is_chance(figure) else f"{value:.3g}".replace("-", "−")


def _said(one: dict[str, float], figure: str) -> str:
    middle = words.chance(one["p50"]) if _is_chance(figure) else f"{one['p50']:.1f}".replace("-", "−")
    unit = " years" if figure == "years" else " units" if figure.startswith("gain") else ""
    return f"{middle}{unit} in the median, {words.span(one, figure)} in nine of ten draws"


def _headed(sheet: Sheet, name: str, said: str) -> float:
    """Write a plan's name and what its panel shows above the panel; where the panel begins, from the left."""
    sheet.y = sheet.lines(0, sheet.y + 18, wrap(name, sheet.base + 1, sheet.width, True), sheet.base + 1, bold=True)
    sheet.y = sheet.lines(0, sheet.y, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10
    return 0.0


def _title(swept: Sweep, figure: str) -> str:
    if figure in ("years", words.judged_by(swept)) and len(swept.plans) > 1:
        plan = words.best(swept, figure)
        others = [other for other in swept.plans if other != plan]
        second = max(others, key=lambda other: words.row(swept, other, figure)["p50"] or 0.0)
        return words.beaten(swept, plan, second, figure).rstrip(".")
    if figure == "held_clean" and len(swept.plans) > 1:
        return f"Every plan has less than 1% to be in force and clean in {swept.about['end'][:4]}, in 95% of draws"
    if figure.startswith("gain."):
        who = swept.about["parties"][figure.split(".")[1]]
        known = {plan: _known(swept, plan, figure) for plan in swept.plans}
        pays = {plan: float((v > 0).mean()) for plan, v in known.items() if v.size}
        if not pays:
            return "No draw has an answer"
        plan = max(pays, key=lambda name: pays[name])
        most = "most often " if len(swept.plans) > 1 else ""
        often = "in every draw" if pays[plan] == 1.0 else "in no draw" if not pays[plan] else ""
        often = often or f"in {words.share(pays[plan])} of draws"
        if not pays[plan] and len(swept.plans) > 1:
            return f"Signing pays for {who} in no draw of any plan"
        return f"Signing pays for {who} {most}under {words.name_of(swept, plan)}: {often}"
    meaning = str(swept.about["figures"][figure])
    return meaning[:1].upper() + meaning[1:]


def _subtitle(swept: Sweep, figure: str) -> str:
    meaning = str(swept.about["figures"][figure])
    return f"{meaning[:1].upper() + meaning[1:]}, over {swept.draws:,} draws of {len(swept.about['inputs'])} numbers."


def _fan_title(swept: Sweep) -> str:
    typical = {plan: words.row(swept, plan, "years")["p50"] or 0.0 for plan in swept.plans}
    plan = max(typical, key=lambda name: typical[name])
    one = words.row(swept, plan, "years")
    longest = " lasts longest" if len(swept.plans) > 1 else ""
    within = f"{words.span(one, 'years')} in nine of ten draws"
    return f"{words.name_of(swept, plan)}{longest}: {typical[plan]:.1f} years in the median, {within}"


def _last(years: Floats, bands: Floats) -> float:
    """When the highest band falls below 1%."""
    alive = np.flatnonzero(bands[-1] >= 0.01)
    return float(years[min(alive[-1] + 1, len(years) - 1)]) if alive.size else float(years[0])


def _percent(axes: Axes) -> None:
    axes.set_ylim(0, 1.0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "", "50%", "", "100%"])
