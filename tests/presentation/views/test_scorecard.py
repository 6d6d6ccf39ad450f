"""What a scorecard says: of one plan date by date, of several side by side."""

from __future__ import annotations

from support.plain_starter import starter_text

import servanda
from servanda.assessment.scorecards import scorecards
from servanda.presentation.view import Table, view
from servanda.presentation.views.scorecard import EXPLAINED, remarks

AGREEMENT = servanda.loads(starter_text())


def test_one_plan_date_by_date() -> None:
    card = servanda.scorecard(AGREEMENT, "phased")
    said = view(card)
    assert said.headline == "Step by step: North falls short on irreversible, South on verifiable."
    keys = [block.key for block in said.blocks if isinstance(block, Table)]
    assert keys == ["scorecard", "obtained-north", "obtained-south"]
    rows = said.table("scorecard").rows
    assert [row.cells[0] for row in rows if row.kind == "group"] == ["North", "South"]
    assert rows[3].cells == (
        "irreversible", "60.0%", "all for 2 years or more", "not met from July 2026", "Full relief (+60.0)",
        "First relief (−15.0)",
    )  # fmt: skip
    assert said.table("obtained-north").rows[-1].cells == (
        "", "", "non-recognition", "100.0%", "open", "never", "100.0%", "100.0%", "60.0%",
    )  # fmt: skip
    for one in card.parties.values():
        assert " ".join(remarks(AGREEMENT, one)) in said.blocks
    assert said.notes == (EXPLAINED,)


def test_plans_side_by_side_and_one_alone() -> None:
    both = scorecards(AGREEMENT)
    said = view(both)
    assert said.headline == "If everyone keeps the plan: what each party obtains of the others (its aim)."
    table = said.table("scorecards")
    assert [column.name for column in table.columns] == ["", "phased", "at-once"]
    assert [row.cells for row in table.rows[:4]] == [
        ("North",),
        ("complete (90%)", "100.0% met", "100.0% met"),
        ("verifiable (no aim, within 1 year)", "100.0% ", "100.0% "),
        ("irreversible (all for 2 years or more)", "60.0% not met", "60.0% not met"),
    ]
    assert list(both.to_json()) == ["title", "plans", "about"]
    assert view(scorecards(AGREEMENT, "phased")) == view(servanda.scorecard(AGREEMENT, "phased"))
