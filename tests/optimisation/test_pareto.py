"""Better plans: what levers allow, what is found among them, against enumeration and against closed forms."""

from __future__ import annotations

import itertools
import math
import pickle
import sys
from typing import Any

import numpy as np
import pytest
from support.building import WITHOUT_LEVERS, day, gives, party, review, situation, stake

from servanda import (
    Agreement,
    AgreementError,
    audit,
    compile,
    critical_values,
    design,
    draw,
    evaluate,
    loads,
    scorecard,
    solve,
    summarise,
)
from servanda.assessment.metrics import metrics
from servanda.crosscheck.explicit_tree import game_tree
from servanda.errors import MissingExtra, NoSuchName, UsageError
from servanda.optimisation._candidates import Contradiction, all_candidates, build, shown, space
from servanda.optimisation.objectives import read_condition, read_statistic
from servanda.optimisation.pareto import Design, NothingToDesign
from servanda.optimisation.trials import Task, judged
from servanda.uncertainty.scenario_discovery.condition import parse as failure_condition


def agreed(*levers: dict[str, Any], text: str | None = None) -> Agreement:
    """The starter agreement, or another, with levers for its plan phased."""
    import json

    rows = "".join(f"\n    - {json.dumps(lever)}" for lever in levers)
    return loads((text or WITHOUT_LEVERS) + (f"\nlevers:\n  phased:{rows}\n" if levers else ""))


SHARE = {"share": "freeze", "of": "programme", "from": 0.2, "to": 0.8}
FINDS = {"finds": "inspectors", "from": 0.4, "to": 1.6, "cost": 0.5, "unit": "million dollars"}


def built(lever: dict[str, Any], value: Any) -> Agreement:
    return build(space(agreed(lever), "phased"), (value,))


def entry(agreement: Agreement, name: str) -> Any:
    return next(each for each in agreement.plans["phased"].entries if each.id == name)


# ------------------------------------------------------------------------------------------------ what levers do


def test_all_that_is_left_follows_when_a_share_changes() -> None:
    game = compile(built(SHARE, 0.3), "phased")
    given = {step.id: {s: share.likely for s, share in step.gives.items()} for step in game.steps}
    assert given["freeze"] == {"programme": 0.3}
    assert given["rest"] == {"programme": 0.7}


def test_a_share_that_leaves_nothing_is_refused_and_no_crash() -> None:
    agreement = agreed({**SHARE, "to": 1.0, "step": 0.4})
    found = design(agreement, "phased", maximise=["held_clean"])
    statuses = dict(zip(found.table["share.freeze.programme"], found.table["status"], strict=True))
    assert list(statuses) == [0.2, 0.6, 1.0]
    assert statuses[0.2] == "meets all conditions"
    assert "gives 0 of programme, but only 0 is left" in statuses[1.0]


def test_dates_and_what_is_dated_by_them() -> None:
    text = WITHOUT_LEVERS.replace("due:", "due:").replace(
        "        date: 2027-07-01\n        by: south",
        "        due: {within: 60 days, after: rest}\n        by: south",
    )
    lever = {"date": "rest", "from": "2027-04-01", "to": "2027-10-01", "step": "2 months"}
    where = space(agreed(lever, text=text), "phased")
    assert where.values == ((day("2027-04-01"), day("2027-06-01"), day("2027-08-01"), day("2027-10-01")),)
    steps = {step.id: step.date for step in compile(build(where, (day("2027-08-01"),)), "phased").steps}
    assert steps["full-relief"] == day("2027-09-30")  # 60 days later


def test_entries_that_change_places_change_dates_and_needs_are_kept() -> None:
    lever = {"order": ["freeze", "first-relief", "rest"]}
    where = space(agreed(lever), "phased")
    assert where.current == (("freeze", "first-relief", "rest"),)
    with pytest.raises(Contradiction, match="first-relief comes before freeze, which it needs"):
        build(where, (("first-relief", "freeze", "rest"),))
    free = WITHOUT_LEVERS.replace("        needs: [freeze]\n", "").replace("        needs: [first-relief]\n", "")
    other = build(space(agreed(lever, text=free), "phased"), (("first-relief", "rest", "freeze"),))
    assert [e.id for e in other.plans["phased"].entries][:4] == ["first-relief", "rest", "parliament", "freeze"]
    dates = {e.id: e.date for e in other.plans["phased"].entries if e.id in ("freeze", "first-relief", "rest")}
    assert dates == {"first-relief": day("2026-04-01"), "rest": day("2026-07-01"), "freeze": day("2027-04-01")}


def test_needs_that_the_plan_itself_does_not_keep_bind_nobody() -> None:
    text = WITHOUT_LEVERS.replace("        by: north\n        gives: {programme: 0.5}\n", "        by: north\n"
                             "        gives: {programme: 0.5}\n        needs: [rest]\n")  # fmt: skip
    assert build(space(agreed(SHARE, text=text), "phased"), (0.5,)).plans["phased"].entries[0].needs == ("rest",)


def test_parts_of_a_step_add_up_to_it() -> None:
    changed = built({"split": "rest", "into": [1, 2, 3], "every": "1 month"}, 3)
    parts = [step for step in compile(changed, "phased").steps if step.id.startswith("rest")]
    assert [(part.id, part.date) for part in parts] == [
        ("rest-1", day("2027-04-01")), ("rest-2", day("2027-05-01")), ("rest", day("2027-06-01")),
    ]  # fmt: skip
    assert [part.gives["programme"].likely for part in parts] == pytest.approx([0.5 / 3] * 3)
    assert parts[1].title == "rest (2 of 3)"
    assert entry(changed, "rest-2").needs == ("first-relief", "rest-1")
    assert entry(changed, "full-relief").needs == ("rest", "parliament")  # it waits for the last part
    with pytest.raises(Contradiction, match="full-relief comes before rest"):
        built({"split": "rest", "into": [3], "every": "2 months"}, 3)


def test_a_share_is_split_too() -> None:
    changed = built({"split": "freeze", "into": [2], "every": "1 month"}, 2)
    assert [entry(changed, name).gives["programme"].likely for name in ("freeze-1", "freeze")] == [0.25, 0.25]


def test_reviews_by_spacing_and_number() -> None:
    lever = {"reviews": "review", "every": ["6 months", "2 years"], "times": [3, 5]}
    where = space(agreed(lever), "phased")
    assert where.values == (((6, 3), (6, 5), (24, 3), (24, 5)),)
    assert (where.current, where.allowed) == (((12, 5),), False)
    assert entry(build(where, ((6, 3),)), "review").until == day("2031-01-01")
    found = design(agreed(lever), "phased", maximise=["held_clean"])
    beyond = found.table["status"][3]  # 2030 and eight years
    assert "2038-01-01 is not between the start, 2026-01-01, and the horizon, 2036-01-01" in beyond
    only = built({"reviews": "review", "every": ["6 months", "2 years"]}, (24, None))
    assert len(compile(only, "phased").steps) == 6 + 2 * 3  # 2030, 2032 and 2034, two parties each


def test_a_step_made_automatic() -> None:
    kinds = {step.id: step.kind for step in compile(built({"automatic": "rest"}, True), "phased").steps}
    assert kinds["rest"] == "automatic"


# ------------------------------------------------------------------------------- finding rates of a plan of its own

TITLE = "  phased:\n    title: Step by step\n"
RATES = WITHOUT_LEVERS.replace(TITLE, TITLE + "    finds: {inspectors: 1.3}\n")
SAME = WITHOUT_LEVERS.replace("finds: {likely: 0.8, low: 0.3, high: 1.5, source: placeholder}", "finds: 1.3")


def test_rates_of_a_plan_are_the_measures_own_in_it_and_only_there() -> None:
    own, same = loads(RATES), loads(SAME)
    assert "finds: {inspectors" in RATES
    assert "finds: 1.3" in SAME
    assert summarise(solve(compile(own, "phased"))) == summarise(solve(compile(same, "phased")))
    assert summarise(solve(compile(own, "at-once"))) == summarise(solve(compile(loads(WITHOUT_LEVERS), "at-once")))
    assert scorecard(own, "phased") == scorecard(same, "phased")
    assert critical_values(own, "phased") == critical_values(same, "phased")


def test_rates_of_a_plan_reach_the_explicit_tree() -> None:
    parties = {"a": party(), "b": party()}
    stakes = {"x": stake("a", "2 years", True, a=2.0, b=-3.0), "y": stake("b", "1 year", a=-1.0)}
    entries = [gives("one", "2021-01-01", "a", "x"), gives("two", "2022-01-01", "b", "y")]
    measures = {"m": {"covers": ["x"], "finds": 0.5}}
    other = situation(parties, stakes, entries, {"m": {"covers": ["x"], "finds": 1.5}})
    mine = situation(parties, stakes, entries, measures)
    mine["plans"]["plan"]["finds"] = {"m": 1.5}
    plain = situation(parties, stakes, entries, measures)
    trees = [game_tree(Agreement.model_validate(each), "plan") for each in (mine, other, plain)]
    assert trees[0].nodes == trees[1].nodes
    assert trees[0].nodes != trees[2].nodes


def test_a_strength_is_written_as_a_rate_of_the_plan() -> None:
    changed = built(FINDS, 1.2)
    assert {name: rate.likely for name, rate in changed.plans["phased"].finds.items()} == {"inspectors": 1.2}
    assert changed.measures["inspectors"].finds.likely == 0.8
    assert built(FINDS, 0.8).plans["phased"].finds == {}  # as it stands, with its range


# ------------------------------------------------------------------------------------------------------- figures


def test_figures_are_those_of_the_solution() -> None:
    agreement = agreed(SHARE)
    aims = ["held_clean", "smallest_gain", "nash", "exposure", "exposure.south", "temptation"]
    aims += ["complete.south", "completion"]
    row = design(agreement, "phased", maximise=aims, evaluations=1).given.row(0)
    game = compile(agreement, "phased")
    summary = summarise(solve(game))
    gains = [value.gain for value in summary.values.values()]
    assert row["held_clean"] == pytest.approx(summary.held["clean"], abs=1e-12)
    assert row["smallest_gain"] == pytest.approx(min(gains), abs=1e-9)
    assert row["nash"] == pytest.approx(math.prod(gains), abs=1e-9)
    assert row["exposure.south"] == pytest.approx(max(point.loss["south"] for point in summary.exposure))
    assert row["exposure"] == pytest.approx(max(max(point.loss.values()) for point in summary.exposure))
    assert row["temptation"] == pytest.approx(max(d.best_gain for one in audit(game) for d in one.deviations))
    assert row["complete.south"] == 1.0
    assert row["completion"] == pytest.approx((day("2027-07-01") - day("2026-01-01")).days / 365.25)


def test_the_product_of_gains_is_the_smallest_gain_where_one_is_negative() -> None:
    text = WITHOUT_LEVERS.replace("north: -1      ", "north: -0.1    ")
    row = design(agreed(SHARE, text=text), "phased", maximise=["nash", "smallest_gain"], evaluations=1).given.row(0)
    assert row["nash"] == row["smallest_gain"] < 0


def test_inspection_cost_is_rate_times_cost_times_years() -> None:
    found = design(agreed({**FINDS, "step": 0.6}), "phased", minimise=["inspection_cost"])
    years = (day("2034-04-01") - day("2026-04-01")).days / 365.25
    assert list(found.table["inspection_cost"]) == pytest.approx([0.5 * rate * years for rate in (0.4, 1.0, 1.6)])


def test_figures_over_draws_are_those_of_evaluate() -> None:
    agreement = agreed({**SHARE, "step": 0.3})
    names = ["mean.held_clean", "q10.held_clean", "q90.gain.south", "held_clean"]
    found = design(agreement, "phased", maximise=names, draws=16, seed=3)
    for number, candidate in enumerate(all_candidates(space(agreement, "phased"))):
        figures = evaluate(build(space(agreement, "phased"), candidate), "phased", draw(agreement, 16, 3)).metrics
        row = found.table.row(number)
        assert row["mean.held_clean"] == pytest.approx(figures["held_clean"].mean(), abs=1e-12)
        assert row["q10.held_clean"] == pytest.approx(np.quantile(figures["held_clean"], 0.1), abs=1e-12)
        assert row["q90.gain.south"] == pytest.approx(np.quantile(figures["gain.south"], 0.9), abs=1e-12)
        assert abs(row["held_clean"] - row["mean.held_clean"]) > 1e-3  # draws do change it


def test_candidates_may_be_judged_in_another_process() -> None:
    # What is sent there and back gives the same figures, draws included, as here.
    where = space(agreed({**SHARE, "step": 0.3}, FINDS), "phased")
    names = ("held_clean", "q10.gain.north", "inspection_cost")
    figures = tuple(read_statistic(where.agreement, name) for name in names)
    work, some = Task(where, figures, 8, 5), [(0.2, 0.5), (0.8, 1.6)]
    there = judged(pickle.loads(pickle.dumps(work)), pickle.loads(pickle.dumps(some)))
    assert there == judged(work, some)
    assert judged(Task(where, figures, 8, 6), some) != there


def test_names_and_conditions() -> None:
    agreement = agreed(SHARE)
    for name in metrics(agreement):
        assert read_statistic(agreement, name).share is None
        assert read_statistic(agreement, f"q05.{name}").share == 0.05
    condition = read_condition(agreement, " q25.gain.north>= -0.5 ")
    assert (condition.statistic.metric.name, condition.statistic.share, condition.value) == ("gain.north", 0.25, -0.5)
    with pytest.raises(NoSuchName, match=r"There is no metric 'held_claen'.*Did you mean held_clean"):
        read_statistic(agreement, "held_claen")
    for text in ("held", "held > 1", "held >= many", "held >= nan", ">= 1"):
        with pytest.raises(UsageError, match="is not a condition"):
            read_condition(agreement, text)


# ------------------------------------------------------------------------------------------------- what is found


def free_order(steps: int) -> Agreement:
    """Two parties, six steps without needs, in any order: each step's stake differs in worth."""
    names = [f"s{k}" for k in range(steps)]
    holders = ["a", "b"] * (steps // 2)
    own, harm = (1.0, 0.4, 0.8, 0.5, 0.3, 0.9), (-1.5, -1.1, -0.9, -1.3, -0.8, -1.2)
    stakes = {
        name: stake(holder, "1 year" if k % 3 else "never", **{holder: own[k], "b" if holder == "a" else "a": harm[k]})
        for k, (name, holder) in enumerate(zip(names, holders, strict=True))
    }
    entries = [gives(f"e{k}", f"{2021 + k}-01-01", holders[k], names[k]) for k in range(steps)]
    parties = {"a": party(1.2, withdrawing=0.3), "b": party(0.9, breakdown=0.2)}
    return Agreement.model_validate(
        situation(parties, stakes, entries, levers={"plan": [{"order": [f"e{k}" for k in range(steps)]}]})
    )


@pytest.fixture(scope="module")
def orders() -> Design:
    return design(free_order(6), "plan", maximise=["held"], evaluations=720)


def test_all_orders_of_six_steps_are_tried(orders: Design) -> None:
    assert (orders.exhaustive, orders.size, len(orders.table)) == (True, 720, 720)
    assert len(set(orders.table["order.e0"])) == 720


def test_an_order_is_worth_what_it_is_worth_written_by_hand(orders: Design) -> None:
    # Every fortieth order, written out as an agreement of its own and solved by the solver for single plans.
    agreement = free_order(6)
    by_name = {e.id: e for e in agreement.plans["plan"].entries}
    held = dict(zip(orders.table["order.e0"], orders.table["held"], strict=True))
    for order in list(itertools.permutations([f"e{k}" for k in range(6)]))[::40]:
        entries = [by_name[name].model_copy(update={"date": day(f"{2021 + k}-01-01")}) for k, name in enumerate(order)]
        plan = agreement.plans["plan"].model_copy(update={"entries": entries})
        summary = summarise(solve(compile(agreement.model_copy(update={"plans": {"plan": plan}}), "plan")))
        assert held[", ".join(order)] == pytest.approx(sum(summary.held.values()), abs=1e-9)


def test_the_search_finds_the_best_of_all_orders(orders: Design) -> None:
    best = orders.front["held"][0]
    assert best == max(orders.table["held"])
    found = design(free_order(6), "plan", maximise=["held"], evaluations=400, seed=1)
    assert not found.exhaustive
    assert len(found.table) <= 400
    assert found.front["held"][0] == pytest.approx(best, abs=1e-12)


def test_the_front_is_what_nothing_beats() -> None:
    levers = [{**SHARE, "step": 0.2}, {"automatic": "rest"}, {**FINDS, "step": 0.4}]
    found = design(
        agreed(*levers), "phased", maximise=["held_clean", "gain.north"], minimise=["inspection_cost"],
        subject_to=["gain.south >= 5", "held <= 0.35"],
    )  # fmt: skip
    rows = list(found.table)
    good = [row for row in rows if row["gain.south"] >= 5 and row["held"] <= 0.35]
    assert 0 < len(good) < len(rows) == 4 * 2 * 4
    score = [(row["held_clean"], row["gain.north"], -row["inspection_cost"]) for row in good]
    front = {s for s in score if not any(o != s and all(x >= y for x, y in zip(o, s, strict=True)) for o in score)}
    shown = found.front
    assert set(zip(shown["held_clean"], shown["gain.north"], -shown["inspection_cost"], strict=True)) == front
    assert list(shown["row"]) == list(range(1, len(front) + 1))
    assert list(shown["held_clean"]) == sorted(shown["held_clean"], reverse=True)
    for row, plan in zip(shown, found.plans, strict=True):  # the plans are those of the rows
        assert summarise(solve(compile(plan, "phased"))).held["clean"] == pytest.approx(row["held_clean"], abs=1e-9)
    missed = {row["status"] for row in rows if row["row"] is None} - {"meets all conditions"}
    assert missed <= {"misses gain.south >= 5", "misses held <= 0.35", "misses gain.south >= 5 and held <= 0.35"}


def test_the_same_seed_gives_the_same_plans_whatever_the_workers() -> None:
    agreement = agreed(
        SHARE, {"date": "rest", "from": "2027-01-01", "to": "2027-06-01"}, {"order": ["parliament", "first-relief"]}
    )
    aims: dict[str, Any] = {"maximise": ["held_clean", "smallest_gain"], "evaluations": 60}
    one, many, other = (design(agreement, "phased", seed=s, workers=w, **aims) for s, w in ((5, 1), (5, 3), (6, 1)))
    assert one.table == many.table
    assert one.plans == many.plans
    assert one.table != other.table
    tried = {tuple(row.values()) for row in one.table.select(*one.levers)}
    assert len(one.table) == 60 == len(tried)  # each is tried once


def test_no_plan_that_meets_the_conditions() -> None:
    found = design(agreed({**SHARE, "step": 0.3}), "phased", maximise=["held"], subject_to=["held >= 0.99"])
    assert found.plans == ()
    assert len(found.front) == 0
    assert set(found.table["status"]) == {"misses held >= 0.99"}


def test_a_single_try_is_the_plan_as_it_stands() -> None:
    found = design(agreed(SHARE), "phased", maximise=["held"], evaluations=1)
    assert list(found.table["share.freeze.programme"]) == [0.5]
    assert found.front["held"][0] == found.given["held"][0]


def test_requests_that_say_too_little() -> None:
    with pytest.raises(KeyError, match="no plan 'x'"):
        design(agreed(SHARE), "x", maximise=["held"])
    with pytest.raises(NothingToDesign, match=r"Plan at-once has no levers.*Plans with levers: phased"):
        design(agreed(SHARE), "at-once", maximise=["held"])
    with pytest.raises(NothingToDesign, match="Nothing says what makes a plan better"):
        design(agreed(SHARE), "phased")
    with pytest.raises(NothingToDesign, match=r"q10\.held needs draws"):
        design(agreed(SHARE), "phased", maximise=["q10.held"])
    text = WITHOUT_LEVERS.replace("unit: one year of the full sanctions relief, as North sees it\n", "")
    unfinished = agreed(SHARE, text=text)
    with pytest.raises(AgreementError, match="can be read but not played"):
        design(unfinished, "phased", maximise=["held"])


def test_without_the_library_only_what_can_be_enumerated(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "pymoo"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pymoo", None)
    with pytest.raises(MissingExtra, match=r"pip install 'servanda\[design\]'"):
        design(agreed(SHARE), "phased", maximise=["held"])
    assert design(agreed({**SHARE, "step": 0.6}), "phased", maximise=["held"]).exhaustive


# ------------------------------------------------------------------------------------------------- closed forms


def test_the_best_share_has_a_closed_form() -> None:
    """Nobody chooses anything, so that gains are sums: a gives x of what costs it 1 a year and relieves b by 2.

    From year 4 on it costs a: x A, and is worth 2 x A to b, with A the value at the start of one unit a year from year
    4 to the horizon. b gives in the same year what is worth 1.2 A to a and costs b 0.5 A. Gains are (1.2 - x) A and
    (2 x - 0.5) A; their product is largest at x = (1.2 + 0.5 / 2) / 2 = 0.725 and comes to 0.475 x 0.95 A^2.
    """
    parties = {"a": party(discount=0.06), "b": party(discount=0.06)}
    stakes = {"x": stake("a", "never", a=1.0, b=-2.0), "y": stake("b", "never", a=-1.2, b=0.5)}
    entries = [
        gives("give", "2024-01-01", "a", automatic=True, x=0.5),
        gives("back", "2024-01-01", "b", "y", automatic=True),
    ]
    lever = {"share": "give", "of": "x", "from": 0.05, "to": 1.0}
    agreement = Agreement.model_validate(situation(parties, stakes, entries, levers={"plan": [lever]}))
    annuity = (math.exp(-0.06 * 4) - math.exp(-0.06 * 8)) / 0.06
    found = design(agreement, "plan", maximise=["nash"], evaluations=300)
    assert found.front["share.give.x"][0] == pytest.approx(0.725, abs=5e-4)
    best = 0.475 * 0.95 * annuity**2
    assert best * (1 - 1e-5) < found.front["nash"][0] <= best * (1 + 1e-12)


RATE = -math.log(0.75) / 8  # so that what comes eight years later counts three quarters
GROWTH = 1.5  # of the largest self-enforcing steps, counted from the last: d * b / a


def chain(steps: int, bonus: float, *levers: dict[str, Any], shares: Any = None) -> Agreement:
    """Reciprocal irreversible steps in turn, one every four years, each worth more to the other than it costs.

    A step of share s costs its giver s a year for ever and relieves the other of b s a year; withdrawing freezes what
    has been done and costs `bonus` times what a whole stake costs for ever, at once. Nothing can be hidden, no
    government changes, and the horizon of 900 years stands for ever.

    With everyone else keeping, the last step of share s_K is worth taking if s_K <= w (w: the bonus). The giver of the
    one before, who has no later step, gains d b s_K by keeping, so s_{K-1} = q s_K + w with q = d b. All others have a
    later step of their own at which, if it is as large as can be, they lose just w: s_k = q s_{k+1} + w (1 - d^2).
    Steps grow backwards by q as soon as they are large against w, which is the ratio a / (d b) of a step to the one
    before that Lockwood and Thomas (2002) have for steps in turn, with d the discounting from one step to the next.
    """
    b = GROWTH / math.exp(-4 * RATE)
    cost = bonus / RATE
    parties = {"a": party(discount=RATE, withdrawing=cost), "b": party(discount=RATE, withdrawing=cost)}
    stakes = {"x": stake("a", "never", a=1.0, b=-b), "y": stake("b", "never", b=1.0, a=-b)}
    given = shares or [0.05] * steps
    entries = [gives(f"e{k}", f"{2024 + 4 * k}-01-01", "ab"[k % 2], **{"xy"[k % 2]: given[k]}) for k in range(steps)]
    more = {"levers": {"plan": list(levers)}} if levers else {}
    return Agreement.model_validate(situation(parties, stakes, entries, horizon="900 years", **more))


def largest(steps: int, bonus: float) -> list[float]:
    """The largest self-enforcing steps, first to last."""
    found = [bonus, GROWTH * bonus + bonus]
    while len(found) < steps:
        found.append(GROWTH * found[-1] + bonus * (1 - 0.75))
    return found[:steps][::-1]


def test_the_largest_steps_leave_everybody_just_willing() -> None:
    shares = largest(12, 0.001)
    game = compile(chain(12, 0.001, shares=shares), "plan")
    gains = {d.entry: d.best_gain for one in audit(game) for d in one.deviations}
    assert len(gains) == 12
    assert all(abs(gain) < 1e-9 for gain in gains.values())
    ratios = [shares[k + 1] / shares[k] for k in range(11)]
    assert ratios[0] == pytest.approx(1 / GROWTH, abs=2e-3)  # a / (d b)
    for k in range(12):  # a larger step, anywhere, and its giver would rather leave
        more = [s + 1e-4 * (j == k) for j, s in enumerate(shares)]
        found = audit(compile(chain(12, 0.001, shares=more), "plan"))
        assert max(d.best_gain for one in found for d in one.deviations if d.entry == f"e{k}") > 1e-5


def test_enumeration_finds_the_largest_self_enforcing_steps() -> None:
    shares = largest(4, 0.1)
    assert shares == pytest.approx([0.625, 0.4, 0.25, 0.1])
    levers = [
        {"share": f"e{k}", "of": "xy"[k % 2], "from": round(s - 0.025, 3), "to": round(s + 0.025, 3), "step": 0.025}
        for k, s in enumerate(shares)
    ]
    found = design(
        chain(4, 0.1, *levers), "plan", maximise=["complete.a", "complete.b"], subject_to=["temptation <= 0"]
    )
    assert len(found.table) == 81
    assert len(found.plans) == 1  # no other is as large in either direction
    assert [found.front[name][0] for name in found.levers] == pytest.approx(shares)


def test_the_search_comes_close_to_the_largest_self_enforcing_steps() -> None:
    first, second = largest(2, 0.1)
    assert (first, second) == pytest.approx((0.25, 0.1))
    levers = [{"share": f"e{k}", "of": "xy"[k], "from": 0.01, "to": 0.9} for k in range(2)]
    found = design(
        chain(2, 0.1, *levers), "plan", maximise=["complete.b"], subject_to=["temptation <= 0"], evaluations=500
    )
    assert 0.95 * first < found.front["share.e0.x"][0] <= first + 1e-8
    assert found.front["share.e1.y"][0] <= second + 1e-8


def test_enumeration_finds_the_steps_of_lockwood_and_thomas() -> None:
    """Irreversible steps in turn, a day apart, for ever: each is a / (delta b) times the one before.

    The numbers are those of tests/published/test_lockwood_thomas_2002.py (a = 1, b = 2, delta = 0.9; the first mover's
    total is 1). The last step and what follows it, a payment worth as much as all later steps, are fixed; the three
    before may be a hundredth smaller or larger. Whoever takes a step of size s pays s for ever and receives 2 delta
    times the next.
    """
    sizes = [0.691358024691358, 0.3840877914951989, 0.21338210638622163, 0.11854561465901202]
    rate = -math.log(0.9) * 365.25
    stakes = {"x": stake("a", "never", a=1.0, b=-2.0), "y": stake("b", "never", b=1.0, a=-2.0)}
    stakes["rest"] = stake("a", "never", b=-sizes[3] / 0.9)
    entries = [gives(f"e{k}", f"2020-01-0{k + 1}", "ab"[k % 2], **{"xy"[k % 2]: 0.1}) for k in range(3)]
    entries += [gives("e3", "2020-01-04", "b", y=sizes[3]), gives("rest", "2020-01-05", "a", "rest", automatic=True)]
    levers = [
        {"share": f"e{k}", "of": "xy"[k % 2], "from": sizes[k] - 0.01, "to": sizes[k] + 0.01, "step": 0.01}
        for k in range(3)
    ]
    parties = {name: party(discount=rate) for name in "ab"}
    agreement = Agreement.model_validate(
        situation(parties, stakes, entries, horizon="3000 days", levers={"plan": levers})
    )
    found = design(
        agreement, "plan", maximise=["complete.a", "complete.b"], subject_to=["temptation <= 0"], evaluations=27
    )
    assert (len(found.table), len(found.plans)) == (27, 1)
    assert [found.front[name][0] for name in found.levers] == pytest.approx(sizes[:3], abs=1e-9)


# ------------------------------------------------------------------------------------------------------ pictures


def test_reviews_of_an_agreement_built_in_python() -> None:
    parties = {"a": party(), "b": party()}
    stakes = {"x": stake("a", "1 year", a=1.0, b=-2.0)}
    entries = [
        gives("give", "2021-01-01", "a", "x"),
        review("a", "b", every=12, from_="2022-01-01", until_="2026-01-01"),
    ]
    levers = {"plan": [{"reviews": "review", "every": [6, 12, 24]}]}
    agreement = Agreement.model_validate(situation(parties, stakes, entries, levers=levers))
    assert len(design(agreement, "plan", maximise=["held"]).table) == 3


def test_a_limit_takes_the_minus_sign_that_servanda_prints() -> None:
    agreement = agreed()
    assert read_condition(agreement, "gain.north >= −0.5").value == -0.5
    assert failure_condition(agreement, "gain.north < −1.5").bound == -1.5


@pytest.mark.parametrize(("every", "words"), [((12, 1), "1 year, 1 time"), ((6, 3), "6 months, 3 times")])
def test_a_number_of_times_in_words(every: tuple[int, int], words: str) -> None:
    assert shown(every) == words
