"""Critical values: which finding rate, discount, restore time or chance would just make a plan self-enforcing?

One number of the file is changed at a time, all others at their likely values, and the audit of each type is repeated:
everyone else keeps for certain, and the type looks at all continuations (`servanda.assessment.audits`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from servanda.agreement.format.agreement import Agreement, as_in
from servanda.agreement.format.entries import Turnover
from servanda.agreement.format.values import Number
from servanda.arrays import Floats
from servanda.assessment.breaches import TOLERANCE, Breaches, breaches, in_office, replies
from servanda.errors import expect
from servanda.game.calendar import calendar_of
from servanda.game.compiler import Game, compile

PRECISION = 1e-10  # of a critical value, in its own unit


RANGED, OPEN = 20, 40  # intervals in which crossings are looked for: of a range of the file, of any other


HIGHEST = {"finds": 52.0, "discount": 1.0, "chance": 1.0}  # where the file gives no range; restore: the horizon


_STATES = 4_000_000  # private states times draws to compile at once


_SLACK = 1e-12  # a gain that moves by no more than this, relative to its size, does not move


@dataclass(frozen=True)
class CriticalValue:
    """Where, along one number of the file, a plan becomes or ceases to be self-enforcing for one type.

    Attributes
    ----------
    plan, party, type : str
    kind : {'finds', 'discount', 'restore', 'chance'}
        A finding rate, per year; the type's discount, per year; a restore time, years; the chance that a new government
        of the party is of a certain type, the other types in proportion.
    of : str
        Whose: key of the measure, the party or the stake; for a chance `turnover:type`.
    place : str
        The number's place in the file.
    now : float
        Its likely value. Restore times stop at the horizon, as longer ones are the same as never.
    low, high : float
        The range that was searched: the number's own, or 0 to 52 a year, 0 to 1, or 0 to the horizon (and up to `now`).
    self_enforcing : bool
        Whether the plan is self-enforcing for the type with the value as it is now.
    value : float or None
        The crossing nearest to `now`, to 1e-10; None if there is none in the range.
    how : {'raise', 'lower'} or None
        How the number gets there from `now`.
    crossings : tuple[float, ...]
        All values found in the range at which the verdict changes, ascending. Two crossings between neighbouring points
        of the grid escape it: 20 even intervals of a range of the file, else 40, closer together at low values.
    holds : tuple[tuple[float, float], ...]
        The parts of the range in which the plan is self-enforcing for the type.
    """

    plan: str
    party: str
    type: str
    kind: str
    of: str
    place: str
    now: float
    low: float
    high: float
    self_enforcing: bool
    value: float | None
    how: str | None
    crossings: tuple[float, ...]
    holds: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class _Dial:
    """One number to turn: what to call it, whom it may concern, and what else changes with it."""

    kind: str
    of: str
    place: str
    number: Number
    concerns: tuple[tuple[str, str], ...]  # party, type
    others: tuple[tuple[Number, float], ...] = ()  # that share 1 minus the value, in these proportions


def critical_values(agreement: Agreement, plan: str, *, wide: bool = False) -> tuple[CriticalValue, ...]:
    """Find the critical values of a plan, for each party's types and each number that can matter to it.

    Looked at are the finding rates of the measures, the discount that a type uses, the restore times of the stakes that
    the plan gives up, and the chances of the types of a party's own new governments. A number is left out for a type
    if no gain of breaking moves with it. The prior chances of types never matter: in the audit the others keep for
    certain whatever they are, and a type knows itself. A discount that several types share is changed for all of them.

    Parameters
    ----------
    plan : str
        Name of one of its plans.
    wide : bool
        Search beyond the ranges of the file: 0 to 52 a year, 0 to 1, or 0 to the horizon for every number.

    Returns
    -------
    tuple[CriticalValue, ...]
        By party, type and number, in file order.

    Examples
    --------
    >>> import servanda
    >>> found = servanda.critical_values(servanda.loads(servanda.starter_text()), "at-once")
    >>> [row] = [row for row in found if row.crossings]
    >>> row.place, row.type, round(row.value, 2)
    ('stakes.programme.restore', 'opportunist', 3.97)
    """
    expect(agreement, Agreement, "critical_values")
    search = _Search(agreement, plan, wide)
    agreement = search.agreement
    types = dict(zip(search.parties, search.types, strict=True))
    found = [row for dial in _dials(agreement, plan, types) for row in search.along(dial)]
    order = [(party, kind) for party, kinds in types.items() for kind in kinds]
    return tuple(sorted(found, key=lambda row: order.index((row.party, row.type))))


class _Search:
    """The audit of one plan as a function of one number."""

    def __init__(self, agreement: Agreement, plan: str, wide: bool) -> None:
        game = compile(agreement, plan)
        self.agreement, self.plan, self.wide = as_in(agreement, plan), plan, wide
        self.parties, self.types = game.parties, game.types
        self.there = [in_office(game, p, 0) for p in range(len(game.parties))]
        self.at_once = max(1, _STATES // int(game.tables.kinds @ game.tables.sets.sum(axis=1)))

    def along(self, dial: _Dial) -> Iterator[CriticalValue]:
        """The critical values of all types that a number matters to."""
        now, low, high = self._range(dial)
        if not low < high:
            return
        share = np.linspace(0.0, 1.0, 1 + (RANGED if self._ranged(dial) else OPEN))
        grid = low + (high - low) * (share if self._ranged(dial) else share**3)
        grid = np.unique(np.append(grid, now))
        parties = sorted({self.parties.index(party) for party, _ in dial.concerns})
        for p, gains in zip(parties, self._gains(dial, parties, grid), strict=True):
            for k, kind in enumerate(self.types[p]):
                if (self.parties[p], kind) in dial.concerns and _moves(gains[..., k]):
                    yield self._value(dial, p, k, grid, gains[:, -1, :, k].max(axis=1))

    def _value(self, dial: _Dial, p: int, k: int, grid: Floats, gains: Floats) -> CriticalValue:
        """Put together what was found for one type; `gains` (points,): of its best breach over all continuations."""
        now, low, high = self._range(dial)

        def excess(x: float) -> float:
            return float(self._gains(dial, [p], np.array([x]))[0][0, -1, :, k].max()) - TOLERANCE

        over = gains - TOLERANCE
        crossings: list[float] = []
        for (a, b), (f, g) in zip(pairwise(grid), pairwise(over), strict=True):
            if (f > 0) != (g > 0):
                crossings.append(crossing(excess, (float(a), float(b)), (float(f), float(g))))
        ends = [low, *crossings, high]
        first = 0 if over[0] <= 0 else 1
        nearest = min(crossings, key=lambda x: abs(x - now), default=None)
        return CriticalValue(
            plan=self.plan,
            party=self.parties[p],
            type=self.types[p][k],
            kind=dial.kind,
            of=dial.of,
            place=dial.place,
            now=now,
            low=low,
            high=high,
            self_enforcing=bool(over[np.searchsorted(grid, now)] <= 0),
            value=nearest,
            how=None if nearest is None else "raise" if nearest > now else "lower",
            crossings=tuple(crossings),
            holds=tuple((ends[i], ends[i + 1]) for i in range(first, len(ends) - 1, 2)),
        )

    def _ranged(self, dial: _Dial) -> bool:
        return dial.number.ranged and not self.wide

    def _range(self, dial: _Dial) -> tuple[float, float, float]:
        """The number now, and between which values to look."""
        number, top = dial.number, HIGHEST.get(dial.kind, self.agreement.horizon)
        now = number.likely
        low, high = 0.0, max(top, now)
        if self._ranged(dial) and number.low is not None and number.high is not None:
            low, high = number.low, number.high
        if dial.kind == "restore":
            now, low, high = (min(x, self.agreement.horizon) for x in (now, low, high))
        return now, low, high

    def _gains(self, dial: _Dial, parties: list[int], values: Floats) -> list[Floats]:
        """Gains of breaking, (values, 4, E, K) for each party, at several values of the number; see `Breaches`."""
        found: list[list[Breaches]] = [[] for _ in parties]
        for i in range(0, values.size, self.at_once):
            game = self._compile(dial, values[i : i + self.at_once])
            for rows, p in zip(found, parties, strict=True):
                rows += [breaches(game, p, replies(game, p, draw), self.there[p], draw) for draw in range(game.draws)]
        return [np.array(rows) for rows in found]

    def _compile(self, dial: _Dial, values: Floats) -> Game:
        changed = {id(dial.number): values}
        changed |= {id(number): (1.0 - values) * part for number, part in dial.others}
        return compile(
            self.agreement, self.plan, lambda number: changed.get(id(number), np.full(values.size, number.likely))
        )


def crossing(f: Callable[[float], float], where: tuple[float, float], what: tuple[float, float]) -> float:
    """Find where a continuous function changes sign, to 1e-10, by secants with bisection as their guard.

    Parameters
    ----------
    where : tuple[float, float]
        Two ascending places.
    what : tuple[float, float]
        The function there; exactly one of them is above 0.
    """
    (a, b), (fa, fb) = where, what
    ga, gb = fa, fb  # halved on a side that stays, so that it comes to move (the Illinois rule)
    width = max(PRECISION, 8 * float(np.spacing(max(abs(a), abs(b)))))
    wanted = b - a
    while b - a > width:
        wanted /= 2
        x = b - gb * (b - a) / (gb - ga)
        # Never so near to an end that nothing is learned; and bisection as soon as it would be three steps ahead.
        x = min(max(x, a + width / 2), b - width / 2) if b - a <= 8 * wanted else (a + b) / 2
        fx = f(x)
        if (fx > 0) == (fa > 0):
            a, fa, ga, gb = x, fx, fx, gb / 2
        else:
            b, fb, gb, ga = x, fx, fx, ga / 2
    return (a + b) / 2


def _moves(gains: Floats) -> bool:
    """Tell whether any gain of breaking, (values, 4, E), depends on the number at all."""
    there = gains.reshape(len(gains), -1)
    there = there[:, np.isfinite(there[0])]
    if there.size == 0:
        return False
    return bool(np.ptp(there, axis=0).max() > _SLACK * max(1.0, float(np.abs(there).max())))


def _dials(agreement: Agreement, plan: str, types: dict[str, tuple[str, ...]]) -> Iterator[_Dial]:
    """List the numbers that might matter, with the types that they might matter to."""
    every = tuple((name, kind) for name, kinds in types.items() for kind in kinds)
    for name, measure in agreement.measures.items():
        yield _Dial("finds", name, f"measures.{name}.finds", measure.finds, every)
    for name, party in agreement.parties.items():
        own = {kind for kind, declared in party.types.items() if declared.discount is not None}
        common = tuple((name, kind) for kind in types[name] if kind not in own)
        if common:
            yield _Dial("discount", name, f"parties.{name}.discount", party.discount, common)
        for kind, declared in party.types.items():
            if declared.discount is not None:
                place = f"parties.{name}.types.{kind}.discount"
                yield _Dial("discount", name, place, declared.discount, ((name, kind),))
    given = {stake for step in calendar_of(agreement, plan) for stake in step.gives}
    for name, stake in agreement.stakes.items():
        if name in given:
            yield _Dial("restore", name, f"stakes.{name}.restore", stake.restore, every)
    for entry in agreement.plans[plan].entries:
        if isinstance(entry, Turnover):
            yield from _chances(entry, f"plans.{plan}.entries.{entry.id}.types", types[entry.turnover])


def _chances(entry: Turnover, place: str, types: tuple[str, ...]) -> Iterator[_Dial]:
    """The chances of a new government's types; of two types only the first, as the other is what is left."""
    concerns = tuple((entry.turnover, kind) for kind in types)
    named = list(entry.types)
    for kind in named[:1] if len(named) == 2 else named if len(named) > 2 else []:
        rest = {other: number.likely for other, number in entry.types.items() if other != kind}
        total = sum(rest.values())
        others = tuple(
            (entry.types[other], chance / total if total > 0 else 1 / len(rest)) for other, chance in rest.items()
        )
        yield _Dial("chance", f"{entry.id}:{kind}", f"{place}.{kind}", entry.types[kind], concerns, others)
