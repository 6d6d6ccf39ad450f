"""The main job: solve all plans, audit and compare them, and write the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import Comparison, compare
from servanda.assessment.scorecards import Scorecards
from servanda.errors import MOST_DRAWS, expect, need, seeded, whole
from servanda.files import NotSaved
from servanda.parallel import Progress, part_of
from servanda.presentation.folders import check_contents
from servanda.presentation.view import Table, View, view, view_of
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline, left_out
from servanda.presentation.views.scorecard import plans_side_by_side, side_by_side
from servanda.result import About, Result
from servanda.uncertainty.overview import Uncertainty, within_ranges

SOLVING, RANGING = 0.1, 0.5  # shares of the progress bar; drawing takes the rest
STARTS = 5  # from which further equilibria of each plan are looked for


@dataclass(frozen=True, repr=False)
class Study(Result):
    """A comparison and the report written about it.

    Attributes
    ----------
    comparison : Comparison
    report : pathlib.Path
        The HTML file; its figures are in `figures/` beside it.
    uncertainty : Uncertainty or None
        How far the answer moves within the ranges; None if that was not asked, or if no number has a range.
    """

    comparison: Comparison
    report: Path
    uncertainty: Uncertainty | None = None

    @property
    def about(self) -> About:
        """What it takes to repeat the comparison."""
        return self.comparison.about

    def __repr__(self) -> str:
        return f"<Study of {self.comparison.agreement.title!r}: {self.report}>"

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda study --json` prints."""
        found = None if self.uncertainty is None else self.uncertainty.to_json()
        return {**self.comparison.to_json(), "uncertainty": found, "report": str(self.report)}


@view_of.register
def _(done: Study) -> View:
    """What the plans come to, how sure that is, what each party obtains, and where the report is."""
    results = done.comparison.plans
    said = [" ".join([headline(result.summary), *left_out(result.summary)]) for result in results]
    blocks: list[str | Table] = [*(said if len(results) > 1 else said[1:])]
    if done.uncertainty is not None:
        found = view(done.uncertainty)
        blocks += [*found.blocks, found.headline, *found.notes]
    cards = Scorecards(done.comparison.agreement, tuple(result.scorecard for result in results), done.about)
    table = side_by_side(cards)
    blocks.append(table if table.rows else plans_side_by_side(cards).headline)
    first = verdict(done.comparison) if len(results) > 1 else said[0]
    return View(first, tuple(blocks), (f"Report: {done.report}",))


def study(
    agreement: Agreement,
    folder: str | Path = "report",
    *,
    draws: int | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> Study:
    """Solve, audit and compare all plans of an agreement, carry the ranges through, and write a report with figures.

    Parameters
    ----------
    folder : path
        Made if missing. An earlier report in it about the same agreement is replaced, with all its figures.
    draws : int, optional
        Of the numbers that have a range; 0 leaves uncertainty out. By default 1,024; where steps can be late, as many
        as fit into 40 seconds.
    seed : int
        Of the draws.
    progress : function of what is being done and the share done (0 to 1), optional

    Raises
    ------
    NotConverged, GameTooLarge
        As `compare`.
    MissingExtra
        If what draws the pictures is not installed.
    UsageError
        If the folder holds a report about another agreement, or files of such names that are not ours.
    NotSaved
        If the report cannot be written; its `found` has what was worked out.

    Examples
    --------
    >>> import servanda
    >>> done = servanda.study(servanda.read("leap-day-2012-game"), folder, draws=0)
    >>> done.report.name
    'report.html'
    """
    expect(agreement, Agreement, "study")
    draws, seed = None if draws is None else whole("draws", draws, 0, MOST_DRAWS), seeded(seed)
    need("pictures", "The report", "jinja2", "matplotlib")
    folder = Path(folder)
    check_contents(folder, "report", agreement)
    begin = SOLVING if draws == 0 else SOLVING + RANGING
    from servanda.presentation.report.page import write

    comparison = compare(agreement, starts=STARTS, progress=part_of(progress, 0.0, SOLVING))
    found = within_ranges(agreement, draws, seed, progress=part_of(progress, SOLVING, begin)) if draws != 0 else None
    try:
        report = write(comparison, folder, progress=part_of(progress, begin, 1.0), uncertainty=found)
    except NotSaved as error:
        error.found = (comparison,) if found is None else (comparison, found)
        raise
    return Study(comparison, report, found)
