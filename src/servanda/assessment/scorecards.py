"""Scorecard: how complete, verifiable and irreversible is what each party obtains of the others, if everyone keeps?

What a party obtains are the shares of the others' stakes that harm it and that the plan gives up. The formulas are
those of `model.md`, section 4.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.dates import TOLERANCE
from servanda.agreement.format.agreement import Agreement, Aims, as_in
from servanda.agreement.format.values import DAYS_PER_YEAR, Number
from servanda.arrays import Floats, Ints
from servanda.errors import expect
from servanda.game.accumulation import Valuation, hazards, shares
from servanda.game.calendar import Step, calendar_of
from servanda.game.compiler import likely
from servanda.records import Record
from servanda.result import About, Result, about, plain, vouched_once

CRITERIA = ("complete", "verifiable", "irreversible")


Status = Literal["met", "not met", "no aim", "nothing obtained", "nothing harmful"]


@dataclass(frozen=True)
class Obtained:
    """A share of one stake that a party obtains at one entry.

    Attributes
    ----------
    entry, title : str
    date : datetime.date
    stake, holder : str
    share : float
        Of the stake.
    worth : float
        Harm that it does to the party while it is held: share times the size of the stake's worth, units per year.
    concealable : bool
        Whether its holder can claim to give it here and keep it in secret.
    found : float
        Chance that a concealment begun here is found within the party's time; 1 where nothing can be concealed.
    reported : float
        The same, counting only what comes to a report (takes effect) within the time.
    restore : float
        Time its holder needs to restore it after a breakdown, years; infinite for never.
    """

    entry: str
    title: str
    date: date
    stake: str
    holder: str
    share: float
    worth: float
    concealable: bool
    found: float
    reported: float
    restore: float


@dataclass(frozen=True)
class Score(Record):
    """What one party has obtained after an entry.

    Attributes
    ----------
    entry, title : str
    date : datetime.date
    years : float
        From the start.
    complete : float or None
        Share of what harms the party that the others have given up; None if nothing of theirs harms it.
    verifiable : float or None
        Chance that a concealment is found within the party's time: mean of `Obtained.found` by worth. None, as all
        below, while nothing is obtained.
    least : float or None
        The smallest `Obtained.found`, which decides whether the aim is met.
    reported : float or None
        Mean of `Obtained.reported` by worth.
    irreversible : float or None
        Share of what is obtained, by worth, that takes its holder the party's time or longer to restore.
    shortest : float or None
        The shortest restore time, years, which decides whether the aim is met.
    half : float or None
        Time after a breakdown at which half of what was obtained, by worth, is lost again, years; infinite for never.
    status : dict[str, str]
        For `complete`, `verifiable` and `irreversible`: `met` or `not met`; `no aim`; `nothing obtained` or `nothing
        harmful` where there is an aim but nothing to hold against it.
    """

    entry: str
    title: str
    date: date
    years: float
    complete: float | None
    verifiable: float | None
    least: float | None
    reported: float | None
    irreversible: float | None
    shortest: float | None
    half: float | None
    status: dict[str, Status]


@dataclass(frozen=True)
class Move:
    """The entry that raises (or lowers) a figure most: without what it gives, the figure would be lowest (or highest).

    Attributes
    ----------
    entry, title : str
        The first of equals.
    date : datetime.date
    change : float
        The figure at the end less what it would be without this entry. If nothing were obtained without it,
        `verifiable` and `irreversible` count as 1 then: nothing could be concealed, and nothing restored.
    """

    entry: str
    title: str
    date: date
    change: float


@dataclass(frozen=True)
class Criterion:
    """One of the three figures at the end of the plan, against the party's aim.

    Attributes
    ----------
    figure : float or None
        As in `Score`.
    aim : float or None
        The share (`complete`), the chance (`verifiable`) or the restore time in years (`irreversible`) that the party
        wants; None if it states none.
    status : str
        As in `Score`.
    since : str or None
        The entry from which on that has been so; None if it was so before the first.
    raised, lowered : Move or None
        By the entry that raises it most, and by the one that lowers it most; None where no entry does by itself.
    """

    figure: float | None
    aim: float | None
    status: Status
    since: str | None
    raised: Move | None
    lowered: Move | None


@dataclass(frozen=True)
class PartyScore(Record):
    """What one party obtains of the others over a plan.

    Attributes
    ----------
    party : str
    harm : float
        What the others' stakes that harm it come to, units per year.
    kept : dict[str, float]
        Share of each of these stakes that the plan leaves with its holder, where there is any.
    within : float
        Time within which a concealment is to be found, years: the aim's, or one year.
    lasting : float
        Restore time from which on a stake counts as irreversible, years: the aim's, or one year.
    obtained : tuple[Obtained, ...]
        In order of play.
    course : tuple[Score, ...]
        After each entry of the plan.
    complete, verifiable, irreversible : Criterion
    """

    party: str
    harm: float
    kept: dict[str, float]
    within: float
    lasting: float
    obtained: tuple[Obtained, ...]
    course: tuple[Score, ...]
    complete: Criterion
    verifiable: Criterion
    irreversible: Criterion

    @property
    def end(self) -> Score:
        """What it has obtained after the last entry."""
        return self.course[-1]

    @property
    def criteria(self) -> dict[str, Criterion]:
        """The three figures by name."""
        return {"complete": self.complete, "verifiable": self.verifiable, "irreversible": self.irreversible}


@dataclass(frozen=True, repr=False)
class Scorecard(Result):
    """What each party obtains of the others if everyone keeps.

    Attributes
    ----------
    plan, title : str
    parties : dict[str, PartyScore]
        In file order.
    agreement : Agreement
    about : About or None
    """

    plan: str
    title: str
    parties: dict[str, PartyScore]
    agreement: Agreement = field(compare=False)
    about: About | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        rows = "; ".join(
            f"{name} " + ", ".join(f"{what} {c.status}" for what, c in one.criteria.items())
            for name, one in self.parties.items()
        )
        return f"<Scorecard of plan {self.plan!r}: {rows}>"

    @property
    def harmed(self) -> dict[str, PartyScore]:
        """The parties that something harms which another one holds."""
        return {name: one for name, one in self.parties.items() if one.harm > 0}


@dataclass(frozen=True, repr=False)
class Scorecards(Result):
    """What each party obtains of the others, for some plans of an agreement.

    Attributes
    ----------
    agreement : Agreement
    cards : tuple[Scorecard, ...]
    about : About
    """

    agreement: Agreement
    cards: tuple[Scorecard, ...]
    about: About = field(compare=False)

    def __iter__(self) -> Iterator[Scorecard]:
        return iter(self.cards)

    def __len__(self) -> int:
        return len(self.cards)

    def __repr__(self) -> str:
        return f"<Scorecards of {self.agreement.title!r}: {', '.join(card.plan for card in self.cards)}>"

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda score --json` prints."""
        return {"title": self.agreement.title, "plans": self.cards_to_json(), "about": plain(self.about)}

    def cards_to_json(self) -> list[dict[str, Any]]:
        """Give the plans alone."""
        return [{"plan": c.plan, "title": c.title, "parties": plain(c.parties)} for c in self.cards]


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
    plan : str
        Name of one of its plans.

    Raises
    ------
    NoSuchName
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
    expect(agreement, Agreement, "scorecard")
    began = time.perf_counter()
    steps = calendar_of(agreement, plan)
    found = figures(as_in(agreement, plan), steps)
    title = agreement.plans[plan].title or plan.replace("-", " ")
    parties = {p: _party_score(as_in(agreement, plan), steps, p, f) for p, f in found.items()}
    return Scorecard(plan, title, parties, agreement, about(agreement, time.perf_counter() - began))


def scorecards(agreement: Agreement, plans: str | Iterable[str] | None = None) -> Scorecards:
    """Work out the scorecards of several plans, to set them side by side.

    Parameters
    ----------
    plans : name or names, optional
        By default all plans, in file order.
    """
    expect(agreement, Agreement, "scorecards")
    began = time.perf_counter()
    names = [plans] if isinstance(plans, str) else agreement.plans if plans is None else plans
    with vouched_once(agreement):
        cards = tuple(scorecard(agreement, name) for name in names)
        return Scorecards(agreement, cards, about(agreement, time.perf_counter() - began))


def figures(agreement: Agreement, steps: tuple[Step, ...], valuation: Valuation = likely) -> dict[str, Figures]:
    """Work out the figures of every party as arrays.

    Parameters
    ----------
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
