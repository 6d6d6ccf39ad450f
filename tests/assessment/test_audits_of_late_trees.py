"""The audit of plans in which parties can hold back, against best replies on the explicit game tree."""

from __future__ import annotations

from functools import cache

import pytest
from support.random_lateness import random_lateness

from servanda import audit, compile
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Turnover
from servanda.crosscheck.explicit_tree import Edge, Tree

CLOSE = 1e-10
KEEPS = ("keep", "renew")


class NobodyKeeps(Exception):
    """Some party has no habit of keeping somewhere, so that the act is not in the tree."""


class Referee:
    """One type's values by the explicit tree alone, all others keeping for certain, and new governments of its own."""

    def __init__(self, grown: Tree, party: str, kind: str, turnovers: frozenset[str], own: frozenset[str]) -> None:
        self.grown, self.party, self.kind, self.turnovers, self.own = grown, party, kind, turnovers, own
        self.p = grown.parties.index(party)
        self.first: dict[str, int] = {}  # a node of each entry, on its date, at which all kept so far
        self.keeping, self.best = cache(self._keeping), cache(self._best)
        pending = [0]
        while pending:
            here = pending.pop()
            node = grown.nodes[here]
            if self.decides(here):
                assert node.infoset
                if set(node.infoset.branch) <= turnovers and " look " not in node.infoset.entry:
                    entry = node.infoset.entry.removesuffix(f" {party}")
                    if not node.infoset.concealed:
                        self.first.setdefault(entry, here)
            edges = node.edges if node.kind == "chance" else (self.keep(here),) if node.edges else ()
            pending.extend(edge.child for edge in edges)

    def decides(self, here: int) -> bool:
        node = self.grown.nodes[here]
        info = node.infoset
        return (
            info is not None
            and node.player == self.party
            and info.type == self.kind
            and not self.own & set(info.branch)
        )

    def keep(self, here: int) -> Edge:
        for edge in self.grown.nodes[here].edges:
            if edge.label in KEEPS:
                return edge
        raise NobodyKeeps

    def after(self, edge: Edge, worth: float) -> float:
        return edge.flow[self.p] + edge.factor[self.p] * worth

    def _keeping(self, here: int) -> float:
        node = self.grown.nodes[here]
        if node.kind == "terminal":
            return node.payoff[self.p]
        if node.kind == "decision":
            edge = self.keep(here)
            return self.after(edge, self.keeping(edge.child))
        return sum((edge.chance or 0.0) * self.after(edge, self.keeping(edge.child)) for edge in node.edges)

    def _best(self, here: int) -> float:
        node = self.grown.nodes[here]
        if node.kind == "terminal":
            return node.payoff[self.p]
        if self.decides(here):
            return max(self.after(edge, self.best(edge.child)) for edge in node.edges)
        if node.kind == "decision":
            edge = self.keep(here)
            return self.after(edge, self.best(edge.child))
        return sum((edge.chance or 0.0) * self.after(edge, self.best(edge.child)) for edge in node.edges)


def compare(agreement: Agreement, grown: Tree) -> int:
    """Hold an audit against the referees; returns how many entries were compared."""
    rows = {(row.party, row.type): row for row in audit(compile(agreement, "plan"))}
    entries = agreement.plans["plan"].entries
    turnovers = {entry.id: entry.turnover for entry in entries if isinstance(entry, Turnover)}
    compared = 0
    for name, of in agreement.parties.items():
        own = frozenset(key for key, who in turnovers.items() if who == name)
        for kind, prior in ({k: t.chance.likely for k, t in of.types.items()} or {"only": 1.0}).items():
            if prior == 0:
                continue
            try:
                referee = Referee(grown, name, kind, frozenset(turnovers), own)
                gain = (referee.best(0) - referee.keeping(0)) / prior
            except NobodyKeeps:
                continue
            row = rows[name, kind]
            assert row.best_course == pytest.approx(gain, abs=CLOSE)
            at = {each.entry: each for each in row.deviations}
            breaches = {
                entry: [edge for edge in grown.nodes[here].edges if edge.label not in KEEPS]
                for entry, here in referee.first.items()
            }
            assert {entry for entry, edges in breaches.items() if edges} <= set(at)
            for entry, edges in breaches.items():
                try:
                    kept = referee.keeping(referee.first[entry])
                    single = {e.label: referee.after(e, referee.keeping(e.child)) - kept for e in edges}
                except NobodyKeeps:
                    continue
                if not single:
                    continue
                assert at[entry].gain == pytest.approx(max(single.values()), abs=CLOSE)
                assert single[at[entry].act] == pytest.approx(at[entry].gain, abs=CLOSE)
                best = max(referee.after(e, referee.best(e.child)) for e in edges) - kept
                assert at[entry].best_gain == pytest.approx(best, abs=CLOSE)
                compared += 1
    return compared


@pytest.mark.parametrize("first", range(0, 20, 4))
def test_gains_are_those_of_best_replies_on_random_trees(first: int) -> None:
    assert sum(compare(*random_lateness(seed, most=800)) for seed in range(first, first + 4)) > 5
