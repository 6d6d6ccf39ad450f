"""The fast solver against the explicit tree where parties may be late, to 1e-9; the tree shares the calendar only."""

from __future__ import annotations

import pytest
from support.against_tree import differences
from support.random_lateness import random_lateness
from support.tree_solver import solve as solve_tree

from servanda.game.compiler import compile
from servanda.solver.equilibrium import solve


@pytest.mark.parametrize("seed", range(40))
def test_every_outcome_value_and_choice_is_the_trees(seed: int) -> None:
    agreement, of = random_lateness(seed, 800)
    equilibrium = solve(compile(agreement, "plan"))
    assert equilibrium.status == "converged"
    found = differences(equilibrium, of, solve_tree(of))
    assert max(found.values()) < 1e-9, found
