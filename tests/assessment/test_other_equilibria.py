"""Further equilibria: those that are known are found, each is verified, and nothing is found where there is one."""

from __future__ import annotations

import pytest
from support.building import gives, party, situation, stake
from support.cases import cases
from test_reciprocal_agreement import OTHER, reciprocal

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.other_equilibria import search
from servanda.assessment.outcomes import choices, outcomes
from servanda.assessment.summary import summarise
from servanda.game.compiler import compile
from servanda.solver.equilibrium import TOLERANCE, solve


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
