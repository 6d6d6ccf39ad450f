"""The inverse of a Jacobian, carried along while a curve is followed: Broyden's updates, and the border.

Every function takes a `State` of `_continuation.py` and writes into it. C. G. Broyden (1965), Mathematics of
Computation 19:577-593. Compiled by numba.
"""

from __future__ import annotations

import math

from servanda.solver.jit import helper, inline

# pyright: basic


@inline
def forget(s):
    n = s.gap.shape[0]
    for i in range(n + 1):
        for k in range(n + 1):
            s.inverse[i, k] = 1.0 if i == k else 0.0


@helper
def apart(s, j):
    """Leave of a direction what is new; returns its length."""
    n = s.gap.shape[0]
    far = 0.0
    for _ in range(2):
        for k in range(1, j + 1):
            along = 0.0
            for i in range(n):
                along += s.basis[k, i] * s.row[i]
            for i in range(n):
                s.row[i] -= along * s.basis[k, i]
        far = norm(s.row)
    return far


@helper
def learn(s, along):
    """Broyden's update: a move changed the gap by so much (and went `along` the border's direction so far)."""
    n = s.gap.shape[0]
    scale, square = 0.0, 0.0
    for i in range(n + 1):
        total = s.inverse[i, n] * along
        for j in range(n):
            total += s.inverse[i, j] * s.change[j]
        s.answer[i] = total  # what the inverse so far makes of the change
        s.row[i] = 0.0
        scale += s.move[i] * total
        square += s.move[i] * s.move[i]
    if abs(scale) <= 1e-8 * square:
        return
    for i in range(n + 1):
        if s.move[i] != 0.0:
            for j in range(n + 1):
                s.row[j] += s.move[i] * s.inverse[i, j]
    for i in range(n + 1):
        weight = (s.move[i] - s.answer[i]) / scale
        for j in range(n + 1):
            s.inverse[i, j] += weight * s.row[j]


@helper
def border(s, old, new):
    """Exchange the border of the inverted matrix, its last row."""
    n = old.shape[0]
    scale = 1.0
    for j in range(n):
        s.answer[j] = 0.0
    for i in range(n):
        change = new[i] - old[i]
        scale += change * s.inverse[i, n - 1]
        for j in range(n):
            s.answer[j] += change * s.inverse[i, j]
    for i in range(n):
        weight = s.inverse[i, n - 1] / scale
        for j in range(n):
            s.inverse[i, j] -= weight * s.answer[j]


@helper
def turn(s):
    """Turn the tangent to the curve's direction, keeping its sense; returns the angle turned, in radians."""
    n = s.tangent.shape[0]
    size = 0.0
    for i in range(n):
        size += s.inverse[i, n - 1] * s.inverse[i, n - 1]
    size = math.sqrt(size)
    cosine = 0.0
    for i in range(n):
        s.row[i] = s.inverse[i, n - 1] / size
        cosine += s.row[i] * s.tangent[i]
    border(s, s.tangent, s.row)
    copy(s.row, s.tangent)
    return math.acos(min(1.0, max(-1.0, cosine)))


@inline
def hold(s):
    """Border the matrix so that corrections hold m still."""
    n = s.tangent.shape[0]
    for i in range(n):
        s.row[i] = 1.0 if i == n - 1 else 0.0
    border(s, s.tangent, s.row)


# pyright: basic


@inline
def copy(old, new):
    for i in range(old.shape[0]):
        new[i] = old[i]


@inline
def copy_square(old, new):
    for i in range(old.shape[0]):
        for j in range(old.shape[0]):
            new[i, j] = old[i, j]


@inline
def norm(vector):
    total = 0.0
    for value in vector:
        total += value * value
    return math.sqrt(total)


@inline
def largest(vector):
    most = 0.0
    for value in vector:
        if not abs(value) <= most:
            most = abs(value)
    return most
