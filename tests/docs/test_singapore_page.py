"""The page on Singapore says what bench/singapore.json holds, and that is about the file as it is."""

from __future__ import annotations

import json

from singapore import NUMBERS, PAGE, page

import servanda

FOUND = json.loads(NUMBERS.read_text("utf-8"))


def test_the_page_is_made_from_the_numbers() -> None:
    assert PAGE.read_text("utf-8") == page(FOUND)


def test_the_numbers_are_those_of_the_file_in_the_catalogue() -> None:
    origin = servanda.read("singapore-2018").origin
    assert origin is not None
    assert FOUND["sha256"] == origin.sha256


def test_the_likely_column_is_what_compare_says() -> None:
    comparison = servanda.compare(servanda.read("singapore-2018"))
    gains = [row["likely"] for row in FOUND["rows"] if row["what"].startswith("gain of United States")]
    expected = [result.summary.values["usa"].gain for result in comparison.plans]
    assert gains == [f"{gain:+.2f}".replace("-", "−") for gain in expected]


def test_every_picture_on_the_page_is_there() -> None:
    for name in ("singapore-2018-fan.png", "singapore-2018-tips.png"):
        assert f"../../pictures/{name}" in PAGE.read_text("utf-8")
        assert (PAGE.parents[2] / "pictures" / name).stat().st_size > 10_000
