"""Whole numbers and numbers that public functions take: numpy's are numbers too, and what is none is refused."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from support.plain_starter import starter_text

import servanda
from servanda.errors import finite, whole
from servanda.uncertainty.questions import entering
from servanda.uncertainty.sensitivity_analysis import sobol

AGREEMENT = servanda.loads(starter_text())
NAMES = "measures.inspectors.finds", "parties.north.precision"
TWO = ("phased", "at-once")
HALVES = {one.name: "ab"[k % 2] for k, one in enumerate(entering(AGREEMENT, ["phased"]))}


def solved() -> servanda.Equilibrium:
    return servanda.solve(servanda.compile(AGREEMENT, "phased"))


@pytest.fixture(autouse=True)
def few_shuffled_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a number is clear of chance does not matter here, and takes most of the time."""
    monkeypatch.setattr(sobol, "DUMMIES", 3)
    monkeypatch.setattr(sobol, "RESAMPLES", 5)
    monkeypatch.setattr(sobol, "RESAMPLES_GIVEN", 5)


# Every public function that takes a whole number, called with all it needs besides.
CALLS: dict[str, Callable[..., Any]] = {
    "compare": lambda **more: servanda.compare(AGREEMENT, "phased", **more),
    "design": lambda **more: servanda.design(AGREEMENT, "phased", maximise="held_clean", **more),
    "draw": lambda **more: servanda.draw(AGREEMENT, **{"draws": 4, **more}),
    "evaluate": lambda **more: servanda.evaluate(AGREEMENT, "phased", servanda.draw(AGREEMENT, 4), **more),
    "explain_failure": lambda **more: servanda.explain_failure(AGREEMENT, "phased", **{"draws": 8, **more}),
    "game_tree": lambda **more: servanda.game_tree(AGREEMENT, "phased", **more),
    "heat": lambda **more: servanda.heat(AGREEMENT, TWO, *NAMES, **{"points": 3, **more}),
    "play": lambda **more: servanda.play(solved(), **{"times": 10, **more}),
    "prism": lambda **more: servanda.prism(solved(), **more),
    "reach": lambda **more: servanda.reach(AGREEMENT, "phased", 0.3, ours=[NAMES[0]], **more),
    "search": lambda **more: servanda.search(solved(), **{"count": 1, **more}),
    "sensitivity": lambda **more: servanda.sensitivity(AGREEMENT, "phased", groups=HALVES, **{"draws": 64, **more}),
    "sequential_inspection": lambda **more: servanda.sequential_inspection(**{"periods": 3, "inspections": 1, **more}),
    "sobol_indices": lambda **more: servanda.sobol_indices(
        lambda u: u[:, 0] + u[:, 1], ["a", "b"], **{"points": 64, **more}
    ),
    "solve_draws": lambda **more: servanda.solve_draws(servanda.compile(AGREEMENT, "phased"), **more),
    "study": lambda **more: servanda.study(AGREEMENT, "/nowhere/at/all", **more),
    "summarise": lambda **more: servanda.summarise(solved(), **more),
    "sweep": lambda **more: servanda.sweep(AGREEMENT, "phased", **{"draws": 4, **more}),
    "tip": lambda **more: servanda.tip(AGREEMENT, TWO, among=[NAMES[0]], joint=False, **{"points": 3, **more}),
    "tornado": lambda **more: servanda.tornado(AGREEMENT, "phased", **more),
    "within_ranges": lambda **more: servanda.within_ranges(AGREEMENT, **{"draws": 4, **more}),
}
ARGUMENTS = (
    *("draws", "seed", "workers", "points", "times", "examples", "starts", "count", "evaluations", "most", "rules"),
    *("max_nodes", "max_states", "periods", "inspections", "first"),
)
EVERY = [
    (name, argument)
    for name in servanda.__all__
    if inspect.isfunction(getattr(servanda, name))
    for argument, what in inspect.signature(getattr(servanda, name)).parameters.items()
    if argument in ARGUMENTS and what.annotation in ("int", "int | None")
]


def test_all_public_functions_with_whole_numbers_are_tried() -> None:
    assert {name for name, _ in EVERY} == set(CALLS)
    assert len(EVERY) > 40


@pytest.mark.parametrize(("name", "argument"), EVERY)
@pytest.mark.parametrize("wrong", [-1, 1.5, 64.0, np.float64(64), True, np.True_, "64", None, np.arange(3), 2**70])
def test_what_is_no_whole_number_is_refused_before_anything_is_done(name: str, argument: str, wrong: Any) -> None:
    unbounded = ("times", "examples", "starts", "count", "evaluations", "most", "rules", "workers")
    endless = argument in (*unbounded, "max_nodes", "max_states", "periods", "inspections")
    chosen = argument == "draws" and name in ("study", "within_ranges")  # by the time they take, if none are named
    if (wrong is None and (argument == "workers" or chosen)) or (endless and isinstance(wrong, int) and wrong == 2**70):
        pytest.skip("allowed")
    with pytest.raises(servanda.UsageError, match=rf"^{argument} is .*\. It must be a whole number (of|from)"):
        CALLS[name](**{argument: wrong})


CHEAP = [
    ("draw", {"draws": 4, "seed": 3, "first": 8}),
    ("explain_failure", {"draws": 64, "seed": 3, "most": 2, "rules": 1, "workers": 1}),
    ("game_tree", {"max_nodes": 100_000}),
    ("play", {"times": 20, "seed": 4, "examples": 1}),
    ("search", {"count": 4, "seed": 2}),
    ("sensitivity", {"draws": 64, "seed": 1, "workers": 2}),
    ("sequential_inspection", {"periods": 3, "inspections": 1, "penalty": 2}),
    ("sobol_indices", {"points": 64, "seed": 1}),
    ("sweep", {"draws": 8, "seed": 5, "workers": 1}),
    ("tip", {"points": 3, "seed": 1, "workers": 1}),
]


@pytest.mark.parametrize(("name", "given"), CHEAP)
@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int32])
def test_whole_numbers_of_numpys_are_whole_numbers(name: str, given: dict[str, int], kind: type[np.integer]) -> None:
    fits = {key: np.int64(value) if value > 255 else kind(value) for key, value in given.items()}
    assert said(CALLS[name](**fits)) == said(CALLS[name](**given))


def said(found: Any) -> Any:
    """What was found, without when and how fast."""
    if isinstance(found, servanda.Draws):
        return found.values.tolist(), type(found.seed)
    if isinstance(found, servanda.Result):
        return {key: value for key, value in found.to_json().items() if key != "about"}
    return str(found)


def test_a_sweep_in_a_file_takes_numpys_numbers(tmp_path: Any) -> None:
    swept = servanda.sweep(AGREEMENT, ["phased"], np.int64(8), np.int64(3), path=tmp_path / "s.parquet")
    assert swept.about["command"].endswith("--draws 8 --seed 3")


@pytest.mark.parametrize("seed", [0, 2**32, 2**63 - 1])
def test_every_seed_up_to_its_bound_works(seed: int) -> None:
    assert servanda.sweep(AGREEMENT, "phased", 4, seed).seed == seed
    servanda.sensitivity(AGREEMENT, "phased", groups=HALVES, draws=64, seed=seed)
    assert servanda.play(solved(), 10, seed).seed == seed
    with pytest.raises(servanda.UsageError, match="seed is 9223372036854775808"):
        servanda.draw(AGREEMENT, 4, 2**63)


@pytest.mark.parametrize(
    "value", [0.5, np.float32(0.5), np.float64(0.5), Fraction(1, 2), Decimal("0.5"), np.float16(0.5)]
)
def test_every_kind_of_number_is_a_number(value: Any) -> None:
    assert finite("x", value, 0, 1) == 0.5
    assert type(finite("x", value)) is float
    assert servanda.where_to_inspect(AGREEMENT, value).budget == 0.5
    assert servanda.sequential_inspection(3, 1, value).penalty == Fraction(1, 2)


@pytest.mark.parametrize(
    "wrong", [np.nan, np.inf, -np.inf, Decimal("nan"), Decimal("sNaN"), 10**400, True, np.True_, "1", None, 1j, [1.0]]
)
def test_what_is_no_finite_number_is_refused(wrong: Any) -> None:
    with pytest.raises(servanda.UsageError, match=r"^x is .*It must be a finite number$"):
        finite("x", wrong)
    with pytest.raises(servanda.UsageError, match=r"^target is "):
        servanda.reach(AGREEMENT, "phased", wrong)
    if wrong is not None:
        with pytest.raises(servanda.UsageError, match=r"^budget is .* of at least 0$"):
            servanda.where_to_inspect(AGREEMENT, wrong)


def test_bounds_are_stated_and_huge_numbers_are_not_written_out() -> None:
    with pytest.raises(servanda.UsageError, match=r"^n is 5. It must be a whole number from 1 to 4$"):
        whole("n", 5, 1, 4)
    with pytest.raises(servanda.UsageError, match=r"^n is too large. It must"):
        whole("n", 10**5000, 1, 4)
    with pytest.raises(servanda.UsageError, match=r"^penalty is 'much'. It must be a number"):
        servanda.sequential_inspection(3, 1, "much")
    with pytest.raises(servanda.UsageError, match=r"^budget is -1. It must be a finite number of at least 0$"):
        servanda.where_to_inspect(AGREEMENT, -1)
    assert partial(whole, "n", np.array(3))() == 3
