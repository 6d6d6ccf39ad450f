"""Where to inspect: linear programs against formulas, against all schedules listed, and against their own duals."""

from __future__ import annotations

import math
import random
from fractions import Fraction
from itertools import product
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from scipy.optimize import linprog
from support import paths
from support.building import gives, party, situation, stake

from servanda import Agreement, AgreementError, Allocation, where_to_inspect
from servanda.agreement.reading.reader import read
from servanda.inspection._linear_program import InspectionTooLarge, Reach, hull, network
from servanda.inspection._schedules import maximise
from servanda.inspection._security_game import least_budget, least_effort, maximin
from servanda.inspection.allocation import least_losses
from servanda.inspection.problem import exact

TOLERANCE = 1e-9  # what the programs promise
GOOD = paths.GOOD / "inspections.yaml"


def agreement(sites: dict[str, Any], budget: Any = 10, **more: Any) -> Agreement:
    """Sites that all could hold the only stake, unless they say otherwise."""
    stakes = {"arms": stake("north", "2 years", True, north=1.0), "fuel": stake("north", "2 years", True, north=1.0)}
    asked = {
        "budget": budget, "unit": "days", "period": "1 years",
        "sites": {name: {"holds": ["arms"], **site} for name, site in sites.items()}, **more,
    }  # fmt: skip
    entries = [gives("all", "2020-06-01", "north", "arms", "fuel")]
    return Agreement.model_validate(situation({"north": party()}, stakes, entries, inspections=asked))


def spread(sites: dict[str, Any], budget: Any = 10, **more: Any) -> Allocation:
    return where_to_inspect(agreement(sites, budget, **more))


def search(scale: Any, **more: Any) -> dict[str, Any]:
    return {"detection": {"scale": scale}, **more}


def visits(chance: Any, effort: Any = 1, most: int | None = None, **more: Any) -> dict[str, Any]:
    limit = {} if most is None else {"visits": most}
    return {"detection": {"visit": chance, "effort": effort, **limit}, **more}


def table(*rows: tuple[float, float], **more: Any) -> dict[str, Any]:
    return {"detection": {"levels": [{"effort": e, "chance": p} for e, p in rows]}, **more}


# ------------------------------------------------------------------------------------------- against formulas


def test_random_search_is_spread_in_proportion_to_the_scales() -> None:
    """All sites alike in 1 - exp(-x/s): x = B s / sum s, found with 1 - exp(-B / sum s), worth exp(-B/S)/S a unit."""
    scales = {"a": 3.0, "b": 7.0, "c": 12.0}
    found = spread({name: search(scale) for name, scale in scales.items()})
    total = sum(scales.values())
    assert found.guaranteed == pytest.approx(1 - math.exp(-10 / total), abs=TOLERANCE)
    for name, scale in scales.items():
        assert found[name].effort == pytest.approx(10 * scale / total, abs=1e-6)
        assert found[name].conceals == pytest.approx(scale / total, abs=1e-6)
    assert found.shadow_price == pytest.approx(math.exp(-10 / total) / total, abs=1e-7)
    assert found.one_more == pytest.approx(math.exp(-10 / total) - math.exp(-11 / total), abs=TOLERANCE)
    assert found.on_average == pytest.approx(found.least_loss, abs=TOLERANCE)
    assert found.gap <= TOLERANCE
    assert len(found.schedules) == 1  # effort that can be divided at will needs no lots


@pytest.mark.parametrize("seed", range(8))
def test_water_filling(seed: int) -> None:
    """Losses and ceilings differ: the level to which losses are brought down is found again by bisection."""
    draw = random.Random(seed)
    sites = [(draw.uniform(1, 9), draw.uniform(0.5, 1), draw.uniform(0.2, 3)) for _ in range(draw.randint(1, 6))]
    budget = draw.uniform(0.5, 30)
    found = spread(
        {
            f"s{i}": {"detection": {"scale": s, "at_most": c}, "loss": w} for i, (s, c, w) in enumerate(sites)
        },
        budget,
    )  # fmt: skip

    def efforts(level: float) -> list[float]:
        return [
            0.0 if w <= level else math.inf if 1 - level / w >= c else -s * math.log1p(-(1 - level / w) / c)
            for s, c, w in sites
        ]

    low, high = 0.0, max(w for _, _, w in sites)
    for _ in range(200):
        level = (low + high) / 2
        low, high = (low, level) if sum(efforts(level)) <= budget else (level, high)
    assert found.least_loss == pytest.approx(high, abs=TOLERANCE)
    assert found.loss == pytest.approx(high, abs=3e-6)  # the worst site gives up a millionth for the others
    for site, effort in zip(found.sites, efforts(high), strict=True):
        if effort < 0.999 * budget:  # a site at its ceiling takes whatever it is given
            assert site.effort >= effort - 1e-5 * budget
    assert sum(site.effort for site in found.sites) <= budget * (1 + 1e-7)


@pytest.mark.parametrize(("sites", "budget", "chance"), [(5, 2, 0.5), (4, 3, 1.0), (7, 1, 0.3)])
def test_visits_to_sites_that_are_alike(sites: int, budget: int, chance: float) -> None:
    """One visit at most to each of n sites, m in all: each is visited with chance m / n."""
    found = spread({f"s{i}": visits(chance, most=1) for i in range(sites)}, budget)
    assert found.guaranteed == pytest.approx(chance * budget / sites, abs=TOLERANCE)
    assert found.shadow_price == pytest.approx(chance / sites, abs=TOLERANCE)
    for schedule in found.schedules:
        assert schedule.cost == budget
        assert set(schedule.efforts.values()) <= {0, 1}
    assert sum(schedule.chance for schedule in found.schedules) == pytest.approx(1, abs=1e-12)


def test_what_is_left_goes_where_things_are_worst_then() -> None:
    """One site cannot do better than 0.3, whatever is spent; the others share the rest as if it were not there."""
    found = spread({"cave": {"detection": {"scale": 1, "at_most": 0.3}}, "a": search(4), "b": search(6)}, 60)
    assert found.guaranteed == pytest.approx(0.3, abs=2e-6)
    assert found["cave"].conceals == pytest.approx(1, abs=1e-6)
    assert found["a"].detection == pytest.approx(found["b"].detection, abs=1e-6)
    assert found["a"].detection > 0.9


def test_nothing_to_spend_and_plenty() -> None:
    nothing = spread({"a": search(3), "b": visits(0.4), "c": table((0, 0.1), (5, 0.5))}, 0)
    assert (nothing.guaranteed, nothing.least_loss) == (0, 1)
    assert [site.detection for site in nothing.sites] == [0, 0, 0.1]
    assert nothing.rates[0].rate == 0
    plenty = spread({"a": visits(1, most=3), "b": table((2, 1))}, 100)
    assert plenty.guaranteed == 1
    assert math.isinf(plenty.rates[0].rate)


def test_efforts_are_added_up_as_they_are_written() -> None:
    """Three visits of 0.1 cost 0.3, although the computer's 0.1 is a little more than a tenth."""
    assert 3 * 0.1 > 0.3
    found = spread({"a": visits(0.5, 0.1)}, 0.3)
    assert found.guaranteed == pytest.approx(1 - 0.5**3, abs=1e-12)
    assert exact(0.1) * 3 == exact(0.3)


@pytest.mark.parametrize("factor", [1e-6, 0.01, 1000.0, 1e7])
def test_the_unit_of_the_budget_does_not_matter(factor: float) -> None:
    def scaled(by: float) -> Allocation:
        sites = {"a": search(4 * by), "b": visits(0.3, 3 * by), "c": table((2 * by, 0.2), (5 * by, 0.4))}
        return spread(sites, 12 * by)

    one, other = scaled(1), scaled(factor)
    assert other.guaranteed == pytest.approx(one.guaranteed, abs=1e-8)
    assert [s.effort / factor for s in other.sites] == pytest.approx([s.effort for s in one.sites], abs=1e-5)
    assert other.shadow_price * factor == pytest.approx(one.shadow_price, rel=1e-5)


# ------------------------------------------------------------------------------- against all schedules, listed


def listed(reaches: list[Reach], budget: Fraction) -> list[list[float]]:
    """What every schedule achieves, site by site; the one random search, if any, gets all that is left."""
    rows: list[list[float]] = []
    for chosen in product(*(reach.levels or ((Fraction(0), math.nan),) for reach in reaches)):
        rest = budget - sum(effort for effort, _ in chosen)
        if rest >= 0:
            rows.append(
                [r.chance(float(rest)) if r.levels is None else p for r, (_, p) in zip(reaches, chosen, strict=True)]
            )
    return rows


def at_best(schedules: list[list[float]], base: list[float], slope: list[float]) -> tuple[float, list[float]]:
    """The value of the matrix game by scipy, on the full matrix: schedules against sites; and the violator's mix."""
    pays = np.array([[b + k * p for b, k, p in zip(base, slope, row, strict=True)] for row in schedules])
    count, sites = pays.shape
    done = linprog(
        [0.0] * count + [-1.0], A_ub=np.hstack([-pays.T, np.ones((sites, 1))]), b_ub=[0.0] * sites,
        A_eq=[[1.0] * count + [0.0]], b_eq=[1.0], bounds=[(0, None)] * count + [(None, None)],
    )  # fmt: skip
    return -done.fun, list(-done.ineqlin.marginals)


def drawn_sites(seed: int, with_search: bool) -> tuple[list[Reach], int]:
    draw = random.Random(seed)
    budget, reaches = draw.randint(3, 11), list[Reach]()
    for _ in range(draw.randint(2, 4)):
        if draw.random() < 0.5:
            effort, p = draw.randint(1, 4), draw.uniform(0.1, 0.8)
            reaches.append(Reach(tuple((Fraction(k * effort), 1 - (1 - p) ** k) for k in range(budget // effort + 1))))
        else:
            efforts = sorted(draw.sample(range(1, 12), 3))
            chances = sorted(draw.uniform(0, 1) for _ in efforts)
            reaches.append(Reach(((Fraction(0), 0.0), *zip(map(Fraction, efforts), chances, strict=True))))
    if with_search:
        reaches.append(Reach(None, draw.uniform(1, 9), draw.uniform(0.5, 1)))
    return reaches, budget


@pytest.mark.parametrize("with_search", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_the_program_finds_what_listing_all_schedules_finds(seed: int, with_search: bool) -> None:
    reaches, budget = drawn_sites(seed, with_search)
    draw = random.Random(seed)
    losses = [draw.uniform(0.5, 2) for _ in reaches]
    wanted, mix = at_best(listed(reaches, Fraction(budget)), [-w for w in losses], losses)
    found = maximin(reaches, Fraction(budget), -np.array(losses), np.array(losses), average=False)
    assert found.t == pytest.approx(wanted, abs=TOLERANCE)
    assert min(w * (p - 1) for w, p in zip(losses, found.detection, strict=True)) == pytest.approx(wanted, abs=1e-8)
    # The other side of the theorem: against the violator's mix no schedule does better.
    answer = max(
        sum(y * w * (p - 1) for y, w, p in zip(found.prices, losses, row, strict=True))
        for row in listed(reaches, Fraction(budget))
    )
    assert answer == pytest.approx(wanted, abs=1e-7)
    assert sum(found.prices) == pytest.approx(1, abs=1e-9)
    assert sum(mix) == pytest.approx(1, abs=1e-9)
    for schedule in found.schedules:
        assert sum(schedule.efforts) <= budget * (1 + 1e-8)


@pytest.mark.parametrize("seed", range(20))
def test_a_budget_that_holds_on_average_achieves_no_less(seed: int) -> None:
    reaches, budget = drawn_sites(seed, True)
    ones = np.ones(len(reaches))
    every = maximin(reaches, Fraction(budget), -ones, ones, average=False)
    average = maximin(reaches, Fraction(budget), -ones, ones, average=True)
    assert average.t >= every.t - TOLERANCE


# ------------------------------------------------------------------------------------ duals and differences


def value(reaches: list[Reach], budget: Fraction, average: bool) -> float:
    ones = np.ones(len(reaches))
    return maximin(reaches, budget, -ones, ones, average).t


@pytest.mark.parametrize("seed", range(12))
def test_the_shadow_price_is_the_slope(seed: int) -> None:
    """The dual of the budget against the value with a little more and a little less."""
    reaches, whole = drawn_sites(seed, True)
    budget, step = Fraction(whole) + Fraction(37, 1000), Fraction(1, 10_000)
    ones = np.ones(len(reaches))
    price = maximin(reaches, budget, -ones, ones, average=True).budget_price
    up, down = (value(reaches, budget + sign * step, True) for sign in (1, -1))
    here = value(reaches, budget, True)
    assert (here - down) / float(step) >= price - 1e-4
    assert price >= (up - here) / float(step) - 1e-4
    assert (up - down) / (2 * float(step)) == pytest.approx(price, abs=2e-3)


def test_one_more_unit_is_the_problem_solved_again() -> None:
    sites = {"a": search(4), "b": visits(0.3, 3), "c": table((2, 0.2), (5, 0.6), loss=1.2)}
    few, more = spread(sites, 9), spread(sites, 10)
    assert few.one_more == pytest.approx(few.least_loss - more.least_loss, abs=TOLERANCE)
    assert few.one_more > 0
    assert least_losses(agreement(sites), [9, 10]) == pytest.approx((few.least_loss, more.least_loss), abs=TOLERANCE)


# --------------------------------------------------------------------------------------- deterrence, leadership


def test_the_least_budget_for_random_search() -> None:
    """Sum over sites of -s ln(1 - g / (g + b) / c)."""
    sites = [(3.0, 1.0, 1.0), (7.0, 0.9, 0.5), (5.0, 1.0, 2.0)]
    given = {
        f"s{i}": {"detection": {"scale": s, "at_most": c}, "gain": g} for i, (s, c, g) in enumerate(sites)
    }  # fmt: skip
    needed = sum(-s * math.log1p(-(g / (g + 2)) / c) for s, c, g in sites)
    for budget, deterred in ((needed * 0.999, False), (needed * 1.001, True)):
        found = spread(given, budget, penalty=2, aim="deterrence").deterrence
        assert found is not None
        assert found.deterred is deterred
        assert found.budget == pytest.approx(needed, rel=1e-9)
        assert found.exact
        assert (found.pays <= 0) is deterred
        assert (found.tempting is None) is deterred


@pytest.mark.parametrize("seed", range(12))
def test_the_least_budget_of_levels_is_the_first_that_suffices(seed: int) -> None:
    draw, reaches = random.Random(seed), list[Reach]()
    for _ in range(3):
        efforts = sorted(draw.sample(range(1, 9), 3))
        chances = sorted(draw.uniform(0.1, 1) for _ in efforts)
        reaches.append(Reach(((Fraction(0), 0.0), *zip(map(Fraction, efforts), chances, strict=True))))
    needed = [draw.uniform(0, r.levels[-1][1]) for r in reaches if r.levels]
    found = least_budget(reaches, np.array(needed))
    assert found is not None
    first = next(
        b for b in range(30) if at_best(listed(reaches, Fraction(b)), [-p for p in needed], [1.0] * 3)[0] >= -TOLERANCE
    )
    assert found == (first, True)
    assert least_budget(reaches, np.array([*needed[:2], 1.0])) is None or (reaches[2].levels or ())[-1][1] == 1


def test_the_least_budget_of_levels_and_search_together() -> None:
    """A visit of 4 finds with 0.8, and 0.4 is needed: half the time visit and search, half the time search alone."""
    reaches = [Reach(((Fraction(0), 0.0), (Fraction(4), 0.8))), Reach(None, 2.0, 1.0)]
    found = least_budget(reaches, np.array([0.4, 0.5]))
    assert found is not None
    assert found[1]
    # Every schedule costs B: with the visit B - 4 is left, without it B; on average exp(-B/2) (exp(2) + 1) / 2 = 1/2.
    assert found[0] == pytest.approx(2 * math.log(math.exp(2) + 1), rel=2e-6)


def test_where_no_budget_deters() -> None:
    found = spread({"cave": {"detection": {"scale": 1, "at_most": 0.3}}, "a": search(4)}, 60, penalty=1).deterrence
    assert found is not None
    assert (found.budget, found.out_of_reach, found.deterred, found.tempting) == (None, ("cave",), False, "cave")


def test_without_a_penalty_nothing_is_said_of_deterrence() -> None:
    found = spread({"a": search(4, penalty=1), "b": search(4)})
    assert found.deterrence is None
    assert found["b"].pays is None
    with pytest.raises(AgreementError, match=r"inspections\.sites\.b has no penalty.* Add penalty"):
        where_to_inspect(agreement({"a": search(4, penalty=1), "b": search(4)}), aim="deterrence")


def test_announcing_is_worth_as_much_as_the_game_if_one_side_loses_what_the_other_gains() -> None:
    found = spread({"a": search(4, gain=2), "b": visits(0.3, 3), "c": table((2, 0.2), (5, 0.4))}, 9, penalty=0)
    assert found.deterrence is not None
    assert found.deterrence.announced_loss == pytest.approx(found.least_loss, abs=1e-8)
    assert found.deterrence.pays == pytest.approx(found.least_loss, abs=1e-8)


@pytest.mark.parametrize("seed", range(6))
def test_the_best_announcement_for_two_sites(seed: int) -> None:
    """Against every division of the budget in 20,000 steps; the violator breaks ties as the inspector likes."""
    draw = random.Random(seed)
    scales, gains = [draw.uniform(2, 9) for _ in "ab"], [draw.uniform(0.5, 2) for _ in "ab"]
    fines, losses = [draw.uniform(0, 1) for _ in "ab"], [draw.uniform(0.5, 2) for _ in "ab"]
    budget = draw.uniform(0.5, 3)
    sites = {
        name: search(s, gain=g, penalty=b, loss=w)
        for name, s, g, b, w in zip("ab", scales, gains, fines, losses, strict=True)
    }
    found = spread(sites, budget, aim="deterrence")
    assert found.deterrence is not None
    if found.deterrence.deterred:
        pytest.skip("this budget deters")
    x = np.linspace(0, budget, 20_001)
    chances = [1 - np.exp(-x / scales[0]), 1 - np.exp(-(budget - x) / scales[1])]
    pays = [g - (g + b) * p for g, b, p in zip(gains, fines, chances, strict=True)]
    lost = [w * (1 - p) for w, p in zip(losses, chances, strict=True)]
    width = 2 * budget / 20_000 * max(g + b for g, b in zip(gains, fines, strict=True)) / min(scales)
    seen = np.where(pays[0] > pays[1] + width, lost[0], np.where(pays[1] > pays[0] + width, lost[1], np.minimum(*lost)))
    assert found.deterrence.announced_loss == pytest.approx(float(seen.min()), abs=5 * width)
    tempting = found[found.deterrence.tempting or ""]
    assert tempting.pays == pytest.approx(max(site.pays or 0 for site in found.sites), abs=1e-8)
    assert tempting.loss * (1 - tempting.detection) == pytest.approx(found.deterrence.announced_loss, abs=1e-8)


# ------------------------------------------------------------------------------------------------- finding rates


def test_rates_come_from_the_worst_site_of_a_measure() -> None:
    sites = {"a": search(4), "b": search(8, loss=0.5), "c": search(3, holds=["fuel"], measure="patrols", loss=3)}
    found = spread(sites, 6, period="6 months", measure="teams")
    rates = {rate.measure: rate for rate in found.rates}
    assert rates["teams"].covers == ("arms",)
    assert rates["patrols"].covers == ("fuel",)
    assert rates["teams"].detection == min(found["a"].detection, found["b"].detection)
    for rate in rates.values():
        assert 1 - math.exp(-rate.rate * 0.5) == pytest.approx(rate.detection, abs=1e-12)  # half a year
        assert (rate.low, rate.high) == (None, None)


def test_ranges_of_rates_are_those_of_the_ends() -> None:
    ranged = {"likely": 4, "low": 2, "high": 5}
    wide = spread({"a": search(ranged), "b": visits({"low": 0.2, "high": 0.4})}, {"likely": 9, "low": 6, "high": 12})
    worst = spread({"a": search(5), "b": visits(0.2)}, 6)
    best = spread({"a": search(2), "b": visits(0.4)}, 12)
    (rate,) = wide.rates
    assert (rate.low, rate.high) == pytest.approx((worst.rates[0].rate, best.rates[0].rate), abs=1e-8)
    assert rate.low is not None
    assert rate.high is not None
    assert rate.low < rate.rate < rate.high


def test_a_budget_given_by_hand_has_no_range() -> None:
    given = agreement({"a": search(4)}, {"likely": 9, "low": 6, "high": 12})
    assert where_to_inspect(given, budget=9).rates[0].low is None
    assert where_to_inspect(given, budget=9).guaranteed == where_to_inspect(given).guaranteed
    for wrong in (-1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="budget is"):
            where_to_inspect(given, budget=wrong)
    with pytest.raises(ValueError, match="no aim 'fear'"):
        where_to_inspect(given, aim="fear")


def test_every_form_in_one_file() -> None:
    found = where_to_inspect(read(GOOD))
    assert found.aim == "deterrence"
    assert found.deterrence is not None
    assert found.deterrence.deterred
    assert found.period == 0.5
    assert {rate.measure for rate in found.rates} == {"inspectors", "port-watch"}
    assert found.sequence is not None
    assert (found.sequence.penalty, found.sequence.caught) == (2, Fraction(1, 4))
    with pytest.raises(KeyError, match=r"There is no site 'pit'\. The sites are: plant, store, hut, port\."):
        found["pit"]


# -------------------------------------------------------------------------------------------------- small parts


def test_the_hull_of_levels() -> None:
    levels = tuple((Fraction(e), p) for e, p in [(0, 0.0), (1, 0.1), (2, 0.5), (3, 0.55), (4, 0.8), (5, 0.8)])
    assert [float(effort) for effort, _ in hull(levels)] == [0, 2, 4, 5]
    reach = Reach(levels)
    assert reach.chance(1) == pytest.approx(0.25)
    assert least_effort(reach, 0.3, by_lot=False) == 2
    assert least_effort(reach, 0.3, by_lot=True) == pytest.approx(1.2)
    assert math.isinf(least_effort(reach, 0.9, by_lot=True))


def test_too_many_schedules_are_refused() -> None:
    draw = random.Random(0)
    sites = {f"s{i}": visits(0.1, round(draw.uniform(1, 2), 6)) for i in range(12)}
    with pytest.raises(InspectionTooLarge, match="too many different schedules"):
        spread(sites, 200)
    two = [Reach(tuple((Fraction(k, 10), 1 - 0.9**k) for k in range(500))) for _ in range(2)]
    with pytest.raises(InspectionTooLarge, match=r"\(up to 250,500 steps in the network of them; 150,000 are the most"):
        network(two, Fraction(1000), average=False)


def test_sites_that_cannot_be_the_violators_choice_cost_no_time() -> None:
    """What is announced for 300 sites is found with a few programs, not with one for each."""
    with patch("servanda.inspection._security_game.maximise", wraps=maximise) as programs:
        found = spread({f"s{k}": search(20, gain=1 + k % 7) for k in range(300)}, 40, penalty=1.0)
    assert programs.call_count < 30
    assert found.deterrence is not None
    assert found.deterrence.tempting == "s6"
    assert found.deterrence.announced_loss == pytest.approx(found.least_loss, rel=1e-6)


def test_numbers_too_far_apart_are_refused() -> None:
    with pytest.raises(InspectionTooLarge, match=r"The budget and the least effort are more .* \(0\.001 and 1e\+06\)"):
        spread({"a": search(0.001)}, 1e6)
    with pytest.raises(InspectionTooLarge, match=r"Losses are more than a million times apart \(1 and 2e\+06\)"):
        spread({"a": search(1, loss=1), "b": search(1, loss=2e6)})
    with pytest.raises(InspectionTooLarge, match=r"Gains and penalties are .* \(1 and 3e\+06\)"):
        spread({"a": search(1)}, penalty=3e6)
    spread({"a": search(1, gain=1, loss=1), "b": search(1, gain=3e6, loss=1)})  # without penalties gains do not count
    spread({"a": search(1e9), "b": search(1, loss=0)}, 1)  # what finds nothing, or counts for nothing, does no harm


def test_whatever_the_numbers_are_there_is_an_answer_within_the_budget() -> None:
    """Amounts six orders of magnitude apart, chances from nothing to certainty, sites that count for nothing."""
    draw, amounts = random.Random(7), [0.01, 0.1, 1, 7.5, 40, 300, 1e4]
    for _ in range(150):
        sites: dict[str, Any] = {}
        for i in range(draw.randint(1, 4)):
            chances = sorted(draw.choice([0, 1e-9, 0.1, 0.5, 0.999999, 1]) for _ in range(3))
            weights = {key: draw.choice([0, *amounts]) for key in ("gain", "loss") if draw.random() < 0.4}
            forms = [
                {"scale": draw.choice(amounts), "at_most": chances[2]},
                {"visit": chances[1], "effort": draw.choice(amounts), "visits": draw.randint(1, 20)},
                {
                    "levels": [
                        {"effort": e, "chance": p}
                        for e, p in zip(sorted(draw.sample(amounts, 3)), chances, strict=True)
                    ]
                },
            ]
            sites[f"s{i}"] = {"detection": draw.choice(forms), **weights}
        budget = draw.choice([0, *amounts])
        found = spread(sites, budget, **({"penalty": draw.choice(amounts)} if draw.random() < 0.6 else {}))
        size = max(
            1.0, *(site.loss for site in found.sites), *(site.gain + (site.penalty or 0) for site in found.sites)
        )
        assert found.gap <= 1e-5 * size
        assert all(0 <= site.detection <= 1 for site in found.sites)
        assert all(schedule.cost <= budget * (1 + 1e-6) for schedule in found.schedules)
        assert found.loss <= found.least_loss + 1e-5 * size
        assert found.on_average <= found.least_loss + 1e-5 * size


def test_twenty_sites_take_seconds() -> None:
    draw = random.Random(1)
    sites = {f"s{i}": visits(draw.uniform(0.1, 0.6), draw.choice([1, 2, 3, 5])) for i in range(20)}
    found = spread(sites, 40)
    assert found.least_loss >= found.on_average - TOLERANCE
    assert found.gap < 1e-8
