"""What breaking a plan gains a party if everyone else keeps for certain: values of keeping, of breaches and courses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints, freeze
from servanda.errors import numbered
from servanda.game.compiler import Game, PublicTree
from servanda.game.kinds import AUTOMATIC, EXCHANGE, HORIZON, SEAT, TURNOVER
from servanda.solver.equilibrium import compiled, is_choice, workspace

TOLERANCE = 1e-9  # units; a gain up to this counts as none


class Breaches(NamedTuple):
    """What breaking gains beyond keeping, for a type that has concealed nothing; units at the entry's date.

    Each (E, K): by step of the plan and type; -inf where the party does not decide, the act is not offered, or the
    type cannot be in office. `conceal`, `withdraw`, `hold`: single breaches; letting a renewal lapse is withdrawing,
    and who holds back mends it at the first look. `best`: the best of them and the best course after.
    """

    conceal: Floats
    withdraw: Floats
    hold: Floats
    best: Floats


class Replies(NamedTuple):
    """One party's values (states,) and values of its acts (A, states): when it keeps, and on its best course.

    Of a plan in which nothing can be late they stand at the nodes of `trunk` only.
    """

    keeping: Floats
    keeping_acts: Floats
    best: Floats
    best_acts: Floats


def replies(game: Game, p: int, draw: int) -> Replies:
    """Work out what keeping, and the best course, are worth to a party when the others keep.

    On the best course a new government of the party keeps, with what was concealed before.

    Parameters
    ----------
    p : int
        Index of the party.
    """
    kernel = compiled()
    p = numbered("party", p, len(game.parties), "parties")
    own = kernel.one_draw(game.tables, numbered("draw", draw, game.draws))
    work = workspace(game, own)
    tree = game.tree if game.is_late else _trunk_only(game, p)
    kernel.surroundings(p, tree, own, work)
    kernel.respond(p, tree, own, work, 1.0, kernel.KEEP, work.onward)
    keeping, acts, onward = work.value.copy(), work.gain.copy(), work.onward.copy()
    kernel.respond(p, tree, own, work, 1.0, kernel.BEST, onward)
    return Replies(keeping, acts, work.value, work.gain)


def breaches(game: Game, p: int, found: Replies, there: NDArray[np.bool_], draw: int = 0) -> Breaches:
    """Gains of breaking at each entry.

    Parameters
    ----------
    p : int
        Index of the party.
    found : Replies
        Its own.
    there : (E, K) bools
        At which steps a type can be in office.
    """
    tables = game.tables
    nodes = np.array([seat_at(game, v, p) for v in trunk(game)[:-1]], dtype=np.int64)
    kinds = np.arange(there.shape[1], dtype=np.int64)
    where: Ints = tables.offset[p, nodes, None] + kinds * tables.sets[p, nodes, None]
    kept = np.where((nodes >= 0)[:, None] & there, found.keeping_acts[0, where], np.inf)
    single = found.keeping_acts[1:, where] - kept
    best = found.best_acts[1:, where] - kept
    if game.is_late:
        weightless = np.isneginf(tables.habit[draw, game.tree.row[nodes], 1:].T)  # such an act does not exist
        single, best = (np.where(weightless[:, :, None], -np.inf, gains) for gains in (single, best))
    hold = single[2] if game.is_late else np.full(kept.shape, -np.inf)
    return Breaches(single[0], single[1], hold, best.max(axis=0))


def seat_at(game: Game, node: int, p: int) -> int:
    """Where a party decides at what comes at a node: there, or beside the others of an exchange; -1 if it does not."""
    tree = game.tree
    if tree.kind[node] != EXCHANGE:
        return node if is_choice(game, node) and tree.actor[node] == p else -1
    seats = [node, *np.flatnonzero((tree.kind == SEAT) & (tree.head == node))]
    return next((int(seat) for seat in seats if tree.actor[seat] == p), -1)


def follows(game: Game, node: int, p: int = -1, holds: bool = False) -> int:
    """The node after one at which all keep; `holds`: but party p holds back there."""
    tree = game.tree
    if tree.kind[node] != EXCHANGE:
        return int(tree.child[node, int(holds)])
    seat = seat_at(game, node, p) if holds else node
    return int(tree.forks[tree.fork[node] + (1 << seat - node if holds else 0)])


def in_office(game: Game, p: int, draw: int) -> NDArray[np.bool_]:
    """Tell at which steps (E, K) a party can be of a type at all."""
    tables, kinds = game.tables, int(game.tables.kinds[p])
    there = np.zeros((len(game.steps), kinds), dtype=bool)
    now = tables.log_prior[draw, p, :kinds] > -np.inf
    for e, v in enumerate(trunk(game)[:-1]):
        there[e], row = now, game.tree.row[v]
        if game.tree.kind[v] == TURNOVER and game.tree.actor[v] == p:
            fresh, chance = tables.log_fresh[draw, p, row, :kinds] > -np.inf, tables.replaced[draw, row]
            now = (now & (chance < 1)) | (fresh & (chance > 0))
    return there


def trunk(game: Game) -> Ints:
    """The public nodes (E + 1,) of the plan's steps and the horizon if all keep, and no new government comes.

    When the others keep, values by step, type and concealed set are the same on every branch: neither other parties'
    types nor their changes of government enter.
    """
    nodes = [0]
    while game.tree.kind[nodes[-1]] != HORIZON:
        nodes.append(follows(game, nodes[-1]))
    return np.array(nodes, dtype=np.int64)


def _trunk_only(game: Game, p: int) -> PublicTree:
    """The public tree with its trunk alone: what a new government finds is read off where the old one goes on."""
    tree = game.tree
    branched = np.array([bool(branch) for branch in game.branches])
    kind = np.where(branched, HORIZON, np.where((tree.kind == TURNOVER) & (tree.actor != p), AUTOMATIC, tree.kind))
    child = np.where(tree.child >= 0, tree.child[:, :1], -1)
    freeze((kind, child))
    return tree._replace(kind=kind, child=child)
