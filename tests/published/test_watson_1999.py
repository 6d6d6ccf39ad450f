"""Starting small: how fast stakes may grow if an opportunist is to betray at once.

Source: derived by us (anchor WATSON-GROWTH), a discrete-time analogue of Watson, Joel. 1999. Starting Small and
Renegotiation. Journal of Economic Theory 85: 52-90, and Watson. 2002. Starting Small and Commitment. Games and
Economic Behavior 38: 176-199.

An opportunist gets x times the stake by betraying now, or z times the stake and may betray the next. It betrays at
once if stakes grow by at most (1 - z / x) / delta.

The paper is about what comes about; servanda takes a plan as given. What is tested is that at the threshold the party
that has to be indifferent is, and that a little more or less moves that by the right amount. TOLERANCE = 1e-12: the
thresholds are exact.
"""

from __future__ import annotations

import math

import pytest
from exact import FORCE, YEAR, Move, agreement, near, solved

TOLERANCE = 1e-12


@pytest.mark.parametrize(
    ("x", "z", "delta", "growth"),
    [(2.0, 1.0, 0.9, 0.5555555555555556), (3.0, 1.0, 0.8, 0.8333333333333334), (2.0, 1.0, 0.4, 1.25)],
)
def test_starting_small(x: float, z: float, delta: float, growth: float) -> None:
    def waiting(by: float) -> float:
        party = {"precision": 1.0, "discount": -math.log(delta) * YEAR}
        moves: list[Move | dict[str, object]] = [
            Move("now", "o", keep={"o": z}, exit={"o": x}),
            Move("next", "o", keep={"o": -FORCE}, exit={"o": x * by}, day=1),
        ]
        summary = solved(agreement({"o": party}, moves, days=2))[1]
        assert summary.entries[1].withdraw == near(1.0, TOLERANCE)
        act = summary.entries[0].by_type["only"]
        assert act is not None
        return act.margin

    assert waiting(growth) == near(0.0, TOLERANCE)
    assert waiting(1.1 * growth) == near(z + delta * x * 1.1 * growth - x, TOLERANCE)
    assert waiting(1.1 * growth) > 0.05 > -0.05 > waiting(0.9 * growth)
