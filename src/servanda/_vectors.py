"""Small things done with vectors, for the compiled loops: written out wherever they are called."""

from __future__ import annotations

import math

from servanda._machine import within

# pyright: basic


@within
def copy(old, new):
    for i in range(old.shape[0]):
        new[i] = old[i]


@within
def copy_square(old, new):
    for i in range(old.shape[0]):
        for j in range(old.shape[0]):
            new[i, j] = old[i, j]


@within
def norm(vector):
    total = 0.0
    for value in vector:
        total += value * value
    return math.sqrt(total)


@within
def largest(vector):
    most = 0.0
    for value in vector:
        if not abs(value) <= most:
            most = abs(value)
    return most
