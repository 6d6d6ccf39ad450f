"""How numbers, dates and lists are written in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import takewhile
from typing import Literal, TypeAlias


def chance(
    value: float | None, decimals: int = 0, room: Literal["sentence", "table"] = "table", sure: bool = False
) -> str:
    """Write a chance or share in percent; it hides no small one, and claims no certainty of what is not `sure`.

    Fewer decimals never contradict more: what is `less than 1%` in a sentence is at most `0.9%` in a table.

    Parameters
    ----------
    value : float or None
        None is a dash.
    decimals : int
        0 for a sentence, 1 for a table.
    room : {'sentence', 'table'}
        `less than 1%` and `more than 99%`; or, in the least room, `<1%` and `>99%`.
    sure : bool
        Whether a value of 1 is certain, and not only nearly so.

    Examples
    --------
    >>> [chance(value, room="sentence") for value in (0.0, 0.004, 0.25, 1.0)]
    ['0%', 'less than 1%', '25%', 'more than 99%']
    >>> [chance(value, 1) for value in (None, 0.0004, 0.25)], chance(1.0, 1, sure=True)
    (['–', '<0.1%', '25.0%'], '100.0%')
    """
    if value is None:
        return "–"
    step = 10.0**-decimals  # of a percent
    less, more = ("less than ", "more than ") if room == "sentence" else ("<", ">")
    if 0.0 < 100.0 * value < 0.95 * step:
        return f"{less}{step:.{decimals}f}%"
    if 100.0 * (1.0 - value) < 0.95 * step and not (sure and value >= 1.0):
        return f"{more}{100.0 - step:.{decimals}f}%"
    return f"{max(0.0, 100.0 * value):.{decimals}f}%"


def number(value: float, decimals: int = 2, sign: bool = False) -> str:
    """Write a number with so many decimals, and with its sign where that matters: `−5.45`, `+1.50`."""
    value = round(value, decimals) + 0.0  # no minus before nothing
    return minus(f"{value:{'+' if sign else ''}.{decimals}f}")


def minus(words: str) -> str:
    """Put proper minus signs into a printed number."""
    return words.replace("-", "−")


def short(value: float, sure: bool = False) -> str:
    """Write a chance in the least room."""
    return chance(value, sure=sure)


def some(words: Sequence[str], most: int = 4) -> str:
    """Write `a, b, c and 12 more`."""
    return listed(words) if len(words) <= most + 1 else listed([*words[:most], f"{len(words) - most} more"])


def count(number: int, one: str, many: str = "") -> str:
    """Write how many there are of something.

    Examples
    --------
    >>> count(1, "entry", "entries"), count(1024, "draw")
    ('1 entry', '1,024 draws')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def listed(words: Sequence[str]) -> str:
    """Write `a, b and c`."""
    return " and ".join(each for each in (", ".join(words[:-1]), *words[-1:]) if each)


# ------------------------------------------------------------------------------------------------ printing


def digits(value: float) -> str:
    """Print a number without rounding away what a message is about, and without the dust of binary fractions."""
    return f"{value:.12g}"


def show(value: object) -> str:
    """Print a value as it would stand in the file, short enough for a message."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, date):
        return f"the date {value.isoformat()}"
    text = value if isinstance(value, str) else digits(value) if isinstance(value, float) else str(value)
    text = visible(" ".join(text.split()) if text.strip() else text)
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"'{text}'" if isinstance(value, str) else text


def visible(text: str) -> str:
    r"""Write characters that cannot be seen, or would break the line, as Python does: `\u200b`, `\n`.

    Examples
    --------
    >>> print(visible("peace \u200b\n"))
    peace \u200b\n
    """
    if text.isprintable():
        return text
    seen = "\u200c\u200d"  # these join letters or keep them apart, as Persian and Hindi do
    return "".join(
        each if each.isprintable() or each in seen else each.encode("unicode_escape").decode("ascii") for each in text
    )


def did_you_mean(found: object, allowed: Iterable[str]) -> str:
    """Write a suggestion such as ` Did you mean usa?`, or nothing."""
    import difflib

    by_small = {name.lower(): name for name in allowed}
    word = str(found)[:80].lower().strip("'")
    for each in difflib.get_close_matches(word, by_small, n=3, cutoff=0.6):
        alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(each, word, strict=False)))
        begun = alike >= 3 and alike in (len(each), len(word))  # one is the beginning of the other
        close = difflib.SequenceMatcher(None, each, word).ratio() > 0.7
        changes = _changes(word, each)
        if begun or alike >= max(4, 2 * len(word) / 3) or changes <= max(1, len(word) // 4) or (close and changes <= 2):
            return f" Did you mean {by_small[each]}?"
    return ""


def _changes(first: str, second: str) -> int:
    """How many letters have to be put in, left out, replaced or swapped with the next to make one word of another."""
    before: list[int] = []
    above: list[int] = []
    row = list(range(len(second) + 1))
    for i, letter in enumerate(first):
        before, above, row = above, row, [i + 1]
        for j, other in enumerate(second):
            least = min(above[j + 1] + 1, row[j] + 1, above[j] + (letter != other))
            if i and j and letter == second[j - 1] and other == first[i - 1]:
                least = min(least, before[j - 1] + 1)
            row.append(least)
    return row[-1]


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def percent(value: float) -> str:
    """Write a chance in a sentence."""
    return chance(value, room="sentence")


def a_chance(value: float) -> str:
    """Write a chance as a noun: `a 25% chance`, `an 8% chance`, `less than a 1% chance`.

    Examples
    --------
    >>> [a_chance(value) for value in (0.08, 0.25, 0.004)]
    ['an 8% chance', 'a 25% chance', 'less than a 1% chance']
    """
    *bound, size = percent(value).rsplit(" ", 1)
    article = "an" if size.startswith("8") or size in ("11%", "18%") else "a"
    return " ".join([*bound, article, size, "chance"])


def capital(words: str) -> str:
    """Begin with a capital letter, as a title does."""
    return words[:1].upper() + words[1:]


def without_capital(name: str) -> str:
    """A name within a sentence: a leading article in lower case, all else as written."""
    article, _, rest = name.partition(" ")
    return f"{article.lower()} {rest}" if rest and article in ("The", "A", "An") else name


def month(day: date) -> str:
    """Write a date as month and year."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def day_label(day: date) -> str:
    """Write a date in little room: `12 Jul 2018`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"


# ------------------------------------------------------------------------------------------------ times

TimeUnit: TypeAlias = Literal["years", "months", "days"]
TINY = 1e-12  # an amount below it comes from rounding
_PER_YEAR = {"years": 1.0, "months": 12.0, "days": 365.25}
_YEARS, _MONTHS = 3.0, 0.25  # horizons, in years, from which on times are told in years, and in months


def time_unit(horizon: float) -> TimeUnit:
    """The unit in which times up to a horizon (in years) are told.

    Examples
    --------
    >>> [time_unit(horizon) for horizon in (10.0, 1.5, 10 / 365.25)]
    ['years', 'months', 'days']
    """
    return "years" if horizon >= _YEARS else "months" if horizon >= _MONTHS else "days"


def in_unit(years: float, unit: TimeUnit) -> float:
    """A time in years, in another unit."""
    return years * _PER_YEAR[unit]


def time(years: float, unit: TimeUnit, decimals: int = 1, sign: bool = False) -> str:
    """Write a time that need not be whole: `4.3 years`, `less than 0.1 months`."""
    value, step = in_unit(years, unit), 10.0**-decimals
    small = not sign and 0.0 < value < 0.5 * step
    return f"{f'less than {step:.{decimals}f}' if small else number(value, decimals, sign)} {unit}"


def time_of(years: float, horizon: float) -> str:
    """Write a time and the horizon up to which it counts.

    Examples
    --------
    >>> time_of(4.33, 10.0), time_of(0.1, 1.5), time_of(0.02, 1 / 12)
    ('4.3 of 10 years', '1.2 of 18 months', '7.3 days of 1 month')
    """
    unit, whole = time_unit(horizon), length(horizon)
    said = time(years, unit)
    return f"{said.removesuffix(f' {unit}') if whole.endswith(f' {unit}') else said} of {whole}"


def length(years: float) -> str:
    """Write a duration in the largest unit in which it is a whole number: `30 months`, `5 years`, `never`.

    Examples
    --------
    >>> [length(years) for years in (5.0, 2.5, 7 / 365.25, 0.0, 0.7345, math.inf)]
    ['5 years', '30 months', '7 days', '0 days', '8.81 months', 'never']
    """
    if math.isinf(years):
        return "never"
    for unit, per_year in _PER_YEAR.items():
        count = years * per_year
        if abs(count - round(count)) < 1e-6 and (round(count) or unit == "days"):
            return f"{round(count)} {unit[:-1] if round(count) == 1 else unit}"
    told: TimeUnit = "years" if years >= 2.0 else "months" if years >= 1 / 6 else "days"
    value = in_unit(years, told)
    return f"{round(value) if value >= 1000 else f'{value:.3g}'} {told}"


def on(day: date, horizon: float) -> str:
    """Say when something happens: `in July 2026`, or `on 3 July 2026` where the horizon is a matter of days."""
    return f"on {day.day} {month(day)}" if time_unit(horizon) == "days" else f"in {month(day)}"


def at(day: date, horizon: float) -> str:
    """The same, to the year where the horizon is a matter of years: `in 2036`."""
    return f"in {day.year}" if time_unit(horizon) == "years" else on(day, horizon)


def period(first: date, last: date, horizon: float) -> str:
    """Say from when to when: `2026 to 2036`, `January 2025 to July 2026`."""
    return " to ".join(at(day, horizon).partition(" ")[2] for day in (first, last))


def quantity(value: float, digits: int = 3) -> str:
    """Write a number of any size in few digits: `0.725`, `100,000,000`, `1.5e−9`; nothing is written as `−0`.

    Examples
    --------
    >>> [quantity(value) for value in (0.7249, -12.0, 1e8, 1.5e-9, -0.0)]
    ['0.725', '−12', '100,000,000', '1.5e−9', '0']
    """
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
    if -5 < int(power) < 10:
        decimals = max(0, digits - 1 - int(power))
        said = f"{round(value, digits - 1 - int(power)):,.{decimals}f}"
        return minus(said.rstrip("0").rstrip(".") if decimals else said)
    return minus(f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(power)}")


def amounts(values: Iterable[float]) -> Callable[..., str]:
    """How to write amounts that stand together, with `sign=True` also their signs: two decimals, where these will do.

    Examples
    --------
    >>> [amounts([1.5, -0.001])(-0.001), amounts([2e-9])(2e-9, sign=True), amounts([1e8])(-1e8)]
    ['0.00', '+2e−9', '−100,000,000']
    """
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)

    def write(value: float, sign: bool = False) -> str:
        if 0.005 <= largest < 1e5 or largest < TINY:
            return number(value, sign=sign)
        said = quantity(0.0 if abs(value) < 1e-9 * largest else value)
        return f"+{said}" if sign and said != "0" and not said.startswith("−") else said

    return write


# ------------------------------------------------------------------------------------------------ words of users

_MIRRORED = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_MIRRORED_RUN = re.compile(f"[{_MIRRORED}](?:[{_MIRRORED}\\s\\d'’./\u200c-\u200f-]*[{_MIRRORED}])?")
_BREAKS = re.compile("\r\n|[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BROKEN = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
ISOLATE, END = "\u2068", "\u2069"  # between them, a text has its own direction


def printable(words: str, lines: bool = False) -> str:
    r"""Words of users as text and nothing else: they steer no terminal, break no line, and turn no other word round.

    Parameters
    ----------
    lines : bool
        Whether line breaks stay, as in a message of several lines.

    Returns
    -------
    str
        Spaces in place of tabs and line breaks; � in place of other control characters and of halves of letters;
        nothing in place of what turns the direction of the words after it.

    Examples
    --------
    >>> printable("North\x1b[2J\nSouth")
    'North�[2J South'
    """
    kept = words.split("\n") if lines else [words]
    return "\n".join(_BROKEN.sub("\ufffd", _TURNS.sub("", _BREAKS.sub(" ", line))) for line in kept)


def mirrored(words: str, before: str = ISOLATE, after: str = END) -> str:
    """Set words of a script that runs from right to left apart, so that they do not turn round what stands beside them.

    Examples
    --------
    >>> mirrored("שלום holds 5", "<", ">")
    '<שלום> holds 5'
    """
    return _MIRRORED_RUN.sub(lambda found: f"{before}{found[0]}{after}", words)
