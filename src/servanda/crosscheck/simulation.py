"""Play a solved agreement out, many times: a second opinion on its chances, and histories to read.

The rules of play (`model.md`, section 2.1) are written here once more, as things that happen: types are drawn,
measures look and find, alarms ring, votes are held. Only the chances of acts come from the
equilibrium; dates, rates and everything else are read from the agreement, at its likely values. What is late is played
out in `_late_plays.py`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import party_name
from servanda.arrays import Ints
from servanda.assessment.outcomes import Walk, outcomes
from servanda.crosscheck._late_plays import LateRound
from servanda.crosscheck._simulation_batch import Batch, Bools
from servanda.crosscheck._simulation_batch import Event as Event
from servanda.crosscheck._simulation_batch import History as History
from servanda.crosscheck._simulation_rules import HELD, INCIDENT, Rules, likely, shares
from servanda.errors import MOST_EXAMPLES, MOST_TIMES, UsageError, expect, seeded, whole
from servanda.records import Record
from servanda.result import About, Result, about
from servanda.solver.equilibrium import Equilibrium
from servanda.solver.reach_probabilities import fates

BATCH = MOST_EXAMPLES  # plays at a time, so that memory does not grow; the histories are of the first ones


@dataclass(frozen=True)
class Acts(Record):
    """How often an entry was reached and what was done there: numbers of plays.

    Where nobody chooses, `keep` counts the plays in which it went through.
    """

    reached: int
    keep: int
    conceal: int
    withdraw: int


@dataclass(frozen=True)
class EntryPlays(Acts):
    """What happened at one entry: numbers of plays.

    Attributes
    ----------
    id, title, kind, by : str
        `by`: the party that acts, ratifies or changes government.
    date : datetime.date
    new_government : int
        Plays in which a turnover brought one; 0 at other entries.
    by_type : dict[str, Acts]
        The same by what `by` privately was when the entry came up.
    """

    id: str
    title: str
    kind: str
    by: str
    date: date
    new_government: int
    by_type: dict[str, Acts]


@dataclass(frozen=True)
class LateEntryPlays(Record):
    """What became of an entry that can be late: numbers of plays.

    Attributes
    ----------
    held : int
        Plays in which somebody held back when it was due, or a vote failed without ending all.
    done_on_time, done_late, struck : int
        Done on its day, or later, by claim; struck from the plan.
    """

    held: int
    done_on_time: int
    done_late: int
    struck: int


@dataclass(frozen=True)
class LatePlays(Record):
    """What plays of a plan in which steps can be late say beside the rest.

    Attributes
    ----------
    standing : dict[str, int]
        Number of plays in which the agreement was in force at the horizon, by how it stood: such as
        `complete_late:clean`.
    solved : dict[str, float]
        The chances of the same according to the equilibrium.
    entries : dict[str, LateEntryPlays]
        By id.
    """

    standing: dict[str, int]
    solved: dict[str, float]
    entries: dict[str, LateEntryPlays]


@dataclass(frozen=True, repr=False)
class Plays(Result):
    """A plan played out many times.

    Attributes
    ----------
    plan, title : str
    times : int
        Number of plays.
    seed : int
        The same seed gives the same plays.
    outcomes : dict[str, int]
        Number of plays that ended so, for every outcome that is possible in this plan.
    solved : dict[str, float]
        The chances of the same outcomes according to the equilibrium, worked out without chance.
    entries : tuple[EntryPlays, ...]
        In calendar order.
    examples : tuple[History, ...]
        The first few plays.
    agreement : Agreement
    about : About or None
    late : LatePlays or None
        None where nothing can be late.
    """

    plan: str
    title: str
    times: int
    seed: int
    outcomes: dict[str, int]
    solved: dict[str, float]
    entries: tuple[EntryPlays, ...]
    examples: tuple[History, ...]
    agreement: Agreement = field(compare=False)
    about: About | None = field(default=None, compare=False)
    late: LatePlays | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda play --json` prints."""
        made = super().to_json()
        late = made.pop("late")
        return made if late is None else {**made, "late": late}

    def __repr__(self) -> str:
        return f"<Plays of plan {self.plan!r}: {self.times:,} times, seed {self.seed}>"


def play(equilibrium: Equilibrium, times: int = 100_000, seed: int = 0, *, examples: int = 3) -> Plays:
    """Play a solved plan out by drawing everything that is left to chance.

    Parameters
    ----------
    equilibrium : Equilibrium
        Of a game compiled from the likely values of its agreement.
    times : int
        How often, 1 or more.
    seed : int
        Of numpy's default generator, 0 or more.
    examples : int
        How many of the first plays to write down.

    Raises
    ------
    UsageError
        If the numbers are out of range, or the game has several draws of the uncertain numbers.

    Examples
    --------
    >>> import servanda
    >>> game = servanda.compile(servanda.read("leap-day-2012-game"), plan="game")
    >>> plays = servanda.play(servanda.solve(game), times=1000, seed=1)
    >>> sum(plays.outcomes.values())
    1000
    """
    expect(equilibrium, Equilibrium, "play")
    began = time.perf_counter()
    times, seed, examples = (
        whole("times", times, 1, MOST_TIMES),
        seeded(seed),
        whole("examples", examples, 0, MOST_EXAMPLES),
    )
    if equilibrium.game.draws > 1:
        raise UsageError(
            "this game has several draws of its uncertain numbers, and only a game with likely values can be played"
        )
    rules = Rules(equilibrium)
    rng = np.random.default_rng(seed)
    batch = LateRound if equilibrium.game.is_late else _Round
    first = batch(rules, min(times, BATCH), rng, min(examples, times))
    rounds = [first]
    ended, acts, changed = first.play()
    for done in range(BATCH, times, BATCH):
        rounds.append(batch(rules, min(BATCH, times - done), rng, 0))
        more = rounds[-1].play()
        ended, changed = ended + more[0], changed + more[2]
        acts = [ours + theirs for ours, theirs in zip(acts, more[1], strict=True)]
    agreement, plan = equilibrium.game.agreement, equilibrium.game.plan
    return Plays(
        plan=plan,
        title=agreement.plans[plan].title or plan.replace("-", " "),
        times=times,
        seed=seed,
        outcomes=dict(zip(rules.outcomes, (int(n) for n in ended), strict=True)),
        solved=outcomes(equilibrium),
        entries=tuple(_entry(rules, k, acts[k], int(changed[k])) for k in range(len(rules.steps))),
        examples=first.histories(),
        agreement=agreement,
        about=about(agreement, time.perf_counter() - began, seed),
        late=_late(equilibrium, [each for each in rounds if isinstance(each, LateRound)]),
    )


def _late(equilibrium: Equilibrium, rounds: list[LateRound]) -> LatePlays | None:
    """What is told of late plans beside the rest."""
    if not rounds:
        return None
    game, walk = equilibrium.game, Walk(equilibrium)
    solved = {
        f"{name}:{how}": float(chance[0])
        for name, both in fates(game, walk.found, walk.truthful[None]).items()
        for how, chance in zip(("clean", "concealed"), both, strict=True)
    }
    standing = np.sum([each.standing for each in rounds], axis=0).ravel()
    became = np.sum([np.column_stack([each.held, each.became]) for each in rounds], axis=0)
    return LatePlays(
        standing=dict(zip(solved, (int(n) for n in standing), strict=True)),
        solved=solved,
        entries={step.id: LateEntryPlays(*(int(n) for n in row)) for step, row in zip(game.steps, became, strict=True)},
    )


def _entry(rules: Rules, k: int, acts: Ints, changed: int) -> EntryPlays:
    step = rules.steps[k]

    def row(counts: Ints) -> tuple[int, int, int, int]:
        reached, keep, conceal, withdraw = (int(n) for n in counts)
        return reached, keep, conceal, withdraw

    kinds = rules.kinds[rules.parties.index(step.party)]
    reached, keep, conceal, withdraw = row(acts.sum(axis=0))
    return EntryPlays(
        reached=reached,
        keep=keep,
        conceal=conceal,
        withdraw=withdraw,
        id=step.id,
        title=step.title,
        kind=step.kind,
        by=step.party,
        date=step.date,
        new_government=changed,
        by_type={kind: Acts(*row(acts[t])) for t, kind in enumerate(kinds)},
    )


# ------------------------------------------------------------------------------------------------------- a round


class _Round(Batch):
    """A batch of plays of a plan in which nothing can be late."""

    def __init__(self, rules: Rules, size: int, rng: np.random.Generator, watched: int) -> None:
        super().__init__(rules, size, rng, watched)
        self.branch = np.zeros(size, dtype=np.int64)

    def play(self) -> tuple[Ints, list[Ints], Ints]:
        """Play all entries; numbers of plays by outcome, by entry (types, 4) with what was done, and of turnovers."""
        steps = self.rules.steps
        acts: list[Ints] = []
        changed = np.zeros(len(steps), dtype=np.int64)
        for k, step in enumerate(steps):
            self._report(k)
            p = self.rules.parties.index(step.party)
            kind, act = self.kind[p][self.inside], np.zeros(self.inside.size, dtype=np.int64)
            if step.kind in ("obligation", "review"):
                act = self._choose(k, p)
            elif step.kind == "ratification":
                act = self._ratify(k)
            elif step.kind == "turnover":
                changed[k] = self._turn_over(k, p)
            else:
                self._tell(k, [p], np.ones(act.size, dtype=bool), "does it automatically")
            kinds = len(self.rules.kinds[p])
            done = np.bincount(kind * 4 + act, minlength=4 * kinds).reshape(kinds, 4)
            acts.append(np.column_stack([done.sum(axis=1), done[:, :3]]))
        self._report(len(steps))
        secret = np.zeros(self.inside.size, dtype=bool)
        for hidden in self.hidden:
            secret |= hidden[self.inside] > 0
        self._tell(len(steps), [], secret | ~secret, "the agreement is still in force")
        self.end(secret, HELD[1])
        self.end(np.ones(self.inside.size, dtype=bool), HELD[0])
        return np.bincount(self.ended, minlength=len(self.rules.outcomes)), acts, changed

    def _report(self, k: int) -> None:
        """What measures find comes out, and what else may end the agreement happens."""
        found = np.zeros((len(self.hidden), self.inside.size), dtype=bool)
        for inspection in self.rules.inspections[k]:
            (there,) = np.nonzero(self.hidden[inspection.party][self.inside] & inspection.secrets)
            seen = np.zeros(self.inside.size, dtype=bool)
            seen[there] = (
                self.rng.standard_exponential(there.size) < inspection.expected
            )  # the wait for the first finding
            found[inspection.party] |= seen
            self._tell(k, [inspection.party], seen, inspection.words)
        count = found.sum(axis=0)
        upset = np.zeros(self.inside.size, dtype=bool)
        for risk in self.rules.risks[k]:
            alarms = self.rng.poisson(risk.expected, self.inside.size)
            broken = self.rng.random(self.inside.size) >= (1.0 - risk.breaks) ** alarms
            self._tell(k, [], broken & (count == 0), risk.words)
            upset |= broken
        ends = [(count > 1, self.rules.several), (upset & (count == 0), INCIDENT)]
        ends += [(found[p] & (count == 1), f"found:{name}") for p, name in enumerate(self.rules.parties)]
        for which, outcome in ends:
            if which.any():
                self.ended[self.inside[which]] = self.rules.outcomes.index(outcome)
        self.inside = self.inside[(count == 0) & ~upset]

    def _choose(self, k: int, p: int) -> Ints:
        """Party p keeps (0), conceals (1) or withdraws (2)."""
        step, here = self.rules.steps[k], self.inside
        keep, conceal, withdraw = self.rules.chances(k, p, self.branch[here], self.kind[p][here], self.hidden[p][here])
        drawn = self.rng.random(here.size) * (keep + conceal + withdraw)
        act = (drawn >= keep).astype(np.int64) + (drawn >= keep + conceal)
        if step.conceals:
            self.hidden[p][here[act == 1]] |= 1 << self.rules.secrets[p].index(k)
        names = ", ".join(self.rules.agreement.stakes[s].name or s for s in step.conceals)
        self._tell(k, [p], act == 0, "stays" if step.kind == "review" else "keeps")
        self._tell(k, [p], act == 1, f"claims to keep, and conceals {names} (in secret)", secret=True)
        self._tell(k, [p], act == 2, "withdraws")
        self.end(act == 2, f"withdrew:{step.party}")
        return act

    def _ratify(self, k: int) -> Ints:
        step = self.rules.steps[k]
        failed = self.rng.random(self.inside.size) >= likely(step)
        p = self.rules.parties.index(step.party)
        self._tell(k, [p], ~failed, "ratifies")
        self._tell(k, [p], failed, "does not ratify")
        self.end(failed, f"unratified:{step.party}")
        return np.where(failed, 3, 0)

    def _turn_over(self, k: int, p: int) -> int:
        """Change governments; a new one finds what its predecessors concealed."""
        step, here = self.rules.steps[k], self.inside
        new = self.rng.random(here.size) < likely(step)
        share = shares(step.types, self.rules.kinds[p])
        self.kind[p][here[new]] = self.rng.choice(share.size, int(new.sum()), p=share)
        self.branch[here[new]] |= 1 << self.rules.turnovers.index(k)
        self._tell(k, [p], new, "has a new government")
        self._tell(k, [p], ~new, "has the same government as before")
        for i in self.watched(new):
            self.tell_kind(p, i, step.date, step.title)
        return int(new.sum())

    def _tell(self, k: int, who: list[int], which: Bools, what: str, secret: bool = False) -> None:
        rules = self.rules
        title = rules.steps[k].title if k < len(rules.steps) else ""
        name = party_name(rules.agreement, rules.parties[who[0]]) if who else ""
        for i in self.watched(which):
            self.events[i].append(Event(rules.dates[k], title, name, what, secret))
