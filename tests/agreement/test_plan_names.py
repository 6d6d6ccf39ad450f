"""A plan is named by a text: whatever else is given is no plan of the file, and is said to be none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import servanda
from servanda.errors import LARGEST_SEED, MOST_THREADS

AGREEMENT: Any = servanda.loads(servanda.starter_text())
NO_NAMES: list[Any] = [
    None,
    1,
    b"phased",
    ["phased"],
    ("phased",),
    {"phased"},
    (),
    Path("phased"),
    float("nan"),
    np.array(["phased"]),
]
ONE_PLAN: list[Callable[[Any], Any]] = [
    lambda plan: servanda.due_dates(AGREEMENT, plan),
    lambda plan: servanda.calendar_of(AGREEMENT, plan),
    lambda plan: servanda.compile(AGREEMENT, plan),
    lambda plan: servanda.game_tree(AGREEMENT, plan),
    lambda plan: servanda.scorecard(AGREEMENT, plan),
    lambda plan: servanda.critical_values(AGREEMENT, plan),
    lambda plan: servanda.evaluate(AGREEMENT, plan, servanda.draw(AGREEMENT, 2)),
    lambda plan: servanda.reach(AGREEMENT, plan, 0.3),
]


@pytest.mark.parametrize("ask", ONE_PLAN)
@pytest.mark.parametrize("plan", [*NO_NAMES, "nowhere"], ids=repr)
def test_one_plan_is_named_by_a_text(ask: Callable[[Any], Any], plan: Any) -> None:
    if ask is ONE_PLAN[-1] and plan is None:
        pytest.skip("None stands for the only plan of the file")
    with pytest.raises(servanda.NoSuchName, match=r"There is no plan .* The plans are: phased, at-once\."):
        ask(plan)


@pytest.mark.parametrize("plans", [1, b"phased", [["phased"]], [b"phased"], ("phased", None), Path("phased")], ids=repr)
def test_several_plans_are_named_by_texts(plans: Any) -> None:
    with pytest.raises(servanda.NoSuchName, match="There is no plan"):
        servanda.compare(AGREEMENT, plans)
    with pytest.raises(servanda.NoSuchName, match="There is no plan"):
        servanda.tip(AGREEMENT, plans)


@pytest.mark.parametrize("name", [["held_clean"], {"held_clean"}, 1, b"held_clean"], ids=repr)
def test_metrics_and_numbers_are_named_by_texts(name: Any) -> None:
    with pytest.raises(servanda.NoSuchName, match="There is no metric"):
        servanda.tornado(AGREEMENT, "phased", of=name)
    with pytest.raises(servanda.NoSuchName, match="There is no uncertain number"):
        servanda.heat(AGREEMENT, ("phased", "at-once"), x=name, y="incidents")


def test_a_name_breaks_no_line_of_its_message() -> None:
    with pytest.raises(servanda.NoSuchName) as found:
        servanda.compile(AGREEMENT, "nowhere\n::error::\x1b[2J")
    assert str(found.value).startswith(r"There is no plan 'nowhere\n::error::\x1b[2J'. The plans are")


@pytest.mark.parametrize("rules", [b"SV101", 1, [b"SV101"], "SV0", [["SV101"]], "SV101,SV102"], ids=repr)
def test_rules_are_named_by_texts(rules: Any) -> None:
    for which in ("select", "ignore"):
        with pytest.raises(servanda.NoSuchName, match="there is no rule"):
            servanda.check(AGREEMENT, **{which: rules})


def test_one_rule_may_stand_alone() -> None:
    assert [each.code for each in servanda.check(AGREEMENT, select="SV404")] == ["SV404"]
    assert "SV404" not in [each.code for each in servanda.check(AGREEMENT, ignore="SV404")]


@pytest.mark.parametrize("verb", ["headline", "verdict", "loads", "read_sweep"])
@pytest.mark.parametrize("given", [None, 1, ["x"]], ids=repr)
def test_other_things_are_refused(verb: str, given: Any) -> None:
    with pytest.raises(servanda.UsageError, match=rf"servanda\.{verb} needs"):
        getattr(servanda, verb)(given)


def test_a_baseline_is_of_findings() -> None:
    broken: Any = ["SV404"]
    with pytest.raises(servanda.UsageError, match=r"servanda\.check needs a Known"):
        servanda.check(AGREEMENT, baseline=broken)


@pytest.mark.parametrize("workers", [MOST_THREADS + 1, LARGEST_SEED + 1, 10**30])
def test_more_threads_than_there_can_be_are_refused(workers: int) -> None:
    with pytest.raises(servanda.UsageError, match="whole number from 1 to 65536"):
        servanda.solve_draws(servanda.compile(AGREEMENT, "phased"), workers=workers)
