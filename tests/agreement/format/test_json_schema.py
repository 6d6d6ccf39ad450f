"""The JSON Schema accepts what reads, and refuses what is obviously wrong."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support import paths

from servanda.agreement.format.json_schema import schema
from servanda.agreement.reading._yaml_text import parse
from servanda.agreement.reading.reader import catalog
from servanda.agreement.starter import starter_text

GOOD = sorted(paths.GOOD.glob("*.yaml")) + sorted(paths.TEXTS.glob("*.yaml")) + list(catalog().values())
CHECK = Draft202012Validator(schema(), format_checker=Draft202012Validator.FORMAT_CHECKER)


def as_editors_see(value: Any) -> Any:
    """JSON has no dates: an editor hands them over as strings."""
    if isinstance(value, dict):
        return {key: as_editors_see(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_editors_see(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def faults(text: str) -> list[str]:
    return [error.json_path for error in CHECK.iter_errors(as_editors_see(parse(text).data))]


def test_it_is_a_schema():
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("file", GOOD, ids=lambda file: file.stem)
def test_it_accepts_good_files(file: Path):
    assert faults(file.read_text(encoding="utf-8")) == []


def test_it_accepts_the_starter():
    assert faults(starter_text()) == []


SEEN = ["unknown-key", "missing-key", "wrong-type", "chance-outside", "negative-rate", "empty-plan", "entry-of-no-kind",
        "review-dates", "bad-name", "empty-value", "other-version", "not-a-group", "many-problems",
        "due-out-of-order", "duties-out-of-order", "inspections", "lateness", "habits", "exchanges",
        "renewals"]  # fmt: skip


@pytest.mark.parametrize("name", SEEN)
def test_it_refuses_bad_files(name: str):
    text = (paths.BAD / f"{name}.yaml").read_text(encoding="utf-8")
    if name == "bad-name":
        text = text.replace("  2018-06-12: {holder: usa}\n", "")  # no text as a key: never reaches a schema
    assert faults(text) != []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("discount: 0.10", "discount: {low: 0.1}"),
        ("discount: 0.10", "discount: {likely: 0.1, low: 0.1}"),
        ("discount: 0.10", "discount: {likely: 0.1, lo: 0.1}"),
        ("restore: never", "restore: 3"),
        ("restore: never", "restore: soon"),
        ("every: 12 months", "every: 12 hours"),
        ("gives: [reactor]", "gives: {reactor: 1.5}"),
        ("gives: [reactor]", "gives: {}"),
        ("gives: [reactor]", "gives: []"),
        ("gives: [reactor]", "gives: reactor"),
        ("from: 2018-10-01", "starts: 2018-10-01"),
        ("date: 2018-10-01", "date: 2018-02-30"),
        ("ratify: usa", "by: usa"),
        ("title: A small", "titel: A small"),
        ("date: 2018-10-01", "due: {within: 30 days}"),
        ("date: 2018-10-01", "due: {within: 30 days, before: rest}"),
        ("date: 2018-10-01", "date: 2018-10-01, due: {after: start}"),
        ("by: dprk, gives: {reactor: 0.5}", "by: dprk"),
        ("by: dprk", "by: []"),
    ],
)
def test_it_refuses_one_bad_value(place: str, value: str):
    text = (paths.GOOD / "format-example.yaml").read_text(encoding="utf-8")
    assert place in text
    assert faults(text.replace(place, value, 1)) != []


def test_every_key_says_what_it_means():
    made = schema()
    groups = [made, *(each for each in made["$defs"].values() if "properties" in each)]
    groups += [made["$defs"]["Habits"]["anyOf"][1]]  # or the name of a table
    assert len(groups) == 39
    for group in groups:
        assert group["additionalProperties"] is False
        assert group["description"]
        for key, each in group["properties"].items():
            assert each["description"], key


def test_nothing_of_python_is_left_in_it():
    text = str(schema())
    for word in ("'null'", "'default'", "uniform", "'servanda': '", "_values"):
        assert word not in text
