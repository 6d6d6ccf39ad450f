"""Very many unknowns: the same curves, followed with an inverse of few factors and Jacobians along few directions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq
from support.random_agreements import random_agreement

from servanda.arrays import Floats
from servanda.game.compiler import compile
from servanda.solver import _continuation
from servanda.solver._crossings import Curve, look_closer
from servanda.solver._slopes import Few, Whole
from servanda.solver.equilibrium import Workspace

Image = Callable[[Floats, float], Floats]


def logistic(z: Floats | float) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(z))))


def network(n: int, lean: float, seed: int = 0) -> Image:
    """Half of the unknowns follow their own mean, sharply; each of the rest three others, weakly."""
    rng = np.random.default_rng(seed)
    half = n // 2
    whom, how = rng.integers(0, n, (n - half, 3)), rng.normal(size=(n - half, 3))
    own = rng.normal(size=n - half)

    def image(x: Floats, m: float) -> Floats:
        mean = float(x[:half].mean())
        crowd = np.full(half, float(logistic(5.0 * m * (2.0 * mean - 1.0 + lean))))
        return np.concatenate([crowd, logistic(m * (own + (how * x[whom]).sum(axis=1)))])

    return image


def crowd(lean: float) -> float:
    """Where the crowd ends, on the side to which it leans."""
    low, high = (0.5 + 1e-6, 1.0) if lean > 0 else (0.0, 0.5 - 1e-6)

    def gap(p: float) -> float:
        return p - float(logistic(5.0 * (2.0 * p - 1.0 + lean)))

    return float(brentq(gap, low, high, xtol=1e-15))


@pytest.mark.parametrize("lean", [0.5, 1e-3, -1e-3])
def test_two_thousand_unknowns_go_the_way_they_lean(lean: float) -> None:
    n = 2_000
    curve = Curve(network(n, lean), n)
    end = curve.follow(None, 300, None, "plan")
    assert (end.m, end.folds, end.bifurcations) == (1.0, 0, 0)
    np.testing.assert_allclose(end.x[: n // 2], crowd(lean), rtol=0, atol=1e-10)
    assert np.abs(end.x - curve.image(end.x, 1.0)).max() < 1e-12
    assert curve.values < 2000


def test_the_largest_eigenvalue_is_found_among_many() -> None:
    """Of the crowd: 2.5 m, at indifference; found from a direction without any order."""
    n = 2_000
    curve = Curve(network(n, 0.0), n)
    for m in (0.3, 0.36, 0.5):
        x = np.append(np.full(n // 2, 0.5), np.zeros(n - n // 2))
        for _ in range(60):
            x[n // 2 :] = curve.image(x, m)[n // 2 :]
        before = curve.values
        assert curve.strongest(np.append(x, m)) == pytest.approx(2.5 * m, abs=0.05)
        assert curve.values - before <= 41


@pytest.mark.parametrize("seed", [3, 11, 715, 911])
def test_few_factors_lead_where_a_square_matrix_leads(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    game = compile(random_agreement(seed), "plan")
    points: list[Floats] = []
    for square in (10_000, 0):
        monkeypatch.setattr(_continuation, "SQUARE", square)
        play = Workspace(game, 0, game.merged)
        record = play.record(1)
        play.trace(record, 0, 1, None)
        assert record.reach[0, 0] == 1.0
        assert record.reach[0, 1] < 1e-10
        points.append(record.point[0].copy())
    np.testing.assert_allclose(points[0], points[1], rtol=0, atol=1e-10)


def test_an_inverse_without_room_is_derived_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """With no more factors than a derivative and a few steps take, the curve is still followed."""
    monkeypatch.setattr(_continuation, "SQUARE", 0)
    game = compile(random_agreement(715), "plan")
    ends: list[Floats] = []
    for factors in (300, 60):
        monkeypatch.setattr(_continuation, "FACTORS", factors)
        monkeypatch.setattr(_continuation, "MOST_FACTORS", factors)
        play = Workspace(game, 0, game.merged)
        record = play.record(1)
        play.trace(record, 0, 1, None)
        assert record.reach[0, 0] == 1.0
        assert len(play.state.basis) == factors
        ends.append(record.point[0].copy())
    np.testing.assert_allclose(ends[0], ends[1], rtol=0, atol=1e-10)


def test_few_directions_are_a_whole_matrix() -> None:
    rng = np.random.default_rng(1)
    n, k = 30, 5

    def both() -> tuple[Few, Whole]:
        ways, answers, by_m = np.linalg.qr(rng.normal(size=(n, k)))[0].T, rng.normal(size=(n, k)), rng.normal(size=n)
        return Few(ways, answers, by_m), Whole(np.column_stack([np.eye(n) - answers @ ways, by_m]))

    (few, whole), (other, other_whole) = both(), both()
    border, gap = rng.normal(size=n + 1), rng.normal(size=n)
    one, two = few.bordered(border), whole.bordered(border)
    np.testing.assert_allclose(one.move(gap), two.move(gap), rtol=0, atol=1e-10)
    np.testing.assert_allclose(one.tangent(), two.tangent(), rtol=0, atol=1e-10)
    assert one.side == two.side
    assert one.size >= np.linalg.norm(np.linalg.inv(two.matrix), 2)
    change = np.linalg.inv(two.matrix) @ (np.vstack([other_whole.matrix, border]) - two.matrix)
    assert one.change(other) == pytest.approx(np.abs(np.linalg.eigvals(change)).max(), rel=1e-8)


# ---------------------------------------------------------------------------------------------- begun elsewhere


class Play:
    """What looking closer needs of a work space."""

    def __init__(self, image: Image, n: int) -> None:
        self.image, self.size, self.game = image, n, self
        self.plan = "plan"


def followed(state: _continuation.State, on_the_way: Image, image: Image) -> int:
    """Follow a curve to its end; returns how many values that took. Begun anew, it goes up in m."""
    values = 0
    while True:
        now = on_the_way if state.count[_continuation.WARM] else image
        values += 1
        if _continuation.advance(state, now(state.probe[:-1].copy(), float(state.probe[-1]))):
            continue
        if state.count[_continuation.PHASE] != _continuation.ARRIVED:
            look_closer(Play(image, len(state.look)), state, None)
        if state.count[_continuation.PHASE] == _continuation.ARRIVED:
            return values


@pytest.mark.parametrize("n", [40, 302])
def test_a_curve_begun_at_another_solution_ends_where_it_would(n: int) -> None:
    first = network(n, 0.5, seed=4)
    state = _continuation.start(n, 4000)
    cold = followed(state, first, first)
    reference = _continuation.reference(state)
    assert reference is not None
    for lean in (0.6,):
        second = network(n, lean, seed=4)

        def between(x: Floats, t: float, second: Image = second) -> Floats:
            return (1.0 - t) * first(x, 1.0) + t * second(x, 1.0)

        there = _continuation.start(n, 4000)
        followed(there, second, second)
        warm = _continuation.start(n, 4000)
        _continuation.begin_at(warm, reference)
        assert followed(warm, between, second) < cold / 2
        assert warm.count[_continuation.WARM] == 1
        np.testing.assert_allclose(warm.point, there.point, rtol=0, atol=1e-10)


@pytest.mark.parametrize("n", [40, 320])
def test_where_another_branch_is_near_it_is_begun_anew(n: int) -> None:
    """The branch of the reference ends on the straight way: the curve turns there, and is left."""
    first, second = network(n, 0.5, seed=4), network(n, -0.9, seed=4)

    def between(x: Floats, t: float) -> Floats:
        return network(n, 0.5 - 1.4 * t, seed=4)(x, 1.0)

    state = _continuation.start(n, 4000)
    followed(state, first, first)
    reference = _continuation.reference(state)
    assert reference is not None
    warm = _continuation.start(n, 4000)
    _continuation.begin_at(warm, reference)
    followed(warm, between, second)
    assert warm.count[_continuation.WARM] == 0
    np.testing.assert_allclose(warm.point[: n // 2], crowd(-0.9), rtol=0, atol=1e-10)


def test_no_reference_is_taken_from_a_curve_that_did_not_arrive() -> None:
    assert _continuation.reference(_continuation.start(5, 100)) is None
