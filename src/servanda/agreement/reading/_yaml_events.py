"""The events of a YAML text: quickly from libyaml, or carefully from ruamel.

Both parsers give events of the same names, with the same marks. They differ on a few ways of writing. Where a text may
hold one of these, libyaml is not asked, because it keeps to YAML 1.1 there and ruamel to YAML 1.2 (decision 33).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

OLDEST = (0, 2, 5)  # of libyaml; the versions before it break a text at a ? within brackets

# What the two read differently. Every way of writing begins with one character, and looks back from there: the search
# is five times as quick as with sets of characters. A mark begins something where it follows a space, a line break, a
# bracket, a comma or a quotation mark. What is found may as well stand within quotes or a comment: then ruamel reads a
# text that libyaml could have read.
_DIFFERENT = re.compile(
    r"""
      \t | \x85 | \u2028 | \u2029 | \ufeff           # tabs; other line breaks; a byte order mark
    | \r(?!\n)                                       # the line breaks of old Macs
    | %(?<![^\n]%)                                   # %YAML, %TAG
    | \.\.\.(?<![^\n]\.\.\.)                         # the end of a document
    | \?(?<![^\s\[\]{},"']\?)                        # ? begins a key
    | :(?=\S)(?<![^\s\[\]{},"'?]:)                   # {"a":b} and [:a]
    | !(?<![^\s\[\]{},"'?:-]!)                       # tags
    | &[\w-]+[?:%@`] | \*[\w-]+[?:%@`]               # names of anchors with other marks in them
    | \|[-+0-9]{0,2}[ ]*(?:\#|\r?\n[ ]+\r?$)         # |#, and a block of lines whose first has nothing but spaces
    | >[-+0-9]{0,2}[ ]*(?:\#|\r?\n[ ]+\r?$)
    """,
    re.VERBOSE | re.MULTILINE,
)


class UnsureError(Exception):
    """libyaml cannot read the text, or may read it differently from ruamel."""


def quick_events(text: str) -> Iterator[Any]:
    """Read a text with libyaml.

    Raises
    ------
    UnsureError
        If ruamel has to read the text: libyaml is not here, refuses the text, or may take it for something else.
    """
    try:
        from yaml._yaml import CParser, get_version
        from yaml.error import YAMLError
    except ImportError:  # PyYAML is not here, or was built without libyaml
        raise UnsureError from None
    if get_version() < OLDEST or _DIFFERENT.search(text):
        raise UnsureError
    try:
        parser = cast("Any", CParser(text))
        while (event := parser.get_event()) is not None:
            yield event
    except (YAMLError, ValueError):  # a ValueError: half of a pair of characters, which UTF-8 cannot write
        raise UnsureError from None


def careful_events(text: str) -> Iterator[Any]:
    """Read a text with ruamel; its errors are explained in `_yaml`."""
    from ruamel.yaml import YAML

    yield from cast("Any", YAML(typ="safe", pure=True)).parse(text)  # the pure one is YAML 1.2
