# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures of a sweep: how a figure spreads over the draws, and how long a plan lasts, as a fan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from servanda.arrays import Floats
from servanda.presentation.figures._palette import GREY, HELD, INK, Look, tint
from servanda.presentation.figures._sheet import Sheet, style, wrap
from servanda.presentation.views.sweep import beaten, chance, share, span
from servanda.uncertainty.sweeps.sweep import Sweep, best, judged_by, name_of, row

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
            one = row(swept, plan, figure)
            said = "No draw has an answer" if one["p50"] is None else _said(one, figure)
            left = _headed(sheet, name_of(swept, plan), said)
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


def _known(swept: Sweep, plan: str, figure: str) -> Floats:
    values = swept.values(plan, figure)
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
    middle = chance(one["p50"]) if _is_chance(figure) else f"{one['p50']:.1f}".replace("-", "−")
    unit = " years" if figure == "years" else " units" if figure.startswith("gain") else ""
    return f"{middle}{unit} in the median, {span(one, figure)} in nine of ten draws"


def _headed(sheet: Sheet, name: str, said: str) -> float:
    """Write a plan's name and what its panel shows above the panel; where the panel begins, from the left."""
    sheet.y = sheet.lines(0, sheet.y + 18, wrap(name, sheet.base + 1, sheet.width, True), sheet.base + 1, bold=True)
    sheet.y = sheet.lines(0, sheet.y, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10
    return 0.0


def _title(swept: Sweep, figure: str) -> str:
    if figure in ("years", judged_by(swept)) and len(swept.plans) > 1:
        plan = best(swept, figure)
        others = [other for other in swept.plans if other != plan]
        second = max(others, key=lambda other: row(swept, other, figure)["p50"] or 0.0)
        return beaten(swept, plan, second, figure).rstrip(".")
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
        often = often or f"in {share(pays[plan])} of draws"
        if not pays[plan] and len(swept.plans) > 1:
            return f"Signing pays for {who} in no draw of any plan"
        return f"Signing pays for {who} {most}under {name_of(swept, plan)}: {often}"
    meaning = str(swept.about["figures"][figure])
    return meaning[:1].upper() + meaning[1:]


def _subtitle(swept: Sweep, figure: str) -> str:
    meaning = str(swept.about["figures"][figure])
    return f"{meaning[:1].upper() + meaning[1:]}, over {swept.draws:,} draws of {len(swept.about['inputs'])} numbers."


def _percent(axes: Axes) -> None:
    axes.set_ylim(0, 1.0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "", "50%", "", "100%"])
