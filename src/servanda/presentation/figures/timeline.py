# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of what becomes of a plan over time: on schedule, late, stalled, suspended, broken."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name
from servanda.arrays import Floats
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.assessment.lateness import LateSummary
from servanda.assessment.summary import outcome_order
from servanda.english import a_chance, capital, percent
from servanda.presentation.figures._palette import INK, Look, look, stand_look
from servanda.presentation.figures._plan_words import at_end, name_of, whole_period
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures._time_axis import cells, percent_axis, year_of, year_ticks, years_note
from servanda.presentation.figures.gallery import figure

STATES = {
    "on_schedule": "On schedule",
    "late": "Late, and nobody is behind",
    "stalled": "Waiting for somebody, or part of it struck",
    "suspended": "Somebody has taken something back",
}
STANDS = {"on_schedule": "complete_on_time", "late": "complete_late", "stalled": "stalled", "suspended": "suspended"}
RARE = 0.005  # what never reaches this is not named


def late_plans(comparison: Comparison) -> list[tuple[PlanResult, LateSummary]]:
    """The plans in which steps can be late."""
    return [(result, result.summary.late) for result in comparison.plans if result.summary.late is not None]


def nothing(comparison: Comparison) -> str:
    """Say why there is nothing to draw."""
    if late_plans(comparison):
        return ""
    return (
        "In none of these plans can a step be late: whatever is not done on its day ends the agreement. Write late: in"
        " a plan to say what follows instead"
    )


def title(comparison: Comparison) -> str:
    """The finding of the figure."""
    found = late_plans(comparison)
    complete = [(late.headline.complete, result) for result, late in found]
    most, best = max(complete, key=lambda pair: pair[0])
    stuck = [late.headline.unfinished for _, late in found]
    if len(found) == 1:
        return capital(
            f"{a_chance(most)} of being complete {at_end(best)}, and {a_chance(stuck[0])} of being in force with part"
            " of it undone"
        )
    if most >= 0.01:
        held = {name_of(result): sum(result.summary.held.values()) for result, _ in found}
        lasts = max(held, key=lambda name: held[name])
        more = f". {lasts} is likeliest to be in force ({percent(held[lasts])})" if lasts != name_of(best) else ""
        return f"{name_of(best)} is likeliest to be complete {at_end(best)} ({percent(most)}){more}"
    return f"No plan has even a 1% chance of being complete {at_end(best)}. In force, they stall"


def subtitle(comparison: Comparison) -> str:
    """What is shown."""
    return f"What has become of the agreement, {whole_period(comparison.agreement)}. Each date adds up to 100%."


def alt(comparison: Comparison) -> str:
    """Where each plan stands at the end."""
    said: list[str] = []
    for result, late in late_plans(comparison):
        ends = {name: float(values[-1]) for name, values in late.timeline.states.items()}
        parts = [f"{percent(ends[name])} {words.lower()}" for name, words in STATES.items() if ends[name] >= RARE]
        parts += [
            f"{percent(chance)} {cause_name(comparison.agreement, name)}"
            for name, chance in ends.items()
            if name not in STATES and chance >= RARE
        ]
        said.append(f"{name_of(result)}, {at_end(result)}: {', '.join(parts)}.")
    return "What becomes of each plan over time. " + " ".join(said)


TIMELINE = figure(
    "timeline",
    of=Comparison,
    heading="What becomes of it over time",
    reading="Read it upwards at any date. At the bottom is the chance that all is on schedule, then that it is late,"
    " that it waits or part of it was struck, that somebody has taken something back. Above the black line the"
    " agreement has ended, by cause.",
    title=title,
    subtitle=subtitle,
    alt=alt,
    nothing=nothing,
)


@TIMELINE.drawn
def draw(sheet: Sheet, comparison: Comparison) -> None:
    """A panel is called `timeline|plan`; its line `in force` holds the chance of being in force by date."""
    agreement, found = comparison.agreement, late_plans(comparison)
    order = _order(agreement, [result for result, _ in found])
    seen = [n for n in order if any(float(np.max(late.timeline.states.get(n, 0.0))) >= RARE for _, late in found)]
    sheet.legend([(STATES.get(n) or capital(cause_name(agreement, n)), _look(agreement, n)) for n in seen])
    last = _shown(agreement, [late for _, late in found])
    tall = 170 if sheet.narrow else 210
    late_of = {result.plan: late for result, late in found}
    for result, left, top, room in cells(sheet, [result for result, _ in found], tall, years_note):
        axes = sheet.panel(left + 38, top, room - 38, tall, f"timeline|{result.plan}")
        timeline = late_of[result.plan].timeline
        days = [year_of(day) for day in timeline.dates]
        low: Floats = np.zeros(len(days))
        for name in order:
            if name not in timeline.states:
                continue
            high = low + timeline.states[name]
            one = _look(agreement, name)
            axes.fill_between(
                days, low, high, step="post", facecolor=one.face, hatch=one.hatch, edgecolor=one.edge, linewidth=0,
                label=f"{result.plan}|{name}", zorder=1,
            )  # fmt: skip
            low = high
            if name == "suspended":
                axes.step(days, low, where="post", color=INK, linewidth=1.4, label="in force", zorder=3)
        percent_axis(axes)
        year_ticks(axes, year_of(agreement.start), last, room - 38, sheet.narrow)


def _order(agreement: Agreement, results: Sequence[PlanResult]) -> list[str]:
    """All states, from the bottom up."""
    causes = [n for n in outcome_order(agreement, [r.summary for r in results]) if not n.startswith("held:")]
    return [*STATES, *causes]


def _look(agreement: Agreement, name: str) -> Look:
    return stand_look(STANDS[name]) if name in STANDS else look(agreement, name)


def _shown(agreement: Agreement, found: Sequence[LateSummary]) -> float:
    """Where the calendar axis ends: when nothing changes any more by as much as can be seen, a year later."""
    first, end = year_of(agreement.start), max(year_of(late.timeline.dates[-1]) for late in found)
    moves = first
    for late in found:
        states = np.stack(list(late.timeline.states.values()))
        off = np.abs(states - states[:, -1:]).max(axis=0)
        still = np.flatnonzero(off >= 0.02)
        if still.size:
            moves = max(moves, year_of(late.timeline.dates[min(int(still[-1]) + 1, off.size - 1)]))
    last = min(float(int(moves) + 2), end)
    return last if last - first < 0.7 * (end - first) else end
