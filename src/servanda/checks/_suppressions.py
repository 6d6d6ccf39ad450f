"""Comments in a file that silence findings: `# servanda: ignore CODE reason`."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.characters import lines_of
from servanda.agreement.format.values import Place
from servanda.agreement.reading.yaml_1_2 import comments_of

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
    lines = lines_of(text)
    speaks = [bool(line.strip()) and not line.lstrip().startswith("#") for line in lines]
    following: list[int] = [0] * len(lines)  # the next line that is no comment
    for at in reversed(range(len(lines) - 1)):
        following[at] = at + 2 if speaks[at + 1] else following[at + 1]
    found: list[Suppression] = []
    for number, column, words in comments_of(text):
        match = _COMMENT.search(words)
        if match is None:
            continue
        said = _CODES.match(match["rest"].strip())
        codes = [code.strip().upper() for code in said["codes"].split(",")] if said else [""]
        reason = said["reason"].strip() if said else match["rest"].strip()
        alone = not lines[number - 1][:column].strip()
        target = (following[number - 1] or number) if alone else number
        found += [Suppression(number, target, code, reason) for code in codes]
    return tuple(found)


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


class Suppressions:
    """The comments of a file, to be asked many times which of them speak of a finding.

    Attributes
    ----------
    comments : tuple[Suppression, ...]
    used : set[Suppression]
        Those that have silenced a finding so far.
    """

    def __init__(self, comments: tuple[Suppression, ...]) -> None:
        self.comments = comments
        self.used: set[Suppression] = set()
        self._at: dict[str, list[tuple[int, int]]] = {}  # by code: lines of the comments and their targets, in order
        self._asked: dict[tuple[str, int, tuple[int, int]], list[Suppression]] = {}
        for number, comment in enumerate(comments):
            lines = {comment.line, comment.target}
            self._at.setdefault(comment.code, []).extend((line, number) for line in lines)
        for rows in self._at.values():
            rows.sort()

    def of(self, code: str, line: int, extent: tuple[int, int]) -> list[Suppression]:
        """The first that speaks of a finding: of its line, or anywhere in the entry that it is about; in file order."""
        question = (code, line, extent)
        if question not in self._asked:
            rows = self._at.get(code, [])
            found: set[int] = set()
            for first, last, at_line in ((*extent, False), (line, line, True)):
                for where, number in rows[bisect_left(rows, (first, -1)) : bisect_left(rows, (last + 1, -1))]:
                    if not at_line or self.comments[number].target == where:
                        found.add(number)
            self.used |= {self.comments[number] for number in found}
            self._asked[question] = [self.comments[number] for number in sorted(found)[:1]]
        return self._asked[question]
