"""Rules SV501 to SV505 and SV701: what each side gives, gets and can take back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import name_of, names
from servanda.checks._plan_view import Gift, View, known, worth
from servanda.checks.rulebook import Found
from servanda.english import listed, some

HALF = 0.5  # of its part, that a party is ahead; of what all pairs move, that the last moves
PAIRS = 3  # from which on there is a last one to speak of
LONG, SHORT = 2.0, 0.25 + 1e-9  # years to restore: what is given for good, and what is taken back at once


def exchange_rules(view: View) -> Iterator[Found]:
    """Everything about give and take in one plan."""
    if len(view.agreement.parties) > 1:
        yield from _in_return(view)
        yield from _far_ahead(view)
        yield from _last_pair(view)
        yield from _lopsided(view)
    yield from _aims(view)


def _share(value: float) -> str:
    return f"{100 * value:.0f}%"


def _stake_names(agreement: Agreement, stakes: Iterator[str] | list[str]) -> str:
    return some([name_of(agreement, stake) for stake in stakes])


# ----------------------------------------------------------------------------------------- stakes, and what is due


def untouched(agreement: Agreement, views: tuple[View, ...]) -> Iterator[Found]:
    """Tell of stakes that harm a party and that some plan leaves alone."""
    trading = [view for view in views if view.gifts]
    for key, stake in agreement.stakes.items():
        harmed = [p for p in agreement.parties if p != stake.holder and (worth(agreement, key, p) or 0.0) < 0]
        silent = [view for view in trading if key not in view.given]
        if harmed and silent:
            plans = "any plan" if len(silent) == len(views) > 1 else listed([view.label for view in silent])
            fill = {"stake": name_of(agreement, key), "parties": names(agreement, harmed), "plans": plans}
            yield Found("SV501", ("stakes", key), fill)


def _aims(view: View) -> Iterator[Found]:
    agreement = view.agreement
    if not view.gifts:
        return
    for key, party in agreement.parties.items():
        aim = known(party.aims.complete) if party.aims is not None else None
        harm = {s: -w for s in agreement.stakes if (w := worth(agreement, s, key)) is not None and w < 0}
        harm = {stake: size for stake, size in harm.items() if agreement.stakes[stake].holder != key}
        total = sum(harm.values())
        if aim is None or total <= 0:
            continue
        share = sum(size * view.given.get(stake, 0.0) for stake, size in harm.items()) / total
        if share < aim - 0.005:
            missing = [s for s in harm if view.given.get(s, 0.0) < 1 - 1e-9]
            fill = {
                "party": party.name, "aim": _share(aim), "plan": view.label, "share": _share(share),
                "missing": _stake_names(agreement, missing),
            }  # fmt: skip
            related = ((view.place, f"{view.label} stands here"),)
            yield Found("SV505", ("parties", key, "aims", "complete"), fill, "", related)


# ------------------------------------------------------------------------------------------------- in return


def _in_return(view: View) -> Iterator[Found]:
    agreement = view.agreement
    chosen = [gift for gift in view.gifts if not gift.step.automatic]
    if view.pairs:
        for gift in chosen:
            if gift.item.id not in view.pairs:
                fill = {"entry": gift.item.id, "actor": names(agreement, gift.step.actors) or "the giver"}
                yield Found("SV502", gift.item.place, fill, "pair", entries=(gift.item.id,))
        return
    givers = {name for gift in view.gifts for name in gift.step.actors}
    doers = {name for _, step in view.duties for name in step.actors} or {""}
    if len(givers) == 1 and doers == givers and not any(not step.actors for _, step in view.duties):
        fill = {"actor": names(agreement, givers), "plan": view.label}
        yield Found("SV502", view.place, fill, "plan", entries=tuple(gift.item.id for gift in view.gifts))


def _far_ahead(view: View) -> Iterator[Found]:
    """Find where one party has given most of its part and received least of the others'."""
    agreement = view.agreement
    gifts = [gift for gift in view.gifts if gift.day is not None]
    if len(gifts) != len(view.gifts):
        return
    worst: tuple[float, str, Gift, float, float] | None = None
    for key in agreement.parties:
        out = [_size(agreement, gift, key, own=True) for gift in gifts]
        back = [_size(agreement, gift, key, own=False) for gift in gifts]
        if None in out or None in back or not sum(filter(None, out)) or not sum(filter(None, back)):
            continue
        given = received = 0.0
        for index, gift in enumerate(gifts):
            given += (out[index] or 0.0) / sum(filter(None, out))
            received += (back[index] or 0.0) / sum(filter(None, back))
            last_of_day = index + 1 == len(gifts) or gifts[index + 1].day != gift.day
            if last_of_day and given - received > (worst[0] if worst else HALF) + 1e-9:
                worst = (given - received, key, gift, given, received)
    if worst is not None:
        _, key, gift, given, received = worst
        fill = {
            "day": gift.day.isoformat() if gift.day else "", "entry": gift.item.id, "plan": view.label,
            "party": name_of(agreement, key), "given": _share(given), "received": _share(received),
        }  # fmt: skip
        yield Found("SV503", gift.item.place, fill, entries=(gift.item.id,))


def _size(agreement: Agreement, gift: Gift, party: str, own: bool) -> float | None:
    """What a step gives of the party's own, in its own worth, or ends of the harm to it; None if worths are missing."""
    total = 0.0
    for stake, share in gift.shares.items():
        mine = agreement.stakes[stake].holder == party if stake in agreement.stakes else False
        if mine != own:
            continue
        value = worth(agreement, stake, party)
        if value is None:
            return None
        total += share * max(0.0, value if own else -value)
    return total


# ------------------------------------------------------------------------------------------------------ pairs


@dataclass(frozen=True)
class _Pair:
    first: Gift
    second: Gift
    day: date
    size: float


def _trades(view: View) -> list[_Pair]:
    """The pairs of steps that give stakes, with the day on which both are due and the worth that they move."""
    gifts = {gift.item.id: gift for gift in view.gifts}
    turn = {name: number for number, name in enumerate(gifts)}
    linked = view.pairs or {item.id: set(item.entry.needs) for item in view.items}
    found: dict[frozenset[str], _Pair] = {}
    for one, others in linked.items():
        for other in others:
            a, b = gifts.get(one), gifts.get(other)
            if a is None or b is None or a.step.actors == b.step.actors or a.day is None or b.day is None:
                continue
            sizes = [_moved(view.agreement, gift) for gift in (a, b)]
            first, second = (a, b) if turn[one] < turn[other] else (b, a)
            if None not in sizes:
                found[frozenset((one, other))] = _Pair(first, second, second.day or a.day, sum(filter(None, sizes)))
    return list(found.values())


def _moved(agreement: Agreement, gift: Gift) -> float | None:
    values = [(worth(agreement, s, p), share) for s, share in gift.shares.items() for p in agreement.parties]
    return None if any(w is None for w, _ in values) else sum(abs(w or 0.0) * share for w, share in values)


def _last_pair(view: View) -> Iterator[Found]:
    pairs = sorted(_trades(view), key=lambda pair: pair.day)
    if len(pairs) < PAIRS or pairs[-1].day == pairs[-2].day:
        return
    last, total = pairs[-1], sum(pair.size for pair in pairs)
    if last.size > HALF * total + 1e-9:
        ids = (last.first.item.id, last.second.item.id)
        fill = {
            "plan": view.label, "pair": listed(ids), "day": last.day.isoformat(), "share": _share(last.size / total),
        }  # fmt: skip
        yield Found("SV504", last.second.item.place, fill, "", ((last.first.item.place, f"{ids[0]} stands here"),), ids)


# ---------------------------------------------------------------------------------------------- reversibility


def _restore(agreement: Agreement, gift: Gift) -> dict[str, float] | None:
    times = {stake: known(agreement.stakes[stake].restore) for stake in gift.shares if stake in agreement.stakes}
    return (
        None
        if None in times.values() or not times
        else {stake: time for stake, time in times.items() if time is not None}
    )


def _lopsided(view: View) -> Iterator[Found]:
    if view.pairs:
        for gift in view.gifts:
            others = [g for g in view.gifts if g.item.id in view.pairs.get(gift.item.id, set())]
            others = [g for g in others if g.step.actors != gift.step.actors]
            found = _uneven(view.agreement, [gift], others)
            if found is not None:
                stake, slow, fast = found
                ids = [g.item.id for g in others]
                fill = {
                    "entry": gift.item.id, "stake": name_of(view.agreement, stake), "long": _time(slow),
                    "other": some(ids), "actor": names(view.agreement, others[0].step.actors), "short": length(fast),
                }  # fmt: skip
                related = tuple((g.item.place, f"{g.item.id} stands here") for g in others)
                yield Found("SV701", gift.item.place, fill, "pair", related, (gift.item.id, *ids))
        return
    for giver in view.agreement.parties:
        mine = [gift for gift in view.gifts if gift.step.actors == (giver,)]
        rest = [gift for gift in view.gifts if giver not in gift.step.actors]
        found = _uneven(view.agreement, mine, rest)
        if found is not None:
            stake, slow, fast = found
            doers = dict.fromkeys(name for gift in rest for name in gift.step.actors)
            fill = {
                "plan": view.label, "giver": name_of(view.agreement, giver), "stake": name_of(view.agreement, stake),
                "long": _time(slow), "actor": names(view.agreement, doers) or "the others", "short": length(fast),
            }  # fmt: skip
            at = next(gift for gift in mine if stake in gift.shares)
            yield Found("SV701", at.item.place, fill, "plan", entries=(at.item.id,))


def _time(years: float) -> str:
    return "cannot be restored" if years == float("inf") else f"takes {length(years)} to restore"


def _uneven(agreement: Agreement, mine: list[Gift], others: list[Gift]) -> tuple[str, float, float] | None:
    """The stake given for good, its time to restore and the longest of the others; None if it is even enough."""
    slow = [_restore(agreement, gift) for gift in mine]
    fast = [_restore(agreement, gift) for gift in others]
    if not slow or not fast or None in slow or None in fast:
        return None
    stake, years = max(((s, t) for times in slow for s, t in (times or {}).items()), key=lambda each: each[1])
    longest = max(t for times in fast for t in (times or {}).values())
    return (stake, years, longest) if years >= LONG and longest <= SHORT else None
