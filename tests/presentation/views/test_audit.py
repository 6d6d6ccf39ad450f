"""What an audit says: who would gain by breaking a plan, by which course, and at which numbers that would change."""

from __future__ import annotations

from support.plain_starter import starter_text

import servanda
from servanda.assessment.audits import TypeAudit
from servanda.presentation.view import view
from servanda.presentation.views.audit import sentences

AGREEMENT = servanda.loads(starter_text())


def test_a_plan_that_somebody_breaks() -> None:
    found = servanda.audit(servanda.compile(AGREEMENT, "at-once"))
    said = view(found)
    assert said.headline == (
        "Not self-enforcing. Breaking pays for North (stalling). Gains are in units, at the date of the breach."
    )
    rows = [row.cells for row in said.table("audit").rows]
    assert rows[1] == ("North", "stalling", "Dismantle", "2026-04-01", "conceal", "+3.59", "+3.50", "no")
    assert [cells[-1] for cells in rows] == ["yes" if row.self_enforcing else "no" for row in found]
    assert said.blocks[1:] == ("Best course of North (stalling): conceal “dismantle” (2026-04-01).",)


def test_a_plan_that_enforces_itself_and_its_critical_values() -> None:
    found = servanda.audit(servanda.compile(AGREEMENT, "phased"), critical=True)
    said = view(found)
    assert said.headline == "Self-enforcing: no party gains by breaking the plan if all others keep it."
    assert found.critical == servanda.critical_values(AGREEMENT, "phased")
    assert said.blocks[1:] == sentences(found.critical or (), AGREEMENT)
    assert len(said.blocks) == 8


def test_an_audit_is_a_sequence_of_the_audits_of_types() -> None:
    found = servanda.audit(servanda.compile(AGREEMENT, "phased"))
    assert len(found) == 4
    assert all(isinstance(row, TypeAudit) for row in found)
    assert found[1].type == "stalling"
    assert found[1:] == tuple(found)[1:]
    assert found.critical is None
    assert list(found.to_json()) == ["plan", "audit", "about"]
