"""A plan as the rules of `check` look at it: its entries with their places, days and the shares they give."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from servanda.agreement.dates import DueDates, due_dates, last_day, repeated
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Dated, Due, Entry, Exchange, Obligation, Plan
from servanda.agreement.format.values import NEVER, Number, Place
from servanda.agreement.playability import playable

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Item:
    """An entry and where it stands in the file."""

    place: Place
    entry: Entry

    @property
    def id(self) -> str:
        """The entry's id."""
        return self.entry.id


@dataclass(frozen=True)
class Transfer:
    """A step that gives stakes: the share of each, "all that is left" worked out; `day` is None if it has none.

    An exchange is a step of each of its parties.
    """

    item: Item
    step: Obligation
    day: date | None
    shares: dict[str, float]


@dataclass(frozen=True, eq=False)
class PlanView:
    """A plan with what the rules need of it.

    Attributes
    ----------
    agreement : Agreement
    name : str
        Of the plan.
    plan : Plan
    items : tuple[Item, ...]
        Its entries, in file order.
    by_id : dict[str, Item]
        Every entry by its id, and a review or renewal by the ids of all that it stands for (`review-2-dprk`) too.
    due : DueDates
    """

    agreement: Agreement
    name: str
    plan: Plan
    items: tuple[Item, ...]
    by_id: dict[str, Item]
    due: DueDates

    @property
    def place(self) -> Place:
        """Where the plan stands in the file."""
        return ("plans", self.name)

    @property
    def label(self) -> str:
        """How sentences call it."""
        return f"plan {self.name}"

    @property
    def heading(self) -> str:
        """How sentences call it that begin with it."""
        return f"Plan {self.name}"

    def day(self, item: Item) -> date | None:
        """The day of an entry, if the text leads to one; a review's first."""
        return self.due.days.get(item.id)

    @property
    def duties(self) -> Iterator[tuple[Item, Obligation]]:
        """The obligations and duties, in file order; of an exchange, what each party has to do."""
        for item in self.items:
            if isinstance(item.entry, Obligation):
                yield item, item.entry
            elif isinstance(item.entry, Exchange):
                shared = {name: value for name, value in item.entry if name != "exchange"}
                for part in item.entry.exchange:
                    yield item, Obligation.model_construct(**shared, by=part.by, gives=part.gives)

    @functools.cached_property
    def playable(self) -> bool:
        """Whether the plan has all that play needs: is a game, and not only a text."""
        return playable(self.agreement, self.name)

    @functools.cached_property
    def transfers(self) -> tuple[Transfer, ...]:
        """The steps that give stakes: by day, those without a day last; on one day in file order."""
        steps = [(self.day(item), item, step) for item, step in self.duties if step.gives]
        left: dict[str, float] = {}
        found: list[Transfer] = []
        for day, item, step in sorted(steps, key=lambda each: each[0] or date.max):
            if isinstance(step.gives, tuple):
                shares = {stake: left.get(stake, 1.0) for stake in step.gives}
            else:
                shares = {stake: share.likely for stake, share in step.gives.items()}
            for stake, share in shares.items():
                left[stake] = max(0.0, left.get(stake, 1.0) - share)
            found.append(Transfer(item, step, day, shares))
        return tuple(found)

    @functools.cached_property
    def covering(self) -> dict[str, list[str]]:
        """The measures that cover each stake."""
        found: dict[str, list[str]] = {}
        for name, measure in self.agreement.measures.items():
            for stake in dict.fromkeys(measure.covers):
                found.setdefault(stake, []).append(name)
        return found

    @functools.cached_property
    def given(self) -> dict[str, float]:
        """Share of each stake that the plan gives up in all, at most 1."""
        total: dict[str, float] = {}
        for transfer in self.transfers:
            for stake, share in transfer.shares.items():
                total[stake] = min(1.0, total.get(stake, 0.0) + share)
        return total

    @functools.cached_property
    def pairs(self) -> dict[str, set[str]]:
        """Who is paired with whom, both ways, by id."""
        found: dict[str, set[str]] = {}
        for item in self.items:
            for other in item.entry.pairs:
                if other in self.by_id:
                    partner = self.by_id[other].id
                    found.setdefault(item.id, set()).add(partner)
                    found.setdefault(partner, set()).add(item.id)
        return found

    def returns(self, item: Item) -> set[str]:
        """The ids of what is done in return for an entry; an exchange is done in return for itself."""
        own = {item.id} if isinstance(item.entry, Exchange) else set[str]()
        return self.pairs.get(item.id, set()) | own

    @functools.cached_property
    def last_step(self) -> tuple[date, Item] | None:
        """The last obligation, duty, exchange or ratification that has a day; None if none has."""
        steps = [
            (day, item) for item in self.items if isinstance(item.entry, Dated) and (day := self.day(item)) is not None
        ]
        return max(steps, key=lambda step: step[0]) if steps else None


def plan_view(agreement: Agreement, name: str) -> PlanView:
    """Look at a plan."""
    plan = agreement.plans[name]
    items = tuple(Item(("plans", name, "entries", index), entry) for index, entry in enumerate(plan.entries))
    by_id: dict[str, Item] = {}
    for item in items:
        by_id.setdefault(item.id, item)
        for made in repeated(agreement, item.entry):
            by_id.setdefault(made, item)
    return PlanView(agreement, name, plan, items, by_id, due_dates(agreement, name))


def due_of(entry: Entry) -> Due | None:
    """The entry's `due`, if it is of a kind that may have one."""
    return entry.due if isinstance(entry, Dated) else None


def due_place(item: Item) -> Place:
    """Where the anchor of an entry's `due` stands."""
    due = due_of(item.entry)
    if due is None:
        return item.place
    key = "after" if due.after else "before" if due.before else "same_day" if due.same_day else "when"
    return (*item.place, "due", key)


def end(agreement: Agreement) -> date | None:
    """The day of the horizon; None if the agreement has none and so is meant to last."""
    return None if agreement.horizon == NEVER else last_day(agreement)


def known(number: Number | None) -> float | None:
    """The likely value of a number, if there is one."""
    return number.likely if number is not None and number.known else None


def worth(agreement: Agreement, stake: str, party: str) -> float | None:
    """What a stake is worth to a party, a year; 0 if the file gives worths and not this one; None if it gives none."""
    found = agreement.stakes.get(stake)
    if found is None or "worth" not in found.model_fields_set:
        return None
    return known(found.worth.get(party)) if party in found.worth else 0.0
