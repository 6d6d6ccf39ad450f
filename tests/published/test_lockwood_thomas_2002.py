"""Gradualism: how fast irreversible steps can be taken, when nothing but the future enforces them.

Source: Lockwood, Ben, and Jonathan P. Thomas. 2002. Gradualism and Irreversibility. Review of Economic Studies 69:
339-356. The closed forms for linear payoffs were derived by us (anchors LT-SIM, LT-ALT).

Two parties have levels c that can only rise; flows are b * other's - a * own. Who does not take its step stays where
it was, and so does everything from then on. With r = a / (delta b): in turns, each step is r times the one before; at
the same time, levels are c* (1 - r^t). Both leave everyone just indifferent.

As agreements: steps are stakes with `restore: never`, a day apart; delta is the discount of a day. In turns, breaking
is withdrawing. At the same time, A acts before B on each day: B breaks by withdrawing after A's step, A by concealing
its own, which is found for certain before the next: B takes its step none the less. Infinite plans are cut off: in
turns by a last payment worth exactly as much as all that would follow; at the same time after 200 steps (r^200 is
below 2e-16). Horizon 3000 days: delta^3000 < 1e-66.

TOLERANCE = 1e-12 for indifference, in payoffs per period; 1e-9 for lifetime values (printed digits).
"""

from __future__ import annotations

import math

import pytest
from exact import YEAR, near, on, rate

from servanda import Agreement, audit, compile, solve, summarise

TOLERANCE = 1e-12
DAYS, STEPS, CONCEALABLE = 3000, 200, 6
IN_TURNS = {  # a, b, delta: first steps, total of the second mover's if that of the first is 1
    (1.0, 2.0, 0.9): ([0.691358024691358, 0.3840877914951989, 0.21338210638622163, 0.11854561465901202], 5 / 9),
    (1.0, 1.5, 0.95): ([0.5075407817790087, 0.35616896966947986, 0.24994313661016135, 0.17539869235800795], 40 / 57),
}
AT_ONCE = {  # a, b, delta: first levels, lifetime value
    (1.0, 2.0, 0.9): (
        [0.4444444444444445, 0.691358024691358, 0.8285322359396433, 0.9047401310775797, 0.9470778505986553,
         0.9705988058881418],
        8.888888888888891,
    ),
    (1.0, 3.0, 0.9): (
        [0.6296296296296297, 0.8628257887517147, 0.9491947365747091, 0.9811832357684108, 0.9930308280623744,
         0.9974188252082868],
        18.888888888888893,
    ),
    (1.0, 2.0, 0.6): (
        [0.16666666666666663, 0.3055555555555555, 0.4212962962962962, 0.5177469135802468, 0.598122427983539,
         0.6651020233196159],
        0.8333333333333331,
    ),
}  # fmt: skip


def plan(delta: float, steps: list[tuple[int, str, dict[str, float], str]], **more: object) -> Agreement:
    """Steps (day, party, what it costs whom a period, kind); discount of a day `delta`."""
    discount = -math.log(delta) * YEAR
    stakes, entries = {}, []
    for n, (day, by, worth, kind) in enumerate(steps):
        flows = {name: w * discount for name, w in worth.items()}  # so that a flow for good is worth its amount
        stakes[f"s{n}"] = {"holder": by, "worth": flows, "restore": "never", "concealable": kind == "concealable"}
        automatic = {"automatic": True} if kind == "automatic" else {}
        entries.append({"id": f"e{n}", "date": on(day), "by": by, "gives": [f"s{n}"], **automatic})
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "Gradualism",
            "start": on(0),
            "horizon": f"{DAYS} days",
            "unit": "one",
            "parties": {name: {"name": name, "discount": discount, "precision": 1} for name in ("x", "y")},
            "stakes": stakes,
            "plans": {"plan": {"entries": entries}},
            **more,
        }
    )


def gains(of: Agreement) -> dict[str, tuple[str, float]]:
    return {d.entry: (d.act, d.gain) for row in audit(compile(of, "plan")) for d in row.deviations}


def in_turns(a: float, b: float, delta: float, sizes: list[float]) -> Agreement:
    steps = []
    for n, size in enumerate(sizes):
        mover, other = "xy"[n % 2], "yx"[n % 2]
        steps.append((n, mover, {mover: a * size, other: -b * size}, ""))
    last = "xy"[(len(sizes) - 1) % 2]
    steps.append((len(sizes), "y" if last == "x" else "x", {last: -a * sizes[-1] / delta}, "automatic"))
    return plan(delta, steps)


@pytest.mark.parametrize("case", IN_TURNS)
def test_in_turns(case: tuple[float, float, float]) -> None:
    a, b, delta = case
    sizes, second = IN_TURNS[case]
    # Again: size of the next step from "what I pay now is what I get for it a period later".
    again = [sizes[0]]
    while len(again) < 400:
        again.append(a * again[-1] / (delta * b))
    assert again[:4] == near(sizes, TOLERANCE)
    assert (sum(again[::2]), sum(again[1::2])) == near((1.0, second), TOLERANCE)
    for length in (4, 7):
        found = gains(in_turns(a, b, delta, again[:length]))
        assert [gain for _, gain in found.values()] == near([0.0] * length, TOLERANCE)
        assert all(
            row.best_course == near(0.0, TOLERANCE) for row in audit(compile(in_turns(*case, again[:length]), "plan"))
        )
    larger = gains(in_turns(a, b, delta, [again[0], 1.01 * again[1], *again[2:4]]))
    assert larger["e1"][1] == near(0.01 * a * again[1], TOLERANCE)
    assert larger["e0"][1] < 0


def at_once(a: float, b: float, delta: float, levels: list[float], kind: str) -> Agreement:
    steps = []
    before = 0.0
    for t, level in enumerate(levels):
        size, before = level - before, level
        first = "concealable" if kind == "choices" and t < CONCEALABLE else kind
        steps.append((t, "x", {"x": a * size, "y": -b * size}, first))
        steps.append((t, "y", {"y": a * size, "x": -b * size}, kind))
    covers = [f"s{2 * t}" for t in range(CONCEALABLE)]
    surely = {"covers": covers, "finds": rate(1 - 1e-16) * 40}  # the chance not to be found rounds to 0
    return plan(delta, steps, measures={"surely": surely})


@pytest.mark.parametrize("case", AT_ONCE)
def test_at_once(case: tuple[float, float, float]) -> None:
    a, b, delta = case
    first, value = AT_ONCE[case]
    # Again: from the levels of two periods the third follows by indifference between breaking now and a period later,
    # b c1 - a c0 = (1 - delta)(b - a) c1 + delta (b c2 - a c1); c1 is the one from which levels converge to 1.
    levels = [0.0, first[0]]
    while len(levels) < 8:
        c0, c1 = levels[-2:]
        levels.append(((b * c1 - a * c0 - (1 - delta) * (b - a) * c1) / delta + a * c1) / b)
    assert levels[1:7] == near(first, TOLERANCE)
    r = a / (delta * b)
    levels = [1 - r**t for t in range(1, STEPS + 1)]
    assert levels[:6] == near(first, TOLERANCE)
    found = gains(at_once(*case, levels, "choices"))
    for t in range(CONCEALABLE):
        assert found[f"e{2 * t}"] == ("conceal", near(0.0, TOLERANCE))
        assert found[f"e{2 * t + 1}"] == ("withdraw", near(0.0, TOLERANCE))
    faster = [1 - (0.99 * r) ** t for t in range(1, STEPS + 1)]
    assert gains(at_once(*case, faster, "choices"))["e0"][1] > 1e-3
    held = summarise(solve(compile(at_once(*case, levels, "automatic"), "plan")))
    assert [held.values[name].gain / (1 - delta) for name in "xy"] == near([value, value], 1e-9)
