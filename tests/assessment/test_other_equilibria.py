"""Further equilibria: those that are known are found, each is verified, and nothing is found where there is one."""

from __future__ import annotations

import numpy as np
import pytest
from support.building import gives, party, situation, stake, turnover
from support.cases import cases
from support.coordination import coordination_data
from test_reciprocal_agreement import OTHER, reciprocal

from servanda.agreement.format.agreement import Agreement
from servanda.assessment import other_equilibria
from servanda.assessment.other_equilibria import search
from servanda.assessment.outcomes import choices, outcomes
from servanda.assessment.summary import summarise
from servanda.game.compiler import compile
from servanda.game.unknowns import HOLDS, LEAVES
from servanda.solver.equilibrium import TOLERANCE, Workspace, solve


@pytest.mark.parametrize(("K", "precision"), list(OTHER))
def test_the_distrustful_equilibrium_of_a_reciprocal_agreement_is_found(K: int, precision: float) -> None:
    """RA-MULT: at one precision there are two exact equilibria; the payoffs of the other one are known."""
    answer = solve(compile(reciprocal(K, precision), "plan"))
    found = search(answer)
    payoffs = [[value.gain for value in summarise(one.equilibrium).values.values()] for one in found]
    assert any(pair == pytest.approx(OTHER[K, precision], abs=6e-9) for pair in payoffs)
    for one in found:
        assert one.equilibrium.residual <= TOLERANCE
        assert abs(one.keep - one.answer_keep) > 1e-6


def test_all_three_equilibria_within_a_fold_are_found() -> None:
    agreement = cases(discounted=False)["within-a-fold"]
    answer = solve(compile(agreement, "plan"))
    found = search(answer, count=12)
    assert len(found) == 2
    held = [outcomes(one.equilibrium)["held:clean"] for one in found]
    assert held == sorted(held, reverse=True)


def test_nothing_is_found_where_everybody_sees_everything() -> None:
    """With perfect information and no types the logit equilibrium is unique: it is worked out from the end."""
    arms = stake("north", "1 year", north=2.0, south=-3.0)
    aid = stake("south", "2 months", south=1.0, north=-2.0)
    steps = [
        gives("one", "2020-06-01", "north", arms=0.5),
        gives("two", "2020-12-01", "south", aid=0.5),
        gives("three", "2021-06-01", "north", "arms"),
        gives("four", "2021-12-01", "south", "aid"),
    ]
    parties = {"north": party(precision=20.0), "south": party(precision=20.0)}
    agreement = Agreement.model_validate(situation(parties, {"arms": arms, "aid": aid}, steps))
    assert search(solve(compile(agreement, "plan"))) == ()


def test_the_same_seed_finds_the_same_and_the_answer_stays() -> None:
    answer = solve(compile(reciprocal(6, 5.0), "plan"))
    before = list(choices(answer))
    one, two = search(answer, seed=0), search(answer, seed=0)
    assert [repr(each) for each in one] == [repr(each) for each in two]
    assert list(choices(answer)) == before


@pytest.mark.parametrize(("K", "precision"), list(OTHER))
def test_directions_that_matter_lead_where_all_directions_lead(
    K: int, precision: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = solve(compile(reciprocal(K, precision), "plan"))
    by_all = [outcomes(one.equilibrium) for one in search(answer)]
    monkeypatch.setattr(other_equilibria, "_WIDE", 0)
    by_few = [outcomes(one.equilibrium) for one in search(answer)]
    assert by_few == [pytest.approx(each, abs=1e-9) for each in by_all]


def test_many_unknowns_are_searched_with_few_responses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Derivatives in all directions would take a response for each unknown, and that at each of some twenty steps."""
    arms = stake("north", "1 year", True, north=2.0, south=-3.0)
    aid = stake("south", "2 months", south=1.0, north=-2.0)
    entries = [
        entry
        for k in range(7)
        for entry in (
            turnover(f"vote-{k}", f"20{20 + k}-02-01", "south", 0.5, a=0.5, b=0.5),
            gives(f"arms-{k}", f"20{20 + k}-06-01", "north", arms=1 / 8),
            gives(f"aid-{k}", f"20{20 + k}-09-01", "south", aid=1 / 8),
        )
    ]
    south = party(types={"a": {"chance": 0.5}, "b": {"chance": 0.5, "discount": 0.2}})
    team = {"team": {"covers": ["arms"], "finds": 0.3}}
    data = situation({"north": party(), "south": south}, {"arms": arms, "aid": aid}, entries, team)
    answer = solve(compile(Agreement.model_validate(data), "plan"))
    asked = 0
    image = other_equilibria.Workspace.image

    def counted(play: other_equilibria.Workspace, x: object, factor: float) -> object:
        nonlocal asked
        asked += 1
        return image(play, x, factor)  # pyright: ignore

    monkeypatch.setattr(other_equilibria.Workspace, "image", counted)
    assert search(answer) == ()
    unknowns = other_equilibria.Workspace(answer.game, 0).size
    assert unknowns > 100
    assert asked < 10 * unknowns


def late_coordination() -> Agreement:
    """The distrustful game, where either may hold back as well: the concealer hardly does, the hub as readily."""
    data = coordination_data(0.3, [5.0, 5.0])
    habits = {"stumbles": 0.1, "falls_behind": 0, "catches_up": 1, "suspends": 0.1, "leaves": 700.0, "conceals": 0.5}
    data["parties"]["party0"]["habits"] = habits
    data["plans"]["plan"]["late"] = {"looks": ["1 day"], "stalls": 0}
    return Agreement.model_validate(data)


def test_distrust_is_found_where_parties_may_hold_back() -> None:
    answer = solve(compile(late_coordination(), "plan"))
    [found] = search(answer)
    assert outcomes(answer)["withdrew:hub"] < 0.01
    assert outcomes(found.equilibrium)["withdrew:hub"] > 0.99
    assert found.equilibrium.residual <= TOLERANCE
    assert float(np.max(np.abs(found.equilibrium.holds - answer.holds))) > 1e-3


def test_who_is_expected_to_leave_is_not_expected_to_hold_back() -> None:
    play = Workspace(compile(late_coordination(), "plan"), 0)
    what = play.unknowns.where[:, 0]
    x = play.expecting(0.25, 0.5)
    assert set(what[what >= HOLDS]) == {HOLDS}
    assert set(x[what == HOLDS]) == {0.375}
    assert set(x[what == LEAVES]) == {0.25}
