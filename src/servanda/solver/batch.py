"""Solve many draws of a game's uncertain numbers in one call, over all cores."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats, Ints, freeze
from servanda.errors import counted, expect
from servanda.game.accumulation import annuity
from servanda.game.compiler import Game, compile
from servanda.game.lateness import LATE
from servanda.game.tree_shape import SAME, plan_entries
from servanda.game.unknowns import Unknowns
from servanda.parallel import Progress, map_in_order
from servanda.records import Record
from servanda.solver.equilibrium import TOLERANCE, Workspace, said
from servanda.solver.late_paths import Paths
from servanda.solver.reach_probabilities import FATES, NEVER, at_end, chances, fates

_AT_A_TIME = 16  # draws that a thread takes

_CELLS = 2**20  # draws times nodes whose results are worked out together


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
    >>> agreement = servanda.read("leap-day-2012-game")
    >>> game = servanda.compile(agreement, "game", servanda.draw(agreement, 8, seed=1))
    >>> servanda.solve_draws(game)
    <Batch of plan 'game': 8 of 8 draws converged>
    """
    expect(game, Game, "solve_draws")
    workers = counted(workers)
    D = game.draws
    record = Workspace(game, 0, game.merged).record(D)
    mine = threading.local()

    start = _where_to_begin(game) if game.is_late else None
    at_a_time = _AT_A_TIME if start is None else 1

    def work(first: int) -> int:
        if not hasattr(mine, "play"):
            mine.play = Workspace(game, 0, game.merged, None if start is None else start.unknowns)
        last = min(first + at_a_time, D)
        if start is None:
            mine.play.trace(record, first, last, None)
        else:
            mine.play.trace_from(start.solution, record, first, last)
        return last - first

    done = 0
    for count in map_in_order(work, range(0, D, at_a_time), workers=workers):
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


class _Start(NamedTuple):
    """Where the solutions of draws begin: the solution of the likely values, and what its unknowns are."""

    unknowns: Unknowns
    solution: Any


def _where_to_begin(game: Game) -> _Start | None:
    """The solution of the likely values, if its unknowns are those of the draws; None if it is no help."""
    start, own = _likely_solution(game.agreement, game.plan), game.unknowns
    same = np.array_equal(start.unknowns.where, own.where) and np.array_equal(start.unknowns.order, own.order)
    return start if same and start.solution is not None else None


@lru_cache(maxsize=8)
def _likely_solution(agreement: Agreement, plan: str) -> _Start:
    """The same whatever is drawn."""
    game = compile(agreement, plan)
    play = Workspace(game, 0)
    play.trace(play.record(1), 0, 1, None)
    return _Start(game.unknowns, play.reference())


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
        Chance of being in force when each step comes up, the horizon being the last. Where steps can be late: on its
        date in the calendar, before any act on that date.
    steps_done : floats
        Expected number of entries that are done, of those that can wait (transfers, exchanges and votes).
    lateness : floats
        Years by which the latest entry is late, on average over what is complete late; 0 where nothing is.
    how_it_stands : dict of floats
        Chance of each way in which the agreement can stand if in force at the horizon: `complete_on_time`,
        `complete_late`, `stalled`, `suspended`. Where nothing can be late, all is complete on time.
    """

    outcomes: dict[str, Floats]
    gain: dict[str, Floats]
    gain_by_type: dict[str, dict[str, Floats]]
    completed: Floats
    years: Floats
    weakest: Ints
    standing: Floats
    steps_done: Floats
    lateness: Floats
    how_it_stands: dict[str, Floats]

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
    if game.late is None:
        told = _told(batch)
    else:
        paths, size = Paths(game), max(1, _CELLS // len(game.node_step))
        parts = [_told_late(batch, paths, slice(d, min(d + size, game.draws))) for d in range(0, game.draws, size)]
        told = {name: _joined([part[name] for part in parts]) for name in parts[0]}
    gain: dict[str, Floats] = {}
    by_type: dict[str, dict[str, Floats]] = {}
    for p, name in enumerate(game.parties):
        kinds = len(game.types[p])
        none = game.worth[p].sum(axis=2) * annuity(game.rate[p], np.array(game.horizon))
        each = batch.signing[:, p, :kinds] - none
        gain[name] = (np.exp(game.tables.log_prior[:, p, :kinds]) * each).sum(axis=1)
        by_type[name] = {kind: each[:, k] for k, kind in enumerate(game.types[p])}
    result = Results(gain=gain, gain_by_type=by_type, **told)
    freeze(result)
    return result


def _told(batch: Batch) -> dict[str, Any]:
    """What a batch means besides gains, where nothing can be late."""
    game = batch.game
    found = chances(game, np.arange(game.draws), batch.survive, batch.leaves, batch.holds)
    steps = game.steps
    columns = [np.flatnonzero(game.node_step == e) for e in range(len(steps) + 1)]
    lost = sum(found.lost.values())
    by_step = np.stack([np.asarray(lost)[:, nodes].sum(axis=1) for nodes in columns], axis=1)
    done = found.reach * (1.0 - batch.leaves)
    last = max((e for e, s in enumerate(steps) if s.kind in ("obligation", "automatic")), default=-1)
    dates = np.array([s.years for s in steps] + [game.horizon])
    arrive = np.stack([found.arrive[:, nodes].sum(axis=1) for nodes in columns], axis=1)
    outcomes, nothing = at_end(game, found, batch.honest), np.zeros(game.draws)
    stands = dict.fromkeys(FATES, nothing) | {"complete_on_time": outcomes["held:clean"] + outcomes["held:concealed"]}
    return {
        "outcomes": outcomes,
        "completed": done[:, columns[last]].sum(axis=1) if last >= 0 else np.ones(game.draws),
        "years": (arrive * np.diff(dates, prepend=0.0)).sum(axis=1),
        "weakest": by_step.argmax(axis=1),
        "standing": np.stack([found.reach[:, nodes].sum(axis=1) for nodes in columns], axis=1),
        "steps_done": sum((done[:, columns[e]].sum(axis=1) for e in plan_entries(steps)), start=nothing),
        "lateness": nothing,
        "how_it_stands": stands,
    }


def _told_late(batch: Batch, paths: Paths, cut: slice) -> dict[str, Any]:
    """What some draws of a batch mean besides gains, where steps can be late."""
    game, late, E = batch.game, paths.late, len(batch.game.steps)
    leaves, holds, honest = batch.leaves[cut], batch.holds[cut], batch.honest[cut]
    found = chances(game, np.arange(game.draws)[cut], batch.survive[cut], leaves, holds)
    lost = np.asarray(sum(found.lost.values()))
    done = found.reach * paths.stays(leaves, holds)
    dates = np.array([s.years for s in game.steps] + [game.horizon])
    reported = np.asarray(sum(each for cause, each in found.lost.items() if cause.startswith(("found", "incident"))))
    order = np.argsort(paths.to, kind="stable")
    before, by_then = (np.searchsorted(paths.to[order], dates + close) for close in (-SAME, SAME))
    stands = {name: clean + rest for name, (clean, rest) in fates(game, found, honest).items()}
    tardy = np.where(late.fate == LATE, late.lateness, 0.0)
    whole = stands["complete_late"]
    with np.errstate(invalid="ignore", divide="ignore"):
        lateness = np.where(whole > NEVER, (found.reach * tardy).sum(axis=1) / whole, 0.0)
    return {
        "outcomes": at_end(game, found, honest),
        "completed": (done * paths.completes).sum(axis=1) if paths.has_transfers else np.ones(len(done)),
        "years": (found.arrive * ((paths.to - paths.since) * paths.is_way)).sum(axis=1),
        "weakest": np.stack([np.bincount(paths.home, each, E + 1) for each in lost]).argmax(axis=1),
        "standing": 1.0 - _first(lost - reported, order, before) - _first(reported, order, by_then),
        "steps_done": (done * (late.does >= 0)).sum(axis=1),
        "lateness": lateness,
        "how_it_stands": stands,
    }


def _first(values: Floats, order: Ints, counts: Ints) -> Floats:
    """Sums of the first so many of some values in some order, row by row: (D, V) to (D, counts)."""
    sums = np.zeros((len(values), order.size + 1))
    np.cumsum(values[:, order], axis=1, out=sums[:, 1:])
    return sums[:, counts]


def _joined(parts: list[Any]) -> Any:
    """Put what successive draws come to one after the other."""
    if isinstance(parts[0], dict):
        first = cast("dict[str, Floats]", parts[0])
        return {name: np.concatenate([part[name] for part in parts]) for name in first}
    return np.concatenate(parts)
