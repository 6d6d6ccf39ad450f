"""Few inspections over many periods against one violation, in exact fractions.

Sources: Dresher, Melvin. 1962. A Sampling Inspection Problem in Arms Control Agreements: A Game-Theoretic Analysis.
RAND RM-2972. Maschler, Michael. 1966. Naval Research Logistics Quarterly 13: 11-33 (announced inspections). Avenhaus,
Rudolf, and Bernhard von Stengel. 1992. Non-Zero-Sum Dresher Inspection Games. Avenhaus, Rudolf, Bernhard von Stengel,
and Shmuel Zamir. 2002. Inspection Games. In Handbook of Game Theory, vol. 3, ch. 51. Closed forms are from memory.

n periods, m inspections, at most one violation; the violator sees the inspections. Undetected: -1 and +1. Caught: the
violator gets -b; the inspector +b (zero-sum), or -a with 0 <= a < 1.

Numbers below (anchors DRESHER, DRESHER-NZ): fractions, worked out before servanda could do so. There is no tolerance.
The tests derive them again twice: by the closed forms, and by looking at every plan that either side could follow. A
plan of the inspector is a set of periods; one of the violator says after which inspections it violates.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from math import comb

import pytest
from scipy.optimize import linprog

from servanda import SequentialInspection, sequential_inspection

# By penalty, and by periods: the inspector's value with 0, 1, 2, ... inspections.
ZERO_SUM = {
    1: {1: "-1", 2: "-1 -1/3", 3: "-1 -1/2 -1/7", 4: "-1 -3/5 -3/11 -1/15", 5: "-1 -2/3 -3/8 -2/13 -1/31",
        6: "-1 -5/7 -5/11 -5/21 -5/57 -1/63"},
    2: {1: "-1", 2: "-1 -1/4", 3: "-1 -2/5 -1/13", 4: "-1 -1/2 -1/6 -1/40", 5: "-1 -4/7 -1/4 -2/29 -1/121",
        6: "-1 -5/8 -10/31 -5/41 -5/179 -1/364"},
}  # fmt: skip
# With a = 1/2, b = 1, by periods and inspections: the inspector, the violator, the inspector if it has announced.
NON_ZERO_SUM = {
    (2, 1): "-2/3 1/3 -1/3", (3, 1): "-4/5 1/2 -1/2", (3, 2): "-4/7 1/7 -1/7", (4, 1): "-6/7 3/5 -3/5",
    (4, 2): "-12/17 3/11 -3/11", (4, 3): "-8/15 1/15 -1/15", (5, 1): "-8/9 2/3 -2/3", (5, 2): "-24/31 3/8 -3/8",
    (5, 3): "-32/49 2/13 -2/13", (5, 4): "-16/31 1/31 -1/31",
}  # fmt: skip


def fractions(text: str) -> list[Fraction]:
    return [Fraction(each) for each in text.split()]


@pytest.mark.parametrize(("penalty", "periods"), [(b, n) for b in ZERO_SUM for n in ZERO_SUM[b]])
def test_zero_sum_values(penalty: int, periods: int) -> None:
    values = fractions(ZERO_SUM[penalty][periods])
    assert [sequential_inspection(periods, m, penalty).now.inspector for m in range(periods)] == values


@pytest.mark.parametrize(("periods", "inspections"), NON_ZERO_SUM)
def test_non_zero_sum_values_and_leadership(periods: int, inspections: int) -> None:
    now = sequential_inspection(periods, inspections, 1, "1/2").now
    assert [now.inspector, now.violator, now.announced] == fractions(NON_ZERO_SUM[periods, inspections])


@pytest.mark.parametrize("b", ["1/2", "1", "2", "5"])
def test_closed_forms(b: str) -> None:
    """v = -C(n-1, m) / s(n, m), s = sum over i <= m of C(n, i) b^(m-i); inspect with chance s(n-1, m-1) / s(n, m)."""

    def s(n: int, m: int, x: Fraction) -> Fraction:
        return sum((comb(n, i) * x ** (m - i) for i in range(m + 1)), Fraction(0))

    for a in (None, Fraction(0), Fraction(1, 3), Fraction(9, 10)):
        game = sequential_inspection(12, 11, b, a)
        x = Fraction(b)
        for stage in game.stages:
            n, m = stage.periods, stage.inspections
            if 0 < m < n:
                assert stage.violator == comb(n - 1, m) / s(n, m, x)
                assert stage.inspector == -comb(n - 1, m) / s(n, m, x if a is None else -a)
                assert stage.inspect == s(n - 1, m - 1, x) / s(n, m, x)
                assert stage.announced == -stage.violator


# ------------------------------------------------------------------------------ every plan of either side, looked at

Histories = dict[tuple[bool, ...], bool]  # inspections so far: violate now?


def plans_of_the_inspector(n: int, m: int) -> list[frozenset[int]]:
    return [frozenset(chosen) for k in range(m + 1) for chosen in combinations(range(n), k)]


def plans_of_the_violator(n: int) -> Iterator[Histories]:
    histories = [seen for k in range(n) for seen in product((False, True), repeat=k)]
    for acts in product((False, True), repeat=len(histories)):
        yield dict(zip(histories, acts, strict=True))


def played(inspects: frozenset[int], violates: Histories, n: int) -> str:
    for k in range(n):
        if violates[tuple(j in inspects for j in range(k))]:
            return "caught" if k in inspects else "undetected"
    return "legal"


def stages(game: SequentialInspection) -> dict[tuple[int, int], Fraction]:
    return {(s.periods, s.inspections): s.inspect for s in game.stages}


def chance_of_plan(game: SequentialInspection, inspects: frozenset[int]) -> Fraction:
    chance, left, table = Fraction(1), game.inspections, stages(game)
    for k in range(game.periods):
        now = table[game.periods - k, left]
        chance *= now if k in inspects else 1 - now
        left = max(0, left - (k in inspects))
    return chance


def chance_of_outcomes(game: SequentialInspection, inspects: frozenset[int]) -> dict[str, Fraction]:
    """Of the violator's chances against one plan of the inspector."""
    going, left, found = Fraction(1), game.inspections, {"caught": Fraction(0), "undetected": Fraction(0)}
    table = {(s.periods, s.inspections): s.violate for s in game.stages}
    for k in range(game.periods):
        now = table[game.periods - k, left]
        found["caught" if k in inspects else "undetected"] += going * now
        going *= 1 - now
        left = max(0, left - (k in inspects))
    return found


PAYOFFS = [("1", None), ("5/2", None), ("1", "1/2"), ("1/3", "0"), ("0", "4/5")]


@pytest.mark.parametrize(
    ("n", "m", "b", "a"),
    [*((n, m, b, a) for n, m in [(2, 1), (3, 1), (3, 2)] for b, a in PAYOFFS), (4, 2, "2", None), (4, 2, "2", "1/5")],
)
def test_no_plan_does_better_than_the_solution(n: int, m: int, b: str, a: str | None) -> None:
    game = sequential_inspection(n, m, b, a)
    caught = -game.penalty if a is None else Fraction(a)
    chances = {plan: chance_of_plan(game, plan) for plan in plans_of_the_inspector(n, m)}
    assert sum(chances.values()) == 1
    gains = {"caught": -game.penalty, "undetected": Fraction(1), "legal": Fraction(0)}
    best = max(
        sum(chance * gains[played(plan, violates, n)] for plan, chance in chances.items())
        for violates in plans_of_the_violator(n)
    )
    assert best == game.now.violator
    losses = [
        -caught * found["caught"] - found["undetected"]
        for found in (chance_of_outcomes(game, plan) for plan in chances)
    ]
    assert max(losses) == game.now.inspector


@pytest.mark.parametrize(("n", "m"), [(3, 1), (4, 2), (5, 3)])
def test_an_announced_schedule_is_obeyed_until_inspections_run_out(n: int, m: int) -> None:
    """Violating is worth exactly as much as waiting at every stage, so that waiting is a best reply to the schedule."""
    game = sequential_inspection(n, m, "3/2", "1/4")
    at = {(s.periods, s.inspections): s for s in game.stages}
    for (periods, left), stage in at.items():
        if 0 < left < periods:
            now = stage.inspect * -game.penalty + (1 - stage.inspect)
            later = stage.inspect * at[periods - 1, left - 1].violator
            later += (1 - stage.inspect) * at[periods - 1, left].violator
            assert now == later == stage.violator
    assert game.now.inspector < game.now.announced < 0


@pytest.mark.parametrize(("n", "m", "b"), [(3, 1, 1.0), (4, 2, 1.0), (4, 2, 2.5), (5, 2, 0.5), (5, 3, 2.0)])
def test_the_same_value_by_a_linear_program(n: int, m: int, b: float) -> None:
    """The inspector draws a set of periods; w[h] is what the violator can get from history h on, times its chance."""
    plans = [p for p in plans_of_the_inspector(n, m) if len(p) == m]
    histories = [seen for k in range(n + 1) for seen in product((False, True), repeat=k)]
    place = {seen: len(plans) + i for i, seen in enumerate(histories)}
    rows: list[list[float]] = []
    for seen in histories:
        k, row, wait = len(seen), [0.0] * (len(plans) + len(histories)), [0.0] * (len(plans) + len(histories))
        row[place[seen]] = wait[place[seen]] = -1.0
        if k < n:
            for i, plan in enumerate(plans):
                if all((j in plan) == seen[j] for j in range(k)):
                    row[i] = -b if k in plan else 1.0
            wait[place[(*seen, False)]] = wait[place[(*seen, True)]] = 1.0
        rows += [row, wait]
    cost = [0.0] * len(plans) + [1.0] + [0.0] * (len(histories) - 1)
    adds_up = [1.0] * len(plans) + [0.0] * len(histories)
    done = linprog(cost, A_ub=rows, b_ub=[0.0] * len(rows), A_eq=[adds_up], b_eq=[1.0])
    assert done.fun == pytest.approx(float(sequential_inspection(n, m, Fraction(b)).now.violator), abs=1e-9)


def test_numbers_outside_their_bounds_are_refused() -> None:
    with pytest.raises(ValueError, match="periods is 0"):
        sequential_inspection(0, 1)
    with pytest.raises(ValueError, match="cannot be negative"):
        sequential_inspection(3, 1, -1)
    with pytest.raises(ValueError, match="below 1"):
        sequential_inspection(3, 1, 1, 1)
