"""Two- and three-step crises with agent error.

Source: Signorino, Curtis S. 1999. Strategic Interaction and the Statistical Analysis of International Conflict.
American Political Science Review 93: 279-297; Signorino. 2003. Structure and Uncertainty in Discrete Choice Models.
Political Analysis 11: 316-344 (the game "egame12"); with logit errors in place of probit.

Numbers below (anchors LOGIT-EGAME12, LOGIT-CRISIS4): made by us by backward induction, equal to Gambit's; payoffs
ours. They have all digits of a float, so TOLERANCE = 1e-12. The links are derived again in the tests.
"""

from __future__ import annotations

import pytest
from exact import Move, agreement, logistic, near, solved

TOLERANCE = 1e-12
# u11, u13, u14, u23, u24, precision: chance of L, of R then l, of R then r.
EGAME12 = {
    (0, 1, -1, 0, 0.5, 1): (0.5609254179424821, 0.1657685113622615, 0.2733060706952564),
    (0, 2, -1.5, 0, -0.5, 1): (0.33657212944678927, 0.4129568686052221, 0.25047100194798866),
    (1, 3, 0, 0, 1, 2): (0.7832627585290353, 0.025835712494352278, 0.1909015289766125),
}
# By precision: chances to challenge, to resist, to fight.
CRISIS = {
    1.0: (0.5109755669894206, 0.5873993480523464, 0.574442516811659),
    3.0: (0.5016427173927533, 0.6288524457319539, 0.710949502625004),
}


@pytest.mark.parametrize("case", EGAME12)
def test_two_steps(case: tuple[float, ...]) -> None:
    """L and l are withdrawing, R and r keeping."""
    u11, u13, u14, u23, u24, precision = case
    game = agreement(
        {"one": {"precision": precision}, "two": {"precision": precision}},
        [
            Move("R", "one", exit={"one": u11}),
            Move("r", "two", exit={"one": u13, "two": u23}, keep={"one": u14, "two": u24}),
        ],
    )
    summary = solved(game)[1]
    found = (*(summary.broken[f"withdrew:{name}"] for name in ("one", "two")), summary.held["clean"])
    assert found == near(EGAME12[case], TOLERANCE)
    r = logistic(precision * (u24 - u23))
    R = logistic(precision * ((1 - r) * u13 + r * u14 - u11))
    assert found == near((1 - R, R * (1 - r), R * r), TOLERANCE)


@pytest.mark.parametrize("precision", CRISIS)
def test_crisis(precision: float) -> None:
    """Leaving the status quo, resisting and fighting are keeping; the three ways out end it."""
    game = agreement(
        {"a": {"precision": precision}, "b": {"precision": precision}},
        [
            Move("challenge", "a"),
            Move("resist", "b", exit={"a": 1.0, "b": -0.4}),
            Move("fight", "a", exit={"a": -0.8, "b": 0.7}, keep={"a": -0.5, "b": -0.6}),
        ],
    )
    found = tuple(e.keep for e in solved(game)[1].entries)
    assert found == near(CRISIS[precision], TOLERANCE)
    fight = logistic(precision * (-0.5 + 0.8))
    resist = logistic(precision * (fight * -0.6 + (1 - fight) * 0.7 + 0.4))
    challenge = logistic(precision * (resist * (fight * -0.5 + (1 - fight) * -0.8) + (1 - resist) * 1.0))
    assert found == near((challenge, resist, fight), TOLERANCE)
