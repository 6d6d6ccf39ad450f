"""The command `servanda play`: a solved plan, played out at random."""

from __future__ import annotations

from servanda.cli._options import count_option, plan_option, seed_option
from servanda.cli._pipeline import Answer, Run, on_agreement
from servanda.errors import MOST_EXAMPLES, MOST_TIMES


@on_agreement("solve")
@plan_option
@count_option("--times", 100_000, "How many times to play the plan.", most=MOST_TIMES)
@seed_option
@count_option("--examples", 3, "How many plays to print event by event.", least=0, most=MOST_EXAMPLES)
def play(run: Run, plan: str | None, times: int, seed: int, examples: int) -> Answer:
    """Play one plan many times at random, to check the solved chances and to see how it can go."""
    answer = run.solved(run.plan(plan))
    from servanda.crosscheck.simulation import play as draw_lots

    plays = draw_lots(answer, times, seed, examples=examples)
    return Answer((plays,), plays.to_json)
