"""Solve a game: its logit agent quantal response equilibrium on the principal branch.

Concept: McKelvey and Palfrey (1998), Quantal Response Equilibria for Extensive Form Games, Experimental
Economics 1:9-41. The unknowns are the few public numbers that each party needs of the others (`docs/model.md`,
section 3), so a curve of a few dozen dimensions is followed, whatever the number of private states.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from servanda._branch import Branch, follow_branch
from servanda.game import OBLIGATION, RATIFICATION, REVIEW, Floats, Game, freeze

TOLERANCE = 1e-10
_FINAL_STEPS = 40


class NotConverged(RuntimeError):
    """No equilibrium was found that deserves the name; the message says how far the solver came."""


@dataclass(frozen=True, repr=False)
class Equilibrium:
    """The solution of a game, with its own proof.

    Attributes
    ----------
    game : Game
    status : str
        `converged`, or in a few words why there is no answer.
    residual : float
        Largest difference, over every choice of every party, type and concealed set, between the probability used
        and the logit response to it.
    iterations : int
        Times a response of all parties was worked out.
    steps, folds : int
        Steps along the branch, and how often it turned round in precision.
    choice : tuple of N (3, states) floats
        Per party, log probabilities of keep, conceal, withdraw at its own choices.
    gain : tuple of N (3, states) floats
        The present values of those acts, units, at the date of the entry.
    belief : tuple of N (states,) floats
        Log beliefs of the others about the party's type and concealed set, at each node before the act.
    value : tuple of N (states,) floats
        Present values, units, at each node after the report.
    survive : (N, V) floats
        Expected chance that a party is not found out on the way to a node.
    leaves : (V,) floats
        Chance that the act at a node ends the agreement.
    signing : tuple of N (K,) floats
        Present value at the start, per type.
    draw : int
    """

    game: Game
    status: str
    residual: float
    iterations: int
    steps: int
    folds: int
    choice: tuple[Floats, ...]
    gain: tuple[Floats, ...]
    belief: tuple[Floats, ...]
    value: tuple[Floats, ...]
    survive: Floats
    leaves: Floats
    signing: tuple[Floats, ...]
    draw: int = 0

    @property
    def converged(self) -> bool:
        """Whether there is an answer."""
        return self.status == "converged"

    def _repr_html_(self) -> str:
        rows = {
            "plan": self.game.plan,
            "status": self.status,
            "residual": f"{self.residual:.1e}",
            "iterations": str(self.iterations),
        }
        cells = "".join(
            f"<tr><th style='text-align:left'>{name}</th><td>{what}</td></tr>" for name, what in rows.items()
        )
        return f"<table><caption>Equilibrium</caption>{cells}</table>"

    def __repr__(self) -> str:
        return (
            f"<Equilibrium of plan {self.game.plan!r}: {self.status}, residual {self.residual:.1e},"
            f" {self.iterations} iterations>"
        )


def solve(
    game: Game, *, draw: int = 0, throw: bool = True, progress: Callable[[float], None] | None = None
) -> Equilibrium:
    """Solve a game on the principal branch, followed up from precision zero.

    Parameters
    ----------
    game : Game
    draw : int
        Which draw of the uncertain numbers.
    throw : bool
        Raise if there is no answer; otherwise return what there is, its `status` saying so.
    progress : function of a float, optional
        Called with the factor on all precisions, from 0 to 1, as the branch is followed.

    Returns
    -------
    Equilibrium

    Raises
    ------
    NotConverged
        If `throw` and the residual stays above 1e-10.

    Examples
    --------
    >>> import servanda
    >>> game = servanda.compile(servanda.read("singapore-2018"), plan="phased")
    >>> servanda.solve(game).status
    'converged'
    """
    play = _Play(game, draw)
    start = play.image(play.pack(), 0.0)
    if play.size == 0:
        branch = Branch(start, 1.0, True, 0, 0)
    else:
        branch = follow_branch(play.image, play.slope, start, progress)
    x = branch.x
    if branch.arrived:
        x = _polish(play, x)
    first = play.image(x, branch.m)
    before = [np.exp(c) for c in play.choice]
    play.image(first, branch.m)
    residual = max(
        (float(np.max(np.abs(np.exp(c) - b), initial=0.0)) for c, b in zip(play.choice, before, strict=True)),
        default=0.0,
    )
    if not branch.arrived:
        status = f"stopped on the branch at {branch.m:.4f} of the precision asked for"
    elif not residual <= TOLERANCE:
        status = f"residual {residual:.1e} is above {TOLERANCE:.0e}"
    else:
        status = "converged"
    answer = play.equilibrium(status, residual, branch)
    if throw and not answer.converged:
        raise NotConverged(
            f"plan {game.plan}: no answer ({status}, after {play.passes} iterations). Lower precisions are easier;"
            f" please send the file to the authors if it should work"
        )
    return answer


def _polish(play: _Play, x: Floats) -> Floats:
    """Newton at full precision, until the answer stops getting better."""
    eye = np.eye(play.size)
    best, best_gap = x, np.inf
    for _ in range(_FINAL_STEPS):
        image = play.image(x, 1.0)
        gap = float(np.max(np.abs(image - x), initial=0.0))
        if gap < best_gap:
            best, improved, best_gap = x, gap < 0.5 * best_gap, gap
        else:
            improved = False
        if gap <= 1e-15 or not improved:
            break
        jacobian = eye - play.slope(x, 1.0, image)[:, : play.size]
        try:
            x = x + np.linalg.solve(jacobian, image - x)
        except np.linalg.LinAlgError:
            break
    return best


def compiled() -> Any:
    """Import the compiled loops, which takes a moment the first time."""
    from servanda import _kernel

    return _kernel


class _Play:
    """Work space for one draw: the map from public expectations to public expectations."""

    def __init__(self, game: Game, draw: int) -> None:
        self.game, self.draw = game, draw
        self.tables = game.tables[draw]
        self.passes = 0
        N, V, G = len(game.parties), len(game.node_step), len(game.hideable)
        self.survive, self.leaves = np.ones((N, V)), game.fails[draw].copy()
        self.kept, self.now, self.taken = np.zeros((V, G)), np.zeros((V, G)), np.zeros((V, G))
        states = [t.breakdown.size for t in self.tables]
        self.choice = [np.zeros((3, s)) for s in states]
        self.gain = [np.zeros((3, s)) for s in states]
        self.belief = [np.zeros(s) for s in states]
        self.value = [np.zeros(s) for s in states]
        self.around: list[tuple[Floats, ...]] = [
            (np.zeros(V), *(np.zeros((V, len(game.types[p]))) for _ in range(4))) for p in range(N)
        ]
        self._choose_unknowns()

    def _choose_unknowns(self) -> None:
        """List the public numbers that can move, and leave out those of the party with most of them.

        That party responds first, to the others' numbers alone; the others respond to what it did.
        """
        game = self.game
        tree, V = game.tree, len(game.node_step)
        own_choice = (tree.kind == OBLIGATION) | (tree.kind == REVIEW)
        parent = tree.parent
        by_party: list[tuple[Any, ...]] = []
        sizes: list[int] = []
        for p, tables in enumerate(self.tables):
            acts = own_choice & (tree.actor == p)
            mine = np.flatnonzero(game.holder == p)
            may_hide = (tables.sets > 1)[:, None] & np.isin(np.arange(len(game.hideable)), mine)[None, :]
            found = np.zeros(V, dtype=bool)
            found[parent >= 0] = (game.hazard[self.draw][:, mine].sum(axis=1) > 0)[parent >= 0]
            found &= tables.sets > 1
            moved = np.zeros(V, dtype=bool)
            moved[parent >= 0] = acts[parent[parent >= 0]]
            spots = (
                np.flatnonzero(acts),
                np.flatnonzero(found),
                np.nonzero(may_hide & moved[:, None]),
                np.nonzero(may_hide & found[:, None]),
                np.nonzero(may_hide & acts[:, None]),
            )
            by_party.append(spots)
            sizes.append(spots[0].size + spots[1].size + sum(s[0].size for s in spots[2:]))
        order = sorted(range(len(sizes)), key=lambda p: -sizes[p])
        self.order = order
        self.open = order[1:]
        self.spots = by_party
        self.size = sum(sizes[p] for p in self.open)

    def pack(self) -> Floats:
        """The unknowns, as a vector (n,)."""
        parts: list[Floats] = []
        for p in self.open:
            acts, found, moved, seen, took = self.spots[p]
            parts += [self.leaves[acts], self.survive[p, found], self.kept[moved], self.now[seen], self.taken[took]]
        return np.concatenate(parts) if parts else np.zeros(0)

    def unpack(self, x: Floats) -> None:
        """Put a vector of unknowns in place, with what follows from it."""
        at = 0
        tree = self.game.tree
        for p in self.open:
            acts, found, moved, seen, took = self.spots[p]
            for array, where in (
                (self.leaves, acts),
                (self.survive, (p, found)),
                (self.kept, moved),
                (self.now, seen),
                (self.taken, took),
            ):
                n = array[where].size
                array[where] = x[at : at + n]
                at += n
        # What no own act and no report changes carries over from the node before.
        mine = np.isin(self.game.holder, self.open)
        if mine.any():
            carried_kept = np.ones(self.kept.shape, dtype=bool) & mine[None, :]
            carried_now = carried_kept.copy()
            for p in self.open:
                carried_kept[self.spots[p][2]] = False
                carried_now[self.spots[p][3]] = False
            for v in range(1, len(self.game.node_step)):
                u = tree.parent[v]
                self.kept[v, carried_kept[v]] = self.now[u, carried_kept[v]]
                self.now[v, carried_now[v]] = self.kept[v, carried_now[v]]

    def image(self, x: Floats, factor: float) -> Floats:
        """Let every party respond once, with all precisions times `factor`; returns the unknowns (n,) after that."""
        self.unpack(x)
        for p in self.order:
            self.party(p, factor)
        self.passes += 1
        return self.pack()

    def party(self, p: int, factor: float) -> None:
        """One party's response and what the others then expect of it."""
        kernel = compiled()
        game, own = self.game, self.tables[p]
        kernel.surroundings(
            p, game.tree, own, game.holder, game.calm[self.draw], self.survive, self.leaves,
            self.kept, self.now, self.taken, *self.around[p],
        )  # fmt: skip
        kernel.respond(
            p, game.tree, own, factor, game.replaced[self.draw], self.leaves, *self.around[p], 0,
            self.value[p], self.choice[p], self.gain[p], self.value[p],
        )  # fmt: skip
        kernel.follow(
            p, game.tree, own, game.holder, self.choice[p], self.belief[p], self.survive, self.leaves,
            self.kept, self.now, self.taken,
        )  # fmt: skip

    def slope(self, x: Floats, factor: float, image: Floats) -> Floats:
        """Derivatives of `image` by the unknowns and by the factor, (n, n + 1), by differences."""
        n = x.size
        result = np.empty((n, n + 1))
        step = 1e-7
        for j in range(n):
            nudged = x.copy()
            nudged[j] += step
            result[:, j] = (self.image(nudged, factor) - image) / step
        small = 1e-7 * max(factor, 1e-3)
        result[:, n] = (self.image(x, factor + small) - image) / small
        return result

    def equilibrium(self, status: str, residual: float, branch: Branch) -> Equilibrium:
        """The state of the work space as a frozen answer."""
        signing: list[Floats] = []
        for p, tables in enumerate(self.tables):
            kinds = tables.log_prior.size
            at_root = self.value[p][:kinds]
            signing.append(self.around[p][1][0] + tables.discount[0] * at_root)
        answer = Equilibrium(
            game=self.game,
            status=status,
            residual=residual,
            iterations=self.passes,
            steps=branch.steps,
            folds=branch.folds,
            choice=tuple(self.choice),
            gain=tuple(self.gain),
            belief=tuple(self.belief),
            value=tuple(self.value),
            survive=self.survive,
            leaves=self.leaves,
            signing=tuple(signing),
            draw=self.draw,
        )
        freeze(answer)
        return answer


def is_choice(game: Game, node: int) -> bool:
    """Whether a party decides at a node: an obligation that is not automatic, or a review."""
    return bool(game.tree.kind[node] in (OBLIGATION, REVIEW))


def fails_at(game: Game, node: int) -> bool:
    """Whether a ratification is held at a node."""
    return bool(game.tree.kind[node] == RATIFICATION)
