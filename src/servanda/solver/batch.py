"""Solve many draws of a game's uncertain numbers in one call, over all cores."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints, freeze
from servanda.errors import counted, expect
from servanda.game.accumulation import annuity
from servanda.game.compiler import Game
from servanda.parallel import Progress, map_in_order
from servanda.records import Record
from servanda.solver.equilibrium import TOLERANCE, Workspace, said
from servanda.solver.reach_probabilities import at_end, chances

_AT_A_TIME = 16  # draws that a thread takes


@dataclass(frozen=True, repr=False)
class Batch(Record):
    """The solutions of all draws of a game, each with its own status. `D` draws, `N` parties, `V` nodes, `K` types.

    Attributes
    ----------
    game : Game
    factor : (D,) floats
        How far the branch was followed, as a factor on all precisions; 1 where all went well.
    residual : (D,) floats
        Largest change of any chance of an act if everybody responds once more.
    iterations, steps, folds, bifurcations : (D,) ints
        Responses worked out, steps along the branch, how often it turned round, and how often it met another branch.
    split : (D,) floats
        Where it first met another branch, as a factor on all precisions; 0 where it met none.
    survive : (D, N, V) floats
        Expected chance that a party is not found out on the way to a node.
    leaves, holds : (D, V) floats
        Chance that the act at a node ends the agreement, or leads to the node's second child.
    honest : (D, N, V) floats
        Chance that a party has concealed nothing, given that the agreement is in force at a node.
    signing : (D, N, K) floats
        Present value at the start by type, units; 0 beyond a party's own types.
    """

    game: Game
    factor: Floats
    residual: Floats
    iterations: Ints
    steps: Ints
    folds: Ints
    bifurcations: Ints
    split: Floats
    survive: Floats
    leaves: Floats
    holds: Floats
    honest: Floats
    signing: Floats

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which draws have an answer, (D,)."""
        return (self.factor == 1.0) & (self.residual <= TOLERANCE) & (self.split == 0.0)

    @property
    def statuses(self) -> tuple[str, ...]:
        """The status of each draw: `converged`, or in a few words why there is no answer."""
        each = zip(self.factor, self.residual, self.split, strict=True)
        return tuple(said(float(m), float(r), float(split)) for m, r, split in each)

    def __repr__(self) -> str:
        return f"<Batch of plan {self.game.plan!r}: {self.converged.sum()} of {self.factor.size} draws converged>"


def solve_draws(game: Game, *, workers: int | None = None, progress: Progress | None = None) -> Batch:
    """Solve every draw of a game on its principal branch.

    The result does not depend on the number of workers, to the last bit.

    Parameters
    ----------
    game : Game
        As compiled with draws.
    workers : int, optional
        Threads; by default as many as there are processors.
    progress : function of what is being done and the share done (0 to 1), optional

    Returns
    -------
    Batch
        With the draws that did not converge among the rest: see `Batch.converged`.

    Examples
    --------
    >>> import servanda
    >>> agreement = servanda.read("singapore-2018")
    >>> game = servanda.compile(agreement, "relief-first", servanda.draw(agreement, 8, seed=1))
    >>> servanda.solve_draws(game)
    <Batch of plan 'relief-first': 8 of 8 draws converged>
    """
    expect(game, Game, "solve_draws")
    workers = counted(workers)
    D = game.draws
    record = Workspace(game, 0, game.merged).record(D)
    mine = threading.local()

    def work(first: int) -> int:
        if not hasattr(mine, "play"):
            mine.play = Workspace(game, 0, game.merged)
        last = min(first + _AT_A_TIME, D)
        mine.play.trace(record, first, last, None)
        return last - first

    done = 0
    for count in map_in_order(work, range(0, D, _AT_A_TIME), workers=workers):
        done += count
        if progress is not None:
            progress(f"solving {game.plan}", done / D)
    batch = Batch(
        game=game,
        factor=record.reach[:, 0],
        residual=record.reach[:, 1],
        iterations=record.count[:, 0],
        steps=record.count[:, 1],
        folds=record.count[:, 2],
        bifurcations=record.count[:, 3],
        split=record.reach[:, 2],
        survive=record.survive,
        leaves=record.leaves,
        holds=record.holds,
        honest=record.honest,
        signing=record.signing,
    )
    freeze(batch)
    return batch


@dataclass(frozen=True, repr=False)
class Results(Record):
    """What a batch means, draw by draw; every array (D,). See `servanda.Summary` for the same of one solution.

    Attributes
    ----------
    outcomes : dict of floats
        Chance of every outcome: `held:clean`, `held:concealed` and the causes of breakdown; they add up to 1.
    gain : dict of floats
        By party: present value of signing above that of no agreement, units, on the average of its types.
    gain_by_type : dict of dict of floats
        By party and type.
    completed : floats
        Chance that all transfers of the plan are carried out as far as others can tell.
    years : floats
        Expected years in force, to the horizon at most.
    weakest : ints
        The step at which most is lost; the number of steps if that is the last report, at the horizon.
    standing : (D, E + 1) floats
        Chance of being in force when each step comes up, the horizon being the last.
    """

    outcomes: dict[str, Floats]
    gain: dict[str, Floats]
    gain_by_type: dict[str, dict[str, Floats]]
    completed: Floats
    years: Floats
    weakest: Ints
    standing: Floats

    def __repr__(self) -> str:
        return f"<Results of {len(self.years)} draws: {', '.join(self.outcomes)}>"


def results(batch: Batch) -> Results:
    """Work out what the solutions of a batch mean.

    Returns
    -------
    Results
        For every draw, whether or not it converged: look at `Batch.converged`.
    """
    expect(batch, Batch, "results")
    game = batch.game
    found = chances(game, np.arange(game.draws), batch.survive, batch.leaves, batch.holds)
    E = len(game.steps)
    columns = [np.flatnonzero(game.node_step == e) for e in range(E + 1)]
    lost = sum(found.lost.values())
    by_step = np.stack([np.asarray(lost)[:, nodes].sum(axis=1) for nodes in columns], axis=1)
    gain: dict[str, Floats] = {}
    by_type: dict[str, dict[str, Floats]] = {}
    for p, name in enumerate(game.parties):
        kinds = len(game.types[p])
        none = game.worth[p].sum(axis=2) * annuity(game.rate[p], np.array(game.horizon))
        each = batch.signing[:, p, :kinds] - none
        gain[name] = (np.exp(game.tables.log_prior[:, p, :kinds]) * each).sum(axis=1)
        by_type[name] = {kind: each[:, k] for k, kind in enumerate(game.types[p])}
    last = max((e for e, s in enumerate(game.steps) if s.kind in ("obligation", "automatic")), default=-1)
    completed = np.ones(game.draws)
    if last >= 0:
        completed = (found.reach * (1.0 - batch.leaves))[:, columns[last]].sum(axis=1)
    dates = np.array([s.years for s in game.steps] + [game.horizon])
    arrive = np.stack([found.arrive[:, nodes].sum(axis=1) for nodes in columns], axis=1)
    result = Results(
        outcomes=at_end(game, found, batch.honest),
        gain=gain,
        gain_by_type=by_type,
        completed=completed,
        years=(arrive * np.diff(dates, prepend=0.0)).sum(axis=1),
        weakest=by_step.argmax(axis=1),
        standing=np.stack([found.reach[:, nodes].sum(axis=1) for nodes in columns], axis=1),
    )
    freeze(result)
    return result
