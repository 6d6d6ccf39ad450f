"""The command `servanda study`: everything, and a report."""

from __future__ import annotations

import click

from servanda.cli._options import check_folder, draws_option, seed_option
from servanda.cli._pipeline import SOLVER, Answer, Run, on_agreement
from servanda.files import NotSaved


@on_agreement("report", needs=(SOLVER, ("pictures", "The report", "jinja2", "matplotlib")))
@click.option("--out", metavar="FOLDER", default="report", show_default=True, help="Write the report into this folder.")
@draws_option(None)
@seed_option
@click.option("--quick", is_flag=True, help="Use only the likely values, and leave the ranges out.")
def study(run: Run, out: str, draws: int | None, seed: int, quick: bool) -> Answer:
    """Solve and compare all plans, test the answer against the ranges, and write a report.

    Every plan is solved, audited and compared, with the likely values and with draws from the ranges: 1,024 of them
    without --draws, or as many as fit into 40 seconds where steps can be late. The report is one HTML file, which opens
    without a network. Its figures are beside it as PNG and SVG.
    """
    from servanda.game.calendar import calendar_of

    for name in run.agreement.plans:
        calendar_of(run.agreement, name)  # refuses what cannot be played, before the work begins
    check_folder(out, "--out", "the report needs")
    from servanda.presentation.report.study import study as report

    try:
        done = report(run.agreement, out, draws=0 if quick else draws, seed=seed, progress=run.progress)
    except NotSaved as error:  # what was found is shown all the same
        if not error.found:
            raise
        return Answer(error.found, error.found[0].to_json, trouble=str(error))
    return Answer((done,), done.to_json)
