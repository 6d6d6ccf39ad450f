"""How far one plan is ahead of another, over two uncertain numbers at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats, freeze
from servanda.assessment.metrics import figure_names
from servanda.columns import Columns
from servanda.errors import NoSuchName
from servanda.parallel import Where, connected
from servanda.result import drawn
from servanda.uncertainty.tipping_points.axes import NotPossible, plan_of, space
from servanda.uncertainty.tipping_points.plan_gap import Contest
from servanda.uncertainty.tipping_points.tips import POINTS, NumberTips, grid, scan

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class HeatMap:
    """How far one plan is ahead of another, over two uncertain numbers, all others likely.

    Attributes
    ----------
    agreement : Agreement
    plans : tuple[str, str]
    of, meaning : str
    better : float
        As in `Tips`.
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
    """

    agreement: Agreement
    plans: tuple[str, str]
    of: str
    meaning: str
    better: float
    x: NumberTips
    y: NumberTips
    across: Floats
    up: Floats
    difference: Floats
    unsolved: int

    @property
    def table(self) -> Columns:
        """One row for each point."""
        rows = [
            {self.x.name: float(x), self.y.name: float(y), "difference": float(self.difference[j, i])}
            for j, y in enumerate(self.up)
            for i, x in enumerate(self.across)
        ]
        return Columns.of_rows(rows, {self.x.name: float, self.y.name: float, "difference": float})

    def plot(self, narrow: bool = False) -> Figure:
        """Draw the map, with the line of indifference."""
        return drawn("heat", self, narrow=narrow)

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
    progress: Callable[[str, float], None] | None = None,
) -> HeatMap:
    """Work out how far one plan is ahead of another over the ranges of two numbers, all others likely.

    Parameters
    ----------
    agreement : Agreement
    between : two names of plans
    x, y : str
        Names of two uncertain numbers.
    of : str
        The figure they are judged by, see `figure_names`.
    points : int
        Values of each number, 3 or more; the likely one is among them.
    workers, cluster
        As `evaluate`. The result does not depend on them.
    progress : function of what is being done and the share done (0 to 1), optional

    Returns
    -------
    HeatMap

    Raises
    ------
    NoSuchName
        If there is no such plan, figure or number, or both are the same number.
    AgreementError, GameTooLarge
        As `compile`.
    NoCluster
        If the cluster cannot be used.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> agreement = servanda.loads(starter())
    >>> names = "measures.inspectors.finds", "parties.north.precision"
    >>> servanda.heat(agreement, ("phased", "at-once"), *names, points=5).difference.shape
    (5, 5)
    """
    for plan in between:
        plan_of(agreement, plan)
    if points < 3:
        raise NotPossible(f"points is {points}; at least 3 are needed: both ends of a range and the likely value")
    where = space(agreement, between, [x, y])
    names = [axis.name for axis in where.axes]
    if sorted(names) != sorted([x, y]):
        raise NoSuchName(
            f"'{x}' and '{y}' are no two numbers that can be moved apart: a map needs two different names, no patterns,"
            " and of chances that add up to 1 one follows from the others"
        )
    with connected(cluster) as there:
        contest = Contest(where, between, of, workers, there)
        alone = {one.name: one for one in scan(contest, POINTS)}
        i, j = names.index(x), names.index(y)
        across, up = (np.array(grid(where.low[k], where.high[k], points)) for k in (i, j))
        cells = np.zeros((len(up), len(across), 2))
        cells[:, :, i], cells[:, :, j] = across[None, :], up[:, None]
        flat = cells.reshape(-1, 2)
        possible = (where.matrix @ flat.T <= where.bound[:, None] + 1e-12).all(axis=0)
        difference = np.full(len(flat), np.nan)
        parts = np.array_split(np.flatnonzero(possible), max(1, len(flat) // 64))
        for k, part in enumerate(parts):
            difference[part] = contest.ahead(flat[part])
            if progress is not None:
                progress("the map", (k + 1) / len(parts))
    ends = [(axis.likely, axis.width) for axis in where.axes]
    result = HeatMap(
        agreement=agreement,
        plans=(between[0], between[1]),
        of=of,
        meaning=figure_names(agreement)[of],
        better=contest.better,
        x=alone[x],
        y=alone[y],
        across=ends[i][0] + ends[i][1] * across,
        up=ends[j][0] + ends[j][1] * up,
        difference=difference.reshape(len(up), len(across)),
        unsolved=int(np.isnan(difference[possible]).sum()),
    )
    for array in (result.across, result.up, result.difference):
        freeze(array)
    return result
