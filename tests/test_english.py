"""How numbers are written: no small chance is hidden, no certainty is claimed, and few decimals agree with many."""

from __future__ import annotations

import math
from datetime import date

import pytest

from servanda.english import (
    TimeUnit,
    a_chance,
    at,
    chance,
    count,
    length,
    number,
    on,
    period,
    quantity,
    time,
    time_of,
    time_unit,
    without_capital,
)


def test_chances_in_a_sentence_and_in_a_table() -> None:
    values = (0.0, 1e-9, 0.004, 0.25, 0.996, 1.0)
    assert [chance(value, room="sentence") for value in values] == [
        "0%", "less than 1%", "less than 1%", "25%", "more than 99%", "more than 99%",
    ]  # fmt: skip
    assert [chance(value) for value in values] == ["0%", "<1%", "<1%", "25%", ">99%", ">99%"]
    assert [chance(value, 1) for value in values] == ["0.0%", "<0.1%", "0.4%", "25.0%", "99.6%", ">99.9%"]


def test_only_what_is_sure_is_all() -> None:
    assert [chance(value, sure=True) for value in (1.0, 1.0 - 1e-12)] == ["100%", ">99%"]
    assert [chance(value, 1, sure=True) for value in (1.0, 1.0 - 1e-12)] == ["100.0%", ">99.9%"]
    assert chance(None) == chance(None, 1) == "–"


def test_a_sentence_never_contradicts_a_table() -> None:
    """What is less than 1% in a sentence is at most 0.9% in a table, and the other way round; as at the upper end."""
    for per_million in range(0, 20_000, 7):
        low, high = per_million / 1e6, 1.0 - per_million / 1e6
        below = chance(low, 1) in ("0.0%", "<0.1%") or float(chance(low, 1)[:-1]) < 1.0
        assert (chance(low, room="sentence") in ("0%", "less than 1%")) == below, low
        above = chance(high, 1) == ">99.9%" or float(chance(high, 1)[:-1]) > 99.0
        assert (chance(high, room="sentence") == "more than 99%") == above, high


def test_numbers_have_proper_minus_signs_and_none_before_nothing() -> None:
    assert [number(-5.451), number(-0.004, sign=True), number(1.5, sign=True), number(4.26, 1)] == [
        "−5.45", "+0.00", "+1.50", "4.3",
    ]  # fmt: skip


def test_only_a_leading_article_is_lowered() -> None:
    names = ["The closure of X", "Theory", "A Bomb", "An Act", "Arms", "US troops", "The"]
    assert [without_capital(n) for n in names] == [
        "the closure of X", "Theory", "a Bomb", "an Act", "Arms", "US troops", "The",
    ]  # fmt: skip


def test_a_chance_as_a_noun_has_its_article() -> None:
    assert [a_chance(value) for value in (0.0, 0.004, 0.08, 0.11, 0.18, 0.25, 0.8, 0.999)] == [
        "a 0% chance", "less than a 1% chance", "an 8% chance", "an 11% chance", "an 18% chance", "a 25% chance",
        "an 80% chance", "more than a 99% chance",
    ]  # fmt: skip


# ------------------------------------------------------------------------------------------------ times and amounts


@pytest.mark.parametrize(
    ("horizon", "unit", "said"),
    [
        (90.0, "years", "0.5 of 90 years"),
        (3.0, "years", "0.5 of 3 years"),
        (2.0, "months", "6.0 months of 2 years"),
        (1.5, "months", "6.0 of 18 months"),
        (0.5, "months", "6.0 of 6 months"),
        (1 / 12, "days", "182.6 days of 1 month"),
        (10 / 365.25, "days", "182.6 of 10 days"),
        (1 / 365.25, "days", "182.6 days of 1 day"),
    ],
)
def test_times_are_told_in_the_unit_that_fits_the_horizon(horizon: float, unit: TimeUnit, said: str) -> None:
    assert time_unit(horizon) == unit
    assert time_of(0.5, horizon) == said


def test_short_times_are_not_nothing_and_nothing_has_no_minus() -> None:
    assert [time(years, "years") for years in (0.0, 0.04, 0.051, 1.0)] == [
        "0.0 years", "less than 0.1 years", "0.1 years", "1.0 years",
    ]  # fmt: skip
    assert time(0.0001, "months") == "less than 0.1 months"
    assert [time(years, "months", 2, sign=True) for years in (-0.5, -1e-9, 0.25)] == [
        "−6.00 months", "+0.00 months", "+3.00 months",
    ]  # fmt: skip


def test_durations_in_words() -> None:
    given = (1.0, 2.0, 1.5, 1 / 12, 1 / 365.25, 7 / 365.25, 0.0, 0.7345, 0.01, 2.0001, 1234.56, math.inf)
    assert [length(years) for years in given] == [
        "1 year", "2 years", "18 months", "1 month", "1 day", "7 days", "0 days", "8.81 months", "3.65 days", "2 years",
        "1235 years", "never",
    ]  # fmt: skip


def test_days_are_told_as_precisely_as_the_horizon_asks() -> None:
    day, first = date(2025, 7, 3), date(2025, 1, 1)
    assert [at(day, horizon) for horizon in (10.0, 1.5, 0.02)] == ["in 2025", "in July 2025", "on 3 July 2025"]
    assert [on(day, horizon) for horizon in (10.0, 1.5, 0.02)] == ["in July 2025", "in July 2025", "on 3 July 2025"]
    assert period(first, day, 10.0) == "2025 to 2025"
    assert period(first, day, 0.5) == "January 2025 to July 2025"
    assert period(first, day, 0.02) == "1 January 2025 to 3 July 2025"


def test_amounts_of_any_size() -> None:
    given = (0.0, -0.0, 1.0, -12.345, 0.072449, 999.96, 1e8, 123456.0, 4.5e-7, -1.5e-9, 2e12, 0.0001)
    assert [quantity(value) for value in given] == [
        "0", "0", "1", "−12.3", "0.0724", "1,000", "100,000,000", "123,000", "4.5e−7", "−1.5e−9", "2e12", "0.0001",
    ]  # fmt: skip


def test_one_is_not_several() -> None:
    assert [count(number, "draw") for number in (0, 1, 2, 1024)] == ["0 draws", "1 draw", "2 draws", "1,024 draws"]
    assert [count(number, "entry", "entries") for number in (1, 3)] == ["1 entry", "3 entries"]
