"""Ordinary agreements have an answer, however short the last step is, and nothing infinite is called one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import yaml
from support.plain_starter import starter_text
from support.proving import log_choices
from support.referee import residual

import servanda
from servanda.agreement.format.values import Number
from servanda.crosscheck.explicit_tree import game_tree
from servanda.game.compiler import Game, compile
from servanda.solver import _continuation
from servanda.solver.equilibrium import Workspace, solve

# Of the starter: its last step was shorter than the tolerance to which it began, so it never ended near enough.
ORDINARY = {
    "incidents": 0.013692456790490873,
    "parties.north.discount": 0.0728757666406953,
    "parties.north.precision": 1.4430699135470682,
    "parties.north.costs.breakdown": 1.6787581436351766,
    "parties.north.costs.withdrawing": 0.8833065974089861,
    "parties.north.costs.found": 2.8932920758569765,
    "parties.north.types.sincere.chance": 0.5092679326860092,
    "parties.north.types.sincere.worth.programme": 0.5064399069164602,
    "parties.north.types.stalling.chance": 0.49073206731399077,
    "parties.south.discount": 0.05065610648506973,
    "parties.south.precision": 1.2259329842300206,
    "parties.south.costs.breakdown": 0.7345246639985927,
    "parties.south.types.committed.chance": 0.7113141959902939,
    "parties.south.types.committed.costs.withdrawing": 4.077404079830849,
    "parties.south.types.opportunist.chance": 0.28868580400970617,
    "stakes.programme.worth.north": 1.8751857965550072,
    "stakes.programme.worth.south": -3.735907165184428,
    "stakes.programme.restore": "1.9750045888215766 years",
    "stakes.sanctions.worth.south": 0.4522992475795662,
    "stakes.sanctions.restore": "0.44586826555286624 years",
    "stakes.non-recognition.worth.north": -1.1750778338248042,
    "measures.inspectors.finds": 0.7383837727983728,
    "measures.inspectors.false_alarms": 0.045025195605401955,
    "measures.inspectors.breaks": 0.18776814341817277,
    "plans.phased.entries.2.passes": 0.5940386974964122,
    "plans.phased.entries.5.chance": 0.4241593883687498,
    "plans.phased.entries.5.types.committed": 0.589042300518611,
    "plans.phased.entries.5.types.opportunist": 0.41095769948138916,
}


def test_an_ordinary_file_has_an_answer() -> None:
    data: Any = yaml.safe_load(starter_text())
    for place, value in ORDINARY.items():
        *way, last = (int(part) if part.isdigit() else part for part in place.split("."))
        thing = data
        for part in way:
            thing = thing[part]
        thing[last] = value
    del data["levers"], data["inspections"]
    data["plans"] = {"phased": data["plans"]["phased"]}
    agreement = servanda.loads(yaml.safe_dump(data, sort_keys=False))
    found = solve(compile(agreement, "phased"))
    assert found.converged
    tree = game_tree(agreement, "phased", max_nodes=200_000)
    each = {name: dict.fromkeys(party.types, party.precision.likely) for name, party in agreement.parties.items()}
    assert residual(tree, each, log_choices(found))[0] < 1e-10


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
    _continuation.keep(state)
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
    """Each number anywhere in its range."""
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
