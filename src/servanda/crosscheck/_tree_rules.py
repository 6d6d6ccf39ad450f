"""The rules of play as the explicit tree follows them: what stands at a place and state, and what can come of it.

Only `explicit_tree.py` reads this. It takes from the fast game nothing but the calendar.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from servanda.agreement.format.agreement import Agreement, as_in
from servanda.crosscheck._tree_habits import Elapsed, Occasion, allotted, renewal_weights, weights
from servanda.crosscheck._tree_payoffs import Cost, Payoffs, Piece
from servanda.crosscheck._tree_state import DAY, Happening, Kind, Move, Place, Stall, State, with_at
from servanda.game.calendar import Step, calendar_of

WORLD = ("review", "renewal", "turnover")  # entries that come on their dates, whatever happened


class Play:
    """One plan of an agreement."""

    def __init__(self, agreement: Agreement, plan: str) -> None:
        self.agreement = agreement
        self.parties = tuple(agreement.parties)
        self.steps = calendar_of(agreement, plan)
        self.of = {step.id: step for step in self.steps}
        self.payoffs = Payoffs(as_in(agreement, plan))
        late = agreement.plans[plan].late
        self.looks: tuple[float, ...] = () if late is None else tuple(late.looks)
        self.stalls = 0 if late is None else late.stalls
        self.may_hold = late is not None
        self.found_stalls = agreement.plans[plan].found == "stall"
        self.rests_on = {step.id: _closure(agreement, plan, step.entry) for step in self.steps}
        self.priors = [
            {name: of.chance.likely for name, of in party.types.items()} or {"only": 1.0}
            for party in agreement.parties.values()
        ]
        # A party with one possible type needs no draw, but the flows before the first entry need one node to start at.
        self.draws = [i for i, prior in enumerate(self.priors) if sum(c > 0 for c in prior.values()) > 1] or [0]
        self.first = Place("type", self.draws[0])
        none = (frozenset[str](),) * len(self.parties)
        certain = tuple(max(prior, key=lambda name: prior[name]) for prior in self.priors)
        self.start = State(certain, (0.0,) * len(self.parties), none, none, {})
        self.nothing = (0.0,) * len(self.parties), (1.0,) * len(self.parties)

    def precisions(self) -> dict[str, dict[str, float]]:
        """Logit precision by party and type, per unit."""
        return {
            name: {kind: self.payoffs.precision(name, kind) for kind in self.priors[i]}
            for i, name in enumerate(self.parties)
        }

    def at(self, place: Place, state: State) -> tuple[Happening, list[Move]]:
        """The node at a place, and what can come of it."""
        match place.what:
            case "type":
                return self._draw(place.at, state)
            case "report":
                return self._report(place, state)
            case "step":
                return self._step(self.steps[place.at], state)
            case "mover":
                return self._mover(self.steps[place.at], place.acts, state)
            case "vote":
                return self._vote_again(state)
            case "mend":
                return self._mend(place.who, state)
            case "answer":
                return self._answer(place.who, state)
            case "end":
                return self._end(place, state), []

    # ------------------------------------------------------------------------------------------- what comes next

    def _next(self, state: State) -> tuple[Place, float]:
        """What comes next in a state, before any report, and when."""
        stall = state.stall
        coming: list[tuple[float, int, Place]] = []
        for k, step in enumerate(self.steps):
            if step.id in state.done or step.id in state.struck or step.id in state.played:
                continue
            if step.kind in WORLD:
                comes = step.years >= state.now - DAY and not (stall is not None and step.kind == "review")
            else:
                comes = stall is None or (step.kind == "automatic" and not self._rests(step, self._about(state, stall)))
            if comes:
                coming.append((max(step.years, state.now), k, Place("mover" if step.movers else "step", k)))
        if stall is not None and stall.looks < len(self.looks):
            date = stall.start + self.looks[stall.looks]
            if date < self.agreement.horizon - DAY:
                coming.append((date, -1, Place("vote") if stall.kind == "vote" else Place("mend", who=stall.behind)))
        if not coming:
            return Place("end", outcome=f"held:{'concealed' if state.concealed else 'clean'}"), self.agreement.horizon
        first = min(date for date, _, _ in coming)
        date, _, place = min((each for each in coming if each[0] <= first + DAY), key=lambda each: each[1])
        return place, date

    def _onward(
        self,
        label: str,
        chance: float | None,
        state: State,
        weight: float = 1.0,
        paid: Mapping[str, Cost] | None = None,
    ) -> Move:
        """Play on in this state until the next thing happens; `paid` names who pays which lump sum at once."""
        place, date = self._next(state)
        flow, factor = self.payoffs.flow(state.holding, state.now, date)
        findings, incident = self.payoffs.risks(state.holding, state.now, date) if state.begun else ((), 0.0)
        if incident > 0 or any(findings):
            place = Place("report", since=state.now, then=(place,))
        new = replace(state, now=date, begun=True)
        return Move(label, chance, place, new, self._less(flow, state, paid), factor, weight)

    def _at_once(
        self, label: str, place: Place, state: State, weight: float, paid: Mapping[str, Cost] | None = None
    ) -> Move:
        """An act after which somebody else decides on the same date."""
        return Move(label, None, place, state, self._less(self.nothing[0], state, paid), self.nothing[1], weight)

    def _less(self, flow: tuple[float, ...], state: State, paid: Mapping[str, Cost] | None) -> tuple[float, ...]:
        """A flow less lump sums."""
        if not paid:
            return flow
        return tuple(
            value - (self.payoffs.cost(name, kind, paid[name]) if name in paid else 0.0)
            for name, kind, value in zip(self.parties, state.types, flow, strict=True)
        )

    # ------------------------------------------------------------------------------------------- chance and the end

    def _draw(self, party: int, state: State) -> tuple[Happening, list[Move]]:
        name = self.parties[party]
        later = [i for i in self.draws if i > party]
        moves: list[Move] = []
        for kind, chance in self.priors[party].items():
            drawn = replace(state, types=with_at(state.types, party, kind))
            if later:
                moves.append(Move(f"{name} is {kind}", chance, Place("type", later[0]), drawn, *self.nothing))
            else:
                moves.append(self._onward(f"{name} is {kind}", chance, drawn))
        return Happening("chance", f"what {name} privately is", 0.0), _possible(moves)

    def _report(self, place: Place, state: State) -> tuple[Happening, list[Move]]:
        then = place.then[0]
        findings, incident = self.payoffs.risks(state.holding, place.since, state.now)
        moves: list[Move] = []
        unseen = math.prod(1 - risk for risk in findings)
        everyone = range(len(self.parties))
        for found in (some for n in everyone for some in itertools.combinations(everyone, n + 1)):
            chance = math.prod(risk if i in found else 1 - risk for i, risk in enumerate(findings))
            if not chance:
                continue
            names = [self.parties[i] for i in found]
            label = f"found: {' and '.join(names)}"
            if self.found_stalls and len(found) == 1 and state.stall is None:
                moves.append(self._finding(label, chance, names[0], found[0], then, state))
                continue
            who = names[0] if len(names) == 1 else self._together()
            end = Place("end", outcome=f"found:{who}", costs=tuple((name, "found") for name in names))
            moves.append(Move(label, chance, end, state, *self.nothing))
        moves.append(Move("incident", unseen * incident, Place("end", outcome="incident"), state, *self.nothing))
        moves.append(Move("nothing", unseen * (1 - incident), then, state, *self.nothing))
        title = f"report {'at' if then.what == 'end' else 'before'} {self._title(then, state)}"
        return Happening("chance", title, state.now), _possible(moves)

    def _finding(self, label: str, chance: float, name: str, i: int, before: Place, state: State) -> Move:
        """A party is found, and the agreement stays in force."""
        new = replace(state, exposed=state.exposed | {name}).departs(f"{name} found: {self._title(before, state)}")
        begun = self._stall(new, "found", name, (name,))
        new = begun or self._strike(new, state.claims[i])
        return self._onward(label, chance, new, paid={name: "found"})

    def _end(self, place: Place, state: State) -> Happening:
        ended = Happening("terminal", place.outcome, state.now, outcome=place.outcome, done=state.done)
        if not place.outcome.startswith("held:"):
            return replace(ended, payoff=self.payoffs.broken(state.holding, state.now, place.costs, place.everyone))
        entries = [step for step in self.steps if step.kind not in WORLD]
        if state.suspended:
            standing = "suspended"
        elif state.stall is not None or any(step.id not in state.done for step in entries):
            standing = "stalled"
        elif any(state.done[step.id] > step.years + DAY for step in entries):
            standing = "complete_late"
        else:
            standing = "complete_on_time"
        return replace(ended, payoff=self.nothing[0], standing=standing)

    # ------------------------------------------------------------------------------------------- the calendar

    def _step(self, step: Step, state: State) -> tuple[Happening, list[Move]]:
        if step.kind in WORLD:
            state = replace(state, played=state.played | {step.id})
        if step.kind == "automatic":
            return Happening("chance", step.id, state.now), [self._onward("done", 1.0, self._perform(step, state))]
        if step.kind == "ratification":
            return Happening("chance", step.id, state.now), self._ballot(step, step.id, state)
        if step.kind == "turnover":
            i, chance = self.parties.index(step.party), _likely(step)
            moves = [self._onward("the same government", 1 - chance, state)]
            for kind, share in step.types.items():
                new = replace(state, types=with_at(state.types, i, kind)).departs(step.id)
                moves.append(self._onward(f"new government: {kind}", chance * share.likely, new))
            return Happening("chance", step.id, state.now), _possible(moves)
        if step.kind == "renewal":
            return self._renewal(step, state)
        return self._review(step, state) if step.kind == "review" else self._due(step, state)

    def _ballot(self, step: Step, event: str, state: State) -> list[Move]:
        """A vote on its date: passes, or fails and means what the plan says."""
        chance = _likely(step)
        passed = self._onward("passes", chance, self._perform(step, state))
        if step.then == "breakdown":
            end = Place("end", outcome=f"unratified:{step.party}", costs=((step.party, "unratified"),))
            return _possible([passed, Move("fails", 1 - chance, end, state, *self.nothing)])
        new = state.departs(f"{event}: fails")
        begun = self._stall(new, "vote", step.id, (step.party,)) if step.then == "delay" else None
        return _possible([passed, self._onward("fails", 1 - chance, begun or self._strike(new, {step.id}))])

    def _due(self, step: Step, state: State) -> tuple[Happening, list[Move]]:
        i = self.parties.index(step.party)
        acts = self._acts(conceal=bool(step.conceals), hold=self.may_hold)
        mu = self._weights(i, "due", state, acts, allotted=allotted(self.steps, step, step.party))
        after = state.decides(i)
        moves: list[Move] = []
        for act, weight in mu.items():
            if act == "withdraw":
                moves.append(self._leave(step.party, after, weight))
            elif act == "hold":
                late = after.departs(f"{step.id}: hold")
                begun = self._stall(late, "due", step.id, (step.party,)) if step.may_wait else None
                moves.append(self._onward(act, None, begun or self._freeze(late), weight))
            else:
                moves.append(self._onward(act, None, self._perform(step, after, concealed=act == "conceal"), weight))
        return self._decision(step.id, i, state), moves

    def _review(self, step: Step, state: State) -> tuple[Happening, list[Move]]:
        i, name = self.parties.index(step.party), step.party
        free = self.looks and state.used < self.stalls and name not in state.gone
        hold = bool(step.may_suspend and free and self._may_suspend(name, state))
        mu = self._weights(i, "review" if hold else "plain", state, self._acts(hold=hold))
        after = state.decides(i)
        moves: list[Move] = []
        for act, weight in mu.items():
            if act == "withdraw":
                moves.append(self._leave(name, after, weight))
            elif act == "keep":
                moves.append(self._onward(act, None, after, weight))
            else:
                held = after.departs(f"{step.id}: hold").takes_back(self._suspendable(name))
                begun = self._stall(held, "review", step.id, (name,))
                assert begun is not None
                moves.append(self._onward(act, None, begun, weight, {name: "suspending"}))
        return self._decision(step.id, i, state), moves

    def _renewal(self, step: Step, state: State) -> tuple[Happening, list[Move]]:
        i = self.parties.index(step.party)
        after = state.decides(i)
        lapse = Place("end", outcome=f"lapsed:{step.party}", everyone="lapse")
        mu = renewal_weights(self.agreement.parties[step.party].habits)
        moves = [
            self._onward("renew", None, after, mu["renew"]),
            Move("lapse", None, lapse, after, *self.nothing, mu["lapse"]),
        ]
        return self._decision(step.id, i, state), [move for move in moves if move.weight > 0]

    # ------------------------------------------------------------------------------------------- exchange

    def _mover(self, step: Step, acts: tuple[str, ...], state: State) -> tuple[Happening, list[Move]]:
        """One of those who choose at the same time; the last of them learns no more than the first."""
        mover = step.movers[len(acts)]
        i = self.parties.index(mover.party)
        offered = self._acts(conceal=bool(mover.conceals), hold=self.may_hold)
        mu = self._weights(i, "due", state, offered, allotted=allotted(self.steps, step, mover.party))
        moves: list[Move] = []
        for act, weight in mu.items():
            chosen = (*acts, act)
            if len(chosen) < len(step.movers):
                following = Place("mover", self.steps.index(step), acts=chosen)
                moves.append(self._at_once(act, following, state, weight))
            else:
                moves.append(self._exchanged(step, chosen, act, state, weight))
        return self._decision(f"{step.id} {mover.party}", i, state), moves

    def _exchanged(self, step: Step, acts: tuple[str, ...], label: str, state: State, weight: float) -> Move:
        names = [mover.party for mover in step.movers]
        for name in names:
            state = state.decides(self.parties.index(name))
        left = [name for name, act in zip(names, acts, strict=True) if act == "withdraw"]
        held = tuple(name for name, act in zip(names, acts, strict=True) if act == "hold")
        if left:
            who = left[0] if len(left) == 1 else self._together()
            end = Place("end", outcome=f"withdrew:{who}", costs=tuple((name, "withdrawing") for name in left))
            return Move(label, None, end, state, *self.nothing, weight)
        for name, act in zip(names, acts, strict=True):
            state = self._secretly(step, name, state) if act == "conceal" else state
        if not held:
            return self._onward(label, None, self._perform(step, state), weight)
        state = state.departs(f"{step.id}: {' and '.join(held)} hold")
        begun = self._stall(state, "exchange", step.id, held) if step.may_wait else None
        return self._onward(label, None, begun or self._freeze(state), weight)

    def _secretly(self, step: Step, party: str, state: State) -> State:
        i = self.parties.index(party)
        return replace(state, sets=with_at(state.sets, i, state.sets[i] | {step.id}))

    # ------------------------------------------------------------------------------------------- looks

    def _vote_again(self, state: State) -> tuple[Happening, list[Move]]:
        stall = _running(state)
        step = self.of[stall.about]
        event = self._event(stall, "vote")
        passed = self._onward("passes", _likely(step), self._mended(self._perform(step, state)))
        failed = self._still_behind("fails", 1 - _likely(step), state.departs(f"{event}: fails"))
        return Happening("chance", event, state.now), _possible([passed, failed])

    def _mend(self, who: tuple[str, ...], state: State) -> tuple[Happening, list[Move]]:
        """The first of these decides whether to catch up; the others of an exchange after it."""
        stall, name, others = _running(state), who[0], who[1:]
        i = self.parties.index(name)
        conceals = self._can_conceal(stall, name)
        mu = self._weights(i, "mending", state, self._acts(conceal=conceals, hold=True), look=state.now - stall.last)
        after = state.decides(i)
        event = self._event(stall, name)
        moves: list[Move] = []
        for act, weight in mu.items():
            if act == "withdraw":
                moves.append(self._leave(name, after, weight))
                continue
            if act == "hold":
                new = after.departs(f"{event}: hold")
            elif stall.kind == "exchange":
                new = self._secretly(self.of[stall.about], name, after) if act == "conceal" else after
                behind = tuple(each for each in stall.behind if each != name)
                new = replace(new, stall=stall._replace(behind=behind))
            else:
                new = self._caught_up(stall, name, i, after, concealed=act == "conceal")
            if new.stall is None:
                moves.append(self._onward(act, None, new, weight))
            elif others:
                moves.append(self._at_once(act, Place("mend", who=others), new, weight))
            elif new.stall.behind:
                moves.append(self._still_behind(act, None, new, weight))
            else:
                done = self._mended(self._perform(self.of[stall.about], new))
                moves.append(self._onward(act, None, done, weight))
        return self._decision(event, i, state), moves

    def _answer(self, who: tuple[str, ...], state: State) -> tuple[Happening, list[Move]]:
        """The first of these waits, suspends or leaves while somebody is behind; the others after it."""
        stall, name, others = _running(state), who[0], who[1:]
        i = self.parties.index(name)
        has = name in stall.suspended
        hold = has or (name not in state.gone and self._may_suspend(name, state))
        occasion: Occasion = "mending" if has else "waiting" if hold else "plain"
        mu = self._weights(i, occasion, state, self._acts(hold=hold), look=state.now - stall.last)
        event = self._event(stall, f"{name} answers")
        after = state.decides(i)
        moves: list[Move] = []
        for act, weight in mu.items():
            if act == "withdraw":
                moves.append(self._leave(name, after, weight))
                continue
            new, paid = after, {}
            if act == "hold":
                new = new.departs(f"{event}: hold")
                if not has:
                    new = replace(new, stall=stall._replace(suspended=stall.suspended | {name}))
                    new = new.takes_back(self._suspendable(name))
                    paid: dict[str, Cost] = {name: "suspending"}
            elif has:
                new = replace(new, stall=stall._replace(suspended=stall.suspended - {name}))
                new = new.gives_back(self._suspendable(name))
            if others:
                moves.append(self._at_once(act, Place("answer", who=others), new, weight, paid))
            else:
                moves.append(self._onward(act, None, self._looked(new), weight, paid))
        return self._decision(event, i, state), moves

    def _still_behind(self, label: str, chance: float | None, state: State, weight: float = 1.0) -> Move:
        """Nobody has mended it at this look: whoever is not behind answers."""
        stall = _running(state)
        others = tuple(name for name in self.parties if name not in stall.behind)
        if others:
            return Move(label, chance, Place("answer", who=others), state, *self.nothing, weight)
        return self._onward(label, chance, self._looked(state), weight)

    def _looked(self, state: State) -> State:
        """A look is over and nothing mended: the next is awaited, or what the stall is about is struck."""
        stall = _running(state)
        if stall.looks + 1 < len(self.looks):
            return replace(state, stall=stall._replace(looks=stall.looks + 1, last=state.now))
        for_good = stall.suspended.union(stall.behind if stall.kind == "review" else ())
        struck = self._strike(state, self._about(state, stall))
        return replace(struck, stall=None, gone=state.gone | for_good)

    def _caught_up(self, stall: Stall, name: str, i: int, state: State, concealed: bool) -> State:
        if stall.kind == "due":
            state = self._perform(self.of[stall.about], state, concealed)
        elif stall.kind == "review":
            state = state.gives_back(self._suspendable(name))
        else:
            state = state.comes_clean(i, name, self._own(name))
        return self._mended(state)

    def _mended(self, state: State) -> State:
        """The stall is over: everybody who suspended in it gives back."""
        for name in _running(state).suspended:
            state = state.gives_back(self._suspendable(name))
        return replace(state, stall=None)

    # ------------------------------------------------------------------------------------------- what acts do

    def _perform(self, step: Step, state: State, concealed: bool = False) -> State:
        """A plan entry is done, by claim."""
        if step.kind == "ratification":
            return state.performs(step.id)
        if concealed:
            state = self._secretly(step, step.party, state)
        hidden = {
            stake
            for party, conceals in self._claimants(step)
            if step.id in state.sets[self.parties.index(party)]
            for stake in conceals
        }
        pieces = tuple(Piece(stake, share.likely, stake in hidden) for stake, share in step.gives.items())
        claims = state.claims
        for party, conceals in self._claimants(step):
            i = self.parties.index(party)
            claims = with_at(claims, i, claims[i] | {step.id}) if conceals else claims
        return replace(state, pieces=state.pieces + pieces, claims=claims).performs(step.id)

    def _leave(self, party: str, state: State, weight: float) -> Move:
        end = Place("end", outcome=f"withdrew:{party}", costs=((party, "withdrawing"),))
        return Move("withdraw", None, end, state, *self.nothing, weight)

    def _stall(self, state: State, kind: Kind, about: str, behind: tuple[str, ...]) -> State | None:
        """The state in which a stall begins now; None if none is left."""
        if not self.looks or state.used >= self.stalls:
            return None
        assert state.stall is None
        return replace(state, stall=Stall(kind, about, behind, state.now, 0, state.now), used=state.used + 1)

    def _strike(self, state: State, about: Iterable[str]) -> State:
        """Strike what is pending of these steps, and all that is pending and needs one of them."""
        of = frozenset(about)
        lost = {step.id for step in self._pending(state) if step.id in of or self._rests(step, of)}
        return replace(state, struck=state.struck | lost)

    def _freeze(self, state: State) -> State:
        """Strike all that is pending, except automatic transfers that need nothing struck."""
        struck = state.struck | {step.id for step in self._pending(state) if step.kind != "automatic"}
        lost = {step.id for step in self._pending(state) if self._rests(step, struck)}
        return replace(state, struck=struck | lost)

    # ------------------------------------------------------------------------------------------- what there is

    def _pending(self, state: State) -> list[Step]:
        gone = state.struck | state.done.keys()
        return [step for step in self.steps if step.kind not in WORLD and step.id not in gone]

    def _about(self, state: State, stall: Stall) -> frozenset[str]:
        """The steps that a stall is about."""
        if stall.kind == "found":
            return state.claims[self.parties.index(stall.about)]
        return frozenset() if stall.kind == "review" else frozenset({stall.about})

    def _rests(self, step: Step, on: Iterable[str]) -> bool:
        """Whether a step needs one of these steps, directly or through others."""
        return any(self.of[each].entry in self.rests_on[step.id] for each in on)

    def _claimants(self, step: Step) -> list[tuple[str, tuple[str, ...]]]:
        """Who performs at a step, with the stakes that it can conceal there."""
        if step.movers:
            return [(mover.party, mover.conceals) for mover in step.movers]
        return [(step.party, step.conceals)]

    def _can_conceal(self, stall: Stall, party: str) -> bool:
        if stall.kind not in ("due", "exchange"):
            return False
        return any(conceals for name, conceals in self._claimants(self.of[stall.about]) if name == party)

    def _own(self, party: str) -> frozenset[str]:
        return frozenset(key for key, stake in self.agreement.stakes.items() if stake.holder == party)

    def _suspendable(self, party: str) -> frozenset[str]:
        return frozenset(key for key in self._own(party) if self.agreement.stakes[key].suspendable)

    def _may_suspend(self, party: str, state: State) -> bool:
        """Whether anything that a party can take back is given and in force."""
        own = self._suspendable(party)
        return any(piece.stake in own and piece.share > 0 and piece.back is None for piece in state.pieces)

    def _acts(self, conceal: bool = False, hold: bool = False) -> tuple[str, ...]:
        return ("keep", *(["conceal"] if conceal else []), *(["hold"] if hold else []), "withdraw")

    def _weights(
        self, i: int, occasion: Occasion, state: State, acts: tuple[str, ...], allotted: float = 0.0, look: float = 0.0
    ) -> dict[str, float]:
        """Weights of the acts offered; an act of weight 0 does not exist."""
        habits = self.agreement.parties[self.parties[i]].habits
        each = weights(habits, occasion, Elapsed(state.now - state.decided[i], allotted, look), acts)
        return {act: weight for act, weight in each.items() if weight > 0}

    def _decision(self, event: str, i: int, state: State) -> Happening:
        knows = event, state.branch, state.types[i], state.sets[i]
        return Happening("decision", event, state.now, self.parties[i], knows)

    def _event(self, stall: Stall, who: str) -> str:
        return f"{stall.name} look {stall.looks + 1} {who}"

    def _title(self, place: Place, state: State) -> str:
        """Words for what comes at a place."""
        if place.what == "end":
            return "the horizon"
        if place.at >= 0:
            return self.steps[place.at].id
        stall = _running(state)
        return f"{stall.name} look {stall.looks + 1}"

    def _together(self) -> str:
        return "both" if len(self.parties) == 2 else "several"


def _closure(agreement: Agreement, plan: str, entry: str) -> frozenset[str]:
    """The entries that an entry needs, directly or through others."""
    needs = {each.id: each.needs for each in agreement.plans[plan].entries}
    found: set[str] = set()
    pending = list(needs[entry])
    while pending:
        each = pending.pop()
        if each not in found:
            found.add(each)
            pending.extend(needs.get(each, ()))
    return frozenset(found)


def _running(state: State) -> Stall:
    assert state.stall is not None
    return state.stall


def _likely(step: Step) -> float:
    assert step.chance is not None
    return step.chance.likely


def _possible(moves: list[Move]) -> list[Move]:
    return [move for move in moves if move.chance]
