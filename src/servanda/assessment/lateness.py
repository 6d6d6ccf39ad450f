"""What a plan comes to in which steps can be late: how it stands, how far it gets, what habit alone would give.

The quantities are defined in `model.md`, part 2. They are worked out in `_late_walk.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from servanda.arrays import Floats
from servanda.records import Record
from servanda.result import plain

STANDS = ("complete_on_time", "complete_late", "stalled", "suspended")  # how an agreement in force can stand at the end

STATES = ("on_schedule", "late", "stalled", "suspended")  # and on the way there

MOSTLY, ALIKE = 0.5, 0.75  # from when on an answer is called mostly habit: see `LateSummary.mostly_habit`


@dataclass(frozen=True)
class Timeline(Record):
    """What has become of the agreement, date by date: chances that add up to 1 at every date.

    Attributes
    ----------
    dates : tuple of M datetime.date
        From the start to the horizon: all dates on which anything can happen, or if these are many, those of the
        calendar and others between.
    years : (M,) floats
        From the start.
    states : dict of (M,) floats
        Chance of each state once everything on that date has happened. In force: `on_schedule` (all that was due was
        done on its date, nobody is behind, nothing is struck), `late` (something was done late, and all that was due is
        done), `stalled` (the plan waits for somebody or something, or something is struck), `suspended` (somebody has
        taken back what it had given). Not in force: the causes of breakdown, as in `Summary.broken`.
    """

    dates: tuple[date, ...]
    years: Floats
    states: dict[str, Floats]


@dataclass(frozen=True)
class Milestone(Record):
    """An entry, and the chance that it is done at all, on time or late."""

    entry: str
    title: str
    date: date
    done: float


@dataclass(frozen=True)
class Ending(Record):
    """One way in which a plan comes to be incomplete: what happens first, at which entry, and by whom.

    Attributes
    ----------
    entry, title : str
        The entry on the way to which, at which, or during the wait for which it happens; or `horizon`.
    date : datetime.date
        When, on average: for what is held back, when the party fell behind.
    years : float
        The same from the start.
    how : str
        `held_back` (a party falls behind and does not catch up), `vote_failed`, `withdrew`, `lapsed`, `found`,
        `suspended` (taken back at the end, nothing being struck), `incident`.
    by : str or None
        The party; `both` or `several`; None if it is nobody's act.
    ends : bool
        Whether it ends the agreement; else the agreement stays in force without what is struck.
    chance : float
        From the start.
    types : dict[str, float]
        Chances of the types of `by`, given that it happens so; empty where that is not one party's doing.
    """

    entry: str
    title: str
    date: date
    years: float
    how: str
    by: str | None
    ends: bool
    chance: float
    types: dict[str, float]


@dataclass(frozen=True)
class Headline(Record):
    """What an analyst asks first.

    Attributes
    ----------
    furthest : Milestone or None
        How far it gets: the last entry, in the order of the calendar, that is more likely done than not. Automatic
        transfers do not count: nobody has to get there.
    ending : Ending or None
        When and how it most likely stalls or ends: the likeliest of the `endings`; None if it cannot.
    complete, complete_on_time : float
        All done at the horizon and in force.
    unfinished : float
        In force at the horizon, but stalled or suspended.
    broken : float
    """

    furthest: Milestone | None
    ending: Ending | None
    complete: float
    complete_on_time: float
    unfinished: float
    broken: float


@dataclass(frozen=True)
class Loss(Record):
    """A chance that something goes wrong, told apart: by interest, by habit, and by chance (what nobody decides)."""

    interest: float
    habit: float
    chance: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.interest + self.habit + self.chance


@dataclass(frozen=True)
class PartyTime(Record):
    """Shares of the expected time in force in which a party is behind by its own act, has taken back, is found out."""

    behind: float
    suspended: float
    exposed: float


@dataclass(frozen=True)
class HabitAlone(Record):
    """What the same plan would come to if interests did not count: precision 0, so that play is habit.

    `done` has, for each entry that can wait, the chances `done_on_time` and `done_late`. See `Summary` and
    `LateSummary` for the rest.
    """

    held: dict[str, float]
    broken: dict[str, float]
    how_it_stands: dict[str, dict[str, float]]
    mean_lateness: float
    expected_years: float
    steps_done: float
    done: dict[str, dict[str, float]]
    headline: Headline


@dataclass(frozen=True)
class LateSummary(Record):
    """What `Summary` says besides of a plan in which steps can be late.

    Attributes
    ----------
    how_it_stands : dict[str, dict[str, float]]
        How the agreement stands if in force at the horizon: `complete_on_time` (all done on the dates of the calendar),
        `complete_late`, `stalled` (something struck or pending), `suspended` (somebody has taken something back); each
        `clean` and `concealed`. Together they are `Summary.held`.
    mean_lateness : float
        Years by which the latest entry is late, on average over what is complete late; 0 if nothing is.
    lateness : tuple[tuple[float, float], ...]
        The same as a distribution: years, and the chance of it from the start; together the chance of complete late.
    steps_done : float
        Expected number of entries that are done, of those that can wait.
    expected_years : float
        Expected time in force until the horizon.
    timeline : Timeline
    headline : Headline
    endings : tuple[Ending, ...]
        All ways in which the plan comes to be incomplete, likeliest first. With the chance of being complete they add
        up to 1.
    parties : dict[str, PartyTime]
    losses : dict[str, Loss]
        The causes of breakdown, `stalled` and `suspended`, told apart by interest and habit. At every decision the
        smaller of the chance of an act and its chance by habit alone counts as habit, and what is above as interest.
    overlap : float
        What the chances of all outcomes (as the agreement stands, or why it broke down) have in common with those of
        habit alone: the sum of the smaller of the two.
    by_habit : HabitAlone
    """

    how_it_stands: dict[str, dict[str, float]]
    mean_lateness: float
    lateness: tuple[tuple[float, float], ...]
    steps_done: float
    expected_years: float
    timeline: Timeline
    headline: Headline
    endings: tuple[Ending, ...]
    parties: dict[str, PartyTime]
    losses: dict[str, Loss]
    overlap: float
    by_habit: HabitAlone

    @property
    def habit_share(self) -> float:
        """What habit has of all that goes wrong."""
        total = sum(loss.total for loss in self.losses.values())
        return sum(loss.habit for loss in self.losses.values()) / total if total > 0 else 0.0

    @property
    def mostly_habit(self) -> bool:
        """Whether most of the answer is habit: more than half of what goes wrong, and outcomes three quarters alike."""
        return self.habit_share > MOSTLY and self.overlap > ALIKE

    def to_json(self) -> dict[str, Any]:
        """Give the keys that `servanda solve --json` adds where steps can be late."""
        made = cast("dict[str, Any]", plain(self))
        del made["how_it_stands"]
        return {**made, "habit_share": self.habit_share, "mostly_habit": self.mostly_habit}
