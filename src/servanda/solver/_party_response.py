"""The bare loops: what surrounds a party, its response, what follows of it. Compiled by numba.

No checks and no Python objects here; `equilibrium.py` is the front. Names and shapes are those of `PublicTree` in
`game/compiler.py` and `Tables` in `game/payoff_tables.py` (one draw): N parties, V nodes, K types, G concealable
stakes, R receivers.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from servanda.arrays import Floats
from servanda.game.kinds import (
    AUTOMATIC,
    EXCHANGE,
    FOUND,
    HORIZON,
    OBLIGATION,
    RATIFICATION,
    RENEWAL,
    REVIEW,
    SEAT,
    TURNOVER,
)
from servanda.game.payoff_tables import COMMON
from servanda.solver.jit import Draws, draw_at, entry, helper, inline

# pyright: basic

LOGIT, KEEP, BEST = range(3)


class Work(NamedTuple):
    """Space that the loops write into.

    What the others need of a party (model.md, section 3.2): `survive` (N, V): expected chance that the report
    at v finds nothing of it; `leaves` (V,): chance that the act at v ends the agreement, `holds` (V,): that it leads to
    the node's second child; and by receiver (R, V), in
    units, of the holder's stakes kept in secret: `way`: on the way to v and in a breakdown at v before the report;
    `held`: in a breakdown at v after the report; `gone`: the same times the chance of leaving there, at the holder's
    own acts.

    What a party needs, summed over the others: `rho` (N, V): chance that nothing of them and no incident ends it at the
    report; `onto` (N, V, K): units on the way to v, and theirs in a breakdown there; `hold`: theirs in a breakdown
    after the report; `ended`: the same if the act at v ends it, times the chance of that.

    What comes out: `choice`, `gain` (A, states): log chances and values of keep, conceal, withdraw, and of hold where
    steps can be late (A is 4, else 3), at own choices, and `chance`, `before` (A, states): the chances, and those
    before; `value`, `onward` (states,): values at v, and at the start of the way to v; `belief` (states,): log beliefs
    before the act, and `mass` (states,): the beliefs. Plain numbers lose what is below 1e-308 and logs do not; where
    they differ the logs are right.
    """

    survive: Floats
    leaves: Floats
    holds: Floats
    way: Floats
    held: Floats
    gone: Floats
    rho: Floats
    onto: Floats
    hold: Floats
    ended: Floats
    choice: Floats
    chance: Floats
    before: Floats
    gain: Floats
    value: Floats
    onward: Floats
    belief: Floats
    mass: Floats
    stay: Floats
    halt: Floats
    part: Floats


def one_draw(tables, d):
    """Tables of one draw."""
    return draw_at(of_draws(tables, d, d + 1), 0)


def of_draws(tables, first, last):
    """Tables of some draws, as the loops take them."""
    return Draws(tables, COMMON, first, last)


@entry
def surroundings(p, tree, own, work):
    """Sum up for party p what the others are expected to do."""
    V, N = tree.kind.shape[0], own.kinds.shape[0]
    for v in range(V):
        e, kind, actor = tree.row[v], tree.kind[v], tree.actor[v]
        if kind == FOUND:
            product = 1.0
            for q in range(N):
                if q != p:
                    chance = work.survive[q, tree.head[v]]
                    product *= 1.0 - chance if q == actor else chance
        else:
            product = own.calm[e]
            for q in range(N):
                if q != p:
                    product *= work.survive[q, v]
        work.rho[p, v] = product
        for t in range(own.kinds[p]):
            onto, hold, ended = own.flow[p, e, t], 0.0, 0.0
            for q in range(N):
                r = own.ear[q, p, t]
                if r < 0 or own.sets[q, v] == 1:
                    continue
                onto += work.way[r, v]
                held = work.held[r, v]
                hold += held
                if actor == q and kind != RATIFICATION:
                    ended += work.gone[r, v]
                elif actor == p and kind != RATIFICATION:
                    ended += held
                else:
                    ended += held * work.leaves[v]
            work.onto[p, v, t] = onto
            work.hold[p, v, t] = hold
            work.ended[p, v, t] = ended
            if kind == EXCHANGE:
                work.ended[p, v, t] = _exchange_ended(p, t, v, tree, own, work)


@inline
def _exchange_ended(p, t, v, tree, own, work):
    """What others keep in secret is worth to p if some of them leave an exchange, times the chance of that."""
    total = 0.0
    for q in range(own.kinds.shape[0]):
        r = own.ear[q, p, t]
        if r < 0 or own.sets[q, v] == 1:
            continue
        stays, seat, gone = 1.0, v, 0.0
        while True:  # all seats but those of p and q
            a = tree.actor[seat]
            if a == q:
                gone = work.gone[r, seat]
            elif a != p:
                stays *= 1.0 - work.leaves[seat]
            if seat + 1 == tree.kind.shape[0] or tree.kind[seat + 1] != SEAT or tree.head[seat + 1] != v:
                break
            seat += 1
        total += work.held[r, v] * (1.0 - stays) + gone * stays
    return total


@entry
def respond(p, tree, own, work, factor, mode, heir):
    """Go backward over the public tree: party p's values and choices, given its surroundings.

    `mode` LOGIT: precision times `factor`; KEEP: keep for certain; BEST: the best choice for certain. A new government
    of p goes on with the values in `heir`, like `work.onward` (pass that itself to have it respond like the rest).
    """
    K, late = own.kinds[p], own.habit.shape[0] > 0
    for v in range(tree.kind.shape[0] - 1, -1, -1):
        kind, actor, e = tree.kind[v], tree.actor[v], tree.row[v]
        n = own.sets[p, v]
        w, m, z = tree.child[v, 0], 0, 0
        if w >= 0:
            m, z = own.sets[p, w], own.offset[p, w]
        keep_to = own.keep_to[own.found_offset[p, v] : own.found_offset[p, v] + n]
        survive = own.survive[own.found_offset[p, v] : own.found_offset[p, v] + n]
        for t in range(K):
            o, a = own.offset[p, v] + t * n, own.place[p, v] + t * n
            value, breakdown = work.value[o : o + n], own.breakdown[a : a + n]
            if kind == HORIZON:
                for c in range(n):
                    value[c] = 0.0
            elif kind == EXCHANGE:
                _exchange(p, t, v, tree, own, work, factor, mode)
            elif kind == SEAT:
                pass
            else:
                go = work.onward[z + t * m : z + t * m + m]
                if actor == p and (kind in (OBLIGATION, REVIEW, RENEWAL)):
                    cost = own.lapsing[p, t] if kind == RENEWAL else own.withdrawing[p, t]
                    leave = work.ended[p, v, t] - cost
                    scale = factor * own.precision[p, t]
                    y = tree.child[v, 1]
                    if y >= 0:
                        y = own.offset[p, y] + t * n
                    for c in range(n):
                        hide = -np.inf
                        if tree.conceals[v] == 1:
                            hide = go[own.hide_to[own.found_offset[p, v] + c]]
                        if late:
                            held = work.onward[y + c] if y >= 0 else -np.inf
                            _weigh(
                                work, own.habit, e, scale, mode, o + c, go[keep_to[c]], hide, breakdown[c] + leave, held
                            )
                        else:
                            _choose(work, scale, mode, o + c, go[keep_to[c]], hide, breakdown[c] + leave)
                elif kind == TURNOVER:
                    r, y = own.replaced[e], own.offset[p, tree.child[v, 1]]
                    for c in range(n):
                        new = 0.0
                        if actor == p:
                            for s in range(K):
                                if own.log_fresh[p, e, s] > -np.inf:
                                    new += math.exp(own.log_fresh[p, e, s]) * heir[y + s * m + keep_to[c]]
                        else:
                            new = work.onward[y + t * m + keep_to[c]]
                        value[c] = (1.0 - r) * go[keep_to[c]] + r * new
                elif kind in (AUTOMATIC, FOUND):
                    for c in range(n):
                        value[c] = go[keep_to[c]]
                else:
                    ends, rest = work.leaves[v], work.ended[p, v, t]
                    if kind == RATIFICATION and actor == p:
                        rest -= ends * own.unratified[p, t]
                    elif kind == RENEWAL:
                        rest -= ends * own.lapsing[p, t]
                    y = tree.child[v, 1]
                    if y >= 0:
                        holds, y = work.holds[v], own.offset[p, y] + t * n
                        for c in range(n):
                            both = (1.0 - ends - holds) * go[keep_to[c]] + holds * work.onward[y + c]
                            value[c] = both + ends * breakdown[c] + rest
                    else:
                        for c in range(n):
                            value[c] = (1.0 - ends) * go[keep_to[c]] + ends * breakdown[c] + rest
            # At the start of the way to v: found or broken down, unless everything survives the report.
            onward, base = work.onward[o : o + n], own.base[a : a + n]
            onto, hold = work.onto[p, v, t], work.hold[p, v, t]
            disc = own.discount[p, e, t]
            through = disc * work.rho[p, v]
            if kind == FOUND:  # what it adds to the way to the node beside which it stands
                for c in range(n):
                    if actor == p:
                        gain = value[c] - breakdown[c] - hold + own.found[p, t]
                        onward[c] = through * (1.0 - survive[c]) * gain
                    else:
                        onward[c] = through * survive[c] * (value[c] - breakdown[c] - hold)
            else:
                for c in range(n):
                    onward[c] = onto + base[c] + through * survive[c] * (value[c] - breakdown[c] - hold)
                f = tree.aside[v]
                while f >= 0:
                    y = own.offset[p, f] + t * n
                    for c in range(n):
                        onward[c] += work.onward[y + c]
                    f = tree.aside[f]


@inline
def _weigh(work, habit, e, scale, mode, x, go, hide, leave, held):
    """One choice, in state x, where acts have weights and holding back is one of them."""
    gain, chance, choice = work.gain, work.chance, work.choice
    gain[0, x], gain[1, x], gain[2, x], gain[3, x] = go, hide, leave, held
    if mode == KEEP:
        work.value[x] = go
        return
    if mode == BEST:
        work.value[x] = -np.inf
        for act in range(4):
            if habit[e, act] > -np.inf:
                work.value[x] = max(work.value[x], gain[act, x])
        return
    top = -np.inf
    for act in range(4):
        if gain[act, x] > -np.inf and habit[e, act] > -np.inf:
            choice[act, x] = scale * gain[act, x] + habit[e, act]
            top = max(top, choice[act, x])
        else:
            choice[act, x] = -np.inf
    total, mean = 0.0, 0.0
    for act in range(4):
        chance[act, x] = math.exp(choice[act, x] - top) if choice[act, x] < top else 1.0
        total += chance[act, x]
        if chance[act, x] > 0.0:
            mean += chance[act, x] * gain[act, x]
    norm = top + math.log(total)
    for act in range(4):
        choice[act, x] -= norm
        chance[act, x] /= total
    work.value[x] = mean / total


@helper
def _exchange(p, t, v, tree, own, work, factor, mode):
    """Values and choices of one type of p at an exchange, where several decide and none sees what the others do."""
    n, o, a = own.sets[p, v], own.offset[p, v] + t * own.sets[p, v], own.place[p, v] + t * own.sets[p, v]
    seats, mine = 1, -1
    while v + seats < tree.kind.shape[0] and tree.kind[v + seats] == SEAT and tree.head[v + seats] == v:
        seats += 1
    stays, known = 1.0, 0.0
    for i in range(seats):
        if tree.actor[v + i] == p:
            mine = i
        else:
            stays *= 1.0 - work.leaves[v + i]
    for q in range(own.kinds.shape[0]):
        r = own.ear[q, p, t]
        if r >= 0 and own.sets[q, v] > 1:
            known += work.held[r, v]
    scale = factor * own.precision[p, t]
    for c in range(n):
        broken = (1.0 - stays) * own.breakdown[a + c] + work.ended[p, v, t]
        keep, hide, held = broken, -np.inf, -np.inf
        x = o + c
        if mine >= 0:
            x = own.offset[p, v + mine] + t * n + c
            if tree.conceals[v + mine] == 1:
                hide = broken
            if tree.forks[tree.fork[v] + (1 << mine)] >= 0:
                held = broken
        for mask in range(1 << seats):
            if mine >= 0 and mask >> mine & 1:
                continue
            w = tree.forks[tree.fork[v] + mask]
            if w < 0:
                continue
            weight = 1.0
            for i in range(seats):
                if i != mine:
                    hold = work.holds[v + i]
                    weight *= hold if mask >> i & 1 else 1.0 - work.leaves[v + i] - hold
            m, z = own.sets[p, w], own.offset[p, w]
            keep += weight * work.onward[z + t * m + c]
            if hide > -np.inf:
                hide += weight * work.onward[z + t * m + n + c]
            if held > -np.inf:
                w = tree.forks[tree.fork[v] + mask + (1 << mine)]
                held += weight * work.onward[own.offset[p, w] + t * n + c]
        if mine >= 0:
            leave = own.breakdown[a + c] + known - own.withdrawing[p, t]
            row = tree.row[v + mine]
            if own.habit.shape[0] > 0:
                _weigh(work, own.habit, row, scale, mode, x, keep, hide, leave, held)
            else:
                _choose(work, scale, mode, x, keep, hide, leave)
            work.value[o + c] = work.value[x]
        else:
            work.value[o + c] = keep


@inline
def _choose(work, scale, mode, x, go, hide, leave):
    """One choice, in state x, from the values of keeping, concealing and withdrawing."""
    work.gain[0, x] = go
    work.gain[1, x] = hide
    work.gain[2, x] = leave
    if mode == KEEP:
        work.value[x] = go
        return
    top = max(go, leave, hide)
    if mode == BEST:
        work.value[x] = top
        return
    a, b, d = scale * (go - top), scale * (hide - top), scale * (leave - top)
    ea = math.exp(a) if go < top else 1.0
    ed = math.exp(d) if leave < top else 1.0
    eb, mean = 0.0, ea * go + ed * leave
    if hide > -np.inf:
        eb = math.exp(b) if hide < top else 1.0
        mean += eb * hide
    else:
        b = -np.inf
    total = ea + eb + ed
    norm = math.log(total)
    work.choice[0, x] = a - norm
    work.choice[1, x] = b - norm
    work.choice[2, x] = d - norm
    work.chance[0, x] = ea / total
    work.chance[1, x] = eb / total
    work.chance[2, x] = ed / total
    work.value[x] = mean / total
