"""The numbers of an agreement that have a range, their names, and what the file says of how they move together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from pydantic import BaseModel

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.correlations import Correlation
from servanda.agreement.format.values import Number, Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Uncertain:
    """A number of an agreement that has a range.

    Attributes
    ----------
    name : str
        Where it stands, joined by dots: `parties.dprk.discount`. Of an entry: `entries.inauguration.chance`, and with
        the name of its plan where plans differ in it: `plans.phased.entries.inauguration.chance`.
    number : Number
    paths : tuple of paths
        Every place where it stands: the same number of the same entry in several plans is one number.
    """

    name: str
    number: Number
    paths: tuple[Place, ...]


def walk(thing: object) -> Iterator[tuple[Place, Number]]:
    """Every number below a part of an agreement, with the path to it."""
    for path, number, _, _ in walk_with_sources(thing):
        yield path, number


def walk_with_sources(
    thing: object, path: Place = (), given: bool = True, above: str = ""
) -> Iterator[tuple[Place, Number, bool, str]]:
    """Every number with its path, whether the file gives it, and the source of what it belongs to."""
    if isinstance(thing, Number):
        yield path, thing, given, above
    elif isinstance(thing, BaseModel):
        above = getattr(thing, "source", None) or above
        for name, info in type(thing).model_fields.items():
            stands = given and name in thing.model_fields_set
            yield from walk_with_sources(getattr(thing, name), (*path, info.alias or name), stands, above)
    elif isinstance(thing, dict):
        for key, value in cast("dict[str, object]", thing).items():
            yield from walk_with_sources(value, (*path, key), given, above)
    elif isinstance(thing, list | tuple):
        for i, value in enumerate(cast("list[object]", thing)):
            yield from walk_with_sources(value, (*path, i), given, above)


def uncertain(agreement: Agreement) -> tuple[Uncertain, ...]:
    """List the numbers that have a range, in file order. Parties' aims are left out, as they do not enter the game."""
    return tuple(one for one in _named(agreement) if one.number.ranged)


def names_of(agreement: Agreement) -> dict[str, Number]:
    """Every number of an agreement by its name, with or without a range; parties' aims left out."""
    return {one.name: one.number for one in _named(agreement)}


def _named(agreement: Agreement) -> tuple[Uncertain, ...]:
    found: dict[tuple[str, Number | None], list[tuple[Place, Number]]] = {}
    for path, number in walk(agreement):
        if "aims" in path:
            continue
        name, rest = ".".join(str(part) for part in path), None
        if path[0] == "plans" and path[2] == "entries":
            entry = agreement.plans[str(path[1])].entries[int(path[3])]
            name = ".".join(["entries", entry.id, *(str(part) for part in path[4:])])
            rest = number
        found.setdefault((name, rest), []).append((path, number))
    names = Counter(name for name, rest in found if rest is None or rest.ranged)
    result: list[Uncertain] = []
    for (name, rest), places in found.items():
        path = places[0][0]
        twice = names[name] > 1 and (rest is None or rest.ranged)
        called = f"plans.{path[1]}.{name}" if twice else name
        result.append(Uncertain(called, places[0][1], tuple(path for path, _ in places)))
    return tuple(result)


def correlated(agreement: Agreement) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The numbers that a file declares as correlated, and how their normal scores are: `correlated_by` all it has."""
    return correlated_by(agreement.correlations)


def correlated_by(correlations: Iterable[Correlation]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """The numbers that some correlations are between, and how their normal scores are correlated.

    Returns
    -------
    tuple of str
        `m` names, in the order in which the file names them first.
    (m, m) floats
        Pearson correlations of the normal scores: 2 sin(pi r / 6) for a rank correlation r (Pearson 1907), which is
        exact for normal scores and does not change with a number's distribution; 0 for pairs not declared.
    """
    import numpy as np

    pairs = list(correlations)
    place = {name: i for i, name in enumerate(dict.fromkeys(name for each in pairs for name in each.between))}
    matrix = np.eye(len(place))
    for each in pairs:
        i, j = (place[name] for name in each.between)
        matrix[i, j] = matrix[j, i] = 2.0 * np.sin(np.pi * each.rank / 6.0)
    return tuple(place), matrix
