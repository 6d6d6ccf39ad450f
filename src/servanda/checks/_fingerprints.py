"""What a finding is recognised by when the file has changed around it: never its line, nor its words."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Place
from servanda.checks.rulebook import Found

LENGTH = 32  # hexadecimal digits


def fingerprints(agreement: Agreement, found: Iterable[Found]) -> list[str]:
    """Fingerprint of each finding: the rule, its sentence, and the names of what it is about.

    Of findings that have all of this in common, the second and further ones are numbered.
    """
    seen: Counter[str] = Counter()
    marks: list[str] = []
    for each in found:
        about = [each.code, each.form, *_named(agreement, each.place), "", *sorted(each.entries)]
        mark = digest(about)
        marks.append(mark if not seen[mark] else digest([*about, str(seen[mark])]))
        seen[mark] += 1
    return marks


def digest(words: Iterable[str]) -> str:
    """A name of fixed length for some words in their order."""
    return hashlib.sha256(json.dumps(list(words)).encode()).hexdigest()[:LENGTH]


def _named(agreement: Agreement, place: Place) -> list[str]:
    """A place with names in place of numbers: of an entry its id, of a word in a list the word."""
    at: Any = agreement
    named: list[str] = []
    for step in place:
        if isinstance(step, int):
            at = cast("Sequence[Any]", at)[step] if isinstance(at, Sequence) else None
            named.append(at if isinstance(at, str) else str(getattr(at, "id", "")))
        else:
            at = cast("Mapping[str, Any]", at).get(step) if isinstance(at, Mapping) else getattr(at, step, None)
            named.append(step)
    return named
