"""Audit: with everyone else keeping for certain, who would gain by breaking the plan, where, how, and how much?

Two questions are asked of every type. A *single breach* breaks the plan at one entry and keeps at all others. The
*best course* is the best of all continuations: any acts at all own entries, such as concealing twice and withdrawing
before inspections begin.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.equilibrium import compiled, is_choice, workspace
from servanda.game import AUTOMATIC, HORIZON, TURNOVER, Floats, Game, Ints, PublicTree, freeze

TOLERANCE = 1e-9  # units; a gain up to this counts as none


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


class Breaches(NamedTuple):
    """What breaking gains beyond keeping, for a type that has concealed nothing; units at the entry's date.

    Each (E, K): by step of the plan and type; -inf where the party does not decide, the act is not offered, or the
    type cannot be in office. `conceal`, `withdraw`: single breaches. `best`: the better one and the best course after.
    """

    conceal: Floats
    withdraw: Floats
    best: Floats


class Replies(NamedTuple):
    """One party's values (states,) and values of its acts (3, states): when it keeps, and on its best course.

    They stand at the nodes of `trunk` only.
    """

    keeping: Floats
    keeping_acts: Floats
    best: Floats
    best_acts: Floats


def audit(game: Game, draw: int = 0) -> tuple[TypeAudit, ...]:
    """Audit a plan for self-enforcement.

    Everyone else keeps for certain and conceals nothing; ratifications, turnovers and incidents come by chance.

    Parameters
    ----------
    game : Game
    draw : int

    Returns
    -------
    tuple[TypeAudit, ...]
        One for each party and type, in file order.

    Examples
    --------
    >>> import servanda
    >>> rows = servanda.audit(servanda.compile(servanda.read("singapore-2018"), plan="phased"))
    >>> sorted({row.party for row in rows})
    ['dprk', 'usa']
    """
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
    return tuple(result)


def replies(game: Game, p: int, draw: int) -> Replies:
    """Work out what keeping, and the best course, are worth to a party when the others keep.

    On the best course a new government of the party keeps, with what was concealed before.

    Parameters
    ----------
    game : Game
    p : int
        Index of the party.
    draw : int

    Returns
    -------
    Replies
    """
    kernel = compiled()
    own = kernel.one_draw(game.tables, draw)
    work = workspace(game, own)
    tree = _trunk_only(game, p)
    kernel.surroundings(p, tree, own, work)
    kernel.respond(p, tree, own, work, 1.0, kernel.KEEP, work.onward)
    keeping, acts, onward = work.value.copy(), work.gain.copy(), work.onward.copy()
    kernel.respond(p, tree, own, work, 1.0, kernel.BEST, onward)
    return Replies(keeping, acts, work.value, work.gain)


def breaches(game: Game, p: int, found: Replies, there: NDArray[np.bool_]) -> Breaches:
    """Gains of breaking at each entry.

    Parameters
    ----------
    game : Game
    p : int
        Index of the party.
    found : Replies
        Its own.
    there : (E, K) bools
        At which steps a type can be in office.

    Returns
    -------
    Breaches
    """
    nodes = trunk(game)[:-1]
    decides = np.array([is_choice(game, v) and game.tree.actor[v] == p for v in nodes], dtype=bool)
    kinds = np.arange(there.shape[1], dtype=np.int64)
    where: Ints = game.tables.offset[p, nodes, None] + kinds * game.tables.sets[p, nodes, None]
    kept = np.where(decides[:, None] & there, found.keeping_acts[0, where], np.inf)
    conceal, withdraw = (found.keeping_acts[act, where] - kept for act in (1, 2))
    best = np.maximum(found.best_acts[1, where], found.best_acts[2, where]) - kept
    return Breaches(conceal, withdraw, best)


def in_office(game: Game, p: int, draw: int) -> NDArray[np.bool_]:
    """Tell at which steps (E, K) a party can be of a type at all."""
    tables, kinds = game.tables, int(game.tables.kinds[p])
    there = np.zeros((len(game.steps), kinds), dtype=bool)
    now = tables.log_prior[draw, p, :kinds] > -np.inf
    for e, v in enumerate(trunk(game)[:-1]):
        there[e] = now
        if game.tree.kind[v] == TURNOVER and game.tree.actor[v] == p:
            fresh, chance = tables.log_fresh[draw, p, e, :kinds] > -np.inf, tables.replaced[draw, game.tree.step[v]]
            now = (now & (chance < 1)) | (fresh & (chance > 0))
    return there


def trunk(game: Game) -> Ints:
    """The public nodes (E + 1,) of the plan's steps and the horizon if no new government comes.

    When the others keep, values by step, type and concealed set are the same on every branch: neither other parties'
    types nor their changes of government enter.
    """
    return np.array([v for v, branch in enumerate(game.branches) if not branch], dtype=np.int64)


def _trunk_only(game: Game, p: int) -> PublicTree:
    """The public tree with its trunk alone: what a new government finds is read off where the old one goes on."""
    tree = game.tree
    branched = np.array([bool(branch) for branch in game.branches])
    kind = np.where(branched, HORIZON, np.where((tree.kind == TURNOVER) & (tree.actor != p), AUTOMATIC, tree.kind))
    child = np.where(tree.child >= 0, tree.child[:, :1], -1)
    freeze((kind, child))
    return tree._replace(kind=kind, child=child)


def _course(game: Game, p: int, k: int, found: Replies, draw: int) -> Course | None:
    """The best course of a type from when it can first be in office; None if it never can."""
    tables, nodes = game.tables, trunk(game)
    begin, since, day, weight = 0, None, game.agreement.start, 1.0
    if tables.log_prior[draw, p, k] == -np.inf:
        brings = (
            (game.tree.actor == p)
            & (tables.log_fresh[draw, p, game.tree.step, k] > -np.inf)
            & (tables.replaced[draw, game.tree.step] > 0)
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
        if game.tree.kind[v] == TURNOVER and tables.replaced[draw, game.tree.step[v]] == 1:
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
