"""What is said of one plan, and of plans side by side."""

from __future__ import annotations

from functools import cache

from support.plain_starter import starter_text

import servanda
from servanda.assessment.comparison import Comparison
from servanda.english import chance, number
from servanda.presentation.view import Table, view
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline


@cache
def compared() -> Comparison:
    return servanda.compare(servanda.loads(starter_text()), starts=3)


def test_a_plan_in_sentences_and_tables() -> None:
    summary = compared()["phased"].summary
    said = view(summary)
    assert said.headline == headline(summary)
    assert said.headline.startswith(
        "Step by step has a 25% chance of still being in force in 2036 with nothing concealed. It is most likely to"
        " fail at “Parliament” in October 2026 (31%). The main cause (26%) is that South does not ratify: the vote has"
        " only a 70% chance of passing."
    )
    assert [block.key for block in said.blocks if isinstance(block, Table)] == ["outcomes", "entries", "values"]
    assert said.blocks[-1] == (
        "There is a 54% chance that every step is performed or claimed. The plan is expected to stay in force for"
        f" {summary.expected_years:.1f} of 10 years."
    )
    assert said.notes[0].startswith(f"Status: converged; residual {summary.residual:.0e} after")
    assert said.notes[-1] == "The solver found no other equilibrium from 3 starting points."


def test_every_outcome_held_first_then_the_likeliest_cause() -> None:
    summary = compared()["phased"].summary
    found = [row.cells for row in view(summary).table("outcomes").rows]
    assert [cells[0] for cells in found[:3]] == [
        "in force, nothing concealed", "in force, something concealed", "South does not ratify",
    ]  # fmt: skip
    broken = sorted(summary.broken.values(), reverse=True)
    assert [cells[1] for cells in found] == [chance(part, 1) for part in (*summary.held.values(), *broken)]


def test_every_entry_and_every_type() -> None:
    summary = compared()["phased"].summary
    rows = view(summary).table("entries").rows
    assert [row.cells[:3] for row in rows if row.kind == "plain"] == [
        (e.id, e.date.isoformat(), e.by) for e in summary.entries
    ]
    assert rows[0].cells[3:] == ("100.0%", "73.1%", "24.1%", "2.8%")
    assert rows[1].kind == "detail"
    assert rows[1].cells == ("sincere, believed 40%", "", "", "", ">99.9%", "<0.1%", "<0.1%")
    assert sum(row.kind == "detail" for row in rows) == sum(len(e.by_type) for e in summary.entries)
    (vote,) = (row.cells for row in rows if row.cells[0] == "parliament")
    assert vote[4:] == ("passes 70.0%", "–", "–")


def test_what_signing_is_worth() -> None:
    rows = view(compared()["phased"].summary).table("values").rows
    assert [row.cells for row in rows[:2]] == [
        ("North", "", "−5.45", "−6.95", "+1.50", "yes"), ("if sincere", "40.0%", "−7.21", "−12.64", "+5.44", "yes"),
    ]  # fmt: skip
    assert rows[2].cells[-2:] == ("−1.12", "no")


def test_everything_known_of_a_plan_has_the_words_of_its_entries() -> None:
    result = compared()["phased"]
    said = view(result)
    keys = [block.key for block in said.blocks if isinstance(block, Table)]
    assert keys == ["outcomes", "calendar", "values", "audit", "scorecard", "obtained-north", "obtained-south"]
    rows = said.table("calendar").rows
    assert [row.cells[0] for row in rows if row.kind == "plain"] == [
        *(e.date.isoformat() for e in result.summary.entries), "2036-01-01",
    ]  # fmt: skip
    assert rows[0].cells[1:] == ("Freeze", "100.0%", "73.1%", "24.1%", "2.8%", "", "2.8% North withdraws")
    assert rows[1].cells == ("", "freeze – North: 50% of North's weapons programme")
    assert ("", "Article 1") in [row.cells for row in rows]
    sincere = next(row.cells for row in rows if row.cells[1].startswith("sincere"))
    freeze = result.summary.entries[0].by_type["sincere"]
    assert freeze is not None
    assert sincere[-1] == number(freeze.margin, sign=True)
    assert sum("(weakest link)" in row.cells[1] for row in rows) == 1
    assert rows[-1].cells[1] == "The last report, at the horizon"
    assert rows[-1].cells[-1].endswith("found out, or an incident")


def test_plans_side_by_side() -> None:
    said = view(compared())
    assert said.headline == verdict(compared())
    assert said.headline.startswith("With these judgements, Step by step holds best. It has a 25% chance of still")
    table = said.table("plans")
    assert [column.name for column in table.columns] == ["", "phased", "at-once"]
    rows = {row.cells[0]: row.cells[1:] for row in table.rows}
    for result, k in zip(compared().plans, (0, 1), strict=True):
        summary = result.summary
        for cause, part in summary.outcomes.items():
            assert chance(part, 1) in [cells[k] for cells in rows.values()], cause
        assert rows["expected years in force, of 10"][k] == f"{summary.expected_years:.1f}"
        assert rows["gain of North over no agreement"][k] == number(summary.values["north"].gain, sign=True)
        assert rows["self-enforcing"][k] == ("yes" if result.audit.self_enforcing else "no")
    assert rows["every step performed or claimed, whatever happened later"] == ("53.9%", "61.9%")
    assert [row.cells for row in said.table("weakest").rows] == [
        ("Step by step", "Parliament", "2026-10-01", "30.6%", "South does not ratify", "26.4%"),
        ("All at once", "Parliament", "2026-06-01", "35.6%", "South does not ratify", "27.6%"),
    ]


def test_more_plans_than_fit_beside_each_other_are_told_in_several_tables() -> None:
    agreement = servanda.loads(starter_text())
    many = {f"copy-{n}": agreement.plans["at-once"] for n in range(10)}
    said = view(servanda.compare(agreement.model_copy(update={"plans": many, "levers": {}})))
    found = [block for block in said.blocks if isinstance(block, Table) and block.key.startswith("plans")]
    assert [table.title for table in found] == [
        "The plans side by side: 1 to 8 of 10",
        "The plans side by side: 9 to 10 of 10",
    ]
    assert [column.name for table in found for column in table.columns if column.name] == list(many)
    assert {row.cells[1] for row in found[0].rows} == {row.cells[1] for row in found[1].rows}
