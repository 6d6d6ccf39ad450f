"""What takes two places of a file to see about its correlations: numbers that are there, and pairs that go together."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Place
from servanda.agreement.numbers import correlated, names_of, uncertain
from servanda.agreement.reading._fitting import FittedFile
from servanda.agreement.reading._yaml_text import Complaint, dotted
from servanda.english import did_you_mean, digits

_SURE = 1e-9  # the least eigenvalue of a matrix that counts as a possible one


def correlation_inconsistencies(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """Yield every complaint about the group `correlations` that needs two places at once."""
    if not agreement.correlations:
        return
    ranged = [one.name for one in uncertain(agreement)]
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
                yield from _no_number(book, agreement, (*place, "between", side), name, ranged)
        before = first.setdefault(frozenset(each.between), index)
        if before != index:
            fine = False
            yield Complaint(
                book.line(place),
                f"{book.say(place)}: this repeats the pair on line {book.line(('correlations', before))}."
                " Delete one of the two",
            )
    if fine:
        yield from _possible(book, agreement)


def _no_number(
    book: FittedFile, agreement: Agreement, place: Place, name: str, ranged: list[str]
) -> Iterator[Complaint]:
    if _complained(book, name):
        return
    every = names_of(agreement)
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
        f"{where} names the number '{name}', which is not in the file.{did_you_mean(name, ranged)}{listed} Write"
        " its path in the file, joined by dots, such as parties.NAME.discount. For an entry, write entries.ID.chance",
    )


def _complained(book: FittedFile, name: str) -> bool:
    """Whether the number, or a group around it, was complained about: then it is there, but could not be read."""
    wrong = [dotted(place) for place in book.wrong]
    if name.startswith("entries.") or ".entries." in name:
        return any(place.startswith("plans") for place in wrong)
    return any(f"{name}.".startswith(f"{place}.") or place.startswith(f"{name}.") for place in wrong)


def _possible(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """See that there are numbers with all these correlations: no three of them each opposed to the other two."""
    import numpy as np

    for group in _linked(agreement):
        pairs = [agreement.correlations[i] for i in sorted(group)]
        _, matrix = correlated(agreement.model_copy(update={"correlations": pairs}))
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
    groups: list[list[int]] = []
    for index, each in enumerate(agreement.correlations):
        pair = set(each.between)
        near = [group for group in groups if any(pair & set(agreement.correlations[i].between) for i in group)]
        groups = [group for group in groups if group not in near] + [[*(i for group in near for i in group), index]]
    return groups
