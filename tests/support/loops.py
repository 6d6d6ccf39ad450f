"""A loop to be compiled by tests, in other processes too."""

from __future__ import annotations


def own_loop(x: float) -> float:
    return x * x if x > 0 else -x
