"""Small agreements that between them have everything a file can say; their game trees stay below 3,000 nodes."""

from __future__ import annotations

from typing import Any

from servanda.agreement.format.agreement import Agreement
from support.building import day, gives, party, ratify, review, situation, stake, turnover


def north(precision: float = 1.2, **more: Any) -> dict[str, Any]:
    return party(precision, 0.08, more.pop("types", None), **{"breakdown": 0.6, "found": 1.5, **more})


def south(precision: float = 0.9, **more: Any) -> dict[str, Any]:
    return party(precision, 0.04, more.pop("types", None), **{"breakdown": 0.4, "withdrawing": 0.7, **more})


SINCERE = {"sincere": {"chance": 0.45, "worth": {"arms": 0.2}}, "stalling": {"chance": 0.55}}
FIRM = {
    "committed": {"chance": 0.7, "costs": {"withdrawing": 1.6}},
    "opportunist": {"chance": 0.3, "worth": {"relief": 1.4}},
}
PARTIES = {"north": north(), "south": south()}
TYPED = {"north": north(types=SINCERE), "south": south(types=FIRM)}
ARMS = stake("north", "30 months", True, north=1.0, south=-1.6)
RELIEF = stake("south", "2 months", south=0.5, north=-1.5)
PLANT = stake("north", "4 years", True, north=0.4, south=-0.7)
EXERCISES = stake("south", "3 months", True, south=0.3, north=-0.9)
TREATY = stake("south", "never", north=-0.8, south=0.1)
STAKES = {"arms": ARMS, "relief": RELIEF}
INSPECTORS = {"covers": ["arms"], "finds": 0.3}


def _situation(parties: Any, stakes: Any, entries: Any, measures: Any = None, **more: Any) -> dict[str, Any]:
    return situation(parties, stakes, entries, {"inspectors": INSPECTORS} if measures is None else measures, **more)


def _two_parties() -> dict[str, dict[str, Any]]:
    freeze = gives("freeze", "2021-01-01", "north", "arms")
    lift = gives("lift", "2021-07-01", "south", "relief")
    half = gives("half", "2020-06-01", "north", arms=0.5)
    some = gives("some", "2020-12-01", "south", relief=0.5)
    rest = gives("rest", "2021-06-01", "north", "arms")
    more = gives("more", "2022-01-01", "south", "relief")
    return {
        "one-entry": _situation(PARTIES, STAKES, [freeze]),
        "one-party": _situation({"north": north()}, {"arms": stake("north", "1 year", True, north=1.0)}, [freeze]),
        "two-steps": _situation(PARTIES, STAKES, [freeze, lift]),
        "types": _situation(TYPED, STAKES, [freeze, lift]),
        "types-of-one": _situation({**PARTIES, "south": south(types=FIRM)}, STAKES, [lift, freeze], incidents=0.01),
        "halves": _situation(TYPED, STAKES, [half, some, rest, more]),
        "thirds-then-reviews": _situation(
            {**PARTIES, "south": south(types=FIRM)},
            STAKES,
            [
                gives("a", "2020-06-01", "north", arms=0.3),
                gives("b", "2020-12-01", "north", arms=0.3),
                gives("c", "2021-06-01", "north", "arms"),
                review("south", "north", date="2022-01-01"),
            ],
        ),
        "reviews": _situation(
            {**PARTIES, "north": north(types=SINCERE)},
            STAKES,
            [freeze, lift, review("north", "south", every="12 months", from_="2022-01-31", until="2024-02-01")],
        ),
        "reviews-only": _situation(
            TYPED, STAKES, [review("south", every="6 months", from_="2020-01-01", until="2021-12-31")]
        ),
        "incidents": _situation(TYPED, STAKES, [freeze, lift, review("north", date="2023-01-01")], incidents=0.07),
        "two-concealers": _situation(
            TYPED,
            {**STAKES, "exercises": EXERCISES},
            [freeze, gives("stand-down", "2021-04-01", "south", "exercises"), lift],
            {"inspectors": INSPECTORS, "watchers": {"covers": ["exercises", "arms"], "finds": 0.2}},
        ),
        "two-stakes-one-step": _situation(
            {**PARTIES, "north": north(types=SINCERE)},
            {**STAKES, "plant": PLANT, "envoys": stake("north", "1 week", north=0.2, south=-0.3)},
            [gives("all", "2021-01-01", "north", arms=0.6, plant=1.0, envoys=0.5), lift, rest],
            {"inspectors": INSPECTORS, "satellite": {"covers": ["plant"], "finds": 0.5}},
        ),
        "never-restored": _situation(
            TYPED,
            {**STAKES, "treaty": TREATY, "plant": {**PLANT, "restore": "never"}},
            [gives("demolish", "2020-09-01", "north", "plant"), gives("peace", "2021-07-01", "south", "treaty"), lift],
            {"satellite": {"covers": ["plant"], "finds": 0.25}},
        ),
        "automatic": _situation(
            TYPED,
            STAKES,
            [
                half,
                gives("escrow", "2020-09-01", "south", automatic=True, relief=0.4),
                gives("custody", "2021-03-01", "north", "arms", automatic=True),
                lift,
            ],
            incidents=0.02,
        ),
        "windows": _situation(
            {**PARTIES, "north": north(types=SINCERE)},
            STAKES,
            [half, some, rest, more],
            {
                "early": {
                    "covers": ["arms"],
                    "finds": 0.4,
                    "until": day("2021-02-01"),
                    "false_alarms": 0.2,
                    "breaks": 0.3,
                },
                "late": {"covers": ["arms"], "finds": 0.9, "from": day("2021-09-01"), "until": day("2023-01-01")},
                "alarm": {
                    "covers": ["arms"],
                    "finds": 0.0,
                    "from": day("2019-01-01"),
                    "false_alarms": 0.1,
                    "breaks": 0.2,
                },
            },
        ),
        "unwatched": _situation(TYPED, STAKES, [freeze, lift], {}),
        "ratification": _situation(
            {
                "north": north(
                    types={"sincere": {"chance": 0.5, "costs": {"unratified": 2.0}}, "stalling": {"chance": 0.5}}
                ),
                "south": south(types=FIRM, unratified=1.2),
            },
            STAKES,
            [
                half,
                ratify("congress", "2020-09-01", "south", 0.6),
                some,
                ratify("assembly", "2021-03-01", "north", 0.8),
                ratify("formality", "2021-03-01", "north", 1.0),
                lift,
            ],
        ),
        "same-date": _situation(
            TYPED,
            {**STAKES, "exercises": EXERCISES},
            [
                gives("there", "2021-01-01", "south", "exercises"),
                freeze,
                ratify("vote", "2021-01-01", "south", 0.9),
                gives("here", "2021-01-01", "south", "relief"),
            ],
        ),
        "first-and-last-day": _situation(
            TYPED,
            STAKES,
            [
                half,
                gives("at-once", "2020-01-01", "south", relief=0.5),
                gives("at-last", "2024-01-01", "north", "arms"),
            ],
            horizon="4 years",
        ),
        "costs": _situation(
            {
                "north": party(
                    1.1,
                    0.07,
                    {
                        "sincere": {"chance": 0.4, "costs": {"breakdown": 1.5, "withdrawing": 1.0}},
                        "stalling": {
                            "chance": 0.6,
                            "costs": {"found": 0.2, "unratified": 0.0},
                            "worth": {"relief": -0.3},
                        },
                    },
                    breakdown=0.5,
                    withdrawing=0.3,
                    found=2.0,
                    unratified=0.4,
                ),
                "south": party(0.8, 0.02, FIRM, breakdown=0.9, withdrawing=-0.2, found=0.6, unratified=1.0),
            },
            STAKES,
            [
                half,
                ratify("congress", "2020-09-01", "south", 0.7),
                some,
                ratify("duma", "2021-01-01", "north", 0.7),
                rest,
            ],
        ),
        "overrides": _situation(
            {
                "north": party(
                    1.1,
                    0.07,
                    {
                        "sincere": {"chance": 0.4, "discount": 0.01, "precision": 2.0, "worth": {"arms": 0.1}},
                        "stalling": {"chance": 0.35, "discount": 0.0, "precision": 0.4},
                        "wild": {"chance": 0.25, "discount": 0.5, "precision": 0.0},
                        "absent": {"chance": 0.0},
                    },
                    breakdown=0.5,
                    found=1.0,
                ),
                "south": south(
                    types={"near": {"chance": 0.5, "precision": 3.0}, "far": {"chance": 0.5, "discount": 0.2}}
                ),
            },
            STAKES,
            [half, some, rest],
        ),
        "six-steps": _situation(
            {"north": north(2.0, types=SINCERE), "south": south(2.0, types=FIRM)},
            {"arms": {**ARMS, "concealable": False}, "relief": RELIEF},
            _six_steps(),
        ),
        "sharp": _situation(
            {"north": north(9.0, types=SINCERE), "south": south(12.0, types=FIRM)}, STAKES, [half, some, rest, more]
        ),
    }


def _hard() -> dict[str, dict[str, Any]]:
    """Cases that a solver in a hurry gets wrong: the branch turns back in precision (twice) before it reaches 1."""
    arms = stake("north", "2 months", True, north=0.34, south=-1.17)
    relief = stake("south", "2 months", south=1.15, north=-1.31)

    def of(north: float, south: float) -> dict[str, Any]:
        good = {"chance": 0.42, "worth": {"arms": -0.16}}, {"chance": 0.22, "worth": {"relief": -0.58}}
        parties = {
            "north": party(north, 0.02, {"good": good[0], "bad": {"chance": 0.58}}, breakdown=1.13),
            "south": party(south, 0.02, {"good": good[1], "bad": {"chance": 0.78}}, breakdown=0.81),
        }
        return _situation(parties, {"arms": arms, "relief": relief}, _six_steps())

    return {
        "beyond-a-fold": of(8.65, 14.36),  # undiscounted, the branch turns at 0.2375 and 0.2362 of this precision
        "within-a-fold": of(2.0466, 3.3976),  # 0.2366 of it: three equilibria, the branch meets the lowest first
        "very-sharp": _situation({"north": north(150.0, types=SINCERE), "south": south(200.0)}, STAKES, _two_steps()),
    }


def _two_steps() -> list[dict[str, Any]]:
    return [gives("freeze", "2021-01-01", "north", "arms"), gives("lift", "2021-07-01", "south", "relief")]


def _six_steps() -> list[dict[str, Any]]:
    turns = [("north", "arms"), ("south", "relief")] * 3
    return [
        gives(f"step-{n}", f"202{n // 2}-0{3 + 4 * (n % 2)}-01", by, **{what: 1 / 3})
        for n, (by, what) in enumerate(turns)
    ]


def _turnovers() -> dict[str, dict[str, Any]]:
    half = gives("half", "2020-06-01", "north", arms=0.5)
    lift = gives("lift", "2021-07-01", "south", "relief")
    rest = gives("rest", "2022-01-01", "north", "arms")
    plain = {"new": {"chance": 0.0}, "old": {"chance": 1.0, "worth": {"relief": 0.2}}}
    return {
        "turnover": _situation(
            TYPED, STAKES, [half, turnover("vote", "2021-01-20", "south", 0.5, committed=0.4, opportunist=0.6), lift]
        ),
        "turnover-first": _situation(
            TYPED, STAKES, [turnover("vote", "2020-01-20", "south", 0.3, committed=0.4, opportunist=0.6), half, lift]
        ),
        "turnover-last": _situation(
            TYPED, STAKES, [half, lift, turnover("vote", "2023-01-20", "south", 0.8, committed=0.0, opportunist=1.0)]
        ),
        "turnover-certain": _situation(
            {"north": north(types=SINCERE), "south": south(types=plain)},
            STAKES,
            [half, turnover("vote", "2021-01-20", "south", 1.0, new=1.0), lift, rest],
        ),
        "turnover-of-concealer": _situation(
            {**TYPED, "south": south()},
            STAKES,
            [half, turnover("coup", "2021-01-20", "north", 0.4, sincere=0.8, stalling=0.2), lift, rest],
        ),
        "two-turnovers": _situation(
            {**TYPED, "north": north()},
            STAKES,
            [
                half,
                turnover("vote-1", "2021-01-20", "south", 0.5, committed=0.4, opportunist=0.6),
                lift,
                turnover("vote-2", "2023-01-20", "south", 0.5, committed=0.9, opportunist=0.1),
                review("south", "north", date="2024-01-01"),
            ],
        ),
        "turnovers-of-both": _situation(
            TYPED,
            STAKES,
            [
                half,
                turnover("vote", "2021-01-20", "south", 0.5, committed=0.4, opportunist=0.6),
                turnover("coup", "2021-01-20", "north", 0.3, sincere=0.8, stalling=0.2),
                lift,
            ],
            incidents=0.01,
        ),
        "everything": _situation(
            {
                "north": north(types={**SINCERE, "stalling": {"chance": 0.55, "precision": 0.5, "discount": 0.15}}),
                "south": south(types=FIRM, unratified=0.5),
            },
            {**STAKES, "exercises": EXERCISES, "treaty": TREATY},
            [
                half,
                gives("stand-down", "2020-06-01", "south", exercises=0.7),
                ratify("congress", "2020-09-01", "south", 0.7),
                turnover("coup", "2021-01-20", "north", 0.4, sincere=0.8, stalling=0.2),
                gives("peace", "2021-02-01", "south", "treaty", automatic=True),
                lift,
            ],
            {
                "inspectors": {"covers": ["arms"], "finds": 0.5, "from": day("2020-08-01"), "until": day("2025-01-01")},
                "watchers": {"covers": ["arms", "exercises"], "finds": 0.2, "false_alarms": 0.1, "breaks": 0.2},
            },
            incidents=0.02,
        ),
    }


def _three_parties() -> dict[str, dict[str, Any]]:
    stakes = {
        "arms": stake("north", "30 months", True, north=1.0, south=-1.6, west=-0.5),
        "relief": stake("south", "2 months", south=0.5, north=-1.5, west=0.1),
        "bases": stake("west", "1 year", True, west=0.6, north=-1.2, south=0.2),
    }
    west = party(1.4, 0.03, breakdown=0.2, withdrawing=0.1, found=0.9)
    lax = {"lax": {"chance": 0.5, "worth": {"bases": 0.1}}, "strict": {"chance": 0.5, "costs": {"found": 0.1}}}
    steps = [
        gives("freeze", "2020-06-01", "north", "arms"),
        gives("leave", "2020-12-01", "west", bases=0.8),
        gives("lift", "2021-06-01", "south", "relief"),
    ]
    watched = {"inspectors": INSPECTORS, "patrol": {"covers": ["bases"], "finds": 0.4}}
    return {
        "three-parties": _situation({**PARTIES, "west": west}, stakes, steps, watched),
        "three-parties-types": _situation({**TYPED, "west": {**west, "types": lax}}, stakes, steps, watched),
        "three-concealers": _situation(
            {**PARTIES, "north": north(types=SINCERE), "west": west},
            {**stakes, "relief": {**stakes["relief"], "concealable": True}},
            [*steps, review("north", date="2022-01-01")],
            {**watched, "auditors": {"covers": ["relief", "arms"], "finds": 0.1}},
            incidents=0.03,
        ),
        "three-parties-turnover": _situation(
            {**TYPED, "west": west},
            stakes,
            [steps[0], turnover("vote", "2020-09-01", "south", 0.5, committed=0.5, opportunist=0.5), *steps[1:]],
            watched,
        ),
    }


def cases(discounted: bool = True) -> dict[str, Agreement]:
    """Every case by name; each has the one plan 'plan'. Without discounting, all discount rates are zero."""
    built: dict[str, Agreement] = {}
    for name, case in {**_two_parties(), **_hard(), **_turnovers(), **_three_parties()}.items():
        if not discounted:
            parties = {
                key: {**of, "discount": 0.0, "types": {kind: _undiscounted(t) for kind, t in of["types"].items()}}
                for key, of in case["parties"].items()
            }
            case = {**case, "parties": parties}
        built[name] = Agreement.model_validate(case)
    return built


def _undiscounted(kind: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in kind.items() if key != "discount"}


def precisions(agreement: Agreement) -> dict[str, dict[str, float]]:
    """Logit precision by party and type, per unit."""
    return {
        name: {k: (party.precision if of.precision is None else of.precision).likely for k, of in party.types.items()}
        or {"only": party.precision.likely}
        for name, party in agreement.parties.items()
    }


def one_precision(agreement: Agreement) -> dict[str, float] | None:
    """Logit precision by party; None if types of a party differ in it (Gambit scales a player's payoffs as one)."""
    found = {name: set(of.values()) for name, of in precisions(agreement).items()}
    return {name: min(of) for name, of in found.items()} if all(len(of) == 1 for of in found.values()) else None
