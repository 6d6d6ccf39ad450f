"""Plans in which steps can be late, played out by drawing lots, against exact chances from the explicit tree."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from support.building import gives, party, ratify, review, situation, stake
from support.random_lateness import STORED, random_lateness

from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck.simulation import Plays, play
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, solve

TIMES = 50_000
ANSWERS = json.loads(STORED.read_text(encoding="utf-8"))
LEVEL = 1e-6 / 2_000  # fewer counts than that are looked at here: one run in a million would fail by chance


def counts(plays: Plays, exact: dict[str, float], done: dict[str, list[float]]) -> Iterator[tuple[str, int, float]]:
    """What happened, how often, and its chance by the tree; an outcome that it does not name has none."""
    assert plays.late is not None
    ends = {name: n for name, n in plays.outcomes.items() if not name.startswith("held:")} | plays.late.standing
    assert set(exact) <= set(ends)
    for name, count in ends.items():
        yield name, count, exact.get(name, 0.0)
    for entry, both in done.items():
        told = plays.late.entries[entry]
        yield f"{entry} on time", told.done_on_time, both[0]
        yield f"{entry} late", told.done_late, both[1]


def surprising(plays: Plays, exact: dict[str, float], done: dict[str, list[float]]) -> list[str]:
    found: list[str] = []
    for what, count, chance in counts(plays, exact, done):
        p = min(1.0, max(0.0, chance))
        tail = 2.0 * min(float(binom.cdf(count, TIMES, p)), float(binom.sf(count - 1, TIMES, p)))  # pyright: ignore
        if tail < LEVEL:
            found.append(f"{what}: {count}, expected {TIMES * chance:.1f}")
    return found


def solved(seed: int) -> Equilibrium:
    return solve(compile(random_lateness(seed)[0], "plan"))


@pytest.mark.parametrize("seed", list(ANSWERS))
def test_plays_go_as_the_explicit_tree_says(seed: str) -> None:
    answer, plays = ANSWERS[seed], play(solved(int(seed)), TIMES, seed=int(seed), examples=0)
    if plays.late is None:
        pytest.skip("nothing can be late")
    assert surprising(plays, answer["outcomes"], answer["done"]) == []
    assert sum(plays.outcomes.values()) == TIMES
    held = plays.outcomes["held:clean"] + plays.outcomes["held:concealed"]
    assert sum(plays.late.standing.values()) == held


def test_a_chance_of_holding_back_wrong_by_five_hundredths_is_noticed() -> None:
    noticed = 0
    for seed in list(ANSWERS)[:6]:
        right = solved(int(seed))
        game = right.game
        if not game.is_late or game.tree.child[0, 1] < 0:
            continue
        state, choice = game.block(int(game.tree.actor[0]), 0).start, right.choice.copy()
        chances = np.exp(choice[:, state])
        way = 0.05 if chances[0] > 0.5 else -0.05
        moved = chances + way * np.array([-1.0, 0.0, 0.0, 1.0])
        with np.errstate(divide="ignore"):
            choice[:, state] = np.log(np.clip(moved, 0.0, 1.0))
        plays = play(dataclasses.replace(right, choice=choice), TIMES, seed=3, examples=0)
        noticed += bool(surprising(plays, ANSWERS[seed]["outcomes"], ANSWERS[seed]["done"]))
    assert noticed > 0


def test_rules_and_game_that_differ_are_noticed() -> None:
    """The solved game of one agreement, played by the rules of another with its look a year later."""
    agreement = small("1 year")
    right = solve(compile(agreement, "plan"))
    wrong = dataclasses.replace(right, game=dataclasses.replace(right.game, agreement=small("2 years")))
    with pytest.raises(RuntimeError, match=re.escape("plan plan: the rules of play and the solved game differ")):
        play(wrong, 1_000)


def small(look: str) -> Agreement:
    data: dict[str, Any] = situation(
        {"north": party(precision=0.1), "south": party(precision=0.1)},
        {"arms": stake("north", "1 year", north=1.0), "relief": stake("south", "0 days", north=-1.0, south=0.5)},
        [
            gives("lift", "2021-01-01", "south", "relief"),
            ratify("vote", "2022-01-01", "south", 0.5) | {"then": "delay"},
            gives("freeze", "2023-01-01", "north", "arms") | {"needs": ["vote"]},
            review("south", date="2025-01-01") | {"may_suspend": True},
        ],
    )
    data["stakes"]["relief"]["suspendable"] = True
    data["plans"]["plan"]["late"] = {"looks": [look], "stalls": 1}
    return Agreement.model_validate(data)


def test_histories_tell_what_happened() -> None:
    plays = play(solve(compile(small("1 year"), "plan")), 2_000, seed=5, examples=200)
    told = {event.what for history in plays.examples for event in history.events}
    for words in (
        "falls behind",
        "mends it",
        "is still behind",
        "does not ratify",
        "ratifies after all",
        "suspends what it can",
    ):
        assert words in told
    assert any(what.startswith("the plan goes on without “") for what in told)
    for history in plays.examples:
        days = [event.date for event in history.events]
        assert days == sorted(days)
    assert plays.to_json()["late"]["entries"]["freeze"]["done_late"] == plays.late.entries["freeze"].done_late  # pyright: ignore
