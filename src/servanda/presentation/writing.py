"""How plans, uncertain numbers and shares of draws are written in sentences, tables and figures."""

from __future__ import annotations

from datetime import date
from typing import Any

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import DAYS_PER_YEAR
from servanda.assessment.metrics import Unit
from servanda.english import TimeUnit, capital, chance, in_unit, number, quantity


def plan_title(agreement: Agreement, plan: str) -> str:
    """What a plan is called, to begin a sentence or stand within it."""
    return capital(agreement.plans[plan].title or plan)


def amount(value: float, unit: str) -> str:
    """A value of an uncertain number: `0.72`, `30 months` if its unit is years."""
    return length(value) if unit == "years" else quantity(value)


def between(low: float | None, high: float | None, unit: str) -> str:
    """The range of an uncertain number: `0.3 to 0.8`; a dash where it has none."""
    return "–" if low is None or high is None else f"{amount(low, unit)} to {amount(high, unit)}"


def horizon_of(about: dict[str, Any]) -> tuple[date, float]:
    """The last day of a sweep, and its horizon in years, from what it says about itself."""
    first, last = (date.fromisoformat(about[end]) for end in ("start", "end"))
    return last, (last - first).days / DAYS_PER_YEAR


def share(part: float | None) -> str:
    """A share of draws in little room, all or none only where it is so; a dash where there is none."""
    return "–" if part is None else {0.0: "none", 1.0: "all"}.get(part, chance(part))


def brief(value: float | None, unit: Unit, time: TimeUnit = "years") -> str:
    """A value of a metric in little room, without its unit: `58%`, `4.3`, `+1.50`; a dash where there is none."""
    if value is None or unit in ("chance", "share"):
        return chance(value)
    if unit in ("years", "steps"):
        return number(in_unit(value, time) if unit == "years" else value, 1)
    return number(value, 2, sign=True)


def nine_in_ten(one: dict[str, Any], unit: Unit, time: TimeUnit = "years") -> str:
    """The range in which nine of ten draws lie, from a row of a summary: `12% to 43%`, `4.1 to 7.9`."""
    low, high = (brief(one[end], unit, time) for end in ("p5", "p95"))
    return low if low == high else f"{low} to {high}"
