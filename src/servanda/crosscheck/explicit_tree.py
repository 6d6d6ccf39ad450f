"""The explicit game tree of a plan: every type, every secret, every chance event as a node of its own.

Nothing is simplified here, so trees grow exponentially; they are for export to Gambit (`efg`), for looking at small
plans by hand, and as referee of the fast solver in the tests. Beside the calendar it shares no code with the latter.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck._tree_rules import Place, Play
from servanda.crosscheck._tree_state import State
from servanda.errors import MOST_NODES, ServandaError, expect, whole
from servanda.game.calendar import Step
from servanda.result import About, Result, about, plain


class TreeTooLarge(ServandaError, ValueError):
    """The game tree of this plan has more nodes than was allowed."""


class Infoset(NamedTuple):
    """What whoever acts knows: enough to tell this decision from all others.

    Attributes
    ----------
    entry : str
        Where the choice is made, and whose it is: the id of the entry; at an exchange `swap usa`; at the second look of
        the stall that began at the entry `halt`, `halt look 2 dprk` of a party that is behind and `halt look 2 usa
        answers` of another; where dprk was found, `dprk found look 2 dprk`.
    branch : tuple[str, ...]
        The public events by which this history differs from the plan as it is written, in the order in which they
        happened: ids of the turnovers, of any party, that brought a new government; `halt: hold`; `swap: usa and dprk
        hold`; `vote: fails`; `dprk found: halt` (in the report before halt); at looks `halt look 2 dprk: hold`, `halt
        look 2 usa answers: hold`, `vote look 1 vote: fails`.
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
        'keep', 'conceal', 'hold', 'withdraw', 'renew' or 'lapse' at a decision; words at a chance node.
    chance : float or None
        Its probability; None at a decision.
    flow : tuple[float, ...]
        Per party: payoff that flows between the two nodes, valued at the date of the first. Units.
    factor : tuple[float, ...]
        Per party: what one unit at the second node is worth at the first.
    child : int
        Index of the node it leads to, above its own node's.
    weight : float
        At a decision: how much more often than other acts a party takes it to whom nothing matters; its habit.
    """

    label: str
    chance: float | None
    flow: tuple[float, ...]
    factor: tuple[float, ...]
    child: int
    weight: float = 1.0


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
        Decisions: keep, conceal and hold (where they are choices), withdraw, and only what has any weight. Chance: only
        what can happen. Those who choose at the same time decide one after the other, none knowing what others chose.
    payoff : tuple[float, ...]
        Terminal: per party, what flows from here to the horizon less lump costs, valued here. Else empty. Units.
    outcome : str or None
        Terminal: 'held:clean', 'held:concealed', 'withdrew:usa', 'found:dprk', 'found:both', 'found:several',
        'lapsed:usa', 'unratified:usa' or 'incident'.
    standing : str or None
        Terminal and in force: 'complete_on_time', 'complete_late', 'stalled' or 'suspended'.
    done : Mapping[str, float] or None
        Terminal: when each obligation, transfer, exchange and vote was done, by claim. Years from the start.
    """

    kind: Literal["chance", "decision", "terminal"]
    title: str
    date: float
    player: str | None = None
    infoset: Infoset | None = None
    edges: tuple[Edge, ...] = ()
    payoff: tuple[float, ...] = ()
    outcome: str | None = None
    standing: str | None = None
    done: Mapping[str, float] | None = None


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
    precisions : Mapping[str, Mapping[str, float]]
        Logit precision by party and type, per unit.
    about : About or None
    """

    title: str
    parties: tuple[str, ...]
    nodes: tuple[Node, ...]
    plan: str
    precisions: Mapping[str, Mapping[str, float]] = field(default_factory=dict[str, Mapping[str, float]])
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
    play = Play(agreement, plan)
    nodes: list[Node] = []
    links: list[list[int]] = []
    # A stack instead of recursion: a plan of many reviews is deeper than Python may recurse.
    pending: list[tuple[int, int, Place, State]] = [(-1, 0, play.first, play.start)]
    least = _least(play.steps)
    while pending:
        parent, position, place, state = pending.pop()
        if len(nodes) >= max_nodes or least > max_nodes:
            raise TreeTooLarge(
                f"plan {plan}: the game tree has more than {max_nodes:,} nodes. Every type, concealable step,"
                " report, look and turnover multiplies its size. Use fewer entries, concealable steps, types or looks,"
                " or allow more nodes (--max-nodes, max_nodes)"
            )
        if parent >= 0:
            links[parent][position] = len(nodes)
        event, moves = play.at(place, state)
        here = len(nodes)
        links.append([-1] * len(moves))
        # Links are filled in when the children are numbered; until then the edges point nowhere.
        edges = tuple(Edge(m.label, m.chance, m.flow, m.factor, -1, m.weight) for m in moves)
        infoset = None if event.knows is None else Infoset(*event.knows)
        nodes.append(
            Node(
                event.kind,
                event.title,
                event.date,
                event.player,
                infoset,
                edges,
                event.payoff,
                event.outcome,
                event.standing,
                event.done,
            )
        )
        pending.extend((here, n, moves[n].place, moves[n].state) for n in reversed(range(len(moves))))
    linked = (
        replace(node, edges=tuple(replace(edge, child=child) for edge, child in zip(node.edges, children, strict=True)))
        for node, children in zip(nodes, links, strict=True)
    )
    made = about(agreement, time.perf_counter() - began)
    return Tree(f"{agreement.title}: {plan}", play.parties, tuple(linked), plan, play.precisions(), made)


def _least(steps: tuple[Step, ...]) -> int:
    """How many nodes there are at least: where everybody keeps, one for each entry and each way through turnovers."""
    paths, count = 1, 1
    for step in steps:
        count += paths if step.kind != "automatic" else 0  # which may be no node
        if step.kind == "turnover" and step.chance is not None and 0 < step.chance.likely < 1:
            paths = min(2 * paths, 10**18)
    return count
