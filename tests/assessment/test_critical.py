"""Critical values against closed forms, and against audits of agreements rewritten with values on either side."""

from __future__ import annotations

import math
import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from exact import Move, agreement, rate
from support.building import gives, party, review, situation, stake, turnover
from support.cases import cases
from support.paths import SINGAPORE_V1
from support.random_agreements import random_agreement
from support.random_lateness import random_lateness

from servanda import audit, compile, read
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.critical import PRECISION, CriticalValue, critical_values, crossing
from servanda.presentation.views.audit import sentence, sentences

# A gain of up to 1e-9 units counts as none, so that a critical value lies 1e-9 / slope beside the closed form. The
# slopes below are 0.1 units and more for one unit of the number.
CLOSE = 2e-8


def found(built: Agreement, place: str, who: str = "north", kind: str = "only", **more: Any) -> CriticalValue:
    [row] = [
        row for row in critical_values(built, "plan", **more) if (row.place, row.party, row.type) == (place, who, kind)
    ]
    return row


# ------------------------------------------------------------------------------------------- one step, closed form


def inspected(finds: Any = 0.05, costs: float = 16.0, **stakes: Any) -> Agreement:
    """North gives arms worth 1 a year on the first day of 8 years, or hides them from inspectors; no discount.

    Concealing gains 8, and at the horizon costs `costs` with chance 1 - exp(-8 rate). Withdrawing costs 100.
    """
    return Agreement.model_validate(
        situation(
            {"north": party(discount=0.0, found=costs, withdrawing=100.0)},
            {"arms": stake("north", "never", True, north=1.0)},
            [gives("freeze", "2020-01-01", "north", "arms")],
            {"inspectors": {"covers": ["arms"], "finds": finds}},
        )
    )


def test_finding_rate() -> None:
    """8 = 16 (1 - exp(-8 rate)) at rate ln 2 / 8 = 0.0866."""
    row = found(inspected(), "measures.inspectors.finds")
    assert row.value == pytest.approx(math.log(2) / 8, abs=CLOSE)
    assert row.crossings == (row.value,)
    assert (row.low, row.high, row.now) == (0.0, 52.0, 0.05)
    assert row.holds == ((row.value, 52.0),)
    assert (row.self_enforcing, row.how) == (False, "raise")
    assert sentence(row, inspected()) == (
        "Self-enforcing for North once the finding rate of “inspectors” is 0.0867 a year or more (now 0.05 a year)."
    )


def test_already_self_enforcing() -> None:
    row = found(inspected(0.4), "measures.inspectors.finds")
    assert row.value == pytest.approx(math.log(2) / 8, abs=CLOSE)
    assert (row.self_enforcing, row.how) == (True, "lower")
    assert sentence(row, inspected()) == (
        "Already self-enforcing for North, as long as the finding rate of “inspectors” does not fall below 0.0867 a"
        " year (now 0.4 a year)."
    )


def test_at_no_value_in_range() -> None:
    """Being found costs 7.9, less than the 8 that concealing gains, however sure it is."""
    built = inspected(costs=7.9)
    row = found(built, "measures.inspectors.finds")
    assert (row.value, row.how, row.crossings, row.holds, row.self_enforcing) == (None, None, (), (), False)
    assert sentence(row, built) == (
        "Not self-enforcing for North, at any value of the finding rate of “inspectors” from 0 to 52 a year"
        " (now 0.05 a year)."
    )
    # In the range of the file it is not found either; beyond it, it is.
    ranged = inspected({"likely": 0.05, "low": 0.01, "high": 0.08})
    row = found(ranged, "measures.inspectors.finds")
    assert (row.value, row.low, row.high) == (None, 0.01, 0.08)
    wide = found(ranged, "measures.inspectors.finds", wide=True)
    assert wide.value == pytest.approx(math.log(2) / 8, abs=CLOSE)
    # And always self-enforcing where the range begins above.
    above = inspected({"likely": 0.2, "low": 0.1, "high": 0.5})
    row = found(above, "measures.inspectors.finds")
    assert (row.value, row.holds, row.self_enforcing) == (None, ((0.1, 0.5),), True)
    assert sentence(row, above) == (
        "Already self-enforcing for North, at any value of the finding rate of “inspectors” from 0.1 to 0.5 a year"
        " (now 0.2 a year)."
    )


def waiting(discount: Any, *later: tuple[str, float], horizon: str = "16 years") -> Agreement:
    """North gives arms worth 1 a year on the first day, and gets (or gives) what comes later, without a choice."""
    stakes = {f"later-{i}": stake("south", "never", north=-worth) for i, (_, worth) in enumerate(later)}
    return Agreement.model_validate(
        situation(
            {"north": party(discount=discount), "south": party()},
            {"arms": stake("north", "never", north=1.0), **stakes},
            [
                gives("freeze", "2020-01-01", "north", "arms"),
                *(gives(f"step-{i}", day, "south", f"later-{i}", automatic=True) for i, (day, _) in enumerate(later)),
            ],
            horizon=horizon,
        )
    )


def test_discount() -> None:
    """Withdrawing gains a(8) - 3 (a(8) - a(4)) = a(4) (1 + z - 3 z) with z = exp(-4 r): none up to z = 1/2."""
    built = waiting(0.3, ("2024-01-01", 3.0), horizon="8 years")
    row = found(built, "parties.north.discount")
    assert row.value == pytest.approx(math.log(2) / 4, abs=CLOSE)
    assert row.how == "lower"
    assert row.holds == ((0.0, row.value),)
    assert sentence(row, built) == (
        "Self-enforcing for North once the discount of North is 0.173 a year or less (now 0.3 a year)."
    )


@pytest.mark.parametrize("now", [0.01, 0.2, 0.9])
def test_two_crossings(now: float) -> None:
    """Withdrawing gains 1 a year at once, less 6.5 a year after 4 years, and 10 more after 8.

    In units of a(4), with z = exp(-4 r): 1 - 5.5 z + 4.5 z² + 4.5 z³, below 0 between its two roots.
    """
    built = waiting(now, ("2024-01-01", 6.5), ("2028-01-01", -10.0))
    roots = np.roots([4.5, 4.5, -5.5, 1.0])
    real = sorted(-math.log(z.real) / 4 for z in roots if 0 < z.real < 1 and abs(z.imag) < 1e-12)
    assert len(real) == 2
    row = found(built, "parties.north.discount")
    assert row.crossings == pytest.approx(real, abs=CLOSE)
    assert row.holds == (row.crossings,)
    assert row.self_enforcing is (real[0] < now < real[1])
    assert row.value == min(row.crossings, key=lambda x: abs(x - now))
    assert row.how == ("raise" if row.value > now else "lower")
    low, high = math.ceil(1000 * real[0]) / 1000, math.floor(1000 * real[1]) / 1000
    words = {
        True: "Already self-enforcing for North, as long as the discount of North is",
        False: "Self-enforcing for North once the discount of North is",
    }
    assert sentence(row, built) == f"{words[row.self_enforcing]} {low:g} to {high:g} a year (now {now} a year)."


def restored(arms: str, relief: str, burden: float, breakdown: float) -> Agreement:
    """All is given without a choice on the first day; after 4 of 8 years North may leave. No discount.

    Leaving gains what arms (1 a year) bring once they are restored, less what relief lost costs, less `breakdown`.
    """
    return Agreement.model_validate(
        situation(
            {"north": party(discount=0.0, breakdown=breakdown), "south": party()},
            {"arms": stake("north", arms, north=1.0), "relief": stake("south", relief, north=-burden)},
            [
                gives("disarm", "2020-01-01", "north", "arms", automatic=True),
                gives("lift", "2020-01-01", "south", "relief", automatic=True),
                review("north", date="2024-01-01"),
            ],
        )
    )


def test_own_restore_time() -> None:
    """(4 - R) - 1 = 0 at R = 3."""
    built = restored("1 year", "never", 0.0, 1.0)
    row = found(built, "stakes.arms.restore")
    assert row.value == pytest.approx(3.0, abs=CLOSE)
    assert (row.how, row.low, row.high) == ("raise", 0.0, 8.0)
    assert sentence(row, built) == (
        "Self-enforcing for North once the restore time of “arms” is 3 years or more (now 12 months)."
    )


def test_another_partys_restore_time() -> None:
    """(4 - 1) - 2 (4 - R) = 0 at R = 2.5, from never; of what nobody minds, nothing is said."""
    built = restored("1 year", "never", 2.0, 0.0)
    row = found(built, "stakes.relief.restore")
    assert row.value == pytest.approx(2.5, abs=CLOSE)
    assert (row.how, row.now, row.high) == ("lower", 8.0, 8.0)
    assert sentence(row, built) == (
        "Self-enforcing for North once the restore time of “relief” is 2.5 years or less (now never)."
    )
    unminded = critical_values(restored("1 year", "never", 0.0, 0.5), "plan")
    assert [row.place for row in unminded] == ["parties.north.discount", "stakes.arms.restore"]


def voted(hard: float, **kinds: float) -> Agreement:
    """South gives relief on the first day, or withdraws; after 4 of 8 years a new government comes. No discount.

    Arms of North, which stay, cost a soft government of South 1 a year and a hard one 3; relief is worth 0.5 a year and
    withdrawing costs 6. After a breakdown no government changes: withdrawing pays 4 - 6 - 8, keeping -4 - 4 (1 + 2 x)
    to a soft government if the next one is hard with chance x. So withdrawing gains -2 + 8 x.
    """
    return Agreement.model_validate(
        situation(
            {
                "north": party(),
                "south": party(
                    discount=0.0,
                    withdrawing=6.0,
                    types={
                        "soft": {"chance": 1.0},
                        "hard": {"chance": 0.0, "worth": {"arms": -3.0}},
                        "odd": {"chance": 0.0},
                    },
                ),
            },
            {"arms": stake("north", "never", south=-1.0), "relief": stake("south", "never", south=0.5)},
            [
                gives("lift", "2020-01-01", "south", "relief"),
                turnover("vote", "2024-01-01", "south", 1.0, hard=hard, **kinds),
            ],
        )
    )


def test_chance_of_a_new_governments_type() -> None:
    """-2 + 8 x = 0 at x = 1/4; of two types named, only the first one's chance is reported."""
    built = voted(0.7, soft=0.3)
    row = found(built, "plans.plan.entries.vote.types.hard", "south", "soft")
    assert row.value == pytest.approx(0.25, abs=CLOSE)
    assert (row.kind, row.of, row.how) == ("chance", "vote:hard", "lower")
    assert sentence(row, built) == (
        "Self-enforcing for the soft type of South once the chance of a hard new government at “vote” is 0.25 or less"
        " (now 0.7)."
    )
    assert sum(row.kind == "chance" for row in critical_values(built, "plan")) == 1


def test_chances_of_three_types_share_the_rest() -> None:
    """With soft at y the others keep 0.4 : 0.2, so that hard has 2/3 (1 - y): 1/4 of it at y = 5/8."""
    built = voted(0.4, soft=0.4, odd=0.2)
    row = found(built, "plans.plan.entries.vote.types.soft", "south", "soft")
    assert row.value == pytest.approx(5 / 8, abs=CLOSE)
    assert row.how == "raise"


def test_prior_chances_do_not_matter() -> None:
    """Everyone else keeps whatever its type: no critical value, and the same audit whatever the chances."""
    built = cases()["types"]
    assert not [row for row in critical_values(built, "plan") if row.place.endswith(".chance")]
    other = rewritten(built, ("parties", "north", "types", "sincere", "chance"), 0.9)
    other = rewritten(other, ("parties", "north", "types", "stalling", "chance"), 0.1)
    gains = [[d.best_gain for row in audit(compile(of, "plan")) for d in row.deviations] for of in (built, other)]
    assert gains[0] == gains[1]


# ------------------------------------------------------------------------- anchor AUDIT-K of the published results

LEAST_CHANCE = {4: ["2/9", "1/3", "2/7", "1/2"], 6: ["2/11", "1/4", "2/9", "1/3", "2/7", "1/2"]}


@pytest.mark.parametrize(("K", "step"), [(K, k) for K in LEAST_CHANCE for k in range(K)])
def test_least_chance_of_detection(K: int, step: int) -> None:
    """`published/test_reciprocal_audit.py`: a mover's other steps are watched with chance 0.9, this one with 0.01."""
    moves: list[Move | dict[str, object]] = []
    for k in range(K):
        mover, other = "ab"[k % 2], "ba"[k % 2]
        moves.append(Move(f"step{k}", mover, keep={mover: -1, other: 3}, conceal={mover: 1}, day=k))
    moves.append(Move("bonus", "a", keep={"a": 2, "b": 2}, day=K, automatic=True))
    start = np.datetime64("2000-01-01")
    measures = {
        f"watch{k}": {
            "covers": [f"secret-step{k}"],
            "finds": {"likely": rate(0.01 if k == step else 0.9), "low": 0.0, "high": rate(0.99)},
            "from": (start + k).item(),
            "until": (start + k + 1).item(),
        }
        for k in range(K)
    }
    each = {"precision": 1.0, "costs": {"found": 2}}
    built = agreement({"a": each, "b": each}, moves, days=K + 1, measures=measures)
    row = found(built, f"measures.watch{step}.finds", "ab"[step % 2])
    h = float(Fraction(LEAST_CHANCE[K][step]))
    # the gain falls with the rate by (W + f) exp(-rate / YEAR) / YEAR, more than 0.005 units
    assert row.value == pytest.approx(rate(h), abs=1e-9 / 0.005 + 1e-9)
    assert (row.how, len(row.crossings)) == ("raise", 1)


# ---------------------------------------------------------------------------- against audits of rewritten agreements


def rewritten(thing: Any, path: tuple[str, ...], value: float) -> Any:
    """The same with the number at this place of the file replaced."""
    if not path:
        return type(thing)(likely=value)
    key, rest = path[0], path[1:]
    if isinstance(thing, dict):
        return {**thing, key: rewritten(thing[key], rest, value)}
    if isinstance(thing, list):
        return [rewritten(entry, rest, value) if entry.id == key else entry for entry in thing]
    return thing.model_copy(update={key: rewritten(getattr(thing, key), rest, value)})


def verdict(built: Agreement, row: CriticalValue, value: float) -> bool:
    changed = rewritten(built, tuple(row.place.split(".")), value)
    return next(
        a for a in audit(compile(changed, row.plan)) if (a.party, a.type) == (row.party, row.type)
    ).self_enforcing


def check(built: Agreement) -> int:
    """Hold every critical value against fresh audits; returns how many crossings there were."""
    count = 0
    rows = critical_values(built, "plan")
    for row in rows:
        if row.kind == "chance":
            continue  # the others' chances would have to be rewritten too
        now = next(a for a in audit(compile(built, "plan")) if (a.party, a.type) == (row.party, row.type))
        assert row.self_enforcing == now.self_enforcing
        for at in row.crossings:
            count += 1
            sides = [any(a <= x <= b for a, b in row.holds) for x in (at - 1e-6, at + 1e-6)]
            assert sides[0] != sides[1]
            assert [verdict(built, row, at - 1e-6), verdict(built, row, at + 1e-6)] == sides, row
        for share in (0.001, 0.02, 0.13, 0.55, 0.98):
            x = row.low + share * (row.high - row.low)
            if all(abs(x - at) > 1e-6 for at in row.crossings):
                assert verdict(built, row, x) == any(a <= x <= b for a, b in row.holds), (row, x)
    return count


@pytest.mark.parametrize(
    "name", ["halves", "two-concealers", "two-stakes-one-step", "turnovers-of-both", "three-concealers"]
)
def test_cases_flip_where_they_should(name: str) -> None:
    assert check(cases()[name]) > 0


def test_random_agreements_flip_where_they_should() -> None:
    assert sum(check(random_agreement(seed)) for seed in (1, 2, 6, 7)) > 10


def test_random_agreements_with_late_steps_flip_where_they_should() -> None:
    assert sum(check(random_lateness(seed, most=400)[0]) for seed in (2, 8, 22)) > 3


@pytest.mark.parametrize("name", ["two-steps", "types", "halves", "windows"])
def test_a_surer_search_never_helps_the_concealer(name: str) -> None:
    """Where being found costs more than withdrawing, raising a finding rate can only make a plan self-enforcing."""
    for row in critical_values(cases()[name], "plan"):
        if row.kind == "finds":
            assert len(row.crossings) <= 1
            assert not row.holds or row.holds[-1][1] == row.high


def test_all_sentences_of_a_plan() -> None:
    """Leaving gains 4 - R of arms and nothing else: none from R = 4 on. Discounting alone does not change its sign."""
    built = restored("1 year", "never", 2.0, 0.0)
    assert sentences(critical_values(built, "plan"), built) == (
        "Self-enforcing for North once the restore time of “arms” is 4 years or more (now 12 months).",
        "Self-enforcing for North once the restore time of “relief” is 2.5 years or less (now never).",
        "Not self-enforcing for North at any value in the range of any other number (1 discount).",
    )


# ------------------------------------------------------------------------------------------------ the root finder


@pytest.mark.parametrize("power", [1, 2, 3, 7, 40])
def test_crossing(power: int) -> None:
    """x^n = 1/2, which for n = 40 is flat nearly everywhere."""
    calls: list[float] = []

    def f(x: float) -> float:
        calls.append(x)
        return x**power - 0.5

    assert crossing(f, (0.0, 1.0), (-0.5, 0.5)) == pytest.approx(0.5 ** (1 / power), abs=PRECISION)
    assert len(calls) <= 40  # bisection needs 34


def test_crossing_of_a_kink_and_of_steep_and_large_numbers() -> None:
    kinked = crossing(lambda x: max(-1e-9, x - 0.3), (0.0, 1.0), (-1e-9, 0.7))
    assert kinked == pytest.approx(0.3, abs=2e-9)
    assert crossing(lambda x: math.exp(30 * x) - 2, (0.0, 1.0), (-1.0, math.exp(30) - 2)) == pytest.approx(
        math.log(2) / 30, abs=PRECISION
    )
    assert crossing(lambda x: 1e7 - x, (0.0, 3e7), (1e7, -2e7)) == pytest.approx(1e7, rel=1e-15, abs=1e-7)


# ------------------------------------------------------------------------------------------------------ Singapore


def test_singapore() -> None:
    built = read(SINGAPORE_V1)
    began = time.process_time()
    rows = [row for plan in built.plans for row in critical_values(built, plan)]
    assert time.process_time() - began < 10.0
    verdicts = {
        (plan, row.party, row.type): row.self_enforcing for plan in built.plans for row in audit(compile(built, plan))
    }
    places = {row.place for row in rows}
    assert {row.type for row in rows if row.place == "parties.usa.discount"} == {"committed"}
    assert {row.type for row in rows if row.place == "parties.usa.types.opportunist.discount"} == {"opportunist"}
    assert "measures.challenge-inspections.finds" in places
    assert not [row for row in rows if row.kind == "finds" and row.party == "usa"]  # it has nothing to conceal
    for row in rows:
        assert row.low <= row.now <= row.high
        assert row.self_enforcing == verdicts[row.plan, row.party, row.type]
        said = sentence(row, built)
        assert said.endswith(").")
        assert ("Not self-enforcing" in said) == (not row.holds)
