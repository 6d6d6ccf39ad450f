"""The explicit game tree of a plan: every type, every secret, every chance event as a node of its own.

Nothing is simplified here, so trees grow exponentially; they are for export to Gambit (`efg`), for looking at small
plans by hand, and as referee of the fast solver in the tests. Beside the calendar it shares no code with the latter.
"""

from __future__ import annotations

import itertools
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple, TypeVar

from servanda.agreement.format.agreement import Agreement, as_in
from servanda.crosscheck._tree_payoffs import Cost, Payoffs, State
from servanda.errors import MOST_NODES, ServandaError, expect, whole
from servanda.game.calendar import Step, calendar_of
from servanda.result import About, Result, about, plain


class TreeTooLarge(ServandaError, ValueError):
    """The game tree of this plan has more nodes than was allowed."""


class Infoset(NamedTuple):
    """What whoever acts knows: enough to tell this decision from all others.

    Attributes
    ----------
    entry : str
        Id of the entry at which the choice is made (it says whose).
    branch : tuple[str, ...]
        Ids of the turnovers, of any party, that brought a new government, in calendar order.
    type : str
        The acting party's type now.
    concealed : frozenset[str]
        Ids of the entries that this party has concealed.
    """

    entry: str
    branch: tuple[str, ...]
    type: str
    concealed: frozenset[str]


@dataclass(frozen=True)
class Edge:
    """One action or chance event, and the time until the next node.

    Attributes
    ----------
    label : str
        'keep', 'conceal' or 'withdraw' at a decision; words at a chance node.
    chance : float or None
        Its probability; None at a decision.
    flow : tuple[float, ...]
        Per party: payoff that flows between the two nodes, valued at the date of the first. Units.
    factor : tuple[float, ...]
        Per party: what one unit at the second node is worth at the first.
    child : int
        Index of the node it leads to, above its own node's.
    """

    label: str
    chance: float | None
    flow: tuple[float, ...]
    factor: tuple[float, ...]
    child: int


@dataclass(frozen=True)
class Node:
    """A point of the tree. A party's present value here is `payoff` or the mean over edges of flow + factor * next.

    Attributes
    ----------
    kind : {'chance', 'decision', 'terminal'}
    title : str
        What happens here, readable.
    date : float
        Years from the agreement's start.
    player : str or None
        The party that decides.
    infoset : Infoset or None
        What it knows.
    edges : tuple[Edge, ...]
        Decisions: keep, conceal (where it is a choice), withdraw. Chance: only what can happen.
    payoff : tuple[float, ...]
        Terminal: per party, what flows from here to the horizon less lump costs, valued here. Else empty. Units.
    outcome : str or None
        Terminal: 'held:clean', 'held:concealed', 'withdrew:usa', 'found:dprk', 'found:both', 'found:several',
        'unratified:usa' or 'incident'.
    """

    kind: Literal["chance", "decision", "terminal"]
    title: str
    date: float
    player: str | None = None
    infoset: Infoset | None = None
    edges: tuple[Edge, ...] = ()
    payoff: tuple[float, ...] = ()
    outcome: str | None = None


@dataclass(frozen=True, repr=False)
class Tree(Result):
    """The whole game tree of one plan.

    Attributes
    ----------
    title : str
    parties : tuple[str, ...]
        The players, in the order of every per-party tuple.
    nodes : tuple[Node, ...]
        Depth first; the root is `nodes[0]`.
    plan : str
    about : About or None
    """

    title: str
    parties: tuple[str, ...]
    nodes: tuple[Node, ...]
    plan: str
    about: About | None = field(default=None, compare=False)

    @property
    def ends(self) -> int:
        """Number of terminal nodes."""
        return sum(node.kind == "terminal" for node in self.nodes)

    @property
    def information_sets(self) -> int:
        """Number of things to decide on, told apart by what whoever decides knows."""
        return len({node.infoset for node in self.nodes if node.infoset is not None})

    def __repr__(self) -> str:
        return f"<Tree of plan {self.plan!r}: {len(self.nodes):,} nodes>"

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda tree --json` prints: its size, as the tree itself is for Gambit."""
        return {
            "plan": self.plan,
            "nodes": len(self.nodes),
            "terminal": self.ends,
            "information_sets": self.information_sets,
            "about": plain(self.about),
        }


def game_tree(agreement: Agreement, plan: str, max_nodes: int = 200_000) -> Tree:
    """Write the game of a plan out as an explicit tree.

    Parameters
    ----------
    plan : str
        Name of one of its plans.
    max_nodes : int
        Give up beyond this many nodes.

    Raises
    ------
    NoSuchName
        If there is no such plan.
    TreeTooLarge
        If the tree would have more than `max_nodes` nodes.
    ValueError
        If an entry lies outside the time from start to horizon, or chances of types do not add up to 1.
    """
    expect(agreement, Agreement, "game_tree")
    max_nodes = whole("max_nodes", max_nodes, 1, MOST_NODES)
    began = time.perf_counter()
    play = _Play(agreement, plan)
    nodes: list[Node] = []
    links: list[list[int]] = []
    # A stack instead of recursion: a plan of many reviews is deeper than Python may recurse.
    pending: list[tuple[int, int, _Place, State]] = [(-1, 0, play.first, play.start)]
    least = _least(play.steps)
    while pending:
        parent, position, place, state = pending.pop()
        if len(nodes) >= max_nodes or least > max_nodes:
            raise TreeTooLarge(
                f"plan {plan}: the game tree has more than {max_nodes:,} nodes. Every type, concealable step,"
                " report and turnover multiplies its size. Use fewer entries, concealable steps or types, or allow more"
                " nodes (--max-nodes, max_nodes)"
            )
        if parent >= 0:
            links[parent][position] = len(nodes)
        node, moves = play.at(place, state)
        here = len(nodes)
        links.append([-1] * len(moves))
        # Links are filled in when the children are numbered; until then the edges point nowhere.
        nodes.append(replace(node, edges=tuple(Edge(m.label, m.chance, m.flow, m.factor, -1) for m in moves)))
        pending.extend((here, n, moves[n].place, moves[n].state) for n in reversed(range(len(moves))))
    linked = (
        replace(node, edges=tuple(replace(edge, child=child) for edge, child in zip(node.edges, children, strict=True)))
        for node, children in zip(nodes, links, strict=True)
    )
    made = about(agreement, time.perf_counter() - began)
    return Tree(f"{agreement.title}: {plan}", play.parties, tuple(linked), plan, made)


# --------------------------------------------------------------------------------------------- how it is played


class _Place(NamedTuple):
    """Where in the calendar: a draw of type (of party `at`), a report before, or the act of, entry `at`; the end."""

    what: Literal["type", "report", "act", "end"]
    at: int
    outcome: str = ""
    costs: tuple[tuple[str, Cost], ...] = ()  # at the end: who pays which lump sums, beside `breakdown`


class _Move(NamedTuple):
    label: str
    chance: float | None
    place: _Place
    state: State
    flow: tuple[float, ...]
    factor: tuple[float, ...]


def _least(steps: tuple[Step, ...]) -> int:
    """How many nodes there are at least: where everybody keeps, one for each entry and each way through turnovers."""
    paths, count = 1, 1
    for step in steps:
        count += paths if step.kind != "automatic" else 0  # which may be no node
        if step.kind == "turnover" and step.chance is not None and 0 < step.chance.likely < 1:
            paths = min(2 * paths, 10**18)
    return count


class _Play:
    """The rules: which node stands at a place and state, and what can follow."""

    def __init__(self, agreement: Agreement, plan: str) -> None:
        self.parties = tuple(agreement.parties)
        self.steps = calendar_of(agreement, plan)
        self.payoffs = Payoffs(as_in(agreement, plan))
        self.times = [step.years for step in self.steps] + [agreement.horizon]
        self.priors = [
            {name: of.chance.likely for name, of in party.types.items()} or {"only": 1.0}
            for party in agreement.parties.values()
        ]
        # A party with one possible type needs no draw, but the flows before the first entry need one node to start at.
        self.draws = [i for i, prior in enumerate(self.priors) if sum(c > 0 for c in prior.values()) > 1] or [0]
        self.first = _Place("type", self.draws[0])
        none = (frozenset[str](),) * len(self.parties)
        certain = tuple(max(prior, key=lambda name: prior[name]) for prior in self.priors)
        self.start = State(certain, dict.fromkeys(agreement.stakes, 0.0), none, none, ())
        self.nothing = (0.0,) * len(self.parties), (1.0,) * len(self.parties)

    def at(self, place: _Place, state: State) -> tuple[Node, list[_Move]]:
        if place.what == "type":
            return self._draw(place.at, state)
        if place.what == "report":
            return self._report(place.at, state)
        if place.what == "end":
            return self._end(place, state), []
        return self._act(self.steps[place.at], place.at, state)

    def _draw(self, party: int, state: State) -> tuple[Node, list[_Move]]:
        name = self.parties[party]
        later = [i for i in self.draws if i > party]
        moves: list[_Move] = []
        for kind, chance in self.priors[party].items():
            drawn = replace(state, types=_with(state.types, party, kind))
            if later:
                moves.append(_Move(f"{name} is {kind}", chance, _Place("type", later[0]), drawn, *self.nothing))
            else:
                moves.append(self._onward(f"{name} is {kind}", chance, -1, drawn))
        return Node("chance", f"what {name} privately is", 0.0), _possible(moves)

    def _report(self, k: int, state: State) -> tuple[Node, list[_Move]]:
        findings, incident = self.payoffs.risks(state, self.times[k - 1], self.times[k])
        moves: list[_Move] = []
        unseen = math.prod(1 - risk for risk in findings)
        everyone = range(len(self.parties))
        for found in (some for n in everyone for some in itertools.combinations(everyone, n + 1)):
            chance = math.prod(risk if i in found else 1 - risk for i, risk in enumerate(findings))
            names = [self.parties[i] for i in found]
            who = names[0] if len(names) == 1 else "both" if len(self.parties) == 2 else "several"
            end = _Place("end", k, f"found:{who}", tuple((name, "found") for name in names))
            moves.append(_Move(f"found: {' and '.join(names)}", chance, end, state, *self.nothing))
        moves.append(_Move("incident", unseen * incident, _Place("end", k, "incident"), state, *self.nothing))
        moves.append(_Move("nothing", unseen * (1 - incident), self._after_report(k, state), state, *self.nothing))
        title = "report at the horizon" if k == len(self.steps) else f"report before {self.steps[k].id}"
        return Node("chance", title, self.times[k]), _possible(moves)

    def _act(self, step: Step, k: int, state: State) -> tuple[Node, list[_Move]]:
        i = self.parties.index(step.party)
        node = Node("chance", step.id, step.years)
        kept = replace(state, given=_add(state.given, step, step.gives))
        if step.kind == "automatic":
            return node, [self._onward("done", 1.0, k, kept)]
        if step.kind == "ratification":
            chance = _likely(step)
            broken = _Place("end", k, f"unratified:{step.party}", ((step.party, "unratified"),))
            passed = self._onward("passes", chance, k, state)
            return node, _possible([passed, _Move("fails", 1 - chance, broken, state, *self.nothing)])
        if step.kind == "turnover":
            chance = _likely(step)
            moves = [self._onward("the same government", 1 - chance, k, state)]
            for kind, share in step.types.items():
                new = replace(state, types=_with(state.types, i, kind), branch=(*state.branch, step.id))
                moves.append(self._onward(f"new government: {kind}", chance * share.likely, k, new))
            return node, _possible(moves)
        broken = _Place("end", k, f"withdrew:{step.party}", ((step.party, "withdrawing"),))
        moves = [self._onward("keep", None, k, kept)]
        if step.conceals:
            secret = replace(
                state,
                given=_add(state.given, step, [s for s in step.gives if s not in step.conceals]),
                hidden=_with(state.hidden, i, state.hidden[i] | set(step.conceals)),
                sets=_with(state.sets, i, state.sets[i] | {step.id}),
            )
            moves.append(self._onward("conceal", None, k, secret))
        moves.append(_Move("withdraw", None, broken, state, *self.nothing))
        infoset = Infoset(step.id, state.branch, state.types[i], state.sets[i])
        return Node("decision", step.id, step.years, step.party, infoset), moves

    def _end(self, place: _Place, state: State) -> Node:
        date = self.times[place.at]
        held = place.outcome.startswith("held:")
        payoff = self.nothing[0] if held else self.payoffs.broken(state, date, place.costs)
        return Node("terminal", place.outcome, date, payoff=payoff, outcome=place.outcome)

    def _onward(self, label: str, chance: float | None, k: int, state: State) -> _Move:
        """Play on from entry k (-1: from the start) in this state until the next thing happens."""
        since = self.times[k] if k >= 0 else 0.0
        flow, factor = self.payoffs.flow(state, since, self.times[k + 1])
        findings, incident = self.payoffs.risks(state, since, self.times[k + 1]) if k >= 0 else ((), 0.0)
        risky = incident > 0 or any(findings)
        place = _Place("report", k + 1) if risky else self._after_report(k + 1, state)
        return _Move(label, chance, place, state, flow, factor)

    def _after_report(self, k: int, state: State) -> _Place:
        if k < len(self.steps):
            return _Place("act", k)
        return _Place("end", k, "held:concealed" if any(state.hidden) else "held:clean")


_T = TypeVar("_T")


def _with(row: tuple[_T, ...], place: int, value: _T) -> tuple[_T, ...]:
    return (*row[:place], value, *row[place + 1 :])


def _add(given: Mapping[str, float], step: Step, stakes: Iterable[str]) -> dict[str, float]:
    return {**given, **{s: given[s] + step.gives[s].likely for s in stakes}}


def _likely(step: Step) -> float:
    assert step.chance is not None
    return step.chance.likely


def _possible(moves: list[_Move]) -> list[_Move]:
    return [move for move in moves if move.chance]
