"""Audit: with everyone else keeping for certain, who would gain by breaking the plan, where, how, and how much?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from servanda.equilibrium import compiled, is_choice, workspace
from servanda.game import TURNOVER, Floats, Game


@dataclass(frozen=True)
class Deviation:
    """One type's best single breach: at one entry, keeping before and after.

    Attributes
    ----------
    party, type, entry, title : str
    date : datetime.date
    act : {'withdraw', 'conceal'}
    gain : float
        Present value at the entry's date beyond keeping, units; positive means that breaking pays.
    """

    party: str
    type: str
    entry: str
    title: str
    date: date
    act: str
    gain: float


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
        where it pays and withdrawing when it pays, until a new government, which keeps, takes over.
    """

    party: str
    type: str
    best: Deviation | None
    deviations: tuple[Deviation, ...]
    best_course: float

    @property
    def self_enforcing(self) -> bool:
        """Whether no breach gains anything."""
        return self.best is None or (self.best.gain <= 1e-9 and self.best_course <= 1e-9)


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
        keeping, gain = _values(game, p, draw, heir=None)
        best_value, _ = _values(game, p, draw, heir=keeping)
        there = _possible(game, p, draw)
        for k, name in enumerate(game.types[p]):
            found: dict[int, Deviation] = {}
            for v in range(len(game.node_step)):
                if not is_choice(game, v) or game.tree.actor[v] != p or not there[v, k]:
                    continue
                x = game.block(p, v).start + k * int(game.tables.sets[p, v])
                keep, conceal, withdraw = gain[:, x]
                act = "conceal" if conceal > withdraw else "withdraw"
                step = game.step_at(v)
                here = Deviation(party, name, step.id, step.title, step.date, act, float(max(conceal, withdraw) - keep))
                e = int(game.node_step[v])
                if e not in found or here.gain > found[e].gain:
                    found[e] = here
            rows = tuple(found[e] for e in sorted(found))
            at_start = game.block(p, 0).start + k
            course = game.tables.discount[draw, p, 0, k] * (best_value[at_start] - keeping[at_start])
            best = max(rows, key=lambda row: row.gain, default=None)
            result.append(TypeAudit(party, name, best, rows, float(max(0.0, course))))
    return tuple(result)


def _possible(game: Game, p: int, draw: int) -> NDArray[np.bool_]:
    """Tell at which nodes (V, K) a party can be of a type at all."""
    tables, kinds = game.tables, int(game.tables.kinds[p])
    there = np.empty((len(game.node_step), kinds), dtype=bool)
    for v, u in enumerate(game.tree.parent):
        if u < 0:
            there[v] = tables.log_prior[draw, p, :kinds] > -np.inf
        elif game.tree.kind[u] == TURNOVER and game.tree.child[u, 1] == v:
            fresh = tables.log_fresh[draw, p, u, :kinds] > -np.inf if game.tree.actor[u] == p else there[u]
            there[v] = fresh & (tables.replaced[draw, u] > 0)
        else:
            there[v] = there[u] & (tables.replaced[draw, u] < 1)
    return there


def _values(game: Game, p: int, draw: int, heir: Floats | None) -> tuple[Floats, Floats]:
    """Values (states,) and acts' values (3, states) of one party when the others, and its successors, keep.

    It keeps too; or, given the values of its successors, takes the best course.
    """
    kernel = compiled()
    own = kernel.one_draw(game.tables, draw)
    work = workspace(game, own)
    kernel.surroundings(p, game.tree, own, work)
    mode = kernel.KEEP if heir is None else kernel.BEST
    kernel.respond(p, game.tree, own, work, 1.0, mode, work.value if heir is None else heir)
    return work.value, work.gain
