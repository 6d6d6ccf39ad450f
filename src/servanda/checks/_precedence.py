"""Who waits for whom in a plan, and the circles in it: a graph that knows of entries, but not of rules."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Literal

from servanda.agreement.format.values import Place
from servanda.checks._plan_view import Item, PlanView, due_of

How = Literal["needs", "after", "same_day", "before"]
MOST = 10  # circles shown of one plan


@dataclass(frozen=True)
class Wait:
    """One entry waits for another: `how` and at which place the file says so."""

    who: str
    anchor: str
    how: How
    place: Place


@dataclass(frozen=True)
class Waits:
    """All waits of a plan, and its circles.

    Attributes
    ----------
    all : dict[tuple[str, str], Wait]
        By who waits and for whom. Where the file says it more than once, the strictest.
    circles : tuple[tuple[Wait, ...], ...]
        The circles shown: each begins at its first entry in the file.
    more : bool
        Whether there are circles beyond those shown.
    knotted : frozenset of (who, anchor)
        The waits that lie in a circle.
    behind : dict[str, list[str]]
        Who waits for each entry.
    """

    all: dict[tuple[str, str], Wait]
    circles: tuple[tuple[Wait, ...], ...]
    more: bool
    knotted: frozenset[tuple[str, str]]
    behind: dict[str, list[str]]


@lru_cache(maxsize=1)  # the rules of one plan are asked one after the other
def waits(view: PlanView) -> Waits:
    """Find who waits for whom in a plan."""
    found: dict[tuple[str, str], Wait] = {}
    for item in view.items:
        for wait in _of(view, item):
            pair = (wait.who, wait.anchor)
            if pair not in found or found[pair].how == "same_day":
                found[pair] = wait
    place = {item.id: number for number, item in reversed(list(enumerate(view.items)))}
    ahead: dict[str, list[str]] = {}
    for who, anchor in found:
        ahead.setdefault(who, []).append(anchor)
    core = _core(ahead)
    circles: list[tuple[Wait, ...]] = []
    covered: set[tuple[str, str]] = set()
    more = False
    for pair in sorted(((a, b) for a in core for b in core[a]), key=lambda p: (place[p[0]], place[p[1]])):
        if pair in covered:
            continue
        if len(circles) == MOST:
            more = True
            break
        way = _way(core, pair[1], pair[0])
        if way is None:
            continue
        stops = [pair[0], *way]  # who waits, for whom, ..., and back
        links = [found[link] for link in pairwise(stops)]
        covered.update((link.who, link.anchor) for link in links)
        if not _can_be_done_in_a_day(links):
            first = min(range(len(links)), key=lambda i: place[links[i].who])
            circles.append((*links[first:], *links[:first]))
    knotted = frozenset((link.who, link.anchor) for circle in circles for link in circle)
    behind: dict[str, list[str]] = {}
    for who, anchor in found:
        behind.setdefault(anchor, []).append(who)
    return Waits(found, tuple(circles), more, knotted, behind)


def dependants(found: Waits, name: str) -> Iterator[str]:
    """Every entry that waits for one, directly or by way of others; those that wait directly first."""
    seen = {name}
    queue = deque(found.behind.get(name, ()))
    while queue:
        at = queue.popleft()
        if at not in seen:
            seen.add(at)
            queue.extend(found.behind.get(at, ()))
            yield at


def precedents(found: Waits, names: Iterable[str]) -> set[str]:
    """Every entry that any of some entries waits for, directly or by way of others: one walk over all waits."""
    ahead: dict[str, list[str]] = {}
    for who, anchor in found.all:
        ahead.setdefault(who, []).append(anchor)
    seen: set[str] = set()
    queue = deque(anchor for name in names for anchor in ahead.get(name, ()))
    while queue:
        at = queue.popleft()
        if at not in seen:
            seen.add(at)
            queue.extend(ahead.get(at, ()))
    return seen


def _of(view: PlanView, item: Item) -> list[Wait]:
    """What one entry says of who waits for whom."""
    found = [
        Wait(item.id, view.by_id[name].id, "needs", (*item.place, "needs", index))
        for index, name in enumerate(item.entry.needs)
        if name in view.by_id
    ]
    due = due_of(item.entry)
    if due is not None and due.anchor in view.by_id:
        anchor = view.by_id[due.anchor].id
        if due.before:
            found.append(Wait(anchor, item.id, "before", (*item.place, "due", "before")))
        else:
            how: How = "after" if due.after else "same_day"
            found.append(Wait(item.id, anchor, how, (*item.place, "due", how)))
    return found


def _core(ahead: dict[str, list[str]]) -> dict[str, list[str]]:
    """Leave out everything that no circle leads to or from: what can be put in order from either end."""
    behind: dict[str, list[str]] = {}
    for who, anchors in ahead.items():
        for anchor in anchors:
            behind.setdefault(anchor, []).append(who)
    stuck = _stuck(ahead) & _stuck(behind)
    return {who: [a for a in anchors if a in stuck] for who, anchors in ahead.items() if who in stuck}


def _stuck(graph: dict[str, list[str]]) -> set[str]:
    sorter = TopologicalSorter(graph)
    nodes = {*graph, *(each for many in graph.values() for each in many)}
    with contextlib.suppress(CycleError):  # the rest can still be sorted
        sorter.prepare()
    while ready := sorter.get_ready():
        nodes.difference_update(ready)
        sorter.done(*ready)
    return nodes


def _way(graph: dict[str, list[str]], start: str, goal: str) -> list[str] | None:
    """The shortest way from one entry to another along the waits, both included; None if there is none."""
    before: dict[str, str] = {}
    queue, seen = deque([start]), {start}
    while queue:
        at = queue.popleft()
        if at == goal:
            way = [at]
            while way[-1] != start:
                way.append(before[way[-1]])
            return way[::-1]
        for following in graph.get(at, ()):
            if following not in seen:
                seen.add(following)
                before[following] = at
                queue.append(following)
    return None


def _can_be_done_in_a_day(links: list[Wait]) -> bool:
    """Whether a step falls on the day of another that only needs it: both can be done then, one after the other."""
    ties = [link for link in links if link.how == "same_day"]
    rest = [link for link in links if link.how != "same_day"]
    return bool(ties) and len(rest) == 1 and rest[0].how == "needs"
