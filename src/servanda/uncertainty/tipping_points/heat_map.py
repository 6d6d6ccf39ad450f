"""How far one plan is ahead of another, over two uncertain numbers at once."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats, freeze
from servanda.assessment.metrics import Metric, in_place
from servanda.columns import Columns
from servanda.errors import UsageError, counted, whole
from servanda.parallel import Progress, Where, connected
from servanda.result import About, Result, about
from servanda.uncertainty.questions import ask
from servanda.uncertainty.tipping_points.axes import space
from servanda.uncertainty.tipping_points.plan_gap import PlanGap
from servanda.uncertainty.tipping_points.tips import MOST_POINTS, POINTS, NumberTips, grid, scan


@dataclass(frozen=True, repr=False)
class HeatMap(Result):
    """How far one plan is ahead of another, over two uncertain numbers, all others likely.

    Attributes
    ----------
    agreement : Agreement
    plans : tuple[str, str]
    metric : Metric
        By which they are judged.
    x, y : NumberTips
        The two numbers, with what is found along each alone.
    across : (X,) floats
        Values of x.
    up : (Y,) floats
        Values of y.
    difference : (Y, X) floats
        How far the first plan is ahead; nan where some plan has no answer, and where chances would not add up to 1.
    unsolved : int
        Points without an answer.
    about : About or None
    """

    agreement: Agreement
    plans: tuple[str, str]
    metric: Metric
    x: NumberTips
    y: NumberTips
    across: Floats
    up: Floats
    difference: Floats
    unsolved: int
    about: About | None = field(default=None, compare=False, repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give the result as dicts, lists and numbers; None stands for a point without an answer."""
        return in_place(super().to_json(), self.metric)

    @property
    def table(self) -> Columns:
        """One row for each point."""
        rows = [
            {self.x.name: float(x), self.y.name: float(y), "difference": float(self.difference[j, i])}
            for j, y in enumerate(self.up)
            for i, x in enumerate(self.across)
        ]
        return Columns.of_rows(rows, {self.x.name: float, self.y.name: float, "difference": float})

    def __repr__(self) -> str:
        return f"<HeatMap of {self.x.name} and {self.y.name}: {len(self.up)} by {len(self.across)} points>"


CELLS = 21  # values of each number


def heat(
    agreement: Agreement,
    between: tuple[str, str],
    x: str,
    y: str,
    of: str = "held_clean",
    *,
    points: int = CELLS,
    workers: int | None = None,
    cluster: Where = None,
    progress: Progress | None = None,
) -> HeatMap:
    """Work out how far one plan is ahead of another over the ranges of two numbers, all others likely.

    Parameters
    ----------
    x, y : str
        Names of two uncertain numbers.
    of : str
        The metric by which they are judged.
    points : int
        Values of each number, 3 to 1000; the likely one is among them.
    workers, cluster
        As `evaluate`. The result does not depend on them.
    progress : function of what is being done and the share done (0 to 1), optional

    Raises
    ------
    NoSuchName
        If there is no such plan, metric or number.
    UsageError
        If these are not two numbers that can be moved apart.
    AgreementError, GameTooLarge
        As `compile`.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> agreement = servanda.loads(starter_text())
    >>> names = "measures.inspectors.finds", "parties.north.precision"
    >>> servanda.heat(agreement, ("phased", "at-once"), *names, points=5).difference.shape
    (5, 5)
    """
    began = time.perf_counter()
    question = ask(agreement, between=between, of=of, verb="heat")
    between = (question.plans[0], question.plans[1])
    points, workers = whole("points", points, 3, MOST_POINTS), counted(workers)
    where = space(agreement, between, [x, y])
    names = [axis.name for axis in where.axes]
    if sorted(names) != sorted([x, y]):
        raise UsageError(
            f"A map cannot move '{x}' and '{y}' independently. It needs two different names without patterns. Of"
            " chances that add up to 1, one follows from the others"
        )
    with connected(cluster) as there:
        gap = PlanGap(where, question, workers, there)
        alone = {one.name: one for one in scan(gap, POINTS)}
        i, j = names.index(x), names.index(y)
        across, up = (np.array(grid(where.low[k], where.high[k], points)) for k in (i, j))
        cells = np.zeros((len(up), len(across), 2))
        cells[:, :, i], cells[:, :, j] = across[None, :], up[:, None]
        flat = cells.reshape(-1, 2)
        possible = (where.matrix @ flat.T <= where.bound[:, None] + 1e-12).all(axis=0)
        difference = np.full(len(flat), np.nan)
        parts = np.array_split(np.flatnonzero(possible), max(1, len(flat) // 64))
        for k, part in enumerate(parts):
            difference[part] = gap.ahead(flat[part])
            if progress is not None:
                progress("the map", (k + 1) / len(parts))
    ends = [(axis.likely, axis.width) for axis in where.axes]
    result = HeatMap(
        agreement=agreement,
        plans=(between[0], between[1]),
        metric=question.metric,
        x=alone[x],
        y=alone[y],
        across=ends[i][0] + ends[i][1] * across,
        up=ends[j][0] + ends[j][1] * up,
        difference=difference.reshape(len(up), len(across)),
        unsolved=int(np.isnan(difference[possible]).sum()),
        about=about(agreement, time.perf_counter() - began, 0),
    )
    for array in (result.across, result.up, result.difference):
        freeze(array)
    return result
