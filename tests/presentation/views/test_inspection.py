"""What a plan of inspections says, and a game of few inspections over many periods."""

from __future__ import annotations

from support import paths
from support.plain_starter import starter_text

import servanda
from servanda.agreement.reading.reader import read
from servanda.presentation.view import Table, view
from servanda.presentation.views.inspection import deterrence, headline, more_budget, sequence


def test_where_to_look_and_what_that_guarantees() -> None:
    found = servanda.where_to_inspect(servanda.loads(starter_text()))
    said = view(found)
    assert said.headline == f"{headline(found)} {more_budget(found)}"
    assert [block.key for block in said.blocks if isinstance(block, Table)] == ["sites", "schedules"]
    assert [row.cells for row in said.table("sites").rows] == [
        ("The declared plant", "20.6", "55.7%", "39%", "33.3%", "−0.67"),
        ("The old store", "11.8", "55.7%", "26%", "33.3%", "−0.67"),
        ("The port", "27.6", "55.7%", "35%", "33.3%", "−0.67"),
    ]
    assert said.table("schedules").rows[0].cells == ("76.3%", "20", "10", "30", "60")
    assert deterrence(found) in said.blocks
    assert said.blocks[-1] == (
        "Measure inspectors (now 0.8 (0.3 to 1.5)): finds 0.815 a year (0.314 to 1.39), from a chance of 55.7%."
    )


def test_a_sequence_has_its_sentence_and_its_table() -> None:
    found = servanda.where_to_inspect(read(paths.GOOD / "inspections.yaml"))
    assert found.sequence is not None
    said = view(found)
    assert sequence(found.sequence) in said.blocks
    stages = said.table("stages")
    assert stages == view(found.sequence).table("stages")
    assert stages.rows[0].cells[0] == str(found.sequence.periods)
    assert "loss" in [column.name for column in said.table("sites").columns]
