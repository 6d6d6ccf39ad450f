"""All parties respond: the map whose solution curve is followed, and the following. Compiled by numba.

Names and shapes are those of `servanda._kernel`, whose loops for one party are put together here.
"""

from __future__ import annotations

from typing import NamedTuple

from servanda._branch import advance
from servanda._kernel import BEST, KEEP, LOGIT, Work, follow, one_draw, respond, surroundings
from servanda._machine import loops
from servanda._tables import Ints

# pyright: basic

__all__ = [
    "BEST", "KEEP", "KEPT", "LEAVES", "LOGIT", "NOW", "SURVIVE", "TAKEN", "Unknowns", "Work", "follow", "image",
    "one_draw", "pack", "reply", "respond", "surroundings", "trace", "unpack",
]  # fmt: skip

LEAVES, SURVIVE, KEPT, NOW, TAKEN = range(5)


class Unknowns(NamedTuple):
    """Which public numbers are unknown: `where` (n, 3): kind and indices; the rest follows.

    `order` (N,): parties in the order of response; the first one's numbers are no unknowns. `carried` (2, V, G): 1
    where `kept`, `now` of a stake of the others carry over from the node before.
    """

    where: Ints
    order: Ints
    carried: Ints


@loops
def pack(unknowns, work, out):
    """Write the unknowns out as a vector (n,)."""
    for j in range(unknowns.where.shape[0]):
        what, a, b = unknowns.where[j]
        if what == LEAVES:
            out[j] = work.leaves[a]
        elif what == SURVIVE:
            out[j] = work.survive[a, b]
        elif what == KEPT:
            out[j] = work.kept[a, b]
        elif what == NOW:
            out[j] = work.now[a, b]
        else:
            out[j] = work.taken[a, b]


@loops
def unpack(unknowns, tree, work, x):
    """Put a vector of unknowns in place, with what follows from it."""
    for j in range(unknowns.where.shape[0]):
        what, a, b = unknowns.where[j]
        if what == LEAVES:
            work.leaves[a] = x[j]
        elif what == SURVIVE:
            work.survive[a, b] = x[j]
        elif what == KEPT:
            work.kept[a, b] = x[j]
        elif what == NOW:
            work.now[a, b] = x[j]
        else:
            work.taken[a, b] = x[j]
    for v in range(1, tree.kind.shape[0]):
        u = tree.parent[v]
        for g in range(work.kept.shape[1]):
            if unknowns.carried[0, v, g]:
                work.kept[v, g] = work.now[u, g]
            if unknowns.carried[1, v, g]:
                work.now[v, g] = work.kept[v, g]


@loops
def image(x, factor, tree, own, work, unknowns, out):
    """Let every party respond once, with all precisions times `factor`; `out` (n,) are the unknowns after that."""
    unpack(unknowns, tree, work, x)
    for i in range(unknowns.order.shape[0]):
        p = unknowns.order[i]
        surroundings(p, tree, own, work)
        respond(p, tree, own, work, factor, LOGIT, work.value)
        follow(p, tree, own, work)
    pack(unknowns, work, out)


@loops
def reply(factor, tree, own, work):
    """Let every party respond at once to what the others do; beliefs and public numbers stay as they are."""
    for p in range(own.kinds.shape[0]):
        surroundings(p, tree, own, work)
        respond(p, tree, own, work, factor, LOGIT, work.value)


@loops
def trace(state, tree, own, work, unknowns, out, most):
    """Follow the branch from precision zero, by at most so many responses; returns whether there is more to do."""
    n = out.shape[0]
    for _ in range(most):
        image(state.probe[:n], state.probe[n], tree, own, work, unknowns, out)
        if not advance(state, out):
            return False
    return True
