"""Rules SV501 to SV505 and SV701: what each side gives, gets and can take back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import name_of, names
from servanda.checks._plan_view import PlanView, Transfer, known, worth
from servanda.checks.rulebook import Found, rule
from servanda.english import listed, some

HALF = 0.5  # of its part, that a party is ahead; of what all pairs move, that the last moves
PAIRS = 3  # from which on there is a last one to speak of
LONG, SHORT = 2.0, 0.25 + 1e-9  # years to restore: what is given for good, and what is taken back at once


def _share(value: float) -> str:
    return f"{100 * value:.0f}%"


def _stake_names(agreement: Agreement, stakes: Iterator[str] | list[str]) -> str:
    return some([name_of(agreement, stake) for stake in stakes])


# ----------------------------------------------------------------------------------------- stakes, and what is due


@rule("SV501", whole=True)
def untouched(agreement: Agreement, views: tuple[PlanView, ...]) -> Iterator[Found]:
    """Tell of stakes that harm a party and that some plan leaves alone."""
    trading = [view for view in views if view.transfers]
    for key, stake in agreement.stakes.items():
        harmed = [p for p in agreement.parties if p != stake.holder and (worth(agreement, key, p) or 0.0) < 0]
        silent = [view for view in trading if key not in view.given]
        if harmed and silent:
            plans = "any plan" if len(silent) == len(views) > 1 else listed([view.label for view in silent])
            fill = {"stake": name_of(agreement, key), "parties": names(agreement, harmed), "plans": plans}
            yield Found("SV501", ("stakes", key), fill)


@rule("SV505")
def missed_aims(view: PlanView) -> Iterator[Found]:
    """Tell of aims that a plan falls short of, whatever is done."""
    agreement = view.agreement
    if not view.transfers:
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
            related = ((view.place, f"here is {view.label}"),)
            yield Found("SV505", ("parties", key, "aims", "complete"), fill, "", related)


# ------------------------------------------------------------------------------------------------- in return


@rule("SV502")
def nothing_in_return(view: PlanView) -> Iterator[Found]:
    """Tell of steps, or plans, that give something for nothing."""
    agreement = view.agreement
    if len(agreement.parties) < 2:
        return
    chosen = [transfer for transfer in view.transfers if not transfer.step.automatic]
    if view.pairs:
        for transfer in chosen:
            if not view.returns(transfer.item):
                fill = {"entry": transfer.item.id, "actor": names(agreement, transfer.step.actors) or "the giver"}
                yield Found("SV502", transfer.item.place, fill, "pair", entries=(transfer.item.id,))
        return
    givers = {name for transfer in view.transfers for name in transfer.step.actors}
    doers = {name for _, step in view.duties for name in step.actors} or {""}
    if len(givers) == 1 and doers == givers and not any(not step.actors for _, step in view.duties):
        fill = {"actor": names(agreement, givers), "plan": view.label}
        yield Found("SV502", view.place, fill, "plan", entries=tuple(transfer.item.id for transfer in view.transfers))


@rule("SV503")
def far_ahead(view: PlanView) -> Iterator[Found]:
    """Find where one party has given most of its part and received least of the others'."""
    agreement = view.agreement
    transfers = [transfer for transfer in view.transfers if transfer.day is not None]
    if len(transfers) != len(view.transfers) or len(agreement.parties) < 2:
        return
    worst: tuple[float, str, Transfer, float, float] | None = None
    for key in agreement.parties:
        out = [_size(agreement, transfer, key, own=True) for transfer in transfers]
        back = [_size(agreement, transfer, key, own=False) for transfer in transfers]
        if None in out or None in back or not sum(filter(None, out)) or not sum(filter(None, back)):
            continue
        given = received = 0.0
        for index, transfer in enumerate(transfers):
            given += (out[index] or 0.0) / sum(filter(None, out))
            received += (back[index] or 0.0) / sum(filter(None, back))
            last_of_day = index + 1 == len(transfers) or transfers[index + 1].day != transfer.day
            if last_of_day and given - received > (worst[0] if worst else HALF) + 1e-9:
                worst = (given - received, key, transfer, given, received)
    if worst is not None:
        _, key, transfer, given, received = worst
        fill = {
            "day": transfer.day.isoformat() if transfer.day else "", "entry": transfer.item.id, "plan": view.label,
            "party": name_of(agreement, key), "given": _share(given), "received": _share(received),
        }  # fmt: skip
        yield Found("SV503", transfer.item.place, fill, entries=(transfer.item.id,))


def _size(agreement: Agreement, transfer: Transfer, party: str, own: bool) -> float | None:
    """What a step gives of the party's own, in its own worth, or ends of the harm to it; None if worths are missing."""
    total = 0.0
    for stake, share in transfer.shares.items():
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
    first: Transfer
    second: Transfer
    day: date
    size: float


def _trades(view: PlanView) -> list[_Pair]:
    """The pairs of steps that give stakes, with the day on which both are due and the worth that they move."""
    found: dict[frozenset[str], _Pair] = {}
    transfers: dict[str, Transfer] = {}
    for transfer in view.transfers:
        before = transfers.setdefault(transfer.item.id, transfer)
        if before is not transfer and transfer.day is not None:  # an exchange; of one by more, the first two
            moved = _moved(view.agreement, *(t for t in view.transfers if t.item is transfer.item))
            if moved is not None:
                found.setdefault(frozenset((transfer.item.id,)), _Pair(before, transfer, transfer.day, moved))
    turn = {name: number for number, name in enumerate(transfers)}
    linked = view.pairs or {item.id: set(item.entry.needs) for item in view.items}
    for one, others in linked.items():
        for other in others:
            a, b = transfers.get(one), transfers.get(other)
            if a is None or b is None or a.step.actors == b.step.actors or a.day is None or b.day is None:
                continue
            moved = _moved(view.agreement, a, b)
            first, second = (a, b) if turn[one] < turn[other] else (b, a)
            if moved is not None:
                found[frozenset((one, other))] = _Pair(first, second, second.day or a.day, moved)
    return list(found.values())


def _moved(agreement: Agreement, *transfers: Transfer) -> float | None:
    given = [each for transfer in transfers for each in transfer.shares.items()]
    values = [(worth(agreement, s, p), share) for s, share in given for p in agreement.parties]
    return None if any(w is None for w, _ in values) else sum(abs(w or 0.0) * share for w, share in values)


@rule("SV504")
def heavy_last_pair(view: PlanView) -> Iterator[Found]:
    """Tell of a last pair of steps that moves most of the worth."""
    pairs = sorted(_trades(view), key=lambda pair: pair.day)
    if len(view.agreement.parties) < 2 or len(pairs) < PAIRS or pairs[-1].day == pairs[-2].day:
        return
    last, total = pairs[-1], sum(pair.size for pair in pairs)
    if last.size > HALF * total + 1e-9:
        ids = tuple(dict.fromkeys((last.first.item.id, last.second.item.id)))
        fill = {
            "plan": view.label, "pair": listed(ids), "day": last.day.isoformat(), "share": _share(last.size / total),
        }  # fmt: skip
        yield Found("SV504", last.second.item.place, fill, "", ((last.first.item.place, f"here is {ids[0]}"),), ids)


# ---------------------------------------------------------------------------------------------- reversibility


def _restore(agreement: Agreement, transfer: Transfer) -> dict[str, float] | None:
    times = {stake: known(agreement.stakes[stake].restore) for stake in transfer.shares if stake in agreement.stakes}
    return (
        None
        if None in times.values() or not times
        else {stake: time for stake, time in times.items() if time is not None}
    )


@rule("SV701")
def lopsided(view: PlanView) -> Iterator[Found]:
    """Tell of what is given for good in return for what can be taken back at once."""
    if len(view.agreement.parties) < 2:
        return
    if view.pairs:
        for transfer in view.transfers:
            others = [g for g in view.transfers if g.item.id in view.returns(transfer.item)]
            others = [g for g in others if g.step.actors != transfer.step.actors]
            found = _uneven(view.agreement, [transfer], others)
            if found is not None:
                stake, slow, fast = found
                ids = list(dict.fromkeys(g.item.id for g in others))
                fill = {
                    "entry": transfer.item.id, "stake": name_of(view.agreement, stake), "long": _time(slow),
                    "other": some(ids), "actor": names(view.agreement, others[0].step.actors), "short": length(fast),
                }  # fmt: skip
                related = tuple((g.item.place, f"here is {g.item.id}") for g in others)
                yield Found("SV701", transfer.item.place, fill, "pair", related, (transfer.item.id, *ids))
        return
    for giver in view.agreement.parties:
        mine = [transfer for transfer in view.transfers if transfer.step.actors == (giver,)]
        rest = [transfer for transfer in view.transfers if giver not in transfer.step.actors]
        found = _uneven(view.agreement, mine, rest)
        if found is not None:
            stake, slow, fast = found
            doers = dict.fromkeys(name for transfer in rest for name in transfer.step.actors)
            fill = {
                "plan": view.label, "giver": name_of(view.agreement, giver), "stake": name_of(view.agreement, stake),
                "long": _time(slow), "actor": names(view.agreement, doers) or "the others", "short": length(fast),
            }  # fmt: skip
            at = next(transfer for transfer in mine if stake in transfer.shares)
            yield Found("SV701", at.item.place, fill, "plan", entries=(at.item.id,))


def _time(years: float) -> str:
    return "cannot be restored" if years == float("inf") else f"takes {length(years)} to restore"


def _uneven(agreement: Agreement, mine: list[Transfer], others: list[Transfer]) -> tuple[str, float, float] | None:
    """The stake given for good, its time to restore and the longest of the others; None if it is even enough."""
    slow = [_restore(agreement, transfer) for transfer in mine]
    fast = [_restore(agreement, transfer) for transfer in others]
    if not slow or not fast or None in slow or None in fast:
        return None
    stake, years = max(((s, t) for times in slow for s, t in (times or {}).items()), key=lambda each: each[1])
    longest = max(t for times in fast for t in (times or {}).values())
    return (stake, years, longest) if years >= LONG and longest <= SHORT else None
