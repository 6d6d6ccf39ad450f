"""The parts of a game that are arithmetic: finding rates, and each party's private states and payoffs, closed form.

The formulas are those of `model.md`, section 2. `D` draws, `E` steps (and the horizon, which is number E), `K`
types, `S` stakes, `G` concealable ones. Whatever does not depend on the branch of the public tree stands by step.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from servanda.agreement.format.agreement import Agreement, Party
from servanda.agreement.format.values import Number
from servanda.arrays import Floats, Ints
from servanda.game.accumulation import Valuation, annuity
from servanda.game.calendar import ONLY, Step


class PartyTables(NamedTuple):
    """One party's private states and payoffs, on the way to `Tables`; leading axis D.

    `sets` (E + 1,): how many sets of concealed steps there are when a step comes up. Blocks of `sets[e]` sets (in
    `log_survive`) and of `K` rows of them (in `breakdown`, `base`) follow each other by step.
    """

    sets: Ints
    log_survive: Floats
    log_prior: Floats
    log_fresh: Floats
    precision: Floats
    costs: Floats
    breakdown: Floats
    base: Floats
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

    `N` parties, `V` nodes, at most `K` types and `M` sets of concealed steps a party, `G` concealable stakes, `R`
    receivers. Private states are flat: the block of party p at node v begins at `offset[p, v]` and holds `kinds[p]`
    rows of `sets[p, v]` sets. What is the same in every branch is flat by step: the block of states that belongs to
    node v begins at `place[p, v]`, that of sets at `found_offset[p, v]`. Sets are numbered at each step; `number`
    (flat by set) has bit k where the party's k-th concealable step is concealed, `keep_to`, `hide_to` (flat by set) say
    which set of the next step follows if the party keeps or conceals (-1 where it cannot).

    A receiver is a party's type as somebody who loses by a stake's being kept in secret; types that value a holder's
    stakes alike are one. `ear` (N, N, K): number of the receiver, by holder, party and type, -1 for none. `giver` (R,):
    the holder.

    Everything from `log_survive` on has a leading axis of `D` draws, or none where it is one draw's.

    `kinds` (N,); `sets`, `offset`, `place`, `found_offset` (N, V); `quiet` (N, V): 1 where no report on the way to v
    can find anything in any draw; `joined` (N, V): 1 where on the way from v sets become one, or are numbered anew;
    `holder` (G,): party index. By step e (E + 1 of them): `log_survive`, `survive` flat by set: (log) chance that the
    report finds nothing. `log_prior` (N, K); `log_fresh` (N, E + 1, K): types of a new government. `precision` (N, K),
    per unit; `withdrawing`, `found`, `unratified` (N, K), units;
    `lapsing`: the cost of a lapse less that of a breakdown. `breakdown` flat by state: present value of a
    breakdown at e, lump cost included, others' claims taken as true. `base` flat by state: present value at the start
    of the way to e of what own stakes kept in secret pay on the way, and of `breakdown` at its end, less the cost of
    being found times its chance. `hidden_share` (G, M): share of a stake that its holder keeps in secret, by `number`.
    `discount` (N, E + 1, K): over the way to e. `flow` (N, E + 1, K): units on the way, at its start, claims taken as
    true. `kept_worth` (R, E + 1, G): units, at the start of the way to e, by a stake kept in secret on the way, and
    after it if the agreement breaks down at e; `after` (R, E + 1, G): units, at e, from a breakdown at e until it would
    have been restored anyway. `calm` (E + 1,): chance of no incident on the way to e; `fails`: chance that the
    ratification fails; `replaced`: chance that the turnover brings a new government. `habit` (rows, 4): logs of
    the weights of keep, conceal, withdraw and hold; no rows where all acts are alike.
    """

    kinds: Ints
    sets: Ints
    offset: Ints
    place: Ints
    found_offset: Ints
    quiet: Ints
    joined: Ints
    number: Ints
    keep_to: Ints
    hide_to: Ints
    holder: Ints
    ear: Ints
    giver: Ints
    log_survive: Floats
    survive: Floats
    log_prior: Floats
    log_fresh: Floats
    precision: Floats
    withdrawing: Floats
    found: Floats
    unratified: Floats
    lapsing: Floats
    breakdown: Floats
    base: Floats
    hidden_share: Floats
    discount: Floats
    flow: Floats
    kept_worth: Floats
    after: Floats
    calm: Floats
    fails: Floats
    replaced: Floats
    habit: Floats


COMMON = Tables._fields.index("log_survive")  # of the tables, as many are common to all draws


def types_of(party: Party) -> tuple[str, ...]:
    """The types of a party; one without a name where the file gives none."""
    return tuple(party.types) or (ONLY,)


@dataclass(frozen=True)
class Common:
    """What the parties' tables have in common; by step where not otherwise said."""

    D: int
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


COSTS = ("breakdown", "withdrawing", "found", "unratified", "delaying", "suspending", "lapse")


class Person(NamedTuple):
    """What a party is, by type, in every draw: `worth` (D, K, S), units per year; `costs` (D, K, 7) as in `COSTS`.

    `rate` (D, K), per year; `precision` (D, K), per unit; `log_prior` (D, K); `log_fresh`: the same of a new
    government, by step (D, K).
    """

    kinds: int
    worth: Floats
    costs: Floats
    rate: Floats
    precision: Floats
    log_prior: Floats
    log_fresh: dict[int, Floats]

    def cost(self, name: str) -> Floats:
        """One of the costs, (D, K)."""
        return self.costs[:, :, COSTS.index(name)]


def person_of(agreement: Agreement, name: str, c: Common, value: Valuation) -> Person:
    """Gather a party's own numbers, by type."""
    party = agreement.parties[name]
    types = types_of(party)
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
            for key in COSTS
        ],
        axis=2,
    )
    rate = by_type(lambda t: (t.discount if t else None) or party.discount)
    sharp = [
        party.sharpness if t is None or (t.precision is None and t.sharpness is None) else t.sharpness for t in declared
    ]
    precise = [party.precision if t is None else t.precision or party.precision for t in declared]
    precision = np.stack([value(own or other) for own, other in zip(sharp, precise, strict=True)], axis=1)
    for k, own in enumerate(sharp):
        if own is not None:  # per share of all that is at stake; made one per unit
            stake = np.abs(worth[:, k]).sum(axis=1) * annuity(rate[:, k], np.array(c.T))
            precision[:, k] = np.divide(precision[:, k], stake, out=np.zeros(c.D), where=stake > 0)
    return Person(
        kinds=len(types),
        worth=worth,
        costs=costs,
        rate=rate,
        precision=precision,
        log_prior=log_chances(by_type(lambda t: t.chance if t else one)),
        log_fresh={
            e: log_chances(np.stack([value(s.types.get(t, zero)) for t in types], axis=1))
            for e, s in enumerate(c.steps)
            if s.kind == "turnover" and s.party == name
        },
    )


def party_tables(
    agreement: Agreement,
    name: str,
    concealable: tuple[int, ...],
    sets: Ints,
    c: Common,
    value: Valuation,
) -> PartyTables:
    """Work out one party's states and payoffs."""
    person = person_of(agreement, name, c, value)
    worth, costs, rate, K, G = person.worth, person.costs, person.rate, person.kinds, len(c.hideable)
    log_fresh = np.zeros((c.D, len(c.steps) + 1, K))
    for e, logs in person.log_fresh.items():
        log_fresh[:, e] = logs

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
    gone = annuity(rate[:, None, :, None], left[:, :, None, :])  # (D, E + 1, K, S)
    rest = annuity(rate[:, None, :], (c.T - c.years)[None, :, None])  # (D, E + 1, K)
    total = worth.sum(axis=2)
    lost = np.zeros(rest.shape)
    for s in range(len(c.stakes)):  # term by term: numpy's own sum of three factors is slow where stakes are few
        lost += worth[:, None, :, s] * gone[..., s] * c.claimed[:, :, None, s]
    claims = total[:, None, :] * rest - lost
    after = worth[:, None, :, :][..., columns] * gone[..., columns]
    span = annuity(rate[:, None, :], c.way[None, :, None])
    discount = np.exp(-rate[:, None, :] * c.way[None, :, None])
    flow = span * (total[:, None, :] - np.einsum("dks,des->dek", worth, c.claimed))
    own_columns = np.array([agreement.stakes[s].holder == name for s in c.hideable], dtype=float)
    hidden_flow = (worth[:, :, columns] * own_columns) @ hidden.swapaxes(1, 2)

    breakdown: list[Floats] = []
    base: list[Floats] = []
    log_survive: list[Floats] = []
    for e, n in enumerate(int(n) for n in sets):
        secret = (after[:, e] * own_columns) @ hidden[:, :n].swapaxes(1, 2)  # (D, K, n)
        broken = claims[:, e, :, None] + secret - costs[:, :, 0, None]
        unfound = -((c.hazard[:, e] * own_columns) @ there[:n].T)  # (D, n)
        caught = costs[:, :, 2, None] * -np.expm1(unfound)[:, None, :]
        way = span[:, e, :, None] * hidden_flow[:, :, :n] + discount[:, e, :, None] * (broken - caught)
        breakdown.append(broken.reshape(c.D, -1))
        base.append(way.reshape(c.D, -1))
        log_survive.append(unfound)
    return PartyTables(
        sets=sets,
        log_survive=np.concatenate(log_survive, axis=1),
        log_prior=person.log_prior,
        log_fresh=log_fresh,
        precision=person.precision,
        costs=costs,
        breakdown=np.concatenate(breakdown, axis=1),
        base=np.concatenate(base, axis=1),
        hidden_share=hidden,
        span=span,
        discount=discount,
        flow=flow,
        worth=worth[:, :, columns],
        after=after,
        all_worth=worth,
        rate=rate,
    )


def log_chances(chances: Floats) -> Floats:
    """Logs of chances (D, K) that should add up to 1: drawn from ranges they need not, and are scaled."""
    total = chances.sum(axis=1, keepdims=True)
    off = np.abs(total - 1.0) > 1e-6  # a file's chances add up to 1 within rounding, and are left as they are
    with np.errstate(divide="ignore"):
        return np.log(np.where(off, chances / np.where(total > 0, total, 1.0), chances))


def starts(sets: list[Ints], kinds: Ints) -> Ints:
    """Where the blocks of each party (with so many rows) and step or node begin in one flat array, (N, E + 1)."""
    sizes = np.stack(sets) * kinds[:, None]
    return np.concatenate([[0], np.cumsum(sizes)[:-1]]).reshape(sizes.shape)


def gather(
    parties: list[PartyTables],
    concealable: tuple[tuple[int, ...], ...],
    holder: Ints,
    step: Ints,
    calm: Floats,
    fails: Floats,
    replaced: Floats,
) -> Tables:
    """Put the parties' tables together, padding with zeros where parties have fewer types or sets."""
    D, E = calm.shape
    K = max(p.log_prior.shape[1] for p in parties)
    M = max(p.hidden_share.shape[1] for p in parties)
    N, G = len(parties), holder.size

    def padded(arrays: list[Floats], *shape: int) -> Floats:
        """Stack (D, ...) arrays along a new party axis: (D, N, *shape)."""
        result = np.zeros((D, len(arrays), *shape))
        for i, array in enumerate(arrays):
            result[(slice(None), i, *(slice(0, size) for size in array.shape[1:]))] = array
        return result

    sets = [p.sets for p in parties]
    kinds = np.array([p.log_prior.shape[1] for p in parties], dtype=np.int64)
    one = np.ones(N, dtype=np.int64)
    log_survive = np.concatenate([p.log_survive for p in parties], axis=1)
    share = np.zeros((D, G, M))
    for g in range(G):
        mine = parties[int(holder[g])].hidden_share[:, :, g]
        share[:, g, : mine.shape[1]] = mine
    number: list[Ints] = [np.arange(n) for mine in sets for n in mine]
    keep_to: list[Ints] = [np.arange(n) if e + 1 < E else np.full(n, -1) for mine in sets for e, n in enumerate(mine)]
    hide_to: list[Ints] = [
        np.arange(n, 2 * n) if e in own else np.full(n, -1)
        for mine, own in zip(sets, concealable, strict=True)
        for e, n in enumerate(mine)
    ]
    finds = starts(sets, one)
    quiet = np.array(
        [[not np.any(log_survive[:, finds[p, e] : finds[p, e] + sets[p][e]]) for e in range(E)] for p in range(N)]
    )

    def later_of(i: int, t: int) -> Floats:
        return parties[i].after[:, :, t]

    def kept_of(i: int, t: int) -> Floats:
        way = parties[i].span[:, :, t, None] * parties[i].worth[:, None, t]
        return way + parties[i].discount[:, :, t, None] * later_of(i, t)

    ear, giver, kept_worth, after = receivers(
        [p.worth for p in parties], [p.rate for p in parties], kept_of, later_of, holder, E
    )
    tables = Tables(
        kinds=kinds,
        sets=np.stack(sets)[:, step],
        offset=starts([mine[step] for mine in sets], kinds),
        place=starts(sets, kinds)[:, step],
        found_offset=finds[:, step],
        quiet=quiet.astype(np.int64)[:, step],
        joined=np.zeros((N, step.size), dtype=np.int64),
        number=np.concatenate(number).astype(np.int64),
        keep_to=np.concatenate(keep_to).astype(np.int64),
        hide_to=np.concatenate(hide_to).astype(np.int64),
        holder=holder,
        ear=ear,
        giver=giver,
        log_survive=log_survive,
        survive=np.exp(log_survive),
        log_prior=padded([p.log_prior for p in parties], K),
        log_fresh=padded([p.log_fresh for p in parties], E, K),
        precision=padded([p.precision for p in parties], K),
        withdrawing=padded([p.costs[:, :, 1] for p in parties], K),
        found=padded([p.costs[:, :, 2] for p in parties], K),
        unratified=padded([p.costs[:, :, 3] for p in parties], K),
        lapsing=padded([p.costs[:, :, 6] - p.costs[:, :, 0] for p in parties], K),
        breakdown=np.concatenate([p.breakdown for p in parties], axis=1),
        base=np.concatenate([p.base for p in parties], axis=1),
        hidden_share=share,
        discount=padded([p.discount for p in parties], E, K),
        flow=padded([p.flow for p in parties], E, K),
        kept_worth=kept_worth,
        after=after,
        calm=calm,
        fails=fails,
        replaced=replaced,
        habit=np.zeros((D, 0, 4)),
    )
    return laid_out(tables)


def laid_out(tables: Tables) -> Tables:
    """The same with all arrays laid out row by row: loops are compiled once for all games, not once for each layout."""
    return Tables._make(np.ascontiguousarray(array) for array in tables)


def receivers(
    worths: list[Floats],
    rates: list[Floats],
    kept: Callable[[int, int], Floats],
    later: Callable[[int, int], Floats],
    holder: Ints,
    rows: int,
) -> tuple[Ints, Ints, Floats, Floats]:
    """Who loses by what others keep in secret: `ear`, `giver`, `kept_worth`, `after` of `Tables`.

    Parameters
    ----------
    worths, rates : list of (D, K, G) and (D, K) floats
        By party.
    kept, later : function of party and type to (D, rows, G) floats
        As in `Tables`, of all concealable stakes.
    """
    K = max(rate.shape[1] for rate in rates)
    ear = np.full((len(rates), len(rates), K), -1, dtype=np.int64)
    giver: list[int] = []
    all_kept: list[Floats] = []
    all_later: list[Floats] = []
    for q in range(len(rates)):
        mine = (holder == q).astype(float)
        known: dict[bytes, int] = {}
        for i, rate in enumerate(rates):
            for t in range(rate.shape[1]):
                worth = worths[i][:, t] * mine
                if i == q or not worth.any():
                    continue
                key = np.concatenate([worth, rate[:, t, None]], axis=1).tobytes()
                if key not in known:
                    known[key] = len(giver)
                    giver.append(q)
                    all_later.append(later(i, t) * mine)
                    all_kept.append(kept(i, t) * mine)
                ear[q, i, t] = known[key]
    shape = (rates[0].shape[0], 0, rows, holder.size)
    return (
        ear,
        np.array(giver, dtype=np.int64),
        np.stack(all_kept, axis=1) if all_kept else np.zeros(shape),
        np.stack(all_later, axis=1) if all_later else np.zeros(shape),
    )
