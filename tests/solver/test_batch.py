"""Many draws at once give, to the last bit, what one at a time gives, whatever the number of threads."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from scipy import stats
from support.building import gives, party, situation, stake
from support.paths import SINGAPORE_V1
from support.random_agreements import random_agreement

import servanda
from servanda.agreement.format.values import Number
from servanda.agreement.numbers import uncertain
from servanda.assessment.comparison import expected_years
from servanda.assessment.outcomes import outcomes
from servanda.assessment.summary import summarise
from servanda.game._bisimulation import merge_equivalent
from servanda.game.compiler import compile
from servanda.solver import batch as batches
from servanda.solver.batch import results, solve_draws
from servanda.solver.equilibrium import solve
from servanda.uncertainty.sampling import Ranges, draw, from_unit_cube, quantile


@pytest.fixture(scope="module")
def batch() -> servanda.Batch:
    agreement = servanda.read(SINGAPORE_V1)
    return solve_draws(compile(agreement, "relief-first", draw(agreement, 40, seed=3)))


def test_every_draw_of_a_batch_is_what_solving_it_alone_gives(batch: servanda.Batch) -> None:
    found = results(batch)
    assert batch.converged.all()
    assert set(batch.statuses) == {"converged"}
    for d in (0, 15, 16, 39):
        alone = solve(batch.game, draw=d)
        assert alone.iterations == batch.iterations[d]
        np.testing.assert_allclose(batch.leaves[d], alone.leaves, rtol=0, atol=1e-12)
        np.testing.assert_allclose(batch.survive[d], alone.survive, rtol=0, atol=1e-12)
        summary = summarise(alone)
        for name, chance in outcomes(alone).items():
            assert found.outcomes[name][d] == pytest.approx(chance, abs=1e-12)
        for name, value in summary.values.items():
            assert found.gain[name][d] == pytest.approx(value.sign - value.no_deal, abs=1e-9)
        assert found.completed[d] == pytest.approx(summary.completed, abs=1e-12)
        steps = [step.id for step in batch.game.steps]
        assert (*steps, "horizon")[found.weakest[d]] == summary.weakest_link.entry


@pytest.mark.parametrize("workers", [1, 3])
def test_the_number_of_threads_changes_nothing(batch: servanda.Batch, workers: int) -> None:
    again = solve_draws(batch.game, workers=workers)
    for name in ("factor", "residual", "iterations", "survive", "leaves", "honest", "signing"):
        assert np.array_equal(getattr(again, name), getattr(batch, name))


def test_outcomes_of_every_draw_add_up_to_one(batch: servanda.Batch) -> None:
    total = sum(results(batch).outcomes.values())
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=1e-12)


def test_years_in_force_are_those_of_a_comparison() -> None:
    agreement = servanda.read(SINGAPORE_V1)
    compared = servanda.compare(agreement)
    for plan in compared.plans:
        found = results(solve_draws(compile(agreement, plan.summary.plan)))
        assert found.years[0] == pytest.approx(expected_years(plan), abs=1e-9)


def test_a_draw_that_gets_nowhere_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    from servanda.solver import _continuation

    agreement = servanda.read(SINGAPORE_V1)
    game = compile(agreement, "relief-first", draw(agreement, 3, seed=3))
    monkeypatch.setattr(_continuation, "MAX_STEPS", 2)
    stuck = solve_draws(game)
    assert not stuck.converged.any()
    assert all(status.startswith("stopped at") for status in stuck.statuses)


@pytest.mark.parametrize("seed", range(30))
def test_sets_that_play_alike_may_be_made_one(seed: int) -> None:
    agreement = random_agreement(seed)
    game = compile(agreement, next(iter(agreement.plans)))
    if game.merged is game.tables:
        pytest.skip("nothing to make one here")
    from servanda.solver.equilibrium import Workspace

    play = Workspace(game, 0)
    record = play.record(1)
    play.trace(record, 0, 1, None)
    merged = solve(game)
    assert merged.residual <= 1e-10  # of a response on the full tables
    np.testing.assert_allclose(np.exp(merged.choice), np.exp(play.work.choice), rtol=0, atol=1e-9)


def test_equal_parts_of_one_stake_are_counted_not_listed() -> None:
    parts = [gives(f"part-{i}", f"2020-{i + 1:02d}-01", "a", arms=0.125) for i in range(8)]
    data = situation(
        {"a": party(found=3.0), "b": party()},
        {"arms": stake("a", "1 year", concealable=True, a=1.0, b=-2.0)},
        parts,
        measures={"teams": {"covers": ["arms"], "finds": 0.4}},
    )
    game = compile(servanda.Agreement.model_validate(data), "plan")
    assert game.tables.sets[0, -1] == 2**8
    assert game.merged.sets[0, -1] == 9  # none to eight parts kept in secret
    assert solve(game).converged


# ------------------------------------------------------------------------------------------------ draws


def test_ranges_are_drawn_from_as_the_format_says() -> None:
    share = np.array([0.05, 0.25, 0.5, 0.9])
    pert = Number(likely=3.0, low=1.0, high=9.0)
    low, likely, high = 1.0, 3.0, 9.0
    other = stats.beta(1 + 4 * (likely - low) / (high - low), 1 + 4 * (high - likely) / (high - low), low, high - low)
    np.testing.assert_allclose(quantile(pert, share), other.ppf(share), rtol=1e-12)
    mean = quantile(pert, (np.arange(20000) + 0.5) / 20000).mean()
    assert mean == pytest.approx((low + 4 * likely + high) / 6, abs=1e-4)  # the mean of a PERT distribution
    np.testing.assert_allclose(quantile(Number(likely=5, low=1, high=9, uniform=True), share), 1 + 8 * share)


def test_draws_keep_to_their_ranges_and_to_the_seed() -> None:
    agreement = servanda.read(SINGAPORE_V1)
    draws = draw(agreement, 100, seed=5)
    for j, one in enumerate(draws.numbers):
        assert one.number.low <= draws.values[:, j].min() <= draws.values[:, j].max() <= one.number.high
    assert np.array_equal(draw(agreement, 100, seed=5).values, draws.values)
    assert np.array_equal(draw(agreement, 37, seed=5).values, draws.values[:37])
    assert not np.array_equal(draw(agreement, 100, seed=6).values, draws.values)
    with pytest.raises(ValueError, match="whole number from 1"):
        draw(agreement, 0)


def test_the_same_number_of_the_same_entry_is_drawn_once_for_all_plans() -> None:
    agreement = servanda.read(SINGAPORE_V1)
    numbers = {one.name: one for one in uncertain(agreement)}
    shared = [one for one in numbers.values() if len(one.paths) > 1]
    assert shared
    assert all(one.name.startswith("entries.") for one in shared)
    draws = draw(agreement, 4, seed=1)
    one = shared[0]
    values = []
    for path in one.paths:
        thing = agreement
        for part in path:
            thing = thing[part] if isinstance(thing, dict | list | tuple) else getattr(thing, str(part))
        values.append(draws(thing))
    assert all(np.array_equal(value, values[0]) for value in values)
    assert np.ptp(values[0]) > 0


def test_chances_of_types_add_up_in_every_draw() -> None:
    agreement = servanda.read(SINGAPORE_V1)
    game = compile(agreement, "phased", draw(agreement, 16, seed=2))
    total = np.exp(game.tables.log_prior).sum(axis=2)
    np.testing.assert_allclose(total, 1.0, rtol=0, atol=1e-6)


def test_sets_alike_in_the_first_and_last_draw_only_stay_apart() -> None:
    seed = next(s for s in range(100) if (game := compile(random_agreement(s), "plan")).merged is not game.tables)
    agreement = random_agreement(seed)
    game = compile(agreement, "plan", from_unit_cube(agreement, np.full((3, len(uncertain(agreement))), 0.5)))
    fewer, step = merge_equivalent(game.tables, game.tree.row), game.tree.row
    assert fewer.sets.sum() < game.tables.sets.sum()  # three times the same draw
    base = np.array(game.tables.base)
    base[1] += np.arange(base.shape[1])  # in the second of three draws no two sets are worth the same
    assert np.array_equal(merge_equivalent(game.tables._replace(base=base), step).sets, game.tables.sets)


def test_numbers_listed_once_give_the_same_draws_here_and_in_another_process() -> None:
    agreement = servanda.read(SINGAPORE_V1)
    points = np.random.default_rng(1).random((5, len(uncertain(agreement))))
    once, anew = Ranges(agreement), from_unit_cube(agreement, points)
    other = pickle.loads(pickle.dumps(once))
    for where in (once, other):
        drawn = from_unit_cube(where, points)
        assert np.array_equal(drawn.values, anew.values)
        tables = compile(where.agreement, "phased", drawn).tables
        assert np.array_equal(tables.base, compile(agreement, "phased", anew).tables.base)
    assert set(once.column) != set(other.column)  # numbers are known by what they are, not by what they are worth


def test_draws_of_late_plans_begin_at_the_likely_solution_and_end_where_they_would_anyway(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agreement = servanda.read("minsk-2015-game")
    game = compile(agreement, "game", draw(agreement, 12, seed=3))
    warm = solve_draws(game, workers=1)
    monkeypatch.setattr(batches, "_where_to_begin", lambda *_: None)
    cold = solve_draws(game, workers=2)
    assert warm.converged.all()
    assert cold.converged.all()
    assert warm.iterations.mean() < 0.6 * cold.iterations.mean()
    for name in ("leaves", "holds", "survive", "signing"):
        np.testing.assert_allclose(getattr(warm, name), getattr(cold, name), rtol=0, atol=1e-11)
    again = solve_draws(compile(agreement, "game", draw(agreement, 5, seed=3)), workers=2)
    np.testing.assert_allclose(again.leaves, cold.leaves[:5], rtol=0, atol=1e-11)
