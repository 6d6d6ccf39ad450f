"""Which public numbers are unknown: what the parties expect of each other, written out as a vector.

What a party needs of the others is little, whatever they may have concealed: see `model.md`, section 3.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints
from servanda.game.payoff_tables import Tables

LEAVES, SURVIVE, WAY, HELD, GONE, HOLDS = range(6)


class Unknowns(NamedTuple):
    """Which public numbers are unknown: `where` (n, 3): kind and indices.

    `scale` (n,): the unit in which each is counted. `order` (N,): parties in the order of response; the first one's
    numbers are no unknowns.
    """

    where: Ints
    scale: Floats
    order: Ints


def list_unknowns(
    tables: Tables,
    row: Ints,
    actor: Ints,
    choice: NDArray[np.bool_],
    holds: NDArray[np.bool_],
    reported: NDArray[np.bool_],
) -> Unknowns:
    """List the public numbers that can move, and leave out those of the party with most of them.

    That party responds first, to the others' numbers alone; the others respond to what it did.

    Parameters
    ----------
    row, actor : (V,) ints
        As in `PublicTree`.
    choice, holds, reported : (V,) bools
        Where a party decides, where it can hold back, and where a report on the way leads to the node if it finds
        nothing.
    """
    N = len(tables.kinds)
    lists: list[list[tuple[Ints, Floats]]] = []
    for p in range(N):
        acts = choice & (actor == p)
        hides = tables.sets[p] > 1
        some, quiet = np.flatnonzero(hides), tables.quiet[p] == 0
        rows = [_rows(LEAVES, np.flatnonzero(acts), 0), _rows(SURVIVE, p, np.flatnonzero(hides & quiet & reported))]
        if holds.any():
            rows.append(_rows(HOLDS, np.flatnonzero(acts & holds), 0))
        for r in np.flatnonzero(tables.giver == p) if some.size else ():
            kept, after = (
                np.abs(worth[:, r]).sum(axis=2).max(axis=0)[row] for worth in (tables.kept_worth, tables.after)
            )
            for what, where, most in ((WAY, hides & reported, kept), (HELD, hides, after), (GONE, hides & acts, after)):
                nodes = np.flatnonzero(where & (most > 0))
                rows.append(_rows(what, int(r), nodes, most[nodes]))
        lists.append(rows)
    counts = [sum(len(scale) for _, scale in rows) for rows in lists]
    order = sorted(range(N), key=lambda p: -counts[p])
    rest = [row for p in order[1:] for row in lists[p]]
    return Unknowns(
        where=np.concatenate([np.zeros((0, 3), dtype=np.int64), *(where for where, _ in rest)]),
        scale=np.concatenate([np.zeros(0), *(scale for _, scale in rest)]),
        order=np.array(order, dtype=np.int64),
    )


def _rows(what: int, first: Ints | int, second: Ints | int, scale: Floats | None = None) -> tuple[Ints, Floats]:
    size = np.broadcast(first, second).size
    where = np.empty((size, 3), dtype=np.int64)
    where[:, 0], where[:, 1], where[:, 2] = what, first, second
    return where, np.ones(size) if scale is None else scale
