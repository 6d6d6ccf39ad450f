"""What a plan is judged by when better ones are looked for: figures by name, aims and conditions on them.

A figure's name alone is its value at the likely numbers. Before it may stand what is made of it over draws of the
uncertain numbers: `mean.held_clean`, `q10.held_clean` (the value that one draw in ten stays below).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np

from servanda.agreement.dates import last_day, years_between
from servanda.agreement.format.agreement import Agreement, as_in
from servanda.agreement.format.levers import FindsLever, Lever
from servanda.arrays import Floats
from servanda.assessment.audits import TypeAudit, audit
from servanda.assessment.metrics import figure_names
from servanda.assessment.scorecards import scorecard
from servanda.assessment.summary import exposure
from servanda.errors import NoSuchName
from servanda.game.calendar import calendar_of
from servanda.game.compiler import compile
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import Draws


@dataclass(frozen=True)
class Figure:
    """A number that a plan is judged by.

    Attributes
    ----------
    text : str
        As the user wrote it: `held_clean`, `q10.gain.dprk`.
    name : str
        Of the figure, without what is made of it over draws.
    share : float or None
        The quantile taken over draws, 0 to 1; -1: their mean; None: no draws, the likely numbers.
    """

    text: str
    name: str
    share: float | None


@dataclass(frozen=True)
class Aim:
    """A figure to be made as large, or as small, as possible."""

    figure: Figure
    largest: bool


@dataclass(frozen=True)
class Condition:
    """A figure that must not be below (`at_least`) or above a value."""

    figure: Figure
    at_least: bool
    value: float

    def __str__(self) -> str:
        return f"{self.figure.text} {'>=' if self.at_least else '<='} {self.value:g}"


def objective_names(agreement: Agreement) -> dict[str, str]:
    """Names of all figures that can be aims or conditions, with their meaning and unit in a few words.

    Parameters
    ----------
    agreement : Agreement

    Returns
    -------
    dict of str
        Those of `figure_names`, and `smallest_gain`, `nash`, `exposure`, `exposure.PARTY`, `temptation`,
        `temptation.PARTY`, `complete.PARTY`, `completion`, `inspection_cost`.
    """
    names = dict(figure_names(agreement))
    names["smallest_gain"] = "the smallest of the parties' gains from signing over no agreement, units"
    names["nash"] = "the product of those gains (Nash 1950); where one is not above 0, the smallest gain"
    names["exposure"] = "the most that any party loses at any time, against no agreement, if the others withdraw, units"
    names["temptation"] = "the most that any type gains by breaking the plan if all others keep it, units"
    for key, party in agreement.parties.items():
        names[f"exposure.{key}"] = f"the same for {party.name} alone, units"
        names[f"temptation.{key}"] = f"what {party.name} gains at most by breaking the plan if all others keep, units"
        names[f"complete.{key}"] = f"share given up of the others' stakes that harm {party.name}, if everyone keeps"
    names["completion"] = "years from the start to the last transfer"
    names["inspection_cost"] = "what the measures with a cost come to over the years they are in force"
    return names


def label(agreement: Agreement, figure: Figure) -> str:
    """A figure in few words, for headings."""
    first, _, rest = figure.name.partition(".")
    party, _, kind = rest.partition(".")
    who = agreement.parties[party].name if party in agreement.parties else rest
    who += f", if {kind}" if kind else ""
    words = {
        "held_clean": "chance in force and clean at the end",
        "held": "chance in force at the end",
        "years": "years in force",
        "completed": "chance that all is carried out",
        "gain": f"gain of {who} over no agreement",
        "withdrew": f"chance that {who} withdraws",
        "found": f"chance that {who} is found out",
        "unratified": f"chance that {who} fails to ratify",
        "incident": "chance that an incident ends it",
        "smallest_gain": "smallest gain over no agreement",
        "nash": "product of the gains",
        "exposure": f"largest exposure of {who or 'any party'}",
        "temptation": f"temptation of {who or 'any party'} to break it",
        "complete": f"share of what harms {who} that is given up",
        "completion": "years to the last transfer",
        "inspection_cost": "cost of inspection",
    }[first]
    if figure.share is None:
        return words
    over = "mean of " if figure.share < 0 else f"{100 * figure.share:.0f}% quantile of "
    return f"{over}the {words}"


def written(figure: Figure, value: float) -> str:
    """A value of a figure as it is printed."""
    if is_chance(figure.name) and 0 < value < 0.001:
        return f"{100 * value:.2g}%"
    return f"{100 * value:.1f}%" if is_chance(figure.name) else f"{value + 0.0:.2f}".replace("-0.00", "0.00")


def is_chance(name: str) -> bool:
    """Whether a figure is a chance or a share, to be written in percent."""
    first = name.partition(".")[0]
    return first in ("held_clean", "held", "completed", "withdrew", "found", "unratified", "incident", "complete")


# ------------------------------------------------------------------------------------------------------- reading


def read_figure(agreement: Agreement, text: str) -> Figure:
    """Read the name of a figure, with or without what is made of it over draws.

    Raises
    ------
    NoSuchName
        If there is no such figure.
    """
    known = objective_names(agreement)
    before, _, name = text.partition(".")
    share: float | None = None
    if re.fullmatch("q[0-9]{1,2}", before) and 1 <= int(before[1:]) <= 99:
        share = int(before[1:]) / 100
    elif before == "mean":
        share = -1.0
    else:
        name = text
    if name not in known:
        near = get_close_matches(name, known, 1, 0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise NoSuchName(
            f"'{text}' is no figure that a plan can be judged by.{hint} There are: {', '.join(known)}; and before each"
            " mean. or q10. for the mean, or the 10% quantile, over draws of the uncertain numbers"
        )
    return Figure(text, name, share)


def read_condition(agreement: Agreement, text: str) -> Condition:
    """Read a condition such as `gain.dprk >= 0`.

    Raises
    ------
    NoSuchName
        If it is none.
    """
    match = re.fullmatch(r"\s*([^\s<>=]+)\s*(>=|<=)\s*(\S+)\s*", text)
    try:
        value = float(match[3]) if match else np.nan
    except ValueError:
        value = np.nan
    if match is None or not np.isfinite(value):
        raise NoSuchName(
            f"'{text}' is no condition. Write a figure, >= or <=, and a number, in quotes: \"held_clean >= 0.2\""
        )
    return Condition(read_figure(agreement, match[1]), match[2] == ">=", value)


# --------------------------------------------------------------------------------------------------- working out


class NoAnswer(Exception):
    """A plan that has no equilibrium that passes its own check, on the likely numbers or on a draw."""


def work_out(
    agreement: Agreement,
    plan: str,
    figures: Iterable[Figure],
    likely: Draws,
    draws: Draws | None,
    levers: tuple[Lever, ...] = (),
) -> dict[str, float]:
    """Work out figures of a plan; solved is only what they need.

    Parameters
    ----------
    agreement : Agreement
    plan : str
    figures : iterable of Figure
    likely : Draws
        One draw, of the likely numbers.
    draws : Draws, optional
        Needed by figures over draws.
    levers : tuple of levers
        That say what measures cost.

    Returns
    -------
    dict of float
        By the figures' texts.

    Raises
    ------
    NoAnswer
        If the plan, on any of the draws, has no equilibrium.
    AgreementError, GameTooLarge
        As `compile`.
    """
    wanted = list(figures)
    result: dict[str, float] = {}
    for over, numbers in ((False, likely), (True, draws)):
        these = [figure for figure in wanted if (figure.share is not None) == over]
        if not these or numbers is None:
            continue
        found = _Found(agreement, plan, numbers, levers)
        for figure in these:
            values = found.figure(figure.name)
            if figure.share is None:
                result[figure.text] = float(values[0])
            else:
                result[figure.text] = float(values.mean() if figure.share < 0 else np.quantile(values, figure.share))
    return {figure.text: result[figure.text] for figure in wanted}


class _Found:
    """Figures of one plan on some draws, each worked out when it is first asked for."""

    def __init__(self, agreement: Agreement, plan: str, draws: Draws, levers: tuple[Lever, ...]) -> None:
        self.agreement, self.plan, self.draws, self.levers = agreement, plan, draws, levers
        self._known: dict[str, dict[str, Floats]] = {}

    def figure(self, name: str) -> Floats:
        """Values of a figure, (D,), or (1,) where it does not depend on draws."""
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
        found = evaluate(self.agreement, self.plan, self.draws, workers=1)
        if not found.converged.all():
            raise NoAnswer(next(status for status in found.statuses if status != "converged"))
        return found.figures

    def _both(self) -> dict[str, Floats]:
        gains = np.stack([self.figure(f"gain.{party}") for party in self.agreement.parties])
        least = gains.min(axis=0)
        return {"smallest_gain": least, "nash": np.where(least > 0, gains.prod(axis=0), least)}

    def _exposure(self) -> dict[str, Floats]:
        game = compile(self.agreement, self.plan, self.draws)
        rows = [exposure(game, d) for d in range(game.draws)]
        most = {
            f"exposure.{party}": np.array([max((point.loss[party] for point in row), default=0.0) for row in rows])
            for party in self.agreement.parties
        }
        return most | {"exposure": np.stack(list(most.values())).max(axis=0)}

    def _temptation(self) -> dict[str, Floats]:
        game = compile(self.agreement, self.plan, self.draws)
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
