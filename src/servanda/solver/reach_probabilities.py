"""Chances of arriving and of ending, node by node of the public tree, for any number of draws at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints
from servanda.game.compiler import TURNOVER, Game
from servanda.solver.equilibrium import fails_at, is_choice


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


def chances(game: Game, draws: Ints, survive: Floats, leaves: Floats) -> Chances:
    """Work out the chances of arriving and of ending.

    Parameters
    ----------
    draws : (D,) ints
        Which draws of the game these are.
    survive : (D, N, V) floats
        Expected chance that a party is not found out on the way to v.
    leaves : (D, V) floats
        Chance that the act at v ends the agreement.
    """
    tree, V, D = game.tree, len(game.tree.kind), len(draws)
    calm, replaced = game.tables.calm[draws], game.tables.replaced[draws]
    silent = survive.prod(axis=1)
    arrive, reach = np.ones((D, V)), np.ones((D, V))
    for v in range(1, V):
        u, e = int(tree.parent[v]), int(tree.step[v])
        go = reach[:, u] * (1.0 - leaves[:, u])
        if tree.kind[u] == TURNOVER:
            new = replaced[:, tree.step[u]]
            go = go * (new if tree.child[u, 1] == v else 1.0 - new)
        arrive[:, v] = go
        reach[:, v] = go * calm[:, e] * silent[:, v]
    later = tree.parent >= 0
    acting = np.array([game.parties[a] if a >= 0 else "" for a in tree.actor])
    choice = np.array([is_choice(game, v) for v in range(V)])
    ballot = np.array([fails_at(game, v) for v in range(V)])
    gone = reach * leaves
    lost: dict[str, Floats] = {}
    possible: dict[str, NDArray[np.bool_]] = {}
    for name in game.parties:
        possible[f"withdrew:{name}"] = choice & (acting == name)
        lost[f"withdrew:{name}"] = gone * possible[f"withdrew:{name}"]
    alone = np.zeros((D, V))
    hiding = [p for p in range(len(game.parties)) if hides(game, p)]
    for p in hiding:
        chance = (1.0 - survive[:, p]) * np.delete(survive, p, axis=1).prod(axis=1) * later
        alone += chance
        possible[f"found:{game.parties[p]}"] = later
        lost[f"found:{game.parties[p]}"] = arrive * chance
    if len(hiding) > 1:
        several = "found:both" if len(game.parties) == 2 else "found:several"
        possible[several] = later
        lost[several] = arrive * np.maximum(0.0, 1.0 - silent - alone) * later
    for name in game.parties:
        if np.any(ballot & (acting == name)):
            possible[f"unratified:{name}"] = ballot & (acting == name)
            lost[f"unratified:{name}"] = gone * possible[f"unratified:{name}"]
    possible["incident"] = later
    lost["incident"] = arrive * silent * (1.0 - calm[:, tree.step]) * later
    return Chances(arrive, reach, lost, possible)


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
    ends = np.flatnonzero(game.tree.step == len(game.steps))
    held = found.reach[:, ends].sum(axis=1)
    clean = (found.reach[:, ends] * honest[:, :, ends].prod(axis=1)).sum(axis=1)
    result = {"held:clean": clean, "held:concealed": np.maximum(0.0, held - clean)}
    return result | {cause: lost.sum(axis=1) for cause, lost in found.lost.items()}
