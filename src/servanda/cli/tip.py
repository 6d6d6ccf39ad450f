"""The command `servanda tip`: which numbers would change the answer, and what it takes to reach a target."""

from __future__ import annotations

from typing import Any

import click

from servanda.cli._options import Amount, between_option, count_option, of_option, plan_option, seed_option, split
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import UsageError


@on_agreement("uncertainty", picture=True, parallel=True)
@between_option
@plan_option
@click.option(
    "--reach", "target", type=Amount(), metavar="NUMBER", help="The target that --plan has to reach, such as 0.6."
)
@of_option
@click.option("--among", multiple=True, metavar="NUMBERS", help="Look only at these numbers of the file.")
@click.option("--ours", multiple=True, metavar="NUMBERS", help="The numbers of the file that you can choose.")
@click.option("--alone", is_flag=True, help="Move one number at a time, and do not search for joint changes.")
@count_option("--points", None, "How many values of each number to look at.", least=3, most=1000)
@click.option("--heat", nargs=2, metavar="A B", help="Draw a map over these two numbers of the file.")
@seed_option
def tip(
    run: Run,
    between: tuple[str, str] | None,
    plan: str | None,
    target: float | None,
    of: str,
    among: tuple[str, ...],
    ours: tuple[str, ...],
    alone: bool,
    points: int | None,
    heat: tuple[str, str] | None,
    seed: int,
) -> Answer:
    """Which numbers would change the answer, and what would it take to reach a target?

    --between A B finds the value of each uncertain number at which the ranking of two plans is reversed, and searches
    for the smallest joint change that reverses it. With --heat, it maps two numbers and the line on which the plans are
    equally good.

    --plan NAME --reach NUMBER searches for the smallest change to what you can choose with which the plan reaches the
    target.

    A number's name is its path in the file, joined by dots (parties.north.discount); * matches any part of a name. Put
    commas between several names. Metrics are held_clean, held, years, completed, gain.PARTY and others.
    """
    chosen, free = split(among) or None, split(ours) or None
    _agree(between, plan, target, heat, chosen is not None, free is not None, alone, points)
    from servanda.uncertainty.tipping_points import heat_map, targets, tips
    from servanda.uncertainty.tipping_points.axes import NotPossible

    pair = None if between is None else run.two(between)
    name = None if pair is not None else run.plan(plan)
    where: dict[str, Any] = {"workers": run.workers, "cluster": run.cluster, "progress": run.progress}
    try:
        if pair is None:
            assert name is not None and target is not None  # noqa: PT018
            found = targets.reach(run.agreement, name, target, of, ours=free, seed=seed, **where)
        elif heat is not None:
            found = heat_map.heat(run.agreement, pair, *heat, of, points=points or heat_map.CELLS, **where)
        else:
            found = tips.tip(
                run.agreement, pair, of, among=chosen, joint=not alone, points=points or tips.POINTS, seed=seed, **where
            )
    except NotPossible as error:
        raise UsageError(f"{run.file}: {error}") from None
    return Answer((found,), found.to_json)


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
            "--between asks where the ranking of two plans is reversed, and --plan with --reach how one plan reaches a"
            " target. Ask for one of them"
        )
    if between is None and (plan is None or target is None):
        raise UsageError("Say what you want to know: either --between A B, or --plan NAME with --reach NUMBER")
    if between is None and (heat is not None or among or alone or points is not None):
        raise UsageError(
            "--heat, --among, --alone and --points belong to --between. With --reach, choose numbers with --ours"
        )
    if between is not None and ours:
        raise UsageError("--ours belongs to --reach. With --between, choose numbers with --among")
    if heat is not None and (among or alone):
        raise UsageError("--heat maps the two numbers that it names. Leave out --among and --alone")
