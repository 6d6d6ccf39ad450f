"""What a party to whom nothing matters would do: the weight of each act, from its habits and the time that has passed.

Only the explicit tree reads this. Rates are per year, times in years.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from servanda.agreement.format.agreement import Habits
from servanda.game.calendar import Step

Occasion = Literal["due", "mending", "waiting", "review", "plain"]


class Elapsed(NamedTuple):
    """Times, in years: since the party last decided, allotted to the step, since the previous look."""

    decision: float
    allotted: float = 0.0
    look: float = 0.0


def weights(habits: Habits | None, occasion: Occasion, passed: Elapsed, acts: tuple[str, ...]) -> dict[str, float]:
    """Weights of the acts offered ('keep', 'conceal', 'hold', 'withdraw'), all 1 without habits.

    `mending`: of a party that is behind, or has suspended. `waiting`: one that could suspend. `plain`: can only leave.
    """
    if habits is None:
        return dict.fromkeys(acts, 1.0)
    leave = -math.expm1(-habits.leaves.likely * passed.decision)
    if occasion == "due":
        hold = 1 - (1 - habits.stumbles.likely) * math.exp(-habits.falls_behind.likely * passed.allotted)
    elif occasion == "mending":
        hold = math.exp(-habits.catches_up.likely * passed.look)
    elif occasion == "waiting":
        hold = -math.expm1(-habits.suspends.likely * passed.look)
    elif occasion == "review":
        hold = -math.expm1(-habits.suspends.likely * passed.decision)
    else:
        hold = 0.0
    if "hold" not in acts:
        hold = 0.0
    conceal = habits.conceals.likely if "conceal" in acts else 0.0
    perform = (1 - leave) * (1 - hold)
    each = {
        "keep": perform * (1 - conceal),
        "conceal": perform * conceal,
        "hold": (1 - leave) * hold,
        "withdraw": leave,
    }
    return {act: each[act] for act in acts}


def renewal_weights(habits: Habits | None) -> dict[str, float]:
    """Weights of renewing and of letting the agreement lapse."""
    if habits is None:
        return {"renew": 1.0, "lapse": 1.0}
    return {"renew": habits.renews.likely, "lapse": 1 - habits.renews.likely}


def allotted(steps: tuple[Step, ...], step: Step, party: str) -> float:
    """The time a party has for a step: since it, or something that the step needs, was last due in the calendar."""
    earlier = [
        other.years
        for other in steps
        if other.years < step.years and (party in _owing(other) or other.entry in step.needs)
    ]
    return step.years - max(earlier, default=0.0)


def _owing(step: Step) -> tuple[str, ...]:
    """Who has something due at a step."""
    if step.kind == "exchange":
        return tuple(mover.party for mover in step.movers)
    return (step.party,) if step.kind == "obligation" else ()
