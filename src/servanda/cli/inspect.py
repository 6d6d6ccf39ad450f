"""The command `servanda inspect`: where to look with a limited budget."""

from __future__ import annotations

import math

import click

from servanda.cli._options import Amount
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import UsageError
from servanda.files import NotSaved


@on_agreement("improve", needs=(("solve", "An inspection plan", "numpy", "scipy"),), picture=True)
@click.option(
    "--budget",
    type=Amount(least=0.0),
    metavar="NUMBER",
    help="A budget to use instead of the file's, in the same unit.",
)
@click.option("--aim", type=click.Choice(["detection", "deterrence"]), help="An aim to use instead of the file's.")
@click.option(
    "--write", is_flag=True, help="Write the finding rates into the measures of FILE, and change nothing else."
)
def inspect(run: Run, budget: float | None, aim: str | None, write: bool) -> Answer:
    """Plan inspections: spread a limited budget so that concealment is found as often as possible.

    The group 'inspections' of FILE gives the budget, and for each site what is at stake and how likely inspections are
    to find something there.
    """
    if budget is not None and not math.isfinite(budget):
        raise UsageError(f"A budget of {budget} cannot be spent. Give a number that is 0 or more: --budget 40")
    if write:
        from servanda.agreement.writing.editing import check_writing

        check_writing(run.agreement)
    from servanda.inspection.allocation import where_to_inspect

    allocation = where_to_inspect(run.agreement, budget, aim)
    wrote: tuple[str, ...] = ()
    trouble = ""
    if write:
        from servanda.inspection.rate_writing import write_rates

        try:
            write_rates(run.agreement, allocation)
            wrote = (f"\nWrote into {run.file}: finds of {', '.join(rate.measure for rate in allocation.rates)}.",)
        except NotSaved as error:  # what was found is shown all the same
            trouble = str(error)
    return Answer((allocation,), allocation.to_json, wrote, trouble=trouble)
