"""Checks of names and sums that every part of a file needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from servanda.agreement.dates import TOLERANCE, last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number, Place
from servanda.agreement.reading._fitting import FittedFile
from servanda.agreement.reading._yaml_text import Complaint
from servanda.english import digits, some
from servanda.errors import MOST_NAMES


def unknown(book: FittedFile, place: Place, name: str, what: str, *groups: str) -> Iterator[Complaint]:
    """Complain about a name that is in none of some groups such as parties."""
    known = {group: book.named(group) for group in groups}
    if any(name in found for found in known.values()):
        return
    if book.touched(place) or any((group,) in book.wrong for group in groups):
        return
    everything = [each for found in known.values() for each in found]
    add = f"add {name} under {' or '.join(group for group in groups if known[group] or group == groups[0])}"
    if everything:
        there = [f"{group.capitalize()} (line {book.line((group,))}): {enumerated(known[group])}" for group in groups]
        there = [text for text, group in zip(there, groups, strict=True) if known[group]]
        rest = f"{'. '.join(there)}. Use one of these, or {add}"
    else:
        rest = f"The file has no {' or '.join(groups)}. A{add[1:]}"
    kind = "" if sum(map(bool, known.values())) > 1 else f"{what} "  # it may be meant to be one of several kinds
    hint = book.suggest(name, everything)
    yield Complaint(book.line(place), f"{book.say(place)} names {kind}'{name}', which is not in the file.{hint} {rest}")


def enumerated(names: Iterable[str]) -> str:
    """List names for a message; of many, the first."""
    found = list(names)
    return ", ".join(found) if len(found) <= MOST_NAMES else some(found, MOST_NAMES)


def names(book: FittedFile, place: Place, found: Sequence[str], what: str, *groups: str) -> Iterator[Complaint]:
    """Check a list of names: each known, none twice."""
    first: dict[str, int] = {}
    for index, name in enumerate(found):
        item = (*place, index)
        if book.touched(item):
            continue
        yield from unknown(book, item, name, what, *groups)
        if name in first:
            yield Complaint(
                book.line(item),
                f"{book.say(place)} names {what} {name} twice, here and on line {book.line((*place, first[name]))}."
                " Name it once",
            )
        first.setdefault(name, index)


def add_up(book: FittedFile, place: Place, chances: Mapping[str, Number], what: str) -> Iterator[Complaint]:
    """Check that chances add up to 1."""
    total = sum(chance.likely for chance in chances.values())
    if not chances or book.touched(place) or abs(total - 1) <= TOLERANCE:
        return
    parts = ", ".join(
        f"{name} {digits(chance.likely)} (line {book.line((*place, name))})" for name, chance in chances.items()
    )
    yield Complaint(
        book.line(place),
        f"{book.say(place)}: the chances add up to {digits(total)}, not 1: {parts}."
        f" The chances of {what} must add up to 1. Change one of them by {digits(1 - total)}",
    )


def order(book: FittedFile, place: Place, starts: date | None, until: date | None) -> Iterator[Complaint]:
    """Check that `until` is not before `from`."""
    if starts and until and until < starts:
        yield Complaint(
            book.line((*place, "until")),
            f"{book.say((*place, 'until'))}: {until} is earlier than from, which is {starts} (line"
            f" {book.line((*place, 'from'))}). Change one of the two",
        )


def limits(book: FittedFile, agreement: Agreement) -> str:
    """Say what the first and the last day are, and where they stand."""
    first = f"The first day allowed is {agreement.start} (start, line {book.line(('start',))})"
    if ("horizon",) not in book.lines:
        return f"{first}. Change the date, or the start"
    last = f"the last {last_day(agreement)} (horizon, line {book.line(('horizon',))})"
    return f"{first}, {last}. Change the date, the start or the horizon"
