"""A plan as a calendar: what is played, dated; repeated reviews written out, "all that is left" turned into shares.

Both readings of an agreement, the fast game and the explicit tree, start from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from servanda.agreement.dates import TOLERANCE, last_day, repeated, years_between
from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.format.entries import (
    Entry,
    Exchange,
    ExchangePart,
    Obligation,
    Ratification,
    Renewal,
    Review,
    Turnover,
    entry_kind,
    gifts,
)
from servanda.agreement.format.values import Number
from servanda.agreement.plan_names import one_plan
from servanda.agreement.playability import playable_days, plays
from servanda.agreement.writing.whole import insist_on_sound
from servanda.errors import expect
from servanda.records import Record

ONLY = "only"  # the one type of a party that declares none

Kind = Literal["obligation", "automatic", "exchange", "review", "ratification", "turnover", "renewal"]
Then = Literal["breakdown", "delay", "strike"]


@dataclass(frozen=True)
class Mover(Record):
    """One of those who act at the same time in an exchange.

    Attributes
    ----------
    party : str
    gives : dict[str, Number]
        Its share of each stake given here.
    rest : frozenset[str]
        The stakes of `gives` of which all that is left is given.
    conceals : tuple[str, ...]
        The concealable stakes that it gives.
    """

    party: str
    gives: dict[str, Number]
    rest: frozenset[str]
    conceals: tuple[str, ...]


@dataclass(frozen=True)
class Step(Record):
    """One dated entry of a plan.

    Attributes
    ----------
    id : str
        The entry's id; a review's or renewal's is `review-1-dprk`: id, number, party.
    kind : {'obligation', 'automatic', 'exchange', 'review', 'ratification', 'turnover', 'renewal'}
    date : datetime.date
    years : float
        From the agreement's start; at most the horizon (the same day twelve years on may be 12.0007 years of 365.25
        days).
    party : str
        Who acts, ratifies, or changes government; of an exchange, the first of those who act.
    gives : dict[str, Number]
        Share of each stake given here ("all that is left" already worked out from the likely shares); in an exchange,
        by all of them together.
    rest : frozenset[str]
        The stakes of `gives` of which all that is left is given.
    conceals : tuple[str, ...]
        The concealable stakes of an obligation or exchange; empty means that concealing is no choice here.
    chance : Number or None
        Ratification: that it passes. Turnover: that a new government comes.
    types : dict[str, Number]
        Turnover: the new government's types.
    place : int
        Index of the entry in the file's list.
    title : str
        A readable label.
    needs : tuple[str, ...]
        Ids of the entries that must come first.
    then : {'breakdown', 'delay', 'strike'}
        Ratification: what a failed vote means.
    may_suspend : bool
        Review: whether a party may take back here what it can.
    may_wait : bool
        Obligation, exchange: whether a stall that begins here is told; False: holding back freezes the plan.
    movers : tuple[Mover, ...]
        Exchange: those who act at the same time, in the file's order.
    entry : str
        Id of the entry in the file: of `review-1-dprk`, `review`.
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
    needs: tuple[str, ...] = ()
    then: Then = "breakdown"
    may_suspend: bool = False
    may_wait: bool = True
    movers: tuple[Mover, ...] = ()
    entry: str = ""


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
    dated: list[tuple[date, int, int, Entry, str, int]] = []
    for place, entry in enumerate(agreement.plans[plan].entries):
        if isinstance(entry, Review | Renewal):
            for order, (day, number, party) in enumerate(repeated(agreement, entry).values()):
                dated.append((day, place, order, entry, party, number))
        elif plays(entry):
            dated.append((entry.date or days[entry.id], place, 0, entry, _party(entry), 0))
    dated.sort(key=lambda row: row[:3])

    left: dict[str, float] = {}
    steps: list[Step] = []
    seen: set[str] = set()
    for day, place, _, entry, party, number in dated:
        kind: Kind = cast("Kind", entry_kind(entry))
        chance: Number | None = None
        types: dict[str, Number] = {}
        identity, title = entry.id, entry.title or entry.id.replace("-", " ")
        if isinstance(entry, Obligation) and entry.automatic:
            kind = "automatic"
        elif isinstance(entry, Ratification):
            chance = entry.passes
        elif isinstance(entry, Turnover):
            chance, types = entry.chance, dict(entry.types)
        elif isinstance(entry, Review | Renewal):
            again = isinstance(entry, Renewal) or entry.every
            identity, title = f"{entry.id}-{number}-{party}", f"{title} {number}" if again else title
        movers = tuple(_mover(agreement, plan, entry.id, gift, left) for gift in gifts(entry))
        if agreement.origin is None:
            for mover in movers or (party,):
                who = mover if isinstance(mover, str) else mover.party
                _insist_on_place(agreement, plan, identity, day, who, types)
            if identity in seen:
                raise AgreementError(
                    [f"plans.{plan}.entries: the id {identity} appears twice. Give one of the two another id"]
                )
        seen.add(identity)
        gives = {stake: share for mover in movers for stake, share in mover.gives.items()}
        steps.append(
            Step(
                id=identity,
                kind=kind,
                date=day,
                years=min(years_between(agreement.start, day), agreement.horizon),
                party=party,
                gives=gives,
                rest=frozenset(stake for mover in movers for stake in mover.rest),
                conceals=() if kind == "automatic" else tuple(stake for mover in movers for stake in mover.conceals),
                chance=chance,
                types=types,
                place=place,
                title=title,
                needs=entry.needs,
                then=entry.then if isinstance(entry, Ratification) else "breakdown",
                may_suspend=isinstance(entry, Review) and entry.may_suspend,
                may_wait=not isinstance(entry, Obligation | Exchange) or entry.late,
                movers=movers if kind == "exchange" else (),
                entry=entry.id,
            )
        )
    if agreement.origin is None:
        insist_on_sound(agreement)
    return tuple(steps)


def _mover(
    agreement: Agreement, plan: str, name: str, gift: Obligation | ExchangePart, left: dict[str, float]
) -> Mover:
    """Work out what one party gives, of what is left of each stake."""
    rest: frozenset[str] = frozenset()
    if isinstance(gift.gives, tuple):
        rest = frozenset(gift.gives)
        gives = {stake: Number(likely=left.get(stake, 1.0)) for stake in gift.gives}
    else:
        gives = dict(gift.gives)
    party = gift.actors[0]
    if agreement.origin is None:
        _insist_on_gifts(agreement, f"plans.{plan}.entries ({name}).gives", party, gives, left)
    for stake, share in gives.items():
        left[stake] = 0.0 if stake in rest else left.get(stake, 1.0) - share.likely
    return Mover(party, gives, rest, tuple(stake for stake in gives if agreement.stakes[stake].concealable))


def _party(entry: Entry) -> str:
    if found := gifts(entry):
        return found[0].actors[0]
    return entry.turnover if isinstance(entry, Turnover) else cast("Ratification", entry).ratify


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
    agreement: Agreement, place: str, party: str, gives: Mapping[str, Number], left: Mapping[str, float]
) -> None:
    for stake, share in gives.items():
        if stake not in agreement.stakes:
            raise AgreementError([f"{place} names stake '{stake}'. Stakes: {', '.join(agreement.stakes)}"])
        holder, rest = agreement.stakes[stake].holder, left.get(stake, 1.0)
        if holder != party:
            raise AgreementError([f"{place} gives {stake}, but {holder} holds it, not {party}"])
        if rest <= TOLERANCE or share.likely > rest + TOLERANCE:
            raise AgreementError([f"{place} gives {share.likely:g} of {stake}, but only {max(rest, 0.0):g} is left"])
