"""The bare loops of beliefs: what is believed of a party, node by node, and what the others need of it. Compiled.

Names and shapes are those of `_party_response.py`, whose `Work` these loops write into.
"""

from __future__ import annotations

import math

import numpy as np

from servanda.game.kinds import EXCHANGE, FOUND, OBLIGATION, RENEWAL, REVIEW, SEAT, TURNOVER
from servanda.solver.jit import helper, inline

# pyright: basic

_TINY = 1e-200
_LOST = -640.0  # the log of chances that a plain number may have lost, and that could matter again


@helper
def follow(p, tree, own, work):
    """Go forward over the public tree: beliefs about party p given the agreement is in force, and what others need."""
    K, late = own.kinds[p], own.habit.shape[0] > 0
    for v in range(tree.kind.shape[0]):
        n, o = own.sets[p, v], own.offset[p, v]
        u = tree.parent[v]
        if u < 0:
            for t in range(K):
                work.belief[o + t] = own.log_prior[p, t]
                work.mass[o + t] = math.exp(own.log_prior[p, t])
            work.survive[p, v] = 1.0
        else:
            _arrive(p, u, v, tree, own, work)
            if tree.kind[v] == FOUND:
                _be_found(p, v, tree, own, work)
            else:
                work.survive[p, v] = _report(p, v, tree, own, work)
        if tree.actor[v] == p and (tree.kind[v] in (OBLIGATION, REVIEW, RENEWAL, EXCHANGE, SEAT)):
            total, leaves = 0.0, 0.0
            part = work.part[:n]
            for c in range(n):
                part[c] = 0.0
            for t in range(K):
                x = o + t * n
                mass, withdraw = work.mass[x : x + n], work.chance[2, x : x + n]
                keep, hide = work.chance[0, x : x + n], work.chance[1, x : x + n]
                for c in range(n):
                    total += mass[c] * (keep[c] + hide[c])
                    part[c] += mass[c] * withdraw[c]
            for c in range(n):
                leaves += part[c]
            work.leaves[v] = leaves
            if total > _TINY:
                work.stay[v] = math.log(total)
            else:
                work.stay[v] = _log_chance(work, o, o + K * n, 0, 1)
            if late:
                _hold_back(p, v, own, work)
            if n > 1:
                number = own.number[own.found_offset[p, v] : own.found_offset[p, v] + n]
                _tell(p, tree.row[v], v, part, number, own.hidden_share, own.holder, own.giver, own.after, work.gone)


@inline
def _log_chance(work, first, last, one, other):
    """Log of the chance of either of two acts, from the logs of beliefs and choices; minus infinity if none."""
    top = -np.inf
    for x in range(first, last):
        top = max(top, work.belief[x] + max(work.choice[one, x], work.choice[other, x]))
    if top == -np.inf:
        return top
    total = 0.0
    for x in range(first, last):
        b = work.belief[x] - top
        total += math.exp(b + work.choice[one, x]) + math.exp(b + work.choice[other, x])
    return top + math.log(total)


@inline
def _hold_back(p, v, own, work):
    """The chance that p holds back at v, and its log."""
    size, o, total = own.kinds[p] * own.sets[p, v], own.offset[p, v], 0.0
    for x in range(o, o + size):
        total += work.mass[x] * work.chance[3, x]
    work.holds[v] = total
    work.halt[v] = math.log(total) if total > _TINY else _log_chance(work, o, o + size, 3, 3)
    if total <= _TINY and work.halt[v] > -np.inf:
        work.halt[v] -= math.log(2.0)


@helper
def _tell(p, e, v, part, number, share, holder, giver, worth, out):
    """Tell the receivers what p is expected to keep in secret, given the chances of its sets in `helper`."""
    for r in range(giver.shape[0]):
        if giver[r] == p:
            out[r, v] = 0.0
    for g in range(holder.shape[0]):
        if holder[g] == p:
            expected = 0.0
            for c in range(1, part.shape[0]):
                expected += part[c] * share[g, number[c]]
            for r in range(giver.shape[0]):
                if giver[r] == p:
                    out[r, v] += worth[r, e, g] * expected


@inline
def _arrive(p, u, v, tree, own, work):
    """Beliefs about p on the way from node u to v, before the report at v."""
    K, e = own.kinds[p], tree.row[u]
    kind, held = tree.kind[u], False
    if kind == SEAT and tree.kind[v] != SEAT:  # what came of an exchange: by what p did there, if it had a seat
        s = u
        while tree.actor[s] != p and tree.kind[s] == SEAT:
            s -= 1
        if tree.actor[s] == p:
            u, kind = s, OBLIGATION
            held = tree.mask[v] >> (s - tree.head[s] if tree.kind[s] == SEAT else 0) & 1 == 1
    elif tree.actor[u] == p and kind in (OBLIGATION, REVIEW):
        held = tree.child[u, 1] == v or (tree.kind[v] == FOUND and tree.child[u, 1] == tree.head[v])
    n, o = own.sets[p, v], own.offset[p, v]
    m, i, f = own.sets[p, u], own.offset[p, u], own.found_offset[p, u]
    acted = tree.actor[u] == p and (kind in (OBLIGATION, REVIEW, RENEWAL))
    fresh = tree.actor[u] == p and kind == TURNOVER
    if fresh:
        fresh = tree.child[u, 1] == v or (tree.kind[v] == FOUND and tree.child[u, 1] == tree.head[v])
    if held:
        _after_holding(p, u, v, own, work)
        return
    stay = work.stay[u]
    lift = math.exp(-stay) if acted and stay > _LOST else 0.0
    if acted and stay == -np.inf:  # it never does that: what would be believed then plays no part
        acted = False
    if fresh or own.joined[p, u] == 1 or (n != m and not acted):
        for y in range(o, o + K * n):
            work.belief[y] = -np.inf
    for t in range(K):
        x, y = i + t * m, o + t * n
        belief, mass = work.belief[y : y + n], work.mass[y : y + n]
        old, weight = work.belief[x : x + m], work.mass[x : x + m]
        if fresh:
            for s in range(K):
                for c in range(m):
                    _add(belief, own.keep_to[f + c], own.log_fresh[p, e, t] + work.belief[i + s * m + c])
        elif own.joined[p, u] == 1:
            for c in range(m):
                keep, hide = old[c], -np.inf
                if acted:
                    keep, hide = old[c] + work.choice[0, x + c] - stay, old[c] + work.choice[1, x + c] - stay
                _add(belief, own.keep_to[f + c], keep)
                if own.hide_to[f + c] >= 0:
                    _add(belief, own.hide_to[f + c], hide)
        elif acted:
            for act in range(n // m):
                log, chance = work.choice[act, x : x + m], work.chance[act, x : x + m]
                for c in range(m):
                    belief[act * m + c] = old[c] + log[c] - stay
                    mass[act * m + c] = weight[c] * chance[c] * lift
            for c in range(n):
                if mass[c] < 1e-280 and belief[c] > _LOST:
                    mass[c] = math.exp(belief[c])
        else:
            for c in range(min(m, n)):
                belief[c] = old[c]
                mass[c] = weight[c]
            for c in range(m, n):
                mass[c] = 0.0
        if fresh or own.joined[p, u] == 1:
            for c in range(n):
                mass[c] = math.exp(belief[c])


@inline
def _after_holding(p, u, v, own, work):
    """Beliefs about p after it held back at u."""
    K, n, i, o = own.kinds[p], own.sets[p, v], own.offset[p, u], own.offset[p, v]
    halt = work.halt[u]
    for x in range(K * n):
        if halt == -np.inf:
            work.belief[o + x] = work.belief[i + x]
        else:
            work.belief[o + x] = work.belief[i + x] + work.choice[3, i + x] - halt
        work.mass[o + x] = math.exp(work.belief[o + x])


@inline
def _be_found(p, v, tree, own, work):
    """Take beliefs about p across a report that finds the actor of v and nobody else."""
    K, e = own.kinds[p], tree.row[v]
    n, o, f = own.sets[p, v], own.offset[p, v], own.found_offset[p, v]
    if n == 1:
        return
    top, total = -np.inf, 0.0
    for t in range(K):
        for c in range(n):
            x = o + t * n + c
            log = own.log_survive[f + c]
            if tree.actor[v] == p:
                log = math.log(-math.expm1(log)) if log < 0.0 else -np.inf
            work.choice[0, x] = work.belief[x] + log
            top = max(top, work.choice[0, x])
    if top > -np.inf:
        for x in range(o, o + K * n):
            total += math.exp(work.choice[0, x] - top)
        norm = top + math.log(total)
        for x in range(o, o + K * n):
            work.belief[x] = work.choice[0, x] - norm
            work.mass[x] = math.exp(work.belief[x])
    for x in range(o, o + K * n):
        work.choice[0, x] = 0.0  # only borrowed
    part = work.part[:n]
    for c in range(n):
        part[c] = 0.0
        for t in range(K):
            part[c] += work.mass[o + t * n + c]
    number = own.number[f : f + n]
    _tell(p, e, v, part, number, own.hidden_share, own.holder, own.giver, own.after, work.held)


@inline
def _add(belief, y, log):
    """Add a chance, given by its log, to the belief in state y."""
    if belief[y] == -np.inf:
        belief[y] = log
    elif log > -np.inf:
        belief[y] = max(belief[y], log) + math.log1p(math.exp(-abs(belief[y] - log)))


@inline
def _report(p, v, tree, own, work):
    """Take beliefs about p across the report at v; returns the chance that nothing is found.

    Tells the receivers what is kept in secret before and after.
    """
    K, e = own.kinds[p], tree.row[v]
    n, o, f = own.sets[p, v], own.offset[p, v], own.found_offset[p, v]
    if n == 1:
        return 1.0
    part, survive, log_survive = work.part[:n], own.survive[f : f + n], own.log_survive[f : f + n]
    for c in range(n):
        part[c] = 0.0
    for t in range(K):
        mass = work.mass[o + t * n : o + t * n + n]
        for c in range(n):
            part[c] += mass[c]
    number = own.number[f : f + n]
    _tell(p, e, v, part, number, own.hidden_share, own.holder, own.giver, own.kept_worth, work.way)
    through = 0.0
    for c in range(n):
        part[c] *= survive[c]
        through += part[c]
    if own.quiet[p, v] == 1:
        through = 1.0
    elif through > _TINY:
        norm = math.log(through)
        for c in range(n):
            part[c] /= through
        for t in range(K):
            belief, mass = work.belief[o + t * n : o + t * n + n], work.mass[o + t * n : o + t * n + n]
            for c in range(n):
                belief[c] += log_survive[c] - norm
                mass[c] *= survive[c] / through
    else:
        top, total = -np.inf, 0.0
        for t in range(K):
            for c in range(n):
                work.belief[o + t * n + c] += log_survive[c]
                top = max(top, work.belief[o + t * n + c])
        for x in range(o, o + K * n):
            total += math.exp(work.belief[x] - top)
        norm = top + math.log(total)
        for c in range(n):
            part[c] = 0.0
            for t in range(K):
                x = o + t * n + c
                work.belief[x] -= norm
                work.mass[x] = math.exp(work.belief[x])
                part[c] += work.mass[x]
    _tell(p, e, v, part, number, own.hidden_share, own.holder, own.giver, own.after, work.held)
    return through
