"""The figure of rules of failure: the failing part of each range, and the rule that was chosen."""

from __future__ import annotations

from typing import Any

import pytest
from support.figures import axes, line, parts
from support.plain_starter import starter_text

import servanda
from servanda import figures
from servanda.uncertainty.scenario_discovery import failure_rules

pytest.importorskip("matplotlib")


def explained(monkeypatch: pytest.MonkeyPatch, when: str = "years < q25") -> servanda.FailureRules:
    """Rules about a plan of which the answer is known: it hangs on two numbers."""

    def answers(_: Any, __: Any, drawn: Any, **___: Any) -> Any:
        x = {one.name: drawn.values[:, j] for j, one in enumerate(drawn.numbers)}
        return x["parties.north.types.sincere.chance"] + 0.01 * x["parties.south.precision"]

    monkeypatch.setattr(failure_rules, "answers", answers)
    return servanda.explain_failure(servanda.loads(starter_text()), "phased", when, draws=512)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_box_is_the_failing_part_of_the_range(narrow: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    found = explained(monkeypatch)
    (rule,) = found.rules
    limit = rule.limits[0]
    assert limit.at_most is not None
    figure = figures.failure_rules(found, narrow)
    boxes = parts(figure)
    share = (limit.at_most - limit.low) / (limit.high - limit.low)
    assert boxes[f"1|{limit.name}"][1] / boxes["_whole"][1] == pytest.approx(share, abs=1e-9)
    assert line(axes(figure, "peeling"), "chosen") == [(rule.coverage, rule.density)]
    assert "The plan fails when " in figures.failure_rules.alt(found)


def test_without_a_rule_the_figure_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = explained(monkeypatch, "years < 0")
    words = " ".join(text.get_text() for text in axes(figures.failure_rules(found), "page").texts)
    assert words.startswith("“Step by step”: no rule to draw")
    assert not [one for one in figures.failure_rules(found).axes if one.get_label() == "peeling"]
