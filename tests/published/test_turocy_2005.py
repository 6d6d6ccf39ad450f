"""The principal branch of a stag hunt leads to the risk-dominant equilibrium.

Source: Turocy, Theodore L. 2005. A Dynamic Homotopy Interpretation of the Logistic Quantal Response Equilibrium
Correspondence. Games and Economic Behavior 51: 243-263 (2x2 games; the theorem is cited from memory).

Numbers below (anchor AQRE-STAGHUNT): made by us with Gambit and a branch tracer in numpy; they have all digits of a
float. TOLERANCE = 1e-12. Both hunt: 4 each; both leave: d each; who hunts alone gets 0, who leaves alone 3. Leaving
is risk-dominant for both d. The first party keeps (hunts) or conceals, the second keeps or withdraws: neither sees
what the other does.
"""

from __future__ import annotations

import itertools

import pytest
from exact import logistic, near, simultaneous, solved

TOLERANCE = 1e-12
# By d and precision: chance to hunt, of both.
HUNT = {
    (3.0, 1.0): 0.05938731961223977,
    (3.0, 2.0): 0.0025229086231059383,
    (3.0, 5.0): 3.0590409846567595e-07,
    (1.5, 1.0): 0.346870585494862,
    (1.5, 2.0): 0.06423423887342293,
    (1.5, 5.0): 0.0005566361073273998,
}


def response(p: float, d: float, precision: float) -> float:
    return logistic(precision * (4 * p - 3 * p - (1 - p) * d))


def roots(d: float, precision: float) -> list[float]:
    """All symmetric equilibria, by bisection between the sign changes on a fine grid of log odds."""
    grid = [logistic(x / 50) for x in range(-1500, 1501)]
    found = []
    for low, high in itertools.pairwise(grid):
        if (response(low, d, precision) - low) * (response(high, d, precision) - high) <= 0:
            rising = response(low, d, precision) < low
            for _ in range(200):
                middle = (low + high) / 2
                low, high = (middle, high) if (response(middle, d, precision) < middle) == rising else (low, middle)
            found.append((low + high) / 2)
    return found


@pytest.mark.parametrize("case", HUNT)
def test_stag_hunt(case: tuple[float, float]) -> None:
    d, precision = case
    pays = {(0, 0): (4.0, 4.0), (0, 1): (0.0, 3.0), (1, 0): (3.0, 0.0), (1, 1): (d, d)}
    first, second = solved(simultaneous("one", "two", pays, precision))[1].entries
    assert (first.keep, second.keep) == near((HUNT[case], HUNT[case]), TOLERANCE)
    assert first.withdraw < 1e-50
    assert response(first.keep, d, precision) == near(first.keep, TOLERANCE)
    # Of the equilibria derived again it is the first; the others, where there are any, are not the answer.
    assert roots(d, precision)[0] == near(first.keep, TOLERANCE)
    assert len(roots(d, precision)) == (3 if case in [(1.5, 5.0), (3.0, 5.0)] else 1)
