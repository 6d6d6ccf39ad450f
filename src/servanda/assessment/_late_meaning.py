"""What the solution of a plan in which steps can be late means: how it ends, how far it gets, what is only habit."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.dates import last_day, later
from servanda.arrays import Floats, Ints
from servanda.assessment._late_walk import CONCEAL, HOLD, LEAVE, LateWalk, spread
from servanda.assessment.lateness import (
    Ending,
    HabitAlone,
    Headline,
    LateSummary,
    Loss,
    Milestone,
)
from servanda.assessment.outcomes import HORIZON, Walk
from servanda.game.kinds import EXCHANGE, FOUND, RATIFICATION, REVIEW, SEAT
from servanda.game.lateness import LATE, STALLED, SUSPENDED
from servanda.solver.equilibrium import Equilibrium, Workspace
from servanda.solver.reach_probabilities import NEVER, fates

CAUSES = {"withdrew": "withdrew", "unratified": "vote_failed", "found": "found", "lapsed": "lapsed"}


def walk_of(equilibrium: Equilibrium) -> Walk:
    """What happens in an equilibrium, whether or not steps can be late."""
    return LateWalk(equilibrium) if equilibrium.game.is_late else Walk(equilibrium)


def habit_alone(equilibrium: Equilibrium) -> Equilibrium:
    """How the same game is played if interests do not count: the response at precision 0, which is habit."""
    play = Workspace(equilibrium.game, equilibrium.draw)
    residual = play.residual(play.expecting(0.0), 0.0)
    return play.equilibrium("converged", residual)


def late_summary(walk: LateWalk) -> LateSummary:
    """Work out what is reported of a plan only where steps can be late."""
    means = Meaning(walk)
    habit = Meaning(LateWalk(habit_alone(walk.eq), walk.paths))
    ours, usual = means.outcomes(), habit.outcomes()
    return LateSummary(
        how_it_stands=means.stands,
        mean_lateness=means.mean_lateness,
        lateness=means.lateness,
        steps_done=walk.steps_done,
        expected_years=walk.expected_years,
        timeline=walk.timeline(),
        headline=means.headline(),
        endings=means.endings,
        parties=walk.parties(),
        losses=means.losses(),
        overlap=sum(min(chance, usual[name]) for name, chance in ours.items()),
        by_habit=habit.alone(),
    )


class Meaning:
    """What a walk means."""

    def __init__(self, walk: LateWalk) -> None:
        self.walk, self.game, self.late, self.paths = walk, walk.game, walk.late, walk.paths
        self.stands = {
            name: {"clean": float(clean[0]), "concealed": float(concealed[0])}
            for name, (clean, concealed) in fates(self.game, walk.found, walk.truthful[None]).items()
        }
        tardy = walk.horizon[self.late.fate[walk.horizon] == LATE]
        self.lateness = spread(self.late.lateness[tardy], walk.reach[tardy])
        total = sum(chance for _, chance in self.lateness)
        self.mean_lateness = sum(years * chance for years, chance in self.lateness) / total if total > NEVER else 0.0
        self.broken = {cause: float(lost.sum()) for cause, lost in walk.found.lost.items()}
        self.parties = self.game.parties
        self.endings = self._endings()

    def outcomes(self) -> dict[str, float]:
        """How it stands, or why it broke down; adds up to 1."""
        return {**{name: sum(each.values()) for name, each in self.stands.items()}, **self.broken}

    def headline(self) -> Headline:
        """What an analyst asks first."""
        stands = {name: sum(each.values()) for name, each in self.stands.items()}
        furthest = None
        for e in self.late.entries:
            done, step = sum(self.walk.done(e)), self.game.steps[e]
            if done > 0.5 and step.kind != "automatic":
                furthest = Milestone(step.id, step.title, step.date, done)
        return Headline(
            furthest=furthest,
            ending=self.endings[0] if self.endings else None,
            complete=stands["complete_on_time"] + stands["complete_late"],
            complete_on_time=stands["complete_on_time"],
            unfinished=stands["stalled"] + stands["suspended"],
            broken=sum(self.broken.values()),
        )

    def alone(self) -> HabitAlone:
        """What is told of habit alone."""
        walk = self.walk
        found = walk.outcomes()
        done = {self.game.steps[e].id: walk.done(e) for e in self.late.entries}
        return HabitAlone(
            held={name: found[f"held:{name}"] for name in ("clean", "concealed")},
            broken=self.broken,
            how_it_stands=self.stands,
            mean_lateness=self.mean_lateness,
            expected_years=walk.expected_years,
            steps_done=walk.steps_done,
            done={name: {"done_on_time": on_time, "done_late": late} for name, (on_time, late) in done.items()},
            headline=self.headline(),
        )

    # ------------------------------------------------------------------------------------------------ endings

    def _endings(self) -> tuple[Ending, ...]:
        """Every way in which the plan comes to be incomplete, by what happens first, likeliest first."""
        late, parent, several = self.late, self.paths.parent, "both" if len(self.parties) == 2 else "several"
        tally = Tally(self.walk)
        whole = ~self.paths.halted  # nothing has gone wrong for good so far
        for cause, lost in self.walk.found.lost.items():
            kind, _, party = cause.partition(":")
            nodes = np.flatnonzero(whole & (lost[0] > 0))
            types = self._leavers(party, nodes) if kind in ("withdrew", "lapsed") and party in self.parties else None
            tally.add(nodes, lost[0][nodes], CAUSES.get(kind, kind), party or None, True, types)
        struck = np.flatnonzero(~whole & whole[np.maximum(parent, 0)] & (parent >= 0) & self.paths.is_way)
        ends = self.walk.horizon[whole[self.walk.horizon]]
        waits = ends[late.fate[ends] == STALLED]
        at = np.append(struck, waits)
        mass = np.append(self.walk.arrive[struck], self.walk.reach[waits])
        how, who, since = self._blame(at)
        for what, name in enumerate(HALTS):
            for p in range(-1, len(self.parties)):
                mine = np.flatnonzero((how == what) & (who == p))
                types = self.walk.types[p][at[mine]] if p >= 0 and name != "vote_failed" else None
                tally.add(since[mine], mass[mine], name, self.parties[p] if p >= 0 else several, False, types)
        for v in ends[late.fate[ends] == SUSPENDED].tolist():
            takers, u = np.flatnonzero(late.suspended[v]), v
            while late.suspended[u].any():
                u = int(parent[u])
            p = int(takers[0]) if takers.size == 1 else -1
            types = self.walk.types[p][[v]] if p >= 0 else None
            by = self.parties[p] if p >= 0 else several
            tally.add(np.array([u]), self.walk.reach[[v]], "suspended", by, False, types)
        return tally.told()

    def _blame(self, at: Ints) -> tuple[Ints, Ints, Ints]:
        """Why a plan halts on the way to some nodes: how (see `HALTS`), by whom (-1: several), and where it began."""
        tree, late, last = self.game.tree, self.late, self.paths.parent[at]
        ongoing, runs = late.look[at] >= 0, late.look[last] >= 0
        since = np.where(ongoing, self.paths.origin[at], np.where(runs, self.paths.origin[last], last))
        behind = np.where(ongoing[:, None], late.behind[at], late.behind[last] & runs[:, None])
        kind = tree.kind[since]
        swap = np.isin(kind, (EXCHANGE, SEAT))
        for i in np.flatnonzero(swap & ~ongoing & ~runs):
            u = int(last[i])
            seats = self.paths.seats(int(tree.head[u]) if tree.kind[u] == SEAT else u)
            for bit, seat in enumerate(seats):
                behind[i, tree.actor[seat]] = bool(int(tree.mask[at[i]]) >> bit & 1)
        alone = behind.sum(axis=1) == 1
        who = np.where(alone, behind.argmax(axis=1), np.where(swap, -1, tree.actor[since]))
        how = np.where(kind == RATIFICATION, 1, np.where(kind == FOUND, 2, 0))
        return how, who, since

    def _leavers(self, party: str, nodes: Ints) -> Floats:
        """Chances of a party's types, given that it leaves at some nodes, (n, K)."""
        p = self.parties.index(party)
        where = nodes.copy()
        for i in np.flatnonzero(self.game.tree.kind[nodes] == EXCHANGE):
            seats = self.paths.seats(int(nodes[i]))
            where[i] = seats[self.game.tree.actor[seats] == p][0]
        chance = self.walk.acts[p].chance[LEAVE][where]
        return chance / np.maximum(chance.sum(axis=1, keepdims=True), 1e-300)

    # ------------------------------------------------------------------------------------------------ habit

    def losses(self) -> dict[str, Loss]:
        """All that goes wrong, told apart by interest and habit."""
        found: dict[str, Loss] = {}
        hides = {name: self._share(p, CONCEAL, slice(None)) for p, name in enumerate(self.parties)}
        hiding = [hides[name] for p, name in enumerate(self.parties) if self.game.concealable[p]]
        for cause, lost in self.walk.found.lost.items():
            kind, _, party = cause.partition(":")
            if kind in ("withdrew", "lapsed"):
                found[cause] = self._left(lost[0], party)
            elif kind == "found":
                found[cause] = _apart(self.broken[cause], hides.get(party, float(np.mean(hiding or [0.0]))))
            else:
                found[cause] = Loss(0.0, 0.0, self.broken[cause])
        for name, fate in (("stalled", STALLED), ("suspended", SUSPENDED)):
            ends = self.walk.horizon[self.late.fate[self.walk.horizon] == fate]
            found[name] = self._halted(ends) if fate == STALLED else self._kept_back(ends)
        return found

    def _left(self, lost: Floats, party: str) -> Loss:
        """Where a party leaves, or several do: by habit in the part that habit has of its leaving at that node."""
        tree, habit = self.game.tree, 0.0
        share = np.zeros((len(self.parties), lost.size))
        for p in range(len(self.parties)):
            acts = self.walk.acts[p]
            share[p] = acts.habit[LEAVE] / np.maximum(acts.total[LEAVE], 1e-300)
        for v in np.flatnonzero((lost > 0) & (tree.kind == EXCHANGE)):
            seats = self.paths.seats(int(v))
            own = [seat for seat in seats if party in ("both", "several", self.parties[tree.actor[seat]])]
            habit += float(lost[v] * np.mean([share[tree.actor[seat], seat] for seat in own]))
        plain = np.flatnonzero((lost > 0) & (tree.kind != EXCHANGE))
        habit += float(lost[plain] @ share[tree.actor[plain], plain])
        return Loss(max(0.0, float(lost.sum()) - habit), habit, 0.0)

    def _share(self, p: int, act: int, nodes: Ints | slice) -> float:
        """What habit has of an act of a party at some nodes, weighed by how often it acts so there; 0 if never."""
        own, reach = self.walk.acts[p], self.walk.reach[nodes]
        total = float(reach @ own.total[act][nodes])
        return float(reach @ own.habit[act][nodes]) / total if total > 0 else 0.0

    def _halted(self, ends: Ints) -> Loss:
        """What is struck or pending at the end: by habit in the part that habit has of the party's holding back."""
        first = self._first_halt(ends)
        how, who, _ = self._blame(first)
        reach, owes = self.walk.reach[ends], np.flatnonzero(~self._takes_back)
        holds = [self._share(p, HOLD, owes) for p in range(len(self.parties))]
        hides = [self._share(p, CONCEAL, slice(None)) for p in range(len(self.parties))]
        shares = np.array([*holds, np.mean(holds)]), np.array([*hides, np.mean(hides)])
        by_chance = float(reach[how == 1].sum())
        habit = float(reach[how == 0] @ shares[0][who[how == 0]] + reach[how == 2] @ shares[1][who[how == 2]])
        return Loss(max(0.0, float(reach.sum()) - by_chance - habit), habit, by_chance)

    def _first_halt(self, ends: Ints) -> Ints:
        """The first node on the way to each of some ends at which something is struck; else the end itself."""
        gone, result = self.paths.halted, ends.copy()
        while True:
            up = self.paths.parent[result]
            go = gone[result] & (up >= 0) & gone[np.maximum(up, 0)]
            if not go.any():
                return result
            result = np.where(go, up, result)

    @cached_property
    def _takes_back(self) -> NDArray[np.bool_]:
        """Nodes at which to hold back is to take back: reviews, and answers of those who are not behind, (V,)."""
        tree, late = self.game.tree, self.late
        behind = np.take_along_axis(late.behind, np.maximum(tree.actor, 0)[:, None], axis=1)[:, 0]
        return np.where(self.game.node_step >= 0, tree.kind == REVIEW, (late.look >= 0) & ~behind)

    def _kept_back(self, ends: Ints) -> Loss:
        """What is taken back at the end: by habit in the part that habit has of the parties' taking back."""
        takes = np.array([self._share(p, HOLD, np.flatnonzero(self._takes_back)) for p in range(len(self.parties))])
        who, reach = self.late.suspended[ends].astype(float), self.walk.reach[ends]
        share = (who @ takes) / np.maximum(who.sum(axis=1), 1.0)
        return _apart(float(reach.sum()), float(reach @ share) / max(float(reach.sum()), 1e-300))


HALTS = ("held_back", "vote_failed", "found")


def _apart(total: float, habit: float) -> Loss:
    return Loss(total * (1.0 - habit), total * habit, 0.0)


class Tally:
    """Chances of endings, by entry, how, by whom, and whether it ends the agreement."""

    def __init__(self, walk: LateWalk) -> None:
        self.walk, self.mass = walk, dict[tuple[int, str, str | None, bool], Floats]()

    def add(self, where: Ints, mass: Floats, how: str, by: str | None, ends: bool, types: Floats | None = None) -> None:
        """Add what happens at some nodes, with the types of the party given that it happens, (n, K)."""
        steps, home, years = len(self.walk.game.steps) + 1, self.walk.paths.home[where], self.walk.paths.to[where]
        columns = [mass, mass * years, *(mass[:, None] * types).T] if types is not None else [mass, mass * years]
        sums: Floats = np.array([np.bincount(home, column, steps) for column in columns], dtype=np.float64)
        for e in np.unique(home).tolist():
            key = (e, how, by, ends)
            self.mass[key] = self.mass[key] + sums[:, e] if key in self.mass else sums[:, e]

    def told(self) -> tuple[Ending, ...]:
        """The endings, likeliest first."""
        game, made = self.walk.game, list[Ending]()
        start, last = game.agreement.start, last_day(game.agreement)
        for (e, how, by, ends), sums in self.mass.items():
            chance = float(sums[0])
            if chance < NEVER:
                continue
            years, step = float(sums[1]) / chance, game.steps[e] if e < len(game.steps) else None
            kinds = game.types[game.parties.index(by)] if by in game.parties and len(sums) > 3 else ()
            made.append(
                Ending(
                    entry=step.id if step else HORIZON,
                    title=step.title if step else "the last report at the horizon",
                    date=min(last, later(start, years)),
                    years=years,
                    how=how,
                    by=by,
                    ends=ends,
                    chance=chance,
                    types=dict(zip(kinds, (sums[2:] / chance).tolist(), strict=True)) if kinds else {},
                )
            )
        return tuple(sorted(made, key=lambda one: -one.chance))
