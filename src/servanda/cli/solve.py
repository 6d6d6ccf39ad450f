"""The command `servanda solve`: the equilibrium of one plan."""

from __future__ import annotations

import click

from servanda.cli._options import count_option, plan_option, seed_option
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import MOST_STARTS, UsageError


@on_agreement("solve")
@plan_option
@count_option("--search", 0, "Look for other equilibria, from this many random starts.", least=0, most=MOST_STARTS)
@seed_option
@click.option("--prism", "as_prism", is_flag=True, help="Print the solved plan as a Markov chain for PRISM or Storm.")
def solve(run: Run, plan: str | None, search: int, seed: int, as_prism: bool) -> Answer | None:
    """Solve one plan: how likely is each party to keep, conceal or withdraw at each entry?"""
    if as_prism and run.as_json:
        raise UsageError("--prism prints a program, not JSON. Leave out one of the two options")
    answer = run.solved(run.plan(plan))
    if as_prism:
        from servanda.crosscheck.markov_chain import prism

        click.echo(prism(answer), nl=False)
        return None
    from dataclasses import replace

    from servanda.assessment.summary import summarise

    summary = replace(summarise(answer, search, seed), about=run.about(seed if search else None))
    return Answer((summary,), summary.to_json)
