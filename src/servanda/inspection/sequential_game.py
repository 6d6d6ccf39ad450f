"""Few inspections over many periods against one violation: Dresher's game, in exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from servanda.agreement.format.inspections import MOST_PERIODS
from servanda.errors import UsageError, finite, whole
from servanda.result import Result


@dataclass(frozen=True)
class Stage:
    """What to do with some periods and some inspections left, nothing having been violated so far.

    Attributes
    ----------
    periods, inspections : int
        Left, this period included.
    inspect : Fraction
        The chance with which to inspect now.
    violate : Fraction
        The chance with which the other side violates now, if inspections are not announced.
    inspector, violator : Fraction
        What they expect from here on, if inspections are not announced.
    announced : Fraction
        What the inspector expects if it has announced these chances of inspecting: the other side, to which violating
        now and waiting are worth the same, then waits until no inspection is left.
    """

    periods: int
    inspections: int
    inspect: Fraction
    violate: Fraction
    inspector: Fraction
    violator: Fraction
    announced: Fraction


@dataclass(frozen=True, repr=False)
class SequentialInspection(Result):
    """Some inspections over some periods against one violation.

    Attributes
    ----------
    periods, inspections : int
    penalty : Fraction
        What a violation that is caught costs the violator; one that is not gains it 1.
    caught : Fraction or None
        What a violation that is caught costs the inspector, of the 1 that it costs if it is not; None: as much less
        than nothing as it costs the violator (zero-sum).
    stages : tuple[Stage, ...]
        For every number of periods left, from all down to 1, and of inspections left, from all down to 0.
    """

    periods: int
    inspections: int
    penalty: Fraction
    caught: Fraction | None
    stages: tuple[Stage, ...]

    def __repr__(self) -> str:
        return f"<SequentialInspection: {self.inspections} inspections in {self.periods} periods>"

    @property
    def now(self) -> Stage:
        """The stage at the beginning."""
        return self.stages[0]

    @property
    def zero_sum(self) -> bool:
        """Whether one side gains what the other loses."""
        return self.caught is None


def sequential_inspection(
    periods: int,
    inspections: int,
    penalty: Fraction | int | str = 1,
    caught: Fraction | int | str | None = None,
) -> SequentialInspection:
    """Solve Dresher's inspection game and its non-zero-sum and announced versions.

    In each period the inspector inspects or not, and the other side violates or not, at most once in all periods. It
    sees every inspection and can count those that are left. An inspection in the period of the violation catches it. A
    violation that is not caught gains the violator 1 and costs the inspector 1.

    Parameters
    ----------
    periods : int
        1 to 100.
    inspections : int
        0 to 100.
    penalty : Fraction, int or str
        What a violation that is caught costs the violator, 0 or more; a text such as '1/2' or '0.5' is read exactly.
    caught : Fraction, int, str or None
        What a violation that is caught costs the inspector, from 0 up to but not including 1; None for the zero-sum
        game, in which the inspector gains the penalty.

    Returns
    -------
    SequentialInspection
        All chances and values are exact.

    Raises
    ------
    UsageError
        If a number is outside these bounds.

    References
    ----------
    Dresher 1962, RAND RM-2972; Maschler 1966, Naval Research Logistics Quarterly 13; Avenhaus and von Stengel 1992;
    Avenhaus, von Stengel and Zamir 2002, Handbook of Game Theory III, ch. 51; von Stengel 2016, Mathematics of
    Operations Research 41.

    Examples
    --------
    >>> import servanda
    >>> game = servanda.sequential_inspection(periods=3, inspections=1)
    >>> str(game.now.inspect), str(game.now.inspector)
    ('1/4', '-1/2')
    """
    periods = whole("periods", periods, 1, MOST_PERIODS)
    inspections = whole("inspections", inspections, 0, MOST_PERIODS)
    b = exactly("penalty", penalty)
    a = None if caught is None else exactly("caught", caught)
    if b < 0:
        raise UsageError(f"The penalty is {b}, but it cannot be negative.")
    if a is not None and not 0 <= a < 1:
        raise UsageError(f"What a caught violation costs the inspector is {a}, but it must be at least 0 and below 1.")
    solved: dict[tuple[int, int], Stage] = {}
    zero, one = Fraction(0), Fraction(1)
    for n in range(1, periods + 1):
        solved[n, 0] = Stage(n, 0, zero, one, -one, one, -one)
        for m in range(1, inspections + 1):
            if m >= n:
                solved[n, m] = Stage(n, m, one, zero, zero, zero, zero)
            else:
                solved[n, m] = _stage(n, m, -b if a is None else a, b, solved[n - 1, m - 1], solved[n - 1, m])
    stages = tuple(solved[n, m] for n in range(periods, 0, -1) for m in range(inspections, -1, -1))
    return SequentialInspection(periods, inspections, b, a, stages)


def exactly(name: str, value: Fraction | float | str) -> Fraction:
    """A number without rounding: a whole one, a fraction, or a text such as '1/2' or '0.5'; refuse anything else."""
    if isinstance(value, Fraction):
        return value
    try:
        return Fraction(value if isinstance(value, str) else Decimal(finite(name, value)))
    except (ValueError, ZeroDivisionError):
        raise UsageError(f"{name} is {value!r}. It must be a number, such as 1, '1/2' or '0.5'") from None


def _stage(n: int, m: int, a: Fraction, b: Fraction, spent: Stage, kept: Stage) -> Stage:
    """Solve one period: the inspector mixes so that the violator is indifferent, and the other way round.

    Both chances lie between 0 and 1, as having spent an inspection is never worse for the violator, nor better for the
    inspector, and being caught costs the inspector less than 1 (a < 1).
    """
    inspect = (1 - kept.violator) / (1 + b + spent.violator - kept.violator)
    violate = (kept.inspector - spent.inspector) / (1 - a + kept.inspector - spent.inspector)
    return Stage(
        periods=n, inspections=m, inspect=inspect, violate=violate,
        inspector=-violate * a + (1 - violate) * spent.inspector,
        violator=1 - inspect * (1 + b),
        announced=inspect * spent.announced + (1 - inspect) * kept.announced,
    )  # fmt: skip
