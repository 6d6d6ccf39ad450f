"""Scorecard: how complete, verifiable and irreversible is what each party obtains of the others, if everyone keeps?

What a party obtains are the shares of the others' stakes that harm it and that the plan gives up. The formulas are
those of `docs/model.md`, section 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda._sums import Floats, Ints, Valuation, hazards, shares
from servanda.agreement import DAYS_PER_YEAR, Agreement, Aims, Number, as_in
from servanda.game import likely
from servanda.schedule import TOLERANCE, Step, schedule
from servanda.scores import CRITERIA, Criterion, Move, Obtained, PartyScore, Score, Scorecard, Status

YARDSTICK = 1.0  # years: how soon and for how long, where a party has no aim that says so

Bools = NDArray[np.bool_]


class Figures(NamedTuple):
    """One party's scorecard as arrays: `D` draws of the uncertain numbers, `P` pieces obtained, `E` entries.

    By piece: `step` (P,) the entry's index, `stake` (P,) names, `concealable` (P,); `share`, `worth` (units per year),
    `found`, `reported`, `restore` (years), each (D, P). `harm` (D,): units per year; `within`, `lasting` (D,): years.
    By entry, after it, (D, E): `complete`, `verifiable`, `least`, `at_report`, `irreversible`, `shortest`, `half`; nan
    where there is no figure.
    """

    step: Ints
    stake: tuple[str, ...]
    concealable: Bools
    share: Floats
    worth: Floats
    found: Floats
    reported: Floats
    restore: Floats
    harm: Floats
    within: Floats
    lasting: Floats
    complete: Floats
    verifiable: Floats
    least: Floats
    at_report: Floats
    irreversible: Floats
    shortest: Floats
    half: Floats


def scorecard(agreement: Agreement, plan: str) -> Scorecard:
    """Work out what each party obtains of the others along a plan, against its own aims.

    Nothing is solved: every step counts as performed. Each stake counts by its worth to the party at large, not to one
    of its types; numbers with a range count at their likely values.

    Parameters
    ----------
    agreement : Agreement
    plan : str
        Name of one of its plans.

    Returns
    -------
    Scorecard

    Raises
    ------
    KeyError
        If the agreement has no such plan.
    AgreementError
        If an agreement that was built in Python contradicts itself.

    Examples
    --------
    >>> import servanda
    >>> card = servanda.scorecard(servanda.read("singapore-2018"), plan="phased")
    >>> card.parties["usa"].complete.status, card.parties["usa"].verifiable.status
    ('met', 'not met')
    """
    steps = schedule(agreement, plan)
    agreement = as_in(agreement, plan)
    found = figures(agreement, steps)
    title = agreement.plans[plan].title or plan.replace("-", " ")
    return Scorecard(plan, title, {p: _party_score(agreement, steps, p, f) for p, f in found.items()})


def figures(agreement: Agreement, steps: tuple[Step, ...], valuation: Valuation = likely) -> dict[str, Figures]:
    """Work out the figures of every party as arrays.

    Parameters
    ----------
    agreement : Agreement
    steps : tuple[Step, ...]
        The plan's.
    valuation : function from a Number to (D,) floats, optional
        How to draw the numbers; by default their likely values, as one draw.

    Returns
    -------
    dict[str, Figures]
        By party, in file order.
    """
    D = valuation(agreement.incidents).size

    def value(number: Number) -> Floats:
        return np.broadcast_to(valuation(number), (D,))

    given, _ = shares(steps, tuple(agreement.stakes), value, D)
    return {party: _figures(agreement, steps, party, given, value) for party in agreement.parties}


def _figures(agreement: Agreement, steps: tuple[Step, ...], party: str, given: Floats, value: Valuation) -> Figures:
    D, E, stakes = given.shape[0], len(steps), tuple(agreement.stakes)
    harm = {
        name: np.maximum(0.0, -value(stake.worth[party]))
        for name, stake in agreement.stakes.items()
        if stake.holder != party and party in stake.worth
    }
    pieces = [(e, name) for e, s in enumerate(steps) for name in s.gives if name in harm and harm[name].any()]
    P = len(pieces)
    step, names = np.array([e for e, _ in pieces], dtype=np.int64), tuple(name for _, name in pieces)
    column = np.array([stakes.index(name) for name in names], dtype=np.int64)
    share = given[:, step, column]
    worth = share * np.array([harm[name] for name in names]).reshape(P, D).T
    concealable = np.array([name in steps[e].conceals for e, name in pieces], dtype=bool)
    restore = np.array([value(agreement.stakes[name].restore) for name in names]).reshape(P, D).T

    aims = agreement.parties[party].aims or Aims()
    within, lasting = (
        np.full(D, YARDSTICK) if time is None else value(time)
        for time in (aims.verifiable.within if aims.verifiable else None, aims.irreversible)
    )
    found, reported = _found(agreement, steps, step, names, concealable, within, value)

    got = worth[:, None, :] * (step[None, :] <= np.arange(E)[:, None])  # (D, E, P)
    total = sum(harm.values(), np.zeros(D))
    obtained = got.sum(axis=2)

    def mean(what: Floats) -> Floats:
        return ratio((got * what[:, None, :]).sum(axis=2), obtained)

    def smallest(what: Floats) -> Floats:
        least = np.where(got > 0, what[:, None, :], np.inf).min(axis=2, initial=np.inf)
        return np.where(obtained > 0, least, np.nan)

    complete = ratio(obtained, total[:, None])
    return Figures(
        step=step,
        stake=names,
        concealable=concealable,
        share=share,
        worth=worth,
        found=found,
        reported=reported,
        restore=restore,
        harm=total,
        within=within,
        lasting=lasting,
        complete=np.where(complete > 1.0 - TOLERANCE, 1.0, complete),  # parts of a whole may add up to a hair less
        verifiable=mean(found),
        least=smallest(found),
        at_report=mean(reported),
        irreversible=mean((restore >= lasting[:, None] - TOLERANCE).astype(float)),
        shortest=smallest(restore),
        half=_half(got, obtained, restore),
    )


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide; nan where there is nothing to divide by."""
    whole = np.broadcast_to(whole, part.shape)
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)


def _found(
    agreement: Agreement,
    steps: tuple[Step, ...],
    step: Ints,
    names: tuple[str, ...],
    concealable: Bools,
    within: Floats,
    value: Valuation,
) -> tuple[Floats, Floats]:
    """Chance that a concealment of each piece is found in time, and that it also comes to a report in time: (D, P)."""
    begun = np.array([s.years for s in steps])[step]
    over = begun + within[:, None]
    due = np.minimum(over, agreement.horizon)
    last = np.zeros_like(due)  # the last report in time, or the step itself
    for day in (*(s.years for s in steps), agreement.horizon):
        # A review a year on may fall a day after the year of 365.25 days is over.
        last = np.where(day <= over + 1.0 / DAYS_PER_YEAR, day, last)
    watched = tuple(dict.fromkeys(names))
    column = np.array([watched.index(name) for name in names], dtype=np.int64)

    def chance(until: Floats) -> Floats:
        always = np.zeros(begun.size, dtype=np.int64)
        hazard, _ = hazards(agreement, watched, begun, until, always, value, within.size)
        return np.where(concealable, -np.expm1(-hazard[:, np.arange(begun.size), column]), 1.0)

    return chance(due), chance(np.minimum(last, due))


def _half(got: Floats, obtained: Floats, restore: Floats) -> Floats:
    """Time after a breakdown at which half of what was obtained is lost again: (D, E)."""
    if got.shape[2] == 0:
        return np.full(obtained.shape, np.nan)
    order = np.argsort(restore, axis=1, kind="stable")
    back = np.take_along_axis(got, order[:, None, :], axis=2).cumsum(axis=2)
    first = (back >= (0.5 - TOLERANCE) * obtained[:, :, None]).argmax(axis=2)
    return np.where(obtained > 0, np.take_along_axis(np.take_along_axis(restore, order, axis=1), first, axis=1), np.nan)


# ------------------------------------------------------------------------------- one draw, as objects with names


def _party_score(agreement: Agreement, steps: tuple[Step, ...], party: str, f: Figures) -> PartyScore:
    aims = agreement.parties[party].aims or Aims()
    wanted = {
        "complete": aims.complete.likely if aims.complete else None,
        "verifiable": aims.verifiable.chance.likely if aims.verifiable else None,
        "irreversible": aims.irreversible.likely if aims.irreversible else None,
    }
    course = tuple(_score(e, s, f, wanted) for e, s in enumerate(steps))
    left = {
        name: 1.0 - float(f.share[0, [k for k, other in enumerate(f.stake) if other == name]].sum())
        for name, stake in agreement.stakes.items()
        if stake.holder != party and party in stake.worth and stake.worth[party].likely < 0
    }
    return PartyScore(
        party=party,
        harm=float(f.harm[0]),
        kept={name: share for name, share in left.items() if share > TOLERANCE},
        within=float(f.within[0]),
        lasting=float(f.lasting[0]),
        obtained=tuple(_obtained(agreement, steps[int(e)], f, k) for k, e in enumerate(f.step)),
        course=course,
        complete=_criterion("complete", course, wanted, f),
        verifiable=_criterion("verifiable", course, wanted, f),
        irreversible=_criterion("irreversible", course, wanted, f),
    )


def _obtained(agreement: Agreement, step: Step, f: Figures, k: int) -> Obtained:
    return Obtained(
        entry=step.id,
        title=step.title,
        date=step.date,
        stake=f.stake[k],
        holder=agreement.stakes[f.stake[k]].holder,
        share=float(f.share[0, k]),
        worth=float(f.worth[0, k]),
        concealable=bool(f.concealable[k]),
        found=float(f.found[0, k]),
        reported=float(f.reported[0, k]),
        restore=float(f.restore[0, k]),
    )


def _score(e: int, step: Step, f: Figures, wanted: dict[str, float | None]) -> Score:
    def figure(array: Floats) -> float | None:
        return None if np.isnan(array[0, e]) else float(array[0, e])

    least, shortest = figure(f.least), figure(f.shortest)
    decides = {"complete": figure(f.complete), "verifiable": least, "irreversible": shortest}
    return Score(
        entry=step.id,
        title=step.title,
        date=step.date,
        years=step.years,
        complete=decides["complete"],
        verifiable=figure(f.verifiable),
        least=least,
        reported=figure(f.at_report),
        irreversible=figure(f.irreversible),
        shortest=shortest,
        half=figure(f.half),
        status={what: _status(what, decides[what], wanted[what]) for what in CRITERIA},
    )


def _status(what: str, decides: float | None, aim: float | None) -> Status:
    if aim is None:
        return "no aim"
    if decides is None:
        return "nothing harmful" if what == "complete" else "nothing obtained"
    return "met" if decides >= aim - TOLERANCE else "not met"


def _criterion(what: str, course: tuple[Score, ...], wanted: dict[str, float | None], f: Figures) -> Criterion:
    end, aim = course[-1], wanted[what]
    figure: float | None = getattr(end, what)
    # The status before the first entry, and after each.
    none_yet = 0.0 if what == "complete" and end.complete is not None else None
    held = [_status(what, none_yet, aim), *(score.status[what] for score in course)]
    turned = [course[e].entry for e in range(len(course)) if held[e + 1] != held[e]]
    counts = {
        "complete": np.ones(f.step.size),
        "verifiable": f.found[0],
        "irreversible": (f.restore[0] >= f.lasting[0] - TOLERANCE).astype(float),
    }[what]
    moves: list[Move] = []
    for e in dict.fromkeys(int(e) for e in f.step):
        worth = f.worth[0] * (f.step != e)
        whole = f.harm[0] if what == "complete" else worth.sum()
        without = float((worth * counts).sum() / whole) if whole > 0 else 1.0
        moves.append(Move(course[e].entry, course[e].title, course[e].date, (figure or 0.0) - without))
    return Criterion(
        figure,
        aim,
        end.status[what],
        turned[-1] if turned else None,
        raised=_largest([move for move in moves if move.change > TOLERANCE]),
        lowered=_largest([move for move in moves if move.change < -TOLERANCE]),
    )


def _largest(moves: list[Move]) -> Move | None:
    """The largest change, the first of those that are equal but for rounding."""
    most = max((abs(move.change) for move in moves), default=0.0)
    return next((move for move in moves if abs(move.change) >= most - TOLERANCE), None)
