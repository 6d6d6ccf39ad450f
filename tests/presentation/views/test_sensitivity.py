"""What a sensitivity analysis, a tornado and rules of failure say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.plain_starter import starter_text

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.columns import Columns
from servanda.presentation.figures._bars import first_of
from servanda.presentation.view import Table, View, view
from servanda.presentation.views.sensitivity import told_apart, what_matters
from servanda.uncertainty.scenario_discovery.failure_rules import FailureRules, Limit, Rule


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return servanda.loads(starter_text())


def keys(said: View) -> list[str]:
    return [block.key for block in said.blocks if isinstance(block, Table)]


def test_shares_of_the_variance_by_groups(agreement: Agreement) -> None:
    pytest.importorskip("SALib")
    found = servanda.sensitivity(agreement, "phased", of="years", draws=64, seed=1)
    said = view(found)
    assert said.headline.startswith("“North: worths” matters most. Knowing these numbers would remove ")
    assert keys(said) == ["shares", "numbers"]
    shares = said.table("shares")
    assert [column.name for column in shares.columns] == [
        "group", "numbers", "by itself", "interval", "with interactions", "interval",
    ]  # fmt: skip
    assert found.shares is not None
    assert [row.cells[0] for row in shares.rows] == found.shares["what"].tolist()
    assert len(said.table("numbers").rows) == 12
    moves = [(row.cells[-1], float(row.cells[3])) for row in said.table("numbers").rows]
    assert moves == sorted(moves, key=lambda one: (one[0] != "yes", -one[1]))
    (words, *_) = said.blocks
    assert str(words).startswith("Expected time in force up to the horizon: “Step by step”. Over the ranges")
    assert f"it is {found.mean:.2f} years on average, and between {found.low:.2f} years" in str(words)
    assert said.notes == ()
    assert (
        view(replace(found, failed=5))
        .notes[0]
        .startswith(f"The solver found no equilibrium for 5 of {found.solves:,} draws")
    )


def test_a_difference_is_in_points(agreement: Agreement) -> None:
    said = view(servanda.tornado(agreement, between=("phased", "at-once")))
    assert "“Step by step” minus “All at once”. With every number at its likely value, it is 8.0" in said.headline
    first = said.table("swings").rows[0].cells
    assert all(cell.endswith(" percentage points") for cell in first[3:])


def test_a_tornado(agreement: Agreement) -> None:
    said = view(servanda.tornado(agreement, "phased", of="years"))
    assert "With every number at its likely value, it is 4.33 years. Moved alone, “" in said.headline
    table = said.table("swings")
    assert len(table.rows) == 12
    assert [column.name for column in table.columns] == ["number", "low end", "high end", "at low", "at high", "swing"]
    swings = [float(row.cells[5].removesuffix(" years")) for row in table.rows]
    assert swings == sorted(swings, reverse=True)


def test_indices_of_any_function() -> None:
    pytest.importorskip("SALib")
    said = view(servanda.sobol_indices(lambda points: 3 * points[:, 0] + points[:, 1], ["a", "b"], 128))
    assert said.headline.startswith("“a” matters most. Knowing it would remove ")
    assert [row.cells[0] for row in said.table("shares").rows] == ["a", "b"]


def rules(agreement: Agreement, why: str = "", *found: Rule) -> FailureRules:
    return FailureRules(
        agreement=agreement, plan="phased", when="held_clean < 0.2", words="the chance is below 0.2", bound=0.2,
        draws=200, aside=50, unanswered=4, share=0.25, worst=0.0004, best=0.5, rules=found, why=why, table=Columns({}),
        trajectory=Columns({}), seed=0,
    )  # fmt: skip


def limit(name: str, least: float | None, most: float | None, duration: bool = False) -> Limit:
    return Limit(name, f"number {name}", 0.5, 4.0, 1.0, least, most, 0.0002, duration)


def test_rules_of_failure(agreement: Agreement) -> None:
    first = Rule((limit("a", 2.0, None), limit("b", None, 2.5, True)), 0.6, 0.9, 0.2, 0.5, 0.8)
    second = Rule((limit("c", 1.0, 3.0),), 0.2, 0.8, 0.1, None, None)
    said = view(rules(agreement, "", first, second))
    assert said.headline == (
        "A draw counts as a failure if the chance is below 0.2. “Step by step” fails in 50 of 200 draws."
    )
    assert keys(said) == ["rule-1", "rule-2"]
    assert said.blocks[0] == (
        "Rule 1: the plan fails when number a is 2 or more and number b is 30 months or less. This rule covers 60% of"
        " the failures, and 90% of its draws fail (on the 50 draws kept aside: 50% and 80%)."
    )
    assert [row.cells for row in said.table("rule-1").rows] == [
        ("number a", "2", "", "0.5 to 4", "<0.001"), ("number b", "", "30 months", "6 months to 4 years", "<0.001"),
    ]  # fmt: skip
    assert "number c is between 1 and 3" in str(said.blocks[2])
    assert said.notes[0].startswith("The solver found no equilibrium for 4 of 204 draws (2.0%).")


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("all fail", "fails in all 200 draws (lowest less than 0.1%, highest 50.0%)"),
        ("none fails", "fails in none of 200 draws (lowest less than 0.1%, highest 50.0%). Try a quantile"),
        (
            "few fail",
            "fails in 50 of 200 draws (lowest less than 0.1%, highest 50.0%). That leaves too few failures",
        ),
        (
            "few others",
            "too few other draws to learn from. Try a quantile of the draws instead: --when 'held_clean < q25'",
        ),
        ("no rule", "Try --draws 816, or use 'servanda sensitivity' to see which groups matter."),
    ],
)
def test_why_there_is_no_rule(agreement: Agreement, why: str, said: str) -> None:
    assert said in view(rules(agreement, why)).headline


@pytest.mark.parametrize(("low", "words"), [(0.5, "“x” matters most."), (0.3, "“x” seems to matter most.")])
def test_a_number_whose_interval_meets_the_next_one_only_seems_to_matter_most(low: float, words: str) -> None:
    rows = [("x", 0.6, low, 0.9), ("y", 0.3, 0.2, 0.4), ("z", 0.05, 0.0, 0.1)]
    names = ("what", "total", "total_low", "total_high")
    shares = Columns({name: [row[k] for row in rows] for k, name in enumerate(names)})
    assert told_apart(shares)
    assert first_of(shares) + "." == words
    found = servanda.sensitivity(servanda.loads(starter_text()), "phased", of="years", draws=32, seed=1)
    given = {"name": ["x", "y", "z"], "first": [0.5, 0.3, 0.05], "numbers": [1, 1, 1]}
    assert what_matters(replace(found, shares=shares.with_columns(**given))).startswith(words)
