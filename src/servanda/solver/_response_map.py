"""All parties respond: the map whose solution curve is followed, and the following. Compiled by numba.

Names and shapes are those of `_party_response.py`, whose loops for one party are put together here.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from servanda.arrays import Floats, Ints
from servanda.game.kinds import RATIFICATION
from servanda.game.unknowns import GONE, HELD, HOLDS, LEAVES, SURVIVE, WAY
from servanda.solver._beliefs import follow
from servanda.solver._continuation import (
    ARRIVED,
    BIFURCATIONS,
    FOLDS,
    PHASE,
    SPLIT,
    STEPS,
    VALUES,
    WARM,
    advance,
    begin,
)
from servanda.solver._party_response import BEST, KEEP, LOGIT, Work, of_draws, one_draw, respond, surroundings
from servanda.solver.jit import draw_at, entry, inline

# pyright: basic

__all__ = [
    "ANSWER", "ARRIVED", "BEST", "FOLLOW", "GONE", "HELD", "HOLDS", "KEEP", "LEAVES", "LOGIT", "PHASE", "RESPOND",
    "SURVIVE", "WAY", "Record", "Work", "of_draws", "one_draw", "respond", "surroundings", "trace",
]  # fmt: skip

LARGEST = 1e100  # of values, so that what is worked out from them is finite too
REACHED, RESIDUAL, SPLIT_AT = range(3)
FOLLOW, RESPOND, ANSWER = range(3)


class Record(NamedTuple):
    """What is kept of many draws; all arrays are written into.

    `point` (D, n): the unknowns; `reach` (D, 3): how far the precision came, the residual there, and where the branch
    first met another one; `count` (D, 4): responses, steps, folds and bifurcations. Of the equilibrium: `survive`
    (D, N, V), `leaves`, `holds` (D, V), `honest` (D, N, V): chance that the party has concealed nothing, given in force
    at v; `signing` (D, N, K): present value at the start.
    """

    point: Floats
    reach: Floats
    count: Ints
    survive: Floats
    leaves: Floats
    holds: Floats
    honest: Floats
    signing: Floats


@inline
def pack(unknowns, work, out):
    """Write the unknowns out as a vector (n,)."""
    for j in range(unknowns.where.shape[0]):
        what, a, b = unknowns.where[j, 0], unknowns.where[j, 1], unknowns.where[j, 2]
        if what == LEAVES:
            out[j] = work.leaves[a]
        elif what == SURVIVE:
            out[j] = work.survive[a, b]
        elif what == WAY:
            out[j] = work.way[a, b]
        elif what == HELD:
            out[j] = work.held[a, b]
        elif what == HOLDS:
            out[j] = work.holds[a]
        else:
            out[j] = work.gone[a, b]
        out[j] /= unknowns.scale[j]


@inline
def unpack(unknowns, work, x):
    """Put a vector of unknowns in place."""
    for j in range(unknowns.where.shape[0]):
        what, a, b = unknowns.where[j, 0], unknowns.where[j, 1], unknowns.where[j, 2]
        if what == LEAVES:
            work.leaves[a] = x[j] * unknowns.scale[j]
        elif what == SURVIVE:
            work.survive[a, b] = x[j] * unknowns.scale[j]
        elif what == WAY:
            work.way[a, b] = x[j] * unknowns.scale[j]
        elif what == HELD:
            work.held[a, b] = x[j] * unknowns.scale[j]
        elif what == HOLDS:
            work.holds[a] = x[j] * unknowns.scale[j]
        else:
            work.gone[a, b] = x[j] * unknowns.scale[j]


@inline
def _image(x, factor, tree, own, work, unknowns, out):
    """Let every party respond once, with all precisions times `factor`; `out` (n,) are the unknowns after that."""
    unpack(unknowns, work, x)
    for i in range(unknowns.order.shape[0]):
        p = unknowns.order[i]
        surroundings(p, tree, own, work)
        respond(p, tree, own, work, factor, LOGIT, work.onward)
        follow(p, tree, own, work)
    pack(unknowns, work, out)


@inline
def _reply(factor, tree, own, work):
    """Let every party respond at once to what the others do; returns the largest change of any chance of an act.

    Beliefs and public numbers stay as they are. Infinite if some value is too large to reckon with, or no number.
    """
    most = 0.0
    for i in range(work.chance.shape[1]):
        for act in range(work.chance.shape[0]):
            work.before[act, i] = work.chance[act, i]
    for p in range(own.kinds.shape[0]):
        surroundings(p, tree, own, work)
        respond(p, tree, own, work, factor, LOGIT, work.onward)
    for i in range(work.chance.shape[1]):
        for act in range(work.chance.shape[0]):
            change = abs(work.chance[act, i] - work.before[act, i])
            if change > most:
                most = change
            elif not change <= most:
                return np.inf
        if not abs(work.value[i]) <= LARGEST:
            return np.inf
    return most


@inline
def _keep(d, own, work, record):
    """Keep what the equilibrium of a draw says about public things."""
    for p in range(own.kinds.shape[0]):
        for v in range(own.sets.shape[1]):
            record.survive[d, p, v] = work.survive[p, v]
            record.leaves[d, v] = work.leaves[v]
            record.holds[d, v] = work.holds[v]
            record.honest[d, p, v] = 0.0
            n, f = own.sets[p, v], own.found_offset[p, v]
            for c in range(n):
                if own.number[f + c] == 0:
                    for t in range(own.kinds[p]):
                        record.honest[d, p, v] += work.mass[own.offset[p, v] + t * n + c]
        for t in range(own.kinds[p]):
            record.signing[d, p, t] = work.onto[p, 0, t] + own.discount[p, 0, t] * work.value[own.offset[p, 0] + t]


@entry
def trace(task, state, tree, draws, first, last, work, unknowns, record, out, most):
    """Work on some draws: all there is to call, so that all of it is compiled once.

    `task` FOLLOW: follow the branch from precision zero, by at most so many responses. RESPOND: let all respond once to
    `state.probe`; `out` (n,) are the unknowns after that. ANSWER: let all respond to `state.point`, and keep that in
    the record, with the largest change of any chance if they all respond once more.

    Returns the draw at which it stopped, `last` if all are done; to go on, call again with `first` as returned. It
    stops where `most` is used up, and where the following is stuck or alarmed. After one draw the work space holds the
    response to `state.point`.
    """
    n = out.shape[0]
    for d in range(first, last):
        own = draw_at(draws, d - first)
        if state.count[VALUES] == 0:
            for v in range(tree.kind.shape[0]):
                work.leaves[v], work.holds[v] = own.fails[tree.row[v]], 0.0
                if tree.kind[v] == RATIFICATION and tree.child[v, 1] >= 0:
                    work.leaves[v], work.holds[v] = 0.0, own.fails[tree.row[v]]
        stage = 2 if task == RESPOND else 1 if task == ANSWER or state.count[PHASE] == ARRIVED else 0
        while stage < 3:
            if stage == 0:
                if most == 0:
                    return d
                most -= 1
            asked = state.probe if (stage == 0 or task == RESPOND) else state.point
            warm = stage == 0 and state.count[WARM] == 1
            _image(asked[:n], 1.0 if warm else asked[n], tree, own, work, unknowns, out)
            if warm:  # on the way from the reference, less and less is added that makes it a solution
                if state.count[VALUES] == 0:
                    for j in range(n):
                        state.shift[j] = asked[j] - out[j]
                for j in range(n):
                    out[j] += (1.0 - asked[n]) * state.shift[j]
            if stage == 0:
                if not advance(state, out):
                    if state.count[PHASE] != ARRIVED:
                        return d
                    stage = 1
            elif stage == 1:
                _keep(d, own, work, record)
                for j in range(n):
                    record.point[d, j] = state.point[j]
                record.reach[d, REACHED] = state.point[n]
                record.reach[d, RESIDUAL] = _reply(state.point[n], tree, own, work)
                record.count[d, 0] = state.count[VALUES] + 2
                record.count[d, 1] = state.count[STEPS]
                record.count[d, 2] = state.count[FOLDS]
                record.count[d, 3] = state.count[BIFURCATIONS]
                record.reach[d, SPLIT_AT] = state.size[SPLIT]
                stage = 2 if last == first + 1 else 3
            else:
                stage = 3
        if task == FOLLOW and last > d + 1:
            begin(state)
    return last
