"""What is said of plans in which steps can be late: the summary's numbers, and beside each what habit would give."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, cast

import pytest
from support.building import gives, party, review, situation, stake
from support.figures import changed, late, only

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import Comparison, compare
from servanda.english import chance, percent
from servanda.presentation.view import Table, view
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline
from servanda.uncertainty.sweeps.sweep import judged_by


def table(result: object, key: str) -> dict[str, tuple[str, ...]]:
    found = next(block for block in view(result).blocks if isinstance(block, Table) and block.key == key)
    return {row.cells[0]: row.cells[1:] for row in found.rows}


def mixed() -> Comparison:
    """Without habits: in one plan steps can be late, in the other whatever is late ends it."""
    parties = {"north": party(1.0, breakdown=1), "south": party(1.0, breakdown=1)}
    stakes = {
        "arms": stake("north", "1 years", north=0.5, south=-1.0),
        "aid": {**stake("south", "90 days", south=0.4, north=-1.0), "suspendable": True},
    }
    entries: list[dict[str, Any]] = [
        gives("pay", "2020-06-01", "south", "aid"),
        {**gives("disarm", "2021-01-01", "north", "arms"), "needs": ["pay"]},
        review("north", "south", every="2 years", from_="2022-01-01", until="2026-01-01"),
    ]
    data: Any = situation(parties, stakes, entries)
    data["plans"]["patient"] = {"late": {"looks": ["6 months"]}, "entries": entries}
    return compare(Agreement.model_validate(data))


def test_the_headline_says_what_an_analyst_asks() -> None:
    summary: Any = late()["patient"].summary
    head, alone = summary.late.headline, summary.late.by_habit.headline
    said = headline(summary)
    for part in (head.complete, head.unfinished, head.broken, head.furthest.done, head.ending.chance):
        assert percent(part) in said
    assert (
        f"Habit alone would give {percent(alone.complete)} complete, {percent(alone.unfinished)} in force but"
        f" unfinished, and {percent(alone.broken)} broken down."
    ) in said
    assert "held back by Rebels, and not done later" in said  # a name that is a plural, and no verb beside it
    assert "“Vote”" in said  # how far it gets


def test_an_answer_that_is_mostly_habit_says_so() -> None:
    result: Any = late()["patient"]
    for overlap, warned in ((0.5, False), (0.9, True)):
        one = replace(result.summary.late, overlap=overlap)
        assert one.habit_share > 0.5
        assert ("Most of this is habit, and not interest" in headline(changed(result, late=one).summary)) is warned


def test_the_table_of_outcomes_has_every_outcome_beside_habit_alone() -> None:
    summary: Any = late()["patient"].summary
    rows = table(summary, "outcomes")
    stands = summary.late.how_it_stands
    assert rows["in force, part of it not done"][:2] == (
        chance(sum(stands["stalled"].values()), decimals=1),
        chance(sum(summary.late.by_habit.how_it_stands["stalled"].values()), decimals=1),
    )
    whole = [name for name in rows if not name.startswith("of this")]
    assert len(whole) == len(stands) + len(summary.broken)
    assert sum(float(re.sub("[<%]", "", rows[name][0])) for name in whole) == pytest.approx(100, abs=0.06 * len(whole))


def test_where_one_plan_only_can_be_late_all_are_set_against_each_other_by_what_is_complete() -> None:
    both = mixed()
    strict, patient = both["plan"].summary, both["patient"].summary
    assert strict.late is None
    assert patient.late is not None
    assert strict.stands["complete_on_time"] == sum(strict.held.values())
    rows = table(both, "plans")
    assert rows["complete, all on time"][0] == chance(sum(strict.held.values()), decimals=1)
    assert rows["complete, something late"] == ("–", chance(patient.stands["complete_late"], decimals=1))
    assert "in force, nothing concealed" not in rows  # it is told how the agreement stands
    said = verdict(both)
    assert "complete at the end" in said
    assert "likeliest to be in force then" in said
    assert "nothing concealed" not in said


def test_plans_that_can_be_late_are_ranked_by_what_is_complete() -> None:
    first, other = (cast("Any", late()[plan].summary) for plan in ("plan", "patient"))
    assert first.held["clean"] < other.held["clean"]  # who is in force more often is not complete more often
    said = verdict(late())
    assert said.startswith("With these judgements, Plan is likeliest to be complete at the end.")
    assert (
        percent(
            sum(
                other.late.how_it_stands[n][c]
                for n in ("complete_on_time", "complete_late")
                for c in ("clean", "concealed")
            )
        )
        in said
    )
    assert verdict(only(late()["patient"], late())) == headline(other)


def test_a_sweep_asks_what_is_complete_where_steps_can_be_late() -> None:
    agreement = mixed().agreement
    swept = servanda.sweep(agreement, draws=4)
    said = view(swept)
    assert "of being complete in 2028" in said.headline
    assert "nothing concealed" not in said.headline
    table = next(block for block in said.blocks if isinstance(block, Table) and block.key == "duels")
    assert table.title == "Share of draws in which the plan on the left is more likely to be complete"
    assert judged_by(swept) == "complete"
