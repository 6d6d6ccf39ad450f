"""YAML 1.2 text as plain Python data, with the line of every key and list item, and complaints in plain words.

Works on the events of a parser, not on its ready-made data: only there are the lines of everything and duplicate keys
to be seen, and an alias that would grow into millions of copies can be refused before it does. The events are those of
libyaml. Where anything is wrong, or libyaml may mean something else than YAML 1.2, they are ruamel's (decision 33).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple, NoReturn, cast

from servanda.agreement.format.characters import called, cleaned, joined, line_at, refused, unwritable
from servanda.agreement.format.plain_numbers import beyond_floats
from servanda.agreement.format.values import DATE_PATTERN, Place, is_name
from servanda.agreement.reading._yaml_events import IndentedByTabError, UnsureError, careful_events, quick_events
from servanda.english import show

LARGEST = 5_000_000  # bytes of a file; the longest agreement we know has 40,000
MOST_NODES = 100_000  # values, every alias counted with all it stands for
DEEPEST = 40  # levels of groups within groups; the format needs 8


class Complaint(NamedTuple):
    """One thing wrong with the file, in words, and its line (from 1)."""

    line: int
    words: str


class NotReadableError(Exception):
    """The text cannot be understood at all, so nothing more can be said about it."""

    def __init__(self, line: int, words: str) -> None:
        super().__init__(words)
        self.complaint = Complaint(line, words)


@dataclass(frozen=True)
class Document:
    """A YAML file as plain data.

    Attributes
    ----------
    data : object
        Of dict, list, str, int, float, bool, datetime.date and None.
    lines : dict[tuple, int]
        Line (from 1) of every key and list item, by its path.
    complaints : tuple[Complaint, ...]
        Duplicate keys, keys that are no text and words cut off by a comma, which are left out of `data`; characters
        that are refused, without which the texts stand in it.
    """

    data: object
    lines: dict[Place, int]
    complaints: tuple[Complaint, ...]


class _CutOff:
    """What stands in brackets behind a comma, and has no colon: the value of what was taken for a key."""


_CUT_OFF = _CutOff()


@dataclass(slots=True)
class _Node:
    line: int
    value: object = None  # of a scalar
    items: list[_Node] | None = None  # of a list; of a group of keys: key, value, key, value, ...
    mapping: bool = False
    size: int = 1
    depth: int = 1


def dotted(path: Place) -> str:
    """Print a path as `plans.phased.entries.2`."""
    return ".".join(str(step) for step in path) if path else "the file"


def parse(text: str) -> Document:
    """Read one YAML document.

    Raises
    ------
    NotReadableError
        If it is not YAML, empty, several documents, or would grow too large or too deep.
    """
    if match := unwritable(text):
        raise NotReadableError(line_at(text, match.start()), f"{called(match[0])} stands here. Delete it")
    return quickly(text) or carefully(text)


def quickly(text: str) -> Document | None:
    """Read one YAML document with libyaml; None if ruamel has to read it.

    That is so if anything keeps the text from being read, or if it is no group of keys: ruamel has the messages.
    """
    try:
        root = _compose(quick_events(text), text)
    except (UnsureError, NotReadableError):
        return None
    return _document(root) if root is not None and root.mapping else None


def carefully(text: str) -> Document:
    """Read one YAML document with ruamel.

    Raises
    ------
    NotReadableError
        As `parse` does.
    """
    root = _compose_carefully(text)
    if root is None or (root.items is None and root.value is None):
        raise NotReadableError(1, "the file is empty. 'servanda new FILE' writes one to start from")
    return _document(root)


def _document(root: _Node) -> Document:
    lines: dict[Place, int] = {}
    complaints: list[Complaint] = []
    data = _plain(root, (), lines, complaints)
    return Document(data, lines, tuple(complaints))


# ------------------------------------------------------------------------------------------ events to nodes


@dataclass
class _Builder:
    """The groups and lists that are open, outermost first, and what anchors stand for."""

    open: list[_Node] = field(default_factory=list[_Node])
    anchors: dict[str, _Node | None] = field(default_factory=dict[str, _Node | None])  # None: still open
    root: _Node | None = None
    held: int = 0  # values so far

    def begin(self, node: _Node) -> None:
        self.held += 1
        self.look_at_depth(node)
        self.open.append(node)

    def end(self) -> _Node:
        node = self.open.pop()
        self.held -= node.size  # until it is added to what stands around it
        return node

    def add(self, node: _Node) -> None:
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        assert parent.items is not None
        parent.items.append(node)
        parent.size += node.size
        parent.depth = max(parent.depth, 1 + node.depth)
        self.held += node.size
        if self.held > MOST_NODES:
            raise NotReadableError(
                node.line,
                f"the file holds more than {MOST_NODES:,} values, counting what a *name stands for each time it"
                " appears. Shorten the file, or use fewer *names within *names"
                if self.anchors
                else f"the file holds more than {MOST_NODES:,} values. Shorten it, or split it into several files",
            )
        self.look_at_depth(node)

    def cuts_off(self, text: str, start: int, end: int) -> bool:
        """Whether a value that is not there follows a key without a colon, which only brackets allow."""
        group = self.open[-1] if self.open else None
        if group is None or not group.mapping or len(group.items or ()) % 2 == 0:
            return False
        return ":" not in text[start : max(start, end)] and text[end : end + 1] in (",", "}")

    def look_at_depth(self, node: _Node) -> None:
        if len(self.open) + node.depth > DEEPEST:
            raise NotReadableError(
                node.line,
                f"groups stand within groups more than {DEEPEST} deep here. An agreement needs 8."
                " Look for brackets that are not closed",
            )


def _compose_carefully(text: str) -> _Node | None:
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    builder = _Builder()
    try:
        return _compose(careful_events(text), text, builder)
    except NotReadableError:
        raise
    except MarkedYAMLError as error:
        _explain(error)
    except IndentedByTabError as error:
        raise NotReadableError(error.line, "not YAML: this line is indented with a tab. Use spaces") from None
    except ReaderError as error:
        found = cast("Any", error)
        raise NotReadableError(
            line_at(text, found.position),
            f"there is an unprintable character here (number {found.character}). Delete it",
        ) from None
    except (ValueError, OverflowError):  # an escape such as "\UFFFFFFFF" that no character has
        line = builder.open[-1].line if builder.open else 1
        raise NotReadableError(
            line,
            "not YAML at or after this line: a \\ in double quotes does not stand for any character. Use single quotes",
        ) from None


def _compose(events: Iterable[Any], text: str, builder: _Builder | None = None) -> _Node | None:
    builder = builder or _Builder()
    documents = 0
    end = 0  # of the event before
    for event in events:
        kind = type(event).__name__
        line: int = event.start_mark.line + 1
        if kind == "ScalarEvent":
            node = _Node(line, _scalar(event, line))
            if node.value is None and not event.value and builder.cuts_off(text, end, event.start_mark.index):
                node.value = _CUT_OFF
            end = event.end_mark.index
            if event.anchor:
                builder.anchors[event.anchor] = node
            builder.add(node)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if event.tag is not None:
                _refuse_tag(event.tag, line)
            if event.anchor:
                builder.anchors[event.anchor] = None
            builder.begin(_Node(line, event.anchor, [], kind == "MappingStartEvent"))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            node = builder.end()
            if node.value:
                builder.anchors[str(node.value)] = node
            builder.add(node)
        elif kind == "AliasEvent":
            builder.add(_alias(event.anchor, line, builder))
        elif kind == "DocumentStartEvent":
            documents += 1
            if documents > 1:
                raise NotReadableError(
                    line, "a second document begins here (---). A file holds one agreement. Split the file in two"
                )
    return builder.root


def _alias(name: str, line: int, builder: _Builder) -> _Node:
    if name not in builder.anchors:
        raise NotReadableError(
            line,
            f"*{name} refers to nothing, as no &{name} stands before it. If a text begins with *, put it in quotes",
        )
    target = builder.anchors[name]
    if target is None:
        raise NotReadableError(line, f"*{name} refers to the group in which it stands. Write out what is meant")
    return _Node(line, target.value, target.items, target.mapping, target.size, target.depth)


def _refuse_tag(tag: str, line: int) -> NoReturn:
    raise NotReadableError(
        line, f"{show(tag)} is a YAML tag, and agreement files use no tags. If a text begins with !, put it in quotes"
    )


# --------------------------------------------------------------------------------------------------- scalars

_BEGIN_OTHERS = frozenset("-+−.0123456789~nNtTfF")  # what nulls, booleans, numbers and dates begin with
_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,300}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_OTHER_BASE = re.compile(r"0o[0-7]{1,300}|0x[0-9a-fA-F]{1,300}")
_ENDLESS = re.compile(r"([-+]?)\.(inf|Inf|INF)")
_MINUS = str.maketrans("−", "-")  # servanda prints the proper minus sign, so it reads it too


def _scalar(event: Any, line: int) -> object:
    """Give a scalar its value by the YAML 1.2 core schema, and dates their own."""
    text: str = event.value
    if event.tag is not None:
        if event.tag not in ("!", "tag:yaml.org,2002:str"):
            _refuse_tag(event.tag, line)
        return text
    if event.style:  # quoted
        return text
    if text and text[0] not in _BEGIN_OTHERS:  # a text; most values are
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    ascii_text = text.translate(_MINUS)
    if _INT.fullmatch(ascii_text):
        return int(ascii_text)
    if _FLOAT.fullmatch(ascii_text):
        # What no float can hold stays a text: where a number is needed, it is refused as it was written.
        return text if beyond_floats(ascii_text) else float(ascii_text)
    if _OTHER_BASE.fullmatch(text):
        return int(text, 0)
    if match := _ENDLESS.fullmatch(ascii_text):
        return float(match[1] + "inf")
    if text in (".nan", ".NaN", ".NAN"):
        return float("nan")
    if re.fullmatch(DATE_PATTERN, text):
        try:
            return date.fromisoformat(text)
        except ValueError:  # 2018-02-30: stays a text, and is complained about where a date is needed
            return text
    return text


# -------------------------------------------------------------------------------------------- nodes to data


def _plain(node: _Node, path: Place, lines: dict[Place, int], complaints: list[Complaint]) -> object:
    if node.items is None:
        value = node.value
        if not isinstance(value, str) or (value.isascii() and value.isprintable()):
            return value
        return _text(value, path, node.line, complaints)
    if not node.mapping:
        found: list[object] = []
        for index, item in enumerate(node.items):
            lines[(*path, index)] = item.line
            found.append(_plain(item, (*path, index), lines, complaints))
        return found
    group: dict[str, object] = {}
    cut: list[str] = []  # what commas cut off of the value before
    place = 0  # of the complaint about it
    for key, value in zip(node.items[::2], node.items[1::2], strict=True):
        name = key.value
        if key.items is None and isinstance(name, str) and not (name.isascii() and name.isprintable()):
            name = _text(name, path, key.line, complaints)
        if value.value is _CUT_OFF:
            cut.append("..." if key.items is not None else name if isinstance(name, str) else show(name))
            if len(cut) == 1:
                complaints.append(Complaint(key.line, ""))
                place = len(complaints) - 1
            if len(cut) <= 50:  # enough for the words of the message
                complaints[place] = Complaint(complaints[place].line, _cut_off(path, group, cut))
        elif key.items is not None or not isinstance(name, str):
            complaints.append(
                Complaint(key.line, _not_a_key(path, "a list or group" if key.items is not None else show(name)))
            )
        elif name in group:
            first = lines[(*path, name)]
            complaints.append(
                Complaint(
                    key.line,
                    f"{dotted((*path, name))} appears twice, here and on line {first}."
                    " Keep one of them, or give them different names",
                )
            )
        else:
            cut = []
            lines[(*path, name)] = key.line
            group[name] = _plain(value, (*path, name), lines, complaints)
    return group


def _text(text: str, path: Place, line: int, complaints: list[Complaint]) -> str:
    """A text of the file, without characters that are refused; a name in the usual form of its letters."""
    text = joined(text)
    if (character := refused(text)) is not None:
        where = dotted(path)
        complaints.append(Complaint(line, f"{where} holds {called(character)}. Delete it"))
        text = cleaned(text) or "?"
    # Letters with marks may be written in two ways that look the same: é as one character, or as e and an accent.
    return unicodedata.normalize("NFC", text) if is_name(text) else text


def _cut_off(path: Place, group: dict[str, object], cut: list[str]) -> str:
    """Say that words are cut off by commas, and how they stand in quotes."""
    key = next(reversed(group), "")
    before = group.get(key)
    begun = [] if isinstance(before, dict | list | None) else [before if isinstance(before, str) else show(before)]
    key = key if begun else ""
    if isinstance(before, int | float) and cut[0].isdigit():
        return (
            f"{dotted((*path, key))}: a comma ends a value in brackets. Write a number with a point: {before}.{cut[0]}"
        )
    whole = ", ".join([*begun, *cut])
    words = json.dumps(whole, ensure_ascii=False) if len(whole) <= 200 else f'"{(begun or cut)[0][:60]}, ..."'
    return (
        f"{dotted((*path, key) if key else path)}: a comma ends a text in brackets, and what stands behind it,"
        f" {show(cut[0])}, is no key with a value. Put the words in quotes: {key + ': ' if key else ''}{words}"
    )


def _not_a_key(path: Place, found: str) -> str:
    return (
        f"{dotted(path)} has {found} as a key, but a key must be a name. Choose one that begins with a letter and has"
        " only letters, digits, - and _"
    )


# ---------------------------------------------------------------------------------------------- plain words

_WORDS = (
    (r"'\\t' that cannot start", "this line is indented with a tab. Use spaces"),
    (r"character (.*) that cannot start", "a text cannot begin with {0}. Put it in quotes"),
    (
        r"mapping values are not allowed",
        "a colon stands where none can be. Either the line is indented further than the one above, or a text holds"
        " ': '. Line up the keys, or put the text in quotes",
    ),
    (r"expected ',' or '[]}]', but got ':'", "a colon stands within words here. Put the words in quotes"),
    (
        r"expected .*, but (?:got|found) '<scalar>'",
        "words stand behind a closing quotation mark, or a comma is missing before them. Put the whole text in quotes"
        " of the other kind, or add the comma",
    ),
    (
        r"expected ',' or '([]}])'",
        "a bracket opened on line {line} is not closed, or a comma is missing. Look for a missing {0} or comma, and for"
        " a text with ' #' in it, which has to stand in quotes",
    ),
    (r"could not find expected ':'", "this key has no colon. Write it as key: value, with a space after the colon"),
    (
        r"expected <block end>, but found '([]},])'",
        "{0} stands here without an opening bracket. Delete it, or put the text in quotes",
    ),
    (
        r"expected <block end>",
        "this line is not indented like the group that began on line {line}. Indent it like the other keys there",
    ),
    (
        r"unexpected end of stream",
        "a quotation mark opened on line {line} is never closed. Close it, or put a text that begins with an apostrophe"
        " in double quotes",
    ),
    (r"unknown escape character", "a \\ in double quotes does not stand for any character. Use single quotes"),
    (r"expected the node content, but found '<stream end>'", "the file ends within brackets. Close them"),
    (
        r"expected the node content, but found '(.*)'",
        "a value is missing before {0}. Give one, or delete the key. If a text begins with {0}, put it in quotes",
    ),
    (
        r"while scanning a directive|expected '<document start>'",
        "a line at the beginning cannot begin with %. Delete it, or write a key before it",
    ),
    (r"expected alphabetic or numeric character", "a text cannot begin with & or *. Put it in quotes"),
    (r"expected ' ', but found", "a text cannot begin with !. Put it in quotes"),
    (
        r"sequence entries are not allowed",
        "a text cannot begin with '- '. Put it in quotes, or begin the list on a new line",
    ),
    (r"expected a comment or a line break", "a text cannot begin with | or >. Put it in quotes"),
    (r"mapping keys are not allowed", "a text cannot begin with '? '. Put it in quotes"),
    (r"incompatible YAML document", "the file asks for another version of YAML. Delete the line that begins with %"),
    (r"undefined tag handle '(.*)'", "a text cannot begin with {0}. Put it in quotes"),
)


def _explain(error: Any) -> NoReturn:
    problem = str(error.problem)
    said = f"{error.context or ''}: {problem}"
    mark = error.problem_mark or error.context_mark
    began = error.context_mark or mark
    line = mark.line + 1 if mark else 1
    words = f"the YAML reader says: {problem}. Look for a missing quotation mark, bracket or indentation near here"
    for pattern, plain in _WORDS:
        if match := re.search(pattern, said):
            words = plain.format(*match.groups(), line=began.line + 1 if began else line)
            break
    raise NotReadableError(line, f"not YAML: {words}") from None
