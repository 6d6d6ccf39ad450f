"""What happens in an equilibrium: outcomes, acts at every entry, beliefs, survival, the weakest link.

Everything here is a sum over the public tree; nothing is solved again. The words are those of `agreement-file.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import numpy as np

from servanda.agreement.dates import last_day
from servanda.arrays import Floats, Ints
from servanda.assessment._places import places
from servanda.errors import expect
from servanda.game.compiler import Game
from servanda.records import Record
from servanda.result import plain
from servanda.solver.equilibrium import Equilibrium, is_choice
from servanda.solver.reach_probabilities import at_end, chances

HORIZON = "horizon"  # stands for an entry: the last report


@dataclass(frozen=True)
class Choice:
    """What one type of a party does at one entry, in one branch, having concealed certain steps.

    Attributes
    ----------
    entry, party, type : str
        Where steps can be late, `entry` also names the party of an exchange, `swap usa`, and looks at what is late, by
        what began the stall: `halt look 2 dprk` of a party that is behind, `halt look 2 usa answers` of another.
    branch : tuple[str, ...]
        Turnovers at which a new government came before. Where steps can be late, also what else happened that the plan
        did not foresee: see `servanda.crosscheck.explicit_tree.Infoset`.
    concealed : frozenset[str]
        Entries that the party has concealed.
    keep, conceal, withdraw : float
        Chances; with `hold` they add up to 1.
    margin : float
        Present value of keeping less that of the best other act, units; not a number where there is no other.
    hold : float
        Chance of holding back, 0 where that cannot be.
    """

    entry: str
    branch: tuple[str, ...]
    party: str
    type: str
    concealed: frozenset[str]
    keep: float
    conceal: float
    withdraw: float
    margin: float
    hold: float = 0.0


@dataclass(frozen=True)
class TypeAct:
    """What one type does at an entry, given that the entry is reached by it; see `Choice`."""

    keep: float
    conceal: float
    withdraw: float
    margin: float
    hold: float = 0.0


@dataclass(frozen=True)
class MoverAct(Record):
    """What one of those who act at an exchange does; see `EntryResult`."""

    keep: float
    conceal: float
    withdraw: float
    hold: float
    by_type: dict[str, TypeAct | None]


@dataclass(frozen=True)
class LateEntry(Record):
    """What becomes of an entry of a plan in which steps can be late; all chances are seen from the start.

    Attributes
    ----------
    done_on_time, done_late : float
        Done on its date in the calendar, or later; by claim, whatever comes after.
    late_by : tuple[tuple[float, float], ...]
        What `done_late` is made of: years after its date, and the chance of that, in order.
    struck : float
        Struck from the plan, whatever comes after.
    movers : dict[str, MoverAct]
        Of an exchange: what each party does when it falls due.
    """

    done_on_time: float
    done_late: float
    late_by: tuple[tuple[float, float], ...]
    struck: float
    movers: dict[str, MoverAct]

    @property
    def done(self) -> float:
        """Chance that it is done at all."""
        return self.done_on_time + self.done_late


@dataclass(frozen=True)
class EntryResult(Record):
    """What happens at one entry, averaged over branches by the chance of reaching it there.

    Attributes
    ----------
    id, title, kind, by : str
        `by`: the party that acts, ratifies or changes government.
    date : datetime.date
    reached : float
        Chance that the agreement is in force when the entry comes up; where steps can be late, that it falls due at
        all, on its date or later.
    keep, conceal, withdraw : float
        Given reached. Where nobody chooses, `keep` is the chance that it goes through. At an exchange: that all
        perform truly, that all perform and somebody in secret, that somebody leaves.
    by_type : dict[str, TypeAct or None]
        None for a type that cannot be in office then.
    belief : dict[str, float]
        What the others believe about `by`'s type before it acts.
    beliefs : dict[str, dict[str, float]]
        The same for every party.
    concealing : float
        Chance that `by` has already concealed something.
    lost : dict[str, float]
        Chance, seen from the start, that the agreement breaks down here, by cause: found or upset on the way to the
        entry, or ended by its act; and where steps can be late, while the plan waits for it.
    hold : float
        Given reached: that the party, or at an exchange somebody, holds back, or that a vote fails without ending all.
    late : LateEntry or None
        What becomes of it; None where nothing can be late.
    """

    id: str
    title: str
    kind: str
    by: str
    date: date
    reached: float
    keep: float
    conceal: float
    withdraw: float
    by_type: dict[str, TypeAct | None]
    belief: dict[str, float]
    beliefs: dict[str, dict[str, float]]
    concealing: float
    lost: dict[str, float]
    hold: float = 0.0
    late: LateEntry | None = None

    def to_json(self) -> dict[str, Any]:
        """Give one of the `entries` of `servanda solve --json`, without what only late steps have if none can be."""
        made = cast("dict[str, Any]", plain(self))
        first = {name: made.pop(name) for name in ("id", "title", "date", "by", "kind")}
        late, hold = made.pop("late"), made.pop("hold")
        if late is None:
            for act in made["by_type"].values():
                if act is not None:
                    del act["hold"]
            return {**first, **made}
        if not late["movers"]:
            del late["movers"]
        return {**first, **made, "hold": hold, **late}


@dataclass(frozen=True)
class Standing:
    """How the agreement stands at a moment: chances that it is in force clean, and with something concealed."""

    date: date
    years: float
    clean: float
    concealed: float

    @property
    def in_force(self) -> float:
        """Chance that it is in force at all."""
        return self.clean + self.concealed


@dataclass(frozen=True)
class WeakestLink(Record):
    """The entry (or `horizon`) where most chance of the agreement is lost, and its main cause.

    `concealing`: chance that each party is concealing something when the report there comes up, given in force.
    """

    entry: str
    title: str
    date: date
    lost: float
    cause: str
    cause_lost: float
    concealing: dict[str, float]


def choices(equilibrium: Equilibrium) -> Iterator[Choice]:
    """List every choice of every party, branch, type and concealed set."""
    expect(equilibrium, Equilibrium, "choices")
    game = equilibrium.game
    place = places(game)
    for v in range(len(game.node_step)):
        if not is_choice(game, v):
            continue
        p = int(game.tree.actor[v])
        act, gain = (_block(equilibrium, array, p, v) for array in (equilibrium.choice, equilibrium.gain))
        for t, name in enumerate(game.types[p]):
            for c in range(act.shape[2]):
                keep, conceal, withdraw, *hold = np.exp(act[:, t, c])
                others = gain[1:, t, c][act[1:, t, c] > -np.inf]
                yield Choice(
                    entry=place[v].entry,
                    branch=place[v].branch,
                    party=game.parties[p],
                    type=name,
                    concealed=place[v].concealed(game, p, c),
                    keep=float(keep),
                    conceal=float(conceal),
                    withdraw=float(withdraw),
                    margin=float(gain[0, t, c] - others.max()) if others.size else float("nan"),
                    hold=float(sum(hold)),
                )


def outcomes(equilibrium: Equilibrium) -> dict[str, float]:
    """Chance of every outcome: `held:clean`, `held:concealed`, and the causes of breakdown; they add up to 1."""
    return Walk(equilibrium).outcomes()


class Walk:
    """Chances of arriving and of ending, node by node."""

    def __init__(self, equilibrium: Equilibrium) -> None:
        self.eq, self.game = equilibrium, equilibrium.game
        draws = np.array([equilibrium.draw])
        self.found = chances(
            self.game, draws, equilibrium.survive[None], equilibrium.leaves[None], equilibrium.holds[None]
        )
        self.arrive, self.reach = self.found.arrive[0], self.found.reach[0]
        self.truthful = truthful(equilibrium)

    def lost(self, nodes: list[int]) -> dict[str, float]:
        """What is lost at some nodes, by the causes that are possible there."""
        return {cause: float(lost[0]) for cause, lost in self.found.at(nodes).items()}

    def ends(self) -> list[int]:
        """The nodes at the horizon."""
        return [v for v, e in enumerate(self.game.node_step) if e == len(self.game.steps)]

    def clean(self, v: int) -> float:
        """Chance that nobody has concealed anything, given in force at v."""
        return float(np.prod([self.honest(p, v) for p in range(len(self.game.parties))]))

    def honest(self, p: int, v: int) -> float:
        """Chance that a party has concealed nothing, given in force at v."""
        return float(self.truthful[p, v])

    def outcomes(self) -> dict[str, float]:
        """Chance of every outcome."""
        return {name: float(found[0]) for name, found in at_end(self.game, self.found, self.truthful[None]).items()}

    def completed(self) -> float:
        """Chance that every obligation is performed or claimed, whatever comes after."""
        last = max((e for e, s in enumerate(self.game.steps) if s.kind in ("obligation", "automatic")), default=-1)
        if last < 0:
            return 1.0
        nodes = np.flatnonzero(self.game.node_step == last)
        return float(sum(self.reach[v] * (1.0 - self.eq.leaves[v]) for v in nodes))

    def weights(self, e: int) -> dict[int, float]:
        """The nodes of an entry (or the horizon), with the chance of each given that the entry is reached."""
        nodes = [int(v) for v in np.flatnonzero(self.game.node_step == e)]
        total = float(self.reach[nodes].sum())
        return {v: (float(self.reach[v]) / total if total > 0 else 1.0 / len(nodes)) for v in nodes}

    def beliefs(self, e: int) -> dict[str, dict[str, float]]:
        """What the others believe about each party's type at an entry (or the horizon), given that it is reached."""
        found: dict[str, dict[str, float]] = {}
        for q, name in enumerate(self.game.parties):
            each = np.zeros(len(self.game.types[q]))
            for v, weight in self.weights(e).items():
                each += weight * np.exp(_block(self.eq, self.eq.belief, q, v)).sum(axis=1)
            found[name] = {kind: float(each[k]) for k, kind in enumerate(self.game.types[q])}
        return found

    def entry(self, e: int) -> EntryResult:
        """What happens at an entry."""
        game, step = self.game, self.game.steps[e]
        weight = self.weights(e)
        nodes = list(weight)
        reached = float(self.reach[nodes].sum())
        p = game.parties.index(step.party)
        beliefs = self.beliefs(e)
        keep, conceal, withdraw = 1.0, 0.0, 0.0
        by_type: dict[str, TypeAct | None] = {}
        if is_choice(game, nodes[0]):
            total = np.zeros(3)
            for k, name in enumerate(game.types[p]):
                mass, acts, margin = 0.0, np.zeros(3), 0.0
                for v in nodes:
                    belief = weight[v] * np.exp(_block(self.eq, self.eq.belief, p, v)[k])
                    act = np.exp(_block(self.eq, self.eq.choice, p, v)[:, k])
                    gain = _block(self.eq, self.eq.gain, p, v)[:, k]
                    mass += float(belief.sum())
                    acts += act @ belief
                    margin += float((gain[0] - gain[1:].max(axis=0)) @ belief)
                total += acts
                by_type[name] = _act(acts / mass, margin / mass) if mass > 0 else None
            keep, conceal, withdraw = (float(a) for a in total)
        elif step.kind == "ratification":
            keep = float(sum(weight[v] * (1.0 - self.eq.leaves[v]) for v in nodes))
        return EntryResult(
            id=step.id,
            title=step.title,
            kind=step.kind,
            by=step.party,
            date=step.date,
            reached=reached,
            keep=keep,
            conceal=conceal,
            withdraw=withdraw,
            by_type=by_type,
            belief=beliefs[step.party],
            beliefs=beliefs,
            concealing=float(max(0.0, 1.0 - sum(weight[v] * self.honest(p, v) for v in nodes))),
            lost=self.lost(nodes),
        )

    def standing(self) -> tuple[Standing, ...]:
        """Chances to be in force, before and after every entry."""
        game = self.game
        result = [Standing(game.agreement.start, 0.0, 1.0, 0.0)]
        for e in range(len(game.steps) + 1):
            nodes = [int(v) for v in np.flatnonzero(game.node_step == e)]
            years = float(game.node_years[nodes[0]])
            day = game.steps[e].date if e < len(game.steps) else last_day(game.agreement)
            clean = sum(self.reach[v] * self.clean(v) for v in nodes)
            force = sum(self.reach[v] for v in nodes)
            result.append(Standing(day, years, float(clean), float(force - clean)))
            after = [int(w) for v in nodes for w in game.tree.child[v] if w >= 0]
            if after:
                force = sum(self.arrive[w] for w in after)
                clean = sum(self.arrive[w] * self._clean_on_the_way(w) for w in after)
                result.append(Standing(day, years, float(clean), float(force - clean)))
        return tuple(result)

    def _clean_on_the_way(self, w: int) -> float:
        """Chance that nobody has concealed anything right after the act before w: undo the report at w."""
        survive = self.eq.survive[:, w]
        return float(np.prod([self.honest(p, w) * survive[p] for p in range(len(self.game.parties))]))

    def weakest(self, entries: tuple[EntryResult, ...]) -> WeakestLink:
        """Where most chance is lost."""
        losses = [(e.id, e.title, e.date, e.lost) for e in entries]
        losses.append(
            (HORIZON, "the last report at the horizon", last_day(self.game.agreement), self.lost(self.ends()))
        )
        worst = max(range(len(losses)), key=lambda e: sum(losses[e][3].values()))
        identity, title, day, lost = losses[worst]
        cause = max(lost, key=lambda name: lost[name]) if lost else "incident"
        return WeakestLink(
            entry=identity,
            title=title,
            date=day,
            lost=float(sum(lost.values())),
            cause=cause,
            cause_lost=float(lost.get(cause, 0.0)),
            concealing=self._hiding(worst),
        )

    def _hiding(self, e: int) -> dict[str, float]:
        """Chance that each party is concealing something when the report at an entry comes up, given in force."""
        nodes = [int(v) for v in np.flatnonzero(self.game.node_step == e)]
        arrive = sum(self.arrive[v] for v in nodes)
        if arrive <= 0:
            return dict.fromkeys(self.game.parties, 0.0)
        return {
            name: float(1.0 - sum(self.arrive[v] * self.honest(p, v) * self.eq.survive[p, v] for v in nodes) / arrive)
            for p, name in enumerate(self.game.parties)
        }


def alike(game: Game, p: int) -> Iterator[tuple[Ints, Ints]]:
    """Nodes at which a party has as many sets of concealed steps, (n,), and its states there, (n, types, sets)."""
    kinds, sets, offset = int(game.tables.kinds[p]), game.tables.sets[p], game.tables.offset[p]
    for count in np.unique(sets):
        nodes = np.flatnonzero(sets == count)
        states = offset[nodes][:, None] + np.arange(kinds * int(count))
        yield nodes, states.reshape(nodes.size, kinds, int(count))


def truthful(equilibrium: Equilibrium) -> Floats:
    """Chance that each party has concealed nothing, given in force at each node, (N, V)."""
    game = equilibrium.game
    number, offset = game.tables.number, game.tables.found_offset
    result = np.ones(game.tables.sets.shape)
    for p in range(len(game.parties)):
        for nodes, states in alike(game, p):
            nothing = number[offset[p, nodes][:, None] + np.arange(states.shape[2])] == 0
            chance = np.exp(equilibrium.belief[states])
            result[p, nodes] = np.where(nothing[:, None, :], chance, 0.0).sum(axis=2).sum(axis=1)
    return result


def _block(equilibrium: Equilibrium, array: Floats, p: int, v: int) -> Floats:
    """One party's block at one node: (..., types, sets)."""
    game = equilibrium.game
    part = array[..., game.block(p, v)]
    return part.reshape(*part.shape[:-1], int(game.tables.kinds[p]), int(game.tables.sets[p, v]))


def _act(acts: Floats, margin: float) -> TypeAct:
    return TypeAct(keep=float(acts[0]), conceal=float(acts[1]), withdraw=float(acts[2]), margin=margin)
