"""What of a plan is open to choice: the group `levers` of an agreement file, one class for each kind of lever.

How a lever changes a plan is in `optimisation/_candidates.py`; the search among all plans that they allow, in
`servanda.designing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from numbers import Integral
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator

from servanda.agreement.format.entries import Noted, Then
from servanda.agreement.format.habits import Looks, Stalls, wrong_looks
from servanda.agreement.format.values import (
    LARGEST,
    LARGEST_RATE,
    Day,
    Interval,
    Key,
    Line,
    Problem,
    plain_number,
)
from servanda.english import show

MOST_PARTS = 12  # that a step may be split into
MOST_TIMES = 1000  # that a review may take place
MOST_IN_ORDER = 100  # entries that may change places
MOST_VALUES = 100_000  # that a lever may set


def _amount(fits: Callable[[float], bool], words: str) -> BeforeValidator:
    def read(value: object) -> float:
        try:
            found = plain_number(value)
        except Problem as problem:
            raise Problem(f"{str(problem).partition('. ')[0]}. Write {words}").custom() from None
        if not fits(found):
            raise Problem(f"{show(value)} is not allowed here. Write {words}").custom()
        return found

    return BeforeValidator(read)


def _whole(most: int) -> BeforeValidator:
    def read(value: object) -> int:
        if not isinstance(value, bool) and isinstance(value, Integral) and 0 < (found := int(value)) <= most:
            return found
        raise Problem(f"{show(value)} is not allowed here. Write a whole number from 1 to {most}").custom()

    return BeforeValidator(read)


PlainShare = Annotated[
    float,
    _amount(lambda x: 0 < x <= 1, "a share above 0 and at most 1"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
]
Amount = Annotated[
    float,
    _amount(lambda x: 0 <= x <= LARGEST, "a number that is 0 or more"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": LARGEST}),
]
PlainRate = Annotated[
    float,
    _amount(lambda x: 0 <= x <= LARGEST_RATE, f"a rate per year from 0 to {LARGEST_RATE:,.0f}"),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": LARGEST_RATE}),
]
Parts = Annotated[int, _whole(MOST_PARTS), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_PARTS})]
Times = Annotated[int, _whole(MOST_TIMES), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_TIMES})]


class _Lever(Noted):
    model_config: ClassVar[ConfigDict] = ConfigDict(populate_by_name=False)


def _few(count: float, key: str) -> None:
    """Refuse a lever with too many values before they are written out."""
    if count > MOST_VALUES:
        raise Problem(
            f"this lever would have {count:,.0f} values, and may have {MOST_VALUES:,} at most. Choose a larger step, or"
            " a smaller range",
            key,
        ).custom()


def _in_order(least: float | date, most: float | date, upside_down: bool) -> None:
    if upside_down:
        raise Problem(f"to {most} is below from {least}. Swap them", "to").custom()


class ShareLever(_Lever):
    """How much of a stake an entry gives."""

    share: Key = Field(description="the entry whose share may vary")
    of: Key = Field(description="the stake of which it gives a share")
    least: PlainShare = Field(alias="from", description="the least share")
    most: PlainShare = Field(alias="to", description="the largest share")
    step: PlainShare | None = Field(
        default=None, description="vary it in steps of this size; in steps of 0.0001 if left out"
    )

    @model_validator(mode="after")
    def _ordered(self) -> ShareLever:
        _in_order(self.least, self.most, self.most < self.least)
        if self.step is not None:
            _few((self.most - self.least) / self.step + 1, "step")
        return self


class DateLever(_Lever):
    """When an entry takes place."""

    date: Key = Field(description="the entry whose date may vary")
    least: Day = Field(alias="from", description="the earliest day")
    most: Day = Field(alias="to", description="the latest day")
    step: Interval | None = Field(
        default=None, description="vary it in steps of this length, such as 3 months; day by day if left out"
    )

    @model_validator(mode="after")
    def _ordered(self) -> DateLever:
        _in_order(self.least, self.most, self.most < self.least)
        if self.step is None:
            _few((self.most - self.least).days + 1, "to")
        return self


class OrderLever(_Lever):
    """In which order some entries take place: they change places, and with them dates."""

    order: tuple[Key, ...] = Field(
        min_length=2, max_length=MOST_IN_ORDER, description="list of the entries that may change places"
    )


class AutomaticLever(_Lever):
    """Whether an entry happens without a choice."""

    automatic: Key = Field(description="the entry that may be automatic or not")


class FindsLever(_Lever):
    """How strong a measure is, and what that costs."""

    finds: Key = Field(description="the measure whose finding rate may vary")
    least: PlainRate = Field(alias="from", description="the least rate per year")
    most: PlainRate = Field(alias="to", description="the largest rate per year")
    step: PlainRate | None = Field(default=None, description="vary it in steps of this size")
    cost: Amount = Field(default=0.0, description="what a finding rate of 1 a year costs for every year in force")
    unit: Line | None = Field(default=None, description="what the cost is counted in, such as million dollars")

    @model_validator(mode="after")
    def _ordered(self) -> FindsLever:
        _in_order(self.least, self.most, self.most < self.least)
        if self.step == 0:
            raise Problem("a step of 0 changes nothing. Write a step above 0, or leave it out", "step").custom()
        if self.step is not None:
            _few((self.most - self.least) / self.step + 1, "step")
        if self.cost and self.unit is None:
            words = "a cost needs a unit. Say what it is counted in, such as unit: million dollars"
            raise Problem(words, "cost").custom()
        return self


class ReviewsLever(_Lever):
    """How often a repeated review takes place, and how many times."""

    reviews: Key = Field(description="the repeated review that may vary")
    every: tuple[Interval, ...] = Field(
        default=(), description="list of the times between reviews to choose from, such as [6 months, 12 months]"
    )
    times: tuple[Times, ...] = Field(default=(), description="list of the numbers of reviews to choose from")

    @model_validator(mode="after")
    def _something(self) -> ReviewsLever:
        if not self.every and not self.times:
            raise Problem("this leaves nothing to choose. Write every: or times: with a list to choose from").custom()
        _few(max(1, len(set(self.every))) * max(1, len(set(self.times))), "times")
        return self


class SplitLever(_Lever):
    """Into how many equal parts an entry is split, one after the other."""

    split: Key = Field(description="the entry that may be split")
    into: tuple[Parts, ...] = Field(min_length=1, description="list of the numbers of parts to choose from")
    every: Interval = Field(description="the time between two parts; the first takes place on the entry's own date")


class LooksLever(_Lever):
    """When it is seen whether a party that fell behind has caught up."""

    looks: tuple[Looks, ...] = Field(
        min_length=1, description="list of the lists of looks to choose from, such as [[6 months], [6 months, 2 years]]"
    )

    @model_validator(mode="after")
    def _rising(self) -> LooksLever:
        for place, looks in enumerate(self.looks):
            wrong = wrong_looks(looks)
            if wrong:
                raise Problem(f"in list {place + 1}, {wrong}", "looks").custom()
        return self


class StallsLever(_Lever):
    """How many stalls are told in full."""

    stalls: tuple[Stalls, ...] = Field(min_length=1, description="list of the numbers of stalls to choose from")


class ThenLever(_Lever):
    """What a failed vote means."""

    then: Key = Field(description="the ratification of which it may vary what follows if it fails")
    among: tuple[Then, ...] = Field(
        default=("breakdown", "delay", "strike"),
        min_length=1,
        description="list of what may follow: breakdown, delay, strike; all three if left out",
    )


class ExchangeLever(_Lever):
    """Whether some steps are done at the same time, as an exchange, or one after the other."""

    exchange: tuple[Key, ...] = Field(
        min_length=1,
        description="list of two or more steps of different parties on one day, or of one exchange, that may be done"
        " at the same time or in sequence",
    )


KINDS: dict[str, type[_Lever]] = {
    "share": ShareLever,
    "date": DateLever,
    "order": OrderLever,
    "automatic": AutomaticLever,
    "finds": FindsLever,
    "reviews": ReviewsLever,
    "split": SplitLever,
    "looks": LooksLever,
    "stalls": StallsLever,
    "then": ThenLever,
    "exchange": ExchangeLever,
}


def lever_kind(value: Any) -> str | None:
    """Tell what kind of lever this is by the key that only that kind has; None if none or several are there."""
    if isinstance(value, _Lever):
        return next(kind for kind, each in KINDS.items() if type(value) is each)
    if not isinstance(value, Mapping):
        return None
    found = [kind for kind in KINDS if kind in value]
    return found[0] if len(found) == 1 else None


Lever = Annotated[
    Annotated[ShareLever, Tag("share")]
    | Annotated[DateLever, Tag("date")]
    | Annotated[OrderLever, Tag("order")]
    | Annotated[AutomaticLever, Tag("automatic")]
    | Annotated[FindsLever, Tag("finds")]
    | Annotated[ReviewsLever, Tag("reviews")]
    | Annotated[SplitLever, Tag("split")]
    | Annotated[LooksLever, Tag("looks")]
    | Annotated[StallsLever, Tag("stalls")]
    | Annotated[ThenLever, Tag("then")]
    | Annotated[ExchangeLever, Tag("exchange")],
    Discriminator(lever_kind),
]


def lever_target(lever: Lever) -> str:
    """The entry or measure that a lever moves; of several, the first; empty if it is the plan itself."""
    if isinstance(lever, LooksLever | StallsLever):
        return ""
    found = getattr(lever, str(lever_kind(lever)))
    return found[0] if isinstance(lever, OrderLever | ExchangeLever) else str(found)


def lever_name(lever: Lever) -> str:
    """Name a lever as results do: its kind and what it moves, joined by dots, such as `share.first-freeze.reactor`."""
    more = lever.of if isinstance(lever, ShareLever) else ""
    return ".".join(part for part in (str(lever_kind(lever)), lever_target(lever), more) if part)


def part_name(entry: str, part: int | str) -> str:
    """The id of a part of a split entry, counted from 1, or of a party's part; the last keeps the id of the whole."""
    return f"{entry}-{part}"
