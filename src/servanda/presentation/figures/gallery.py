# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Figures: a result in, a matplotlib figure out, for a desktop or print column or (`narrow`) for a phone.

Each figure's title says what it finds; `alt` says the same in words with the numbers. Saving is for `svg` and `png`,
which give the same file for the same result.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from servanda.presentation.figures._sheet import png, svg
from servanda.presentation.figures.acts import acts
from servanda.presentation.figures.beliefs import beliefs
from servanda.presentation.figures.calendar import calendar
from servanda.presentation.figures.exposure import exposure
from servanda.presentation.figures.failure_rules import failure
from servanda.presentation.figures.heat_map import heat
from servanda.presentation.figures.histogram import histogram, histograms
from servanda.presentation.figures.inspections import inspections
from servanda.presentation.figures.outcomes import outcomes
from servanda.presentation.figures.pareto_front import front
from servanda.presentation.figures.scorecard import scorecard
from servanda.presentation.figures.sensitivity import indices, sensitivity
from servanda.presentation.figures.survival import survival
from servanda.presentation.figures.survival_fan import survival_fan
from servanda.presentation.figures.target import reached
from servanda.presentation.figures.tipping_points import tips
from servanda.presentation.figures.tornado import tornado

__all__ = [
    "acts",
    "alt",
    "beliefs",
    "calendar",
    "exposure",
    "failure",
    "front",
    "heat",
    "histogram",
    "histograms",
    "indices",
    "inspections",
    "outcomes",
    "png",
    "reached",
    "scorecard",
    "sensitivity",
    "survival",
    "survival_fan",
    "svg",
    "tips",
    "title",
    "tornado",
]


def title(name: str, subject: Any) -> str:
    """The finding of a figure.

    Parameters
    ----------
    name : {'outcomes', 'calendar', 'survival', 'beliefs', 'exposure', 'scorecard', 'acts'}
    subject : Comparison, or PlanResult for 'calendar', 'scorecard' and 'acts'
    """
    return getattr(import_module(f"servanda.presentation.figures.{name}"), f"{name}_title")(subject)


def alt(name: str, subject: Any) -> str:
    """A figure in words, with its key numbers, for those who cannot see it; parameters as `title`."""
    return getattr(import_module(f"servanda.presentation.figures.{name}"), f"{name}_alt")(subject)
