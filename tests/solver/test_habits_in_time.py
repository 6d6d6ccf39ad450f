"""Habits are rates per year: reviews and looks can be as many as one likes, and so can steps over the same time.

The limit is worked out as a differential equation, of `model.md`, section 11, and not by the solver.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from support.building import gives, party, review, situation, stake

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.outcomes import Walk
from servanda.game.compiler import compile
from servanda.solver.equilibrium import solve
from servanda.solver.reach_probabilities import fates

HABITS = {"falls_behind": 0.4, "catches_up": 0.5, "suspends": 0.3, "leaves": 0.2, "conceals": 0.25}
RATE, PRECISION = 0.1, 2.0


def annuity(length: float) -> float:
    return -math.expm1(-RATE * length) / RATE


def fates_of(agreement: Agreement) -> dict[str, float]:
    """How likely it stands how at the horizon."""
    found = solve(compile(agreement, "plan"))
    walk = Walk(found)
    each = fates(found.game, walk.found, walk.truthful[None])
    return {name: float(both[0][0] + both[1][0]) for name, both in each.items()}


def backward(
    last: float, first: float, value: float, change: Callable[[float, float], float], steps: int = 4000
) -> list[float]:
    """Values at evenly spaced times, from the first to the last, of an equation known at its last (Runge-Kutta)."""
    h = (last - first) / steps
    values = [value]
    for i in range(steps):
        t = last - i * h
        one = change(t, value)
        two = change(t - h / 2, value - h / 2 * one)
        three = change(t - h / 2, value - h / 2 * two)
        four = change(t - h, value - h * three)
        value -= h / 6 * (one + 2 * two + 2 * three + four)
        values.append(value)
    return values[::-1]


def test_with_many_reviews_the_chance_to_leave_tends_to_a_hazard() -> None:
    # Given up at the start, A costs 0.3 a year; to leave brings it back at once, for 1. From year 1 to 8, reviews.
    def held(every: str, start: str) -> float:
        agreement: dict[str, Any] = situation(
            {"a": party(PRECISION, RATE, breakdown=1.0) | {"habits": HABITS}},
            {"A": stake("a", "0 days", a=0.3)},
            [
                gives("swap", "2020-01-01", "a", "A", automatic=True),
                review("a", every=every, from_=start, until="2028-01-01"),
            ],
        )
        return math.fsum(fates_of(Agreement.model_validate(agreement)).values())

    def leaving(t: float) -> float:
        return 0.3 * annuity(8 - t) - 1.0

    def hazard(t: float, v: float) -> float:
        return HABITS["leaves"] * math.exp(PRECISION * (leaving(t) - v))

    values = backward(8.0, 0.0, 0.0, lambda t, v: RATE * v - hazard(t, v) * (leaving(t) - v))
    h = 8.0 / (len(values) - 1)
    each = [hazard(i * h, v) for i, v in enumerate(values)]
    limit = math.exp(-h * (math.fsum(each) - (each[0] + each[-1]) / 2))
    far, near, nearest = (
        abs(held(*when) - limit)
        for when in (("12 months", "2021-01-01"), ("3 months", "2020-04-01"), ("1 month", "2020-02-01"))
    )
    assert near < far / 3
    assert nearest < near / 2
    assert nearest < 0.003


def test_with_many_looks_the_chance_to_catch_up_tends_to_a_hazard() -> None:
    # Behind since year 4, with looks until year 6; after the last what is late is struck, and a keeps its stake.
    habits = HABITS | {"leaves": 0.0, "falls_behind": 50.0}  # it falls behind for certain, and never leaves

    def late(count: int) -> float:
        agreement: dict[str, Any] = situation(
            {"a": party(PRECISION, RATE, delaying=1.0) | {"habits": habits}},
            {"A": stake("a", "0 days", a=0.5)},
            [gives("swap", "2024-01-01", "a", "A")],
        )
        looks = [f"{24 * (j + 1) // count} months" for j in range(count)]
        agreement["plans"]["plan"] |= {"late": {"looks": looks, "stalls": 1}}
        found = fates_of(Agreement.model_validate(agreement))
        return found["complete_late"] / (found["complete_late"] + found["stalled"])

    # To catch up is worth 0. To stay behind costs 1 a year and keeps 0.5 a year; at the end 0.5 a year until year 8.
    def hazard(v: float) -> float:
        return HABITS["catches_up"] * math.exp(-PRECISION * v)

    values = backward(6.0, 4.0, 0.5 * annuity(2.0), lambda _, v: RATE * v + 0.5 + hazard(v) * v)
    h = 2.0 / (len(values) - 1)
    each = [hazard(v) for v in values]
    limit = -math.expm1(-h * (math.fsum(each) - (each[0] + each[-1]) / 2))
    far, near, nearest = (abs(late(count) - limit) for count in (2, 6, 24))
    assert near < far / 2
    assert nearest < near / 3
    assert nearest < 0.02


@pytest.mark.parametrize("parts", [1, 3, 6])
def test_by_habit_many_steps_are_on_time_as_likely_as_one(parts: int) -> None:
    dates = [f"{2026 - 6 * k // parts}-01-01" for k in reversed(range(parts))]
    agreement: dict[str, Any] = situation(
        {"a": party(0.0, RATE) | {"habits": HABITS}},
        {"A": stake("a", "0 days", a=0.5)},
        [gives(f"step-{k}", when, "a", A=1 / parts) for k, when in enumerate(dates)],
    )
    agreement["plans"]["plan"] |= {"late": {"looks": ["6 months"], "stalls": 1}}
    found = fates_of(Agreement.model_validate(agreement))
    years = 2192 / 365.25  # to 2026
    assert found["complete_on_time"] == pytest.approx(math.exp(-(0.4 + 0.2) * years), abs=1e-13)
