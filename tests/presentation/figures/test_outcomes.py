"""The figure of outcomes: bars in proportion, and no certainty that is not there."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from support.figures import CASES, axes, changed, fair, late, only, singapore, three, widths

from servanda import figures
from servanda.english import percent, short
from servanda.presentation.figures._palette import look

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_outcomes_are_drawn_in_proportion(case: str, narrow: bool) -> None:
    comparison = CASES[case]()
    drawn = widths(figures.outcomes(comparison, narrow=narrow))
    full = 360.0 if narrow else 900.0
    for result in comparison.plans:
        wanted = {k: v for k, v in result.summary.outcomes.items() if v > 0}
        got = {k.split("|")[1]: w / full for k, w in drawn.items() if k.split("|")[0] == result.plan}
        assert got == pytest.approx(wanted, abs=1e-12)
        assert sum(got.values()) == pytest.approx(1.0)


def test_nothing_but_a_given_start_is_certain() -> None:
    assert [short(x) for x in (0.0, 1e-9, 0.5, 0.995, 1.0)] == ["0%", "<1%", "50%", ">99%", ">99%"]
    assert [short(x, sure=True) for x in (1.0, 1.0 - 1e-12)] == ["100%", ">99%"]
    (result,) = three().plans
    held = dict.fromkeys(result.summary.broken, 0.0)
    sure = only(changed(result, held={"clean": 1.0, "concealed": 0.0}, broken=held), three())
    words = [t.get_text() for t in axes(figures.outcomes(sure), "page").texts]
    assert ">99%" in words
    assert not any("100%" in one and "Each bar" not in one for one in words)


def test_a_dollar_is_a_dollar() -> None:
    words = " ".join(t.get_text() for t in axes(figures.outcomes(three()), "page").texts)
    assert "$1 and $2" in words
    assert "$1 and $2 &amp; Northern Highlands" in figures.svg(figures.outcomes(three()))


def test_no_two_outcomes_look_alike_even_in_grey() -> None:
    agreement = three().agreement
    names = list(three().plans[0].summary.outcomes)
    looks = [look(agreement, name) for name in names]
    assert len({(x.face, x.hatch) for x in looks}) == len(looks)
    first = [looks[names.index(n)] for n in ("held:clean", "withdrew:up", "withdrew:mid")]
    grey = sorted(sum(int(x.face[k : k + 2], 16) * w for k, w in ((1, 0.3), (3, 0.59), (5, 0.11))) for x in first)
    assert min(b - a for a, b in pairwise(grey)) > 45
    for party_name in agreement.parties:
        own = [look(agreement, f"{what}:{party_name}") for what in ("withdrew", "found", "unratified")]
        assert len({x.hatch for x in own}) == 3  # told apart without any colour


def test_alt_text_says_the_numbers() -> None:
    said = figures.outcomes.alt(singapore())
    for result in singapore().plans:
        assert result.title in said
        for chance in result.summary.broken.values():
            assert chance < 0.005 or percent(chance) in said


def test_a_plan_alone_is_named_with_its_likeliest_breakdown() -> None:
    assert "likeliest breakdown: North is found out" in figures.outcomes.title(fair())


@pytest.mark.parametrize("narrow", [False, True])
def test_where_steps_can_be_late_it_is_drawn_how_the_agreement_stands(narrow: bool) -> None:
    drawn = widths(figures.outcomes(late(), narrow=narrow))
    full = 360.0 if narrow else 900.0
    for result in late().plans:
        summary: Any = result.summary
        wanted = {name: sum(each.values()) for name, each in summary.late.how_it_stands.items()} | summary.broken
        got = {k.split("|")[1]: w / full for k, w in drawn.items() if k.split("|")[0] == result.plan}
        assert got == pytest.approx({k: v for k, v in wanted.items() if v > 0}, abs=1e-12)
        assert sum(got.values()) == pytest.approx(1.0)


def test_title_and_alt_text_of_late_plans_say_the_numbers() -> None:
    one = only(late()["patient"], late())
    summary: Any = late()["patient"].summary
    head, stands = summary.late.headline, summary.late.how_it_stands
    title, said = figures.outcomes.title(one), figures.outcomes.alt(one)
    for chance in (head.complete, head.unfinished, head.broken):
        assert percent(chance) in title
    assert f"{percent(sum(stands['stalled'].values()))} in force, part of it not done" in said
    both = figures.outcomes.title(late())
    assert both.startswith("Plan is likeliest to be complete in 2028 (21%)")
    assert both.endswith(f"Patient to be in force ({percent(1 - head.broken)})")
