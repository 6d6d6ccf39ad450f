# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of survival: the chance that the agreement is in force, over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from servanda.agreement.dates import last_day
from servanda.assessment.comparison import Comparison, PlanResult, expected_years
from servanda.english import in_unit, on, percent, short, time_of, time_unit
from servanda.presentation.figures._palette import CHANCE, HELD, INK, Look, look, tint
from servanda.presentation.figures._plan_words import RARE, at_end, drops, name_of, whole_period
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.figures._time_axis import (
    average,
    cells,
    course,
    level_at,
    percent_axis,
    year_of,
    year_ticks,
    years_note,
)
from servanda.presentation.figures.gallery import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def title(comparison: Comparison) -> str:
    """The finding of the figure of survival."""
    longest = max(comparison.plans, key=expected_years)
    horizon = comparison.agreement.horizon
    years = time_of(expected_years(longest), horizon)
    if len(comparison.plans) == 1:
        return f"In force for {years} on average"
    tied = [r for r in comparison.plans if _as_long(r, longest)]
    if len(tied) == 1:
        return f"{name_of(longest)} lasts longest: {years} on average"
    if len(tied) == len(comparison.plans) > 2:
        return f"The {len(tied)} plans last about equally long: {years} on average"
    names = ", ".join(name_of(r) for r in tied[:-1]) + f" and {name_of(tied[-1])}"
    how = "" if len(tied) == len(comparison.plans) else "longest, "
    return f"{names} last {how}about equally long: {years} on average"


def _as_long(result: PlanResult, longest: PlanResult) -> bool:
    """Whether one decimal does not tell how much longer another plan lasts."""
    unit = time_unit(result.game.agreement.horizon)
    return in_unit(expected_years(longest) - expected_years(result), unit) < 0.05


def half_life(result: PlanResult) -> str:
    """When the chance of being in force falls below one half, in words."""
    for point in result.summary.standing:
        if point.in_force < 0.5:
            when = on(point.date, result.game.agreement.horizon)
            return f"below one half from {when.partition(' ')[2]}"
    return f"above one half until {at_end(result).partition(' ')[2]}"


def alt(comparison: Comparison) -> str:
    """When each plan's chance falls below one half, how long it lasts, where it stands at the end."""
    rows = [
        f"{name_of(r)}: {half_life(r)}, {average(r)}, {percent(r.summary.standing[-1].in_force)} in force at the end."
        for r in comparison.plans
    ]
    return "Chance of being in force over time. " + " ".join(rows)


def subtitle(comparison: Comparison) -> str:
    """What is shown, and where the calendar axis ends."""
    last, end = _shown(comparison), at_end(comparison.plans[0]).partition(" ")[2]
    cut = "" if last is None else f" Shown to {last}: from then to {end} no plan has even a 1% chance."
    return f"Chance that the agreement is in force, {whole_period(comparison.agreement)}.{cut}"


SURVIVAL = figure(
    "survival",
    of=Comparison,
    heading="How long it stays in force",
    reading="The line falls at every date at which the agreement may break. The steepest falls carry the name of their"
    " entry and the main cause. Hatched: in force, but somebody is concealing something.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@SURVIVAL.drawn
def draw(sheet: Sheet, comparison: Comparison) -> None:
    """A panel is called `survival|plan`; its line `in force` and its line `clean` hold the chances by date."""
    agreement = comparison.agreement
    last = _shown(comparison)
    dirty = any(p.concealed >= 0.005 for r in comparison.plans for p in r.summary.standing)
    clean, hidden = Look(tint(HELD, 0.25)), look(agreement, "held:concealed")
    sheet.legend(
        [("In force, nothing concealed", clean)]
        + ([("In force, something concealed", hidden)] if dirty else [])
        + ([("The other plans", (CHANCE, "-", ""))] if len(comparison.plans) > 1 else [])
    )
    tall = 150 if sheet.narrow else 190
    for result, left, top, room in cells(sheet, comparison.plans, tall, years_note):
        axes = sheet.panel(left + 38, top, room - 38, tall, f"survival|{result.plan}")
        for other in comparison.plans:
            if other is not result:
                axes.step(*course(other)[:2], where="post", color=CHANCE, linewidth=0.9, zorder=2)
        days, force, spotless = course(result)
        axes.fill_between(days, spotless, step="post", facecolor=clean.face, linewidth=0, zorder=1)
        if dirty:
            axes.fill_between(
                days, spotless, force, step="post", facecolor=hidden.face, hatch=hidden.hatch, edgecolor=HELD,
                linewidth=0,
            )  # fmt: skip
            axes.step(
                days, spotless, where="post", color=INK, linewidth=1, linestyle=(0, (4, 2)), label="clean", zorder=3
            )
        axes.step(days, force, where="post", color=INK, linewidth=1.8, label="in force", zorder=4)
        percent_axis(axes)
        year_ticks(axes, year_of(agreement.start), last or days[-1], room - 38, sheet.narrow)
        _name_drops(axes, result, room - 38, tall, sheet)


def _shown(comparison: Comparison) -> int | None:
    """The year at which to end the calendar axis, where nearly nothing is left of any plan for the rest of the time."""
    first, end = year_of(comparison.agreement.start), year_of(last_day(comparison.agreement))
    alive = [year_of(p.date) for r in comparison.plans for p in r.summary.standing if p.in_force >= RARE]
    # A chance holds until the next date at which anything happens.
    later = [[year_of(p.date) for p in r.summary.standing if year_of(p.date) > max(alive)] for r in comparison.plans]
    last = int(max([max(alive), *(min(days) for days in later if days)])) + 1
    return last if last - first < 0.6 * (end - first) else None


def _name_drops(axes: Axes, result: PlanResult, room: float, tall: float, sheet: Sheet) -> None:
    """Name the entries where most is lost, and why, beside the fall: above a line that only falls there is room."""
    big = sorted((x for x in drops(result) if x[1] >= 0.05), key=lambda x: -x[1])[:3]
    first, last = axes.get_xlim()
    days, force, _ = course(result)
    px = [(d - first) / (last - first) * room for d in days]
    placed: list[tuple[float, float, list[str]]] = []
    tries = [(n, least) for n in range(len(big), 0, -1) for least in (0, 1)]
    for n, least in tries:  # in fewer words, or without the smallest falls, which the calendar names
        falls = [
            ((year_of(day) - first) / (last - first) * room, lost, [f"−{short(lost)} {one}" for one in said[least:]])
            for day, lost, said in sorted(big[:n], key=lambda x: x[0], reverse=True)
        ]
        found = _beside(falls, px, force, room, tall, sheet.small)
        if len(found) == n:
            placed = found
            break
        placed = max(placed, found, key=len)
    for left, y, rows in placed:
        for k, row in enumerate(rows):
            axes.text(
                left / room, (y + (len(rows) - 1 - k) * sheet.small * 1.25 + 3) / tall, row, fontsize=sheet.small,
                label="drop", transform=axes.transAxes, va="baseline", parse_math=False, zorder=6,
                bbox={"facecolor": "white", "alpha": 0.9, "pad": 0.6, "linewidth": 0},
            )  # fmt: skip


def _beside(
    falls: Sequence[tuple[float, float, list[str]]],
    px: Sequence[float],
    force: Sequence[float],
    room: float,
    tall: float,
    size: float,
) -> list[tuple[float, float, list[str]]]:
    """Find places for words beside falls, for each the first that fit: (left, bottom, lines)."""
    placed: list[tuple[float, float, list[str]]] = []
    taken: list[tuple[float, float, float, float]] = []
    for x, lost, choices in falls:
        for said in choices:
            rows = wrap(said, size, max(room - x - 8, 110.0))
            wide, high = max(text_width(row, size) for row in rows), len(rows) * size * 1.25
            left = min(x + 7, room - wide)
            after = level_at(px, force, x + 0.01)
            y = max((after + lost / 2) * tall - high / 2, after * tall + 3, 3.0)  # beside the fall
            if left < x:  # no room to its right: above the line
                y = max(y, level_at(px, force, left) * tall + 4)
            for l0, l1, y0, y1 in sorted(taken, key=lambda t: t[2]):
                if left < l1 and l0 < left + wide and y < y1 and y0 < y + high:
                    y = y1 + 2
            if y + high <= tall * 1.06 and (len(rows) <= 3 or said == choices[-1]):
                placed.append((left, y, rows))
                taken.append((left, left + wide, y, y + high))
                break
    return placed
