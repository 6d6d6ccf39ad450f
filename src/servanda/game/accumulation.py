"""Sums over the calendar of a plan: shares given, finding rates, incidents; and the present value of a flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from servanda.agreement.dates import years_between
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number
from servanda.arrays import Floats, Ints
from servanda.game.calendar import Step

Valuation: TypeAlias = Callable[[Number], Floats]


def annuity(rate: Floats, duration: Floats) -> Floats:
    """Present value of one unit a year for a while.

    Returns
    -------
    floats
        ∫ exp(-rate·u) du from 0 to duration.
    """
    rate, duration = np.broadcast_arrays(rate, duration)
    safe = np.where(rate > 0, rate, 1.0)
    return np.where(rate > 0, -np.expm1(-safe * duration) / safe, duration)


def shares(
    steps: tuple[Step, ...], stakes: tuple[str, ...], value: Callable[[Number], Floats], D: int
) -> tuple[Floats, Floats]:
    """Share of each stake given at each of `E` entries (D, E, S); by claim before each and at the end (D, E + 1, S)."""
    share = np.zeros((D, len(steps), len(stakes)))
    claimed = np.zeros((D, len(steps) + 1, len(stakes)))
    for e, s in enumerate(steps):
        for name, number in s.gives.items():
            j = stakes.index(name)
            left = 1.0 - claimed[:, e, j]
            given = value(number)
            share[:, e, j] = left if name in s.rest else np.minimum(given, left) if D > 1 else given
        claimed[:, e + 1] = claimed[:, e] + share[:, e]
    return share, claimed


def hazards(
    agreement: Agreement,
    hideable: tuple[str, ...],
    before: Floats,
    after: Floats,
    parent: Ints,
    value: Valuation,
    D: int,
) -> tuple[Floats, Floats]:
    """Integrate finding and incident rates from `before` to `after`; nothing is found before the first entry."""
    reported = np.where(parent >= 0, 1.0, 0.0)
    hazard = np.zeros((D, before.size, len(hideable)))
    alarms = value(agreement.incidents)[:, None] * (after - before) * reported
    for measure in agreement.measures.values():
        opens = years_between(agreement.start, measure.starts) if measure.starts else -np.inf
        closes = years_between(agreement.start, measure.until) if measure.until else np.inf
        overlap = np.maximum(0.0, np.minimum(after, closes) - np.maximum(before, opens)) * reported
        for j, name in enumerate(hideable):
            if name in measure.covers:
                hazard[:, :, j] += value(measure.finds)[:, None] * overlap
        alarms = alarms + (value(measure.false_alarms) * value(measure.breaks))[:, None] * overlap
    return hazard, alarms
