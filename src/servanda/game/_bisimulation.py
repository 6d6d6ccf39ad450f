"""Sets of concealed steps that play alike, made one: found at the same rates and worth the same, to all, from here on.

Two sets of a party are alike at a step if its own numbers and those that the others need are equal there, and the sets
that follow if it keeps, or conceals, are alike at the next step (a bisimulation, found backward from the horizon). The
equilibrium on the smaller tables gives every public number of the equilibrium on the full ones, and a response to those
gives the rest; see `model.md`, section 3.3.
"""

from __future__ import annotations

import numpy as np

from servanda.arrays import Floats, Ints
from servanda.game.payoff_tables import Tables, laid_out

_EQUAL = 1e-12  # of the largest number of its kind
_GRAIN = 1e-11  # what rounding may tell apart although equal is left apart, which does no harm


def merge_equivalent(tables: Tables, step: Ints) -> Tables:
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
    merged = tables._replace(
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
    return laid_out(merged)


def _starts(sets: Ints, kinds: Ints) -> Ints:
    sizes = sets * kinds[:, None]
    return np.concatenate([[0], np.cumsum(sizes)[:-1]]).reshape(sizes.shape)


def _classes(tables: Tables, p: int, node: Ints) -> list[Ints] | None:
    """Number the classes of a party's sets at every step, in the order of their first sets; None if all are alone."""
    found: list[Ints] = []
    after: Ints | None = None
    ends = np.array(sorted({0, len(tables.calm) - 1}))  # draws that are looked at before all others
    for e in range(node.size - 1, -1, -1):
        v = node[e]
        n, f = int(tables.sets[p, v]), int(tables.found_offset[p, v])
        mine = np.arange(n)
        if n > 1:
            keys = [mine == 0]  # the empty set is reported, so it stays by itself
            if after is not None:
                ways = (tables.keep_to[f : f + n], tables.hide_to[f : f + n])
                keys += [np.where(way >= 0, after[way], -1) for way in ways]
            first, which = _alike(np.vstack([np.stack(keys), _grains(_numbers(tables, p, e, int(v), ends))]))
            if first.size < n and _equal(_numbers(tables, p, e, int(v)), first[which]):
                mine = which
        if after is None and np.array_equal(mine, np.arange(n)):
            return None  # sets that differ at the horizon differ before
        after = mine
        found.append(mine)
    return found[::-1]


def _scale(columns: Floats) -> Floats:
    scale = np.abs(columns).max(axis=2, initial=0.0)[:, :, None]
    return np.where(scale > 0, scale, 1.0)


def _grains(columns: Floats) -> Floats:
    """Numbers (D, columns, sets) rounded to a grain of the largest of their kind, (D times columns, sets)."""
    return np.rint(columns / _scale(columns) / _GRAIN).reshape(-1, columns.shape[2])


def _alike(keys: Floats) -> tuple[Ints, Ints]:
    """The first of every kind of column, ascending; and for every column, which of these it is like."""
    rows = np.ascontiguousarray(keys.T + 0.0)  # a negative zero is written otherwise
    whole = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize))).ravel()
    first, which = np.unique(whole, return_index=True, return_inverse=True)[1:]
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return first[order], rank[which]


def _equal(columns: Floats, like: Ints) -> bool:
    """Whether, in all draws, every set has the numbers of the one that it is like."""
    others = np.flatnonzero(like != np.arange(like.size))
    apart = np.abs(columns[:, :, others] - columns[:, :, like[others]])
    return not np.any(apart > _EQUAL * _scale(columns))


def _numbers(tables: Tables, p: int, e: int, v: int, draws: Ints | slice = slice(None)) -> Floats:
    """All numbers by which sets of a party differ at a step, in some draws (d, columns, sets)."""
    n, f, a, K = tables.sets[p, v], tables.found_offset[p, v], tables.place[p, v], tables.kinds[p]
    parts = [tables.survive[draws, None, f : f + n]]
    parts += [states[draws, a : a + K * n] for states in (tables.breakdown, tables.base)]
    parts[1:] = [states.reshape(len(states), K, n) for states in parts[1:]]
    share = tables.hidden_share[draws][:, :, tables.number[f : f + n]] * (tables.holder == p)[:, None]
    mine = np.flatnonzero(tables.giver == p)
    parts += [worth[draws][:, mine, e] @ share for worth in (tables.kept_worth, tables.after)]
    return np.concatenate(parts, axis=1)
