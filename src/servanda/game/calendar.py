"""A plan as a calendar: what is played, dated; repeated reviews written out, "all that is left" turned into shares.

Both readings of an agreement, the fast game and the explicit tree, start from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from servanda.agreement.dates import TOLERANCE, last_day, review_dates, years_between
from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.format.entries import Obligation, Ratification, Review, Turnover
from servanda.agreement.format.values import Number
from servanda.agreement.plan_names import one_plan
from servanda.agreement.playability import playable_days, plays
from servanda.agreement.writing.whole import insist_on_sound
from servanda.errors import expect
from servanda.records import Record

ONLY = "only"  # the one type of a party that declares none

Kind = Literal["obligation", "automatic", "review", "ratification", "turnover"]


@dataclass(frozen=True)
class Step(Record):
    """One dated entry of a plan.

    Attributes
    ----------
    id : str
        The entry's id; a review's is `review-1-dprk`: id, number, party.
    kind : {'obligation', 'automatic', 'review', 'ratification', 'turnover'}
    date : datetime.date
    years : float
        From the agreement's start; at most the horizon (the same day twelve years on may be 12.0007 years of 365.25
        days).
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


def unplayed(agreement: Agreement, plan: str) -> tuple[str, ...]:
    """Ids of the duties of a plan that move no stake, and so are no part of the game."""
    return tuple(entry.id for entry in agreement.plans[plan].entries if not plays(entry))


def calendar_of(agreement: Agreement, plan: str) -> tuple[Step, ...]:
    """Write a plan out as dated steps, in the order in which they are played.

    Parameters
    ----------
    plan : str
        Name of one of its plans.

    Returns
    -------
    tuple[Step, ...]
        Sorted by date; on the same date by place in the file, and within a review by its order of parties. Duties that
        move no stake are left out.

    Raises
    ------
    NoSuchName
        If there is no such plan.
    AgreementError
        If the plan lacks what play needs: numbers, days, a party for every stake that is given. If an agreement that
        was built in Python, and not read from a file, contradicts itself.
    """
    expect(agreement, Agreement, "calendar_of")
    plan = one_plan(agreement, plan)
    if agreement.origin is None:
        _insist_on_names(agreement)
        _insist_on_types(agreement)
    days = playable_days(agreement, plan)
    dated: list[tuple[date, int, int, object, str, int]] = []
    for place, entry in enumerate(agreement.plans[plan].entries):
        if isinstance(entry, Review):
            for number, day in enumerate(review_dates(entry), start=1):
                for order, party in enumerate(entry.review):
                    dated.append((day, place, order, entry, party, number))
        elif plays(entry):
            dated.append((entry.date or days[entry.id], place, 0, entry, _party(entry), 0))
    dated.sort(key=lambda row: row[:3])

    left: dict[str, float] = {}
    steps: list[Step] = []
    seen: set[str] = set()
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
            if isinstance(entry.gives, tuple):
                rest = frozenset(entry.gives)
                gives = {stake: Number(likely=left.get(stake, 1.0)) for stake in entry.gives}
            else:
                gives = dict(entry.gives)
            if agreement.origin is None:
                _insist_on_gifts(agreement, plan, entry, gives, left)
            for stake, share in gives.items():
                left[stake] = 0.0 if stake in rest else left.get(stake, 1.0) - share.likely
        elif isinstance(entry, Ratification):
            kind, chance = "ratification", entry.passes
        elif isinstance(entry, Turnover):
            kind, chance, types = "turnover", entry.chance, dict(entry.types)
        else:
            identity, title = f"{entry.id}-{number}-{party}", f"{title} {number}" if entry.every else title
        if agreement.origin is None:
            _insist_on_place(agreement, plan, identity, day, party, types)
        conceals = tuple(s for s in gives if agreement.stakes[s].concealable) if kind == "obligation" else ()
        if agreement.origin is None and identity in seen:
            raise AgreementError(
                [f"plans.{plan}.entries: the id {identity} appears twice. Give one of the two another id"]
            )
        seen.add(identity)
        steps.append(
            Step(
                id=identity,
                kind=kind,
                date=day,
                years=min(years_between(agreement.start, day), agreement.horizon),
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
    if agreement.origin is None:
        insist_on_sound(agreement)
    return tuple(steps)


def _party(entry: Obligation | Ratification | Turnover) -> str:
    if isinstance(entry, Obligation):
        return entry.actors[0]
    return entry.ratify if isinstance(entry, Ratification) else entry.turnover


# What the reader of files looks at with line numbers (`reading/consistency/`), for agreements built in Python.


def _insist_on_names(agreement: Agreement) -> None:
    def known(place: str, names: Iterable[str], among: Iterable[str], what: str) -> None:
        for name in names:
            if name not in among:
                raise AgreementError([f"{place} names {what} '{name}', which is not in the agreement"])

    for key, party in agreement.parties.items():
        for name, kind in party.types.items():
            known(f"parties.{key}.types.{name}.worth", kind.worth, agreement.stakes, "stake")
    for key, stake in agreement.stakes.items():
        known(f"stakes.{key}", [stake.holder, *stake.worth], agreement.parties, "party")
    for key, measure in agreement.measures.items():
        known(f"measures.{key}.covers", measure.covers, agreement.stakes, "stake")


def _insist_on_types(agreement: Agreement) -> None:
    for name, party in agreement.parties.items():
        if party.types:
            _insist_on_sum(f"parties.{name}.types", {key: kind.chance for key, kind in party.types.items()})


def _insist_on_sum(place: str, chances: Mapping[str, Number]) -> None:
    total = sum(chance.likely for chance in chances.values())
    if abs(total - 1.0) > TOLERANCE:
        raise AgreementError([f"{place}: the chances add up to {total:g}. They must add up to 1"])


def _insist_on_place(
    agreement: Agreement, plan: str, identity: str, day: date, party: str, types: Mapping[str, Number]
) -> None:
    place = f"plans.{plan}.entries ({identity})"
    if party not in agreement.parties:
        raise AgreementError([f"{place} names party '{party}'. Parties: {', '.join(agreement.parties)}"])
    first, last = agreement.start, last_day(agreement)
    if not first <= day <= last:
        raise AgreementError([f"{place}: {day} is not between the start, {first}, and the horizon, {last}"])
    if types:
        _insist_on_sum(f"{place}.types", types)
        declared = tuple(agreement.parties[party].types) or (ONLY,)
        for kind in types:
            if kind not in declared:
                raise AgreementError([f"{place}.types names '{kind}'. Types of {party}: {', '.join(declared)}"])


def _insist_on_gifts(
    agreement: Agreement, plan: str, entry: Obligation, gives: Mapping[str, Number], left: Mapping[str, float]
) -> None:
    place = f"plans.{plan}.entries ({entry.id}).gives"
    for stake, share in gives.items():
        if stake not in agreement.stakes:
            raise AgreementError([f"{place} names stake '{stake}'. Stakes: {', '.join(agreement.stakes)}"])
        holder, rest = agreement.stakes[stake].holder, left.get(stake, 1.0)
        if holder not in entry.actors:
            raise AgreementError([f"{place} gives {stake}, but {holder} holds it, not {entry.actors[0]}"])
        if rest <= TOLERANCE or share.likely > rest + TOLERANCE:
            raise AgreementError([f"{place} gives {share.likely:g} of {stake}, but only {max(rest, 0.0):g} is left"])
