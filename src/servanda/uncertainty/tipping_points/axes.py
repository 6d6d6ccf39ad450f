"""The uncertain numbers of an agreement as axes along which one may move: names, ranges, chances that add up to 1.

One unit along an axis is the whole range of its number, and 0 its likely value. The chances of a party's types, or of
those of a new government, add up to 1, so one of them follows from the others and is no axis: a type whose chance has
no range, if there is one, else the likeliest. What the others gain it loses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Turnover
from servanda.agreement.format.values import Number, Place
from servanda.agreement.numbers import Uncertain
from servanda.arrays import Floats
from servanda.errors import ServandaError, no_such, several
from servanda.uncertainty.questions import entering
from servanda.uncertainty.sampling import Draws, with_values

_LEAST = 1e-9  # of what is left to types without a range


class NotPossible(ServandaError, ValueError):
    """A target or a number of points with which nothing can be looked for, with what can."""


@dataclass(frozen=True)
class Axis:
    """One number along which one may move.

    Attributes
    ----------
    name : str
        As `uncertain` gives it.
    path : path
        Its first place in the file.
    likely, low, high : float
        In the file's unit. The ends are those of its range, and not so far that a chance which follows leaves its own.
    width : float
        Of its range in the file.
    """

    name: str
    path: Place
    likely: float
    low: float
    high: float
    width: float


@dataclass(frozen=True)
class Group:
    """Chances that add up to 1.

    Attributes
    ----------
    members : tuple[tuple[str, float], ...]
        Name and likely value of every ranged member that is not `rest`.
    rest : tuple[tuple[str, float], ...]
        What follows: name and likely value of one ranged member, or of all those without a range.
    ranged : bool
        Whether `rest` has a range.
    low, high : float
        Between which what `rest` has together must stay.
    """

    members: tuple[tuple[str, float], ...]
    rest: tuple[tuple[str, float], ...]
    ranged: bool
    low: float
    high: float


@dataclass(frozen=True)
class AxisSpace:
    """Axes along which one may move, `n` of them, and what moves with them.

    Attributes
    ----------
    agreement : Agreement
    axes : tuple[Axis, ...]
    groups : tuple[Group, ...]
        Those of which some member is an axis.
    matrix : (m, n) floats
    bound : (m,) floats
        Where `matrix @ u <= bound`, u in ranges from the likely values, no chance that follows leaves its range.
    """

    agreement: Agreement
    axes: tuple[Axis, ...]
    groups: tuple[Group, ...]
    matrix: Floats
    bound: Floats

    @property
    def low(self) -> Floats:
        """Lower ends, (n,), in ranges from the likely values."""
        return np.array([(a.low - a.likely) / a.width for a in self.axes])

    @property
    def high(self) -> Floats:
        """Upper ends, (n,), in ranges from the likely values."""
        return np.array([(a.high - a.likely) / a.width for a in self.axes])


def space(agreement: Agreement, plans: Sequence[str], among: str | Iterable[str] | None = None) -> AxisSpace:
    """The axes of an agreement: all numbers with a range that enter some of its plans, or those asked for.

    Parameters
    ----------
    plans : sequence of str
        Names of plans; numbers that stand in other plans only are left out.

    Raises
    ------
    NoSuchName
        If a name or pattern fits no number.
    """
    there = entering(agreement, plans)
    chosen = {one.name for one in there} if among is None else set(_chosen(there, among))
    groups = _groups(agreement, there, chosen)
    follows = {name for group in groups for name, _ in group.rest if group.ranged}
    axes: list[Axis] = []
    rows: list[Floats] = []
    bound: list[float] = []
    asked = [one for one in there if one.name in chosen and one.name not in follows]
    for one in asked:
        low, high = _ends(one.number)
        axis = Axis(one.name, one.paths[0], one.number.likely, low, high, high - low)
        for group in groups:
            if one.name in dict(group.members):
                left = sum(likely for _, likely in group.rest)
                low = max(low, axis.likely - (group.high - left))
                high = min(high, axis.likely + left - group.low)
                axis = Axis(one.name, one.paths[0], axis.likely, low, high, axis.width)
        axes.append(axis)
    for group in groups:
        moved = np.array([axis.width if axis.name in dict(group.members) else 0.0 for axis in axes])
        left = sum(likely for _, likely in group.rest)
        if np.count_nonzero(moved) > 1:
            rows += [moved, -moved]
            bound += [left - group.low, group.high - left]
    matrix = np.array(rows).reshape(len(rows), len(axes))
    used = tuple(group for group in groups if any(axis.name in dict(group.members) for axis in axes))
    return AxisSpace(agreement, tuple(axes), used, matrix, np.array(bound))


def at(space: AxisSpace, points: Floats) -> dict[str, Floats]:
    """What the numbers of the file become at some points: those of the axes, and chances that follow.

    Parameters
    ----------
    points : (P, n) floats
        In ranges from the likely values.

    Returns
    -------
    dict of (P,) floats
        By name. Chances add up to 1.
    """
    values = {axis.name: axis.likely + axis.width * points[:, j] for j, axis in enumerate(space.axes)}
    for group in space.groups:
        before, after = sum(likely for _, likely in group.rest), _left(group, values, len(points))
        for name, likely in group.rest:
            values[name] = after * (likely / before if before else 1.0)
    return values


def draws_at(space: AxisSpace, points: Floats) -> Draws:
    """Draws with the numbers as they are at some points; parameters as `at`.

    A chance without a range cannot be set. It follows all the same: the others are set so that, when a game is compiled
    and chances are scaled to add up to 1, each has the value of `at`.
    """
    values = at(space, points)
    for group in space.groups:
        if group.ranged:
            continue
        before, after = sum(likely for _, likely in group.rest), _left(group, values, len(points))
        for name, likely in group.members:
            values[name] = values.get(name, np.full(len(points), likely)) * before / after
        for name, _ in group.rest:
            del values[name]
    return with_values(space.agreement, values, len(points))


# ------------------------------------------------------------------------------------------------------ of the file


def _ends(number: Number) -> tuple[float, float]:
    assert number.low is not None
    assert number.high is not None
    return number.low, number.high


def _chosen(there: Sequence[Uncertain], among: str | Iterable[str]) -> list[str]:
    names = [one.name for one in there]
    found: list[str] = []
    for asked in several(among):
        fits = [name for name in names if isinstance(asked, str) and (name == asked or fnmatchcase(name, asked))]
        if not fits:
            raise no_such("uncertain number", asked, names)
        found += fits
    return found


def _groups(agreement: Agreement, there: Sequence[Uncertain], chosen: set[str]) -> list[Group]:
    """The groups of chances with a member that is chosen."""
    together: dict[tuple[Place, ...], list[Uncertain]] = {}
    for one in there:
        places = tuple(_above(path) for path in one.paths)
        if places[0]:
            together.setdefault(places, []).append(one)
    groups: list[Group] = []
    for places, ranged in together.items():
        if not any(one.name in chosen for one in ranged):
            continue
        stem, tail = _stem(ranged[0].name)
        names = {f"{stem}{kind}{tail}": number.likely for kind, number in _types(agreement, places[0]).items()}
        called = {one.name: one for one in ranged}
        fixed = tuple((name, likely) for name, likely in names.items() if name not in called and likely > 0)
        if fixed:
            members = tuple((one.name, one.number.likely) for one in ranged)
            groups.append(Group(members, fixed, False, _LEAST, 1.0))
            continue
        # Rather one that is not asked for, then the likeliest, then the last.
        rest = max(enumerate(ranged), key=lambda p: (p[1].name not in chosen, p[1].number.likely, p[0]))[1]
        others = tuple((one.name, one.number.likely) for one in ranged if one is not rest)
        low, high = _ends(rest.number)
        groups.append(Group(others, ((rest.name, rest.number.likely),), True, low, high))
    return groups


def _above(path: Place) -> Place:
    """The group of chances that a path leads into; nothing if it is another number."""
    if path[0] == "parties" and path[2:3] == ("types",) and path[4:] == ("chance",):
        return path[:3]
    if path[0] == "plans" and path[2:3] == ("entries",) and path[4:5] == ("types",):
        return path[:5]
    return ()


def _stem(name: str) -> tuple[str, str]:
    parts = name.split(".")
    if parts[0] == "parties":
        return ".".join(parts[:3]) + ".", ".chance"
    return ".".join(parts[:-1]) + ".", ""


def _types(agreement: Agreement, place: Place) -> dict[str, Number]:
    if place[0] == "parties":
        return {kind: one.chance for kind, one in agreement.parties[str(place[1])].types.items()}
    entry = agreement.plans[str(place[1])].entries[int(place[3])]
    assert isinstance(entry, Turnover)
    return dict(entry.types)


def _left(group: Group, values: Mapping[str, Floats], count: int) -> Floats:
    """What `rest` has together: what the others leave."""
    whole = sum(likely for _, likely in group.members) + sum(likely for _, likely in group.rest)
    taken = sum((values.get(name, np.full(count, likely)) for name, likely in group.members), np.zeros(count))
    return np.maximum(whole - taken, 0.0 if group.ranged else _LEAST)
