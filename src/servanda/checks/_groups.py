"""One finding for many: where a rule would say the same of one entry after the other, it counts and names them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from servanda.checks.rulebook import MOST, Found, Known, rules
from servanda.english import some


@dataclass(frozen=True)
class Row:
    """What was found, in which plans, and what a baseline knows it by: of a group, each of its entries."""

    found: Found
    plans: tuple[str, ...]
    parts: tuple[Known, ...]


def plan_of(found: Found) -> str | None:
    """The plan that a finding may be grouped in; None if its rule tells each entry by itself."""
    one_of_many = found.form in rules()[found.code].many and found.place[:1] == ("plans",) and bool(found.entries)
    return str(found.place[1]) if one_of_many and len(found.place) > 1 else None


def grouped(rows: list[Row]) -> list[Row]:
    """Put one finding in place of more than five that say the same of different entries of a plan, or of plans."""
    times = Counter((row.found.code, row.found.form) for row in rows)
    same: dict[object, list[Row]] = {}
    for number, row in enumerate(rows):
        found = row.found
        key: object = number
        if times[found.code, found.form] > MOST:
            if plan_of(found) is not None:
                key = (found.code, found.form, plan_of(found), row.plans)
            elif found.form in rules()[found.code].across:
                key = (found.code, found.form, found.place if found.place[:1] != ("plans",) else ())
        same.setdefault(key, []).append(row)
    return [many[0] if len(many) == 1 else _group(many) for many in same.values()]


def _group(many: list[Row]) -> Row:
    first = many[0].found
    parts = tuple(part for row in many for part in row.parts)
    if plan_of(first) is not None:
        ids = [row.found.entries[0] for row in many]
        fill = {"count": str(len(many)), "entries": some(ids), "plan": f"plan {first.place[1]}"}
        related = tuple((row.found.place, name) for row, name in zip(many, ids, strict=True))
        whole = Found(first.code, first.place[:2], fill, first.form, related, tuple(ids), group="entries")
        return Row(whole, many[0].plans, parts)
    names = list(dict.fromkeys(row.found.fill["plan"][len("plan ") :] for row in many))
    fill = {**first.fill, "count": str(len(names)), "plans": some(names)}
    about = tuple(dict.fromkeys(name for row in many for name in row.found.entries))
    related = tuple((row.found.place, row.parts[0].what) for row in many)
    whole = Found(first.code, first.place, fill, first.form, related, about, group="plans")
    return Row(whole, tuple(names), parts)
