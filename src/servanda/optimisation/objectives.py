"""What a plan is judged by when better ones are looked for: metrics by name, aims and conditions on them.

A metric's name alone is its value at the likely numbers. Before it may stand what is made of it over draws of the
uncertain numbers: `mean.held_clean`, `q10.held_clean` (the value that one draw in ten stays below).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from servanda.agreement.dates import last_day, years_between
from servanda.agreement.format.agreement import Agreement, as_in
from servanda.agreement.format.levers import FindsLever, Lever
from servanda.arrays import Floats
from servanda.assessment.audits import TypeAudit, audit
from servanda.assessment.metrics import Metric, metric
from servanda.assessment.scorecards import scorecard
from servanda.assessment.summary import exposure
from servanda.english import chance, number
from servanda.errors import UsageError
from servanda.game.calendar import calendar_of
from servanda.game.compiler import compile
from servanda.uncertainty.evaluation import on_draws
from servanda.uncertainty.sampling import Draws


@dataclass(frozen=True)
class Statistic:
    """A metric at the likely numbers, or what is made of it over draws.

    Attributes
    ----------
    text : str
        As the user wrote it: `held_clean`, `q10.gain.dprk`.
    metric : Metric
    share : float or None
        The quantile taken over draws, 0 to 1; -1: their mean; None: no draws, the likely numbers.
    """

    text: str
    metric: Metric
    share: float | None

    @property
    def label(self) -> str:
        """In few words, for headings."""
        if self.share is None:
            return self.metric.label
        over = "mean of " if self.share < 0 else f"{100 * self.share:.0f}% quantile of "
        return f"{over}the {self.metric.label}"

    def written(self, value: float) -> str:
        """Write a value, without its unit."""
        if self.metric.is_share:
            return chance(value, 1, sure=True)
        return number(self.metric.told(value))


@dataclass(frozen=True)
class Aim:
    """A statistic to be made as large, or as small, as possible."""

    statistic: Statistic
    largest: bool


@dataclass(frozen=True)
class Condition:
    """A statistic that must not be below (`at_least`) or above a value."""

    statistic: Statistic
    at_least: bool
    value: float

    def __str__(self) -> str:
        return f"{self.statistic.text} {'>=' if self.at_least else '<='} {self.value:g}"


# ------------------------------------------------------------------------------------------------------- reading


def read_statistic(agreement: Agreement, text: str) -> Statistic:
    """Read the name of a metric, with or without what is made of it over draws.

    Raises
    ------
    NoSuchName
        If there is no such metric.
    """
    before, _, name = text.partition(".")
    share: float | None = None
    if re.fullmatch("q[0-9]{1,2}", before) and 1 <= int(before[1:]) <= 99:
        share = int(before[1:]) / 100
    elif before == "mean":
        share = -1.0
    else:
        name = text
    return Statistic(text, metric(agreement, name, solved=False), share)


def read_condition(agreement: Agreement, text: str) -> Condition:
    """Read a condition such as `gain.dprk >= 0`.

    Raises
    ------
    NoSuchName
        If it names no metric.
    UsageError
        If it is no condition.
    """
    match = re.fullmatch(r"\s*([^\s<>=]+)\s*(>=|<=)\s*(\S+)\s*", text)
    try:
        value = float(match[3].replace("−", "-")) if match else np.nan
    except ValueError:
        value = np.nan
    if match is None or not np.isfinite(value):
        raise UsageError(
            f"'{text}' is not a condition. Write a metric, >= or <=, and a number, in quotes: \"held_clean >= 0.2\""
        )
    return Condition(read_statistic(agreement, match[1]), match[2] == ">=", value)


# --------------------------------------------------------------------------------------------------- working out


class NoAnswer(Exception):
    """A plan that has no equilibrium that passes its own check, on the likely numbers or on a draw."""


def work_out(
    agreement: Agreement,
    plan: str,
    statistics: Iterable[Statistic],
    likely: Draws,
    draws: Draws | None,
    levers: tuple[Lever, ...] = (),
) -> dict[str, float]:
    """Work out statistics of a plan; solved is only what they need.

    Parameters
    ----------
    likely : Draws
        One draw, of the likely numbers.
    draws : Draws, optional
        Needed by those over draws.
    levers : tuple of levers
        That say what measures cost.

    Returns
    -------
    dict of float
        By their texts.

    Raises
    ------
    NoAnswer
        If the plan, on any of the draws, has no equilibrium.
    AgreementError, GameTooLarge
        As `compile`.
    """
    wanted = list(statistics)
    result: dict[str, float] = {}
    for over, numbers in ((False, likely), (True, draws)):
        these = [one for one in wanted if (one.share is not None) == over]
        if not these or numbers is None:
            continue
        found = _Found(agreement, plan, numbers, levers)
        for one in these:
            values = found.metric(one.metric.name)
            if one.share is None:
                result[one.text] = float(values[0])
            else:
                result[one.text] = float(values.mean() if one.share < 0 else np.quantile(values, one.share))
    return {one.text: result[one.text] for one in wanted}


class _Found:
    """Metrics of one plan on some draws, each worked out when it is first asked for."""

    def __init__(self, agreement: Agreement, plan: str, draws: Draws, levers: tuple[Lever, ...]) -> None:
        self.agreement, self.plan, self.draws, self.levers = agreement, plan, draws, levers
        self._known: dict[str, dict[str, Floats]] = {}

    def metric(self, name: str) -> Floats:
        """Values of a metric, (D,), or (1,) where it does not depend on draws."""
        first, _, _ = name.partition(".")
        groups: dict[str, Callable[[], dict[str, Floats]]] = {
            "exposure": self._exposure,
            "temptation": self._temptation,
            "complete": self._complete,
            "completion": self._completion,
            "inspection_cost": self._cost,
            "smallest_gain": self._both,
            "nash": self._both,
        }
        work = groups.get(first, self._solved)
        if work.__name__ not in self._known:
            self._known[work.__name__] = work()
        return self._known[work.__name__][name]

    def _solved(self) -> dict[str, Floats]:
        found = on_draws(self.agreement, self.plan, self.draws, workers=1)
        if not found.converged.all():
            raise NoAnswer(next(status for status in found.statuses if status != "converged"))
        return found.metrics

    def _both(self) -> dict[str, Floats]:
        gains = np.stack([self.metric(f"gain.{party}") for party in self.agreement.parties])
        least = gains.min(axis=0)
        return {"smallest_gain": least, "nash": np.where(least > 0, gains.prod(axis=0), least)}

    def _exposure(self) -> dict[str, Floats]:
        game = compile(self.agreement, self.plan, self.draws.__call__)
        rows = [exposure(game, d) for d in range(game.draws)]
        most = {
            f"exposure.{party}": np.array([max((point.loss[party] for point in row), default=0.0) for row in rows])
            for party in self.agreement.parties
        }
        return most | {"exposure": np.stack(list(most.values())).max(axis=0)}

    def _temptation(self) -> dict[str, Floats]:
        game = compile(self.agreement, self.plan, self.draws.__call__)
        rows = [audit(game, d) for d in range(game.draws)]
        most = {
            f"temptation.{party}": np.array([_most(row, party) for row in rows]) for party in self.agreement.parties
        }
        return most | {"temptation": np.stack(list(most.values())).max(axis=0)}

    def _complete(self) -> dict[str, Floats]:
        card = scorecard(self.agreement, self.plan)
        return {f"complete.{party}": np.array([one.complete.figure or 0.0]) for party, one in card.parties.items()}

    def _completion(self) -> dict[str, Floats]:
        steps = calendar_of(self.agreement, self.plan)
        given = [step.years for step in steps if step.kind in ("obligation", "automatic")]
        return {"completion": np.array([max(given, default=0.0)])}

    def _cost(self) -> dict[str, Floats]:
        total = np.zeros(len(self.draws.values))
        measures = as_in(self.agreement, self.plan).measures
        for lever in self.levers:
            if isinstance(lever, FindsLever) and lever.cost:
                measure = measures[lever.finds]
                first = max(measure.starts or self.agreement.start, self.agreement.start)
                last = min(measure.until or last_day(self.agreement), last_day(self.agreement))
                total += lever.cost * self.draws(measure.finds) * max(0.0, years_between(first, last))
        return {"inspection_cost": total}


def _most(rows: Iterable[TypeAudit], party: str) -> float:
    """What any type of a party gains by its most profitable breach, the best course after it included."""
    gains = [deviation.best_gain for row in rows if row.party == party for deviation in row.deviations]
    return max(gains, default=0.0)
