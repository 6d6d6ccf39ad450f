"""Where to inspect: what a budget guarantees, what to do, and what follows from it."""

from __future__ import annotations

import math
from fractions import Fraction

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.english import capital, chance, count, listed, minus, number, quantity
from servanda.inspection.allocation import Allocation, Deterrence, FindingRate
from servanda.inspection.sequential_game import SequentialInspection
from servanda.presentation.view import Column, Table, View, rows, view_of

_SMALL = Fraction(1, 10_000)
MOST_SCHEDULES, MOST_COUNTS, MOST_PERIODS = 12, 8, 24  # shown


@view_of.register
def _(allocation: Allocation) -> View:
    more = len(allocation.schedules) - MOST_SCHEDULES
    stages = () if allocation.sequence is None else view_of(allocation.sequence)
    return View(
        f"{headline(allocation)} {more_budget(allocation)}",
        (
            _sites(allocation),
            _schedules(allocation),
            *([f"{more} more schedules: --json lists all."] if more > 0 else []),
            deterrence(allocation),
            *(_rate(rate, allocation.agreement) for rate in allocation.rates),
            *((stages.headline, *stages.blocks) if stages else ()),
        ),
    )


@view_of.register
def _(game: SequentialInspection) -> View:
    return View(sequence(game), (_stages(game),))


# ------------------------------------------------------------------------------------------------------ sentences


def headline(allocation: Allocation) -> str:
    """What a budget guarantees, in one sentence or two."""
    within = length(allocation.period)
    sites = "1 site" if len(allocation.sites) == 1 else f"{len(allocation.sites)} sites"
    first = f"{amount(allocation.budget)} {allocation.unit} in {within}, over {sites},"
    if allocation.guaranteed == 0:
        lost = "" if equal(allocation) else f" They keep the expected loss to {size(allocation.loss)} or less."
        return f"{first} leave a site at which what is concealed for {within} is not found.{lost}"
    if equal(allocation):
        return (
            f"{first} find whatever is concealed for {within}, at any site, with a chance of"
            f" {tenths(allocation.guaranteed)} or more."
        )
    return (
        f"{first} keep the expected loss to {size(allocation.loss)} or less, wherever something is concealed for"
        f" {within}. The chance of finding it is {tenths(allocation.guaranteed)} or more."
    )


def equal(allocation: Allocation) -> bool:
    """Whether the loss is the same at all sites, and not 0, so that it says the same as the chance of detection."""
    losses = {site.loss for site in allocation.sites}
    return len(losses) == 1 and losses != {0.0}


def more_budget(allocation: Allocation) -> str:
    """What one more unit of budget is worth, in one sentence."""
    one, price = allocation.one_more, allocation.shadow_price
    if equal(allocation):
        loss = allocation.sites[0].loss
        what, more = f"the best guarantee, {tenths(1 - allocation.least_loss / loss)}", "raise"
        gained, marginal = f"{100 * one / loss:.2f} percentage points", f"{100 * price / loss:.2f}"
    else:
        what, more = f"the least possible loss, {size(allocation.least_loss)}", "lower"
        gained, marginal = size(one), size(price)
    marginal = "" if price < 1e-9 else f" The shadow price is {marginal} a unit."
    if one < 1e-9:  # one more may be too little for the next visit: nothing is said of much larger budgets
        return f"A budget larger by 1 would not {more} {what}.{marginal}"
    return f"A budget larger by 1 would {more} {what}, by {gained}.{marginal}"


def deterrence(allocation: Allocation) -> str:
    """Whether violating can be made unprofitable, in a few sentences."""
    found = allocation.deterrence
    if found is None:
        return "Deterrence: nothing follows, because the file does not give a penalty for every site."
    budget = f"{amount(allocation.budget)} {allocation.unit}"
    if found.deterred:
        other = [f"“{capital(site.name)}”" for site in allocation.sites if site.pays is not None and site.pays > 1e-9]
        not_this = f" The spread above does not do that at {listed(other)} (see --aim deterrence)." if other else ""
        return (
            f"Deterrence: {budget} are enough to make violating unprofitable at every site, and"
            f" {_least(found, allocation)} would be. A violator who knows the schedules and their chances then does"
            f" best to keep the rules.{not_this}"
        )
    if found.out_of_reach:
        name = ", ".join(f"“{capital(allocation[site].name)}”" for site in found.out_of_reach)
        enough = f"No budget is enough, because no effort finds violations often enough at {name}."
    else:
        enough = f"{_least(found, allocation)} would be."
    tempting = f"“{capital(allocation[found.tempting].name)}”" if found.tempting else ""
    return (
        f"Deterrence: {budget} are not enough to make violating unprofitable at every site. {enough} Violating is worth"
        f" {size(found.pays)} or more to the violator, whatever the inspector does. If the inspector announces the"
        f" spread that is best for its side, the violator goes to {tempting}, and the expected loss is"
        f" {size(found.announced_loss)}."
    )


def _least(found: Deterrence, allocation: Allocation) -> str:
    assert found.budget is not None
    up = math.ceil(found.budget * 100 - 1e-6) / 100
    return f"{'' if found.exact else 'at most '}{amount(up)} {allocation.unit}"


def _rate(rate: FindingRate, agreement: Agreement) -> str:
    now = agreement.measures.get(rate.measure)
    there = "which is not in the file yet" if now is None else f"now {now.finds}"
    if math.isinf(rate.rate):
        return f"Measure {rate.measure} ({there}): finding is certain, which no rate per year can express."
    spread = "" if rate.low is None or rate.high is None else f" ({quantity(rate.low)} to {quantity(rate.high)})"
    return (
        f"Measure {rate.measure} ({there}): finds {quantity(rate.rate)} a year{spread}, from a chance of"
        f" {tenths(rate.detection)}."
    )


def sequence(game: SequentialInspection) -> str:
    """What a limited number of inspections does against one violation over many periods, in a few sentences."""
    now = game.now
    first = (
        f"{count(game.inspections, 'inspection')} in {count(game.periods, 'period')}, each of them seen by the other"
        " side: inspect in the"
        f" first period with a chance of {exactly(now.inspect)}, and later as in the table. "
    )
    if game.inspections >= game.periods:
        return first + "There is an inspection in every period, so a violation is always caught."
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
        return minus(str(value))
    return minus(f"{float(value):.4f}" if abs(value) >= _SMALL else f"{float(value):.1e}")


def tenths(value: float) -> str:
    """A chance in percent, to one tenth."""
    return chance(value, 1, sure=True)


def size(value: float) -> str:
    """A loss or a gain, to three digits."""
    return quantity(value) if abs(value) >= 1e-9 else "0"


def amount(value: float) -> str:
    """Effort, to two places."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


# --------------------------------------------------------------------------------------------------------- tables


def _sites(allocation: Allocation) -> Table:
    judged, same = allocation.deterrence is not None, equal(allocation)
    names = [f"{allocation.unit} on average", f"found within {length(allocation.period)}"]
    names += [
        *([] if same else ["loss"]),
        "violator conceals here",
        *(["to deter", "violating pays"] if judged else []),
    ]
    made: list[list[str]] = []
    for site in allocation.sites:
        cells = [capital(site.name), f"{site.effort:.1f}", tenths(site.detection)]
        cells += [*([] if same else [size(site.loss)]), chance(site.conceals, sure=True)]
        if site.needed is not None and site.pays is not None and judged:
            cells += [tenths(site.needed), number(site.pays, sign=True)]
        made.append(cells)
    columns = (Column("site", "words"), *map(Column, names))
    return Table("sites", f"Where to look (aim: {allocation.aim})", columns, rows(made))


def _schedules(allocation: Allocation) -> Table:
    within = length(allocation.period)
    title = f"What to do in every {within.removeprefix('1 ')}"
    if len(allocation.schedules) > 1:
        title = f"What to do: draw one of these by lot, anew for every {within.removeprefix('1 ')}"
    made = rows(
        (
            tenths(schedule.chance),
            *(amount(schedule.efforts[site.site]) for site in allocation.sites),
            amount(schedule.cost),
        )
        for schedule in allocation.schedules[:MOST_SCHEDULES]
    )
    columns = (Column("chance"), *(Column(capital(site.name)) for site in allocation.sites), Column("in all"))
    return Table("schedules", title, columns, made)


def _stages(game: SequentialInspection) -> Table:
    counts = list(range(game.inspections, 0, -1))[:MOST_COUNTS]
    chances = {(stage.periods, stage.inspections): stage.inspect for stage in game.stages}
    made = rows(
        (str(n), *(exactly(chances[n, m]) for m in counts)) for n in list(range(game.periods, 0, -1))[:MOST_PERIODS]
    )
    columns = (Column("periods left"), *(Column(f"{m} left") for m in counts))
    return Table("stages", "Chance of inspecting now", columns, made)
