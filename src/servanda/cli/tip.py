"""The command `servanda tip`: which number would change the answer, and what would have to change to reach a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from servanda.cli._options import cluster_option, file_argument, json_option, print_json, read_agreement, workers_option
from servanda.cli._progress import Progress
from servanda.errors import UsageError

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.uncertainty.tipping_points.heat_map import HeatMap
    from servanda.uncertainty.tipping_points.targets import Reached
    from servanda.uncertainty.tipping_points.tips import Tips


@click.command()
@file_argument
@click.option("--between", nargs=2, metavar="PLAN PLAN", help="Where does the ranking of these two plans flip?")
@click.option("--plan", metavar="NAME", help="What has to change for this plan to reach a target (with --reach)?")
@click.option("--reach", "target", type=float, metavar="NUMBER", help="The target, such as 0.6.")
@click.option("--of", default="held_clean", show_default=True, metavar="FIGURE", help="What plans are judged by.")
@click.option("--among", multiple=True, metavar="PATTERN", help="Look only at these numbers (commas between them).")
@click.option("--ours", multiple=True, metavar="PATTERN", help="What is ours to choose (commas between names).")
@click.option("--alone", is_flag=True, help="Only one number at a time: no search for the least joint change.")
@click.option("--points", type=click.IntRange(min=3), metavar="N", help="Values looked at of each number.")
@click.option("--heat", nargs=2, metavar="NAME NAME", help="A map over two numbers, with the line of indifference.")
@click.option("--picture", metavar="PATH", help="Draw the answer, as .png or .svg.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the random starts.")
@workers_option
@cluster_option
@json_option
def tip(
    file: str,
    between: tuple[str, str] | None,
    plan: str | None,
    target: float | None,
    of: str,
    among: tuple[str, ...],
    ours: tuple[str, ...],
    alone: bool,
    points: int | None,
    heat: tuple[str, str] | None,
    picture: str | None,
    seed: int,
    workers: int | None,
    cluster: str | None,
    as_json: bool,
) -> None:
    """Which numbers would change the answer, and what would have to change to reach a target?

    --between PLAN PLAN: at which value of each uncertain number the ranking of two plans flips, and the least change of
    several numbers together that flips it. With --heat NAME NAME, a map over two of them.

    --plan NAME --reach NUMBER: the least change of what is ours to choose that makes a plan reach the target.

    Numbers are called by their place in the file (parties.north.discount); * stands for any part of a name. Figures:
    held_clean, held, years, completed, gain.PARTY and others.
    """
    among, ours = _split(among), _split(ours)
    _agree(between, plan, target, heat, bool(among), bool(ours), alone, points)
    import time

    from servanda.parallel import connected
    from servanda.uncertainty.tipping_points.axes import NoSuchName, NotPossible

    agreement = read_agreement(file)
    if picture is not None:
        from servanda.presentation.figures.saving import check_picture

        check_picture(picture)
    began = time.perf_counter()
    found: Tips | Reached | HeatMap
    where: dict[str, Any]
    try:
        with Progress() as progress, connected(cluster) as there:
            where = {"workers": workers, "cluster": there, "progress": progress}
            if plan is not None and target is not None:
                from servanda.uncertainty.tipping_points.targets import reach

                found = reach(agreement, plan, target, of, ours=ours or None, seed=seed, **where)
            elif heat is not None and between is not None:
                from servanda.uncertainty.tipping_points.heat_map import CELLS
                from servanda.uncertainty.tipping_points.heat_map import heat as run

                found = run(agreement, between, *heat, of, points=points or CELLS, **where)
            else:
                assert between is not None
                found = _tips(agreement, between, of, among, alone, points, seed, where)
    except (NoSuchName, NotPossible) as error:
        raise UsageError(f"{file}: {error}") from None
    if picture is not None:
        from servanda.presentation.figures.saving import picture_of

        picture_of(found, picture)
    _print(found, picture, seed, time.perf_counter() - began, as_json)


def _split(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for pattern in patterns for part in pattern.replace(",", " ").split())


def _tips(
    agreement: Agreement,
    between: tuple[str, str],
    of: str,
    among: tuple[str, ...],
    alone: bool,
    points: int | None,
    seed: int,
    where: dict[str, Any],
) -> Tips:
    from servanda.uncertainty.tipping_points.tips import POINTS
    from servanda.uncertainty.tipping_points.tips import tip as run

    return run(
        agreement, between, of, among=among or None, joint=not alone, points=points or POINTS, seed=seed, **where
    )


def _print(found: Tips | Reached | HeatMap, picture: str | None, seed: int, seconds: float, as_json: bool) -> None:
    if as_json:
        from servanda.presentation._export import tipped
        from servanda.result import about

        print_json(tipped(found, about(found.agreement, seconds, seed)))
        return
    from servanda.presentation.terminal import print_view
    from servanda.presentation.view import view

    print_view(view(found))
    if picture is not None:
        click.echo(f"Picture: {picture}")


def _agree(
    between: tuple[str, str] | None,
    plan: str | None,
    target: float | None,
    heat: tuple[str, str] | None,
    among: bool,
    ours: bool,
    alone: bool,
    points: int | None,
) -> None:
    """Refuse options that do not go together."""
    if between is not None and (plan is not None or target is not None):
        raise UsageError(
            "--between asks where two plans change places, --plan with --reach how one reaches a target. Ask one"
        )
    if between is None and (plan is None or target is None):
        raise UsageError("say what is asked: --between PLAN PLAN, or --plan NAME --reach NUMBER")
    if between is None and (heat is not None or among or alone or points is not None):
        raise UsageError(
            "--heat, --among, --alone and --points belong to --between. What may be chosen is said with --ours"
        )
    if between is not None and ours:
        raise UsageError("--ours belongs to --reach. With --between, numbers are chosen with --among")
    if heat is not None and (among or alone):
        raise UsageError(
            "--heat names its two numbers itself, and looks for no joint change. Leave out --among and --alone"
        )
