"""How far the answer moves within the ranges of the numbers: draws, swings and tipping points of one agreement."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.numbers import uncertain
from servanda.errors import MOST_DRAWS, counted, expect, seeded, whole
from servanda.game.compiler import tells_lateness
from servanda.parallel import Progress, part_of
from servanda.result import Result
from servanda.uncertainty.questions import QuestionRefused
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado, tornado
from servanda.uncertainty.sweeps.sweep import Sweep, best, judged_by, row, sweep
from servanda.uncertainty.tipping_points.tips import Tips, tip

DRAWS = 1024
FEWEST = 16
SECONDS = 40.0  # that a study spends on the ranges if it may choose, on plans that are slow to solve
SEARCHES = 40  # solutions, or so, that one tipping point takes
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
    left_out : tuple[str, ...]
        What would have taken too long: `tornado`, `tips`; and `draws` if there are fewer than usual.
    """

    agreement: Agreement
    swept: Sweep
    metric: str
    plan: str
    other: str | None
    tornado: Tornado | None
    tips: Tips | None
    left_out: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Give what `servanda study --json` says of the ranges."""
        return {
            "figure": self.metric,
            "plan": self.plan,
            "other": self.other,
            "sweep": self.swept.to_json(),
            "tornado": _within(self.tornado),
            "tips": _within(self.tips),
            "left_out": list(self.left_out),
        }

    def __repr__(self) -> str:
        return f"<Uncertainty of {self.swept.title!r}: {self.swept.draws:,} draws, judged by {self.metric}>"


def _within(found: Result | None) -> dict[str, Any] | None:
    """What stands within a larger result, which says itself what it takes to repeat it."""
    return None if found is None else {name: value for name, value in found.to_json().items() if name != "about"}


def within_ranges(
    agreement: Agreement,
    draws: int | None = DRAWS,
    seed: int = 0,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Uncertainty | None:
    """Carry the ranges of all numbers through: how far does the answer move, and what moves it?

    Parameters
    ----------
    draws : int or None
        Of each plan. None: as many as fit into 40 seconds, up to 1,024, where steps can be late; and what follows the
        draws only if it fits as well. Plans in which nothing can be late are quick to solve, and are drawn 1,024 times.
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
    seed, workers = seeded(seed), counted(workers)
    numbers = len(uncertain(agreement))
    if not numbers:
        return None
    pace = 0.0  # seconds for one draw of all plans, where that is to be minded
    if draws is None:
        slow = any(tells_lateness(agreement, name) for name in agreement.plans)
        pace = _pace(agreement, seed, workers) if slow else 0.0
        most = DRAWS if pace * DRAWS <= SECONDS else max(FEWEST, int(SECONDS / pace))
        draws = 1 << (min(most, DRAWS).bit_length() - 1)
    draws = whole("draws", draws, 1, MOST_DRAWS)
    one = pace / len(agreement.plans)
    left_out = tuple(
        name
        for name, count in (
            ("draws", DRAWS * len(agreement.plans)),
            ("tornado", 2 * numbers),
            ("tips", SEARCHES * numbers * (len(agreement.plans) > 1)),
        )
        if one * count > SECONDS
    )
    sweeping = part_of(progress, 0.0, SWEEPING, "drawing within the ranges")
    swept = sweep(agreement, draws=draws, seed=seed, workers=workers, progress=sweeping)
    metric, plan = judged_by(swept), best(swept)
    middle = {name: row(swept, name, metric)["p50"] for name in swept.plans}
    rest = [name for name in swept.plans if name != plan]
    other = max(rest, key=lambda name: float("-inf") if middle[name] is None else middle[name]) if rest else None
    swinging = part_of(progress, SWEEPING, SWEEPING + SWINGING, "moving one number at a time")
    try:
        swings = (
            None if "tornado" in left_out else tornado(agreement, plan, of=metric, workers=workers, progress=swinging)
        )
    except QuestionRefused:
        swings = None
    tips = None
    if other is not None and "tips" not in left_out:
        tipping = part_of(progress, SWEEPING + SWINGING, 1.0, "looking for tipping points")
        try:
            found = tip(agreement, (plan, other), metric, joint=False, workers=workers, progress=tipping)
            tips = found if found.numbers else None
        except ValueError:
            tips = None
    return Uncertainty(agreement, swept, metric, plan, other, swings, tips, left_out)


def _pace(agreement: Agreement, seed: int, workers: int | None) -> float:
    """Seconds that one draw of all plans takes, once what they begin with is there."""
    sweep(agreement, draws=1, seed=seed, workers=workers)
    began = time.perf_counter()
    sweep(agreement, draws=4, seed=seed, workers=workers)
    return (time.perf_counter() - began) / 4
