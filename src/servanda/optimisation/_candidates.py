"""The plans that levers allow: which there are, and what each of them looks like as an agreement.

A candidate is a tuple with a value for every lever, in their order: a share, a day, an order of entries, true or false,
a rate, months between reviews and their number, a number of parts, times of looks, a number of stalls, what follows.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeAlias, cast

from servanda.agreement.dates import advance, due_dates, interval_in_words, review_dates
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import (
    Dated,
    Entry,
    Exchange,
    ExchangePart,
    Obligation,
    Plan,
    Ratification,
    Renewal,
    Review,
    gifts,
)
from servanda.agreement.format.levers import (
    AutomaticLever,
    DateLever,
    ExchangeLever,
    FindsLever,
    Lever,
    LooksLever,
    OrderLever,
    ReviewsLever,
    ShareLever,
    SplitLever,
    StallsLever,
    ThenLever,
    lever_kind,
    lever_name,
    lever_target,
    part_name,
)
from servanda.agreement.format.values import Number
from servanda.english import count, length

Value: TypeAlias = (
    float | date | tuple[str, ...] | bool | tuple[int | timedelta, int | None] | int | tuple[float, ...] | str
)
Candidate: TypeAlias = tuple[Value, ...]
Entries: TypeAlias = tuple[Entry, ...]


class Contradiction(Exception):
    """A candidate that contradicts itself, with the reason in words."""


@dataclass(frozen=True)
class PlanSpace:
    """All candidates for a plan.

    Attributes
    ----------
    agreement : Agreement
    plan : str
    levers : tuple of levers
    names : tuple[str, ...]
        One for each lever, all different.
    values : tuple
        What each lever may set: all values, in order; empty for orders, which may be too many to write out; None if a
        share or rate may take any value between two.
    size : float
        Number of candidates; infinity if a share or rate may take any value.
    current : tuple
        The plan as it stands in the file, as a candidate.
    allowed : bool
        Whether the levers allow it.
    kept : frozenset of pairs of ids
        An entry and another that it needs, where the plan as given keeps that order.
    """

    agreement: Agreement
    plan: str
    levers: tuple[Lever, ...]
    names: tuple[str, ...]
    values: tuple[tuple[Value, ...] | None, ...]
    size: float
    current: Candidate
    allowed: bool
    kept: frozenset[tuple[str, str]]


def space(agreement: Agreement, plan: str) -> PlanSpace:
    """Work out which candidates the levers of a plan allow.

    Parameters
    ----------
    plan : str
        One with levers.
    """
    levers = tuple(agreement.levers[plan])
    values = tuple(_values(lever, agreement.plans[plan]) for lever in levers)
    current = tuple(_current(lever, agreement, plan) for lever in levers)
    days = _moments(agreement, plan)
    return PlanSpace(
        agreement=agreement,
        plan=plan,
        levers=levers,
        names=tuple(lever_name(lever) for lever in levers),
        values=values,
        size=math.prod(map(_size, levers, values)),
        current=current,
        allowed=all(_allows(*each) for each in zip(levers, values, current, strict=True)),
        kept=frozenset(
            (entry.id, needed)
            for entry in agreement.plans[plan].entries
            for needed in entry.needs
            if entry.id in days and needed in days and days[needed] < days[entry.id]
        ),
    )


def all_candidates(where: PlanSpace) -> Iterator[Candidate]:
    """Every candidate of a space of finite size, in order."""
    each: list[Any] = [
        itertools.permutations(lever.order) if isinstance(lever, OrderLever) else among
        for lever, among in zip(where.levers, where.values, strict=True)
    ]
    return itertools.product(*each)


# ----------------------------------------------------------------------------------------------- what levers allow


def _values(lever: Lever, plan: Plan) -> tuple[Value, ...] | None:
    if isinstance(lever, ShareLever | FindsLever):
        return (lever.least,) if lever.least == lever.most else _steps(lever.least, lever.most, lever.step)
    if isinstance(lever, DateLever):
        return _days(lever.least, lever.most, lever.step)
    if isinstance(lever, AutomaticLever | ExchangeLever):
        return (False, True)
    if isinstance(lever, LooksLever | StallsLever | ThenLever):
        found = lever.among if isinstance(lever, ThenLever) else getattr(lever, str(lever_kind(lever)))
        return tuple(dict.fromkeys(found))
    if isinstance(lever, ReviewsLever):
        every = lever.every or [_review(plan, lever.reviews).every or 1]
        return tuple(itertools.product(dict.fromkeys(every), dict.fromkeys(lever.times or [None])))
    return tuple(dict.fromkeys(lever.into)) if isinstance(lever, SplitLever) else ()


def _steps(least: float, most: float, step: float | None) -> tuple[float, ...] | None:
    if step is None:
        return None
    number = math.floor((most - least) / step + 1e-9) + 1
    return tuple(float(f"{least + step * k:.12g}") for k in range(number))


def _days(first: date, last: date, step: int | timedelta | None) -> tuple[date, ...]:
    if step is None:
        return tuple(first + timedelta(days=k) for k in range((last - first).days + 1))
    days = (advance(first, step, k) for k in itertools.count())
    return tuple(itertools.takewhile(lambda day: day <= last, days))


def _size(lever: Lever, among: tuple[Value, ...] | None) -> float:
    if isinstance(lever, OrderLever):
        return math.factorial(len(lever.order))
    return math.inf if among is None else len(among)


def _allows(lever: Lever, among: tuple[Value, ...] | None, value: Value) -> bool:
    if isinstance(lever, OrderLever):
        return True
    if isinstance(lever, ShareLever | FindsLever) and among is None:
        return lever.least <= cast("float", value) <= lever.most
    return among is not None and value in among


def _current(lever: Lever, agreement: Agreement, plan: str) -> Value:
    """What the plan as given has where a lever may set something else."""
    given = agreement.plans[plan]
    if isinstance(lever, FindsLever):
        return (given.finds.get(lever.finds) or agreement.measures[lever.finds].finds).likely
    if isinstance(lever, OrderLever):
        return tuple(given.entries[place].id for _, place in _slots(given.entries, lever.order))
    if isinstance(lever, ReviewsLever):
        own = _review(given, lever.reviews)
        return (own.every or 1, len(review_dates(own)) if lever.times else None)
    if isinstance(lever, SplitLever):
        return 1
    if isinstance(lever, LooksLever | StallsLever):
        assert given.late is not None  # the reader of files has seen to it
        return given.late.looks if isinstance(lever, LooksLever) else given.late.stalls
    entry = next(entry for entry in given.entries if entry.id == lever_target(lever))
    if isinstance(lever, DateLever):
        return _day(entry)
    if isinstance(lever, ExchangeLever):
        return isinstance(entry, Exchange)
    if isinstance(lever, ThenLever):
        assert isinstance(entry, Ratification)
        return entry.then
    assert isinstance(entry, Obligation)
    if isinstance(lever, AutomaticLever):
        return entry.automatic
    assert isinstance(entry.gives, dict)
    return entry.gives[lever.of].likely


def _review(plan: Plan, name: str) -> Review:
    return next(entry for entry in plan.entries if isinstance(entry, Review) and entry.id == name)


def _day(entry: Entry) -> date:
    found = None if isinstance(entry, Review | Renewal) else entry.date
    assert found is not None  # the reader of files has seen to it
    return found


# ------------------------------------------------------------------------------------------ a candidate as a plan


def build(where: PlanSpace, candidate: Candidate) -> Agreement:
    """Write a candidate out: the agreement with the plan changed as its values say.

    Parameters
    ----------
    candidate : tuple
        A value for every lever.

    Returns
    -------
    Agreement
        Numbers that no lever sets are the same objects as in the agreement given, so that draws of it can be used. It
        has no levers, and counts as built in Python.

    Raises
    ------
    Contradiction
        If the changes do not go together: an entry comes before one that it needs, or a split step gives nothing.
    """
    plan = where.agreement.plans[where.plan]
    entries: Entries = tuple(plan.entries)
    finds = dict(plan.finds)
    late = plan.late
    splits: list[tuple[SplitLever, int]] = []
    exchanges: list[tuple[ExchangeLever, bool]] = []
    for lever, value in zip(where.levers, candidate, strict=True):
        if isinstance(lever, FindsLever):
            if value != _current(lever, where.agreement, where.plan):
                finds[lever.finds] = Number(likely=cast("float", value))
        elif isinstance(lever, OrderLever):
            entries = _reordered(entries, cast("tuple[str, ...]", value))
        elif isinstance(lever, SplitLever):
            splits.append((lever, cast("int", value)))
        elif isinstance(lever, ExchangeLever):
            exchanges.append((lever, cast("bool", value)))
        elif isinstance(lever, LooksLever | StallsLever):
            assert late is not None
            late = late.model_copy(update={str(lever_kind(lever)): value})
        else:
            name = lever_target(lever)
            entries = tuple(_changed(entry, lever, value) if entry.id == name else entry for entry in entries)
    for lever, parts in splits:  # last, as what is left of a stake follows from all the rest
        if parts > 1:
            entries = _split(where, entries, lever, parts)
    for lever, together in exchanges:
        entries = _joined(entries, lever.exchange) if together else _in_sequence(entries, lever.exchange)
    changed = plan.model_copy(update={"entries": list(entries), "finds": finds, "late": late})
    built = _with_plan(where, changed)
    _look_at_needs(where, built)
    return built


def _with_plan(where: PlanSpace, plan: Plan) -> Agreement:
    plans = where.agreement.plans | {where.plan: plan}
    return where.agreement.derived({"plans": plans, "levers": {}}).read_from(None)


def _slots(entries: Entries | list[Entry], names: list[str] | tuple[str, ...]) -> list[tuple[date, int]]:
    """The dates and places that some entries have between them, in the order of play."""
    return sorted((_day(entry), place) for place, entry in enumerate(entries) if entry.id in names)


def _reordered(entries: Entries, order: tuple[str, ...]) -> Entries:
    there = {entry.id: entry for entry in entries}
    result = list(entries)
    for name, (day, place) in zip(order, _slots(entries, order), strict=True):
        entry = there[name]
        result[place] = entry if _day(entry) == day else entry.model_copy(update={"date": day})
    return tuple(result)


def _changed(entry: Entry, lever: Lever, value: Value) -> Entry:
    if isinstance(lever, ReviewsLever):
        assert isinstance(entry, Review)
        assert entry.starts is not None
        every, times = cast("tuple[int | timedelta, int | None]", value)
        until = entry.until if times is None else advance(entry.starts, every, times - 1)
        return entry.model_copy(update={"every": every, "until": until})
    if isinstance(lever, DateLever):
        return entry.model_copy(update={"date": value})
    if isinstance(lever, ThenLever):
        return entry if cast("Ratification", entry).then == value else entry.model_copy(update={"then": value})
    assert isinstance(entry, Obligation)
    if isinstance(lever, AutomaticLever):
        return entry.model_copy(update={"automatic": value})
    assert isinstance(lever, ShareLever)
    assert isinstance(entry.gives, dict)
    share = cast("float", value)
    if entry.gives[lever.of].likely == share:
        return entry
    return entry.model_copy(update={"gives": {**entry.gives, lever.of: Number(likely=share)}})


def _split(where: PlanSpace, entries: Entries, lever: SplitLever, parts: int) -> Entries:
    """Put equal parts in place of an entry; the last one keeps its id, so that what needs it waits for the whole."""
    place = next(place for place, entry in enumerate(entries) if entry.id == lever.split)
    entry = entries[place]
    assert isinstance(entry, Obligation)
    shares = entry.gives
    if isinstance(shares, tuple):
        left = _left(where, entries, lever.split)
        shares = {stake: Number(likely=left.get(stake, 1.0)) for stake in shares}
    each = {stake: Number(likely=share.likely / parts) for stake, share in shares.items()}
    if any(share.likely <= 0 for share in each.values()):
        raise Contradiction(f"{entry.id} is split, but gives nothing")
    title = entry.title or entry.id.replace("-", " ")
    made: list[Entry] = []
    for part in range(1, parts + 1):
        last = part == parts
        change: dict[str, Any] = {
            "title": f"{title} ({part} of {parts})",
            "date": advance(_day(entry), lever.every, part - 1),
            "gives": entry.gives if last and isinstance(entry.gives, tuple) else each,
            "needs": [*entry.needs, *(name.id for name in made[-1:])],
        }
        if not last:
            change |= {"id": part_name(entry.id, part), "pairs": [], "defines": [], "text": None}
        made.append(entry.model_copy(update=change))
    return (*entries[:place], *made, *entries[place + 1 :])


def _joined(entries: Entries, names: tuple[str, ...]) -> Entries:
    """Put an exchange in place of the last of some steps; it keeps that one's id, and others need it in their place."""
    parts = [entry for entry in entries if entry.id in names]
    last = parts[-1]
    if isinstance(last, Exchange):
        return entries
    steps = [cast("Obligation", part) for part in parts]
    if len({step.date for step in steps}) > 1:
        raise Contradiction(f"{' and '.join(names)} are to be an exchange, but not on one date")
    gone = {step.id for step in steps}

    def of_all(key: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for step in steps for name in getattr(step, key) if name not in gone))

    made = Exchange(
        id=last.id,
        title=" for ".join(step.title or step.id.replace("-", " ") for step in steps),
        date=steps[0].date,
        exchange=tuple(ExchangePart(by=step.actors[0], gives=step.gives) for step in steps),
        late=all(step.late for step in steps),
        needs=of_all("needs"),
        pairs=of_all("pairs"),
        verified_by=of_all("verified_by"),
        defines=of_all("defines"),
        uses=of_all("uses"),
    )
    return tuple(
        made if entry is last else _renamed(entry, gone, (last.id,))
        for entry in entries
        if entry is last or entry.id not in gone
    )


def _in_sequence(entries: Entries, names: tuple[str, ...]) -> Entries:
    """Put a step of each party in place of an exchange: each needs the one before, and the last keeps its id."""
    whole = next(entry for entry in entries if entry.id == names[-1])
    if not isinstance(whole, Exchange):
        return entries
    ids = [part_name(whole.id, part.by) for part in whole.exchange[:-1]] + [whole.id]
    title = whole.title or whole.id.replace("-", " ")
    made: list[Entry] = [
        Obligation(
            id=name,
            title=f"{title} ({part.by})",
            date=whole.date,
            due=whole.due,
            by=part.by,
            gives=part.gives,
            needs=(*whole.needs, *ids[:place][-1:]),
            pairs=tuple(dict.fromkeys([*whole.pairs, *(other for other in ids if other != name)])),
            verified_by=whole.verified_by,
            uses=whole.uses,
            defines=whole.defines if name == whole.id else (),
            late=whole.late,
        )
        for place, (name, part) in enumerate(zip(ids, whole.exchange, strict=True))
    ]
    place = entries.index(whole)
    return (*entries[:place], *made, *entries[place + 1 :])


def _renamed(entry: Entry, gone: set[str], into: tuple[str, ...]) -> Entry:
    """An entry that names others, with those that are gone called what stands in their place."""
    change: dict[str, Any] = {
        key: tuple(dict.fromkeys(new for name in getattr(entry, key) for new in (into if name in gone else (name,))))
        for key in ("needs", "pairs")
        if gone & set(getattr(entry, key))
    }
    due = entry.due if isinstance(entry, Dated) else None
    if due is not None and due.anchor in gone:
        key = next(key for key in ("after", "before", "same_day") if getattr(due, key) is not None)
        change["due"] = due.model_copy(update={key: into[0]})
    return entry.model_copy(update=change) if change else entry


def _left(where: PlanSpace, entries: Entries, name: str) -> dict[str, float]:
    """What is left of each stake when an entry comes up."""
    plan = where.agreement.plans[where.plan].model_copy(update={"entries": list(entries)})
    moments = _moments(_with_plan(where, plan), where.plan)
    left: dict[str, float] = {}
    for entry in sorted((e for e in entries if e.id in moments), key=lambda e: moments[e.id]):
        if entry.id == name:
            break
        for gift in gifts(entry):
            for stake in gift.gives:
                given = gift.gives[stake].likely if isinstance(gift.gives, dict) else math.inf
                left[stake] = max(0.0, left.get(stake, 1.0) - given)
    return left


def _moments(agreement: Agreement, plan: str) -> dict[str, tuple[date, int]]:
    """When each entry with a day comes up: the day (of a review the first), and its place in the file."""
    days = due_dates(agreement, plan).days
    entries = agreement.plans[plan].entries
    return {entry.id: (days[entry.id], place) for place, entry in enumerate(entries) if entry.id in days}


def _look_at_needs(where: PlanSpace, built: Agreement) -> None:
    """See that every entry still comes after those that it needs, as far as the plan given kept that."""
    moments = _moments(built, where.plan)
    parts = {
        part_name(lever.split, part): lever.split
        for lever in where.levers
        if isinstance(lever, SplitLever)
        for part in range(1, max(lever.into))
    }
    for entry in built.plans[where.plan].entries:
        for needed in entry.needs:
            if (parts.get(entry.id, entry.id), needed) in where.kept and moments[needed] > moments[entry.id]:
                raise Contradiction(f"{entry.id} comes before {needed}, which it needs")


# -------------------------------------------------------------------------------------------------------- in words


def shown(value: Value) -> str | float | bool | int | date:
    """A lever's value as it stands in a table."""
    if isinstance(value, tuple):
        if isinstance(value[0], str):
            return ", ".join(cast("tuple[str, ...]", value))
        if isinstance(value[0], float):
            return ", ".join(map(length, cast("tuple[float, ...]", value)))
        every, times = cast("tuple[int | timedelta, int | None]", value)
        return interval_in_words(every) + ("" if times is None else f", {count(times, 'time')}")
    return value
