"""What a party does if nothing is at stake for it, and when it is late: the groups `habits` and `late`."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from itertools import pairwise
from numbers import Integral
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, cast

from pydantic import BeforeValidator, ConfigDict, Field, ValidationInfo, WithJsonSchema, model_validator

from servanda.agreement.format.frozen import Frozen
from servanda.agreement.format.values import UNKNOWN, ZERO, Chance, Number, Problem, Rate, Span
from servanda.english import did_you_mean, listed, show

BASE_RATES = "base-rates"
MOST_STALLS = 100  # far more than can be computed with

REQUIRED = ("falls_behind", "catches_up", "suspends", "leaves", "conceals")  # where nothing says what stands in


@functools.cache
def base_rates() -> Mapping[str, Number]:
    """The base rates that are shipped with servanda, by habit, each with its range and what it rests on."""
    text = Path(__file__).parent.parent.joinpath("habits.toml").read_text(encoding="utf-8")
    return {
        name: Number(likely=row["likely"], low=row["low"], high=row["high"], note=f"Base rate: {row['source']}")
        for name, row in tomllib.loads(text).items()
    }


def _or_by_name(schema: dict[str, Any]) -> None:
    """Let the name stand in place of the group."""
    group = schema | {"anyOf": [{"required": ["rest"]}, {"required": list(REQUIRED)}]}
    schema.clear()
    schema.update({"anyOf": [{"const": BASE_RATES}, group]})


class Habits(Frozen):
    """What a party does if nothing is at stake for it: rates per year, and chances."""

    model_config: ClassVar[ConfigDict] = ConfigDict(json_schema_extra=_or_by_name)

    stumbles: Chance = Field(
        default=UNKNOWN, description="chance that a step is not done on its day, however short the time"
    )
    falls_behind: Rate = Field(
        default=UNKNOWN, description="how often it is late besides: rate per year of the time allotted to a step"
    )
    catches_up: Rate = Field(
        default=UNKNOWN,
        description="how often it does what it is behind with, or gives back what it has suspended: rate per year",
    )
    suspends: Rate = Field(
        default=UNKNOWN,
        description="how often it takes back what it can while another is behind, or at a review that lets it: rate per"
        " year",
    )
    leaves: Rate = Field(default=UNKNOWN, description="how often it walks out: rate per year")
    conceals: Chance = Field(
        default=UNKNOWN, description="the share of performing that is concealed, where a step can be concealed"
    )
    renews: Chance = Field(default=UNKNOWN, description="the chance that it renews at the end of a term")
    rest: Literal["base-rates"] | None = Field(
        default=None, description="where what is not given here is taken from: base-rates, the table of servanda"
    )

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value == BASE_RATES:
            return {"rest": BASE_RATES}
        hint = did_you_mean(value, [BASE_RATES])
        words = (
            f"{show(value)} is no table of habits.{hint} Write {BASE_RATES}, or a group of numbers such as leaves: 0.04"
        )
        raise Problem(words).custom()

    @model_validator(mode="after")
    def _filled(self, info: ValidationInfo) -> Habits:
        lacking = [name for name in REQUIRED if self.rest is None and not cast("Number", getattr(self, name)).known]
        if lacking:
            raise Problem(
                f"this lacks {listed(lacking)}. Add what is missing, or write rest: {BASE_RATES}, which takes it from"
                " servanda's table of base rates"
            ).custom()
        for name in base_rates():
            found, usual = cast("Number", getattr(self, name)), self.usual(name)
            if not found.known:
                vars(self)[name] = usual.model_copy()  # its own: what is drawn for one party is not for another
            elif found == usual and (found.note or info.context is None):
                self.model_fields_set.discard(name)  # `model_dump` writes it, but nobody gave it
        return self

    def usual(self, name: str) -> Number:
        """What stands where the file does not give a habit: the base rate; or that it never stumbles."""
        return ZERO if name == "stumbles" and self.rest is None else base_rates()[name]


def _looks(value: object) -> object:
    if isinstance(value, list | tuple):
        value = tuple(cast("list[object]", value))
        if value:
            return value
    found = f"{show(value)} is not a list of times" if value else "this names no time"
    raise Problem(f"{found}. Write looks: [6 months, 2 years], the times after a party fell behind").custom()


def _stalls(value: object) -> int:
    if not isinstance(value, bool) and isinstance(value, Integral) and 0 <= (found := int(value)) <= MOST_STALLS:
        return found
    raise Problem(
        f"{show(value)} is not allowed here. Write a whole number from 0 to {MOST_STALLS}, such as 1"
    ).custom()


Looks = Annotated[tuple[Span, ...], BeforeValidator(_looks)]
Stalls = Annotated[
    int, BeforeValidator(_stalls), WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_STALLS})
]


class Late(Frozen):
    """That parties may hold back, and what of it is told in full. Without it nobody can be late."""

    looks: Looks = Field(
        description="list of the times after a party fell behind at which it catches up or not, such as [6 months, 2"
        " years]",
        json_schema_extra={"minItems": 1},
    )
    stalls: Stalls = Field(
        default=1, description="how many stalls are told in full; after these, holding back freezes the plan"
    )

    @model_validator(mode="after")
    def _rising(self) -> Late:
        wrong = wrong_looks(self.looks)
        if wrong:
            raise Problem(wrong, "looks").custom()
        return self


def wrong_looks(looks: tuple[float, ...]) -> str | None:
    """Say what is wrong with the times of some looks; None if nothing is."""
    if looks[0] <= 0:
        return "the first look must come some time after a party fell behind. Write more than 0 days"
    if any(after <= before for before, after in pairwise(looks)):
        return (
            "each look must come later than the one before. Write them in order, each once, as times since the"
            " party fell behind"
        )
    return None
