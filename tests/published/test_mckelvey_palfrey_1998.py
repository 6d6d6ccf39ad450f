"""The logit agent quantal response equilibrium of centipede games and of the chain store stage game.

Sources: McKelvey, Richard D., and Thomas R. Palfrey. 1998. Quantal Response Equilibria for Extensive Form Games.
Experimental Economics 1: 9-41; concept, and Figure 1 (a) and (b) for the chain store game. McKelvey and Palfrey.
1992. An Experimental Study of the Centipede Game. Econometrica 60: 803-836; payoffs of Figures 1 and 2. The payoffs
were read in the catalogue of games that comes with Gambit.

Numbers below (anchors AQRE-CENT4, AQRE-CENT6, AQRE-CHAIN): computed by us before servanda existed, with Gambit and
with a branch tracer in numpy of our own, printed to 12 digits. TOLERANCE = 1e-11, above the rounding of the largest,
5e-12. The chain store's were made by the formulas repeated here, which hold to 1e-12. `backward` derives the
centipedes again.

As agreements: taking is withdrawing, passing is keeping. The payoffs come about in two ways, by lumps on one day, and
over years, by stakes that need half a year to be restored. In chain store (b) the incumbent does not see whether the
entrant comes in: the entrant keeps or conceals. The two trees have one strategic form, and have to have different
answers.
"""

from __future__ import annotations

import functools
import math

import pytest
from exact import Move, agreement, logistic, near, payoffs, simultaneous, simultaneous_payoffs, solved

from servanda import Agreement, Summary

TOLERANCE = 1e-11
PAYS = [(0.4, 0.1), (0.2, 0.8), (1.6, 0.4), (0.8, 3.2), (6.4, 1.6), (3.2, 12.8), (25.6, 6.4)]  # take at n1, n2, ...

# By moves and precision: chance to take at each node, payoffs of the two.
CENTIPEDES = {
    (4, 0.5): ((0.373594227844, 0.375572530055, 0.385072806311, 0.689974481128), (1.04748821424, 0.936187397078)),
    (4, 1.0): ((0.296256574927, 0.277980285574, 0.464883649356, 0.832018385134), (1.00887033173, 1.07761886)),
    (4, 2.0): ((0.23619296553, 0.376298744171, 0.761576823558, 0.960834277203), (0.848227197558, 0.75502137666)),
    (4, 5.0): ((0.492704224792, 0.851436105832, 0.981847187875, 0.99966464987), (0.402961102917, 0.428790659438)),
    (6, 0.5): (
        (0.249598915737, 0.247862918106, 0.23619296553, 0.376298744171, 0.761576823558, 0.960834277203),
        (2.05201181423, 1.87830696884),
    ),
    (6, 1.0): (
        (0.245783201694, 0.234573553647, 0.372846306791, 0.758750803711, 0.959411794214, 0.99834119892),
        (1.2456505039, 1.31070066645),
    ),
    (6, 2.0): (
        (0.234573351685, 0.372845876162, 0.758750450644, 0.959411617823, 0.998340994083, 0.999997239235),
        (0.852621672361, 0.760615704113),
    ),
}
# By precision: chance that the entrant stays out, and that the incumbent fights.
CHAIN_STORE = {
    "a": {
        0.5: (0.5165716788989662, 0.37754066879814546),
        1.0: (0.4518556892230418, 0.2689414213699951),
        2.0: (0.21673724147096488, 0.11920292202211755),
        5.0: (0.007394423573628546, 0.006692850924284856),
    },
    "b": {
        0.5: (0.5409854754951684, 0.44287371840750805),
        1.0: (0.5401855120122018, 0.38702983338900415),
        2.0: (0.3122563883246596, 0.20173474946197537),
        5.0: (0.0074221405807483555, 0.006944136418936634),
    },
}


def on_one_day(moves: int, precision: float) -> Agreement:
    chain: list[Move | dict[str, object]] = [
        Move(f"n{k + 1}", "onetwo"[3 * (k % 2) :][:3], exit=dict(zip(("one", "two"), PAYS[k], strict=True)))
        for k in range(moves - 1)
    ]
    ends = [dict(zip(("one", "two"), pair, strict=True)) for pair in PAYS[moves - 1 : moves + 1]]
    chain.append(Move(f"n{moves}", "two", exit=ends[0], keep=ends[1]))
    return agreement({"one": {"precision": precision}, "two": {"precision": precision}}, chain)


def over_years(moves: int, precision: float) -> Agreement:
    """A move every four years (1461 days, so 4.0); what is given returns half a year after a breakdown."""
    names, horizon, restore = ("one", "two"), 4.0 * moves, 0.5
    worth: dict[str, list[float]] = {name: [] for name in names}  # of the stake given at each move
    base = {}
    for i, name in enumerate(names):
        base[name] = PAYS[0][i]  # of everything at first: taking at once
        for k in range(moves):
            end = 4.0 * (k + 1)
            last = k + 1 == moves  # the agreement then ends with the horizon, and nothing returns
            gone = [min(end - 4.0 * j + (0.0 if last else restore), horizon - 4.0 * j) for j in range(k + 1)]
            lost = sum(w * years for w, years in zip(worth[name], gone, strict=False))
            worth[name].append((base[name] - lost - PAYS[k + 1][i]) / gone[k])
        worth[name].append(base[name] / horizon - sum(worth[name]))  # and what is never given makes up the rest
    stakes = {
        f"s{k}": {
            "holder": names[k % 2],
            "worth": {name: worth[name][k] for name in names},
            "restore": "0.5 years",
        }
        for k in range(moves + 1)
    }
    entries = [
        {"id": f"n{k + 1}", "date": f"{2000 + 4 * k}-01-01", "by": names[k % 2], "gives": [f"s{k}"]}
        for k in range(moves)
    ]
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "Centipede",
            "start": "2000-01-01",
            "horizon": f"{4 * moves} years",
            "unit": "dollar",
            "parties": {name: {"name": name, "discount": 0, "precision": precision} for name in names},
            "stakes": stakes,
            "plans": {"plan": {"entries": entries}},
        }
    )


WAYS = {"on one day": on_one_day, "over years": over_years}


@functools.cache
def centipede(way: str, moves: int, precision: float) -> Summary:
    return solved(WAYS[way](moves, precision))[1]


def backward(moves: int, precision: float) -> tuple[list[float], tuple[float, float]]:
    """Chance to take at each node, and payoffs, from the last node to the first."""
    value, takes = PAYS[moves], []
    for k in reversed(range(moves)):
        take = logistic(precision * (PAYS[k][k % 2] - value[k % 2]))
        value = (
            take * PAYS[k][0] + (1 - take) * value[0],
            take * PAYS[k][1] + (1 - take) * value[1],
        )
        takes.insert(0, take)
    return takes, value


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CENTIPEDES)
def test_centipede(way: str, case: tuple[int, float]) -> None:
    summary, (takes, values) = centipede(way, *case), CENTIPEDES[case]
    assert [e.withdraw for e in summary.entries] == near(list(takes), TOLERANCE)
    first = Move("n1", "one", exit=dict(zip(("one", "two"), PAYS[0], strict=True)))
    found = payoffs(summary, first if way == "on one day" else Move("n1", "one"))
    if way == "over years":
        found = {name: value.sign for name, value in summary.values.items()}
    assert (found["one"], found["two"]) == near(values, TOLERANCE)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("case", CENTIPEDES)
def test_centipede_derived_again(way: str, case: tuple[int, float]) -> None:
    takes, values = backward(*case)
    assert [e.withdraw for e in centipede(way, *case).entries] == near(takes, 1e-12)
    assert CENTIPEDES[case][0] == near(tuple(takes), TOLERANCE)
    assert CENTIPEDES[case][1] == near(values, TOLERANCE)


def test_centipede_ends_at_once_at_high_precision() -> None:
    """The limit is the subgame perfect equilibrium: take at the first node."""
    assert centipede("on one day", 4, 100.0).entries[0].withdraw == near(1.0, 1e-8)  # 1 - e^-20 = 1 - 2e-9


@pytest.mark.parametrize("precision", CHAIN_STORE["a"])
def test_chain_store_sequential(precision: float) -> None:
    game = agreement(
        {"entrant": {"precision": precision}, "incumbent": {"precision": precision}},
        [
            Move("enter", "entrant", exit={"entrant": 2, "incumbent": 2}),
            Move("share", "incumbent", keep={"entrant": 3, "incumbent": 1}),
        ],
    )
    stays, fights = (e.withdraw for e in solved(game)[1].entries)
    assert (stays, fights) == near(CHAIN_STORE["a"][precision], 1e-12)
    again = 1 / (1 + math.exp(precision))
    assert (stays, fights) == near((logistic(precision * (2 - 3 * (1 - again))), again), 1e-12)


@pytest.mark.parametrize("precision", CHAIN_STORE["b"])
def test_chain_store_unobserved(precision: float) -> None:
    """Keep is staying out, conceal entering; withdraw is fighting, keep sharing."""
    pays = {(0, 0): (2.0, 2.0), (0, 1): (2.0, 2.0), (1, 0): (3.0, 1.0), (1, 1): (0.0, 0.0)}
    summary = solved(simultaneous("entrant", "incumbent", pays, precision))[1]
    entrant, incumbent = summary.entries
    stays, fights = entrant.keep, incumbent.withdraw
    assert (stays, fights) == near(CHAIN_STORE["b"][precision], 1e-12)
    assert fights == near(logistic(-precision * (1 - stays)), 1e-12)
    assert stays == near(logistic(precision * (2 - 3 * (1 - fights))), 1e-12)
    # What the two get, by the four outcomes.
    chances = [[stays * (1 - fights), stays * fights], [(1 - stays) * (1 - fights), (1 - stays) * fights]]
    means = [sum(chances[i][j] * pays[i, j][n] for i in (0, 1) for j in (0, 1)) for n in (0, 1)]
    found = simultaneous_payoffs(summary, "entrant", precision)
    assert [found["entrant"], found["incumbent"]] == near(means, 1e-11)
