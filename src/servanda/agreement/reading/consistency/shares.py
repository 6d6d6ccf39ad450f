"""What takes two places of a file to see about what is given: by whom, of what, and how much is left."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from servanda.agreement.dates import TOLERANCE, DueDates
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Dated, Entry, Exchange, ExchangePart, Obligation, gifts
from servanda.agreement.format.values import Place
from servanda.agreement.reading._fitting import FittedFile
from servanda.agreement.reading._yaml_text import Complaint
from servanda.agreement.reading.consistency._references import names, unknown
from servanda.english import digits

Gift = Obligation | ExchangePart


def gift_complaints(book: FittedFile, agreement: Agreement, place: Place, entry: Gift) -> Iterator[Complaint]:
    """See that what is given is there, and held by who gives it."""
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


def exchange_complaints(book: FittedFile, agreement: Agreement, place: Place, entry: Exchange) -> Iterator[Complaint]:
    """See that different parties exchange what each of them holds."""
    first: dict[str, Place] = {}
    for index, part in enumerate(entry.exchange):
        item: Place = (*place, "exchange", index)
        if book.touched(item):
            continue
        by: Place = (*item, "by")
        if part.by in book.named("bodies") and part.by not in book.named("parties"):
            yield Complaint(
                book.line(by),
                f"{book.say(by)} names {part.by}, which is a body (line {book.line(('bodies', part.by))}). Only parties"
                " exchange. Write the party that holds what is given",
            )
        else:
            yield from unknown(book, by, part.by, "party", "parties")
        if part.by in first:
            yield Complaint(
                book.line(by),
                f"{book.say(by)} names {part.by} a second time (first on line {book.line(first[part.by])}). A party has"
                " one part in an exchange. Put all that it gives in one part",
            )
        first.setdefault(part.by, by)
        yield from gift_complaints(book, agreement, item, part)


def _may_give(agreement: Agreement, entry: Gift, holder: str) -> bool:
    """Whether an entry may give what somebody holds: the holder, or nobody named, or a body for it."""
    return not entry.actors or holder in entry.actors or any(name in agreement.bodies for name in entry.actors)


def share_complaints(
    book: FittedFile, agreement: Agreement, entries: list[tuple[Place, Entry]], due: DueDates
) -> Iterator[Complaint]:
    """Follow how much is left of each stake, in the order of play: by date, on the same date by place in the file.

    Not of stakes that an entry without a day gives: when that is, and so what is left then, nobody knows.
    """
    left: dict[str, float] = {}
    giver: dict[str, tuple[Place, str]] = {}
    steps = [
        (where if gift is entry else (*where, "exchange", index), entry, gift)
        for where, entry in entries
        if isinstance(entry, Dated)
        for index, gift in enumerate(gifts(entry))
    ]
    loose = {name for _, entry, gift in steps if not entry.date and entry.id not in due.days for name in gift.gives}
    for where, entry, gift in sorted(steps, key=lambda step: step[1].date or due.days.get(step[1].id, date.max)):
        here = book.say(where)
        everything = list(dict.fromkeys(gift.gives)) if isinstance(gift.gives, tuple) else []
        shares = gift.gives if isinstance(gift.gives, dict) else {}
        for name in (*everything, *shares):
            stake = agreement.stakes.get(name)
            if stake is None or name in loose or not _may_give(agreement, gift, stake.holder):
                continue
            remaining = left.get(name, 1.0)
            place: Place = (*where, "gives", name)
            if isinstance(gift.gives, tuple):
                place = (*where, "gives", gift.gives.index(name))
            before = ""
            if name in giver:
                before = f" after {giver[name][1]} (line {book.line((*giver[name][0], 'gives'))})"
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
            giver[name] = (where, entry.id)
