"""The command `servanda design`: look for better plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from servanda.cli._options import count_option, draws_option, plan_option, seed_option
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import MOST_EVALUATIONS, ServandaError, UsageError

if TYPE_CHECKING:
    from servanda.optimisation.pareto import Design


@on_agreement("improve", picture=True, parallel=True)
@plan_option
@click.option("--maximise", multiple=True, metavar="METRIC", help="A metric that should be large. May be repeated.")
@click.option("--minimise", multiple=True, metavar="METRIC", help="A metric that should be small. May be repeated.")
@click.option(
    "--subject-to",
    multiple=True,
    metavar="CONDITION",
    help='A limit on a metric, such as "gain.north >= 0". May be repeated.',
)
@count_option("--evaluations", 1000, "Try at most this many plans.", most=MOST_EVALUATIONS)
@draws_option(0, least=0)
@seed_option
@click.option(
    "--write", metavar="NAME", help="Write plans found into FILE as NAME-1, NAME-2 and so on, and change nothing else."
)
@click.option(
    "--rows", metavar="N,N", help="With --write: which plans, by their rows. By default, the best for each aim."
)
def design(
    run: Run,
    plan: str | None,
    maximise: tuple[str, ...],
    minimise: tuple[str, ...],
    subject_to: tuple[str, ...],
    evaluations: int,
    draws: int,
    seed: int,
    write: str | None,
    rows: str | None,
) -> Answer:
    """Search for better plans among those that the levers in FILE allow.

    The group 'levers' of FILE says what can be changed in a plan: shares, dates, the order of entries, the strength of
    inspections. The plans shown are those that no other plan beats in every aim. Metrics are held_clean, years,
    gain.PARTY, exposure, completion and others. With --draws, their means and quantiles over the ranges are metrics
    too, such as mean.years and q10.held_clean.
    """
    name = run.plan(plan)
    numbers = _rows(rows, write)
    if write is not None:
        _may_write(run, write)
    from servanda.optimisation.pareto import design as search

    found = search(
        run.agreement, name, maximise=maximise, minimise=minimise, subject_to=subject_to, evaluations=evaluations,
        draws=draws, seed=seed, workers=run.workers, cluster=run.cluster, progress=run.progress,
    )  # fmt: skip
    wrote: dict[str, int] = {}
    said: tuple[str, ...] = ()
    trouble = ""
    try:
        wrote = _written(run, found, write, numbers, evaluations) if write is not None else {}
    except ServandaError as error:  # what a long search has found is shown all the same
        trouble = str(error)
    if wrote:
        said = (f"\nWrote into {run.file}: {', '.join(f'{name} (row {row})' for name, row in wrote.items())}.",)
    elif write is not None and not trouble:
        said = ("\nNo plan meets all conditions, so none was written.",)
    return Answer((found,), lambda: {**found.to_json(), "written": wrote}, said, trouble=trouble)


def _may_write(run: Run, prefix: str) -> None:
    """See that plans could be written under such names, before a long search."""
    from servanda.agreement.format.values import is_name
    from servanda.agreement.writing.editing import check_writing

    if not is_name(prefix):
        raise UsageError(
            f"--write {prefix}: this cannot name a plan. Use letters, digits, - and _, and begin with a letter"
        )
    taken = [name for name in run.agreement.plans if re.fullmatch(re.escape(prefix) + "-[0-9]+", name)]
    if taken:
        raise UsageError(
            f"{run.file}: a plan {taken[0]} already exists. Give the new plans another name, or delete the old ones"
        )
    check_writing(run.agreement)


def _rows(rows: str | None, write: str | None) -> list[int]:
    if rows is None:
        return []
    if write is None:
        raise UsageError("--rows says which plans to write, but nothing is to be written. Add --write NAME")
    if not re.fullmatch("[1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*", rows):
        raise UsageError(f"--rows {rows}: these are not numbers of rows. Write them like this: --rows 1,4")
    return sorted({int(row) for row in rows.split(",")})


def _written(run: Run, found: Design, prefix: str, numbers: list[int], evaluations: int) -> dict[str, int]:
    """Write plans of the front into the file; give their names and rows."""
    from servanda.agreement.writing.plans import write_plans
    from servanda.optimisation.pareto import as_plans
    from servanda.presentation.views.design import best_rows

    wrong = [row for row in numbers if row > len(found.plans)]
    if wrong and found.plans:
        raise UsageError(
            f"{run.file}: nothing was written, as there is no row {wrong[0]}. The rows are 1 to {len(found.plans)}"
        )
    rows = (numbers or best_rows(found)) if found.plans else []
    if not rows:
        return {}
    names = {f"{prefix}-{number}": row for number, row in enumerate(rows, start=1)}
    plans, comments = as_plans(found, names, evaluations)
    write_plans(found.agreement, plans, comments)
    return names
