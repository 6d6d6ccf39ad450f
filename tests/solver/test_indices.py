"""A number of a draw, party or node that is not there is refused before any compiled loop is entered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.plain_starter import starter_text

import servanda
from servanda.agreement.format.values import Number
from servanda.assessment.breaches import replies
from servanda.assessment.summary import exposure
from servanda.solver.equilibrium import Workspace


@pytest.fixture(scope="module")
def game() -> servanda.Game:
    agreement = servanda.loads(starter_text())
    return servanda.compile(agreement, "phased", servanda.draw(agreement, 3, seed=1))


TAKE_A_DRAW: dict[str, Callable[[servanda.Game, Any], object]] = {
    "solve": lambda game, d: servanda.solve(game, draw=d),
    "audit": lambda game, d: servanda.audit(game, d),
    "exposure": lambda game, d: exposure(game, d),
    "prior": lambda game, d: game.prior(0, d),
    "replies": lambda game, d: replies(game, 0, d),
    "workspace": lambda game, d: Workspace(game, d),
    "equilibrium": lambda game, d: servanda.summarise(replace(servanda.solve(game), draw=d)),
}
WRONG = [
    -1,
    3,
    2**63,
    -(2**70),
    np.int64(-1),
    np.int8(3),
    1.0,
    np.float64(0.0),
    True,
    np.True_,
    "0",
    None,
    float("nan"),
]


@pytest.mark.parametrize("take", TAKE_A_DRAW.values(), ids=TAKE_A_DRAW.keys())
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_draws_that_are_not_there(game: servanda.Game, take: Callable[..., object], wrong: object) -> None:
    with pytest.raises(servanda.UsageError, match=r"^draw is .*\. This game has draws 0 to 2$") as error:
        take(game, wrong)
    assert isinstance(error.value, IndexError)


@pytest.mark.parametrize("take", TAKE_A_DRAW.values(), ids=TAKE_A_DRAW.keys())
def test_integers_of_numpy_are_integers(game: servanda.Game, take: Callable[..., object]) -> None:
    for d in (np.int64(2), np.uint8(2)):
        if take is not TAKE_A_DRAW["workspace"]:
            assert repr(take(game, d)) == repr(take(game, 2))


def test_a_game_without_draws_has_one() -> None:
    game = servanda.compile(servanda.loads(starter_text()), "phased")
    with pytest.raises(IndexError, match=r"draw is -1\. This game has one draw, number 0"):
        servanda.solve(game, draw=-1)


def test_parties_and_nodes(game: servanda.Game) -> None:
    for wrong in (-1, 2, 0.0):
        for take in (lambda p: game.prior(p), lambda p: game.block(p, 0), lambda p: replies(game, p, 0)):
            with pytest.raises(IndexError, match=r"party is .*\. This game has parties 0 to 1"):
                take(wrong)
    last = len(game.node_step) - 1
    for wrong in (-1, last + 1):
        for take in (lambda v: game.block(0, v), game.step_at):
            with pytest.raises(IndexError, match=f"node is {wrong}. This game has nodes 0 to {last}"):
                take(wrong)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (lambda one: np.array([1.0, np.nan, 1.0]), "no numbers"),
        (lambda one: np.ones((3, 1)), "shape"),
        (lambda one: np.array(["a", "b", "c"]), "str"),
        (lambda one: np.array([]), "shape"),
        (lambda one: np.ones(3 if one.low is None else 2), "shape"),
    ],
)
def test_values_of_draws_that_are_none(values: Callable[[Number], Any], words: str) -> None:
    with pytest.raises(servanda.UsageError, match=words):
        servanda.compile(servanda.loads(starter_text()), "phased", values)


def test_arrays_that_are_put_into_an_answer(game: servanda.Game) -> None:
    found = servanda.solve(game)
    spoilt = found.choice.copy()
    spoilt[0, 3] = np.nan
    for choice in (spoilt, found.choice[:, 1:], found.choice.astype(np.float32), found.choice.T):
        with pytest.raises(servanda.UsageError, match="choice of an equilibrium"):
            servanda.play(replace(found, choice=choice), times=10)
    same = replace(found, choice=np.asfortranarray(found.choice))
    assert servanda.summarise(same).held == servanda.summarise(found).held
