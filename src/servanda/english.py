"""How numbers, dates and lists are written in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date


def short(chance: float, sure: bool = False) -> str:
    """Write a chance in the least room: `<1%`, `58%`, `>99%`; `100%` only of what is sure from the start (`sure`)."""
    if chance <= 0.0:
        return "0%"
    if chance < 0.01:
        return "<1%"
    if chance > 0.99 and not (sure and chance >= 1.0):
        return ">99%"
    return f"{100 * chance:.0f}%"


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
    text = " ".join(text.split()) if text.strip() else text
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"'{text}'" if isinstance(value, str) else text


def did_you_mean(found: object, allowed: Iterable[str]) -> str:
    """Write a suggestion such as ` Did you mean usa?`, or nothing."""
    import difflib

    by_small = {name.lower(): name for name in allowed}
    near = difflib.get_close_matches(str(found)[:80].lower(), by_small, n=1, cutoff=0.6)
    return f" Did you mean {by_small[near[0]]}?" if near else ""


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def percent(chance: float) -> str:
    """Write a chance as a whole percentage that never claims certainty."""
    if chance <= 0.0:
        return "0%"
    if chance < 0.01:
        return "less than 1%"
    if chance > 0.99:
        return "more than 99%"
    return f"{100 * chance:.0f}%"


def capital(words: str) -> str:
    """Begin with a capital letter, as a title does."""
    return words[:1].upper() + words[1:]


def month(day: date) -> str:
    """Write a date as month and year."""
    return f"{MONTHS[day.month - 1]} {day.year}"


def day_label(day: date) -> str:
    """Write a date in little room: `12 Jul 2018`."""
    return f"{day.day} {MONTHS[day.month - 1][:3]} {day.year}"
