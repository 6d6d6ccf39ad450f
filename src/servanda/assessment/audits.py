"""Audit: with everyone else keeping for certain, who would gain by breaking the plan, where, how, and how much?

Two questions are asked of every type. A *single breach* breaks the plan at one entry and keeps at all others. The
*best course* is the best of all continuations: any acts at all own entries, such as concealing twice and withdrawing
before inspections begin.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, overload

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.breaches import TOLERANCE, Replies, breaches, in_office, replies, trunk
from servanda.assessment.critical import CriticalValue, critical_values
from servanda.errors import expect, numbered
from servanda.game.compiler import Game
from servanda.game.kinds import TURNOVER
from servanda.result import About, Result, about, plain
from servanda.solver.equilibrium import is_choice


@dataclass(frozen=True)
class Deviation:
    """One type's better breach at one entry, nothing having been concealed before.

    Attributes
    ----------
    party, type, entry, title : str
    date : datetime.date
    act : {'withdraw', 'conceal'}
        The better single breach: keeping at all other entries.
    gain : float
        What it gains beyond keeping: present value at the entry's date, units; positive means that breaking pays.
    best_gain : float
        The same over all continuations: of the better breach here and the best course after it; never below `gain`.
    """

    party: str
    type: str
    entry: str
    title: str
    date: date
    act: str
    gain: float
    best_gain: float


@dataclass(frozen=True)
class CourseAct:
    """What a course of action does at one entry: `act` is keep, conceal or withdraw."""

    entry: str
    title: str
    date: date
    act: str


@dataclass(frozen=True)
class Course:
    """The best course of action of a type over all its entries.

    It is carried out as long as the agreement and this government last. A new government of another party changes
    nothing in it, since all of them keep; a new government of its own keeps. Among acts that differ by no more than
    1e-9 units it keeps.

    Attributes
    ----------
    since : str or None
        The turnover that first brings this type into office; None if it may be in office at the start.
    date : datetime.date
        When it begins: the day of that turnover, or the start.
    acts : tuple[CourseAct, ...]
        One for each entry at which it decides, in date order; the last one is its withdrawal, if it withdraws.
    gain : float
        What the course gains beyond keeping at all entries, present value at `date`, units; never negative.
    """

    since: str | None
    date: date
    acts: tuple[CourseAct, ...]
    gain: float

    @property
    def breaches(self) -> tuple[CourseAct, ...]:
        """The acts that break the plan; empty if keeping is best."""
        return tuple(act for act in self.acts if act.act != "keep")


@dataclass(frozen=True)
class TypeAudit:
    """The audit of one party's type.

    Attributes
    ----------
    party, type : str
    best : Deviation or None
        The most profitable single breach (or the least unprofitable); None if the party never chooses.
    deviations : tuple[Deviation, ...]
        The better breach at every entry, in date order.
    best_course : float
        What the best course of action over all entries gains at the start, units (never negative): concealing
        where it pays and withdrawing when it pays, until a new government, which keeps, takes over. Of a type that
        comes into office later: at that turnover, given that it does.
    course : Course or None
        That course; None for a type that can never be in office.
    """

    party: str
    type: str
    best: Deviation | None
    deviations: tuple[Deviation, ...]
    best_course: float
    course: Course | None

    @property
    def self_enforcing(self) -> bool:
        """Whether breaking gains nothing at any entry, whatever follows."""
        return all(row.best_gain <= TOLERANCE for row in self.deviations)


@dataclass(frozen=True, repr=False)
class Audit(Result, Sequence[TypeAudit]):
    """Who would gain by breaking a plan: a sequence of the audits of all types.

    Attributes
    ----------
    plan : str
    rows : tuple[TypeAudit, ...]
        One for each party and type, in file order.
    critical : tuple[CriticalValue, ...] or None
        The single numbers that would change the verdict; None if they were not looked for.
    agreement : Agreement
    about : About or None
    """

    plan: str
    rows: tuple[TypeAudit, ...]
    critical: tuple[CriticalValue, ...] | None
    agreement: Agreement = field(compare=False)
    about: About | None = field(default=None, compare=False)

    @property
    def self_enforcing(self) -> bool:
        """Whether nobody gains by breaking the plan, if everyone else keeps."""
        return all(row.self_enforcing for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[TypeAudit]:
        return iter(self.rows)

    @overload
    def __getitem__(self, index: int) -> TypeAudit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[TypeAudit, ...]: ...
    def __getitem__(self, index: int | slice) -> TypeAudit | tuple[TypeAudit, ...]:
        return self.rows[index]

    def __repr__(self) -> str:
        return f"<Audit of plan {self.plan!r}: {'' if self.self_enforcing else 'not '}self-enforcing>"

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda audit --json` prints."""
        critical = {} if self.critical is None else {"critical": plain(self.critical)}
        return {"plan": self.plan, "audit": self.rows_to_json(), **critical, "about": plain(self.about)}

    def rows_to_json(self) -> list[dict[str, Any]]:
        """Give the audits of all types alone."""
        return [{**plain(row), "self_enforcing": row.self_enforcing} for row in self.rows]


def audit(game: Game, draw: int = 0, *, critical: bool = False) -> Audit:
    """Audit a plan for self-enforcement.

    Everyone else keeps for certain and conceals nothing; ratifications, turnovers and incidents come by chance.

    Parameters
    ----------
    draw : int
        Which draw of the uncertain numbers, 0 being the first.
    critical : bool
        Also find the single numbers that would change the verdict (see `critical_values`).

    Returns
    -------
    Audit
        One row for each party and type, in file order.

    Examples
    --------
    >>> import servanda
    >>> rows = servanda.audit(servanda.compile(servanda.read("singapore-2018"), plan="phased"))
    >>> sorted({row.party for row in rows})
    ['dprk', 'usa']
    """
    expect(game, Game, "audit")
    draw = numbered("draw", draw, game.draws)
    began = time.perf_counter()
    result: list[TypeAudit] = []
    for p, party in enumerate(game.parties):
        found = replies(game, p, draw)
        gains = breaches(game, p, found, in_office(game, p, draw))
        for k, name in enumerate(game.types[p]):
            rows: list[Deviation] = []
            for e in np.flatnonzero(gains.withdraw[:, k] > -np.inf):
                conceal, withdraw, best = (float(gain[e, k]) for gain in gains)
                act = "conceal" if conceal > withdraw else "withdraw"
                step = game.steps[e]
                gain = max(conceal, withdraw)
                rows.append(Deviation(party, name, step.id, step.title, step.date, act, gain, max(gain, best)))
            course = _course(game, p, k, found, draw)
            single = max(rows, key=lambda row: row.gain, default=None)
            result.append(TypeAudit(party, name, single, tuple(rows), course.gain if course else 0.0, course))
    values = critical_values(game.agreement, game.plan) if critical else None
    made = about(game.agreement, time.perf_counter() - began)
    return Audit(game.plan, tuple(result), values, game.agreement, made)


def _course(game: Game, p: int, k: int, found: Replies, draw: int) -> Course | None:
    """The best course of a type from when it can first be in office; None if it never can."""
    tables, nodes = game.tables, trunk(game)
    begin, since, day, weight = 0, None, game.agreement.start, 1.0
    if tables.log_prior[draw, p, k] == -np.inf:
        brings = (
            (game.tree.actor == p)
            & (tables.log_fresh[draw, p, game.tree.row, k] > -np.inf)
            & (tables.replaced[draw, game.tree.row] > 0)
        )
        turnovers = [e for e, v in enumerate(nodes[:-1]) if brings[v] and game.tree.kind[v] == TURNOVER]
        if not turnovers:
            return None
        begin = turnovers[0] + 1
        since, day = game.steps[begin - 1].id, game.steps[begin - 1].date
        weight = float(tables.calm[draw, begin])  # an incident on the way spoils both courses alike
    first = nodes[begin]
    state = game.block(p, first).start + k * int(tables.sets[p, first])
    gain = weight * tables.discount[draw, p, begin, k] * (found.best[state] - found.keeping[state])
    acts: list[CourseAct] = []
    concealed = 0
    for v in nodes[begin:-1]:
        if game.tree.actor[v] != p:
            continue
        if game.tree.kind[v] == TURNOVER and tables.replaced[draw, game.tree.row[v]] == 1:
            break
        if not is_choice(game, v):
            continue
        sets, step = int(tables.sets[p, v]), game.step_at(v)
        keep, conceal, withdraw = found.best_acts[:, game.block(p, v).start + k * sets + concealed]
        act = "keep" if keep >= max(conceal, withdraw) - TOLERANCE else "conceal" if conceal > withdraw else "withdraw"
        acts.append(CourseAct(step.id, step.title, step.date, act))
        if act == "withdraw":
            break
        concealed += sets if act == "conceal" else 0  # the new bit is the highest: there are 2^(steps so far) sets
    return Course(since, day, tuple(acts), float(max(0.0, gain)))
