"""Results compare, hash, copy, pickle and iterate as one would expect of data, with arrays in them or not."""

from __future__ import annotations

import copy
import dataclasses
import math
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from support.plain_starter import starter_text

import servanda
from servanda.assessment.scorecards import scorecards
from servanda.columns import Columns
from servanda.records import Record, same
from servanda.uncertainty.questions import entering
from servanda.uncertainty.sensitivity_analysis import sobol

AGREEMENT, AGAIN = (servanda.loads(starter_text()) for _ in range(2))
TWO = ("phased", "at-once")
NAMES = "measures.inspectors.finds", "parties.north.precision"


def game(a: servanda.Agreement) -> servanda.Game:
    return servanda.compile(a, "phased")


def batch(a: servanda.Agreement) -> servanda.Batch:
    return servanda.solve_draws(servanda.compile(a, "phased", servanda.draw(a, 2)))


def halves(a: servanda.Agreement) -> dict[str, str]:
    return {one.name: "ab"[k % 2] for k, one in enumerate(entering(a, ["phased"]))}


MADE: dict[str, Callable[[servanda.Agreement], Any]] = {
    "Agreement": lambda a: a,
    "Allocation": servanda.where_to_inspect,
    "Audit": lambda a: servanda.audit(game(a)),
    "Batch": batch,
    "Comparison": servanda.compare,
    "CriticalValue": lambda a: servanda.critical_values(a, "phased")[0],
    "Design": lambda a: servanda.design(a, "phased", maximise="completion", evaluations=4),
    "Draws": lambda a: servanda.draw(a, 4),
    "DueDates": lambda a: servanda.due_dates(a, "phased"),
    "Equilibrium": lambda a: servanda.solve(game(a)),
    "Evaluated": lambda a: servanda.evaluate(a, "phased", servanda.draw(a, 2)),
    "FailureRules": lambda a: servanda.explain_failure(a, "phased", draws=64),
    "Finding": lambda a: servanda.check(a).found[0],
    "Findings": servanda.check,
    "Game": game,
    "HeatMap": lambda a: servanda.heat(a, TWO, *NAMES, points=3),
    "PlanResult": lambda a: servanda.compare(a, "phased")["phased"],
    "Plays": lambda a: servanda.play(servanda.solve(game(a)), 10),
    "Reached": lambda a: servanda.reach(a, "phased", 0.1, ours=[NAMES[0]]),
    "Results": lambda a: servanda.results(batch(a)),
    "Scorecard": lambda a: servanda.scorecard(a, "phased"),
    "Scorecards": scorecards,
    "Sensitivity": lambda a: servanda.sensitivity(a, "phased", draws=64, groups=halves(a)),
    "SequentialInspection": lambda a: servanda.sequential_inspection(3, 1),
    "SobolIndices": lambda a: servanda.sobol_indices(lambda u: u[:, 0] + u[:, 1], ["a", "b"], 64),
    "Step": lambda a: servanda.calendar_of(a, "phased")[0],
    "Summary": lambda a: servanda.summarise(servanda.solve(game(a)), 1),
    "Sweep": lambda a: servanda.sweep(a, "phased", draws=4),
    "Tips": lambda a: servanda.tip(a, TWO, among=[NAMES[0]], joint=False, points=3),
    "Tornado": lambda a: servanda.tornado(a, "phased"),
    "Tree": lambda a: servanda.game_tree(a, "phased"),
}
COMPILED_ELSEWHERE = {"About", "Study", "Uncertainty"}  # made of the others; the first says when it was made


@pytest.fixture(autouse=True)
def few_shuffled_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sobol, "DUMMIES", 3)
    monkeypatch.setattr(sobol, "RESAMPLES", 5)
    monkeypatch.setattr(sobol, "RESAMPLES_GIVEN", 5)


def test_every_public_class_of_results_is_tried() -> None:
    public = {name for name in servanda.__all__ if dataclasses.is_dataclass(getattr(servanda, name))}
    assert public - COMPILED_ELSEWHERE <= set(MADE)


def arrays(thing: Any, seen: set[int]) -> Iterator[Any]:
    """All arrays in a result."""
    if id(thing) in seen:
        return
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, Columns):
        yield from (thing[name] for name in thing.columns)
    elif dataclasses.is_dataclass(thing):
        yield from (each for f in dataclasses.fields(thing) for each in arrays(getattr(thing, f.name), seen))
    elif isinstance(thing, dict | list | tuple):
        parts: Any = thing.values() if isinstance(thing, dict) else thing
        yield from (each for part in parts for each in arrays(part, seen))


@pytest.mark.parametrize("name", MADE)
def test_results_compare_hash_copy_and_pickle(name: str) -> None:
    one, other = MADE[name](AGREEMENT), MADE[name](AGAIN)
    assert one == other
    assert hash(one) == hash(other)
    assert one in [None, 3, other]
    assert one != 3
    assert (one == None) is False  # noqa: E711
    assert {one: 1}[other] == 1
    assert len(repr(one)) < 1000
    assert bool(one)
    before = list(arrays(one, set()))
    assert not any(each.flags.writeable for each in before)
    for made in (pickle.loads(pickle.dumps(one)), copy.deepcopy(one), copy.copy(one)):
        assert made == one
        assert type(made) is type(one)
        after = list(arrays(made, set()))
        assert len(after) == len(before)
        assert not any(each.flags.writeable for each in after)


def test_what_is_told_of_late_plans_cannot_be_changed() -> None:
    found = list(arrays(servanda.compare(servanda.read("leap-day-2012-game")), set()))
    assert len(found) > 10
    assert not any(each.flags.writeable for each in found)


def test_what_differs_in_one_number_of_an_array_is_not_equal() -> None:
    found = MADE["Equilibrium"](AGREEMENT)
    other = found.gain.copy()
    other[0, 0] += 1e-12
    assert dataclasses.replace(found, gain=other) != found
    assert dataclasses.replace(found, gain=found.gain.copy()) == found
    assert game(AGREEMENT) != servanda.compile(AGREEMENT, "at-once")
    assert game(AGREEMENT) != found
    assert servanda.draw(AGREEMENT, 4, 1) != servanda.draw(AGREEMENT, 4, 2)


def test_what_is_missing_equals_what_is_missing() -> None:
    assert same(np.array([1.0, math.nan]), np.array([1.0, math.nan]))
    assert same({"a": (float("nan"), [1])}, {"a": (float("nan"), [1])})
    assert not same([1.0], [1.0, 2.0])
    assert not same({"a": 1}, {"b": 1})
    assert not same([1], (1,))
    assert not same(np.zeros(2), np.zeros((2, 1)))
    assert not same(np.zeros(2), np.zeros(2, dtype="float32"))
    columns = Columns({"a": [1.0, math.nan], "b": ["x", None]})
    assert columns == Columns({"a": [1.0, math.nan], "b": ["x", None]})
    assert hash(columns) == hash(Columns({"a": [1.0, math.nan], "b": ["x", None]}))
    assert columns != Columns({"a": [1.0, 2.0], "b": ["x", None]})


def test_a_record_below_another_one_compares_its_own_fields() -> None:
    @dataclasses.dataclass(frozen=True)
    class One(Record):
        a: Any

    @dataclasses.dataclass(frozen=True)
    class Two(One):
        b: Any = dataclasses.field(compare=False, default=0)
        c: Any = 0

    assert Two(np.arange(2), 1, 2) == Two(np.arange(2), 5, 2)
    assert hash(Two([], 1, 2)) == hash(Two([], 5, 2))
    assert Two(np.arange(2), 1, 2) != Two(np.arange(2), 1, 3)
    assert One(1) != Two(1)


def test_a_comparison_is_gone_through_plan_by_plan() -> None:
    found = servanda.compare(AGREEMENT)
    assert list(found) == list(found.plans)
    assert len(found) == 2
    assert "phased" in found
    assert found["phased"] in found
    assert "phasd" not in found
    assert 3 not in found
    assert dict(found) == {"phased": found["phased"], "at-once": found["at-once"]}
    assert list(servanda.compare(AGREEMENT, "phased")) == [found["phased"]]


def test_sites_and_findings_and_cards_are_gone_through_one_by_one() -> None:
    allocation = servanda.where_to_inspect(AGREEMENT)
    assert list(allocation) == list(allocation.sites)
    assert dict(allocation)["plant"] is allocation["plant"]
    assert len(allocation) == 3
    assert "plant" in allocation
    assert "nowhere" not in allocation
    findings = servanda.check(AGREEMENT)
    assert list(findings) == list(findings.found)
    assert len(findings) == len(findings.found) > 0
    assert findings.found[0] in findings
    assert [card.plan for card in scorecards(AGREEMENT)] == ["phased", "at-once"]


def test_pickled_draws_mean_the_same_for_an_agreement_read_again() -> None:
    draws = servanda.draw(AGREEMENT, 4, seed=1)
    wanted = servanda.evaluate(AGREEMENT, "phased", draws)
    likely = servanda.evaluate(AGREEMENT, "phased", servanda.draw(AGREEMENT, 4, seed=2))
    assert wanted != likely
    for agreement in (AGREEMENT, AGAIN, pickle.loads(pickle.dumps(AGREEMENT)), copy.deepcopy(AGREEMENT)):
        for same_draws in (draws, pickle.loads(pickle.dumps(draws)), copy.deepcopy(draws)):
            assert servanda.evaluate(agreement, "phased", same_draws) == wanted
            assert servanda.compile(agreement, "phased", same_draws) == servanda.compile(AGREEMENT, "phased", draws)


def test_draws_of_another_agreement_are_refused() -> None:
    changed = AGREEMENT.model_copy(update={"incidents": servanda.Number(likely=0.1, low=0.05, high=0.2)})
    draws = servanda.draw(AGREEMENT, 4)
    for agreement in (changed, servanda.read("singapore-2018")):
        plan = next(iter(agreement.plans))
        for use in (servanda.evaluate, servanda.compile):
            with pytest.raises(servanda.UsageError, match="These draws are of another agreement"):
                use(agreement, plan, draws)
    with pytest.raises(servanda.UsageError, match="needs a Draws"):
        servanda.evaluate(AGREEMENT, "phased", None)  # type: ignore[arg-type]


def held(agreement: servanda.Agreement) -> float:
    return servanda.compare(agreement, "phased")["phased"].summary.held["clean"]


def test_a_result_goes_to_another_process_and_comes_back() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(held, (AGREEMENT,)) == held(AGREEMENT)
        found = pool.apply(servanda.scorecard, (AGREEMENT, "phased"))
    assert found == servanda.scorecard(AGREEMENT, "phased")
