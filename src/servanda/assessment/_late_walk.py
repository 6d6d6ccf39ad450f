"""What happens in the equilibrium of a plan in which steps can be late, worked out on whole arrays of nodes.

Definitions: `model.md`, part 2. `V` nodes, `N` parties, `K` types of a party, `M` dates of a timeline.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np

from servanda.agreement.dates import last_day, later
from servanda.arrays import Floats, Ints, freeze
from servanda.assessment.lateness import STATES, PartyTime, Timeline
from servanda.assessment.outcomes import (
    EntryResult,
    LateEntry,
    MoverAct,
    Standing,
    TypeAct,
    Walk,
    alike,
)
from servanda.game.kinds import CHOICES, FOUND, SEAT
from servanda.game.kinds import HORIZON as AT_THE_END
from servanda.game.tree_shape import SAME
from servanda.solver.equilibrium import Equilibrium
from servanda.solver.late_paths import Paths

KEEP, CONCEAL, LEAVE, HOLD = range(4)  # acts, as in the arrays of an equilibrium

DATES = 60  # that a timeline has besides those of the calendar, if more are possible


@dataclass(frozen=True)
class Acts:
    """What a party does at its own decisions, by node; zero elsewhere.

    `chance` (4, V, K): chance of its being of a type and doing each act, given that the node is reached. `habit`
    (4, V): what of the chance of each act, types taken together, is no more than habit. `margin` (V, K): what keeping
    is worth beyond the best other act, times the chance of the type; `mass` (V, K): that chance, where there is another
    act.
    """

    chance: Floats
    habit: Floats
    margin: Floats
    mass: Floats

    @cached_property
    def total(self) -> Floats:
        """Chance of each act, types taken together, (4, V)."""
        return self.chance.sum(axis=2)


class LateWalk(Walk):
    """Chances of arriving, of ending and of being late, node by node."""

    def __init__(self, equilibrium: Equilibrium, paths: Paths | None = None) -> None:
        super().__init__(equilibrium)
        self.paths = paths or Paths(self.game)
        self.late = self.paths.late
        self.stays = self.paths.stays(equilibrium.leaves[None], equilibrium.holds[None])[0]
        self.horizon = np.flatnonzero(self.game.tree.kind == AT_THE_END)

    @cached_property
    def types(self) -> list[Floats]:
        """What the others believe about each party's type, given in force at a node, (V, K) each."""
        result: list[Floats] = []
        for p, kinds in enumerate(self.game.types):
            found = np.zeros((self.reach.size, len(kinds)))
            for nodes, states in alike(self.game, p):
                found[nodes] = np.exp(self.eq.belief[states]).sum(axis=2)
            result.append(found)
        return result

    @cached_property
    def acts(self) -> list[Acts]:
        """What each party does at its own decisions."""
        tree, V = self.game.tree, self.reach.size
        weights = np.exp(self.game.tables.habit[self.eq.draw])  # (V, 4)
        usual = (weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-300)).T
        result: list[Acts] = []
        for p, kinds in enumerate(self.game.types):
            own = np.isin(tree.kind, CHOICES) & (tree.actor == p)
            chance, habit = np.zeros((4, V, len(kinds))), np.zeros((4, V))
            margin, mass = np.zeros((V, len(kinds))), np.zeros((V, len(kinds)))
            for everywhere, places in alike(self.game, p):
                pick = own[everywhere]
                nodes, states = everywhere[pick], places[pick]
                if not nodes.size:
                    continue
                belief, log, gain = np.exp(self.eq.belief[states]), self.eq.choice[:, states], self.eq.gain[:, states]
                act = np.exp(log)
                chance[:, nodes] = (act * belief).sum(axis=3)
                habit[:, nodes] = (np.minimum(act, usual[:, nodes, None, None]) * belief).sum(axis=(2, 3))
                best = np.where(log[1:] > -np.inf, gain[1:], -np.inf).max(axis=0)
                there = np.isfinite(best)
                margin[nodes] = (np.where(there, gain[KEEP] - np.where(there, best, 0.0), 0.0) * belief).sum(axis=2)
                mass[nodes] = (belief * there).sum(axis=2)
            result.append(Acts(chance, habit, margin, mass))
        return result

    # ------------------------------------------------------------------------------------------------ entries

    def weights(self, e: int) -> dict[int, float]:
        """The nodes at which an entry falls due, with the chance of each given that it does."""
        nodes, weight = self._due(e)
        return dict(zip(nodes.tolist(), weight.tolist(), strict=True))

    def _due(self, e: int) -> tuple[Ints, Floats]:
        nodes = np.flatnonzero(self.game.node_step == e)
        total = float(self.reach[nodes].sum())
        return nodes, (self.reach[nodes] / total if total > 0 else np.full(nodes.size, 1.0 / max(1, nodes.size)))

    def beliefs(self, e: int) -> dict[str, dict[str, float]]:
        """What the others believe about each party's type at an entry (or the horizon), given that it falls due."""
        nodes, weight = self._due(e)
        found: dict[str, dict[str, float]] = {}
        for p, name in enumerate(self.game.parties):
            each = weight @ self.types[p][nodes] if nodes.size else self.game.prior(p, self.eq.draw)
            found[name] = dict(zip(self.game.types[p], each.tolist(), strict=True))
        return found

    def completed(self) -> float:
        """Chance that every transfer is carried out, or appears to be, at some time, whatever comes after."""
        return float(self.reach @ (self.stays * self.paths.completes)) if self.paths.has_transfers else 1.0

    def entry(self, e: int) -> EntryResult:
        """What happens at an entry."""
        game, step = self.game, self.game.steps[e]
        nodes, weight = self._due(e)
        p, beliefs = game.parties.index(step.party), self.beliefs(e)
        acts, by_type = np.array([float(nodes.size > 0), 0.0, 0.0, 0.0]), dict[str, TypeAct | None]()
        movers: dict[str, MoverAct] = {}
        if step.kind == "exchange":
            each: list[Floats] = []
            for i, mover in enumerate(step.movers):
                q = game.parties.index(mover.party)
                own, kinds = self._act(q, nodes + i, weight)
                movers[mover.party] = MoverAct(float(own[0]), float(own[1]), float(own[2]), float(own[3]), kinds)
                each.append(self.acts[q].total[:, nodes + i])
            together = np.array(each)  # (movers, 4, nodes)
            truly, perform = together[:, KEEP].prod(axis=0), (together[:, KEEP] + together[:, CONCEAL]).prod(axis=0)
            in_force = (1.0 - together[:, LEAVE]).prod(axis=0)
            acts = np.array([truly, perform - truly, 1.0 - in_force, np.maximum(0.0, in_force - perform)]) @ weight
            by_type = movers[step.party].by_type
        elif nodes.size and int(game.tree.kind[nodes[0]]) in CHOICES:
            acts, by_type = self._act(p, nodes, weight)
        elif step.kind == "ratification":
            acts[[KEEP, HOLD]] = weight @ self.stays[nodes], weight @ self.eq.holds[nodes]
        here = np.flatnonzero((self.paths.home == e) & ~np.isin(game.tree.kind, (FOUND, SEAT)))
        return EntryResult(
            id=step.id,
            title=step.title,
            kind=step.kind,
            by=step.party,
            date=step.date,
            reached=float(self.reach[nodes].sum()),
            keep=float(acts[KEEP]),
            conceal=float(acts[CONCEAL]),
            withdraw=float(acts[LEAVE]),
            by_type=by_type,
            belief=beliefs[step.party],
            beliefs=beliefs,
            concealing=float(max(0.0, 1.0 - weight @ self.truthful[p, nodes])) if nodes.size else 0.0,
            lost=self.lost(here.tolist()),
            hold=float(acts[HOLD]),
            late=self._late_entry(e, movers),
        )

    def _act(self, p: int, nodes: Ints, weight: Floats) -> tuple[Floats, dict[str, TypeAct | None]]:
        """What a party does at some nodes, in all (4,), and by type."""
        own = self.acts[p]
        chance = np.einsum("ank,n->ak", own.chance[:, nodes], weight)
        margin, room = weight @ own.margin[nodes], weight @ own.mass[nodes]
        by_type: dict[str, TypeAct | None] = {}
        for k, name in enumerate(self.game.types[p]):
            mass = float(chance[:, k].sum())
            if mass <= 0:
                by_type[name] = None
                continue
            keep, conceal, leave, hold = (chance[:, k] / mass).tolist()
            apart = float(margin[k] / room[k]) if room[k] > 0 else float("nan")
            by_type[name] = TypeAct(keep, conceal, leave, apart, hold)
        return chance.sum(axis=1), by_type

    def done(self, e: int) -> tuple[float, float]:
        """Chances that an entry is done on time, and late."""
        on_time, late = self._done[:, e].tolist()
        return on_time, late

    @cached_property
    def _done(self) -> Floats:
        """Chances that each step is done on time, and late, (2, E)."""
        result = np.zeros((2, len(self.game.steps)))
        nodes = np.flatnonzero(self.late.does >= 0)
        late = (self.paths.tardy[nodes] > SAME).astype(np.int64)
        np.add.at(result, (late, self.late.does[nodes]), self.performs[nodes])
        return result

    @cached_property
    def performs(self) -> Floats:
        """Chance of going on from each node to its first child, (V,)."""
        return self.reach * self.stays

    @cached_property
    def _struck(self) -> Floats:
        """Chance that each entry that can wait is struck."""
        late = self.late
        nodes, entries = np.nonzero(late.struck[1:] & ~late.struck[self.paths.parent[1:]])
        return np.asarray(np.bincount(entries, self.ways[nodes + 1], len(late.entries)), dtype=np.float64)

    @cached_property
    def steps_done(self) -> float:
        """Expected number of entries that are done."""
        return float(self._done.sum())

    def _late_entry(self, e: int, movers: dict[str, MoverAct]) -> LateEntry:
        on_time, late = self.done(e)
        nodes = np.flatnonzero((self.late.does == e) & (self.paths.tardy > SAME))
        struck = float(self._struck[self.late.entries.index(e)]) if e in self.late.entries else 0.0
        return LateEntry(on_time, late, spread(self.paths.tardy[nodes], self.performs[nodes]), struck, movers)

    def _hiding(self, e: int) -> dict[str, float]:
        nodes = np.flatnonzero(self.game.node_step == e)
        arrive = self.arrive[nodes]
        total = max(float(arrive.sum()), 1e-300)
        clean = (self.truthful[:, nodes] * self.eq.survive[:, nodes]) @ arrive / total
        return {
            name: max(0.0, 1.0 - float(clean[p])) if arrive.any() else 0.0 for p, name in enumerate(self.game.parties)
        }

    # ------------------------------------------------------------------------------------------------ time

    @cached_property
    def expected_years(self) -> float:
        """Expected time in force until the horizon, years."""
        return float(self.ways @ (self.paths.to - self.paths.since))

    @cached_property
    def ways(self) -> Floats:
        """Chance of being on the way to each node, (V,); the ways to what one report leads to are counted once."""
        return self.arrive * self.paths.is_way

    def parties(self) -> dict[str, PartyTime]:
        """Shares of the time in force in which each party is behind, has taken back, is found out."""
        time = self.ways * (self.paths.to - self.paths.since)
        total = max(float(time.sum()), 1e-300)
        shares = [(time @ what / total).tolist() for what in (self.late.behind, self.late.suspended, self.late.exposed)]
        return {name: PartyTime(*(share[p] for share in shares)) for p, name in enumerate(self.game.parties)}

    @cached_property
    def instants(self) -> Floats:
        """The dates of a timeline, in years from the start, (M,)."""
        horizon = self.game.horizon
        every = _distinct(np.append(self.paths.to, (0.0, horizon)))
        if every.size <= DATES:
            return every
        return _distinct(np.append([step.years for step in self.game.steps], np.linspace(0.0, horizon, DATES)))

    def _from(self, times: Floats) -> Ints:
        """The first instant that is not before each of some times."""
        return np.searchsorted(self.instants, times - SAME, "left")

    def _after(self, times: Floats) -> Ints:
        """The first instant after each of some times."""
        return np.searchsorted(self.instants, times + SAME, "right")

    def _sum(self, first: Ints, end: Ints, mass: Floats) -> Floats:
        """How much of some masses, each there from one instant to before another, is there at every instant, (M,)."""
        change = np.zeros(self.instants.size + 1)
        np.add.at(change, first, mass)
        np.add.at(change, end, -mass)
        return np.clip(np.cumsum(change)[:-1], 0.0, 1.0)

    def timeline(self) -> Timeline:
        """What has become of the agreement at every date."""
        late, ways, ends, M = self.late, np.flatnonzero(self.paths.is_way), self.horizon, self.instants.size
        waits = (late.look >= 0) | self.paths.halted
        state = np.where(late.suspended.any(axis=1), 3, np.where(waits, 2, np.where(late.lateness > SAME, 1, 0)))
        first, end = self._from(self.paths.since), self._from(self.paths.to)
        states: dict[str, Floats] = {}
        for k, name in enumerate(STATES):
            mine, there = ways[state[ways] == k], ends[late.fate[ends] == k]
            starts, stops = np.append(first[mine], end[there]), np.append(end[mine], np.full(there.size, M))
            states[name] = self._sum(starts, stops, np.append(self.arrive[mine], self.reach[there]))
        for cause, lost in self.found.lost.items():
            states[cause] = self._sum(end, np.full(end.size, M), lost[0])
        result = Timeline(self._days(), self.instants, states)
        freeze(result)
        return result

    def _days(self) -> tuple[date, ...]:
        start, last, horizon = self.game.agreement.start, last_day(self.game.agreement), self.game.horizon
        return tuple(last if t >= horizon - SAME else later(start, t) for t in self.instants.tolist())

    def standing(self) -> tuple[Standing, ...]:
        """Chances to be in force at the dates of a timeline, before and after what happens then."""
        to, since = self.paths.to, self.paths.since
        ways, M = np.flatnonzero(self.paths.is_way), self.instants.size
        clean, on_the_way = self.truthful.prod(axis=0), (self.truthful * self.eq.survive).prod(axis=0)
        end = self._from(to)
        first, opens = self._from(since), self._after(since)
        arrives = np.flatnonzero((to > since + SAME) & (end < M))
        arrives = arrives[np.abs(self.instants[end[arrives]] - to[arrives]) <= SAME]
        ends = self.horizon
        before, after = np.zeros((2, M)), np.zeros((2, M))
        for k, (share, there) in enumerate(((np.ones_like(clean), np.ones_like(clean)), (on_the_way, clean))):
            mass = self.arrive * share
            before[k] = self._sum(opens[ways], np.maximum(opens, end)[ways], mass[ways])
            np.add.at(before[k], end[arrives], (self.reach * there)[arrives])
            starts, stops = np.append(first[ways], end[ends]), np.append(end[ways], np.full(ends.size, M))
            after[k] = self._sum(starts, stops, np.append(mass[ways], (self.reach * there)[ends]))
        days, years = self._days(), self.instants.tolist()
        points = [Standing(days[0], 0.0, 1.0, 0.0)]
        for i, t in enumerate(years):
            for force, fair in (before[:, i], after[:, i]) if t > 0.0 else (after[:, i],):
                points.append(Standing(days[i], t, float(fair), float(max(0.0, force - fair))))
        return tuple(points)


def spread(years: Floats, chances: Floats) -> tuple[tuple[float, float], ...]:
    """Different years, in order, each with its chance; without those of no chance."""
    if not years.size:
        return ()
    order = np.argsort(years, kind="stable")
    apart = np.flatnonzero(np.diff(years[order], prepend=-np.inf) > SAME)
    sums = np.add.reduceat(chances[order], apart)
    return tuple((t, c) for t, c in zip(years[order][apart].tolist(), sums.tolist(), strict=True) if c > 0)


def _distinct(times: Floats) -> Floats:
    """Different times, in order."""
    ordered = np.sort(times)
    return ordered[np.diff(ordered, prepend=-np.inf) > SAME]
