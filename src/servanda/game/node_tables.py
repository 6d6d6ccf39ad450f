"""The tables of a game whose steps can be late: by node of the public tree, where `payoff_tables.py` has them by step.

The formulas are those of `model.md`, part 2. `D` draws, `V` nodes, `N` parties, `K` types, `S` stakes, `G` concealable
ones, `P` entries that can wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats, Ints
from servanda.game.accumulation import Valuation, annuity
from servanda.game.habit_weights import log_weights
from servanda.game.kinds import EXCHANGE, RATIFICATION, SEAT, TURNOVER
from servanda.game.payoff_tables import Common, Person, Tables, laid_out, person_of, receivers
from servanda.game.tree_shape import Telling, movers_of, plan_entries


class Group(NamedTuple):
    """Nodes at which a party has the same sets: the entries it claims to have done, and which of them are done."""

    nodes: Ints
    claims: tuple[int, ...]
    active: tuple[bool, ...]


@dataclass(frozen=True)
class Public:
    """What is public at each node, on the way to it and before its act.

    `did` (V, P): which entries are done. `taken` (V, N, P): which of these each party has taken back, and `since`
    (V, N): when. `behind`, `took`, `found`, `exposed` (V, N): who is behind on the way; who took back, or was found, at
    its start; who is exposed. `struck` (V, P). `claims`: by node and party, the concealable entries done since it last
    came clean. `branches`: turnovers that brought a new government. `lateness` (V,): years, of the latest entry so far.
    `stalls` (V,): whether somebody is behind. `did_rows` (Q, P), `did_at` (V,): `did` without repetitions. `groups`: by
    party, nodes at which it has the same sets.
    """

    did: Floats
    struck: Floats
    taken: Floats
    since: Floats
    behind: Floats
    took: Floats
    found: Floats
    exposed: Floats
    claims: list[tuple[tuple[int, ...], ...]]
    branches: tuple[tuple[str, ...], ...]
    lateness: Floats
    stalls: NDArray[np.bool_]
    did_rows: Floats
    did_at: Ints
    groups: tuple[list[Group], ...]


def bits(numbers: list[int], count: int) -> Floats:
    """Bits of some numbers, lowest first, (len, count)."""
    width = max(1, -(-count // 8))
    raw = np.frombuffer(b"".join(n.to_bytes(width, "little") for n in numbers), dtype=np.uint8)
    return np.unpackbits(raw.reshape(-1, width), axis=1, bitorder="little")[:, :count].astype(np.float64)


def read_public(told: Telling, N: int, P: int) -> Public:
    """The public record of a telling, as arrays."""
    V = len(told.way)
    taken, since = np.zeros((V, N, P)), np.zeros((V, N))
    behind = np.zeros((V, N))
    for q in range(N):
        mine = [way.taken[q] for way in told.way]
        nodes = [v for v, t in enumerate(mine) if t is not None]
        if nodes:
            taken[nodes, q] = bits([t.entries for t in mine if t is not None], P)
            since[nodes, q] = [t.since for t in mine if t is not None]
    for v, way in enumerate(told.way):
        if way.stall is not None and way.stall.kind != "vote":
            behind[v, list(way.stall.behind)] = 1.0
    did, claims = bits([way.did for way in told.way], P), [way.claims for way in told.way]
    rows: dict[int, int] = {}
    did_at = np.array([rows.setdefault(way.did, len(rows)) for way in told.way], dtype=np.int64)
    return Public(
        did=did,
        struck=bits([way.struck for way in told.way], P),
        taken=taken,
        since=since,
        behind=behind,
        took=bits([way.took for way in told.way], N),
        found=bits([way.found for way in told.way], N),
        exposed=bits([way.exposed for way in told.way], N),
        claims=claims,
        branches=tuple(way.branch for way in told.way),
        lateness=np.array([way.lateness for way in told.way]),
        stalls=np.array([way.stall is not None for way in told.way]),
        did_rows=bits(list(rows), P),
        did_at=did_at,
        groups=tuple(_groups(claims, did, p) for p in range(N)),
    )


def node_tables(
    agreement: Agreement, told: Telling, public: Public, concealable: tuple[tuple[int, ...], ...], c: Common,
    hazard: Floats, alarms: Floats, value: Valuation,
) -> tuple[Tables, list[Person]]:  # fmt: skip
    """Work out the tables.

    Parameters
    ----------
    concealable : tuple
        By party, the steps (index) that it may conceal.
    c : Common
        What the parties' tables have in common; its `years` and `way` by node, its `share` by step.
    hazard : (D, V, G) floats
        Integrated finding rate on the way to a node, had the stake been concealed.
    alarms : (D, V) floats
        Integrated rate of incidents.
    value : function from a Number to (D,) floats

    Returns
    -------
    Tables
    list of Person
        Each party's own numbers.
    """
    D, V, N = c.D, len(told.kind), len(agreement.parties)
    plan = plan_entries(c.steps)
    own = [person_of(agreement, name, c, value) for name in agreement.parties]
    share = c.share[:, plan]  # (D, P, S)
    names = tuple(agreement.parties)
    stake_holder = np.array([names.index(agreement.stakes[s].holder) for s in c.stakes])
    can = np.array([agreement.stakes[s].suspendable for s in c.stakes])
    holder = np.array([names.index(agreement.stakes[s].holder) for s in c.hideable], dtype=np.int64)
    columns = [c.stakes.index(s) for s in c.hideable]

    kind = np.array(told.kind, dtype=np.int64)
    actor = np.array(told.actor, dtype=np.int64)
    conceals = np.array(told.conceals, dtype=np.int64)
    K = max(p.kinds for p in own)
    kinds = np.array([p.kinds for p in own], dtype=np.int64)
    groups = public.groups
    sets = np.ones((N, V), dtype=np.int64)
    for p in range(N):
        for nodes, claims, _ in groups[p]:
            sets[p, nodes] = 1 << len(claims)
    offset, found_offset = np.zeros_like(sets), np.zeros_like(sets)
    at_state, at_set = 0, 0
    for p in range(N):
        for nodes, own_claims, _ in groups[p]:  # nodes of a group stand together
            n = 1 << len(own_claims)
            offset[p, nodes] = at_state + np.arange(nodes.size) * (kinds[p] * n)
            found_offset[p, nodes] = at_set + np.arange(nodes.size) * n
            at_state += nodes.size * int(kinds[p]) * n
            at_set += nodes.size * n
    states, flat = int((sets * kinds[:, None]).sum()), int(sets.sum())
    number = np.zeros(flat, dtype=np.int64)
    keep_to = np.zeros(flat, dtype=np.int64)
    hide_to = np.full(flat, -1, dtype=np.int64)
    quiet = np.ones((N, V), dtype=np.int64)
    joined = np.zeros((N, V), dtype=np.int64)
    log_survive = np.zeros((D, flat))
    breakdown, base = np.zeros((D, states)), np.zeros((D, states))
    discount, flow = np.zeros((D, N, V, K)), np.zeros((D, N, V, K))
    spans: list[Floats] = []
    backs: list[Floats] = []
    most = max(1 << len(mine) for mine in concealable)
    hidden_share = np.zeros((D, holder.size, most))
    first = np.array(told.child)[:, 0]

    times, at = np.unique(c.years, return_inverse=True)  # dates; all annuities to the horizon depend on these
    left = np.minimum(c.restore[:, None, :], (c.T - times)[None, :, None])  # (D, U, S)
    given = np.matmul(public.did_rows, share)  # (D, Q, S)
    taken = _taken(public, c, share, stake_holder, can)
    for p, person in enumerate(own):
        rate, worth, k = person.rate, person.worth, person.kinds  # (D, k), (D, k, S)
        back = worth[:, None] * annuity(rate[:, None, :, None], left[:, :, None, :])  # (D, U, k, S)
        rest = annuity(rate[:, None, :], (c.T - times)[None, :, None])  # (D, U, k)
        span = annuity(rate[:, None, :], c.way[None, :, None])  # (D, V, k)
        disc = np.exp(-rate[:, None, :] * c.way[None, :, None])
        total = worth.sum(axis=2)
        claims = (total[:, None, :] * rest)[:, at]
        for d in range(D):
            for t in range(k):
                claims[d, :, t] -= np.einsum("vs,vs->v", back[d, :, t][at], given[d][public.did_at])
        owed = np.matmul(given, worth.swapaxes(1, 2))  # (D, Q, k)
        running = span * (total[:, None, :] - owed[:, public.did_at])
        if taken is not None:
            nodes = taken.nodes
            for s in np.flatnonzero(can):
                amount = worth[:, None, :, s] * taken.share[:, :, None, s]
                soon = annuity(rate[:, None, :], taken.on_way[:, :, None, s])
                running[:, nodes] += amount * (span[:, nodes] - soon)
                later = annuity(rate[:, None, :], taken.later[:, :, None, s])
                claims[:, nodes] += taken.share[:, :, None, s] * back[..., s][:, at[nodes]] - amount * later
        running -= person.cost("delaying")[:, None, :] * span * public.behind[None, :, p, None]
        running -= person.cost("suspending")[:, None, :] * public.took[None, :, p, None]
        running -= person.cost("found")[:, None, :] * public.found[None, :, p, None]
        discount[:, p, :, :k], flow[:, p, :, :k] = disc, running
        spans.append(span)
        backs.append(back[..., columns])

        bit = {e: b for b, e in enumerate(concealable[p])}
        there = np.zeros((most, holder.size))
        hidden = np.zeros((D, most, holder.size))
        for e, b in bit.items():
            part = next(m for m in movers_of(c.steps[e]) if m.party == names[p])
            has = (np.arange(most) >> b & 1).astype(float)
            for g, stake in enumerate(c.hideable):
                if stake in part.conceals:
                    hidden[:, :, g] += has * c.share[:, e, columns[g], None]
                    there[:, g] = np.maximum(there[:, g], has)
        for g in np.flatnonzero(holder == p):
            hidden_share[:, g] = hidden[:, :, g]
        for nodes, own_claims, active in groups[p]:
            n = 1 << len(own_claims)
            numbers = np.zeros(n, dtype=np.int64)
            for b, i in enumerate(own_claims):
                if active[b]:
                    numbers |= (np.arange(n) >> b & 1) << bit[plan[i]]
            which = found_offset[p, nodes][:, None] + np.arange(n)
            begin, shape = int(offset[p, nodes[0]]), (D, nodes.size, k, n)
            place = slice(begin, begin + nodes.size * k * n)
            broken, way = breakdown[:, place].reshape(shape), base[:, place].reshape(shape)
            broken[...] = (claims[:, nodes] - person.cost("breakdown")[:, None])[..., None]
            if n > 1:
                number[which] = numbers
                begin = int(found_offset[p, nodes[0]])
                unfound = log_survive[:, begin : begin + nodes.size * n].reshape(D, nodes.size, n)
                dates, on = np.unique(at[nodes], return_inverse=True)
                secret = np.zeros((D, dates.size, k, n))
                kept = np.zeros((D, k, n))
                watch = hazard[:, nodes] * (1.0 - public.exposed[nodes, p])[:, None]
                for g in np.flatnonzero(holder == p):
                    share_g = hidden[:, numbers, g]
                    secret += backs[p][..., g][:, dates, :, None] * share_g[:, None, None]
                    kept += worth[:, :, columns[g], None] * share_g[:, None]
                    found_there = np.flatnonzero(there[numbers, g])
                    if found_there.size:
                        unfound[:, :, found_there] -= watch[:, :, g, None] * there[numbers[found_there], g]
                broken += secret[:, on]
                quiet[p, nodes] = ~unfound.any(axis=(0, 2))
                np.multiply(person.cost("found")[:, None, :, None], np.expm1(unfound)[:, :, None], out=way)
                way += broken
                way *= disc[:, nodes][..., None]
                way += span[:, nodes][..., None] * kept[:, None]
            else:
                np.multiply(disc[:, nodes][..., None], broken, out=way)
            keep_to[which] = np.arange(n)
            hides = np.flatnonzero((conceals[nodes] == 1) & (actor[nodes] == p))
            hide_to[which[hides]] = n + np.arange(n)
            ends = first[nodes] < 0
            clears = np.zeros(nodes.size, dtype=bool)
            inner = np.flatnonzero(~ends & (n > 1))
            clears[inner] = sets[p, first[nodes[inner]]] == 1
            keep_to[which[clears]] = 0
            joined[p, nodes[clears]] = 1
            keep_to[which[ends & ~np.isin(kind[nodes], (EXCHANGE, SEAT))]] = -1

    def later_of(i: int, t: int) -> Floats:
        return backs[i][:, :, t][:, at]

    def kept_of(i: int, t: int) -> Floats:
        way = spans[i][:, :, t, None] * own[i].worth[:, None, t][..., columns]
        return way + discount[:, i, :, t, None] * later_of(i, t)

    ear, giver, kept_worth, after = receivers(
        [p.worth[:, :, columns] for p in own], [p.rate for p in own], kept_of, later_of, holder, V
    )
    chance = np.zeros((D, V))
    step_of = np.array(told.entry)
    drawn = {e: value(step.chance) for e, step in enumerate(c.steps) if step.chance is not None}
    for e, given_chance in drawn.items():
        chance[:, step_of == e] = given_chance[:, None]

    def padded(pick: str) -> Floats:
        result = np.zeros((D, N, K))
        for p, person in enumerate(own):
            result[:, p, : person.kinds] = person.cost(pick)
        return result

    precision, prior, fresh = np.zeros((D, N, K)), np.zeros((D, N, K)), np.zeros((D, N, V, K))
    for p, person in enumerate(own):
        precision[:, p, : person.kinds] = person.precision
        prior[:, p, : person.kinds] = person.log_prior
        for e, logs in person.log_fresh.items():
            fresh[:, p, (step_of == e) & (kind == TURNOVER), : person.kinds] = logs[:, None]
    tables = Tables(
        kinds=kinds,
        sets=sets,
        offset=offset,
        place=offset,
        found_offset=found_offset,
        quiet=quiet,
        joined=joined,
        number=number,
        keep_to=keep_to,
        hide_to=hide_to,
        holder=holder,
        ear=ear,
        giver=giver,
        log_survive=log_survive,
        survive=np.exp(log_survive),
        log_prior=prior,
        log_fresh=fresh,
        precision=precision,
        withdrawing=padded("withdrawing"),
        found=padded("found"),
        unratified=padded("unratified"),
        lapsing=padded("lapse") - padded("breakdown"),
        breakdown=breakdown,
        base=base,
        hidden_share=hidden_share,
        discount=discount,
        flow=flow,
        kept_worth=kept_worth,
        after=after,
        calm=np.exp(-alarms),
        fails=np.where(kind == RATIFICATION, 1.0 - chance, 0.0),
        replaced=np.where(kind == TURNOVER, chance, 0.0),
        habit=log_weights(agreement, told, value, D),
    )
    return laid_out(tables), own


class _Taken(NamedTuple):
    """Nodes on the way to which something is taken back: how much of each stake, and how long until it is back.

    `nodes` (m,); `share`, `on_way`, `later` (D, m, S): shares; years on the way, and after the node if all ends there.
    """

    nodes: Ints
    share: Floats
    on_way: Floats
    later: Floats


def _taken(public: Public, c: Common, share: Floats, stake_holder: Ints, can: NDArray[np.bool_]) -> _Taken | None:
    nodes = np.flatnonzero(public.taken.any(axis=(1, 2)))
    if not nodes.size:
        return None
    taken = np.zeros((c.D, nodes.size, len(c.stakes)))
    for q in range(public.taken.shape[1]):
        mine = np.flatnonzero((stake_holder == q) & can)
        taken[:, :, mine] = np.matmul(public.taken[nodes, q], share[:, :, mine])
    until = public.since[nodes][:, stake_holder][None] + c.restore[:, None, :]  # when it is there again
    ends, way = c.years[nodes][None, :, None], c.way[nodes][None, :, None]
    return _Taken(
        nodes,
        taken,
        np.minimum(way, np.maximum(0.0, until - (ends - way))),
        np.minimum(c.T - ends, np.maximum(0.0, until - ends)),
    )


def _groups(claims: list[tuple[tuple[int, ...], ...]], did: Floats, p: int) -> list[Group]:
    by: dict[tuple[tuple[int, ...], tuple[bool, ...]], list[int]] = {}
    for v, everyone in enumerate(claims):
        mine = everyone[p]
        active = tuple(bool(did[v, i]) for i in mine) if mine else ()
        by.setdefault((mine, active), []).append(v)
    return [Group(np.array(nodes, dtype=np.int64), mine, active) for (mine, active), nodes in by.items()]
