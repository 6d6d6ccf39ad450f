"""A whole agreement as the text of a file: what was built or changed in Python can be kept, sent and read again."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from pydantic import BaseModel

from servanda.agreement.dates import interval_in_words
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.habits import BASE_RATES, Habits
from servanda.agreement.format.levers import DateLever, ReviewsLever, SplitLever
from servanda.agreement.format.values import Number, Years, is_name, years
from servanda.agreement.reading.reader import loads
from servanda.errors import ServandaError, expect

WIDTH = 100  # what is longer stands on several lines
CALLED = "the agreement as servanda.dumps writes it"
_OTHERWISE = ("true", "false", "null", "yes", "no", "on", "off", "y", "n")  # what these are without quotes, or were
_LAST = ("text", "source", "note")


class NotDumped(ServandaError, ValueError):
    """An agreement that no file can say, with what differs."""


def dumps(agreement: Agreement) -> str:
    """Write an agreement as the text of a file, which reads back equal.

    Comments of the file that it was read from are not kept.

    Parameters
    ----------
    agreement : Agreement
        However it came about.

    Returns
    -------
    str
        YAML, as the reference page of the file describes it; to be saved in UTF-8.

    Raises
    ------
    AgreementError
        If the agreement contradicts itself, with all that is wrong, by the lines of the text.
    NotDumped
        If it has something that no file can say.

    Examples
    --------
    >>> import servanda
    >>> agreement = servanda.read("singapore-2018").model_copy(update={"title": "Another try"})
    >>> text = servanda.dumps(agreement)
    >>> text.splitlines()[1], servanda.loads(text) == agreement
    ('title: "Another try"', True)
    """
    expect(agreement, Agreement, "dumps")
    text = "".join(f"{row}\n" for row in _top(agreement))
    again = loads(text, CALLED)
    if again != agreement:
        names = type(agreement).model_fields
        differ = [names[name].alias or name for name in names if getattr(again, name) != getattr(agreement, name)]
        raise NotDumped(f"No file can say what this agreement has under {', '.join(differ)}")
    agreement.found_sound()
    return text


def insist_on_sound(agreement: Agreement) -> None:
    """Refuse an agreement that was built or changed in Python and contradicts itself, as its file would be.

    Raises
    ------
    AgreementError
        With all that is wrong, by the lines of the text that `dumps` writes.
    """
    if agreement.sound:
        return
    loads("".join(f"{row}\n" for row in _top(agreement)), CALLED)
    agreement.found_sound()


def _top(agreement: Agreement) -> Iterator[str]:
    groups = (
        *("sources", "parties", "bodies", "stakes", "measures", "terms", "plans", "correlations", "inspections"),
        "levers",
    )
    for key, value in _keys(agreement):
        if key in groups:
            yield ""
            yield f"{key}:"
            yield from _below(value, "  ", 1 if key in ("plans", "levers") else 0)
        else:
            yield f"{key}: {_flow(value)}"


def _below(value: Any, indent: str, open_levels: int = 0) -> Iterator[str]:
    """What stands below a key, line by line; so many levels are never put in brackets."""
    if isinstance(value, tuple):
        for each in cast("tuple[Any, ...]", value):
            rows = list(_pairs(each)) if isinstance(each, BaseModel | dict) else []
            if not rows or len(_flow(each)) + len(indent) + 2 <= WIDTH:
                yield f"{indent}- {_flow(each)}"
                continue
            lines = [row for key, part in rows for row in _entry(key, part, indent + "  ", open_levels)]
            yield f"{indent}- {lines[0].lstrip(' ')}"
            yield from lines[1:]
        return
    for key, part in _pairs(value):
        yield from _entry(key, part, indent, open_levels)


def _entry(key: str, value: Any, indent: str, open_levels: int) -> Iterator[str]:
    words = _flow(value)
    nested = isinstance(value, BaseModel | dict | tuple) and not isinstance(value, Number)
    if nested and (open_levels > 0 or key == "entries" or len(indent) + len(_name(key)) + 2 + len(words) > WIDTH):
        yield f"{indent}{_name(key)}:"
        yield from _below(value, indent + "  ", open_levels - 1)
    else:
        yield f"{indent}{_name(key)}: {words}"


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        yield from _keys(value)
    else:
        yield from cast("dict[str, Any]", value).items()


def _keys(thing: BaseModel) -> list[tuple[str, Any]]:
    """The keys of a group that say something, those that say where it comes from last."""
    found: list[tuple[str, Any]] = []
    for name, field in type(thing).model_fields.items():
        value = getattr(thing, name)
        default: Any = field.get_default(call_default_factory=True)
        if isinstance(thing, Habits) and isinstance(value, Number):
            default = thing.usual(name)
        said = name in thing.model_fields_set or value != default
        if said and not _nothing(value):
            found.append((field.alias or name, _in_words(thing, name, value)))
    return sorted(found, key=lambda one: (one[0] in _LAST, one[0] != "id"))


def _nothing(value: Any) -> bool:
    if isinstance(value, Number):
        return not value.known
    if isinstance(value, BaseModel):
        return not _keys(value)
    return value is None or (isinstance(value, tuple | dict) and not value) or value == math.inf


class _Words(str):
    """A duration, which needs no quotes."""

    __slots__ = ()


def _in_words(thing: BaseModel, name: str, value: Any) -> Any:
    """Durations that types keep as numbers, in words again."""
    if _duration_of(thing, name):
        if isinstance(value, tuple):
            found = cast("tuple[float | tuple[float, ...], ...]", value)
            return tuple(tuple(map(_said, each)) if isinstance(each, tuple) else _said(each) for each in found)
        return _Words(_span(value))
    return value


def _said(value: float) -> _Words:
    return _Words(_span(value))


def _duration_of(thing: BaseModel, name: str) -> bool:
    if name == "step":
        return isinstance(thing, DateLever)
    if name == "every" and isinstance(thing, ReviewsLever | SplitLever):
        return True
    return name in ("horizon", "period", "every", "looks") or (
        name == "within" and isinstance(getattr(thing, name), float)
    )


def _span(value: float | timedelta) -> str:
    if isinstance(value, timedelta):
        return interval_in_words(value)
    return _months(value) if isinstance(value, int) else _years(value)


def _months(count: int) -> str:
    many, unit = (count // 12, "year") if count % 12 == 0 else (count, "month")
    return f"{many} {unit}{'' if many == 1 else 's'}"


def _years(value: float) -> str:
    """A duration in the largest unit in which it is a whole number, if that reads back exactly; in years if not."""
    if math.isinf(value):
        return "never"
    for unit, per_year in (("year", 1.0), ("month", 12.0), ("week", 365.25 / 7), ("day", 365.25)):
        count = round(value * per_year)
        words = f"{count} {unit}{'' if count == 1 else 's'}"
        if years(words) == value:
            return words
    return f"{Decimal(repr(value)):f} years"


def _flow(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, Habits) and list(dict(_keys(value))) == ["rest"]:
        return BASE_RATES
    if isinstance(value, BaseModel | dict):
        return "{" + ", ".join(f"{_name(key)}: {_flow(each)}" for key, each in _pairs(value)) + "}"
    if isinstance(value, tuple):
        return f"[{', '.join(_flow(each) for each in cast('tuple[Any, ...]', value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if isinstance(value, _Words) else _name(value)
    return value.isoformat() if isinstance(value, date) else _size(value)


def _number(number: Number) -> str:
    sizes = {"likely": number.likely, "low": number.low, "high": number.high}
    if number.uniform:
        del sizes["likely"]
    write = _years if isinstance(number, Years) else _size
    given = {key: write(each) for key, each in sizes.items() if each is not None}
    given |= {key: _name(each) for key in ("source", "note") if (each := getattr(number, key)) is not None}
    if list(given) == ["likely"]:
        return given["likely"]
    return "{" + ", ".join(f"{key}: {words}" for key, words in given.items()) + "}"


def _size(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _name(words: str) -> str:
    """A text: as it is if it is a name that nobody takes for another value, else in quotes."""
    if words.isascii() and is_name(words) and words.lower() not in _OTHERWISE:
        return words
    quoted = json.dumps(words, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else _escaped(letter) for letter in quoted)


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
