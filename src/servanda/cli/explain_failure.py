"""The command `servanda explain-failure`: rules that say when a plan fails."""

from __future__ import annotations

import click

from servanda.cli._draw_options import made_with, read_sweep, seed_option, solves_ahead, sweep_option
from servanda.cli._options import (
    chosen_plan,
    cluster_option,
    file_argument,
    json_option,
    plan_option,
    print_json,
    read_agreement,
    workers_option,
)
from servanda.cli._progress import Progress
from servanda.errors import UsageError


@click.command("explain-failure")
@file_argument
@plan_option
@click.option(
    "--when", default="years < q25", show_default=True, metavar="CONDITION",
    help="What counts as failing: a figure, < <= > or >=, and a number, 5%, or a quantile of the draws (q25, median).",
)  # fmt: skip
@click.option("--draws", type=click.IntRange(min=1), default=1024, show_default=True, help="How many draws.")
@seed_option
@click.option("--most", type=click.IntRange(min=1), default=3, show_default=True, help="Numbers in a rule, at most.")
@sweep_option
@click.option("--picture", metavar="PATH", help="Draw the failing parts of the ranges, as .png or .svg.")
@workers_option
@cluster_option
@json_option
def explain_failure(
    file: str,
    plan: str | None,
    when: str,
    draws: int,
    seed: int,
    most: int,
    sweep: str | None,
    picture: str | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """When does a plan fail? Rules on a few numbers, with how many of the failures they cover.

    Without --when, the quarter of the draws with the fewest expected years in force counts as failing.
    """
    import time

    agreement = read_agreement(file)
    name = chosen_plan(agreement, file, plan)
    from servanda.uncertainty.questions import pose
    from servanda.uncertainty.scenario_discovery import condition as _when

    question = pose(agreement, name, of=_when.parse(agreement, when).of)
    if sweep is not None and cluster is not None:
        raise UsageError(
            "--sweep gives draws that are solved already: nothing is left for a cluster. Leave out --cluster"
        )
    if picture is not None:
        from servanda.presentation.figures.saving import check_picture

        check_picture(picture)
    table = read_sweep(sweep)
    from servanda.parallel import connected
    from servanda.uncertainty.scenario_discovery.failure_rules import explain_failure as run

    began = time.perf_counter()
    with Progress() as progress, connected(cluster) as there:
        if table is None:
            solves_ahead(agreement, question, draws, workers, there)
        found = run(
            agreement, name, when, draws=draws, seed=seed, most=most,
            sweep=table, workers=workers, cluster=there,
            progress=lambda share: progress(f"solving {name}", share),
        )  # fmt: skip
    if picture is not None:
        from servanda.presentation.figures.saving import picture_of

        picture_of(found, picture)
    if as_json:
        from servanda.presentation._export import plain

        made = made_with(agreement, time.perf_counter() - began, seed, "ema-workbench", "polars")
        print_json({**plain(found), "about": made})
        return
    from servanda.presentation.terminal import print_view
    from servanda.presentation.view import view

    print_view(view(found))
