"""What takes two places of a file to see about levers: what they move is there, and can be moved so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Entry, Exchange, Obligation, Ratification, Renewal, Review
from servanda.agreement.format.levers import (
    AutomaticLever,
    DateLever,
    ExchangeLever,
    FindsLever,
    Lever,
    LooksLever,
    OrderLever,
    ReviewsLever,
    ShareLever,
    SplitLever,
    StallsLever,
    ThenLever,
    lever_kind,
    lever_target,
    part_name,
)
from servanda.agreement.format.values import Place
from servanda.agreement.reading._fitting import FittedFile, value_at
from servanda.agreement.reading._yaml_text import Complaint
from servanda.agreement.reading.consistency._references import enumerated, limits, unknown

Entries = Mapping[str, tuple[Place, Entry]]


class _LeverContext(NamedTuple):
    """A lever under examination, and what is around it."""

    book: FittedFile
    agreement: Agreement
    plan: str
    place: Place
    entries: Entries


def lever_inconsistencies(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """Yield every complaint about the group `levers` that needs two places at once."""
    for plan, levers in agreement.levers.items():
        yield from unknown(book, ("levers", plan), plan, "plan", "plans")
        if plan not in agreement.plans or book.touched(("plans", plan)):
            continue
        entries: Entries = {
            entry.id: (("plans", plan, "entries", index), entry)
            for index, entry in enumerate(agreement.plans[plan].entries)
        }
        taken: dict[tuple[str, ...], Place] = {}
        unit: tuple[str, Place] | None = None
        for index, lever in enumerate(levers):
            place: Place = ("levers", plan, index)
            if book.touched(place):
                continue
            yield from _one(_LeverContext(book, agreement, plan, place, entries), lever)
            yield from _twice(book, place, lever, taken)
            if isinstance(lever, FindsLever) and lever.unit is not None:
                if unit is not None and unit[0] != lever.unit:
                    yield Complaint(
                        book.line((*place, "unit")),
                        f"{book.say((*place, 'unit'))} is '{lever.unit}', but costs are added up, and those of line"
                        f" {book.line(unit[1])} are in '{unit[0]}'. Count both in the same unit",
                    )
                unit = unit or (lever.unit, (*place, "unit"))


def _twice(book: FittedFile, place: Place, lever: Lever, taken: dict[tuple[str, ...], Place]) -> Iterator[Complaint]:
    """See that no two levers move the same thing: an entry's date, for one, is moved by `date` or by `order`."""
    kind = str(lever_kind(lever))
    moved = [(kind, lever_target(lever))]
    if isinstance(lever, ShareLever):
        moved = [("share", lever.share, lever.of)]
    elif isinstance(lever, OrderLever):
        moved = [("date", name) for name in lever.order]
    elif isinstance(lever, ExchangeLever):
        moved = [(how, name) for name in lever.exchange for how in ("exchange", "split", "automatic")]
    for thing in moved:
        if taken.get(thing, place) != place:
            what = f"the date of {thing[1]}" if thing[0] == "date" else thing[1] or f"the {thing[0]} of the plan"
            yield Complaint(
                book.line(place),
                f"{book.say(place)} moves {what}, which the lever on line {book.line(taken[thing])} already moves."
                " Keep one of the two",
            )
        taken.setdefault(thing, place)


def _one(look: _LeverContext, lever: Lever) -> Iterator[Complaint]:
    book, kind = look.book, str(lever_kind(lever))
    here: Place = (*look.place, kind)
    if isinstance(lever, FindsLever):
        yield from unknown(book, here, lever.finds, "measure", "measures")
        return
    if isinstance(lever, LooksLever | StallsLever):
        yield from _told(look, here, kind)
        return
    named = [(here, lever_target(lever))]
    if isinstance(lever, OrderLever | ExchangeLever):
        names = lever.order if isinstance(lever, OrderLever) else lever.exchange
        named = [((*here, index), name) for index, name in enumerate(names)]
    lacking = [*_lacking(look, named)]
    yield from lacking
    if lacking:
        return
    for place, name in named:
        if isinstance(lever, DateLever | OrderLever | SplitLever):
            yield from _undated(look, place, name)
    where, entry = look.entries[named[0][1]]
    if isinstance(lever, ShareLever):
        yield from _share(look, lever, where, entry)
    elif isinstance(lever, DateLever):
        yield from _window(look, lever)
    elif isinstance(lever, AutomaticLever | SplitLever) and not (isinstance(entry, Obligation) and entry.gives):
        exchange = "is an exchange. Name a step of one party" if isinstance(entry, Exchange) else ""
        yield _unfit(look, here, exchange or "gives no stake. Name an entry that gives one")
    elif isinstance(lever, SplitLever):
        yield from _parts(look, lever)
    elif isinstance(lever, ReviewsLever) and not (isinstance(entry, Review) and entry.every is not None):
        yield _unfit(look, here, "is not a repeated review. Name a review with every, from and until")
    elif isinstance(lever, ThenLever) and not isinstance(entry, Ratification):
        yield _unfit(look, here, "is no vote. Name an entry with ratify")
    elif isinstance(lever, ThenLever) and "delay" in lever.among:
        yield from _told(look, here, "delay")
    elif isinstance(lever, ExchangeLever):
        yield from _together(look, lever)


def _told(look: _LeverContext, here: Place, what: str) -> Iterator[Complaint]:
    """See that the plan tells what is late, if the lever varies how."""
    book, line = look.book, look.book.line(("plans", look.plan))
    if look.agreement.plans[look.plan].late is None:
        words = f"Add late: {{looks: [6 months, 2 years]}} to the plan (line {line})"
        if what == "delay":
            words += ", or write among: [breakdown, strike]"
        yield Complaint(
            book.line(here), f"{book.say(here)}: plan {look.plan} does not say that steps may be late. {words}"
        )


def _together(look: _LeverContext, lever: ExchangeLever) -> Iterator[Complaint]:
    """See that the entries can be done at the same time: one exchange, or steps of different parties on one day."""
    here: Place = (*look.place, "exchange")
    _, first = look.entries[lever.exchange[0]]
    if len(lever.exchange) == 1:
        if not isinstance(first, Exchange):
            yield _unfit(look, (*here, 0), "is no exchange. Name an exchange, or two steps of different parties")
            return
        for part in first.exchange[:-1]:
            if (name := part_name(first.id, part.by)) in look.entries:
                words = f"would have a part {name}, but that id is already used. Rename one"
                yield _unfit(look, (*here, 0), words)
        return
    taken: set[str] = set()
    for index, name in enumerate(lever.exchange):
        _, entry = look.entries[name]
        if not (isinstance(entry, Obligation) and entry.gives and len(entry.actors) == 1) or entry.automatic:
            yield _unfit(
                look, (*here, index), "is no step at which one party gives a stake by choice. Name such a step"
            )
        elif entry.date is None or not isinstance(first, Obligation) or entry.date != first.date:
            yield _unfit(look, (*here, index), f"is not on the same date as {first.id}. Give both the same date")
        elif entry.actors[0] in taken:
            yield _unfit(
                look, (*here, index), "is a step of a party that is there already. Name steps of different ones"
            )
        else:
            taken.add(entry.actors[0])


def _lacking(look: _LeverContext, named: list[tuple[Place, str]]) -> Iterator[Complaint]:
    """See that the entries are there, and none named twice."""
    seen: set[str] = set()
    for place, name in named:
        book = look.book
        if name not in look.entries:
            line = book.line(("plans", look.plan, "entries"))
            yield Complaint(
                book.line(place),
                f"{book.say(place)} names entry '{name}', which is not in plan {look.plan}."
                f"{book.suggest(name, look.entries)} Entries (line {line}): {enumerated(look.entries)}. Use one of"
                " these",
            )
        elif name in seen:
            yield Complaint(book.line(place), f"{book.say(place)} names entry {name} a second time. Name it once")
        seen.add(name)


def _undated(look: _LeverContext, place: Place, name: str) -> Iterator[Complaint]:
    entry = look.entries[name][1]
    if isinstance(entry, Renewal):
        yield _unfit(look, place, "is a renewal. Name an entry with a date")
    elif isinstance(entry, Review):
        yield _unfit(look, place, "is a review. Name an entry with a date, or vary this one with reviews")
    elif entry.date is None:
        yield _unfit(
            look, place, "has no date of its own. Name one that has a date, or give this one a date in place of due"
        )


def _window(look: _LeverContext, lever: DateLever) -> Iterator[Complaint]:
    book, first, last = look.book, look.agreement.start, last_day(look.agreement)
    if book.touched(("start",)) or book.touched(("horizon",)):
        return
    for key, day in (("from", lever.least), ("to", lever.most)):
        if not first <= day <= last:
            place = (*look.place, key)
            words = f"{book.say(place)}: {day} is not between the start and the horizon"
            yield Complaint(book.line(place), f"{words}. {limits(book, look.agreement)}")


def _share(look: _LeverContext, lever: ShareLever, where: Place, entry: Entry) -> Iterator[Complaint]:
    """See that the entry gives a share of the stake, in numbers."""
    gives = entry.gives if isinstance(entry, Obligation) else {}
    here: Place = (*look.place, "of")
    if isinstance(gives, dict) and lever.of in gives:
        return
    book = look.book
    if isinstance(gives, tuple) and lever.of in gives:
        words = (
            f"gives all that is left of {lever.of}, and that follows from the shares given before. Write gives:"
            f" {{{lever.of}: 0.5}} there, or vary the share of an earlier entry"
        )
    elif isinstance(entry, Exchange):
        words = "is an exchange, and no lever varies what it gives. Name a step of one party"
    else:
        words = f"gives no share of {lever.of}. It gives: {', '.join(gives) or 'nothing'}"
    line = book.line((*where, "gives"))
    yield Complaint(book.line(here), f"{book.say(here)}: entry {lever.share} (line {line}) {words}")


def _parts(look: _LeverContext, lever: SplitLever) -> Iterator[Complaint]:
    """See that the ids of the parts (rest-1, rest-2) are free."""
    for part in range(1, max(lever.into)):
        name = part_name(lever.split, part)
        if name in look.entries:
            yield _unfit(
                look, (*look.place, "split"), f"would have a part {name}, but that id is already used. Rename one"
            )
            return


def _unfit(look: _LeverContext, here: Place, why: str) -> Complaint:
    name = str(value_at(look.book.data, here))
    line = look.book.line(look.entries[name][0])
    return Complaint(look.book.line(here), f"{look.book.say(here)}: entry {name} (line {line}) {why}")
