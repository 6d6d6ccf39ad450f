"""Ordinary agreements have an answer, however short the last step is, and nothing infinite is called one."""

from __future__ import annotations

import numpy as np
import pytest

import servanda
from servanda.agreement.format.values import Number
from servanda.agreement.starter import starter_text
from servanda.game.compiler import Game, compile
from servanda.solver import _continuation
from servanda.solver.equilibrium import Workspace, solve


@pytest.fixture(scope="module")
def game() -> Game:
    return compile(servanda.loads(starter_text()), "phased")


@pytest.mark.parametrize("short", [1e-3, 1e-5, 1e-7, 1e-9, 1e-11, 1e-13, 1.2e-16])
def test_the_last_step_may_be_shorter_than_any_tolerance(game: Game, short: float) -> None:
    """The branch is stopped so little before the end, as loosely as a step may end, and goes on from there."""
    right = solve(game)
    play = Workspace(game, 0, game.merged)
    record = play.record(1)
    play.trace(record, 0, 1, None)
    x = record.point[0] + 5e-6 / np.sqrt(play.size)
    state = play.state = _continuation.start(play.size, 100)
    state.point[:-1], state.point[-1] = x, 1.0 - short
    state.tangent[-1] = state.kept_tangent[-1] = 1.0
    _continuation.forget(state)
    state.kept_inverse[:] = state.inverse
    state.point_gap[:] = x - play.image(x, 1.0 - short)
    state.point[:-1], state.point[-1] = x, 1.0 - short
    state.gap[:] = state.point_gap
    state.size[_continuation.NEXT_LOOK] = 2.0
    _continuation._guess(state)
    state.count[_continuation.VALUES] = 1
    while _continuation.advance(state, play.image(state.probe[:-1].copy(), float(state.probe[-1]))):
        pass
    assert state.point[-1] == 1.0
    play.residual(state.point[:-1].copy(), 1.0)
    np.testing.assert_allclose(play.work.leaves, right.leaves, rtol=0, atol=1e-10)


def test_the_starter_with_other_numbers_is_always_solved() -> None:
    """Each number anywhere in its range or somewhat beside it: with some of these there was no answer."""
    agreement = servanda.loads(starter_text())
    for plan in agreement.plans:
        batch = servanda.solve_draws(compile(agreement, plan, servanda.draw(agreement, 150, seed=11)))
        assert batch.converged.all()


def test_what_is_not_finite_is_not_converged() -> None:
    agreement = servanda.loads(starter_text())
    endless = agreement.stakes["programme"].worth["south"]
    values = {id(endless): np.array([1e150, 1e200])}  # each in itself a number, or put in by a program

    def valued(number: Number) -> np.ndarray:
        return values.get(id(number), np.array([number.likely] * 2))

    game = compile(agreement, "at-once", valued)
    found = solve(game, throw=False)
    assert not found.converged
    assert found.status == "values are too large to compute with"
    with pytest.raises(servanda.NotConverged, match="out of all proportion"):
        solve(game)
    assert set(servanda.solve_draws(game).statuses) == {found.status}
