"""The audit of plans in which parties can hold back, worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest
from support.building import gives, party, ratify, review, situation, stake, turnover

from servanda import audit, compile
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.audits import TypeAudit
from servanda.assessment.critical import critical_values


def dated(parties: Any, stakes: Any, entries: Any, *looks: str, **more: Any) -> Agreement:
    data: dict[str, Any] = situation(parties, stakes, entries)
    data["plans"]["plan"] |= {"late": {"looks": list(looks)}, **more}
    return Agreement.model_validate(data)


def only(agreement: Agreement, name: str = "north") -> TypeAudit:
    return next(row for row in audit(compile(agreement, "plan")) if row.party == name)


def waiting(delaying: float) -> Agreement:
    """North owes arms worth 1 a year after 4 of 8 years, and keeps them a year longer, or two; withdrawing costs 9."""
    return dated(
        {"north": party(discount=0.0, withdrawing=9.0, delaying=delaying), "south": party(discount=0.0)},
        {"arms": stake("north", "never", north=1.0)},
        [gives("freeze", "2024-01-01", "north", "arms")],
        "1 year",
        "2 years",
    )


def test_holding_back_once_or_for_good() -> None:
    """Once: a year of arms less a year's delaying. For good: four years of arms less two years' delaying."""
    row = only(waiting(0.25))
    assert row.best is not None
    assert (row.best.entry, row.best.act) == ("freeze", "hold")
    assert row.best.gain == pytest.approx(0.75, abs=1e-12)
    assert row.best.best_gain == pytest.approx(3.5, abs=1e-12)
    assert row.best_course == pytest.approx(3.5, abs=1e-12)
    assert row.course is not None
    told = [(act.entry, act.title, act.date.isoformat(), act.act) for act in row.course.acts]
    assert [(entry, act) for entry, _, _, act in told] == [("freeze", "hold")] * 3
    assert [day for _, _, day, _ in told] == ["2024-01-01", "2025-01-01", "2026-01-01"]
    assert told[1][1] == f"{told[0][1]}, late"
    assert not row.self_enforcing


def test_what_waiting_costs_can_hold_a_plan_together() -> None:
    """Delaying at 2 a year: once -1, for good 4 - 4 = 0, which is no gain; at 2.5 a loss. Withdrawing 4 - 9."""
    assert only(waiting(2.0)).self_enforcing
    row = only(waiting(2.5))
    assert row.best is not None
    assert (row.best.act, row.best.gain) == ("hold", pytest.approx(-1.5, abs=1e-12))
    assert row.best.best_gain == pytest.approx(-1.0, abs=1e-12)
    assert row.course is not None
    assert row.course.breaches == ()


def test_a_breach_may_wait_for_the_look() -> None:
    """After holding back a year North withdraws, when that costs less than to be late for good."""
    row = only(
        dated(
            {"north": party(discount=0.0, withdrawing=0.5, delaying=1.0), "south": party(discount=0.0)},
            {"arms": stake("north", "never", north=1.0), "relief": stake("south", "0 days", north=-4.0)},
            [
                gives("lift", "2020-01-01", "south", "relief", automatic=True),
                review("north", date="2021-01-01") | {"may_suspend": True},
                gives("freeze", "2024-01-01", "north", "arms"),
            ],
            "2 years",
        )
    )
    assert row.course is not None
    assert [(act.entry, act.act) for act in row.course.breaches] == [("freeze", "hold"), ("freeze", "hold")]
    assert row.course.gain == pytest.approx(4 - 2, abs=1e-12)


def test_a_lapse_and_an_exchange_are_breaches() -> None:
    """A treaty that costs North 1 a year may lapse after 4 of 8 years; an exchange may be held back by either."""
    parties = {"north": party(discount=0.0, withdrawing=9.0, lapse=0.5), "south": party(discount=0.0, withdrawing=9.0)}
    stakes = {"arms": stake("north", "0 days", north=1.0), "relief": stake("south", "0 days", south=1.0, north=-3.0)}
    swap = {
        "id": "swap",
        "date": "2020-01-01",
        "exchange": [{"by": "south", "gives": ["relief"]}, {"by": "north", "gives": {"arms": 0.5}}],
    }
    renewal = {"id": "term", "renew": ["north"], "every": "4 years", "until": "2024-01-01"}
    row = only(dated(parties, stakes, [swap, renewal], "1 year"))
    at = {each.entry: each for each in row.deviations}
    assert (at["swap"].act, at["swap"].gain) == ("hold", pytest.approx(0.5 - 3.0, abs=1e-12))
    [lapse] = [each for entry, each in at.items() if entry != "swap"]
    assert (lapse.act, lapse.gain) == ("lapse", pytest.approx(2.0 - 12.0 - 0.5, abs=1e-12))
    assert row.self_enforcing
    south = only(dated(parties, stakes, [swap, renewal], "1 year"), "south")
    assert [(each.entry, each.act) for each in south.deviations] == [("swap", "hold")]
    assert south.best is not None
    assert south.best.best_gain == pytest.approx(8.0, abs=1e-12)


def test_acts_that_have_no_weight_do_not_exist() -> None:
    habits = {"falls_behind": 0.0, "catches_up": 0.2, "suspends": 0.1, "leaves": 0.0, "conceals": 0.5}
    row = only(
        dated(
            {"north": party(discount=0.0) | {"habits": habits}, "south": party(discount=0.0)},
            {"arms": stake("north", "never", north=1.0)},
            [gives("freeze", "2024-01-01", "north", "arms")],
            "1 year",
        )
    )
    assert row.deviations == ()
    assert row.self_enforcing
    assert row.course is not None
    assert [act.act for act in row.course.acts] == ["keep"]


def test_a_vote_that_is_put_again_comes_by_chance() -> None:
    """It fails at first in half of all plays; then North's arms, which wait for it, are given a year later or never."""
    vote = ratify("vote", "2022-01-01", "south", 0.5) | {"then": "delay"}
    agreement = dated(
        {"north": party(discount=0.0, withdrawing=9.0), "south": party(discount=0.0)},
        {"arms": stake("north", "never", north=1.0)},
        [vote, gives("freeze", "2024-01-01", "north", "arms") | {"needs": ["vote"]}],
        "1 year",
    )
    row = only(agreement)
    assert [(each.entry, each.act) for each in row.deviations] == [("freeze", "hold")]
    assert row.deviations[0].best_gain == pytest.approx(4.0, abs=1e-12)
    assert row.best_course == pytest.approx(0.75 * 4.0, abs=1e-12)


def test_what_pays_only_after_a_failed_vote_is_told_apart() -> None:
    """If the vote fails, South owes nothing more, and North's review pays: arms back for four of eight years."""
    vote = ratify("vote", "2022-01-01", "south", 0.5) | {"then": "strike"}
    agreement = dated(
        {"north": party(discount=0.0, withdrawing=1.0), "south": party(discount=0.0)},
        {"arms": stake("north", "0 days", north=1.0), "relief": stake("south", "0 days", north=-3.0)},
        [
            gives("freeze", "2020-01-01", "north", "arms", automatic=True),
            vote,
            gives("lift", "2023-01-01", "south", "relief", automatic=True) | {"needs": ["vote"]},
            review("north", date="2024-01-01"),
        ],
        "1 year",
    )
    row = only(agreement)
    assert row.deviations[0].best_gain == pytest.approx(4.0 - 12.0 - 1.0, abs=1e-12)
    assert row.self_enforcing
    assert row.best_course == pytest.approx(0.5 * (4.0 - 1.0), abs=1e-12)
    assert row.course is not None
    assert row.course.breaches == ()
    assert "If a vote fails, or something is found, and the agreement goes on, breaking may pay for North after" in str(
        audit(compile(agreement, "plan"))
    )


def test_a_type_that_comes_into_office_later_may_hold_back() -> None:
    """Sly North comes by a turnover on the last day of 2021, and never at the start; arms are worth 1 to it."""
    agreement = dated(
        {
            "north": party(
                discount=0.0,
                withdrawing=9.0,
                types={"loyal": {"chance": 1.0, "worth": {"arms": 0.0}}, "sly": {"chance": 0.0}},
            ),
            "south": party(discount=0.0),
        },
        {"arms": stake("north", "never", north=1.0)},
        [
            gives("halt", "2021-01-01", "north", arms=0.5),
            turnover("vote", "2021-12-31", "north", 0.5, loyal=0.6, sly=0.4),
            gives("rest", "2024-01-01", "north", "arms"),
        ],
        "1 year",
    )
    _, sly = (row for row in audit(compile(agreement, "plan")) if row.party == "north")
    assert [(each.entry, each.act) for each in sly.deviations] == [("rest", "hold")]
    assert sly.deviations[0].gain == pytest.approx(0.5, abs=1e-12)
    assert sly.best_course == pytest.approx(2.0, abs=1e-12)
    assert sly.course is not None
    assert sly.course.since == "vote"
    assert [(act.entry, act.act) for act in sly.course.acts] == [("rest", "hold"), ("rest", "hold")]


def test_a_critical_value_counts_what_is_found_on_the_way() -> None:
    """Concealing arms worth 1 a year for 8 years against being found, which stalls the plan and costs 20."""
    data: dict[str, Any] = situation(
        {"north": party(discount=0.0, found=20.0, withdrawing=100.0, delaying=50.0), "south": party(discount=0.0)},
        {"arms": stake("north", "never", True, north=1.0)},
        [gives("freeze", "2020-01-01", "north", "arms")],
        {"search": {"covers": ["arms"], "finds": 0.0}},
    )
    data["plans"]["plan"] |= {"late": {"looks": ["1 year"], "stalls": 1}, "found": "stall"}
    agreement = Agreement.model_validate(data)
    [value] = [row for row in critical_values(agreement, "plan") if row.place == "measures.search.finds"]
    assert value.value is not None
    assert value.how == "raise"
    assert value.value == pytest.approx(math.log(20 / 12) / 8, abs=1e-9)
