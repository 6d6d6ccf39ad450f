"""The type of the group `correlations` of an agreement file."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import BeforeValidator, Field, WithJsonSchema

from servanda.agreement.format.entries import Noted
from servanda.agreement.format.values import Line, Problem, plain_number
from servanda.english import digits, show


def _pair(value: object) -> object:
    items = cast("list[object]", value)
    if isinstance(value, list | tuple) and (len(items) != 2 or items[0] == items[1]):
        several = "one number" if len(items) == 1 else f"{len(items)} numbers"
        found = several if len(items) != 2 else f"{show(items[0])} twice"
        raise Problem(
            f"this names {found}, but a correlation is between two different ones."
            " Write between: [first, second]. For three numbers, write one correlation for each pair"
        ).custom()
    return items


def _rank(value: object) -> float:
    allowed = "Write a number above -1 and below 1"
    try:
        found = plain_number(value)
    except Problem as problem:
        raise Problem(f"{str(problem).partition('. ')[0]}. {allowed}, such as 0.6").custom() from None
    if not -1 < found < 1:
        raise Problem(f"{digits(found)} cannot be used as a rank correlation. {allowed}").custom()
    return found


Rank = Annotated[float, BeforeValidator(_rank), WithJsonSchema({"servanda": "rank"})]
Pair = Annotated[tuple[Line, ...], Field(min_length=2, max_length=2), BeforeValidator(_pair)]


class Correlation(Noted):
    """Two numbers with ranges that are thought to be high together (or, below 0, one high where one is low)."""

    between: Pair = Field(description="the two numbers, each by its path in the file, such as parties.usa.discount")
    rank: Rank = Field(description="Spearman's rank correlation, above -1 and below 1")
