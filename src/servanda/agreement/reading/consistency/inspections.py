"""What takes two places of a file to see about its inspections: stakes that can be found, and by one measure only."""

from __future__ import annotations

from collections.abc import Iterator

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.inspections import Inspections
from servanda.agreement.format.values import Place
from servanda.agreement.reading._fitting import FittedFile
from servanda.agreement.reading._yaml_text import Complaint

_SITES: Place = ("inspections", "sites")


def site_inconsistencies(book: FittedFile, agreement: Agreement) -> Iterator[Complaint]:
    """Yield every complaint about the group `inspections` that needs two places at once."""
    asked = agreement.inspections
    if asked is None:
        return
    yield from _concealable(book, agreement, asked)
    yield from _one_measure(book, agreement, asked)
    yield from _covers(book, agreement, asked)
    if asked.aim == "deterrence" and not book.touched(("inspections", "aim")):
        yield from _penalties(book, asked)


def _concealable(book: FittedFile, agreement: Agreement, asked: Inspections) -> Iterator[Complaint]:
    for name, site in asked.sites.items():
        for index, stake in enumerate(site.holds):
            place = (*_SITES, name, "holds", index)
            held = agreement.stakes.get(stake)
            if held is None or held.concealable or book.touched(place) or book.touched(("stakes", stake)):
                continue
            yield Complaint(
                book.line(place),
                f"{book.say(place)}: {stake} (line {book.line(('stakes', stake))}) cannot be concealed, so there is"
                f" nothing to find. Take it out, or write concealable: true under {stake}",
            )


def _one_measure(book: FittedFile, agreement: Agreement, asked: Inspections) -> Iterator[Complaint]:
    """A stake has one finding rate, or the rates of two measures would add up."""
    first: dict[str, tuple[str, str]] = {}
    for name, site in asked.sites.items():
        measure = site.measure or asked.measure
        for index, stake in enumerate(site.holds):
            place = (*_SITES, name, "holds", index)
            other, there = first.setdefault(stake, (measure, name))
            if other == measure or stake not in agreement.stakes or book.touched(place):
                continue
            yield Complaint(
                book.line(place),
                f"{book.say(place)}: {stake} belongs to measure {measure} here, but to {other} at site {there} (line"
                f" {book.line((*_SITES, there))}). The violator can choose between the two sites, so one measure has to"
                " find the stake at both. Give both sites the same measure",
            )


def _covers(book: FittedFile, agreement: Agreement, asked: Inspections) -> Iterator[Complaint]:
    """A measure that is there already covers exactly the stakes that its sites could hold."""
    held: dict[str, dict[str, Place]] = {}
    for name, site in asked.sites.items():
        stakes = held.setdefault(site.measure or asked.measure, {})
        for index, stake in enumerate(site.holds):
            stakes.setdefault(stake, (*_SITES, name, "holds", index))
    for key, stakes in held.items():
        measure, place = agreement.measures.get(key), ("measures", key, "covers")
        if measure is None or book.touched(place):
            continue
        for stake, where in stakes.items():
            held_there = agreement.stakes.get(stake)
            if held_there is None or not held_there.concealable or stake in measure.covers:
                continue  # complained about already, or in order
            if not book.touched(where):
                yield Complaint(
                    book.line(where),
                    f"{book.say(where)}: inspections of {stake} belong to measure {key}, which does not cover it (line"
                    f" {book.line(place)}). Add {stake} to what {key} covers, or name another measure for the site",
                )
        for index, stake in enumerate(measure.covers):
            if stake not in stakes and not book.touched((*place, index)) and not book.touched(_SITES):
                yield Complaint(
                    book.line((*place, index)),
                    f"{book.say((*place, index))}: measure {key} covers {stake}, but none of its sites holds it, so"
                    f" inspections (line {book.line(('inspections',))}) give no rate for it. Add {stake} to what a site"
                    " holds, or give it a measure of its own",
                )


def _penalties(book: FittedFile, asked: Inspections) -> Iterator[Complaint]:
    without = [name for name, site in asked.sites.items() if site.penalty is None]
    if asked.penalty is not None or not without or book.touched(("inspections", "penalty")) or book.touched(_SITES):
        return
    yield Complaint(
        book.line(("inspections", "aim")),
        f"inspections.aim is deterrence, but there is no penalty for {', '.join(without)} (line {book.line(_SITES)})."
        " Add penalty: under inspections, for all sites, or under each of them",
    )
