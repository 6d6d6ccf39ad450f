# pyright: reportUnknownMemberType=false
# (ruamel's nodes have no types)
"""Finding rates written into an agreement file; everything else in it stays as it is, byte for byte.

ruamel says where in the text a value begins and ends, and the new one is put in its place (decision 15).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from servanda.agreement import Agreement, AgreementError
from servanda.allocation import Allocation, FindingRate
from servanda.reading import loads

_MARK = "written by 'servanda inspect --write' from the group inspections, which says where it comes from"


class NotWritten(Exception):
    """Finding rates that could not be written; the file is as it was."""


class _Edit(NamedTuple):
    """Put words in place of text[start:end]."""

    start: int
    end: int
    words: str


def write_rates(agreement: Agreement, allocation: Allocation) -> Path:
    """Write finding rates into the file that an agreement was read from.

    `finds` of every measure named by the inspections is replaced; a measure that is not there is added. Comments, order
    and layout stay. The file is replaced in one go, and only if it reads well afterwards and nothing else has changed.

    Parameters
    ----------
    agreement : Agreement
        As read from its file.
    allocation : Allocation
        Of the same agreement.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    NotWritten
        If the agreement is not from a file of the user's, the file has changed since, a rate is infinite, or the place
        cannot be found in it. Nothing is written then.
    """
    path, content = _content(agreement)
    _look_at_rates(path, allocation)
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    text = content.decode("utf-8-sig")
    new = text
    for rate in allocation.rates:  # one after the other, as each moves what comes after it
        new = _with_rate(path, new, agreement, allocation, rate)
    _look_again(path, new, agreement, allocation)
    if new != text:
        _replace(path, mark + new.encode("utf-8"))
    return path


# ---------------------------------------------------------------------------------------------------- the file


def _refuse(path: Path, words: str) -> NoReturn:
    raise NotWritten(f"{path}: nothing is written: {words}")


def _content(agreement: Agreement) -> tuple[Path, bytes]:
    if agreement.origin is None:
        raise NotWritten("The agreement was built in Python, not read from a file, so there is nowhere to write to.")
    path = Path(agreement.origin.path)
    if not path.is_file():
        _refuse(path, "this is not a file of yours. Copy the agreement to one (servanda catalog says where it is)")
    try:
        content = path.read_bytes()
    except OSError as error:
        _refuse(path, f"the file cannot be read again ({error.strerror})")
    if hashlib.sha256(content).hexdigest() != agreement.origin.sha256:
        _refuse(path, "the file has changed since it was read. Run the command again")
    return path, content


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and put the result in its place, so that there is one or the other at any time."""
    target = path.resolve()
    made: str | None = None
    try:
        handle, made = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        shutil.copymode(target, made)
        Path(made).replace(target)
    except OSError as error:
        if made is not None:
            with contextlib.suppress(OSError):
                Path(made).unlink()
        _refuse(path, f"the file cannot be replaced ({error.strerror}). Check the permissions of its folder")


# --------------------------------------------------------------------------------------------------- the words


def _look_at_rates(path: Path, allocation: Allocation) -> None:
    for rate in allocation.rates:
        if math.isinf(rate.rate):
            _refuse(
                path,
                f"the inspections find for certain what measure {rate.measure} covers, and no rate per year says that."
                " Give the visits or levels there a chance below 1",
            )


def _number(agreement: Agreement, allocation: Allocation, rate: FindingRate) -> str:
    asked = agreement.inspections
    assert asked is not None
    words = f"{{likely: {_digits(rate.rate)}"
    if rate.low is not None and rate.high is not None and math.isfinite(rate.high):
        words += f", low: {_digits(rate.low)}, high: {_digits(rate.high)}"
    if asked.source is not None:
        words += f", source: {asked.source}"
    within = "1 year" if allocation.period == 1 else f"{_digits(allocation.period)} years"
    note = (
        f"{_digits(allocation.budget)} {allocation.unit} in {within}, spread for {allocation.aim}, find it with chance"
        f" {_digits(rate.detection)}"
    )
    return f"{words}, note: {json.dumps(note, ensure_ascii=False)}}}"


def _digits(value: float) -> str:
    return f"{value:.6g}"


# --------------------------------------------------------------------------------------------------- the places


def _with_rate(path: Path, text: str, agreement: Agreement, allocation: Allocation, rate: FindingRate) -> str:
    number, lines = _number(agreement, allocation, rate), "\r\n" if "\r\n" in text else "\n"
    root = _compose(text)
    measures = _key(root, "measures")
    if measures is None:
        edits = [_new_group(path, text, root, lines, _new_measure(rate, number, "  ", lines))]
    elif (key := _key(measures[1], rate.measure)) is not None:
        edits = _renewed(path, text, measures, key, number, lines)
    elif measures[1].flow_style:
        start = text.index("{", measures[1].start_mark.index) + 1
        comma = ", " if measures[1].value else ""
        one = f"{rate.measure}: {{name: Inspections, covers: [{', '.join(rate.covers)}], finds: {number}}}{comma}"
        edits = [_Edit(start, start, one)]
    else:
        indent = _indent(text, measures[1].value[0][0].start_mark.index)
        at = _line_end(text, measures[0].end_mark.index)
        edits = [_Edit(at, at, lines + _new_measure(rate, number, indent, lines).removesuffix(lines))]
    for edit in sorted(edits, reverse=True):
        text = text[: edit.start] + edit.words + text[edit.end :]
    return text


def _new_measure(rate: FindingRate, number: str, indent: str, lines: str) -> str:
    inner = indent + "  "
    rows = [
        f"{indent}{rate.measure}:",
        f"{inner}name: Inspections",
        f"{inner}covers: [{', '.join(rate.covers)}]",
        f"{inner}# finds: {_MARK}",
        f"{inner}finds: {number}",
    ]
    return "".join(row + lines for row in rows)


def _new_group(path: Path, text: str, root: Any, lines: str, measure: str) -> _Edit:
    """Add the group `measures` above that of the inspections, and above what is said about it there."""
    if root.flow_style:
        _refuse(path, "the file has no group measures, and stands in brackets. Add the group yourself: measures: {}")
    found = _key(root, "inspections")
    assert found is not None
    at = text.rfind("\n", 0, found[0].start_mark.index) + 1
    while at > 0:
        above = text.rfind("\n", 0, at - 1) + 1
        if not text[above:at].lstrip().startswith("#"):
            break
        at = above
    return _Edit(at, at, f"measures:{lines}{measure}{lines}")


def _renewed(path: Path, text: str, measures: Any, key: Any, number: str, lines: str) -> list[_Edit]:
    """Replace the rate of a measure that is there, and say above it where the new one comes from."""
    name, measure = key
    if measure.start_mark.index < name.end_mark.index:
        _refuse(path, f"measure {name.value} stands for another one (*...). Write it out, so that it has its own rate")
    at, value = _key(measure, "finds")
    start, end = value.start_mark.index, _end(value)
    if start < at.end_mark.index or value.anchor is not None:
        _refuse(path, f"finds of {name.value} has a name (&... or *...) that others use. Write it out in each place")
    if "\n" in text[at.end_mark.index : start]:
        start = text.index(":", at.end_mark.index) + 1
    end = start + len(text[start:end].rstrip())
    kept = _comments(text, value, start, end)
    indent = _indent(text, (name if measure.flow_style else at).start_mark.index)
    words = number if text[start - 1] != ":" else f" {number}"
    edits = [_Edit(start, end, words + "".join(f"{lines}{indent}  {comment}" for comment in kept))]
    if measures[1].flow_style:
        return edits
    head = text.rfind("\n", 0, (name if measure.flow_style else at).start_mark.index) + 1
    above = text.rfind("\n", 0, max(0, head - 1)) + 1
    if _MARK not in text[above:head]:
        edits.append(_Edit(head, head, f"{indent}# finds: {_MARK}{lines}"))
    return edits


def _comments(text: str, value: Any, start: int, end: int) -> list[str]:
    """Comments that stand between the parts of a number, which would go with it."""
    leaves = sorted(_leaves(value))
    gaps = zip([start, *(to for _, to in leaves)], [*(begin for begin, _ in leaves), end], strict=True)
    return [each.rstrip() for begin, to in gaps for each in re.findall("#[^\r\n]*", text[begin:to])]


def _leaves(node: Any) -> list[tuple[int, int]]:
    if isinstance(node.value, str):
        return [(node.start_mark.index, node.end_mark.index)]
    return [leaf for pair in node.value for part in pair for leaf in _leaves(part)]


def _end(node: Any) -> int:
    """Where a value ends: a group that is not in brackets ends with its last word."""
    return node.end_mark.index if getattr(node, "flow_style", True) is not False else max(to for _, to in _leaves(node))


def _compose(text: str) -> Any:
    from ruamel.yaml import YAML

    reader: Any = YAML(typ="rt", pure=True)
    return reader.compose(text)


def _key(group: Any, name: str) -> Any:
    """The nodes of a key and its value in a group; None if there is no such key."""
    return next(((key, value) for key, value in group.value if key.value == name), None)


def _indent(text: str, index: int) -> str:
    line = text[text.rfind("\n", 0, index) + 1 : index]
    return line[: len(line) - len(line.lstrip())]


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


# ---------------------------------------------------------------------------------------------------- the proof


def _look_again(path: Path, text: str, agreement: Agreement, allocation: Allocation) -> None:
    """See that the new text reads well, has the new rates, and differs in nothing else."""
    try:
        new = loads(text, str(path))
    except AgreementError as error:
        _refuse(path, f"it would not read well afterwards ({error.problems[0]})")
    rates = {rate.measure: rate for rate in allocation.rates}
    before, after = agreement.model_dump(), new.model_dump()
    for name, rate in rates.items():
        written = after["measures"].pop(name)
        was = before["measures"].pop(name, written)
        same = {**was, "finds": None} == {**written, "finds": None}
        if not same or not math.isclose(written["finds"]["likely"], rate.rate, rel_tol=1e-5, abs_tol=1e-12):
            _refuse(path, f"the place of measures.{name}.finds cannot be found. Write it yourself: {rate.rate:.6g}")
    if before != after:
        _refuse(path, "something else would change with it. Write the rates yourself")
