"""What a table of a sweep comes to: quantiles, how often one plan beats another, counts."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda.arrays import Floats

if TYPE_CHECKING:
    import polars as pl

SHARES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
JUDGED = ("held_clean", "years")  # the figures by which one plan beats another


def column(about: dict[str, Any], rows: pl.LazyFrame, plan: str, name: str) -> Floats:
    """One column of one plan, (draws,); nan where there is no answer. Nothing else is read."""
    place = about["plans"].index(plan)
    found = rows.slice(place * about["draws"], about["draws"]).select(name).collect()[name]
    return found.to_numpy().astype(float)


def summary(about: dict[str, Any], rows: pl.LazyFrame) -> pl.DataFrame:
    """Quantiles of every figure of every plan, over the draws that have an answer."""
    import polars as pl

    made: list[dict[str, Any]] = []
    for plan in about["plans"]:
        for figure in about["figures"]:
            values = column(about, rows, plan, figure)
            values = values[~np.isnan(values)]
            row: dict[str, Any] = {"plan": plan, "figure": figure, "draws": values.size}
            if values.size:
                quantiles = np.quantile(values, list(SHARES.values())).tolist()
                row |= {"mean": float(values.mean()), **dict(zip(SHARES, quantiles, strict=True))}
                row |= {"least": float(values.min()), "most": float(values.max())}
            made.append(row)
    numbers = dict.fromkeys(("mean", *SHARES, "least", "most"), pl.Float64)
    return pl.DataFrame(made, schema={"plan": pl.String, "figure": pl.String, "draws": pl.Int64, **numbers})


def wins(about: dict[str, Any], rows: pl.LazyFrame) -> pl.DataFrame:
    """How often each plan is better than each other on the same draws."""
    import polars as pl

    made: list[dict[str, Any]] = []
    for figure in JUDGED if len(about["plans"]) > 1 else ():
        values = {plan: column(about, rows, plan, figure) for plan in about["plans"]}
        for plan, other in permutations(about["plans"], 2):
            apart = values[plan] - values[other]
            apart = apart[~np.isnan(apart)]
            row: dict[str, Any] = {"plan": plan, "other": other, "figure": figure, "draws": apart.size}
            if apart.size:
                row |= {
                    "better": float((apart > 0).mean()),
                    "worse": float((apart < 0).mean()),
                    "equal": float((apart == 0).mean()),
                    "margin": float(np.median(apart)),
                }
            made.append(row)
    words, shares = ("plan", "other", "figure"), ("better", "worse", "equal", "margin")
    schema = {**dict.fromkeys(words, pl.String), "draws": pl.Int64, **dict.fromkeys(shares, pl.Float64)}
    return pl.DataFrame(made, schema=schema)


def counts(about: dict[str, Any], rows: pl.LazyFrame, name: str) -> pl.DataFrame:
    """How many draws of each plan have each value of a column of words, most frequent first."""
    import polars as pl

    called = "step" if name == "weakest" else name
    parts = [pl.DataFrame(schema={"plan": pl.String, called: pl.String, "draws": pl.Int64})]
    for place, plan in enumerate(about["plans"]):
        own = rows.slice(place * about["draws"], about["draws"]).select(pl.col(name).cast(pl.String))
        found = own.drop_nulls().group_by(name).len("draws").sort(["draws", name], descending=[True, False]).collect()
        parts.append(
            found.select(pl.lit(plan).alias("plan"), pl.col(name).alias(called), pl.col("draws").cast(pl.Int64))
        )
    return pl.concat(parts)


def fan(about: dict[str, Any], rows: pl.LazyFrame, plan: str) -> Floats | None:
    """Quantiles of the chance of being in force when each step comes up: (5, E + 1), as `SHARES`; None without any.

    Of at most the first million draws, which are a sweep of their own.
    """
    place, draws = about["plans"].index(plan), about["draws"]
    some = rows.slice(place * draws, min(draws, 2**20)).select("standing").collect()["standing"]
    standing = some.explode().to_numpy().reshape(len(some), -1)
    standing = standing[~np.isnan(standing[:, 0])]
    return np.quantile(standing, list(SHARES.values()), axis=0) if standing.size else None
