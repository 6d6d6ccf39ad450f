"""The explicit tree where parties may be late, suspend, mend, exchange and renew: by hand, its rules, and Gambit."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from support.building import gives, party, ratify, review, situation, stake
from support.paths import ROOT
from support.random_lateness import STORED, random_lateness, told
from support.referee import gambit_with_habits, one_player_per_set, solve_tree, solve_with_gambit
from support.tree_solver import solve

from servanda.agreement import read
from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck.explicit_tree import Edge, Node, Tree, game_tree
from servanda.crosscheck.gambit_file import efg
from servanda.errors import UsageError
from servanda.game.calendar import calendar_of

HABITS = {"stumbles": 0.2, "falls_behind": 0.1, "catches_up": 0.5, "suspends": 0.3, "leaves": 0.05, "conceals": 0.25}
EXAMPLES = sorted(path for above in ROOT.parents for path in above.glob("shared/design/model-v2/examples/*.yaml"))


def situated(parties: Any, stakes: Any, entries: Any, measures: Any = None, *, plan: Any = None, **more: Any):
    data = situation(parties, stakes, entries, measures, **more)
    data["plans"]["plan"] |= plan or {}
    return Agreement.model_validate(data)


def made(*arguments: Any, **more: Any) -> Tree:
    return game_tree(situated(*arguments, **more), "plan")


def late(*looks: str, stalls: int = 1, **more: str) -> dict[str, Any]:
    return {"late": {"looks": list(looks), "stalls": stalls}, **more}


def suspendable(*arguments: Any, **worth: float) -> dict[str, Any]:
    return stake(*arguments, **worth) | {"suspendable": True}


def follow(of: Tree, *labels: str) -> tuple[Edge, Node]:
    """The last edge of a path by its labels, and the node after it; nodes with one edge are passed by."""
    node, edge = of.nodes[0], None
    for label in labels:
        while len(node.edges) == 1:
            node = of.nodes[node.edges[0].child]
        edge = {each.label: each for each in node.edges}[label]
        node = of.nodes[edge.child]
    assert edge is not None
    return edge, node


def annuity(rate: float, length: float) -> float:
    return (1 - math.exp(-rate * length)) / rate if rate else length


# --------------------------------------------------------------------------------------------------- by hand


def test_habit_alone_by_hand() -> None:
    # One step at year 4 of 8, looks at years 5 and 6. Precision 0: every act is habit.
    agreement = situated(
        {"north": {**party(0.0, 0.1), "habits": HABITS}},
        {"arms": stake("north", "2 years", True, north=1.0)},
        [gives("freeze", "2024-01-01", "north", "arms")],
        plan=late("1 year", "2 years"),
    )
    solved = solve(game_tree(agreement, "plan"))
    stays, in_time = math.exp(-0.05 * 4), 0.8 * math.exp(-0.1 * 4)
    stays_on, mends = math.exp(-0.05), 1 - math.exp(-0.5)
    behind = stays * (1 - in_time)
    first, second = behind * stays_on * mends, behind * stays_on * (1 - mends) * stays_on * mends
    stalled = behind * (stays_on * (1 - mends)) ** 2
    expected = {
        "complete_on_time:clean": 0.75 * stays * in_time,
        "complete_on_time:concealed": 0.25 * stays * in_time,
        "complete_late:clean": 0.75 * (first + second),
        "complete_late:concealed": 0.25 * (first + second),
        "stalled:clean": stalled,
        "withdrew:north": 1 - stays * in_time - first - second - stalled,
    }
    assert solved.outcomes == pytest.approx(expected, abs=1e-14)
    assert solved.done({"freeze": 4.0})["freeze"] == pytest.approx((stays * in_time, first + second), abs=1e-14)
    assert solved.mean_lateness({"freeze": 4.0}) == pytest.approx((first + 2 * second) / (first + second), abs=1e-14)


def test_interest_moves_a_party_from_its_habits_by_hand() -> None:
    # At year 4, with discount 0.1: keep = 0; hold = a flow of 1 less delaying of 0.25 until 6, then as it was, struck:
    # a(4) - 0.25 a(2); withdraw = a(4) - 1. The look at year 6: keep = 0, hold = a(2), withdraw = a(2) - 1.
    agreement = situated(
        {"north": {**party(2.0, 0.1, breakdown=1.0, delaying=0.25), "habits": HABITS}},
        {"arms": stake("north", "0 days", north=1.0)},
        [gives("freeze", "2024-01-01", "north", "arms")],
        plan=late("2 years"),
    )

    def chosen(weight: dict[str, float], worth: dict[str, float]) -> tuple[dict[str, float], float]:
        odds = {act: weight[act] * math.exp(2 * worth[act]) for act in weight}
        play = {act: each / sum(odds.values()) for act, each in odds.items()}
        return play, sum(play[act] * worth[act] for act in play)

    two, four = annuity(0.1, 2), annuity(0.1, 4)
    stays, idle = math.exp(-0.1), math.exp(-1)
    at_look, value = chosen(
        {"keep": stays * (1 - idle), "hold": stays * idle, "withdraw": 1 - stays},
        {"keep": 0, "hold": two, "withdraw": two - 1},
    )
    stays, in_time = math.exp(-0.2), 0.8 * math.exp(-0.4)
    due, _ = chosen(
        {"keep": stays * in_time, "hold": stays * (1 - in_time), "withdraw": 1 - stays},
        {"keep": 0, "hold": 0.75 * two + math.exp(-0.2) * value, "withdraw": four - 1},
    )
    of = game_tree(agreement, "plan")
    solved = solve(of)
    assert solved.choices[("freeze", (), "only", frozenset())] == pytest.approx(due, abs=1e-14)
    look = ("freeze look 1 north", ("freeze: hold",), "only", frozenset())
    assert solved.choices[look] == pytest.approx(at_look, abs=1e-14)


def test_what_is_taken_back_returns_after_its_restore_time() -> None:
    # Half of the drills given at year 4 and taken back at once; back at 5. Looks at 4.5 and 6; horizon 8.
    of = made(
        {
            "north": party(1.0, 0.1, breakdown=1.0, withdrawing=0.5, delaying=0.3, suspending=0.2),
            "south": party(1.0, 0.0, delaying=5.0),
        },
        {"drills": suspendable("north", "1 year", north=1.0, south=-2.0)},
        [
            gives("halved", "2024-01-01", "north", automatic=True, drills=0.5),
            review("north", date="2024-01-01") | {"may_suspend": True},
        ],
        plan=late("6 months", "2 years"),
    )
    half, r = annuity(0.1, 0.5), math.exp(-0.05)
    edge, look = follow(of, "hold")
    assert edge.flow == pytest.approx((0.5 * half - 0.3 * half - 0.2, -0.5), abs=1e-14)
    assert (look.date, look.player) == (4.5, "north")
    _, left = follow(of, "hold", "withdraw")
    assert left.payoff == pytest.approx((annuity(0.1, 3.5) - 0.5 * half - 1.5, -2 * (3.5 - 0.25)), abs=1e-14)
    edge, _ = follow(of, "hold", "hold", "keep")  # half a year more without half of it, then a year with all of it
    idle = 0.3 * annuity(0.1, 1.5)
    assert edge.flow == pytest.approx((0.5 * half + r * annuity(0.1, 1) - idle, -2 * (0.25 + 1)), abs=1e-14)
    edge, end = follow(of, "hold", "keep")  # given again at 4.5
    assert edge.flow == pytest.approx((0.5 * annuity(0.1, 3.5), -3.5), abs=1e-14)
    assert (end.outcome, end.standing) == ("held:clean", "complete_on_time")
    edge, end = follow(of, "hold", "hold", "keep", "hold", "keep")  # for good; behind no more
    assert edge.flow == pytest.approx((annuity(0.1, 2), -4.0), abs=1e-14)
    assert (end.outcome, end.standing) == ("held:clean", "suspended")


def test_answers_in_kind() -> None:
    """South may suspend while North is behind, pays for it once, and gives back when North has caught up."""
    of = made(
        {"north": party(1.0, 0.0), "south": party(1.0, 0.0, suspending=0.2)},
        {
            "arms": stake("north", "1 year", north=1.0),
            "relief": suspendable("south", "0 days", south=1.0),
        },
        [
            gives("relief-begins", "2024-01-01", "south", "relief", automatic=True),
            gives("freeze", "2024-01-01", "north", "arms"),
        ],
        plan=late("1 year", "2 years"),
    )
    edge, node = follow(of, "hold", "hold", "hold")  # north, north, south
    assert (edge.flow, node.player, node.date) == ((1.0, 1.0 - 0.2), "north", 6.0)
    _, answer = follow(of, "hold", "hold", "hold", "hold")
    assert [each.label for each in answer.edges] == ["keep", "hold", "withdraw"]
    kept = {each.label: each.flow for each in answer.edges}
    assert kept == {"keep": (2.0, 0.0), "hold": (2.0, 2.0), "withdraw": (0.0, 0.0)}  # no second lump; for good
    edge, end = follow(of, "hold", "hold", "hold", "keep")
    assert edge.flow == (0.0, 0.0)
    assert (end.standing, end.done) == ("complete_late", {"relief-begins": 4.0, "freeze": 6.0})
    assert follow(of, "hold", "hold", "hold", "hold", "hold")[1].standing == "suspended"
    assert follow(of, "hold", "hold", "hold", "hold", "keep")[1].standing == "stalled"


def test_an_exchange_by_hand() -> None:
    # Every act offered has the same chance. Both keep: 1/9. One holds (2/9): it keeps at the look (1/3), or holds (1/3)
    # and the other waits (1/2), and the exchange is struck. Both hold (1/9): both keep at the look (1/9), or one does
    # and then waits (2/9 * 1/2), or none (1/9).
    of = made(
        {"a": party(0.0, 0.0, withdrawing=1.0, delaying=0.5), "b": party(0.0, 0.0, withdrawing=2.0, breakdown=4.0)},
        {"x": stake("a", "1 year", a=1.0), "y": stake("b", "1 year", b=1.0)},
        [
            {
                "id": "swap",
                "date": "2024-01-01",
                "exchange": [{"by": "a", "gives": ["x"]}, {"by": "b", "gives": ["y"]}],
            }
        ],
        plan=late("2 years"),
    )
    solved = solve(of)
    assert solved.outcomes == pytest.approx(
        {
            "complete_on_time:clean": 1 / 9,
            "complete_late:clean": 1 / 9 * 1 / 9 + 2 / 9 * 1 / 3,
            "stalled:clean": 1 / 9 * (2 / 9 * 1 / 2 + 1 / 9) + 2 / 9 * 1 / 3 * 1 / 2,
            "withdrew:a": 2 / 9 + 1 / 9 * (1 / 3 + 1 / 9 * 1 / 2) + 1 / 9 * (1 / 3 + 1 / 3 * 1 / 2),
            "withdrew:b": 2 / 9 + 1 / 9 * (2 / 9 + 1 / 9 * 1 / 2) + 1 / 9 * (1 / 3 + 1 / 3 * 1 / 2),
            "withdrew:both": 1 / 9,
        },
        abs=1e-14,
    )
    assert {node.infoset for node in of.nodes if node.title == "swap b"} == {("swap b", (), "only", frozenset())}
    assert follow(of, "withdraw", "withdraw")[1].payoff == (4.0 - 1.0, 4.0 - 6.0)
    assert follow(of, "hold", "withdraw")[1].payoff == (4.0, 4.0 - 6.0)
    edge, node = follow(of, "hold", "keep")  # nothing has passed; only a is behind
    assert (edge.flow, node.player, node.title) == ((2.0 - 1.0, 2.0), "a", "swap look 1 a")
    assert follow(of, "hold", "keep", "keep")[0].flow == (0.0, 0.0)


def test_an_exchange_performed_in_secret_counts_once_it_is_done() -> None:
    of = made(
        {"a": party(1.0, 0.0), "b": party(1.0, 0.0)},
        {"x": stake("a", "1 year", True, a=1.0), "y": stake("b", "1 year", b=1.0)},
        [
            {
                "id": "swap",
                "date": "2024-01-01",
                "exchange": [{"by": "a", "gives": ["x"]}, {"by": "b", "gives": ["y"]}],
            }
        ],
        {"m": {"covers": ["x"], "finds": 0.5}},
        plan=late("2 years"),
    )
    _, look = follow(of, "conceal", "hold")
    assert (look.kind, look.title) == ("decision", "swap look 1 b")  # no report before it: nothing can be found yet
    edge, report = follow(of, "conceal", "hold", "keep")
    assert edge.flow == (2.0, 0.0)
    assert report.title == "report at the horizon"
    assert {each.label: each.chance for each in report.edges} == pytest.approx(
        {"found: a": 1 - math.exp(-1), "nothing": math.exp(-1)}
    )
    _, answer = follow(of, "conceal", "hold", "hold")
    assert answer.infoset == ("swap look 1 a answers", ("swap: b hold", "swap look 1 b: hold"), "only", {"swap"})
    assert follow(of, "conceal", "hold", "hold", "keep")[1].outcome == "held:clean"  # struck: nothing is concealed


def test_a_vote_that_is_put_again_by_hand() -> None:
    # South answers a failed vote at a look by staying with chance 1/2.
    of = made(
        {"north": party(0.0, 0.0, delaying=1.0), "south": party(0.0, 0.0)},
        {"arms": stake("north", "1 year", north=1.0)},
        [
            ratify("vote", "2024-01-01", "north", 0.4) | {"then": "delay"},
            gives("freeze", "2024-01-01", "north", "arms", automatic=True) | {"needs": ["vote"]},
        ],
        plan=late("1 year", "2 years"),
    )
    solved = solve(of)
    second = 0.6 * 0.6 / 2 * 0.4
    assert solved.done({"vote": 4.0, "freeze": 4.0}) == {
        "vote": pytest.approx((0.4, 0.6 * 0.4 + second)),
        "freeze": pytest.approx((0.4, 0.6 * 0.4 + second)),
    }
    assert solved.standing("stalled") == pytest.approx(0.6 * 0.6 / 2 * 0.6 / 2)
    assert follow(of, "fails")[0].flow == (1.0, 0.0)  # nobody is behind by its own act


@pytest.mark.parametrize("then", ["delay", "strike"])
def test_a_failed_vote_strikes_what_needs_it_where_no_stall_is_left(then: str) -> None:
    of = made(
        {"north": party(0.0, 0.0), "south": party(0.0, 0.0)},
        {"arms": stake("north", "1 year", north=1.0), "relief": stake("south", "1 year", south=1.0)},
        [
            ratify("vote", "2024-01-01", "north", 0.4) | {"then": then},
            gives("freeze", "2024-01-01", "north", "arms", automatic=True) | {"needs": ["vote"]},
            gives("relief-flows", "2024-01-01", "south", "relief", automatic=True),
        ],
        plan=late("1 year", stalls=0),
    )
    _, transfer = follow(of, "fails")
    assert transfer.title == "relief-flows"
    end = of.nodes[transfer.edges[0].child]
    assert (end.standing, end.done) == ("stalled", {"relief-flows": 4.0})
    assert solve(of).outcomes == pytest.approx({"complete_on_time:clean": 0.4, "stalled:clean": 0.6})


def test_holding_at_a_step_that_may_not_wait_freezes_the_plan() -> None:
    of = made(
        {"north": party(1.0, 0.0, delaying=1.0), "south": party(1.0, 0.0)},
        {"arms": stake("north", "1 year", north=1.0), "relief": stake("south", "1 year", south=1.0)},
        [
            gives("freeze", "2024-01-01", "north", "arms") | {"late": False},
            gives("some", "2024-01-01", "south", automatic=True, relief=0.5),
            gives("rest", "2024-01-01", "south", automatic=True, relief=0.25) | {"needs": ["freeze"]},
            gives("own", "2024-01-01", "south", relief=0.25),
            review("south", date="2025-01-01"),
        ],
        plan=late("1 year", stalls=2),
    )
    edge, transfer = follow(of, "hold")
    assert (edge.flow, transfer.title) == ((0.0, 0.0), "some")
    (edge,) = transfer.edges
    year = 366 / 365.25
    assert edge.flow == pytest.approx((year, year / 2), abs=1e-14)  # no cost of delaying
    node = of.nodes[edge.child]
    assert node.infoset == ("review-1-south", ("freeze: hold",), "only", frozenset())
    assert follow(of, "hold", "keep")[1].done == {"some": 4.0}


def test_whoever_is_found_may_come_clean() -> None:
    of = made(
        {"north": party(1.0, 0.0, found=3.0, delaying=0.5), "south": party(1.0, 0.0)},
        {"arms": stake("north", "1 year", True, north=1.0)},
        [gives("freeze", "2024-01-01", "north", arms=0.5), review("south", date="2024-12-31")],
        {"m": {"covers": ["arms"], "finds": 0.5}},
        plan=late("1 year", found="stall"),
    )
    year = 365 / 365.25
    edge, look = follow(of, "conceal", "found: north")
    assert edge.chance == pytest.approx(1 - math.exp(-0.5 * year))
    assert edge.flow == pytest.approx((1.0 - 3.0 - 0.5, 0.0))
    assert (look.player, look.title) == ("north", "north found look 1 north")  # and no report: it is not found again
    assert look.infoset == (look.title, ("north found: review-1-south",), "only", {"freeze"})
    assert [each.label for each in look.edges] == ["keep", "hold", "withdraw"]
    edge, end = follow(of, "conceal", "found: north", "keep")
    assert edge.flow == pytest.approx(((3 - year) / 2, 0.0))
    assert (end.outcome, end.standing) == ("held:clean", "complete_on_time")
    edge, end = follow(of, "conceal", "found: north", "hold", "keep")
    assert edge.flow == pytest.approx((3 - year, 0.0))
    assert (end.outcome, end.standing) == ("held:concealed", "complete_on_time")


def test_lapse_costs_its_own_sum() -> None:
    renews = {**HABITS, "renews": 0.7}
    of = made(
        {
            "north": {**party(0.0, 0.0, breakdown=9.0, withdrawing=9.0, lapse=0.5), "habits": renews},
            "south": party(0.0, 0.0, lapse=0.25),
        },
        {"arms": stake("north", "1 year", north=1.0)},
        [
            gives("freeze", "2024-01-01", "north", "arms", automatic=True),
            {
                "id": "term",
                "renew": ["north", "south"],
                "every": "2 years",
                "from": "2024-01-01",
                "until": "2026-05-01",
            },
        ],
        horizon="8 years",
    )
    solved = solve(of)
    assert solved.outcomes == pytest.approx(
        {"complete_on_time:clean": 0.35, "lapsed:north": 0.3, "lapsed:south": 0.35}, abs=1e-14
    )
    date = 2192 / 365.25
    (end,) = [node for node in of.nodes if node.outcome == "lapsed:south"]
    assert end.payoff == pytest.approx((8 - date - 1 - 0.5, -0.25), abs=1e-14)


def test_sharpness_is_precision_per_all_that_is_at_stake() -> None:
    of = made(
        {
            "north": {
                "sharpness": 3.0,
                "discount": 0.1,
                "types": {
                    "x": {"chance": 0.5},
                    "y": {"chance": 0.5, "worth": {"arms": -2.0}, "discount": 0.0, "sharpness": 1.0},
                },
            },
            "guest": {"sharpness": 5.0, "discount": 0.0},
        },
        {"arms": stake("north", "1 year", north=1.0), "relief": stake("guest", "1 year", north=-4.0)},
        [gives("freeze", "2024-01-01", "north", "arms")],
    )
    assert of.precisions == {
        "north": {"x": pytest.approx(3 / (5 * annuity(0.1, 8))), "y": pytest.approx(1 / (6 * 8))},
        "guest": {"only": 0.0},  # to whom nothing matters
    }


# ------------------------------------------------------------------------------------------------ its rules

SEEDS = range(40)


@pytest.mark.parametrize("seed", SEEDS)
def test_information_sets_hold_what_the_party_can_have_seen_and_no_more(seed: int) -> None:
    """Told from the labels along each path: what was public, what the party did, and its type now, are the set."""
    agreement, of = random_lateness(seed, 2_000)
    exchanges = {
        f"{step.id} {mover.party}": (step.id, number, len(step.movers))
        for step in calendar_of(agreement, "plan")
        for number, mover in enumerate(step.movers)
    }
    first = {name: next(iter(each.types), "only") for name, each in agreement.parties.items()}
    turnovers = {step.id: step.party for step in calendar_of(agreement, "plan") if step.kind == "turnover"}
    offered: dict[object, tuple[str, ...]] = {}
    told_by: dict[object, object] = {}
    back: dict[object, object] = {}
    pending: list[tuple[int, tuple[str, ...], tuple[str, ...], dict[str, Any], dict[str, str]]]
    pending = [(0, (), (), dict.fromkeys(of.parties, ()), first)]
    while pending:
        index, public, together, own, types = pending.pop()
        node = of.nodes[index]
        if node.infoset is not None and node.player is not None:
            acts = tuple(edge.label for edge in node.edges)
            assert offered.setdefault(node.infoset, acts) == acts
            # What was concealed before it came clean is no part of the set: it makes no difference any more.
            signature = (public, own[node.player], types[node.player], node.player)
            assert told_by.setdefault(signature, node.infoset) == node.infoset
            known = (public, node.player, types[node.player])
            assert back.setdefault(node.infoset, known) == known
        for edge in node.edges:
            now, beside, acts, kinds = public, together, own, types
            if node.player is not None:
                seen = {"conceal": "keep"}.get(edge.label, edge.label)
                acts = {**own, node.player: (*own[node.player], (node.title, edge.label))}
                if node.title in exchanges:
                    _, number, movers = exchanges[node.title]
                    beside = (*together, f"{node.title}: {seen}")
                    if number == movers - 1:
                        now, beside = (*public, *beside), ()
                else:
                    now = (*public, f"{node.title}: {seen}")
            elif " is " in edge.label:
                kinds = {**types, edge.label.split(" is ")[0]: edge.label.split(" is ")[1]}
            elif node.title in turnovers and edge.label.startswith("new government: "):
                kinds = {**types, turnovers[node.title]: edge.label.removeprefix("new government: ")}
                now = (*public, f"{node.title}: new")
            elif edge.label != "nothing":
                now = (*public, f"{node.title}: {edge.label}")
            pending.append((edge.child, now, beside, acts, kinds))


@pytest.mark.parametrize("seed", SEEDS)
def test_chances_weights_and_edges(seed: int) -> None:
    agreement, of = random_lateness(seed, 2_000)
    dates = {step.id: step.years for step in calendar_of(agreement, "plan")}
    assert sorted(edge.child for node in of.nodes for edge in node.edges) == list(range(1, len(of.nodes)))
    for index, node in enumerate(of.nodes):
        assert (node.kind == "terminal") == (not node.edges) == (node.outcome is not None) == bool(node.payoff)
        if node.kind == "chance":
            assert math.fsum(edge.chance or 0 for edge in node.edges) == pytest.approx(1, abs=1e-14)
        if node.kind == "decision":
            habits = agreement.parties[node.player or ""].habits
            weights = [edge.weight for edge in node.edges]
            assert min(weights) > 0
            assert math.fsum(weights) == pytest.approx(len(weights) if habits is None else 1, abs=1e-14)
        for key, when in (node.done or {}).items():
            assert dates[key] - 1e-9 <= when <= node.date
        for edge in node.edges:
            assert edge.child > index
            assert of.nodes[edge.child].date >= node.date


# -------------------------------------------------------------------------------- solvers, Gambit, answers kept


@pytest.mark.parametrize("seed", range(12))
def test_gambit_and_both_solvers_agree(seed: int) -> None:
    of = random_lateness(seed, 150)[1]
    ours = solve(of)
    assert ours.residual < 1e-11
    assert math.fsum(ours.outcomes.values()) == pytest.approx(1, abs=1e-13)
    naive = solve_tree(of, of.precisions)
    played = naive.choices, solve_with_gambit(*one_player_per_set(of, of.precisions)), gambit_with_habits(of)
    for theirs in played:
        assert set(theirs) == set(ours.choices)
        for infoset, chances in theirs.items():
            assert ours.choices[infoset] == pytest.approx(chances, abs=1e-9, rel=0)
    assert ours.values == pytest.approx(naive.values, abs=1e-11)


def test_a_file_with_habits_takes_no_scale() -> None:
    _, of = random_lateness(0, 150)
    with pytest.raises(UsageError, match="Leave out scale"):
        efg(of, {"a": 2.0})


@pytest.mark.parametrize("seed", sorted(json.loads(STORED.read_text(encoding="utf-8")), key=int))
def test_the_answers_are_those_that_were_kept(seed: str) -> None:
    agreement, of = random_lateness(int(seed))
    kept = json.loads(STORED.read_text(encoding="utf-8"))[seed]
    found = told(agreement, of, solve(of))
    assert found.keys() == kept.keys()
    assert found["nodes"] == kept["nodes"]
    for part in ("outcomes", "values"):
        assert found[part] == pytest.approx(kept[part], abs=1e-10)
    for key, each in kept["done"].items():
        assert found["done"][key] == pytest.approx(each, abs=1e-10)
    assert found["mean_lateness"] == pytest.approx(kept["mean_lateness"], abs=1e-8)


@pytest.mark.skipif(not EXAMPLES, reason="the twelve examples are not beside this repository")
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_of_the_specification(path: Any) -> None:
    agreement, kept = read(path), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    solved = solve(game_tree(agreement, "p"))
    found: dict[str, float] = {}
    for name, chance in solved.outcomes.items():
        standing, _, rest = name.partition(":")
        held = standing in ("complete_on_time", "complete_late", "stalled", "suspended")
        key = standing.replace("_", " ") if held else f"broken {standing}{':' if rest else ''}{rest}"
        found[key] = found.get(key, 0.0) + chance
    assert {key: found.get(key, 0.0) for key in found | kept["outcomes"]} == pytest.approx(
        {key: kept["outcomes"].get(key, 0.0) for key in found | kept["outcomes"]}, abs=1e-12
    )
    dates = {step.id: step.years for step in calendar_of(agreement, "p")}
    done = solved.done(dates)
    for key, each in kept["done"].items():
        assert done[key] == pytest.approx((each["on_time"], each["late"]), abs=1e-12)
    assert solved.mean_lateness(dates) == pytest.approx(kept["mean_lateness_years_if_complete_late"], abs=1e-10)
