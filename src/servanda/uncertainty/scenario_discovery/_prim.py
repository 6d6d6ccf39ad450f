"""Boxes that hold most of what fails: PRIM (Friedman and Fisher 1999) by the EMA workbench, kept to a few numbers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats

Flags = NDArray[np.bool_]

ALPHA, LEAST_MASS = 0.05, 0.05  # share of a box peeled off at a time; share of the draws that a box has at least
TINY = 1e-9  # a draw counts as failing from here (1.0), and a box of whatever density is given back
SIGNIFICANT = 0.05  # quasi-p above which a limit is taken for chance
SCREENED = 8  # columns that the search looks at
COVERED = (0.5, 0.25)  # share of what fails that a box covers at least: the first is tried first
LEAST_COVERAGE, LIFT = 0.1, 1.5  # what a box has to achieve to be told of


@dataclass(frozen=True)
class Box:
    """A box, as found.

    Attributes
    ----------
    limits : dict from column to (low, high, quasi-p)
        None where there is no limit on that side.
    trajectory : tuple of (coverage, density, mass, number of restricted columns)
        From the whole space inwards.
    chosen : int
        Where on the trajectory the box is.
    """

    limits: dict[int, tuple[float | None, float | None, float]]
    trajectory: tuple[tuple[float, float, float, int], ...]
    chosen: int


def find_box(values: Floats, fails: Flags, most: int, covered: float) -> Box | None:
    """Find the box that best holds the failing draws, with limits on a few columns.

    Columns in which failing draws and others differ are looked for first (Kolmogorov and Smirnov's test of each column,
    as in regional sensitivity analysis: Spear and Hornberger 1980; at a level of 5% over all columns together). PRIM is
    run on these, and again on those whose limits are least likely to be chance. From its trajectory the densest box is
    taken that covers enough of what fails, and limits that may be chance are dropped from it.

    Parameters
    ----------
    values : (D, k) floats
    fails : (D,) flags
    most : int
        Columns with limits, at most.
    covered : float
        Share of what fails that the box has to cover.

    Returns
    -------
    Box or None
        None if no limit can be told from chance.
    """
    from scipy import stats  # pyright: ignore[reportMissingTypeStubs]

    k = values.shape[1]
    differ = [
        float(stats.ks_2samp(values[fails, j], values[~fails, j], method="asymp").pvalue)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType, reportAttributeAccessIssue]
        for j in range(k)
    ]
    screened = [j for j in sorted(range(k), key=lambda j: differ[j])[:SCREENED] if differ[j] < SIGNIFICANT / k]
    if not screened:
        return None
    first = _run(values, fails, sorted(screened), covered)
    few = sorted(sorted(first.limits, key=lambda j: first.limits[j][2])[:most])
    while few:
        found = _run(values, fails, few, covered)
        weak = [j for j in few if j not in found.limits]
        if not weak:
            return found
        few = [j for j in few if j not in weak]
    return None


def inside(limits: dict[int, tuple[float | None, float | None, float]], values: Floats) -> Flags:
    """Which draws lie in a box, (D,).

    Parameters
    ----------
    limits : dict
        As in `Box`.
    values : (D, k) floats
    """
    result = np.ones(len(values), dtype=bool)
    for column, (low, high, _) in limits.items():
        if low is not None:
            result &= values[:, column] >= low
        if high is not None:
            result &= values[:, column] <= high
    return result


def worth_telling(coverage: float, density: float, base: float) -> bool:
    """Whether a box says more than the share of failures among all draws does."""
    purer = density >= LIFT * base or 1.0 - density <= (1.0 - base) / LIFT
    return coverage >= LEAST_COVERAGE and purer


def _run(values: Floats, fails: Flags, columns: Sequence[int], covered: float) -> Box:
    import matplotlib

    # The workbench sets a style for all figures of the process, and warns of what else it would like to have.
    with matplotlib.rc_context(), warnings.catch_warnings():  # pyright: ignore[reportUnknownMemberType]
        warnings.simplefilter("ignore")
        import pandas  # pyright: ignore[reportMissingTypeStubs]
        from ema_workbench.analysis.prim import Prim  # pyright: ignore[reportMissingTypeStubs]

        names = [f"c{j}" for j in columns]
        table: Any = pandas.DataFrame(values[:, list(columns)], columns=names)
        prim: Any = Prim(table, fails.astype(float), threshold=TINY, peel_alpha=ALPHA, mass_min=LEAST_MASS)
        box: Any = prim.find_box()
        steps = box.peeling_trajectory
        course = tuple(
            (float(row.coverage), float(row.density), float(row.mass), int(row.res_dim))
            for row in steps.itertuples(index=False)
        )
        chosen = max((i for i in range(len(course)) if course[i][0] >= covered), key=lambda i: course[i][1])
        whole, limits, quasi = box.box_lims[0], box.box_lims[chosen], box.qp[chosen]
    kept: dict[int, tuple[float | None, float | None, float]] = {}
    for j, name in zip(columns, names, strict=True):
        ends: list[float | None] = [None, None]
        chances: list[float] = []
        for side, chance in enumerate(quasi.get(name, ())):
            limit = float(limits[name].iloc[side])
            if limit != whole[name].iloc[side] and 0 <= chance < SIGNIFICANT:  # others are -1, or may be chance
                ends[side] = limit
                chances.append(float(chance))
        if chances:
            kept[j] = (ends[0], ends[1], min(chances))
    return Box(kept, course, chosen)
