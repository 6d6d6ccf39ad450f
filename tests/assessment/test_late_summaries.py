"""What a solved plan means when steps can be late: by hand, against the explicit tree, and laws."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from support.building import gives, party, ratify, review, situation, stake
from support.paths import ROOT
from support.random_lateness import STORED, random_lateness
from support.tree_solver import Answer
from support.tree_solver import solve as solve_tree

from servanda.agreement import read
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.metrics import metrics
from servanda.assessment.outcomes import choices
from servanda.assessment.summary import Summary, summarise
from servanda.crosscheck.explicit_tree import Tree
from servanda.game.compiler import compile
from servanda.solver.batch import results, solve_draws
from servanda.solver.equilibrium import Equilibrium, solve
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import draw
from servanda.uncertainty.sweeps.sweep import sweep

HABITS = {"falls_behind": 0.0, "catches_up": 0.0, "suspends": 0.0, "leaves": 0.0, "conceals": 0.0}
EXAMPLES = sorted(path for above in ROOT.parents for path in above.glob("shared/design/model-v2/examples/*.yaml"))
SEEDS = [str(seed) for seed in range(100, 130)]


def situated(parties: Any, stakes: Any, entries: Any, measures: Any = None, *, plan: Any = None) -> Agreement:
    data = situation(parties, stakes, entries, measures)
    data["plans"]["plan"] |= plan or {}
    return Agreement.model_validate(data)


def summed(agreement: Agreement, plan: str = "plan") -> Summary:
    return summarise(solve(compile(agreement, plan)))


def late(*looks: str, stalls: int = 1) -> dict[str, Any]:
    return {"late": {"looks": list(looks), "stalls": stalls}}


def waiting(*more: dict[str, Any]) -> Agreement:
    """North's step at year 1 is always done; south's at year 3 needs it, may be late, and north may suspend then."""
    north, south = HABITS | {"suspends": 0.3}, HABITS | {"falls_behind": 0.5, "catches_up": 1.0, "leaves": 0.1}
    return situated(
        {"north": {**party(0.0, 0.0), "habits": north}, "south": {**party(0.0, 0.0), "habits": south}},
        {
            "arms": {"holder": "north", "worth": {"north": 1.0}, "restore": "1 year", "suspendable": True},
            "aid": {"holder": "south", "worth": {"south": 1.0}, "restore": "1 year"},
            "rest": {"holder": "south", "worth": {"south": 1.0}, "restore": "1 year"},
        },
        [
            gives("halt", "2021-01-01", "north", "arms"),
            gives("pay", "2023-01-01", "south", "aid") | {"needs": ["halt"]},
            *more,
        ],
        plan=late("1 year"),
    )


def test_habit_alone_by_hand() -> None:
    found = summed(waiting())
    first, due = (entry.late for entry in found.entries)
    game = compile(waiting(), "plan")
    halt, pay, T = game.steps[0].years, game.steps[1].years, game.horizon
    leaves, holds = 1 - math.exp(-0.1 * pay), math.exp(-0.1 * pay) * (1 - math.exp(-0.5 * (pay - halt)))
    on_time, walks = math.exp(-0.1 * pay) * math.exp(-0.5 * (pay - halt)), 1 - math.exp(-0.1)
    mends, behind = math.exp(-0.1) * (1 - math.exp(-1.0)), math.exp(-0.1) * math.exp(-1.0)
    takes = 1 - math.exp(-0.3)
    assert found.late is not None
    stands = {name: sum(each.values()) for name, each in found.how_it_stands.items()}
    assert stands == pytest.approx(
        {
            "complete_on_time": on_time,
            "complete_late": holds * mends,
            "stalled": holds * behind * (1 - takes),
            "suspended": holds * behind * takes,
        },
        abs=1e-14,
    )
    assert first is not None
    assert due is not None
    assert (first.done_on_time, first.done_late, first.struck) == (1.0, 0.0, 0.0)
    assert (due.done_on_time, due.done_late) == pytest.approx((on_time, holds * mends), abs=1e-14)
    assert due.struck == pytest.approx(holds * behind, abs=1e-14)
    assert due.late_by == (pytest.approx((1.0, holds * mends)),)
    assert found.late.mean_lateness == pytest.approx(1.0)
    assert found.late.steps_done == pytest.approx(1 + on_time + holds * mends)
    assert found.completed == pytest.approx(on_time + holds * mends)
    assert found.broken["withdrew:south"] == pytest.approx(leaves + holds * walks)
    assert (found.entries[1].keep, found.entries[1].hold) == pytest.approx((on_time, holds), abs=1e-14)
    assert found.entries[1].lost["withdrew:south"] == pytest.approx(leaves + holds * walks)
    years = leaves * pay + holds * walks * (pay + 1) + (1 - leaves - holds * walks) * T
    assert found.expected_years == pytest.approx(years)
    assert found.late.parties["south"].behind == pytest.approx(holds * 1.0 / years)
    assert found.late.parties["north"].behind == 0.0
    assert found.late.parties["north"].suspended == pytest.approx(holds * behind * takes * (T - pay - 1) / years)
    course = {name: list(chances) for name, chances in found.late.timeline.states.items()}
    assert found.late.timeline.years == pytest.approx([0.0, halt, halt + 1, pay, pay + 1, T])
    assert course["on_schedule"] == pytest.approx([1.0, 1.0, 1.0, on_time, on_time, on_time])
    assert course["late"] == pytest.approx([0.0, 0.0, 0.0, 0.0, holds * mends, holds * mends])
    assert course["stalled"] == pytest.approx([0.0, 0.0, 0.0, holds, *(2 * [holds * behind * (1 - takes)])])
    assert course["suspended"] == pytest.approx([0.0, 0.0, 0.0, 0.0, *(2 * [holds * behind * takes])])
    assert course["withdrew:south"] == pytest.approx([0.0, 0.0, 0.0, leaves, *(2 * [leaves + holds * walks])])
    ends = {(one.entry, one.how, one.by, one.ends): one for one in found.late.endings}
    assert ends.keys() == {("pay", "withdrew", "south", True), ("pay", "held_back", "south", False)}
    stays, goes = ends["pay", "held_back", "south", False], ends["pay", "withdrew", "south", True]
    assert (stays.chance, stays.years) == pytest.approx((holds * behind, pay))
    assert goes.years == pytest.approx((leaves * pay + holds * walks * (pay + 1)) / goes.chance)
    headline = found.late.headline
    assert headline.furthest is not None
    assert (headline.furthest.entry, headline.furthest.done) == ("pay", pytest.approx(on_time + holds * mends))
    assert headline.furthest.done > 0.5
    assert headline.ending == goes
    assert headline.unfinished == pytest.approx(stands["stalled"] + stands["suspended"])


def test_at_precision_zero_all_is_habit() -> None:
    found = summed(waiting()).late
    assert found is not None
    usual = found.by_habit
    assert found.overlap == pytest.approx(1.0, abs=1e-14)
    assert found.habit_share == pytest.approx(1.0, abs=1e-14)
    assert found.mostly_habit
    assert usual.how_it_stands == found.how_it_stands
    assert usual.headline == found.headline
    assert usual.expected_years == found.expected_years
    assert found.losses["withdrew:south"].interest == pytest.approx(0.0, abs=1e-15)


def test_losses_by_interest_are_what_is_above_habit() -> None:
    # One review after four years, at which to leave pays. Nothing is due, so leaving is all there is.
    habits = HABITS | {"leaves": 0.05}
    agreement = situated(
        {"north": {**party(1.0, 0.0), "habits": habits}, "south": party(0.0, 0.0)},
        {"arms": stake("north", "1 year", north=2.0)},
        [gives("halt", "2020-01-01", "north", "arms") | {"automatic": True}, review("north", date="2024-01-01")],
    )
    equilibrium = solve(compile(agreement, "plan"))
    found = summarise(equilibrium)
    assert found.late is not None
    usual, gone = 1 - math.exp(-0.05 * 4), found.broken["withdrew:north"]
    assert gone == pytest.approx(usual * math.exp(6) / (usual * math.exp(6) + 1 - usual), rel=1e-3)
    loss = found.late.losses["withdrew:north"]
    assert (loss.habit, loss.interest, loss.chance) == pytest.approx((usual, gone - usual, 0.0), abs=2e-4)
    assert loss.total == pytest.approx(gone, abs=1e-14)
    assert found.late.by_habit.broken["withdrew:north"] == pytest.approx(usual, abs=2e-4)
    assert found.late.overlap == pytest.approx(usual + 1 - gone, abs=2e-4)
    assert not found.late.mostly_habit


def test_an_automatic_transfer_is_not_how_far_a_plan_gets() -> None:
    sunset = gives("sunset", "2025-01-01", "south", "rest") | {"automatic": True}
    found = summed(waiting(sunset))
    assert found.late is not None
    last = found.entries[2].late
    assert last is not None
    assert last.done > 0.5
    furthest = found.late.headline.furthest
    assert furthest is not None
    assert furthest.entry == "pay"


def test_a_vote_that_fails_is_chance() -> None:
    agreement = situated(
        {"north": {**party(0.0, 0.0), "habits": HABITS}},
        {"arms": stake("north", "1 year", north=1.0)},
        [
            ratify("vote", "2021-01-01", "north", 0.7) | {"then": "strike"},
            gives("halt", "2022-01-01", "north", "arms") | {"needs": ["vote"]},
        ],
    )
    found = summed(agreement)
    assert found.late is not None
    vote = found.entries[0]
    assert (vote.keep, vote.hold, vote.withdraw) == pytest.approx((0.7, 0.3, 0.0))
    assert found.entries[1].reached == pytest.approx(0.7)
    assert found.entries[1].late is not None
    assert found.entries[1].late.struck == pytest.approx(0.3)
    (only,) = found.late.endings
    assert (only.entry, only.how, only.by, only.ends) == ("vote", "vote_failed", "north", False)
    assert found.late.losses["stalled"].chance == pytest.approx(0.3)
    assert found.late.habit_share == 0.0


def test_an_exchange_by_hand() -> None:
    # Habits: a holds with 1/2, b leaves with 1/4, and no stall is told, so whoever holds freezes the plan.
    years = compile(_swap({}, {}), "plan").steps[0].years
    a, b = {"falls_behind": math.log(2) / years}, {"leaves": -math.log(3 / 4) / years}
    found = summed(_swap(a, b))
    assert found.late is not None
    swap = found.entries[0]
    assert (swap.keep, swap.conceal, swap.withdraw, swap.hold) == pytest.approx((3 / 8, 0.0, 1 / 4, 3 / 8))
    assert swap.late is not None
    assert swap.late.movers["a"].hold == pytest.approx(1 / 2)
    assert swap.late.movers["b"].withdraw == pytest.approx(1 / 4)
    assert (swap.late.done, swap.late.struck) == pytest.approx((3 / 8, 3 / 8))
    ends = {(one.how, one.by): one.chance for one in found.late.endings}
    assert ends == pytest.approx({("held_back", "a"): 3 / 8, ("withdrew", "b"): 1 / 4})
    made = found.to_json()["entries"][0]
    assert made["movers"]["a"]["hold"] == pytest.approx(1 / 2)


def _swap(a: dict[str, float], b: dict[str, float]) -> Agreement:
    return situated(
        {"a": {**party(0.0, 0.0), "habits": HABITS | a}, "b": {**party(0.0, 0.0), "habits": HABITS | b}},
        {"x": stake("a", "1 year", a=1.0), "y": stake("b", "1 year", b=1.0)},
        [
            {
                "id": "swap", "date": "2024-01-01",
                "exchange": [{"by": "a", "gives": ["x"]}, {"by": "b", "gives": ["y"]}],
            }
        ],
        plan=late("1 year", stalls=0),
    )  # fmt: skip


def _kept(seed: str) -> dict[str, Any]:
    return json.loads(STORED.read_text(encoding="utf-8"))[seed]


@pytest.mark.parametrize("seed", SEEDS)
def test_against_the_kept_answers_of_the_explicit_tree(seed: str) -> None:
    agreement, _ = random_lateness(int(seed))
    game, kept = compile(agreement, "plan"), _kept(seed)
    found = summarise(solve(game))
    if found.late is None:
        assert not any(each[1] for each in kept["done"].values())
        return
    ours = dict(found.broken)
    for name, each in found.how_it_stands.items():
        ours |= {f"{name}:{how}": chance for how, chance in each.items()}
    every = ours | kept["outcomes"]
    assert {key: ours.get(key, 0.0) for key in every} == pytest.approx(
        {key: kept["outcomes"].get(key, 0.0) for key in every}, abs=1e-10
    )
    entries = {entry.id: entry.late for entry in found.entries}
    for key, (on_time, later) in kept["done"].items():
        mine = entries[key]
        assert mine is not None
        assert (mine.done_on_time, mine.done_late) == pytest.approx((on_time, later), abs=1e-10)
    assert found.late.mean_lateness == pytest.approx(kept["mean_lateness"], abs=1e-8)
    laws(found)


@pytest.mark.skipif(not EXAMPLES, reason="the twelve examples are not beside this repository")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_the_specification(path: Any) -> None:
    kept, found = json.loads(path.with_suffix(".json").read_text(encoding="utf-8")), summed(read(path), "p")
    assert found.late is not None
    ours = {name.replace("_", " "): sum(each.values()) for name, each in found.how_it_stands.items()}
    ours |= {f"broken {cause}": chance for cause, chance in found.broken.items()}
    assert ours == pytest.approx(dict.fromkeys(ours, 0.0) | kept["outcomes"], abs=1e-10)
    entries = {entry.id: entry.late for entry in found.entries}
    for key, each in kept["done"].items():
        mine = entries[key]
        assert mine is not None
        assert (mine.done_on_time, mine.done_late) == pytest.approx((each["on_time"], each["late"]), abs=1e-10)
    assert found.late.mean_lateness == pytest.approx(kept["mean_lateness_years_if_complete_late"] or 0.0, abs=1e-10)
    laws(found)


def laws(found: Summary) -> None:
    """What must hold of every answer."""
    assert found.late is not None
    held = sum(found.held.values())
    assert sum(found.outcomes.values()) == pytest.approx(1.0, abs=1e-12)
    for how in ("clean", "concealed"):
        split = sum(each[how] for each in found.how_it_stands.values())
        assert split == pytest.approx(found.held[how], abs=1e-12)
    headline, states = found.late.headline, found.late.timeline.states
    assert sum(states.values()) == pytest.approx(np.ones(len(found.late.timeline.years)), abs=1e-12)
    final = [float(states[name][-1]) for name in ("on_schedule", "late", "stalled", "suspended")]
    assert final == pytest.approx([sum(each.values()) for each in found.how_it_stands.values()], abs=1e-12)
    assert sum(one.chance for one in found.late.endings) + headline.complete == pytest.approx(1.0, abs=1e-10)
    assert sum(sum(entry.lost.values()) for entry in found.entries) + found.lost_at_the_end == pytest.approx(1 - held)
    for cause, loss in found.late.losses.items():
        whole = found.broken.get(cause, sum(found.how_it_stands.get(cause, {}).values()))
        assert loss.total == pytest.approx(whole, abs=1e-12)
        assert min(loss.interest, loss.habit, loss.chance) >= -1e-15
    for entry in found.entries:
        if entry.by_type and entry.reached > 0:
            assert entry.keep + entry.conceal + entry.withdraw + entry.hold == pytest.approx(1.0)
        assert entry.late is not None
        assert sum(chance for _, chance in entry.late.late_by) == pytest.approx(entry.late.done_late, abs=1e-14)
        assert entry.late.done + entry.late.struck <= 1 + 1e-12
    points = found.standing
    assert points[-1].in_force == pytest.approx(held, abs=1e-12)
    if len(found.late.timeline.years) < 60:  # all dates on which anything can happen
        steps = sum((after.years - before.years) * before.in_force for before, after in pairwise(points))
        assert steps == pytest.approx(found.expected_years)
    assert sum(found.late.by_habit.held.values()) + sum(found.late.by_habit.broken.values()) == pytest.approx(1.0)
    json.dumps(found.to_json(), allow_nan=False)


@pytest.mark.parametrize("seed", [101, 102, 104, 107, 116, 117, 125, 129])
def test_against_paths_through_the_explicit_tree(seed: int) -> None:
    agreement, of = random_lateness(seed)
    found, answer = summed(agreement), solve_tree(of)
    assert found.late is not None
    reach = np.exp(answer.agents.reach(answer.agents.edges(answer.log_chances)))
    horizon = max(node.date for node in of.nodes)
    dates = {step.id: step.years for step in compile(agreement, "plan").steps}
    years, late_by = 0.0, dict[str, dict[float, float]]()
    whole = {
        name for entry in found.entries if entry.kind not in ("review", "renewal", "turnover") for name in [entry.id]
    }
    for chance, node in zip(reach.tolist(), answer.agents.nodes, strict=True):
        if node.outcome is None:
            continue
        years += chance * (horizon if node.outcome.startswith("held") else node.date)
        for key, when in (node.done or {}).items():
            if when > dates[key] + 1e-9:
                mine = late_by.setdefault(key, {})
                mine[round(when - dates[key], 6)] = mine.get(round(when - dates[key], 6), 0.0) + chance
    assert found.expected_years == pytest.approx(years, abs=1e-9)
    for entry in found.entries:
        if entry.id in whole:
            assert entry.late is not None
            mine = {round(late, 6): chance for late, chance in entry.late.late_by}
            theirs = {late: chance for late, chance in late_by.get(entry.id, {}).items() if chance > 1e-14}
            assert {key: mine.get(key, 0.0) for key in mine | theirs} == pytest.approx(
                {key: theirs.get(key, 0.0) for key in mine | theirs}, abs=1e-9
            )
    _same_acts(found, of, answer)


def _same_acts(found: Summary, of: Tree, answer: Answer) -> None:
    """What each type does when its step falls due, averaged over the tree's information sets."""
    reach = np.exp(answer.agents.reach(answer.agents.edges(answer.log_chances)))
    chances, mass = answer.choices, dict[tuple[str, str, str], float]()
    for chance, node in zip(reach.tolist(), answer.agents.nodes, strict=True):
        if node.infoset is not None:
            for act, share in chances[node.infoset].items():
                act = {"renew": "keep", "lapse": "withdraw"}.get(act, act)
                key = (node.infoset.entry, node.infoset.type, act)
                mass[key] = mass.get(key, 0.0) + chance * share
    compared = 0
    for entry in found.entries:
        movers = entry.late.movers if entry.late is not None else {}
        own = {f"{entry.id} {name}": mover.by_type for name, mover in movers.items()} or {entry.id: entry.by_type}
        for place, kind, act in ((place, *each) for place, types in own.items() for each in types.items()):
            chance = {name: mass.get((place, kind, name), 0.0) for name in ("keep", "conceal", "withdraw", "hold")}
            if act is None or sum(chance.values()) < 1e-12:
                continue
            for name, part in chance.items():
                assert getattr(act, name) == pytest.approx(part / sum(chance.values()), abs=1e-8)
                compared += 1
    assert compared


@pytest.mark.parametrize("seed", [101, 104, 107, 110, 119, 129])
def test_choices_are_named_like_the_trees_information_sets(seed: int) -> None:
    agreement, of = random_lateness(seed)
    players = {node.infoset: node.player for node in of.nodes if node.infoset is not None}
    every = list(choices(solve(compile(agreement, "plan"))))
    ours = {(each.entry, each.branch, each.type, each.concealed, each.party): each for each in every}
    assert len(ours) == len(every)
    for infoset, chances in solve_tree(of).choices.items():
        mine = ours[infoset.entry, infoset.branch, infoset.type, infoset.concealed, players[infoset]]
        for act, chance in chances.items():
            assert getattr(mine, {"renew": "keep", "lapse": "withdraw"}.get(act, act)) == pytest.approx(
                chance, abs=1e-10
            )


@pytest.mark.parametrize("seed", ["107", "112", "123"])
def test_a_batch_says_the_same(seed: str) -> None:
    agreement, _ = random_lateness(int(seed))
    game = compile(agreement, "plan")
    equilibrium: Equilibrium = solve(game)
    found, many = summarise(equilibrium), results(solve_draws(game, workers=1))
    assert found.late is not None
    assert many.completed[0] == pytest.approx(found.completed, abs=1e-12)
    assert many.years[0] == pytest.approx(found.expected_years, abs=1e-12)
    assert many.lateness[0] == pytest.approx(found.late.mean_lateness, abs=1e-9)
    assert many.steps_done[0] == pytest.approx(found.late.steps_done, abs=1e-12)
    assert many.standing[0, -1] == pytest.approx(sum(found.held.values()), abs=1e-12)
    assert [*(e.id for e in found.entries), "horizon"][many.weakest[0]] == found.weakest_link.entry
    for name, each in found.how_it_stands.items():
        assert many.how_it_stands[name][0] == pytest.approx(sum(each.values()), abs=1e-12)


def test_many_draws_are_told_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement, _ = random_lateness(107)
    batch = solve_draws(compile(agreement, "plan", lambda number: number.likely * np.array([1.0, 0.9, 0.8])), workers=1)
    whole = results(batch)
    monkeypatch.setattr("servanda.solver.batch._CELLS", 1)
    parts = results(batch)
    for name in ("completed", "years", "steps_done", "lateness", "standing"):
        assert getattr(parts, name) == pytest.approx(getattr(whole, name), abs=1e-13)
    assert (parts.weakest == whole.weakest).all()
    for name, each in parts.how_it_stands.items():
        assert each == pytest.approx(whole.how_it_stands[name], abs=1e-14)
    assert len(set(whole.years.tolist())) == 3


def test_metrics_are_of_the_solved_game() -> None:
    agreement = waiting()
    names = metrics(agreement)
    assert {"complete", "complete_on_time", "complete_late", "stalled", "suspended", "steps_done", "lateness"} <= set(
        names
    )
    found, value = summed(agreement), evaluate(agreement, "plan", draw(agreement, 1)).metrics
    assert found.late is not None
    assert value["complete"][0] == pytest.approx(found.late.headline.complete, abs=1e-14)
    assert value["complete"][0] + value["stalled"][0] + value["suspended"][0] == pytest.approx(value["held"][0])
    assert value["steps_done"][0] == pytest.approx(found.late.steps_done)
    assert value["lateness"][0] == pytest.approx(1.0)
    assert names["lateness"].text(1.0) == "1.00 years"
    assert names["steps_done"].text(1.5) == "1.50 steps"
    assert (names["stalled"].better, names["complete"].better) == ("less", "more")


def test_a_sweep_sets_plans_against_each_other_by_what_is_complete() -> None:
    agreement = waiting()
    plans = {"plan": agreement.plans["plan"], "again": agreement.plans["plan"].model_copy(update={"title": "Again"})}
    swept = sweep(agreement.model_copy(update={"plans": plans}), draws=2)
    assert set(swept.wins["figure"].tolist()) == {"held_clean", "years", "complete"}
    assert set(swept.wins["equal"].tolist()) == {1.0}
    assert swept.values("plan", "complete")[0] == pytest.approx(summed(agreement).completed)


def test_a_plan_without_new_words_says_nothing_of_lateness() -> None:
    agreement = situated(
        {"north": party(1.0, 0.1)}, {"arms": stake("north", "2 years", True, north=1.0)},
        [gives("freeze", "2024-01-01", "north", "arms")],
    )  # fmt: skip
    found = summed(agreement)
    assert found.late is None
    made = found.to_json()
    assert list(made["outcomes"]["held"]) == ["clean", "concealed"]
    assert "hold" not in made["entries"][0]
    assert "hold" not in made["entries"][0]["by_type"]["only"]
    assert "headline" not in made
    assert "complete" not in metrics(agreement)
