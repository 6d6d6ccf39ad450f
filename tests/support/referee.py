"""A naive solver of explicit game trees: the referee of the fast one.

Agent logit quantal response equilibrium (McKelvey and Palfrey 1998) on the branch that starts from habit (without
habits: uniform play) at precision zero, followed by pseudo-arclength continuation in the common factor s of all
precisions. Every information set is an agent of its own; beliefs are Bayes' rule over the tree's own nodes, in logs.
Nothing is taken from the structure of agreements, so it works for any `servanda.tree.Tree`, slowly.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pygambit

from servanda.crosscheck.explicit_tree import Infoset, Tree
from servanda.crosscheck.gambit_file import efg


class NotSolved(Exception):
    """The branch could not be followed to the full precision."""


@dataclass(frozen=True)
class Solved:
    """An equilibrium of a tree.

    `choices`: by information set, probability of each action by label. `outcomes`: probability by label.
    `values`: per party, expected present value at the root. `residual`: largest |log odds - precision * gain|.
    `steps`: of continuation. `turns`: how often the branch turned back in s.
    """

    choices: dict[Infoset, dict[str, float]]
    outcomes: dict[str, float]
    values: dict[str, float]
    residual: float
    steps: int
    turns: int


def solve_tree(tree: Tree, precisions: Mapping[str, Mapping[str, float]], max_steps: int = 20_000) -> Solved:
    """Solve for the equilibrium on the principal branch; `precisions` by party and type, per unit."""
    agents = _Agents(tree, precisions)
    x, steps, turns = _follow(agents, max_steps)
    x = _newton(agents, x, 1.0, tolerance=0.0)  # as far as it goes
    logs = agents.log_choices(x)
    outcomes, values = agents.summary(logs)
    return Solved(
        choices={key: dict(zip(labels, np.exp(logs[at]), strict=True)) for key, labels, at in agents.sets()},
        outcomes=outcomes,
        values=dict(zip(tree.parties, values, strict=True)),
        residual=float(np.abs(agents.gap(x, 1.0)).max()),
        steps=steps,
        turns=turns,
    )


class _Agents:
    """A tree as arrays, level by level. N nodes, M edges, P parties, A actions in all sets, n unknown log odds."""

    def __init__(self, tree: Tree, precisions: Mapping[str, Mapping[str, float]]) -> None:
        self.tree = tree
        keys: dict[Infoset, tuple[str, tuple[str, ...]]] = {}
        for node in tree.nodes:
            if node.infoset is not None and node.player is not None:
                keys.setdefault(node.infoset, (node.player, tuple(edge.label for edge in node.edges)))
        self.keys = keys
        sizes = [len(labels) for _, labels in keys.values()]
        self.first = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(
            int
        )  # action of each set against which odds are
        self.own = np.repeat(np.arange(len(keys)), sizes)  # (A,) set of each action
        self.others = np.setdiff1d(np.arange(len(self.own)), self.first)  # (n,) actions with an unknown
        rate = np.array([precisions[player][key.type] for key, (player, _) in keys.items()])
        self.precision = rate[self.own[self.others]]  # (n,)
        weight = {key: [edge.weight for edge in node.edges] for node in tree.nodes if (key := node.infoset) is not None}
        habit = np.log(np.concatenate([weight[key] for key in keys])) if keys else np.zeros(0)
        self.habit = (habit - habit[self.first][self.own])[self.others]  # (n,) log odds of habit
        order = {key: i for i, key in enumerate(keys)}

        # Nodes breadth first: children of one node, and whole levels, are contiguous.
        rank = [0]
        levels = [0]
        for index in rank:
            rank.extend(edge.child for edge in tree.nodes[index].edges)
        place = {index: i for i, index in enumerate(rank)}
        depth = np.zeros(len(rank), int)
        edges = []  # (parent, log chance or nan, action or -1, flow, factor), child is edge's index + 1
        for i, index in enumerate(rank):
            node = tree.nodes[index]
            for n, edge in enumerate(node.edges):
                depth[place[edge.child]] = depth[i] + 1
                action = -1 if node.infoset is None else self.first[order[node.infoset]] + n
                edges.append((i, 0.0 if edge.chance is None else np.log(edge.chance), action, edge.flow, edge.factor))
        levels = [np.flatnonzero(depth == d) for d in range(1, depth.max() + 1)]
        self.parent = np.array([e[0] for e in edges])
        self.log_chance = np.array([e[1] for e in edges])
        self.action = np.array([e[2] for e in edges])
        self.flow = np.array([e[3] for e in edges])  # (M, P)
        self.factor = np.array([e[4] for e in edges])
        self.levels = [level - 1 for level in levels]  # edges into each level
        nodes = [tree.nodes[index] for index in rank]
        self.payoff = np.array([node.payoff or (0.0,) * len(tree.parties) for node in nodes])  # (N, P)
        self.outcome = [node.outcome for node in nodes]
        self.moves = np.flatnonzero(self.action >= 0)  # edges that are choices
        self.mover = np.array([tree.parties.index(nodes[i].player or "") for i in self.parent[self.moves]])

    def sets(self):
        """Every information set: key, action labels, place of its actions."""
        for begin, (key, (_, labels)) in zip(self.first, self.keys.items(), strict=True):
            yield key, labels, slice(begin, begin + len(labels))

    def log_choices(self, x: np.ndarray) -> np.ndarray:
        """Log probability of each action (A, ...) from the log odds x (n, ...)."""
        odds = np.zeros((len(self.own), *x.shape[1:]), x.dtype)
        odds[self.others] = x
        top = np.maximum.reduceat(odds.real, self.first)[self.own]
        return odds - top - np.log(np.add.reduceat(np.exp(odds - top), self.first))[self.own]

    def play(self, logs: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Log chances of reaching nodes (N, ...) and of edges (M, ...), values of nodes (N, P, ...)."""
        extra = (1,) * (logs.ndim - 1)
        log_edge = self.log_chance.reshape(-1, *extra) + np.zeros(logs.shape[1:], logs.dtype)
        log_edge[self.moves] = logs[self.action[self.moves]]
        reach = np.zeros((len(self.payoff), *logs.shape[1:]), logs.dtype)
        value = self.payoff.reshape(*self.payoff.shape, *extra) + np.zeros(logs.shape[1:], logs.dtype)
        for level in self.levels:
            reach[level + 1] = reach[self.parent[level]] + log_edge[level]
        for level in reversed(self.levels):
            parents, starts = np.unique(self.parent[level], return_index=True)
            terms = np.exp(log_edge[level])[:, None] * self.after(value, level)
            value[parents] += np.add.reduceat(terms, starts)
        return reach, log_edge, value

    def after(self, value: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """Present value at its start of taking each edge, (edges, P, ...)."""
        shape = (len(edges), -1, *(1,) * (value.ndim - 2))
        return self.flow[edges].reshape(shape) + self.factor[edges].reshape(shape) * value[edges + 1]

    def gap(self, x: np.ndarray, s: complex | np.ndarray) -> np.ndarray:
        """Log odds less s * precision * gain over the set's first action, (n, ...): zero in equilibrium."""
        reach, _, value = self.play(self.log_choices(x))
        gains = self.after(value, self.moves)[np.arange(len(self.moves)), self.mover]
        weight, action = reach[self.parent[self.moves]], self.action[self.moves]
        top = np.full((len(self.own), *x.shape[1:]), -np.inf)
        np.maximum.at(top, action, weight.real)
        weight = np.exp(weight - top[action])
        belief = np.zeros((len(self.own), *x.shape[1:]), x.dtype)
        mean = np.zeros_like(belief)
        np.add.at(belief, action, weight)
        np.add.at(mean, action, weight * gains)
        mean /= belief
        gain = (mean - mean[self.first][self.own])[self.others]
        extra = (1,) * (x.ndim - 1)
        return x - self.habit.reshape(-1, *extra) - s * self.precision.reshape(-1, *extra) * gain

    def slopes(self, x: np.ndarray, s: float) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of the gap by x (n, n) and by s (n,), exact: by a step of 1e-30 i."""
        tiny = 1e-30
        n = len(x)
        points = np.repeat(x[:, None], n + 1, axis=1).astype(complex)
        points[np.arange(n), np.arange(n)] += tiny * 1j
        factor = np.full(n + 1, s, complex)
        factor[n] += tiny * 1j
        slope = self.gap(points, factor).imag / tiny
        return slope[:, :n], slope[:, n]

    def summary(self, logs: np.ndarray) -> tuple[dict[str, float], np.ndarray]:
        """Probability of each outcome, and each party's value at the root."""
        reach, _, value = self.play(logs)
        chances: dict[str, float] = {}
        for log, label in zip(reach, self.outcome, strict=True):
            if label is not None:
                chances[label] = chances.get(label, 0.0) + float(np.exp(log))
        return chances, value[0]


def _newton(agents: _Agents, x: np.ndarray, s: float, tolerance: float = 1e-11) -> np.ndarray:
    """Solve at a fixed s from a good guess; with tolerance 0 until it gets no better."""
    best, least = x, np.inf
    for _ in range(30):
        gap = agents.gap(x, s)
        size = np.abs(gap).max()
        if size >= least and tolerance == 0:
            return best
        if size < least:
            best, least = x, size
        if size <= tolerance:
            return x
        x = x - np.linalg.solve(agents.slopes(x, s)[0], gap)
    if tolerance == 0:
        return best
    raise NotSolved(f"Newton's method stays {least:.1e} away at factor {s}")


def _follow(agents: _Agents, max_steps: int) -> tuple[np.ndarray, int, int]:
    """Follow the branch from s = 0 to where it first meets s = 1."""
    n = len(agents.others)
    x, s, step = agents.habit, 0.0, 0.05
    tangent = _tangent(agents, x, s, np.append(np.zeros(n), 1.0))
    turns = 0
    for count in range(1, max_steps + 1):
        new = _correct(agents, x, s, tangent, step)
        ahead = None if new is None else _tangent(agents, new[:n], new[n], tangent)
        if new is None or ahead is None or ahead @ tangent < 0.98:
            step /= 2
            if step < 1e-9:
                raise NotSolved(f"the branch cannot be followed beyond factor {s}")
            continue
        if new[n] >= 1:
            share = (1 - s) / (new[n] - s)
            guess = x + share * (new[:n] - x)
            found = _newton(agents, guess, 1.0)
            if np.abs(found - guess).max() <= 0.1 * step + 1e-9:
                return found, count, turns
            step /= 2  # too far to be sure that it is the same branch
            continue
        turns += bool(ahead[n] * tangent[n] < 0)
        x, s, tangent = new[:n], new[n], ahead
        step = min(
            step * 1.5, max(2.0, 0.05 * float(np.abs(x).max(initial=0.0)))
        )  # far out the branch is nearly straight
    raise NotSolved(f"the branch has not reached the full precision after {max_steps} steps, only factor {s}")


def _tangent(agents: _Agents, x: np.ndarray, s: float, along: np.ndarray) -> np.ndarray:
    by_x, by_s = agents.slopes(x, s)
    matrix = np.vstack([np.column_stack([by_x, by_s]), along])
    found = np.linalg.solve(matrix, np.append(np.zeros(len(x)), 1.0))
    return found / np.linalg.norm(found)


def _correct(agents: _Agents, x: np.ndarray, s: float, tangent: np.ndarray, step: float) -> np.ndarray | None:
    """Newton's method in the hyperplane a step ahead; None if it does not settle at once nearby."""
    guess = np.append(x, s) + step * tangent
    point = guess
    for _ in range(6):
        gap = agents.gap(point[:-1], point[-1])
        if not np.isfinite(gap).all():
            return None
        by_x, by_s = agents.slopes(point[:-1], point[-1])
        matrix = np.vstack([np.column_stack([by_x, by_s]), tangent])
        change = np.linalg.solve(matrix, np.append(gap, tangent @ (point - guess)))
        point = point - change
        if np.abs(point - guess).max() > 0.3 * step:
            return None
        if np.abs(change).max() < 1e-10:
            return point
    return None


def residual(
    tree: Tree, precisions: Mapping[str, Mapping[str, float]], logs: Mapping[Infoset, Mapping[str, float]]
) -> tuple[float, float]:
    """Check choices that somebody else found; `logs` are log probabilities by information set and action.

    Returns the largest change of any probability if every information set responds once more to all others, and the
    log chance of reaching the information set that is reached least.
    """
    agents = _Agents(tree, precisions)
    given = np.array([logs[key][label] for key, labels, _ in agents.sets() for label in labels])
    odds = given - given[agents.first][agents.own]
    answer = odds[agents.others] - agents.gap(odds[agents.others], 1.0)
    reach, _, _ = agents.play(given)
    least = np.full(len(given), -np.inf)
    np.logaddexp.at(least, agents.action[agents.moves], reach[agents.parent[agents.moves]])
    change = np.abs(np.exp(agents.log_choices(answer)) - np.exp(given))
    return float(np.max(change, initial=0.0)), float(np.min(least, initial=0.0))


AROUND_ONE = (0.999, 1.0, 1.001)


def trace_with_gambit(
    text: str, lambdas: tuple[float, ...], first_step: float = 0.03, max_accel: float = 1.1
) -> list[tuple[float, list[float]]]:
    """Have Gambit trace the principal branch of a .efg file: lambda and all probabilities at each point asked for.

    Gambit says nothing where it stops early; the lambda is then not the one asked for.
    """
    game = pygambit.read_efg(io.StringIO(text))
    found = pygambit.qre.logit_solve_lambda(game, lam=list(lambdas), first_step=first_step, max_accel=max_accel)
    return [(profile.lam, [profile[k] for k in range(len(profile))]) for profile in found]


def at_one(points: list[tuple[float, list[float]]], tree: Tree) -> dict[Infoset, dict[str, float]]:
    """Probabilities at lambda = 1 by information set and action, from Gambit's points at `AROUND_ONE`.

    Gambit stops up to 1e-8 beside the lambda asked for, and tells where. So it is asked for points on both sides too
    and the probabilities are interpolated: this uses nothing of ours.
    """
    at = np.array([lam for lam, _ in points])
    if len(at) == 1 and abs(at[0] - 1) < 1e-6:
        return by_infoset(points[0][1], tree)
    if len(at) != 3 or np.abs(at - AROUND_ONE).max() > 1e-6:
        raise NotSolved(f"Gambit stopped at lambda = {at}")
    weights = [np.prod([(1 - at[j]) / (at[i] - at[j]) for j in range(3) if j != i]) for i in range(3)]
    return by_infoset(sum(w * np.array(p) for w, (_, p) in zip(weights, points, strict=True)), tree)


def by_infoset(chances: Iterable[float], tree: Tree) -> dict[Infoset, dict[str, float]]:
    """Gambit's numbers, which come player by player in the order of the file, by information set and action."""
    each = iter(chances)
    sets: dict[str, dict[Infoset, tuple[str, ...]]] = {party: {} for party in tree.parties}
    for node in tree.nodes:
        if node.infoset is not None and node.player is not None:
            sets[node.player].setdefault(node.infoset, tuple(edge.label for edge in node.edges))
    return {key: {label: float(next(each)) for label in labels} for own in sets.values() for key, labels in own.items()}


def solve_with_gambit(tree: Tree, scale: Mapping[str, float]) -> dict[Infoset, dict[str, float]]:
    """Have Gambit trace the same branch on the exported file, to lambda = 1."""
    return at_one(trace_with_gambit(efg(tree, scale), AROUND_ONE), tree)


def gambit_with_habits(tree: Tree) -> dict[Infoset, dict[str, float]]:
    """Have Gambit solve the file as it is exported where parties have habits: every information set a player there."""
    if all(edge.weight == 1.0 for node in tree.nodes for edge in node.edges):
        return solve_with_gambit(*one_player_per_set(tree, tree.precisions))
    return at_one(trace_with_gambit(efg(tree), AROUND_ONE), one_player_per_set(tree, tree.precisions)[0])


def one_player_per_set(tree: Tree, precisions: Mapping[str, Mapping[str, float]]) -> tuple[Tree, dict[str, float]]:
    """Make each information set a player of its own, paid in its precision; returns also the scale, which is 1.

    A set's player gets what its party gets from that decision on, valued at its date, plus the logarithm of its act's
    weight; nothing where it never decides. In agent equilibrium this changes nothing, but the file then needs no
    discounting between one player's decisions and no two types with one scale: so Gambit can solve every agreement, as
    it stands.
    """
    party = {node.infoset: node.player or "" for node in tree.nodes if node.infoset is not None}
    names = {key: f"agent {n}" for n, key in enumerate(party)}
    rates = [(key, tree.parties.index(party[key]), precisions[party[key]][key.type]) for key in party]
    passed: dict[int, frozenset[Infoset]] = {0: frozenset()}
    nodes = []
    for index, node in enumerate(tree.nodes):
        active = passed[index] | ({node.infoset} if node.infoset is not None else set())
        edges = []
        for edge in node.edges:
            passed[edge.child] = frozenset(active)
            habit = {node.infoset: float(np.log(edge.weight))}
            flow = tuple(r * edge.flow[i] + habit.get(key, 0.0) if key in active else 0.0 for key, i, r in rates)
            factor = tuple(edge.factor[i] if key in active else 1.0 for key, i, _ in rates)
            edges.append(replace(edge, flow=flow, factor=factor, weight=1.0))
        payoff = tuple(r * node.payoff[i] if key in active else 0.0 for key, i, r in rates) if node.payoff else ()
        player = None if node.infoset is None else names[node.infoset]
        nodes.append(replace(node, player=player, edges=tuple(edges), payoff=payoff))
    return replace(tree, parties=tuple(names.values()), nodes=tuple(nodes)), dict.fromkeys(names.values(), 1.0)
