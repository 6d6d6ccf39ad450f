"""What tipping points, targets and heat maps say, on the starter agreement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.plain_starter import starter_text

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.presentation.view import Table, View, view
from servanda.uncertainty.tipping_points.tips import Tips

WORTH, REFUSAL = "stakes.programme.worth.north", "stakes.non-recognition.worth.north"
DISCOUNT = "parties.north.discount"


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return servanda.loads(starter_text())


@pytest.fixture(scope="module")
def found(agreement: Agreement) -> Tips:
    return servanda.tip(agreement, ("phased", "at-once"), "years", among=[WORTH, REFUSAL, DISCOUNT])


def keys(said: View) -> list[str]:
    return [block.key for block in said.blocks if isinstance(block, Table)]


def test_tips(found: Tips) -> None:
    said = view(found)
    assert said.headline == (
        "The ranking reverses once the worth of “North's weapons programme” to North rises above 2.29 (likely 2, range"
        " 1 to 4)."
    )
    assert keys(said) == ["flips", "change"]
    first, second, third, _ = said.table("flips").rows
    worth = "The worth of “North's weapons programme” to North"
    assert first.cells == (worth, "2", "1 to 4", "2.29", "All at once", "0.10")
    assert (second.kind, second.cells) == ("detail", (WORTH,))
    assert third.cells[1:] == ("−1.5", "−3 to −0.5", "−0.98", "All at once", "0.21")
    sentences = " ".join(block for block in said.blocks if isinstance(block, str))
    for part in (
        "At the likely values, Step by step is ahead of All at once by years",
        "4.33 years against 3.63 years.",
        "2 numbers each reverse the ranking alone, with all others at their likely values. 1 does not.",
        f"Without a tipping point in range, most influential first: {DISCOUNT}.",
        f"against 0.10 for {WORTH} alone",
        "This is the best of",
    ):
        assert part in sentences
    assert found.change is not None
    moved = [row.cells[0] for row in said.table("change").rows if row.kind == "detail"]
    assert WORTH in moved
    assert said.notes == ()


def test_points_without_an_answer_are_a_note(found: Tips) -> None:
    (note,) = view(replace(found, unsolved=3)).notes
    assert note.startswith(f"At 3 of {found.solved} points the solver found no equilibrium for a plan.")


def test_a_flip_that_was_lost_is_said(found: Tips) -> None:
    one = replace(found.numbers[-1], lost=((0.02, 0.05),))
    blocks = view(replace(found, numbers=(*found.numbers[:-1], one))).blocks
    assert (
        f"{DISCOUNT} reverses the ranking somewhere between 0.02 and 0.05, where the solver found no equilibrium for a"
        " plan."
    ) in blocks


def test_a_target(agreement: Agreement) -> None:
    said = view(servanda.reach(agreement, "phased", 0.3, ours=["measures.*.finds"]))
    assert said.headline.startswith("Step by step now stands at 25.2% by held_clean")
    assert said.headline.endswith("The target is at least 30.0%.")
    assert keys(said) == ["change"]
    assert "ranges reaches the target. At that point the plan stands at" in str(said.blocks[0])
    assert said.blocks[-1] == (
        "Free to be chosen: measures.inspectors.finds. All other numbers stay at their likely values."
    )
    met = view(servanda.reach(agreement, "phased", 0.1, ours=["measures.*.finds"]))
    assert "It already meets the target (at least 10.0%), so nothing has to change." in met.headline
    assert keys(met) == []


def test_a_heat_map(agreement: Agreement) -> None:
    said = view(servanda.heat(agreement, ("phased", "at-once"), WORTH, DISCOUNT, "years", points=3))
    assert said.headline == "Where Step by step is ahead of All at once, and where behind."
    (alone,) = said.blocks
    assert alone == (
        "The worth of “North's weapons programme” to North alone reverses the ranking at 2.29. The discount rate of"
        " North alone does not reverse the ranking in its range."
    )
