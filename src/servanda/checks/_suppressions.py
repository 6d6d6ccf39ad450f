"""Comments in a file that silence findings: `# servanda: ignore CODE reason`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from pydantic import BaseModel

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Place

_COMMENT = re.compile(r"(?:^|(?<=\s))#\s*servanda:\s*ignore\b[ \t]*(?P<rest>.*)", re.IGNORECASE)
_CODES = re.compile(r"(?P<codes>[A-Za-z]+[0-9]+\b(?:[ \t]*,[ \t]*[A-Za-z]+[0-9]+\b)*)[ \t:–-]*(?P<reason>.*)")


@dataclass(frozen=True)
class Suppression:
    """A comment that silences.

    Attributes
    ----------
    line : int
        Of the comment.
    target : int
        The line that it speaks of: its own, or the next that is no comment where it stands alone.
    code : str
        As written, in capitals; empty if there is none.
    reason : str
        Empty if there is none.
    """

    line: int
    target: int
    code: str
    reason: str


def suppressions(agreement: Agreement) -> tuple[Suppression, ...]:
    """All comments of a file that silence findings, in order."""
    text = agreement.origin.text if agreement.origin is not None else ""
    if not _COMMENT.search(text):
        return ()
    words = [each for each in _strings(agreement) if "servanda:" in each]
    lines = text.splitlines()
    found: list[Suppression] = []
    for number, line in enumerate(lines, start=1):
        match = _COMMENT.search(line)
        if match is None or any(match[0].rstrip(" '\"]},") in each for each in words):
            continue  # none, or within a text
        said = _CODES.match(match["rest"].strip())
        codes = [code.strip().upper() for code in said["codes"].split(",")] if said else [""]
        reason = said["reason"].strip() if said else match["rest"].strip()
        target = number
        if not line[: match.start()].strip():
            target = next((n for n, later in enumerate(lines[number:], start=number + 1) if _speaks(later)), number)
        found += [Suppression(number, target, code, reason) for code in codes]
    return tuple(found)


def _speaks(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _strings(getattr(value, name))
    elif isinstance(value, dict):
        for each in cast("dict[object, object]", value).values():
            yield from _strings(each)
    elif isinstance(value, list):
        for each in cast("list[object]", value):
            yield from _strings(each)


def extents(agreement: Agreement) -> dict[Place, tuple[int, int]]:
    """First and last line of everything in the file that has a place; of a plan, those above its entries."""
    found: dict[Place, tuple[int, int]] = {}
    lines = agreement.origin.lines if agreement.origin is not None else {}
    for place, line in lines.items():
        for depth in range(1, len(place) + 1):
            first, last = found.get(place[:depth], (line, line))
            found[place[:depth]] = (min(first, line), max(last, line))
    for place, line in lines.items():
        if len(place) == 3 and place[0] == "plans" and place[2] == "entries":
            found[place[:2]] = (found[place[:2]][0], line)  # of a plan, what stands above its entries
    return found


def whole(place: Place) -> Place:
    """What a finding is about: the entry, stake, party, measure or term that its place lies in; the place elsewhere."""
    if len(place) >= 4 and place[0] == "plans" and place[2] == "entries":
        return place[:4]
    if place and place[0] in ("stakes", "parties", "measures", "terms", "bodies") and len(place) >= 2:
        return place[:2]
    return place


def suppresses(comment: Suppression, line: int, extent: tuple[int, int]) -> bool:
    """Whether a comment speaks of a finding: of its line, or anywhere in the entry that it is about."""
    return comment.target == line or extent[0] <= comment.target <= extent[1] or extent[0] <= comment.line <= extent[1]
