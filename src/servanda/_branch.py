"""Follow the solution curve of x = F(x, m) from m = 0 to m = 1: pseudo-arclength, with Newton correction.

Nothing here knows about agreements. The corrector is Euler-Newton with Broyden updates, the step control that of
Allgower and Georg (1990), Numerical Continuation Methods, chapters 6 and 7. Following the arc rather than m, the
curve may turn back in m (a fold) and is still followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Map = Callable[[Floats, float], Floats]
Slope = Callable[[Floats, float, Floats], Floats]

MAX_STEPS = 4000
MAX_CORRECTIONS = 8
PATH_TOLERANCE = 1e-8
SMALLEST_STEP = 1e-9
LARGEST_STEP = 0.5
WANTED_TURN = 0.3  # radians between neighbouring tangents
WANTED_CONTRACTION = 0.2
WANTED_DISTANCE = 0.1  # of the guess from the curve, in steps


@dataclass(frozen=True)
class Branch:
    """Where following the curve ended.

    Attributes
    ----------
    x : (n,) floats
        The point at m = 1 if `arrived`, else the last one on the curve.
    m : float
    arrived : bool
    steps : int
        Accepted steps along the curve.
    folds : int
        How often the curve turned round in m.
    """

    x: Floats
    m: float
    arrived: bool
    steps: int
    folds: int


def follow_branch(image: Map, slope: Slope, start: Floats, tick: Callable[[float], None] | None = None) -> Branch:
    """Follow x = F(x, m) from (start, 0) to the first point with m = 1.

    Parameters
    ----------
    image : (x, m) -> (n,) floats
        The map F. At m = 0 it must not depend on x.
    slope : (x, m, F(x, m)) -> (n, n + 1) floats
        Its derivatives by x and m.
    start : (n,) floats
        The point at m = 0.
    tick : function of m, optional
        Called at every accepted step.

    Returns
    -------
    Branch
    """
    n = start.size
    point = np.append(start, 0.0)
    fixed = np.hstack([np.eye(n), np.zeros((n, 1))])

    def off(y: Floats) -> Floats:
        return y[:n] - image(y[:n], float(y[n]))

    def fresh(y: Floats) -> Floats:
        return fixed - slope(y[:n], float(y[n]), image(y[:n], float(y[n])))

    jacobian = fresh(point)
    tangent = _tangent(jacobian, np.append(np.zeros(n), 1.0))
    step, steps, folds = 1e-3, 0, 0
    exact = True  # whether the Jacobian at the point is fresh, not carried along by updates
    while steps < MAX_STEPS and step >= SMALLEST_STEP:
        step = min(step, LARGEST_STEP)
        guess = point + step * tangent
        crossing = bool(guess[n] >= 1.0)
        if crossing:
            guess = point + tangent * ((1.0 - point[n]) / tangent[n])
        gap = off(guess)
        predicted = _updated(jacobian, guess - point, gap)
        found = _correct(off, guess, gap, predicted, at_end=crossing, step=step)
        brake = np.inf
        if found is not None:
            target, improved, contraction, distance = found
            if crossing:
                return Branch(target[:n], 1.0, True, steps + 1, folds)
            turned = _tangent(improved, tangent)
            angle = float(np.arccos(np.clip(turned @ tangent, -1.0, 1.0)))
            brake = max(
                np.sqrt(contraction / WANTED_CONTRACTION), np.sqrt(distance / WANTED_DISTANCE), angle / WANTED_TURN, 0.4
            )
            if brake <= 2.0 and 0.0 <= target[n] < 1.0:
                folds += int(turned[n] * tangent[n] < 0)
                exact = brake > 0.8
                if exact:
                    improved = fresh(target)
                    turned = _tangent(improved, tangent)
                point, tangent, jacobian = target, turned, improved
                step /= brake
                steps += 1
                if tick is not None:
                    tick(float(point[n]))
                continue
        if exact:
            step *= 0.5
        else:
            jacobian = fresh(point)
            tangent = _tangent(jacobian, tangent)
            exact = True
    return Branch(point[:n], float(point[n]), False, steps, folds)


def _updated(jacobian: Floats, move: Floats, change: Floats) -> Floats:
    """Broyden's update: the nearest matrix that maps this move to this change."""
    return jacobian + np.outer(change - jacobian @ move, move) / (move @ move)


def _tangent(jacobian: Floats, towards: Floats) -> Floats:
    """Unit vector along the curve: the null vector of the (n, n + 1) Jacobian, turned towards the last one."""
    basis = np.linalg.qr(jacobian.T, mode="complete")[0]
    vector = basis[:, -1]
    return vector if vector @ towards >= 0 else -vector


def _correct(
    off: Callable[[Floats], Floats], here: Floats, gap: Floats, jacobian: Floats, at_end: bool, step: float
) -> tuple[Floats, Floats, float, float] | None:
    """Return from a guess to the curve, shortest way (at the end: with m held at 1); None if that fails.

    Gives the point, the Jacobian updated on the way, the first contraction of the corrections, and how far the
    guess was off in steps.
    """
    n = here.size - 1
    distance, contraction, last = 0.0, 0.0, np.inf
    for count in range(MAX_CORRECTIONS):
        size = float(np.linalg.norm(gap))
        if size <= PATH_TOLERANCE:
            return here, jacobian, contraction, distance
        if not np.isfinite(size):
            return None
        move: Floats = np.zeros(n + 1)
        try:
            if at_end:
                move[:n] = -np.linalg.solve(jacobian[:, :n], gap)
            else:
                q, r = np.linalg.qr(jacobian.T)
                move[:] = -q @ np.linalg.solve(r.T, gap)
        except np.linalg.LinAlgError:
            return None
        length = float(np.linalg.norm(move))
        if count == 0:
            distance = length / step
            if distance > 1.0:
                return None
        else:
            if count == 1:
                contraction = length / last
            if length > 0.9 * last:
                return None
        last = length
        here = here + move
        before, gap = gap, off(here)
        jacobian = _updated(jacobian, move, gap - before)
    return (here, jacobian, contraction, distance) if np.linalg.norm(gap) <= PATH_TOLERANCE else None
