"""The public tree of a plan in which steps can be late: who decides what, after what everybody has seen.

Written from `model.md`, part 2. A node is a public event at a date: an entry that falls due, a look at what is late, an
answer, the horizon. It is told here from the calendar alone; what it is worth to anybody is worked out elsewhere.
"""

from __future__ import annotations

from servanda.game.kinds import (
    AUTOMATIC,
    EXCHANGE,
    FOUND,
    HORIZON,
    OBLIGATION,
    RATIFICATION,
    RENEWAL,
    REVIEW,
    SEAT,
    TURNOVER,
)
from servanda.game.tree_shape import (
    DUE,
    KINDS,
    MEND,
    NO_HABIT,
    PAUSE,
    RENEW,
    SAME,
    STAY,
    WAIT,
    Shape,
    Stall,
    State,
    Taken,
    Telling,
)


class TooManyNodes(Exception):
    """The tree has more nodes than asked for."""


def tell(shape: Shape, most: int) -> Telling:
    """Tell the public tree of a plan; give up beyond so many nodes.

    Raises
    ------
    TooManyNodes
    """
    return _Teller(shape, most).told


BEHIND, ANSWER, VOTE = range(3)


class _Teller:
    def __init__(self, shape: Shape, most: int) -> None:
        steps = shape.entries
        self.steps, self.rules, self.T, self.N = steps, shape.rules, shape.horizon, shape.parties
        self.suspendable, self.windows, self.most = shape.suspendable, shape.windows, most
        self.plan = tuple(e for e, step in enumerate(steps) if step.waits)
        self.bit = {e: i for i, e in enumerate(self.plan)}
        self.world = tuple(e for e in range(len(steps)) if e not in self.bit)
        self.turn = {e: i for i, e in enumerate(self.world)}
        self.all = (1 << len(self.plan)) - 1
        self.actors = tuple(step.movers[0] for step in steps)
        self.movers = tuple(step.movers for step in steps)
        self.secret = tuple(step.secret for step in steps)
        self.automatic = sum(1 << i for i, e in enumerate(self.plan) if steps[e].kind == "automatic")
        self.needs = self._closure()
        self.allotted = {
            (e, p): self._allotted(e, p) for e, step in enumerate(steps) for p in self.movers[e]
            if step.kind in ("obligation", "exchange")
        }  # fmt: skip
        self.told = Telling()
        self.stack: list[tuple[State, int, int]] = []
        start = State(taken=(None,) * self.N, last=(0.0,) * self.N, claims=((),) * self.N)
        self.stack.append((start, -1, 0))
        while self.stack:
            self._arrive(*self.stack.pop())

    def _closure(self) -> tuple[int, ...]:
        """Bits of all that each plan entry needs, directly or through others."""
        places = {self.steps[e].entry: i for i, e in enumerate(self.plan)}
        direct = [
            sum({1 << places[name] for name in self.steps[e].needs if name in places}) for e in self.plan
        ]  # fmt: skip
        whole = list(direct)
        while True:
            further = [mine | self._union(whole, mine) for mine in whole]
            if further == whole:
                return tuple(whole)
            whole = further

    @staticmethod
    def _union(bits: list[int], of: int) -> int:
        found = 0
        for i, mine in enumerate(bits):
            if of >> i & 1:
                found |= mine
        return found

    def _allotted(self, e: int, p: int) -> float:
        """Years from the last earlier date on which p, or what e needs, was due, to the step's own."""
        step = self.steps[e]
        earlier = [0.0]
        for f, other in enumerate(self.steps):
            own = other.kind in ("obligation", "exchange") and p in self.movers[f]
            if other.years < step.years - SAME and (own or other.entry in step.needs):
                earlier.append(other.years)
        return step.years - max(earlier)

    # -------------------------------------------------------------------------------------------- what comes next

    def _next(self, s: State) -> tuple[float, int]:
        """When, and which step comes next; -1: a look; -2: the horizon."""
        steps, stall = self.steps, s.stall
        open_ = self.all & ~(s.did | s.struck)
        at, step = self.T, -2
        while s.world < len(self.world):
            e = self.world[s.world]
            if steps[e].kind != "review" or (stall is None and steps[e].years >= s.now - SAME):
                at, step = steps[e].years, e
                break
            if stall is not None and steps[e].years >= s.now - SAME:
                # It falls out only if the stall lasts beyond its date: look further, but leave it for now.
                step, at = self._beyond(s, e)
                break
            s.world += 1
        if stall is not None:
            open_ &= self.automatic
            about = self._about(stall, s)
            while open_:
                first = (open_ & -open_).bit_length() - 1
                if not (self.needs[first] | 1 << first) & about:
                    break
                open_ &= open_ - 1
        if open_:
            e = self.plan[(open_ & -open_).bit_length() - 1]
            when = max(steps[e].years, s.now)
            if step < 0 or when < at - SAME or (when < at + SAME and e < step):
                at, step = when, e
        if stall is not None:
            look = stall.start + (self.rules.looks or ())[stall.look]
            if look < self.T - SAME and look <= at + SAME:
                return look, -1
        return at, step

    def _beyond(self, s: State, first: int) -> tuple[int, float]:
        """The next turnover or renewal, while reviews fall out."""
        for e in self.world[s.world :]:
            if self.steps[e].kind != "review":
                return e, self.steps[e].years
        return -2, self.T

    def _about(self, stall: Stall, s: State) -> int:
        """Bits of what a stall is about: what waits for it, and what is struck with it."""
        if stall.kind == "review":
            return 0
        if stall.kind == "found":
            return sum(1 << i for i in s.claims[stall.behind[0]])
        return 1 << stall.entry

    # -------------------------------------------------------------------------------------------- nodes

    def _node(self, s: State, kind: int, actor: int, at: float, parent: int, slot: int) -> int:
        told = self.told
        node = len(told.kind)
        if node >= self.most:
            raise TooManyNodes
        told.kind.append(kind)
        told.actor.append(actor)
        told.parent.append(parent)
        told.child.append([-1, -1])
        told.step.append(-1)
        told.entry.append(-1)
        told.does.append(-1)
        told.conceals.append(0)
        told.years.append(at)
        told.before.append(s.now)
        told.look.append(s.stall.look if s.stall is not None else -1)
        told.aside.append(-1)
        told.head.append(-1)
        told.fork.append(-1)
        told.mask.append(-1)
        told.habit.append(NO_HABIT)
        told.since.append(at - s.last[actor] if actor >= 0 else 0.0)
        told.pace.append(0.0)
        told.way.append(s)
        if parent >= 0:
            if told.kind[parent] in (EXCHANGE, SEAT):
                head = told.head[parent] if told.kind[parent] == SEAT else parent
                told.forks[told.fork[head] + slot] = node
                told.mask[node] = slot
            else:
                told.child[parent][slot] = node
        return node

    def _arrive(self, s: State, parent: int, slot: int) -> None:
        """Go on to the next event, and tell what can follow it."""
        if s.queue:
            self._decide(s, parent, slot)
            return
        at, e = self._next(s)
        if e == -2:
            node = self._node(s, HORIZON, -1, at, parent, slot)
            self.told.step[node] = len(self.steps)
            self._findings(s, node, at, parent)
        elif e == -1:
            self._look(s, at, parent, slot)
        else:
            self._entry(s, e, at, parent, slot)

    def _findings(self, s: State, node: int, at: float, parent: int) -> None:
        """Beside a node, those at which the report on the way found one party, where that stalls the plan."""
        if not self.rules.found_stalls or parent < 0 or s.stall is not None or at <= s.now + SAME:
            return
        last = node
        for p in range(self.N):
            active = [i for i in s.claims[p] if s.did >> i & 1]
            if s.exposed >> p & 1 or not any(min(at, b) > max(s.now, a) for i in active for a, b in self.windows[p][i]):
                continue
            beside = self._node(s, FOUND, p, at, -1, 0)
            told = self.told
            told.parent[beside], told.head[beside] = parent, node
            told.mask[beside] = told.mask[node]
            told.aside[last] = beside
            last = beside
            after = s.copy()
            after.now, after.exposed, after.found = at, s.exposed | 1 << p, 1 << p
            if self.rules.looks and s.used < self.rules.stalls:
                after.used += 1
                after.stall = Stall("found", -1, (p,), at)
            else:
                after.struck |= self._with_needs(after, sum(1 << i for i in s.claims[p])) & ~after.did
            self.stack.append((after, beside, 0))

    def _with_needs(self, s: State, bits: int) -> int:
        """Pending plan entries that need any of these, directly or through others."""
        open_ = self.all & ~(s.did | s.struck)
        return sum(1 << i for i, needs in enumerate(self.needs) if needs & bits and open_ >> i & 1)

    def _entry(self, s: State, e: int, at: float, parent: int, slot: int) -> None:
        told, step = self.told, self.steps[e]
        kind, p = KINDS[step.kind], self.actors[e]
        node = self._node(s, kind, p, at, parent, slot)
        told.step[node] = told.entry[node] = e
        seats = self._seats(s, e, node, at) if kind == EXCHANGE else node
        self._findings(s, node, at, parent)
        after = s.copy()
        after.now = at
        if e not in self.bit:
            after.world = self.turn[e] + 1
        if kind == OBLIGATION:
            told.does[node], told.conceals[node] = e, int(self.secret[e][0])
            told.habit[node], told.pace[node] = DUE, self.allotted[e, p]
            self._held_back(after, e, (p,), node, 1)
            self._push(self._performed(self._decided(after, p), e, p), node, 0)
        elif kind == EXCHANGE:
            self._exchange(after, e, seats)
        elif kind == AUTOMATIC:
            told.does[node] = e
            self._push(self._done(after.copy(), e), node, 0)
        elif kind == RATIFICATION:
            told.does[node] = e
            if step.then != "breakdown":
                self._failed(after.copy(), e, p, node)
            self._push(self._done(after.copy(), e), node, 0)
        elif kind == TURNOVER:
            new = after.copy()
            new.branch = (*new.branch, step.id)
            self._push(new, node, 1)
            self._push(after, node, 0)
        elif kind == RENEWAL:
            told.habit[node] = RENEW
            self._push(self._decided(after, p), node, 0)
        else:
            told.habit[node], told.pace[node] = STAY, told.since[node]
            if step.may_suspend and self._may_stall(s) and self._can_take(s, p):
                told.habit[node] = PAUSE
                held = self._take(self._decided(after, p), p)
                held.stall, held.used = Stall("review", -1, (p,), at, 0, (p,)), held.used + 1
                self._push(held, node, 1)
            self._push(self._decided(after, p), node, 0)

    def _push(self, s: State, node: int, slot: int) -> None:
        self.stack.append((s, node, slot))

    # -------------------------------------------------------------------------------------------- what acts do

    def _decided(self, s: State, p: int) -> State:
        after = s.copy()
        after.took, after.found = s.took, s.found
        after.last = (*s.last[:p], s.now, *s.last[p + 1 :])
        return after

    def _done(self, s: State, e: int) -> State:
        """The state, changed: an entry is done now."""
        s.did |= 1 << self.bit[e]
        s.lateness = max(s.lateness, s.now - self.steps[e].years)
        return s

    def _performed(self, s: State, e: int, p: int) -> State:
        return self._claim(self._done(s, e), e, p)

    def _claim(self, s: State, e: int, p: int) -> State:
        if self.secret[e][self.movers[e].index(p)]:
            s.claims = (*s.claims[:p], (*s.claims[p], self.bit[e]), *s.claims[p + 1 :])
        return s

    def _may_stall(self, s: State) -> bool:
        return bool(self.rules.looks) and s.used < self.rules.stalls

    def _held_back(self, s: State, e: int, who: tuple[int, ...], node: int, slot: int) -> None:
        """Some hold back what is due: a stall, or the plan freezes. `s` is left as it is."""
        if self.rules.looks is None:
            return
        after = s
        for p in who:
            after = self._decided(after, p)
        if self.steps[e].kind == "exchange":
            for p in self.movers[e]:
                if p not in who:
                    after = self._claim(self._decided(after, p), e, p)
        if self.steps[e].may_wait and self._may_stall(s):
            kind = "exchange" if self.steps[e].kind == "exchange" else "due"
            after.stall, after.used = Stall(kind, self.bit[e], who, s.now), s.used + 1
        else:
            open_ = self.all & ~(s.did | s.struck)
            stays = sum(
                1 << i for i, needs in enumerate(self.needs)
                if (open_ & self.automatic) >> i & 1 and self._stands(i, needs, s, open_)
            )  # fmt: skip
            after.struck |= open_ & ~stays
        self._push(after, node, slot)

    def _stands(self, i: int, needs: int, s: State, open_: int) -> bool:
        """Whether an automatic transfer needs nothing that is struck when a plan freezes."""
        return not needs & (s.struck | (open_ & ~self.automatic))

    def _failed(self, s: State, e: int, p: int, node: int) -> None:
        """A vote fails without ending all."""
        if self.steps[e].then == "delay" and self._may_stall(s):
            s.stall, s.used = Stall("vote", self.bit[e], (p,), s.now), s.used + 1
        else:
            self._strike(s, 1 << self.bit[e])
        self._push(s, node, 1)

    def _strike(self, s: State, bits: int) -> None:
        s.struck |= (bits & ~s.did) | self._with_needs(s, bits)

    def _can_take(self, s: State, p: int) -> bool:
        return s.taken[p] is None and bool(s.did & self.suspendable[p])

    def _take(self, s: State, p: int) -> State:
        """The state, changed: a party takes back what it can."""
        s.taken = (*s.taken[:p], Taken(s.now, s.did & self.suspendable[p]), *s.taken[p + 1 :])
        s.took |= 1 << p
        return s

    def _give_back(self, s: State, p: int) -> State:
        s.taken = (*s.taken[:p], None, *s.taken[p + 1 :])
        return s

    def _mend(self, s: State) -> State:
        """The state, changed: nobody is behind any more, and who suspended in this stall gives back."""
        stall = s.stall
        assert stall is not None
        for q in stall.suspended:
            self._give_back(s, q)
        s.stall, s.queue = None, ()
        return s

    # -------------------------------------------------------------------------------------------- exchanges

    def _seats(self, s: State, e: int, head: int, at: float) -> int:
        """Nodes for all who decide at an exchange, one after the other; returns the last."""
        told, movers = self.told, self.movers[e]
        told.fork[head] = len(told.forks)
        told.forks.extend([-1] * (1 << len(movers)))
        told.does[head] = e
        here = s.copy()
        here.now = at
        last = head
        for i, p in enumerate(movers):
            if i > 0:
                seat = self._node(here, SEAT, p, at, -1, 0)
                told.parent[seat], told.head[seat], told.fork[seat] = last, head, told.fork[head]
                last = seat
            told.entry[last], told.conceals[last] = e, int(self.secret[e][i])
            told.habit[last], told.pace[last] = DUE, self.allotted[e, p]
        return last

    def _exchange(self, s: State, e: int, last: int) -> None:
        """What can come of an exchange: all perform, or some hold back."""
        movers = self.movers[e]
        if self.rules.looks is not None:
            for held in range((1 << len(movers)) - 1, 0, -1):
                who = tuple(p for i, p in enumerate(movers) if held >> i & 1)
                self._held_back(s, e, who, last, held)
        done = s
        for p in movers:
            done = self._claim(self._decided(done, p), e, p)
        self._push(self._done(done, e), last, 0)

    # -------------------------------------------------------------------------------------------- looks

    def _look(self, s: State, at: float, parent: int, slot: int) -> None:
        """A look at what is late: who decides, in turn."""
        stall = s.stall
        assert stall is not None
        what = VOTE if stall.kind == "vote" else BEHIND
        s.queue = tuple((what, p) for p in stall.behind)
        self._decide(s, parent, slot, at)

    def _decide(self, s: State, parent: int, slot: int, at: float | None = None) -> None:
        """The next of those who decide at a look."""
        told, stall = self.told, s.stall
        assert stall is not None
        (what, p), rest = s.queue[0], s.queue[1:]
        when = s.now if at is None else at
        looks = self.rules.looks or ()
        gap = looks[stall.look] - (looks[stall.look - 1] if stall.look else 0.0)
        e = self.plan[stall.entry] if stall.entry >= 0 else -1
        after = s.copy()
        after.now, after.queue = when, rest
        kind = RATIFICATION if what == VOTE else REVIEW
        secret = what == BEHIND and e >= 0 and self.secret[e][self.movers[e].index(p)]
        node = self._node(s, OBLIGATION if secret else kind, p, when, parent, slot)
        told.entry[node], told.conceals[node] = e, int(secret)
        if what == VOTE:
            told.does[node] = e
            self._pass_on(what, after.copy(), node, 1)
            self._push(self._mend(self._done(after, e)), node, 0)
            return
        after = self._decided(after, p)
        if what == BEHIND:
            told.habit[node], told.pace[node] = MEND, gap
            self._pass_on(what, after.copy(), node, 1)
            if stall.kind in ("due", "exchange"):
                self._claim(after, e, p)
                left = tuple(q for q in stall.behind if q != p)
                if left:
                    after.stall = stall._replace(behind=left)
                    self._pass_on(what, after, node, 0)
                    return
                told.does[node] = e
                self._done(after, e)
            elif stall.kind == "found":
                after.claims = (*after.claims[:p], (), *after.claims[p + 1 :])
                after.exposed &= ~(1 << p)
            self._push(self._mend(after), node, 0)
            return
        if p in stall.suspended:
            told.habit[node], told.pace[node] = MEND, gap
            self._pass_on(what, after.copy(), node, 1)
            back = self._give_back(after, p)
            back.stall = stall._replace(suspended=tuple(q for q in stall.suspended if q != p))
            self._pass_on(what, back, node, 0)
        elif self._can_take(s, p):
            told.habit[node], told.pace[node] = WAIT, gap
            takes = self._take(after.copy(), p)
            takes.stall = stall._replace(suspended=(*stall.suspended, p))
            self._pass_on(what, takes, node, 1)
            self._pass_on(what, after, node, 0)
        else:
            told.habit[node], told.pace[node] = STAY, gap
            self._pass_on(what, after, node, 0)

    def _pass_on(self, what: int, s: State, node: int, slot: int) -> None:
        """Somebody at a look has decided, and nothing is mended: the next one, the next look, or what is late falls."""
        stall = s.stall
        assert stall is not None
        if not s.queue and what != ANSWER:
            s.queue = tuple((ANSWER, q) for q in range(self.N) if q not in stall.behind)
        if not s.queue:
            if stall.look + 1 < len(self.rules.looks or ()):
                s.stall = stall._replace(look=stall.look + 1)
            else:
                self._fall(s, stall)
        self._push(s, node, slot)

    def _fall(self, s: State, stall: Stall) -> None:
        """After the last look: what the stall is about is struck, and suspensions are for good."""
        about = self._about(stall, s)
        if stall.kind != "review":
            self._strike(s, about)
        for q in stall.suspended:
            mine = s.taken[q]
            if mine is not None:
                s.taken = (*s.taken[:q], mine._replace(for_good=True), *s.taken[q + 1 :])
        s.stall = None
