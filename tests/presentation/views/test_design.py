"""What a search for better plans says."""

from __future__ import annotations

import pytest
from support.plain_starter import starter_text

import servanda
from servanda.optimisation.pareto import Design
from servanda.presentation.view import Table, view


@pytest.fixture(scope="module")
def found() -> Design:
    agreement = servanda.loads(starter_text())
    return servanda.design(agreement, "phased", maximise=["held_clean"], subject_to=["gain.north >= 0"])


def test_the_best_plan_beside_those_of_the_file(found: Design) -> None:
    said = view(found)
    best = "chance in force and clean at the end, the best plan has 36.2%, against 25.2% as it stands"
    assert said.headline == f"Step by step: judged by the {best}."
    assert said.blocks[0] == "The search tried all 128 plans that the levers allow."
    assert [block.key for block in said.blocks if isinstance(block, Table)] == ["front", "levers"]
    front = said.table("front")
    assert [column.name for column in front.columns] == ["plan", "held_clean ↑", "gain.north", ""]
    assert [row.cells for row in front.rows] == [
        ("phased", "25.2%", "+1.50 units", "as it stands"),
        ("at-once", "17.2%", "+4.35 units", "as it stands"),
        ("1", "36.2%", "+1.58 units"),
    ]
    assert [row.cells for row in said.table("levers").rows] == [
        ("share.freeze.programme", "0.5", "0.4"),
        ("date.rest", "2027-04-01", "2027-01-01"),
        ("automatic.full-relief", "no", "yes"),
        ("finds.inspectors", "0.8", "1.6"),
    ]
    assert said.notes == (
        "These are optima of a model whose numbers are judgements. They are only as good as those numbers.",
    )


def test_where_no_plan_will_do() -> None:
    agreement = servanda.loads(starter_text())
    said = view(servanda.design(agreement, "phased", maximise=["years"], subject_to=["held_clean >= 0.99"]))
    assert said.headline == "None of the 128 plans that the search tried meets all conditions."
    assert [block.key for block in said.blocks if isinstance(block, Table)] == ["front"]
    assert said.blocks[-1] == "The most frequent reasons: misses held_clean >= 0.99 (128 plans)."
    assert said.notes == ()
