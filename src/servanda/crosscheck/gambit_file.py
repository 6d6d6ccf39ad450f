"""The explicit game tree as a file for Gambit (.efg)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from servanda.crosscheck.explicit_tree import Infoset, Tree
from servanda.english import printable
from servanda.errors import expect

# ------------------------------------------------------------------------------------------------------- Gambit


def efg(tree: Tree, scale: Mapping[str, float] | None = None) -> str:
    """Print a tree as a Gambit .efg file (EFG 2 R).

    Payoffs are each path's sum, discounted to the start; chances are exact fractions that add up to 1. A logit
    equilibrium at lambda = 1 of the file is that of the agreement if there is no discount and every party's payoffs
    are scaled by its precision: a file has no place for discounting between a party's own decisions.

    Parameters
    ----------
    scale : Mapping[str, float], optional
        Multiply a party's payoffs by this; 1 if it is not named.

    Returns
    -------
    str
        Information sets are numbered per player in the order of `tree.nodes`.
    """
    expect(tree, Tree, "efg")
    scales = tuple((scale or {}).get(party, 1.0) for party in tree.parties)
    lines = [f"EFG 2 R {_quote(tree.title)} {{ {' '.join(map(_quote, tree.parties))} }}", '""', ""]
    zeros, ones = (0.0,) * len(scales), (1.0,) * len(scales)
    sums = {0: (zeros, ones)}
    numbers: dict[str, dict[Infoset, int]] = {party: {} for party in tree.parties}
    events = ends = 0
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
            actions = " ".join(_quote(edge.label) for edge in node.edges)
            player = tree.parties.index(node.player) + 1
            lines.append(f'p "" {player} {number} {_quote(_label(node.infoset))} {{ {actions} }} 0')
        elif node.outcome is not None:
            ends += 1
            totals = (k * (p + f * x) for k, p, f, x in zip(scales, past, factor, node.payoff, strict=True))
            lines.append(f't "" {ends} {_quote(node.outcome)} {{ {", ".join(map(repr, totals))} }}')
        else:
            events += 1
            exact = [Fraction(repr(edge.chance or 0.0)) for edge in node.edges]
            chances = (c / sum(exact) for c in exact)
            actions = " ".join(f"{_quote(e.label)} {c}" for e, c in zip(node.edges, chances, strict=True))
            lines.append(f'c "" {events} {_quote(f"{events} {node.title}")} {{ {actions} }} 0')
    return "\n".join(lines) + "\n"


def _label(infoset: Infoset) -> str:
    label = f"{infoset.entry}, {infoset.type}"
    if infoset.branch:
        label += f", after {' and '.join(infoset.branch)}"
    return label + (f", concealed {' and '.join(sorted(infoset.concealed))}" if infoset.concealed else "")


def _quote(text: str) -> str:
    """Words within quotes. Gambit knows no way to write a backslash before the last quote, so there is none."""
    return '"' + printable(text).replace("\\", "/").replace('"', '\\"') + '"'
