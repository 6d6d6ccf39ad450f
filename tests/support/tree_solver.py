"""An independent solver of explicit trees of any size up to some tens of thousands of nodes, and what it says.

Agent logit equilibrium with habits (every information set an agent of its own; the chance of an act is its weight times
exp(precision * value)), on the branch that starts at precision zero, where play is habit. The branch is followed in the
common factor m of all precisions by Anderson mixing of the log chances, in steps so short that no chance moves far. It
does not turn back with the branch: `referee.solve_tree` does, on small trees. Nothing is taken from the structure of
agreements.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from servanda.crosscheck.explicit_tree import Infoset, Node, Tree

CLOSE = 1e-13  # log odds
STANDINGS = ("complete_on_time", "complete_late", "stalled", "suspended")


class NotSettled(Exception):
    """The branch could not be followed to the full precision."""


class Agents:
    """A tree as arrays. N nodes breadth first, M edges (the edge into node i is edge i - 1), A acts of all sets."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        labels: dict[Infoset, tuple[str, ...]] = {}
        players: dict[Infoset, str] = {}
        for node in tree.nodes:
            if node.infoset is not None and node.player is not None:
                own = tuple(edge.label for edge in node.edges)
                assert labels.setdefault(node.infoset, own) == own, node.infoset
                assert players.setdefault(node.infoset, node.player) == node.player, node.infoset
        self.labels = labels
        sizes = np.array([len(own) for own in labels.values()], int)
        self.first = (np.cumsum(sizes) - sizes).astype(int)
        self.owner = np.repeat(np.arange(len(sizes)), sizes)  # (A,) the set of each act
        begin = dict(zip(labels, self.first, strict=True))
        rate = [tree.precisions[players[key]][key.type] for key in labels]
        self.precision = np.repeat(np.array(rate, float), sizes)

        rank, depth = [0], [0]
        rows: list[tuple[int, float, int, tuple[float, ...], tuple[float, ...], int]] = []
        self.weight = np.zeros(len(self.owner))  # (A,) log of each act's habit
        for i, index in enumerate(rank):
            node = tree.nodes[index]
            for n, edge in enumerate(node.edges):
                rank.append(edge.child)
                depth.append(depth[i] + 1)
                act, who = -1, -1
                if node.infoset is not None:
                    act, who = begin[node.infoset] + n, tree.parties.index(node.player or "")
                    self.weight[act] = np.log(edge.weight)
                rows.append((i, np.log(edge.chance) if edge.chance else 0.0, act, edge.flow, edge.factor, who))
        self.nodes: list[Node] = [tree.nodes[index] for index in rank]
        self.parent = np.array([row[0] for row in rows], int)
        self.chance = np.array([row[1] for row in rows])
        self.act = np.array([row[2] for row in rows], int)
        self.flow = np.array([row[3] for row in rows])  # (M, P)
        self.factor = np.array([row[4] for row in rows])
        self.payoff = np.array([node.payoff or (0.0,) * len(tree.parties) for node in self.nodes])
        self.moves = np.flatnonzero(self.act >= 0)
        self.mover = np.array([rows[k][5] for k in self.moves], int)
        at = np.array(depth)
        bounds = np.searchsorted(at, np.arange(at[-1] + 2))
        self.levels = [(bounds[d] - 1, bounds[d + 1] - 1) for d in range(1, at[-1] + 1)]  # edges into each level
        self.starts = []  # per level: where each parent's edges begin, and which parent
        for first, last in self.levels:
            parents, begins = np.unique(self.parent[first:last], return_index=True)
            self.starts.append((parents, begins))

    def logs(self, odds: np.ndarray) -> np.ndarray:
        """Log chances of acts, of any odds up to a constant in each set."""
        if not len(odds):
            return odds
        top = np.maximum.reduceat(odds, self.first)[self.owner]
        return odds - top - np.log(np.add.reduceat(np.exp(odds - top), self.first))[self.owner]

    def edges(self, logs: np.ndarray) -> np.ndarray:
        """Log chance of each edge."""
        each = self.chance.copy()
        each[self.moves] = logs[self.act[self.moves]]
        return each

    def reach(self, each: np.ndarray) -> np.ndarray:
        """Log chance of each node."""
        reach = np.zeros(len(self.nodes))
        for first, last in self.levels:
            reach[first + 1 : last + 1] = reach[self.parent[first:last]] + each[first:last]
        return reach

    def values(self, each: np.ndarray) -> np.ndarray:
        """Present value of each node at its date, by party."""
        value = self.payoff.copy()
        chance = np.exp(each)[:, None]
        for (first, last), (parents, begins) in zip(reversed(self.levels), reversed(self.starts), strict=True):
            terms = chance[first:last] * (self.flow[first:last] + self.factor[first:last] * value[first + 1 : last + 1])
            value[parents] += np.add.reduceat(terms, begins)
        return value

    def answer(self, logs: np.ndarray, m: float) -> np.ndarray:
        """Log chances with which every set answers what all others do."""
        each = self.edges(logs)
        reach, value = self.reach(each), self.values(each)
        act, at = self.act[self.moves], self.parent[self.moves]
        gains = (
            self.flow[self.moves, self.mover] + self.factor[self.moves, self.mover] * value[self.moves + 1, self.mover]
        )
        top = np.full(len(self.owner), -np.inf)
        np.maximum.at(top, act, reach[at])
        weight = np.exp(reach[at] - top[act])
        total = np.bincount(act, weight, len(self.owner))
        mean = np.bincount(act, weight * gains, len(self.owner)) / total
        return self.logs(self.weight + m * self.precision * mean)


@dataclass(frozen=True)
class Answer:
    """An equilibrium: log chances of acts by information set, how far it is from one, and how it was found."""

    agents: Agents
    log_chances: np.ndarray
    residual: float  # largest change of any log chance if all sets answer once more
    passes: int

    @property
    def choices(self) -> dict[Infoset, dict[str, float]]:
        """Chance of each act by information set."""
        found = np.exp(self.log_chances)
        return {
            key: dict(zip(own, map(float, found[at : at + len(own)]), strict=True))
            for (key, own), at in zip(self.agents.labels.items(), self.agents.first, strict=True)
        }

    @property
    def values(self) -> dict[str, float]:
        """Each party's expected present value at the start."""
        value = self.agents.values(self.agents.edges(self.log_chances))
        return dict(zip(self.agents.tree.parties, map(float, value[0]), strict=True))

    def _ends(self) -> Iterable[tuple[float, Node]]:
        reach = np.exp(self.agents.reach(self.agents.edges(self.log_chances)))
        return ((float(p), node) for p, node in zip(reach, self.agents.nodes, strict=True) if node.outcome is not None)

    @property
    def outcomes(self) -> dict[str, float]:
        """Chance of each outcome: 'stalled:clean', 'complete_late:concealed', 'withdrew:a' and so on; they add to 1."""
        found: dict[str, float] = {}
        for chance, node in self._ends():
            assert node.outcome is not None
            name = node.outcome
            if node.standing is not None:
                name = f"{node.standing}:{node.outcome.removeprefix('held:')}"
            found[name] = found.get(name, 0.0) + chance
        return found

    def standing(self, which: str) -> float:
        """Chance of being 'complete_on_time', 'complete_late', 'stalled' or 'suspended' at the horizon."""
        return sum(chance for chance, node in self._ends() if node.standing == which)

    def done(self, dates: Mapping[str, float]) -> dict[str, tuple[float, float]]:
        """By entry, the chances to have been done, by claim, on its date and later. `dates` of the plan entries."""
        found = {key: [0.0, 0.0] for key in dates}
        for chance, node in self._ends():
            for key, when in (node.done or {}).items():
                found[key][when > dates[key] + 1e-9] += chance
        return {key: (on_time, late) for key, (on_time, late) in found.items()}

    def mean_lateness(self, dates: Mapping[str, float]) -> float:
        """The longest lateness of any entry, in years, over what is complete and late; 0 if nothing can be."""
        total = weight = 0.0
        for chance, node in self._ends():
            if node.standing == "complete_late":
                weight += chance
                total += chance * max(when - dates[key] for key, when in (node.done or {}).items())
        return total / weight if weight else 0.0


def solve(tree: Tree, most_passes: int = 20_000) -> Answer:
    """Follow the branch from habit to the full precision."""
    agents = Agents(tree)
    point, m, step, passes = agents.logs(agents.weight), 0.0, 0.25, 0
    if not len(point):
        return Answer(agents, point, 0.0, 0)
    before: tuple[float, np.ndarray] | None = None
    while m < 1:
        target = min(1.0, m + step)
        guess = point
        if before is not None and m > before[0]:
            guess = agents.logs(point + (point - before[1]) * (target - m) / (m - before[0]))
        found, count = _settle(agents, guess, target, CLOSE if target == 1 else 1e-8)
        passes += count
        if found is None or (np.abs(np.exp(found) - np.exp(guess)).max() > 0.15 and step > 1e-4):
            step /= 2
            if step < 1e-6 or passes > most_passes:
                raise NotSettled(f"the branch cannot be followed beyond factor {m}")
            continue
        before, point, m, step = (m, point), found, target, step * 1.6
    residual = float(np.abs(agents.answer(point, 1.0) - point).max())
    return Answer(agents, point, residual, passes)


def _settle(
    agents: Agents, start: np.ndarray, m: float, close: float, most: int = 120
) -> tuple[np.ndarray | None, int]:
    """Anderson mixing of log chances at one factor; None if it does not settle."""
    memory = 10
    point, images, gaps = start, list[np.ndarray](), list[np.ndarray]()
    best, least, idle = start, np.inf, 0
    for count in range(1, most + 1):
        image = agents.answer(point, m)
        gap = image - point
        size = float(np.abs(gap).max())
        if not np.isfinite(size):
            return None, count
        if size < 0.9 * least:
            idle = 0
        else:
            idle += 1
        if size < least:
            best, least = image if size < close else point, size
        if size <= close or (idle >= 12 and least < 1e-10 and close < 1e-10):
            return (image if size <= close else best), count
        images.append(image)
        gaps.append(gap)
        if len(gaps) > memory + 1:
            del images[0], gaps[0]
        if len(gaps) == 1:
            point = image
            continue
        differences = np.stack([gaps[i + 1] - gaps[i] for i in range(len(gaps) - 1)], axis=1)
        moved = np.stack([images[i + 1] - images[i] for i in range(len(images) - 1)], axis=1)
        share = np.linalg.lstsq(differences, gap, rcond=1e-12)[0]
        point = agents.logs(image - moved @ share)
    return None, most
