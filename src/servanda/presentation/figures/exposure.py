# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of exposure: what each party loses if the others withdraw."""

from __future__ import annotations

import math
from typing import Any

from servanda.agreement.dates import last_day
from servanda.agreement.labels import party_name
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.assessment.summary import Exposure
from servanda.english import month, number, on, quantity
from servanda.presentation.figures._palette import INK, WARN, Look, party_colour, party_dash, party_line, party_marker
from servanda.presentation.figures._plan_words import name_of
from servanda.presentation.figures._sheet import Sheet, text_width
from servanda.presentation.figures._time_axis import cells, year_of, year_ticks
from servanda.presentation.figures.gallery import figure


def peak(result: PlanResult, party: str) -> Exposure:
    """Where a party has most to lose."""
    return max(result.summary.exposure, key=lambda point: point.loss[party])


def title(comparison: Comparison) -> str:
    """The finding of the figure of exposure: each party's own peak, as units of two parties cannot be compared."""
    agreement, several = comparison.agreement, len(comparison.plans) > 1
    found: list[tuple[str, float, str, str]] = []
    least = _worth_saying(comparison)
    most = 0.0
    for party in agreement.parties:
        result = max(comparison.plans, key=lambda r, party=party: peak(r, party).loss[party])
        point = peak(result, party)
        most = max(most, point.loss[party])
        if point.loss[party] >= least:
            found.append((party_name(agreement, party), point.loss[party], month(point.date), name_of(result)))
    if not found:
        tiny = f"as much as {quantity(least, 2)} units " if most > 0 else ""
        return f"No party ever stands to lose {tiny}compared with having no agreement"
    if len(found) > 3:
        return (
            f"{len(found)} of {len(agreement.parties)} parties at some time stand to lose compared with having no"
            " agreement"
        )
    same = several and len({plan for *_, plan in found}) == 1
    parts = [
        f"{name} {'stands to lose ' if i == 0 else ''}{_units_of(loss)} units"
        f" ({when}{f', {plan}' if several and not same else ''})"
        for i, (name, loss, when, plan) in enumerate(found)
    ]
    return (f"{found[0][3]}: at most, " if same else "At most, ") + ", ".join(parts)


def _units_of(loss: float, sign: bool = False) -> str:
    """An amount of units, to one decimal; in two digits where that would say too little, or too much."""
    if 1.0 <= abs(loss) < 1e3 or loss == 0:
        return number(loss, 1, sign)
    return ("+" if sign and loss > 0 else "") + quantity(loss, 2)


def _at_peak(point: Exposure, party: str, horizon: float) -> str:
    return f"{_units_of(point.loss[party], sign=True)} units {on(point.date, horizon)}"


def _worth_saying(comparison: Comparison) -> float:
    """The smallest loss that the figure shows as one: 0.05 units, or a twentieth of the largest amount in it."""
    every = [abs(loss) for r in comparison.plans for point in r.summary.exposure for loss in point.loss.values()]
    return min(0.05, 0.05 * max(every, default=1.0) or 0.05)


def alt(comparison: Comparison) -> str:
    """Each party's largest exposure, plan by plan."""
    agreement = comparison.agreement
    rows = [
        f"{name_of(r)}: "
        + "; ".join(
            f"{party_name(agreement, p)} at most {_at_peak(peak(r, p), p, agreement.horizon)}"
            for p in agreement.parties
        )
        + "."
        for r in comparison.plans
    ]
    how = "if the others withdraw" if len(agreement.parties) > 1 else "if the agreement breaks down"
    return f"What each party loses compared with no agreement {how} after an entry. " + " ".join(rows)


def subtitle(comparison: Comparison) -> str:
    """What is shown, and in which units."""
    agreement = comparison.agreement
    alone = len(agreement.parties) == 1
    how = "the agreement breaks down" if alone else "the others walk out"
    whose = "Units:" if alone else "Each line in its party's own units, which cannot be compared:"
    return (
        f"What a party loses compared with no agreement, including the costs of the breakdown, if {how} right after an"
        f" entry that all have kept. {whose} 1 unit = {agreement.unit}."
    )


EXPOSURE = figure(
    "exposure",
    of=Comparison,
    heading="What each party stands to lose",
    reading="Above zero (shaded), a party would be worse off than if it had never signed, should the agreement break"
    " down at that moment through no fault of its own. The higher the line, the more the party has trusted the others."
    " Compare a line only with itself, because each party counts in its own units.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@EXPOSURE.drawn
def draw(sheet: Sheet, comparison: Comparison) -> None:
    """A panel is called `exposure|plan`; each party's line bears the party's name in the file."""
    agreement = comparison.agreement
    sheet.legend(
        [
            *((party_name(agreement, p), party_line(agreement, p)) for p in agreement.parties),
            ("Worse off than with no agreement", Look(WARN)),
        ]
    )
    every = [loss for r in comparison.plans for x in r.summary.exposure for loss in x.loss.values()]
    low, high = min(0.0, *every), max(0.0, *every)
    low, high = low - 0.06 * (high - low or 1), high + 0.06 * (high - low or 1)
    tall = 150 if sheet.narrow else 190
    units = _units(low, high)

    def tick(value: float) -> str:
        return quantity(round(value / (high - low), 9) * (high - low))

    labels = [tick(float(value)) for value in units.tick_values(low, high) if low <= value <= high]
    side = max(38.0, *(text_width(label, sheet.small) + 8 for label in labels))
    for result, left, top, room in cells(sheet, comparison.plans, tall, lambda _: "Units"):
        axes = sheet.panel(left + side, top, room - side, tall, f"exposure|{result.plan}")
        points = result.summary.exposure
        end = year_of(last_day(agreement))
        for party in agreement.parties:
            axes.step(
                [*(year_of(x.date) for x in points), end],
                [*(x.loss[party] for x in points), points[-1].loss[party]],
                where="post", color=party_colour(agreement, party), linestyle=party_dash(agreement, party),
                marker=party_marker(agreement, party), markersize=4, markevery=list(range(len(points))),
                linewidth=2, label=party,
            )  # fmt: skip
        axes.axhspan(0, high, facecolor=WARN, linewidth=0, zorder=0)
        axes.axhline(0, color=INK, linewidth=1)
        axes.set_ylim(low, high)
        axes.yaxis.set_major_locator(units)
        axes.yaxis.set_major_formatter(lambda value, _: tick(value))
        year_ticks(axes, year_of(agreement.start), end, room - side, sheet.narrow)


def _units(low: float, high: float) -> Any:
    from matplotlib.ticker import MultipleLocator

    span = high - low
    power = math.floor(math.log10(span)) - 1
    return MultipleLocator(next(s for k in range(3) for m in (1, 2, 5) if span / (s := m * 10.0 ** (power + k)) <= 6))
