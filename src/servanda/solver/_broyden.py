"""The inverse of a Jacobian, carried along while a curve is followed: Broyden's updates, and the border.

Every function takes a `State` of `_continuation.py` and writes into it. C. G. Broyden (1965), Mathematics of
Computation 19:577-593. Compiled by numba.

The inverse is a square matrix, or, where that would be too large, a product of as many factors as something was learnt:
1 + u_k s_kᵀ each, the latest one on the left. What was learnt since is then taken back by leaving factors out. C. T.
Kelley (1995), Iterative Methods for Linear and Nonlinear Equations, section 7.3.
"""

from __future__ import annotations

import math

from servanda.solver.jit import helper, inline

# pyright: basic


IS_THIN, RANK, KEPT = range(3)  # slots of `State.rank`
SPARE = 4  # factors that are kept free for the border


@inline
def forget(s):
    n = s.gap.shape[0]
    s.rank[RANK] = 0
    for i in range(n + 1):
        s.last[i] = 1.0 if i == n else 0.0
    if not s.rank[IS_THIN]:
        for i in range(n + 1):
            for k in range(n + 1):
                s.inverse[i, k] = 1.0 if i == k else 0.0


@inline
def keep(s):
    """Remember the inverse as it is."""
    s.rank[KEPT] = s.rank[RANK]
    copy(s.last, s.kept_last)
    if not s.rank[IS_THIN]:
        copy_square(s.inverse, s.kept_inverse)


@inline
def restore(s):
    """Take back what was learnt since the inverse was kept."""
    s.rank[RANK] = s.rank[KEPT]
    copy(s.kept_last, s.last)
    if not s.rank[IS_THIN]:
        copy_square(s.kept_inverse, s.inverse)


@inline
def room(s):
    """How many factors can still be learnt; without end for a square matrix."""
    return s.basis.shape[0] - SPARE - s.rank[RANK] if s.rank[IS_THIN] else 2**62


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
def times(s, vector, along, out):
    """Multiply the inverse by a vector (n,) and what follows it in the border's direction."""
    n = vector.shape[0]
    if not s.rank[IS_THIN]:
        for i in range(n + 1):
            total = s.inverse[i, n] * along
            for j in range(n):
                total += s.inverse[i, j] * vector[j]
            out[i] = total
        return
    copy(vector, out)
    out[n] = along
    for k in range(s.rank[RANK]):
        share = dot(s.basis[k], out)
        factor = s.inverse[k]
        for i in range(n + 1):
            out[i] += share * factor[i]


@helper
def learn(s, along):
    """Broyden's update: a move changed the gap by so much (and went `along` the border's direction so far)."""
    n = s.gap.shape[0]
    times(s, s.change, along, s.answer)  # what the inverse so far makes of the change
    scale, square = 0.0, 0.0
    for i in range(n + 1):
        scale += s.move[i] * s.answer[i]
        square += s.move[i] * s.move[i]
    if s.rank[IS_THIN]:
        if room(s) > 0:
            size = math.sqrt(square)
            weight = size / scale if abs(scale) > 1e-8 * square else 0.0
            factor, way = s.inverse[s.rank[RANK]], s.basis[s.rank[RANK]]
            for i in range(n + 1):
                factor[i] = (s.move[i] - s.answer[i]) * weight
                way[i] = s.move[i] / size if size > 0.0 else 0.0
            _append(s)
        return
    if abs(scale) <= 1e-8 * square:
        return
    for i in range(n + 1):
        s.row[i] = 0.0
    for i in range(n + 1):
        if s.move[i] != 0.0:
            for j in range(n + 1):
                s.row[j] += s.move[i] * s.inverse[i, j]
    for i in range(n + 1):
        weight = (s.move[i] - s.answer[i]) / scale
        for j in range(n + 1):
            s.inverse[i, j] += weight * s.row[j]


@inline
def _append(s):
    """Take in a factor that has been written down."""
    k = s.rank[RANK]
    share = dot(s.basis[k], s.last)
    for i in range(s.last.shape[0]):
        s.last[i] += share * s.inverse[k, i]
    s.rank[RANK] = k + 1


@helper
def border(s, old, new):
    """Exchange the border of the inverted matrix, its last row."""
    n = old.shape[0]
    if s.rank[IS_THIN]:
        factor, way = s.inverse[s.rank[RANK]], s.basis[s.rank[RANK]]
        for i in range(n):
            way[i] = new[i] - old[i]
        scale = 1.0 + dot(way, s.last)
        for i in range(n):
            factor[i] = -s.last[i] / scale
        _append(s)
        return
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
    if not s.rank[IS_THIN]:
        for i in range(n):
            s.last[i] = s.inverse[i, n - 1]
    size = norm(s.last)
    cosine = 0.0
    for i in range(n):
        s.row[i] = s.last[i] / size
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


@helper
def dot(one, other):
    """Eight sums at a time, so that none waits for the last."""
    n = one.shape[0]
    a, b, c, d, e, f, g, h = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(0, n - 7, 8):
        a += one[i] * other[i]
        b += one[i + 1] * other[i + 1]
        c += one[i + 2] * other[i + 2]
        d += one[i + 3] * other[i + 3]
        e += one[i + 4] * other[i + 4]
        f += one[i + 5] * other[i + 5]
        g += one[i + 6] * other[i + 6]
        h += one[i + 7] * other[i + 7]
    for i in range(n - n % 8, n):
        a += one[i] * other[i]
    return ((a + b) + (c + d)) + ((e + f) + (g + h))


@inline
def largest(vector):
    most = 0.0
    for value in vector:
        if not abs(value) <= most:
            most = abs(value)
    return most
