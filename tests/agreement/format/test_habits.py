"""Habits: numbers of the file, and base rates where the file takes them by name."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError
from support import paths

import servanda
from servanda.agreement.assumptions import assumptions
from servanda.agreement.format.agreement import Agreement, Party
from servanda.agreement.format.habits import REQUIRED, Habits, base_rates
from servanda.agreement.format.values import Number
from servanda.agreement.numbers import names_of, uncertain

BRIDGE = servanda.read(paths.GOOD / "late-and-mended.yaml")
OWN = {"falls_behind": 0.5, "catches_up": 0.3, "suspends": 0.2, "leaves": 0.02, "conceals": 0.1}


def of(party: str) -> Habits:
    habits = BRIDGE.parties[party].habits
    assert habits is not None
    return habits


def given(habits: Habits) -> set[str]:
    return habits.model_fields_set - {"rest"}


def test_the_table_has_every_habit_with_a_range_and_what_it_rests_on() -> None:
    assert set(base_rates()) == set(Habits.model_fields) - {"rest"}
    rows = tomllib.loads((paths.ROOT / "src/servanda/agreement/habits.toml").read_text(encoding="utf-8"))
    for name, rate in base_rates().items():
        assert rate.ranged
        assert rate.low is not None
        assert rate.high is not None
        assert 0 < rate.low <= rate.likely <= rate.high
        assert str(rate.note).endswith(rows[name]["source"])
        assert len(rows[name]["rests"]) > 100


def test_a_name_takes_all_of_the_table() -> None:
    assert {name: getattr(of("hill"), name) for name in base_rates()} == dict(base_rates())
    assert given(of("hill")) == set()


def test_single_numbers_stand_beside_the_table() -> None:
    habits = of("dale")
    assert given(habits) == {"leaves", "conceals"}
    assert (habits.leaves.likely, habits.leaves.ranged, habits.conceals.source) == (0.1, False, "count")
    assert habits.suspends == base_rates()["suspends"]


def test_without_the_table_two_may_be_left_out() -> None:
    habits = of("isle")
    assert (habits.falls_behind.likely, habits.stumbles.likely) == (0.5, 0)
    assert habits.renews == base_rates()["renews"]
    for name in REQUIRED:
        with pytest.raises(ValidationError, match=f"this lacks {name}"):
            Habits.model_validate({key: value for key, value in OWN.items() if key != name})


@pytest.mark.parametrize("group", ["base-rates", {"rest": "base-rates"}, {"rest": "base-rates", "leaves": 0.1}, OWN])
def test_what_python_writes_it_reads_back(group: Any) -> None:
    party = Party.model_validate({"name": "Hill", "discount": 0.1, "precision": 1, "habits": group})
    assert party.habits is not None
    again = Party.model_validate(party.model_dump())
    assert again == party
    assert again.habits is not None
    assert given(again.habits) == given(party.habits)
    changed = party.habits.model_copy(update={"suspends": Number(likely=0.7)})
    assert given(changed) == given(party.habits) | {"suspends"}


def test_habits_are_numbers_like_all_others() -> None:
    names = names_of(BRIDGE)
    assert names["parties.dale.habits.leaves"].likely == 0.1
    ranged = {one.name for one in uncertain(BRIDGE)}
    assert "parties.hill.habits.leaves" in ranged
    assert "parties.dale.habits.leaves" not in ranged
    assert {"parties.hill.sharpness", "parties.hill.costs.suspending", "entries.swap.exchange.0.gives.guns"} <= ranged
    drawn = servanda.draw(BRIDGE, 64, seed=1)
    values, others = drawn(of("hill").leaves), drawn(of("dale").suspends)
    assert len(set(values)) == 64
    assert list(drawn(of("hill").suspends)) != list(others)  # each party has its own
    rate = base_rates()["leaves"]
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low <= values.min() < rate.likely < values.max() <= rate.high


def test_tables_of_numbers_say_which_are_base_rates() -> None:
    rows = {each.dotted: each for each in assumptions(BRIDGE)}
    taken = rows["parties.hill.habits.leaves"]
    assert (taken.given, taken.unit, taken.why) == (
        False,
        "a year",
        "the file takes it from the base rates of servanda",
    )
    assert taken.note.startswith("Base rate: ")
    assert taken.spread == "0.025 – 0.055"
    assert rows["parties.dale.habits.leaves"].given
    assert rows["parties.isle.habits.stumbles"].why == "the file is silent: 0 is assumed"
    assert "parties.hill.precision" not in rows  # it has a sharpness


def test_costs_of_being_late_are_left_out_of_tables_where_nobody_can_be() -> None:
    starter = servanda.read("singapore-2018")
    late = {"delaying", "suspending", "lapse"}
    there = {str(each.path[-1]) for each in assumptions(starter)}
    assert {"breakdown", "unratified"} <= there
    if not any(plan.late for plan in starter.plans.values()):
        assert not late & there
    assert late <= {str(each.path[-1]) for each in assumptions(BRIDGE)}


def test_an_agreement_with_every_new_word_is_written_and_read_back() -> None:
    text = servanda.dumps(BRIDGE)
    assert servanda.loads(text) == BRIDGE
    assert "    habits: base-rates\n" in text
    dale = text[text.index("  dale:") : text.index("  isle:")]
    assert "rest: base-rates" in dale
    assert "leaves: 0.1" in dale
    assert "suspends" not in dale
    assert "late: {looks: [100 days, 9 months, 30 months], stalls: 2}" in text
    assert "every: 120 days" in text
    assert Agreement.model_validate(BRIDGE.model_dump()) == BRIDGE


def test_the_page_of_the_format_has_the_table() -> None:
    page = (paths.DOCS / "reference" / "agreement-file.md").read_text(encoding="utf-8")
    rows = tomllib.loads((paths.ROOT / "src/servanda/agreement/habits.toml").read_text(encoding="utf-8"))
    table = page.split("<!-- base rates -->\n")[1].split("\n<!-- end of base rates -->")[0].splitlines()[2:]
    assert table == [
        f"| `{name}` | {row['likely']:g} | {row['low']:g} | {row['high']:g} | {row['source']} |"
        for name, row in rows.items()
    ]
