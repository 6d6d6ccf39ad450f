"""Everything that is true at a moment of play of the explicit tree, how it changes, and where play stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeVar

from servanda.crosscheck._tree_payoffs import Cost, Holding, Piece

DAY = 1e-9  # years: dates that are no further apart are one date

Kind = Literal["due", "review", "vote", "found", "exchange"]  # of stalls


class Stall(NamedTuple):
    """What the plan waits for.

    Attributes
    ----------
    kind : {'due', 'review', 'vote', 'found', 'exchange'}
    about : str
        Id of the step with which it began; found: the party that was found.
    behind : tuple[str, ...]
        Who is to mend it; vote: the party that is to ratify.
    start : float
        Years from the agreement's start.
    looks : int
        How many looks there have been.
    last : float
        The date of the latest of them, else `start`.
    suspended : frozenset[str]
        The parties that have taken back in this stall in answer, and not given back.
    """

    kind: Kind
    about: str
    behind: tuple[str, ...]
    start: float
    looks: int
    last: float
    suspended: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """Words for it in labels."""
        return f"{self.about} found" if self.kind == "found" else self.about


@dataclass(frozen=True)
class State:
    """Tuples are per party, dates in years from the agreement's start.

    Attributes
    ----------
    types : tuple[str, ...]
        The type of each party's government now.
    decided : tuple[float, ...]
        When each party last decided; the start if it has not.
    sets : tuple[frozenset[str], ...]
        Ids of the entries that the party has concealed.
    claims : tuple[frozenset[str], ...]
        Ids of the entries that it may have concealed for all that others know.
    pieces : tuple[Piece, ...]
    branch : tuple[str, ...]
        Public events by which this history differs from the plan as it is written, in order.
    now : float
    begun : bool
        Whether anything of the calendar has happened.
    done : Mapping[str, float]
        When each entry was done, by claim.
    struck : frozenset[str]
    played : frozenset[str]
        Reviews, renewals and turnovers that have come.
    stall : Stall or None
    used : int
        How many stalls there have been.
    gone : frozenset[str]
        The parties that have suspended for good.
    exposed : frozenset[str]
        The parties that were found and have not come clean.
    """

    types: tuple[str, ...]
    decided: tuple[float, ...]
    sets: tuple[frozenset[str], ...]
    claims: tuple[frozenset[str], ...]
    done: Mapping[str, float]
    pieces: tuple[Piece, ...] = ()
    branch: tuple[str, ...] = ()
    now: float = 0.0
    begun: bool = False
    struck: frozenset[str] = frozenset()
    played: frozenset[str] = frozenset()
    stall: Stall | None = None
    used: int = 0
    gone: frozenset[str] = frozenset()
    exposed: frozenset[str] = frozenset()

    @property
    def holding(self) -> Holding:
        """What of it payoffs and risks depend on."""
        behind = self.stall.behind if self.stall is not None and self.stall.kind != "vote" else ()
        return Holding(self.types, self.pieces, self.exposed, frozenset(behind))

    @property
    def concealed(self) -> bool:
        """Whether anybody keeps anything in secret."""
        return any(piece.hidden for piece in self.pieces)

    @property
    def suspended(self) -> bool:
        """Whether anything is taken back."""
        return any(piece.back is not None for piece in self.pieces)

    def decides(self, i: int) -> State:
        """Party i decides now."""
        return replace(self, decided=with_at(self.decided, i, self.now))

    def departs(self, event: str) -> State:
        """A public event that is not what the plan foresees."""
        return replace(self, branch=(*self.branch, event))

    def performs(self, entry: str) -> State:
        """An entry is done by claim."""
        return replace(self, done={**self.done, entry: self.now})

    def takes_back(self, stakes: Iterable[str]) -> State:
        """Whatever has been given of these stakes is taken back now."""
        of = frozenset(stakes)
        pieces = tuple(
            piece._replace(back=self.now) if piece.stake in of and piece.back is None else piece
            for piece in self.pieces
        )
        return replace(self, pieces=pieces)

    def gives_back(self, stakes: Iterable[str]) -> State:
        """Whatever has been taken back of these stakes is given again."""
        of = frozenset(stakes)
        pieces = tuple(piece._replace(back=None) if piece.stake in of else piece for piece in self.pieces)
        return replace(self, pieces=pieces)

    def comes_clean(self, i: int, party: str, stakes: Iterable[str]) -> State:
        """All that party i conceals of its stakes is given truly."""
        of = frozenset(stakes)
        pieces = tuple(piece._replace(hidden=False) if piece.stake in of else piece for piece in self.pieces)
        none = frozenset[str]()
        return replace(
            self,
            pieces=pieces,
            sets=with_at(self.sets, i, none),
            claims=with_at(self.claims, i, none),
            exposed=self.exposed - {party},
        )


class Place(NamedTuple):
    """Where play stands.

    `type`: a party's type is drawn. `report`: on the way to what comes `then`, `since` the last event. `step`: an entry
    of the calendar. `mover`: one of those who choose at the same time, after `acts` that it has not seen. `vote`: put
    again at a look. `mend`, `answer`: the parties of `who` decide at a look, one after the other. `end`: of play.
    """

    what: Literal["type", "report", "step", "mover", "vote", "mend", "answer", "end"]
    at: int = -1  # a party (`type`) or a step
    who: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()
    since: float = 0.0
    then: tuple[Place, ...] = ()
    outcome: str = ""
    costs: tuple[tuple[str, Cost], ...] = ()  # at the end: who pays which lump sums, beside what everybody pays
    everyone: Cost = "breakdown"


class Move(NamedTuple):
    """An edge of the tree, and where and in which state it leads on."""

    label: str
    chance: float | None
    place: Place
    state: State
    flow: tuple[float, ...]
    factor: tuple[float, ...]
    weight: float = 1.0


@dataclass(frozen=True)
class Happening:
    """A node of the tree before its edges: see `explicit_tree.Node`. `knows`: entry, branch, type, concealed."""

    kind: Literal["chance", "decision", "terminal"]
    title: str
    date: float
    player: str | None = None
    knows: tuple[str, tuple[str, ...], str, frozenset[str]] | None = None
    payoff: tuple[float, ...] = ()
    outcome: str | None = None
    standing: str | None = None
    done: Mapping[str, float] | None = None


_T = TypeVar("_T")


def with_at(row: tuple[_T, ...], place: int, value: _T) -> tuple[_T, ...]:
    """The row with another value at one place."""
    return (*row[:place], value, *row[place + 1 :])
