"""The explicit game tree as a file for Gambit (.efg)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction

from servanda.crosscheck.explicit_tree import Infoset, Node, Tree, TreeTooLarge
from servanda.english import printable
from servanda.errors import UsageError, expect

# ------------------------------------------------------------------------------------------------------- Gambit


MOST_PAYOFFS = 20_000_000  # in one file, where every information set is a player


def efg(tree: Tree, scale: Mapping[str, float] | None = None) -> str:
    """Print a tree as a Gambit .efg file (EFG 2 R).

    Payoffs are each path's sum, discounted to the start; chances are exact fractions that add up to 1. A logit
    equilibrium at lambda = 1 of the file is that of the agreement if there is no discount and every party's payoffs
    are scaled by its precision: a file has no place for discounting between a party's own decisions.

    With habits each information set is a player of its own. Its payoff is what its party gets from that decision on,
    valued at its date and times the precision of its type, plus the logarithm of the weight of the act that it took. A
    logit equilibrium at lambda = 1 of that file is that of the agreement, whatever the discounts and precisions.

    Parameters
    ----------
    scale : Mapping[str, float], optional
        Multiply a party's payoffs by this; 1 if it is not named. Only without habits.

    Returns
    -------
    str
        Information sets are numbered per player in the order of `tree.nodes`.

    Raises
    ------
    TreeTooLarge
        If a tree with habits has too many information sets and ends to write out.
    """
    expect(tree, Tree, "efg")
    if any(edge.weight != 1.0 for node in tree.nodes for edge in node.edges):
        if scale:
            raise UsageError("the payoffs of a tree with habits hold every precision already. Leave out scale")
        return _with_habits(tree)
    scales = tuple((scale or {}).get(party, 1.0) for party in tree.parties)
    zeros, ones = (0.0,) * len(scales), (1.0,) * len(scales)
    sums = {0: (zeros, ones)}
    numbers: dict[str, dict[Infoset, int]] = {party: {} for party in tree.parties}
    file = _File(tree.title, tree.parties)
    for index, node in enumerate(tree.nodes):
        past, factor = sums.pop(index)
        for edge in node.edges:
            sums[edge.child] = (
                tuple(p + f * flow for p, f, flow in zip(past, factor, edge.flow, strict=True)),
                tuple(f * g for f, g in zip(factor, edge.factor, strict=True)),
            )
        if node.player is not None and node.infoset is not None:
            own = numbers[node.player]
            number = own.setdefault(node.infoset, len(own) + 1)
            file.decision(node, tree.parties.index(node.player) + 1, number)
        elif node.outcome is not None:
            file.end(node, (k * (p + f * x) for k, p, f, x in zip(scales, past, factor, node.payoff, strict=True)))
        else:
            file.chance(node)
    return file.text()


def _with_habits(tree: Tree) -> str:
    """The file in which every information set is a player."""
    numbers: dict[Infoset, int] = {}
    for node in tree.nodes:
        if node.infoset is not None:
            numbers.setdefault(node.infoset, len(numbers))
    if tree.ends * len(numbers) > MOST_PAYOFFS:
        raise TreeTooLarge(
            f"plan {tree.plan}: with habits every information set is a player of the file, {len(numbers):,} of them,"
            f" and each is paid at {tree.ends:,} ends. That is too much for one file. Use fewer entries, types or"
            " looks, or leave out the habits"
        )
    file = _File(tree.title, tuple(f"agent {n + 1}" for n in range(len(numbers))))
    # Per path: of every agent that has decided on it, its party, its precision, what it has got, and the factor now.
    paths: dict[int, dict[int, tuple[int, float, float, float]]] = {0: {}}
    for index, node in enumerate(tree.nodes):
        past = paths.pop(index)
        agent, party, precision = -1, -1, 0.0
        if node.infoset is not None and node.player is not None:
            agent, party = numbers[node.infoset], tree.parties.index(node.player)
            precision = tree.precisions[node.player][node.infoset.type]
            file.decision(node, agent + 1, 1)
        for edge in node.edges:
            now = past if agent < 0 else {**past, agent: (party, precision, math.log(edge.weight), 1.0)}
            paths[edge.child] = {
                each: (of, rate, got + rate * factor * edge.flow[of], factor * edge.factor[of])
                for each, (of, rate, got, factor) in now.items()
            }
        if node.outcome is not None:
            totals = [0.0] * len(numbers)
            for each, (of, rate, got, factor) in past.items():
                totals[each] = got + rate * factor * node.payoff[of]
            file.end(node, totals)
        elif agent < 0:
            file.chance(node)
    return file.text()


class _File:
    """The lines of a file, as they are written."""

    def __init__(self, title: str, players: Iterable[str]) -> None:
        self.lines = [f"EFG 2 R {_quote(title)} {{ {' '.join(map(_quote, players))} }}", '""', ""]
        self.events = self.ends = 0

    def decision(self, node: Node, player: int, number: int) -> None:
        """A node at which a player decides, in its information set of that number."""
        assert node.infoset is not None
        actions = " ".join(_quote(edge.label) for edge in node.edges)
        self.lines.append(f'p "" {player} {number} {_quote(_label(node.infoset))} {{ {actions} }} 0')

    def end(self, node: Node, payoffs: Iterable[float]) -> None:
        """A node at which play ends, and what each player is paid."""
        self.ends += 1
        self.lines.append(f't "" {self.ends} {_quote(node.outcome or "")} {{ {", ".join(map(repr, payoffs))} }}')

    def chance(self, node: Node) -> None:
        """A node of chance."""
        self.events += 1
        exact = [Fraction(repr(edge.chance or 0.0)) for edge in node.edges]
        chances = (c / sum(exact) for c in exact)
        actions = " ".join(f"{_quote(e.label)} {c}" for e, c in zip(node.edges, chances, strict=True))
        self.lines.append(f'c "" {self.events} {_quote(f"{self.events} {node.title}")} {{ {actions} }} 0')

    def text(self) -> str:
        """The whole file."""
        return "\n".join(self.lines) + "\n"


def _label(infoset: Infoset) -> str:
    label = f"{infoset.entry}, {infoset.type}"
    if infoset.branch:
        label += f", after {' and '.join(infoset.branch)}"
    return label + (f", concealed {' and '.join(sorted(infoset.concealed))}" if infoset.concealed else "")


def _quote(text: str) -> str:
    """Words within quotes. Gambit knows no way to write a backslash before the last quote, so there is none."""
    return '"' + printable(text).replace("\\", "/").replace('"', '\\"') + '"'
