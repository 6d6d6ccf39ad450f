"""Reputation: an incumbent that may be of the kind that always fights, against two or three entrants in turn.

Source: Kreps, David M., and Robert Wilson. 1982. Reputation and Imperfect Information. Journal of Economic Theory 27:
253-279, sections 2-3. The entrant stays out: 0, incumbent a; it enters and is fought: b - 1, a weak incumbent -1; it
is let in: b, 0. A strong incumbent always fights; prior p = 0.1. a = 2, b = 1/2.

Numbers below (anchors KW-AQRE, KW-THRESH): logit agent equilibria computed by us with Gambit and a branch tracer in
numpy, to all digits of a float, TOLERANCE = 1e-8, the error of the precision that Gambit stops at; and the sequential
equilibrium in fractions, by Kreps and Wilson's formulas: a weak incumbent fights the first of two with chance 1/9 and
the first of three with 1/3, and the entrant after a fight stays out with chance 1/2. Logit equilibria approach it as
1 / precision.

As an agreement: entering and fighting are keeping, staying out and letting in withdraw. So the plan is the path on
which every entrant is fought, and what follows elsewhere is put into the exits. After letting in, the incumbent is
known to be weak: what that is worth to it is the value of a smaller agreement. What happens after staying out does
not matter to who stays out. With three entrants, after the *second* stayed out, the third's belief matters to the
incumbent: its value is that of an agreement with the belief of the first, solved for both together.
"""

from __future__ import annotations

import pytest
from exact import FORCE, Move, agreement, logistic, near, solved

from servanda import Summary

TOLERANCE = 1e-8
a, b, PRIOR = 2.0, 0.5, 0.1
# By precision: a weak incumbent fights the first; the last stays out after a fight; the first stays out.
TWO = {
    1.0: (0.29188518670853075, 0.4926263844793528, 0.4657279920096388),
    5.0: (0.1533015401556328, 0.406246265397238, 0.21246290443649962),
    20.0: (0.11573575247073117, 0.44920923880944824, 0.0026866861553627324),
    100.0: (0.11129596432975494, 0.48961214368202366, 9.514606000060911e-14),
}
# At precision 200: fights the first, fights the second, the second stays out after a fight, the last after two.
THREE = (0.3333897933398604, 0.33332309133500243, 0.49855742214674864, 0.49826701682523383)


def path(precision: float, prior: float, out: list[float], let_in: list[float]) -> tuple[Summary, Move]:
    """Entrants E1, E2, ... each enter and are fought. What a weak incumbent gets after each stays out, or is let in."""
    force = FORCE / precision
    moves: list[Move | dict[str, object]] = []
    for k, (after_out, after_in) in enumerate(zip(out, let_in, strict=True), start=1):
        moves.append(Move(f"enter{k}", f"E{k}", exit={"W": {"weak": after_out, "strong": 0.0}}))
        moves.append(
            Move(
                f"fight{k}",
                "W",
                keep={f"E{k}": b - 1, "W": {"weak": -1.0, "strong": 0.0}},
                exit={f"E{k}": b, "W": {"weak": after_in, "strong": -force}},
            )
        )
    parties = {
        "W": {"precision": precision, "types": {"weak": 1 - prior, "strong": prior}},
        **{f"E{k}": {"precision": precision} for k in range(1, len(out) + 1)},
    }
    first = moves[0]
    assert isinstance(first, Move)
    return solved(agreement(parties, moves))[1], first


def worth(precision: float, prior: float, out: list[float], let_in: list[float]) -> float:
    """What such a path is worth to a weak incumbent."""
    summary, first = path(precision, prior, out, let_in)
    exit_ = first.exit["W"]
    assert not isinstance(exit_, float | int)
    return summary.values["W"].by_type["weak"].gain + exit_["weak"]


def known_weak(precision: float, entrants: int) -> float:
    """What so many entrants are worth to an incumbent that is known to be weak."""
    value = 0.0
    for _ in range(entrants):
        value += worth(precision, 0.0, [a], [0.0])  # what comes later is the same whatever happens now
    return value


def fights(summary: Summary, k: int) -> float:
    weak = summary.entries[2 * k - 1].by_type["weak"]
    assert weak is not None
    return weak.keep


def two(precision: float) -> tuple[float, float, float]:
    summary, _ = path(precision, PRIOR, [0.0, a], [known_weak(precision, 1), 0.0])
    return fights(summary, 1), summary.entries[2].withdraw, summary.entries[0].withdraw


@pytest.mark.parametrize("precision", TWO)
def test_two_entrants(precision: float) -> None:
    assert two(precision) == near(TWO[precision], TOLERANCE)


@pytest.mark.parametrize("precision", TWO)
def test_two_entrants_derived_again(precision: float) -> None:
    """One equation for the chance that a weak incumbent fights the first; its right side falls, so it has one root."""
    last = logistic(-precision)  # the last fight of a weak one
    weak_only = logistic(-precision * (last * (b - 1) + (1 - last) * b))  # the last stays out, knowing it is weak
    let_in = weak_only * a - (1 - weak_only) * last

    def reply(fight: float) -> tuple[float, float]:
        strong = PRIOR / (PRIOR + (1 - PRIOR) * fight)
        out = logistic(-precision * (strong * (b - 1) + (1 - strong) * (last * (b - 1) + (1 - last) * b)))
        return logistic(precision * (-1 + out * a - (1 - out) * last - let_in)), out

    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if reply(middle)[0] > middle else (low, middle)
    fought = PRIOR + (1 - PRIOR) * low
    first_out = logistic(-precision * (fought * (b - 1) + (1 - fought) * b))
    assert two(precision) == near((low, reply(low)[1], first_out), 1e-9)


def test_three_entrants() -> None:
    precision = 200.0
    later = 0.0  # what the last entrant is worth to a weak incumbent, after the second stayed out
    for _ in range(3):
        summary, _ = path(
            precision, PRIOR, [0.0, a + later, a], [known_weak(precision, 2), known_weak(precision, 1), 0.0]
        )
        belief = summary.entries[2].beliefs["W"]["strong"]
        was, later = later, worth(precision, belief, [a], [0.0])
    assert later == near(was, 1e-13)
    found = (fights(summary, 1), fights(summary, 2), summary.entries[2].withdraw, summary.entries[4].withdraw)
    assert found == near(THREE, TOLERANCE)
    assert belief == near(1 / 4, 1e-3)


def test_towards_the_sequential_equilibrium() -> None:
    """The distance from Kreps and Wilson's fractions falls at least as 1 / precision."""
    for at_100, at_200, limit in zip(two(100.0), two(200.0), (1 / 9, 1 / 2, 0.0), strict=True):
        assert abs(at_200 - limit) <= 0.51 * abs(at_100 - limit) <= 0.006
    summary, _ = path(200.0, PRIOR, [0.0, a], [known_weak(200.0, 1), 0.0])
    assert summary.entries[2].beliefs["W"]["strong"] == near(1 / 2, 1e-3)
