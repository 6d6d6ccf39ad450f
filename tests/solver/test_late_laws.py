"""Laws that every solution obeys where steps can be late and acts have weights; on random agreements.

That reviews, looks and steps may be as many as one likes is in `test_habits_in_time.py`.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.building import gives, party, review, situation, stake
from support.random_lateness import random_lateness_data

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.outcomes import Walk, outcomes
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, is_choice, solve
from servanda.solver.reach_probabilities import fates

SEEDS = range(200, 212)


def small(seed: int) -> dict[str, Any]:
    """The data of a random agreement, cut down so that it is solved in no time."""
    data = random_lateness_data(seed)
    plan = data["plans"]["plan"]
    plan["entries"] = plan["entries"][:4]
    if "late" in plan:
        plan["late"] = {"looks": plan["late"]["looks"][:2], "stalls": min(1, plan["late"]["stalls"])}
    return data


def solved(data: dict[str, Any]) -> Equilibrium:
    return solve(compile(Agreement.model_validate(data), "plan"))


def changed(seed: int, change: Callable[[dict[str, Any]], None]) -> Equilibrium:
    data = copy.deepcopy(small(seed))
    change(data)
    return solved(data)


def ways(equilibrium: Equilibrium) -> dict[str, float]:
    """Every way in which it ends, or stands at the horizon."""
    walk = Walk(equilibrium)
    ends = {name: chance for name, chance in walk.outcomes().items() if not name.startswith("held:")}
    for name, both in fates(equilibrium.game, walk.found, walk.truthful[None]).items():
        ends |= {f"{name}:{how}": float(chance[0]) for how, chance in zip(("clean", "concealed"), both, strict=True)}
    return ends or walk.outcomes()


def units(data: dict[str, Any], times: float) -> None:
    """Count in other units: all worths and costs so many times what they were."""
    for each in data["parties"].values():
        for thing in (each, *each.get("types", {}).values()):
            for group in ("costs", "worth"):
                if group in thing:
                    thing[group] = {key: times * value for key, value in thing[group].items()}
    for each in data["stakes"].values():
        each["worth"] = {key: times * value for key, value in each["worth"].items()}


def blunt(data: dict[str, Any]) -> None:
    """Let nobody's interests count."""
    for each in data["parties"].values():
        for thing in (each, *each.get("types", {}).values()):
            thing.pop("sharpness", None)
            thing["precision"] = 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_everything_that_can_come_of_it_adds_up_to_one(seed: int) -> None:
    equilibrium = solved(small(seed))
    assert equilibrium.residual <= 1e-10
    found = ways(equilibrium)
    assert min(found.values()) >= 0
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(outcomes(equilibrium).values()) == pytest.approx(1.0, abs=1e-12)
    game = equilibrium.game
    for v in range(len(game.tree.kind)):
        if is_choice(game, v):
            acts = np.exp(equilibrium.choice[:, game.block(int(game.tree.actor[v]), v)])
            assert acts.sum(axis=0) == pytest.approx(np.ones(acts.shape[1]), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_product_of_precision_and_unit_matters(seed: int) -> None:
    def precise(data: dict[str, Any]) -> None:
        for each in data["parties"].values():
            for thing in (each, *each.get("types", {}).values()):
                thing.pop("sharpness", None)
            each["precision"] = 0.8

    def shrink(data: dict[str, Any]) -> None:
        precise(data)
        units(data, 10.0)
        for each in data["parties"].values():
            for thing in (each, *each.get("types", {}).values()):
                if "precision" in thing:
                    thing["precision"] /= 10

    assert ways(changed(seed, shrink)) == pytest.approx(ways(changed(seed, precise)), abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_with_sharpness_the_unit_does_not_matter_at_all(seed: int) -> None:
    def sharp(data: dict[str, Any]) -> None:
        for each in data["parties"].values():
            for thing in (each, *each.get("types", {}).values()):
                thing.pop("precision", None)
                thing.pop("sharpness", None)
            each["sharpness"] = 4.0

    def in_units(data: dict[str, Any]) -> None:
        sharp(data)
        units(data, 7.0)

    one = ways(changed(seed, sharp))
    assert ways(changed(seed, in_units)) == pytest.approx(one, abs=1e-9)
    assert ways(changed(seed, blunt)) != pytest.approx(one, abs=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_precision_everybody_acts_by_habit(seed: int) -> None:
    equilibrium = changed(seed, blunt)
    game = equilibrium.game
    if not game.is_late:
        return
    met = 0
    for v in range(len(game.tree.kind)):
        if is_choice(game, v):
            weight = np.exp(game.tables.habit[0, game.tree.row[v]])
            acts = np.exp(equilibrium.choice[:, game.block(int(game.tree.actor[v]), v)])
            there = equilibrium.gain[:, game.block(int(game.tree.actor[v]), v)] > -np.inf
            usual = np.where(there, weight[:, None], 0.0)
            assert acts == pytest.approx(usual / usual.sum(axis=0), abs=1e-12)
            met += 1
    assert met > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_type_split_into_two_equal_halves_changes_nothing(seed: int) -> None:
    met = 0

    def split(data: dict[str, Any]) -> None:
        nonlocal met
        for name, each in data["parties"].items():
            new = [e["types"] for e in data["plans"]["plan"]["entries"] if e.get("turnover") == name]
            if "y" in each.get("types", {}):
                met += 1
                each["types"]["y"]["chance"] /= 2
                each["types"]["twin"] = copy.deepcopy(each["types"]["y"])
                for types in new:
                    types["y"] /= 2
                    types["twin"] = types["y"]

    after = changed(seed, split)
    assert ways(after) == pytest.approx(ways(solved(small(seed))), abs=1e-8)
    assert any(len(kinds) > 2 for kinds in after.game.types) == (met > 0)


# ----------------------------------------------------------------------------------------------- a law at a time

HABITS = {"falls_behind": 0.3, "catches_up": 0.5, "suspends": 0.3, "leaves": 0.1, "conceals": 0.25}


def swap(*entries: dict[str, Any], stalls: int = 0, precision: float = 0.3, **of: Any) -> dict[str, Any]:
    data: dict[str, Any] = situation(
        {"north": party(precision, withdrawing=0.3), "south": party(precision, withdrawing=0.2)},
        {
            "arms": stake("north", "1 year", north=1.0, south=-1.6),
            "relief": stake("south", "0 days", south=0.5, north=-1.4),
        },
        list(entries),
    )
    for each in data["parties"].values():
        each["habits"] = HABITS | of
    data["plans"]["plan"]["late"] = {"looks": ["6 months"], "stalls": stalls}
    return data


def test_the_order_of_the_list_does_not_matter_in_an_exchange_and_does_in_sequence() -> None:
    north, south = {"by": "north", "gives": ["arms"]}, {"by": "south", "gives": ["relief"]}
    together = [
        ways(solved(swap({"id": "swap", "date": "2021-01-01", "exchange": parts})))
        for parts in ([north, south], [south, north])
    ]
    assert together[0] == pytest.approx(together[1], abs=1e-12)
    one, two = gives("one", "2021-01-01", "north", "arms"), gives("two", "2021-01-01", "south", "relief")
    in_turn = [
        ways(solved(swap(one, two | {"needs": ["one"]}))),
        ways(solved(swap(two, one | {"needs": ["two"]}))),
    ]
    assert abs(in_turn[0]["complete_on_time:clean"] - in_turn[1]["complete_on_time:clean"]) > 0.01


def test_an_act_told_twice_takes_nothing_from_the_others() -> None:
    """To conceal what is worth nothing is to keep under another name: its share of the weight is of no account."""
    found: list[dict[str, float]] = []
    for share, secret in ((0.25, False), (0.25, True), (0.9, True)):
        data = swap(
            gives("one", "2021-01-01", "north", "arms", "paper"),
            gives("two", "2022-01-01", "south", "relief") | {"needs": ["one"]},
            stalls=1,
            conceals=share,
        )
        data["stakes"]["paper"] = stake("north", "never", secret)
        ends = ways(solved(data))
        merged: dict[str, float] = {}
        for name, chance in ends.items():
            plain = name.removesuffix(":clean").removesuffix(":concealed")
            merged[plain] = merged.get(plain, 0.0) + chance
        found.append({name: chance for name, chance in merged.items() if chance > 0})
    assert found[1] == pytest.approx(found[0], abs=1e-12)
    assert found[2] == pytest.approx(found[0], abs=1e-12)


@pytest.mark.parametrize("parts", [1, 2, 4])
@pytest.mark.parametrize("stalls", [0, 1])
def test_by_habit_a_split_step_leaves_the_agreement_in_force_as_often(parts: int, stalls: int) -> None:
    """North decides until its review after seven years, whatever is late; it stays with exp(-0.1 * 7)."""
    days = {1: ["2022-01-01"], 2: ["2021-01-01", "2022-01-01"]}.get(
        parts, ["2020-07-01", "2021-01-01", "2021-07-01", "2022-01-01"]
    )
    steps = [gives(f"part-{k}", on, "north", arms=1 / parts) for k, on in enumerate(days)]
    data = swap(*steps, review("north", date="2027-01-01"), stalls=stalls, precision=0.0)
    data["parties"]["south"]["habits"] = HABITS | {"leaves": 0.0}
    found = ways(solved(data))
    assert 1.0 - found["withdrew:north"] == pytest.approx(math.exp(-0.1 * 2557 / 365.25), abs=1e-12)
    assert found["withdrew:south"] == 0.0
    if not stalls:  # none is told: what is late at all stays so
        on_time = found["complete_on_time:clean"] / (1.0 - found["withdrew:north"])
        assert on_time == pytest.approx(math.exp(-0.3 * 731 / 365.25), abs=1e-12)
