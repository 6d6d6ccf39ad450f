"""Solve a game: its logit agent quantal response equilibrium on the principal branch.

Concept: McKelvey and Palfrey (1998), Quantal Response Equilibria for Extensive Form Games, Experimental
Economics 1:9-41. The unknowns are the few public numbers that each party needs of the others (`model.md`,
section 3), so a curve of a few dozen dimensions is followed, whatever the number of private states.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from servanda.arrays import Floats, freeze
from servanda.errors import ServandaError, UsageError, expect, numbered
from servanda.game.compiler import Game
from servanda.game.kinds import CHOICES, RATIFICATION
from servanda.game.payoff_tables import Tables
from servanda.game.unknowns import Unknowns
from servanda.parallel import Progress
from servanda.records import Record

TOLERANCE = 1e-10
_AT_A_TIME = 200  # responses between two looks at the clock and at Ctrl-C


class NotConverged(ServandaError, RuntimeError):
    """No equilibrium was found that deserves the name; the message says how far the solver came."""

    exit_code = 3


@dataclass(frozen=True, repr=False)
class Equilibrium(Record):
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
    steps, folds, bifurcations : int
        Steps along the branch, how often it turned round in precision, and how often it met another branch.
    choice : (A, states) floats
        Log probabilities of keep, conceal, withdraw, and of hold where steps can be late (A is 4, else 3), at a party's
        own choices; `game.block` says where.
    gain : (A, states) floats
        The present values of those acts, units, at the date of the entry.
    belief : (states,) floats
        Log beliefs of the others about a party's type and concealed set, at each node before the act.
    value : (states,) floats
        Present values, units, at each node after the report.
    survive : (N, V) floats
        Expected chance that a party is not found out on the way to a node.
    leaves : (V,) floats
        Chance that the act at a node ends the agreement.
    holds : (V,) floats
        Chance that it is not done at a node: that a party holds back, or that a vote fails without ending all.
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
    bifurcations: int
    choice: Floats
    gain: Floats
    belief: Floats
    value: Floats
    survive: Floats
    leaves: Floats
    holds: Floats
    signing: tuple[Floats, ...]
    draw: int = 0

    def __post_init__(self) -> None:
        numbered("draw", self.draw, self.game.draws)
        N, V = self.game.tables.sets.shape
        states = int(self.game.tables.kinds @ self.game.tables.sets.sum(axis=1))
        acts = 4 if self.game.is_late else 3
        shapes = {"choice": (acts, states), "gain": (acts, states), "belief": (states,), "value": (states,)}
        for name, shape in {**shapes, "survive": (N, V), "leaves": (V,), "holds": (V,)}.items():
            found: Floats = getattr(self, name)
            if found.dtype != np.float64 or found.shape != shape:
                raise UsageError(
                    f"{name} of an equilibrium is an array of {found.dtype.name}, shape {found.shape}. For this game it"
                    f" must be one of float64, shape {shape}"
                )
            if self.converged and math.isnan(float(found.sum())):
                raise UsageError(f"{name} of an equilibrium has entries that are no numbers, so it cannot be converged")

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


def solve(game: Game, *, draw: int = 0, throw: bool = True, progress: Progress | None = None) -> Equilibrium:
    """Solve a game on the principal branch, followed up from precision zero.

    Parameters
    ----------
    draw : int
        Which draw of the uncertain numbers, 0 being the first.
    throw : bool
        Raise if there is no answer; otherwise return what there is, its `status` saying so.
    progress : function of what is being done and the share done (0 to 1), optional
        The share is the factor on all precisions, as the branch is followed.

    Raises
    ------
    NotConverged
        If `throw` and there is no answer: the residual stays above 1e-10, the branch meets another one, or values are
        too large to compute with.
    NoSuchIndex
        If there is no such draw.

    Examples
    --------
    >>> import servanda
    >>> game = servanda.compile(servanda.read("leap-day-2012-game"), plan="game")
    >>> servanda.solve(game).status
    'converged'
    """
    expect(game, Game, "solve")
    draw = numbered("draw", draw, game.draws)
    play = Workspace(game, draw, game.merged)
    record = play.record(1 + draw)
    play.trace(record, draw, draw + 1, progress)
    m, residual, split = (float(number) for number in record.reach[draw])
    if game.merged is not game.tables:
        play = Workspace(game, draw)
        residual = play.residual(record.point[draw], m)
    status = said(m, residual, split)
    answer = play.equilibrium(status, residual, *(int(n) for n in record.count[draw]))
    if throw and not answer.converged:
        raise NotConverged(
            f"plan {game.plan}: the solver found no equilibrium ({answer.status}, after {answer.iterations}"
            f" iterations).{advice(answer)}"
        )
    return answer


def said(factor: float, residual: float, split: float = 0.0) -> str:
    """Put into words how far the branch was followed and what was reached there: a status.

    Parameters
    ----------
    split : float
        Where the branch met another one, as a factor on all precisions; 0 if it met none.
    """
    if not math.isfinite(residual):
        return "values are too large to compute with"
    if factor < 1.0:
        return f"stopped at {factor:.4f} of the precision asked for"
    if not residual <= TOLERANCE:
        return f"residual {residual:.1e} is above {TOLERANCE:.0e}"
    if split > 0.0:
        return f"bifurcation at {split:.4f} of the precision asked for"
    return "converged"


def advice(answer: Equilibrium) -> str:
    """Say what to do where there is no answer: sentences that follow another."""
    if answer.bifurcations:
        return (
            " There the branch that begins at precision zero meets others, and as far as numbers can tell nothing says"
            " which of them goes on: often because acts, or parties, are worth exactly the same. Where they differ a"
            " little in truth, write that difference into the file: it decides"
        )
    if not math.isfinite(answer.residual):
        return " Look for numbers in the file that are out of all proportion to the others"
    return (
        " Lower precisions are easier to solve. If you think that this plan should have been solved, please send the"
        " file to the authors"
    )


def compiled() -> Any:
    """Import the compiled loops, which takes a moment the first time."""
    from servanda.solver import _response_map

    return _response_map


class Workspace:
    """Work space for draws of a game: the map from public expectations to public expectations."""

    def __init__(self, game: Game, draw: int, tables: Tables | None = None, unknowns: Unknowns | None = None) -> None:
        kernel = compiled()
        draw = numbered("draw", draw, game.draws)
        self.kernel, self.game, self.draw, self.tables = kernel, game, draw, tables or game.tables
        self.own = kernel.one_draw(self.tables, draw)
        self.work = workspace(game, self.own)
        self.unknowns = unknowns or game.unknowns
        self.size = len(self.unknowns.where)
        self.state = self._start()
        self._is_fresh = True
        self._unused: Any = None

    def _start(self) -> Any:
        from servanda.solver import _continuation

        return _continuation.start(self.size, _continuation.MAX_STEPS)

    def record(self, draws: int) -> Any:
        """Space for what is kept of so many draws."""
        N, V = self.tables.sets.shape
        return self.kernel.Record(
            point=np.zeros((draws, self.size)),
            reach=np.zeros((draws, 3)),
            count=np.zeros((draws, 4), dtype=np.int64),
            survive=np.ones((draws, N, V)),
            leaves=np.zeros((draws, V)),
            holds=np.zeros((draws, V)),
            honest=np.ones((draws, N, V)),
            signing=np.zeros((draws, N, self.tables.log_prior.shape[2])),
        )

    def reference(self) -> Any:
        """The solution just found, for others to begin at; None if there was trouble on the way."""
        from servanda.solver import _continuation

        return _continuation.reference(self.state)

    def trace_from(self, start: Any, record: Any, first: int, last: int) -> None:
        """Follow from a solution of other numbers of the same plan to that of each of some draws.

        The way there is x = F(x) + (1 - t) (y - F(y)), y being where it begins and t going from 0 to 1 (a Newton
        homotopy). Where it cannot be followed, turns back, or where a change of what is expected comes back strongly,
        the branch is followed from precision zero. Nothing at full precision tells for certain whether an equilibrium
        is on the branch that begins at precision zero: see decision 51.
        """
        from servanda.solver import _continuation

        for draw in range(first, last):
            _continuation.begin_at(self.state, start)
            self._is_fresh = True
            self.trace(record, draw, draw + 1, None)

    def trace(self, record: Any, first: int, last: int, progress: Progress | None) -> None:
        """Follow the branch for some draws, and keep what is reached in the record."""
        state = self.state = self.state if self._is_fresh else self._start()
        self._is_fresh = False
        out = np.zeros(self.size)
        most = _AT_A_TIME if last == first + 1 else 2**62
        while True:
            first = self.kernel.trace(
                self.kernel.FOLLOW, state, self.game.tree, self.kernel.of_draws(self.tables, first, last), first, last,
                self.work, self.unknowns, record, out, most,
            )  # fmt: skip
            if first == last:
                return
            if state.count[self.kernel.PHASE] >= self.kernel.ARRIVED:
                from servanda.solver._crossings import look_closer

                look_closer(Workspace(self.game, first, self.tables), state, progress)
            if progress is not None:
                progress(f"solving {self.game.plan}", float(state.point[-1]))

    def expecting(self, leaves: Floats | float, holds: Floats | float = 0.0) -> Floats:
        """The unknowns (n,) if everyone is expected to leave with these chances (n,), nothing hidden or found.

        Whoever does not leave holds back, where that is an act, with the chances in `holds` (n,).
        """
        what, node = self.unknowns.where[:, 0], self.unknowns.where[:, 1]
        acts, late = what == self.kernel.LEAVES, what == self.kernel.HOLDS
        gone = np.zeros(len(self.game.tree.kind))
        gone[node[acts]] = np.broadcast_to(leaves, what.shape)[acts]
        held = holds * (1.0 - gone[np.where(late, node, 0)])
        return np.select(
            [acts, late, what == self.kernel.SURVIVE], [np.broadcast_to(leaves, what.shape), held, 1.0], 0.0
        )

    def image(self, x: Floats, factor: float) -> Floats:
        """Let every party respond once; returns the unknowns (n,) after that."""
        out = np.empty_like(x)
        self._unused = self._unused or self.record(1)
        self._at(x, factor, self.kernel.RESPOND, self._unused, out)
        return out

    def residual(self, x: Floats, factor: float) -> float:
        """Largest change of any choice probability if every party responds to x (n,), and then once more.

        Leaves the response to x in the work space.
        """
        record = self.record(1 + self.draw)
        self._at(x, factor, self.kernel.ANSWER, record, np.empty_like(x))
        return float(record.reach[self.draw, 1])

    def _at(self, x: Floats, factor: float, task: int, record: Any, out: Floats) -> None:
        self._is_fresh = False
        point = self.state.probe if task == self.kernel.RESPOND else self.state.point
        point[:-1], point[-1] = x, factor
        draws = self.kernel.of_draws(self.tables, self.draw, self.draw + 1)
        self.kernel.trace(
            task, self.state, self.game.tree, draws, self.draw, self.draw + 1, self.work, self.unknowns, record, out, 0,
        )  # fmt: skip

    def equilibrium(
        self, status: str, residual: float, passes: int = 0, steps: int = 0, folds: int = 0, bifurcations: int = 0
    ) -> Equilibrium:
        """The state of the work space as a frozen answer."""
        game, own, work = self.game, self.own, self.work
        signing: list[Floats] = []
        for p in range(len(game.parties)):
            kinds, root = int(own.kinds[p]), game.block(p, 0)
            signing.append(work.onto[p, 0, :kinds] + own.discount[p, 0, :kinds] * work.value[root])
        answer = Equilibrium(
            game=game,
            status=status,
            residual=residual,
            iterations=passes,
            steps=steps,
            folds=folds,
            bifurcations=bifurcations,
            choice=work.choice,
            gain=work.gain,
            belief=work.belief,
            value=work.value,
            survive=work.survive,
            leaves=work.leaves,
            holds=work.holds,
            signing=tuple(signing),
            draw=self.draw,
        )
        freeze(answer)
        return answer


def workspace(game: Game, own: Any) -> Any:
    """Space for the compiled loops, everybody keeping and nothing found."""
    N, V = own.sets.shape
    R, K = own.giver.size, own.log_prior.shape[1]
    S = int(own.kinds @ own.sets.sum(axis=1))
    acts, fails = 4 if len(own.habit) else 3, own.fails[game.tree.row]
    goes_on = (game.tree.kind == RATIFICATION) & (game.tree.child[:, 1] >= 0)  # also after a failed vote
    return compiled().Work(
        survive=np.ones((N, V)),
        leaves=np.where(goes_on, 0.0, fails),
        holds=np.where(goes_on, fails, 0.0),
        way=np.zeros((R, V)),
        held=np.zeros((R, V)),
        gone=np.zeros((R, V)),
        rho=np.ones((N, V)),
        onto=np.zeros((N, V, K)),
        hold=np.zeros((N, V, K)),
        ended=np.zeros((N, V, K)),
        choice=np.zeros((acts, S)),
        chance=np.zeros((acts, S)),
        before=np.zeros((acts, S)),
        gain=np.full((acts, S), -np.inf),
        value=np.zeros(S),
        onward=np.zeros(S),
        belief=np.zeros(S),
        mass=np.zeros(S),
        stay=np.zeros(V),
        halt=np.zeros(V),
        part=np.zeros(int(own.sets.max(initial=1))),
    )


def is_choice(game: Game, node: int) -> bool:
    """Whether a party decides at a node: an obligation that is not automatic, a review, a look at what is late."""
    return bool(game.tree.kind[node] in CHOICES)


def fails_at(game: Game, node: int) -> bool:
    """Whether a ratification is held at a node."""
    return bool(game.tree.kind[node] == RATIFICATION)
