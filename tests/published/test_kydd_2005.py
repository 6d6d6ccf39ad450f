"""How much trust it takes to cooperate with a partner that may be out to exploit.

Source: derived by us (anchor TRUST-MIN), in the form of Kydd, Andrew H. 2005. Trust and Mistrust in International
Relations, and Kydd. 2000. Trust, Reassurance, and Cooperation. International Organization 54: 325-357 (cited from
memory).

A security seeker ranks R > T > P > S (both cooperate; it alone defects; both defect; it alone cooperates). An
untrustworthy partner always defects, a trustworthy one cooperates. It cooperates if its trust is at least m = (P - S)
/ ((R - T) + (P - S)). The partner's type leaves it no choice but to keep or to conceal; the seeker, who does not see
it, keeps or withdraws. At trust m both acts have to be worth the same, and to have chance 1/2 at any precision.
TOLERANCE = 1e-12: the threshold is exact.
"""

from __future__ import annotations

import pytest
from exact import FORCE, Move, agreement, near, solved

from servanda.assessment.outcomes import EntryResult

TOLERANCE = 1e-12
THRESHOLDS = {(3.0, 4.0, 1.0, 0.0): 1 / 2, (4.0, 5.0, 2.0, -1.0): 3 / 4, (3.5, 4.0, 1.0, -2.0): 6 / 7}  # T, R, P, S


def seeker(pays: tuple[float, float, float, float], trust: float, precision: float) -> EntryResult:
    T, R, P, S = pays
    force = FORCE / precision
    game = agreement(
        {
            "partner": {"precision": precision, "types": {"trustworthy": trust, "not": 1 - trust}},
            "seeker": {"precision": precision},
        },
        [
            Move(
                "deed",
                "partner",
                keep={"partner": {"trustworthy": 0.0, "not": -force}},
                conceal={"partner": {"trustworthy": -force, "not": 0.0}, "seeker": P - T},
                lasting={"seeker": S - R - P + T},
                exit={"partner": -force},
            ),
            Move("reply", "seeker", keep={"seeker": R}, exit={"seeker": T}),
        ],
    )
    deed, reply = solved(game)[1].entries
    assert deed.conceal == near(1 - trust, TOLERANCE)
    return reply


@pytest.mark.parametrize("precision", [1.0, 10.0])
@pytest.mark.parametrize("pays", THRESHOLDS)
def test_threshold(pays: tuple[float, float, float, float], precision: float) -> None:
    T, R, P, S = pays
    m = THRESHOLDS[pays]
    reply = seeker(pays, m, precision)
    act = reply.by_type["only"]
    assert act is not None
    assert act.margin == near(0.0, TOLERANCE)
    assert reply.keep == near(0.5, 10 * TOLERANCE)
    more = seeker(pays, m + 0.01, precision).by_type["only"]
    assert more is not None
    assert more.margin == near((m + 0.01) * (R - T) + (1 - m - 0.01) * (S - P), TOLERANCE)  # the two acts, by hand
    assert more.margin > 0.01
