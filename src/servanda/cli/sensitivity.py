"""The command `servanda sensitivity`: which uncertain numbers matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from servanda.uncertainty.sensitivity_analysis.sensitivity import Sensitivity
    from servanda.uncertainty.sensitivity_analysis.tornado import Tornado


@click.command()
@file_argument
@plan_option
@click.option("--between", nargs=2, metavar="A B", help="In place of --plan: the figure of plan A less that of plan B.")
@click.option("--of", default="held_clean", show_default=True, metavar="FIGURE", help="What is to be explained.")
@click.option(
    "--draws", type=click.IntRange(min=1), default=256, show_default=True,
    help="Points of the design, rounded up to a power of two; each is solved once for every group, and twice more.",
)  # fmt: skip
@seed_option
@click.option(
    "--groups/--each", default=None,
    help="By natural groups of numbers, or number by number. By default groups, if more than 20 are uncertain.",
)  # fmt: skip
@sweep_option
@click.option("--picture", metavar="PATH", help="Draw it as .png or .svg, the swings beside it as NAME-tornado.")
@workers_option
@cluster_option
@json_option
def sensitivity(
    file: str,
    plan: str | None,
    between: tuple[str, str] | None,
    of: str,
    draws: int,
    seed: int,
    groups: bool | None,
    sweep: str | None,
    picture: str | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Which uncertain numbers matter to how a plan ends, or to the difference between two plans?

    Shares of the variance (Sobol' indices), each number by itself, and the swing that each makes alone (tornado).
    """
    import time

    agreement = read_agreement(file)
    if between is not None and plan is not None:
        raise UsageError(
            "--plan asks about one plan, --between about the difference between two. Leave out one of them"
        )
    first, second = between if between is not None else (chosen_plan(agreement, file, plan), None)
    from servanda.uncertainty.questions import numbers_of, pose

    question = pose(agreement, first, second, of)
    numbers = numbers_of(agreement, question)
    if picture is not None:
        from servanda.presentation.figures.saving import check_picture

        check_picture(picture)
    table = read_sweep(sweep)
    from servanda.parallel import connected
    from servanda.uncertainty.sensitivity_analysis import tornado as tornados
    from servanda.uncertainty.sensitivity_analysis.sensitivity import grouping, planned
    from servanda.uncertainty.sensitivity_analysis.sensitivity import sensitivity as run

    began = time.perf_counter()
    design = 0 if table is not None else planned(len(numbers), grouping(agreement, numbers, groups), draws)
    alone = tornados.planned(len(numbers))
    with Progress() as progress, connected(cluster) as there:
        solves_ahead(agreement, question, design + alone, workers, there)
        part = design / (design + alone)
        found: Sensitivity = run(
            agreement, first, second, of=of, draws=draws, seed=seed, groups=groups,
            sweep=table, workers=workers, cluster=there,
            progress=lambda share: progress("solving the design", part * share),
        )  # fmt: skip
        moved: Tornado = tornados.tornado(
            agreement, first, second, of=of, workers=workers, cluster=there,
            progress=lambda share: progress("swings", part + (1 - part) * share),
        )  # fmt: skip
    if picture is not None:
        from pathlib import Path

        from servanda.presentation.figures.saving import picture_of

        path = Path(picture)
        picture_of(found, path)
        picture_of(moved, path.with_name(f"{path.stem}-tornado{path.suffix}"))
    if as_json:
        from servanda.presentation._export import plain

        made = made_with(agreement, time.perf_counter() - began, seed, "SALib", "polars")
        print_json({**plain(found), "tornado": plain(moved), "about": made})
        return
    from servanda.presentation.terminal import print_view
    from servanda.presentation.view import view

    print_view(view(found))
    click.echo()
    print_view(view(moved))
