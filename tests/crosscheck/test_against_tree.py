"""The fast solver against the explicit game tree: every choice of every type, and every outcome, to 1e-8.

The tree's own equilibrium comes from `referee.solve_tree`, which shares nothing with the solver but the calendar, and
from Gambit 17.0.0b2 (logit tracing in agent form; Turocy 2010).
"""

from __future__ import annotations

import functools

import pytest
from support.cases import cases, one_precision, precisions
from support.referee import Solved, one_player_per_set, solve_tree, solve_with_gambit

from servanda.assessment.outcomes import choices, outcomes
from servanda.crosscheck.explicit_tree import Infoset, Tree, game_tree
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, solve

TOLERANCE = 1e-8
CASES = {(name, discounted): case for discounted in (True, False) for name, case in cases(discounted).items()}
EVERY = [pytest.param(*key, id=f"{key[0]}-{'discounted' if key[1] else 'undiscounted'}") for key in sorted(CASES)]
EQUAL = [name for name, discounted in sorted(CASES) if not discounted and one_precision(CASES[name, False])]


@functools.cache
def fast(name: str, discounted: bool) -> Equilibrium:
    return solve(compile(CASES[name, discounted], "plan"))


@functools.cache
def explicit(name: str, discounted: bool) -> tuple[Tree, Solved]:
    of = game_tree(CASES[name, discounted], "plan")
    return of, solve_tree(of, precisions(CASES[name, discounted]))


def fast_choices(name: str, discounted: bool) -> dict[Infoset, dict[str, float]]:
    return {
        Infoset(choice.entry, tuple(choice.branch), choice.type, frozenset(choice.concealed)): {
            "keep": choice.keep,
            "conceal": choice.conceal,
            "withdraw": choice.withdraw,
        }
        for choice in choices(fast(name, discounted))
    }


def differences(ours: dict[Infoset, dict[str, float]], theirs: dict[Infoset, dict[str, float]]) -> dict[str, float]:
    """What differs, worst first: empty if every information set of the tree is there and agrees."""
    found: dict[str, float] = {}
    for infoset, chances in theirs.items():
        for action in ("keep", "conceal", "withdraw"):
            gap = abs(ours[infoset][action] - chances.get(action, 0.0)) if infoset in ours else float("inf")
            if not gap <= TOLERANCE:
                found[f"{action} at {tuple(infoset)}"] = gap
    return dict(sorted(found.items(), key=lambda item: -item[1]))


@pytest.mark.parametrize(("name", "discounted"), EVERY)
def test_converged(name: str, discounted: bool) -> None:
    equilibrium = fast(name, discounted)
    assert equilibrium.status == "converged"
    assert equilibrium.residual < TOLERANCE


@pytest.mark.parametrize(("name", "discounted"), EVERY)
def test_every_choice_is_the_referees(name: str, discounted: bool) -> None:
    assert not differences(fast_choices(name, discounted), explicit(name, discounted)[1].choices)


@pytest.mark.parametrize(("name", "discounted"), EVERY)
def test_every_outcome_is_the_referees(name: str, discounted: bool) -> None:
    ours, theirs = dict(outcomes(fast(name, discounted))), explicit(name, discounted)[1].outcomes
    labels = set(ours) | set(theirs)
    assert {label: ours.get(label, 0.0) for label in labels} == pytest.approx(
        {label: theirs.get(label, 0.0) for label in labels}, abs=TOLERANCE, rel=0
    )


@pytest.mark.parametrize("name", EQUAL)
def test_every_choice_is_gambits_undiscounted(name: str) -> None:
    """The exported file as a user would solve it: payoffs scaled by the party's precision, at lambda = 1."""
    scale = one_precision(CASES[name, False])
    assert scale is not None
    theirs = solve_with_gambit(explicit(name, False)[0], scale)
    assert not differences(fast_choices(name, False), theirs)


@pytest.mark.parametrize(("name", "discounted"), EVERY)
def test_every_choice_is_gambits_agent_by_agent(name: str, discounted: bool) -> None:
    """Each information set as a player of its own: so with discount, and with types that differ in precision."""
    agents = one_player_per_set(explicit(name, discounted)[0], precisions(CASES[name, discounted]))
    assert not differences(fast_choices(name, discounted), solve_with_gambit(*agents))
