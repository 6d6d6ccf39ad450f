# pyright: reportUnknownMemberType=false
# (ruamel's nodes have no types)
"""Finding rates written into an agreement file; everything else in it stays as it is, byte for byte.

ruamel says where in the text a value begins and ends, and the new one is put in its place (decision 15).
"""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.format.characters import BREAK
from servanda.agreement.reading.reader import loads
from servanda.agreement.writing.editing import (
    Edit,
    compose,
    edited,
    end_of,
    indent_at,
    key_in,
    leaves,
    line_above,
    line_end,
    line_ends,
    line_start,
    refuse,
    replace,
    text_of,
)
from servanda.inspection.allocation import Allocation, FindingRate

_MARK = "written by 'servanda inspect --write' from the group inspections, which says where it comes from"


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
    path, mark, text = text_of(agreement)
    _look_at_rates(path, allocation)
    new = text
    for rate in allocation.rates:  # one after the other, as each moves what comes after it
        new = _with_rate(path, new, agreement, allocation, rate)
    _look_again(path, new, agreement, allocation)
    if new != text:
        replace(path, mark, text, new)
    return path


# --------------------------------------------------------------------------------------------------- the words


def _look_at_rates(path: Path, allocation: Allocation) -> None:
    for rate in allocation.rates:
        if math.isinf(rate.rate):
            refuse(
                path,
                f"the inspections are certain to find what measure {rate.measure} covers, and no rate per"
                " year can say so."
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
        f"{_digits(allocation.budget)} {allocation.unit} in {within}, spread for {allocation.aim}, find it with a"
        f" chance of {_digits(rate.detection)}"
    )
    return f"{words}, note: {json.dumps(note, ensure_ascii=False)}}}"


def _digits(value: float) -> str:
    return f"{value:.6g}"


# --------------------------------------------------------------------------------------------------- the places


def _with_rate(path: Path, text: str, agreement: Agreement, allocation: Allocation, rate: FindingRate) -> str:
    number, lines = _number(agreement, allocation, rate), line_ends(text)
    root = compose(text)
    measures = key_in(root, "measures")
    if measures is None:
        edits = [_new_group(path, text, root, lines, _new_measure(rate, number, "  ", lines))]
    elif (key := key_in(measures[1], rate.measure)) is not None:
        edits = _renewed(path, text, measures, key, number, lines)
    elif measures[1].flow_style:
        start = text.index("{", measures[1].start_mark.index) + 1
        comma = ", " if measures[1].value else ""
        one = f"{rate.measure}: {{name: Inspections, covers: [{', '.join(rate.covers)}], finds: {number}}}{comma}"
        edits = [Edit(start, start, one)]
    else:
        indent = indent_at(text, measures[1].value[0][0].start_mark.index)
        at = line_end(text, measures[0].end_mark.index)
        edits = [Edit(at, at, lines + _new_measure(rate, number, indent, lines).removesuffix(lines))]
    return edited(text, edits)


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


def _new_group(path: Path, text: str, root: Any, lines: str, measure: str) -> Edit:
    """Add the group `measures` above that of the inspections, and above what is said about it there."""
    if root.flow_style:
        refuse(
            path, "the file has no group measures, and it is written in brackets. Add the group yourself: measures: {}"
        )
    found = key_in(root, "inspections")
    assert found is not None
    at = line_start(text, found[0].start_mark.index)
    while at > 0:
        above = line_above(text, at)
        if not text[above:at].lstrip().startswith("#"):
            break
        at = above
    return Edit(at, at, f"measures:{lines}{measure}{lines}")


def _renewed(path: Path, text: str, measures: Any, key: Any, number: str, lines: str) -> list[Edit]:
    """Replace the rate of a measure that is there, and say above it where the new one comes from."""
    name, measure = key
    if measure.start_mark.index < name.end_mark.index:
        refuse(path, f"measure {name.value} stands for another one (*...). Write it out, so that it has its own rate")
    at, value = key_in(measure, "finds")
    start, end = value.start_mark.index, end_of(value)
    if start < at.end_mark.index or value.anchor is not None:
        refuse(path, f"finds of {name.value} has a name (&... or *...) that others use. Write it out in each place")
    if BREAK.search(text[at.end_mark.index : start]):
        start = text.index(":", at.end_mark.index) + 1
    end = start + len(text[start:end].rstrip())
    kept = _comments(text, value, start, end)
    indent = indent_at(text, (name if measure.flow_style else at).start_mark.index)
    words = number if text[start - 1] != ":" else f" {number}"
    edits = [Edit(start, end, words + "".join(f"{lines}{indent}  {comment}" for comment in kept))]
    if measures[1].flow_style:
        return edits
    head = line_start(text, (name if measure.flow_style else at).start_mark.index)
    above = line_above(text, head)
    if _MARK not in text[above:head]:
        edits.append(Edit(head, head, f"{indent}# finds: {_MARK}{lines}"))
    return edits


def _comments(text: str, value: Any, start: int, end: int) -> list[str]:
    """Comments that stand between the parts of a number, which would go with it."""
    parts = sorted(leaves(value))
    gaps = zip([start, *(to for _, to in parts)], [*(begin for begin, _ in parts), end], strict=True)
    return [each.rstrip() for begin, to in gaps for each in re.findall("#[^\r\n]*", text[begin:to])]


# ---------------------------------------------------------------------------------------------------- the proof


def _look_again(path: Path, text: str, agreement: Agreement, allocation: Allocation) -> None:
    """See that the new text reads well, has the new rates, and differs in nothing else."""
    try:
        new = loads(text, str(path))
    except AgreementError as error:
        refuse(path, f"the file could not be read afterwards ({error.problems[0]})")
    rates = {rate.measure: rate for rate in allocation.rates}
    before, after = agreement.model_dump(), new.model_dump()
    for name, rate in rates.items():
        written = after["measures"].pop(name)
        was = before["measures"].pop(name, written)
        same = {**was, "finds": None} == {**written, "finds": None}
        if not same or not math.isclose(written["finds"]["likely"], rate.rate, rel_tol=1e-5, abs_tol=1e-12):
            refuse(path, f"the place of measures.{name}.finds cannot be found. Write it yourself: {rate.rate:.6g}")
    if before != after:
        refuse(path, "something else in the file would change too. Write the rates yourself")
