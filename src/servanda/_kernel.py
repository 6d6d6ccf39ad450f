"""The bare loops: surroundings, respond (backward), follow (forward), for one party at a time. Compiled by numba.

No checks and no Python objects here; `servanda.equilibrium` is the front. Names and shapes are those of
`servanda.game.PublicTree` and `PartyTables`: V nodes, N parties, K types, G concealable stakes.

What a party needs from the others is public and small (`docs/model.md`, section 3):

`survive` (N, V): expected chance that the report at v finds nothing of a party.
`leaves` (V,): chance that the actor's act ends the agreement, given it is in force.
`kept` (V, G): expected share of a stake kept in secret on the way to v; `now` (V, G): the same after the report
at v found nothing; `taken` (V, G): the same at v, times the chance of leaving there (holder's own acts).
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

from servanda.game import AUTOMATIC, HORIZON, OBLIGATION, RATIFICATION, REVIEW, TURNOVER

# pyright: basic


@njit(cache=True)
def surroundings(p, tree, own, holder, calm, survive, leaves, kept, now, taken, rho, flow, lost, saved, ended):
    """Sum up for party p what the others are expected to do, per node and own type.

    Fills, with present values at the dates of model.md: `rho` (V,): chance that nothing of the others and no
    incident ends it at the report; `flow` (V, K): units on the way to v; `lost` (V, K): others' secret stakes in a
    breakdown at v, and `saved` (V, K): that part of it which falls away if the agreement survives the report;
    `ended` (V, K): the same stakes if the act at v ends it (times its chance, unless p itself acts).
    """
    V, N, G = tree.kind.shape[0], survive.shape[0], holder.shape[0]
    K = own.worth.shape[0]
    others = np.ones(N)
    for v in range(V):
        product = calm[v]
        for k in range(N):
            if k != p:
                product *= survive[k, v]
        rho[v] = product
        for q in range(N):
            rest = calm[v]
            for k in range(N):
                if k not in (p, q):
                    rest *= survive[k, v]
            others[q] = rest
        kind, actor = tree.kind[v], tree.actor[v]
        for t in range(K):
            moving = own.flow[v, t]
            whole = 0.0
            through = 0.0
            end = 0.0
            for g in range(G):
                q = holder[g]
                if q == p:
                    continue
                after = own.after[v, t, g]
                moving += own.span[v, t] * own.worth[t, g] * kept[v, g]
                whole += after * kept[v, g]
                through += after * others[q] * survive[q, v] * now[v, g]
                if actor == p and kind != RATIFICATION:
                    end += after * now[v, g]
                elif q == actor and kind != RATIFICATION:
                    end += after * taken[v, g]
                else:
                    end += after * now[v, g] * leaves[v]
            flow[v, t] = moving
            lost[v, t] = whole
            saved[v, t] = through
            ended[v, t] = end


@njit(cache=True)
def respond(p, tree, own, factor, replaced, leaves, rho, flow, lost, saved, ended, mode, heir, log_choice, gain, value):
    """Go backward over the public tree: party p's values and choices, given its surroundings.

    `mode` 0: logit with precision times `factor`; 1: keep for certain; 2: the best choice for certain. A new
    government of p has the values in `heir` (pass `value` itself to have it respond like the rest).
    Fills `value` flat (states): present value at v after the report; `log_choice` (3, states) at p's own choices:
    keep, conceal, withdraw; `gain` (3, states): their values Q.
    """
    K = own.worth.shape[0]
    V = tree.kind.shape[0]
    for v in range(V - 1, -1, -1):
        kind, actor = tree.kind[v], tree.actor[v]
        n, o = own.sets[v], own.offset[v]
        if kind == HORIZON:
            for x in range(o, o + K * n):
                value[x] = 0.0
            continue
        chosen = actor == p and (kind in (OBLIGATION, REVIEW))
        hides = chosen and tree.conceals[v] == 1
        w = tree.child[v, 0]
        for t in range(K):
            scale = own.precision[t] * factor
            for c in range(n):
                x = o + t * n + c
                go = _onward(own, w, t, c, rho, flow, lost, saved, value)
                if chosen:
                    quit_ = own.breakdown[x] - own.withdrawing[t] + ended[v, t]
                    hide = _onward(own, w, t, c + n, rho, flow, lost, saved, value) if hides else -np.inf
                    gain[0, x] = go
                    gain[1, x] = hide
                    gain[2, x] = quit_
                    if mode == 0:
                        top = max(go, quit_)
                        if hides:
                            top = max(top, hide)
                        a = scale * (go - top)
                        b = scale * (hide - top) if hides else -np.inf
                        d = scale * (quit_ - top)
                        norm = math.log(math.exp(a) + math.exp(b) + math.exp(d))
                        log_choice[0, x] = a - norm
                        log_choice[1, x] = b - norm
                        log_choice[2, x] = d - norm
                        total = math.exp(a - norm) * go + math.exp(d - norm) * quit_
                        if hides:
                            total += math.exp(b - norm) * hide
                        value[x] = total
                    elif mode == 1:
                        value[x] = go
                    else:
                        best = max(go, quit_)
                        if hides:
                            best = max(best, hide)
                        value[x] = best
                elif kind == TURNOVER:
                    r = replaced[v]
                    u = tree.child[v, 1]
                    if actor == p:
                        new = 0.0
                        for s in range(K):
                            if own.log_fresh[v, s] > -np.inf:
                                new += math.exp(own.log_fresh[v, s]) * _onward(
                                    own, u, s, c, rho, flow, lost, saved, heir
                                )
                    else:
                        new = _onward(own, u, t, c, rho, flow, lost, saved, value)
                    value[x] = (1.0 - r) * go + r * new
                elif kind == AUTOMATIC:
                    value[x] = go
                else:
                    end = own.breakdown[x]
                    if kind == RATIFICATION and actor == p:
                        end -= own.unratified[t]
                    value[x] = (1.0 - leaves[v]) * go + leaves[v] * end + ended[v, t]


@njit(cache=True)
def _onward(own, w, t, c, rho, flow, lost, saved, value):
    """Present value, right after an act, of going on to node w with type t and concealed set c."""
    n = own.sets[w]
    x = own.offset[w] + t * n + c
    s = own.survive[own.found_offset[w] + c]
    through = s * rho[w]
    report = (
        through * value[x]
        + (1.0 - through) * own.breakdown[x]
        + lost[w, t]
        - s * saved[w, t]
        - (1.0 - s) * own.found[t]
    )
    return flow[w, t] + own.span[w, t] * own.hidden_flow[t, c] + own.discount[w, t] * report


@njit(cache=True)
def follow(p, tree, own, holder, log_choice, log_belief, survive, leaves, kept, now, taken):
    """Go forward over the public tree: beliefs about party p given the agreement is in force, and what others need.

    Fills `log_belief` flat (states): at v, after the report, before the act; and p's part of the public numbers.
    """
    K = own.worth.shape[0]
    V, G = tree.kind.shape[0], holder.shape[0]
    stay = np.zeros(V)
    mass = np.zeros(own.hidden_share.shape[0])
    for v in range(V):
        n, o = own.sets[v], own.offset[v]
        u = tree.parent[v]
        if u < 0:
            for t in range(K):
                log_belief[o + t] = own.log_prior[t]
            survive[p, v] = 1.0
        else:
            _arrive(p, u, v, tree, own, log_choice, log_belief, stay)
            survive[p, v] = _report(p, v, own, holder, log_belief, kept, now, mass)
        if tree.actor[v] == p and (tree.kind[v] in (OBLIGATION, REVIEW)):
            gone = 0.0
            top = -np.inf
            for x in range(o, o + K * n):
                gone += math.exp(log_belief[x] + log_choice[2, x])
                top = max(top, log_belief[x] + max(log_choice[0, x], log_choice[1, x]))
            total = 0.0
            for x in range(o, o + K * n):
                total += math.exp(log_belief[x] + log_choice[0, x] - top)
                total += math.exp(log_belief[x] + log_choice[1, x] - top)
            stay[v] = top + math.log(total)
            leaves[v] = gone
            for g in range(G):
                if holder[g] == p:
                    sum_ = 0.0
                    for t in range(K):
                        for c in range(n):
                            share = own.hidden_share[c, g]
                            if share != 0.0:
                                x = o + t * n + c
                                sum_ += share * math.exp(log_belief[x] + log_choice[2, x])
                    taken[v, g] = sum_


@njit(cache=True)
def _arrive(p, u, v, tree, own, log_choice, log_belief, stay):
    """Beliefs about p on the way from node u to v, before the report at v."""
    K = own.worth.shape[0]
    n, o = own.sets[v], own.offset[v]
    m, i = own.sets[u], own.offset[u]
    acted = tree.actor[u] == p
    kind = tree.kind[u]
    for t in range(K):
        for c in range(m):
            x, y = i + t * m + c, o + t * n + c
            if acted and (kind in (OBLIGATION, REVIEW)):
                log_belief[y] = log_belief[x] + log_choice[0, x] - stay[u]
                if n > m:
                    log_belief[y + m] = log_belief[x] + log_choice[1, x] - stay[u]
            elif acted and kind == TURNOVER and tree.child[u, 1] == v:
                top = -np.inf
                for s in range(K):
                    top = max(top, log_belief[i + s * m + c])
                total = 0.0
                if top > -np.inf:
                    for s in range(K):
                        total += math.exp(log_belief[i + s * m + c] - top)
                    log_belief[y] = own.log_fresh[u, t] + top + math.log(total)
                else:
                    log_belief[y] = -np.inf
            else:
                log_belief[y] = log_belief[x]


@njit(cache=True)
def _report(p, v, own, holder, log_belief, kept, now, mass):
    """The report at v: from beliefs before it to beliefs after it; returns the chance that nothing is found.

    Fills `kept` and `now` at v: expected shares kept in secret before and after.
    """
    K = own.worth.shape[0]
    n, o, f = own.sets[v], own.offset[v], own.found_offset[v]
    for g in range(holder.shape[0]):
        if holder[g] == p:
            kept[v, g] = 0.0
            now[v, g] = 0.0
    if n == 1:
        return 1.0
    silent = True
    through = 0.0
    for c in range(n):
        m = 0.0
        for t in range(K):
            m += math.exp(log_belief[o + t * n + c])
        mass[c] = m
        through += m * own.survive[f + c]
        if own.log_survive[f + c] < 0.0:
            silent = False
    if silent:
        through = 1.0
    elif through > 1e-200:
        norm = math.log(through)
        for t in range(K):
            for c in range(n):
                log_belief[o + t * n + c] += own.log_survive[f + c] - norm
    else:
        top = -np.inf
        for t in range(K):
            for c in range(n):
                log_belief[o + t * n + c] += own.log_survive[f + c]
                top = max(top, log_belief[o + t * n + c])
        total = 0.0
        for x in range(o, o + K * n):
            total += math.exp(log_belief[x] - top)
        for x in range(o, o + K * n):
            log_belief[x] -= top + math.log(total)
    for c in range(1, n):
        m = mass[c]
        if silent:
            after = m
        elif through > 1e-200:
            after = m * own.survive[f + c] / through
        else:
            after = 0.0
            for t in range(K):
                after += math.exp(log_belief[o + t * n + c])
        for g in range(holder.shape[0]):
            if holder[g] == p:
                kept[v, g] += m * own.hidden_share[c, g]
                now[v, g] += after * own.hidden_share[c, g]
    return through
