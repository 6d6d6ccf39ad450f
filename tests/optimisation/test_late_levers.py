"""Levers of plans in which steps can be late: looks, stalls, what a failed vote means, exchange or in sequence."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.building import day, gives, party, ratify, situation, stake

from servanda import Agreement, AgreementError, compile, design, loads
from servanda.agreement.format.entries import Exchange, Ratification
from servanda.agreement.writing.whole import dumps
from servanda.optimisation._candidates import Contradiction, all_candidates, build, shown, space

SWAP = {
    "id": "swap",
    "date": "2020-06-01",
    "exchange": [{"by": "north", "gives": {"arms": 0.3}}, {"by": "south", "gives": {"relief": 0.3}}],
}


def agreed(*levers: dict[str, Any], late: bool = True, swap: bool = False, **more: Any) -> Agreement:
    halt = gives("halt", "2020-06-01", "north", arms=0.3)
    answer = gives("answer", "2020-06-01", "south", relief=0.3) | {"needs": ["halt"], "pairs": ["halt"]}
    first = [SWAP] if swap else [halt | {"pairs": ["answer"]} | more, answer]
    last = "swap" if swap else "answer"
    data: dict[str, Any] = situation(
        {"north": party(), "south": party()},
        {"arms": stake("north", "1 year", north=1.0, south=-1.5), "relief": stake("south", "0 days", north=-2.0)},
        [
            *first,
            ratify("vote", "2021-01-01", "south", 0.6) | {"needs": [last]},
            gives("rest", "2022-01-01", "north", "arms") | {"needs": ["vote", *([] if swap else ["halt"])]},
        ],
    )
    if late:
        data["plans"]["plan"]["late"] = {"looks": ["6 months", "2 years"], "stalls": 1}
    data |= {"levers": {"plan": list(levers)}} if levers else {}
    return loads(json.dumps(data, default=str))


def only(lever: dict[str, Any], value: Any, **more: Any) -> dict[str, Any]:
    made = build(space(agreed(lever, **more), "plan"), (value,))
    compile(made, "plan")  # it is a plan that can be played
    return {entry.id: entry for entry in made.plans["plan"].entries}


def test_looks_and_stalls() -> None:
    where = space(agreed({"looks": [["6 months"], ["6 months", "2 years"]]}, {"stalls": [0, 1, 2]}), "plan")
    assert where.names == ("looks", "stalls")
    assert where.current == ((0.5, 2.0), 1)
    assert where.allowed
    assert where.size == 6
    assert [shown(value) for value in where.values[0] or ()] == ["6 months", "6 months, 2 years"]
    late = build(where, ((0.5,), 2)).plans["plan"].late
    assert late is not None
    assert (late.looks, late.stalls) == ((0.5,), 2)
    sizes = [len(compile(build(where, one), "plan").tree.kind) for one in all_candidates(where)]
    one, two = sizes[:3], sizes[3:]
    assert one[0] == two[0]  # looks are of no account where no stall is told
    assert one == sorted(set(one))
    assert two == sorted(set(two))
    assert two[1] > one[1]


def test_what_a_failed_vote_means() -> None:
    where = space(agreed({"then": "vote"}), "plan")
    assert (where.names, where.values, where.current) == (
        ("then.vote",),
        (("breakdown", "delay", "strike"),),
        ("breakdown",),
    )
    for value in ("breakdown", "delay", "strike"):
        vote = only({"then": "vote"}, value)["vote"]
        assert isinstance(vote, Ratification)
        assert vote.then == value


def test_steps_become_an_exchange() -> None:
    lever = {"exchange": ["halt", "answer"]}
    where = space(agreed(lever), "plan")
    assert (where.names, where.values, where.current) == (("exchange.halt",), ((False, True),), (False,))
    assert build(where, (False,)).plans["plan"].entries == agreed().plans["plan"].entries
    entries = only(lever, True)
    assert list(entries) == ["answer", "vote", "rest"]
    made = entries["answer"]
    assert isinstance(made, Exchange)
    assert made.date == day("2020-06-01")
    assert made.title == "halt for answer"
    parts: list[Any] = list(made.exchange)
    assert [(part.by, {s: n.likely for s, n in part.gives.items()}) for part in parts] == [
        ("north", {"arms": 0.3}),
        ("south", {"relief": 0.3}),
    ]
    assert (made.needs, made.pairs, made.late) == ((), (), True)
    assert entries["rest"].needs == ("vote", "answer")  # it needed the halt
    shares = agreed(lever)
    exchange: Any = build(space(shares, "plan"), (True,)).plans["plan"].entries[0]
    first: Any = shares.plans["plan"].entries[0]
    assert exchange.exchange[0].gives["arms"] is first.gives["arms"]  # so that draws of it can be used


def test_an_exchange_becomes_steps() -> None:
    entries = only({"exchange": ["swap"]}, False, swap=True)
    assert list(entries) == ["swap-north", "swap", "vote", "rest"]
    first, last = entries["swap-north"], entries["swap"]
    assert (first.by, last.by) == ("north", "south")
    assert (first.needs, last.needs) == ((), ("swap-north",))
    assert (first.pairs, last.pairs) == (("swap",), ("swap-north",))
    assert entries["vote"].needs == ("swap",)  # it waits for the last
    assert isinstance(only({"exchange": ["swap"]}, True, swap=True)["swap"], Exchange)


def test_there_and_back_is_the_same_game() -> None:
    joined = build(space(agreed({"exchange": ["halt", "answer"]}), "plan"), (True,))
    given = agreed(swap=True).plans["plan"].entries[0]
    made = joined.plans["plan"].entries[0]
    assert isinstance(made, Exchange)
    assert isinstance(given, Exchange)
    assert made.exchange == given.exchange


def test_an_exchange_on_two_dates_contradicts_itself() -> None:
    levers = (
        {"exchange": ["halt", "answer"]},
        {"date": "halt", "from": "2020-06-01", "to": "2020-08-01", "step": "1 month"},
    )
    where = space(agreed(*levers), "plan")
    build(where, (True, day("2020-06-01")))
    with pytest.raises(Contradiction, match="halt and answer are to be an exchange, but not on one date"):
        build(where, (True, day("2020-07-01")))


def test_a_design_weighs_them() -> None:
    agreement = agreed({"then": "vote"}, {"exchange": ["halt", "answer"]}, {"stalls": [0, 1]})
    found = design(agreement, "plan", maximise=["held_clean"])
    assert found.table.height == 3 * 2 * 2
    assert set(found.table["status"]) == {"meets all conditions"}
    assert set(found.table["exchange.halt"]) == {False, True}
    best = found.plans[0].plans["plan"]
    assert best.late is not None
    assert {"then.vote", "exchange.halt", "stalls"} <= set(found.table.columns)


def test_levers_of_lateness_need_a_plan_that_tells_it() -> None:
    for lever in ({"looks": [["6 months"]]}, {"stalls": [1]}, {"then": "vote"}):
        with pytest.raises(AgreementError, match=r"plan plan does not say that steps may be late\. Add late:"):
            agreed(lever, late=False)
    assert only({"then": "vote", "among": ["strike"]}, "strike", late=False)["vote"].then == "strike"


def test_levers_of_lateness_are_written_out_as_they_were_read() -> None:
    given = agreed(
        {"looks": [["6 months"], ["6 months", "2 years"]]},
        {"stalls": [0, 1]},
        {"then": "vote", "among": ["delay", "strike"]},
        {"exchange": ["halt", "answer"]},
    )
    text = dumps(given)
    assert "{looks: [[6 months], [6 months, 2 years]]}" in text
    assert loads(text).levers == given.levers
