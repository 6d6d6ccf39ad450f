# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Figures: a result in, a matplotlib figure out, for a desktop or print column or (`narrow`) for a phone.

Each figure's title says what it finds; `alt` says the same in words with the numbers. Saving is for `svg` and `png`,
which give the same file for the same result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servanda import _captions as words
from servanda._canvas import HELD, Sheet, look, outcome_order, png, short, style, svg, text_width, wrap
from servanda._courses import beliefs, exposure, survival
from servanda._front_chart import front
from servanda._looking import inspections
from servanda._score_chart import scorecard
from servanda._sensing_chart import failure, indices, sensitivity, tornado
from servanda._sweep_chart import histogram, histograms, survival_fan
from servanda._timeline import acts, calendar
from servanda._tip_chart import heat, reached, tips
from servanda.comparison import Comparison
from servanda.wording import capital, cause_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
    return getattr(words, f"{name}_title")(subject)


def alt(name: str, subject: Any) -> str:
    """A figure in words, with its key numbers, for those who cannot see it; parameters as `title`."""
    return getattr(words, f"{name}_alt")(subject)


def outcomes(comparison: Comparison, narrow: bool = False) -> Figure:
    """Draw how each plan ends: in force or broken, by cause.

    Parameters
    ----------
    comparison : Comparison
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Each bar is 100%; a part's label is `plan|outcome`.
    """
    agreement = comparison.agreement
    with style():
        sheet = Sheet(narrow)
        years = f"{agreement.start.year} to {words.end_year(comparison.plans[0])}"
        sheet.heading(
            words.outcomes_title(comparison), f"How each plan ends, {years}. Each bar is 100% of what can happen."
        )
        order = outcome_order(agreement, [r.summary for r in comparison.plans])
        seen = [n for n in order if any(r.summary.outcomes.get(n, 0.0) >= 0.0005 for r in comparison.plans)]
        named = list(dict.fromkeys(["held:clean", *seen]))
        sheet.legend([(capital(cause_name(agreement, n)), look(agreement, n)) for n in named])
        sheet.y += 6
        for result in comparison.plans:
            held = f"{short(result.summary.held['clean'])} in force and clean"
            room = sheet.width - (0 if narrow else text_width(held, sheet.base, True) + 20)
            rows = wrap(words.name_of(result), sheet.base + 1, room, True)
            sheet.y += 16
            after = sheet.lines(0, sheet.y, rows, sheet.base + 1, bold=True)
            if narrow:
                sheet.text(0, after, held)
                sheet.y = after + 6
            else:
                sheet.text(sheet.width, sheet.y, held, bold=True, ha="right", color=HELD)
                sheet.y = after - 10
            parts = [(f"{result.plan}|{n}", result.summary.outcomes.get(n, 0.0), look(agreement, n)) for n in order]
            sheet.stack(0, sheet.y, sheet.width, 30, parts, sheet.base)
            sheet.y += 42
        return sheet.finish()
