"""Which inputs of a function matter: Sobol' indices by a design of their own, and measures on draws already made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, freeze
from servanda.columns import Columns
from servanda.errors import MOST_DRAWS, need, seeded, whole
from servanda.result import Result
from servanda.uncertainty.questions import QuestionRefused, enough

LEVEL = 0.95  # of intervals
RESAMPLES, RESAMPLES_GIVEN = 200, 100
DUMMIES = 50  # shuffled numbers, which cannot matter: what they show is noise
ERROR = 0.02  # chance aimed at that any number at all passes for clear of noise, if none matters
LEAST = 64  # draws, below which a measure on given draws says nothing
HARMONICS = 10


@dataclass(frozen=True, repr=False)
class SobolIndices(Result):
    """First-order and total indices of a function on the unit cube.

    Attributes
    ----------
    table : Columns
        A row for each number or group: `name`; `first`, `first_low`, `first_high`; `total`, `total_low`, `total_high`:
        shares of the variance with an interval of 95%; `used`: how many points of the design enter.
    points : (2n, k) floats
        The points of the design that are drawn independently of each other.
    values : (2n,) floats
        The function there.
    solves, failed : int
        How often the function was asked, and how often it had no value.
    """

    table: Columns
    points: Floats
    values: Floats
    solves: int
    failed: int

    def __repr__(self) -> str:
        return f"<SobolIndices of {self.table.height} rows: {self.solves} values, {self.failed} missing>"


def sobol_indices(
    function: Callable[[Floats], Floats],
    names: Sequence[str],
    points: int = 256,
    *,
    groups: Sequence[str] | None = None,
    seed: int = 0,
) -> SobolIndices:
    """Estimate first-order and total Sobol' indices of any function on the unit cube.

    The design is Saltelli's on scrambled Sobol points (SALib): points·(k + 2) values for `k` numbers or groups. First
    order by Saltelli et al. (2010), total by Jansen (1999), intervals by bootstrap. A point of the design enters a
    row of the table if the function has all the values that this row needs.

    Parameters
    ----------
    function : function of (D, k) floats between 0 and 1
        Gives (D,) floats; nan where it has no value.
    points : int
        Rounded up to a power of two.
    groups : sequence of k str, optional
        The group of each number.

    Raises
    ------
    QuestionRefused
        If SALib is missing, the function is the same everywhere, or has no value too often.

    References
    ----------
    Saltelli, A., Annoni, P., Azzini, I., Campolongo, F., Ratto, M. and Tarantola, S. (2010). Variance based
    sensitivity analysis of model output. Computer Physics Communications 181, 259-270.

    Examples
    --------
    >>> from servanda import sobol_indices
    >>> found = sobol_indices(lambda u: 3 * u[:, 0] + u[:, 1], ["a", "b"], 256)
    >>> [round(share, 2) for share in found.table["total"]]  # exactly 9/10 and 1/10
    [0.9, 0.1]
    """
    need("sensitivity", "Sobol' indices", "SALib")
    points, seed = whole("points", points, 1, MOST_DRAWS), seeded(seed)
    from SALib.analyze import sobol as analysis  # pyright: ignore[reportMissingTypeStubs]
    from SALib.sample import sobol as sampling  # pyright: ignore[reportMissingTypeStubs]

    kinds = list(dict.fromkeys(groups)) if groups is not None else list(names)
    grouped = groups is not None and len(kinds) > 1
    rows = kinds if grouped else list(names)
    n, wide = power_of_two(points), len(rows) + 2
    problem: dict[str, Any] = {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}
    if grouped and groups is not None:
        problem["groups"] = list(groups)
    sample: Any = sampling.sample  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    design: Floats = sample(problem, n, calc_second_order=False, seed=seed)
    values = function(design)
    block = values.reshape(n, wide)
    there = np.isfinite(block)

    found: list[dict[str, Any]] = []
    for j, name in enumerate(rows):
        used = there[:, [0, j + 1, wide - 1]].all(axis=1)
        enough(n - int(used.sum()), n)
        if not found:
            _varies(values)
        part = block[used][:, [0, j + 1, wide - 1]]
        alone: dict[str, Any] = {"num_vars": 1, "names": [name], "bounds": [[0.0, 1.0]]}
        answer: Any = analysis.analyze(  # pyright: ignore[reportUnknownMemberType]
            alone, part.ravel(), calc_second_order=False, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed + 1
        )  # SALib takes the seed 0 for none
        row: dict[str, Any] = {"name": name}
        for called, key in (("first", "S1"), ("total", "ST")):
            middle, half = float(answer[key][0]), float(answer[f"{key}_conf"][0])
            row |= {called: middle, f"{called}_low": middle - half, f"{called}_high": middle + half}
        found.append(row | {"used": int(used.sum())})
    ends = [0, wide - 1]
    independent = design.reshape(n, wide, len(names))[:, ends].reshape(-1, len(names))
    outcome = block[:, ends].reshape(-1)
    table = Columns({name: [row[name] for row in found] for name in found[0]})
    freeze((independent, outcome))
    return SobolIndices(table, independent, outcome, values.size, int((~there).sum()))


def given_indices(values: Floats, outcome: Floats, names: Sequence[str], *, seed: int = 0) -> Columns:
    """Measure on draws already made how much each number matters by itself.

    `first` is the first-order Sobol' index, estimated by RBD-FAST (Tarantola et al. 2006, with the correction of
    Tissot and Prieur 2012); `distance` is PAWN (Pianosi and Wagener 2018): how far the distribution of the outcome
    moves, between 0 and 1, when the number is held within a tenth of its draws; the median over the tenths. Both from
    SALib. A number is `clear` of noise if, in one of the two, it lies so far above fifty shuffled numbers, which
    cannot matter, that any number at all would seldom do so if none mattered.

    Parameters
    ----------
    values : (D, k) floats
        Drawn independently of each other, for `first` to be a share of the variance.
    outcome : (D,) floats
        Draws with nan are left out.
    seed : int
        Of the bootstrap and of the shuffling.

    Returns
    -------
    Columns
        `name`, `first`, `first_low`, `first_high`, `distance`, `clear`, in the order of the names.

    Raises
    ------
    QuestionRefused
        If SALib is missing, draws are too few or too often without an outcome, or the outcome is always the same.
    """
    need("sensitivity", "Sensitivity from draws", "SALib")
    from scipy import stats  # pyright: ignore[reportMissingTypeStubs]

    there = np.isfinite(outcome)
    enough(int((~there).sum()), outcome.size)
    if there.sum() < LEAST:
        raise QuestionRefused(f"{there.sum()} draws are too few to say what matters. Use {LEAST} or more")
    _varies(outcome)
    kept, answer = values[there], outcome[there]
    order = np.tile(np.arange(len(answer), dtype=float)[:, None], (1, DUMMIES))
    first, half, distance = _measured(kept, answer, RESAMPLES_GIVEN, seed)
    noise, _, moved = _measured(np.random.default_rng(seed).permuted(order, axis=0), answer, 2, seed)
    beyond = float(stats.norm.isf(ERROR / (2 * len(names))))  # pyright: ignore[reportUnknownMemberType]
    clear = _beyond(first, noise, beyond) | _beyond(np.log(distance), np.log(moved), beyond)  # distances are skewed
    return Columns(
        {
            "name": list(names),
            "first": first,
            "first_low": first - half,
            "first_high": first + half,
            "distance": distance,
            "clear": clear,
        }
    )


def _beyond(values: Floats, noise: Floats, times: float) -> NDArray[np.bool_]:
    """Whether values lie so many standard deviations above what noise shows."""
    return values > noise.mean() + times * noise.std(ddof=1)


def _measured(values: Floats, outcome: Floats, resamples: int, seed: int) -> tuple[Floats, Floats, Floats]:
    """First-order index, half its interval, and distance, for every column."""
    from SALib.analyze import pawn, rbd_fast  # pyright: ignore[reportMissingTypeStubs]

    k = values.shape[1]
    problem: dict[str, Any] = {"num_vars": k, "names": [str(i) for i in range(k)], "bounds": [[0, 1]] * k}
    fast: Any = rbd_fast.analyze(  # pyright: ignore[reportUnknownMemberType]
        problem, values, outcome, M=HARMONICS, num_resamples=resamples, conf_level=LEVEL, seed=seed
    )
    moved: Any = pawn.analyze(problem, values, outcome)  # pyright: ignore[reportUnknownMemberType]
    return tuple(np.array(column, dtype=float) for column in (fast["S1"], fast["S1_conf"], moved["median"]))  # pyright: ignore[reportReturnType]


def power_of_two(count: int) -> int:
    """The least power of two that is not below a count of 1 or more."""
    if count < 1:
        raise QuestionRefused(f"{count} draws are impossible. Ask for 1 or more (256 is a good start)")
    return 1 << (count - 1).bit_length()


def _varies(values: Floats) -> None:
    there = values[np.isfinite(values)]
    if np.ptp(there) <= 1e-12 * max(1.0, float(np.abs(there).max())):
        raise QuestionRefused(
            f"The metric is the same in all {there.size:,} draws ({there[0]:.4g}), so no number matters to it. Choose"
            " another metric, such as --of years"
        )
