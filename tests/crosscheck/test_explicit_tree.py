"""The explicit game tree against arithmetic done by hand, its own rules, and Gambit."""

from __future__ import annotations

import io
import math
import re

import pygambit
import pytest
from support.building import gives, party, review, situation, stake, turnover
from support.cases import cases, day, one_precision, precisions
from support.referee import one_player_per_set, solve_tree, solve_with_gambit

from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck.explicit_tree import Node, Tree, TreeTooLarge, game_tree
from servanda.crosscheck.gambit_file import efg

DISCOUNTED, UNDISCOUNTED = cases(True), cases(False)
NAMES = sorted(DISCOUNTED)


def terminals(of: Tree, outcome: str) -> list[Node]:
    return [node for node in of.nodes if node.outcome == outcome]


def root_values(of: Tree, choose: dict | None = None) -> dict[str, float]:
    """Present values at the root, by the recursion in the docstring of Node; uniform play unless told."""
    values: dict[int, list[float]] = {}
    for index in reversed(range(len(of.nodes))):
        node = of.nodes[index]
        values[index] = list(node.payoff) or [0.0] * len(of.parties)
        for edge in node.edges:
            chance = edge.chance
            if chance is None:
                chance = choose[node.infoset][edge.label] if choose else 1 / len(node.edges)
            for i in range(len(of.parties)):
                values[index][i] += chance * (edge.flow[i] + edge.factor[i] * values[edge.child][i])
    return dict(zip(of.parties, values[0], strict=True))


def made(parties, stakes, entries, measures=None, **more) -> Tree:
    return game_tree(Agreement.model_validate(situation(parties, stakes, entries, measures, **more)), "plan")


# ------------------------------------------------------------------------------------------------- by hand


def test_one_obligation_by_hand() -> None:
    # One party, one stake worth 1 a year, given up or not at year 4 (2024-01-01) of 8; discount 0.1; found at 0.25 a
    # year if concealed. At year 4:
    #   keep     = 0                                                      (nothing flows any more)
    #   withdraw = (1 - e^-0.4)/0.1 - 1 - 0.5 = 3.2967995 - 1.5 = 1.7967995
    #   conceal  = 3.2967995 - (1 - e^-1) e^-0.4 (1 + 2) = 3.2967995 - 0.6321206*0.6703200*3 = 2.0256303
    # and before, in any case, (1 - e^-0.4)/0.1 of flow.
    agreement = Agreement.model_validate(
        situation(
            {"north": party(2.0, 0.1, breakdown=1.0, withdrawing=0.5, found=2.0)},
            {"arms": stake("north", "2 years", True, north=1.0)},
            [gives("freeze", "2024-01-01", "north", "arms")],
            {"inspectors": {"covers": ["arms"], "finds": 0.25}},
        )
    )
    annuity, found = (1 - math.exp(-0.4)) / 0.1, 1 - math.exp(-1)
    worth = {
        "keep": 0.0,
        "conceal": annuity - found * math.exp(-0.4) * 3,
        "withdraw": annuity - 1.5,
    }
    assert worth["conceal"] == pytest.approx(2.0256303, abs=1e-7)
    weight = {action: math.exp(2 * value) for action, value in worth.items()}
    play = {action: w / sum(weight.values()) for action, w in weight.items()}
    solved = solve_tree(game_tree(agreement, "plan"), precisions(agreement))
    assert list(solved.choices) == [("freeze", (), "only", frozenset())]
    assert solved.choices[("freeze", (), "only", frozenset())] == pytest.approx(play, abs=1e-14)
    assert solved.outcomes == pytest.approx(
        {
            "held:clean": play["keep"],
            "held:concealed": play["conceal"] * math.exp(-1),
            "found:north": play["conceal"] * found,
            "withdrew:north": play["withdraw"],
        },
        abs=1e-14,
    )
    at_four = sum(play[action] * worth[action] for action in play)
    assert solved.values["north"] == pytest.approx(annuity + math.exp(-0.4) * at_four, abs=1e-13)
    assert solved.residual < 1e-13


@pytest.mark.parametrize(("restore", "south_gets"), [("2 years", 1.5), ("never", 1.0), ("0 days", 2.0)])
def test_breakdown_pays_what_was_given_only_after_it_is_restored(restore: str, south_gets: float) -> None:
    # Half of relief (0.5 a year to south) given at year 4, south withdraws at once. It has 0.25 a year until restored,
    # 0.5 after: 2*0.25 + 2*0.5 = 1.5; never: 4*0.25 = 1; at once: 4*0.5 = 2. North: three times that, negative.
    of = made(
        {"north": party(1, 0, breakdown=0.6), "south": party(1, 0, breakdown=0.4, withdrawing=0.7, found=9.0)},
        {"relief": stake("south", restore, south=0.5, north=-1.5)},
        [
            gives("half", "2024-01-01", "south", automatic=True, relief=0.5),
            review("south", date="2024-01-01"),
        ],
    )
    (end,) = terminals(of, "withdrew:south")
    assert end.date == 4.0
    assert end.payoff == pytest.approx((-3 * south_gets - 0.6, south_gets - 1.1), abs=1e-14)


def test_a_turnover_changes_who_values_and_discounts() -> None:
    # Worth 1 discounted at 0.1 until year 4; from then on worth 2, cost 3 in place of 1, discounted at 0.2.
    # South, by chance, fails to ratify at year 6, so the flow goes on but the cost falls due.
    new = {"chance": 0.0, "discount": 0.2, "worth": {"arms": 2.0}, "costs": {"breakdown": 3.0}}
    of = made(
        {
            "north": party(1, 0.1, {"old": {"chance": 1.0}, "new": new}, breakdown=1.0),
            "south": party(1, 0.1),
        },
        {"arms": stake("north", "1 year", north=1.0)},
        [
            turnover("vote", "2024-01-01", "north", 1.0, new=1.0),
            {"id": "congress", "date": day("2025-12-31"), "ratify": "south", "passes": 0.0},
        ],
    )
    two = 730 / 365.25  # 2024 is a leap year: 2025-12-31 is 730 days on
    after = 2 * (1 - math.exp(-0.2 * 4)) / 0.2 - 3 * math.exp(-0.2 * two)
    assert root_values(of)["north"] == pytest.approx((1 - math.exp(-0.4)) / 0.1 + math.exp(-0.4) * after, abs=1e-13)
    assert [node.kind for node in of.nodes] == ["chance"] * 3 + ["terminal"]


def test_measures_count_only_while_in_force_and_each_stake_once() -> None:
    # Concealed by halves on 2022-01-01 and 2024-01-01; found at 0.4 a year from 2025-01-01 (366 days after the second)
    # to 2026-01-01 (365 days more): 1 - exp(-0.4*365/365.25) at the horizon, not twice as fast. Alarms end it at
    # 0.1*0.5 a year in the same window. Another measure that covers nothing concealed does not count.
    of = made(
        {"north": party(), "south": party()},
        {"arms": stake("north", "1 year", True, north=1.0), "relief": stake("south", "1 year", True, south=1.0)},
        [gives("half", "2022-01-01", "north", arms=0.5), gives("rest", "2024-01-01", "north", "arms")],
        {
            "in": {
                "covers": ["arms"],
                "finds": 0.4,
                "false_alarms": 0.1,
                "breaks": 0.5,
                "from": day("2025-01-01"),
                "until": day("2026-01-01"),
            },
            "other": {"covers": ["relief"], "finds": 5.0},
            "over": {"covers": ["arms"], "finds": 7.0, "until": day("2022-01-01")},
        },
    )
    year = 365 / 365.25
    found, incident = 1 - math.exp(-0.4 * year), 1 - math.exp(-0.05 * year)
    reports = [n for n in of.nodes if n.title.startswith("report")]
    assert {n.title for n in reports} == {"report at the horizon"}
    assert len(reports) == 4  # kept and concealed, twice
    chances = [{edge.label: edge.chance for edge in report.edges} for report in reports]
    secret = {"found: north": found, "incident": (1 - found) * incident, "nothing": (1 - found) * (1 - incident)}
    assert [c for c in chances if "found: north" in c] == [pytest.approx(secret, abs=1e-15)] * 3
    assert [c for c in chances if "found: north" not in c] == [
        pytest.approx({"incident": incident, "nothing": 1 - incident}, abs=1e-15)
    ]


def test_two_may_be_found_at_once_and_each_pays() -> None:
    # Found at 0.25 and 0.5 a year over the last four years; breakdown at the horizon: no flow is left, costs are.
    of = made(
        {"north": party(breakdown=1.0, found=2.0), "south": party(breakdown=10.0, found=20.0)},
        {"arms": stake("north", "1 year", True, north=1.0), "relief": stake("south", "1 year", True, south=1.0)},
        [gives("a", "2024-01-01", "north", "arms"), gives("b", "2024-01-01", "south", "relief")],
        {"one": {"covers": ["arms"], "finds": 0.25}, "two": {"covers": ["relief"], "finds": 0.5}},
    )
    a, b = 1 - math.exp(-1), 1 - math.exp(-2)
    (both,) = [n for n in of.nodes if len(n.edges) == 4]
    assert {edge.label: edge.chance for edge in both.edges} == pytest.approx(
        {
            "found: north": a * (1 - b),
            "found: south": (1 - a) * b,
            "found: north and south": a * b,
            "nothing": (1 - a) * (1 - b),
        }
    )
    assert [n.payoff for n in terminals(of, "found:both")] == [(-3.0, -30.0)]
    assert {n.payoff for n in terminals(of, "found:north")} == {(-3.0, -10.0)}
    assert all(n.payoff == (0.0, 0.0) and n.date == 8.0 for n in terminals(of, "held:concealed"))


# ------------------------------------------------------------------------------------------------ its rules


@pytest.mark.parametrize("name", NAMES)
def test_chances_and_edges(name: str) -> None:
    of = game_tree(DISCOUNTED[name], "plan")
    children = sorted(edge.child for node in of.nodes for edge in node.edges)
    assert children == list(range(1, len(of.nodes)))  # every node but the root has one parent
    for index, node in enumerate(of.nodes):
        assert (node.kind == "terminal") == (not node.edges) == (node.outcome is not None) == bool(node.payoff)
        if node.kind == "chance":
            assert math.fsum(edge.chance or 0 for edge in node.edges) == pytest.approx(1, abs=1e-14)
            assert all(edge.chance and edge.chance > 0 for edge in node.edges)
        for edge in node.edges:
            assert edge.child > index
            assert of.nodes[edge.child].date >= node.date


@pytest.mark.parametrize("name", NAMES)
def test_information_sets_hold_what_the_party_can_have_seen_and_no_more(name: str) -> None:
    """Told from the labels along each path: what was public, what the party did, and its type now, are the set."""
    of = game_tree(DISCOUNTED[name], "plan")
    kinds = {p: list(DISCOUNTED[name].parties[p].types) or ["only"] for p in of.parties}
    seen: dict[object, tuple[str, ...]] = {}
    told: dict[tuple, object] = {}
    back: dict[object, tuple] = {}
    for index, public, acts, types in _paths(of, kinds):
        node = of.nodes[index]
        if node.infoset is None:
            continue
        actions = tuple(edge.label for edge in node.edges)
        assert actions in [("keep", "withdraw"), ("keep", "conceal", "withdraw")]
        assert seen.setdefault(node.infoset, actions) == actions
        signature = (public, acts[node.player], types[node.player], node.player)
        assert told.setdefault(signature, node.infoset) == node.infoset
        assert back.setdefault(node.infoset, signature) == signature


def _paths(of: Tree, kinds: dict[str, list[str]]):
    first = {p: of_p[0] if len(of_p) == 1 else None for p, of_p in kinds.items()}
    pending = [(0, (), dict.fromkeys(of.parties, ()), first)]
    while pending:
        index, public, acts, types = pending.pop()
        yield index, public, acts, types
        node = of.nodes[index]
        for edge in node.edges:
            now, own, kind = public, acts, types
            if node.player is not None:
                own = {**acts, node.player: (*acts[node.player], node.title, edge.label)}
                now = (*public, node.title, "withdraw" if edge.label == "withdraw" else "claims to perform")
            elif " is " in edge.label:
                kind = {**types, edge.label.split(" is ")[0]: edge.label.split(" is ")[1]}
            elif edge.label.startswith("new government: "):
                who = next(p for p in of.parties if _holds_vote(node.title, p))
                kind = {**types, who: edge.label.removeprefix("new government: ")}
                now = (*public, node.title, "new government")
            elif not node.title.startswith("report"):
                now = (*public, node.title, edge.label)
            pending.append((edge.child, now, own, kind))


def _holds_vote(entry: str, who: str) -> bool:
    return who == ("north" if entry == "coup" else "south")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("discounted", [True, False])
def test_solved_outcomes_add_up(name: str, discounted: bool) -> None:
    agreement = (DISCOUNTED if discounted else UNDISCOUNTED)[name]
    of = game_tree(agreement, "plan")
    solved = solve_tree(of, precisions(agreement))
    assert math.fsum(solved.outcomes.values()) == pytest.approx(1, abs=1e-13)
    assert solved.values == pytest.approx(root_values(of, solved.choices), abs=1e-11)
    assert solved.residual < 1e-11


def test_the_branch_is_followed_around_its_folds() -> None:
    beyond = solve_tree(game_tree(UNDISCOUNTED["beyond-a-fold"], "plan"), precisions(UNDISCOUNTED["beyond-a-fold"]))
    assert beyond.turns == 2
    assert beyond.outcomes["held:clean"] == pytest.approx(0.9996, abs=5e-5)
    within = solve_tree(game_tree(UNDISCOUNTED["within-a-fold"], "plan"), precisions(UNDISCOUNTED["within-a-fold"]))
    assert within.turns == 0
    assert within.outcomes["withdrew:south"] == pytest.approx(0.65, abs=5e-4)


def test_too_large_says_what_to_do() -> None:
    with pytest.raises(TreeTooLarge) as told:
        game_tree(DISCOUNTED["everything"], "plan", max_nodes=838)
    assert str(told.value) == (
        "plan plan: the game tree has more than 838 nodes. Every type, concealable step, report, look and turnover"
        " multiplies its size. Use fewer entries, concealable steps, types or looks, or allow more nodes (--max-nodes,"
        " max_nodes)"
    )
    assert len(game_tree(DISCOUNTED["everything"], "plan", max_nodes=839).nodes) == 839


def test_a_long_plan_is_no_deeper_than_python_may_go() -> None:
    monthly = review("north", "south", every=1, from_="2020-01-01", until="2060-01-01")
    of = made(
        {"north": party(), "south": party()},
        {"arms": stake("north", "1 year", north=1.0)},
        [monthly],
        horizon="50 years",
        incidents=0.01,
    )
    assert len(of.nodes) == 2 + 962 * 2 + 2 * 481  # start and end; decision and withdrawal; report and incident


# --------------------------------------------------------------------------------------------------- Gambit


def expected(game: pygambit.Game) -> dict[str, float]:
    """Gambit's expected payoffs of uniform play."""
    payoffs = game.mixed_behavior_profile().payoffs
    return {player: float(payoffs[player]) for player in game.players}


@pytest.mark.parametrize("name", NAMES)
def test_gambit_reads_the_file_as_it_was_written(name: str) -> None:
    of = game_tree(DISCOUNTED[name], "plan")
    text = efg(of)
    game = pygambit.read_efg(io.StringIO(text))
    # Gambit writes back every node, chance and payoff as it read it; it only numbers outcomes of the same label.
    back = re.sub(r'^(t "" \d+ "[^"]*?)(_\d+)?"', r'\1"', game.to_efg(), flags=re.M)
    assert back.split() == text.split()
    assert len(re.findall(r"^[cpt] ", back, flags=re.M)) == len(of.nodes)
    assert list(game.players) == list(of.parties)
    assert expected(game) == pytest.approx(root_values(of), abs=1e-11)
    # A new government need not know what its predecessor was: only parties without turnover recall all.
    changed = {getattr(entry, "turnover", "") for entry in DISCOUNTED[name].plans["plan"].entries}
    assert all(game.has_perfect_recall(player) for player in set(game.players) - changed)


def test_labels_with_quotes_and_scaled_payoffs() -> None:
    of = game_tree(DISCOUNTED["one-entry"], "plan")
    text = efg(of, {"south": 4.0})
    assert text.startswith('EFG 2 R "A small \\"case\\": plan" { "north" "south" }\n')
    game = pygambit.read_efg(io.StringIO(text))
    assert game.title == 'A small "case": plan'
    payoffs, plain = expected(game), root_values(of)
    assert payoffs == pytest.approx({"north": plain["north"], "south": 4 * plain["south"]}, abs=1e-11)


@pytest.mark.parametrize("name", [name for name in NAMES if one_precision(UNDISCOUNTED[name])])
def test_referee_agrees_with_gambit(name: str) -> None:
    agreement = UNDISCOUNTED[name]
    of = game_tree(agreement, "plan")
    ours, theirs = solve_tree(of, precisions(agreement)).choices, solve_with_gambit(of, one_precision(agreement) or {})
    assert set(ours) == set(theirs) != set()
    for infoset, chances in ours.items():
        assert chances == pytest.approx(theirs[infoset], abs=1e-8, rel=0)


@pytest.mark.parametrize("name", NAMES)
def test_referee_agrees_with_gambit_with_discount_and_any_types(name: str) -> None:
    agreement = DISCOUNTED[name]
    of = game_tree(agreement, "plan")
    ours = solve_tree(of, precisions(agreement)).choices
    theirs = solve_with_gambit(*one_player_per_set(of, precisions(agreement)))
    assert set(ours) == set(theirs)
    for infoset, chances in ours.items():
        assert chances == pytest.approx(theirs[infoset], abs=1e-8, rel=0)
