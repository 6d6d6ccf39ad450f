"""What takes two places of a file to see: names that name nothing, chances that do not add up, shares, dates.

Every check yields complaints and goes on; nothing is said twice about what `servanda._shape` complained about already.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import cast

from pydantic import BaseModel

from servanda._shape import Book, value_at
from servanda._site_checks import site_inconsistencies
from servanda._values import Number, did_you_mean, digits
from servanda._yaml import Complaint, Place
from servanda.agreement import Agreement, Measure, Obligation, Party, Plan, Ratification, Review, Turnover
from servanda.schedule import TOLERANCE, last_day, review_dates

Entries = list[tuple[Place, Obligation | Ratification | Turnover | Review]]


def inconsistencies(book: Book) -> Iterator[Complaint]:
    """Yield every complaint that needs two places at once, in no order."""
    agreement = book.agreement
    if agreement is None:
        return
    for key, party in agreement.parties.items():
        yield from _party(book, ("parties", key), party)
    for key, stake in agreement.stakes.items():
        yield from _unknown(book, ("stakes", key, "holder"), stake.holder, "party", "parties")
        for name in stake.worth:
            yield from _unknown(book, ("stakes", key, "worth", name), name, "party", "parties")
    for key, measure in agreement.measures.items():
        yield from _measure(book, agreement, ("measures", key), measure)
    for key, plan in agreement.plans.items():
        yield from _plan(book, agreement, ("plans", key), plan)
    for name, site in agreement.inspections.sites.items() if agreement.inspections else ():
        yield from _names(book, ("inspections", "sites", name, "holds"), site.holds, "stake", "stakes")
    yield from site_inconsistencies(book, agreement)
    yield from _sources(book, (), agreement)


# --------------------------------------------------------------------------------------------------- names


def _unknown(book: Book, place: Place, name: str, what: str, *group: str) -> Iterator[Complaint]:
    """Complain about a name that is not among those of a group such as parties."""
    known = book.named(*group)
    if name in known or book.touched(place) or any(each in book.wrong for each in (group, *_around(group))):
        return
    if known:
        there = f"{_plural(what)} (line {book.line(group)}): {', '.join(known)}"
    else:
        there = f"The file has no {_plural(what).lower()}"
    add = f". Use one of these, or add {name} under {group[0]}" if known else f". Add {name} under {group[0]}"
    yield Complaint(
        book.line(place),
        f"{book.say(place)} names {what} '{name}', which is not in the file.{did_you_mean(name, known)} {there}{add}",
    )


def _around(place: tuple[str, ...]) -> list[Place]:
    return [place[:length] for length in range(1, len(place))]


def _plural(what: str) -> str:
    return {"party": "Parties", "entry": "Entries"}.get(what, what.capitalize() + "s")


def _names(book: Book, place: Place, names: list[str], what: str, group: str) -> Iterator[Complaint]:
    """Check a list of names: each known, none twice."""
    first: dict[str, int] = {}
    for index, name in enumerate(names):
        item = (*place, index)
        if book.touched(item):
            continue
        yield from _unknown(book, item, name, what, group)
        if name in first:
            yield Complaint(
                book.line(item),
                f"{book.say(place)} names {what} {name} twice, here and on line {book.line((*place, first[name]))}."
                " Name it once",
            )
        first.setdefault(name, index)


def _sources(book: Book, place: Place, value: object) -> Iterator[Complaint]:
    """Go through everything for a `source:`, and see that it is one of the sources."""
    if isinstance(value, BaseModel):
        source = getattr(value, "source", None)
        if isinstance(source, str):
            yield from _unknown(book, (*place, "source"), source, "source", "sources")
        for name, field in type(value).model_fields.items():
            yield from _sources(book, (*place, field.alias or name), getattr(value, name))
    elif isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            yield from _sources(book, (*place, key), each)
    elif isinstance(value, list):
        for index, each in enumerate(cast("list[object]", value)):
            yield from _sources(book, (*place, index), each)


# ------------------------------------------------------------------------------------- parties and measures


def _party(book: Book, place: Place, party: Party) -> Iterator[Complaint]:
    types = {name: each.chance for name, each in party.types.items()}
    yield from _add_up(book, (*place, "types"), types, "a party's types")
    for name, each in party.types.items():
        for stake in each.worth:
            yield from _unknown(book, (*place, "types", name, "worth", stake), stake, "stake", "stakes")


def _add_up(book: Book, place: Place, chances: Mapping[str, Number], what: str) -> Iterator[Complaint]:
    total = sum(chance.likely for chance in chances.values())
    if not chances or book.touched(place) or abs(total - 1) <= TOLERANCE:
        return
    parts = ", ".join(
        f"{name} {digits(chance.likely)} (line {book.line((*place, name))})" for name, chance in chances.items()
    )
    yield Complaint(
        book.line(place),
        f"{book.say(place)}: the chances add up to {digits(total)}, not 1: {parts}."
        f" The chances of {what} must add up to 1; change one of them by {digits(1 - total)}",
    )


def _measure(book: Book, agreement: Agreement, place: Place, measure: Measure) -> Iterator[Complaint]:
    yield from _names(book, (*place, "covers"), measure.covers, "stake", "stakes")
    yield from _order(book, place, measure.starts, measure.until)
    if book.touched(("start",)) or book.touched(("horizon",)):
        return
    last = last_day(agreement)
    if measure.until and measure.until < agreement.start:
        key, found = "until", f"ends on {measure.until}, before the agreement's first day, {agreement.start}"
    elif measure.starts and measure.starts > last:
        key, found = "from", f"begins on {measure.starts}, after the agreement's last day, {last}"
    else:
        return
    where = f"(start on line {book.line(('start',))}, horizon on line {book.line(('horizon',))})"
    yield Complaint(
        book.line((*place, key)),
        f"{book.say((*place, key))}: the measure {found} {where}, so it is never in force. Change the date",
    )


def _order(book: Book, place: Place, starts: date | None, until: date | None) -> Iterator[Complaint]:
    if starts and until and until < starts:
        yield Complaint(
            book.line((*place, "until")),
            f"{book.say((*place, 'until'))}: {until} is before from, {starts} (line {book.line((*place, 'from'))})."
            " until must not be before from",
        )


# ------------------------------------------------------------------------------------------------- entries


def _plan(book: Book, agreement: Agreement, place: Place, plan: Plan) -> Iterator[Complaint]:
    entries: Entries = [
        ((*place, "entries", index), entry)
        for index, entry in enumerate(plan.entries)
        if (*place, "entries", index) not in book.wrong
    ]
    for where, entry in entries:
        yield from _entry(book, agreement, where, entry)
        yield from _dates(book, agreement, where, entry)
    yield from _ids(book, place, entries)
    yield from _shares(book, agreement, entries)


def _entry(
    book: Book, agreement: Agreement, place: Place, entry: Obligation | Ratification | Turnover | Review
) -> Iterator[Complaint]:
    if isinstance(entry, Obligation):
        yield from _unknown(book, (*place, "by"), entry.by, "party", "parties")
        yield from _gives(book, agreement, place, entry)
    elif isinstance(entry, Ratification):
        yield from _unknown(book, (*place, "ratify"), entry.ratify, "party", "parties")
    elif isinstance(entry, Turnover):
        yield from _unknown(book, (*place, "turnover"), entry.turnover, "party", "parties")
        yield from _turnover_types(book, (*place, "types"), entry)
    else:
        yield from _names(book, (*place, "review"), entry.review, "party", "parties")


def _turnover_types(book: Book, place: Place, entry: Turnover) -> Iterator[Complaint]:
    party = entry.turnover
    if party in book.named("parties") and ("parties", party) not in book.wrong:
        under: Place = ("parties", party, "types")
        declared = book.named(*under)
        for name in entry.types:
            if name in (declared or ["only"]) or under in book.wrong:
                continue
            if declared:
                allowed = f"Types of {party} (line {book.line(under)}): {', '.join(declared)}"
            else:
                allowed = f"{party} has no types (line {book.line(under)}), so it has one, called only"
            yield Complaint(
                book.line((*place, name)),
                f"{book.say((*place, name))}: {party} has no type '{name}'.{did_you_mean(name, declared)} {allowed}."
                f" Use one of these, or add {name} under parties.{party}.types",
            )
    yield from _add_up(book, place, entry.types, "a turnover's types")


def _gives(book: Book, agreement: Agreement, place: Place, entry: Obligation) -> Iterator[Complaint]:
    here = (*place, "gives")
    if isinstance(entry.gives, list):
        yield from _names(book, here, entry.gives, "stake", "stakes")
        items = list(enumerate(entry.gives))
    else:
        for name in entry.gives:
            yield from _unknown(book, (*here, name), name, "stake", "stakes")
        items = [(name, name) for name in entry.gives]
    for step, name in items:
        stake = agreement.stakes.get(name)
        if stake is None or stake.holder == entry.by or book.touched((*here, step)):
            continue
        if not {stake.holder, entry.by} <= set(book.named("parties")):
            continue
        yield Complaint(
            book.line((*here, step)),
            f"{book.say(place)}: {entry.by} gives {name}, but {name} is held by {stake.holder}"
            f" (line {book.line(('stakes', name, 'holder'))}). Write by: {stake.holder}, or give what {entry.by} holds",
        )


def _ids(book: Book, place: Place, entries: Entries) -> Iterator[Complaint]:
    """See that no id stands twice, those that reviews make (review-1-dprk) included; then that `needs` names ids."""
    seen: dict[str, Place] = {}
    group = book.data["plans"][place[1]]["entries"]
    written = {index: name for index in range(len(group)) if isinstance(name := value_at(group, (index, "id")), str)}
    usable = dict(entries)
    for index, name in written.items():
        where = (*place, "entries", index)
        entry, made = usable.get(where), [name]
        if isinstance(entry, Review):
            numbers = range(1, 1 + len(review_dates(entry)))
            made += [f"{entry.id}-{number}-{party}" for number in numbers for party in dict.fromkeys(entry.review)]
        clash = next((each for each in made if each in seen), None)
        if clash is not None:
            by = "" if clash == name else ", which this review makes for one of its dates and parties,"
            yield Complaint(
                book.line((*where, "id")),
                f"{book.say(where)}: the id {clash}{by} is taken by {book.say(seen[clash])} on line"
                f" {book.line((*seen[clash], 'id'))}. Give one of the two another id",
            )
        for each in made:
            seen.setdefault(each, where)
    for where, entry in entries:
        for index, name in enumerate(entry.needs):
            item = (*where, "needs", index)
            if name not in seen and not book.touched(item):
                hint = did_you_mean(name, written.values())
                yield Complaint(
                    book.line(item),
                    f"{book.say(item)} names entry '{name}', which is not in plan {place[1]}.{hint} Entries"
                    f" (line {book.line((*place, 'entries'))}): {', '.join(written.values())}. Use one of these",
                )


# --------------------------------------------------------------------------------------------------- dates


def _dates(
    book: Book, agreement: Agreement, place: Place, entry: Obligation | Ratification | Turnover | Review
) -> Iterator[Complaint]:
    if not isinstance(entry, Review):
        yield from _within(book, agreement, (*place, "date"), [entry.date])
        return
    given = [key for key in ("every", "from", "until") if (*place, key) in book.lines]
    here, lacking = book.say(place), [key for key in ("every", "from", "until") if key not in given]
    both = "Write date for a single review, or every, from and until for a repeated one"
    dated = (*place, "date") in book.lines
    if any(book.touched((*place, key)) for key in ("date", "every", "from", "until")):
        return
    if dated and given:
        line = book.line((*place, given[0]))
        words = f"{here} has date (line {book.line((*place, 'date'))}) and {given[0]} (line {line}). {both}"
        yield Complaint(line, words)
    elif dated:
        yield from _within(book, agreement, (*place, "date"), review_dates(entry))
    elif not given:
        yield Complaint(book.line(place), f"{here} says nothing of when. {both}")
    elif lacking:
        yield Complaint(
            book.line((*place, given[0])),
            f"{here} has {' and '.join(given)} but lacks {' and '.join(lacking)}. A repeated review needs every, from"
            " and until",
        )
    else:
        yield from _order(book, place, entry.starts, entry.until)
        dates = review_dates(entry)
        yield from _within(book, agreement, (*place, "from"), dates[:1])
        if dates[:1] and dates[0] <= last_day(agreement):
            yield from _within(book, agreement, (*place, "until"), dates[:0:-1][:1])


def _within(book: Book, agreement: Agreement, place: Place, days: Iterable[date]) -> Iterator[Complaint]:
    if book.touched(("start",)) or book.touched(("horizon",)):
        return
    first, last = agreement.start, last_day(agreement)
    for day in days:
        if not first <= day <= last:
            found = f"{day} is before the start" if day < first else f"{day} is after the horizon"
            found = f"a review on {found}" if place[-1] == "until" else found
            yield Complaint(
                book.line(place),
                f"{book.say(place)}: {found}. The first day allowed"
                f" is {first} (start, line {book.line(('start',))}), the last {last}"
                f" (horizon, line {book.line(('horizon',))}). Change the date, or the start or horizon",
            )


# -------------------------------------------------------------------------------------------------- shares


def _shares(book: Book, agreement: Agreement, entries: Entries) -> Iterator[Complaint]:
    """Follow how much is left of each stake, in the order of play: by date, on the same date by place in the file."""
    left: dict[str, float] = {}
    giver: dict[str, tuple[Place, Obligation]] = {}
    steps = [(where, entry) for where, entry in entries if isinstance(entry, Obligation)]
    for where, entry in sorted(steps, key=lambda step: step[1].date):
        here = book.say(where)
        everything = list(dict.fromkeys(entry.gives)) if isinstance(entry.gives, list) else []
        shares = entry.gives if isinstance(entry.gives, dict) else {}
        for name in (*everything, *shares):
            stake = agreement.stakes.get(name)
            if stake is None or stake.holder != entry.by:
                continue
            remaining = left.get(name, 1.0)
            place: Place = (*where, "gives", name)
            if isinstance(entry.gives, list):
                place = (*where, "gives", entry.gives.index(name))
            before = ""
            if name in giver:
                before = f" after {giver[name][1].id} (line {book.line((*giver[name][0], 'gives'))})"
            share = shares[name].likely if name in shares else remaining
            if remaining <= TOLERANCE:
                amount = f"{digits(share)} of {name}" if name in shares else f"all that is left of {name}"
                yield Complaint(
                    book.line(place),
                    f"{here} gives {amount}, but nothing is left{before}. Take {name} out here, or let the earlier"
                    " entry give less",
                )
            elif share > remaining + TOLERANCE:
                yield Complaint(
                    book.line(place),
                    f"{here} gives {digits(share)} of {name}, but only {digits(remaining)} is left{before}."
                    f" Give at most {digits(remaining)}, or write gives: [{name}] for all that is left",
                )
            left[name] = max(0.0, remaining - share)
            giver[name] = (where, entry)
