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

from servanda.game import OBLIGATION, RATIFICATION, REVIEW, Floats, Game, freeze

TOLERANCE = 1e-10
_AT_A_TIME = 200  # responses between two looks at the clock and at Ctrl-C


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
    choice : (3, states) floats
        Log probabilities of keep, conceal, withdraw at a party's own choices; `game.block` says where.
    gain : (3, states) floats
        The present values of those acts, units, at the date of the entry.
    belief : (states,) floats
        Log beliefs of the others about a party's type and concealed set, at each node before the act.
    value : (states,) floats
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
    choice: Floats
    gain: Floats
    belief: Floats
    value: Floats
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
    from servanda import _branch

    play = Play(game, draw)
    state = play.trace(progress)
    x, m = state.point[:-1], float(state.point[-1]) if play.size else 1.0
    play.image(x, m)
    residual = play.residual(m)
    if m < 1.0:
        status = f"stopped on the branch at {m:.4f} of the precision asked for"
    elif not residual <= TOLERANCE:
        status = f"residual {residual:.1e} is above {TOLERANCE:.0e}"
    else:
        status = "converged"
    answer = play.equilibrium(
        status, residual, *(int(state.count[i]) for i in (_branch.VALUES, _branch.STEPS, _branch.FOLDS))
    )
    if throw and not answer.converged:
        raise NotConverged(
            f"plan {game.plan}: no answer ({status}, after {answer.iterations} iterations). Lower precisions are"
            f" easier; please send the file to the authors if it should work"
        )
    return answer


def compiled() -> Any:
    """Import the compiled loops, which takes a moment the first time."""
    from servanda import _response

    return _response


class Play:
    """Work space for one draw: the map from public expectations to public expectations."""

    def __init__(self, game: Game, draw: int) -> None:
        kernel = compiled()
        self.kernel, self.game, self.draw = kernel, game, draw
        self.own = kernel.one_draw(game.tables, draw)
        self.work = workspace(game, self.own)
        self.unknowns = self._unknowns()
        self.size = len(self.unknowns.where)

    def _unknowns(self) -> Any:
        """List the public numbers that can move, and leave out those of the party with most of them.

        That party responds first, to the others' numbers alone; the others respond to what it did.
        """
        k, game, own = self.kernel, self.game, self.own
        tree, G = game.tree, len(game.hideable)
        choice = (tree.kind == OBLIGATION) | (tree.kind == REVIEW)
        after = tree.parent >= 0
        carried = np.zeros((2, len(tree.kind), G), dtype=np.int64)
        lists: list[list[tuple[int, int, int]]] = []
        for p in range(len(game.parties)):
            acts = choice & (tree.actor == p)
            hides = (own.sets[p] > 1)[:, None] & (own.holder == p)[None, :]
            found = after & (own.sets[p] > 1) & (game.hazard[self.draw][:, own.holder == p].sum(axis=1) > 0)
            moved = np.zeros(len(acts), dtype=bool)
            moved[after] = acts[tree.parent[after]]
            rows = [(k.LEAVES, int(v), 0) for v in np.flatnonzero(acts)]
            rows += [(k.SURVIVE, p, int(v)) for v in np.flatnonzero(found)]
            for what, where in ((k.KEPT, moved), (k.NOW, found), (k.TAKEN, acts)):
                rows += [(what, int(v), int(g)) for v, g in np.argwhere(hides & where[:, None])]
            carried[0][hides & ~moved[:, None]] = 1
            carried[1][hides & ~found[:, None]] = 1
            lists.append(rows)
        order = sorted(range(len(lists)), key=lambda p: -len(lists[p]))
        carried[:, :, own.holder == order[0]] = 0
        where = [row for p in order[1:] for row in lists[p]]
        return k.Unknowns(
            where=np.array(where, dtype=np.int64).reshape(-1, 3),
            order=np.array(order, dtype=np.int64),
            carried=carried,
        )

    def trace(self, progress: Callable[[float], None] | None) -> Any:
        """Follow the branch; the point reached is in the state's `point`."""
        from servanda import _branch

        state = _branch.start(self.size, _branch.MAX_STEPS)
        out = np.zeros(self.size)
        while self.kernel.trace(state, self.game.tree, self.own, self.work, self.unknowns, out, _AT_A_TIME):
            if progress is not None:
                progress(float(state.point[-1]))
        return state

    def expecting(self, leaves: Floats | float) -> Floats:
        """The unknowns (n,) if everyone is expected to leave with these chances (n,), nothing hidden or found."""
        what = self.unknowns.where[:, 0]
        return np.where(what == self.kernel.LEAVES, leaves, np.where(what == self.kernel.SURVIVE, 1.0, 0.0))

    def pack(self) -> Floats:
        """The unknowns (n,) as they stand."""
        out = np.zeros(self.size)
        self.kernel.pack(self.unknowns, self.work, out)
        return out

    def image(self, x: Floats, factor: float) -> Floats:
        """Let every party respond once; returns the unknowns (n,) after that."""
        out = np.empty_like(x)
        self.kernel.image(x, factor, self.game.tree, self.own, self.work, self.unknowns, out)
        return out

    def residual(self, factor: float) -> float:
        """Largest change of any choice probability if every party responds once more; leaves the state as it is."""
        work = self.work
        state = [array.copy() for array in (work.choice, work.gain, work.value)]
        self.kernel.reply(factor, self.game.tree, self.own, work)
        change = np.abs(np.exp(work.choice) - np.exp(state[0]))
        for array, old in zip((work.choice, work.gain, work.value), state, strict=True):
            array[...] = old
        return float(np.max(change, initial=0.0))

    def equilibrium(self, status: str, residual: float, passes: int = 0, steps: int = 0, folds: int = 0) -> Equilibrium:
        """The state of the work space as a frozen answer."""
        game, own, work = self.game, self.own, self.work
        signing: list[Floats] = []
        for p in range(len(game.parties)):
            kinds, root = int(own.kinds[p]), game.block(p, 0)
            signing.append(work.moving[p, 0, :kinds] + own.discount[p, 0, :kinds] * work.value[root])
        answer = Equilibrium(
            game=game,
            status=status,
            residual=residual,
            iterations=passes + 2,
            steps=steps,
            folds=folds,
            choice=work.choice,
            gain=work.gain,
            belief=work.belief,
            value=work.value,
            survive=work.survive,
            leaves=work.leaves,
            signing=tuple(signing),
            draw=self.draw,
        )
        freeze(answer)
        return answer


def workspace(game: Game, own: Any) -> Any:
    """Space for the compiled loops, everybody keeping and nothing found."""
    N, V, G, K = len(game.parties), len(game.node_step), len(game.hideable), own.log_prior.shape[1]
    S, M = own.breakdown.size, own.hidden_flow.shape[2]
    return compiled().Work(
        survive=np.ones((N, V)),
        leaves=own.fails.copy(),
        kept=np.zeros((V, G)),
        now=np.zeros((V, G)),
        taken=np.zeros((V, G)),
        rho=np.ones((N, V)),
        moving=np.zeros((N, V, K)),
        lost=np.zeros((N, V, K)),
        saved=np.zeros((N, V, K)),
        ended=np.zeros((N, V, K)),
        choice=np.zeros((3, S)),
        gain=np.full((3, S), -np.inf),
        value=np.zeros(S),
        belief=np.zeros(S),
        stay=np.zeros(V),
        mass=np.zeros(M),
    )


def is_choice(game: Game, node: int) -> bool:
    """Whether a party decides at a node: an obligation that is not automatic, or a review."""
    return bool(game.tree.kind[node] in (OBLIGATION, REVIEW))


def fails_at(game: Game, node: int) -> bool:
    """Whether a ratification is held at a node."""
    return bool(game.tree.kind[node] == RATIFICATION)
