"""What a batch of plays is made of, and what is written down of the first of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.labels import party_name, type_name
from servanda.arrays import Ints
from servanda.crosscheck._simulation_rules import Rules

Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Event:
    """One thing that happened in a play.

    Attributes
    ----------
    date : datetime.date
    entry : str
        Title of the entry at whose date it happened; empty at the start and at the horizon.
    who : str
        Name of the party; empty if nobody did it.
    what : str
        In words; what the others do not see says `(in secret)`.
    secret : bool
        Whether only the party itself knows.
    """

    date: date
    entry: str
    who: str
    what: str
    secret: bool = False


@dataclass(frozen=True)
class History:
    """One play from its beginning to its end.

    Attributes
    ----------
    events : tuple[Event, ...]
        In the order in which they happened.
    outcome : str
        One of the labels of `servanda.assessment.outcomes.outcomes`.
    """

    events: tuple[Event, ...]
    outcome: str


class Batch:
    """Plays side by side, of whom something is known to each party only; the first `watched` are written down."""

    def __init__(self, rules: Rules, size: int, rng: np.random.Generator, watched: int) -> None:
        self.rules, self.size, self.rng = rules, size, rng
        self.events: list[list[Event]] = [[] for _ in range(watched)]
        self.kind: list[Ints] = [rng.choice(prior.size, size, p=prior) for prior in rules.priors]
        self.hidden: list[Ints] = [np.zeros(size, dtype=np.int64) for _ in rules.parties]
        self.ended: Ints = np.full(size, -1)
        self.inside: Ints = np.arange(size)  # the plays in which the agreement is in force
        for p in range(len(rules.parties)):
            for i in range(watched):
                self.tell_kind(p, i, rules.agreement.start, "")

    def histories(self) -> tuple[History, ...]:
        outcomes = self.rules.outcomes
        return tuple(History(tuple(told), outcomes[int(self.ended[i])]) for i, told in enumerate(self.events))

    def end(self, which: Bools, outcome: str) -> None:
        if which.any():
            self.ended[self.inside[which]] = self.rules.outcomes.index(outcome)
        self.inside = self.inside[~which]

    def watched(self, which: Bools) -> Iterable[int]:
        few = min(len(self.events), self.inside.size)
        return [int(i) for i in self.inside[:few][which[:few]] if i < len(self.events)]

    def tell_kind(self, p: int, i: int, day: date, title: str) -> None:
        party, agreement = self.rules.parties[p], self.rules.agreement
        if len(self.rules.kinds[p]) > 1:
            what = f"is {type_name(agreement, party, self.rules.kinds[p][int(self.kind[p][i])])} (in secret)"
            self.events[i].append(Event(day, title, party_name(agreement, party), what, True))
