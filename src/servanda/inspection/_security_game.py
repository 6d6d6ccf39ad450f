"""The games behind the spread of inspections: who loses least, who is deterred, what announcing is worth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from servanda.inspection._linear_program import Floats, Goal, InspectionTooLarge, Reach, hull, network
from servanda.inspection._schedules import TOLERANCE, Optimum, maximise

_BINDS = 1e-7  # a price above this says that a site cannot do better
_HELD = 1e-6  # of a chance: what the worst sites give up for the others
_CLOSE = 1e-7  # of an announcement
_SPARED = 1e-6  # of the largest payoff: a site that gains the violator so much less than another is not its choice
_FINE = 1e-6  # of a least budget that is no sum of levels, relative to itself


@dataclass(frozen=True)
class Spread:
    """A spread of inspections that makes the worst site as good as it can be, then the next worst, and so on.

    Attributes
    ----------
    least : float
        The payoff at the worst site.
    mix : Floats, shape (sites,)
        Chances with which a violator who wants that payoff to be low chooses the sites.
    budget_price : float
        What one more unit of budget adds to `least` at the margin.
    optimum : Optimum
        The spread.
    """

    least: float
    mix: Floats
    budget_price: float
    optimum: Optimum


def maximin(
    reaches: Sequence[Reach], budget: Fraction, base: Floats, slope: Floats, average: bool, tolerance: float = 0.0
) -> Optimum:
    """Make the least of base + slope · P as large as possible; its value is `t`, its mix the prices.

    Parameters
    ----------
    base, slope : Floats, shape (sites,)
        slope is 0 or more.
    average, tolerance
        As of `maximise`.
    """
    size = _size(base, slope)
    found = _worst(reaches, budget, base / size, slope / size, _none(base), average, tolerance)
    assert found is not None, "to look nowhere is always possible"
    return replace(
        found, t=found.t * size, value=found.value * size, budget_price=found.budget_price * size, gap=found.gap * size
    )


def lexicographic_maximin(reaches: Sequence[Reach], budget: Fraction, base: Floats, slope: Floats) -> Spread:
    """Make the least of base + slope · P as large as possible, then the next least, and so on.

    Once the worst sites are as good as they can be, effort may be left over, or the budget may be spent in several
    ways: the rest goes where things are worst then. Parameters as of `maximin`.
    """
    size = _size(base, slope)
    base, slope, held = base / size, slope / size, _none(base)
    first = found = _worst(reaches, budget, base, slope, held)
    assert first is not None, "to look nowhere is always possible"
    used = first
    drawn = any(reach.levels is not None for reach in reaches)
    # If what is held leaves nothing to the last digit, or costs the others more than they had, the rest is rounding.
    while found is not None and found.t >= used.t:
        used = found
        free = np.flatnonzero(np.isnan(held))
        prices = np.zeros(len(base))
        prices[free] = found.prices[: len(free)]
        binding = prices > _BINDS
        held[binding] = found.t
        # Where the worst sites need the last of the budget, and it can be divided at will, nothing is left for others.
        if not binding.any() or binding[free].all() or (found.budget_price > _BINDS and not drawn):
            break
        try:
            found = _worst(reaches, budget, base, slope, held)
        except InspectionTooLarge:
            break  # the worst sites are served; what is left for the others cannot be told apart from rounding
    mix = first.prices / first.prices.sum()
    return Spread(first.t * size, mix, first.budget_price * size, replace(used, gap=used.gap * size))


def _size(*payoffs: Floats) -> float:
    """A size to bring payoffs to 1 or less, so that HiGHS's tolerances are as small beside them."""
    return max(float(np.abs(each).max()) for each in payoffs) or 1.0


def _none(sites: Floats) -> Floats:
    return np.full(len(sites), math.nan)


def _worst(
    reaches: Sequence[Reach],
    budget: Fraction,
    base: Floats,
    slope: Floats,
    held: Floats,
    average: bool = False,
    tolerance: float = 0.0,
    enough: float = math.inf,
) -> Optimum | None:
    """Make the least payoff of the sites not held large, where those held have at least their payoff."""
    sites = len(base)
    free, fixed = np.flatnonzero(np.isnan(held)), np.flatnonzero(~np.isnan(held))
    order = np.concatenate([free, fixed])
    rows = np.zeros((sites, sites + 1))
    rows[np.arange(sites), order] = -slope[order]
    rows[: len(free), sites] = 1.0
    limits = base[order].copy()
    # The last bit of what a search can find may cost very much; levels have no such last bit.
    spared = _HELD if any(reach.levels is None for reach in reaches) else TOLERANCE
    limits[len(free) :] -= held[fixed] - spared * slope[fixed]
    objective = np.zeros(sites + 1)
    objective[sites] = 1.0
    return maximise(reaches, budget, Goal(objective, rows, limits), average, tolerance, enough)


# -------------------------------------------------------------------------------------------------- deterrence


def least_effort(reach: Reach, chance: float, by_lot: bool) -> float:
    """The least effort at one site that finds with some chance; infinite if none does.

    Parameters
    ----------
    by_lot : bool
        Allow drawing lots among levels; then it is the effort on average.
    """
    if chance <= 0:
        return 0.0
    if reach.levels is None:
        return -reach.scale * math.log1p(-chance / reach.ceiling) if chance < reach.ceiling else math.inf
    if chance > reach.levels[-1][1] + TOLERANCE:
        return math.inf
    if not by_lot:
        return float(next(effort for effort, p in reach.levels if p >= chance - TOLERANCE))
    corners = hull(reach.levels)
    return float(np.interp(chance, [p for _, p in corners], [float(x) for x, _ in corners]))


def least_budget(reaches: Sequence[Reach], needed: Floats) -> tuple[float, bool] | None:
    """The smallest budget of one period with which every site has the chance of detection that it needs.

    Parameters
    ----------
    reaches : sequence of Reach
        With all levels that might be needed.
    needed : Floats, shape (sites,)

    Returns
    -------
    exact : bool
        False if there are too many schedules to search them all: then the budget suffices, and a smaller one may.
    None
        If no budget suffices.
    """
    singly = [least_effort(reach, p, False) for reach, p in zip(reaches, needed, strict=True)]
    if math.inf in singly:
        return None
    least = sum(least_effort(reach, p, True) for reach, p in zip(reaches, needed, strict=True))
    most = sum(singly)
    if most - least <= _FINE * most:
        return most, True
    top = sum((_as_fraction(effort) for effort in singly), Fraction(0))
    try:
        if all(reach.levels is not None for reach in reaches):
            return float(_least_sum(reaches, needed, least, top)), True
        low, high = least, most
        while high - low > _FINE * high:
            middle = (low + high) / 2
            low, high = (low, middle) if _suffices(reaches, _as_fraction(middle), needed) else (middle, high)
        return high, True
    except InspectionTooLarge:
        return most, False


def _least_sum(reaches: Sequence[Reach], needed: Floats, least: float, top: Fraction) -> Fraction:
    """Search the sums of levels between a budget that does not suffice and one that does."""
    totals = sorted(t for t in network(reaches, top, False).ends.values() if float(t) >= least * (1 - _FINE))
    low, high = 0, len(totals) - 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _suffices(reaches, totals[middle], needed) else (middle + 1, high)
    return totals[high]


def _suffices(reaches: Sequence[Reach], budget: Fraction, needed: Floats) -> bool:
    found = _worst(reaches, budget, -needed, np.ones(len(needed)), _none(needed), enough=-TOLERANCE)
    return found is not None and found.t >= -2 * TOLERANCE


def _as_fraction(amount: float) -> Fraction:
    return Fraction(repr(amount))


# -------------------------------------------------------------------------------------------------- leadership


@dataclass(frozen=True)
class Announced:
    """The best that the inspector can announce where violating cannot be made unprofitable.

    Attributes
    ----------
    site : int
        Where the violator goes. Of several that pay equally it is the one that the inspector prefers: a slightly
        different announcement would tip the balance.
    loss : float
        Of the inspector's side.
    gain : float
        Of the violator.
    optimum : Optimum
    """

    site: int
    loss: float
    gain: float
    optimum: Optimum


def stackelberg(
    reaches: Sequence[Reach], budget: Fraction, gain: Floats, penalty: Floats, loss: Floats, pays: float
) -> Announced:
    """Find the spread that is best to announce, if the violator then goes where it gains most (Stackelberg).

    One program for each site: the best of all spreads under which the violator goes there (Conitzer and Sandholm 2006).
    Whatever is announced, the violator gains `pays` or more. So it goes to no site that gains less, and where it goes
    is not found too often, so that the loss there has a lower bound. Sites that gain less, or whose bound is no better
    than what was found, need no program.

    Parameters
    ----------
    pays : float
        The least that the violator gains under any spread.
    gain, penalty : Floats, shape (sites,)
        Of the violator: if not found, if found.
    loss : Floats, shape (sites,)
        Of the inspector's side: if not found.
    """
    sites, most, size = len(gain), _size(loss), _size(gain, gain + penalty)
    loss, gain, slope = loss / most, gain / size, (gain + penalty) / size
    spare = gain - pays / size
    often = np.divide(spare, slope, out=np.ones(sites), where=slope > 0)
    bounds = np.round(loss * (1 - np.clip(often, 0.0, 1.0)), 9)
    best: Announced | None = None
    for site in map(int, np.argsort(bounds, kind="stable")):
        if best is not None and bounds[site] >= best.loss - _CLOSE:
            break
        if spare[site] < -_SPARED:
            continue
        others = [j for j in range(sites) if j != site]
        rows = np.zeros((len(others), sites + 1))
        rows[:, site] = slope[site]
        rows[np.arange(len(others)), others] = -slope[others]
        objective = np.zeros(sites + 1)
        objective[site] = loss[site]
        found = maximise(reaches, budget, Goal(objective, rows, gain[site] - gain[others]), tolerance=_CLOSE)
        if found is None:
            continue
        lost = float(loss[site] * (1 - found.claimed[site]))
        if best is None or lost < best.loss - TOLERANCE:
            best = Announced(site, lost, float(gain[site] - slope[site] * found.claimed[site]), found)
    assert best is not None, "under any spread some site pays the violator most"
    return replace(best, loss=best.loss * most, gain=best.gain * size)
