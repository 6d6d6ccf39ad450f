"""Games whose payoffs are given, written as agreements: what the tests of published results are built from.

A *lump* of L at some date is a stake with `restore: never` given then: its holder loses the flow of w = -L / a for
good, where a is the annuity from that date to the horizon, whatever happens later. So every act can pay anything:

- keep pays `keep`, conceal pays `conceal`: a lump of `conceal` on both acts and, if they differ, a concealable stake
  of worth (conceal - keep) / a to everybody, which is lost by keeping only.
- withdrawing pays `exit`: put into the lump of the move before and taken out of this one's, and what the first exit
  pays is added to all values at the end. Findings and incidents before a move would pay its `exit` too, so that exits
  other than 0 are for games without reports.
- `lasting` is paid after conceal if the agreement then stays in force to the horizon: a concealable stake with
  `restore: 0 days`, and a second one that takes it back after keep. All moves have to be on one day then.

An act is priced out by paying -FORCE / precision for it: its chance is below 1e-50, and before the branch has come
further than 1 % of the way the game is the one without that act.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from servanda import Agreement, Equilibrium, Summary, audit, compile, solve, summarise

FORCE = 200.0
START = date(2000, 1, 1)
YEAR = 365.25
Amounts = Mapping[str, float | Mapping[str, float]]  # by party, or by party and type; parties left out get 0
NOTHING: Amounts = {}


@dataclass(frozen=True)
class Move:
    """A choice of `by`, or what happens without one if `automatic`. Payoffs are valued at the day of the move."""

    id: str
    by: str
    keep: Amounts = field(default_factory=dict)
    conceal: Amounts | None = None
    exit: Amounts = field(default_factory=dict)
    lasting: Amounts = field(default_factory=dict)
    day: int = 0
    automatic: bool = False


def of(amounts: Amounts, party: str, kind: str) -> float:
    """What a type gets."""
    amount = amounts.get(party, 0.0)
    return amount if isinstance(amount, float | int) else amount[kind]


def rate(chance: float, days: float = 1.0) -> float:
    """The yearly rate at which something happens with this chance within so many days."""
    return -math.log1p(-chance) * YEAR / days


def annuity(discount: float, days: float) -> float:
    return -math.expm1(-discount * days / YEAR) / discount if discount else days / YEAR


def on(day: int) -> date:
    return START + timedelta(days=day)


def agreement(
    parties: Mapping[str, Mapping[str, Any]],
    moves: list[Move | dict[str, Any]],
    days: int = 1,
    measures: Mapping[str, Any] | None = None,
    incidents: float = 0.0,
) -> Agreement:
    """Write a game as an agreement.

    `parties`: what the file would hold, `types` as chances or in full. `moves`: in order; dicts are entries as they
    stand. `days`: until the horizon.
    """
    kinds = {name: tuple(party.get("types", ())) or ("only",) for name, party in parties.items()}
    stakes: dict[str, Any] = {}
    worth: dict[str, dict[str, dict[str, float]]] = {}  # by stake, party and type

    def stake(name: str, holder: str, amounts: dict[str, dict[str, float]], **more: Any) -> None:
        stakes[name] = {"holder": holder, "worth": {}, **more}
        worth[name] = amounts

    entries: list[dict[str, Any]] = []
    choices = [move for move in moves if isinstance(move, Move)]
    for i, move in enumerate(choices):
        after = choices[i + 1] if i + 1 < len(choices) else None

        def lump(p: str, k: str, move: Move = move, after: Move | None = after) -> float:
            paid = of(move.keep if move.conceal is None else move.conceal, p, k) - of(move.exit, p, k)
            if after is not None:
                wait = parties[p].get("discount", 0.0) * (after.day - move.day) / YEAR
                paid += math.exp(-wait) * of(after.exit, p, k)
            return paid

        def every(amount: Any, move: Move = move) -> dict[str, dict[str, float]]:
            left = {p: annuity(parties[p].get("discount", 0.0), days - move.day) for p in parties}
            return {p: {k: amount(p, k) / left[p] for k in kinds[p]} for p in parties}

        stake(f"deed-{move.id}", move.by, every(lambda p, k, lump=lump: -lump(p, k)), restore="never")
        given = [f"deed-{move.id}"]
        if move.conceal is not None:
            conceal, keep = move.conceal, move.keep
            more = every(lambda p, k, c=conceal, n=keep: of(c, p, k) - of(n, p, k))
            stake(f"secret-{move.id}", move.by, more, restore="never", concealable=True)
            given.append(f"secret-{move.id}")
        if move.lasting:
            assert all(m.day == 0 for m in choices), "a lasting payoff needs all moves on one day"
            for name, sign, hidden in (("lasting", 1.0, True), ("levelling", -1.0, False)):
                amounts = every(lambda p, k, s=sign, move=move: s * of(move.lasting, p, k))
                stake(f"{name}-{move.id}", move.by, amounts, restore="0 days", concealable=hidden)
                given.append(f"{name}-{move.id}")
        automatic = {"automatic": True} if move.automatic else {}
        entries.append({"id": move.id, "date": on(move.day), "by": move.by, "gives": given, **automatic})
    drawn = iter(entries)
    people: dict[str, Any] = {}
    for name, party in parties.items():
        people[name] = {"name": name, "discount": 0.0, **party}
        if "types" in party:
            people[name]["types"] = {
                k: {
                    **(given if isinstance(given, Mapping) else {"chance": given}),
                    "worth": {s: worth[s][name][k] for s in stakes},
                }
                for k, given in party["types"].items()
            }
        else:
            for s in stakes:
                stakes[s]["worth"][name] = worth[s][name]["only"]
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "From the literature",
            "start": START,
            "horizon": f"{days} days",
            "unit": "one",
            "incidents": incidents,
            "parties": people,
            "stakes": stakes,
            "measures": dict(measures or {}),
            "plans": {"plan": {"entries": [next(drawn) if isinstance(m, Move) else m for m in moves]}},
        }
    )


def watch(move: str, chance: float, since: int, until: int) -> dict[str, Any]:
    """A measure that finds the concealment of this move with this chance between two days."""
    return {
        "covers": [f"secret-{move}"],
        "finds": rate(chance, until - since),
        "from": on(since),
        "until": on(until),
    }


def solved(of_agreement: Agreement) -> tuple[Equilibrium, Summary]:
    """Solve and sum up; no answer is an error."""
    equilibrium = solve(compile(of_agreement, "plan"))
    return equilibrium, summarise(equilibrium)


def payoffs(summary: Summary, first: Move, kind: Mapping[str, str] | None = None) -> dict[str, float]:
    """Expected payoffs at the start, by party; first exits other than 0 must not depend on types."""
    values = {p: v.by_type[kind[p]] if kind else v for p, v in summary.values.items()}
    return {p: v.gain + of(first.exit, p, "") for p, v in values.items()}


def near(expected: Any, tolerance: float) -> Any:
    import pytest

    return pytest.approx(expected, abs=tolerance, rel=0)


def simultaneous(
    first: str, second: str, pays: Mapping[tuple[int, int], tuple[float, float]], precision: float
) -> Agreement:
    """Write two parties' choices that neither sees the other make: keep or conceal, and keep or withdraw.

    `pays`: by the two acts (0 or 1 each), what they pay the first and the second party. The first cannot withdraw.
    """
    (a, b), (c, d) = (pays[0, 0], pays[0, 1]), (pays[1, 0], pays[1, 1])

    def both(*amounts: float) -> Amounts:
        return dict(zip((first, second), amounts, strict=True))

    moves: list[Move | dict[str, Any]] = [
        Move(
            "first",
            first,
            conceal=both(*(y - x for x, y in zip(b, d, strict=True))),
            lasting=both(*(w - v - y + x for v, x, w, y in zip(a, b, c, d, strict=True))),
            exit={first: -FORCE / precision},
        ),
        Move("second", second, keep=both(*a), exit=both(*b)),
    ]
    return agreement({name: {"precision": precision} for name in (first, second)}, moves)


def simultaneous_payoffs(summary: Summary, first: str, precision: float) -> dict[str, float]:
    """Expected payoffs in such a game."""
    return payoffs(summary, Move("first", first, exit={first: -FORCE / precision}))


def logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x > 0 else math.exp(x) / (1 + math.exp(x))


def for_good(delta: float, parties: list[str], stakes: object, entries: object, **costs: float) -> Agreement:
    """Write out an agreement whose flows go on practically for good, 3000 days; `delta` is the discount of a day."""
    discount = -math.log(delta) * YEAR
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "Bargaining",
            "start": on(0),
            "horizon": "3000 days",
            "unit": "one",
            "parties": {p: {"name": p, "discount": discount, "precision": 1, "costs": costs} for p in parties},
            "stakes": stakes,
            "plans": {"plan": {"entries": entries}},
        }
    )


def gain(of: Agreement, entry: str) -> float:
    """Of breaking at an entry, in payoffs of a period for good."""
    found = [d.gain for row in audit(compile(of, "plan")) for d in row.deviations if d.entry == entry]
    assert len(found) == 1
    return found[0] * next(iter(of.parties.values())).discount.likely
