"""What the public tree of a plan in which steps can be late says about its paths, whatever anybody does.

`V` nodes, `D` draws. See `Lateness` for what is public at each node.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints
from servanda.game.compiler import Game
from servanda.game.kinds import EXCHANGE, FOUND
from servanda.solver.reach_probabilities import by_depth


class Paths:
    """Where the paths through a public tree lead, and when."""

    def __init__(self, game: Game) -> None:
        assert game.late is not None
        self.game, self.late = game, game.late
        self.parent, self.kind, self.to = game.tree.parent, game.tree.kind, game.node_years
        self.since = np.where(self.parent < 0, 0.0, self.to[self.parent])
        self.is_way = self.kind != FOUND  # of the ways to what one report leads to, one is counted

    def seats(self, head: int) -> Ints:
        """The nodes at which those who act at an exchange decide, in order."""
        return np.arange(head, head + len(self.game.steps[int(self.game.node_step[head])].movers))

    def stays(self, leaves: Floats, holds: Floats) -> Floats:
        """Chance that the act at a node leads to its first child, (D, V); at an exchange, that all perform."""
        stays = np.maximum(0.0, 1.0 - leaves - holds)
        for head in np.flatnonzero(self.kind == EXCHANGE):
            stays[:, head] = stays[:, self.seats(int(head))].prod(axis=1)
        return stays

    @cached_property
    def by_depth(self) -> list[Ints]:
        """The nodes but the root, by their depth."""
        return by_depth(self.parent)

    @cached_property
    def origin(self) -> Ints:
        """Where the stall began that runs on the way to a node, (V,): the last node before it; -1 if there is none."""
        waits, result = self.late.look >= 0, np.full(self.parent.size, -1)
        for nodes in self.by_depth:
            mine = nodes[waits[nodes]]
            up = self.parent[mine]
            result[mine] = np.where(waits[up], result[up], up)
        return result

    @cached_property
    def home(self) -> Ints:
        """The step to which each node belongs, (V,): which falls due, or for which the plan waits; E at the horizon."""
        step = self.game.node_step
        home = np.where(step >= 0, step, self.late.about)
        found = np.flatnonzero(self.kind == FOUND)
        home[found] = step[self.game.tree.head[found]]
        rest = np.flatnonzero(home < 0)  # looks of a stall that is about no one entry
        home[rest] = home[self.origin[rest]]
        return home

    @cached_property
    def halted(self) -> NDArray[np.bool_]:
        """Whether something is struck on the way to a node, (V,)."""
        return np.asarray(self.late.struck.any(axis=1))

    @cached_property
    def tardy(self) -> Floats:
        """Years by which what is done with a node's first child is late, (V,); 0 where nothing is done."""
        dates = np.array([*(step.years for step in self.game.steps), 0.0])
        return np.where(self.late.does >= 0, self.to - dates[self.late.does], 0.0)

    @cached_property
    def completes(self) -> NDArray[np.bool_]:
        """Nodes whose first child is the first after all transfers are done, (V,)."""
        late, kinds = self.late, [self.game.steps[e].kind for e in self.late.entries]
        transfer = np.array([kind != "ratification" for kind in kinds], dtype=bool)
        left = (~late.did & transfer).sum(axis=1)
        place = np.full(len(self.game.steps) + 1, -1)
        place[list(late.entries)] = np.flatnonzero(np.ones(transfer.size))
        does = place[late.does] if late.entries else np.full(self.parent.size, -1)
        gives = (late.does >= 0) & (np.append(transfer, False)[does])
        return gives & (left == 1)

    @property
    def has_transfers(self) -> bool:
        """Whether the plan moves anything."""
        return any(self.game.steps[e].kind != "ratification" for e in self.late.entries)
