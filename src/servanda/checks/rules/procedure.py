"""Rules SV601 to SV606: what law, disputes, reviews, changes of government and lateness ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from servanda.agreement.dates import renewal_dates, review_dates, years_between
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Dated, Obligation, Ratification, Renewal, Review, Turnover
from servanda.agreement.labels import name_of
from servanda.checks._plan_view import Item, PlanView, due_of, end
from servanda.checks.rulebook import Found, rule
from servanda.english import listed, some

_MEETING = re.compile(r"\b(reviews?|meets?|meetings?)\b")
LONG = 4.0  # years of steps within which a change of government is to be reckoned with


# ------------------------------------------------------------------------------------------------------ SV601


@rule("SV601")
def unratified(view: PlanView) -> Iterator[Found]:
    """Tell of stakes that need a vote and are given without one, or before it."""
    agreement = view.agreement
    votes: dict[str, list[Item]] = {}
    for item in view.items:
        if isinstance(item.entry, Ratification):
            votes.setdefault(item.entry.ratify, []).append(item)
    for transfer in view.transfers:
        stakes: dict[str, list[str]] = {}
        for stake in transfer.shares:
            party = agreement.stakes[stake].needs_ratification if stake in agreement.stakes else None
            if party is not None:
                stakes.setdefault(party, []).append(stake)
        for party, held in stakes.items():
            found = votes.get(party, [])
            days = [view.day(vote) for vote in found]
            earliest = min((day for day in days if day is not None), default=None)
            late = transfer.day is not None and earliest is not None and None not in days and earliest > transfer.day
            if found and not late:
                continue
            fill = {
                "entry": transfer.item.id, "stakes": listed([name_of(agreement, stake) for stake in held]),
                "party": name_of(agreement, party), "day": str(transfer.day), "later": str(earliest),
            }  # fmt: skip
            related = [(("stakes", stake, "needs_ratification"), f"{stake} needs a vote") for stake in held]
            related += [(vote.place, f"{vote.id} comes later") for vote in found]
            yield Found(
                "SV601",
                (*transfer.item.place, "gives"),
                fill,
                "later" if found else "none",
                tuple(related),
                (transfer.item.id,),
            )


# ------------------------------------------------------------------------------------------------------ SV602


@rule("SV602", whole=True)
def disputes(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of a text without a clause on disputes."""
    if len(agreement.parties) < 2 or agreement.disputes is not None:
        return
    silent = [view for view in views if view.plan.disputes is None]
    if len(silent) == len(views):
        yield Found("SV602", ("title",), {}, "file")
    else:
        for view in silent:
            yield Found("SV602", view.place, {"plan": view.heading}, "plan")


# ------------------------------------------------------------------------------------------------------ SV604


def _reviews(view: PlanView) -> list[date | None]:
    """The last days of everything that looks at the agreement again; None for what has no day."""
    found: list[date | None] = []
    for item in view.items:
        if isinstance(item.entry, Review):
            found += review_dates(item.entry)[-1:]
        elif isinstance(item.entry, Renewal):
            found += renewal_dates(view.agreement, item.entry)[-1:]
        elif isinstance(item.entry, Obligation):
            words = f"{item.entry.does or ''} {item.entry.title or ''} {item.id}".lower()
            due = item.entry.due
            contingent = due is not None and due.when is not None and not item.entry.needs
            if _MEETING.search(words) and not contingent:
                found.append(view.day(item))
    return found


@rule("SV604")
def no_review(view: PlanView) -> Iterator[Found]:
    """Tell of plans that nobody looks at again, or not after their last step."""
    if len(view.agreement.parties) < 2:
        return
    reviews = _reviews(view)
    last = view.last_step
    if last is None:
        if not reviews:
            yield Found("SV604", view.place, {"plan": view.heading}, "none")
        return
    day, item = last
    if not any(review is None or review >= day for review in reviews):
        open_ones = any(
            view.due.open.get(each.id) not in (None, "standing", "words")
            for each in view.items
            if isinstance(each.entry, Dated)
        )
        dated = " that has a day" if open_ones else ""
        fill = {"entry": item.id, "day": day.isoformat(), "plan": view.label, "dated": dated}
        yield Found("SV604", item.place, fill, "last", entries=(item.id,))


# ------------------------------------------------------------------------------------------------------ SV605


@rule("SV605", whole=True)
def turnovers(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of plans that run through changes of government and reckon with none."""
    reckoned = {
        (view.name, item.entry.turnover): item
        for view in reversed(views)
        for item in reversed(view.items)
        if isinstance(item.entry, Turnover)
    }
    if len(agreement.parties) < 2:
        return
    for view in views:
        others = {party: (name, item) for (name, party), item in reckoned.items() if name != view.name}
        missed = [party for party in others if (view.name, party) not in reckoned]
        for party in missed:
            name, item = others[party]
            assert isinstance(item.entry, Turnover)
            last = end(agreement) or (view.last_step[0] if view.last_step else agreement.start)
            if item.entry.date <= last:
                fill = {
                    "plan": view.heading, "day": item.entry.date.isoformat(),
                    "party": name_of(agreement, party), "entry": item.id, "other": name,
                }  # fmt: skip
                yield Found("SV605", view.place, fill, "other", ((item.place, f"here is {item.id}"),), (item.id,))
        none = not any(isinstance(item.entry, Turnover) for item in view.items)
        longest = _longest(view)
        if none and not missed and longest is not None and longest[0] > LONG:
            fill = {"plan": view.heading, "years": f"{longest[0]:.0f}"}
            related = ((longest[1].place, f"{longest[1].id} is its last step"),)
            yield Found("SV605", view.place, fill, "long", related, (longest[1].id,))


def _longest(view: PlanView) -> tuple[float, Item] | None:
    """Years that the plan takes at least, and its last step: where a limit is missing, it is taken as nothing."""
    years: dict[str, float] = {}
    for item in view.items:
        way: list[Item] = []
        passed: set[str] = set()
        at: Item | None = item
        while at is not None and at.id not in years and at.id not in passed:
            way.append(at)
            passed.add(at.id)
            due = due_of(at.entry)
            at = view.by_id.get(due.anchor) if due is not None and due.anchor is not None else None
        sofar = years.get(at.id, 0.0) if at is not None else 0.0
        for each in reversed(way):
            day, due = view.day(each), due_of(each.entry)
            sofar = years_between(view.agreement.start, day) if day else sofar + ((due and due.within) or 0.0)
            years[each.id] = sofar
    steps = [item for item in view.items if isinstance(item.entry, Dated)]
    last = max(steps, key=lambda item: years[item.id], default=None)
    return (years[last.id], last) if last is not None else None


# ------------------------------------------------------------------------------------------------------ SV606


@rule("SV606", whole=True)
def lateness(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell, once for a file, of plans that are played and do not say what follows when a step is late."""
    silent = [
        view
        for view in views
        if view.plan.late is None and view.playable and any(not each.step.automatic for each in view.transfers)
    ]
    if silent:
        related = tuple((view.place, view.label) for view in silent)
        yield Found("SV606", silent[0].place, {"plans": some([view.label for view in silent])}, "", related)
