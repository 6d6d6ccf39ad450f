"""What a sweep says, and what the ranges do to an answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.plain_starter import starter_text

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.presentation.view import Table, View, view
from servanda.uncertainty.overview import Uncertainty
from servanda.uncertainty.sweeps.sweep import Sweep, row


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return servanda.loads(starter_text())


@pytest.fixture(scope="module")
def found(agreement: Agreement) -> Uncertainty:
    result = servanda.within_ranges(agreement, draws=64)
    assert result is not None
    return result


@pytest.fixture(scope="module")
def swept(found: Uncertainty) -> Sweep:
    return found.swept


def keys(said: View) -> list[str]:
    return [block.key for block in said.blocks if isinstance(block, Table)]


def test_two_plans(swept: Sweep) -> None:
    said = view(swept)
    assert said.headline == (
        "Step by step has a median chance of 19% of still being in force in 2036 with nothing concealed. In nine of ten"
        " draws, the chance is 10% to 44%. Step by step beats All at once in all draws (median difference +3.7 points)."
    )
    numbers = "64 draws of 34 uncertain numbers, the same for every plan (seed 0)."
    assert said.blocks[0] == f"Starter agreement (invented): {numbers}"
    assert keys(said) == ["spans", "duels"]
    assert [row.cells for row in said.table("spans").rows] == [
        ("Step by step", "19%", "10% to 44%", "3.8", "2.8 to 6.3", "Parliament (94%)"),
        ("All at once", "14%", "8% to 27%", "3.6", "2.7 to 4.5", "Parliament (66%)"),
    ]
    assert [row.cells for row in said.table("duels").rows] == [("Step by step", "", "all"), ("All at once", "none", "")]
    assert said.notes == ("The solver found an equilibrium for every draw.",)


def test_the_median_that_is_said_is_that_of_the_table(swept: Sweep) -> None:
    median = row(swept, "phased", "held_clean")["p50"]
    assert view(swept).table("spans").rows[0].cells[1] == f"{100 * median:.0f}%"


def test_one_plan_has_no_duel_and_its_file_is_named(agreement: Agreement, tmp_path: Path) -> None:
    said = view(servanda.sweep(agreement, ["at-once"], draws=8, path=tmp_path / "one.parquet"))
    assert keys(said) == ["spans"]
    assert said.notes[-1] == f"Table: {tmp_path / 'one.parquet'}"
    assert "the same for every plan" not in str(said.blocks[0])


def test_the_ranges_of_an_answer(found: Uncertainty) -> None:
    said = view(found)
    assert said.headline == view(found.swept).headline
    assert keys(said) == ["spans", "duels"]
    moving, turning = [block for block in said.blocks if isinstance(block, str)]
    assert moving == (
        "Step by step, chance in force and clean at the end: with every number at its likely value, it is 25.2%. Moved"
        " alone, “North's weapons programme: worth to North” changes it most: 42.7% at the low end of its range, 17.3%"
        " at the high end."
    )
    assert "25.2% against 17.2%. None of the 25 numbers reverses the ranking within its range" in turning
    assert said.notes == ("The solver found an equilibrium for every draw.",)
