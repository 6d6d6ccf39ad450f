"""What a state of the explicit tree pays and risks: flows in force, breakdown, findings, incidents.

Only `explicit_tree.py` reads this. It is written term by term as `model.md` states it, for checking, not for speed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from servanda.agreement.dates import years_between
from servanda.agreement.format.agreement import Agreement, Costs, PartyType
from servanda.agreement.format.values import ZERO, Number

Cost = Literal["breakdown", "withdrawing", "found", "unratified"]


@dataclass(frozen=True)
class State:
    """Everything that is true at a moment of play, secrets included. Tuples are per party.

    Attributes
    ----------
    types : tuple[str, ...]
        The type of each party's government now.
    given : Mapping[str, float]
        Share of every stake truly given so far.
    hidden : tuple[frozenset[str], ...]
        Stakes of which the party keeps something in secret.
    sets : tuple[frozenset[str], ...]
        Ids of the entries that the party has concealed.
    branch : tuple[str, ...]
        Ids of the turnovers that brought a new government.
    """

    types: tuple[str, ...]
    given: Mapping[str, float]
    hidden: tuple[frozenset[str], ...]
    sets: tuple[frozenset[str], ...]
    branch: tuple[str, ...]


def annuity(rate: float, length: float) -> float:
    """Present value of one unit a year for `length` years, at a continuous rate per year."""
    return length if rate == 0 else -math.expm1(-rate * length) / rate


class Payoffs:
    """The payoffs and risks of one agreement. Dates are in years from its start, values in units."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        self.parties = tuple(agreement.parties)

    def flow(self, state: State, since: float, until: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Per party, what flows between two dates while in force, valued at the first; and the discount factor."""
        length = until - since
        flows: list[float] = []
        factors: list[float] = []
        for i in range(len(self.parties)):
            rate = self._discount(i, state)
            yearly = math.fsum(self._worth(i, state, s) * (1 - share) for s, share in state.given.items())
            flows.append(yearly * annuity(rate, length))
            factors.append(math.exp(-rate * length))
        return tuple(flows), tuple(factors)

    def broken(self, state: State, date: float, costs: Iterable[tuple[str, Cost]]) -> tuple[float, ...]:
        """Per party, what flows after a breakdown until the horizon less lump sums, valued at the breakdown.

        `costs` names who pays what beside `breakdown`, which everyone pays.
        """
        left = self.agreement.horizon - date
        values: list[float] = []
        for i, name in enumerate(self.parties):
            rate = self._discount(i, state)
            due: list[Cost] = ["breakdown", *(cost for payer, cost in costs if payer == name)]
            value = -math.fsum(self._cost(i, state, cost) for cost in due)
            for s, share in state.given.items():
                away = min(self.agreement.stakes[s].restore.likely, left)
                value += self._worth(i, state, s) * (annuity(rate, left) - share * annuity(rate, away))
            values.append(value)
        return tuple(values)

    def risks(self, state: State, since: float, until: float) -> tuple[tuple[float, ...], float]:
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
        return tuple(-math.expm1(-math.fsum(found[s] for s in own)) for own in state.hidden), -math.expm1(-incident)

    def _type(self, i: int, state: State) -> PartyType | None:
        return self.agreement.parties[self.parties[i]].types.get(state.types[i])

    def _worth(self, i: int, state: State, stake: str) -> float:
        kind = self._type(i, state)
        everyone = self.agreement.stakes[stake].worth.get(self.parties[i], ZERO)
        return (kind.worth.get(stake, everyone) if kind else everyone).likely

    def _cost(self, i: int, state: State, which: Cost) -> float:
        kind = self._type(i, state)
        own: Number | None = getattr(kind.costs, which) if kind else None
        costs: Costs = self.agreement.parties[self.parties[i]].costs
        everyone: Number = getattr(costs, which)
        return (everyone if own is None else own).likely

    def _discount(self, i: int, state: State) -> float:
        kind = self._type(i, state)
        own = kind.discount if kind else None
        return (self.agreement.parties[self.parties[i]].discount if own is None else own).likely
