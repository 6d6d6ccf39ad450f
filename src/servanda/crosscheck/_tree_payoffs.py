"""What a state of the explicit tree pays and risks: who holds what over time, breakdown, findings, incidents.

Only the explicit tree reads this. It is written term by term as `model.md` states it, for checking, not for speed.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from servanda.agreement.dates import years_between
from servanda.agreement.format.agreement import Agreement, Costs, PartyType
from servanda.agreement.format.values import ZERO, Number

Cost = Literal["breakdown", "withdrawing", "found", "unratified", "lapse", "delaying", "suspending"]


class Piece(NamedTuple):
    """A share of a stake that was given by claim at some entry.

    Attributes
    ----------
    stake : str
    share : float
    hidden : bool
        Whether the holder kept it in secret.
    back : float or None
        Since when its holder has taken it back for the time being, years from the start; None if it has not.
    """

    stake: str
    share: float
    hidden: bool = False
    back: float | None = None


@dataclass(frozen=True)
class Holding:
    """All that matters for payoffs and risks at a moment of play, secrets included. Tuples are per party.

    Attributes
    ----------
    types : tuple[str, ...]
        The type of each party's government now.
    pieces : tuple[Piece, ...]
        What has been given by claim so far.
    exposed : frozenset[str]
        Parties found out and not come clean.
    behind : frozenset[str]
        Parties that are behind by an act of their own.
    """

    types: tuple[str, ...]
    pieces: tuple[Piece, ...] = ()
    exposed: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()


def annuity(rate: float, length: float) -> float:
    """Present value of one unit a year for `length` years, at a continuous rate per year."""
    return length if rate == 0 else -math.expm1(-rate * length) / rate


class Payoffs:
    """The payoffs and risks of one agreement. Dates are in years from its start, values in units."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.parties = tuple(agreement.parties)

    def flow(self, holding: Holding, since: float, until: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Per party, what flows between two dates while in force, valued at the first; and the discount factor."""
        returns = {self._returns(piece) for piece in holding.pieces if piece.back is not None}
        dates = [since, *sorted(date for date in returns if since < date < until), until]
        flows: list[float] = []
        factors: list[float] = []
        for i, name in enumerate(self.parties):
            kind = holding.types[i]
            rate = self._discount(i, kind)
            idle = self.cost(name, kind, "delaying") if name in holding.behind else 0.0
            parts: list[float] = []
            for first, last in itertools.pairwise(dates):
                given = dict.fromkeys(self.agreement.stakes, 0.0)
                for piece in holding.pieces:
                    if not piece.hidden and first < self._returns(piece):
                        given[piece.stake] += piece.share
                yearly = math.fsum(self._worth(i, kind, s) * (1 - share) for s, share in given.items()) - idle
                parts.append(math.exp(-rate * (first - since)) * yearly * annuity(rate, last - first))
            flows.append(math.fsum(parts))
            factors.append(math.exp(-rate * (until - since)))
        return tuple(flows), tuple(factors)

    def broken(
        self, holding: Holding, date: float, costs: Iterable[tuple[str, Cost]], everyone: Cost = "breakdown"
    ) -> tuple[float, ...]:
        """Per party, what flows after a breakdown until the horizon less lump sums, valued at the breakdown.

        `costs` names who pays what beside what everyone pays.
        """
        left = self.agreement.horizon - date
        values: list[float] = []
        for i, name in enumerate(self.parties):
            kind = holding.types[i]
            rate = self._discount(i, kind)
            due: list[Cost] = [everyone, *(cost for payer, cost in costs if payer == name)]
            value = -math.fsum(self.cost(name, kind, cost) for cost in due)
            for s in self.agreement.stakes:
                away: dict[float, float] = {}  # share of the stake by the time until its holder has it back
                for piece in holding.pieces:
                    if piece.stake == s and not piece.hidden:
                        lasts = min(max(0.0, self._returns(piece, date) - date), left)
                        away[lasts] = away.get(lasts, 0.0) + piece.share
                lost = math.fsum(share * annuity(rate, lasts) for lasts, share in away.items())
                value += self._worth(i, kind, s) * (annuity(rate, left) - lost)
            values.append(value)
        return tuple(values)

    def risks(self, holding: Holding, since: float, until: float) -> tuple[tuple[float, ...], float]:
        """Chances that each party is found out between two dates, and of an incident."""
        found = dict.fromkeys(self.agreement.stakes, 0.0)  # expected number of findings, if concealed
        incident = self.agreement.incidents.likely * (until - since)
        for measure in self.agreement.measures.values():
            start = self.agreement.start
            begins = since if measure.starts is None else max(since, years_between(start, measure.starts))
            ends = until if measure.until is None else min(until, years_between(start, measure.until))
            overlap = max(0.0, ends - begins)
            for stake in set(measure.covers):
                found[stake] += measure.finds.likely * overlap
            incident += measure.false_alarms.likely * measure.breaks.likely * overlap
        risks = [-math.expm1(-math.fsum(found[s] for s in self._secrets(holding, name))) for name in self.parties]
        return tuple(risks), -math.expm1(-incident)

    def precision(self, party: str, kind: str) -> float:
        """Logit precision of a type, per unit; worked out from its sharpness where that is given."""
        of, own = self.agreement.parties[party], self._type(party, kind)
        if own is not None and own.precision is not None:
            return own.precision.likely
        sharpness = of.sharpness if own is None or own.sharpness is None else own.sharpness
        if sharpness is None:
            return of.precision.likely
        i = self.parties.index(party)
        worth = math.fsum(abs(self._worth(i, kind, s)) for s in self.agreement.stakes)
        at_stake = worth * annuity(self._discount(i, kind), self.agreement.horizon)
        return sharpness.likely / at_stake if at_stake > 0 else 0.0

    def cost(self, party: str, kind: str, which: Cost) -> float:
        """What a type pays: a lump sum, in units, or, where it is behind (`delaying`), units per year."""
        own_type = self._type(party, kind)
        own: Number | None = getattr(own_type.costs, which) if own_type else None
        costs: Costs = self.agreement.parties[party].costs
        everyone: Number = getattr(costs, which)
        return (everyone if own is None else own).likely

    def _returns(self, piece: Piece, broken: float = math.inf) -> float:
        """The date at which a piece is with its holder again."""
        return (broken if piece.back is None else piece.back) + self.agreement.stakes[piece.stake].restore.likely

    def _secrets(self, holding: Holding, party: str) -> frozenset[str]:
        """Stakes of which a party keeps something in secret and can be found out."""
        hidden = frozenset(piece.stake for piece in holding.pieces if piece.hidden)
        own = frozenset(s for s in hidden if self.agreement.stakes[s].holder == party)
        return frozenset() if party in holding.exposed else own

    def _type(self, party: str, kind: str) -> PartyType | None:
        return self.agreement.parties[party].types.get(kind)

    def _worth(self, i: int, kind: str, stake: str) -> float:
        own = self._type(self.parties[i], kind)
        everyone = self.agreement.stakes[stake].worth.get(self.parties[i], ZERO)
        return (own.worth.get(stake, everyone) if own else everyone).likely

    def _discount(self, i: int, kind: str) -> float:
        own_type = self._type(self.parties[i], kind)
        own = own_type.discount if own_type else None
        return (self.agreement.parties[self.parties[i]].discount if own is None else own).likely
