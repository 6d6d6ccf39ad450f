"""Draw the uncertain numbers of an agreement, each within its range."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number, Place
from servanda.agreement.numbers import Uncertain, correlated, uncertain, walk
from servanda.arrays import Floats, freeze
from servanda.errors import MOST_DRAWS, UsageError, expect, no_such, seeded, whole
from servanda.records import Record

__all__ = [
    "Draws",
    "Place",
    "Ranges",
    "Uncertain",
    "draw",
    "from_unit_cube",
    "from_values",
    "in_pieces",
    "quantile",
    "uncertain",
    "walk",
    "with_values",
]


@dataclass(frozen=True, repr=False)
class Draws(Record):
    """Values drawn for the uncertain numbers of an agreement; called with a `Number`, its values (D,).

    `D` draws, `k` numbers.

    Attributes
    ----------
    numbers : tuple[Uncertain, ...]
        What was drawn, `k` of them.
    values : (D, k) floats
        As drawn. Chances that must add up to 1, those of a party's types, are scaled when a game is compiled.
    seed : int
    agreement : Agreement
        Whose numbers these are.
    """

    numbers: tuple[Uncertain, ...]
    values: Floats
    seed: int
    agreement: Agreement = field(compare=False)
    column: dict[int, int] = field(compare=False)

    def of(self, agreement: Agreement) -> Draws:
        """The same values, for an agreement with the same uncertain numbers, such as the same file read again.

        Raises
        ------
        UsageError
            If its uncertain numbers are others, so that some would silently stay at their likely values.
        """
        if agreement is self.agreement:
            return self
        where = Ranges(agreement)
        if where.numbers != self.numbers:
            raise UsageError(
                "These draws are of another agreement: the uncertain numbers, or their ranges, are not the same. Draw"
                " anew: servanda.draw(agreement, draws, seed)"
            )
        return Draws(where.numbers, self.values, self.seed, where.agreement, where.column)

    def __reduce__(self) -> tuple[Callable[..., Draws], tuple[Any, ...]]:
        return from_values, (self.agreement, self.values, self.seed)  # elsewhere the numbers are others

    def __repr__(self) -> str:
        return f"<Draws: {len(self.values):,} of {len(self.numbers)} uncertain numbers, seed {self.seed}>"

    def __call__(self, number: Number) -> Floats:
        """Values of a number, (D,): as drawn, or its likely value throughout."""
        j = self.column.get(id(number))
        return np.full(len(self.values), number.likely) if j is None else self.values[:, j]


def draw(agreement: Agreement, draws: int, seed: int = 0, *, first: int = 0) -> Draws:
    """Draw the uncertain numbers: scrambled Sobol points (Owen 1998), mapped to each number's distribution.

    A range with a likely value is a PERT distribution (a beta distribution on the range, Malcolm et al. 1959, with
    shape 1 + 4 (likely - low) / (high - low)); a range alone is uniform. The first draws of a longer list are those of
    a shorter one with the same seed.

    Parameters
    ----------
    draws : int
        How many, above 0 and at most 2**30, where the sequence of points ends.
    seed : int
        0 or more, below 2**63.
    first : int
        Leave out so many draws of the list: a long list can be drawn in parts.

    Raises
    ------
    UsageError
        If one of these is not a whole number within its bounds.

    Examples
    --------
    >>> import servanda
    >>> draws = servanda.draw(servanda.read("singapore-2018"), 4, seed=1)
    >>> draws.values.shape[0]
    4
    """
    expect(agreement, Agreement, "draw")
    draws, seed = whole("draws", draws, 1, MOST_DRAWS), seeded(seed)
    first = whole("first", first, 0, MOST_DRAWS - draws)
    numbers = uncertain(agreement)
    points = np.empty((draws, 0))
    if numbers:
        sequence = _sobol(len(numbers), seed)
        if first:
            sequence.fast_forward(first)
        points = sequence.random(1 << (draws - 1).bit_length())[:draws]
    return from_unit_cube(agreement, points, seed)


def _sobol(numbers: int, seed: int) -> Any:
    from scipy import stats  # pyright: ignore[reportMissingTypeStubs]

    return stats.qmc.Sobol(numbers, scramble=True, rng=np.random.default_rng(seed))


def in_pieces(
    agreement: Agreement, draws: int, seed: int, size: int, skip: Container[int] = ()
) -> Iterator[tuple[int, Floats]]:
    """Yield the points of `draw` for `from_unit_cube`, so many draws at a time, with the number of each piece from 0.

    Parameters
    ----------
    size : int
        A power of two.

    Yields
    ------
    int, (size or fewer, k) floats
    """
    k = len(uncertain(agreement))
    sequence = _sobol(k, seed) if k else None
    for number in range(-(-draws // size)):
        count = min(size, draws - number * size)
        if sequence is None:
            if number not in skip:
                yield number, np.empty((count, 0))
        elif number in skip:
            sequence.fast_forward(size)
        else:
            yield number, sequence.random(size)[:count]


class Ranges:
    """The uncertain numbers of an agreement, listed once for many draws of it; elsewhere they are listed anew.

    Attributes
    ----------
    agreement : Agreement
    numbers : tuple[Uncertain, ...]
    there : dict of Number
        Every number of the agreement, by its path.
    column : dict of int
        By the identity of a number: which of `numbers` it is.
    """

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.numbers = uncertain(agreement)
        self.there = dict(walk(agreement))
        at = {path: j for j, one in enumerate(self.numbers) for path in one.paths}
        self.column = {id(number): at[path] for path, number in self.there.items() if path in at}

    def __reduce__(self) -> tuple[type[Ranges], tuple[Agreement]]:
        return Ranges, (self.agreement,)  # in another process its numbers are others


def from_unit_cube(agreement: Agreement | Ranges, points: Floats, seed: int = 0) -> Draws:
    """Turn points of the unit cube into values of the uncertain numbers, each by its distribution.

    Where the file declares rank correlations, the points are first tied together by a Gaussian copula (Nelsen 2006,
    section 2.8): the second number of a pair moves with the first; each keeps its own distribution.

    Parameters
    ----------
    points : (D, k) floats between 0 and 1
        In the order of `uncertain`: the share of a number's distribution below the value.
    seed : int
        Of the points, to be kept with them.
    """
    where = agreement if isinstance(agreement, Ranges) else Ranges(agreement)
    points = _tied(where.agreement, where.numbers, points)
    values = np.empty(points.shape)
    for j, one in enumerate(where.numbers):
        values[:, j] = quantile(one.number, points[:, j])
    return _settled(where, values, seed)


def _tied(agreement: Agreement, numbers: tuple[Uncertain, ...], points: Floats) -> Floats:
    """Points (D, k) with the correlations that the file declares; without any, the same."""
    names, matrix = correlated(agreement)
    if not names:
        return points
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    columns = [[one.name for one in numbers].index(name) for name in names]
    root = np.linalg.cholesky(matrix)
    least = 2.0**-40  # Sobol points may be 0, whose normal score is endless
    scores: list[Floats] = [special.ndtri(np.clip(points[:, j], least, 1.0 - least)) for j in columns]
    result = points.copy()
    for row, j in enumerate(columns):
        # Summed term by term: a matrix product's last bits would depend on how many draws there are.
        mixed = root[row, 0] * scores[0]
        for i in range(1, row + 1):
            mixed = mixed + root[row, i] * scores[i]
        result[:, j] = special.ndtr(mixed)
    return result


def with_values(agreement: Agreement, values: Mapping[str, Floats], draws: int = 1) -> Draws:
    """Draws with chosen values of some uncertain numbers, and the likely ones of all others.

    Parameters
    ----------
    values : by name, as `uncertain` gives it: (D,) floats
    draws : int
        How many, where no values are given.

    Raises
    ------
    NoSuchName
        If there is no uncertain number of such a name.
    """
    where, draws = Ranges(agreement), whole("draws", draws, 1, MOST_DRAWS)
    names = [one.name for one in where.numbers]
    unknown = [name for name in values if name not in names]
    if unknown:
        raise no_such("uncertain number", unknown[0], names)
    D = max((np.asarray(given).size for given in values.values()), default=draws)
    table = np.tile([one.number.likely for one in where.numbers], (D, 1)).reshape(D, len(names))
    for name, given in values.items():
        table[:, names.index(name)] = given
    return _settled(where, table, 0)


def from_values(agreement: Agreement, values: Floats, seed: int = 0) -> Draws:
    """Make draws of ready values (D, k), in the order of `uncertain`."""
    return _settled(Ranges(agreement), values, seed)


def _settled(where: Ranges, values: Floats, seed: int) -> Draws:
    freeze(values)
    return Draws(where.numbers, values, seed, where.agreement, where.column)


def quantile(number: Number, share: Floats) -> Floats:
    """Values of a number's distribution below which the given shares of it lie.

    Parameters
    ----------
    number : Number
        With a range.
    """
    low, high = number.low, number.high
    if low is None or high is None or not number.ranged:
        return np.full_like(share, number.likely)
    if number.uniform:
        return low + (high - low) * share
    from scipy import special  # pyright: ignore[reportMissingTypeStubs]

    peak = 4.0 * (number.likely - low) / (high - low)
    return low + (high - low) * special.betaincinv(1.0 + peak, 5.0 - peak, share)
