"""Results of the uncertainty room as plain data, until they say it themselves; what is printed without an answer."""

from __future__ import annotations

import math
from typing import Any

from servanda.result import About, plain
from servanda.uncertainty.overview import Uncertainty
from servanda.uncertainty.sweeps.sweep import Sweep
from servanda.uncertainty.tipping_points.heat_map import HeatMap
from servanda.uncertainty.tipping_points.targets import Reached
from servanda.uncertainty.tipping_points.tips import Tips


def unsolved(plan: str, status: str, residual: float, iterations: int) -> dict[str, Any]:
    """The object printed if there is no answer: no numbers that could be taken for one."""
    known = residual if math.isfinite(residual) else None
    return {"plan": plan, "status": status, "residual": known, "iterations": iterations}


def tipped(result: Tips | Reached | HeatMap, about: About | None = None) -> dict[str, Any]:
    """The object printed by `servanda tip --json`; null stands for a point without an answer."""
    made = plain(result)
    return made if about is None else {**made, "about": plain(about)}


def ranged(found: Uncertainty) -> dict[str, Any]:
    """What `servanda study --json` says of the ranges."""
    tips = None if found.tips is None else tipped(found.tips)
    return {
        "figure": found.figure,
        "plan": found.plan,
        "other": found.other,
        "sweep": swept(found.swept),
        "tornado": plain(found.tornado),
        "tips": tips,
    }


def swept(found: Sweep) -> dict[str, Any]:
    """The object printed by `servanda sweep --json`: what the table comes to, and where it is."""
    return {
        "title": found.title,
        "draws": found.draws,
        "seed": found.seed,
        "table": None if found.path is None else str(found.path),
        "summary": found.summary.to_dicts(),
        "wins": found.wins.to_dicts(),
        "statuses": found.statuses.to_dicts(),
        "weakest": found.weakest.to_dicts(),
        "about": found.about,
    }
