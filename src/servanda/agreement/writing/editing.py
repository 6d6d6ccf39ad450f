# pyright: reportUnknownMemberType=false
# (ruamel's nodes have no types)
"""Changing a part of an agreement file and leaving all else in it, byte for byte (decision 15)."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from servanda import files
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.characters import BREAK
from servanda.agreement.reading.yaml_1_2 import for_ruamel


class NotWritten(files.NotSaved):
    """Something that could not be written into a file; the file is as it was."""


class Edit(NamedTuple):
    """Put words in place of text[start:end]."""

    start: int
    end: int
    words: str


def refuse(path: Path, words: str) -> NoReturn:
    """Say that nothing is written, and why."""
    raise NotWritten(f"{path}: nothing is written: {words}")


def text_of(agreement: Agreement) -> tuple[Path, bytes, str]:
    """Read the file of an agreement again: its path, its byte order mark if it has one, and its text.

    Raises
    ------
    NotWritten
        If the agreement is not from a file of the user's, or the file has changed since.
    """
    if agreement.origin is None or agreement.provenance.path is None:
        raise NotWritten(
            "The agreement was built or changed in Python, so no file has it, and there is nowhere to write to. Write"
            " it to a file of its own: Path('FILE.yaml').write_text(servanda.dumps(agreement), encoding='utf-8')"
        )
    path = Path(agreement.origin.path)
    if not path.is_file():
        refuse(path, "this is not a file of yours. Copy the agreement to one (servanda catalog says where it is)")
    try:
        content = path.read_bytes()
    except OSError as error:
        refuse(path, f"the file cannot be read again ({error.strerror})")
    if hashlib.sha256(content).hexdigest() != agreement.origin.sha256:
        refuse(path, "the file has changed since it was read. Run the command again")
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    return path, mark, content.decode("utf-8-sig")


def check_writing(agreement: Agreement) -> None:
    """Refuse, before a long search, an agreement whose file could not be changed.

    Raises
    ------
    NotWritten
        As `text_of`; or if the file is read-only, or there is no room beside it.
    """
    files.check_place(text_of(agreement)[0], NotWritten)


def line_ends(text: str) -> str:
    """How the lines of a text end."""
    found = BREAK.search(text)
    return found[0] if found else "\n"


def edited(text: str, edits: list[Edit]) -> str:
    """Make some changes that do not overlap."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.words + text[edit.end :]
    return text


def replace(path: Path, mark: bytes, old: str, new: str) -> None:
    """Change the text of a file in one go, if it still is the old one.

    Parameters
    ----------
    path, mark, old
        As `text_of` gave them.
    new : str
        What is to be there.

    Raises
    ------
    NotWritten
        If the file has changed since, or cannot be written.
    """
    files.change(path, mark + old.encode("utf-8"), mark + new.encode("utf-8"), kind=NotWritten)


# --------------------------------------------------------------------------------------------------- the places


def leaves(node: Any) -> list[tuple[int, int]]:
    """Where the words begin and end that a value is made of."""
    if isinstance(node.value, str):
        return [(node.start_mark.index, node.end_mark.index)]
    return [leaf for pair in node.value for part in pair for leaf in leaves(part)]


def end_of(node: Any) -> int:
    """Where a value ends: a group that is not in brackets ends with its last word."""
    return node.end_mark.index if getattr(node, "flow_style", True) is not False else max(to for _, to in leaves(node))


def compose(text: str) -> Any:
    """Read a text as a tree of values that know where they stand."""
    from ruamel.yaml import YAML

    reader: Any = YAML(typ="rt", pure=True)
    return reader.compose(for_ruamel(text)[0])


def key_in(group: Any, name: str) -> Any:
    """The nodes of a key and its value in a group; None if there is no such key."""
    return next(((key, value) for key, value in group.value if key.value == name), None)


def line_start(text: str, index: int) -> int:
    """Where the line begins that a place stands in."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_above(text: str, start: int) -> int:
    """Where the line begins above one that begins at a place."""
    return line_start(text, max(0, start - (2 if text[start - 2 : start] == "\r\n" else 1)))


def indent_at(text: str, index: int) -> str:
    """What stands before the first word of a line."""
    line = text[line_start(text, index) : index]
    return line[: len(line) - len(line.lstrip())]


def line_end(text: str, index: int) -> int:
    """Where the line ends that a place stands in."""
    found = BREAK.search(text, index)
    return found.start() if found else len(text)
