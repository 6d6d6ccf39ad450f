"""The bare loops: what surrounds a party, its response, what follows of it. Compiled by numba.

No checks and no Python objects here; `servanda.equilibrium` is the front. Names and shapes are those of
`servanda.game.PublicTree` and `servanda._tables.Tables` (one draw): N parties, V nodes, K types, G concealable stakes.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from servanda._machine import loops
from servanda._tables import Floats, Tables
from servanda.game import AUTOMATIC, HORIZON, OBLIGATION, RATIFICATION, REVIEW, TURNOVER

# pyright: basic

LOGIT, KEEP, BEST = range(3)
_TINY = 1e-200


class Work(NamedTuple):
    """Space that the loops write into.

    What the others need of a party (docs/model.md, section 3.2): `survive` (N, V): expected chance that the report
    at v finds nothing of it; `leaves` (V,): chance that the act at v ends the agreement; `kept`, `now` (V, G): expected
    share of a stake kept in secret before and after the report at v; `taken` (V, G): the same at v times the chance
    of leaving there, at the holder's own acts.

    What a party needs, summed over the others: `rho` (N, V): chance that nothing of them and no incident ends it at the
    report; `moving` (N, V, K): units on the way to v; `lost`: their secret stakes in a breakdown at v, `saved`: that
    part of it which falls away if the agreement survives, `ended`: the same stakes if the act at v ends it.

    What comes out: `choice`, `gain` (3, states): log chances and values of keep, conceal, withdraw at own choices;
    `value`, `belief` (states,): values, and log beliefs before the act.
    """

    survive: Floats
    leaves: Floats
    kept: Floats
    now: Floats
    taken: Floats
    rho: Floats
    moving: Floats
    lost: Floats
    saved: Floats
    ended: Floats
    choice: Floats
    gain: Floats
    value: Floats
    belief: Floats
    stay: Floats
    mass: Floats


@loops
def one_draw(tables, d):
    """Tables of one draw."""
    return Tables(
        tables.kinds, tables.sets, tables.offset, tables.found_offset, tables.holder, tables.log_survive[d],
        tables.survive[d], tables.log_prior[d], tables.log_fresh[d], tables.precision[d], tables.withdrawing[d],
        tables.found[d], tables.unratified[d], tables.breakdown[d], tables.hidden_flow[d], tables.hidden_share[d],
        tables.span[d], tables.discount[d], tables.flow[d], tables.worth[d], tables.after[d], tables.calm[d],
        tables.fails[d], tables.replaced[d],
    )  # fmt: skip


@loops
def surroundings(p, tree, own, work):
    """Sum up for party p what the others are expected to do."""
    V, N, G = tree.kind.shape[0], own.kinds.shape[0], own.holder.shape[0]
    for v in range(V):
        product = own.calm[v]
        for k in range(N):
            if k != p:
                product *= work.survive[k, v]
        work.rho[p, v] = product
        kind, actor = tree.kind[v], tree.actor[v]
        for t in range(own.kinds[p]):
            work.moving[p, v, t] = own.flow[p, v, t]
            work.lost[p, v, t] = 0.0
            work.saved[p, v, t] = 0.0
            work.ended[p, v, t] = 0.0
        for g in range(G):
            q = own.holder[g]
            if q == p or own.sets[q, v] == 1:
                continue
            through = own.calm[v] * work.now[v, g]
            for k in range(N):
                if k != p:
                    through *= work.survive[k, v]
            if kind == RATIFICATION or (actor not in (p, q)):
                end = work.now[v, g] * work.leaves[v]
            elif actor == p:
                end = work.now[v, g]
            else:
                end = work.taken[v, g]
            for t in range(own.kinds[p]):
                after = own.after[p, v, t, g]
                work.moving[p, v, t] += own.span[p, v, t] * own.worth[p, t, g] * work.kept[v, g]
                work.lost[p, v, t] += after * work.kept[v, g]
                work.saved[p, v, t] += after * through
                work.ended[p, v, t] += after * end


@loops
def respond(p, tree, own, work, factor, mode, heir):
    """Go backward over the public tree: party p's values and choices, given its surroundings.

    `mode` LOGIT: precision times `factor`; KEEP: keep for certain; BEST: the best choice for certain. A new government
    of p has the values in `heir` (pass `work.value` itself to have it respond like the rest).
    """
    for v in range(tree.kind.shape[0] - 1, -1, -1):
        kind, actor = tree.kind[v], tree.actor[v]
        n, o = own.sets[p, v], own.offset[p, v]
        if kind == HORIZON:
            for x in range(o, o + own.kinds[p] * n):
                work.value[x] = 0.0
            continue
        chosen = actor == p and (kind in (OBLIGATION, REVIEW))
        w = tree.child[v, 0]
        for t in range(own.kinds[p]):
            for c in range(n):
                x = o + t * n + c
                go = _onward(p, own, work, w, t, c, work.value)
                if chosen:
                    _choose(p, tree, own, work, factor * own.precision[p, t], mode, v, w, t, c, go)
                elif kind == TURNOVER:
                    r, u = own.replaced[v], tree.child[v, 1]
                    new = 0.0
                    if actor == p:
                        for s in range(own.kinds[p]):
                            if own.log_fresh[p, v, s] > -np.inf:
                                new += math.exp(own.log_fresh[p, v, s]) * _onward(p, own, work, u, s, c, heir)
                    else:
                        new = _onward(p, own, work, u, t, c, work.value)
                    work.value[x] = (1.0 - r) * go + r * new
                elif kind == AUTOMATIC:
                    work.value[x] = go
                else:
                    end = own.breakdown[x]
                    if kind == RATIFICATION and actor == p:
                        end -= own.unratified[p, t]
                    work.value[x] = (1.0 - work.leaves[v]) * go + work.leaves[v] * end + work.ended[p, v, t]


@loops
def _choose(p, tree, own, work, scale, mode, v, w, t, c, go):
    """One choice of party p at node v, of type t with concealed set c."""
    n = own.sets[p, v]
    x = own.offset[p, v] + t * n + c
    leave = own.breakdown[x] - own.withdrawing[p, t] + work.ended[p, v, t]
    hide = -np.inf
    if tree.conceals[v] == 1:
        hide = _onward(p, own, work, w, t, c + n, work.value)
    work.gain[0, x] = go
    work.gain[1, x] = hide
    work.gain[2, x] = leave
    top = max(go, leave, hide)
    if mode == LOGIT:
        a = scale * (go - top)
        b = scale * (hide - top) if hide > -np.inf else -np.inf
        d = scale * (leave - top)
        ea, eb, ed = math.exp(a), math.exp(b), math.exp(d)
        total = ea + eb + ed
        norm = math.log(total)
        work.choice[0, x] = a - norm
        work.choice[1, x] = b - norm
        work.choice[2, x] = d - norm
        mean = ea * go + ed * leave
        if hide > -np.inf:
            mean += eb * hide
        work.value[x] = mean / total
    elif mode == KEEP:
        work.value[x] = go
    else:
        work.value[x] = top


@loops
def _onward(p, own, work, w, t, c, value):
    """Present value, right after an act, of going on to node w with type t and concealed set c."""
    x = own.offset[p, w] + t * own.sets[p, w] + c
    s = own.survive[own.found_offset[p, w] + c]
    through = s * work.rho[p, w]
    report = (
        through * value[x]
        + (1.0 - through) * own.breakdown[x]
        + work.lost[p, w, t]
        - s * work.saved[p, w, t]
        - (1.0 - s) * own.found[p, t]
    )
    return work.moving[p, w, t] + own.span[p, w, t] * own.hidden_flow[p, t, c] + own.discount[p, w, t] * report


@loops
def follow(p, tree, own, work):
    """Go forward over the public tree: beliefs about party p given the agreement is in force, and what others need."""
    K, G = own.kinds[p], own.holder.shape[0]
    for v in range(tree.kind.shape[0]):
        n, o = own.sets[p, v], own.offset[p, v]
        u = tree.parent[v]
        if u < 0:
            for t in range(K):
                work.belief[o + t] = own.log_prior[p, t]
            work.survive[p, v] = 1.0
        else:
            _arrive(p, u, v, tree, own, work)
            work.survive[p, v] = _report(p, v, own, work)
        if tree.actor[v] == p and (tree.kind[v] in (OBLIGATION, REVIEW)):
            top = -np.inf
            for x in range(o, o + K * n):
                top = max(top, work.belief[x] + max(work.choice[0, x], work.choice[1, x]))
            total = 0.0
            for c in range(n):
                gone = 0.0
                for t in range(K):
                    x = o + t * n + c
                    b = work.belief[x]
                    total += math.exp(b + work.choice[0, x] - top) + math.exp(b + work.choice[1, x] - top)
                    gone += math.exp(b + work.choice[2, x])
                work.mass[c] = gone
            work.stay[v] = top + math.log(total)
            work.leaves[v] = 0.0
            for c in range(n):
                work.leaves[v] += work.mass[c]
            for g in range(G):
                if own.holder[g] == p:
                    work.taken[v, g] = 0.0
                    for c in range(1, n):
                        work.taken[v, g] += work.mass[c] * own.hidden_share[g, c]


@loops
def _arrive(p, u, v, tree, own, work):
    """Beliefs about p on the way from node u to v, before the report at v."""
    K = own.kinds[p]
    n, o = own.sets[p, v], own.offset[p, v]
    m, i = own.sets[p, u], own.offset[p, u]
    acted = tree.actor[u] == p
    kind = tree.kind[u]
    belief, choice = work.belief, work.choice
    for t in range(K):
        for c in range(m):
            x, y = i + t * m + c, o + t * n + c
            if acted and (kind in (OBLIGATION, REVIEW)):
                belief[y] = belief[x] + choice[0, x] - work.stay[u]
                if n > m:
                    belief[y + m] = belief[x] + choice[1, x] - work.stay[u]
            elif acted and kind == TURNOVER and tree.child[u, 1] == v:
                top = -np.inf
                for s in range(K):
                    top = max(top, belief[i + s * m + c])
                total = 0.0
                if top > -np.inf:
                    for s in range(K):
                        total += math.exp(belief[i + s * m + c] - top)
                    belief[y] = own.log_fresh[p, u, t] + top + math.log(total)
                else:
                    belief[y] = -np.inf
            else:
                belief[y] = belief[x]


@loops
def _report(p, v, own, work):
    """Take beliefs about p across the report at v; returns the chance that nothing is found.

    Fills `kept` and `now` at v: expected shares kept in secret before and after.
    """
    K = own.kinds[p]
    n, o, f = own.sets[p, v], own.offset[p, v], own.found_offset[p, v]
    if n == 1:
        return 1.0
    for g in range(own.holder.shape[0]):
        if own.holder[g] == p:
            work.kept[v, g] = 0.0
            work.now[v, g] = 0.0
    silent = True
    through = 0.0
    for c in range(n):
        m = 0.0
        for t in range(K):
            m += math.exp(work.belief[o + t * n + c])
        work.mass[c] = m
        through += m * own.survive[f + c]
        if own.log_survive[f + c] < 0.0:
            silent = False
    if silent:
        through = 1.0
    elif through > _TINY:
        norm = math.log(through)
        for t in range(K):
            for c in range(n):
                work.belief[o + t * n + c] += own.log_survive[f + c] - norm
    else:
        top = -np.inf
        for t in range(K):
            for c in range(n):
                work.belief[o + t * n + c] += own.log_survive[f + c]
                top = max(top, work.belief[o + t * n + c])
        total = 0.0
        for x in range(o, o + K * n):
            total += math.exp(work.belief[x] - top)
        for x in range(o, o + K * n):
            work.belief[x] -= top + math.log(total)
    for c in range(1, n):
        m = work.mass[c]
        if silent:
            after = m
        elif through > _TINY:
            after = m * own.survive[f + c] / through
        else:
            after = 0.0
            for t in range(K):
                after += math.exp(work.belief[o + t * n + c])
        for g in range(own.holder.shape[0]):
            if own.holder[g] == p:
                work.kept[v, g] += m * own.hidden_share[g, c]
                work.now[v, g] += after * own.hidden_share[g, c]
    return through
