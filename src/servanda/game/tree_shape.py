"""What the public tree of a plan is told from, and the tree as it is told: calendar entries, public states, nodes.

The words are those of `model.md`, part 2. `public_tree.py` tells the tree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from servanda.game.calendar import Mover, Step
from servanda.game.kinds import AUTOMATIC, EXCHANGE, OBLIGATION, RATIFICATION, RENEWAL, REVIEW, TURNOVER

KINDS = {
    "obligation": OBLIGATION,
    "review": REVIEW,
    "automatic": AUTOMATIC,
    "ratification": RATIFICATION,
    "turnover": TURNOVER,
    "renewal": RENEWAL,
    "exchange": EXCHANGE,
}

# Which habits weigh the acts at a node.
NO_HABIT, DUE, MEND, WAIT, PAUSE, STAY, RENEW = range(7)


SAME = 1e-9  # years; dates no further apart are one


class Stall(NamedTuple):
    """While somebody is behind: `kind` due, vote, found, review or exchange; with which plan entry; who still is."""

    kind: str
    entry: int
    behind: tuple[int, ...]
    start: float
    look: int = 0
    suspended: tuple[int, ...] = ()  # who took back in this stall, and not before


class Taken(NamedTuple):
    """What a party has taken back: since when, of which entries (bits), and whether for good."""

    since: float
    entries: int
    for_good: bool = False


@dataclass(slots=True)
class State:
    """What everybody knows; `did`, `struck` are bits of the plan entries, parties are numbers."""

    now: float = 0.0
    did: int = 0
    struck: int = 0
    world: int = 0  # the next of the entries that do not wait
    stall: Stall | None = None
    used: int = 0
    exposed: int = 0
    taken: tuple[Taken | None, ...] = ()
    last: tuple[float, ...] = ()  # when each party last decided
    claims: tuple[tuple[int, ...], ...] = ()  # concealable steps done by each since it last came clean
    branch: tuple[str, ...] = ()
    queue: tuple[tuple[int, int], ...] = ()  # who is still to decide at this look: what, party
    lateness: float = 0.0  # the longest so far
    took: int = 0  # parties that took back just now
    found: int = 0  # parties that were found just now

    def copy(self) -> State:
        """The same, to be changed; nobody has just taken back or been found."""
        return State(
            self.now, self.did, self.struck, self.world, self.stall, self.used, self.exposed, self.taken, self.last,
            self.claims, self.branch, self.queue, self.lateness,
        )  # fmt: skip


@dataclass
class Telling:
    """The tree as it is told, node by node; parents come before children.

    `step`: the entry that falls due at a node, -1 in between. `entry`: the entry that it is about. `does`: the entry
    that is done with its first child, else -1. `aside`: the next node at which somebody is found by the same report.
    `head`: of a node where somebody is found, the one that else comes; of a seat of an exchange, its first. `fork`: of
    an exchange, where its children begin in `forks`, by who holds back (bits). `mask`: of its children, who did.
    """

    kind: list[int] = field(default_factory=list[int])
    actor: list[int] = field(default_factory=list[int])
    parent: list[int] = field(default_factory=list[int])
    child: list[list[int]] = field(default_factory=list[list[int]])
    step: list[int] = field(default_factory=list[int])
    entry: list[int] = field(default_factory=list[int])
    does: list[int] = field(default_factory=list[int])
    conceals: list[int] = field(default_factory=list[int])
    years: list[float] = field(default_factory=list[float])
    before: list[float] = field(default_factory=list[float])
    look: list[int] = field(default_factory=list[int])
    aside: list[int] = field(default_factory=list[int])
    head: list[int] = field(default_factory=list[int])
    fork: list[int] = field(default_factory=list[int])
    mask: list[int] = field(default_factory=list[int])
    forks: list[int] = field(default_factory=list[int])
    habit: list[int] = field(default_factory=list[int])
    since: list[float] = field(default_factory=list[float])  # the actor's last decision: years
    pace: list[float] = field(default_factory=list[float])  # years allotted, or since the last look
    way: list[State] = field(default_factory=list[State])


class Rules(NamedTuple):
    """How late steps are told in a plan: years after a party fell behind, how many stalls, and what a finding means."""

    looks: tuple[float, ...] | None
    stalls: int
    found_stalls: bool


class Entry(NamedTuple):
    """What the telling needs of a step of the calendar; parties are numbers.

    `movers`: who acts. `secret`: for each of them, whether what it gives can be concealed. `needs`: ids of entries.
    """

    id: str
    entry: str
    kind: str
    years: float
    movers: tuple[int, ...]
    secret: tuple[bool, ...]
    needs: tuple[str, ...]
    then: str
    may_suspend: bool
    may_wait: bool

    @property
    def waits(self) -> bool:
        """Whether it can wait: reviews, turnovers and renewals come on their dates whatever happens."""
        return self.kind not in ("review", "turnover", "renewal")


class Shape(NamedTuple):
    """All that the public tree depends on; no number that can be uncertain is among it.

    `suspendable`: by party, bits of the plan entries that give something of its that it can take back. `windows`: by
    party and plan entry, times (years) between which a measure could find that entry concealed.
    """

    entries: tuple[Entry, ...]
    parties: int
    suspendable: tuple[int, ...]
    windows: tuple[tuple[tuple[tuple[float, float], ...], ...], ...]
    rules: Rules
    horizon: float


def shape_of(
    steps: tuple[Step, ...],
    parties: tuple[str, ...],
    rules: Rules,
    horizon: float,
    suspendable: dict[str, str],
    windows: dict[str, list[tuple[float, float]]],
) -> Shape:
    """Gather what the public tree depends on.

    Parameters
    ----------
    suspendable : dict
        The holder of each stake that can be taken back.
    windows : dict
        By stake, times (years) between which a measure could find it concealed.
    """
    waits = [step for e, step in enumerate(steps) if e in plan_entries(steps)]
    return Shape(
        entries=tuple(
            Entry(
                step.id,
                step.entry,
                step.kind,
                step.years,
                tuple(parties.index(m.party) for m in movers_of(step)),
                tuple(bool(m.conceals) for m in movers_of(step)),
                tuple(step.needs),
                step.then,
                step.may_suspend,
                step.may_wait,
            )
            for step in steps
        ),
        parties=len(parties),
        suspendable=tuple(
            sum(1 << i for i, step in enumerate(waits) if any(suspendable.get(s) == name for s in step.gives))
            for name in parties
        ),
        windows=tuple(
            tuple(
                tuple(w for m in movers_of(step) if m.party == name for s in m.conceals for w in windows.get(s, ()))
                for step in waits
            )
            for name in parties
        ),
        rules=rules,
        horizon=horizon,
    )


def plan_entries(steps: tuple[Step, ...]) -> tuple[int, ...]:
    """Which steps can wait: all that do not come on their dates whatever happens."""
    return tuple(e for e, step in enumerate(steps) if step.kind not in ("review", "turnover", "renewal"))


def movers_of(step: Step) -> tuple[Mover, ...]:
    """Who acts at a step, with what each gives."""
    return step.movers or (Mover(step.party, step.gives, step.rest, step.conceals),)
