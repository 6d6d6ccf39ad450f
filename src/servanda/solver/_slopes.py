"""How F answers to changes of x and m at a point: the whole matrix, or what matters of it.

Either can be bordered by a direction and inverted, and compared with that of another point. With very many unknowns the
matrix is known along a few directions only, and F is taken not to answer to changes across them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from servanda.arrays import Floats


class Lost(Exception):
    """The curve cannot be followed any further."""


@dataclass
class Whole:
    """How the gap x - F(x, m) changes with x and m: `matrix` (n, n + 1)."""

    matrix: Floats

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.matrix).all())

    def held(self) -> Callable[[Floats], Floats]:
        """What closes a gap while m is held still."""
        inverse = np.linalg.inv(self.matrix[:, :-1])
        return lambda gap: inverse @ gap

    def bordered(self, border: Floats) -> WholeBordered:
        return WholeBordered(np.vstack([self.matrix, border]))


@dataclass
class WholeBordered:
    """The same with one more row, (n + 1, n + 1), so that it has an inverse also where the curve turns back in m."""

    matrix: Floats

    @cached_property
    def _inverse(self) -> Floats:
        return np.asarray(np.linalg.inv(self.matrix), dtype=np.float64)

    @property
    def size(self) -> float:
        """Of the inverse."""
        return float(np.linalg.norm(self._inverse))

    @property
    def side(self) -> float:
        """The sign of the determinant."""
        return float(np.linalg.slogdet(self.matrix)[0])

    def tangent(self) -> Floats:
        """The direction of the curve, of length 1, in the sense of the border."""
        right = np.zeros(len(self.matrix))
        right[-1] = 1.0
        return _of_length_1(np.asarray(np.linalg.solve(self.matrix, right), dtype=np.float64))

    def move(self, gap: Floats) -> Floats:
        """What closes a gap, at right angles to the border."""
        return self._inverse[:, :-1] @ gap

    def change(self, slopes: Whole) -> float:
        """By how much of what would make it singular this changes to that of another point, with the same border."""
        return _radius(self._inverse @ (np.vstack([slopes.matrix, self.matrix[-1]]) - self.matrix))


@dataclass
class Few:
    """The answers of F to changes of x along a few directions and to those of m, as if there were no others.

    `ways` (k, n): directions, orthonormal; `answers` (n, k): what F makes of each; `by_m` (n,): how the gap changes
    with m.
    """

    ways: Floats
    answers: Floats
    by_m: Floats

    @property
    def is_finite(self) -> bool:
        return bool(np.isfinite(self.answers).all() and np.isfinite(self.by_m).all())

    def held(self) -> Callable[[Floats], Floats]:
        """What closes a gap while m is held still."""
        still = np.append(np.zeros(len(self.by_m)), 1.0)
        learning = Learning(self.bordered(still))
        return lambda gap: learning.move(gap)[:-1]

    def bordered(self, border: Floats) -> FewBordered:
        return FewBordered(self, border)


@dataclass
class FewBordered:
    """1 + L·R, all that there is to it in k + 2 dimensions.

    L (n + 1, k + 2) is made of minus the answers, of `by_m`, both with 0 below, and of the last unit vector; R of the
    directions, that unit vector, and what the border has more than it.
    """

    slopes: Few
    border: Floats

    def _left(self, few: Floats) -> Floats:
        k = len(self.slopes.ways)
        x = self.slopes.by_m[:, None] * few[k] - self.slopes.answers @ few[:k]
        return np.vstack([x, few[k + 1]])

    def _right(self, many: Floats) -> Floats:
        return np.vstack([self.slopes.ways @ many[:-1], many[-1], self.border @ many - many[-1]])

    @cached_property
    def _core(self) -> Floats:
        k = len(self.slopes.ways)
        return np.asarray(np.linalg.inv(np.eye(k + 2) + self._right(self._left(np.eye(k + 2)))), dtype=np.float64)

    @property
    def size(self) -> float:
        """A number above the size of the inverse, as it acts on vectors, and not far above."""
        k = len(self.slopes.ways)
        columns, rows = np.zeros((k + 2, k + 2)), np.eye(k + 2)
        left = np.column_stack([-self.slopes.answers, self.slopes.by_m])
        columns[:-1, :-1] = left.T @ left
        columns[-1, -1] = 1.0
        more = self.border.copy()
        more[-1] -= 1.0
        rows[:k, -1] = rows[-1, :k] = self.slopes.ways @ more[:-1]
        rows[k, -1] = rows[-1, k] = more[-1]
        rows[-1, -1] = more @ more
        return 1.0 + float(np.sqrt(max(0.0, np.trace(self._core.T @ columns @ self._core @ rows))))

    @property
    def side(self) -> float:
        """The sign of the determinant, which is that of a matrix of k + 2 rows."""
        return float(np.linalg.slogdet(self._core)[0])

    def _solved(self, many: Floats) -> Floats:
        return many - self._left(self._core @ self._right(many))

    def solved(self, right: Floats) -> Floats:
        """What this maps to a vector (n + 1,)."""
        return self._solved(right[:, None])[:, 0]

    def tangent(self) -> Floats:
        """The direction of the curve, of length 1, in the sense of the border."""
        right = np.zeros((len(self.border), 1))
        right[-1] = 1.0
        return _of_length_1(self._solved(right)[:, 0])

    def move(self, gap: Floats) -> Floats:
        """What closes a gap, at right angles to the border."""
        return self.solved(np.append(gap, 0.0))

    def change(self, slopes: Few) -> float:
        """By how much of what would make it singular this changes to that of another point, with the same border."""
        old = self.slopes
        ways = np.vstack([slopes.ways, old.ways])
        more = np.column_stack([-slopes.answers, old.answers, slopes.by_m - old.by_m])
        through = self._solved(np.vstack([more, np.zeros(len(ways) + 1)]))
        matrix = np.vstack([ways @ through[:-1], through[-1]])
        return float(np.abs(np.linalg.eigvals(matrix)).max()) if np.isfinite(matrix).all() else np.inf


class Learning:
    """An inverse that learns from each move what it did to the gap, as in `_broyden.py`."""

    def __init__(self, bordered: FewBordered) -> None:
        self._bordered = bordered
        self._factors: list[tuple[Floats, Floats]] = []
        self._last: tuple[Floats, Floats] | None = None

    def _times(self, gap: Floats) -> Floats:
        found = self._bordered.move(gap)
        for factor, way in self._factors:
            found += (way @ found) * factor
        return found

    def move(self, gap: Floats) -> Floats:
        """What closes a gap, which is what the last move left of the last one."""
        if self._last is not None:
            before, move = self._last
            answer = self._times(before - gap)
            scale = float(move @ answer)
            if abs(scale) > 1e-8 * float(move @ move):
                self._factors.append(((move - answer) / scale, move))
        found = self._times(gap)
        self._last = gap, found.copy()
        return found


def _of_length_1(way: Floats) -> Floats:
    if not np.isfinite(way).all():
        raise Lost
    return way / np.linalg.norm(way)


def _radius(matrix: Floats) -> float:
    """A number that no eigenvalue exceeds, and hardly above the largest."""
    size = float(np.linalg.norm(matrix))
    if not 0.0 < size < np.inf:
        return size
    power = matrix / size
    for _ in range(3):
        power = power @ power
    return size * float(np.linalg.norm(power)) ** 0.125
