"""Bayes' rule over clean reports, competing risks over steps, and a government that comes and goes.

Sources: textbook results, derived by us (anchors POSTERIOR, CHAIN-ABS, CHAIN-REGIME) and again below; no publication.

- Belief: an insincere party cheats at every step and is found each time with chance h. After k clean reports the
  belief in sincerity is pi / (pi + (1 - pi)(1 - h)^k).
- Competing risks: at each step the deal collapses with chance q (a ratification fails), else the cheater is found
  with chance h.
- Government: pro becomes anti with chance al a term, anti becomes pro with chance be. In servanda's words: a new
  government comes with chance al + be, and is pro with chance be / (al + be).

Payoffs are such that types have no choice (other acts below 1e-50). TOLERANCE = 1e-12 against fractions, 5e-11
against numbers printed to ten digits. What cannot be expressed of CHAIN-REGIME: the tolerance of m strikes, because a
first finding ends the agreement.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from exact import FORCE, Move, agreement, near, on, solved, watch

from servanda import Summary

TOLERANCE, PRINTED = 1e-12, 5e-11
FIRM = {"keep": {"a": {"sincere": 0.0, "insincere": -FORCE}}, "conceal": {"a": {"sincere": -FORCE, "insincere": 0.0}}}


def steps(K: int, h: float, sincere: float, q: float | None = None) -> Summary:
    """K steps a day apart, each found on the way to the next if concealed; before each, what fails with chance q."""
    moves: list[Move | dict[str, object]] = []
    for k in range(K):
        if q is not None:
            moves.append({"id": f"vote{k}", "date": on(k), "ratify": "b", "passes": 1 - q})
        moves.append(Move(f"step{k}", "a", day=k, **FIRM))
    parties = {
        "a": {
            "precision": 1.0,
            "types": {"sincere": sincere, "insincere": 1 - sincere},
            "costs": {"withdrawing": 2 * FORCE},
        },
        "b": {"precision": 1.0},
    }
    measures = {f"watch{k}": watch(f"step{k}", h, since=k, until=k + 1) for k in range(K)}
    return solved(agreement(parties, moves, days=K, measures=measures))[1]


@pytest.mark.parametrize(
    ("prior", "h", "k", "expected", "tolerance"),
    [
        (0.5, 0.3, 5, 100000 / 116807, TOLERANCE),
        (0.5, 0.3, 5, 0.8561130754, PRINTED),
        (0.6, 0.25, 8, 32768 / 34955, TOLERANCE),
        (0.6, 0.25, 8, 0.9374338435, PRINTED),
    ],
)
def test_belief(prior: float, h: float, k: int, expected: float, tolerance: float) -> None:
    summary = steps(k + 1, h, prior)
    assert summary.entries[k].belief["sincere"] == near(expected, tolerance)
    sincere, insincere = Fraction(str(prior)), 1 - Fraction(str(prior))
    for entry in summary.entries:  # Bayes' rule, one report after the other
        assert entry.belief["sincere"] == near(float(sincere / (sincere + insincere)), TOLERANCE)
        insincere *= 1 - Fraction(str(h))


@pytest.mark.parametrize(("prior", "h", "wanted", "first"), [(0.5, 0.3, 0.9, 7), (0.6, 0.25, 0.95, 9)])
def test_how_many_clean_reports_it_takes(prior: float, h: float, wanted: float, first: int) -> None:
    beliefs = [entry.belief["sincere"] for entry in steps(first + 1, h, prior).entries]
    assert [belief >= wanted for belief in beliefs] == [False] * first + [True]


@pytest.mark.parametrize(
    ("K", "h", "q", "done", "caught", "collapse", "started"),
    [
        (5, "3/10", "1/20", 0.1300493622, 0.7401072591, 0.1298433788, 2.5968675756),
        (8, "1/4", "1/10", 0.0430953272, 0.6624724658, 0.294432207, 2.9443220701),
        (3, "1/2", "0", 1 / 8, 7 / 8, 0.0, 7 / 4),
    ],
)
def test_competing_risks(K: int, h: str, q: str, done: float, caught: float, collapse: float, started: float) -> None:
    summary = steps(K, float(Fraction(h)), 0.0, float(Fraction(q)))
    votes = [entry.reached for entry in summary.entries if entry.kind == "ratification"]
    found = (summary.held["concealed"], summary.broken["found:a"], summary.broken["unratified:b"], sum(votes))
    assert found == near((done, caught, collapse, started), PRINTED)
    here, by_hand = Fraction(1), [Fraction(0)] * 4  # step by step
    for _ in range(K):
        by_hand[3] += here
        by_hand[2] += here * Fraction(q)
        by_hand[1] += here * (1 - Fraction(q)) * Fraction(h)
        here *= (1 - Fraction(q)) * (1 - Fraction(h))
    by_hand[0] = here
    assert found == near(tuple(float(x) for x in by_hand), TOLERANCE)


@pytest.mark.parametrize(
    ("al", "be", "n", "expected", "tolerance"),
    [("1/10", "1/5", 4, 0.7467, TOLERANCE), ("1/20", "1/4", 10, 0.83804125415, PRINTED)],
)
def test_government(al: str, be: str, n: int, expected: float, tolerance: float) -> None:
    to_anti, to_pro = Fraction(al), Fraction(be)
    comes, pro = float(to_anti + to_pro), float(to_pro / (to_anti + to_pro))
    moves: list[Move | dict[str, object]] = [
        {"id": f"term{k}", "date": on(k), "turnover": "a", "chance": comes, "types": {"pro": pro, "anti": 1 - pro}}
        for k in range(n)
    ]
    moves.append(Move("end", "b", day=n))
    parties = {"a": {"precision": 1.0, "types": {"pro": 1.0, "anti": 0.0}}, "b": {"precision": 1.0}}
    summary = solved(agreement(parties, moves, days=n + 1))[1]
    found = [entry.beliefs["a"]["pro"] for entry in summary.entries]
    assert found[n] == near(expected, tolerance)
    chance = Fraction(1)
    for belief in found:
        assert belief == near(float(chance), TOLERANCE)
        chance = chance * (1 - to_anti) + (1 - chance) * to_pro
