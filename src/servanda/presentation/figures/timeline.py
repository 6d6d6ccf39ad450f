# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of what becomes of a plan over time: on schedule, late, stalled, suspended, broken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name
from servanda.arrays import Floats
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.assessment.lateness import LateSummary, Timeline
from servanda.assessment.summary import outcome_order
from servanda.english import capital, listed, month, percent
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
    """The finding of the figure: until when each plan is more likely than not on schedule, and in force."""
    found = late_plans(comparison)
    if len(found) == 1:
        (result, late) = found[0]
        schedule, force = _likely_until(late.timeline, ["on_schedule"]), _likely_until(late.timeline, list(STATES))
        last = " until the end" if force is None else f" until {month(force)}"
        if schedule is None:
            return f"{name_of(result)} is more likely than not on schedule{last}"
        return f"More likely than not on schedule until {month(schedule)}, and in force{last}"
    return _first_off(found)


def _first_off(found: Sequence[tuple[PlanResult, LateSummary]]) -> str:
    """Which plan stays on schedule longest, of several."""
    until = {name_of(result): _likely_until(late.timeline, ["on_schedule"]) for result, late in found}
    always = [name for name, day in until.items() if day is None]
    if always:
        return f"{listed(always)} {'is' if len(always) == 1 else 'are'} more likely than not on schedule until the end"
    latest = max(day for day in until.values() if day is not None)
    first = [name for name, day in until.items() if day == latest]
    if len(first) == len(until):
        return f"From {month(latest)} on, no plan is more likely than not on schedule"
    stays = "stays" if len(first) == 1 else "stay"
    return f"{listed(first)} {stays} on schedule longest: more likely than not until {month(latest)}"


def _likely_until(timeline: Timeline, names: Sequence[str]) -> date | None:
    """The first date from which some states together are not more likely than not; None if they always are."""
    together = np.sum([timeline.states[name] for name in names], axis=0)
    below = np.flatnonzero(together <= 0.5)
    return timeline.dates[int(below[0])] if below.size else None


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
