"""Hundreds of random agreements in which parties may be late: the solver, the explicit tree, and Gambit."""

from __future__ import annotations

import pytest
from support.against_tree import differences
from support.random_lateness import random_lateness
from support.referee import gambit_with_habits
from support.tree_solver import solve as solve_tree

from servanda.game.compiler import compile
from servanda.solver.equilibrium import solve

MOST_ACTS = 700  # Gambit's time grows with the third power: of a file with more, a shorter plan is taken


@pytest.mark.parametrize("first", range(1_000, 1_300, 25))
def test_the_solver_and_the_tree(first: int) -> None:
    for seed in range(first, first + 25):
        agreement, of = random_lateness(seed)
        equilibrium = solve(compile(agreement, "plan"))
        assert equilibrium.status == "converged", seed
        found = differences(equilibrium, of, solve_tree(of))
        assert max(found.values()) < 1e-9, (seed, found)


@pytest.mark.parametrize("first", range(1_000, 1_300, 25))
def test_the_tree_and_gambit(first: int) -> None:
    for seed in range(first, first + 25):
        of = random_lateness(seed)[1]
        ours = solve_tree(of).choices
        if sum(map(len, ours.values())) > MOST_ACTS:
            of = random_lateness(seed, 800)[1]
            ours = solve_tree(of).choices
        for infoset, chances in gambit_with_habits(of).items():
            assert ours[infoset] == pytest.approx(chances, abs=1e-9, rel=0), (seed, infoset)


@pytest.mark.parametrize("seed", [2_000, 2_002, 2_003, 2_004, 2_006, 2_008, 2_012])
def test_large_trees(seed: int) -> None:
    agreement, of = random_lateness(seed, 20_000)
    equilibrium = solve(compile(agreement, "plan"))
    assert equilibrium.status == "converged"
    found = differences(equilibrium, of, solve_tree(of))
    assert max(found.values()) < 1e-9, found
