"""The plans of an agreement file: what happens when, one class for each kind of entry.

`servanda.agreement` has the situation that the plans are for, and is where users find these types.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from servanda.agreement.format.frozen import Frozen, without_defaults
from servanda.agreement.format.habits import Late
from servanda.agreement.format.values import (
    UNKNOWN,
    Chance,
    Day,
    Flag,
    Interval,
    Key,
    Line,
    Problem,
    Rate,
    Share,
    Span,
    Words,
)
from servanda.english import show

START = "start"  # what `due` may name besides entries


class Noted(Frozen):
    """Anything that may say what it rests on."""

    source: Line | None = Field(default=None, description="the key of one of the file's sources")
    note: Words | None = Field(default=None, description="the reason, in words")


class Due(Frozen):
    """When an entry falls due, counted from something else, such as `{within: 60 days, after: adoption}`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [key]} for key in ("after", "before", "same_day", "when")],
            "dependentSchemas": {"within": {"anyOf": [{"required": ["after"]}, {"required": ["when"]}]}},
        }
    )

    within: Span | None = Field(default=None, description="the time allowed after that, such as 60 days")
    after: Key | None = Field(default=None, description="due after this entry of the plan; or after start")
    before: Key | None = Field(default=None, description="due no later than the day before this entry of the plan")
    same_day: Key | None = Field(default=None, description="due on the same day as this entry of the plan")
    when: Words | None = Field(default=None, description="due after an event that is not an entry, described in words")

    @property
    def anchor(self) -> str | None:
        """The entry that it is counted from (or `start`); None if it is counted from words."""
        return self.after or self.before or self.same_day

    @model_validator(mode="after")
    def _one_anchor(self) -> Due:
        anchors = "after: an entry (or start), before: an entry, same_day: an entry, or when: an event in words"
        found = [key for key in ("after", "before", "same_day", "when") if getattr(self, key) is not None]
        if not found:
            raise Problem(f"this does not say what the due date is counted from. Give it {anchors}").custom()
        if len(found) > 1:
            both = f"{' and '.join(found)} are given, but a due date is counted from one thing"
            raise Problem(f"{both}. Keep one of {anchors}").custom()
        if self.within is not None and found[0] in ("before", "same_day"):
            words = f"within says how long after something, so it cannot stand with {found[0]}. Write after or when"
            raise Problem(words, "within").custom()
        return self


class _Entry(Noted):
    id: Key = Field(description="a name that no other entry of the plan has")
    title: Line | None = Field(default=None, description="its name in figures and tables")
    text: Words | None = Field(default=None, description="the words of the agreement, or where to find them")
    needs: tuple[Key, ...] = Field(default=(), description="list of the entries that must come first")
    pairs: tuple[Key, ...] = Field(default=(), description="list of the entries that this is done in return for")
    verified_by: tuple[Key, ...] = Field(
        default=(), description="list of the measures, bodies or parties that check whether it is done"
    )
    defines: tuple[Key, ...] = Field(default=(), description="list of the terms that this entry defines")
    uses: tuple[Key, ...] = Field(default=(), description="list of the terms on whose meaning this entry depends")


_ONE_DATE: dict[str, Any] = {"not": {"required": ["date", "due"]}}


class Dated(_Entry):
    """An entry on one day, which its text may give or count from something else."""

    date: Day | None = Field(
        default=None, description="the day, such as 2018-06-12; the last one where the text sets a limit"
    )
    due: Due | None = Field(
        default=None, description="in place of a date: when it falls due, counted from something else"
    )

    @model_validator(mode="after")
    def _one_date(self) -> Dated:
        if self.date is not None and self.due is not None:
            raise Problem("date and due are both given. Keep the one that the agreement's text uses", "due").custom()
        return self


def _gives(value: object) -> object:
    given = value
    if isinstance(value, list | tuple | dict) and value:
        return given
    found = f"{show(given)} is neither a list of stakes nor a group of shares" if given else "this names no stake"
    words = "Write gives: [stake] for all that is left, or gives: {stake: 0.5} for a share"
    raise Problem(f"{found}. {words}").custom()


def _gives_form(value: object) -> str:
    return "all_left" if isinstance(value, list | tuple) else "shares"


def _by_form(value: object) -> str:
    return "several" if isinstance(value, list | tuple) else "one"


Gives = Annotated[
    Annotated[dict[Key, Share], Tag("shares")] | Annotated[tuple[Key, ...], Tag("all_left")], Discriminator(_gives_form)
]
Actors = Annotated[
    Annotated[Key, Tag("one")] | Annotated[tuple[Key, ...], Field(min_length=1), Tag("several")],
    Discriminator(_by_form),
]


_Late = Annotated[
    Flag,
    Field(
        description="false: whoever holds back here freezes the plan at once, and no stall is told; true if left out"
    ),
]


class Obligation(Dated):
    """A step somebody has to take. It gives shares of stakes, or is a duty that moves no stake (`does`)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={**_ONE_DATE, "anyOf": [{"required": ["gives"]}, {"required": ["does"]}]}
    )

    by: Actors | None = Field(
        default=None,
        description="the party or body that has to take this step, or a list of several; left out if the text"
        " names nobody",
    )
    gives: Annotated[Gives, BeforeValidator(_gives)] = Field(
        default={},
        description="what is given up: shares such as {reactor: 0.5}, or a list such as [reactor] for all that is left",
    )
    does: Words | None = Field(default=None, description="what has to be done, in words")
    automatic: Flag = Field(
        default=False, description="whether it happens without anybody's choice, as with escrow; true or false"
    )
    standing: Flag = Field(
        default=False, description="whether this is owed all the time rather than once; true or false"
    )
    late: _Late = True

    _without_defaults = model_validator(mode="before")(classmethod(without_defaults))  # pyright: ignore[reportArgumentType]

    @property
    def actors(self) -> tuple[str, ...]:
        """The parties and bodies that have to take the step; empty if the text names nobody."""
        return (self.by,) if isinstance(self.by, str) else tuple(self.by or ())

    @model_validator(mode="after")
    def _something(self) -> Obligation:
        if not self.gives and self.does is None:
            raise Problem(
                "this says neither what is given nor what is done. Write gives: [stake]. If it moves no stake,"
                " write does: and what has to be done"
            ).custom()
        if self.standing and self.gives:
            words = "a duty that is owed all the time moves no stake. Delete standing, or write does in place of gives"
            raise Problem(words, "standing").custom()
        if self.automatic and not self.gives:
            raise Problem(
                "only a step that gives a stake can be automatic. Delete automatic, or add gives", "automatic"
            ).custom()
        return self


class ExchangePart(Frozen):
    """What one party gives in an exchange."""

    by: Key = Field(description="the party that gives this")
    gives: Annotated[Gives, BeforeValidator(_gives)] = Field(
        description="what it gives up: shares such as {reactor: 0.5}, or a list such as [reactor] for all that is left"
    )

    @property
    def actors(self) -> tuple[str, ...]:
        """The party, as of an obligation."""
        return (self.by,)


def _parts(value: object) -> object:
    if isinstance(value, list | tuple) and len(cast("list[object]", value)) >= 2:
        return cast("object", value)
    several = isinstance(value, list | tuple)
    found = (
        "an exchange is between two parties at least" if several else f"{show(value)} is not a list of what each gives"
    )
    raise Problem(f"{found}. Write exchange: [{{by: a, gives: [x]}}, {{by: b, gives: [y]}}]").custom()


class Exchange(Dated):
    """What several parties give at the same time: each acts without seeing the others, and all of it passes or none."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra=_ONE_DATE)

    exchange: Annotated[tuple[ExchangePart, ...], BeforeValidator(_parts)] = Field(
        description="list of what each party gives, such as [{by: a, gives: [x]}, {by: b, gives: [y]}]",
        json_schema_extra={"minItems": 2},
    )
    late: _Late = True

    @property
    def actors(self) -> tuple[str, ...]:
        """The parties that act."""
        return tuple(part.by for part in self.exchange)


Then = Literal["breakdown", "delay", "strike"]


class Ratification(Dated):
    """A body of a party that has to approve: passes by chance; what follows if it does not is said by `then`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra=_ONE_DATE)

    ratify: Key = Field(description="the party that has to ratify")
    passes: Chance = Field(default=UNKNOWN, description="the chance that it passes")
    then: Then = Field(
        default="breakdown",
        description="what a failed vote means: breakdown; delay, put again at each look; or strike, what needs it falls"
        " away",
    )


class Turnover(_Entry):
    """With some chance a new government of a party, publicly; its type is drawn afresh."""

    date: Day = Field(description="the day, such as 2018-06-12")
    turnover: Key = Field(description="the party whose government may change")
    chance: Chance = Field(description="the chance that there is a new government")
    types: dict[Key, Chance] = Field(
        min_length=1, description="how likely the new government is of each type; those not named have chance 0"
    )


class Review(_Entry):
    """A date at which parties may stay or withdraw: once (`date`), or repeated (`every`, `from`, `until`)."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["date"], "not": {"anyOf": [{"required": [k]} for k in ("every", "from", "until")]}},
                {"required": ["every", "from", "until"], "not": {"required": ["date"]}},
            ]
        }
    )

    review: tuple[Key, ...] = Field(min_length=1, description="list of the parties that may stay or withdraw")
    date: Day | None = Field(default=None, description="the day of a single review")
    every: Interval | None = Field(
        default=None, description="time between repeated reviews, such as 10 days or 6 months"
    )
    starts: Day | None = Field(default=None, alias="from", description="day of the first repeated review")
    until: Day | None = Field(default=None, description="repeated reviews go on up to and including this day")
    may_suspend: Flag = Field(
        default=False,
        description="whether a party may take back here what it can without another's fault; true or false",
    )


class Renewal(_Entry):
    """The end of every term, at which each party renews the agreement or lets it lapse."""

    renew: tuple[Key, ...] = Field(min_length=1, description="list of the parties that have to renew")
    every: Interval = Field(description="how long a term is, such as 120 days")
    starts: Day | None = Field(
        default=None, alias="from", description="day on which the first term begins; the start if left out"
    )
    until: Day | None = Field(
        default=None, description="terms end up to and including this day; the horizon if left out"
    )


_KINDS = {
    "by": "obligation",
    "exchange": "exchange",
    "ratify": "ratification",
    "turnover": "turnover",
    "review": "review",
    "renew": "renewal",
}


def entry_kind(value: Any) -> str | None:
    """Tell what kind of entry this is by a key that only that kind has; None if none or several are there."""
    if isinstance(value, _Entry):
        return type(value).__name__.lower()
    if not isinstance(value, Mapping):
        return None
    found = [kind for key, kind in _KINDS.items() if key in value]
    if not found and ("gives" in value or "does" in value):
        return "obligation"  # the text names nobody
    return found[0] if len(found) == 1 else None


def gifts(entry: object) -> tuple[Obligation | ExchangePart, ...]:
    """What an entry gives, party by party: an obligation that gives something, or the parts of an exchange."""
    if isinstance(entry, Obligation):
        return (entry,) if entry.gives else ()
    return entry.exchange if isinstance(entry, Exchange) else ()


Entry = Annotated[
    Annotated[Obligation, Tag("obligation")]
    | Annotated[Exchange, Tag("exchange")]
    | Annotated[Ratification, Tag("ratification")]
    | Annotated[Turnover, Tag("turnover")]
    | Annotated[Review, Tag("review")]
    | Annotated[Renewal, Tag("renewal")],
    Discriminator(entry_kind),
]


class Plan(Noted):
    """A calendar of entries: one way to carry the agreement out."""

    title: Line | None = Field(default=None, description="its name in figures and tables")
    disputes: Words | None = Field(
        default=None, description="what happens when the parties disagree, in words; in place of the agreement's"
    )
    withdrawal: Words | None = Field(
        default=None, description="how a party may leave, in words; in place of the agreement's"
    )
    finds: dict[Key, Rate] = Field(
        default={},
        description="finding rates of measures while this plan is carried out, in place of the measures' own",
    )
    late: Late | None = Field(
        default=None, description="that parties may hold back, and what of it is told in full; nobody can if left out"
    )
    found: Literal["breakdown", "stall"] = Field(
        default="breakdown", description="what a finding means: breakdown, or a stall that the party found can mend"
    )
    entries: tuple[Entry, ...] = Field(min_length=1, description="list of what happens, and when")
