"""Rules SV101 to SV111: order and time."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from servanda.agreement.dates import length, review_dates
from servanda.agreement.format.entries import Dated, Exchange, Obligation, Review
from servanda.agreement.labels import name_of, names
from servanda.checks._plan_view import Item, PlanView, due_of, due_place
from servanda.checks._precedence import Wait, Waits, dependants, precedents, waits
from servanda.checks.rulebook import Found, rule
from servanda.english import listed, some

TOLERANCE = 1e-9
LINKS = 12  # of a circle, said one by one
_HOSTILITIES = r"(all )?(the )?(fire|firing|shooting|fighting|hostilities|war|armed (action|attack)s?)"
_MOMENT = re.compile(  # words that open what happens at one moment, however long one has for it: "cease fire"
    r"((begin|start|cease|halt|stop|suspend|sign|initial|ratify|ratifie|adopt|announce|declare|proclaim)s?"
    rf"|(put|bring)s? (an )?end to {_HOSTILITIES}|ends? {_HOSTILITIES}|{_HOSTILITIES} (cease|stop|halt|end)s?"
    r"|((observe|respect|keep|hold|implement|enforce|establish|agree|conclude|maintain|honou?r|carry|put|enter)s? )?"
    r"((to|on|into|out|in place) )?((a|an|the|this|their|and|[a-z]{2,20}(al|ate|ent|ll|te|de|ve),?) ){0,6}"
    r"(cease[- ]?fires?|armistice|truce))\b"
    r"(?![- ](line|zone|area|map|commission|committee|monitor|mechanism|violation)s?\b)",
    re.IGNORECASE,
)
_STRETCH = re.compile(  # what such words may be followed by, and what takes a stretch of time
    r"(\b(and|then)\b|[,;])\W{0,2}(then\b\W{0,2})?([a-z]{2,20}ly )?"
    r"(withdraw|pull|disengag|separat|disarm|demobili|dismantl|destroy|remov|repatriat|return|evacuat|quarter|canton"
    r"|assembl|hand|releas|exchang|clear|deliver|transfer|redeploy|complet|finish)",
    re.IGNORECASE,
)
_SAID = re.compile(  # words by which an event says itself who tells that it has happened, or that a formal act has
    r"\b(asks?|requests?|reports?|reported|notif(y|ies|ied)|declares?|declared|certif(y|ies|ied)|announces?|announced"
    r"|informs?|informed|confirms?|confirmed|believes|decides?|decided|determines?|determined"
    r"|(enters?|entered|comes?|came) into (force|effect)|takes effect|(is|are) signed|(is|are) ratified"
    r"|(finds?|judges?|considers?|concludes?|establish(es)?|verif(y|ies)|states?|says?|deems?|assess(es)?|rules?|holds?"
    r"|sees?|thinks?) that|(agree|approve|authori[sz]e|recommend|propose|proclaim|invite)s?|gives? notice"
    r"|(is|are) satisfied|in the (view|opinion|judge?ment) of|with the (consent|approval|agreement) of|according to"
    r"|(verified|approved|agreed|found|judged|established|assessed|inspected|recommended) by(?! [0-9]))\b",
    re.IGNORECASE,
)


# ------------------------------------------------------------------------------------------- SV101 to SV103


def _link(wait: Wait) -> str:
    words = {
        "needs": f"{wait.who} needs {wait.anchor}",
        "after": f"{wait.who} is due after {wait.anchor}",
        "same_day": f"{wait.who} is due on the day of {wait.anchor}",
        "before": f"{wait.anchor} has to come before {wait.who}",
    }
    return words[wait.how]


def _chain(circle: Sequence[Wait]) -> str:
    """Say who waits for whom around a circle; of a long one how it begins, and how it closes."""
    links = [_link(link) for link in circle]
    left_out = len(links) - LINKS
    if left_out > 1:
        links = [*links[: LINKS - 1], f"so on over {left_out:,} more steps", links[-1]]
    return listed(links)


@rule("SV101")
def circles(view: PlanView) -> Iterator[Found]:
    """Tell of steps that wait for one another in a circle."""
    found = waits(view)
    for number, circle in enumerate(found.circles):
        first = circle[0]
        form = "itself" if len(circle) == 1 else "more" if found.more and not number else "circle"
        yield Found(
            "SV101",
            view.by_id[first.who].place if first.how == "before" else first.place,
            {"count": f"{len(circle):,}", "chain": _chain(circle), "entry": first.who},
            form,
            tuple((link.place, _link(link)) for link in circle),
            tuple(link.who for link in circle),
        )


@rule("SV102", "SV103")
def dates(view: PlanView) -> Iterator[Found]:
    """Tell what has no day, and what has an order but no limit."""
    found = waits(view)
    losses = _Losses(view, found)
    circular = {wait.who for circle in found.circles for wait in circle}
    counting: dict[str, list[Item]] = {}
    for item in view.items:
        due = due_of(item.entry)
        if due is not None and due.anchor in view.by_id:
            counting.setdefault(view.by_id[due.anchor].id, []).append(item)
    for item in view.items:
        entry = item.entry
        if not isinstance(entry, Dated) or item.id in circular:
            continue
        why = view.due.open.get(item.id)
        if (why == "no limit" or (why == "undated" and entry.needs)) and losses.of(item):
            continue
        if why == "no limit":
            anchor = entry.due.anchor if entry.due is not None else None
            yield Found(
                "SV103", due_place(item), {"entry": item.id, "anchor": str(anchor)}, "after", entries=(item.id,)
            )
        elif why == "undated" and entry.needs:
            fill = {"entry": item.id, "anchor": some(entry.needs)}
            yield Found("SV103", (*item.place, "needs"), fill, "needs", entries=(item.id,))
        elif why == "undated":
            counted = counting.get(item.id, [])
            yield Found(
                "SV102",
                item.place,
                {
                    "entry": item.id,
                    "others": some([o.id for o in counted]),
                    "are": "is" if len(counted) == 1 else "are",
                },
                "counted" if counted else "alone",
                tuple((due_place(other), f"{other.id} is counted from {item.id}") for other in counted),
                (item.id,),
            )


_NEAR = 50  # entries that wait, at which it is looked before all are looked at once


class _Losses:
    """Whether a party that takes its time only waits the longer itself: a step of another comes after its own."""

    def __init__(self, view: PlanView, found: Waits) -> None:
        self._view, self._found = view, found
        self._before: dict[frozenset[str], set[str]] = {}

    def of(self, item: Item) -> bool:
        """Whether a step of others waits for an entry, directly or by way of others."""
        mine = frozenset(item.entry.actors if isinstance(item.entry, Obligation | Exchange) else ())
        if not mine:
            return False
        near = list(islice(dependants(self._found, item.id), _NEAR))
        if len(near) < _NEAR or any(self._is_of_others(name, mine) for name in near):
            return any(self._is_of_others(name, mine) for name in near)
        if mine not in self._before:
            others = [name for name in self._view.by_id if self._is_of_others(name, mine)]
            self._before[mine] = precedents(self._found, others)
        return item.id in self._before[mine]

    def _is_of_others(self, name: str, mine: frozenset[str]) -> bool:
        entry = self._view.by_id[name].entry
        if not isinstance(entry, Obligation | Exchange):
            return False
        others = set(entry.actors) & self._view.agreement.parties.keys()
        return bool(others) and not others & mine


# ------------------------------------------------------------------------------------------- SV104 and SV105


@rule("SV104", "SV105")
def triggers(view: PlanView) -> Iterator[Found]:
    """Tell of dates that are counted from what has no one moment, or from words."""
    for item in view.items:
        yield from _trigger(view, item)


def _trigger(view: PlanView, item: Item) -> Iterator[Found]:
    due = due_of(item.entry)
    if due is None:
        return
    if due.when is not None:
        if not _SAID.search(due.when):
            yield Found("SV105", due_place(item), {"entry": item.id, "words": due.when}, entries=(item.id,))
        return
    anchor = view.by_id.get(due.anchor or "")
    if anchor is None or anchor.id == item.id:
        return
    related = ((anchor.place, f"here is {anchor.id}"),)
    if isinstance(anchor.entry, Review):
        dates = review_dates(anchor.entry)
        if due.anchor == anchor.id and len(dates) > 1:
            fill = {"entry": item.id, "anchor": anchor.id, "count": str(len(dates)), "day": dates[0].isoformat()}
            yield Found("SV104", due_place(item), fill, "review", related, (item.id, anchor.id))
        return
    window = due_of(anchor.entry)
    if not isinstance(anchor.entry, Obligation) or window is None or not window.within:
        return
    actors = anchor.entry.actors
    if len(actors) == 1 or (actors and not anchor.entry.verified_by):
        return  # what several do and nobody has to verify is an act of one moment, such as a signature
    judges = isinstance(item.entry, Obligation) and bool(set(item.entry.actors) & view.agreement.bodies.keys())
    does = anchor.entry.does or anchor.entry.title or ""
    if judges or (_MOMENT.match(does) and not _STRETCH.search(does)):
        return
    doing = f"{names(view.agreement, actors)} carry out" if actors else "somebody, who is not named, carries out"
    fill = {"entry": item.id, "anchor": anchor.id, "actors": doing, "time": length(window.within)}
    yield Found("SV104", due_place(item), fill, "several", related, (item.id, anchor.id))


# ---------------------------------------------------------------------------------- SV106, SV107 and SV109


@rule("SV106")
def endless_anchors(view: PlanView) -> Iterator[Found]:
    """Tell of steps that come after what is owed all the time."""
    for wait in waits(view).all.values():
        anchor = view.by_id[wait.anchor].entry
        if wait.how != "before" and isinstance(anchor, Obligation) and anchor.standing and wait.who != wait.anchor:
            related = ((view.by_id[wait.anchor].place, f"{wait.anchor} is owed all the time"),)
            yield Found("SV106", wait.place, {"entry": wait.who, "anchor": wait.anchor}, "", related, (wait.who,))


@rule("SV107")
def out_of_order(view: PlanView) -> Iterator[Found]:
    """Tell of steps that are due before what they need."""
    found = waits(view)
    for pair, wait in found.all.items():
        day, later = view.due.days.get(wait.who), view.due.days.get(wait.anchor)
        if wait.how != "needs" or pair in found.knotted or day is None or later is None or later <= day:
            continue
        fill = {"entry": wait.who, "day": day.isoformat(), "anchor": wait.anchor, "later": later.isoformat()}
        related = ((view.by_id[wait.anchor].place, f"here is {wait.anchor}"),)
        yield Found("SV107", wait.place, fill, "", related, (wait.who, wait.anchor))


_TOGETHER = re.compile(
    r"\b(simultaneous(ly)?|in parallel|(at the same|in one) (time|moment)|(on the )?same day)\b", re.I
)
_SIGNS = re.compile(r"(signs?|initials?|signature)\b", re.IGNORECASE)


@rule("SV109")
def no_time_between(view: PlanView) -> Iterator[Found]:
    """Tell of steps that are due on the same day as what they need."""
    found = waits(view)
    for pair, wait in found.all.items():
        item, first = view.by_id[wait.who], view.by_id[wait.anchor]
        day = view.due.days.get(item.id)
        if wait.how != "needs" or pair in found.knotted or day is None or view.due.days.get(first.id) != day:
            continue
        if isinstance(item.entry, Dated) and not _together(view, item, first):
            fill = {"entry": item.id, "anchor": first.id, "day": day.isoformat()}
            yield Found("SV109", wait.place, fill, "", ((first.place, f"here is {first.id}"),), (item.id, first.id))


def _together(view: PlanView, item: Item, first: Item) -> bool:
    """Whether the text means two steps for one day, or counts one from the other, so that they move together."""
    if not isinstance(first.entry, Dated) or view.day(item) == view.agreement.start:
        return True
    if first.id in view.pairs.get(item.id, ()) or _SIGNS.match(_words(first)):
        return True
    said = " ".join(filter(None, (_words(item), item.entry.title, item.entry.note)))
    return bool(_TOGETHER.search(said)) or _counted(view, item, first) or _counted(view, first, item)


def _words(item: Item) -> str:
    return (isinstance(item.entry, Obligation) and item.entry.does) or item.entry.title or item.id


def _counted(view: PlanView, item: Item, anchor: Item) -> bool:
    """Whether the day of one entry is counted from another, directly or by way of others."""
    turns = _turns(view)
    first, last = turns.get(anchor.id, (0, -1))
    return item.id in turns and first < turns[item.id][0] <= last


@lru_cache(maxsize=1)
def _turns(view: PlanView) -> dict[str, tuple[int, int]]:
    """The entries in an order in which all that are counted from one follow it: its turn, and that of the last."""
    counted: dict[str, list[str]] = {}
    free: list[str] = []
    for item in view.items:
        due = due_of(item.entry)
        anchor = view.by_id[due.anchor].id if due is not None and due.anchor in view.by_id else None
        counted.setdefault(anchor, []).append(item.id) if anchor is not None else free.append(item.id)
    turn: dict[str, int] = {}
    last: dict[str, int] = {}
    stack = [(name, False) for name in free]  # what is counted from itself is in no turn
    while stack:
        name, done = stack.pop()
        if done:
            last[name] = len(turn) - 1
        elif name not in turn:
            turn[name] = len(turn)
            stack.append((name, True))
            stack += [(each, False) for each in counted.get(name, ())]
    return {name: (turn[name], last[name]) for name in turn}


# -------------------------------------------------------------------------------------------- SV110 and SV111


@rule("SV110", "SV111")
def returns(view: PlanView) -> Iterator[Found]:
    """Tell of steps in return for each other that stand one behind the other, or do not need each other."""
    transfers = {transfer.item.id: transfer for transfer in view.transfers}  # by day, on one day in the file's order
    turn = {name: number for number, name in enumerate(transfers)}
    pairs = {
        (a, b) for a, others in view.pairs.items() for b in others if a in turn and b in turn and turn[a] < turn[b]
    }
    for first, second in sorted(pairs, key=lambda pair: (turn[pair[0]], turn[pair[1]])):
        one, other = transfers[first], transfers[second]
        if one.step.actors == other.step.actors or one.day is None or other.day is None:
            continue
        if first in _needed(view, second) or second in _needed(view, first):
            continue
        fill = {"first": first, "second": second, "day": other.day.isoformat()}
        related = ((one.item.place, f"here is {first}"),)
        if one.day < other.day and view.plan.late is not None:
            yield Found("SV111", other.item.place, fill, "", related, (second, first))
        elif one.day == other.day and view.playable and not (one.step.automatic or other.step.automatic):
            fill["giver"] = names(view.agreement, one.step.actors)
            yield Found("SV110", other.item.place, fill, "", related, (second, first))


def _needed(view: PlanView, name: str) -> set[str]:
    """All that an entry needs, directly or through others: with which it is struck."""
    found: set[str] = set()
    queue = [name]
    while queue:
        for each in view.by_id[queue.pop()].entry.needs:
            if each in view.by_id and (other := view.by_id[each].id) not in found:
                found.add(other)
                queue.append(other)
    return found


# ---------------------------------------------------------------------------------------------------- SV108


@rule("SV108")
def twice(view: PlanView) -> Iterator[Found]:
    """Tell of duties of the same actors in the same words at the same time."""
    seen: dict[tuple[object, ...], Item] = {}
    for item, step in view.duties:
        if step.gives or step.does is None:
            continue
        same = (frozenset(step.actors), " ".join(step.does.lower().split()), view.day(item) or _due_words(step))
        if same in seen:
            other = seen[same]
            related = ((other.place, f"here is {other.id}"),)
            fill = {"entry": item.id, "other": other.id}
            yield Found("SV108", item.place, fill, "twice", related, (other.id, item.id))
        else:
            seen[same] = item


def _due_words(step: Obligation) -> str:
    return step.due.model_dump_json() if step.due is not None else ""


@rule("SV108")
def more_than_all(view: PlanView) -> Iterator[Found]:
    """Tell of shares that add up to more than all, of stakes whose order is open (the reader sees to the others)."""
    total: dict[str, float] = {}
    givers: dict[str, list[Item]] = {}
    for item, step in view.duties:
        for stake, share in step.gives.items() if isinstance(step.gives, dict) else ():
            total[stake] = total.get(stake, 0.0) + share.likely
            givers.setdefault(stake, []).append(item)
    for stake, amount in total.items():
        if amount > 1.0 + TOLERANCE:
            last = givers[stake][-1]
            yield Found(
                "SV108",
                (*last.place, "gives", stake),
                {"stake": name_of(view.agreement, stake), "total": f"{amount:g}"},
                "shares",
                tuple(((*each.place, "gives", stake), f"{each.id} gives a share of it") for each in givers[stake]),
                tuple(each.id for each in givers[stake]),
            )


@rule("SV108")
def own_returns(view: PlanView) -> Iterator[Found]:
    """Tell of a step in return for itself, or for another of the same party."""
    for item, step in view.duties:
        for index, name in enumerate(step.pairs):
            other = view.by_id.get(name)
            place = (*item.place, "pairs", index)
            if other is None or not isinstance(other.entry, Obligation):
                continue
            if other.id == item.id:
                yield Found("SV108", place, {"entry": item.id}, "itself", entries=(item.id,))
            elif step.actors and len(step.actors) == 1 and step.actors == other.entry.actors:
                fill = {"entry": item.id, "other": other.id, "actor": name_of(view.agreement, step.actors[0])}
                related = ((other.place, f"here is {other.id}"),)
                yield Found("SV108", place, fill, "own", related, (item.id, other.id))
