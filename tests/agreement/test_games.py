"""The games of the catalogue: every number is a judgement with a range and a reason, and none was left out."""

from __future__ import annotations

import pytest

import servanda
from servanda.agreement.numbers import walk_with_sources

GAMES = sorted(name for name in servanda.catalog() if name.endswith("-game"))
TEXTS = sorted(name for name in servanda.catalog() if f"{name}-game" in GAMES)
HEADINGS = ("# WHAT THIS IS.", "# THE NUMBERS ARE JUDGEMENTS", "# WHAT BECAME OF IT.")


def test_every_game_stands_beside_its_text() -> None:
    assert len(GAMES) >= 5
    assert [f"{name}-game" for name in TEXTS] == GAMES
    for name in TEXTS:
        assert not servanda.read(name).stakes
        assert servanda.read(f"{name}-game").start == servanda.read(name).start


@pytest.mark.parametrize("name", GAMES)
def test_a_game_says_what_it_is_and_leads_to_its_text(name: str) -> None:
    origin = servanda.read(name).origin
    assert origin is not None
    for heading in HEADINGS:
        assert heading in origin.text
    running = " ".join(line.removeprefix("#").strip() for line in origin.text.split("servanda: 1")[0].splitlines())
    assert name.removesuffix("-game") in running
    assert "knowledge of how it went" in running
    assert "before" in running.split("THE NUMBERS ARE JUDGEMENTS")[1]


@pytest.mark.parametrize("name", GAMES)
def test_every_number_of_a_game_has_a_range_and_a_reason(name: str) -> None:
    agreement = servanda.read(name)
    seen = 0
    for path, number, given, _ in walk_with_sources(agreement):
        if "gives" in path or "habits" in path or not given or number.likely == float("inf"):
            continue  # shares are the plan's own text; habits have a page of their own
        seen += 1
        if number.likely == 1.0 and path[-1] == "chance" and not number.ranged:
            assert "Certain" in (agreement.plans[path[1]].entries[path[3]].note or ""), path  # what is sure has no range
            continue
        assert number.ranged, path
        assert number.low < number.likely < number.high or number.likely in (0.0, number.low), path
        assert number.source in agreement.sources, path
        assert number.note, path
    assert seen >= 20


@pytest.mark.parametrize("name", GAMES)
def test_every_party_of_a_game_has_habits_with_ranges(name: str) -> None:
    agreement = servanda.read(name)
    for party in agreement.parties.values():
        habits = party.habits
        assert habits is not None
        for key in ("stumbles", "falls_behind", "catches_up", "suspends", "leaves", "conceals"):
            number = getattr(habits, key)
            assert number.ranged, key
            assert 0 < number.low < number.likely < number.high, key


@pytest.mark.parametrize("name", GAMES)
def test_a_game_says_what_follows_when_a_step_is_late(name: str) -> None:
    agreement = servanda.read(name)
    for plan in agreement.plans.values():
        assert plan.late is not None
        assert plan.late.looks
        assert plan.late.stalls >= 1
    assert not [each for each in servanda.check(agreement).found if each.severity == "error"]
