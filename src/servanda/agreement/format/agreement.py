"""The agreement file as frozen objects: what `agreement-file.md` describes, one class a thing.

These types say what is allowed in one place each. What needs two places at once (does this party exist,
is anything left of this stake) is looked at by `servanda.reading`, which also turns every complaint into
a message with file and line. The types work on their own too, for agreements built in Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from html import escape
from typing import Annotated, Any, Literal, NamedTuple, cast

from pydantic import BeforeValidator, Discriminator, Field, PrivateAttr, Tag, model_validator
from pydantic_core import PydanticSerializationError

from servanda.agreement.format.correlations import Correlation
from servanda.agreement.format.entries import (
    Due,
    Entry,
    Exchange,
    ExchangePart,
    Noted,
    Obligation,
    Plan,
    Ratification,
    Renewal,
    Review,
    Turnover,
    entry_kind,
)
from servanda.agreement.format.frozen import Frozen, without_defaults
from servanda.agreement.format.habits import Habits, Late
from servanda.agreement.format.inspections import Inspections
from servanda.agreement.format.levers import Lever
from servanda.agreement.format.values import (
    DAYS_PER_YEAR,
    NEVER,
    UNKNOWN,
    UNKNOWN_YEARS,
    ZERO,
    Chance,
    Day,
    Discount,
    Duration,
    Flag,
    Key,
    Line,
    Number,
    PlainDuration,
    Precision,
    Problem,
    Rate,
    Sharpness,
    Words,
    Worth,
    Years,
    is_name,
    years,
)
from servanda.english import show
from servanda.errors import ServandaError
from servanda.records import read_only

__all__ = [
    "DAYS_PER_YEAR",
    "NEVER",
    "Agreement",
    "AgreementError",
    "Aims",
    "Body",
    "Correlation",
    "CostChanges",
    "Costs",
    "Due",
    "Entry",
    "Exchange",
    "ExchangePart",
    "Habits",
    "Inspections",
    "Late",
    "Measure",
    "Number",
    "Obligation",
    "Origin",
    "Party",
    "PartyType",
    "Plan",
    "Problem",
    "Provenance",
    "Ratification",
    "Renewal",
    "Review",
    "Source",
    "Stake",
    "Turnover",
    "VerifiedAim",
    "Years",
    "as_in",
    "entry_kind",
    "line_of",
    "show",
    "years",
]

# ------------------------------------------------------------------------------------------ the situation


class Source(Frozen):
    """What a number or a step rests on."""

    kind: Literal["document", "judgement", "data", "press", "scholarship", "interview"] = Field(
        description="what sort of source this is"
    )
    title: Line = Field(description="its title, in words")
    author: Line | None = Field(default=None, description="who wrote or said it")
    date: Day | None = Field(default=None, description="when it was published")
    url: Line | None = Field(default=None, description="where to find it")
    note: Words | None = Field(default=None, description="anything else, in words")


class Costs(Frozen):
    """What a party pays, in units, when the agreement breaks down or lapses, or when it is late; 0 if not given."""

    breakdown: Worth = Field(default=ZERO, description="paid at any breakdown, in units")
    withdrawing: Worth = Field(default=ZERO, description="paid in addition if this party withdrew, in units")
    found: Worth = Field(default=ZERO, description="paid in addition if this party was found concealing, in units")
    unratified: Worth = Field(default=ZERO, description="paid in addition if its own ratification failed, in units")
    delaying: Worth = Field(default=ZERO, description="paid while this party is behind by its own act, in units a year")
    suspending: Worth = Field(
        default=ZERO, description="paid each time this party takes back what it can for the time being, in units"
    )
    lapse: Worth = Field(
        default=ZERO, description="paid in place of breakdown if somebody lets the agreement lapse, in units"
    )


class CostChanges(Frozen):
    """What a type pays, in units, in place of its party's costs."""

    breakdown: Worth | None = Field(default=None, description="paid at any breakdown, in units")
    withdrawing: Worth | None = Field(default=None, description="paid in addition if this party withdrew, in units")
    found: Worth | None = Field(
        default=None, description="paid in addition if this party was found concealing, in units"
    )
    unratified: Worth | None = Field(
        default=None, description="paid in addition if its own ratification failed, in units"
    )
    delaying: Worth | None = Field(
        default=None, description="paid while this party is behind by its own act, in units a year"
    )
    suspending: Worth | None = Field(
        default=None, description="paid each time this party takes back what it can for the time being, in units"
    )
    lapse: Worth | None = Field(
        default=None, description="paid in place of breakdown if somebody lets the agreement lapse, in units"
    )


_Sharp = Annotated[
    Sharpness | None,
    Field(
        description="in place of precision: how sharply it follows all that it has at stake, such as 2; a pure number"
    ),
]


def _one_of_two(party: Any) -> Any:
    if party.sharpness is not None and party.precision is not None and party.precision.known:
        words = "precision and sharpness are both given, but they say the same in two ways. Keep one of them"
        raise Problem(words, "sharpness").custom()
    return party


class PartyType(Noted):
    """What a party may privately be: its prior chance, and what differs from the party at large."""

    chance: Chance = Field(
        description="the chance that the party is of this type; the chances of its types add up to 1"
    )
    name: Line | None = Field(default=None, description="its name in figures and tables")
    worth: dict[Key, Worth] = Field(
        default={}, description="what stakes are worth to this type, in place of what they are worth to the party"
    )
    costs: CostChanges = Field(default=CostChanges(), description="costs in place of the party's")
    discount: Discount | None = Field(default=None, description="discount in place of the party's, per year")
    precision: Precision | None = Field(default=None, description="precision in place of the party's, per unit")
    sharpness: _Sharp = None

    _one_of_two = model_validator(mode="after")(_one_of_two)


class VerifiedAim(Frozen):
    """The aim that a concealment is found with at least this chance within this time."""

    chance: Chance = Field(description="the chance that a concealment is found")
    within: Duration = Field(description="the time within which it has to be found")


class Aims(Frozen):
    """What a party wants to obtain of the others."""

    complete: Chance | None = Field(
        default=None, description="the share that the others must give up of the stakes that harm it"
    )
    verifiable: VerifiedAim | None = Field(
        default=None, description="how surely and how soon a concealment must be found"
    )
    irreversible: Duration | None = Field(
        default=None, description="how long it must take, at least, to restore what is given up"
    )


class Party(Noted):
    """A state, government or movement that decides for itself."""

    name: Line = Field(default="", description="its name in figures and tables; its key if left out")
    discount: Discount = Field(
        default=UNKNOWN, description="how much less the future counts: continuous rate per year, such as 0.05"
    )
    precision: Precision = Field(
        default=UNKNOWN, description="how sharply the party follows its interest: logit precision per unit, such as 1.5"
    )
    sharpness: _Sharp = None
    habits: Habits | None = Field(
        default=None,
        description="what it does if nothing is at stake for it: base-rates, or numbers; all acts alike if left out",
    )
    costs: Costs = Field(default=Costs(), description="what it pays at a breakdown or a lapse, or when late, in units")
    types: dict[Key, PartyType] = Field(default={}, description="what the party may privately be; chances add up to 1")
    aims: Aims | None = Field(default=None, description="what the party wants to obtain of the others")

    _one_of_two = model_validator(mode="after")(_one_of_two)


class Stake(Noted):
    """Something one party holds and can give up."""

    holder: Key = Field(description="the party that holds it")
    name: Line | None = Field(default=None, description="its name in figures and tables")
    worth: dict[Key, Worth] = Field(
        default={},
        description="what it is worth to each party, in units for every year that its holder holds all of it",
    )
    restore: Duration = Field(
        default=UNKNOWN_YEARS,
        description="the time its holder needs to restore it after a breakdown, such as 30 months",
    )
    concealable: Flag = Field(default=False, description="whether its holder can keep it in secret; true or false")
    suspendable: Flag = Field(
        default=False,
        description="whether its holder can take back for the time being what it has given of it; true or false",
    )
    needs_ratification: Key | None = Field(
        default=None, description="the party whose legislature has to agree before it can be given up"
    )

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Stake:
        if self.suspendable and self.concealable:
            words = "what can be kept in secret cannot also be taken back openly. Keep concealable or suspendable"
            raise Problem(words, "suspendable").custom()
        return self


class Measure(Noted):
    """A way to find concealment."""

    _without_defaults = model_validator(mode="before")(classmethod(without_defaults))  # pyright: ignore[reportArgumentType]

    covers: tuple[Key, ...] = Field(
        default=(), min_length=1, description="list of the stakes whose concealment it can find"
    )
    finds: Rate = Field(
        default=UNKNOWN, description="how often it finds a concealed stake: rate per year while in force"
    )
    name: Line | None = Field(default=None, description="its name in figures and tables")
    starts: Day | None = Field(default=None, alias="from", description="first day in force; the start if left out")
    until: Day | None = Field(default=None, description="in force until this day; the horizon if left out")
    false_alarms: Rate = Field(default=ZERO, description="false alarms: rate per year while in force")
    breaks: Chance = Field(default=ZERO, description="chance that a false alarm ends the agreement")


class Body(Noted):
    """Somebody with tasks under the agreement who is no party to it: an agency, a commission, a mission."""

    name: Line = Field(default="", description="its name in figures and tables; its key if left out")


def _meaning_form(value: object) -> str:
    return "readings" if isinstance(value, dict) else "agreed"


Meaning = Annotated[
    Annotated[Words, Tag("agreed")] | Annotated[dict[Key, Words], Field(min_length=1), Tag("readings")],
    Discriminator(_meaning_form),
]


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
        The line (from 1) of every key and list item, by its path in the file: ('plans', 'phased', 'entries', 2).
    text : str
        The whole file, comments included.
    content : str
        Hash of the agreement that was read, by which a changed one is known: see `Agreement.provenance`.
    """

    path: str
    sha256: str
    lines: dict[tuple[str | int, ...], int]
    text: str = field(default="", repr=False)
    content: str = ""


class Provenance(NamedTuple):
    """What vouches for an agreement: a file (path and SHA-256 of its bytes), or only the hash of its content."""

    path: str | None
    sha256: str | None
    content: str


def _version(value: object) -> int:
    if type(value) is int and value == 1:
        return value
    raise Problem(f"{show(value)} is not a version of the format that this servanda can read. Write 1").custom()


def _named(value: object) -> object:
    """Let the key of a party or body serve as its name where none is given."""
    if not isinstance(value, Mapping):
        return value
    found: dict[object, object] = {}
    for key, each in cast("Mapping[object, object]", value).items():
        if isinstance(each, Party | Body) and not each.name:
            found[key] = each.model_copy(update={"name": str(key)})
        elif isinstance(each, dict) and "name" not in each and is_name(key):
            found[key] = {**cast("dict[object, object]", each), "name": key}
        else:
            found[key] = each
    return found


class Agreement(Frozen):
    """A situation (parties, stakes, measures) and one or more plans for it."""

    servanda: Annotated[int, BeforeValidator(_version), Field(ge=1, le=1)] = Field(
        description="the version of this format: 1"
    )
    title: Line = Field(description="the agreement's name, in words")
    start: Day = Field(description="day 0, such as 2018-06-12")
    horizon: PlainDuration = Field(default=NEVER, description="payoffs count until then, such as 12 years")
    unit: Line | None = Field(default=None, description="what a worth of 1 stands for, in words")
    note: Words | None = Field(default=None, description="anything else, in words")
    incidents: Rate = Field(default=ZERO, description="rate per year of breakdowns that nobody chose")
    sources: dict[Key, Source] = Field(default={}, description="what numbers and steps rest on")
    parties: Annotated[dict[Key, Party], BeforeValidator(_named)] = Field(min_length=1, description="who decides")
    bodies: Annotated[dict[Key, Body], BeforeValidator(_named)] = Field(
        default={}, description="who has tasks under the agreement without being a party"
    )
    stakes: dict[Key, Stake] = Field(default={}, min_length=1, description="what parties hold and can give up")
    measures: dict[Key, Measure] = Field(default={}, description="ways to find concealment")
    terms: dict[Key, Meaning] = Field(
        default={},
        description="what terms in the text mean: one definition, or each side's own where they share none",
    )
    disputes: Words | None = Field(default=None, description="what happens when the parties disagree, in words")
    withdrawal: Words | None = Field(default=None, description="how a party may leave, in words")
    plans: dict[Key, Plan] = Field(
        min_length=1, description="calendars of entries, each one way to carry the agreement out"
    )
    correlations: tuple[Correlation, ...] = Field(
        default=(), description="pairs of numbers with ranges that vary together"
    )
    inspections: Inspections | None = Field(
        default=None, description="a budget for inspections, and the sites to watch"
    )
    levers: dict[Key, Annotated[tuple[Lever, ...], Field(min_length=1)]] = Field(
        default={},
        description="by plan, what may be changed in it; 'servanda design' looks for better plans among these changes",
    )

    _without_defaults = model_validator(mode="before")(classmethod(without_defaults))  # pyright: ignore[reportArgumentType]

    _origin: Origin | None = PrivateAttr(default=None)
    _sound: bool = PrivateAttr(default=False)

    @property
    def origin(self) -> Origin | None:
        """Where this was read from; None if it was built, or changed, in Python."""
        return self._origin

    @property
    def sound(self) -> bool:
        """Whether all of it is known to fit together, as when it is read from a file."""
        return self._sound

    @property
    def content(self) -> str:
        """SHA-256 of all that it says, the order of its groups included; comments and layout of a file do not count."""
        try:
            said = self.model_dump_json()
        except PydanticSerializationError:
            said = repr(self.model_dump())  # half letters, which no file has, are no JSON
        return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def provenance(self) -> Provenance:
        """The file that vouches for this, if what it says is what was read there; and the hash of what it says."""
        content, origin = self.content, self._origin
        if origin is None or origin.content != content:
            return Provenance(None, None, content)
        return Provenance(origin.path, origin.sha256, content)

    def read_from(self, origin: Origin | None) -> Agreement:
        """Return a copy that knows where it was read from; None: that it was built in Python."""
        copy = self.model_copy()
        copy._origin = origin and replace(origin, content=self.content)
        copy._sound = self._sound or origin is not None
        return copy

    def found_sound(self) -> None:
        """Keep in mind that all of it fits together, so that nobody has to look again."""
        self._sound = True

    def derived(self, update: dict[str, Any]) -> Agreement:
        """Return what follows from this agreement by rules of its own, without looking at it again: for inner use.

        It keeps the places in the file, for messages, but no file vouches for it.
        """
        copy = self.model_copy()
        vars(copy).update({name: read_only(value) for name, value in update.items()})
        return copy

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Agreement:
        """Copy, with other values for some keys; no file vouches for it any more, unless nothing has changed.

        Raises
        ------
        pydantic.ValidationError
            If a value cannot be used. What takes two places to see is looked at when a plan is used.
        """
        copy = super().model_copy(update=update, deep=deep)
        if update and copy == self:
            copy._origin, copy._sound = self._origin, self._sound
        return copy

    def __eq__(self, other: object) -> bool:
        """Compare what is said, wherever it was read."""
        return isinstance(other, Agreement) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.title, self.start, tuple(self.parties), tuple(self.plans)))

    def __repr__(self) -> str:
        return f"<Agreement {self.title!r}: {', '.join(self.parties)}; plans {', '.join(self.plans)}>"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(plan.title or name)}</td><td style='text-align:right'>{len(plan.entries)}</td></tr>"
            for name, plan in self.plans.items()
        )
        between = escape(", ".join(party.name for party in self.parties.values()))
        return (
            f"<table><caption>{escape(self.title)}: {between}</caption>"
            f"<tr><th>plan</th><th>entries</th></tr>{rows}</table>"
        )

    def __str__(self) -> str:
        return f"{self.title}: {', '.join(party.name for party in self.parties.values())}"


def as_in(agreement: Agreement, plan: str) -> Agreement:
    """The agreement with the finding rates that a plan has in place of the measures' own (`finds` of the plan)."""
    rates = agreement.plans[plan].finds
    if not rates:
        return agreement
    measures = {
        name: measure.model_copy(update={"finds": rates[name]}) if name in rates else measure
        for name, measure in agreement.measures.items()
    }
    return agreement.derived({"measures": measures})


def line_of(agreement: Agreement, place: tuple[str | int, ...]) -> int | None:
    """Line (from 1) of a place of the file, or of the nearest group around it; None if it was built in Python.

    Parameters
    ----------
    place : tuple of str and int
        Such as ('plans', 'phased', 'entries', 3, 'needs').
    """
    if agreement.origin is None:
        return None
    while place and place not in agreement.origin.lines:
        place = place[:-1]
    return agreement.origin.lines.get(place, 1)


class AgreementError(ServandaError):
    """A file that cannot be used, with all its problems in the order of its lines.

    Attributes
    ----------
    problems : tuple[str, ...]
        One message each: `file:line: what was found, what is allowed, what to do`.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)
