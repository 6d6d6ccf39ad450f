"""Where to inspect: spread a budget of inspection over the sites of an agreement, and say what it guarantees."""

from __future__ import annotations

import math
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.format.inspections import Inspections, Site
from servanda.errors import expect, finite, is_there, no_such
from servanda.inspection._linear_program import Floats, InspectionTooLarge, Reach
from servanda.inspection._schedules import Optimum
from servanda.inspection._security_game import least_budget, least_effort, lexicographic_maximin, maximin, stackelberg
from servanda.inspection.problem import (
    SiteGame,
    at_best,
    at_worst,
    exact,
    inspections_of,
    likely,
    ranged,
    reach,
    site_game,
)
from servanda.inspection.sequential_game import SequentialInspection, sequential_inspection
from servanda.records import Record
from servanda.result import About, Result, about, plain


@dataclass(frozen=True)
class SiteSpread:
    """What is done at one site.

    Attributes
    ----------
    site, name : str
        Its key in the file, and its name.
    holds : tuple[str, ...]
        Stakes that could be concealed there.
    effort : float
        Spent there in a period, on average over the schedules drawn; in units of the budget.
    detection : float
        The chance that something concealed there all through a period is found in it.
    conceals : float
        The chance with which a violator who wants to do as much harm as it can chooses this site.
    loss : float
        What it costs the inspector's side if something is concealed there and not found.
    gain, penalty : float or None
        Of the violator, if it is not found and if it is; `penalty` is None if the file gives none.
    pays : float or None
        What concealing there is worth to the violator under this spread; None without a penalty.
    needed : float or None
        The chance of detection from which concealing there does not pay; None without a penalty.
    """

    site: str
    name: str
    holds: tuple[str, ...]
    effort: float
    detection: float
    conceals: float
    loss: float
    gain: float
    penalty: float | None
    pays: float | None
    needed: float | None


@dataclass(frozen=True)
class Schedule(Record):
    """What one period may look like: draw one such schedule for each period.

    Attributes
    ----------
    chance : float
        With which to draw it.
    efforts : dict[str, float]
        By site, in units of the budget.
    cost : float
    """

    chance: float
    efforts: dict[str, float]
    cost: float


@dataclass(frozen=True)
class Deterrence:
    """Whether violating can be made unprofitable.

    Attributes
    ----------
    pays : float
        The most that violating is worth to the violator, if effort is spread to make that as small as possible.
    deterred : bool
        Whether that is 0 or less, so that a violator who knows the spread does best to keep the rules.
    budget : float or None
        The smallest budget with which that can be reached; None if no budget is enough.
    exact : bool
        False if the search for it was cut short: that budget suffices, and a smaller one may.
    out_of_reach : tuple[str, ...]
        Sites where no effort finds often enough.
    tempting : str or None
        Where the violator goes if the inspector announces the spread that is best for it; None if deterred.
    announced_loss : float
        What the inspector's side then expects to lose; 0 if deterred.
    """

    pays: float
    deterred: bool
    budget: float | None
    exact: bool
    out_of_reach: tuple[str, ...]
    tempting: str | None
    announced_loss: float


@dataclass(frozen=True)
class FindingRate:
    """The rate at which a measure of the plan finds what is concealed, if it is these inspections.

    Attributes
    ----------
    measure : str
    covers : tuple[str, ...]
        Stakes.
    detection : float
        Guaranteed in a period, at whichever of its sites a stake is concealed.
    rate : float
        Per year: -ln(1 - detection) / period; infinite if detection is certain.
    low, high : float or None
        The same with the numbers of the file at the ends of their ranges: all that is bad for detection, and all that
        is good for it. None if no number has a range.
    """

    measure: str
    covers: tuple[str, ...]
    detection: float
    rate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, repr=False)
class Allocation(Result):
    """How a budget of inspection is best spent: iterating gives the sites, and a site's name picks one.

    Attributes
    ----------
    budget : float
    unit : str
    period : float
        Years that the budget has to last.
    aim : {'detection', 'deterrence'}
        For which the sites, schedules and rates are.
    sites : tuple[SiteSpread, ...]
    schedules : tuple[Schedule, ...]
        Likeliest first.
    guaranteed : float
        The least chance of detection of any site, under this spread.
    loss : float
        The most that the inspector's side loses on average, wherever something is concealed; as small as possible if
        the aim is detection. With all losses 1, it is 1 - `guaranteed`.
    shadow_price : float
        By how much `loss` falls for one more unit of budget, at the margin and where the budget may be exceeded in one
        period and made up for in another: the dual of the budget in the linear program.
    one_more : float
        By how much the least possible loss falls if the budget is larger by 1: solved again.
    on_average : float
        The least possible loss if the budget had to hold on average only: never above what can be reached.
    least_loss : float
        The least possible loss.
    deterrence : Deterrence or None
        None if the file gives no penalty for some site.
    rates : tuple[FindingRate, ...]
    sequence : SequentialInspection or None
    gap : float
        The spread falls short of the best by no more than this.
    agreement : Agreement
    about : About or None
    """

    budget: float
    unit: str
    period: float
    aim: str
    sites: tuple[SiteSpread, ...]
    schedules: tuple[Schedule, ...]
    guaranteed: float
    loss: float
    shadow_price: float
    one_more: float
    on_average: float
    least_loss: float
    deterrence: Deterrence | None
    rates: tuple[FindingRate, ...]
    sequence: SequentialInspection | None
    gap: float
    agreement: Agreement = field(compare=False, repr=False)
    about: About | None = field(default=None, compare=False, repr=False)

    def __iter__(self) -> Iterator[SiteSpread]:
        return iter(self.sites)

    def __len__(self) -> int:
        return len(self.sites)

    def __contains__(self, site: object) -> bool:
        return site in self.keys() if isinstance(site, str) else site in self.sites

    def keys(self) -> tuple[str, ...]:
        """Names of the sites, so that `dict(allocation)` has what is done there by name."""
        return tuple(each.site for each in self.sites)

    def __repr__(self) -> str:
        return (
            f"<Allocation of {self.budget:g} {self.unit} to {len(self.sites)} sites: {self.guaranteed:.3f} guaranteed>"
        )

    def __getitem__(self, site: str) -> SiteSpread:
        for each in self.sites:
            if each.site == site:
                return each
        raise no_such("site", site, [each.site for each in self.sites])

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda inspect --json` prints; the first stage of a sequence also exactly."""
        made = plain(self)
        for rate in made["rates"]:
            rate |= {key: None for key in ("rate", "low", "high") if rate[key] == "never"}
        if self.sequence is not None:
            exactly = ("inspect", "violate", "inspector", "violator", "announced")
            made["sequence"]["exact"] = {name: str(getattr(self.sequence.now, name)) for name in exactly}
        return made


_SETTLED = 1e-9  # a payoff no higher than this is none: the programs are as exact as that


def where_to_inspect(agreement: Agreement, budget: float | None = None, aim: str | None = None) -> Allocation:
    """Spread a budget of inspection over sites, against a violator who knows the spread and chooses where to conceal.

    Parameters
    ----------
    agreement : Agreement
        With a group `inspections`.
    budget : float or None
        In place of the file's, in its unit.
    aim : {'detection', 'deterrence'} or None
        In place of the file's.

    Raises
    ------
    AgreementError
        If there is no group `inspections`, or a penalty is missing for the aim of deterrence.
    InspectionTooLarge
        If there are too many different schedules, or numbers are too many times apart to be computed with.
    UsageError
        If the budget is negative or not finite.
    NoSuchName
        If there is no such aim.

    References
    ----------
    Avenhaus, von Stengel and Zamir 2002, Inspection Games, Handbook of Game Theory III, ch. 51.

    Examples
    --------
    >>> import servanda
    >>> allocation = servanda.where_to_inspect(servanda.loads(servanda.starter_text()))
    >>> [site.name for site in allocation.sites]
    ['The declared plant', 'The old store', 'The port']
    """
    expect(agreement, Agreement, "where_to_inspect")
    began = time.perf_counter()
    asked = inspections_of(agreement)
    budget = None if budget is None else finite("budget", budget, 0)
    if aim is not None and not is_there(aim, ("detection", "deterrence")):
        raise no_such("aim", aim, ("detection", "deterrence"))
    asked = asked.model_copy(update={"aim": aim or asked.aim})
    with _placed(agreement):
        game = site_game(asked, likely, budget)
        if asked.aim == "deterrence" and game.penalty is None:
            raise AgreementError([_lacks_penalty(agreement, asked)])
        least = lexicographic_maximin(game.reaches(), game.budget, -game.loss, game.loss)
        average = maximin(game.reaches(), game.budget, -game.loss, game.loss, average=True)
        more = maximin(game.reaches(1), game.budget + 1, -game.loss, game.loss, average=False)
        deterring = _deterring(game)
        used, detection = _used(asked, least.optimum, deterring)
        return Allocation(
            budget=float(game.budget),
            unit=asked.unit,
            period=asked.period,
            aim=asked.aim,
            sites=_sites(game, used, detection, least.mix),
            schedules=_schedules(game, used),
            guaranteed=float(detection.min()),
            loss=float((game.loss * (1 - detection)).max()),
            least_loss=-least.least,
            shadow_price=average.budget_price,
            one_more=max(0.0, more.t - least.least),
            on_average=-average.t,
            deterrence=None if deterring is None else deterring[0],
            rates=_rates(asked, detection, budget),
            sequence=_sequence(asked),
            gap=used.gap,
            agreement=agreement,
            about=about(agreement, time.perf_counter() - began),
        )


@contextmanager
def _placed(agreement: Agreement) -> Generator[None]:
    """Say of what is too large in which file it stands."""
    try:
        yield
    except InspectionTooLarge as error:
        if agreement.origin is None:
            raise
        line = agreement.origin.lines[("inspections", "budget")]
        raise InspectionTooLarge(f"{agreement.origin.path}:{line}: {error}") from None


def least_losses(agreement: Agreement, budgets: Sequence[float], tolerance: float = 0.0) -> tuple[float, ...]:
    """The least possible loss for each of some budgets.

    Parameters
    ----------
    agreement : Agreement
        With a group `inspections`.
    budgets : sequence of float
        In its unit.
    tolerance : float
        What a picture can do with; 0 for as good as it gets.

    Returns
    -------
    tuple[float, ...]
        `Allocation.least_loss` of each.
    """
    games = [site_game(inspections_of(agreement), likely, budget) for budget in budgets]
    return tuple(-maximin(g.reaches(), g.budget, -g.loss, g.loss, False, tolerance).t for g in games)


# ------------------------------------------------------------------------------------------------- deterrence


def _lacks_penalty(agreement: Agreement, asked: Inspections) -> str:
    without = next(name for name, site in asked.sites.items() if site.penalty is None)
    found = f"inspections.sites.{without} has no penalty, so nothing can be said about deterrence"
    advice = "Add penalty: under inspections, for all sites, or under the site."
    if agreement.origin is None:
        return f"{found}. {advice}"
    line = agreement.origin.lines[("inspections", "sites", without)]
    return f"{agreement.origin.path}:{line}: {found}. {advice}"


def _deterring(game: SiteGame) -> tuple[Deterrence, Optimum, Floats] | None:
    """See whether violating can be made unprofitable; the spread to announce, and its chances of detection."""
    if game.penalty is None:
        return None
    gain, penalty, reaches = game.gain, game.penalty, game.reaches()
    lowest = lexicographic_maximin(reaches, game.budget, -gain, gain + penalty)
    pays = -lowest.least
    needed = _needed(gain, penalty)
    all_levels = [_unlimited(site, float(p), game) for site, p in zip(game.asked.sites.values(), needed, strict=True)]
    beyond = [name for name, r, p in zip(game.names, all_levels, needed, strict=True) if _never(r, float(p))]
    enough = None if beyond else least_budget(all_levels, needed)
    deterred = pays <= _SETTLED
    announced = None if deterred else stackelberg(reaches, game.budget, gain, penalty, game.loss, pays)
    found = Deterrence(
        pays=pays,
        deterred=deterred,
        budget=enough[0] if enough else None,
        exact=enough[1] if enough else True,
        out_of_reach=tuple(beyond),
        tempting=game.names[announced.site] if announced else None,
        announced_loss=announced.loss if announced else 0.0,
    )
    if announced is None:
        return found, lowest.optimum, lowest.optimum.detection
    return found, announced.optimum, announced.optimum.claimed


def _needed(gain: Floats, penalty: Floats) -> Floats:
    """The chance of detection from which concealing at a site pays nothing."""
    return np.divide(gain, gain + penalty, out=np.zeros_like(gain), where=gain > 0)


def _never(reached: Reach, chance: float) -> bool:
    return math.isinf(least_effort(reached, chance, by_lot=False))


def _unlimited(site: Site, chance: float, game: SiteGame) -> Reach:
    """What any budget achieves at a site, without visits beyond those that find with some chance."""
    reached = reach(site.detection, None, game.pick)
    if site.detection.visit is None or _never(reached, chance):
        return reached
    effort = least_effort(reached, chance, by_lot=False)
    return Reach(tuple(level for level in reached.levels or () if float(level[0]) <= effort))


def _used(
    asked: Inspections, least: Optimum, deterring: tuple[Deterrence, Optimum, Floats] | None
) -> tuple[Optimum, Floats]:
    if asked.aim == "detection" or deterring is None:
        return least, least.detection
    return deterring[1], deterring[2]


# ---------------------------------------------------------------------------------------------------- results


def _sites(game: SiteGame, used: Optimum, detection: Floats, mix: Floats) -> tuple[SiteSpread, ...]:
    penalty = game.penalty
    rows: list[SiteSpread] = []
    for i, (name, site) in enumerate(game.asked.sites.items()):
        gain, fined = float(game.gain[i]), None if penalty is None else float(penalty[i])
        rows.append(
            SiteSpread(
                site=name,
                name=site.name or name,
                holds=tuple(site.holds),
                effort=sum(drawn.chance * drawn.efforts[i] for drawn in used.schedules),
                detection=float(detection[i]),
                conceals=float(mix[i]),
                loss=float(game.loss[i]),
                gain=gain,
                penalty=fined,
                pays=None if fined is None else gain - (gain + fined) * float(detection[i]),
                needed=None if penalty is None else float(_needed(game.gain, penalty)[i]),
            )
        )
    return tuple(rows)


def _schedules(game: SiteGame, used: Optimum) -> tuple[Schedule, ...]:
    return tuple(
        Schedule(drawn.chance, dict(zip(game.names, drawn.efforts, strict=True)), sum(drawn.efforts))
        for drawn in used.schedules
    )


def _rates(asked: Inspections, detection: Floats, budget: float | None) -> tuple[FindingRate, ...]:
    ends: list[Floats] = []
    if ranged(asked, budget is None):
        for pick in (at_worst, at_best):
            game = site_game(asked, pick, budget)
            if asked.aim == "detection":
                ends.append(lexicographic_maximin(game.reaches(), game.budget, -game.loss, game.loss).optimum.detection)
            else:
                deterring = _deterring(game)
                assert deterring is not None
                ends.append(deterring[2])
    places: dict[str, list[int]] = {}
    for i, site in enumerate(asked.sites.values()):
        places.setdefault(site.measure or asked.measure, []).append(i)
    rates: list[FindingRate] = []
    for measure, at in places.items():
        held = [stake for i in at for stake in list(asked.sites.values())[i].holds]
        least = float(detection[at].min())
        low, high = (_rate(float(end[at].min()), asked.period) for end in ends) if ends else (None, None)
        rate = _rate(least, asked.period)
        rates.append(FindingRate(measure, tuple(dict.fromkeys(held)), least, rate, low, high))
    return tuple(rates)


def _rate(detection: float, period: float) -> float:
    return math.inf if detection >= 1 else -math.log1p(-max(0.0, detection)) / period


def _sequence(asked: Inspections) -> SequentialInspection | None:
    given = asked.sequence
    if given is None:
        return None
    penalty = given.penalty or asked.penalty
    caught = None if given.caught is None else exact(given.caught.likely)
    fined = Fraction(1) if penalty is None else exact(penalty.likely)
    return sequential_inspection(given.periods, given.inspections, fined, caught)
