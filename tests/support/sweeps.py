"""A table of draws as a sweep gives it."""

from __future__ import annotations

import numpy as np
import polars

import servanda
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import draw


def swept(agreement: servanda.Agreement, plans: tuple[str, ...], count: int = 96) -> polars.DataFrame:
    draws = draw(agreement, count, seed=7)
    parts: list[polars.DataFrame] = []
    for plan in plans:
        found = evaluate(agreement, plan, draws)
        columns = {one.name: draws.values[:, j] for j, one in enumerate(draws.numbers)}
        head = {"draw": np.arange(count), "plan": [plan] * count, "status": list(found.statuses)}
        parts.append(polars.DataFrame({**head, **columns, **found.metrics}))
    return polars.concat(parts)
