"""A plan as a calendar: every entry dated, repeated reviews written out, "all that is left" turned into shares.

Both readings of an agreement, the fast game and the explicit tree, start from here.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Literal

from servanda.agreement import DAYS_PER_YEAR, Agreement, Number, Obligation, Ratification, Review, Turnover

Kind = Literal["obligation", "automatic", "review", "ratification", "turnover"]


@dataclass(frozen=True)
class Step:
    """One dated entry of a plan.

    Attributes
    ----------
    id : str
        The entry's id; a review's is `review-1-dprk`: id, number, party.
    kind : {'obligation', 'automatic', 'review', 'ratification', 'turnover'}
    date : datetime.date
    years : float
        From the agreement's start.
    party : str
        Who acts, ratifies, or changes government.
    gives : dict[str, Number]
        Share of each stake given here ("all that is left" already worked out from the likely shares).
    rest : frozenset[str]
        The stakes of `gives` of which all that is left is given.
    conceals : tuple[str, ...]
        The concealable stakes of an obligation; empty means that concealing is no choice here.
    chance : Number or None
        Ratification: that it passes. Turnover: that a new government comes.
    types : dict[str, Number]
        Turnover: the new government's types.
    place : int
        Index of the entry in the file's list.
    title : str
        A readable label.
    """

    id: str
    kind: Kind
    date: date
    years: float
    party: str
    gives: dict[str, Number]
    rest: frozenset[str]
    conceals: tuple[str, ...]
    chance: Number | None
    types: dict[str, Number]
    place: int
    title: str


def years_between(first: date, second: date) -> float:
    """Years from one date to another: days / 365.25."""
    return (second - first).days / DAYS_PER_YEAR


def add_months(day: date, months: int) -> date:
    """The same day some calendar months later; the last day of the month where that day does not exist."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def review_dates(review: Review) -> list[date]:
    """All dates of a review, in order; empty if the review is not dated."""
    if review.date is not None:
        return [review.date]
    if review.every is None or review.starts is None or review.until is None:
        return []
    dates: list[date] = []
    while (day := add_months(review.starts, review.every * len(dates))) <= review.until:
        dates.append(day)
    return dates


def schedule(agreement: Agreement, plan: str) -> tuple[Step, ...]:
    """Write a plan out as dated steps, in the order in which they are played.

    Parameters
    ----------
    agreement : Agreement
    plan : str
        Name of one of its plans.

    Returns
    -------
    tuple[Step, ...]
        Sorted by date; on the same date by place in the file, and within a review by its order of parties.

    Raises
    ------
    KeyError
        If there is no such plan.
    """
    dated: list[tuple[date, int, int, object, str, int]] = []
    for place, entry in enumerate(agreement.plans[plan].entries):
        if isinstance(entry, Review):
            for number, day in enumerate(review_dates(entry), start=1):
                for order, party in enumerate(entry.review):
                    dated.append((day, place, order, entry, party, number))
        else:
            dated.append((entry.date, place, 0, entry, _party(entry), 0))
    dated.sort(key=lambda row: row[:3])

    left: dict[str, float] = {}
    steps: list[Step] = []
    for day, place, _, entry, party, number in dated:
        assert isinstance(entry, Obligation | Ratification | Turnover | Review)
        kind: Kind = "review"
        gives: dict[str, Number] = {}
        rest: frozenset[str] = frozenset()
        chance: Number | None = None
        types: dict[str, Number] = {}
        identity, title = entry.id, entry.title or entry.id.replace("-", " ")
        if isinstance(entry, Obligation):
            kind = "automatic" if entry.automatic else "obligation"
            if isinstance(entry.gives, list):
                rest = frozenset(entry.gives)
                gives = {stake: Number(likely=left.get(stake, 1.0)) for stake in entry.gives}
            else:
                gives = dict(entry.gives)
            for stake, share in gives.items():
                left[stake] = 0.0 if stake in rest else left.get(stake, 1.0) - share.likely
        elif isinstance(entry, Ratification):
            kind, chance = "ratification", entry.passes
        elif isinstance(entry, Turnover):
            kind, chance, types = "turnover", entry.chance, dict(entry.types)
        else:
            identity, title = f"{entry.id}-{number}-{party}", f"{title} {number}" if entry.every else title
        conceals = tuple(s for s in gives if agreement.stakes[s].concealable) if kind == "obligation" else ()
        steps.append(
            Step(
                id=identity,
                kind=kind,
                date=day,
                years=years_between(agreement.start, day),
                party=party,
                gives=gives,
                rest=rest,
                conceals=conceals,
                chance=chance,
                types=types,
                place=place,
                title=title,
            )
        )
    return tuple(steps)


def _party(entry: Obligation | Ratification | Turnover) -> str:
    if isinstance(entry, Obligation):
        return entry.by
    return entry.ratify if isinstance(entry, Ratification) else entry.turnover
