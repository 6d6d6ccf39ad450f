"""Numbers and durations of a file: what is read, what is too large or too small to compute with, and what is said."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from support.commands import commands

from servanda.agreement.format.agreement import Agreement, AgreementError, Costs, Number, Party, Stake, Years
from servanda.agreement.format.correlations import Correlation
from servanda.agreement.format.values import LARGEST, LEAST, UNKNOWN, UNKNOWN_YEARS
from servanda.agreement.reading.reader import loads
from servanda.game.compiler import compile

SMALL = """servanda: 1
title: Small
start: 2027-03-01
horizon: 4 years
unit: one year
incidents: 0.01
parties:
  north:
    name: North
    discount: 0.08
    precision: 1.4
    costs: {breakdown: 1, found: 2.5}
    aims: {verifiable: {chance: 0.9, within: 18 months}, irreversible: 1 year}
  south: {name: South, discount: 0.06, precision: 1.2}
stakes:
  arms: {holder: north, worth: {north: 1.6, south: -2}, restore: 20 months, concealable: true}
  ban: {holder: south, worth: {north: -1, south: 0.2}, restore: 3 weeks}
measures:
  teams: {covers: [arms], finds: 0.7, false_alarms: 0.1, breaks: 0.15}
plans:
  a:
    finds: {teams: 0.8}
    entries:
      - {id: one, date: 2027-06-01, by: north, gives: {arms: 0.5}}
      - {id: two, date: 2027-09-01, by: south, gives: [ban]}
      - {id: vote, date: 2027-12-01, ratify: south, passes: 0.75}
      - {id: talk, review: [north, south], every: 1 year, from: 2029-03-01, until: 2030-03-01}
inspections:
  budget: 60
  unit: days
  period: 1 year
  measure: teams
  penalty: 2
  sites:
    plant: {holds: [arms], detection: {scale: 25}}
levers:
  a:
    - {share: one, of: arms, from: 0.2, to: 0.8, step: 0.2}
    - {finds: teams, from: 0.4, to: 1.6, step: 0.4, cost: 0.5, unit: dollars}
    - {date: two, from: 2027-07-01, to: 2028-07-01}
"""

# Every number of the file that is no chance, share or duration.
NUMBERS = (
    "incidents: 0.01", "discount: 0.08", "precision: 1.4", "breakdown: 1", "found: 2.5", "north: 1.6", "south: -2",
    "finds: 0.7", "false_alarms: 0.1", "teams: 0.8", "budget: 60", "penalty: 2", "scale: 25", "cost: 0.5",
    "from: 0.4", "to: 1.6", "step: 0.4",
)  # fmt: skip
CHANCES = ("breaks: 0.15", "passes: 0.75", "chance: 0.9", "arms: 0.5", "from: 0.2", "to: 0.8", "step: 0.2")
DURATIONS = ("restore: 20 months", "within: 18 months", "irreversible: 1 year", "horizon: 4 years", "period: 1 year")


def put(place: str, value: str) -> str:
    assert SMALL.count(place) == 1
    return SMALL.replace(place, f"{place.split(': ')[0]}: {value}")


def refusal(place: str, value: str) -> str:
    with pytest.raises(AgreementError) as caught:
        loads(put(place, value), "a.yaml")
    (problem, *_) = caught.value.problems
    line = SMALL[: SMALL.index(place)].count("\n") + 1
    assert problem.startswith(f"a.yaml:{line}: ")
    assert problem.isprintable()
    return problem


def test_the_file_is_in_order() -> None:
    assert isinstance(loads(SMALL), Agreement)


@pytest.mark.parametrize("place", NUMBERS + CHANCES)
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("-1.7e308", "1.7e+308 is too large"), ("1e400", "1e400 is too large"), ("−1e400", "1e400 is too large"),
        ("1e16", "1e+16 is too large"), ("9" * 400, "a number of 400 digits"), ("9" * 5000, "a number of 5000 digits"),
        ("1e" + "9" * 5000, "is not one to compute with"), ("5e-324", "e-324 is too small"),
        ("1e-400", "1e-400 is too small"), ("1e-16", "1e-16 is too small"), (".nan", "nan is not a finite number"),
        (".inf", "inf is not a finite number"), ("-.INF", "-inf is not a finite number"),
        ("nan", "'nan' is not a number"), ("inf", "'inf' is not a number"), ("true", "true is not a number"),
        ("yes", "'yes' is not a number"), ("1:30", "'1:30' is not a number"), ("two", "'two' is not a number"),
        ("1_000", "without _"), ("50%", "0.25 for 25%"), ("'3'", "without quotes"), ("１２", "the digits 0 to 9"),
        ("1 000", "without spaces"), ("{likely: .inf}", "inf is not a finite number"), ("[1]", "a list"),
    ],
)  # fmt: skip
def test_what_cannot_be_computed_with_is_refused_with_its_line(place: str, value: str, words: str) -> None:
    plain = place.split(": ")[0] in ("cost", "from", "to", "step")
    if value.startswith("{") and plain:
        return  # these have no range
    said = refusal(place, value)
    assert words in said or (plain and "is not a number. Write" in said)


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("incidents: 0.01", "1e7", "too large for a rate. It must be at most 1,000,000 per year"),
        ("finds: 0.7", "{likely: 1, low: 0.5, high: 2e6}", "finds.high: 2000000 is too large for a rate"),
        ("false_alarms: 0.1", "1e12", "too large for a rate"),
        ("teams: 0.8", "1e9", "too large for a rate"),
        ("to: 1.6", "1e9", "a rate per year from 0 to 1,000,000"),
        ("discount: 0.08", "10001", "too large for a discount. It must be at most 10,000 per year"),
        ("precision: 1.4", "1e9", "too large for a precision. It must be at most 1,000,000 per unit"),
        ("budget: 60", "1e10", "Choose a unit in which it is from 0.000001 to 1,000,000,000"),
        ("scale: 25", "1e-9", "Choose a unit in which it is from 0.000001 to 1,000,000,000"),
        ("restore: 20 months", "99999999999 years", "is too long to compute with. A duration is at most 10,000 years"),
        ("restore: 20 months", f"0.{'0' * 400}1 days", "is too short to compute with. Write 0 days"),
        ("restore: 20 months", "5e-324 days", "is not a duration"),
        ("restore: 20 months", "1e300 years", "is not a duration"),
        ("within: 18 months", f"{'9' * 400} years", "is too long to compute with"),
        ("irreversible: 1 year", "10001 years", "is too long to compute with"),
        ("horizon: 4 years", "0.000001 days", "at least 1 day and at most 900 years"),
        ("horizon: 4 years", f"{'9' * 400} years", "at least 1 day and at most 900 years"),
        ("period: 1 year", "0 days", "at least 1 day and at most 900 years"),
        ("every: 1 year", f"{'9' * 400} years", "100 years"),
        ("step: 0.4", "0.000000001", "levers.a.1.step: this lever would have 1,200,000,001 values, and may"),
        ("step: 0.2", "0.000000001", "levers.a.0.step: this lever would have 600,000,001 values, and may"),
        ("to: 2028-07-01", "2428-07-01", "this lever would have 146,464 values, and may have 100,000"),
    ],
)  # fmt: skip
def test_limits_say_what_is_allowed(place: str, value: str, words: str) -> None:
    assert words in refusal(place, value)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("−2", -2.0), ("−5.45", -5.45), ("−.5e−1", -0.05), ("−1e3", -1000.0), ("{likely: −2, low: −3, high: −1}", -2.0),
        ("1e15", 1e15), ("1e-15", 1e-15), ("0", 0.0), ("-0.0", 0.0), ("0x10", 16.0), ("0o17", 15.0), ("017", 17.0),
    ],
)  # fmt: skip
def test_what_is_read(value: str, meant: float) -> None:
    assert loads(put("south: -2", value)).stakes["arms"].worth["south"].likely == meant


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("south: -2", "-1e15"), ("north: 1.6", "1e-15"), ("precision: 1.4", "1e6"), ("discount: 0.08", "100"),
        ("finds: 0.7", "1e6"), ("incidents: 0.01", "1e6"), ("found: 2.5", "1e15"),
        ("restore: 20 months", "10000 years"),
        ("restore: 20 months", "0 days"), ("horizon: 4 years", "900 years"), ("discount: 0.08", "1e-15"),
    ],
)  # fmt: skip
def test_at_the_limits_every_payoff_is_finite(place: str, value: str) -> None:
    game = compile(loads(put(place, value)), "a")
    for name in ("flow", "kept_worth", "after", "breakdown", "base", "survive", "precision", "calm"):
        table = getattr(game.tables, name)
        assert np.isfinite(table).all(), name
    assert np.isfinite(game.tables.precision.max() * np.abs(game.tables.flow).max())


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e16, 5e-324, True, "1", 10**400])
def test_numbers_built_in_python_get_the_same_refusal(value: object) -> None:
    for build in (
        lambda: Party(name="A", precision=value),
        lambda: Party(name="A", discount={"likely": 0.1, "low": 0, "high": value}),
        lambda: Costs(breakdown=value),
        lambda: Stake(holder="a", worth={"a": value}),
        lambda: Correlation(between=["a", "b"], rank=value),
    ):
        with pytest.raises(ValidationError):
            build()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e16])
def test_a_number_alone_is_finite_too(value: float) -> None:
    with pytest.raises(ValidationError):
        Number(likely=value)
    with pytest.raises(ValidationError):
        Number(likely=0.0, low=0.0, high=value)


def test_what_is_not_given_stays_unknown_and_never_is_a_duration() -> None:
    assert not UNKNOWN.known
    assert not UNKNOWN_YEARS.known
    assert Years(likely=math.inf).likely == math.inf
    assert Stake(holder="a", restore=Years(likely=math.inf)).restore.likely == math.inf
    with pytest.raises(ValidationError):
        Years(likely=math.nan)
    assert Party(name="A", precision=np.int64(2)).precision.likely == 2.0
    assert LEAST < 1 < LARGEST


@pytest.mark.parametrize(
    ("value", "words"),
    [("nan", "'nan' is not a number"), ("1e400", "is too large"), ("1_0", "without _"), ("−1", "-1 is below 0")],
)
def test_options_are_read_as_files_are(
    value: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(SMALL, encoding="utf-8")
    done = commands(capsys)("inspect", file, f"--budget={value}")
    assert done.code == 2
    assert words in done.err
