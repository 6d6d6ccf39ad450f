"""Stripped-down poker: bluffing under a private type, where what the other loses depends on that type.

Source: Myerson, Roger B. 1991. Game Theory: Analysis of Conflict; Reiley, David H., Michael B. Urbancic, and Mark
Walker. 2008. Stripped-Down Poker. Journal of Economic Education 39: 323-341 (both cited from memory). Alice has a
king or a queen, each with chance 1/2. She bets or folds (-1, 1); Bob then folds (1, -1) or calls: (2, -2) against a
king, (-2, 2) against a queen.

Numbers below (anchor AQRE-POKER): three points of the branch from the Gambit project's own tests (file
stripped_down_poker in golden_logit), good to 5e-9, and four computed by us with Gambit and a branch tracer in numpy,
printed to 12 digits. TOLERANCE = 1e-8 for the former, 1e-11 for the latter. The three logit equations are written
again in the test, and hold to 1e-9: at precision 20 one side moves 14 times as much as the other.

As an agreement: in servanda what a party gets depends on others' acts and not on their types. So Alice first has an
act on which her type leaves no choice: with a king she keeps, with a queen she conceals a stake that counts for both
in the end.
"""

from __future__ import annotations

import pytest
from exact import FORCE, Move, agreement, logistic, near, payoffs, solved

# By precision: chance to bet with a king and with a queen, and to call.
GOLDEN = {
    0.9982904819347787: (0.9314936145882412, 0.5391042210696471, 0.6143315420811428),
    5.258373176682664: (0.999999284661768, 0.4050315285335572, 0.691043249223235),
    9.289031409654118: (0.9999999999853377, 0.37168700353843437, 0.6855056000807833),
}
# The same, and Alice's payoff.
COMPUTED = {
    1.0: (0.931785430088, 0.539086796141, 0.614444385853, 0.260279106334),
    2.0: (0.995177813609, 0.502729476651, 0.66484699749, 0.327370506281),
    5.0: (0.999998567383, 0.409019809555, 0.69120126061, 0.330546000161),
    20.0: (1.0, 0.349982025878, 0.676985303608, 0.333075645612),
}


def poker(precision: float) -> tuple[float, float, float, float, float]:
    """Chance to bet with a king, with a queen, to call; payoffs of Alice and Bob."""
    force = FORCE / precision
    card = Move(
        "card",
        "alice",
        keep={"alice": {"king": 0.0, "queen": -force}},
        conceal={"alice": {"king": -force, "queen": 0.0}},
        lasting={"alice": -4.0, "bob": 4.0},
        exit={"alice": -force},
    )
    game = agreement(
        {"alice": {"precision": precision, "types": {"king": 0.5, "queen": 0.5}}, "bob": {"precision": precision}},
        [
            card,
            Move("bet", "alice", exit={"alice": -1.0, "bob": 1.0}),
            Move("call", "bob", keep={"alice": 2.0, "bob": -2.0}, exit={"alice": 1.0, "bob": -1.0}),
        ],
    )
    summary = solved(game)[1]
    shown, bet, call = summary.entries
    king, queen = bet.by_type["king"], bet.by_type["queen"]
    assert king is not None
    assert queen is not None
    assert shown.conceal == near(0.5, 1e-12)
    value = payoffs(summary, card)
    return king.keep, queen.keep, call.keep, value["alice"], value["bob"]


@pytest.mark.parametrize("precision", GOLDEN)
def test_gambits_points(precision: float) -> None:
    assert poker(precision)[:3] == near(GOLDEN[precision], 1e-8)


@pytest.mark.parametrize("precision", COMPUTED)
def test_computed_points(precision: float) -> None:
    *found, bob = poker(precision)
    assert found == near(list(COMPUTED[precision]), 1e-11)
    assert bob == near(-found[3], 1e-11)


@pytest.mark.parametrize("precision", [*GOLDEN, *COMPUTED])
def test_the_logit_equations(precision: float) -> None:
    king, queen, call, *_ = poker(precision)
    has_king = king / (king + queen)
    assert king == near(logistic(precision * (2 * call + 1 - call + 1)), 1e-9)
    assert queen == near(logistic(precision * (-2 * call + 1 - call + 1)), 1e-9)
    assert call == near(logistic(precision * (2 - 4 * has_king + 1)), 1e-9)
