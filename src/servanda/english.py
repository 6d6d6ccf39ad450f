"""How numbers, dates and lists are written in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import takewhile
from typing import Literal


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
    if isinstance(value, list):
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
        if begun or alike >= max(4, 2 * len(word) / 3) or _changes(word, each) <= max(1, len(word) // 4):
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
