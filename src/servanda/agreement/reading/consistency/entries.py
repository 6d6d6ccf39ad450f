"""What takes two places of a file to see within a plan: names, ids, dates, shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from servanda.agreement.dates import (
    DueDates,
    advance,
    due_dates,
    last_day,
    renewal_count,
    renewal_dates,
    repeated,
    review_count,
    review_dates,
)
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import (
    START,
    Dated,
    Entry,
    Exchange,
    Obligation,
    Plan,
    Ratification,
    Renewal,
    Review,
    Turnover,
    entry_kind,
)
from servanda.agreement.format.values import Place
from servanda.agreement.reading._fitting import FittedFile, value_at
from servanda.agreement.reading._yaml_text import Complaint
from servanda.agreement.reading.consistency._references import add_up, enumerated, limits, names, order, unknown
from servanda.agreement.reading.consistency.shares import exchange_complaints, gift_complaints, share_complaints

Entries = list[tuple[Place, Entry]]
MOST_REVIEWS = 20_000  # of a plan, one for each date and party


# ------------------------------------------------------------------------------------------------- entries


def plan_complaints(book: FittedFile, agreement: Agreement, place: Place, plan: Plan) -> Iterator[Complaint]:
    """Yield every complaint about a plan that needs two places at once, in no order."""
    counts = [_count(agreement, entry) for entry in plan.entries]
    many = sum(counts)
    if many > MOST_REVIEWS:
        at: Place = (*place, "entries", next(i for i, count in enumerate(counts) if count))
        both = "reviews and renewals" if any(isinstance(entry, Renewal) for entry in plan.entries) else "reviews"
        pair = "of them" if both != "reviews" else both
        yield Complaint(
            book.line(at),
            f"{book.say(place)}: its {both} would be written out to {many:,} entries, one for each date and party, and"
            f" a plan may have {MOST_REVIEWS:,}. Let more time pass between two {pair}, or end them earlier",
        )
        return
    due = due_dates(agreement, str(place[-1]))
    entries: Entries = [
        ((*place, "entries", index), entry)
        for index, entry in enumerate(plan.entries)
        if (*place, "entries", index) not in book.wrong
    ]
    for where, entry in entries:
        yield from _entry(book, agreement, where, entry)
        yield from _dates(book, agreement, where, entry, due)
    yield from _ids(book, agreement, place, entries)
    yield from share_complaints(book, agreement, entries, due)
    yield from _lateness(book, place, plan, entries)


def _count(agreement: Agreement, entry: Entry) -> int:
    """How many entries a review or renewal is written out to, without doing so; 0 for any other entry."""
    if isinstance(entry, Review):
        return review_count(entry) * len(entry.review)
    return renewal_count(agreement, entry) * len(entry.renew) if isinstance(entry, Renewal) else 0


def _lateness(book: FittedFile, place: Place, plan: Plan, entries: Entries) -> Iterator[Complaint]:
    """See that a plan that speaks of stalls lets parties hold back."""
    if plan.late is not None or book.touched((*place, "late")):
        return
    found: list[tuple[Place, str]] = [((*place, "found"), "found: stall")] if plan.found == "stall" else []
    for where, entry in entries:
        if isinstance(entry, Ratification) and entry.then == "delay":
            found.append(((*where, "then"), "then: delay"))
        elif isinstance(entry, Review) and entry.may_suspend:
            found.append(((*where, "may_suspend"), "may_suspend: true"))
    for where, what in found:
        yield Complaint(
            book.line(where),
            f"{book.say(where)}: {what} begins a stall, but plan {place[1]} (line {book.line(place)}) does not say how"
            f" stalls go on. Add late: {{looks: [6 months, 2 years]}} to the plan, or delete {what.partition(':')[0]}",
        )


def _entry(book: FittedFile, agreement: Agreement, place: Place, entry: Entry) -> Iterator[Complaint]:
    yield from names(book, (*place, "verified_by"), entry.verified_by, "measure", "measures", "bodies", "parties")
    if isinstance(entry, Obligation):
        if isinstance(entry.by, str):
            yield from unknown(book, (*place, "by"), entry.by, "party", "parties", "bodies")
        else:
            yield from names(book, (*place, "by"), entry.actors, "party", "parties", "bodies")
        yield from gift_complaints(book, agreement, place, entry)
    elif isinstance(entry, Exchange):
        yield from exchange_complaints(book, agreement, place, entry)
    elif isinstance(entry, Ratification):
        yield from unknown(book, (*place, "ratify"), entry.ratify, "party", "parties")
    elif isinstance(entry, Turnover):
        yield from unknown(book, (*place, "turnover"), entry.turnover, "party", "parties")
        yield from _turnover_types(book, (*place, "types"), entry)
    elif isinstance(entry, Review):
        yield from names(book, (*place, "review"), entry.review, "party", "parties")
    else:
        yield from names(book, (*place, "renew"), entry.renew, "party", "parties")


def _turnover_types(book: FittedFile, place: Place, entry: Turnover) -> Iterator[Complaint]:
    party = entry.turnover
    if party in book.named("parties") and ("parties", party) not in book.wrong:
        under: Place = ("parties", party, "types")
        declared = book.named(*under)
        for name in entry.types:
            if name in (declared or ["only"]) or under in book.wrong:
                continue
            if declared:
                use = f"Types of {party} (line {book.line(under)}): {enumerated(declared)}. Use one of these"
            else:
                use = f"The file gives {party} no types (line {book.line(under)}), so it has one, called only. Use only"
            yield Complaint(
                book.line((*place, name)),
                f"{book.say((*place, name))}: {party} has no type '{name}'.{book.suggest(name, declared)} {use},"
                f" or add {name} under parties.{party}.types",
            )
    yield from add_up(book, place, entry.types, "a turnover's types")


def _ids(book: FittedFile, agreement: Agreement, place: Place, entries: Entries) -> Iterator[Complaint]:
    """See that no id stands twice, those that reviews make (review-1-dprk) included; then that `needs` names ids."""
    seen: dict[str, Place] = {}
    group = book.data["plans"][place[1]]["entries"]
    written = {index: name for index in range(len(group)) if isinstance(name := value_at(group, (index, "id")), str)}
    usable = dict(entries)
    for index, name in written.items():
        where = (*place, "entries", index)
        entry, made = usable.get(where), [name]
        if entry is not None:
            made += repeated(agreement, entry)
        clash = next((each for each in made if each in seen), None)
        if clash is not None:
            by = "" if clash == name else f", which this {entry_kind(entry)} makes for one of its dates and parties,"
            yield Complaint(
                book.line((*where, "id")),
                f"{book.say(where)}: the id {clash}{by} is already used by {book.say(seen[clash])} on line"
                f" {book.line((*seen[clash], 'id'))}. Give one of the two another id",
            )
        for each in made:
            seen.setdefault(each, where)
    entries_there = enumerated(written.values())
    for where, entry in entries:
        for item, name in _named(where, entry):
            if name in seen or book.touched(item) or (name == START and item[-2] == "due"):
                continue
            hint = book.suggest(name, list(written.values()))
            yield Complaint(
                book.line(item),
                f"{book.say(item)} names entry '{name}', which is not in plan {place[1]}.{hint} Entries"
                f" (line {book.line((*place, 'entries'))}): {entries_there}. Use one of these",
            )


def _named(place: Place, entry: Entry) -> Iterator[tuple[Place, str]]:
    """Every name of an entry that an entry gives, and where."""
    for key, found in (("needs", entry.needs), ("pairs", entry.pairs)):
        yield from (((*place, key, index), name) for index, name in enumerate(found))
    due = entry.due if isinstance(entry, Dated) else None
    if due is not None and due.anchor is not None:
        key = "after" if due.after else "before" if due.before else "same_day"
        yield (*place, "due", key), due.anchor


# --------------------------------------------------------------------------------------------------- dates


def _dates(book: FittedFile, agreement: Agreement, place: Place, entry: Entry, due: DueDates) -> Iterator[Complaint]:
    if isinstance(entry, Renewal):
        yield from _terms(book, agreement, place, entry)
        return
    if not isinstance(entry, Review):
        if entry.date is not None:
            yield from _within(book, agreement, (*place, "date"), [entry.date])
        elif entry.id in due.days and not book.touched((*place, "due")):
            yield from _within(book, agreement, (*place, "due"), [due.days[entry.id]])
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
        yield Complaint(book.line(place), f"{here} does not say when it takes place. {both}")
    elif lacking:
        yield Complaint(
            book.line((*place, given[0])),
            f"{here} has {' and '.join(given)} but lacks {' and '.join(lacking)}. A repeated review needs every, from"
            " and until",
        )
    else:
        yield from order(book, place, entry.starts, entry.until)
        dates = review_dates(entry)
        yield from _within(book, agreement, (*place, "from"), dates[:1])
        if dates[:1] and dates[0] <= last_day(agreement):
            yield from _within(book, agreement, (*place, "until"), dates[:0:-1][:1])


def _terms(book: FittedFile, agreement: Agreement, place: Place, entry: Renewal) -> Iterator[Complaint]:
    """See that a term ends while the agreement lasts, and none after it."""
    if any(book.touched(key) for key in [("start",), ("horizon",), *((*place, k) for k in ("every", "from", "until"))]):
        return
    yield from order(book, place, entry.starts, entry.until)
    if entry.starts is not None:
        yield from _within(book, agreement, (*place, "from"), [entry.starts])
    if entry.starts is not None and not agreement.start <= entry.starts <= last_day(agreement):
        return
    days = renewal_dates(agreement, entry)
    if days:
        yield from _within(book, agreement, (*place, "until"), days[-1:], "renewal")
    elif entry.until is None or entry.until >= (entry.starts or agreement.start):
        first = entry.starts or agreement.start
        ends = advance(first, entry.every)
        last = f"until is {entry.until}" if entry.until else f"the agreement ends on {last_day(agreement)}"
        later = "until" if entry.until else "horizon"
        yield Complaint(
            book.line((*place, "every")),
            f"{book.say(place)} renews nothing: the first term begins on {first} and ends on {ends}, and {last}."
            f" Write a shorter term under every, or a later {later}",
        )


def _within(
    book: FittedFile, agreement: Agreement, place: Place, days: Iterable[date], kind: str = "review"
) -> Iterator[Complaint]:
    if book.touched(("start",)) or book.touched(("horizon",)):
        return
    first, last = agreement.start, last_day(agreement)
    for day in days:
        if not first <= day <= last:
            found = f"{day} is before the start" if day < first else f"{day} is after the horizon"
            found = f"a {kind} on {found}" if place[-1] == "until" else found
            found = found.replace(" is", ", the latest day it allows, is", 1) if place[-1] == "due" else found
            yield Complaint(book.line(place), f"{book.say(place)}: {found}. {limits(book, agreement)}")
