"""How far the answer moves within the ranges of the numbers: draws, swings and tipping points of one agreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.numbers import uncertain
from servanda.result import Result, plain
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
    figure : str
        By which plans are set against each other: `held_clean`; or `years`, where hardly any draw has a chance that
        any plan holds.
    plan : str
        The plan whose figure is highest in the median.
    other : str or None
        The plan next to it; None if there is only one.
    tornado : Tornado or None
        What each number does alone to the figure of `plan`; None if no number that enters it has a range.
    tips : Tips or None
        Where each number alone flips the ranking of `plan` and `other`, by the figure.
    """

    agreement: Agreement
    swept: Sweep
    figure: str
    plan: str
    other: str | None
    tornado: Tornado | None
    tips: Tips | None

    def to_json(self) -> dict[str, Any]:
        """Give what `servanda study --json` says of the ranges."""
        return {
            "figure": self.figure,
            "plan": self.plan,
            "other": self.other,
            "sweep": self.swept.to_json(),
            "tornado": plain(self.tornado),
            "tips": plain(self.tips),
        }

    def __repr__(self) -> str:
        return f"<Uncertainty of {self.swept.title!r}: {self.swept.draws:,} draws, judged by {self.figure}>"


def within_ranges(
    agreement: Agreement,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    workers: int | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Uncertainty | None:
    """Carry the ranges of all numbers through: how far does the answer move, and what moves it?

    Parameters
    ----------
    agreement : Agreement
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
    >>> servanda.within_ranges(servanda.loads(starter()), draws=16)
    <Uncertainty of 'Starter agreement (invented)': 16 draws, judged by held_clean>
    """
    if not uncertain(agreement):
        return None

    def tell(what: str, begin: float, part: float) -> Callable[[float], None]:
        def told(share: float) -> None:
            if progress is not None:
                progress(what, begin + part * share)

        return told

    drawn = tell("drawing within the ranges", 0.0, SWEEPING)
    swept = sweep(agreement, draws=draws, seed=seed, workers=workers, progress=lambda _, share: drawn(share))
    figure, plan = judged_by(swept), best(swept)
    middle = {name: row(swept, name, figure)["p50"] for name in swept.plans}
    rest = [name for name in swept.plans if name != plan]
    other = max(rest, key=lambda name: float("-inf") if middle[name] is None else middle[name]) if rest else None
    swung = tell("moving one number at a time", SWEEPING, SWINGING)
    try:
        swings = tornado(agreement, plan, of=figure, workers=workers, progress=swung)
    except QuestionRefused:
        swings = None
    tips = None
    if other is not None:
        tipped = tell("looking for tipping points", SWEEPING + SWINGING, 1.0 - SWEEPING - SWINGING)
        try:
            found = tip(
                agreement, (plan, other), figure, joint=False, workers=workers, progress=lambda _, share: tipped(share)
            )
            tips = found if found.numbers else None
        except ValueError:
            tips = None
    return Uncertainty(agreement, swept, figure, plan, other, swings, tips)
