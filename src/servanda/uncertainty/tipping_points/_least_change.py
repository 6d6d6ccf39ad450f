"""The least change that makes a function reach 0, within a box: looked for from several starts, checked where it ends.

This knows of no agreement. Nothing proves that no smaller change exists; what is found is an upper bound on it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Values: TypeAlias = Callable[[Floats], Floats]

STEP = 1e-4  # of a range, for differences
ROUNDS = 15  # of one search
RAY = 12  # points on the way from 0 to where a search ended
SPARE = 1e-4  # of what is lacking at first, by which a search ends beyond 0, lest rounding leave it short
ALIKE = 0.01  # searches whose changes differ by no more than this, relatively, ended alike


class _NoValue(Exception):
    """The function has no value where a search came."""


class _Arrived(Exception):
    """A climb has come to where the function is at least 0, which is enough."""


@dataclass(frozen=True)
class Region:
    """Where one may move: `low <= u <= high` and `matrix @ u <= bound`; 0 lies within."""

    low: Floats
    high: Floats
    matrix: Floats
    bound: Floats

    def room(self, way: Floats) -> float:
        """How far one can go from 0 along a way, as a factor on it."""
        far = [np.inf]
        for ends, on in ((self.high, way > 0), (self.low, way < 0)):
            far += list(ends[on] / way[on])
        slope = self.matrix @ way
        far += list(self.bound[slope > 0] / slope[slope > 0])
        return float(min(far))

    def within(self, point: Floats) -> Floats:
        """The point, or as much of the way to it from 0 as lies within."""
        clipped = np.clip(point, self.low, self.high)
        return clipped * min(1.0, self.room(clipped)) if clipped.any() else clipped


@dataclass(frozen=True)
class LeastChange:
    """What was found.

    Attributes
    ----------
    point : (n,) floats or None
        The smallest change found at which the function is at least 0; None if no such point was found.
    distance : float
        Its Euclidean length; inf if there is none.
    best : (n,) floats
        Where the function was largest, of all points looked at; the answer where `point` is None.
    value : float
        The function there.
    starts, alike, broken : int
        Searches made, those that ended with a change as small as the best one (within 1%), and those given up because
        the function had no value somewhere.
    looked : int
        At how many points the function was worked out.
    """

    point: Floats | None
    distance: float
    best: Floats
    value: float
    starts: int
    alike: int
    broken: int
    looked: int


class _Search:
    """A function, with the best that it has shown so far."""

    def __init__(self, values: Values, region: Region) -> None:
        self.values, self.region = values, region
        self.looked, self.value, self.best = 0, -np.inf, np.zeros(region.low.size)
        self._kept: tuple[bytes, float] = (b"", np.nan)
        self._slope: tuple[bytes, Floats] = (b"", np.zeros(0))

    def many(self, points: Floats) -> Floats:
        """The function at some points within the region."""
        found = self.values(points)
        self.looked += len(points)
        for k in np.flatnonzero(found > self.value):
            if found[k] > self.value:
                self.value, self.best = float(found[k]), points[k].copy()
        return found

    def one(self, point: Floats) -> float:
        inside = self.region.within(point)
        if self._kept[0] != inside.tobytes():
            self._kept = (inside.tobytes(), float(self.many(inside[None])[0]))
        if np.isnan(self._kept[1]):
            raise _NoValue
        return self._kept[1]

    def unless_there(self, point: Floats) -> float:
        if self.one(point) >= 0:
            raise _Arrived
        return self.one(point)

    def slope(self, point: Floats) -> Floats:
        """The gradient by differences towards the inside, all in one call; a part that has no value counts as flat."""
        inside = self.region.within(point)
        if self._slope[0] != inside.tobytes():
            way = np.where(inside + STEP <= self.region.high, STEP, -STEP)
            here = self.one(inside)
            found = self.many(inside + np.diag(way))
            self._slope = (inside.tobytes(), np.nan_to_num((found - here) / way))
        return self._slope[1]


def least_change(
    values: Values,
    region: Region,
    starts: Floats,
    progress: Callable[[float], None] | None = None,
    climbs: int | None = None,
) -> LeastChange:
    """Look for the point nearest to 0 at which a function is at least 0.

    From each start, sequential quadratic programming (SLSQP, Kraft 1988) minimises the squared distance with the
    function at least 0. Then the way from 0 to where it ended is searched for the first point at which the function is
    at least 0, which may be nearer. If the first search comes to no such point, the function is made as large as it
    gets, from one start after the other, until it is at least 0; if it never is, that is the answer.

    Parameters
    ----------
    values : function from (P, n) to (P,) floats
        nan where it has no value.
    starts : (S, n) floats
    climbs : int, optional
        From how many starts, at most, the function is made as large as it gets; by default from all.
    """
    look = _Search(values, region)
    here = float(look.many(np.zeros((1, region.low.size)))[0])
    if here >= 0:
        return LeastChange(look.best, 0.0, look.best, here, 1, 1, 0, 1)
    begun = [region.within(start) for start in starts]
    scale = abs(here) or 1.0
    made, broken, ends = 0, 0, list[Floats]()

    def search(start: Floats, climb: bool) -> None:
        nonlocal made, broken
        made += 1
        try:
            end = _slsqp(look, start, climb, scale)
        except _NoValue:
            broken += 1
        except _Arrived:
            pass
        else:
            reached = None if climb else _on_the_way(look, end)
            ends.extend([] if reached is None else [reached])
        if progress is not None:
            progress(min(1.0, made / (len(begun) + 2)))

    first = look.many(np.array(begun))
    search(begun[0], False)
    for k in np.argsort(-np.nan_to_num(first, nan=-np.inf), kind="stable")[:climbs]:
        if look.value >= 0:
            break
        search(begun[int(k)], True)
        if look.value >= 0:
            begun.append(look.best)  # from there on
    if look.value < 0:
        return LeastChange(None, np.inf, look.best, look.value, made, 0, broken, look.looked)
    arrived = look.best
    for start in begun[1:]:
        search(start, False)
    if not ends:
        way = _on_the_way(look, arrived)
        ends.append(arrived if way is None else way)
    point = _nearer(look, min(ends, key=_length))
    distance = _length(point)
    alike = sum(_length(end) <= (1 + ALIKE) * distance for end in ends)
    return LeastChange(point, distance, look.best, look.value, made, alike, broken, look.looked)


def _length(point: Floats) -> float:
    return float(np.sqrt(point @ point))


def _slsqp(look: _Search, start: Floats, climb: bool, scale: float) -> Floats:
    from scipy import optimize  # pyright: ignore[reportMissingTypeStubs]

    region = look.region
    bars: list[dict[str, Any]] = []

    def left(u: Floats) -> Floats:
        return region.bound - region.matrix @ u

    def steady(_: Floats) -> Floats:
        return -region.matrix

    def square(u: Floats) -> float:
        return float(u @ u)

    def double(u: Floats) -> Floats:
        return 2.0 * u

    def short(u: Floats) -> float:
        return -look.unless_there(u) / scale

    def down(u: Floats) -> Floats:
        return -look.slope(u) / scale

    def above(u: Floats) -> float:
        return look.one(u) / scale - SPARE

    def rise(u: Floats) -> Floats:
        return look.slope(u) / scale

    if region.bound.size:
        bars.append({"type": "ineq", "fun": left, "jac": steady})
    if not climb:
        bars.append({"type": "ineq", "fun": above, "jac": rise})
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Values in x were outside bounds")  # by rounding; they are put back
        bounds = np.stack([region.low, region.high], axis=1)
        answer = cast(Any, optimize).minimize(
            short if climb else square, start, jac=down if climb else double, method="SLSQP",
            bounds=bounds,
            constraints=bars, options={"maxiter": ROUNDS, "ftol": 1e-6},
        )  # fmt: skip
    return region.within(np.array(answer.x, dtype=float))


def _on_the_way(look: _Search, end: Floats) -> Floats | None:
    """The first point on the way from 0 to an end, or just beyond, at which the function is seen to be at least 0."""
    if not end.any():
        return None
    far = min(1.05, look.region.room(end))
    shares = np.unique(np.minimum([*np.linspace(0.0, 1.0, RAY + 1)[1:], 1.0001, 1.001, 1.05], far))
    there = np.flatnonzero(look.many(shares[:, None] * end) >= 0)
    return shares[there[0]] * end if there.size else None


def _nearer(look: _Search, end: Floats) -> Floats:
    """As far back towards 0 as the function stays at least 0, to a 5000th of the way."""
    first, last = 1.0 - 1.0 / RAY, 1.0
    for _ in range(2):  # each narrows the part in which it turns by a factor of 20
        between = np.linspace(first, last, 21)[:-1]
        turned = np.flatnonzero(look.many(between[:, None] * end) >= 0)
        if not turned.size:
            first = float(between[-1])
        elif turned[0]:
            first, last = float(between[turned[0] - 1]), float(between[turned[0]])
        else:
            return first * end
    return last * end
