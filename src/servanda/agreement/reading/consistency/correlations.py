"""What takes two places of a file to see about its correlations: numbers that are there, and pairs that go together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number, Place
from servanda.agreement.numbers import correlated_by, names_of, uncertain
from servanda.agreement.reading._fitting import FittedFile
from servanda.agreement.reading._yaml_text import Complaint, dotted
from servanda.english import digits

MOST_CORRELATED = 1000  # numbers: the time to see whether they can be so grows with the cube
_SURE = 1e-9  # the least eigenvalue of a matrix that counts as a possible one


def correlation_inconsistencies(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """Yield every complaint about the group `correlations` that needs two places at once."""
    if not agreement.correlations:
        return
    every = names_of(agreement)
    ranged = dict.fromkeys(one.name for one in uncertain(agreement))
    fine = True
    first: dict[frozenset[str], int] = {}
    for index, each in enumerate(agreement.correlations):
        place: Place = ("correlations", index)
        if book.touched(place):
            fine = False
            continue
        for side, name in enumerate(each.between):
            if name not in ranged:
                fine = False
                yield from _no_number(book, every, (*place, "between", side), name, ranged)
        before = first.setdefault(frozenset(each.between), index)
        if before != index:
            fine = False
            yield Complaint(
                book.line(place),
                f"{book.say(place)}: this repeats the pair on line {book.line(('correlations', before))}."
                " Delete one of the two",
            )
    linked = {name for each in agreement.correlations for name in each.between}
    if len(linked) > MOST_CORRELATED:
        yield Complaint(
            book.line(("correlations",)),
            f"correlations: {len(linked):,} numbers are correlated with others here, and {MOST_CORRELATED:,} may be."
            " Leave out the weaker correlations",
        )
    elif fine:
        yield from _possible(book, agreement)


def _no_number(
    book: FittedFile, every: Mapping[str, Number], place: Place, name: str, ranged: Collection[str]
) -> Iterator[Complaint]:
    if _complained(book, name):
        return
    where = book.say(place)
    if name in every:
        number = every[name]
        yield Complaint(
            book.line(place),
            f"{where}: {name} is {number} and has no range, so it does not vary. Give it low and high, or delete this"
            " correlation",
        )
        return
    listed = f" Numbers with ranges: {', '.join(ranged)}." if len(ranged) <= 8 else ""
    yield Complaint(
        book.line(place),
        f"{where} names the number '{name}', which is not in the file.{book.suggest(name, ranged)}{listed} Write"
        " its path in the file, joined by dots, such as parties.NAME.discount. For an entry, write entries.ID.chance",
    )


def _complained(book: FittedFile, name: str) -> bool:
    """Whether the number, or a group around it, was complained about: then it is there, but could not be read."""
    if not book.wrong:
        return False
    wrong = [dotted(place) for place in book.wrong]
    if name.startswith("entries.") or ".entries." in name:
        return any(place.startswith("plans") for place in wrong)
    return any(f"{name}.".startswith(f"{place}.") or place.startswith(f"{name}.") for place in wrong)


def _possible(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """See that there are numbers with all these correlations: no three of them each opposed to the other two."""
    import numpy as np

    for group in _linked(agreement):
        pairs = [agreement.correlations[i] for i in sorted(group)]
        _, matrix = correlated_by(pairs)
        if float(np.linalg.eigvalsh(matrix).min()) > _SURE:
            continue
        listed = ", ".join(
            f"{' and '.join(agreement.correlations[i].between)} {digits(agreement.correlations[i].rank)} (line"
            f" {book.line(('correlations', i))})"
            for i in sorted(group)
        )
        place: Place = ("correlations", max(group))
        yield Complaint(
            book.line(place),
            f"{book.say(place)}: no numbers can have all these rank correlations at once: {listed}. Pairs that are not"
            " listed count as uncorrelated. List those too, or bring the correlations closer to 0",
        )


def _linked(agreement: Agreement) -> list[list[int]]:
    """Which correlations hang together, by their numbers: those with a number in common."""
    group_of: dict[str, list[int]] = {}  # by number; numbers of one group share the list
    names_of_group: dict[int, list[str]] = {}
    for index, each in enumerate(agreement.correlations):
        first, second = (group_of.setdefault(name, []) for name in each.between)
        for name, group in zip(each.between, (first, second), strict=True):
            names_of_group.setdefault(id(group), [name])
        if first is not second:
            if len(names_of_group[id(first)]) < len(names_of_group[id(second)]):
                first, second = second, first  # the smaller joins the larger, so that no number moves often
            first += second
            moved = names_of_group.pop(id(second))
            names_of_group[id(first)] += moved
            group_of |= dict.fromkeys(moved, first)
        first.append(index)
    return list({id(group): group for group in group_of.values()}.values())
