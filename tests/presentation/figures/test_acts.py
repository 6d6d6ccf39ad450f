"""The figure of acts: every type at every entry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.figures import CASES, changed, plans_of, singapore, three, widths

from servanda import figures
from servanda.assessment.outcomes import TypeAct
from servanda.english import percent
from servanda.presentation.figures.acts import least_kept

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_acts_show_every_type_at_every_entry(case: str, narrow: bool) -> None:
    for result in plans_of(case):
        drawn = widths(figures.acts(result, narrow=narrow))
        for e in result.summary.entries:
            for kind, act in e.by_type.items():
                if act is not None:
                    parts = [drawn.get(f"{e.id}|{kind}|{a}", 0.0) for a in ("keep", "conceal", "withdraw")]
                    assert [p / sum(parts) for p in parts] == pytest.approx([act.keep, act.conceal, act.withdraw])


def test_who_keeps_everything_is_not_called_least_reliable() -> None:
    (result,) = three().plans
    sure = TypeAct(0.999, 0.0, 0.001, 5.0)
    entries = tuple(replace(e, by_type=dict.fromkeys(e.by_type, sure)) for e in result.summary.entries)
    assert figures.acts.title(changed(result, entries=entries)) == (
        "Plan: every type keeps everything with a chance of more than 99%"
    )
    worst = least_kept(result)
    assert worst
    assert f"(chance of keeping {percent(worst[3].keep)})" in figures.acts.title(result)


def test_alt_text_says_the_numbers() -> None:
    assert "if stalling: least reliable at" in figures.acts.alt(singapore()["phased"])
