"""The command `servanda inspect`: where to look with a limited budget."""

from __future__ import annotations

import click

from servanda.cli._options import file_argument, json_option, print_json, read_agreement
from servanda.errors import UsageError


@click.command()
@file_argument
@click.option("--budget", type=click.FloatRange(min=0), help="In place of the file's, in its unit.")
@click.option("--aim", type=click.Choice(["detection", "deterrence"]), help="In place of the file's.")
@click.option("--write", is_flag=True, help="Write the finding rates into the file's measures; all else in it stays.")
@click.option("--picture", metavar="PATH", help="Draw where to look and what budgets achieve, as .png or .svg.")
@json_option
def inspect(file: str, budget: float | None, aim: str | None, write: bool, picture: str | None, as_json: bool) -> None:
    """Where to inspect: spread a limited budget so that whoever conceals is found as often as possible.

    Reads the group inspections of FILE: a budget, and for each site what effort finds there and what is at stake.
    """
    import math
    import time

    if budget is not None and not math.isfinite(budget):
        raise UsageError(f"A budget of {budget} cannot be spent. Give a number that is 0 or more: --budget 40")
    agreement = read_agreement(file)
    began = time.perf_counter()
    from servanda.inspection.allocation import where_to_inspect

    allocation = where_to_inspect(agreement, budget, aim)
    if picture is not None:
        from servanda.presentation.figures.saving import picture_of

        picture_of(allocation, picture)
    if write:
        from servanda.inspection.rate_writing import write_rates

        write_rates(agreement, allocation)
    if as_json:
        from servanda.presentation._export import allocated
        from servanda.result import about

        print_json(allocated(allocation, about(agreement, time.perf_counter() - began)))
        return
    from servanda.presentation.views._inspection_text import show

    show(allocation, agreement)
    if write:
        click.echo(f"\nWrote into {file}: finds of {', '.join(rate.measure for rate in allocation.rates)}.")
