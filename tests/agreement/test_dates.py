"""Days that follow from others: intervals in days, weeks, months and years, and how many there are of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from servanda.agreement.dates import (
    due_dates,
    interval_in_words,
    renewal_count,
    renewal_dates,
    review_count,
    review_dates,
)
from servanda.agreement.format.entries import Renewal, Review
from servanda.agreement.reading.reader import loads
from servanda.game.calendar import calendar_of

TEXT = """servanda: 1
title: Reviews
start: 2020-01-01
horizon: 2 years
unit: one
parties: {a: {discount: 0.1, precision: 1}, b: {discount: 0.1, precision: 1, name: Bee}}
bodies: {commission: {}}
stakes: {s: {holder: a, worth: {a: 1}, restore: 1 year}}
plans:
  t:
    entries:
      - {id: r, review: [a], every: EVERY, from: 2020-01-31, until: 2020-03-31}
"""


@pytest.mark.parametrize(
    ("every", "kept", "days"),
    [
        ("10 days", timedelta(days=10), ["01-31", "02-10", "02-20", "03-01", "03-11", "03-21", "03-31"]),
        ("2 weeks", timedelta(days=14), ["01-31", "02-14", "02-28", "03-13", "03-27"]),
        ("1 month", 1, ["01-31", "02-29", "03-31"]),
        ("1 year", 12, ["01-31"]),
        ("1 day", timedelta(days=1), None),
    ],
)
def test_reviews_take_place_every_so_many_days_weeks_months_or_years(
    every: str, kept: int | timedelta, days: list[str] | None
) -> None:
    agreement = loads(TEXT.replace("EVERY", every))
    review = agreement.plans["t"].entries[0]
    assert isinstance(review, Review)
    assert review.every == kept
    found = review_dates(review)
    assert days is None or [day.strftime("%m-%d") for day in found] == days
    assert review_count(review) == len(found) == len(calendar_of(agreement, "t"))


@pytest.mark.parametrize(
    "every", ["1 month", "2 months", "5 months", "1 day", "3 days", "5 weeks", "1 year", "7 years"]
)
def test_dates_are_counted_as_they_are_written_out(every: str) -> None:
    for first in (date(2020, 1, 31), date(2020, 2, 29), date(2021, 12, 1)):
        for last in (date(2019, 1, 1), date(2020, 2, 29), date(2021, 12, 1), date(2022, 11, 30), date(2031, 1, 30)):
            review = Review.model_validate(
                {"id": "r", "review": ["a"], "every": every, "from": first, "until": last}, context={"file": True}
            )
            assert review_count(review) == len(review_dates(review))


def test_intervals_in_words() -> None:
    assert [interval_in_words(each) for each in (1, 18, 24, timedelta(days=1), timedelta(weeks=2))] == [
        "1 month", "18 months", "2 years", "1 day", "14 days",
    ]  # fmt: skip


def test_the_key_of_a_party_or_body_serves_where_its_name_is_left_out() -> None:
    agreement = loads(TEXT.replace("EVERY", "1 month"))
    assert [party.name for party in agreement.parties.values()] == ["a", "Bee"]
    assert agreement.bodies["commission"].name == "commission"


TERMS = TEXT.replace("review: [a], every: EVERY, from: 2020-01-31, until: 2020-03-31", "renew: [a, b], every: EVERY")


@pytest.mark.parametrize(
    ("terms", "days"),
    [
        ("6 months", ["2020-07-01", "2021-01-01", "2021-07-01", "2022-01-01"]),
        ("300 days", ["2020-10-27", "2021-08-23"]),
        ("1 month, from: 2020-01-31, until: 2020-04-30", ["2020-02-29", "2020-03-31", "2020-04-30"]),
        ("1 year, from: 2020-03-01", ["2021-03-01"]),
        ("2 years", ["2022-01-01"]),
    ],
)
def test_terms_end_one_after_the_other(terms: str, days: list[str]) -> None:
    agreement = loads(TERMS.replace("EVERY", terms))
    renewal = agreement.plans["t"].entries[0]
    assert isinstance(renewal, Renewal)
    found = renewal_dates(agreement, renewal)
    assert [day.isoformat() for day in found] == days
    assert renewal_count(agreement, renewal) == len(found)
    written = due_dates(agreement, "t").days
    assert written["r"] == found[0]
    assert list(written)[1:] == [f"r-{n}-{party}" for n in range(1, len(days) + 1) for party in "ab"]
    assert len(calendar_of(agreement, "t")) == 2 * len(days)


def test_an_agreement_without_an_end_has_a_first_term_and_no_list_of_all() -> None:
    agreement = loads(TERMS.replace("EVERY", "1 day").replace("horizon: 2 years\n", ""))
    renewal = agreement.plans["t"].entries[0]
    assert isinstance(renewal, Renewal)
    assert renewal_dates(agreement, renewal) == [date(2020, 1, 2)]
    assert renewal_count(agreement, renewal) == 1
