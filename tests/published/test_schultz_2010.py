"""How sure detection has to be for a hidden obligation to enforce itself, without and with turnovers.

Source: derived by us (anchor HSTAR) after the logic of Schultz, Kenneth A. 2010. The Enforcement Problem in Coercive
Bargaining. International Organization 64: 281-312, and again below by value iteration.

Each period a party gets r if it complies, g if it cheats, until it is found (chance h a period), and d from then on.
Cheating does not pay if h is at least (1 - delta)(g - r) / (delta (r - d)). With turnovers, chance q a period and
before detection, after which it gets the lump Z and nothing else: h* = (g - r) / (e (Vc - d / (1 - delta))), e =
delta (1 - q), Vc = (r + delta q Z) / (1 - e).

As an agreement: arms are given at the start (concealable) for relief, both back at once after a breakdown; the other
side reviews every day, which makes a report a day. Turnovers that end everything are incidents. Reports look for
findings first, so that what is paid when found is the mean over whether there was a turnover as well. 400 days of
reviews: what is left of a cheater is below (delta (1 - h))^400 < 5e-14. TOLERANCE = 1e-11, in payoffs of a period.
"""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from exact import YEAR, annuity, near, on, rate

from servanda import Agreement, audit, compile
from servanda.assessment.audits import Deviation

TOLERANCE = 1e-11
DAYS, REVIEWS = 3000, 400
LEAST = {  # r, g, d, delta, q, Z
    (3.0, 5.0, 1.0, 0.9, 0.0, 0.0): 1 / 9,
    (2.0, 3.0, 1.0, 0.8, 0.0, 0.0): 1 / 4,
    (1.0, 1.5, 0.0, 0.95, 0.0, 0.0): 1 / 38,
    (3.0, 5.0, 1.0, 0.9, 0.05, 10.0): 0.16959064327485382,
    (3.0, 5.0, 1.0, 0.9, 0.2, 10.0): 0.3888888888888889,
}


def hidden(r: float, g: float, d: float, delta: float, q: float, Z: float, h: float) -> Agreement:
    discount = -math.log(delta) * YEAR
    period = annuity(discount, 1)  # a flow of 1 / period is worth 1 a period
    costs = {"withdrawing": 1000.0}
    if q:
        over = d / (1 - delta)  # what follows a breakdown
        costs |= {"breakdown": over - Z, "found": (1 - q) * (Z - over)}
    stakes = {
        "peace": {"holder": "a", "worth": {"a": r / period}, "restore": "never"},
        "arms": {"holder": "a", "worth": {"a": (g - r) / period}, "restore": "0 days", "concealable": True},
        "relief": {"holder": "b", "worth": {"a": (d - g) / period}, "restore": "0 days"},
    }
    entries = [
        {"id": "disarm", "date": on(0), "by": "a", "gives": ["arms"]},
        {"id": "relieve", "date": on(0), "by": "b", "gives": ["relief"], "automatic": True},
        *({"id": f"look{k}", "date": on(k), "review": ["b"]} for k in range(1, REVIEWS + 1)),
    ]
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "Hidden obligation",
            "start": on(0),
            "horizon": f"{DAYS} days",
            "unit": "one",
            "incidents": rate(q),
            "parties": {
                "a": {"name": "a", "discount": discount, "precision": 1, "costs": costs},
                "b": {"name": "b", "discount": discount, "precision": 1},
            },
            "stakes": stakes,
            "measures": {"watch": {"covers": ["arms"], "finds": rate(h)}},
            "plans": {"plan": {"entries": entries}},
        }
    )


def cheating(*case: float) -> Deviation:
    best = audit(compile(hidden(*case), "plan"))[0].best
    assert best is not None
    return best


def again(r: float, g: float, d: float, delta: float, q: float, Z: float, h: float) -> float:
    """Value of cheating until found, less that of complying, by iteration over periods: turnover, then detection."""
    comply = cheat = 0.0
    for _ in range(5000):
        comply = r + delta * (q * Z + (1 - q) * comply)
        cheat = g + delta * (q * Z + (1 - q) * (h * d / (1 - delta) + (1 - h) * cheat))
    return cheat - comply


@pytest.mark.parametrize("case", LEAST)
def test_least_chance_of_detection(case: tuple[float, ...]) -> None:
    h = LEAST[case]
    best = cheating(*case, h)
    assert best.act == "conceal"
    assert best.gain == near(0.0, TOLERANCE)
    assert again(*case, h) == near(0.0, TOLERANCE)
    for other in (0.8 * h, 1.1 * h):
        assert cheating(*case, other).gain == near(again(*case, other), TOLERANCE)
    assert cheating(*case, 0.8 * h).gain > 0.1
    r, g, d, delta, q, Z = (Fraction(str(x)) for x in case)
    e = delta * (1 - q)
    assert h == near(float((g - r) / (e * ((r + delta * q * Z) / (1 - e) - d / (1 - delta)))), 1e-15)
