"""What a spread of inspections means, in plain sentences."""

from __future__ import annotations

import math
from fractions import Fraction

from servanda.agreement.dates import length
from servanda.english import capital
from servanda.inspection.allocation import Allocation, Deterrence
from servanda.inspection.sequential_game import SequentialInspection

_SMALL = Fraction(1, 10_000)


def headline(allocation: Allocation) -> str:
    """What a budget guarantees, in one sentence or two.

    Parameters
    ----------
    allocation : Allocation
    """
    within = length(allocation.period)
    sites = "1 site" if len(allocation.sites) == 1 else f"{len(allocation.sites)} sites"
    first = f"{amount(allocation.budget)} {allocation.unit} in {within}, over {sites}:"
    if equal(allocation):
        return (
            f"{first} whatever is concealed for {within}, at whichever site, is found with a chance of"
            f" {tenths(allocation.guaranteed)} or more."
        )
    return (
        f"{first} wherever something is concealed for {within}, the expected loss is at most {size(allocation.loss)}."
        f" It is found with a chance of {tenths(allocation.guaranteed)} or more."
    )


def equal(allocation: Allocation) -> bool:
    """Whether the loss is the same at all sites, and not 0, so that it says the same as the chance of detection."""
    losses = {site.loss for site in allocation.sites}
    return len(losses) == 1 and losses != {0.0}


def more_budget(allocation: Allocation) -> str:
    """What one more unit of budget is worth, in one sentence.

    Parameters
    ----------
    allocation : Allocation
    """
    one, price = allocation.one_more, allocation.shadow_price
    if equal(allocation):
        loss = allocation.sites[0].loss
        what, more = f"the best guarantee, {tenths(1 - allocation.least_loss / loss)}", "raise"
        gained, marginal = f"{100 * one / loss:.2f} percentage points", f"{100 * price / loss:.2f}"
    else:
        what, more = f"the least possible loss, {size(allocation.least_loss)}", "lower"
        gained, marginal = size(one), size(price)
    marginal = "" if price < 1e-9 else f"; the shadow price is {marginal} a unit"
    if one < 1e-9:  # one more may be too little for the next visit: nothing is said of much larger budgets
        return f"A budget larger by 1 would not {more} {what}{marginal}."
    return f"A budget larger by 1 would {more} {what}, by {gained}{marginal}."


def deterrence(allocation: Allocation) -> str:
    """Whether violating can be made unprofitable, in a few sentences.

    Parameters
    ----------
    allocation : Allocation
    """
    found = allocation.deterrence
    if found is None:
        return "Deterrence: nothing can be said, as no penalty is given for every site."
    budget = f"{amount(allocation.budget)} {allocation.unit}"
    if found.deterred:
        other = [f"“{capital(site.name)}”" for site in allocation.sites if site.pays is not None and site.pays > 1e-9]
        not_this = f" The spread above does not do that at {', '.join(other)}: see --aim deterrence." if other else ""
        return (
            f"Deterrence: {budget} are enough to make violating unprofitable at every site, and"
            f" {_least(found, allocation)} would be. A violator who knows the schedules, and the chances with which"
            f" they are drawn, then does best to keep the rules.{not_this}"
        )
    if found.out_of_reach:
        name = ", ".join(f"“{capital(allocation[site].name)}”" for site in found.out_of_reach)
        enough = f"No budget is enough: no effort finds often enough at {name}."
    else:
        enough = f"{_least(found, allocation)} would be."
    tempting = f"“{capital(allocation[found.tempting].name)}”" if found.tempting else ""
    return (
        f"Deterrence: {budget} are not enough to make violating unprofitable at every site. {enough} Violating is worth"
        f" {size(found.pays)} or more to the violator, whatever is done. If the inspector announces the spread that is"
        f" best for its side, the violator goes to {tempting}, and the expected loss is {size(found.announced_loss)}."
    )


def _least(found: Deterrence, allocation: Allocation) -> str:
    assert found.budget is not None
    up = math.ceil(found.budget * 100 - 1e-6) / 100
    return f"{'' if found.exact else 'at most '}{amount(up)} {allocation.unit}"


def sequence(game: SequentialInspection) -> str:
    """What a limited number of inspections does against one violation over many periods, in a few sentences.

    Parameters
    ----------
    game : SequentialInspection
    """
    now = game.now
    first = (
        f"{game.inspections} inspections in {game.periods} periods, each of them seen by the other side: inspect in the"
        f" first period with a chance of {exactly(now.inspect)}, later as in the table. "
    )
    if game.inspections >= game.periods:
        return first + "There is an inspection in every period, so that a violation is always caught."
    if game.zero_sum:
        return first + f"The violator, which gains 1 if it is not caught, then expects {exactly(now.violator)} at best."
    return first + (
        f"The violator then expects {exactly(now.violator)} at best, and the inspector {exactly(now.inspector)}. If the"
        f" inspector announces these chances and is believed, it expects {exactly(now.announced)}: the violator then"
        " waits until no inspection is left."
    )


def exactly(value: Fraction) -> str:
    """A fraction as it is, if it is short; else as a decimal number."""
    if value.denominator < 1000:
        return str(value)
    return f"{float(value):.4f}" if abs(value) >= _SMALL else f"{float(value):.1e}"


def tenths(chance: float) -> str:
    """A chance in percent, to one tenth."""
    return f"{100 * chance:.1f}%"


def size(value: float) -> str:
    """A loss or a gain, to three digits."""
    return f"{value:.3g}" if abs(value) >= 1e-9 else "0"


def amount(value: float) -> str:
    """Effort, to two places."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
