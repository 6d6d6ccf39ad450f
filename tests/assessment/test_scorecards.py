"""The scorecard: expected figures are worked out by hand beside the agreements they belong to."""

from __future__ import annotations

import copy
import math
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from support import paths
from support.building import gives, party, ratify, review, situation, stake
from support.random_agreements import random_agreement, random_data

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number
from servanda.assessment.scorecards import CRITERIA, PartyScore, figures, scorecard, scorecards
from servanda.game.calendar import calendar_of
from servanda.game.compiler import compile

DAY = 1 / 365.25


def card(parties: Any, stakes: Any, entries: Any, measures: Any = None, **more: Any) -> dict[str, PartyScore]:
    return scorecard(Agreement.model_validate(situation(parties, stakes, entries, measures, **more)), "plan").parties


def aims(complete: float | None = None, verifiable: Any = None, irreversible: str | None = None) -> dict[str, Any]:
    every = {"complete": complete, "verifiable": verifiable, "irreversible": irreversible}
    return {**party(), "aims": {key: value for key, value in every.items() if value is not None}}


def within(chance: float, time: str) -> dict[str, Any]:
    return {"chance": chance, "within": time}


# Time runs from 2020-01-01; 2024-01-01 is 4.0 years later. To South, North's arms do harm of 3 a year, its plant 1, its
# flag nothing; its grain does South good. To North, South's embargo does harm of 2.
STAKES = {
    "arms": stake("north", "4 years", True, north=1, south=-3),
    "plant": stake("north", "6 months", north=1, south=-1),
    "flag": stake("north", "never", north=1, south=0),
    "grain": stake("north", "1 years", north=1, south=2),
    "embargo": stake("south", "never", south=1, north=-2),
}
ENTRIES = [
    gives("freeze", "2021-01-01", "north", "flag", "grain", plant=0.5),
    gives("first", "2024-01-01", "north", arms=0.4),
    gives("lift", "2024-01-01", "south", embargo=0.75),
    gives("second", "2025-01-01", "north", "arms"),
    review("north", "south", date="2026-01-01"),
]
SOUTH = aims(0.8, within(0.5, "12 months"), "12 months")


def test_a_small_agreement_by_hand() -> None:
    """Inspectors find arms at 0.5 a year until 2025-01-01."""
    measures = {"teams": {"covers": ["arms", "plant"], "finds": 0.5, "until": date(2025, 1, 1)}}
    south = card({"north": party(), "south": SOUTH}, STAKES, ENTRIES, measures)["south"]
    # Harm: 3 + 1. freeze gives 0.5 of 1, first 0.4 of 3, second the other 0.6 of 3: 0.5, 1.7, 3.5 of 4.
    assert south.harm == 4.0
    assert [s.entry for s in south.course] == ["freeze", "first", "lift", "second", "review-1-north", "review-1-south"]
    assert [s.complete for s in south.course] == pytest.approx([0.125, 0.425, 0.425, 0.875, 0.875, 0.875])
    assert south.kept == {"plant": 0.5}
    assert [(o.entry, o.stake, o.share, o.worth, o.concealable) for o in south.obtained] == [
        ("freeze", "plant", 0.5, 0.5, False),
        ("first", "arms", 0.4, pytest.approx(1.2), True),
        ("second", "arms", 0.6, pytest.approx(1.8), True),
    ]
    # The plant cannot be concealed. For 0.4 of the arms the inspectors have a year (2024 has 366 days, the aim's 12
    # months have 365.25), for 0.6 nothing.
    first = 1 - math.exp(-0.5)
    assert [o.found for o in south.obtained] == pytest.approx([1.0, first, 0.0], abs=1e-15)
    whole = [1.0, (0.5 + 1.2 * first) / 1.7, (0.5 + 1.2 * first) / 1.7, (0.5 + 1.2 * first) / 3.5]
    assert [s.verifiable for s in south.course][:4] == pytest.approx(whole)
    assert [s.least for s in south.course][:4] == pytest.approx([1.0, first, first, 0.0], abs=1e-15)
    # Half a year to restore the plant is too short for the aim of a year, four years for the arms are enough. Half of
    # what is obtained is back after the plant's half year while there is nothing else; later only with the arms after 4
    # years (0.5 < 1.7 / 2).
    assert [s.irreversible for s in south.course][:4] == pytest.approx([0.0, 1.2 / 1.7, 1.2 / 1.7, 3.0 / 3.5])
    assert [s.shortest for s in south.course][:4] == [0.5] * 4
    assert [s.half for s in south.course][:4] == [0.5, 4.0, 4.0, 4.0]
    assert [s.status for s in south.course][:4] == [
        dict(zip(CRITERIA, row, strict=True))
        for row in (
            ("not met", "met", "not met"),
            ("not met", "not met", "not met"),  # 1 - exp(-0.5) = 0.39 < 0.5
            ("not met", "not met", "not met"),
            ("met", "not met", "not met"),  # 0.875 >= 0.8
        )
    ]
    assert (south.complete.since, south.verifiable.since, south.irreversible.since) == ("second", "first", "freeze")
    assert (south.complete.aim, south.verifiable.aim, south.irreversible.aim) == (0.8, 0.5, 1.0)
    assert south.end is south.course[-1]


def test_what_moves_each_figure_by_hand() -> None:
    south = card({"north": party(), "south": SOUTH}, STAKES, ENTRIES)["south"]  # without measures nothing is found
    # Without second, 1.7 of 4 would be given up instead of 3.5.
    assert south.complete.raised
    assert (south.complete.raised.entry, south.complete.raised.change) == ("second", pytest.approx(1.8 / 4))
    assert south.complete.lowered is None
    # 0.5 of 3.5 can be relied on. Without freeze nothing of 3.0; without first 0.5 of 2.3; without second 0.5 of 1.7.
    assert south.verifiable.raised
    assert south.verifiable.lowered
    assert (south.verifiable.raised.entry, south.verifiable.raised.change) == ("freeze", pytest.approx(0.5 / 3.5))
    assert (south.verifiable.lowered.entry, south.verifiable.lowered.change) == (
        "second", pytest.approx(0.5 / 3.5 - 0.5 / 1.7),
    )  # fmt: skip
    # Whole: 3.0 of 3.5 takes a year or more. Without freeze all of 3.0; without second 1.2 of 1.7.
    assert south.irreversible.raised
    assert south.irreversible.lowered
    assert (south.irreversible.raised.entry, south.irreversible.raised.change) == (
        "second", pytest.approx(3 / 3.5 - 1.2 / 1.7),
    )  # fmt: skip
    assert (south.irreversible.lowered.entry, south.irreversible.lowered.change) == (
        "freeze", pytest.approx(3 / 3.5 - 1),
    )  # fmt: skip


def test_the_other_side_and_what_can_never_be_restored() -> None:
    north = card({"north": aims(0.8, None, "never"), "south": SOUTH}, STAKES, ENTRIES)["north"]
    # 0.75 of the embargo, at the third entry; the embargo never comes back, and cannot be concealed.
    assert [s.complete for s in north.course] == [0, 0, 0.75, 0.75, 0.75, 0.75]
    assert [s.irreversible for s in north.course] == [None, None, 1.0, 1.0, 1.0, 1.0]
    assert (north.end.shortest, north.end.half, north.lasting) == (math.inf, math.inf, math.inf)
    assert north.end.status == {"complete": "not met", "verifiable": "no aim", "irreversible": "met"}
    assert (north.complete.since, north.irreversible.since) == (None, "lift")
    assert north.kept == {"embargo": 0.25}
    # Nothing would be obtained without lift: that counts as 1, and 1 less 1 is no move.
    assert north.irreversible.raised is north.irreversible.lowered is None


def test_half_is_lost_again_after() -> None:
    """Four parts of worth 1, 2, 3 and 4, back after 1 year, 2 years, 3 years and never."""
    stakes = {f"s{n}": stake("north", "never" if n == 4 else f"{n} years", north=1, south=-n) for n in range(1, 5)}
    entries = [gives(f"e{n}", f"202{n}-01-01", "north", f"s{n}") for n in (1, 2, 3, 4)]
    south = card({"north": party(), "south": party()}, stakes, entries)["south"]
    # 1 of 1 after a year; 2 of 3 only after two; 3 of 6 after two; 6 of 10 after three.
    assert [s.half for s in south.course] == [1.0, 2.0, 2.0, 3.0]
    assert [s.shortest for s in south.course] == [1.0] * 4
    stakes["s4"]["worth"]["south"] = -6.5  # 6 of 12.5 is less than half: never
    assert card({"north": party(), "south": party()}, stakes, entries)["south"].end.half == math.inf


@pytest.mark.parametrize(
    ("more", "years"),
    [
        ({}, 1.0),  # from the step on, 12 months
        ({"from": date(2024, 7, 1)}, 1.0 - 182 * DAY),  # 182 days from 2024-01-01
        ({"until": date(2024, 7, 1)}, 182 * DAY),
        ({"from": date(2025, 6, 1)}, 0.0),
        ({"until": date(2023, 1, 1)}, 0.0),
        ({"from": date(2024, 3, 1), "until": date(2024, 4, 1)}, 31 * DAY),
    ],
)
def test_measures_find_only_while_in_force(more: dict[str, Any], years: float) -> None:
    measures = {"teams": {"covers": ["arms"], "finds": 0.5, **more}, "spies": {"covers": ["arms"], "finds": 0.25}}
    south = card({"north": party(), "south": SOUTH}, STAKES, ENTRIES, measures)["south"]
    assert south.obtained[1].found == pytest.approx(1 - math.exp(-0.5 * years - 0.25))


@pytest.mark.parametrize(
    ("time", "years"),
    [("12 months", 1.0), ("6 months", 0.5), ("0 days", 0.0), ("10 years", 4.0), ("never", 4.0)],
)
def test_the_aims_time_and_the_horizon(time: str, years: float) -> None:
    """The step is on 2024-01-01; the horizon, 2028-01-01, is 4 years later, and nothing is looked for beyond it."""
    measures = {"teams": {"covers": ["arms"], "finds": 0.5}}
    south = card({"north": party(), "south": aims(1, within(0.5, time))}, STAKES, ENTRIES, measures)["south"]
    assert south.obtained[1].found == pytest.approx(1 - math.exp(-0.5 * years), abs=1e-15)
    assert south.within == {"never": math.inf, "0 days": 0.0, "10 years": 10.0}.get(time, years)


def test_without_aims_a_year_is_the_yardstick() -> None:
    measures = {"teams": {"covers": ["arms"], "finds": 0.5}}
    south = card({"north": party(), "south": party()}, STAKES, ENTRIES, measures)["south"]
    assert (south.within, south.lasting) == (1.0, 1.0)
    assert south.obtained[1].found == pytest.approx(1 - math.exp(-0.5))
    assert south.end.irreversible == pytest.approx(3 / 3.5)
    for criterion in south.criteria.values():
        assert (criterion.aim, criterion.status, criterion.since) == (None, "no aim", None)


@pytest.mark.parametrize(
    ("days", "reported"),
    [
        ([], 0.0),  # the next report is at the horizon, four years on
        (["2024-07-01"], 182 * DAY),
        (["2024-01-01"], 0.0),  # the same day: no time between
        (["2024-07-01", "2024-10-01"], 274 * DAY),
        (["2025-01-01"], 1.0),  # 366 days later; a day's grace, but no more than the 12 months count
        (["2025-01-02"], 0.0),
    ],
)
def test_a_finding_takes_effect_at_the_next_report(days: list[str], reported: float) -> None:
    entries = [gives("first", "2024-01-01", "north", "arms")]
    entries += [{**review("south", date=when), "id": f"r{i}"} for i, when in enumerate(days)]
    measures = {"teams": {"covers": ["arms"], "finds": 0.5}}
    south = card({"north": party(), "south": SOUTH}, STAKES, entries, measures)["south"]
    (arms,) = south.obtained
    assert arms.found == pytest.approx(1 - math.exp(-0.5))
    assert arms.reported == pytest.approx(1 - math.exp(-0.5 * reported), abs=1e-15)
    assert south.end.reported == arms.reported


def test_the_horizon_is_a_report() -> None:
    """Given on 2027-07-01, 184 days before the horizon: what is found by then comes to the last report."""
    measures = {"teams": {"covers": ["arms"], "finds": 0.5}}
    entries = [gives("late", "2027-07-01", "north", "arms")]
    (arms,) = card({"north": party(), "south": SOUTH}, STAKES, entries, measures)["south"].obtained
    assert arms.found == arms.reported == pytest.approx(1 - math.exp(-0.5 * 184 * DAY))


def test_an_automatic_transfer_cannot_be_concealed() -> None:
    entries = [gives("escrow", "2024-01-01", "north", "arms", automatic=True)]
    (arms,) = card({"north": party(), "south": SOUTH}, STAKES, entries)["south"].obtained
    assert (arms.concealable, arms.found, arms.reported, arms.restore) == (False, 1.0, 1.0, 4.0)


def test_nothing_obtained() -> None:
    entries = [ratify("vote", "2021-01-01", "south", 0.5), gives("lift", "2022-01-01", "south", "embargo")]
    south = card({"north": party(), "south": SOUTH}, STAKES, entries)["south"]
    assert south.end.status == {
        "complete": "not met", "verifiable": "nothing obtained", "irreversible": "nothing obtained",
    }  # fmt: skip
    end = south.end
    assert (end.complete, end.verifiable, end.least, end.reported) == (0.0, None, None, None)
    assert (end.irreversible, end.shortest, end.half) == (None, None, None)
    assert south.kept == {"arms": 1.0, "plant": 1.0}
    for criterion in south.criteria.values():
        assert (criterion.raised, criterion.lowered, criterion.since) == (None, None, None)


@pytest.mark.parametrize("worth", [{}, {"south": 0}, {"south": 2}])
def test_nobody_harmed(worth: dict[str, float]) -> None:
    """What is worth nothing, or is worth having, is nothing to obtain; so a party alone obtains nothing either."""
    stakes = {"arms": stake("north", "4 years", True, north=1, **worth)}
    both = card({"north": SOUTH, "south": SOUTH}, stakes, [gives("first", "2024-01-01", "north", "arms")])
    alone = scorecard(servanda.read(paths.GOOD / "one-party.yaml"), "p").parties
    for one in (*both.values(), *alone.values()):
        assert (one.harm, one.kept, one.obtained, one.end.complete) == (0.0, {}, (), None)
    for one in both.values():
        assert one.end.status == {
            "complete": "nothing harmful", "verifiable": "nothing obtained", "irreversible": "nothing obtained",
        }  # fmt: skip


def test_the_party_at_large_decides_not_its_types() -> None:
    kinds = {"calm": {"chance": 0.9, "worth": {"arms": 0}}, "afraid": {"chance": 0.1, "worth": {"flag": -9}}}
    plain = card({"north": party(), "south": party()}, STAKES, ENTRIES)["south"]
    typed = card({"north": party(), "south": party(types=kinds)}, STAKES, ENTRIES)["south"]
    assert typed == plain


def test_three_parties_obtain_of_all_others() -> None:
    """The dam harms mid by 1 and down by 3; the pumps harm mid by 2 and up by 0.5."""
    stakes = {
        "dam": stake("up", "2 years", up=1, mid=-1, down=-3),
        "pumps": stake("down", "1 years", down=1, mid=-2, up=-0.5),
    }
    entries = [gives("gates", "2021-01-01", "up", dam=0.5), gives("stop", "2022-01-01", "down", "pumps")]
    all_three = card({"up": party(), "mid": aims(0.8), "down": party()}, stakes, entries)
    assert [s.complete for s in all_three["mid"].course] == pytest.approx([0.5 / 3, 2.5 / 3])
    assert [s.complete for s in all_three["down"].course] == [0.5, 0.5]
    assert [s.complete for s in all_three["up"].course] == [0.0, 1.0]
    assert [o.holder for o in all_three["mid"].obtained] == ["up", "down"]
    assert all_three["mid"].complete.status == "met"


def test_thirds_add_up_to_the_whole() -> None:
    entries = [gives(f"e{n}", f"202{n}-01-01", "north", arms=share) for n, share in ((1, 0.1), (2, 0.2), (3, 0.7))]
    stakes = {"arms": STAKES["arms"]}
    south = card({"north": party(), "south": aims(1.0)}, stakes, entries)["south"]
    assert (south.end.complete, south.complete.status, south.kept) == (1.0, "met", {})


def test_figures_take_draws() -> None:
    """What a study of ranges will ask for: several draws at once give what each gives alone."""
    agreement = Agreement.model_validate(
        situation(
            {"north": party(), "south": SOUTH}, STAKES, ENTRIES, {"teams": {"covers": ["arms"], "finds": 0.5}}
        )
    )  # fmt: skip
    steps = calendar_of(agreement, "plan")
    factors = np.array([0.5, 1.0, 2.0])
    both = figures(agreement, steps, lambda n: n.likely * (factors if n.likely in (0.5, -3.0) else np.ones(3)))["south"]
    for d, factor in enumerate(factors):

        def one(n: Number, f: float = factor) -> np.ndarray:
            return np.array([n.likely * (f if n.likely in (0.5, -3.0) else 1.0)])

        alone = figures(agreement, steps, one)["south"]
        for name in ("complete", "verifiable", "least", "at_report", "irreversible", "shortest", "half"):
            np.testing.assert_array_equal(getattr(both, name)[d], getattr(alone, name)[0])
    assert both.complete.shape == (3, 6)
    assert len(set(both.verifiable[:, -1])) == 3


# ------------------------------------------------------------------------------------------------------------ laws

SEEDS = range(60)


def random_card(seed: int, change: Any = None) -> dict[str, PartyScore]:
    data = copy.deepcopy(random_data(seed))
    rng = np.random.default_rng(1000 + seed)
    for one in data["parties"].values():
        one["aims"] = {
            "complete": float(rng.uniform(0, 1)),
            "verifiable": within(float(rng.uniform(0, 1)), f"{int(rng.integers(0, 36))} months"),
            "irreversible": f"{int(rng.integers(0, 40))} months",
        }
    if change:
        change(data)
    return scorecard(Agreement.model_validate(data), "plan").parties


def test_the_random_agreements_are_worth_looking_at() -> None:
    everyone = [one for seed in SEEDS for one in random_card(seed).values()]
    assert sum(bool(one.obtained) for one in everyone) > 50
    assert sum(any(0 < o.found < 1 for o in one.obtained) for one in everyone) > 20
    assert sum(one.complete.status == "met" for one in everyone) > 10
    assert {s for one in everyone for s in one.end.status.values()} == {
        "met", "not met", "nothing obtained", "nothing harmful",
    }  # fmt: skip


@pytest.mark.parametrize("seed", SEEDS)
def test_laws_of_one_scorecard(seed: int) -> None:
    for one in random_card(seed).values():
        course = [s.complete for s in one.course if s.complete is not None]
        assert all(a <= b + 1e-12 for a, b in pairwise(course))  # nothing is taken back
        assert sum(o.worth for o in one.obtained) == pytest.approx(one.harm * (one.end.complete or 0.0))
        for o in one.obtained:
            assert 0 <= o.reported <= o.found <= 1
            assert o.concealable or o.found == 1
        for s in one.course:
            if s.verifiable is not None:
                assert s.least is not None
                assert s.shortest is not None
                assert s.half is not None
                assert s.least - 1e-12 <= s.verifiable <= 1 + 1e-12
                assert s.shortest <= s.half
            for what in ("verifiable", "irreversible"):  # once missed, it stays missed: what was obtained stays
                later = one.course[one.course.index(s) :]
                assert s.status[what] != "not met" or all(x.status[what] == "not met" for x in later)
            assert (s.status["irreversible"] == "met") == (s.irreversible is not None and s.irreversible > 1 - 1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_more_inspection_never_lowers_what_is_verifiable(seed: int) -> None:
    def stricter(data: dict[str, Any]) -> None:
        for measure in data["measures"].values():
            measure["finds"] *= 1.5

    for before, after in zip(random_card(seed).values(), random_card(seed, stricter).values(), strict=True):
        for a, b in zip(before.course, after.course, strict=True):
            assert (a.verifiable or 0) <= (b.verifiable or 0) + 1e-12
            assert (a.least or 0) <= (b.least or 0) + 1e-12
            assert (a.reported or 0) <= (b.reported or 0) + 1e-12
            assert (a.complete, a.irreversible) == (b.complete, b.irreversible)


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_longer_restore_times_never_lower_what_is_irreversible(seed: int) -> None:
    def slower(data: dict[str, Any]) -> None:
        for one in data["stakes"].values():
            one["restore"] = "never" if one["restore"] == "never" else f"{int(one['restore'].split()[0]) + 6} months"

    for before, after in zip(random_card(seed).values(), random_card(seed, slower).values(), strict=True):
        for a, b in zip(before.course, after.course, strict=True):
            if a.irreversible is not None:
                assert b.irreversible is not None
                assert a.irreversible <= b.irreversible + 1e-12
                assert a.half is not None
                assert b.half is not None
                assert a.half <= b.half


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_a_partys_unit_does_not_matter(seed: int) -> None:
    def tenfold(data: dict[str, Any]) -> None:
        for one in data["stakes"].values():
            one["worth"] = {name: 10 * worth for name, worth in one["worth"].items()}

    for before, after in zip(random_card(seed).values(), random_card(seed, tenfold).values(), strict=True):
        assert after.harm == pytest.approx(10 * before.harm)
        for a, b in zip(before.course, after.course, strict=True):
            for what in (*CRITERIA, "least", "half"):
                assert getattr(a, what) == pytest.approx(getattr(b, what), abs=1e-12)
            assert a.status == b.status


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_found_agrees_with_the_game(seed: int) -> None:
    """With nothing but a review at the end of the aim's time, the game's chance of a finding there is the scorecard's.

    The game integrates the finding rates up to the next entry; here that is a review 365 days after the step, and the
    aim's time is 365 days.
    """
    rng = np.random.default_rng(seed)
    start, end = (date(2021, 1, 1), date(2022, 1, 1))  # 365 days
    measures = {
        f"m{i}": {
            "covers": ["arms"],
            "finds": float(rng.uniform(0, 2)),
            "from": date.fromordinal(start.toordinal() + int(rng.integers(-200, 300))),
            "until": date.fromordinal(end.toordinal() + int(rng.integers(-60, 200))),
        }
        for i in range(3)
    }
    entries = [gives("first", "2021-01-01", "north", "arms"), review("south", date="2022-01-01")]
    parties = {"north": party(), "south": aims(1, within(0.5, "365 days"))}
    agreement = Agreement.model_validate(situation(parties, STAKES, entries, measures))
    (arms,) = scorecard(agreement, "plan").parties["south"].obtained
    game = compile(agreement, "plan")
    node = next(v for v, e in enumerate(game.node_step) if e == 1)
    assert arms.found == pytest.approx(-math.expm1(-game.hazard[0, node, 0]), abs=1e-12)
    assert arms.reported == pytest.approx(arms.found, abs=1e-12)


def test_no_such_plan() -> None:
    with pytest.raises(KeyError, match="There is no plan 'other'"):
        scorecard(random_agreement(0), "other")


# ------------------------------------------------------------------------------------------------------- Singapore


@pytest.fixture(scope="module")
def singapore() -> dict[str, dict[str, PartyScore]]:
    agreement = servanda.read("singapore-2018")
    return {plan: scorecard(agreement, plan).parties for plan in agreement.plans}


def test_singapore_by_hand(singapore: dict[str, dict[str, PartyScore]]) -> None:
    """From the worths, restore times and rates in the file.

    To the United States: tests 0.6, Yongbyon running 0.3, plutonium 0.4, enrichment 0.4, hidden enrichment 0.6,
    missiles 1.2, warheads 2.5: 6 in all, of which tests and running take less than the 36 months of its aim.
    """
    for one in singapore.values():
        assert one["usa"].harm == pytest.approx(6.0)
        assert one["usa"].end.complete == one["dprk"].end.complete == 1.0
        assert one["usa"].end.irreversible == pytest.approx(5.1 / 6)
        assert one["dprk"].end.irreversible == 0.0  # the longest, the peace treaty's 18 months, is below 24
        assert one["usa"].end.shortest == pytest.approx(60 * DAY)
        assert (one["dprk"].end.verifiable, one["dprk"].verifiable.status) == (1.0, "met")
    # All at once. The first year after each step, with satellites 0.08, people 0.04, IAEA 0.06, and from 2020-07-01
    # challenge inspections 0.4 and accounting 0.25: hidden plants (2018-12-12) 0.18, the first half of the warheads
    # (2019-06-12) 0.10 and missiles 0.12, as a year on is still before the inspections; the last halves (2020-12-12)
    # 0.75 and 0.52.
    found = [1 - math.exp(-x) for x in (0.18, 0.10, 0.12, 0.75, 0.52)]
    whole = (1.7 + float(np.dot(found, [0.6, 1.25, 0.6, 1.25, 0.6]))) / 6
    usa = singapore["all-at-once"]["usa"]
    assert usa.end.verifiable == pytest.approx(whole)
    assert usa.end.least == pytest.approx(found[1])
    assert usa.verifiable.lowered
    assert usa.verifiable.lowered.entry == "arsenal-half"


def test_what_many_plans_say_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each plan would be quadratic; and every result still tells what it was made of."""
    one = servanda.read(paths.SINGAPORE_V1)
    right, count = one.provenance, [0]

    def counted(agreement: Agreement) -> Any:
        count[0] += 1
        return kept.__get__(agreement)

    kept = Agreement.provenance
    monkeypatch.setattr(Agreement, "provenance", property(counted))
    for made in (scorecards(one), servanda.compare(one)):
        assert (made.about.path, made.about.sha256, made.about.content) == right
    assert count == [2]
    changed = one.model_copy(update={"title": "Another"})
    assert scorecards(changed).about.content == changed.content != right.content
    assert scorecards(changed).about.path is None
