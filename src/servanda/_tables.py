"""The parts of a game that are arithmetic: finding rates, and each party's private states and payoffs, closed form.

The formulas are those of `docs/model.md`, section 2; `D` draws, `V` nodes, `K` types, `S` stakes, `G` concealable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from servanda.agreement import Agreement, Number, Party
from servanda.schedule import ONLY, Step, years_between

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Valuation: TypeAlias = Callable[[Number], Floats]


class PartyTables(NamedTuple):
    """One party's private states and payoffs, for one draw.

    Types `K`, concealable stakes of all parties `G`, private states flat: node v's block begins at `offset[v]`
    and holds `K` rows of `sets[v]` sets of concealed steps; bit k of a set is the party's k-th concealable step.

    `sets` (V,), `offset` (V,), `found_offset` (V,): blocks. `log_survive`, `survive` flat by set: (log) chance
    that the report at v finds nothing. `log_prior` (K,); `log_fresh` (V, K): types of a new government.
    `precision` (K,), per unit; `withdrawing`, `found`, `unratified` (K,), units. `breakdown` flat by state: present
    value at v of a breakdown at v, lump cost included, others' claims taken as true. `hidden_flow` (K, most sets):
    units per year from own stakes kept in secret. `hidden_share` (most sets, G): shares concealed. `span` (V, K):
    years on the way to v, discounted to its start; `discount` (V, K): over the same way. `flow` (V, K): units on
    the way to v, at its start, claims taken as true. `worth` (K, G): units per year; `after` (V, K, G): units that
    a concealed stake still pays from a breakdown at v until it would have been restored anyway.
    """

    sets: Ints
    offset: Ints
    found_offset: Ints
    log_survive: Floats
    survive: Floats
    log_prior: Floats
    log_fresh: Floats
    precision: Floats
    withdrawing: Floats
    found: Floats
    unratified: Floats
    breakdown: Floats
    hidden_flow: Floats
    hidden_share: Floats
    span: Floats
    discount: Floats
    flow: Floats
    worth: Floats
    after: Floats


def annuity(rate: Floats, duration: Floats) -> Floats:
    """Present value of one unit a year for a while.

    Parameters
    ----------
    rate, duration : floats that broadcast; per year, years

    Returns
    -------
    floats
        ∫ exp(-rate·u) du from 0 to duration.
    """
    rate, duration = np.broadcast_arrays(rate, duration)
    safe = np.where(rate > 0, rate, 1.0)
    return np.where(rate > 0, -np.expm1(-safe * duration) / safe, duration)


def types_of(party: Party) -> tuple[str, ...]:
    return tuple(party.types) or (ONLY,)


def hazards(
    agreement: Agreement,
    hideable: tuple[str, ...],
    before: Floats,
    after: Floats,
    parent: Ints,
    value: Valuation,
    D: int,
) -> tuple[Floats, Floats]:
    """Integrate finding and incident rates on the way to each node; nothing is found before the first entry."""
    reported = np.where(parent >= 0, 1.0, 0.0)
    hazard = np.zeros((D, before.size, len(hideable)))
    alarms = value(agreement.incidents)[:, None] * (after - before) * reported
    for measure in agreement.measures.values():
        opens = years_between(agreement.start, measure.starts) if measure.starts else -np.inf
        closes = years_between(agreement.start, measure.until) if measure.until else np.inf
        overlap = np.maximum(0.0, np.minimum(after, closes) - np.maximum(before, opens)) * reported
        for j, name in enumerate(hideable):
            if name in measure.covers:
                hazard[:, :, j] += value(measure.finds)[:, None] * overlap
        alarms = alarms + (value(measure.false_alarms) * value(measure.breaks))[:, None] * overlap
    return hazard, alarms


@dataclass(frozen=True)
class Common:
    """What the parties' tables have in common."""

    D: int
    V: int
    years: Floats
    way: Floats
    claimed: Floats
    hazard: Floats
    restore: Floats
    T: float
    share: Floats
    stakes: tuple[str, ...]
    hideable: tuple[str, ...]
    steps: tuple[Step, ...]
    step: Ints


def party_tables(
    agreement: Agreement,
    i: int,
    name: str,
    concealable: tuple[int, ...],
    sets: Ints,
    c: Common,
    value: Valuation,
) -> tuple[list[PartyTables], dict[str, Floats]]:
    party = agreement.parties[name]
    types = types_of(party)
    K, G = len(types), len(c.hideable)
    declared = [party.types.get(t) for t in types]

    def by_type(pick: Callable[[Any], Number]) -> Floats:
        return np.stack([value(pick(t)) for t in declared], axis=1)

    zero = Number(likely=0.0)
    one = Number(likely=1.0)
    worth = np.stack(
        [
            by_type(lambda t, s=s: (t.worth.get(s) if t else None) or agreement.stakes[s].worth.get(name, zero))
            for s in c.stakes
        ],
        axis=2,
    )
    costs = np.stack(
        [
            by_type(lambda t, key=key: (getattr(t.costs, key) if t else None) or getattr(party.costs, key))
            for key in ("breakdown", "withdrawing", "found", "unratified")
        ],
        axis=2,
    )
    rate = by_type(lambda t: (t.discount if t else None) or party.discount)
    precision = by_type(lambda t: (t.precision if t else None) or party.precision)
    with np.errstate(divide="ignore"):
        log_prior = np.log(by_type(lambda t: t.chance if t else one))
        log_fresh = np.zeros((c.D, len(c.steps) + 1, K))
        for e, s in enumerate(c.steps):
            if s.kind == "turnover" and s.party == name:
                log_fresh[:, e] = np.log(np.stack([value(s.types.get(t, zero)) for t in types], axis=1))

    most = 1 << len(concealable)
    hidden = np.zeros((c.D, most, G))
    there = np.zeros((most, G))
    numbers = np.arange(most)
    for bit, e in enumerate(concealable):
        has = (numbers >> bit & 1).astype(float)
        for j, stake in enumerate(c.hideable):
            if stake in c.steps[e].conceals:
                hidden[:, :, j] += has * c.share[:, e, c.stakes.index(stake), None]
                there[:, j] = np.maximum(there[:, j], has)

    # Present values at a breakdown: everything in full until T, less what was given until it is restored.
    columns = [c.stakes.index(stake) for stake in c.hideable]
    left = np.minimum(c.restore[:, None, :], (c.T - c.years)[None, :, None])
    gone = annuity(rate[:, None, :, None], left[:, :, None, :])  # (D, V, K, S)
    rest = annuity(rate[:, None, :], (c.T - c.years)[None, :, None])  # (D, V, K)
    total = worth.sum(axis=2)
    claims = total[:, None, :] * rest - np.einsum("dks,dvks,dvs->dvk", worth, gone, c.claimed)
    after = worth[:, None, :, :][..., columns] * gone[..., columns]
    span = annuity(rate[:, None, :], c.way[None, :, None])
    flow = span * (total[:, None, :] - np.einsum("dks,dvs->dvk", worth, c.claimed))
    own_columns = np.array([agreement.stakes[s].holder == name for s in c.hideable], dtype=float)

    offset = np.concatenate([[0], np.cumsum(K * sets)])
    found_offset = np.concatenate([[0], np.cumsum(sets)])
    tables: list[PartyTables] = []
    for d in range(c.D):
        breakdown = np.empty(offset[-1])
        log_survive = np.empty(found_offset[-1])
        for v in range(c.V):
            n = int(sets[v])
            secret = (after[d, v] * own_columns) @ hidden[d, :n].T  # (K, n)
            block = claims[d, v][:, None] + secret - costs[d, :, 0][:, None]
            breakdown[offset[v] : offset[v + 1]] = block.ravel()
            log_survive[found_offset[v] : found_offset[v + 1]] = -(there[:n] @ (c.hazard[d, v] * own_columns))
        tables.append(
            PartyTables(
                sets=sets.copy(),
                offset=offset[:-1].copy(),
                found_offset=found_offset[:-1].copy(),
                log_survive=log_survive,
                survive=np.exp(log_survive),
                log_prior=log_prior[d].copy(),
                log_fresh=log_fresh[d][c.step],
                precision=precision[d].copy(),
                withdrawing=costs[d, :, 1].copy(),
                found=costs[d, :, 2].copy(),
                unratified=costs[d, :, 3].copy(),
                breakdown=breakdown,
                hidden_flow=np.ascontiguousarray((worth[d][:, columns] * own_columns) @ hidden[d].T),
                hidden_share=hidden[d].copy(),
                span=np.ascontiguousarray(span[d]),
                discount=np.exp(-rate[d][None, :] * c.way[:, None]),
                flow=np.ascontiguousarray(flow[d]),
                worth=np.ascontiguousarray(worth[d][:, columns]),
                after=np.ascontiguousarray(after[d]),
            )
        )
    return tables, {"worth": worth, "costs": costs, "rate": rate}
