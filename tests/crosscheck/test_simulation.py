"""The plan played out by drawing lots has to end as often as was solved: exact bounds, no approximations."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.stats import binom
from support.building import gives, party, situation, stake
from support.cases import cases
from support.paths import SINGAPORE_V1
from support.random_agreements import random_agreement

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.reading.reader import read
from servanda.assessment.outcomes import EntryResult, outcomes
from servanda.assessment.summary import summarise
from servanda.crosscheck.simulation import Event, Plays, play
from servanda.game.compiler import compile
from servanda.presentation.views.simulation import deviation, told
from servanda.solver.equilibrium import Equilibrium, solve

CASES = cases()
TIMES = 100_000
CHECKS = 10_000  # counts looked at in this file, at most (a test counts them)
LEVEL = 1e-6 / CHECKS  # so that with other seeds, too, one run in a million or fewer would fail by chance


@cache
def solved(name: str) -> Equilibrium:
    return solve(compile(CASES[name], "plan"))


@cache
def singapore(plan: str = "phased") -> Equilibrium:
    return solve(compile(read(SINGAPORE_V1), plan))


Count = tuple[str, int, int, float]  # what; how often it happened, of how many; its chance each time


def counts(equilibrium: Equilibrium, plays: Plays) -> Iterator[Count]:
    """Every count, with its chance. Plays are independent, so that each is binomial, given how many there could be."""
    for outcome, chance in outcomes(equilibrium).items():
        yield outcome, plays.outcomes[outcome], plays.times, chance
    ends = game_replaced(equilibrium)
    for entry, played in zip(summarise(equilibrium).entries, plays.entries, strict=True):
        assert (entry.id, entry.kind, entry.by, entry.date) == (played.id, played.kind, played.by, played.date)
        yield f"{entry.id} reached", played.reached, plays.times, entry.reached
        yield f"{entry.id} new government", played.new_government, played.reached, ends[entry.id]
        yield from acts(entry.id, entry, played, played.reached)
        for kind, of_type in played.by_type.items():
            yield f"{entry.id} is {kind}", of_type.reached, played.reached, entry.belief[kind]
            solved_acts = entry.by_type.get(kind)
            if solved_acts is not None:
                yield from acts(f"{entry.id} {kind}", solved_acts, of_type, of_type.reached)


def acts(what: str, solved_acts: Any, played: Any, reached: int) -> Iterator[Count]:
    chooses = not isinstance(solved_acts, EntryResult) or solved_acts.kind in ("obligation", "review")
    for act in ("keep", "conceal", "withdraw") if chooses else ("keep",):
        yield f"{what} {act}", getattr(played, act), reached, getattr(solved_acts, act)


def game_replaced(equilibrium: Equilibrium) -> dict[str, float]:
    steps = equilibrium.game.steps
    return {step.id: step.chance.likely if step.kind == "turnover" and step.chance else 0.0 for step in steps}


def surprise(count: int, times: int, chance: float) -> float:
    """Exact two-sided tail: the chance of a count at least so far out on its side, times two."""
    chance = min(1.0, max(0.0, chance))
    return min(1.0, 2.0 * min(binom.cdf(count, times, chance), binom.sf(count - 1, times, chance)))


def surprising(equilibrium: Equilibrium, plays: Plays) -> list[str]:
    return [
        f"{what}: {count} of {times}, expected {times * chance:.1f}"
        for what, count, times, chance in counts(equilibrium, plays)
        if surprise(count, times, chance) < LEVEL
    ]


@pytest.mark.parametrize("name", CASES)
def test_plays_go_as_solved(name: str) -> None:
    plays = play(solved(name), TIMES, seed=1)
    assert surprising(solved(name), plays) == []
    assert sum(plays.outcomes.values()) == TIMES
    assert plays.solved == outcomes(solved(name))


@pytest.mark.parametrize("plan", read(SINGAPORE_V1).plans)
def test_plays_go_as_solved_for_singapore(plan: str) -> None:
    assert surprising(singapore(plan), play(singapore(plan), 5 * TIMES, seed=2)) == []


@pytest.mark.parametrize("seed", range(12))
def test_plays_go_as_solved_for_random_agreements(seed: int) -> None:
    equilibrium = solve(compile(random_agreement(seed), "plan"))
    assert surprising(equilibrium, play(equilibrium, TIMES, seed)) == []


def test_the_number_of_checks_is_not_understated() -> None:
    total = sum(len(list(counts(solved(name), play(solved(name), 1)))) for name in CASES)
    total += sum(len(list(counts(singapore(plan), play(singapore(plan), 1)))) for plan in read(SINGAPORE_V1).plans)
    for seed in range(12):
        equilibrium = solve(compile(random_agreement(seed), "plan"))
        total += len(list(counts(equilibrium, play(equilibrium, 1))))
    assert CHECKS / 4 < total <= CHECKS


def moved(equilibrium: Equilibrium, party: int, by: float) -> Equilibrium:
    """The same with the first type's first choice of a party moved from keep to withdraw by so much."""
    game = equilibrium.game
    first = next(v for v in range(len(game.node_step)) if game.tree.actor[v] == party and game.tree.kind[v] < 2)
    state = game.block(party, first).start
    choice = equilibrium.choice.copy()
    chances = np.exp(choice[:, state])
    way = by if chances[0] > 0.5 else -by
    with np.errstate(divide="ignore"):
        choice[:, state] = np.log(chances + np.array([-way, 0.0, way]))
    return dataclasses.replace(equilibrium, choice=choice)


@pytest.mark.parametrize(
    ("name", "party"),
    [("one-entry", 0), *((n, p) for n in ("halves", "windows", "three-concealers", "everything") for p in (0, 1))],
)
def test_a_probability_wrong_by_five_hundredths_is_noticed(name: str, party: int) -> None:
    right = solved(name)
    noticed = surprising(right, play(moved(right, party, 0.05), TIMES, seed=3))
    step = next(s for s in right.game.steps if s.party == right.game.parties[party])
    assert any(row.startswith(step.id) for row in noticed)


def test_a_probability_wrong_by_five_hundredths_is_noticed_for_singapore() -> None:
    assert surprising(singapore(), play(moved(singapore(), 0, 0.05), TIMES, seed=3))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("windows", {"incidents": 0.02}),
        ("windows", {"measures": {}}),
        ("everything", {"incidents": 0.0}),
    ],
)
def test_an_agreement_that_is_not_the_solved_one_is_noticed(name: str, change: dict[str, Any]) -> None:
    """The rules are read from the agreement, not from the solver's arrays: another agreement plays differently."""
    right = solved(name)
    if "incidents" in change:
        change = {"incidents": type(right.game.agreement.incidents)(likely=change["incidents"])}
    other = right.game.agreement.model_copy(update=change)
    wrong = dataclasses.replace(right, game=dataclasses.replace(right.game, agreement=other))
    assert surprising(right, play(wrong, TIMES, seed=4))


def test_a_seed_repeats_its_plays() -> None:
    ours, again = (play(solved("everything"), 2000, seed=7) for _ in range(2))
    assert ours == again


def test_zero_is_a_seed_and_the_one_that_is_used_if_none_is_given() -> None:
    zero, default, other = (play(solved("everything"), 2000, **seed) for seed in ({"seed": 0}, {}, {"seed": 1}))
    assert zero == default
    assert zero == play(solved("everything"), 2000, seed=0)
    assert zero.outcomes != other.outcomes


def test_plays_beyond_one_batch_are_all_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("servanda.crosscheck.simulation.BATCH", 700)
    plays = play(solved("everything"), 2000, seed=5)
    assert sum(plays.outcomes.values()) == 2000
    assert plays.entries[0].reached == 2000
    assert len(plays.examples) == 3
    assert surprising(solved("everything"), plays) == []


@pytest.mark.parametrize(("times", "seed", "complaint"), [(0, 0, "times is 0"), (10, -1, "seed is -1")])
def test_numbers_that_cannot_be_are_refused(times: int, seed: int, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        play(solved("one-entry"), times, seed)


def test_several_draws_are_refused() -> None:
    game = compile(CASES["one-entry"], "plan", lambda number: np.array([number.likely, number.likely]))
    with pytest.raises(ValueError, match="several draws"):
        play(solve(game), 10)


# --------------------------------------------------------------------------------------------------- histories


def one_step(finds: float, precision: float) -> Equilibrium:
    """One party and one entry."""
    agreement = Agreement.model_validate(
        situation(
            {"north": party(precision, 0.0)},
            {"arms": stake("north", "never", True, north=1.0)},
            [gives("freeze", "2021-01-01", "north", "arms")],
            {"inspectors": {"covers": ["arms"], "finds": finds}},
        )
    )
    return solve(compile(agreement, "plan"))


def test_histories_say_what_happened_and_mark_secrets() -> None:
    plays = play(one_step(finds=1e6, precision=0.0), 200, seed=0, examples=200)
    assert len(plays.examples) == 200
    start = Event(date(2021, 1, 1), "freeze", "North", "claims to keep, and conceals arms (in secret)", True)
    caught = Event(date(2028, 1, 1), "", "North", "is found concealing arms, by inspectors")
    seen = {history.outcome: history.events for history in plays.examples}
    assert seen == {
        "held:clean": (
            Event(date(2021, 1, 1), "freeze", "North", "keeps"),
            Event(date(2028, 1, 1), "", "", "the agreement is still in force"),
        ),
        "withdrew:north": (Event(date(2021, 1, 1), "freeze", "North", "withdraws"),),
        "found:north": (start, caught),
    }
    assert told(start) == "Freeze: North claims to keep, and conceals arms (in secret)"
    assert told(caught) == "North is found concealing arms, by inspectors"


@pytest.mark.parametrize("name", ["everything", "three-concealers", "turnovers-of-both", "ratification"])
def test_histories_add_up_to_the_counts(name: str) -> None:
    plays = play(solved(name), 500, seed=6, examples=500)
    ended = [history.outcome for history in plays.examples]
    assert {outcome: ended.count(outcome) for outcome in plays.outcomes} == plays.outcomes
    for entry in plays.entries:
        if entry.kind == "obligation":
            what = [
                e.what for h in plays.examples for e in h.events if e.entry == entry.title and e.who.lower() == entry.by
            ]
            assert sum(w == "keeps" for w in what) == entry.keep
            assert sum(w.startswith("claims to keep") for w in what) == entry.conceal
            assert sum(w == "withdraws" for w in what) == entry.withdraw
    for history in plays.examples:
        assert [event.date for event in history.events] == sorted(event.date for event in history.events)
        for event in history.events:
            assert event.secret == event.what.endswith("(in secret)")
        if history.outcome.startswith("found:"):
            concealed = [event.who for event in history.events if "conceals" in event.what]
            assert all(e.who in concealed for e in history.events if e.what.startswith("is found"))


def test_printed_frequencies_stand_beside_the_solution() -> None:
    plays = play(solved("everything"), 5000, seed=0)
    said = str(plays)
    assert "played 5,000 times with seed 0" in said
    assert f"{plays.outcomes['withdrew:north']:,}" in said
    assert f"{100 * plays.solved['withdrew:north']:.2f}%" in said
    assert "standard errors" in said
    assert said.count("History ") == 3
    for history in plays.examples:
        for event in history.events:
            assert re.search(rf"{event.date}\s+{re.escape(told(event))}", said)
    assert "too few plays to compare" in str(play(solved("everything"), 1))


def test_deviation_counts_standard_errors() -> None:
    assert deviation(60, 100, 0.5) == pytest.approx(2.0)
    assert deviation(0, 100, 0.0) == 0.0
    assert deviation(1, 100, 0.0) == float("inf")
    assert deviation(99, 100, 1.0) == float("inf")
