"""An agreement file as YAML 1.2 reads it: where its comments are, and a writing of it that ruamel reads so.

A # begins a comment, or is a part of the words around it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from servanda.agreement.format.characters import BREAK
from servanda.agreement.reading._yaml_events import UnsureError, careful_events, for_ruamel, quick_events

__all__ = ["Comment", "comments_of", "for_ruamel"]

_BEGINS = re.compile(r"(?:^|(?<=[ \t\r\n]))#(?=(?P<words>[^\r\n]*))")


class Comment(NamedTuple):
    """A comment of a file: line (from 1) and column (from 0) of its #, and the words from there to the line's end."""

    line: int
    column: int
    words: str


def comments_of(text: str) -> list[Comment]:
    """Find the comments of a text that can be read, in order.

    A # begins a comment at the beginning of a line or after a space or tab, unless it stands within a text: in quotes,
    or in a block of lines after | or >.
    """
    texts = _texts(text)
    starts = [0, *(match.end() for match in BREAK.finditer(text))]
    found: list[Comment] = []
    at = 0  # of the texts, how many end before the comment
    end = 0  # of the last comment
    for match in _BEGINS.finditer(text):
        index = match.start()
        if index < end:
            continue
        while at < len(texts) and texts[at][1] <= index:
            at += 1
        if at == len(texts) or index < texts[at][0]:
            line = bisect_right(starts, index)
            found.append(Comment(line, index - starts[line - 1], f"#{match['words']}"))
            end = match.end("words")
    return found


def _texts(text: str) -> list[tuple[int, int]]:
    """Where texts begin and end; the line with the | or > of a block of lines is no part of it."""
    try:
        events = list(quick_events(text))
    except UnsureError:
        events = list(careful_events(text))
    found: list[tuple[int, int]] = []
    for event in events:
        if type(event).__name__ == "ScalarEvent":
            start, end = event.start_mark.index, event.end_mark.index
            if event.style in ("|", ">"):
                head = re.compile("[\r\n]").search(text, start, end)
                start = head.start() if head else end
            found.append((start, end))
    return found
