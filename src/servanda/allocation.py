"""How a budget of inspection is spent, as results that are reported: data only."""

from __future__ import annotations

from dataclasses import dataclass

from servanda._sequence import SequentialInspection


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
class Schedule:
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


@dataclass(frozen=True)
class Allocation:
    """How a budget of inspection is best spent.

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

    def __getitem__(self, site: str) -> SiteSpread:
        for each in self.sites:
            if each.site == site:
                return each
        raise KeyError(f"there is no site {site!r}. Sites: {', '.join(each.site for each in self.sites)}")
