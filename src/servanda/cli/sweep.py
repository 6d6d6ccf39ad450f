"""The command `servanda sweep`: all plans on many draws of the uncertain numbers."""

from __future__ import annotations

from pathlib import Path

import click

from servanda.cli._exit import complain
from servanda.cli._options import check_folder, draws_option, plans_option, seed_option
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import UsageError, need
from servanda.files import NotSaved


@on_agreement("uncertainty", parallel=True)
@plans_option
@draws_option(1024)
@seed_option
@click.option("--out", metavar="PATH", help="Write the table into this .parquet file while the sweep runs.")
@click.option("--resume", is_flag=True, help="Continue an interrupted sweep, from what it left beside --out.")
@click.option("--replace", is_flag=True, help="Start again, and replace what is at --out.")
@click.option("--pictures", "folder", metavar="FOLDER", help="Draw the results into this folder, as .png and .svg.")
def sweep(
    run: Run,
    plans: str | None,
    draws: int,
    seed: int,
    out: str | None,
    resume: bool,
    replace: bool,
    folder: str | None,
) -> Answer:
    """Solve the plans on many draws from the ranges: how sure is the answer?

    Every plan is solved on the same draws. You can stop a sweep at any time and continue it later with --resume.
    """
    for given, name in ((resume, "--resume"), (replace, "--replace")):
        if given and out is None:
            raise UsageError(f"{name} needs to know which file you mean. Add --out PATH")
    if resume and replace:
        raise UsageError("--resume continues what is there, and --replace starts again. Leave out one of the two")
    names = run.plans(plans)
    if folder is not None:
        need("pictures", "A picture", "matplotlib")
        check_folder(folder, "--pictures", "the pictures need")
        from servanda.presentation.folders import check_contents

        check_contents(folder, "sweep", run.agreement)
    from servanda.uncertainty.sweeps.sweep import sweep as solve

    try:
        swept = solve(
            run.agreement, names, draws, seed, path=out, workers=run.workers, cluster=run.cluster, resume=resume,
            replace=replace, progress=run.progress,
        )  # fmt: skip
    except KeyboardInterrupt:
        if out is not None:
            complain(f"The finished part is kept beside {out}. To continue, give the same command with --resume.")
        raise
    drawn: tuple[Path, ...] = ()
    trouble = ""
    if folder is not None:
        from servanda.presentation.figures.saving import pictures_of

        try:
            drawn = pictures_of(swept, folder, run.agreement)
        except NotSaved as error:  # what was found is shown all the same
            trouble = str(error)
    wide = ", ".join(str(each) for each in drawn if each.suffix == ".png")
    said = (f"Pictures: {wide} (and as .svg)",) if drawn else ()
    return Answer(
        (swept,), lambda: {**swept.to_json(), "pictures": [str(each) for each in drawn]}, said, trouble=trouble
    )
