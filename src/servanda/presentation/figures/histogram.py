# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The histogram of a sweep: how a metric spreads over the draws."""

from __future__ import annotations

import numpy as np

from servanda.arrays import Floats
from servanda.assessment.metrics import unit_of
from servanda.english import at, capital, count, quantity
from servanda.errors import no_such
from servanda.presentation.figures._draws import headed, median_words, scale, span
from servanda.presentation.figures._palette import GREY, HELD, INK, Look, tint
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views.sweep import HOPES, beaten
from servanda.presentation.writing import horizon_of, share
from servanda.uncertainty.sweeps.sweep import Sweep, best, hopeless, name_of, row

BINS = 40


def title(swept: Sweep, of: str = "held_clean") -> str:
    """The finding: which plan is better how often, or under which signing pays."""
    judged = of == "years" or (of in HOPES and not hopeless(swept, of))
    if judged and len(swept.plans) > 1:
        plan = best(swept, of)
        others = [other for other in swept.plans if other != plan]
        second = max(others, key=lambda other: row(swept, other, of)["p50"] or 0.0)
        return beaten(swept, plan, second, of).rstrip(".")
    if of in HOPES and len(swept.plans) > 1:
        end = at(*horizon_of(swept.about))
        return f"Every plan has less than a 1% chance of being {HOPES[of].format(end)}, in 95% of draws"
    if unit_of(of) == "units":
        who = swept.about["parties"][of.split(".")[1]]
        known = {plan: _known(swept, plan, of) for plan in swept.plans}
        pays = {plan: float((v > 0).mean()) for plan, v in known.items() if v.size}
        if not pays:
            return "The solver found no equilibrium for any draw"
        plan = max(pays, key=lambda name: pays[name])
        most = "most often " if len(swept.plans) > 1 else ""
        often = "in every draw" if pays[plan] == 1.0 else "in no draw" if not pays[plan] else ""
        often = often or f"in {share(pays[plan])} of draws"
        if not pays[plan] and len(swept.plans) > 1:
            return f"Signing pays for {who} in no draw of any plan"
        return f"Signing pays for {who} {most}under {name_of(swept, plan)}: {often}"
    return capital(_meaning(swept, of))


def subtitle(swept: Sweep, of: str = "held_clean") -> str:
    """What is shown, over how many draws of how many numbers."""
    return f"{capital(_meaning(swept, of))}, over {_draws(swept)}."


def _draws(swept: Sweep) -> str:
    return f"{count(swept.draws, 'draw')} of {count(len(swept.about['inputs']), 'number')}"


def alt(swept: Sweep, of: str = "held_clean") -> str:
    """Where nine of ten draws lie, plan by plan."""
    parts = [f"{name_of(swept, plan)}: {span(swept, plan, of)}" for plan in swept.plans]
    return f"How {_meaning(swept, of)} spreads. In nine of ten draws: {'; '.join(parts)}."


def parts(swept: Sweep) -> list[dict[str, str]]:
    """The metrics of which each has a histogram: a chance, years, and what signing is worth to each party."""
    gains = (name for name in swept.about["figures"] if name.startswith("gain.") and name.count(".") == 1)
    complete = ["complete"] if "complete" in swept.about["figures"] else []
    return [{"of": name} for name in ("held_clean", *complete, "years", *gains)]


HISTOGRAM = figure(
    "histogram",
    of=Sweep,
    heading="How the results spread",
    reading="Each panel is one plan, all on the same scale. The higher a bar, the more draws have that value. The dot"
    " is the median, and the line beside it spans nine of ten draws.",
    title=title,
    subtitle=subtitle,
    alt=alt,
    first=True,
    parts=parts,
)


@HISTOGRAM.drawn
def draw(sheet: Sheet, swept: Sweep, of: str = "held_clean") -> None:
    """A panel is called `histogram|plan`; its bars are shares of the draws that have an answer."""
    values = {plan: scale(swept, of) * _known(swept, plan, of) for plan in swept.plans}
    ticks = _scale(list(values.values()), of)
    low, high = float(ticks[0]), float(ticks[-1])
    edges = np.linspace(low, high, BINS + 1)
    shares = {plan: np.histogram(v, edges)[0] / max(v.size, 1) for plan, v in values.items()}
    sheet.legend(
        [
            ("Draws, each panel to its own height", Look(tint(HELD, 0.45))),
            ("Median, and where nine of ten draws lie", (INK, "-", "o")),
        ]
    )
    sheet.y += 4
    tall = 70 if sheet.narrow else 84
    for plan in swept.plans:
        one = row(swept, plan, of)
        said = "No equilibrium found for any draw" if one["p50"] is None else median_words(swept, plan, of)
        headed(sheet, name_of(swept, plan), said)
        top = float(shares[plan].max(initial=0.0)) or 1.0
        axes = sheet.panel(14, sheet.y + 4, sheet.width - 30, tall, f"histogram|{plan}")
        axes.bar(edges[:-1], shares[plan], np.diff(edges), align="edge", color=tint(HELD, 0.45), linewidth=0)
        if one["p50"] is not None:
            p5, p50, p95 = (one[name] * scale(swept, of) for name in ("p5", "p50", "p95"))
            axes.plot([p5, p95], [-0.07 * top] * 2, color=INK, linewidth=2, clip_on=False)
            axes.plot([p50], [-0.07 * top], "o", color=INK, markersize=6, clip_on=False)
        axes.set_ylim(-0.14 * top, 1.05 * top)
        axes.set_yticks([])
        axes.set_xlim(low, high)
        if unit_of(of) == "units":
            axes.axvline(0.0, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        many = ticks[:: 2 if sheet.narrow and len(ticks) > 6 else 1]
        axes.set_xticks(many, [_tick(t, of) for t in many])
        sheet.y += tall + 34


def _known(swept: Sweep, plan: str, of: str) -> Floats:
    values = swept.values(plan, of)
    return values[~np.isnan(values)]


def _meaning(swept: Sweep, of: str) -> str:
    if of not in swept.about["figures"]:
        raise no_such("metric", of, swept.about["figures"])
    return str(swept.about["figures"][of])


def _scale(values: list[Floats], of: str) -> Floats:
    """Round numbers along the axis, from its beginning to its end, around all values."""
    low = min((float(v.min()) for v in values if v.size), default=0.0)
    high = max((float(v.max()) for v in values if v.size), default=1.0)
    low = low if unit_of(of) == "units" else 0.0
    if high <= low:
        high = low + 1.0
    from matplotlib.ticker import MaxNLocator

    ticks = np.asarray(MaxNLocator(8, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high), dtype=float)
    if unit_of(of) == "chance" and ticks[-1] > 1.0:
        return np.append(ticks[ticks < 1.0], 1.0)
    return ticks


def _tick(value: float, of: str) -> str:
    return f"{quantity(100 * value)}%" if unit_of(of) == "chance" else quantity(value)
