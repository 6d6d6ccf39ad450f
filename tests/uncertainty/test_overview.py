"""A study carries the ranges through: what it says is what sweep, swings and tipping points say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.building import gives, party, situation, stake
from support.commands import commands
from support.html_page import Page
from support.plain_starter import starter_text

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.presentation.figures.gallery import figures as gallery
from servanda.presentation.report import page as report
from servanda.presentation.view import Row, Table, view
from servanda.presentation.views import uncertainty as words
from servanda.uncertainty import overview
from servanda.uncertainty.overview import Uncertainty, within_ranges

DRAWS = 32


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return commands(capsys)


@pytest.fixture(scope="module")
def agreement() -> Agreement:
    return servanda.loads(starter_text())


@pytest.fixture(scope="module")
def found(agreement: Agreement) -> Uncertainty:
    result = within_ranges(agreement, draws=DRAWS, seed=5)
    assert result is not None
    return result


def test_its_parts_are_what_their_functions_give(agreement: Agreement, found: Uncertainty) -> None:
    alone = servanda.sweep(agreement, draws=DRAWS, seed=5)
    assert found.swept.table == alone.table
    assert (found.metric, {found.plan, found.other}) == ("held_clean", {"phased", "at-once"})
    assert found.tornado is not None
    assert found.tornado.table == servanda.tornado(agreement, found.plan, of="held_clean").table
    assert found.tips is not None
    assert found.tips.plans == (found.plan, found.other)
    assert [one.name for one in found.tips.numbers] == [
        one.name for one in servanda.tip(agreement, found.tips.plans, "held_clean", joint=False).numbers
    ]


def test_the_leading_plan_has_the_highest_median(found: Uncertainty) -> None:
    middle = {r["plan"]: r["p50"] for r in found.swept.summary.to_dicts() if r["figure"] == found.metric}
    assert max(middle, key=lambda plan: middle[plan]) == found.plan


def test_without_ranges_there_is_nothing_to_say() -> None:
    parties = {"up": party(), "down": party()}
    stakes = {"dam": stake("up", "30 months", True, up=0.4, down=-1.0)}
    assert (
        within_ranges(Agreement.model_validate(situation(parties, stakes, [gives("one", "2020-06-01", "up", "dam")])))
        is None
    )


def test_a_single_plan_has_no_ranking() -> None:
    parties = {"up": party(), "down": party()}
    stakes = {"dam": stake("up", "30 months", True, up=0.4, down=-1.0)}
    stakes["dam"]["worth"]["up"] = {"low": 0.2, "high": 0.7}
    one = Agreement.model_validate(situation(parties, stakes, [gives("one", "2020-06-01", "up", "dam")]))
    alone = within_ranges(one, draws=8)
    assert alone is not None
    assert (alone.other, alone.tips) == (None, None)
    assert alone.tornado is not None
    assert words.turning(alone) == ""
    assert [block.key for block in view(alone).blocks if isinstance(block, Table)] == ["spans"]
    assert words.intro(alone).startswith("The numbers are judgements, so servanda drew the one number that has a range")


def test_every_headline_figure_comes_with_its_range(agreement: Agreement, found: Uncertainty) -> None:
    comparison = servanda.compare(agreement)
    title, *rows = words.ranges(comparison, found).rows
    assert title == Row(("Step by step",), "group")
    assert [row.cells[0] for row in rows[:5]] == [
        "chance in force and clean at the end", "chance in force at the end", "years in force",
        "gain of North over no agreement, units", "gain of South over no agreement, units",
    ]  # fmt: skip
    assert len(rows) + 1 == 6 * len(comparison.plans)
    p5, p95 = np.quantile(found.swept.values("phased", "years"), [0.05, 0.95])
    assert rows[2].cells[3] == f"{p5:.1f} to {p95:.1f}"
    assert rows[0].cells[1] == f"{100 * comparison['phased'].summary.held['clean']:.0f}%"


def test_the_report_says_how_sure_it_is(agreement: Agreement, found: Uncertainty, tmp_path: Path) -> None:
    path = report.write(servanda.compare(agreement), tmp_path, uncertainty=found)
    page = Page(path.read_text("utf-8"))
    for sentence in (words.intro(found), words.headline(found), words.moving(found), words.turning(found)):
        assert " ".join(sentence.split()) in page.text
    assert f"{words.span_of(found, 'phased')}" in page.text
    assert f"--draws {DRAWS} --seed 5" in page.text or f"draws={DRAWS}, seed=5" in page.text
    for name in report.RANGES:
        assert (tmp_path / "figures" / f"{name}.png").exists()
    alts = [tag.get("alt") or "" for tag in page.all("img")]
    assert gallery["survival_fan"].alt(found.swept) in alts
    assert gallery["histogram"].alt(found.swept, of=found.metric) in alts
    assert view(found).table("duels").title in page.text


def test_quick_leaves_it_out(run: Any, tmp_path: Path) -> None:
    deal = tmp_path / "deal.yaml"
    deal.write_text(starter_text())
    quick = run("study", deal, "--out", tmp_path / "quick", "--quick", "--json")
    assert quick.json["uncertainty"] is None
    html = (tmp_path / "quick" / "report.html").read_text("utf-8")
    assert "How sure is this?" not in html
    assert "--quick" in html
    assert not (tmp_path / "quick" / "figures" / "fan.png").exists()


def test_a_study_for_programs_has_it_all(run: Any, tmp_path: Path) -> None:
    deal = tmp_path / "deal.yaml"
    deal.write_text(starter_text())
    done = run("study", deal, "--out", tmp_path / "out", "--draws", "8", "--seed", "3", "--json").json["uncertainty"]
    assert done["figure"] == "held_clean"
    assert (done["sweep"]["draws"], done["sweep"]["seed"]) == (8, 3)
    assert done["tornado"]["table"][0]["swing"] >= done["tornado"]["table"][1]["swing"]
    assert {number["name"] for number in done["tips"]["numbers"]} >= {"stakes.programme.worth.north"}


def test_slow_plans_are_drawn_as_often_as_the_time_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = servanda.read("leap-day-2012-game")
    monkeypatch.setattr(overview, "SECONDS", 1e-6)
    result = within_ranges(agreement, draws=None, seed=5)
    assert result is not None
    assert result.swept.draws == overview.FEWEST
    assert result.left_out == ("draws", "tornado")
    assert result.tornado is None
    said = view(result).notes[-1]
    assert said.startswith("servanda took 16 draws")
    assert "servanda sensitivity" in said
    as_many = within_ranges(agreement, draws=overview.FEWEST, seed=5)
    assert as_many is not None
    assert as_many.left_out == ()
    assert as_many.swept.table == result.swept.table
