"""Rules SV401 to SV405: who sees whether a duty is done, and when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Obligation
from servanda.agreement.labels import name_of, names
from servanda.checks._plan_view import Item, PlanView, end
from servanda.checks.rulebook import Found, rule
from servanda.english import listed, some

_MUTUAL = re.compile(  # what parties do face to face, and attitudes, of which there is nothing to see
    r"\b(meet|talk|dialogue|consult|discuss|negotiat|relations\b|recogni[sz]e|intent|(stay|remain)s? committed)",
    re.IGNORECASE,
)


@rule("SV401", "SV402", "SV403")
def verifiers(view: PlanView) -> Iterator[Found]:
    """Tell of duties that nobody verifies, that only the one who owes them does, or that somebody does too late."""
    for item, step in view.duties:
        if step.actors and all(name in view.agreement.bodies for name in step.actors):
            continue
        hidden = _hideable(view.agreement, step)
        if not step.verified_by:
            yield from _nobody(view, item, step, hidden)
        elif len(step.actors) == 1 and set(step.verified_by) == set(step.actors):
            fill = {"entry": item.id, "actor": name_of(view.agreement, step.actors[0])}
            yield Found("SV402", (*item.place, "verified_by"), fill, entries=(item.id,))
        yield from _too_late(view, item, step, hidden)


def _hideable(agreement: Agreement, step: Obligation) -> list[str]:
    return [name for name in step.gives if name in agreement.stakes and agreement.stakes[name].concealable]


def _nobody(view: PlanView, item: Item, step: Obligation, hidden: list[str]) -> Iterator[Found]:
    unseen = [stake for stake in hidden if not view.covering.get(stake)]
    if unseen:
        stakes = listed([name_of(view.agreement, stake) for stake in unseen])
        related = tuple((("stakes", stake), f"{stake} can be concealed") for stake in unseen)
        yield Found("SV401", item.place, {"entry": item.id, "stakes": stakes}, "stake", related, (item.id,))
    elif step.standing and not _MUTUAL.search(f"{step.does} {step.title}"):
        yield Found("SV401", item.place, {"entry": item.id}, "standing", entries=(item.id,))


@rule("SV405")
def unseen(view: PlanView) -> Iterator[Found]:
    """Tell, once for a plan, of duties that are done once and that nobody has to look at."""
    parties = view.agreement.parties
    unseen = [
        item
        for item, step in view.duties
        if not (step.gives or step.standing or step.verified_by)
        and (not step.actors or any(name in parties for name in step.actors))
        and len(step.actors) < 2  # what several do together they see
    ]
    if not unseen:
        return
    seen = any(item.entry.verified_by for item in view.items) or any(transfer.step.gives for transfer in view.transfers)
    fill = {"plan": view.label, "entries": some([item.id for item in unseen]), "count": str(len(unseen))}
    related = tuple((item.place, item.id) for item in unseen)
    form = "all" if not seen else "some" if len(unseen) > 1 else "one"
    yield Found("SV405", view.place, fill, form, related, tuple(item.id for item in unseen))


def _watching(view: PlanView, step: Obligation, hidden: list[str]) -> list[list[str]]:
    """The measures that look at a step: one list for each thing to look at; none where somebody else looks too."""
    agreement = view.agreement
    if any(name not in agreement.measures and name not in step.actors for name in step.verified_by):
        return []
    named = [name for name in step.verified_by if name in agreement.measures]
    if not step.gives:
        return [named] if named else []
    lists = [list(dict.fromkeys([*named, *view.covering.get(stake, [])])) for stake in hidden]
    return [each for each in lists if each]


def _too_late(view: PlanView, item: Item, step: Obligation, hidden: list[str]) -> Iterator[Found]:
    agreement = view.agreement
    day = agreement.start if step.standing else view.day(item)
    if day is None:
        return
    late: dict[str, date] = {}
    for watching in _watching(view, step, hidden):
        starts = {name: agreement.measures[name].starts or agreement.start for name in watching}
        if min(starts.values()) > day:
            late |= starts
    if late:
        fill = {
            "entry": item.id,
            "day": day.isoformat(),
            "measures": names(agreement, late),
            "begin": "begins" if len(late) == 1 else "begin",
            "starts": min(late.values()).isoformat(),
        }
        related = tuple((("measures", name, "from"), f"{name} begins on {starts}") for name, starts in late.items())
        yield Found("SV403", item.place, fill, "", related, (item.id,))


# ------------------------------------------------------------------------------------------ measures that end


@dataclass(frozen=True)
class _Loose:
    """A duty that goes on when the last measure that looks at it has ended."""

    view: PlanView
    item: Item
    measure: str
    owed: str
    rest: tuple[str, ...]


@rule("SV404", whole=True)
def ending_measures(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of measures that end before what they verify."""
    loose = [each for view in views for item, step in view.duties for each in _outlived(view, item, step)]
    for name, rest in dict.fromkeys((each.measure, each.rest) for each in loose):
        found = [each for each in loose if (each.measure, each.rest) == (name, rest)]
        until = agreement.measures[name].until
        ids = list(dict.fromkeys(each.item.id for each in found))
        owed = list(dict.fromkeys(each.owed for each in found))
        fill = {
            "measure": name_of(agreement, name),
            "until": until.isoformat() if until else "",
            "entries": some(ids),
            "end": " or ".join(owed),
            "rest": names(agreement, rest),
            "verify": "verifies" if len(rest) == 1 else "verify",
        }
        related = tuple((each.item.place, f"{each.item.id} is owed {each.owed}") for each in found)
        yield Found("SV404", ("measures", name, "until"), fill, "less" if rest else "nothing", related, tuple(ids))


def _outlived(view: PlanView, item: Item, step: Obligation) -> Iterator[_Loose]:
    agreement = view.agreement
    lasts = step.standing or bool(step.gives)
    last = end(agreement) if lasts else view.day(item)
    if last is None and not lasts:
        return
    said: set[str] = set()
    for watching in _watching(view, step, _hideable(agreement, step)):
        untils = {name: agreement.measures[name].until for name in watching}
        ends = [until for until in untils.values() if until is not None]
        if not ends or not (last is None or max(ends) < last):
            continue
        name = next(name for name in watching if untils[name] == max(ends))
        if name not in said:
            said.add(name)
            owed = "without end" if last is None else f"until {last.isoformat()}" if lasts else f"on {last.isoformat()}"
            rest = tuple(each for each in watching if untils[each] is None)
            yield _Loose(view, item, name, owed, rest)
