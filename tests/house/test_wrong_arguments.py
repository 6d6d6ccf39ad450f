"""A verb that is given the wrong thing, or a plan that is not there, says what to write; no AttributeError."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import servanda
from servanda.errors import NoSuchName, UsageError

ON_AGREEMENTS = (
    "check", "compare", "critical_values", "design", "draw", "due_dates", "evaluate", "explain_failure", "game_tree",
    "heat", "reach", "scorecard", "sensitivity", "study", "sweep", "tip", "tornado", "where_to_inspect",
    "within_ranges",
)  # fmt: skip
FURTHER: dict[str, tuple[Any, ...]] = {
    "compile": ("phased",), "critical_values": ("phased",), "draw": (4,), "due_dates": ("phased",),
    "evaluate": ("phased", None), "game_tree": ("phased",), "heat": (("phased", "at-once"), "x", "y"),
    "reach": ("phased", 0.5), "scorecard": ("phased",), "tip": (("phased", "at-once"),),
}  # fmt: skip
AFTER: dict[str, tuple[str, str]] = {
    "solve": ("a Game", "servanda.solve(servanda.compile(agreement, plan=...))"),
    "solve_draws": ("a Game", "servanda.solve_draws(servanda.compile(agreement, plan=...))"),
    "audit": ("a Game", "servanda.audit(servanda.compile(agreement, plan=...))"),
    "summarise": ("an Equilibrium", "servanda.summarise(servanda.solve(servanda.compile(agreement, plan=...)))"),
    "choices": ("an Equilibrium", "servanda.choices(servanda.solve(servanda.compile(agreement, plan=...)))"),
    "search": ("an Equilibrium", "servanda.search(servanda.solve(servanda.compile(agreement, plan=...)))"),
    "play": ("an Equilibrium", "servanda.play(servanda.solve(servanda.compile(agreement, plan=...)))"),
    "prism": ("an Equilibrium", "servanda.prism(servanda.solve(servanda.compile(agreement, plan=...)))"),
}


@pytest.fixture(scope="module")
def agreement() -> servanda.Agreement:
    return servanda.loads(servanda.starter_text())


@pytest.mark.parametrize("verb", [*ON_AGREEMENTS, "compile"])
def test_a_path_or_a_text_in_place_of_an_agreement(verb: str) -> None:
    call: Callable[..., Any] = getattr(servanda, verb)
    for given, made in (("deal.yaml", "servanda.read('deal.yaml')"), ("title: a\nplans: {}", "servanda.loads(text)")):
        with pytest.raises(UsageError) as error:
            call(given, *FURTHER.get(verb, ()))
        words = f"servanda.{verb} needs an Agreement, not a text. Write servanda.{verb}({made})"
        assert str(error.value) == words


@pytest.mark.parametrize("verb", AFTER)
def test_what_has_to_be_done_before(verb: str, agreement: servanda.Agreement) -> None:
    wanted, call = AFTER[verb]
    with pytest.raises(UsageError) as error:
        list(getattr(servanda, verb)(agreement) or ())
    assert str(error.value) == f"servanda.{verb} needs {wanted}, not an Agreement. Write {call}"


def test_what_cannot_be_made_from_the_thing(agreement: servanda.Agreement) -> None:
    with pytest.raises(UsageError, match=r"^servanda.results needs a Batch, not an int$"):
        servanda.results(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"^servanda.compile needs an Agreement, not a Game$"):
        servanda.compile(servanda.compile(agreement, "phased"), "phased")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "ask",
    [
        lambda a: servanda.compile(a, "phasd"),
        lambda a: servanda.compare(a, "phasd"),
        lambda a: servanda.compare(a, ["phased"])["phasd"],
        lambda a: servanda.sweep(a, ["phased", "phasd"], 4),
        lambda a: servanda.sweep(a, "phasd", 4),
        lambda a: servanda.design(a, "phasd", maximise="years"),
        lambda a: servanda.tip(a, ("phasd", "at-once")),
        lambda a: servanda.heat(a, ("phasd", "at-once"), "incidents", "parties.north.discount"),
        lambda a: servanda.reach(a, "phasd", 0.5),
        lambda a: servanda.sensitivity(a, "phasd"),
        lambda a: servanda.tornado(a, between=("phasd", "at-once")),
        lambda a: servanda.explain_failure(a, "phasd"),
        lambda a: servanda.evaluate(a, "phasd", servanda.draw(a, 2)),
    ],
)
def test_a_plan_that_is_not_there(ask: Callable[[servanda.Agreement], Any], agreement: servanda.Agreement) -> None:
    with pytest.raises(NoSuchName, match=r"^There is no plan 'phasd'\. The plans are: .*Did you mean phased\?$"):
        ask(agreement)
