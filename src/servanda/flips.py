"""What is found about the numbers that would change an answer: data only, with tables, pictures in `pictures`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda._showing import drawn, html
from servanda._sums import Floats
from servanda.agreement import Agreement

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from polars import DataFrame


@dataclass(frozen=True)
class Flip:
    """A value of one number at which two plans change places.

    Attributes
    ----------
    value : float
        In the number's unit.
    distance : float
        From the likely value, in ranges: 1 is the whole range of the number.
    below, above : str
        The plan that is ahead at slightly lower, and at slightly higher values.
    jump : bool
        Whether the difference jumps over 0 there, as the answer itself may do, instead of passing through it.
    """

    value: float
    distance: float
    below: str
    above: str
    jump: bool


@dataclass(frozen=True)
class NumberTips:
    """One uncertain number: whether two plans change places within its range, all others likely.

    Attributes
    ----------
    name : str
        As in the file, joined by dots.
    words : str
        The same for readers.
    unit : str
    likely, low, high : float
        Its likely value, and the range that was searched.
    flips : tuple[Flip, ...]
        By value. A pair of flips between neighbouring values that were looked at escapes.
    values, differences : (p,) floats
        Values looked at, ascending; how far the first plan was ahead there. nan where there was no answer.
    ties : tuple[float, ...]
        Values looked at where neither plan is ahead.
    lost : tuple[tuple[float, float], ...]
        Parts of the range in which they change places at a value that could not be found.
    unsolved : int
        Values looked at for which some plan had no answer; they are not used.
    """

    name: str
    words: str
    unit: str
    likely: float
    low: float
    high: float
    flips: tuple[Flip, ...]
    values: Floats
    differences: Floats
    ties: tuple[float, ...]
    lost: tuple[tuple[float, float], ...]
    unsolved: int

    @property
    def nearest(self) -> Flip | None:
        """The flip nearest to the likely value."""
        return min(self.flips, key=lambda flip: flip.distance, default=None)

    @property
    def swing(self) -> float:
        """By how much the difference moves over the range, as far as it was looked at."""
        seen = self.differences[~np.isnan(self.differences)]
        return float(seen.max() - seen.min()) if seen.size else 0.0


@dataclass(frozen=True)
class Moved:
    """A number that is changed along with others.

    Attributes
    ----------
    name, words, unit : str
    likely, value : float
        Before and after; in the number's unit.
    low, high : float or None
        Its range in the file; None for the chance of a type that has none, and follows from the others.
    distance : float
        `value` less `likely`, in ranges; 0 where the number only follows from others.
    follows : bool
        Whether it is what the other types of the same party leave.
    """

    name: str
    words: str
    unit: str
    likely: float
    value: float
    low: float | None
    high: float | None
    distance: float
    follows: bool


@dataclass(frozen=True)
class Change:
    """A change of several numbers at once, as small as one was found.

    Attributes
    ----------
    moved : tuple[Moved, ...]
        What changes, the largest change first; all other numbers stay likely.
    distance : float
        The root of the sum of the squares of all changes, each in ranges. An upper bound on the least change: a smaller
        one may exist.
    figures : dict of float
        By plan: the figure there, as solved at exactly that point.
    starts, alike, broken : int
        Searches made; those that ended with as small a change; those given up as there was no answer on the way.
    numbers : int
        How many numbers were free to move in the search.
    """

    moved: tuple[Moved, ...]
    distance: float
    figures: dict[str, float]
    starts: int
    alike: int
    broken: int
    numbers: int


@dataclass(frozen=True, repr=False)
class Tips:
    """Where the ranking of two plans flips.

    Attributes
    ----------
    agreement : Agreement
    plans : tuple[str, str]
    of : str
        The figure they are judged by, see `figure_names`.
    meaning : str
        The same in words.
    better : float
        1.0 if more of it is better, -1.0 if less is.
    figures : dict of float
        By plan: at the likely values.
    ahead : str or None
        The plan that is ahead there; None if neither is.
    numbers : tuple[NumberTips, ...]
        The nearest flip first, then those without, by how much they move the difference.
    change : Change or None
        The nearest joint change that flips the ranking; None if none was found, or none was looked for.
    searched : bool
        Whether a joint change was looked for.
    closest : Change or None
        Where none was found: the point at which the difference was smallest.
    solved, unsolved : int
        How many points were looked at, and for how many some plan had no answer.
    seed : int
        Of the random starts of the joint search.
    """

    agreement: Agreement
    plans: tuple[str, str]
    of: str
    meaning: str
    better: float
    figures: dict[str, float]
    ahead: str | None
    numbers: tuple[NumberTips, ...]
    change: Change | None
    searched: bool
    closest: Change | None
    solved: int
    unsolved: int
    seed: int

    @property
    def nearest(self) -> NumberTips | None:
        """The number that stands closest to flipping the ranking alone."""
        return self.numbers[0] if self.numbers and self.numbers[0].flips else None

    @property
    def table(self) -> DataFrame:
        """One row for each flip, and for each number without one (`value` is null)."""
        rows: list[dict[str, Any]] = []
        for one in self.numbers:
            about = {
                "number": one.name, "likely": one.likely, "low": one.low, "high": one.high, "swing": one.swing,
                "unsolved": one.unsolved,
            }  # fmt: skip
            none = {"value": None, "distance": None, "below": None, "above": None}
            flips = [{name: getattr(flip, name) for name in none} for flip in one.flips] or [none]
            rows += [{**about, **flip} for flip in flips]
        return _frame(
            rows, number=str, likely=float, low=float, high=float, value=float, distance=float, below=str, above=str,
            swing=float, unsolved=int,
        )  # fmt: skip

    def plot(self, narrow: bool = False) -> Figure:
        """Draw which numbers flip the ranking, and where."""
        return drawn("tips", self, narrow=narrow)

    def _repr_html_(self) -> str:
        return html(self, self.table)

    def __repr__(self) -> str:
        count = sum(bool(one.flips) for one in self.numbers)
        return f"<Tips between {self.plans[0]!r} and {self.plans[1]!r}: {count} of {len(self.numbers)} numbers flip>"


@dataclass(frozen=True, repr=False)
class Reached:
    """The least change of what can be chosen that lifts a plan to a target.

    Attributes
    ----------
    agreement : Agreement
    plan : str
    of, meaning : str
        The figure that is to reach the target, and the same in words.
    better : float
        1.0 if it has to be at least the target, -1.0 if at most (chances of breaking down).
    target : float
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
    """

    agreement: Agreement
    plan: str
    of: str
    meaning: str
    better: float
    target: float
    figure: float
    ours: tuple[str, ...]
    change: Change | None
    best: Change
    solved: int
    unsolved: int
    seed: int

    @property
    def table(self) -> DataFrame:
        """One row for each number that changes, the largest change first."""
        names = ("likely", "value", "low", "high", "distance")
        rows = [{"number": m.name, **{n: getattr(m, n) for n in names}} for m in (self.change or self.best).moved]
        return _frame(rows, number=str, likely=float, value=float, low=float, high=float, distance=float)

    def plot(self, narrow: bool = False) -> Figure:
        """Draw what is changed, and how far."""
        return drawn("reached", self, narrow=narrow)

    def _repr_html_(self) -> str:
        return html(self, self.table)

    def __repr__(self) -> str:
        how = f"{self.change.distance:.2f} ranges" if self.change else "not reached"
        return f"<Reached with plan {self.plan!r}: {self.of} {self.target:g}, {how}>"


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
    def table(self) -> DataFrame:
        """One row for each point."""
        rows = [
            {self.x.name: float(x), self.y.name: float(y), "difference": float(self.difference[j, i])}
            for j, y in enumerate(self.up)
            for i, x in enumerate(self.across)
        ]
        return _frame(rows, **{self.x.name: float, self.y.name: float, "difference": float})

    def plot(self, narrow: bool = False) -> Figure:
        """Draw the map, with the line of indifference."""
        return drawn("heat", self, narrow=narrow)

    def __repr__(self) -> str:
        return f"<HeatMap of {self.x.name} and {self.y.name}: {len(self.up)} by {len(self.across)} points>"


def _frame(rows: list[dict[str, Any]], **columns: type) -> DataFrame:
    import polars as pl

    kinds = {str: pl.String, float: pl.Float64, int: pl.Int64}
    return pl.DataFrame(rows, schema={name: kinds[kind] for name, kind in columns.items()})
