"""A budget of inspection and the sites it may be spent on: the group `inspections` of an agreement file.

What is computed from it is in `servanda.inspecting`.
"""

from __future__ import annotations

from numbers import Integral
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from servanda.agreement.format.frozen import Frozen
from servanda.agreement.format.values import (
    Amount,
    Chance,
    Key,
    Line,
    Number,
    PlainDuration,
    Positive,
    Problem,
    Words,
)
from servanda.english import show

MOST_VISITS = 1000  # to one site in one period
MOST_PERIODS = 100  # of a sequence


def _whole(most: int) -> BeforeValidator:
    def read(value: object) -> int:
        if not isinstance(value, bool) and isinstance(value, Integral) and 0 < (found := int(value)) <= most:
            return found
        raise Problem(f"{show(value)} is not allowed here. Write a whole number from 1 to {most}").custom()

    return BeforeValidator(read)


Visits = Annotated[int, _whole(MOST_VISITS), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_VISITS})]
Periods = Annotated[
    int, _whole(MOST_PERIODS), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_PERIODS})
]


class Level(Frozen):
    """One way to inspect a site, and what it achieves."""

    effort: Amount = Field(description="what it costs, in units of the budget for one period")
    chance: Chance = Field(description="the chance that it finds what is concealed there, within the period")


_FORMS = {
    "scale": ("scale", "at_most"),  # the key that tells the form, and the keys that the form may have
    "visit": ("visit", "effort", "visits"),
    "levels": ("levels",),
}
_WAYS = "Write scale (a random search), visit (whole visits), or levels (a table)"


class Detection(Frozen):
    """How effort at a site turns into a chance of detection: a random search, whole visits, or a table."""

    model_config: ClassVar[ConfigDict] = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": [key],
                    "not": {"anyOf": [{"required": [k]} for f in _FORMS for k in _FORMS[f] if f != key]},
                }
                for key in _FORMS
            ]
        }
    )

    scale: Positive | None = Field(
        default=None, description="effort after which a random search has found it 63 times in 100"
    )
    at_most: Chance | None = Field(
        default=None, description="the highest chance that a search can reach, whatever the effort; default 1"
    )
    visit: Chance | None = Field(
        default=None, description="the chance that one visit finds it; a visit cannot be split"
    )
    effort: Positive | None = Field(default=None, description="what one visit costs, in units of the budget; default 1")
    visits: Visits | None = Field(default=None, description="the most visits that are allowed in one period")
    levels: tuple[Level, ...] | None = Field(
        default=None, min_length=1, description="list of what can be done there: effort and chance, by rising effort"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Detection:
        given = [key for key in type(self).model_fields if getattr(self, key) is not None]
        forms = [form for form in _FORMS if form in given]
        if not forms:
            raise Problem(f"this does not say how effort turns into a chance of detection. {_WAYS}").custom()
        if len(forms) > 1:
            both = f"{' and '.join(forms)} describe detection in different ways, but a site has only one"
            raise Problem(f"{both}. Keep one").custom()
        for key in given:
            if key not in _FORMS[forms[0]]:
                raise Problem(f"{key} cannot be combined with {forms[0]}. Delete one of the two", key).custom()
        for before, after in zip(self.levels or [], (self.levels or [])[1:], strict=False):
            if after.effort.likely <= before.effort.likely or after.chance.likely < before.chance.likely:
                raise Problem(
                    "levels must be listed by rising effort, and their chances must not fall. Reorder them, or delete"
                    " any that costs more than another and finds less",
                    "levels",
                ).custom()
        return self


class _Reasoned(Frozen):
    source: Line | None = Field(default=None, description="the key of one of the file's sources")
    note: Words | None = Field(default=None, description="the reason, in words")


class Site(_Reasoned):
    """A place where stakes could be concealed, and what looking there achieves."""

    name: Line | None = Field(default=None, description="its name in figures and tables")
    holds: tuple[Key, ...] = Field(min_length=1, description="list of the stakes that could be concealed there")
    detection: Detection = Field(description="how effort spent there turns into a chance of detection")
    gain: Amount = Field(
        default=Number(likely=1.0), description="what concealing there gains the violator if it is not found"
    )
    loss: Amount | None = Field(
        default=None, description="what it costs the inspector's side if it is not found; the gain if left out"
    )
    penalty: Amount | None = Field(
        default=None, description="what the violator loses if it is found there, in place of the penalty for all sites"
    )
    measure: Key | None = Field(
        default=None, description="the measure that inspections there belong to, in place of the one for all sites"
    )


class Sequence(_Reasoned):
    """Few inspections over many periods, of which the violator sees every one: Dresher's game."""

    periods: Periods = Field(description="number of periods in which a violation is possible")
    inspections: Periods = Field(description="number of inspections that may be made in all of them")
    penalty: Amount | None = Field(
        default=None, description="what a violation that is caught costs the violator; undetected it gains 1"
    )
    caught: Chance | None = Field(
        default=None,
        description="what a violation still costs the inspector's side if it is caught; it costs 1 if it is not caught;"
        " if this is left out, one side gains what the other loses",
    )

    @model_validator(mode="after")
    def _worth_catching(self) -> Sequence:
        if self.caught is not None and self.caught.likely >= 1:
            raise Problem(
                "a violation that is caught must cost less than one that is not, which costs 1. Write a number below 1",
                "caught",
            ).custom()
        return self


class Inspections(_Reasoned):
    """A budget of inspection and the sites that it has to watch."""

    budget: Amount = Field(description="what can be spent on inspections in one period, in units of `unit`")
    unit: Line = Field(description="what the budget is counted in, such as inspector-days")
    period: PlainDuration = Field(description="how long the budget has to last, such as 1 year")
    aim: Literal["detection", "deterrence"] = Field(
        default="detection",
        description="the aim: detection (to lose as little as possible) or deterrence (to make violations"
        " unprofitable)",
    )
    penalty: Amount | None = Field(
        default=None, description="what the violator loses if it is found, against the gain if it is not"
    )
    measure: Key = Field(default="inspections", description="the measure whose finding rate these inspections give")
    sites: dict[Key, Site] = Field(min_length=1, description="where stakes could be concealed")
    sequence: Sequence | None = Field(
        default=None, description="a few inspections over many periods, each seen by the violator"
    )
