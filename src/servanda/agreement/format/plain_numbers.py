"""Plain numbers of a file: which there are, which nobody can compute with, and what is said of those."""

from __future__ import annotations

import math
import re
from numbers import Real

from pydantic_core import PydanticCustomError

from servanda.english import show

LEAST, LARGEST = 1e-15, 1e15  # of any number that is not 0: products of all that stand in a file stay finite


class Problem(ValueError):
    """What is wrong with one value, in words a reader of the file understands (no place: that is added later).

    Attributes
    ----------
    key : str or None
        The key within the value that is wrong, where only that one is.
    """

    def __init__(self, why: str, key: str | None = None) -> None:
        super().__init__(why)
        self.key = key

    def custom(self) -> PydanticCustomError:
        """Turn into the kind of error that pydantic collects."""
        return PydanticCustomError("wrong", "{why}", {"why": str(self), "key": self.key})


_WRITTEN = re.compile(r"[-+−]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+−]?[0-9]+)?")


def plain_number(value: object) -> float:
    """Read a number of a size that can be computed with.

    Raises
    ------
    Problem
        If it is none; if it is neither 0 nor between `LEAST` and `LARGEST` in size.
    """
    if isinstance(value, str) and len(value) > 300 and not value.isspace() and _WRITTEN.fullmatch(value):
        raise Problem(f"a number of {len(value)} digits is not one to compute with. {_SIZE}")
    if isinstance(value, str) and _WRITTEN.fullmatch(value) and beyond_floats(value):
        found, value = float(value.replace("−", "-")), value.strip()
    elif isinstance(value, bool) or not isinstance(value, Real):
        raise Problem(
            f"{show(value)} is not a number.{_hint(value)} Write a number, or {{likely: .., low: .., high: ..}}"
        )
    else:
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
    if math.isnan(found) or (math.isinf(found) and isinstance(value, float)):
        raise Problem(f"{show(value)} is not a finite number. Write one that is")
    if abs(found) > LARGEST:
        raise Problem(f"{_as_written(value)} is too large to compute with. {_SIZE}")
    if abs(found) < LEAST and (found != 0 or isinstance(value, str)):
        raise Problem(f"{_as_written(value)} is too small to compute with. Write 0, or choose another unit. {_SIZE}")
    return found


def number_in_words(value: object) -> float:
    """Read a number that stands in a text, as on the command line: `-0.5`, `−0.5`, `1e3`.

    Raises
    ------
    Problem
        As `plain_number` does.
    """
    text = value.strip() if isinstance(value, str) else ""
    written = len(text) <= 300 and _WRITTEN.fullmatch(text) is not None and not beyond_floats(text)
    return plain_number(float(text.replace("−", "-")) if written else value)


_SIZE = "A number is 0, or from 1e-15 to 1e15, with either sign"


def beyond_floats(text: str) -> bool:
    """Whether a number as it stands in a file is none that a computer can hold: the reader leaves it a text then."""
    found = float(text.replace("−", "-"))
    return math.isinf(found) or (found == 0 and re.search("[1-9]", re.split("[eE]", text)[0]) is not None)


def _as_written(value: object) -> str:
    return show(value).strip("'")


_AMENDS = {
    "%": "Write 0.25 for 25%",
    "_": "Write the digits without _",
    "'": "Write the digits without '",
    " ": "Write the digits without spaces",
    ",": "Write a point and no commas",
}


def _hint(value: object) -> str:
    """Say what keeps a text from being a number, where it looks like one to people."""
    if not isinstance(value, str):
        return ""
    text = value.strip().replace("−", "-")
    if _WRITTEN.fullmatch(text.lstrip("‐‑‒–—").strip() or "x") and text[0] in "‐‑‒–—":
        return " A dash stands in place of the minus sign. Write - or −."
    if re.fullmatch(r"[-+]?[0-9][0-9_' ]*(,[0-9]{3})*([.,][0-9]+)?%?", text):
        return next((f" {words}." for mark, words in _AMENDS.items() if mark in text), " Write it without quotes.")
    try:
        float(text)
    except ValueError:
        return ""
    return " Write it in the digits 0 to 9." if not text.isascii() else ""
