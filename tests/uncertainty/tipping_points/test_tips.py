"""Where the ranking of two plans flips, and what lifts a plan to a target: formulas, dense scans, brute force."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pytest
from ruamel.yaml import YAML
from support.building import ratify, situation, stake
from support.plain_starter import starter_text

import servanda
from servanda.agreement.numbers import uncertain
from servanda.assessment.metrics import metric
from servanda.errors import NoSuchName, UsageError
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.questions import Question
from servanda.uncertainty.sampling import with_values
from servanda.uncertainty.tipping_points._least_change import Region, least_change
from servanda.uncertainty.tipping_points.axes import AxisSpace, NotPossible, at, draws_at, space
from servanda.uncertainty.tipping_points.plan_gap import PlanGap
from servanda.uncertainty.tipping_points.targets import choosable
from servanda.uncertainty.tipping_points.tips import Tips, scan

PLANS = ("phased", "at-once")


def ranged(likely: float, low: float, high: float) -> dict[str, float]:
    return {"likely": likely, "low": low, "high": high}


def votes(first: Any, second: Any, **more: Any) -> servanda.Agreement:
    """Two plans that are nothing but a vote: each is in force at the end with the chance that its vote passes."""
    parties = {"a": {"precision": 1, "discount": 0.1}, "b": {"precision": 1, "discount": 0.1}}
    data = situation(parties, {"s": stake("a", "1 year", a=1)}, [ratify("vote", "2021-03-01", "a", 0.5)], **more)
    data["plans"] = {
        name: {"entries": [{**ratify(f"vote-{name}", "2021-03-01", "a", 0.5), "passes": passes}]}
        for name, passes in (("first", first), ("second", second))
    }
    return servanda.Agreement.model_validate(data)


@pytest.fixture(scope="module")
def agreement() -> servanda.Agreement:
    return servanda.loads(starter_text())


@pytest.fixture(scope="module")
def by_years(agreement: servanda.Agreement) -> Tips:
    return servanda.tip(agreement, PLANS, "years", joint=False)


# ------------------------------------------------------------------------------------------- what has a closed form


def test_votes_flip_where_both_pass_alike_and_jointly_on_the_diagonal() -> None:
    found = servanda.tip(votes(ranged(0.5, 0.3, 0.8), ranged(0.6, 0.2, 0.7)), ("first", "second"), "held")
    assert found.ahead == "second"
    assert found.figures == {"first": pytest.approx(0.5, abs=1e-9), "second": pytest.approx(0.6, abs=1e-9)}
    first, second = (next(one for one in found.numbers if f"vote-{plan}" in one.name) for plan in found.plans)
    assert [flip.value for flip in first.flips] == [pytest.approx(0.6, abs=1e-7)]
    assert [flip.value for flip in second.flips] == [pytest.approx(0.5, abs=1e-7)]
    assert (first.flips[0].below, first.flips[0].above) == ("second", "first")
    # Both ranges are 0.5 wide: 0.1 is 0.2 ranges, and the nearest point of the diagonal is a step of 0.1 in each.
    assert found.nearest is not None
    assert found.nearest.nearest is not None
    assert found.nearest.nearest.distance == pytest.approx(0.2, abs=1e-7)
    assert found.change is not None
    assert found.change.distance == pytest.approx(0.1 * np.sqrt(2), rel=1e-3)
    assert {m.name.split(".")[1]: m.value for m in found.change.moved} == {
        "vote-first": pytest.approx(0.55, abs=1e-3), "vote-second": pytest.approx(0.55, abs=1e-3),
    }  # fmt: skip
    assert found.change.figures["first"] > found.change.figures["second"]


def test_no_flip_in_the_range_and_none_jointly() -> None:
    found = servanda.tip(votes(ranged(0.5, 0.4, 0.55), ranged(0.7, 0.6, 0.8)), ("first", "second"), "held")
    assert [one.flips for one in found.numbers] == [(), ()]
    assert found.nearest is None
    assert found.change is None
    assert found.closest is not None  # the corner: 0.55 against 0.6
    assert found.closest.figures == {"first": pytest.approx(0.55, abs=1e-6), "second": pytest.approx(0.6, abs=1e-6)}
    assert [row["value"] for row in found.table] == [None, None]


def test_less_is_better_of_what_ends_an_agreement() -> None:
    found = servanda.tip(
        votes(ranged(0.5, 0.3, 0.8), ranged(0.6, 0.2, 0.7)), ("first", "second"), "unratified.a", joint=False
    )
    assert (found.metric.better, found.ahead) == ("less", "second")
    assert found.nearest is not None


def test_equal_plans_are_level_and_tell_where_they_part() -> None:
    found = servanda.tip(votes(ranged(0.5, 0.3, 0.8), 0.5), ("first", "second"), "held")
    assert found.ahead is None
    assert found.change is None
    (one,) = found.numbers
    assert one.ties == (0.5,)
    assert [flip.value for flip in one.flips] == [pytest.approx(0.5, abs=1e-7)]


def test_plans_that_are_the_same_never_part(agreement: servanda.Agreement) -> None:
    plans = {"a": agreement.plans["phased"], "b": agreement.plans["phased"]}
    twice = agreement.model_copy(update={"plans": plans, "levers": {}})
    found = servanda.tip(twice, ("a", "b"), among=["measures.*"])
    assert found.ahead is None
    assert all(one.flips == () and len(one.ties) == len(one.values) for one in found.numbers)


# ------------------------------------------------------------------------------------------------- by dense scans


def test_flips_are_those_of_a_dense_scan(agreement: servanda.Agreement, by_years: Tips) -> None:
    """101 values of every number that matters, solved without any of the search: the same changes of sign."""
    for one in by_years.numbers:
        if ".types." in one.name and "worth" not in one.name and "costs" not in one.name:
            continue  # a chance, with which another moves
        if one.swing < 0.4 and not one.flips:
            continue
        values = np.linspace(one.low, one.high, 101)
        years = [
            evaluate(agreement, plan, with_values(agreement, {one.name: values})).metrics["years"] for plan in PLANS
        ]
        turns = np.flatnonzero(np.diff(np.sign(years[0] - years[1])))
        assert len(turns) == len(one.flips), one.name
        for k, flip in zip(turns, one.flips, strict=True):
            assert values[k] <= flip.value <= values[k + 1], one.name
            assert flip.below == PLANS[0 if years[0][k] > years[1][k] else 1]


def test_at_a_flip_the_plans_are_level(agreement: servanda.Agreement, by_years: Tips) -> None:
    assert sum(len(one.flips) for one in by_years.numbers) >= 2
    for one in by_years.numbers:
        for flip in one.flips:
            draws = with_values(agreement, {one.name: np.array([flip.value])})
            years = [float(evaluate(agreement, plan, draws).metrics["years"][0]) for plan in PLANS]
            assert years[0] == pytest.approx(years[1], abs=1e-6)
            assert not flip.jump


def test_two_flips_of_one_number_between_points_looked_at_are_found() -> None:
    """The number closest to 0 is looked at again on both sides: a parabola that dips below 0 between grid points."""
    from servanda.uncertainty.tipping_points.tips import _between  # pyright: ignore[reportPrivateUsage]

    def dip(u: float) -> float:
        return (u - 0.13) ** 2 - 0.002

    seen = {u: dip(u) for u in (-0.5, -0.25, 0.0, 0.25, 0.5)}
    assert min(seen.values()) > 0
    for _ in range(2):
        seen |= {u: dip(u) for u in _between(seen)}
    assert min(seen.values()) < 0
    assert _between({-1.0: 3.0, 0.0: 2.9, 1.0: 3.0}) == []  # nowhere near 0


def test_points_without_an_answer_are_counted_and_not_used(
    agreement: servanda.Agreement, by_years: Tips, monkeypatch: pytest.MonkeyPatch
) -> None:
    from servanda.uncertainty.tipping_points import plan_gap as _contest

    def holes(given: servanda.Agreement, plan: str, draws: Any, **more: Any) -> Any:
        found = evaluate(given, plan, draws, **more)
        bad = draws(given.stakes["programme"].worth["north"]) > 3.0
        figures = {name: np.where(bad, np.nan, figure) for name, figure in found.metrics.items()}
        return type(found)(**{**vars(found), "metrics": figures})

    monkeypatch.setattr(_contest, "evaluate", holes)
    name = "stakes.programme.worth.north"
    found = servanda.tip(agreement, PLANS, "years", among=[name], joint=False, points=9)
    (one,) = found.numbers
    assert one.unsolved == found.unsolved == int((one.values > 3).sum()) > 0
    assert np.isnan(one.differences[one.values > 3]).all()
    whole = next(each for each in by_years.numbers if each.name == name)
    assert [flip.value for flip in one.flips] == [pytest.approx(whole.flips[0].value, abs=1e-6)]


# ------------------------------------------------------------------------------------------------ several at once


def test_a_joint_change_is_as_near_as_brute_force_on_a_grid(agreement: servanda.Agreement) -> None:
    names = ["stakes.programme.worth.north", "stakes.non-recognition.worth.north"]
    found = servanda.tip(agreement, PLANS, "years", among=names)
    axes = space(agreement, PLANS, names).axes
    share = np.linspace(-0.5, 0.5, 81)
    x, y = (grid.ravel() for grid in np.meshgrid(share, share))
    inside = np.ones(x.size, dtype=bool)
    for axis, u in zip(axes, (x, y), strict=True):
        inside &= (axis.low <= axis.likely + axis.width * u) & (axis.likely + axis.width * u <= axis.high)
    near = inside & (np.hypot(x, y) < 0.2)
    values = {axis.name: axis.likely + axis.width * u[near] for axis, u in zip(axes, (x, y), strict=True)}
    years = [evaluate(agreement, plan, with_values(agreement, values)).metrics["years"] for plan in PLANS]
    least = np.hypot(x, y)[near][years[1] > years[0]].min()
    assert found.change is not None
    assert found.change.distance == pytest.approx(least, abs=0.0125 * np.sqrt(2))  # a cell's diagonal
    assert found.nearest is not None
    assert found.nearest.nearest is not None
    assert found.change.distance < found.nearest.nearest.distance


def written(agreement: servanda.Agreement, values: dict[str, float]) -> servanda.Agreement:
    """The starter file with new likely values, read again."""
    yaml, out = YAML(typ="safe"), StringIO()
    data = yaml.load(starter_text())
    for one in uncertain(agreement):
        for path in one.paths if one.name in values else ():
            group = data
            for part in path:
                group = group[part]
            group["likely"] = f"{values[one.name]!r} years" if path[-1] == "restore" else values[one.name]
    yaml.dump(data, out)
    return servanda.loads(out.getvalue())


def test_the_file_with_the_changed_numbers_has_the_other_ranking(agreement: servanda.Agreement) -> None:
    """Read, solved and summarised as any file, chances adding up to 1: another way than the search went."""
    found = servanda.tip(agreement, PLANS, "years", seed=3)
    assert found.change is not None
    after = written(agreement, {one.name: one.value for one in found.change.moved})
    for kinds in (after.parties["north"].types, after.parties["south"].types):
        assert sum(kind.chance.likely for kind in kinds.values()) == pytest.approx(1.0, abs=1e-9)
    years = {plan: found.change.figures[plan] for plan in PLANS}
    for plan in PLANS:
        solved = servanda.solve(servanda.compile(after, plan))
        figure = evaluate(after, plan, with_values(after, {})).metrics["years"][0]
        assert solved.converged
        assert figure == pytest.approx(years[plan], abs=1e-7)
    assert found.ahead == "phased"
    assert years["at-once"] > years["phased"]
    again = servanda.tip(agreement, PLANS, "years", seed=3, workers=1)
    assert again.change == found.change


def test_nearest_point_of_known_functions() -> None:
    box = Region(np.full(3, -1.0), np.full(3, 1.0), np.zeros((0, 3)), np.zeros(0))
    way = np.array([1.0, 2.0, 2.0])
    starts = np.zeros((1, 3))
    plane = least_change(lambda u: u @ way - 1.5, box, starts)  # distance 1.5 / 3
    assert plane.distance == pytest.approx(0.5, rel=1e-3)
    corner = least_change(lambda u: u @ way - 4.9, box, starts)  # only near (1, 1, 1): 2 x + 2 y = 4.9 - 1 - ...
    assert corner.point is not None
    assert corner.distance == pytest.approx(np.sqrt(0.9**2 + 2), rel=1e-3)
    never = least_change(lambda u: u @ way - 6.0, box, starts)
    assert never.point is None
    assert never.best == pytest.approx(np.ones(3), abs=1e-6)
    assert never.value == pytest.approx(-1.0, abs=1e-6)
    bound = Region(box.low, box.high, np.array([[0.0, 1.0, 1.0]]), np.array([0.2]))
    within = least_change(lambda u: u @ way - 1.2, bound, starts)  # y + z = 0.2 gives 0.4, the rest x = 0.8
    assert within.distance == pytest.approx(np.sqrt(0.8**2 + 2 * 0.1**2), rel=1e-3)
    torn = least_change(lambda u: np.where(u[:, 0] > 0.1, np.nan, u @ way - 4.5), box, starts)
    assert (torn.point, torn.broken > 0) == (None, True)


# --------------------------------------------------------------------------------------------- chances that add up


def test_chances_of_types_add_up_to_one_as_they_are_played(agreement: servanda.Agreement) -> None:
    where = space(agreement, PLANS, ["parties.north.types.sincere.chance"])
    game = servanda.compile(agreement, "phased", draws_at(where, np.array([[0.25], [-0.5]])))
    assert game.prior(0, 0) == pytest.approx([0.5, 0.5])  # 0.4 and a quarter of the range, 0.4
    assert game.prior(0, 1) == pytest.approx([0.2, 0.8])
    assert at(where, np.array([[0.25]]))["parties.north.types.stalling.chance"] == pytest.approx([0.5])
    assert [axis.name for axis in space(agreement, PLANS).axes if "types" in axis.name and "chance" in axis.name] == [
        "parties.north.types.sincere.chance", "parties.south.types.opportunist.chance",
    ]  # fmt: skip


def test_a_chance_without_a_range_follows_too(agreement: servanda.Agreement) -> None:
    text = starter_text().replace("chance: {likely: 0.6, low: 0.4, high: 0.8, source: placeholder}", "chance: 0.6")
    fixed = servanda.loads(text)
    where = space(fixed, PLANS, ["parties.north.types.*.chance"])
    game = servanda.compile(fixed, "phased", draws_at(where, np.array([[0.25]])))
    assert game.prior(0, 0) == pytest.approx([0.5, 0.5])
    assert at(where, np.array([[0.25]]))["parties.north.types.stalling.chance"] == pytest.approx([0.5])


def test_a_chance_that_follows_stays_in_its_range(agreement: servanda.Agreement) -> None:
    narrow = starter_text().replace("{likely: 0.6, low: 0.4, high: 0.8,", "{likely: 0.6, low: 0.5, high: 0.65,")
    (axis,) = space(servanda.loads(narrow), PLANS, ["parties.north.types.*.chance"]).axes
    assert (axis.low, axis.high, axis.width) == pytest.approx((0.35, 0.5, 0.4))


# ------------------------------------------------------------------------------------------------------- the map


def test_the_line_of_a_map_agrees_with_the_tips(agreement: servanda.Agreement) -> None:
    names = "stakes.programme.worth.north", "stakes.non-recognition.worth.north"
    found = servanda.heat(agreement, PLANS, *names, "years", points=13)
    row = found.difference[list(found.up).index(found.y.likely)]
    column = found.difference[:, list(found.across).index(found.x.likely)]
    for values, line, one in ((found.across, row, found.x), (found.up, column, found.y)):
        (k,) = np.flatnonzero(np.diff(np.sign(line)))
        zero = values[k] - line[k] * (values[k + 1] - values[k]) / (line[k + 1] - line[k])
        assert zero == pytest.approx(one.flips[0].value, abs=0.1 * (values[k + 1] - values[k]))
    assert found.table.height == 13 * 13
    draws = with_values(agreement, {names[0]: found.across[[2]], names[1]: found.up[[3]]})
    years = [float(evaluate(agreement, plan, draws).metrics["years"][0]) for plan in PLANS]
    assert found.difference[3, 2] == pytest.approx(years[0] - years[1], abs=1e-9)


# --------------------------------------------------------------------------------------------------- to a target


def test_reach_is_as_near_as_brute_force_on_a_grid(agreement: servanda.Agreement) -> None:
    names = ["measures.inspectors.finds", "parties.north.costs.found"]
    found = servanda.reach(agreement, "phased", 0.32, ours=names)
    u, v = (grid.ravel() for grid in np.meshgrid(np.linspace(0, 0.5, 51), np.linspace(0, 0.5, 51)))
    values = {names[0]: 0.8 + 1.2 * u, names[1]: 3 + 4 * v}
    clean = evaluate(agreement, "phased", with_values(agreement, values)).metrics["held_clean"]
    least = np.hypot(u, v)[clean >= 0.32].min()
    assert found.change is not None
    assert found.change.distance == pytest.approx(least, abs=0.01 * np.sqrt(2))
    assert found.change.figures["phased"] >= 0.32
    assert found.figure < 0.32


def test_what_cannot_be_reached_says_how_far_it_gets(agreement: servanda.Agreement) -> None:
    names = ["measures.inspectors.finds", "parties.north.costs.found"]
    found = servanda.reach(agreement, "phased", 0.9, ours=names)
    u, v = (grid.ravel() for grid in np.meshgrid(np.linspace(0.3, 1.5, 25), np.linspace(1, 5, 25)))
    clean = evaluate(agreement, "phased", with_values(agreement, {names[0]: u, names[1]: v})).metrics["held_clean"]
    assert found.change is None
    assert found.best.figures["phased"] == pytest.approx(clean.max(), abs=1e-6)
    assert {m.name: m.value for m in found.best.moved} == {names[0]: pytest.approx(1.5), names[1]: pytest.approx(5)}


def test_reach_of_a_vote_has_a_closed_form_and_what_is_met_needs_no_change() -> None:
    agreement = votes(ranged(0.5, 0.3, 0.8), 0.6)
    found = servanda.reach(agreement, "first", 0.7, "held", ours=["*"])
    assert found.change is not None
    assert found.change.moved[0].value == pytest.approx(0.7, abs=1e-4)
    less = servanda.reach(agreement, "first", 0.4, "unratified.a", ours=["*"])
    assert less.change is not None
    assert less.change.moved[0].value == pytest.approx(0.6, abs=1e-4)
    met = servanda.reach(agreement, "first", 0.4, "held", ours=["*"])
    assert met.change is not None
    assert (met.change.moved, met.change.distance) == ((), 0.0)
    with pytest.raises(NotPossible, match="Nothing in this plan is ours to choose"):
        servanda.reach(agreement, "first", 0.7, "held")


def test_what_is_ours_to_choose_unless_said(agreement: servanda.Agreement) -> None:
    assert choosable(agreement, "phased") == (
        "parties.north.costs.withdrawing", "parties.north.costs.found",
        "parties.south.types.committed.costs.withdrawing",
        "measures.inspectors.finds", "measures.inspectors.false_alarms", "measures.inspectors.breaks",
    )  # fmt: skip
    text = starter_text().replace("gives: {programme: 0.5}", "gives: {programme: {likely: 0.5, low: 0.3, high: 0.7}}")
    assert "entries.freeze.gives.programme" in choosable(servanda.loads(text), "phased")


def test_what_is_not_there_is_refused(agreement: servanda.Agreement) -> None:
    for arguments, words in (
        ((("phased", "atonce"), "years"), "Did you mean at-once"),
        ((("phased", "phased"), "years"), "Two different plans"),
        ((PLANS, "held_clear"), "Did you mean held_clean"),
    ):
        with pytest.raises((NoSuchName, UsageError), match=words):
            servanda.tip(agreement, *arguments)
    with pytest.raises(NoSuchName, match=r"There is no uncertain number 'inspections\.budget'"):
        servanda.tip(agreement, PLANS, among=["inspections.budget"])
    with pytest.raises(ValueError, match="from 3 to 1000"):
        servanda.tip(agreement, PLANS, points=2)
    both = ("parties.north.types.sincere.chance", "parties.north.types.stalling.chance")
    with pytest.raises(UsageError, match="one follows from the others"):
        servanda.heat(agreement, PLANS, *both)
    for target, of in ((1.2, "held"), (-1, "years"), (11, "years")):
        with pytest.raises(ValueError, match="is impossible"):
            servanda.reach(agreement, "phased", target, of)
    with pytest.raises(ValueError, match="target is nan"):
        servanda.reach(agreement, "phased", float("nan"), "gain.south")


class Made(PlanGap):
    """A gap whose first plan is ahead by a function of how far the first number was moved."""

    def __init__(self, where: AxisSpace, course: Any) -> None:
        super().__init__(where, Question(PLANS, metric(where.agreement, "years")), 1)
        self.course = course

    def metrics(self, points: Any) -> Any:
        ahead = np.array([self.course(float(u)) for u in points[:, 0]])
        self.solved += len(points)
        return np.stack([ahead, np.zeros(len(points))])


def test_a_jump_and_a_flip_among_points_without_an_answer_are_said(agreement: servanda.Agreement) -> None:
    where = space(agreement, PLANS, ["stakes.programme.worth.north"])  # likely 2, range 1 to 4
    (jumps,) = scan(Made(where, lambda u: 1.0 if u > 0.1 else -1.0), 5)
    assert [(flip.value, flip.jump) for flip in jumps.flips] == [(pytest.approx(2.3, abs=1e-6), True)]
    (smooth,) = scan(Made(where, lambda u: u - 0.1), 5)
    assert [(flip.value, flip.jump) for flip in smooth.flips] == [(pytest.approx(2.3, abs=1e-6), False)]
    (hidden,) = scan(Made(where, lambda u: np.nan if 0.05 < u < 0.2 else u - 0.1), 5)
    ((low, high),) = hidden.lost
    assert hidden.flips == ()
    assert low < 2.3 < high
    (twice,) = scan(Made(where, lambda u: (u - 0.1) * (u + 0.2)), 5)
    assert [flip.value for flip in twice.flips] == [pytest.approx(1.4, abs=1e-6), pytest.approx(2.3, abs=1e-6)]
    assert [flip.below for flip in twice.flips] == ["phased", "at-once"]
    assert twice.nearest is not None
    assert twice.nearest.value == pytest.approx(2.3, abs=1e-6)
