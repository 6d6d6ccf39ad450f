"""The command `servanda design`: look for better plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

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
    from servanda.agreement.format.agreement import Agreement
    from servanda.optimisation.pareto import Design


@click.command()
@file_argument
@plan_option
@click.option("--maximise", multiple=True, metavar="FIGURE", help="What is to be large: held_clean, gain.PARTY, ...")
@click.option("--minimise", multiple=True, metavar="FIGURE", help="What is to be small: exposure, completion, ...")
@click.option("--subject-to", multiple=True, metavar="CONDITION", help='Such as "gain.north >= 0"; may be repeated.')
@click.option(
    "--evaluations", type=click.IntRange(min=1), default=1000, show_default=True, help="Plans to try at most."
)
@click.option("--draws", type=click.IntRange(min=0), default=0, help="Of the uncertain numbers, for mean. and q10.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The same seed, the same plans.")
@click.option("--write", metavar="NAME", help="Write plans found into FILE, as NAME-1 and so on; all else in it stays.")
@click.option("--rows", metavar="N,N", help="Which to write, by their numbers; without it, the best in every aim.")
@click.option("--picture", metavar="PATH", help="Draw all plans tried by their aims, as .png or .svg.")
@workers_option
@cluster_option
@json_option
def design(
    file: str,
    plan: str | None,
    maximise: tuple[str, ...],
    minimise: tuple[str, ...],
    subject_to: tuple[str, ...],
    evaluations: int,
    draws: int,
    seed: int,
    write: str | None,
    rows: str | None,
    picture: str | None,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Look for better plans, among all that the levers in FILE allow.

    The group levers of FILE says what of a plan is open to choice: shares, dates, the order of entries, how strong
    inspections are. Of all plans that it allows, those are shown that no other beats in every aim.
    """
    import time

    agreement = read_agreement(file)
    name = chosen_plan(agreement, file, plan)
    if picture is not None:
        from servanda.presentation.figures.saving import check_picture

        check_picture(picture)
    if write is not None:
        _may_write(agreement, file, write)
    numbers = _rows(rows, write)
    from servanda.optimisation.pareto import design as run

    began = time.perf_counter()
    with Progress() as progress:
        found = run(
            agreement,
            name,
            maximise=maximise,
            minimise=minimise,
            subject_to=subject_to,
            evaluations=evaluations,
            draws=draws,
            seed=seed,
            workers=workers,
            cluster=cluster,
            progress=lambda share: progress("trying plans", share),
        )
    seconds = time.perf_counter() - began
    wrote = _written(found, file, write, numbers, evaluations) if write is not None else {}
    if picture is not None:
        from servanda.presentation.figures.saving import picture_of

        picture_of(found, picture)
    if as_json:
        from servanda.presentation.views.design import designed
        from servanda.result import about

        print_json(designed(found, about(agreement, seconds, seed), wrote))
        return
    from servanda.presentation.terminal import print_view
    from servanda.presentation.view import view

    print_view(view(found))
    if wrote:
        click.echo(f"\nWrote into {file}: {', '.join(f'{name} (row {row})' for name, row in wrote.items())}.")
    elif write is not None:
        click.echo("\nNothing was found, so nothing is written.")


def _may_write(agreement: Agreement, file: str, prefix: str) -> None:
    """See that plans could be written under such names, before a long search."""
    from servanda.agreement.format.values import is_name
    from servanda.agreement.writing.editing import text_of

    if not is_name(prefix):
        raise UsageError(
            f"--write {prefix}: this cannot name a plan. Use letters, digits, - and _, beginning with a letter"
        )
    taken = [name for name in agreement.plans if re.fullmatch(re.escape(prefix) + "-[0-9]+", name)]
    if taken:
        raise UsageError(
            f"{file}: there is a plan {taken[0]} already. Give the new plans another name, or delete the old ones"
        )
    text_of(agreement)


def _rows(rows: str | None, write: str | None) -> list[int]:
    if rows is None:
        return []
    if write is None:
        raise UsageError("--rows says which plans to write, but nothing is to be written. Add --write NAME")
    if not re.fullmatch("[1-9][0-9]{0,5}(,[1-9][0-9]{0,5})*", rows):
        raise UsageError(f"--rows {rows}: these are no numbers of rows. Write them like this: --rows 1,4")
    return sorted({int(row) for row in rows.split(",")})


def _written(found: Design, file: str, prefix: str, numbers: list[int], evaluations: int) -> dict[str, int]:
    """Write plans of the front into the file; give their names and rows."""
    from servanda.agreement.writing.plans import write_plans
    from servanda.optimisation.pareto import as_plans
    from servanda.presentation.views.design import best_rows

    wrong = [row for row in numbers if row > len(found.plans)]
    if wrong and found.plans:
        raise UsageError(f"{file}: nothing is written: there is no row {wrong[0]}. The front has {len(found.plans)}")
    rows = (numbers or best_rows(found)) if found.plans else []
    if not rows:
        return {}
    names = {f"{prefix}-{number}": row for number, row in enumerate(rows, start=1)}
    plans, comments = as_plans(found, names, evaluations)
    write_plans(found.agreement, plans, comments)
    return names
