"""Plans in which steps can be late: the fast solver against the explicit tree, a second writing of the same page.

The tree's own solver (`support/tree_solver.py`) follows the branch without knowing of public nodes or beliefs.
"""

from __future__ import annotations

import numpy as np
import pytest
from support import tree_solver
from support.random_lateness import random_lateness

from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck.explicit_tree import Tree
from servanda.game.compiler import Game, compile
from servanda.solver.equilibrium import Equilibrium, solve
from servanda.solver.reach_probabilities import at_end, chances, fates

SAME = 1e-9
FATES = ("complete_on_time", "complete_late", "stalled", "suspended")


def outcomes(game: Game, found: Equilibrium) -> dict[str, float]:
    """Chance of each outcome, those in force as the tree's solver names them."""
    honest = np.ones((1, len(game.parties), len(game.node_step)))
    for p in range(len(game.parties)):
        for v in np.flatnonzero(game.tables.sets[p] > 1):
            sets, first = int(game.tables.sets[p, v]), int(game.tables.found_offset[p, v])
            nothing = game.tables.number[first : first + sets] == 0
            honest[0, p, v] = np.exp(found.belief[game.block(p, v)]).reshape(-1, sets)[:, nothing].sum()
    each = chances(game, np.array([0]), found.survive[None], found.leaves[None], found.holds[None])
    ends = {name: float(lost[0]) for name, lost in at_end(game, each, honest).items()}
    if game.is_late:
        ends = {name: chance for name, chance in ends.items() if not name.startswith("held:")}
        for name, (clean, concealed) in fates(game, each, honest).items():
            ends |= {f"{name}:clean": float(clean[0]), f"{name}:concealed": float(concealed[0])}
    return ends


def assert_alike(agreement: Agreement, tree: Tree, most: float = SAME) -> None:
    game = compile(agreement, "plan")
    found = solve(game)
    fast, slow = outcomes(game, found), tree_solver.solve(tree).outcomes
    if not game.is_late:  # the tree tells how it stands all the same
        slow = {name.replace("complete_on_time", "held"): chance for name, chance in slow.items()}
    for name in {*fast, *slow}:
        assert fast.get(name, 0.0) == pytest.approx(slow.get(name, 0.0), abs=most), name
    assert sum(fast.values()) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_random_plans_end_as_on_the_tree(seed: int) -> None:
    assert_alike(*random_lateness(seed, most=600))
