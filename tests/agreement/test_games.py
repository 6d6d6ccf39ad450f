"""The games of the catalogue: every number is a judgement with a range and a reason, and none was left out."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import servanda
from servanda import Game
from servanda.agreement.format.entries import Turnover
from servanda.agreement.format.habits import base_rates
from servanda.agreement.format.values import Number
from servanda.agreement.numbers import walk_with_sources
from servanda.solver.reach_probabilities import at_end, chances, fates

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
            entry = agreement.plans[str(path[1])].entries[int(path[3])]
            assert isinstance(entry, Turnover), path
            assert "Certain" in (entry.note or ""), path  # what is sure has no range
            continue
        low, high = number.low, number.high
        assert low is not None, path
        assert high is not None, path
        assert low < number.likely < high or number.likely in (0.0, low), path
        assert number.source in agreement.sources, path
        assert number.note, path
    assert seen >= 20


@pytest.mark.parametrize("name", GAMES)
def test_every_party_of_a_game_has_habits_with_ranges(name: str) -> None:
    agreement = servanda.read(name)
    for party in agreement.parties.values():
        habits = party.habits
        assert habits is not None
        for key in base_rates():
            number: Number = getattr(habits, key)
            assert number.low is not None, key
            assert number.high is not None, key
            assert 0 < number.low < number.likely < number.high, key


@pytest.mark.parametrize("name", GAMES)
def test_a_game_says_what_follows_when_a_step_is_late(name: str) -> None:
    agreement = servanda.read(name)
    for plan in agreement.plans.values():
        assert plan.late is not None
        assert plan.late.looks
        assert plan.late.stalls >= 1
    assert not [each for each in servanda.check(agreement).found if each.severity == "error"]


@functools.cache
def compiled(name: str) -> Game:
    return servanda.compile(servanda.read(name), "game")


@pytest.mark.parametrize("name", GAMES)
def test_a_game_is_small_enough_to_be_asked_often(name: str) -> None:
    assert 100 < len(compiled(name).node_step) < 40_000


@pytest.mark.parametrize("name", GAMES)
def test_a_game_is_solved_and_its_outcomes_add_up(name: str) -> None:
    game = compiled(name)
    found = servanda.solve(game)
    assert found.converged
    assert found.residual < 1e-9
    nothing_hidden = np.ones((1, len(game.parties), len(game.node_step)))
    each = chances(game, np.array([0]), found.survive[None], found.leaves[None], found.holds[None])
    ends = {cause: float(chance[0]) for cause, chance in at_end(game, each, nothing_hidden).items()}
    assert min(ends.values()) >= 0
    assert sum(ends.values()) == pytest.approx(1.0, abs=1e-12)
    standing = fates(game, each, nothing_hidden)
    in_force = sum(float(clean[0] + concealed[0]) for clean, concealed in standing.values())
    assert set(standing) == {"complete_on_time", "complete_late", "stalled", "suspended"}
    assert 0 < in_force < 1
    assert 0 < float(standing["stalled"][0][0]) < in_force  # late is not dead, and stalled is not dead
