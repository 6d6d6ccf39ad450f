"""A table of draws as a sweep gives it, and the boxes of a figure."""

from __future__ import annotations

from typing import Any

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


def parts(figure: Any) -> dict[str, tuple[float, float]]:
    """Left ends and widths of all labelled boxes; `_whole` is the widest without a label, the pale bar."""
    page = next(axes for axes in figure.axes if axes.get_label() == "page")
    found = {p.get_label(): (p.get_x(), p.get_width()) for p in page.patches if not p.get_label().startswith("_")}
    found["_whole"] = max(((p.get_x(), p.get_width()) for p in page.patches), key=lambda one: one[1])
    return found
