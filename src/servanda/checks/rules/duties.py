"""Rules SV201 to SV204 and SV301 to SV305: whose duty it is, and what its words mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Literal

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Exchange, Obligation, Ratification, Renewal, Review, Turnover, gifts
from servanda.agreement.format.values import Place
from servanda.agreement.labels import name_of, names
from servanda.checks._plan_view import Item, PlanView
from servanda.checks.rulebook import Found, rule
from servanda.english import listed, some

MANY = 3  # parties that owe one duty together
_TALKS = re.compile(  # what only promises to agree on something, or to talk about it
    r"(do (its|their) best to )?(discuss and )?("
    r"(begin|hold|open|start|resume|continue|engage in|enter into) (an? |the )?([a-z-]+ )?"
    r"(talks?|dialogue|negotiations?|discussions?)\b"
    r"|(negotiate|discuss|settle|determine|agree( on)?|decide( on)?|work out)\b(?! the agenda)"
    r"|(meet|convene|confer)\b.* to (settle|agree|discuss|decide|negotiate|work out)\b"
    r"|conclude (an?|the) (?!safeguards)([\w-]+ ){0,2}(agreement|contract|treaty|accord)\b)",
    re.IGNORECASE,
)


# ------------------------------------------------------------------------------------------------------- who


@rule("SV201", "SV202", "SV204")
def debtors(view: PlanView) -> Iterator[Found]:
    """Tell of duties that nobody owes, that only a body owes, or that many owe together."""
    for item, step in view.duties:
        yield from _who(view, item, step)


def _who(view: PlanView, item: Item, step: Obligation) -> Iterator[Found]:
    agreement = view.agreement
    if not step.actors:
        yield Found("SV201", item.place, {"entry": item.id}, entries=(item.id,))
    elif all(name in agreement.bodies for name in step.actors):
        fill = {"entry": item.id, "actor": names(agreement, step.actors)}
        partners = sorted(view.pairs.get(item.id, set()))
        if step.gives:
            fill["what"] = some(list(step.gives))
            yield Found("SV202", (*item.place, "by"), fill, "gives", entries=(item.id,))
        elif partners and not _taken_on(view, item, step):
            fill["other"] = some(partners)
            related = tuple((view.by_id[name].place, f"here is {name}") for name in partners)
            yield Found("SV202", (*item.place, "by"), fill, "pair", related, (item.id,))
    parties = [name for name in step.actors if name in agreement.parties]
    everybody = len(parties) == len(agreement.parties) and not step.gives
    contingent = step.due is not None and step.due.when is not None
    if len(parties) >= MANY and not (step.standing or everybody or contingent):
        fill = {"entry": item.id, "actors": names(agreement, parties)}
        yield Found("SV204", (*item.place, "by"), fill, entries=(item.id,))


def _taken_on(view: PlanView, item: Item, step: Obligation) -> bool:
    """Whether the same body has to do something first, such as a resolution by which it takes the step on."""
    earlier = [view.by_id[name].entry for name in item.entry.needs if name in view.by_id]
    return any(isinstance(e, Obligation) and set(step.actors) <= set(e.actors) for e in earlier)


@rule("SV203", whole=True)
def idle_parties(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of parties that no entry of any plan names."""
    busy: set[str] = set()
    for view in views:
        for entry in view.plan.entries:
            busy.update(entry.verified_by)
            if isinstance(entry, Obligation | Exchange):
                busy.update(entry.actors)
            elif isinstance(entry, Ratification):
                busy.add(entry.ratify)
            elif isinstance(entry, Turnover):
                busy.add(entry.turnover)
            else:
                busy.update(entry.review if isinstance(entry, Review) else entry.renew)
            given = [stake for gift in gifts(entry) for stake in gift.gives]
            busy.update(agreement.stakes[stake].holder for stake in given if stake in agreement.stakes)
    for key, party in agreement.parties.items():
        if key not in busy:
            yield Found("SV203", ("parties", key), {"party": party.name})


# ----------------------------------------------------------------------------------------------------- words


def _terms(view: PlanView, key: Literal["uses", "defines"]) -> dict[str, list[tuple[Place, Item]]]:
    """Where each term is used or defined by an entry, in file order."""
    found: dict[str, list[tuple[Place, Item]]] = {}
    for item in view.items:
        for index, term in enumerate(item.entry.uses if key == "uses" else item.entry.defines):
            found.setdefault(term, []).append(((*item.place, key, index), item))
    return found


def _owe(term: str, uses: list[tuple[Place, Item]]) -> dict[str, str]:
    ids = list(dict.fromkeys(item.id for _, item in uses))
    return {"term": f"“{term}”", "entries": some(ids), "rest": "rests" if len(ids) == 1 else "rest"}


def _also(uses: list[tuple[Place, Item]]) -> tuple[tuple[Place, str], ...]:
    return tuple((place, f"{item.id} uses it too") for place, item in uses[1:])


@rule("SV301")
def undefined_terms(view: PlanView) -> Iterator[Found]:
    """Tell of terms in use that nothing defines."""
    defined = {*view.agreement.terms, *_terms(view, "defines")}
    undefined = {term: uses for term, uses in _terms(view, "uses").items() if term not in defined}
    if not undefined:
        return
    others = [plan for name, plan in view.agreement.plans.items() if name != view.name]
    elsewhere = {term for plan in others for entry in plan.entries for term in entry.defines}
    for term, uses in undefined.items():
        ids = tuple(dict.fromkeys(item.id for _, item in uses))
        form = "elsewhere" if term in elsewhere else "nowhere"
        yield Found("SV301", uses[0][0], _owe(term, uses), form, _also(uses), ids)


@rule("SV302", whole=True)
def two_readings(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of terms in use that the sides read differently, or only one has explained."""
    using: dict[str, list[tuple[Place, Item]]] = {}
    for view in views:
        definers = _terms(view, "defines")
        for term, places in _terms(view, "uses").items():
            using.setdefault(term, []).extend(places if term not in definers else [])
    for term, meaning in agreement.terms.items():
        uses = using.get(term, [])
        if isinstance(meaning, str) or not uses:
            continue
        readings = {" ".join(words.lower().split()) for words in meaning.values()}
        if len(meaning) > 1 and len(readings) == 1:
            continue
        fill = {
            **_owe(term, uses),
            "readers": names(agreement, meaning),
            "reader": name_of(agreement, next(iter(meaning))),
        }
        related = tuple((place, f"{item.id} uses it") for place, item in uses)
        ids = tuple(dict.fromkeys(item.id for _, item in uses))
        yield Found("SV302", ("terms", term), fill, "differ" if len(meaning) > 1 else "one", related, ids)


@rule("SV303")
def defined_too_late(view: PlanView) -> Iterator[Found]:
    """Tell of terms that are in use before they are defined."""
    definers = _terms(view, "defines")
    for term, uses in _terms(view, "uses").items():
        if isinstance(view.agreement.terms.get(term), str) or term not in definers:
            continue
        days = [(view.day(item) or date.max, place, item) for place, item in definers[term]]
        first, where, definer = min(days, key=lambda each: (each[0], each[2].id))
        for place, item in uses:
            day = view.day(item)
            if day is None or first <= day or isinstance(item.entry, Review | Renewal):
                continue
            fill = {"entry": item.id, "term": f"“{term}”", "day": day.isoformat(), "definer": definer.id}
            form = "open" if first == date.max else "later"
            related = ((where, f"{definer.id} defines it"),)
            yield Found("SV303", place, {**fill, "later": first.isoformat()}, form, related, (item.id, definer.id))


@rule("SV304")
def defined_twice(view: PlanView) -> Iterator[Found]:
    """Tell of terms that several entries define."""
    for term, places in _terms(view, "defines").items():
        ids = list(dict.fromkeys(item.id for _, item in places))
        if len(ids) > 1:
            related = tuple((place, f"{item.id} defines it") for place, item in places[:-1])
            fill = {"term": f"“{term}”", "entries": listed(ids)}
            yield Found("SV304", places[-1][0], fill, "", related, tuple(ids))


@rule("SV305")
def agreements_to_agree(view: PlanView) -> Iterator[Found]:
    """Tell, once for a plan, of duties that only promise to agree on something later."""
    found = [
        item
        for item, step in view.duties
        if not (step.gives or step.defines) and _TALKS.match(step.does or "")  # of what defines a term, others speak
    ]
    if found:
        fill = {"plan": view.label, "entries": some([item.id for item in found]), "count": str(len(found))}
        form = "one" if len(found) == 1 else "some"
        related = tuple((item.place, item.id) for item in found)
        yield Found("SV305", view.place, fill, form, related, tuple(item.id for item in found))
