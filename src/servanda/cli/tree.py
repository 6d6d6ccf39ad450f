"""The command `servanda tree`: a plan as an explicit game tree."""

from __future__ import annotations

import click

from servanda.cli._options import count_option, plan_option
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import MOST_NODES, UsageError


@on_agreement("solve")
@plan_option
@click.option("--efg", is_flag=True, help="Print the tree in Gambit's .efg format.")
@count_option("--max-nodes", 200_000, "Refuse a tree with more nodes than this.", most=MOST_NODES)
def tree(run: Run, plan: str | None, efg: bool, max_nodes: int) -> Answer | None:
    """Write one plan as an explicit game tree, for Gambit and other solvers."""
    if efg and run.as_json:
        raise UsageError("--efg prints a game for Gambit, not JSON. Leave out one of the two options")
    name = run.plan(plan)
    from servanda.crosscheck.explicit_tree import game_tree

    grown = game_tree(run.agreement, name, max_nodes=max_nodes)
    if efg:
        from servanda.crosscheck.gambit_file import efg as written

        click.echo(written(grown), nl=False)
        return None
    return Answer((grown,), grown.to_json, ("Add --efg to print the tree for Gambit.",))
