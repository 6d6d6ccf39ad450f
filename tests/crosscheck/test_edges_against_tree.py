"""Late plans at the edges of what the rules allow, fast solver against explicit tree: one case for each edge."""

from __future__ import annotations

from typing import Any

import pytest
from support.against_tree import differences
from support.building import day, gives, party, ratify, review, situation, stake, turnover
from support.tree_solver import solve as solve_tree

from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck.explicit_tree import game_tree
from servanda.game.compiler import compile
from servanda.solver.equilibrium import solve

HABITS = {"stumbles": 0.2, "falls_behind": 0.4, "catches_up": 0.5, "suspends": 0.3, "leaves": 0.05, "conceals": 0.25}
COSTS = {"breakdown": 0.7, "withdrawing": 0.4, "found": 0.9, "delaying": 0.25, "suspending": 0.15, "lapse": 0.2}
STAKES: dict[str, dict[str, Any]] = {
    "A": stake("a", "1 year", True, a=1.0, b=-1.5),
    "B": stake("b", "2 years", True, a=-2.0, b=0.5),
    "C": stake("c", "1 year", True, a=-0.3, b=-0.4, c=0.8),
    "D": stake("b", "3 years", a=-0.5, b=0.4) | {"suspendable": True},
}
OPENING = gives("opening", "2020-07-01", "b", "D", automatic=True)
STEPS = [
    OPENING,
    gives("first", "2021-01-01", "a", "A"),
    gives("second", "2022-01-01", "b", "B") | {"needs": ["first"]},
]
MEETING = review("a", "b", date="2023-01-01")


def swap(when: str, *who: str, **more: Any) -> dict[str, Any]:
    parts = [{"by": name, "gives": [name.upper()]} for name in who]
    return {"id": "swap", "date": day(when), "exchange": parts, **more}


def late(*looks: str, stalls: int = 1) -> dict[str, Any]:
    return {"looks": list(looks or ["6 months"]), "stalls": stalls}


def habits(**changed: float) -> dict[str, float]:
    return HABITS | changed


CASES: dict[str, dict[str, Any]] = {
    "measures that find nothing": {"finds": 0.0},
    "habit never conceals": {"habits": habits(conceals=0.0)},
    "habit always conceals": {"habits": habits(conceals=1.0)},
    "habit never catches up": {"habits": habits(catches_up=0.0)},
    "habit never leaves": {"habits": habits(leaves=0.0)},
    "habit never suspends": {"habits": habits(suspends=0.0)},
    "habit is never late": {"habits": habits(stumbles=0.0, falls_behind=0.0)},
    "habit is always late": {"habits": habits(stumbles=1.0)},
    "no stall to tell": {"late": late(stalls=0)},
    "a look beyond the horizon": {"late": late("6 months", "10 years")},
    "a horizon in the stall": {"horizon": "26 months", "entries": STEPS},
    "an exchange": {"entries": [OPENING, swap("2021-01-01", "a", "b"), MEETING], "late": late("6 months", "1 year")},
    "an exchange that may not be late": {"entries": [OPENING, swap("2021-01-01", "a", "b", late=False), MEETING]},
    "an exchange at the horizon": {"entries": [OPENING, swap("2028-01-01", "a", "b")]},
    "an exchange at the start": {
        "entries": [swap("2020-01-01", "a", "b"), MEETING],
        "late": late("6 months", "1 year"),
    },
    "an exchange where nobody can be late": {
        "entries": [OPENING, swap("2021-01-01", "a", "b"), MEETING],
        "late": None,
        "found": "breakdown",
    },
    "an exchange of three": {
        "parties": "abc",
        "entries": [swap("2021-01-01", "a", "b", "c"), review("a", date="2023-01-01")],
    },
    "an exchange beside a third party that conceals": {
        "parties": "abc",
        "entries": [gives("own", "2020-07-01", "c", "C"), swap("2021-01-01", "a", "b"), review("c", date="2023-01-01")],
    },
    "terms that end in a stall": {
        "entries": [
            *STEPS,
            {
                "id": "terms",
                "renew": ["a", "b"],
                "every": "120 days",
                "from": day("2020-12-01"),
                "until": day("2022-06-01"),
            },
        ]
    },
    "a new government after concealment": {
        "types": {"hard": {"chance": 0.5, "worth": {"A": 2.0}}, "soft": {"chance": 0.5}},
        "entries": [
            *STEPS,
            turnover("election", "2022-03-01", "a", 0.5, hard=0.3, soft=0.7),
            review("a", date="2024-01-01"),
        ],
    },
    "a vote put again with no stall left": {
        "entries": [*STEPS, ratify("vote", "2023-01-01", "a", 0.6) | {"then": "delay"}, review("b", date="2024-01-01")]
    },
    "a vote at the horizon": {"entries": [*STEPS[:2], ratify("vote", "2028-01-01", "a", 0.6) | {"then": "delay"}]},
    "taking back at a review": {
        "entries": [
            *STEPS,
            review("b", date="2023-01-01") | {"may_suspend": True},
            review("b", "a", date="2024-01-01") | {"id": "later", "may_suspend": True},
        ],
        "late": late("6 months", stalls=2),
    },
    "habits of one party only": {
        "without": "b",
        "entries": [OPENING, swap("2021-01-01", "a", "b"), MEETING],
        "late": late("6 months", "1 year"),
    },
}


@pytest.mark.parametrize("name", CASES)
def test_an_edge_is_the_same_on_the_tree(name: str) -> None:
    case = CASES[name]
    parties = {
        each: {**party(1.0, 0.05, case.get("types") if each == "a" else None, **COSTS)}
        | ({} if each == case.get("without") else {"habits": case.get("habits", HABITS)})
        for each in case.get("parties", "ab")
    }
    entries = case.get("entries", [*STEPS, MEETING])
    stakes = {key: of for key, of in STAKES.items() if of["holder"] in parties}
    for key, of in stakes.items():
        stakes[key] = of | {"worth": {each: worth for each, worth in of["worth"].items() if each in parties}}
    measures = {"eyes": {"covers": [key for key in "ABC" if key in stakes], "finds": case.get("finds", 0.4)}}
    data: dict[str, Any] = situation(parties, stakes, entries, measures, horizon=case.get("horizon", "8 years"))
    plan = {"late": case.get("late", late()), "found": case.get("found", "stall")}
    data["plans"]["plan"] |= {key: value for key, value in plan.items() if value is not None}
    agreement = Agreement.model_validate(data)
    tree = game_tree(agreement, "plan")
    assert max(differences(solve(compile(agreement, "plan")), tree, solve_tree(tree)).values()) < 1e-12
