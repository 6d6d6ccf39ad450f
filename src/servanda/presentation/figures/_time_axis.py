# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Axes over the years of an agreement, and panels that share them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from servanda.agreement.dates import add_months
from servanda.agreement.format.values import DAYS_PER_YEAR
from servanda.assessment.comparison import PlanResult, expected_years
from servanda.english import MONTHS, day_label, time, time_unit
from servanda.presentation.figures._palette import GREY
from servanda.presentation.figures._plan_words import name_of
from servanda.presentation.figures._sheet import Sheet, wrap

if TYPE_CHECKING:
    from matplotlib.axes import Axes


SHORT = 3.0  # years, on an axis of which months are told


def year_of(day: date) -> float:
    """A date as a number on a calendar axis."""
    first, following = date(day.year, 1, 1).toordinal(), date(day.year + 1, 1, 1).toordinal()
    return day.year + (day.toordinal() - first) / (following - first)


def year_ticks(axes: Axes, first: float, last: float, width: float, narrow: bool) -> None:
    """Put whole years on a calendar axis, as many as can be read; months, or days, where there are few years."""
    axes.set_xlim(first, last)
    if last - first < SHORT:
        _day_ticks(axes, first, last, width)
        return
    span = last - first
    steps = (1, 2, 3, 5, 10, 20, 50, 100, 200, 500)
    step = next((s for s in steps if s / span * width >= (44 if narrow else 46)), 1000)
    years = [y for y in range(int(first), int(last) + 2) if first - 1e-9 <= y <= last + 1e-9 and y % step == 0]
    if years:
        axes.set_xticks(years, [str(y) for y in years])
    else:  # a panel too narrow for its years says when it begins
        axes.set_xticks([first], [str(int(first + 1e-9))])


def _day_ticks(axes: Axes, first: float, last: float, width: float) -> None:
    """Put the first days of months on a calendar axis, or days; as many as can be read."""
    start, span = _day_of(first), last - first
    for step in (1, 2, 3, 6, 12):  # months
        if width * step / 12 / span >= 84 and step / 12 <= span / 2:
            months = (add_months(date(start.year, 1, 1), step * i) for i in range(60 // step))
            days = [day for day in months if first - 1e-9 <= year_of(day) <= last + 1e-9]
            _label_days(axes, days, [f"{MONTHS[day.month - 1][:3]} {day.year}" for day in days])
            return
    for step in (1, 2, 5, 10, 15, 30, 60):  # days
        if width * step / DAYS_PER_YEAR / span >= 112:
            days = [start + timedelta(days=step * i) for i in range(int(span * DAYS_PER_YEAR / step) + 1)]
            _label_days(axes, days, [day_label(day) for day in days])
            return
    years = [date(year, 1, 1) for year in range(start.year, start.year + 5)]
    years = [day for day in years if first - 1e-9 <= year_of(day) <= last + 1e-9]
    if len(years) > 1 and width / span >= 44:
        _label_days(axes, years, [str(day.year) for day in years])
    else:  # a panel too narrow for two labels says when it begins
        _label_days(axes, [start], [day_label(start)])


def _label_days(axes: Axes, days: Sequence[date], labels: Sequence[str]) -> None:
    """Write dates below an axis; those at its ends stay within it."""
    places = [year_of(day) for day in days]
    axes.set_xticks(places, labels)
    first, last = axes.get_xlim()
    for place, text in zip(places, axes.get_xticklabels(), strict=True):
        share = (place - first) / (last - first)
        text.set_horizontalalignment("left" if share < 0.02 else "right" if share > 0.98 else "center")


def _day_of(at: float) -> date:
    """The date of a number on a calendar axis."""
    year = int(at + 1e-9)
    first, following = date(year, 1, 1), date(year + 1, 1, 1)
    return first + timedelta(days=round((at - year) * (following - first).days))


def course(result: PlanResult) -> tuple[list[float], list[float], list[float]]:
    points = result.summary.standing
    return [year_of(p.date) for p in points], [p.in_force for p in points], [p.clean for p in points]


def cells(
    sheet: Sheet, plans: Sequence[PlanResult], tall: float, note: Callable[[PlanResult], str]
) -> list[tuple[PlanResult, float, float, float]]:
    """Lay panels out, two side by side where there is room, each under its plan's title; (result, left, top, room)."""
    columns = 1 if sheet.narrow or len(plans) == 1 else 2
    gap = 34.0
    room = (sheet.width - gap * (columns - 1)) / columns
    placed: list[tuple[PlanResult, float, float, float]] = []
    for i in range(0, len(plans), columns):
        row = plans[i : i + columns]
        titles = [wrap(name_of(r), sheet.base + 1, room, True) for r in row]
        deep = max(len(t) for t in titles)
        for j, result in enumerate(row):
            left = j * (room + gap)
            after = sheet.lines(left, sheet.y + 18, titles[j], sheet.base + 1, bold=True)
            sheet.text(left, after, note(result), sheet.small, color=GREY)
            placed.append((result, left, sheet.y + deep * 18 + 34, room - 18))
        sheet.y += deep * 18 + 34 + tall + 34
    return placed


def years_note(result: PlanResult) -> str:
    return f"In force {average(result)}"


def average(result: PlanResult) -> str:
    """How long a plan is in force: `4.3 years on average`."""
    return f"{time(expected_years(result), time_unit(result.game.agreement.horizon))} on average"


def percent_axis(axes: Axes) -> None:
    axes.set_ylim(0, 1.0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "", "50%", "", "100%"])


def level_at(px: Sequence[float], force: Sequence[float], at: float) -> float:
    """The height of a falling staircase at a place."""
    return min((f for d, f in zip(px, force, strict=True) if d <= at), default=1.0)
