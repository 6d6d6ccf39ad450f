"""Preventive war: how fast power may shift.

Source: derived by us (anchor POWELL); equal to the general inequality of Powell, Robert. 2006. War as a Commitment
Problem. International Organization 60: 169-203; cf. Powell. 2004. The Inefficient Use of Power. American Political
Science Review 98: 231-241.

A declining side that gets everything today, and tomorrow what is left after buying off its rival, attacks if delta p'
- p > d / (1 - d), where war destroys the share d, and p and p' are its rival's chances to win.

The paper is about what comes about; servanda takes a plan as given. What is tested is that at the threshold the party
that has to be indifferent is, and that a little more or less moves that by the right amount. TOLERANCE = 1e-12: the
thresholds are exact (second row: printed to 12 digits, 1e-11).
"""

from __future__ import annotations

import itertools

import pytest
from exact import for_good, gain, near, on

TOLERANCE = 1e-12


@pytest.mark.parametrize(
    ("path", "d", "delta"),
    [
        ([0.3, 0.6111111111111112, 0.9567901234567902], 0.2, 0.9),
        ([0.5, 0.643274853801, 0.794090489381, 0.952843789992], 0.1, 0.95),
    ],
)
def test_preventive_war(path: list[float], d: float, delta: float) -> None:
    """War is withdrawing; `shift` is what the declining side cedes tomorrow, `peace` what war takes from both."""

    def attacking(now: float, later: float) -> tuple[float, float]:
        rival = later * (1 - d)  # what war tomorrow would give it, and so what it has to be given
        stakes = {
            "pie": {"holder": "declining", "worth": {"declining": 1 - rival, "rising": rival}, "restore": "never"},
            "shift": {"holder": "declining", "worth": {"declining": rival, "rising": -rival}, "restore": "never"},
            "peace": {"holder": "declining", "worth": {"declining": (1 - now) * (1 - d) - 1}, "restore": "0 days"},
        }
        entries = [
            {"id": "peace", "date": on(0), "by": "declining", "gives": ["peace"], "automatic": True},
            {"id": "today", "date": on(0), "review": ["declining"]},
            {"id": "shift", "date": on(1), "by": "declining", "gives": ["shift"], "automatic": True},
            {"id": "tomorrow", "date": on(1), "review": ["rising"]},
        ]
        of = for_good(delta, ["declining", "rising"], stakes, entries)
        return gain(of, "today-1-declining"), gain(of, "tomorrow-1-rising")

    printed = TOLERANCE if len(path) == 3 else 1e-11
    for now, later in itertools.pairwise(path):
        assert delta * later - now == near(d / (1 - d), printed)
        assert attacking(now, later) == near((0.0, 0.0), printed)
        assert attacking(now, later + 0.01)[0] == near(0.01 * delta * (1 - d), printed)
