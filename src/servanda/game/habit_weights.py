"""Habits as the weights of acts: what a party does at each node if nothing is at stake for it.

The formulas are those of `model.md`, part 2. Rates are per year, so that it does not matter how many reviews or looks
there are.
"""

from __future__ import annotations

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats
from servanda.game.accumulation import Valuation
from servanda.game.kinds import EXCHANGE, SEAT
from servanda.game.tree_shape import DUE, MEND, PAUSE, RENEW, STAY, WAIT, Telling

KEEP, CONCEAL, LEAVE, HOLD = range(4)


def log_weights(agreement: Agreement, told: Telling, value: Valuation, D: int) -> Floats:
    """Logs of the weights of keep, conceal, withdraw and hold at every node, (D, V, 4); minus infinity for none."""
    V = len(told.kind)
    weights = np.ones((D, V, 4))
    kind, actor, habit = np.array(told.kind), np.array(told.actor), np.array(told.habit)
    hides = np.array(told.conceals) == 1
    held = np.array(told.child)[:, 1] >= 0
    fork = np.array(told.fork)
    exchanges = np.flatnonzero((kind == EXCHANGE) | (kind == SEAT))
    forks = np.array([*told.forks, -1])
    held[exchanges] = forks[np.minimum(fork[exchanges] + 1, forks.size - 1)] >= 0
    since, pace = np.array(told.since), np.array(told.pace)
    for p, party in enumerate(agreement.parties.values()):
        if party.habits is None:
            continue
        own = party.habits

        def rate(name: str, own: object = own) -> Floats:
            return np.broadcast_to(value(getattr(own, name)), (D,))[:, None]

        for what in (DUE, MEND, WAIT, PAUSE, STAY, RENEW):
            nodes = np.flatnonzero((actor == p) & (habit == what))
            if not nodes.size:
                continue
            if what == RENEW:
                weights[:, nodes, KEEP] = rate("renews")
                weights[:, nodes, LEAVE] = 1.0 - rate("renews")
                continue
            stays = np.exp(-rate("leaves") * since[nodes])
            if what == DUE:
                keeps = (1.0 - rate("stumbles")) * np.exp(-rate("falls_behind") * pace[nodes])
            elif what == MEND:
                keeps = -np.expm1(-rate("catches_up") * pace[nodes])
            elif what in (WAIT, PAUSE):
                keeps = np.exp(-rate("suspends") * pace[nodes])
            else:
                keeps = np.ones((D, nodes.size))
            keeps = np.where(held[nodes], keeps, 1.0)
            hidden = np.where(hides[nodes], rate("conceals"), 0.0)
            weights[:, nodes, KEEP] = stays * keeps * (1.0 - hidden)
            weights[:, nodes, CONCEAL] = stays * keeps * hidden
            weights[:, nodes, LEAVE] = -np.expm1(-rate("leaves") * since[nodes])
            weights[:, nodes, HOLD] = stays * (1.0 - keeps)
    weights[:, ~hides, CONCEAL] = 0.0
    weights[:, ~held, HOLD] = 0.0
    with np.errstate(divide="ignore"):
        return np.log(weights)
