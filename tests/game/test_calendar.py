"""Plans as calendars; and agreements built in Python that contradict themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from support import paths
from support.building import gives, party, review, situation, stake, turnover

from servanda.agreement.dates import add_months
from servanda.agreement.format.agreement import Agreement, AgreementError, Exchange
from servanda.agreement.reading.reader import read
from servanda.crosscheck.explicit_tree import game_tree
from servanda.game.calendar import calendar_of
from servanda.game.compiler import compile

NORTH = {"north": party()}
ARMS = {"arms": stake("north", "1 year", north=1.0)}
TWO = {"north": party(types={"a": {"chance": 0.5}, "b": {"chance": 0.5}})}


def made(parties: Any, *entries: Any) -> Agreement:
    return Agreement.model_validate(situation(parties, ARMS, list(entries)))


def test_repeated_reviews_are_written_out_in_date_order() -> None:
    """By format.md: one entry per party and date, parties in the order given, `until` included."""
    agreement = made(
        NORTH | {"south": party()},
        review("south", "north", from_="2021-01-31", every="1 month", until="2021-03-31"),
        gives("half", "2021-02-28", "north", arms=0.5),
        gives("rest", "2021-03-01", "north", "arms"),
    )
    found = [(step.id, step.date.isoformat()) for step in calendar_of(agreement, "plan")]
    assert found == [
        ("review-1-south", "2021-01-31"),
        ("review-1-north", "2021-01-31"),
        ("review-2-south", "2021-02-28"),
        ("review-2-north", "2021-02-28"),
        ("half", "2021-02-28"),
        ("rest", "2021-03-01"),
        ("review-3-south", "2021-03-31"),
        ("review-3-north", "2021-03-31"),
    ]
    assert calendar_of(agreement, "plan")[5].gives["arms"].likely == 0.5


def test_a_single_review_counts_as_the_first() -> None:
    assert calendar_of(made(NORTH, review("north", date="2021-01-01")), "plan")[0].id == "review-1-north"


def test_months_are_calendar_months() -> None:
    assert add_months(date(2020, 1, 31), 1) == date(2020, 2, 29)
    assert add_months(date(2020, 11, 30), 15) == date(2022, 2, 28)


@pytest.mark.parametrize(
    ("parties", "entries", "message"),
    [
        (NORTH, [gives("late", "2028-01-02", "north", "arms")], "late.: 2028-01-02 is not between the start"),
        (
            NORTH,
            [gives("early", "2019-12-31", "north", "arms")],
            "not between the start, 2020-01-01, and the horizon, 2028-01-01",
        ),
        (NORTH, [gives("x", "2021-01-01", "south", "arms")], "gives arms, but north holds it, not south"),
        (NORTH, [review("south", date="2021-01-01")], "names party 'south'. Parties: north"),
        (NORTH, [gives("x", "2021-01-01", "north", "guns")], "names stake 'guns'. Stakes: arms"),
        (
            NORTH,
            [gives("x", "2021-01-01", "north", arms=0.5), gives("y", "2022-01-01", "north", arms=0.7)],
            "gives 0.7 of arms, but only 0.5 is left",
        ),
        (
            NORTH,
            [gives("x", "2021-01-01", "north", "arms"), gives("y", "2022-01-01", "north", "arms")],
            "gives 0 of arms, but only 0 is left",
        ),
        (
            {"north": party(types={"a": {"chance": 0.5}, "b": {"chance": 0.4}})},
            [review("north", date="2021-01-01")],
            "parties.north.types: the chances add up to 0.9. They must add up to 1",
        ),
        (
            NORTH,
            [gives("x", "2021-01-01", "north", arms=0.5), gives("x", "2022-01-01", "north", arms=0.5)],
            "the id x appears twice",
        ),
        (
            {"north": party(types={"a": {"chance": 1.0, "worth": {"guns": 1.0}}})},
            [review("north", date="2021-01-01")],
            "parties.north.types.a.worth names stake 'guns'",
        ),
        ({"south": party()}, [review("south", date="2021-01-01")], "stakes.arms names party 'north'"),
        (TWO, [turnover("vote", "2021-01-01", "north", 0.5, a=0.5)], "vote.*.types: the chances add up to 0.5"),
        (TWO, [turnover("vote", "2021-01-01", "north", 0.5, c=1.0)], "names 'c'. Types of north: a, b"),
    ],
)
def test_what_contradicts_itself_is_refused(parties: Any, entries: list[Any], message: str) -> None:
    agreement = made(parties, *entries)
    for use in (compile, game_tree):
        with pytest.raises(AgreementError, match=message):
            use(agreement, "plan")


def test_an_exchange_is_one_step_with_its_movers_and_a_renewal_one_for_each_term_and_party() -> None:
    bridge = read(paths.GOOD / "late-and-mended.yaml")
    steps = {step.id: step for step in calendar_of(bridge, "mended")}
    swap, rest = steps["swap"], steps["rest"]
    entry = bridge.plans["mended"].entries[0]
    assert isinstance(entry, Exchange)
    assert (swap.kind, swap.party, swap.entry, swap.may_wait) == ("exchange", "hill", "swap", False)
    assert {stake: share.likely for stake, share in swap.gives.items()} == {"guns": 0.5, "hides": 1, "boats": 0.25}
    assert (swap.rest, swap.conceals) == (frozenset({"hides"}), ("hides",))
    assert [(m.party, list(m.gives), m.rest, m.conceals) for m in swap.movers] == [
        ("hill", ["guns"], frozenset(), ()),
        ("dale", ["hides"], frozenset({"hides"}), ("hides",)),
        ("isle", ["boats"], frozenset(), ()),
    ]
    assert swap.gives["guns"] is dict(entry.exchange[0].gives)["guns"]  # so that it is drawn
    assert (rest.kind, rest.gives["guns"].likely, rest.needs, rest.may_wait) == ("obligation", 0.5, ("swap",), False)
    assert (steps["boats-go"].gives["boats"].likely, steps["boats-go"].may_wait) == (0.75, True)
    assert (steps["vote"].then, steps["look-1-dale"].may_suspend, steps["look-1-dale"].entry) == ("delay", True, "look")
    assert [(name, step.date.isoformat(), step.title) for name, step in steps.items() if step.kind == "renewal"] == [
        ("term-1-hill", "2030-05-01", "The corridor 1"),
        ("term-1-dale", "2030-05-01", "The corridor 1"),
        ("term-2-hill", "2030-08-29", "The corridor 2"),
        ("term-2-dale", "2030-08-29", "The corridor 2"),
        ("term-3-hill", "2030-12-27", "The corridor 3"),
        ("term-3-dale", "2030-12-27", "The corridor 3"),
        ("year-1-isle", "2031-06-01", "year 1"),
        ("whole-1-isle", "2032-01-01", "whole 1"),
        ("year-2-isle", "2032-06-01", "year 2"),
        ("whole-2-isle", "2034-01-01", "whole 2"),
    ]
    assert [(step.id, step.then) for step in calendar_of(bridge, "struck")] == [
        ("vote", "strike"),
        ("both", "breakdown"),
    ]


def test_an_exchange_built_in_python_is_looked_at_as_steps_are() -> None:
    def swap(*parts: Any) -> dict[str, Any]:
        return {"id": "swap", "date": "2021-01-01", "exchange": list(parts)}

    two = NORTH | {"south": party()}
    mine, none = {"by": "north", "gives": {"arms": 0.5}}, {"by": "south", "gives": ["arms"]}
    with pytest.raises(AgreementError, match="gives arms, but north holds it, not south"):
        calendar_of(made(two, swap(none, mine)), "plan")
    with pytest.raises(AgreementError, match="names north a second time"):
        calendar_of(made(two, swap(mine, mine)), "plan")
