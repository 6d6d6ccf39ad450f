"""The starter file: reads without problems, overwrites nothing, and its sums are right."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from servanda.agreement.format.entries import Ratification, Review, Turnover
from servanda.agreement.format.values import Number
from servanda.agreement.reading.reader import read
from servanda.agreement.starter import new, starter_text
from servanda.game.calendar import calendar_of

# Comments wrapped over lines, as one running text.
RUNNING = " ".join(re.sub(r"^\s*#", "", line).strip() for line in starter_text().splitlines() if "#" in line)
RUNNING = re.sub(r"\s+", " ", RUNNING)


def hundredths(chance: float) -> int:
    return round(100 * chance)


def test_it_reads_without_problems_and_holds_every_kind_of_thing(tmp_path: Path):
    agreement = read(new(tmp_path / "deal.yaml"))
    assert len(agreement.parties) == 2
    assert list(agreement.plans) == ["phased", "at-once"]
    entries = agreement.plans["phased"].entries
    assert {Ratification, Turnover, Review} <= {type(entry) for entry in entries}
    assert [name for name, stake in agreement.stakes.items() if stake.concealable] == ["programme"]
    (measure,) = agreement.measures.values()
    assert measure.starts is not None
    assert measure.until is not None
    assert len(calendar_of(agreement, "phased")) == 16


def test_it_begins_with_the_hint_for_editors_and_says_that_it_is_invented():
    assert starter_text().splitlines()[0] == "# yaml-language-server: $schema=servanda.schema.json"
    assert "INVENTED PLACEHOLDERS" in starter_text()


def test_every_judgement_has_a_range(tmp_path: Path):
    agreement = read(new(tmp_path / "deal.yaml"))
    judged = [agreement.incidents, agreement.measures["inspectors"].finds]
    for party in agreement.parties.values():
        judged += [party.discount, party.precision, party.costs.breakdown, *(t.chance for t in party.types.values())]
    judged += [stake.restore for stake in agreement.stakes.values() if stake.restore.likely < math.inf]
    assert all(isinstance(number, Number) and number.ranged and number.source == "placeholder" for number in judged)


@pytest.mark.parametrize("precision", [1.0, 2.0, 3.0])
def test_how_often_a_party_keeps_against_its_interest(precision: float):
    # Logit choice between two actions whose values differ by one unit (model.md, section 3).
    keeps = 1 / (1 + math.exp(precision))
    verb = "still keeps" if precision == 1 else "it keeps"
    assert f"{verb} {hundredths(keeps)} times in 100" in RUNNING
    assert re.search(rf"[Aa]t {precision} .{{0,80}}{verb} {hundredths(keeps)} times in 100", RUNNING)


@pytest.mark.parametrize("discount", [0.05, 0.10, 0.20])
def test_what_the_future_counts(discount: float):
    assert re.search(rf"at {discount:.2f} [^,]*counts {math.exp(-10 * discount):.2f}", RUNNING, re.IGNORECASE)


@pytest.mark.parametrize("rate", [0.1, 0.8, 2.3])
def test_how_often_a_concealment_is_found_within_a_year(rate: float):
    found = hundredths(1 - math.exp(-rate))
    assert re.search(rf"[Aa]t {rate} it is found[a-z ]* {found} times in 100", RUNNING)
    assert -math.log(1 - (1 - math.exp(-rate))) == pytest.approx(rate)  # "rate = -ln(1 - c)"


def test_what_a_search_finds_with_effort_of_its_scale():
    assert f"the effort after which it has found the thing {hundredths(1 - math.exp(-1))} times in 100" in RUNNING


def test_incidents_and_false_alarms():
    assert f"At 0.02 one of them ends the agreement within ten years {hundredths(1 - math.exp(-0.2))} times" in RUNNING
    assert f"0.05 is one in {1 / 0.05:g} years" in RUNNING
    assert f"With 0.05 and 0.2 that happens once in {1 / (0.05 * 0.2):g} years" in RUNNING


def test_it_never_writes_over_a_file(tmp_path: Path):
    file = tmp_path / "deal.yaml"
    file.write_text("mine")
    with pytest.raises(FileExistsError) as caught:
        new(file)
    assert str(caught.value) == (
        f"{file}: a file of this name already exists, and it was not changed. Choose another name."
    )
    assert file.read_text() == "mine"
    with pytest.raises(FileExistsError, match="a folder of this name already exists"):
        new(tmp_path)


def test_a_folder_that_does_not_exist(tmp_path: Path):
    file = tmp_path / "none" / "deal.yaml"
    with pytest.raises(FileNotFoundError) as caught:
        new(file)
    assert str(caught.value) == f"{file}: there is no folder {file.parent}. Create it first."
    assert not file.parent.exists()


def test_a_file_where_a_folder_should_be(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="is a file, not a folder"):
        new(tmp_path / "file" / "deal.yaml")
