"""The days of an agreement: those that stand in it, and those that follow from others ("60 days after adoption")."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import START, Due, Entry, Obligation, Renewal, Review
from servanda.agreement.format.values import DAYS_PER_YEAR, NEVER
from servanda.agreement.plan_names import one_plan
from servanda.english import length as length
from servanda.errors import expect
from servanda.records import Record

TOLERANCE = 1e-9  # of sums of chances and shares, and of days

Why = Literal["undated", "standing", "words", "no limit", "circle", "rests", "unknown"]


@dataclass(frozen=True, repr=False)
class DueDates(Record):
    """When the entries of a plan fall due, as far as its text says.

    Attributes
    ----------
    days : dict[str, datetime.date]
        The day of each entry that has one, by id: its `date`, or the latest day that its `due` allows. A review or
        renewal stands here by its id with its first day, and by the ids of all that it is written out to
        (`review-2-dprk`).
    open : dict[str, str]
        Why each of the other entries has no day. `undated`: it has neither date nor due; `standing`: the same, but it
        is owed all the time; `words`: it waits for an event told in words; `no limit`: it comes after something, with
        no time limit; `circle`: it is counted from itself, by way of others; `rests`: it is counted from an entry
        without a day; `unknown`: from what is no entry of the plan (only in agreements built in Python).
    circles : tuple[tuple[str, ...], ...]
        The entries of each circle, every one counted from the next and the last from the first.
    """

    days: dict[str, date]
    open: dict[str, Why]
    circles: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        return f"<DueDates: {len(self.days)} with a day, {len(self.open)} without>"


def years_between(first: date, second: date) -> float:
    """Years from one date to another: days / 365.25."""
    return (second - first).days / DAYS_PER_YEAR


def add_months(day: date, months: int) -> date:
    """The same day some calendar months later; the last day of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def advance(day: date, interval: int | timedelta, times: int = 1) -> date:
    """The day some intervals later: months (a number) count in the calendar, all else in days."""
    return day + interval * times if isinstance(interval, timedelta) else add_months(day, interval * times)


def interval_in_words(interval: int | timedelta) -> str:
    """Write the time between repeated events: `10 days`, `6 months`, `1 year`."""
    if isinstance(interval, timedelta):
        return f"{interval.days} day{'' if interval.days == 1 else 's'}"
    return length(interval / 12)


def later(day: date, years: float) -> date:
    """The day that is so much later, at most year 9999: whole months count in the calendar, all else in days."""
    months = years * 12
    try:
        if abs(months - round(months)) < TOLERANCE:
            return add_months(day, round(months))
        return day + timedelta(days=round(years * DAYS_PER_YEAR))
    except (OverflowError, ValueError):
        return date.max


def last_day(agreement: Agreement) -> date:
    """Last day on which something can happen: the horizon's, to the day where it is a whole number of months."""
    months = agreement.horizon * 12
    if months == float("inf"):
        return date.max
    day = agreement.start + timedelta(days=int(agreement.horizon * DAYS_PER_YEAR + TOLERANCE))
    return max(day, add_months(agreement.start, round(months))) if abs(months - round(months)) < TOLERANCE else day


def review_dates(review: Review) -> list[date]:
    """All dates of a review, in order; empty if the review is not dated."""
    if review.date is not None:
        return [review.date]
    if review.every is None or review.starts is None or review.until is None:
        return []
    dates: list[date] = []
    while (day := advance(review.starts, review.every, len(dates))) <= review.until:
        dates.append(day)
    return dates


def review_count(review: Review) -> int:
    """How many dates a review has, without writing them out."""
    if review.date is not None:
        return 1
    first, last, every = review.starts, review.until, review.every
    if every is None or first is None or last is None or last < first:
        return 0
    return _steps(first, every, last) + 1


def _steps(first: date, every: int | timedelta, last: date) -> int:
    """How many intervals fit between two days."""
    if isinstance(every, timedelta):
        return (last - first) // every
    times = ((last.year - first.year) * 12 + last.month - first.month) // every
    return times - (advance(first, every, times) > last)


def renewal_dates(agreement: Agreement, renewal: Renewal) -> list[date]:
    """The ends of all terms, in order; of an agreement without an end, where no last day is given, the first."""
    first, last = _terms(agreement, renewal)
    dates: list[date] = []
    while (day := advance(first, renewal.every, len(dates) + 1)) <= last:
        dates.append(day)
    return dates


def renewal_count(agreement: Agreement, renewal: Renewal) -> int:
    """How many terms end, without writing them out."""
    first, last = _terms(agreement, renewal)
    return 0 if last < first else _steps(first, renewal.every, last)


def _terms(agreement: Agreement, renewal: Renewal) -> tuple[date, date]:
    first = renewal.starts or agreement.start
    if renewal.until is None and agreement.horizon == NEVER:
        return first, advance(first, renewal.every)
    return first, renewal.until or last_day(agreement)


def repeated(agreement: Agreement, entry: Entry) -> dict[str, tuple[date, int, str]]:
    """What a review or renewal is written out to: by id (`review-2-dprk`), the day, the number and the party."""
    if isinstance(entry, Review):
        dates, parties = review_dates(entry), entry.review
    elif isinstance(entry, Renewal):
        dates, parties = renewal_dates(agreement, entry), entry.renew
    else:
        return {}
    return {
        f"{entry.id}-{number}-{party}": (day, number, party)
        for number, day in enumerate(dates, start=1)
        for party in dict.fromkeys(parties)
    }


def due_dates(agreement: Agreement, plan: str) -> DueDates:
    """Work out when the entries of a plan fall due.

    Parameters
    ----------
    plan : str
        Name of one of its plans.

    Returns
    -------
    DueDates
        Every entry's id is in `days` or in `open`.
    """
    expect(agreement, Agreement, "due_dates")
    plan = one_plan(agreement, plan)
    days: dict[str, date] = {}
    why: dict[str, Why] = {}
    waiting: dict[str, Due] = {}
    for entry in agreement.plans[plan].entries:
        if isinstance(entry, Review | Renewal):
            written = repeated(agreement, entry)
            for name, (day, _, _) in written.items():
                days.setdefault(entry.id, day)
                days.setdefault(name, day)
            if not written:
                why[entry.id] = "undated"
        elif entry.date is not None:
            days.setdefault(entry.id, entry.date)
        elif entry.due is not None:
            waiting.setdefault(entry.id, entry.due)
        else:
            why[entry.id] = "standing" if isinstance(entry, Obligation) and entry.standing else "undated"
    if START not in waiting and START not in why:
        days.setdefault(START, agreement.start)  # an entry of that name goes first
    circles = _circles({name: due.anchor for name, due in waiting.items() if due.anchor in waiting})
    why |= {name: "circle" for circle in circles for name in circle}
    for name in waiting:
        chain: list[str] = []
        last: str | None = name
        while last is not None and last in waiting and last not in days and last not in why:
            chain.append(last)
            last = waiting[last].anchor
        for each in reversed(chain):
            found = _latest(waiting[each], days, why)
            if isinstance(found, date):
                days[each] = found
            else:
                why[each] = found
    ids = {entry.id for entry in agreement.plans[plan].entries}
    if START not in ids:
        del days[START]
    return DueDates(days, why, circles)


def _latest(due: Due, days: dict[str, date], why: dict[str, Why]) -> date | Why:
    if due.anchor is None:
        return "words"
    if due.after is not None and due.within is None:
        return "no limit"
    if due.anchor not in days:
        return "rests" if due.anchor in why else "unknown"
    day = days[due.anchor]
    if due.before is not None:
        return day - timedelta(days=1)
    return later(day, due.within or 0.0)


def _circles(ahead: dict[str, str | None]) -> tuple[tuple[str, ...], ...]:
    """Find the circles of a map in which everything points to at most one other thing."""
    circles: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for name in ahead:
        way: list[str] = []
        at: str | None = name
        while at is not None and at not in seen:
            seen.add(at)
            way.append(at)
            at = ahead.get(at)
        if at in way:
            circles.append(tuple(way[way.index(at) :]))
    return tuple(circles)
