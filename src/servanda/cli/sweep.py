"""The command `servanda sweep`: all plans on many draws of the uncertain numbers."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli._exit import complain
from servanda.cli._options import (
    chosen_plans,
    cluster_option,
    file_argument,
    json_option,
    plans_option,
    print_json,
    read_agreement,
    workers_option,
    writable,
)
from servanda.cli._progress import Progress
from servanda.errors import UsageError

MOST = 2**30  # draws: what the sequence of points holds


@click.command()
@file_argument
@plans_option
@click.option("--draws", type=click.IntRange(1, MOST), default=1024, show_default=True, help="How many, of each plan.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The same seed, the same draws.")
@click.option("--out", metavar="PATH", help="Write the table there as it comes, as a .parquet file.")
@click.option("--resume", is_flag=True, help="Go on with what an interrupted sweep left beside --out.")
@click.option("--replace", is_flag=True, help="Begin anew, whatever is at --out.")
@click.option("--pictures", "folder", metavar="FOLDER", help="Draw the results there, as .png and .svg.")
@workers_option
@cluster_option
@json_option
def sweep(
    file: str,
    plans: str | None,
    draws: int,
    seed: int,
    out: str | None,
    resume: bool,
    replace: bool,
    folder: str | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Solve the plans on many draws of all numbers that have a range: how sure is the answer?

    The same draws are used for every plan. The table may be interrupted at any moment and gone on with: --resume.
    """
    for given, name in ((resume, "--resume"), (replace, "--replace")):
        if given and out is None:
            raise UsageError(f"{name} needs the file that it is about: --out PATH")
    if resume and replace:
        raise UsageError("--resume goes on with what is there, --replace begins anew. Leave out one of the two")
    agreement = read_agreement(file)
    names = chosen_plans(agreement, file, plans)
    from servanda.uncertainty.sweeps.sweep import sweep as run

    if folder is not None:
        from servanda.errors import need

        need("pictures", "A picture", "matplotlib")
        writable(folder, "--pictures", "the pictures")
    try:
        with Progress() as progress:
            swept = run(
                agreement, names, draws, seed, path=out, workers=workers, cluster=cluster, resume=resume,
                replace=replace, progress=progress,
            )  # fmt: skip
    except KeyboardInterrupt:
        if out is not None:
            complain(f"What is done is kept beside {out}. Go on with the same command and --resume.")
        raise
    drawn: tuple[Path, ...] = ()
    if folder is not None:
        from servanda.presentation.figures.saving import pictures_of

        drawn = pictures_of(swept, folder)
    if as_json:
        from servanda.presentation._export import swept as plain

        print_json({**plain(swept), "pictures": [str(each) for each in drawn]})
        return
    from servanda.presentation.terminal import print_view
    from servanda.presentation.view import view

    print_view(view(swept))
    if drawn:
        listed = ", ".join(str(each) for each in drawn if each.suffix == ".png")
        click.echo(f"Pictures: {listed} (and as .svg)")
