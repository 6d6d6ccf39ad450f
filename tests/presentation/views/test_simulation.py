"""What plays of a plan say, and what a study says of everything."""

from __future__ import annotations

from pathlib import Path

from support.plain_starter import starter_text

import servanda
from servanda.presentation.report.study import Study
from servanda.presentation.view import Table, view
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline
from servanda.presentation.views.simulation import told

AGREEMENT = servanda.loads(starter_text())


def test_plays_beside_the_solved_chances() -> None:
    found = servanda.play(servanda.solve(servanda.compile(AGREEMENT, "phased")), times=2000, seed=0, examples=2)
    said = view(found)
    assert said.headline == "Step by step, played 2,000 times with seed 0."
    assert [b.key for b in said.blocks if isinstance(b, Table)] == ["outcomes", "entries", "history-1", "history-2"]
    clean = said.table("outcomes").rows[0].cells
    count = found.outcomes["held:clean"]
    assert clean[1:] == (f"{count:,}", f"{100 * count / 2000:.2f}%", f"{100 * found.solved['held:clean']:.2f}%")
    freeze = next(row.cells for row in said.table("entries").rows)
    assert freeze[:4] == ("freeze", "2026-04-01", "north", "2,000")
    for k, history in enumerate(found.examples, start=1):
        assert [row.cells for row in said.table(f"history-{k}").rows] == [
            (event.date.isoformat(), told(event)) for event in history.events
        ]


def test_a_study_says_the_verdict_every_plan_and_where_the_report_is() -> None:
    compared = servanda.compare(AGREEMENT)
    said = view(Study(compared, Path("rep/report.html")))
    assert said.headline == verdict(compared)
    assert said.blocks[:2] == tuple(headline(result.summary) for result in compared.plans)
    assert [block.key for block in said.blocks if isinstance(block, Table)] == ["scorecards"]
    assert said.notes == ("Report: rep/report.html",)
    made = Study(compared, Path("rep/report.html")).to_json()
    assert list(made) == ["title", "plans", "about", "uncertainty", "report"]
