"""What a plan comes to on many draws of the uncertain numbers: the metrics that sweeps and designs use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats, freeze
from servanda.assessment.metrics import solved_metrics
from servanda.errors import counted, expect
from servanda.game.compiler import compile
from servanda.parallel import Progress, Where, connected, cpu_count, map_in_order
from servanda.records import Record
from servanda.solver.batch import results, solve_draws
from servanda.uncertainty.sampling import Draws, from_values

AT_A_TIME = 128  # draws compiled together; what a draw needs of memory is needed so many times per thread


PIECES, LEAST = 16, 4  # few draws are cut into so many pieces, of no fewer draws


@dataclass(frozen=True, repr=False)
class Evaluated(Record):
    """A plan on `D` draws, metric by metric.

    Attributes
    ----------
    plan : str
    metrics : dict of (D,) floats
        Those that come from the solved game, by name; nan in draws without an answer.
    residual : (D,) floats
        See `Batch`.
    statuses : tuple of D str
        `converged`, or in a few words why there is no answer.
    steps : tuple of E + 1 str
        Names of the plan's steps as played, the last being `horizon`.
    weakest : (D,) ints
        Index into `steps`: where most is lost. -1 in draws without an answer.
    years : (E + 1,) floats
        When the steps come up, from the start.
    standing : (D, E + 1) floats
        Chance of being in force when each step comes up; nan in draws without an answer.
    """

    plan: str
    metrics: dict[str, Floats]
    residual: Floats
    statuses: tuple[str, ...]
    steps: tuple[str, ...]
    weakest: NDArray[np.int64]
    years: Floats
    standing: Floats

    @property
    def converged(self) -> NDArray[np.bool_]:
        """Which draws have an answer, (D,)."""
        return np.array([status == "converged" for status in self.statuses], dtype=bool)

    def __repr__(self) -> str:
        return f"<Evaluated plan {self.plan!r}: {self.converged.sum()} of {len(self.statuses)} draws converged>"


def evaluate(
    agreement: Agreement,
    plan: str,
    draws: Draws,
    *,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Evaluated:
    """Solve a plan on all draws and work out its metrics; memory does not grow with the number of draws.

    Parameters
    ----------
    draws : Draws
        Of that agreement. They may lie anywhere, also outside the ranges.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on them.
    cluster : str or Cluster, optional
        Work on a Dask cluster: `local:4`, `tcp://host:port`, or what `servanda.parallel.connected` yields.
    progress : function of what is being done and the share done (0 to 1), optional

    Raises
    ------
    NoSuchName
        If the agreement has no such plan.
    UsageError
        If the draws are of another agreement.
    GameTooLarge
        If the plan is too large for the exact solver.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> agreement = servanda.read("leap-day-2012-game")
    >>> servanda.evaluate(agreement, "game", servanda.draw(agreement, 8, seed=1))
    <Evaluated plan 'game': 8 of 8 draws converged>
    """
    expect(agreement, Agreement, "evaluate")
    expect(draws, Draws, "evaluate")
    return on_draws(agreement, plan, draws.of(agreement), counted(workers), cluster, progress)


def on_draws(
    agreement: Agreement,
    plan: str,
    draws: Draws,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Evaluated:
    """Do what `evaluate` does, also for an agreement some of whose numbers are no longer those that were drawn."""
    D = len(draws.values)
    parts: list[Evaluated] = []
    with connected(cluster) as there:
        size = min(AT_A_TIME, max(-(-D // PIECES), LEAST))  # the same whoever works: pieces may show in the last digit
        cuts = (slice(first, min(first + size, D)) for first in range(0, D, size))
        if there is None:
            threads = min(workers or cpu_count(), -(-D // size))
            found = map_in_order(lambda cut: evaluated(agreement, plan, _cut(draws, cut)), cuts, workers=threads)
        else:
            found = map_in_order(partial(_settled, agreement, plan), (draws.values[cut] for cut in cuts), cluster=there)
        for part in found:
            parts.append(part)
            if progress is not None:
                progress(f"solving {plan}", sum(len(p.statuses) for p in parts) / D)
    return joined(parts)


def joined(parts: Iterable[Evaluated]) -> Evaluated:
    """Put evaluations of the same plan on successive draws one after the other."""
    all_parts = list(parts)
    one = all_parts[0]
    result = Evaluated(
        plan=one.plan,
        metrics={name: np.concatenate([p.metrics[name] for p in all_parts]) for name in one.metrics},
        residual=np.concatenate([p.residual for p in all_parts]),
        statuses=tuple(status for p in all_parts for status in p.statuses),
        steps=one.steps,
        weakest=np.concatenate([p.weakest for p in all_parts]),
        years=one.years,
        standing=np.concatenate([p.standing for p in all_parts]),
    )
    freeze(result)
    return result


def _cut(draws: Draws, cut: slice) -> Draws:
    return replace(draws, values=draws.values[cut])


def _settled(agreement: Agreement, plan: str, values: Floats) -> Evaluated:
    return evaluated(agreement, plan, from_values(agreement, values))


def evaluated(agreement: Agreement, plan: str, draws: Draws) -> Evaluated:
    """Evaluate a plan on a few draws at once, on this thread alone; memory is needed for all of them together."""
    batch = solve_draws(compile(agreement, plan, draws.__call__), workers=1)
    found, good = results(batch), batch.converged

    def known(numbers: Floats) -> Floats:
        return np.where(good, numbers, np.nan)

    outcomes = {name.replace(":", "."): chance for name, chance in found.outcomes.items()}
    clean = outcomes.pop("held.clean")
    every = {
        "held_clean": clean,
        "held": clean + outcomes.pop("held.concealed"),
        "years": found.years,
        "completed": found.completed,
    }
    stands = found.how_it_stands
    every |= {**stands, "complete": stands["complete_on_time"] + stands["complete_late"]}
    every |= {"steps_done": found.steps_done, "lateness": found.lateness}
    for name, gain in found.gain.items():
        every[f"gain.{name}"] = gain
        every |= {f"gain.{name}.{kind}": each for kind, each in found.gain_by_type[name].items()}
    every |= outcomes
    names = solved_metrics(agreement)  # a cause that is none in this plan has chance 0
    steps = batch.game.steps
    return Evaluated(
        plan=plan,
        metrics={name: known(every.get(name, np.zeros(good.size))) for name in names},
        residual=batch.residual,
        statuses=batch.statuses,
        steps=(*(step.id for step in steps), "horizon"),
        weakest=np.where(good, found.weakest, -1),
        years=np.array([step.years for step in steps] + [batch.game.horizon]),
        standing=np.where(good[:, None], found.standing, np.nan),
    )
