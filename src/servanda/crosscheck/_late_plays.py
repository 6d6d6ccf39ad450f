"""Plays of a plan in which steps can be late: stalls, looks, answers, exchanges and renewals, as things that happen.

The rules (`model.md`, part 2) are written here once more. Plays in which the same was seen by all stand together; each
of them has types and secrets of its own. The equilibrium gives chances of acts and nothing else: its tree is followed
beside the rules, and must have the same party deciding on the same day.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import numpy as np

from servanda.agreement.dates import later, years_between
from servanda.agreement.labels import party_name
from servanda.arrays import Ints
from servanda.crosscheck._simulation_batch import Batch, Bools, Event
from servanda.crosscheck._simulation_rules import HELD, INCIDENT, Rules, conceals, likely, shares
from servanda.game.calendar import Step
from servanda.game.kinds import EXCHANGE

STANDINGS = ("complete_on_time", "complete_late", "stalled", "suspended")
DAY = 1e-9  # years; what is no further apart happens on one day
KEEP, CONCEAL, WITHDRAW, HOLD = range(4)
WORLD = ("review", "renewal", "turnover")  # they come on their days whatever happens


class Stall(NamedTuple):
    """Who is behind, since when, and what waits for it."""

    kind: Literal["due", "vote", "review", "found", "exchange"]
    about: frozenset[int]
    behind: tuple[int, ...]
    start: float
    looks: int = 0
    suspended: frozenset[int] = frozenset()


class Turn(NamedTuple):
    """Who is to decide at a look: the vote put again, a party that is behind, or one that answers."""

    what: Literal["vote", "behind", "answer"]
    party: int


@dataclass(frozen=True)
class Seen:
    """What everybody has seen in some plays; `node`: where the equilibrium keeps what comes next."""

    node: int = 0
    now: float = 0.0
    begun: bool = False
    done: dict[int, float] = field(default_factory=dict[int, float])
    struck: frozenset[int] = frozenset()
    past: frozenset[int] = frozenset()  # reviews, renewals and turnovers that took place
    stall: Stall | None = None
    used: int = 0
    exposed: frozenset[int] = frozenset()
    taken: frozenset[int] = frozenset()  # parties that have something taken back
    claims: tuple[tuple[int, ...], ...] = ()  # what each could have concealed so far, by claim done
    turns: tuple[Turn, ...] = ()


class LateRound(Batch):
    """A batch of plays; `standing` (4, 2): how many are in force at the end and how, clean or not.

    `became` (steps, 3): in how many an entry was done on its day, done later, or struck. `held` (steps,): in how many
    somebody held back when it was due, or a vote failed without ending all.
    """

    def __init__(self, rules: Rules, size: int, rng: np.random.Generator, watched: int) -> None:
        super().__init__(rules, size, rng, watched)
        steps, plan = rules.steps, rules.agreement.plans[rules.equilibrium.game.plan]
        self.looks = () if plan.late is None else tuple(plan.late.looks)
        self.stalls = 0 if plan.late is None else plan.late.stalls
        self.found_stalls = plan.found == "stall"
        self.plan = [k for k, step in enumerate(steps) if step.kind not in WORLD]
        needs = {entry.id: entry.needs for entry in plan.entries}
        by_entry = {step.entry: k for k, step in enumerate(steps)}
        self.rests_on = [
            frozenset(by_entry[e] for e in _all_needs(step.entry, needs) if e in by_entry) for step in steps
        ]
        self.suspendable = [
            frozenset(
                k
                for k, step in enumerate(steps)
                if any(
                    rules.agreement.stakes[s].suspendable and rules.agreement.stakes[s].holder == p for s in step.gives
                )
            )
            for p in rules.parties
        ]
        self.acts = [np.zeros((len(rules.kinds[rules.parties.index(s.party)]), 4), dtype=np.int64) for s in steps]
        self.changed = np.zeros(len(steps), dtype=np.int64)
        self.held = np.zeros(len(steps), dtype=np.int64)
        self.became = np.zeros((len(steps), 3), dtype=np.int64)
        self.standing = np.zeros((4, 2), dtype=np.int64)

    def play(self) -> tuple[Ints, list[Ints], Ints]:
        """Play until all have ended: numbers of plays by outcome, by entry (types, 4) with acts, and of turnovers."""
        everything = np.arange(self.size)
        self.stack = [(Seen(claims=((),) * len(self.rules.parties)), everything)]
        while self.stack:
            seen, self.inside = self.stack.pop()
            if self.inside.size:
                self._go_on(seen)
        return np.bincount(self.ended, minlength=len(self.rules.outcomes)), self.acts, self.changed

    # ------------------------------------------------------------------------------------------- what comes next

    def _go_on(self, seen: Seen) -> None:
        if seen.turns:
            self._turn(seen)
            return
        coming: list[tuple[float, int]] = []
        stall = seen.stall
        for k, step in enumerate(self.rules.steps):
            if k in seen.done or k in seen.struck or k in seen.past:
                continue
            if step.kind in WORLD:
                comes = step.years >= seen.now - DAY and (stall is None or step.kind != "review")
            else:
                comes = stall is None or (step.kind == "automatic" and not (self.rests_on[k] | {k}) & stall.about)
            if comes:
                coming.append((max(step.years, seen.now), k))
        horizon = self.rules.agreement.horizon
        if stall is not None and stall.start + self.looks[stall.looks] < horizon - DAY:
            coming.append((stall.start + self.looks[stall.looks], -1))
        first = min((day for day, _ in coming), default=horizon)
        k, day = min(((k, day) for day, k in coming if day <= first + DAY), default=(len(self.rules.steps), horizon))
        game = self.rules.equilibrium.game
        if abs(game.node_years[seen.node] - day) > DAY or game.node_step[seen.node] != k:
            raise RuntimeError(f"plan {game.plan}: the rules of play and the solved game differ in what comes next")
        if seen.begun:
            self._report(seen, day)
        seen = replace(seen, now=day, begun=True)
        if k == len(self.rules.steps):
            self._stand(seen)
        elif k >= 0:
            self._step(seen, k)
        else:
            assert stall is not None
            what = "vote" if stall.kind == "vote" else "behind"
            self._turn(replace(seen, turns=tuple(Turn(what, p) for p in stall.behind)))

    def _report(self, seen: Seen, day: float) -> None:
        """What measures find comes out, and what else may end the agreement happens."""
        rules, size = self.rules, self.inside.size
        found = np.zeros((len(rules.parties), size), dtype=bool)
        for key, measure in rules.agreement.measures.items():
            expected = measure.finds.likely * self._in_force(key, seen.now, day)
            for stake in dict.fromkeys(measure.covers) if expected > 0 else ():
                for p, claims in enumerate(seen.claims):
                    bits = sum(
                        1 << bit
                        for bit, k in enumerate(claims)
                        if k in seen.done and stake in conceals(rules.steps[k], rules.parties[p])
                    )
                    if p in seen.exposed or not bits:
                        continue
                    sees = self.rng.standard_exponential(size) < expected  # the wait for the first finding
                    sees &= (self.hidden[p][self.inside] & bits) > 0
                    what = rules.agreement.stakes[stake].name or stake
                    self._say(seen, p, sees, f"is found concealing {what}, by {measure.name or key}", day=day)
                    found[p] |= sees
        upset = self.rng.standard_exponential(size) < rules.agreement.incidents.likely * (day - seen.now)
        for key, measure in rules.agreement.measures.items():
            rate = measure.false_alarms.likely * self._in_force(key, seen.now, day)
            alarms = self.rng.poisson(rate, size)
            upset |= self.rng.random(size) >= (1.0 - measure.breaks.likely) ** alarms
        count = found.sum(axis=0)
        left = (count == 0) & ~upset
        for p, name in enumerate(rules.parties):
            alone = found[p] & (count == 1)
            if self.found_stalls and seen.stall is None and alone.any():
                self._expose(seen, p, day, alone)
            else:
                self._over(alone, f"found:{name}")
        self._over(count > 1, rules.several)
        self._say(seen, -1, upset & (count == 0), "an incident or a false alarm ends the agreement", day=day)
        self._over(upset & (count == 0), INCIDENT)
        self.inside = self.inside[left]

    def _in_force(self, measure: str, since: float, until: float) -> float:
        """Years between two dates in which a measure looks."""
        agreement = self.rules.agreement
        of = agreement.measures[measure]
        opens = since if of.starts is None else max(since, years_between(agreement.start, of.starts))
        closes = until if of.until is None else min(until, years_between(agreement.start, of.until))
        return max(0.0, closes - opens)

    def _expose(self, seen: Seen, p: int, day: float, which: Bools) -> None:
        """A party is found, and the agreement stays in force."""
        tree, node = self.rules.equilibrium.game.tree, int(self.rules.equilibrium.game.tree.aside[seen.node])
        while tree.actor[node] != p:
            node = int(tree.aside[node])
        new = replace(seen, node=int(tree.child[node, 0]), now=day, exposed=seen.exposed | {p})
        about = frozenset(seen.claims[p])
        new = self._stalled(new, "found", about, (p,)) or self._strike(new, about, but=about)
        self._push(seen, new, which)

    def _stand(self, seen: Seen) -> None:
        """The horizon."""
        secret = np.zeros(self.inside.size, dtype=bool)
        for hidden, claims in zip(self.hidden, seen.claims, strict=True):
            given = sum(1 << bit for bit, k in enumerate(claims) if k in seen.done)  # not what an exchange struck
            secret |= hidden[self.inside] & given > 0
        late = any(day > self.rules.steps[k].years + DAY for k, day in seen.done.items())
        whole = seen.stall is None and all(k in seen.done for k in self.plan)
        standing = 3 if seen.taken else 2 if not whole else 1 if late else 0
        self.standing[standing] += [int((~secret).sum()), int(secret.sum())]
        self._say(seen, -1, secret | ~secret, "the agreement is still in force")
        self.end(secret, HELD[1])
        self.end(np.ones(self.inside.size, dtype=bool), HELD[0])

    # ------------------------------------------------------------------------------------------- the calendar

    def _step(self, seen: Seen, k: int) -> None:
        step, p = self.rules.steps[k], self.rules.parties.index(self.rules.steps[k].party)
        kind = self.kind[p][self.inside]
        if step.kind in WORLD:
            seen = replace(seen, past=seen.past | {k})
        act = np.zeros(self.inside.size, dtype=np.int64)
        here = self.inside
        if step.kind == "automatic":
            self._say(seen, p, act == 0, "does it automatically", step)
            self._push(seen, self._perform(self._after(seen, 0), k), act == 0)
        elif step.kind == "ratification":
            act = np.where(self.rng.random(act.size) < likely(step), KEEP, HOLD)
            self._vote(seen, k, p, act == HOLD)
        elif step.kind == "turnover":
            self._turn_over(seen, k, p)
        elif step.kind == "exchange":
            act, kind = self._exchange(seen, k), self.kind[p][here]
        else:
            act = self._decide(seen, p, step)
            held = self._after(seen, 1)
            if step.kind == "review":
                begun = self._stalled(replace(held, taken=seen.taken | {p}), "review", frozenset(), (p,))
                held = begun and self._in_stall(begun, suspended=frozenset({p}))
                kept = self._after(seen, 0)
            else:
                begun = self._stalled(held, "due", frozenset({k}), (p,)) if step.may_wait else None
                held = begun or self._freeze(held)
                kept = self._after(seen, 0)
                kept = self._perform(self._claim(kept, k, p), k) if step.kind == "obligation" else kept
            self._say(seen, p, act == HOLD, "takes back what it can" if step.kind == "review" else "falls behind", step)
            if held is not None:
                self._push(seen, held, act == HOLD)
            self._push(seen, kept, act <= CONCEAL)
        self.held[k] += int((act == HOLD).sum())
        kinds = len(self.acts[k])
        done = np.bincount(kind * 4 + act, minlength=4 * kinds).reshape(kinds, 4)
        self.acts[k] += np.column_stack([done.sum(axis=1), done[:, :3]])

    def _vote(self, seen: Seen, k: int, p: int, failed: Bools) -> None:
        step = self.rules.steps[k]
        self._say(seen, p, ~failed, "ratifies", step)
        self._say(seen, p, failed, "does not ratify", step)
        self._push(seen, self._perform(self._after(seen, 0), k), ~failed)
        if step.then == "breakdown":
            self._over(failed, f"unratified:{step.party}")
            return
        new = self._after(seen, 1)
        begun = self._stalled(new, "vote", frozenset({k}), (p,)) if step.then == "delay" else None
        self._push(seen, begun or self._strike(new, frozenset({k})), failed)

    def _turn_over(self, seen: Seen, k: int, p: int) -> None:
        step, here = self.rules.steps[k], self.inside
        new = self.rng.random(here.size) < likely(step)
        share = shares(step.types, self.rules.kinds[p])
        self.kind[p][here[new]] = self.rng.choice(share.size, int(new.sum()), p=share)
        self.changed[k] += int(new.sum())
        self._say(seen, p, new, "has a new government", step)
        self._say(seen, p, ~new, "has the same government as before", step)
        for i in self.watched(new):
            self.tell_kind(p, i, step.date, step.title)
        self._push(seen, self._after(seen, 1), new)
        self._push(seen, self._after(seen, 0), ~new)

    def _exchange(self, seen: Seen, k: int) -> Ints:
        """All choose, and none sees what the others do; what came of it in each play, as one act."""
        step, tree, head = self.rules.steps[k], self.rules.equilibrium.game.tree, seen.node
        assert tree.kind[head] == EXCHANGE
        here = self.inside
        movers = [self.rules.parties.index(mover.party) for mover in step.movers]
        acts = np.zeros((len(movers), here.size), dtype=np.int64)
        for i, p in enumerate(movers):
            acts[i] = self._decide(replace(seen, node=head + i), p, step, ends=False)
        self.inside = here
        gone = (acts == WITHDRAW).sum(axis=0)
        for i, p in enumerate(movers):
            self._over((acts[i] == WITHDRAW) & (gone == 1), f"withdrew:{self.rules.parties[p]}")
        self._over(gone > 1, self.rules.all_leave)
        holds = ((acts == HOLD) * (1 << np.arange(len(movers)))[:, None]).sum(axis=0)
        for mask in np.unique(holds[gone == 0]):
            which = (holds == mask) & (gone == 0)
            new = replace(seen, node=int(tree.forks[tree.fork[head] + mask]))
            behind = tuple(p for i, p in enumerate(movers) if mask >> i & 1)
            for p in movers:
                new = new if p in behind else self._claim(new, k, p)
            if not mask:
                new = self._perform(new, k)
            else:
                begun = self._stalled(new, "exchange", frozenset({k}), behind) if step.may_wait else None
                new = begun or self._freeze(new)
            self._push(seen, new, which)
        some = np.where((acts == CONCEAL).any(axis=0), CONCEAL, KEEP)
        return np.where(gone > 0, WITHDRAW, np.where(holds > 0, HOLD, some))

    # ------------------------------------------------------------------------------------------- looks

    def _turn(self, seen: Seen) -> None:
        """The next of those who decide at a look."""
        stall, turn = seen.stall, seen.turns[0]
        assert stall is not None
        seen, p = replace(seen, turns=seen.turns[1:]), turn.party
        k = min(stall.about) if stall.kind in ("due", "vote", "exchange") else -1
        step = self.rules.steps[k] if k >= 0 else None
        if turn.what == "vote":
            assert step is not None
            failed = self.rng.random(self.inside.size) >= likely(step)
            self._say(seen, p, failed, "does not ratify this time either", step)
            self._say(seen, p, ~failed, "ratifies after all", step)
            self._push(seen, self._mended(self._perform(self._after(seen, 0), k)), ~failed)
            self._push(seen, self._passed_on(self._after(seen, 1), "vote"), failed)
            return
        act = self._decide(seen, p, step, late=True)
        kept, held = self._after(seen, 0), self._after(seen, 1)
        if turn.what == "behind":
            if stall.kind in ("due", "exchange"):
                kept = self._claim(kept, k, p)
                left = tuple(q for q in stall.behind if q != p)
                kept = self._in_stall(kept, behind=left)
                kept = self._passed_on(kept, "behind") if left else self._mended(self._perform(kept, k))
            else:
                if stall.kind == "found":
                    claims = tuple(() if q == p else own for q, own in enumerate(kept.claims))
                    kept = replace(kept, claims=claims, exposed=seen.exposed - {p})
                    self.hidden[p][self.inside[act <= CONCEAL]] = 0
                kept = self._mended(kept)
            self._say(seen, p, act <= CONCEAL, "mends it", step)
            self._say(seen, p, act == HOLD, "is still behind", step)
            self._push(seen, self._passed_on(held, "behind"), act == HOLD)
        else:
            if p in stall.suspended:
                kept = self._in_stall(replace(kept, taken=kept.taken - {p}), suspended=stall.suspended - {p})
                words = "gives back what it suspended", "leaves suspended what it suspended"
            else:
                held = self._in_stall(replace(held, taken=held.taken | {p}), suspended=stall.suspended | {p})
                words = "waits", "suspends what it can"
            self._say(seen, p, act <= CONCEAL, words[0], step)
            self._say(seen, p, act == HOLD, words[1], step)
            if (act == HOLD).any():
                self._push(seen, self._passed_on(held, "answer"), act == HOLD)
        self._push(seen, self._passed_on(kept, turn.what) if turn.what == "answer" else kept, act <= CONCEAL)

    def _passed_on(self, seen: Seen, what: str) -> Seen:
        """Nothing is mended yet: others answer; then the next look is awaited, or what is late is struck."""
        stall = seen.stall
        assert stall is not None
        if seen.turns:
            return seen
        others = tuple(Turn("answer", q) for q in range(len(self.rules.parties)) if q not in stall.behind)
        if what != "answer" and others:
            return replace(seen, turns=others)
        if stall.looks + 1 < len(self.looks):
            return replace(seen, stall=stall._replace(looks=stall.looks + 1))
        about = frozenset(seen.claims[stall.behind[0]]) if stall.kind == "found" else stall.about
        return replace(self._strike(seen, about, but=about & seen.done.keys()), stall=None)

    def _mended(self, seen: Seen) -> Seen:
        """Nobody is behind any more, and whoever suspended in this stall gives back."""
        assert seen.stall is not None
        return replace(seen, taken=seen.taken - seen.stall.suspended, stall=None, turns=())

    @staticmethod
    def _in_stall(seen: Seen, behind: tuple[int, ...] | None = None, suspended: frozenset[int] | None = None) -> Seen:
        stall = seen.stall
        assert stall is not None
        behind = stall.behind if behind is None else behind
        return replace(
            seen, stall=stall._replace(behind=behind, suspended=stall.suspended if suspended is None else suspended)
        )

    # ------------------------------------------------------------------------------------------- what acts do

    def _decide(self, seen: Seen, p: int, step: Step | None, late: bool = False, ends: bool = True) -> Ints:
        """What party p does in each play: drawn by the chances that the equilibrium gives at a node."""
        game, here = self.rules.equilibrium.game, self.inside
        tree, v = game.tree, seen.node
        assert tree.actor[v] == p
        chances = np.exp(
            self.rules.equilibrium.choice[
                :, game.tables.offset[p, v] + self.kind[p][here] * game.tables.sets[p, v] + self.hidden[p][here]
            ]
        )
        below = np.cumsum(chances, axis=0)
        act = (self.rng.random(here.size) * below[3] >= below[:3]).sum(axis=0)
        secrets = conceals(step, self.rules.parties[p]) if step is not None else ()
        if secrets:
            self.hidden[p][here[act == CONCEAL]] |= 1 << len(seen.claims[p])
            names = ", ".join(self.rules.agreement.stakes[s].name or s for s in secrets)
            self._say(seen, p, act == CONCEAL, f"claims to keep, and conceals {names} (in secret)", step, secret=True)
        if not late and step is not None:
            words = {"review": "stays", "renewal": "renews"}.get(step.kind, "keeps")
            self._say(seen, p, act == KEEP, words, step)
            if step.kind == "exchange":
                self._say(seen, p, act == HOLD, "holds back", step)
        renewal = step is not None and step.kind == "renewal"
        self._say(seen, p, act == WITHDRAW, "lets it lapse" if renewal else "withdraws", step)
        if ends:
            self._over(act == WITHDRAW, f"{'lapsed' if renewal else 'withdrew'}:{self.rules.parties[p]}")
        return act

    def _after(self, seen: Seen, slot: int) -> Seen:
        return replace(seen, node=int(self.rules.equilibrium.game.tree.child[seen.node, slot]))

    def _perform(self, seen: Seen, k: int) -> Seen:
        return replace(seen, done={**seen.done, k: seen.now})

    def _claim(self, seen: Seen, k: int, p: int) -> Seen:
        if not conceals(self.rules.steps[k], self.rules.parties[p]):
            return seen
        return replace(seen, claims=tuple((*own, k) if q == p else own for q, own in enumerate(seen.claims)))

    def _stalled(
        self,
        seen: Seen,
        kind: Literal["due", "vote", "review", "found", "exchange"],
        about: frozenset[int],
        behind: tuple[int, ...],
    ) -> Seen | None:
        if not self.looks or seen.used >= self.stalls:
            return None
        return replace(seen, stall=Stall(kind, about, behind, seen.now), used=seen.used + 1)

    def _pending(self, seen: Seen) -> list[int]:
        return [k for k in self.plan if k not in seen.done and k not in seen.struck]

    def _strike(self, seen: Seen, about: frozenset[int], but: frozenset[int] = frozenset()) -> Seen:
        lost = {k for k in self._pending(seen) if (k in about and k not in but) or self.rests_on[k] & about}
        return replace(seen, struck=seen.struck | lost)

    def _freeze(self, seen: Seen) -> Seen:
        struck = seen.struck | {k for k in self._pending(seen) if self.rules.steps[k].kind != "automatic"}
        return replace(seen, struck=struck | {k for k in self._pending(seen) if self.rests_on[k] & struck})

    # ------------------------------------------------------------------------------------------- keeping count

    def _push(self, before: Seen, after: Seen, which: Bools) -> None:
        """Go on later with some of the plays at hand; they keep their order."""
        count = int(which.sum())
        if not count:
            return
        for k in after.done.keys() - before.done.keys():
            self.became[k, int(after.now > self.rules.steps[k].years + DAY)] += count
        lost = sorted(after.struck - before.struck)
        for k in lost:
            self.became[k, 2] += count
        if lost:
            titles = ", ".join(f"“{self.rules.steps[k].title}”" for k in lost)
            self._say(after, -1, which, f"the plan goes on without {titles}")
        self.stack.append((after, self.inside[which]))

    def _over(self, which: Bools, outcome: str) -> None:
        """Some of the plays at hand end, and stay at hand until the others have gone on."""
        if which.any():
            self.ended[self.inside[which]] = self.rules.outcomes.index(outcome)

    def _say(
        self, seen: Seen, p: int, which: Bools, what: str, step: Step | None = None, *, secret: bool = False,
        day: float | None = None,
    ) -> None:  # fmt: skip
        if not self.events:
            return
        agreement, now = self.rules.agreement, seen.now if day is None else day
        on_time = step is not None and abs(step.years - now) < DAY
        date = step.date if step is not None and on_time else later(agreement.start, now)
        title = "" if step is None else step.title if on_time else f"{step.title}, late"
        name = party_name(agreement, self.rules.parties[p]) if p >= 0 else ""
        for i in self.watched(which):
            self.events[i].append(Event(date, title, name, what, secret))


def _all_needs(entry: str, needs: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """The entries that an entry needs, directly or through others."""
    found: set[str] = set()
    pending = list(needs[entry])
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending.extend(needs.get(each, ()))
    return frozenset(found)
