"""The events of a YAML text: quickly from libyaml, or carefully from ruamel.

Both parsers give events of the same names, with the same marks. They differ on a few ways of writing. Where a text may
hold one of these, libyaml is not asked, because it keeps to YAML 1.1 there and ruamel to YAML 1.2 (decision 33). Where
neither keeps to it, they get a text of the same length that both read as YAML 1.2 means the one that is there: U+0085,
U+2028 and U+2029, which end no line, are letters in it, and ruamel finds spaces for tabs (decision 39).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from servanda.agreement.format.characters import stand_ins

OLDEST = (0, 2, 5)  # of libyaml; the versions before it break a text at a ? within brackets

# What the two read differently. Every way of writing begins with one character, and looks back from there: the search
# is five times as quick as with sets of characters. A mark begins something where it follows a space, a line break, a
# bracket, a comma or a quotation mark. What is found may as well stand within quotes or a comment: then ruamel reads a
# text that libyaml could have read.
_DIFFERENT = re.compile(
    r"""
      \ufeff                                         # a byte order mark
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
_NO_BREAKS = "\x85\u2028\u2029"  # YAML 1.1 ends lines at these, YAML 1.2 does not
_TABS = re.compile(r"(?m:^(?P<lead>[ \t]*\t[ \t]*)(?=[^ \t\r\n#]))|\t")
_AROUND_BREAKS = re.compile(r"[ \t]*(?:\r\n|\n|\r)[ \t]*")


class UnsureError(Exception):
    """libyaml cannot read the text, or may read it differently from ruamel."""


class IndentedByTabError(Exception):
    """A tab stands where only spaces can say how deep something stands."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line  # from 1


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
    read, back = _without_breaks(text)
    try:
        parser = cast("Any", CParser(read))
        events = iter(parser.get_event, None)
        yield from events if not back and "\t" not in text else _watched(events, text, back)
    except (YAMLError, ValueError, IndentedByTabError):  # a ValueError: half of a pair, which UTF-8 cannot write
        raise UnsureError from None


def careful_events(text: str) -> Iterator[Any]:
    """Read a text with ruamel; its errors are explained in `_yaml_text`."""
    read, back = for_ruamel(text)
    yield from _watched(_ruamel(read), text, back)


def for_ruamel(text: str) -> tuple[str, dict[str, str]]:
    """Write a text so that ruamel reads it as YAML 1.2, with every character at its place.

    Returns
    -------
    tuple of str and dict
        The text, and what stands for what in it.
    """
    read, back = _without_breaks(text)
    if "\t" not in text:
        return read, back
    spaced = _TABS.sub(lambda match: match["lead"] or " ", read)
    (tab,) = stand_ins(read, "\t").values()
    parts: list[str] = []
    at = 0
    for event in _ruamel(spaced):
        if type(event).__name__ != "ScalarEvent":
            continue
        start, end = event.start_mark.index, event.end_mark.index
        if "\t" in read[start:end]:
            parts += [spaced[at:start], _with_tabs(read[start:end], event.style, tab)]
            at = end
    return "".join([*parts, spaced[at:]]), {**back, tab: "\t"}


def _with_tabs(words: str, style: str | None, tab: str) -> str:
    """A text with its tabs: in a block of lines as they are, else a letter for those that are part of the words."""
    if style in ("|", ">"):
        head, *rest = re.split("(\r\n|\n|\r)", words, maxsplit=1)
        return head.replace("\t", " ") + "".join(rest)
    folded = _AROUND_BREAKS.sub(lambda match: match[0].replace("\t", " "), words)
    return folded.replace("\t", tab)


def _without_breaks(text: str) -> tuple[str, dict[str, str]]:
    """Put letters in place of what YAML 1.1 takes for the end of a line; and what stands for what."""
    there = "" if text.isascii() else "".join(mark for mark in _NO_BREAKS if mark in text)
    if not there:
        return text, {}
    found = stand_ins(text, there)
    return text.translate(str.maketrans(found)), {letter: mark for mark, letter in found.items()}


def _ruamel(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    yield from cast("Any", YAML(typ="safe", pure=True)).parse(text)  # the pure one is YAML 1.2


def _watched(events: Iterable[Any], text: str, back: dict[str, str]) -> Iterator[Any]:
    """Put back what letters stand for, and refuse tabs that say how deep something stands."""
    letters = str.maketrans(back)
    tabs = "\t" in text
    for event in events:
        kind = type(event).__name__
        if back and kind == "ScalarEvent":
            event.value = event.value.translate(letters)
        if tabs and kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent", "AliasEvent"):
            index = event.start_mark.index
            before = text[max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1 : index]
            deep = kind.endswith("StartEvent") and not event.flow_style
            if "\t" in before and (deep or (before[0] == "\t" and event.end_mark.index > index and not before.strip())):
                raise IndentedByTabError(event.start_mark.line + 1)
        yield event
