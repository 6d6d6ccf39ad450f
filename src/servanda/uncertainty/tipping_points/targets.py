"""The inverse question: what is the least change of what can be chosen that lifts a plan to a target?"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats
from servanda.assessment.metrics import Metric, in_place
from servanda.columns import Columns
from servanda.errors import counted, finite, seeded
from servanda.parallel import Progress, Where, connected, part_of
from servanda.result import About, Result, about
from servanda.uncertainty.questions import ask
from servanda.uncertainty.tipping_points._least_change import Region, least_change
from servanda.uncertainty.tipping_points.axes import NotPossible, space
from servanda.uncertainty.tipping_points.plan_gap import Change, PlanGap, change_of


@dataclass(frozen=True, repr=False)
class Reached(Result):
    """The least change of what can be chosen that lifts a plan to a target.

    Attributes
    ----------
    agreement : Agreement
    plan : str
    metric : Metric
        That is to reach the target.
    target : float
        That it has to be at least; at most, where less is better.
    figure : float
        At the likely values.
    ours : tuple[str, ...]
        The numbers that may be chosen.
    change : Change or None
        The smallest change found; with nothing moved if the target is met already. None if it was not reached.
    best : Change
        The best that was found within the ranges; the same as `change` where that is given.
    solved, unsolved : int
        How many points were looked at, and for how many there was no answer.
    seed : int
        Of the random starts.
    about : About or None
    """

    agreement: Agreement
    plan: str
    metric: Metric
    target: float
    figure: float
    ours: tuple[str, ...]
    change: Change | None
    best: Change
    solved: int
    unsolved: int
    seed: int
    about: About | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the result as dicts, lists and numbers."""
        return in_place(super().to_json(), self.metric)

    @property
    def table(self) -> Columns:
        """One row for each number that changes, the largest change first."""
        names = ("likely", "value", "low", "high", "distance")
        rows = [{"number": m.name, **{n: getattr(m, n) for n in names}} for m in (self.change or self.best).moved]
        return Columns.of_rows(rows, {"number": str, **dict.fromkeys(names, float)})

    def __repr__(self) -> str:
        how = f"{self.change.distance:.2f} ranges" if self.change else "not reached"
        return f"<Reached with plan {self.plan!r}: {self.metric.name} {self.target:g}, {how}>"


# What those who write an agreement lay down in it, as far as the file has a range for it.
OURS = (
    "measures.*.finds", "measures.*.false_alarms", "measures.*.breaks",
    "entries.*.gives.*", "plans.*.entries.*.gives.*",
    "parties.*.costs.withdrawing", "parties.*.costs.found",
)  # fmt: skip


STARTS = 5


_MARGIN = 1e-9  # beyond the target


def choosable(agreement: Agreement, plan: str) -> tuple[str, ...]:
    """The numbers that count as ours to choose where nobody says otherwise: what a text can lay down.

    How closely is inspected and what an alarm may do (`measures`), how much each step gives (`gives`), and what it
    costs to walk out or to be caught (`costs`, also of types), as guarantees, deposits and agreed sanctions are written
    down.
    What stakes are worth, patience, elections and votes are not.

    Returns
    -------
    tuple of str
        Names of numbers with a range that enter the plan, in file order.
    """
    from fnmatch import fnmatchcase

    there = [axis.name for axis in space(agreement, [plan]).axes]
    return tuple(name for name in there if any(fnmatchcase(name, pattern) for pattern in OURS))


def reach(
    agreement: Agreement,
    plan: str,
    target: float,
    of: str = "held_clean",
    *,
    ours: str | Iterable[str] | None = None,
    seed: int = 0,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> Reached:
    """Find the least change, within the ranges, of what is ours to choose that makes a plan reach a target.

    All other numbers stay at their likely values. The change is the Euclidean length of all changes, each as a share of
    its number's range.

    Parameters
    ----------
    target : float
        That the metric has to be at least; at most, for a chance of breaking down.
    of : str
        A metric.
    ours : names or patterns of numbers, optional
        What may be chosen; by default what a text can lay down, see `choosable`.
    seed : int
        Of the random starts.
    workers, cluster
        As `evaluate`. The result does not depend on them.
    progress : function of what is being done and the share done (0 to 1), optional

    Returns
    -------
    Reached
        With the best that was found, where the target is out of reach.

    Raises
    ------
    NoSuchName
        If there is no such plan, metric or number.
    NotPossible
        If there is nothing to choose, the plan has no answer at the likely values, or no plan could ever reach the
        target: a chance above 1.
    AgreementError, GameTooLarge
        As `compile`.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> found = servanda.reach(servanda.loads(starter_text()), "phased", 0.3, ours=["measures.inspectors.finds"])
    >>> found.change is not None and 0 < found.change.distance < 1
    True
    """
    began = time.perf_counter()
    question = ask(agreement, plan, of=of, verb="reach")
    plan, judged = question.plans[0], question.metric
    target, seed, workers = finite("target", target), seeded(seed), counted(workers)
    _sensible(agreement, judged, target)
    names = choosable(agreement, plan) if ours is None else ours
    where = space(agreement, [plan], names)
    if not where.axes:
        raise NotPossible(_nothing(ours))
    with connected(cluster) as there:
        gap = PlanGap(where, question, workers, there)

        def above(points: Floats) -> Floats:
            return judged.sign * (gap.metrics(points)[0] - target)

        likely = float(gap.metrics(np.zeros((1, len(where.axes))))[0, 0])
        if np.isnan(likely):
            raise NotPossible(
                f"The solver found no equilibrium for plan {plan} at the likely values. 'servanda solve' says why"
            )
        say = part_of(progress, 0.0, 1.0)
        region = Region(where.low, where.high, where.matrix, where.bound)
        looked = least_change(
            lambda u: above(u) - _MARGIN if u.any() else above(u),  # as the file is now it may meet the target exactly
            region,
            _starts(region, above, seed),
            lambda share: say("looking for the least change", share),
        )
        found = change_of(gap, looked)
    return Reached(
        agreement=agreement,
        plan=plan,
        metric=judged,
        target=target,
        figure=likely,
        ours=tuple(axis.name for axis in where.axes),
        change=None if looked.point is None else found,
        best=found,
        solved=gap.solved,
        unsolved=gap.unsolved,
        seed=seed,
        about=about(agreement, time.perf_counter() - began, seed),
    )


def _starts(region: Region, above: Callable[[Floats], Floats], seed: int) -> Floats:
    """Where to begin: at the likely values, at the better end of every number alone, and at random places."""
    n = region.low.size
    ends = above(np.concatenate([np.zeros((1, n)), np.diag(region.low), np.diag(region.high)]))
    here, low, high = ends[0], np.nan_to_num(ends[1 : n + 1], nan=-np.inf), np.nan_to_num(ends[n + 1 :], nan=-np.inf)
    corner = np.where((low > here) & (low >= high), region.low, np.where(high > here, region.high, 0.0))
    chance = np.random.default_rng(seed)
    others = region.low + (region.high - region.low) * chance.random((STARTS - 2, n))
    return np.concatenate([np.zeros((1, n)), corner[None], others])


def _sensible(agreement: Agreement, metric: Metric, target: float) -> None:
    if metric.unit == "years" and not 0 <= target <= agreement.horizon:
        raise NotPossible(
            f"A target of {target:g} for {metric.name} is impossible. Give years from 0 to the horizon,"
            f" {agreement.horizon:g}"
        )
    if metric.is_share and not 0 <= target <= 1:
        raise NotPossible(
            f"A target of {target:g} for {metric.name} is impossible, because it is a chance. Give a number from 0 to"
            " 1, such as 0.6 for 60%"
        )


def _nothing(ours: str | Iterable[str] | None) -> str:
    if ours is None:
        return (
            "Nothing in this plan is ours to choose. No finding rate, share given, cost of withdrawing or cost of being"
            f" found has a range ({', '.join(OURS)}). Give ranges to what you can choose, or name it with --ours"
        )
    return (
        "The number to choose is a chance for which the other types of the same party leave no room. Name another one"
    )
