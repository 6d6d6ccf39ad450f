"""How far the answer moves within the ranges of the numbers: draws, swings and tipping points of one agreement."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.numbers import uncertain
from servanda.errors import MOST_DRAWS, counted, expect, seeded, whole
from servanda.parallel import Progress, part_of
from servanda.result import Result
from servanda.uncertainty.questions import QuestionRefused
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado, tornado
from servanda.uncertainty.sweeps.sweep import Sweep, best, judged_by, row, sweep
from servanda.uncertainty.tipping_points.tips import Tips, tip

DRAWS = 1024
SWEEPING, SWINGING = 0.6, 0.1  # shares of the time that draws and swings take; tipping points take the rest


@dataclass(frozen=True, repr=False)
class Uncertainty(Result):
    """What the ranges of the numbers do to the answer.

    Attributes
    ----------
    agreement : Agreement
    swept : Sweep
        All plans on the same draws, in memory.
    metric : str
        By which plans are set against each other: `held_clean`; or `years`, where hardly any draw has a chance that
        any plan holds.
    plan : str
        The plan whose metric is highest in the median.
    other : str or None
        The plan next to it; None if there is only one.
    tornado : Tornado or None
        What each number does alone to the metric of `plan`; None if no number that enters it has a range.
    tips : Tips or None
        Where each number alone flips the ranking of `plan` and `other`, by the metric.
    """

    agreement: Agreement
    swept: Sweep
    metric: str
    plan: str
    other: str | None
    tornado: Tornado | None
    tips: Tips | None

    def to_json(self) -> dict[str, Any]:
        """Give what `servanda study --json` says of the ranges."""
        return {
            "figure": self.metric,
            "plan": self.plan,
            "other": self.other,
            "sweep": self.swept.to_json(),
            "tornado": _within(self.tornado),
            "tips": _within(self.tips),
        }

    def __repr__(self) -> str:
        return f"<Uncertainty of {self.swept.title!r}: {self.swept.draws:,} draws, judged by {self.metric}>"


def _within(found: Result | None) -> dict[str, Any] | None:
    """What stands within a larger result, which says itself what it takes to repeat it."""
    return None if found is None else {name: value for name, value in found.to_json().items() if name != "about"}


def within_ranges(
    agreement: Agreement,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Uncertainty | None:
    """Carry the ranges of all numbers through: how far does the answer move, and what moves it?

    Parameters
    ----------
    draws : int
        Of each plan.
    seed : int
        Of the draws.
    workers : int, optional
        Threads. The result does not depend on them.
    progress : function of what is being done and the share done (0 to 1), optional

    Returns
    -------
    Uncertainty or None
        None if no number of the file has a range.

    Raises
    ------
    GameTooLarge
        If a plan is too large for the exact solver.

    Examples
    --------
    >>> import servanda
    >>> from servanda import starter_text
    >>> servanda.within_ranges(servanda.loads(starter_text()), draws=16)
    <Uncertainty of 'Starter agreement (invented)': 16 draws, judged by held_clean>
    """
    expect(agreement, Agreement, "within_ranges")
    draws, seed, workers = whole("draws", draws, 1, MOST_DRAWS), seeded(seed), counted(workers)
    if not uncertain(agreement):
        return None

    sweeping = part_of(progress, 0.0, SWEEPING, "drawing within the ranges")
    swept = sweep(agreement, draws=draws, seed=seed, workers=workers, progress=sweeping)
    metric, plan = judged_by(swept), best(swept)
    middle = {name: row(swept, name, metric)["p50"] for name in swept.plans}
    rest = [name for name in swept.plans if name != plan]
    other = max(rest, key=lambda name: float("-inf") if middle[name] is None else middle[name]) if rest else None
    swinging = part_of(progress, SWEEPING, SWEEPING + SWINGING, "moving one number at a time")
    try:
        swings = tornado(agreement, plan, of=metric, workers=workers, progress=swinging)
    except QuestionRefused:
        swings = None
    tips = None
    if other is not None:
        tipping = part_of(progress, SWEEPING + SWINGING, 1.0, "looking for tipping points")
        try:
            found = tip(agreement, (plan, other), metric, joint=False, workers=workers, progress=tipping)
            tips = found if found.numbers else None
        except ValueError:
            tips = None
    return Uncertainty(agreement, swept, metric, plan, other, swings, tips)
