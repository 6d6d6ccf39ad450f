"""The values that stand in an agreement file: numbers with ranges, durations, dates, names, words.

Every complaint is a `Problem` in words that a reader of the file understands; `servanda.reading` adds where it is.
"""

from __future__ import annotations

import contextlib
import math
import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta
from numbers import Integral, Real
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, ValidationInfo, WithJsonSchema

from servanda.agreement.format.characters import called, on_one_line, refused
from servanda.agreement.format.frozen import Frozen
from servanda.agreement.format.plain_numbers import LARGEST, LEAST, Problem, plain_number
from servanda.english import did_you_mean, digits, show
from servanda.records import same

DAYS_PER_YEAR = 365.25


Place: TypeAlias = tuple[str | int, ...]  # where something stands in the file: keys, and numbers in lists

NEVER = math.inf

FIRST_YEAR, LAST_YEAR = 1000, 8999  # of any date in a file, so that no calendar sum leaves Python's year 1 to 9999
LONGEST_HORIZON = 900.0  # years
LONGEST_STEP = 1200  # months between repeated reviews


_LONGEST_STEP_DAYS = 36_525


LONGEST_DURATION = 10_000.0  # years; what takes longer takes for ever


LARGEST_RATE = 1e6  # a year: one every half minute


LARGEST_DISCOUNT = 10_000.0  # a year: what is a day away counts for nothing


LARGEST_PRECISION = 1e6  # per unit


LARGEST_SHARPNESS = 1e6


LEAST_AMOUNT, LARGEST_AMOUNT = 1e-6, 1e9  # of effort, and of what is at stake at a site; or 0
NAME_PATTERN = "[A-Za-z][A-Za-z0-9_-]*"
DURATION_PATTERN = r"\s*([0-9]+(?:\.[0-9]+)?)\s*(year|month|week|day)s?\s*"
DATE_PATTERN = "[0-9]{4}-[0-9]{2}-[0-9]{2}"


Finite = Annotated[float, Field(ge=-LARGEST, le=LARGEST)]  # which is not so of what is no number either


class Number(Frozen):
    """A number that is somebody's judgement: a value, and where known its range, source and reason.

    Attributes
    ----------
    likely : float
        The value used where one value is needed. Where the file gives only `low` and `high`, their midpoint; NaN
        where the file leaves out a number that play would need.
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

    likely: Finite
    low: Finite | None = None
    high: Finite | None = None
    uniform: bool = False
    source: str | None = None
    note: str | None = None

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and same(self.__dict__, other.__dict__)

    def __hash__(self) -> int:
        return hash((self.likely if self.known else None, self.low, self.high, self.uniform, self.source))

    @property
    def known(self) -> bool:
        """Whether the file gives this number; False where it leaves out one that play would need."""
        return not math.isnan(self.likely)

    @property
    def ranged(self) -> bool:
        """Whether a range is given that has any width."""
        return self.low is not None and self.high is not None and self.high > self.low

    def __str__(self) -> str:
        """Print as `0.4` or `0.4 (0.2 to 0.7)`; `not given` where the file leaves it out."""
        if not self.known:
            return "not given"
        value = digits(self.likely)
        if self.low is None or self.high is None:
            return value
        return f"{value} ({digits(self.low)} to {digits(self.high)})"


class Years(Number):
    """A duration in years (`math.inf` = never), with the same range, source and note as any number."""

    likely: Annotated[float, Field(ge=0)]
    low: Annotated[float, Field(ge=0)] | None = None
    high: Annotated[float, Field(ge=0)] | None = None


# ----------------------------------------------------------------------------------------------- durations

_DURATION = re.compile(DURATION_PATTERN)


def _write(value: object, example: str) -> str:
    """How to write a duration, for someone who wrote this."""
    return f"Write a number of days, weeks, months or years{_small(value)}, such as {example}"


def _small(value: object) -> str:
    capitals = isinstance(value, str) and value != value.lower() and _DURATION.fullmatch(value.lower()[:100])
    return ", in small letters" if capitals else ""


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
        if match := _DURATION.fullmatch(value):
            length = float(match[1]) * _UNIT_YEARS[match[2]]
            if length > LONGEST_DURATION:
                most = f"A duration is at most {LONGEST_DURATION:,.0f} years"
                raise Problem(f"{show(value)} is too long to compute with. {most}; for what takes longer, write never")
            if length < LEAST and re.search("[1-9]", match[1]):
                raise Problem(f"{show(value)} is too short to compute with. Write 0 days")
            return length
    raise Problem(f"{show(value)} is not a duration. {_write(value, '30 months')}, or never")


def _from_file(info: ValidationInfo) -> bool:
    # In a file a duration has a unit; agreements built in Python may also give years (or months) as a number.
    return cast("dict[str, object] | None", info.context) is not None


def _length(value: object, info: ValidationInfo) -> float:
    if not isinstance(value, bool) and isinstance(value, Real) and not _from_file(info):
        return float(value)
    if isinstance(value, str):
        with contextlib.suppress(Problem):
            return years(value)
    return -1.0


def _horizon(value: object, info: ValidationInfo) -> float:
    length = _length(value, info)
    if not _from_file(info) and (length == NEVER or value == "Infinity"):
        return NEVER  # as a file says by leaving it out
    if not 0.999 / DAYS_PER_YEAR <= length <= LONGEST_HORIZON:
        raise Problem(
            f"{show(value)} is not a duration of at least 1 day and at most {digits(LONGEST_HORIZON)} years."
            f" {_write(value, '12 years')}"
        ).custom()
    return length


def _span(value: object, info: ValidationInfo) -> float:
    length = _length(value, info)
    if not 0 <= length <= LONGEST_HORIZON:
        raise Problem(
            f"{show(value)} is not a duration of at most {digits(LONGEST_HORIZON)} years. {_write(value, '60 days')}"
        ).custom()
    return length


_ISO_DAYS = TypeAdapter(timedelta)


def _interval(value: object, info: ValidationInfo) -> int | timedelta:
    found: int | timedelta | None = None
    match = _DURATION.fullmatch(value) if isinstance(value, str) and len(value) <= 100 else None
    if match:
        per_unit = {"year": 12, "month": 1, "week": 7, "day": 1}[match[2]]
        count = float(match[1]) * per_unit
        if count <= _LONGEST_STEP_DAYS and count.is_integer():
            found = int(count) if match[2] in ("year", "month") else timedelta(days=int(count))
    elif not isinstance(value, bool) and not _from_file(info) and isinstance(value, Integral | timedelta):
        found = value if isinstance(value, timedelta) else int(value)
    elif not _from_file(info) and isinstance(value, str) and value.startswith("P"):  # as JSON has it: P120D
        with contextlib.suppress(ValidationError):
            found = _ISO_DAYS.validate_python(value)
    if isinstance(found, timedelta):
        fits = timedelta(days=1) <= found <= timedelta(days=_LONGEST_STEP_DAYS) and found == timedelta(days=found.days)
    else:
        fits = found is not None and 1 <= found <= LONGEST_STEP
    if found is not None and fits:
        return found
    raise Problem(
        f"{show(value)} is not a whole number of days, weeks, months or years (at most 100 years)."
        f" Write one{_small(value)}, such as 10 days, 6 months or 1 year"
    ).custom()


# ------------------------------------------------------------------------------------------------- numbers

_NUMBER_KEYS = ("likely", "low", "high", "source", "note")


_SIZES = ("likely", "low", "high")


def _number(
    kind: type[Number], one: Callable[[object], float], check: Callable[[float], None] | None = None
) -> BeforeValidator:
    """Make a reader of `0.4`, `{likely: 0.4, low: 0.2, high: 0.7, ...}` or a ready Number."""

    def read(value: object, written: bool) -> Number:
        given = cast("dict[object, object]", value) if isinstance(value, dict) else {}
        if not written and given.keys() == Number.model_fields.keys():  # as `model_dump` gives it
            nothing = str(given["likely"]).lower() == "nan"
            return (
                (UNKNOWN_YEARS if kind is Years else UNKNOWN) if nothing else read(kind.model_validate(given), written)
            )
        if isinstance(value, Number) and not value.known:
            return value
        if isinstance(value, Number):
            fields: dict[str, Any] = value.model_dump()
            if one is plain_number:
                for key in _SIZES:
                    if fields[key] is not None:
                        fields[key] = one(fields[key])
        elif isinstance(value, dict):
            fields = _read_keys(given, one)
        else:
            fields = {"likely": one(value)}
        if check is not None:
            for key in _SIZES:
                if fields.get(key) is not None:
                    try:
                        check(fields[key])
                    except Problem as problem:
                        raise Problem(str(problem), key if key in given else None) from None
        if isinstance(value, dict | Number):
            _look_at_range(fields, given)
        return value if isinstance(value, Number) and type(value) is kind else kind.model_validate(fields)

    def wrapped(value: object, info: ValidationInfo) -> Number:
        try:
            return read(value, _from_file(info))
        except Problem as problem:
            raise problem.custom() from None

    return BeforeValidator(wrapped)


def _read_keys(given: dict[object, object], one: Callable[[object], float]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for key, found in given.items():
        if not isinstance(key, str) or key not in _NUMBER_KEYS:
            hint = did_you_mean(key, _NUMBER_KEYS)
            raise Problem(f"a number has no key {show(key)}.{hint} Allowed: {', '.join(_NUMBER_KEYS)}", str(key))
        if key in _SIZES:
            try:
                fields[key] = one(found)
            except Problem as problem:
                raise Problem(str(problem), key) from None
        else:
            try:
                fields[key] = text(found) if key == "note" else line(found)
            except Problem as problem:
                raise Problem(str(problem), key) from None
    return fields


def _look_at_range(fields: dict[str, Any], given: dict[object, object]) -> None:
    """Complain about a range that is none; where only `low` and `high` are given, add their midpoint."""
    low, likely, high = (fields.get(key) for key in ("low", "likely", "high"))

    def as_given(key: str) -> str:
        return str(given[key]) if isinstance(given.get(key), str) else digits(fields[key])

    if (low is None) != (high is None):
        there, lacking = ("high", "low") if low is None else ("low", "high")
        raise Problem(f"{there} is given without {lacking}. A range needs both", lacking if there in given else None)
    if likely is None and (low is None or high is None):
        raise Problem("this number has no value. Give likely, or low and high")
    if low is None or high is None:
        return
    if likely is None:
        if low > high:
            raise Problem(f"low {as_given('low')} is above high {as_given('high')}. Swap them", "low")
        fields["likely"] = likely = (low + high) / 2
        fields["uniform"] = True
    if low < high and math.isinf(high):
        raise Problem("a range cannot end at never. Give a long duration instead", "high")
    if not low <= likely <= high:
        raise Problem(
            f"low {as_given('low')}, likely {as_given('likely')}, high {as_given('high')} are not in order."
            " low must not be above likely, and likely must not be above high",
            "likely" if "likely" in given else None,
        )


def _chance(value: float) -> None:
    if not 0 <= value <= 1:
        raise Problem(f"{digits(value)} is not a chance. A chance is between 0 and 1")


def _share(value: float) -> None:
    if not 0 < value <= 1:
        raise Problem(f"{digits(value)} is not a share. A share is above 0 and at most 1")


def _not_negative(value: float) -> None:
    if value < 0:
        raise Problem(f"{digits(value)} is negative. It must be 0 or more")


def _at_most(most: float, what: str, words: str) -> Callable[[float], None]:
    def check(value: float) -> None:
        _not_negative(value)
        if value > most:
            raise Problem(f"{digits(value)} is too large for {what}. It must be at most {most:,.0f}{words}")

    return check


_rate = _at_most(LARGEST_RATE, "a rate", " per year")


_discount = _at_most(LARGEST_DISCOUNT, "a discount", " per year: 0.05 means 5% a year")


_precision = _at_most(LARGEST_PRECISION, "a precision", " per unit. Choose a larger unit")


_sharpness = _at_most(LARGEST_SHARPNESS, "a sharpness", "")


def _amount(value: float) -> None:
    if value != 0:
        _positive(value) if value > 0 else _not_negative(value)


def _positive(value: float) -> None:
    if value <= 0:
        raise Problem(f"{digits(value)} is not above 0. Write a number above 0")
    if not LEAST_AMOUNT <= value <= LARGEST_AMOUNT:
        bounds = f"from {LEAST_AMOUNT:f} to {LARGEST_AMOUNT:,.0f}"
        raise Problem(
            f"{digits(value)} is too small or too large to compute with. Choose a unit in which it is {bounds}"
        )


# --------------------------------------------------------------------------------- dates, names, words, flags


def _day(value: object) -> date:
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(DATE_PATTERN, text):
        try:
            value = date.fromisoformat(text)
        except ValueError:
            raise Problem(f"{show(value)} is not a day in the calendar. Check the day and the month").custom() from None
    if type(value) is not date:
        raise Problem(f"{show(value)} is not a date. Write year-month-day, such as 2018-06-12").custom()
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise Problem(
            f"{show(value)} is too far away. Dates must lie in the years {FIRST_YEAR} to {LAST_YEAR}"
        ).custom()
    return value


def text(value: object) -> str:
    """Read a text, which may have several lines."""
    if not isinstance(value, str) or not value.strip():
        raise Problem(f"{show(value)} is not text. Write words, in quotes if they look like a number")
    if (character := refused(value)) is not None:
        raise Problem(f"this text holds {called(character)}. Delete it")
    if not value.isascii() and not any(letter.isprintable() and letter != " " for letter in value):
        raise Problem(f"this text holds nothing that can be seen, only {called(value.strip()[0])}. Write words")
    return value


def line(value: object) -> str:
    """Read a text that has to stand on one line: without spaces around it, and with spaces for tabs."""
    found = on_one_line(text(value))
    if "\n" in found:
        raise Problem(f"{show(found)} has a line break in it. Write it on one line")
    return found


def _words(value: object) -> str:
    if isinstance(value, str) and value.isascii() and value.isprintable() and not value.isspace() and value:
        return value  # as most are
    try:
        return text(value)
    except Problem as problem:
        raise problem.custom() from None


def _line(value: object) -> str:
    if isinstance(value, str) and value.isascii() and value.isprintable() and (found := value.strip()):
        return found
    try:
        return line(value)
    except Problem as problem:
        raise problem.custom() from None


_NAME = re.compile(NAME_PATTERN)


def is_name(value: object) -> bool:
    """Tell whether a value can name a party, stake, measure, type, plan or entry."""
    if not isinstance(value, str):
        return False
    if value.isascii():
        return _NAME.fullmatch(value) is not None
    return value[:1].isalpha() and value.replace("-", "_").isidentifier()


def _key(value: object) -> str:
    if isinstance(value, str) and is_name(value):
        return value if value.isascii() else unicodedata.normalize("NFC", value)
    words = "cannot be used as a name. A name begins with a letter and has only letters, digits, - and _"
    unseen = next((letter for letter in value if not letter.isprintable()), None) if isinstance(value, str) else None
    more = f". This one holds {called(unseen)}" if unseen is not None else ""
    raise Problem(f"{show(value)} {words}{more}").custom()


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise Problem(f"{show(value)} is neither true nor false. Write true or false").custom()


def _schema(name: str) -> WithJsonSchema:
    # `servanda.schema` puts the definition of that name in place of this mark.
    return WithJsonSchema({"servanda": name})


Worth = Annotated[Number, _number(Number, plain_number), _schema("number")]


Chance = Annotated[Number, _number(Number, plain_number, _chance), _schema("chance")]


Share = Annotated[Number, _number(Number, plain_number, _share), _schema("share")]


Rate = Annotated[Number, _number(Number, plain_number, _rate), _schema("rate")]


Discount = Annotated[Number, _number(Number, plain_number, _discount), _schema("discount")]


Precision = Annotated[Number, _number(Number, plain_number, _precision), _schema("precision")]


Sharpness = Annotated[Number, _number(Number, plain_number, _sharpness), _schema("sharpness")]


Amount = Annotated[Number, _number(Number, plain_number, _amount), _schema("amount")]


Positive = Annotated[Number, _number(Number, plain_number, _positive), _schema("positive")]


Duration = Annotated[Years, _number(Years, years), _schema("duration")]


PlainDuration = Annotated[float, BeforeValidator(_horizon), _schema("horizon")]


Span = Annotated[float, BeforeValidator(_span), _schema("span")]


Interval = Annotated[int | timedelta, BeforeValidator(_interval), _schema("interval")]  # a number is one of months


Day = Annotated[date, BeforeValidator(_day), _schema("day")]


Words = Annotated[str, BeforeValidator(_words), _schema("words")]


Line = Annotated[str, BeforeValidator(_line), _schema("words")]


Key = Annotated[str, BeforeValidator(_key), _schema("name")]


Flag = Annotated[bool, BeforeValidator(_flag), Field(strict=True)]


ZERO = Number(likely=0.0)


# For what a file may leave out: nothing can be computed with it by mistake.
UNKNOWN = Number.model_construct(likely=math.nan)


UNKNOWN_YEARS = Years.model_construct(likely=math.nan)
