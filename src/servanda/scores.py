"""What a scorecard holds: what each party obtains of the others, piece by piece, entry by entry, and against its aims.

Data only; `servanda.scoring` works them out. The words are those of `docs/format.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

CRITERIA = ("complete", "verifiable", "irreversible")

Status = Literal["met", "not met", "no aim", "nothing obtained", "nothing harmful"]


@dataclass(frozen=True)
class Obtained:
    """A share of one stake that a party obtains at one entry.

    Attributes
    ----------
    entry, title : str
    date : datetime.date
    stake, holder : str
    share : float
        Of the stake.
    worth : float
        Harm that it does to the party while it is held: share times the size of the stake's worth, units per year.
    concealable : bool
        Whether its holder can claim to give it here and keep it in secret.
    found : float
        Chance that a concealment begun here is found within the party's time; 1 where nothing can be concealed.
    reported : float
        The same, counting only what comes to a report (takes effect) within the time.
    restore : float
        Time its holder needs to have it back after a breakdown, years; infinite for never.
    """

    entry: str
    title: str
    date: date
    stake: str
    holder: str
    share: float
    worth: float
    concealable: bool
    found: float
    reported: float
    restore: float


@dataclass(frozen=True)
class Score:
    """What one party has obtained after an entry.

    Attributes
    ----------
    entry, title : str
    date : datetime.date
    years : float
        From the start.
    complete : float or None
        Share of what harms the party that the others have given up; None if nothing of theirs harms it.
    verifiable : float or None
        Chance that a concealment is found within the party's time: mean of `Obtained.found` by worth. None, as all
        below, while nothing is obtained.
    least : float or None
        The smallest `Obtained.found`, which decides whether the aim is met.
    reported : float or None
        Mean of `Obtained.reported` by worth.
    irreversible : float or None
        Share of what is obtained, by worth, that takes its holder the party's time or longer to restore.
    shortest : float or None
        The shortest restore time, years, which decides whether the aim is met.
    half : float or None
        Time after a breakdown at which half of what was obtained, by worth, is lost again, years; infinite for never.
    status : dict[str, str]
        For `complete`, `verifiable` and `irreversible`: `met` or `not met`; `no aim`; `nothing obtained` or `nothing
        harmful` where there is an aim but nothing to hold against it.
    """

    entry: str
    title: str
    date: date
    years: float
    complete: float | None
    verifiable: float | None
    least: float | None
    reported: float | None
    irreversible: float | None
    shortest: float | None
    half: float | None
    status: dict[str, Status]


@dataclass(frozen=True)
class Move:
    """The entry that raises (or lowers) a figure most: without what it gives, the figure would be lowest (or highest).

    Attributes
    ----------
    entry, title : str
        The first of equals.
    date : datetime.date
    change : float
        The figure at the end less what it would be without this entry. If nothing were obtained without it,
        `verifiable` and `irreversible` count as 1 then: nothing could be concealed, and nothing restored.
    """

    entry: str
    title: str
    date: date
    change: float


@dataclass(frozen=True)
class Criterion:
    """One of the three figures at the end of the plan, against the party's aim.

    Attributes
    ----------
    figure : float or None
        As in `Score`.
    aim : float or None
        The share (`complete`), the chance (`verifiable`) or the restore time in years (`irreversible`) that the party
        wants; None if it states none.
    status : str
        As in `Score`.
    since : str or None
        The entry from which on that has been so; None if it was so before the first.
    raised, lowered : Move or None
        By the entry that raises it most, and by the one that lowers it most; None where no entry does by itself.
    """

    figure: float | None
    aim: float | None
    status: Status
    since: str | None
    raised: Move | None
    lowered: Move | None


@dataclass(frozen=True)
class PartyScore:
    """What one party obtains of the others over a plan.

    Attributes
    ----------
    party : str
    harm : float
        What the others' stakes that harm it come to, units per year.
    kept : dict[str, float]
        Share of each of these stakes that the plan leaves with its holder, where there is any.
    within : float
        Time within which a concealment is to be found, years: the aim's, or one year.
    lasting : float
        Restore time from which on a stake counts as irreversible, years: the aim's, or one year.
    obtained : tuple[Obtained, ...]
        In order of play.
    course : tuple[Score, ...]
        After each entry of the plan.
    complete, verifiable, irreversible : Criterion
    """

    party: str
    harm: float
    kept: dict[str, float]
    within: float
    lasting: float
    obtained: tuple[Obtained, ...]
    course: tuple[Score, ...]
    complete: Criterion
    verifiable: Criterion
    irreversible: Criterion

    @property
    def end(self) -> Score:
        """What it has obtained after the last entry."""
        return self.course[-1]

    @property
    def criteria(self) -> dict[str, Criterion]:
        """The three figures by name."""
        return {"complete": self.complete, "verifiable": self.verifiable, "irreversible": self.irreversible}


@dataclass(frozen=True, repr=False)
class Scorecard:
    """What each party obtains of the others if everyone keeps.

    Attributes
    ----------
    plan, title : str
    parties : dict[str, PartyScore]
        In file order.
    """

    plan: str
    title: str
    parties: dict[str, PartyScore]

    def __repr__(self) -> str:
        rows = "; ".join(
            f"{name} " + ", ".join(f"{what} {c.status}" for what, c in one.criteria.items())
            for name, one in self.parties.items()
        )
        return f"<Scorecard of plan {self.plan!r}: {rows}>"
