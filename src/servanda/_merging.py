"""Sets of concealed steps that play alike, made one: found at the same rates and worth the same, to all, from here on.

Two sets of a party are alike at a step if its own numbers and those that the others need are equal there, and the sets
that follow if it keeps, or conceals, are alike at the next step (a bisimulation, found backward from the horizon). The
equilibrium on the smaller tables gives every public number of the equilibrium on the full ones, and a response to those
gives the rest; see `docs/model.md`, section 3.3.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from servanda._sums import Floats, Ints
from servanda._tables import Tables

_EQUAL = 1e-12  # of the largest number of its kind
_GRAIN = 1e-11  # what rounding may tell apart although equal is left apart, which does no harm


def merge(tables: Tables, step: Ints) -> Tables:
    """Make sets that play alike one.

    Parameters
    ----------
    tables : Tables
        Of all draws; sets are made one only if they are alike in every draw.
    step : (V,) ints
        The step of each node of the public tree.

    Returns
    -------
    Tables
        The same object if there is nothing to make one.
    """
    node = np.unique(step, return_index=True)[1]
    classes = [_classes(tables, p, node) for p in range(len(tables.kinds))]
    if all(mine is None for mine in classes):
        return tables
    E = node.size
    sets = np.array(
        [
            [tables.sets[p, v] if mine is None else mine[e].max() + 1 for e, v in enumerate(node)]
            for p, mine in enumerate(classes)
        ]
    )
    number: list[Ints] = []
    keep_to: list[Ints] = []
    hide_to: list[Ints] = []
    by_set: list[Ints] = []
    by_state: list[Ints] = []
    joined = np.zeros_like(sets)
    for p, kinds in enumerate(tables.kinds):
        mine = classes[p] or [np.arange(tables.sets[p, v]) for v in node]
        for e, v in enumerate(node):
            f, n = tables.found_offset[p, v], tables.sets[p, v]
            first = np.unique(mine[e], return_index=True)[1]
            ways = [tables.keep_to[f + first], tables.hide_to[f + first]]
            for i, out in enumerate((keep_to, hide_to)):
                if e + 1 < E:
                    ways[i] = np.where(ways[i] >= 0, mine[e + 1][ways[i]], -1)
                out.append(ways[i])
            onto = np.concatenate([way[way >= 0] for way in ways])
            joined[p, e] = not np.array_equal(onto, np.arange(onto.size))
            number.append(first)
            by_set.append(f + first)
            by_state += [tables.place[p, v] + t * n + first for t in range(kinds)]
    one = np.ones(len(classes), dtype=np.int64)
    states, chosen = np.concatenate(by_state), np.concatenate(by_set)
    return tables._replace(
        sets=sets[:, step],
        offset=_starts(sets[:, step], tables.kinds),
        place=_starts(sets, tables.kinds)[:, step],
        found_offset=_starts(sets, one)[:, step],
        joined=joined[:, step],
        number=np.concatenate(number),
        keep_to=np.concatenate(keep_to),
        hide_to=np.concatenate(hide_to),
        log_survive=tables.log_survive[:, chosen],
        survive=tables.survive[:, chosen],
        breakdown=tables.breakdown[:, states],
        base=tables.base[:, states],
    )


def _starts(sets: Ints, kinds: Ints) -> Ints:
    sizes = sets * kinds[:, None]
    return np.concatenate([[0], np.cumsum(sizes)[:-1]]).reshape(sizes.shape)


def _classes(tables: Tables, p: int, node: Ints) -> list[Ints] | None:
    """Number the classes of a party's sets at every step, in the order of their first sets; None if all are alone."""
    found: list[Ints] = []
    after: Ints | None = None
    for e in range(node.size - 1, -1, -1):
        v = node[e]
        n, f = int(tables.sets[p, v]), int(tables.found_offset[p, v])
        columns = _numbers(tables, p, e, int(v))
        alone = np.arange(n) == 0  # the empty set is reported, so it stays by itself
        keys: list[Any] = [alone]
        if after is not None:
            keys += [
                np.where(way >= 0, after[way], -1) for way in (tables.keep_to[f : f + n], tables.hide_to[f : f + n])
            ]
        scale = np.abs(columns).max(axis=2, initial=0.0)[:, :, None]
        scale = np.where(scale > 0, scale, 1.0)
        for d in {0, columns.shape[0] - 1}:
            keys += list(np.rint(columns[d] / scale[d] / _GRAIN))
        first, which = np.unique(np.stack(keys), axis=1, return_index=True, return_inverse=True)[1:]
        rank = np.argsort(np.argsort(first))  # by first appearance
        mine = rank[which.reshape(-1)]
        if np.any(np.abs(columns - columns[:, :, np.sort(first)[mine]]) > _EQUAL * scale):
            mine = np.arange(n)
        if after is None and mine[-1] == n - 1 and first.size == n:
            return None  # sets that differ at the horizon differ before
        after = mine
        found.append(mine)
    return found[::-1]


def _numbers(tables: Tables, p: int, e: int, v: int) -> Floats:
    """All numbers by which sets of a party differ at a step, (D, columns, sets)."""
    n, f, a, K = tables.sets[p, v], tables.found_offset[p, v], tables.place[p, v], tables.kinds[p]
    D = len(tables.calm)
    parts = [tables.survive[:, None, f : f + n]]
    parts += [states[:, a : a + K * n].reshape(D, K, n) for states in (tables.breakdown, tables.base)]
    share = tables.hidden_share[:, :, tables.number[f : f + n]] * (tables.holder == p)[:, None]
    mine = tables.giver == p
    parts += [worth[:, mine, e] @ share for worth in (tables.kept_worth, tables.after)]
    return np.concatenate(parts, axis=1)
