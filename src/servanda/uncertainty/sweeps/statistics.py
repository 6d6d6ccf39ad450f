"""What a table of a sweep comes to: quantiles, how often one plan beats another, counts."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from servanda.arrays import Floats
from servanda.columns import Columns
from servanda.uncertainty.sweeps._sources import Source

SHARES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
JUDGED = ("held_clean", "years", "complete")  # the metrics by which one plan beats another, the last if steps can wait
MANY = 2**20  # draws, a sweep of their own, that a fan is made of at most


def summary(about: dict[str, Any], rows: Source) -> Columns:
    """Quantiles of every metric of every plan, over the draws that have an answer."""
    made: list[dict[str, Any]] = []
    for plan in about["plans"]:
        for metric in about["figures"]:
            values = rows.values(plan, metric)
            values = values[~np.isnan(values)]
            row: dict[str, Any] = {"plan": plan, "figure": metric, "draws": values.size}
            if values.size:
                quantiles = np.quantile(values, list(SHARES.values())).tolist()
                row |= {"mean": float(values.mean()), **dict(zip(SHARES, quantiles, strict=True))}
                row |= {"least": float(values.min()), "most": float(values.max())}
            made.append(row)
    numbers = dict.fromkeys(("mean", *SHARES, "least", "most"), float)
    return Columns.of_rows(made, {"plan": str, "figure": str, "draws": int, **numbers})


def wins(about: dict[str, Any], rows: Source) -> Columns:
    """How often each plan is better than each other on the same draws."""
    made: list[dict[str, Any]] = []
    for metric in (name for name in JUDGED if name in about["figures"]) if len(about["plans"]) > 1 else ():
        values = {plan: rows.values(plan, metric) for plan in about["plans"]}
        for plan, other in permutations(about["plans"], 2):
            apart = values[plan] - values[other]
            apart = apart[~np.isnan(apart)]
            row: dict[str, Any] = {"plan": plan, "other": other, "figure": metric, "draws": apart.size}
            if apart.size:
                row |= {
                    "better": float((apart > 0).mean()),
                    "worse": float((apart < 0).mean()),
                    "equal": float((apart == 0).mean()),
                    "margin": float(np.median(apart)),
                }
            made.append(row)
    words, shares = ("plan", "other", "figure"), ("better", "worse", "equal", "margin")
    return Columns.of_rows(made, {**dict.fromkeys(words, str), "draws": int, **dict.fromkeys(shares, float)})


def counts(about: dict[str, Any], rows: Source, name: str) -> Columns:
    """How many draws of each plan have each value of a column of words, most frequent first."""
    called = "step" if name == "weakest" else name
    made = [
        {"plan": plan, called: value, "draws": draws}
        for plan in about["plans"]
        for value, draws in rows.counts(plan, name)
    ]
    return Columns.of_rows(made, {"plan": str, called: str, "draws": int})


def fan(rows: Source, plan: str) -> Floats | None:
    """Quantiles of the chance of being in force when each step comes up: (5, E + 1), as `SHARES`; None without any."""
    standing = rows.standing(plan, MANY)
    standing = standing[~np.isnan(standing[:, 0])]
    return np.quantile(standing, list(SHARES.values()), axis=0) if standing.size else None
