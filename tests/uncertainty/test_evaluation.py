"""Evaluating a plan on many draws gives what solving each draw gives, however the draws are cut and spread."""

from __future__ import annotations

import numpy as np
import pytest
from support.paths import SINGAPORE_V1

import servanda
from servanda.agreement.numbers import uncertain
from servanda.assessment.metrics import solved_metrics
from servanda.game.compiler import compile
from servanda.solver.batch import results, solve_draws
from servanda.uncertainty import evaluation
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import draw, with_values


@pytest.fixture(scope="module")
def agreement() -> servanda.Agreement:
    return servanda.read(SINGAPORE_V1)


def test_figures_are_those_of_the_solved_draws(agreement: servanda.Agreement) -> None:
    draws = draw(agreement, 20, seed=4)
    found = evaluate(agreement, "relief-first", draws)
    alone = results(solve_draws(compile(agreement, "relief-first", draws)))
    assert list(found.metrics) == list(solved_metrics(agreement))
    clean = alone.outcomes["held:clean"]
    np.testing.assert_allclose(found.metrics["held_clean"], clean, rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.metrics["held"], clean + alone.outcomes["held:concealed"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.metrics["withdrew.usa"], alone.outcomes["withdrew:usa"], rtol=0, atol=1e-13)
    np.testing.assert_allclose(found.metrics["gain.dprk"], alone.gain["dprk"], rtol=0, atol=1e-9)
    ends = [name for name in found.metrics if name.split(".")[0] in ("withdrew", "found", "unratified", "incident")]
    total = found.metrics["held"] + sum(found.metrics[name] for name in ends)
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=1e-12)


@pytest.mark.parametrize("workers", [1, 2])
def test_cutting_and_threads_change_nothing(
    agreement: servanda.Agreement, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = draw(agreement, 24, seed=4)
    whole = evaluate(agreement, "relief-first", draws)
    monkeypatch.setattr(evaluation, "AT_A_TIME", 7)
    cut = evaluate(agreement, "relief-first", draws, workers=workers)
    for name, figure in whole.metrics.items():
        assert np.array_equal(figure, cut.metrics[name]), name
    assert np.array_equal(whole.standing, cut.standing)
    assert whole.statuses == cut.statuses


def test_a_long_list_may_be_drawn_in_parts(agreement: servanda.Agreement) -> None:
    whole = draw(agreement, 48, seed=9)
    parts = [draw(agreement, 16, seed=9, first=first) for first in (0, 16, 32)]
    assert np.array_equal(whole.values, np.concatenate([part.values for part in parts]))


def test_assigned_numbers_move_and_the_others_stay_likely(agreement: servanda.Agreement) -> None:
    names = {one.name: one.number for one in uncertain(agreement)}
    draws = with_values(agreement, {"parties.dprk.discount": np.array([0.05, 0.2])})
    for j, one in enumerate(draws.numbers):
        expected = [0.05, 0.2] if one.name == "parties.dprk.discount" else [names[one.name].likely] * 2
        assert draws.values[:, j].tolist() == expected
    with pytest.raises(KeyError, match=r"parties\.dprk\.patience"):
        with_values(agreement, {"parties.dprk.patience": np.array([1.0])})


def test_draws_without_an_answer_have_no_figures(
    agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.solver import _continuation

    monkeypatch.setattr(_continuation, "MAX_STEPS", 2)
    found = evaluate(agreement, "relief-first", draw(agreement, 3, seed=3))
    assert not found.converged.any()
    assert all(np.isnan(figure).all() for figure in found.metrics.values())
    assert (found.weakest == -1).all()
    assert np.isnan(found.standing).all()
