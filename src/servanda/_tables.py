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
    """One party's private states and payoffs, on the way to `Tables`; leading axis D.

    `offset`, `found_offset` (V + 1,): where node v's block of states (`K` rows of `sets[v]` sets) and of sets begins.
    """

    sets: Ints
    offset: Ints
    found_offset: Ints
    log_survive: Floats
    log_prior: Floats
    log_fresh: Floats
    precision: Floats
    costs: Floats
    breakdown: Floats
    hidden_flow: Floats
    hidden_share: Floats
    span: Floats
    discount: Floats
    flow: Floats
    worth: Floats
    after: Floats
    all_worth: Floats
    rate: Floats


class Tables(NamedTuple):
    """All parties' private states and payoffs, as the compiled loops want them: one array a thing.

    `N` parties, `V` nodes, at most `K` types and `M` sets of concealed steps a party, `G` concealable stakes. Private
    states are flat: the block of party p at node v begins at `offset[p, v]` and holds `kinds[p]` rows of `sets[p, v]`
    sets; bit k of a set is the party's k-th concealable step. Everything from `log_survive` on has a leading axis of
    `D` draws, or none where it is one draw's.

    `kinds` (N,); `sets`, `offset`, `found_offset` (N, V); `holder` (G,): party index. `log_survive`, `survive` flat
    by set: (log) chance that the report at v finds nothing. `log_prior` (N, K); `log_fresh` (N, V, K): types of a new
    government. `precision` (N, K), per unit; `withdrawing`, `found`, `unratified` (N, K), units. `breakdown` flat by
    state: present value at v of a breakdown at v, lump cost included, others' claims taken as true. `hidden_flow`
    (N, K, M): units per year from own stakes kept in secret. `hidden_share` (G, M): share of a stake that its holder
    keeps in secret. `span` (N, V, K): years on the way to v, discounted to its start; `discount` (N, V, K): over the
    same way. `flow` (N, V, K): units on the way to v, at its start, claims taken as true. `worth` (N, K, G): units per
    year; `after` (N, V, K, G): units that a concealed stake still pays from a breakdown at v until it would have been
    restored anyway. `calm` (V,): chance of no incident on the way to v; `fails` (V,): chance that the ratification at v
    fails; `replaced` (V,): chance that the turnover at v brings a new government.
    """

    kinds: Ints
    sets: Ints
    offset: Ints
    found_offset: Ints
    holder: Ints
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
    calm: Floats
    fails: Floats
    replaced: Floats


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


def shares(
    steps: tuple[Step, ...], stakes: tuple[str, ...], value: Callable[[Number], Floats], D: int
) -> tuple[Floats, Floats]:
    """Share of each stake given at each of `E` entries (D, E, S); by claim before each and at the end (D, E + 1, S)."""
    share = np.zeros((D, len(steps), len(stakes)))
    claimed = np.zeros((D, len(steps) + 1, len(stakes)))
    for e, s in enumerate(steps):
        for name, number in s.gives.items():
            j = stakes.index(name)
            share[:, e, j] = 1.0 - claimed[:, e, j] if name in s.rest else value(number)
        claimed[:, e + 1] = claimed[:, e] + share[:, e]
    return share, claimed


def hazards(
    agreement: Agreement,
    hideable: tuple[str, ...],
    before: Floats,
    after: Floats,
    parent: Ints,
    value: Valuation,
    D: int,
) -> tuple[Floats, Floats]:
    """Integrate finding and incident rates from `before` to `after`; nothing is found before the first entry."""
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
    name: str,
    concealable: tuple[int, ...],
    sets: Ints,
    c: Common,
    value: Valuation,
) -> PartyTables:
    """Work out one party's states and payoffs."""
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
    breakdown = np.empty((c.D, offset[-1]))
    log_survive = np.empty((c.D, found_offset[-1]))
    for v in range(c.V):
        n = int(sets[v])
        secret = (after[:, v] * own_columns) @ hidden[:, :n].swapaxes(1, 2)  # (D, K, n)
        block = claims[:, v, :, None] + secret - costs[:, :, 0, None]
        breakdown[:, offset[v] : offset[v + 1]] = block.reshape(c.D, -1)
        log_survive[:, found_offset[v] : found_offset[v + 1]] = -((c.hazard[:, v] * own_columns) @ there[:n].T)
    return PartyTables(
        sets=sets,
        offset=offset,
        found_offset=found_offset,
        log_survive=log_survive,
        log_prior=log_prior,
        log_fresh=log_fresh[:, c.step],
        precision=precision,
        costs=costs,
        breakdown=breakdown,
        hidden_flow=(worth[:, :, columns] * own_columns) @ hidden.swapaxes(1, 2),
        hidden_share=hidden,
        span=span,
        discount=np.exp(-rate[:, None, :] * c.way[None, :, None]),
        flow=flow,
        worth=worth[:, :, columns],
        after=after,
        all_worth=worth,
        rate=rate,
    )


def gather(parties: list[PartyTables], holder: Ints, calm: Floats, fails: Floats, replaced: Floats) -> Tables:
    """Put the parties' tables together, padding with zeros where parties have fewer types or sets."""
    D, V = calm.shape
    K = max(p.log_prior.shape[1] for p in parties)
    M = max(p.hidden_share.shape[1] for p in parties)
    G = holder.size

    def padded(arrays: list[Floats], *shape: int) -> Floats:
        """Stack (D, ...) arrays along a new party axis: (D, N, *shape)."""
        result = np.zeros((D, len(arrays), *shape))
        for i, array in enumerate(arrays):
            result[(slice(None), i, *(slice(0, size) for size in array.shape[1:]))] = array
        return result

    states = np.cumsum([0, *(p.offset[-1] for p in parties)])
    finds = np.cumsum([0, *(p.found_offset[-1] for p in parties)])
    log_survive = np.concatenate([p.log_survive for p in parties], axis=1)
    share = np.zeros((D, G, M))
    for g in range(G):
        mine = parties[int(holder[g])].hidden_share[:, :, g]
        share[:, g, : mine.shape[1]] = mine
    return Tables(
        kinds=np.array([p.log_prior.shape[1] for p in parties], dtype=np.int64),
        sets=np.stack([p.sets for p in parties]).astype(np.int64),
        offset=np.stack([p.offset[:-1] + start for p, start in zip(parties, states[:-1], strict=True)]).astype(
            np.int64
        ),
        found_offset=np.stack(
            [p.found_offset[:-1] + start for p, start in zip(parties, finds[:-1], strict=True)]
        ).astype(np.int64),
        holder=holder,
        log_survive=log_survive,
        survive=np.exp(log_survive),
        log_prior=padded([p.log_prior for p in parties], K),
        log_fresh=padded([p.log_fresh for p in parties], V, K),
        precision=padded([p.precision for p in parties], K),
        withdrawing=padded([p.costs[:, :, 1] for p in parties], K),
        found=padded([p.costs[:, :, 2] for p in parties], K),
        unratified=padded([p.costs[:, :, 3] for p in parties], K),
        breakdown=np.concatenate([p.breakdown for p in parties], axis=1),
        hidden_flow=padded([p.hidden_flow for p in parties], K, M),
        hidden_share=share,
        span=padded([p.span for p in parties], V, K),
        discount=padded([p.discount for p in parties], V, K),
        flow=padded([p.flow for p in parties], V, K),
        worth=padded([p.worth for p in parties], K, G),
        after=padded([p.after for p in parties], V, K, G),
        calm=calm,
        fails=fails,
        replaced=replaced,
    )
