"""An inspection game in one stage: whether to violate, and whether to inspect, at once.

Source: the textbook game; cf. Avenhaus, Rudolf, Bernhard von Stengel, and Shmuel Zamir. 2002. Inspection Games. In
Handbook of Game Theory, vol. 3, ch. 51. Payoffs are ours. A legal act pays 0; a violation pays the inspectee 1
undetected and -1 detected, the inspector -1 and 0; inspecting costs 1/4.

Numbers below (anchor AQRE-INSP1): made by us with Gambit and a branch tracer in numpy, printed to 12 digits.
TOLERANCE = 1e-12. The inspectee keeps or conceals; the inspector, who does not see it, withdraws (inspects) or keeps.
The game has one equilibrium at each precision; the tests find it again by bisection.
"""

from __future__ import annotations

import pytest
from exact import logistic, near, simultaneous, simultaneous_payoffs, solved

TOLERANCE = 1e-12
# By precision: chance of a legal act, of an inspection, payoffs of inspectee and inspector.
INSPECTION = {
    0.5: (0.507566215189, 0.530267171196, -0.029809155335, -0.363879107537),
    1.0: (0.527651390937, 0.55535926486, -0.0522977435103, -0.348865248991),
    2.0: (0.582311307528, 0.583067199296, -0.0693924597222, -0.319914916199),
    5.0: (0.686698460556, 0.578472916224, -0.0491713709151, -0.27668331332),
    20.0: (0.74464365442, 0.526756144611, -0.0136647026192, -0.252534857633),
}
PAYS = {(0, 0): (0.0, 0.0), (0, 1): (0.0, -0.25), (1, 0): (1.0, -1.0), (1, 1): (-1.0, -0.25)}


@pytest.mark.parametrize("precision", INSPECTION)
def test_inspection(precision: float) -> None:
    summary = solved(simultaneous("inspectee", "inspector", PAYS, precision))[1]
    inspectee, inspector = summary.entries
    value = simultaneous_payoffs(summary, "inspectee", precision)
    found = (inspectee.keep, inspector.withdraw, value["inspectee"], value["inspector"])
    assert found == near(INSPECTION[precision], TOLERANCE)

    low, high = 0.0, 1.0  # chance of an inspection
    for _ in range(200):
        x = (low + high) / 2
        violates = logistic(precision * (1 - 2 * x))
        low, high = (x, high) if logistic(precision * (violates - 0.25)) > x else (low, x)
    assert (inspectee.conceal, inspector.withdraw) == near((violates, x), TOLERANCE)


def test_towards_the_mixed_equilibrium() -> None:
    """Without errors 1/4 violate and 1/2 inspect; at precision 200 they are as near as a tenth of that at 20."""
    inspectee, inspector = solved(simultaneous("inspectee", "inspector", PAYS, 200.0))[1].entries
    assert (inspectee.conceal, inspector.withdraw) == near((0.25, 0.5), 3e-3)
    assert abs(inspector.withdraw - 0.5) < 0.11 * abs(INSPECTION[20.0][1] - 0.5)
