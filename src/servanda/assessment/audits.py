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

from servanda.agreement.dates import later
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.breaches import TOLERANCE, Replies, breaches, follows, in_office, replies, seat_at, trunk
from servanda.assessment.critical import CriticalValue, critical_values
from servanda.errors import expect, numbered
from servanda.game.calendar import Step
from servanda.game.compiler import Game
from servanda.game.kinds import EXCHANGE, HORIZON, TURNOVER
from servanda.result import About, Result, about, plain


@dataclass(frozen=True)
class Deviation:
    """One type's best breach at one entry, nothing having been concealed before.

    Attributes
    ----------
    party, type, entry, title : str
    date : datetime.date
    act : {'withdraw', 'conceal', 'hold', 'lapse'}
        The best single breach: keeping at all other entries. Who holds back mends it at the first look; to let a
        renewal lapse is a breach too.
    gain : float
        What it gains beyond keeping: present value at the entry's date, units; positive means that breaking pays.
    best_gain : float
        The same over all continuations: of the best breach here and the best course after it; never below `gain`.
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
    """What a course of action does at one entry: `act` is keep, conceal, withdraw, hold or lapse.

    At a look at what it is late with `entry` is that entry, and `date` that of the look.
    """

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
        One for each entry at which it decides, in date order; the last one is its withdrawal, if it withdraws. Where
        it holds back, what it does at the looks follows, as all others wait. All votes pass, and nobody is found.
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
        The best breach at every entry, in date order.
    best_course : float
        What the best course of action over all entries gains at the start, units (never negative): concealing
        where it pays and withdrawing when it pays, until a new government, which keeps, takes over. Of a type that
        comes into office later: at that turnover, given that it does. What it does after a failed vote or a finding
        that did not end the agreement counts too, and is not in `course`.
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
        """Whether breaking gains nothing at any entry, whatever follows, while no vote fails and nothing is found."""
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

    Everyone else keeps for certain and conceals nothing, and waits for who is late; ratifications, turnovers and
    incidents come by chance. Acts that have no weight among a party's habits do not exist.

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
        gains = breaches(game, p, found, in_office(game, p, draw), draw)
        for k, name in enumerate(game.types[p]):
            rows: list[Deviation] = []
            for e in np.flatnonzero(gains.best[:, k] > -np.inf):
                conceal, withdraw, hold, best = (float(gain[e, k]) for gain in gains)
                step, gain = game.steps[e], max(withdraw, conceal, hold)
                act = _called(step, ("withdraw", "conceal", "hold")[[withdraw, conceal, hold].index(gain)])
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
        weight = float(tables.calm[draw, game.tree.row[nodes[begin]]])  # an incident on the way spoils both alike
    v = int(nodes[begin])
    state = game.block(p, v).start + k * int(tables.sets[p, v])
    gain = weight * tables.discount[draw, p, game.tree.row[v], k] * (found.best[state] - found.keeping[state])
    return Course(since, day, _acts(game, p, k, v, found, draw), float(max(0.0, gain)))


def _acts(game: Game, p: int, k: int, v: int, found: Replies, draw: int) -> tuple[CourseAct, ...]:
    """What a type does on its best course from a node on, nothing concealed so far."""
    tree, tables = game.tree, game.tables
    acts: list[CourseAct] = []
    concealed, step = 0, game.steps[0]
    while tree.kind[v] != HORIZON:
        if tree.kind[v] == TURNOVER and tree.actor[v] == p and tables.replaced[draw, tree.row[v]] == 1:
            break
        seat = seat_at(game, v, p)
        act = "keep"
        if seat >= 0:
            late = game.node_step[v] < 0
            day = later(game.agreement.start, float(game.node_years[v]))
            step = step if late else game.step_at(v)  # the look is at what it is late with
            worth = found.best_acts[:, game.block(p, seat).start + k * int(tables.sets[p, seat]) + concealed]
            if game.is_late:
                worth = np.where(tables.habit[draw, tree.row[seat]] > -np.inf, worth, -np.inf)
            keep, conceal, withdraw, hold = (float(gain) for gain in (*worth, -np.inf)[:4])
            best = max(conceal, withdraw, hold)
            if keep < best - TOLERANCE:
                act = ("withdraw", "conceal", "hold")[[withdraw, conceal, hold].index(best)]
            title = f"{step.title}, late" if late else step.title
            acts.append(CourseAct(step.id, title, day if late else step.date, _called(step, act)))
            if act == "withdraw":
                break
        if tree.kind[v] == EXCHANGE:
            concealed += int(tables.sets[p, v]) if act == "conceal" else 0
        elif act != "hold":
            to = tables.hide_to if act == "conceal" else tables.keep_to
            concealed = int(to[tables.found_offset[p, v] + concealed])
        v = follows(game, v, p, holds=act == "hold")
    return tuple(acts)


def _called(step: Step, act: str) -> str:
    return "lapse" if act == "withdraw" and step.kind == "renewal" else act
