"""What each node of a public tree is called, and what happened on the way to it, where steps can be late."""

from __future__ import annotations

from typing import NamedTuple

from servanda.game.compiler import Game
from servanda.game.kinds import EXCHANGE, FOUND, RATIFICATION, SEAT, TURNOVER
from servanda.solver.late_paths import Paths


class Place(NamedTuple):
    """Where a choice is made, and the public departures from the plan before it; see `Choice`.

    `claims`: by party, the steps (index) that it may have concealed, in the order of the bits of its sets.
    """

    entry: str
    branch: tuple[str, ...]
    claims: tuple[tuple[int, ...], ...]

    def concealed(self, game: Game, party: int, number: int) -> frozenset[str]:
        """The entries in a set of concealed steps of a party."""
        return frozenset(game.steps[e].id for bit, e in enumerate(self.claims[party]) if number >> bit & 1)


def places(game: Game) -> list[Place]:
    """The place of each node, parents before children."""
    if game.late is None:
        return [
            Place(game.steps[e].id if e < len(game.steps) else "", game.branches[v], game.concealable)
            for v, e in enumerate(map(int, game.node_step))
        ]
    names = _Names(game)
    found: list[Place] = []
    root = Place("", (), tuple(() for _ in game.parties))
    for v, u in enumerate(map(int, game.tree.parent)):
        before = found[u] if u >= 0 else root
        branch = (*before.branch, *names.departure(u, v))
        found.append(Place(names.of(v), branch, names.claims(u, v, before.claims)))
    return found


class _Names:
    """The words for what happens in a tree: those of `crosscheck/explicit_tree.py`."""

    def __init__(self, game: Game) -> None:
        assert game.late is not None
        self.game, self.tree, self.late = game, game.tree, game.late
        self.paths = Paths(game)
        self.origin = self.paths.origin.tolist()

    def of(self, v: int) -> str:
        """What a node is called."""
        tree, game = self.tree, self.game
        kind, step, actor = int(tree.kind[v]), int(game.node_step[v]), int(tree.actor[v])
        if kind in (EXCHANGE, SEAT):
            return f"{game.steps[int(self.late.about[v])].id} {game.parties[actor]}"
        if kind == FOUND:
            return f"{game.parties[actor]} found"
        if step >= 0:
            return game.steps[step].id if step < len(game.steps) else "the horizon"
        look = self._look(v)
        if kind == RATIFICATION:
            return f"{look} vote"
        return f"{look} {game.parties[actor]}{'' if self.late.behind[v, actor] else ' answers'}"

    def _look(self, v: int) -> str:
        """A look, by what began the stall, and its number."""
        start = self.origin[v]
        if self.tree.kind[start] == SEAT:
            start = int(self.tree.head[start])
        name = self.of(start) if self.tree.kind[start] != EXCHANGE else self.game.step_at(start).id
        return f"{name} look {int(self.late.look[v]) + 1}"

    def departure(self, u: int, v: int) -> tuple[str, ...]:
        """What happened between a node and the next that the plan did not foresee."""
        if u < 0:
            return ()
        tree, game, kind = self.tree, self.game, int(self.tree.kind[u])
        after: tuple[str, ...] = ()
        target = v
        if tree.kind[v] == FOUND:
            target = int(tree.head[v])
            after = (f"{self.of(v)}: {self._comes(target)}",)
        if kind in (EXCHANGE, SEAT) and tree.kind[v] != SEAT:
            seats = self.paths.seats(int(tree.head[u]) if kind == SEAT else u)
            held = [game.parties[int(tree.actor[s])] for i, s in enumerate(seats) if int(tree.mask[v]) >> i & 1]
            step = game.steps[int(self.late.about[u])].id
            return ((f"{step}: {' and '.join(held)} hold",) if held else ()) + after
        if int(tree.child[u, 1]) == target:
            if kind == TURNOVER:
                return (game.step_at(u).id, *after)
            return (f"{self.of(u)}: {'fails' if kind == RATIFICATION else 'hold'}", *after)
        return after

    def claims(self, u: int, v: int, before: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
        """By party, what it may have concealed on the way to a node, given that at the node before."""
        tree, kind = self.tree, int(self.tree.kind[u])
        target = int(tree.head[v]) if tree.kind[v] == FOUND else v
        if u < 0 or tree.kind[v] == SEAT:
            return before
        if kind in (EXCHANGE, SEAT):
            seats = self.paths.seats(int(tree.head[u]) if kind == SEAT else u)
            performed = [int(s) for i, s in enumerate(seats) if not int(tree.mask[v]) >> i & 1 and tree.conceals[s]]
        else:
            performed = [u] if tree.conceals[u] and int(tree.child[u, 0]) == target else []
        after = list(before)
        for node in performed:
            after[int(tree.actor[node])] += (int(self.late.about[node]),)
        actor = int(tree.actor[u])
        clean = self.game.node_step[u] < 0 and kind not in (FOUND, SEAT) and self.late.behind[u, actor]
        if clean and tree.kind[self.origin[u]] == FOUND and int(tree.child[u, 0]) == target:
            after[actor] = ()
        return tuple(after)

    def _comes(self, v: int) -> str:
        """What comes next, at the end of a report."""
        if self.tree.kind[v] == EXCHANGE:
            return self.game.step_at(v).id
        return self._look(v) if self.game.node_step[v] < 0 else self.of(v)
