"""When does a plan count as failing? `held_clean < 0.5`, `years < q25`: read, and put into words."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.format.agreement import Agreement
from servanda.arrays import Floats
from servanda.assessment.metrics import Metric, metric
from servanda.english import quantity
from servanda.uncertainty.questions import QuestionRefused

USUAL = "years < q25"
_FORM = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*(<=|>=|<|>)\s*(\S+)\s*")
_SIGNS = {"<": "below", "<=": "at or below", ">": "above", ">=": "at or above"}
_HOW = (
    "Write a metric, one of < <= > >=, and a number, a percentage or a quantile of the draws (q25 is the value below"
    " which a quarter of them lies, median half of them): --when 'held_clean < 0.5' or --when 'years < q25'"
)


@dataclass(frozen=True)
class FailureCondition:
    """A condition on one metric of a plan.

    Attributes
    ----------
    metric : Metric
    sign : {'<', '<=', '>', '>='}
    bound : float
        A value of the metric; or, if `quantile`, a share of the draws.
    quantile : bool
    """

    metric: Metric
    sign: str
    bound: float
    quantile: bool

    def __str__(self) -> str:
        return f"{self.metric.name} {self.sign} {_quantile(self.bound) if self.quantile else f'{self.bound:g}'}"


def parse(agreement: Agreement, text: str) -> FailureCondition:
    """Read a condition.

    Parameters
    ----------
    agreement : Agreement
        Whose metrics may be named.
    text : str
        `METRIC < BOUND`, with < <= > or >=; the bound is a number, a percentage, `median` or a quantile such as `q25`.

    Raises
    ------
    NoSuchName
        If there is no such metric.
    QuestionRefused
        If the text is no such condition.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        raise QuestionRefused(f"'{text}' is not a condition. {_HOW}")
    name, sign, bound = found.groups()
    judged = metric(agreement, name)
    quantile = re.fullmatch(r"q(\d+(?:\.\d+)?)", bound)
    if bound == "median" or quantile:
        share = 0.5 if quantile is None else float(quantile[1]) / 100
        if not 0 < share < 1:
            raise QuestionRefused(f"'{text}': {bound} is not a quantile. Quantiles run from q1 to q99. {_HOW}")
        return FailureCondition(judged, sign, share, True)
    percentage = bound.endswith("%")
    try:
        value = float(bound.removesuffix("%").replace("−", "-"))
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise QuestionRefused(f"'{text}': '{bound}' is not a bound. {_HOW}")
    return FailureCondition(judged, sign, value / 100 if percentage else value, False)


def bound_of(when: FailureCondition, values: Floats) -> float:
    """The bound as a value of the metric.

    Parameters
    ----------
    values : (D,) floats
        The metric on all draws that have an answer.
    """
    return float(np.quantile(values, when.bound)) if when.quantile else when.bound


def meets(sign: str, bound: float, values: Floats) -> NDArray[np.bool_]:
    """Which values are on the failing side of the bound, (D,)."""
    if sign == "<":
        return values < bound
    if sign == "<=":
        return values <= bound
    return values > bound if sign == ">" else values >= bound


def words(when: FailureCondition, bound: float) -> str:
    """A condition in words, with the bound that it came to.

    Parameters
    ----------
    bound : float
        See `bound_of`.

    Returns
    -------
    str
        `the expected time in force up to the horizon is below 0.43 years, as in the lowest quarter of the draws`
    """
    meaning = when.metric.meaning
    unit = {"years": f" {when.metric.time}", "units": " units"}.get(when.metric.unit, "")
    what = meaning if meaning.startswith(("what ", "the ")) else f"the {meaning}"
    verb = ", is" if "," in meaning else " is"
    text = f"{what}{verb} {_SIGNS[when.sign]} {quantity(when.metric.told(bound))}{unit}"
    return f"{text}, as in {_part(when)}" if when.quantile else text


def _part(when: FailureCondition) -> str:
    low = when.sign in ("<", "<=")
    share = f"{100 * (when.bound if low else 1 - when.bound):g}"
    size = {"25": "quarter", "50": "half", "10": "tenth", "20": "fifth"}.get(share, f"{share}%")
    return f"the {'lowest' if low else 'highest'} {size} of the draws"


def _quantile(share: float) -> str:
    return "median" if share == 0.5 else f"q{100 * share:g}"
