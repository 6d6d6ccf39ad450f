"""What takes two places of a file to see: names that name nothing, chances that do not add up, shares, dates.

Every check yields complaints and goes on; nothing is said twice about what `_fitting.py` complained about already.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from pydantic import BaseModel

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement, Measure, Party
from servanda.agreement.format.values import Place
from servanda.agreement.reading._fitting import FittedFile
from servanda.agreement.reading._yaml_text import Complaint
from servanda.agreement.reading.consistency._references import add_up, names, order, unknown
from servanda.agreement.reading.consistency.correlations import correlation_inconsistencies
from servanda.agreement.reading.consistency.entries import plan_complaints
from servanda.agreement.reading.consistency.inspections import site_inconsistencies
from servanda.agreement.reading.consistency.levers import lever_inconsistencies


def inconsistencies(book: FittedFile) -> Iterator[Complaint]:
    """Yield every complaint that needs two places at once, in no order."""
    agreement = book.agreement
    if agreement is None:
        return
    for key, party in agreement.parties.items():
        yield from _party(book, ("parties", key), party)
    for key, stake in agreement.stakes.items():
        yield from unknown(book, ("stakes", key, "holder"), stake.holder, "party", "parties")
        for name in stake.worth:
            yield from unknown(book, ("stakes", key, "worth", name), name, "party", "parties")
        if stake.needs_ratification is not None:
            place = ("stakes", key, "needs_ratification")
            yield from unknown(book, place, stake.needs_ratification, "party", "parties")
    yield from _bodies(book, agreement)
    for key, measure in agreement.measures.items():
        yield from _measure(book, agreement, ("measures", key), measure)
    for key, plan in agreement.plans.items():
        yield from plan_complaints(book, agreement, ("plans", key), plan)
        for name in plan.finds:
            yield from unknown(book, ("plans", key, "finds", name), name, "measure", "measures")
    for name, site in agreement.inspections.sites.items() if agreement.inspections else ():
        yield from names(book, ("inspections", "sites", name, "holds"), site.holds, "stake", "stakes")
    yield from site_inconsistencies(book, agreement)
    yield from correlation_inconsistencies(book, agreement)
    yield from lever_inconsistencies(book, agreement)
    yield from _sources(book, (), agreement)


def _bodies(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """See that nobody is a party and a body at once, and that readings of a term are those of parties or bodies."""
    for key in agreement.bodies:
        if key in agreement.parties:
            yield Complaint(
                book.line(("bodies", key)),
                f"bodies.{key} has the same name as a party (line {book.line(('parties', key))}). A body is not a party"
                " to the agreement. Delete or rename one of the two",
            )
    for key, meaning in agreement.terms.items():
        for name in meaning if isinstance(meaning, dict) else ():
            yield from unknown(book, ("terms", key, name), name, "party", "parties", "bodies")


# ------------------------------------------------------------------------------------------------- sources


def _sources(book: FittedFile, place: Place, value: object) -> Iterator[Complaint]:
    """Go through everything for a `source:`, and see that it is one of the sources."""
    if isinstance(value, BaseModel):
        source = getattr(value, "source", None)
        if isinstance(source, str):
            yield from unknown(book, (*place, "source"), source, "source", "sources")
        for name, field in type(value).model_fields.items():
            yield from _sources(book, (*place, field.alias or name), getattr(value, name))
    elif isinstance(value, dict):
        for key, each in cast("dict[str, object]", value).items():
            yield from _sources(book, (*place, key), each)
    elif isinstance(value, list | tuple):
        for index, each in enumerate(cast("list[object]", value)):
            yield from _sources(book, (*place, index), each)


# ------------------------------------------------------------------------------------- parties and measures


def _party(book: FittedFile, place: Place, party: Party) -> Iterator[Complaint]:
    types = {name: each.chance for name, each in party.types.items()}
    yield from add_up(book, (*place, "types"), types, "a party's types")
    for name, each in party.types.items():
        for stake in each.worth:
            yield from unknown(book, (*place, "types", name, "worth", stake), stake, "stake", "stakes")


def _measure(book: FittedFile, agreement: Agreement, place: Place, measure: Measure) -> Iterator[Complaint]:
    yield from names(book, (*place, "covers"), measure.covers, "stake", "stakes")
    yield from order(book, place, measure.starts, measure.until)
    if book.touched(("start",)) or book.touched(("horizon",)):
        return
    last = last_day(agreement)
    if measure.until and measure.until < agreement.start:
        key, found = "until", f"ends on {measure.until}, before the agreement's first day, {agreement.start}"
    elif measure.starts and measure.starts > last:
        key, found = "from", f"begins on {measure.starts}, after the agreement's last day, {last}"
    else:
        return
    horizon = f", horizon on line {book.line(('horizon',))}" if ("horizon",) in book.lines else ""
    where = f"(start on line {book.line(('start',))}{horizon})"
    yield Complaint(
        book.line((*place, key)),
        f"{book.say((*place, key))}: the measure {found} {where}, so it is never in force. Change the date",
    )
