"""What takes two places of a file to see within a plan: names, ids, dates, shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from servanda.agreement.dates import TOLERANCE, DueDates, due_dates, last_day, review_count, review_dates
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import START, Entry, Obligation, Plan, Ratification, Review, Turnover
from servanda.agreement.format.values import Place
from servanda.agreement.reading._fitting import FittedFile, value_at
from servanda.agreement.reading._yaml_text import Complaint
from servanda.agreement.reading.consistency._references import add_up, enumerated, limits, names, order, unknown
from servanda.english import digits

Entries = list[tuple[Place, Entry]]
MOST_REVIEWS = 20_000  # of a plan, one for each date and party


# ------------------------------------------------------------------------------------------------- entries


def plan_complaints(book: FittedFile, agreement: Agreement, place: Place, plan: Plan) -> Iterator[Complaint]:
    """Yield every complaint about a plan that needs two places at once, in no order."""
    many = sum(review_count(entry) * len(entry.review) for entry in plan.entries if isinstance(entry, Review))
    if many > MOST_REVIEWS:
        at = next((*place, "entries", i) for i, entry in enumerate(plan.entries) if isinstance(entry, Review))
        yield Complaint(
            book.line(at),
            f"{book.say(place)}: its reviews would be written out to {many:,} entries, one for each date and party, and"
            f" a plan may have {MOST_REVIEWS:,}. Let more time pass between two reviews, or end them earlier",
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
    yield from _ids(book, place, entries)
    yield from _shares(book, agreement, entries, due)


def _entry(book: FittedFile, agreement: Agreement, place: Place, entry: Entry) -> Iterator[Complaint]:
    yield from names(book, (*place, "verified_by"), entry.verified_by, "measure", "measures", "bodies", "parties")
    if isinstance(entry, Obligation):
        if isinstance(entry.by, str):
            yield from unknown(book, (*place, "by"), entry.by, "party", "parties", "bodies")
        else:
            yield from names(book, (*place, "by"), entry.actors, "party", "parties", "bodies")
        yield from _gives(book, agreement, place, entry)
    elif isinstance(entry, Ratification):
        yield from unknown(book, (*place, "ratify"), entry.ratify, "party", "parties")
    elif isinstance(entry, Turnover):
        yield from unknown(book, (*place, "turnover"), entry.turnover, "party", "parties")
        yield from _turnover_types(book, (*place, "types"), entry)
    else:
        yield from names(book, (*place, "review"), entry.review, "party", "parties")


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


def _gives(book: FittedFile, agreement: Agreement, place: Place, entry: Obligation) -> Iterator[Complaint]:
    here = (*place, "gives")
    if isinstance(entry.gives, tuple):
        yield from names(book, here, entry.gives, "stake", "stakes")
        items = list(enumerate(entry.gives))
    else:
        for name in entry.gives:
            yield from unknown(book, (*here, name), name, "stake", "stakes")
        items = [(name, name) for name in entry.gives]
    for step, name in items:
        stake = agreement.stakes.get(name)
        if stake is None or _may_give(agreement, entry, stake.holder) or book.touched((*here, step)):
            continue
        if not {stake.holder, *entry.actors} <= set(book.named("parties")):
            continue
        who, verb = " and ".join(entry.actors), "gives" if len(entry.actors) == 1 else "give"
        yield Complaint(
            book.line((*here, step)),
            f"{book.say(place)}: {who} {verb} {name}, but {stake.holder} holds {name}"
            f" (line {book.line(('stakes', name, 'holder'))}). Write by: {stake.holder}, or give what {who}"
            f" {'holds' if verb == 'gives' else 'hold'}",
        )


def _may_give(agreement: Agreement, entry: Obligation, holder: str) -> bool:
    """Whether an entry may give what somebody holds: the holder, or nobody named, or a body for it."""
    return not entry.actors or holder in entry.actors or any(name in agreement.bodies for name in entry.actors)


def _ids(book: FittedFile, place: Place, entries: Entries) -> Iterator[Complaint]:
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
    due = entry.due if isinstance(entry, Obligation | Ratification) else None
    if due is not None and due.anchor is not None:
        key = "after" if due.after else "before" if due.before else "same_day"
        yield (*place, "due", key), due.anchor


# --------------------------------------------------------------------------------------------------- dates


def _dates(book: FittedFile, agreement: Agreement, place: Place, entry: Entry, due: DueDates) -> Iterator[Complaint]:
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


def _within(book: FittedFile, agreement: Agreement, place: Place, days: Iterable[date]) -> Iterator[Complaint]:
    if book.touched(("start",)) or book.touched(("horizon",)):
        return
    first, last = agreement.start, last_day(agreement)
    for day in days:
        if not first <= day <= last:
            found = f"{day} is before the start" if day < first else f"{day} is after the horizon"
            found = f"a review on {found}" if place[-1] == "until" else found
            found = found.replace(" is", ", the latest day it allows, is", 1) if place[-1] == "due" else found
            yield Complaint(book.line(place), f"{book.say(place)}: {found}. {limits(book, agreement)}")


# -------------------------------------------------------------------------------------------------- shares


def _shares(book: FittedFile, agreement: Agreement, entries: Entries, due: DueDates) -> Iterator[Complaint]:
    """Follow how much is left of each stake, in the order of play: by date, on the same date by place in the file.

    Not of stakes that an entry without a day gives: when that is, and so what is left then, nobody knows.
    """
    left: dict[str, float] = {}
    giver: dict[str, tuple[Place, Obligation]] = {}
    steps = [(where, entry) for where, entry in entries if isinstance(entry, Obligation)]
    loose = {name for _, entry in steps if entry.date is None and entry.id not in due.days for name in entry.gives}
    for where, entry in sorted(steps, key=lambda step: step[1].date or due.days.get(step[1].id, date.max)):
        here = book.say(where)
        everything = list(dict.fromkeys(entry.gives)) if isinstance(entry.gives, tuple) else []
        shares = entry.gives if isinstance(entry.gives, dict) else {}
        for name in (*everything, *shares):
            stake = agreement.stakes.get(name)
            if stake is None or name in loose or not _may_give(agreement, entry, stake.holder):
                continue
            remaining = left.get(name, 1.0)
            place: Place = (*where, "gives", name)
            if isinstance(entry.gives, tuple):
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
