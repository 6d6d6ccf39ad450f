"""Butter for bombs: the least offer that is better than arming.

Source: derived by us (anchor SPANIEL) after Spaniel, William. 2019. Bargaining over the Bomb. Cambridge University
Press.

An offer of x a period, for good, is kept if x is at least p - (1 - delta) c / delta, where arming costs c, takes a
period, and gives p a period from then on. The offerer prefers the deal if c is at least delta p.

The paper is about what comes about; servanda takes a plan as given. What is tested is that at the threshold the party
that has to be indifferent is, and that a little more or less moves that by the right amount. TOLERANCE = 1e-12: the
thresholds are exact.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from exact import YEAR, annuity, for_good, gain, near, on

from servanda import Agreement, compile, solve, summarise

TOLERANCE = 1e-12


@pytest.mark.parametrize(
    ("p", "c", "delta", "x", "deal", "no_deal"),
    [
        ("3/5", "3/10", "9/10", "17/30", "13/30", "23/50"),
        ("1/2", "1/5", "4/5", "9/20", "11/20", "3/5"),
        ("2/5", "7/20", "9/10", "13/36", "23/36", "16/25"),
        ("2/5", "1/2", "9/10", "31/90", "59/90", "16/25"),
    ],
)
def test_butter_for_bombs(p: str, c: str, delta: str, x: str, deal: str, no_deal: str) -> None:
    """The stake `arms` needs a day to be restored, and then changes the flows from x and 1 - x to p and 1 - p."""
    P, C, D, offer = (float(Fraction(v)) for v in (p, c, delta, x))

    def plan(share: float, *after: dict[str, object], cost: float) -> Agreement:
        stakes = {
            "pie": {"holder": "rogue", "worth": {"rogue": share, "offerer": 1 - share}, "restore": "never"},
            "arms": {"holder": "rogue", "worth": {"rogue": P - share, "offerer": share - P}, "restore": "1 day"},
        }
        disarm = {"id": "disarm", "date": on(0), "by": "rogue", "gives": ["arms"], "automatic": True}
        return for_good(D, ["rogue", "offerer"], stakes, [disarm, *after], withdrawing=cost)

    cost = C * annuity(-math.log(D) * YEAR, 1)
    review: dict[str, object] = {"id": "review", "date": on(0), "review": ["rogue"]}
    assert gain(plan(offer, review, cost=cost), "review-1-rogue") == near(0.0, TOLERANCE)
    assert gain(plan(offer - 0.01, review, cost=cost), "review-1-rogue") == near(0.01 * D, TOLERANCE)
    P_, C_, D_ = Fraction(p), Fraction(c), Fraction(delta)
    assert Fraction(x) == (1 - D_) * (Fraction(x) - C_) + D_ * P_  # keeping is as good as arming

    values = []
    for share, vote in ((offer, 1.0), (0.0, 0.0)):  # the offer, kept; no offer, so the rogue arms
        of = plan(share, {"id": "vote", "date": on(0), "ratify": "offerer", "passes": vote}, cost=cost)
        offerer = summarise(solve(compile(of, "plan"))).values["offerer"].sign
        values.append(offerer * of.parties["offerer"].discount.likely)
    assert values == near([float(Fraction(deal)), float(Fraction(no_deal))], TOLERANCE)
    assert (values[0] >= values[1]) == (C_ >= D_ * P_)
