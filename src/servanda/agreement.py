"""The agreement file as frozen objects: what `docs/format.md` describes, one class a thing.

These types say what is allowed in one place each. What needs two places at once (does this party exist,
is anything left of this stake) is looked at by `servanda.reading`, which also turns every complaint into
a message with file and line. The types work on their own too, for agreements built in Python.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PrivateAttr, Tag
from pydantic_core import PydanticCustomError

DAYS_PER_YEAR = 365.25
NEVER = math.inf


class Problem(ValueError):
    """What is wrong with one value, in words a reader of the file understands (no place: that is added later)."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


# ---------------------------------------------------------------------------------------------- numbers


class Number(_Frozen):
    """A number that is somebody's judgement: a value, and where known its range, source and reason.

    Attributes
    ----------
    likely : float
        The value used where one value is needed. Where the file gives only `low` and `high`, their midpoint.
    low, high : float or None
        The range, where uncertainty is studied.
    uniform : bool
        True if the file gave `low` and `high` alone: every value between is as likely as another. Otherwise the
        range is a PERT distribution with mode `likely`.
    source : str or None
        Key into the agreement's sources.
    note : str or None
        The reason, in words.
    """

    likely: float
    low: float | None = None
    high: float | None = None
    uniform: bool = False
    source: str | None = None
    note: str | None = None

    @property
    def ranged(self) -> bool:
        """Whether a range is given that has any width."""
        return self.low is not None and self.high is not None and self.high > self.low


class Years(Number):
    """A duration in years (`math.inf` = never), with the same range, source and note as any number."""


_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(year|month|week|day)s?\s*")
_UNIT_YEARS = {"year": 1.0, "month": 1 / 12, "week": 7 / DAYS_PER_YEAR, "day": 1 / DAYS_PER_YEAR}


def years(value: object) -> float:
    """Read a duration such as '30 months' as years; 'never' is infinity.

    Raises
    ------
    Problem
        If the words are not a number and a unit of time.
    """
    if isinstance(value, str):
        if value.strip() == "never":
            return NEVER
        match = _DURATION.fullmatch(value)
        if match:
            return float(match[1]) * _UNIT_YEARS[match[2]]
    raise Problem(f"{show(value)} is not a duration. Write a number and a unit: 30 months, 2 years, 90 days; or: never")


def show(value: object) -> str:
    """Print a value as it would stand in the file, short enough for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, date):
        return f"the date {value.isoformat()}"
    text = value if isinstance(value, str) else f"{value:g}" if isinstance(value, float) else str(value)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"'{text}'" if isinstance(value, str) else text


_NUMBER_KEYS = ("likely", "low", "high", "source", "note")


def _plain(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem(f"{show(value)} is not a number. Write a number, or {{likely: .., low: .., high: ..}}")
    if not math.isfinite(value):
        raise Problem(f"{show(value)} is not a finite number")
    return float(value)


def _number(kind: type[Number], one: Any, check: Any = None) -> BeforeValidator:
    """Make a reader of `0.4`, `{likely: 0.4, low: 0.2, high: 0.7, ...}` or a ready Number."""

    def read(value: object) -> Number:
        if isinstance(value, Number):
            fields: dict[str, Any] = value.model_dump()
        elif isinstance(value, dict):
            fields = _ranged(value, one)
        else:
            fields = {"likely": one(value)}
        if check is not None:
            for key in ("likely", "low", "high"):
                if fields.get(key) is not None:
                    check(fields[key])
        return kind.model_validate(fields)

    def wrapped(value: object) -> Number:
        try:
            return read(value)
        except Problem as problem:
            raise PydanticCustomError("number", "{why}", {"why": str(problem)}) from None

    return BeforeValidator(wrapped)


def _ranged(value: dict[Any, Any], one: Any) -> dict[str, Any]:
    unknown = [key for key in value if key not in _NUMBER_KEYS]
    if unknown:
        raise Problem(f"a number has no key {show(unknown[0])}. Allowed: {', '.join(_NUMBER_KEYS)}")
    fields: dict[str, Any] = {key: one(value[key]) for key in ("likely", "low", "high") if key in value}
    for key in ("source", "note"):
        if key in value:
            if not isinstance(value[key], str):
                raise Problem(f"{key} is {show(value[key])}, but has to be words")
            fields[key] = value[key]
    low, likely, high = (fields.get(key) for key in ("low", "likely", "high"))
    if (low is None) != (high is None):
        given, missing = ("high", "low") if low is None else ("low", "high")
        raise Problem(f"gives {given} without {missing}. A range needs both")
    if likely is None:
        if low is None or high is None:
            raise Problem("has no value. Give likely, or low and high")
        if math.isinf(high):
            raise Problem("a range cannot end at never. Give a long duration instead")
        fields["likely"] = likely = (low + high) / 2
        fields["uniform"] = True
    if low is not None and high is not None:
        if low < high and math.isinf(high):
            raise Problem("a range cannot end at never. Give a long duration instead")
        if not low <= likely <= high:
            raise Problem(
                f"low {show_value(value, 'low')}, likely {show_value(value, 'likely', likely)}, high"
                f" {show_value(value, 'high')} are not in order. low must not be above likely, nor likely above high"
            )
    return fields


def show_value(value: dict[Any, Any], key: str, otherwise: object = None) -> str:
    """Print one value of a ranged number as the file gives it."""
    found = value.get(key, otherwise)
    return found if isinstance(found, str) else show(found)


def _chance(value: float) -> None:
    if not 0 <= value <= 1:
        raise Problem(f"{value:g} is not a chance. A chance is between 0 and 1")


def _share(value: float) -> None:
    if not 0 < value <= 1:
        raise Problem(f"{value:g} is not a share. A share is above 0 and at most 1")


def _not_negative(value: float) -> None:
    if value < 0:
        raise Problem(f"{value:g} is negative. It must be 0 or more")


def _positive(value: float) -> None:
    if value <= 0:
        raise Problem(f"{value:g} is not above 0. It must be a positive number")


Worth = Annotated[Number, _number(Number, _plain)]
Chance = Annotated[Number, _number(Number, _plain, _chance)]
Share = Annotated[Number, _number(Number, _plain, _share)]
NotNegative = Annotated[Number, _number(Number, _plain, _not_negative)]
Positive = Annotated[Number, _number(Number, _plain, _positive)]
Duration = Annotated[Years, _number(Years, years)]


def _custom(why: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{why}", {"why": why})


def _a_duration(value: object) -> float:
    if isinstance(value, float):
        return value
    try:
        length = years(value)
    except Problem as problem:
        raise _custom(str(problem)) from None
    if not 0 < length < NEVER:
        raise _custom(f"{show(value)} will not do here. Give a duration above zero, such as 12 years")
    return length


PlainDuration = Annotated[float, BeforeValidator(_a_duration)]


def _months(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match and match[2] in ("year", "month"):
        count = float(match[1]) * (12 if match[2] == "year" else 1)
        if count == int(count) and count >= 1:
            return int(count)
    raise _custom(f"{show(value)} is not a whole number of months or years. Reviews step in calendar months: every: 6 months")


CalendarMonths = Annotated[int, BeforeValidator(_months)]


def _a_date(value: object) -> date:
    if type(value) is date:
        return value
    raise _custom(f"{show(value)} is not a date. Write year-month-day, such as 2018-06-12")


Day = Annotated[date, BeforeValidator(_a_date)]


def _words(value: object) -> str:
    if isinstance(value, str) and value.strip():
        return value
    raise _custom(f"{show(value)} is not words. Write a text, in quotes if it looks like a number")


Words = Annotated[str, BeforeValidator(_words)]

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


def _key(value: object) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise _custom(f"{show(value)} is not a name. A name is letters, digits, - and _, beginning with a letter")


Key = Annotated[str, BeforeValidator(_key)]


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise _custom(f"{show(value)} is neither true nor false")


Flag = Annotated[bool, BeforeValidator(_flag)]

_ZERO = Number(likely=0.0)

# ------------------------------------------------------------------------------------------ the situation


class Source(_Frozen):
    """What a number or a step rests on."""

    kind: Literal["document", "judgement", "data", "press", "scholarship", "interview"]
    title: Words
    author: Words | None = None
    date: Day | None = None
    url: Words | None = None
    note: Words | None = None


class _Noted(_Frozen):
    source: Words | None = None
    note: Words | None = None


class Costs(_Frozen):
    """Lump sums, in units, that a party pays when the agreement breaks down; those not given are 0."""

    breakdown: Worth = _ZERO
    withdrawing: Worth = _ZERO
    found: Worth = _ZERO
    unratified: Worth = _ZERO


class CostChanges(_Frozen):
    """The lump sums that a type pays in place of its party's."""

    breakdown: Worth | None = None
    withdrawing: Worth | None = None
    found: Worth | None = None
    unratified: Worth | None = None


class PartyType(_Noted):
    """What a party may privately be: its prior chance, and what differs from the party at large."""

    chance: Chance
    name: Words | None = None
    worth: dict[Key, Worth] = {}
    costs: CostChanges = CostChanges()
    discount: NotNegative | None = None
    precision: NotNegative | None = None


class VerifiedAim(_Frozen):
    """The aim that a concealment is found with at least this chance within this time."""

    chance: Chance
    within: Duration


class Aims(_Frozen):
    """What a party wants to obtain of the others."""

    complete: Chance | None = None
    verifiable: VerifiedAim | None = None
    irreversible: Duration | None = None


class Party(_Noted):
    """A state, government or movement that decides for itself.

    `discount` is continuous, per year; `precision` is the logit precision, per unit of worth.
    """

    name: Words
    discount: NotNegative
    precision: NotNegative
    costs: Costs = Costs()
    types: dict[Key, PartyType] = {}
    aims: Aims | None = None


class Stake(_Noted):
    """Something one party holds and can give up.

    `worth` is in units per year that the holder truly holds all of it; `restore` in years.
    """

    holder: Key
    name: Words | None = None
    worth: dict[Key, Worth]
    restore: Duration
    concealable: Flag = False


class Measure(_Noted):
    """A way to find concealment: rates per year while in force, `breaks` the chance that a false alarm ends all."""

    covers: list[Key] = Field(min_length=1)
    finds: NotNegative
    name: Words | None = None
    starts: Day | None = Field(default=None, alias="from")
    until: Day | None = None
    false_alarms: NotNegative = _ZERO
    breaks: Chance = _ZERO


# ---------------------------------------------------------------------------------------------- the plans


class _Entry(_Noted):
    id: Key
    title: Words | None = None
    text: Words | None = None
    needs: list[Key] = []


def _gives(value: object) -> object:
    if isinstance(value, list | dict) and value:
        return value
    raise _custom(f"{show(value) if value else 'nothing'} cannot be given. Write gives: [stake] for all that is left, or gives: {{stake: 0.5}}")


class Obligation(_Entry):
    """A step a party has to take: it gives shares of stakes, by itself or (`automatic`) without a choice."""

    date: Day
    by: Key
    gives: Annotated[dict[Key, Share] | list[Key], BeforeValidator(_gives)]
    automatic: Flag = False


class Ratification(_Entry):
    """A body of a party that has to approve: passes by chance, else the agreement breaks down."""

    date: Day
    ratify: Key
    passes: Chance


class Turnover(_Entry):
    """With some chance a new government of a party, publicly; its type is drawn afresh."""

    date: Day
    turnover: Key
    chance: Chance
    types: dict[Key, Chance] = Field(min_length=1)


class Review(_Entry):
    """A date at which parties may stay or withdraw: once (`date`), or repeated (`every`, `from`, `until`)."""

    review: list[Key] = Field(min_length=1)
    date: Day | None = None
    every: CalendarMonths | None = None
    starts: Day | None = Field(default=None, alias="from")
    until: Day | None = None


_KINDS = {"by": "obligation", "ratify": "ratification", "turnover": "turnover", "review": "review"}


def entry_kind(value: Any) -> str | None:
    """Tell what kind of entry this is by the key that only that kind has; None if none or several are there."""
    if isinstance(value, _Entry):
        return type(value).__name__.lower()
    found = [kind for key, kind in _KINDS.items() if isinstance(value, dict) and key in value]
    return found[0] if len(found) == 1 else None


Entry = Annotated[
    Annotated[Obligation, Tag("obligation")]
    | Annotated[Ratification, Tag("ratification")]
    | Annotated[Turnover, Tag("turnover")]
    | Annotated[Review, Tag("review")],
    Discriminator(entry_kind),
]


class Plan(_Noted):
    """A calendar of entries: one way to carry the agreement out."""

    title: Words | None = None
    entries: list[Entry] = Field(min_length=1)


# ------------------------------------------------------------------------------------------ the whole file


@dataclass(frozen=True)
class Origin:
    """Where an agreement was read from.

    Attributes
    ----------
    path : str
        As the user gave it.
    sha256 : str
        Of the file's bytes.
    lines : dict[tuple, int]
        The line of every key, by its path in the file: ('plans', 'phased', 'entries', 2, 'gives').
    """

    path: str
    sha256: str
    lines: dict[tuple[str | int, ...], int]


def _version(value: int) -> int:
    if value != 1:
        raise _custom(f"{value} is not a version of the format that this servanda can read. It reads version 1")
    return value


class Agreement(_Frozen):
    """A situation (parties, stakes, measures) and one or more plans for it."""

    servanda: Annotated[int, AfterValidator(_version)]
    title: Words
    start: Day
    horizon: PlainDuration
    unit: Words
    note: Words | None = None
    incidents: NotNegative = _ZERO
    sources: dict[Key, Source] = {}
    parties: dict[Key, Party] = Field(min_length=1)
    stakes: dict[Key, Stake] = Field(min_length=1)
    measures: dict[Key, Measure] = {}
    plans: dict[Key, Plan] = Field(min_length=1)

    _origin: Origin | None = PrivateAttr(default=None)

    @property
    def origin(self) -> Origin | None:
        """Where this was read from; None if it was built in Python."""
        return self._origin

    def __repr__(self) -> str:
        return f"<Agreement {self.title!r}: {', '.join(self.parties)}; plans {', '.join(self.plans)}>"


class AgreementError(Exception):
    """A file that cannot be used, with all its problems in the order of its lines.

    Attributes
    ----------
    problems : tuple[str, ...]
        One message each: `file:line: what was found, what is allowed, what to do`.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
