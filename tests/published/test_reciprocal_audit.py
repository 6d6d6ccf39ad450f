"""Audits of reciprocal exchanges: how sure detection has to be, how large steps may be.

Sources: derived by us (anchors AUDIT-K, KCHAIN), and again below by working backward; no publication.

AUDIT-K: the game of test_reciprocal_agreement.py without types. If all keep, cheating at step k gains g + c - h (W_k
+ f), where W_k is what the mover expects after the step; it does not pay if h is at least (g + c) / (W_k + f).
KCHAIN: at step k the mover pays a s_k and the other gets b s_k; both get B one period after step K; after a defection
nothing. The largest steps that are self-enforcing leave everyone indifferent.

TOLERANCE = 1e-12: results are exact fractions.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from exact import YEAR, Move, agreement, near, on, rate, watch

from servanda import audit, compile
from servanda.assessment.audits import Deviation

TOLERANCE = 1e-12
b, c, g, B, f = 3, 1, 1, 2, 2
LEAST_CHANCE = {
    (4, "0"): ["2/9", "1/3", "2/7", "1/2"],
    (6, "0"): ["2/11", "1/4", "2/9", "1/3", "2/7", "1/2"],
    (4, "1/20"): ["160000/651891", "8000/22649", "400/1331", "20/39"],
}
GAINS = [-0.7, 0.2, -0.1, 0.8]  # of cheating at each of 4 steps, h = 0.3
# K, a, b, discount factor, B: steps.
LARGEST = {
    (4, 1.0, 1.5, 0.9, 1.0): [3.6905625, 2.73375, 2.025, 0.9],
    (6, 1.0, 2.0, 0.8, 1.0): [12.582912, 7.86432, 4.9152, 3.072, 1.92, 0.8],
    (5, 1.0, 1.0, 0.9, 1.0): [1.18098, 1.3122, 1.458, 1.62, 0.9],
}


def gains(K: int, h: float, s: float) -> list[Deviation]:
    """The better breach at every step, in order."""
    moves: list[Move | dict[str, object]] = []
    for k in range(K):
        mover, other = "ab"[k % 2], "ba"[k % 2]
        moves.append(Move(f"step{k}", mover, keep={mover: -c, other: b}, conceal={mover: g}, day=k))
    moves.append(Move("bonus", "a", keep={"a": B, "b": B}, day=K, automatic=True))
    measures = {f"watch{k}": watch(f"step{k}", h, since=k, until=k + 1) for k in range(K)}
    if s:
        shock = {"covers": ["secret-step0"], "finds": 0.0, "false_alarms": rate(s), "breaks": 1.0, "until": on(K)}
        measures["shock"] = shock
    party = {"precision": 1.0, "costs": {"found": f}}
    rows = audit(compile(agreement({"a": party, "b": party}, moves, days=K + 1, measures=measures), "plan"))
    return sorted((d for row in rows for d in row.deviations), key=lambda d: d.date)


def after(K: int, s: Fraction) -> list[Fraction]:
    """What the mover of each step expects after it, if all keep, shocks included."""
    value = [Fraction(B), Fraction(B)]  # of the two parties, after step K
    found = []
    for k in reversed(range(K)):
        value = [(1 - s) * x for x in value]
        found.insert(0, value[k % 2])
        value[k % 2] -= c
        value[1 - k % 2] += b
    return found


@pytest.mark.parametrize("case", LEAST_CHANCE)
def test_least_chance_of_detection(case: tuple[int, str]) -> None:
    K, s = case[0], Fraction(case[1])
    for k, (expected, later) in enumerate(zip(LEAST_CHANCE[case], after(K, s), strict=True)):
        h = Fraction(expected)
        assert h == Fraction(g + c) / (later + f)
        at_least = gains(K, float(h), float(s))[k]
        assert at_least.gain == near(0.0, TOLERANCE)
        assert at_least.act == "conceal"
        assert gains(K, float(h) - 0.01, float(s))[k].gain == near(0.01 * float(later + f), TOLERANCE)


def test_gains_of_cheating() -> None:
    found = gains(4, 0.3, 0.0)
    assert [d.gain for d in found] == near(GAINS, TOLERANCE)
    assert [d.gain for d in found] == near([g + c - 0.3 * float(w + f) for w in after(4, Fraction(0))], TOLERANCE)


def exchange(sizes: list[float], a: float, b: float, delta: float, B: float) -> list[float]:
    """The gains of defecting at each step."""
    moves: list[Move | dict[str, object]] = []
    for k, size in enumerate(sizes):
        mover, other = "xy"[k % 2], "yx"[k % 2]
        moves.append(Move(f"step{k}", mover, keep={mover: -a * size, other: b * size}, day=k))
    moves.append(Move("bonus", "x", keep={"x": B, "y": B}, day=len(sizes), automatic=True))
    party = {"precision": 1.0, "discount": -math.log(delta) * YEAR}
    rows = audit(compile(agreement({"x": party, "y": party}, moves, days=len(sizes) + 1), "plan"))
    return [d.gain for d in sorted((d for row in rows for d in row.deviations), key=lambda d: d.date)]


@pytest.mark.parametrize("case", LARGEST)
def test_largest_steps(case: tuple[int, float, float, float, float]) -> None:
    K, a, b, delta, B = case
    again: list[float] = []  # each step as large as all that its mover gets later allows
    value = [B, B]
    for k in reversed(range(K)):
        value = [delta * x for x in value]
        again.insert(0, value[k % 2] / a)
        value[k % 2] = 0.0
        value[1 - k % 2] += b * again[0]
    assert again == near(LARGEST[case], 1e-11)
    assert exchange(LARGEST[case], *case[1:]) == near([0.0] * K, 1e-11)
    for k in range(K):
        more = [size * (1.01 if j == k else 1.0) for j, size in enumerate(LARGEST[case])]
        assert exchange(more, *case[1:])[k] == near(0.01 * a * LARGEST[case][k], 1e-11)
