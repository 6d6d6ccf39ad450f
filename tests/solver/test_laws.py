"""Laws that every solution obeys, whatever the numbers; on random agreements."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pytest
from support.random_agreements import random_agreement, random_data

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.outcomes import choices, outcomes
from servanda.assessment.summary import summarise
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, solve

SEEDS = range(40)


def solved(agreement: Agreement) -> Equilibrium:
    return solve(compile(agreement, next(iter(agreement.plans))))


Acts = dict[tuple[str, tuple[str, ...], str, str, frozenset[str]], tuple[float, float, float]]


def acts(equilibrium: Equilibrium) -> Acts:
    return {
        (c.entry, c.branch, c.party, c.type, c.concealed): (c.keep, c.conceal, c.withdraw) for c in choices(equilibrium)
    }


def changed(seed: int, change: Callable[[dict[str, Any]], None]) -> Agreement:
    data = copy.deepcopy(random_data(seed))
    change(data)
    return Agreement.model_validate(data)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_random_agreement_is_solved_and_adds_up(seed: int) -> None:
    equilibrium = solved(random_agreement(seed))
    assert equilibrium.status == "converged"
    assert equilibrium.residual <= 1e-10
    found = outcomes(equilibrium)
    assert min(found.values()) >= 0
    assert sum(found.values()) == pytest.approx(1.0, abs=1e-12)
    for keep, conceal, withdraw in acts(equilibrium).values():
        assert keep + conceal + withdraw == pytest.approx(1.0, abs=1e-12)
    for entry in summarise(equilibrium).entries:
        for belief in entry.beliefs.values():
            assert sum(belief.values()) == pytest.approx(1.0, abs=1e-9)
        if entry.by_type:
            mixed = sum(entry.belief[k] * act.keep for k, act in entry.by_type.items() if act is not None)
            assert mixed == pytest.approx(entry.keep, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_losses_by_entry_add_up_to_the_chance_of_breakdown(seed: int) -> None:
    summary = summarise(solved(random_agreement(seed)))
    lost = sum(sum(entry.lost.values()) for entry in summary.entries)
    before_horizon = summary.standing[-2].in_force
    assert 1.0 - before_horizon == pytest.approx(lost, abs=1e-12)
    assert summary.standing[-1].in_force == pytest.approx(sum(summary.held.values()), abs=1e-12)


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_only_the_product_of_precision_and_unit_matters(seed: int) -> None:
    """Counting in units ten times smaller, with a tenth of the precision, changes no probability."""

    def shrink(data: dict[str, Any]) -> None:
        for party in data["parties"].values():
            for thing in (party, *party.get("types", {}).values()):
                if "precision" in thing:
                    thing["precision"] /= 10
                for group in ("costs", "worth"):
                    thing[group] = {key: 10 * value for key, value in thing.get(group, {}).items()}
            del party["worth"]
        for stake in data["stakes"].values():
            stake["worth"] = {key: 10 * value for key, value in stake["worth"].items()}

    same(acts(solved(random_agreement(seed))), acts(solved(changed(seed, shrink))))


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_the_order_of_parties_in_the_file_does_not_matter(seed: int) -> None:
    def reverse(data: dict[str, Any]) -> None:
        data["parties"] = dict(reversed(data["parties"].items()))

    same(acts(solved(random_agreement(seed))), acts(solved(changed(seed, reverse))))


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_a_type_split_into_two_equal_halves_changes_nothing(seed: int) -> None:
    def split(data: dict[str, Any]) -> None:
        for name, party in data["parties"].items():
            for types in [party.get("types", {})] + [
                entry["types"] for entry in data["plans"]["plan"]["entries"] if entry.get("turnover") == name
            ]:
                if "t0" in types and isinstance(types["t0"], dict):
                    types["t0"]["chance"] /= 2
                    types["twin"] = copy.deepcopy(types["t0"])
                elif "t0" in types:
                    types["t0"] /= 2
                    types["twin"] = types["t0"]

    ours, theirs = acts(solved(random_agreement(seed))), acts(solved(changed(seed, split)))
    same(ours, theirs)
    for (entry, branch, party, kind, concealed), row in theirs.items():
        if kind == "twin":
            assert row == pytest.approx(ours[entry, branch, party, "t0", concealed], abs=1e-8)


@pytest.mark.parametrize("seed", SEEDS[:8])
def test_without_precision_every_act_is_equally_likely(seed: int) -> None:
    def blunt(data: dict[str, Any]) -> None:
        for party in data["parties"].values():
            for thing in (party, *party.get("types", {}).values()):
                thing["precision"] = 0.0

    for row in acts(solved(changed(seed, blunt))).values():
        offered = [p for p in row if p > 0]
        assert len(offered) >= 2
        assert offered == pytest.approx([1 / len(offered)] * len(offered))


def test_twenty_seven_in_a_hundred() -> None:
    """The starter's rule of thumb: at precision 1, one unit better off by withdrawing still keeps 27 in 100."""
    day = date(2020, 1, 1)
    agreement = Agreement.model_validate(
        {
            "servanda": 1,
            "title": "one step",
            "start": day,
            "horizon": "1 year",
            "unit": "a unit",
            "parties": {"a": {"name": "A", "discount": 0.0, "precision": 1.0}},
            "stakes": {"s": {"holder": "a", "worth": {"a": 1.0}, "restore": "never"}},
            "plans": {"plan": {"entries": [{"id": "e", "date": day, "by": "a", "gives": ["s"]}]}},
        }
    )
    (row,) = acts(solved(agreement)).values()
    assert row[0] == pytest.approx(1 / (1 + np.exp(1.0)), abs=1e-15)
    assert round(100 * row[0]) == 27


def same(ours: Acts, theirs: Acts) -> None:
    for key, row in ours.items():
        assert row == pytest.approx(theirs[key], abs=1e-8)
