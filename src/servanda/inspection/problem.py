"""The group `inspections` of an agreement as arrays: what effort achieves, and what is at stake at each site."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.format.inspections import MOST_VISITS, Detection, Inspections, Site
from servanda.agreement.format.values import Number
from servanda.inspection._linear_program import Floats, InspectionTooLarge, Reach

_APART = 1e6  # times that numbers set against each other may be apart
Pick = Callable[[Number, int], float]  # of a number, and whether more of it finds more (1) or less (-1): a value


@dataclass(frozen=True)
class SiteGame:
    """A budget, and the sites in file order.

    Attributes
    ----------
    asked : Inspections
    names : tuple[str, ...]
    budget : Fraction
    gain, loss : Floats, shape (sites,)
        Of the violator and of the inspector's side, if what is concealed there is not found.
    penalty : Floats, shape (sites,), or None
        Of the violator, if it is found; None if any site lacks one.
    pick : Pick
        Which value of a number with a range is used.
    """

    asked: Inspections
    names: tuple[str, ...]
    budget: Fraction
    gain: Floats
    loss: Floats
    penalty: Floats | None
    pick: Pick

    def reaches(self, more: int = 0) -> tuple[Reach, ...]:
        """What the budget, or a larger one, achieves at every site."""
        return tuple(reach(site.detection, self.budget + more, self.pick) for site in self.asked.sites.values())


def inspections_of(agreement: Agreement) -> Inspections:
    """The group of an agreement.

    Raises
    ------
    AgreementError
        If it has none.
    """
    if agreement.inspections is None:
        where = f"{agreement.origin.path}: " if agreement.origin else ""
        raise AgreementError(
            [
                f"{where}the agreement has no inspections, so there is no budget to spread. Add a group inspections:"
                " with budget, unit, period and sites. 'servanda new FILE' writes a file with such a group."
            ]
        )
    return agreement.inspections


def likely(number: Number, more: int) -> float:
    """Take the one value."""
    return number.likely


def at_worst(number: Number, more: int) -> float:
    """Take the end of the range at which least is found."""
    end = number.low if more > 0 else number.high
    return number.likely if end is None else end


def at_best(number: Number, more: int) -> float:
    """Take the end of the range at which most is found."""
    return at_worst(number, -more)


def ranged(asked: Inspections, budget: bool) -> bool:
    """Whether any number that decides what is found has a range; of the budget only if it is the file's."""
    numbers = [each for site in asked.sites.values() for each in _numbers(site.detection)]
    return any(number.ranged for number in ([asked.budget, *numbers] if budget else numbers))


def _numbers(detection: Detection) -> Iterator[Number]:
    for number in (detection.scale, detection.at_most, detection.visit, detection.effort):
        if number is not None:
            yield number
    for row in detection.levels or ():
        yield from (row.effort, row.chance)


def site_game(asked: Inspections, pick: Pick = likely, budget: float | None = None) -> SiteGame:
    """Read the numbers of a group; `budget` in place of the file's.

    Raises
    ------
    InspectionTooLarge
        If numbers that are set against each other are too many times apart to be computed with.
    """
    sites = asked.sites.values()
    penalties = [_penalty(asked, site) for site in sites]
    game = SiteGame(
        asked=asked,
        names=tuple(asked.sites),
        budget=exact(pick(asked.budget, 1) if budget is None else budget),
        gain=np.array([site.gain.likely for site in sites]),
        loss=np.array([(site.gain if site.loss is None else site.loss).likely for site in sites]),
        penalty=None if None in penalties else np.array(penalties, dtype=float),
        pick=pick,
    )
    amounts = [each.likely for site in sites for each in _efforts(site.detection) if each.likely > 0]
    _look_at_sizes("The budget and the least effort", [float(game.budget)], min(amounts, default=1.0))
    weighed = {
        "Losses": [*game.loss],
        "Gains and penalties": [] if game.penalty is None else [*game.gain, *game.penalty],
    }
    for name, payoffs in weighed.items():
        sizes = [float(each) for each in payoffs if each > 0]
        _look_at_sizes(name, sizes, min(sizes, default=1.0))
    return game


def _look_at_sizes(what: str, numbers: list[float], least: float) -> None:
    if numbers and max(numbers) > _APART * least:
        raise InspectionTooLarge(
            f"{what} are more than a million times apart ({least:g} and {max(numbers):g}), which is too far to"
            " compute with. Leave out what hardly matters, or check the units."
        )


def _efforts(detection: Detection) -> Iterator[Number]:
    for number in (detection.scale, detection.effort):
        if number is not None:
            yield number
    for row in detection.levels or ():
        yield row.effort


def _penalty(asked: Inspections, site: Site) -> float | None:
    number = asked.penalty if site.penalty is None else site.penalty
    return None if number is None else number.likely


def exact(amount: float) -> Fraction:
    """The fraction that the digits of a number say, so that three visits of 0.1 fit into a budget of 0.3."""
    return Fraction(repr(float(amount)))


def reach(detection: Detection, most: Fraction | None, pick: Pick) -> Reach:
    """What effort up to some amount achieves at one site.

    Parameters
    ----------
    most : Fraction or None
        None for no limit; there are never more visits than `MOST_VISITS`.
    """
    if detection.scale is not None:
        return Reach(None, pick(detection.scale, -1), 1.0 if detection.at_most is None else pick(detection.at_most, 1))
    if detection.visit is not None:
        effort = Fraction(1) if detection.effort is None else exact(pick(detection.effort, -1))
        missed, visits = 1 - pick(detection.visit, 1), detection.visits or MOST_VISITS
        if most is not None:
            visits = min(visits, int(most / effort))
        return Reach(tuple((k * effort, 1 - missed**k) for k in range(visits + 1)))
    rows = sorted((exact(pick(row.effort, -1)), pick(row.chance, 1)) for row in detection.levels or ())
    levels = [(Fraction(0), 0.0)]
    for effort, chance in rows:
        if effort == 0:
            levels = [(effort, chance)]
        elif (most is None or effort <= most) and effort > levels[-1][0] and chance >= levels[-1][1]:
            levels.append((effort, chance))
    return Reach(tuple(levels))
