"""The page on Singapore says what bench/singapore.json holds, and that is about the file as it is."""

from __future__ import annotations

import json

import pytest
from histories import NUMBERS as HISTORIES
from singapore import GIVEN, METRICS, NUMBERS, PAGE, likely, page

import servanda

FOUND = json.loads(NUMBERS.read_text("utf-8"))


def test_the_page_is_made_from_the_numbers() -> None:
    assert PAGE.read_text("utf-8") == page(FOUND)


def test_the_numbers_are_those_of_the_file_in_the_catalogue() -> None:
    origin = servanda.read("singapore-2018").origin
    assert origin is not None
    assert FOUND["sha256"] == origin.sha256
    assert json.loads(HISTORIES.read_text("utf-8"))["games"]["singapore-2018"]["sha256"] == origin.sha256


def test_what_is_likely_is_what_compare_says() -> None:
    agreement = servanda.read("singapore-2018")
    [result] = servanda.compare(agreement, plans=["all-at-once"]).plans
    kept = FOUND["plans"]["all-at-once"]
    for name, said in likely(result).items():
        if name in ("stands", "stands_by_habit", "given", "gains", "broken", "losses"):
            for key, value in said.items():
                assert kept[name][key] == pytest.approx(value, rel=1e-6, abs=1e-9)
        elif isinstance(said, float):
            assert kept[name] == pytest.approx(said, rel=1e-6)
    assert kept["furthest"] is None or set(kept["furthest"]) == {"title", "date", "done"}


def test_every_plan_says_what_is_given() -> None:
    for kept in FOUND["plans"].values():
        assert list(kept["given"]) == [stake for each in GIVEN.values() for stake in each]


def test_ranges_are_whole_or_missing_and_the_page_says_which() -> None:
    text, drawn = PAGE.read_text("utf-8"), FOUND["ranges"]
    assert ("likely values only" in text) == (drawn is None)
    assert ("singapore-2018-fan.png" in text) == (drawn is not None)
    for kept in (drawn or {"plans": {}})["plans"].values():
        assert list(kept["spans"]) == list(METRICS)
        assert all(low <= middle <= high for middle, low, high in kept["spans"].values())
