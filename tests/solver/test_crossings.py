"""Nothing is jumped over: near a pitchfork the answer is the one to which the branch from precision zero leads."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from support.coordination import coordination, leaning
from support.random_agreements import random_agreement
from support.referee import solve_with_gambit

import servanda
from servanda.arrays import Floats
from servanda.crosscheck.explicit_tree import game_tree
from servanda.game.compiler import compile
from servanda.solver import _crossings
from servanda.solver._crossings import Curve
from servanda.solver.batch import solve_draws
from servanda.solver.equilibrium import Equilibrium, NotConverged, Workspace, solve


def logistic(z: float) -> float:
    return float(1.0 / (1.0 + np.exp(-z)))


def hub_keeps(bonus: float, precisions: list[float], scales: list[float]) -> float:
    """The one root on the side of the bonus of the hub's own equation, the others' answers put in.

    p = L(precision of the hub · Σ over the others of ((2 + bonus)·L(its precision·((2 + bonus)·p - 1)) - 1)).
    """
    *each, last = (precision * scale for precision, scale in zip(precisions, scales, strict=True))

    def off(p: float) -> float:
        others = sum((2.0 + bonus) * logistic(one * ((2.0 + bonus) * p - 1.0)) - 1.0 for one in each)
        return p - logistic(last * others)

    low, high = (0.5 + 1e-6, 1.0) if bonus > 0 else (0.0, 0.5 - 1e-6)
    return float(brentq(off, low, high, xtol=1e-15))


def keeps(found: Equilibrium, entry: str) -> float:
    (keep,) = {one.keep for one in servanda.choices(found) if one.entry == entry}
    return keep


def test_the_given_number() -> None:
    found = solve(compile(coordination(1e-5, [5, 5]), "plan"))
    assert (found.status, found.folds, found.bifurcations) == ("converged", 0, 0)
    assert keeps(found, "hub") == pytest.approx(0.9928123172854, abs=1e-12)
    assert keeps(found, "party0") == pytest.approx(0.9928123172854, abs=1e-12)


@pytest.mark.parametrize("precision", [2.1, 5, 50])
@pytest.mark.parametrize("bonus", [1e-2, 1e-5, -1e-5, 1e-9, -1e-12])
def test_the_side_is_that_of_the_bonus_however_small(precision: float, bonus: float) -> None:
    found = solve(compile(coordination(bonus, [precision, precision]), "plan"))
    assert found.converged
    assert found.bifurcations == 0
    assert keeps(found, "hub") == pytest.approx(hub_keeps(bonus, [precision] * 2, [1, 1]), abs=1e-9)


@pytest.mark.parametrize(
    ("bonus", "precisions", "scales"),
    [
        (1e-6, [3.0, 8.0], [1.0, 1.0]),
        (-1e-4, [20.0, 4.0], [1.0, 0.5]),
        (1e-3, [6.0, 6.0], [2.0, 1.0]),
        (1e-8, [1.7, 3.1], [1.0, 1.0]),  # the bifurcation lies within the last tenth of the way
        (1e-5, [5.0, 5.0, 5.0], [1.0, 1.0, 1.0]),
        (-1e-7, [9.0, 4.0, 3.0], [1.0, 2.0, 0.7]),
        (1e-4, [30.0, 12.0, 40.0], [1.0, 1.0, 1.0]),
        (1e-9, [4.0, 4.0, 4.0, 4.0], [1.0, 1.0, 1.0, 1.0]),
    ],
)
def test_unlike_parties_and_more_of_them(bonus: float, precisions: list[float], scales: list[float]) -> None:
    found = solve(compile(coordination(bonus, precisions, scales), "plan"))
    assert found.converged
    assert keeps(found, "hub") == pytest.approx(hub_keeps(bonus, precisions, scales), abs=1e-9)


@pytest.mark.parametrize("precisions", [[5.0, 5.0], [2.1, 2.1], [4.0, 4.0, 4.0]])
def test_a_bifurcation_is_called_one(precisions: list[float]) -> None:
    """With nothing to choose between the acts, branches meet where the slope of the joint response is 1."""
    game = compile(coordination(0.0, precisions), "plan")
    meet = 2.0 / (precisions[0] * np.sqrt(len(precisions) - 1))
    found = solve(game, throw=False)
    assert not found.converged
    assert found.bifurcations == 1
    assert found.status == f"bifurcation at {meet:.4f} of the precision asked for"
    assert found.residual < 1e-12  # what is given is an equilibrium, with nobody leaning to either side
    assert keeps(found, "hub") == pytest.approx(0.5, abs=1e-6)
    with pytest.raises(NotConverged, match="that difference into the file"):
        solve(game)


KINDS = [
    ([5.0, 5.0], [(0.3, 1.0), (0.7, 2.1)]),
    ([2.2, 2.2, 2.2], [(1.0, 1.0)]),
    ([4.0, 4.0, 4.0], [(0.6, 1.0), (0.4, 0.6)]),
    ([14.0, 14.0, 14.0], [(0.5, 1.0), (0.2, 1.6), (0.3, 0.4)]),
]


@pytest.mark.parametrize(("precisions", "kinds"), KINDS)
@pytest.mark.parametrize("off", [1e-3, 2e-6, 1e-9])
def test_one_number_a_little_off_decides_and_mirrored_gives_the_mirrored_answer(
    off: float, precisions: list[float], kinds: list[tuple[float, float]]
) -> None:
    precision, others = precisions[0], len(precisions) - 1

    def gap(p: float) -> float:
        each = [
            sum(chance * logistic(precision * times * (2.0 * p - 1.0 - own)) for chance, times in kinds)
            for own in [off] + [0.0] * (others - 1)
        ]
        return p - logistic(precision * (2.0 * sum(each) - others))

    right = float(brentq(gap, 0.0, 0.5 - 1e-6, xtol=1e-15))
    for sign, keep in ((1, right), (-1, 1.0 - right)):
        game = compile(leaning(sign * off, precisions, kinds), "plan")
        found = solve(game)
        assert (found.bifurcations, found.folds) == (0, 0)
        assert keeps(found, "hub") == pytest.approx(keep, abs=1e-9)
    assert _largest_answer(found) < 1.0


def _largest_answer(found: Equilibrium) -> float:
    """The largest real eigenvalue of F_x at an answer: below 1 on a branch that has not turned."""
    play = Workspace(found.game, 0, found.game.merged)
    record = play.record(1)
    play.trace(record, 0, 1, None)
    x = record.point[0].copy()
    ways = 1e-6 * np.eye(play.size)
    slopes = np.column_stack([(play.image(x + way, 1.0) - play.image(x - way, 1.0)) / 2e-6 for way in ways])
    values = np.linalg.eigvals(slopes)
    return float(values.real[np.abs(values.imag) < 1e-9].max(initial=0.0))


@pytest.mark.parametrize(("precisions", "kinds"), KINDS)
def test_a_bifurcation_is_called_one_with_types_and_more_parties(
    precisions: list[float], kinds: list[tuple[float, float]]
) -> None:
    mean = sum(chance * times for chance, times in kinds)
    meet = 2.0 / (precisions[0] * np.sqrt((len(precisions) - 1) * mean))
    found = solve(compile(leaning(0.0, precisions, kinds), "plan"), throw=False)
    assert found.status == f"bifurcation at {meet:.4f} of the precision asked for"
    assert keeps(found, "hub") == pytest.approx(0.5, abs=1e-6)


def test_no_bifurcation_before_the_branches_part() -> None:
    found = solve(compile(coordination(0.0, [1.9, 1.9]), "plan"))
    assert (found.status, found.bifurcations) == ("converged", 0)
    assert keeps(found, "hub") == pytest.approx(0.5, abs=1e-9)


def test_draws_are_followed_like_a_plan_alone() -> None:
    agreement = coordination(1e-5, [{"likely": 5.0, "low": 2.5, "high": 20.0}] * 2)
    draws = servanda.draw(agreement, 6, seed=1)
    batch = solve_draws(compile(agreement, "plan", draws))
    assert set(batch.statuses) == {"converged"}
    assert not batch.bifurcations.any()
    column = {one.name: j for j, one in enumerate(draws.numbers)}
    for d in range(6):
        own = [float(draws.values[d, column[f"parties.{name}.precision"]]) for name in ("party0", "hub")]
        right = hub_keeps(1e-5, own, [1, 1])
        assert 1.0 - batch.leaves[d].max() == pytest.approx(right, abs=1e-9)
        assert keeps(solve(batch.game, draw=d), "hub") == pytest.approx(right, abs=1e-9)


@pytest.mark.parametrize(("bonus", "precisions"), [(1e-3, [5.0, 5.0]), (-1e-3, [4.0, 7.0]), (1e-3, [3.0, 6.0, 4.0])])
def test_gambit_goes_the_same_way(bonus: float, precisions: list[float]) -> None:
    agreement = coordination(bonus, precisions)
    tree = game_tree(agreement, "plan")
    theirs = solve_with_gambit(tree, dict(zip(tree.parties, precisions, strict=True)))
    found = solve(compile(agreement, "plan"))
    for key, acts in theirs.items():
        if key.entry in ("hub", "party0"):
            assert keeps(found, key.entry) == pytest.approx(acts["keep"], abs=1e-7)


@pytest.mark.parametrize("seed", [441, 715, 3, 11])
def test_the_careful_way_and_the_quick_one_end_at_the_same_point(seed: int) -> None:
    """On random agreements, with folds in the first two, of which the quick way sees one."""
    game = compile(random_agreement(seed), "plan")
    quick = solve(game)
    play = Workspace(game, 0, game.merged)
    end = Curve(play.image, play.size).follow(None, 4000, None, "plan")
    assert end.m == 1.0
    assert end.bifurcations == 0
    assert end.folds == quick.folds
    play.residual(end.x, 1.0)
    np.testing.assert_allclose(play.work.leaves, quick.leaves, rtol=0, atol=1e-9)
    np.testing.assert_allclose(play.work.survive, quick.survive, rtol=0, atol=1e-9)


@pytest.mark.parametrize("bonus", [1.09e-10, -1.09e-10])
def test_looks_see_what_comes_back_only_after_two_answers(bonus: float) -> None:
    # Precision times scale is 10.3 and 13.4 for the concealers, 17.8 for the hub: one way the answers are weak, the
    # other way strong, so a look along one alone says nothing. The quick following turned four times here.
    precisions, scales = [16.69132169861845] * 3, [0.6196809337736466, 0.8047755512084956, 1.0689238026496595]
    found = solve(compile(coordination(bonus, precisions, scales), "plan"))
    assert (found.status, found.folds) == ("converged", 0)
    assert keeps(found, "hub") == pytest.approx(hub_keeps(bonus, precisions, scales), abs=1e-9)


@pytest.mark.parametrize(
    ("precision", "scales"),
    [(7.2489109310691315, [2.620324963887741, 1.5618791337760374]), (5.976098207458204, [0.62129590474, 0.4201197896])],
)
def test_what_rounding_alone_decides_is_a_bifurcation(precision: float, scales: list[float]) -> None:
    found = solve(compile(coordination(0.0, [precision] * 2, scales), "plan"), throw=False)
    assert found.bifurcations == 1
    assert found.status.startswith("bifurcation at 0.")


def test_faint_answers_among_strong_ones_are_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are many unknowns, few directions are looked along at first: corrections fail if some are missing."""
    monkeypatch.setattr(_crossings, "FAINT", 1e-2)
    n = 70

    def image(x: Floats, m: float) -> Floats:
        out = m * (0.5 - 0.8 * np.tanh(3.0 * np.roll(x, -1)))
        out[0], out[1] = 1e-3 * m, 1e3 * m * x[0]
        return out

    curve = Curve(image, n)
    end = curve.follow(None, 300, None, "plan")
    assert (end.m, end.folds, end.bifurcations) == (1.0, 0, 0)
    assert np.abs(end.x - image(end.x, 1.0)).max() < 1e-12
