"""Chances of arriving and of ending, node by node of the public tree, for any number of draws at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints
from servanda.game.compiler import Game
from servanda.game.kinds import CHOICES, EXCHANGE, FOUND, RATIFICATION, RENEWAL, SEAT, TURNOVER
from servanda.game.lateness import LATE, ON_TIME, STALLED, SUSPENDED
from servanda.game.tree_shape import movers_of


@dataclass(frozen=True)
class Chances:
    """What happens at each node.

    Attributes
    ----------
    arrive, reach : (D, V) floats
        Chance of being in force before the report at v, and when the act comes up.
    lost : dict of (D, V) floats
        By cause: chance that the agreement ends at v by it.
    possible : dict of (V,) bools
        By cause: where it is a cause at all.
    """

    arrive: Floats
    reach: Floats
    lost: dict[str, Floats]
    possible: dict[str, NDArray[np.bool_]]

    def at(self, nodes: list[int]) -> dict[str, Floats]:
        """What is lost at some nodes by the causes possible there, (D,) each."""
        return {
            cause: lost[:, nodes].sum(axis=1) for cause, lost in self.lost.items() if self.possible[cause][nodes].any()
        }


def hides(game: Game, p: int) -> bool:
    """Whether a party could conceal anything in this plan."""
    return bool(game.concealable[p])


def chances(game: Game, draws: Ints, survive: Floats, leaves: Floats, holds: Floats) -> Chances:
    """Work out the chances of arriving and of ending.

    Parameters
    ----------
    draws : (D,) ints
        Which draws of the game these are.
    survive : (D, N, V) floats
        Expected chance that a party is not found out on the way to v.
    leaves, holds : (D, V) floats
        Chance that the act at v ends the agreement, or leads to the node's second child.
    """
    tree, V, D = game.tree, len(game.tree.kind), len(draws)
    calm, replaced = game.tables.calm[draws], game.tables.replaced[draws]
    silent = survive.prod(axis=1)
    beside = np.flatnonzero(tree.kind == FOUND)
    quiet, still = silent.copy(), calm[:, tree.row]
    for v in beside:
        p, alone = int(tree.actor[v]), survive[:, :, tree.head[v]]
        quiet[:, v] = (1.0 - alone[:, p]) * np.delete(alone, p, axis=1).prod(axis=1)
        still[:, v] = 1.0
    step = np.ones((D, V))  # chance of the public event that leads to v, given its parent
    u = tree.parent[1:]
    stays = np.maximum(0.0, 1.0 - leaves - holds)
    turned = tree.kind[u] == TURNOVER
    new = replaced[:, tree.row[u]]
    first = np.where(turned, 1.0 - new, stays[:, u])
    second = np.where(turned, new, holds[:, u])
    target = np.arange(1, V)
    target = np.where(tree.kind[1:] == FOUND, tree.head[1:], target)
    is_second = tree.child[u, 1] == target
    step[:, 1:] = np.where(is_second, second, first)
    for v in np.flatnonzero(np.isin(tree.kind[1:], (SEAT,))) + 1:
        step[:, v] = 1.0
    for v in np.flatnonzero((tree.kind[u] == SEAT) & (tree.kind[1:] != SEAT)) + 1:
        last, head = int(tree.parent[v]), int(tree.head[tree.parent[v]])
        step[:, v] = _exchanged(int(tree.mask[v]), leaves[:, head : last + 1], holds[:, head : last + 1])
    arrive, reach = np.ones((D, V)), np.ones((D, V))
    for nodes in by_depth(tree.parent):
        arrive[:, nodes] = reach[:, tree.parent[nodes]] * step[:, nodes]
        reach[:, nodes] = arrive[:, nodes] * still[:, nodes] * quiet[:, nodes]
    later = (tree.parent >= 0) & ~np.isin(tree.kind, (FOUND, SEAT))
    seats = np.isin(tree.kind, (EXCHANGE, SEAT))
    renewal = tree.kind == RENEWAL
    ballot = tree.kind == RATIFICATION
    choice = is_choice_at(game) & ~renewal & ~seats
    gone = reach * leaves
    lost: dict[str, Floats] = {}
    possible: dict[str, NDArray[np.bool_]] = {}
    together = np.zeros((D, V))
    alone_at = {name: np.zeros((D, V)) for name in game.parties}
    for head in np.flatnonzero(tree.kind == EXCHANGE):
        last = head
        while last + 1 < V and tree.kind[last + 1] == SEAT and tree.head[last + 1] == head:
            last += 1
        out = leaves[:, head : last + 1]
        some = 1.0 - (1.0 - out).prod(axis=1)
        for i in range(last + 1 - head):
            alone = out[:, i] * np.delete(1.0 - out, i, axis=1).prod(axis=1)
            alone_at[game.parties[tree.actor[head + i]]][:, head] = reach[:, head] * alone
            some = some - alone
        together[:, head] = reach[:, head] * np.maximum(0.0, some)
    heads = tree.kind == EXCHANGE
    swapped = {int(e) for e in game.node_step[heads]}
    exchanges = {e: {m.party for m in movers_of(game.steps[e])} for e in swapped}
    for p, name in enumerate(game.parties):
        swaps = heads & np.isin(game.node_step, [e for e, movers in exchanges.items() if name in movers])
        possible[f"withdrew:{name}"] = (choice & (tree.actor == p)) | swaps
        lost[f"withdrew:{name}"] = gone * (choice & (tree.actor == p)) + alone_at[name]
    several = "both" if len(game.parties) == 2 else "several"
    if heads.any():
        possible[f"withdrew:{several}"] = heads
        lost[f"withdrew:{several}"] = together
    alone = np.zeros((D, V))
    hiding = [p for p in range(len(game.parties)) if hides(game, p)]
    for p in hiding:
        chance = (1.0 - survive[:, p]) * np.delete(survive, p, axis=1).prod(axis=1) * later
        alone += chance
        mends = np.zeros(V, dtype=bool)
        mends[tree.head[beside[tree.actor[beside] == p]]] = True  # there it stalls the plan, and does not end it
        possible[f"found:{game.parties[p]}"] = later & ~mends
        lost[f"found:{game.parties[p]}"] = arrive * chance * ~mends
    if len(hiding) > 1:
        possible[f"found:{several}"] = later
        lost[f"found:{several}"] = arrive * np.maximum(0.0, 1.0 - silent - alone) * later
    for p, name in enumerate(game.parties):
        if np.any(ballot & (tree.actor == p)):
            possible[f"unratified:{name}"] = ballot & (tree.actor == p)
            lost[f"unratified:{name}"] = gone * possible[f"unratified:{name}"]
    for p, name in enumerate(game.parties):
        if np.any(renewal & (tree.actor == p)):
            possible[f"lapsed:{name}"] = renewal & (tree.actor == p)
            lost[f"lapsed:{name}"] = gone * possible[f"lapsed:{name}"]
    possible["incident"] = later
    lost["incident"] = arrive * silent * (1.0 - calm[:, tree.row]) * later
    return Chances(arrive, reach, lost, possible)


def is_choice_at(game: Game) -> NDArray[np.bool_]:
    """At which nodes a party decides, (V,)."""
    return np.isin(game.tree.kind, CHOICES)


def _exchanged(mask: int, leaves: Floats, holds: Floats) -> Floats:
    """Chance, in each draw, that just those hold back at an exchange, and nobody leaves."""
    chance = np.ones(len(leaves))
    for i in range(leaves.shape[1]):
        chance = chance * (holds[:, i] if mask >> i & 1 else np.maximum(0.0, 1.0 - leaves[:, i] - holds[:, i]))
    return chance


def by_depth(parent: Ints) -> list[Ints]:
    """The nodes but the first, by how far from it they are: those of one list do not follow from each other."""
    up = parent.tolist()
    steps = [0] * len(up)
    for v in range(1, len(up)):
        steps[v] = steps[up[v]] + 1
    depth = np.array(steps, dtype=np.int64)
    order = np.argsort(depth, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(depth[order])) + 1)[1:]


def at_end(game: Game, found: Chances, honest: Floats) -> dict[str, Floats]:
    """Chance of every outcome, (D,) each, adding up to 1: held clean, held with something concealed, and the causes.

    Parameters
    ----------
    honest : (D, N, V) floats
        Chance that a party has concealed nothing, given in force at v.

    Returns
    -------
    dict of (D,) floats
    """
    ends = np.flatnonzero(game.node_step == len(game.steps))
    reach, all_clean = found.reach[:, ends], honest[:, :, ends].prod(axis=1)
    held, clean = reach.sum(axis=1), (reach * all_clean).sum(axis=1)
    result = {"held:clean": clean, "held:concealed": np.maximum(0.0, held - clean)}
    return result | {cause: lost.sum(axis=1) for cause, lost in found.lost.items()}


NEVER = 1e-12  # chances below this are those of nothing, but for rounding

FATES = {"complete_on_time": ON_TIME, "complete_late": LATE, "stalled": STALLED, "suspended": SUSPENDED}


def fates(game: Game, found: Chances, honest: Floats) -> dict[str, tuple[Floats, Floats]]:
    """How the agreement stands at the horizon if in force: chances clean, and with something concealed, (D,) each.

    Empty in a plan in which nothing can be late.
    """
    if game.late is None:
        return {}
    ends = np.flatnonzero(game.node_step == len(game.steps))
    reach, all_clean = found.reach[:, ends], honest[:, :, ends].prod(axis=1)
    result: dict[str, tuple[Floats, Floats]] = {}
    for name, fate in FATES.items():
        mine = reach * (game.late.fate[ends] == fate)
        clean = (mine * all_clean).sum(axis=1)
        result[name] = (clean, np.maximum(0.0, mine.sum(axis=1) - clean))
    return result
