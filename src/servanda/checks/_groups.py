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
    """The plan that a finding may be grouped in; None if its rule tells each by itself."""
    grouped = found.form in rules()[found.code].many and found.place[:1] == ("plans",) and bool(found.entries)
    return str(found.place[1]) if grouped and len(found.place) > 1 else None


def grouped(rows: list[Row]) -> list[Row]:
    """Put one finding for each plan in place of more than five that say the same of different entries."""
    times = Counter((row.found.code, row.found.form) for row in rows if plan_of(row.found) is not None)
    same: dict[object, list[Row]] = {}
    for number, row in enumerate(rows):
        plan = plan_of(row.found)
        often = plan is not None and times[row.found.code, row.found.form] > MOST
        same.setdefault((row.found.code, row.found.form, plan, row.plans) if often else number, []).append(row)
    return [many[0] if len(many) == 1 else _group(many) for many in same.values()]


def _group(many: list[Row]) -> Row:
    first = many[0].found
    ids = [row.found.entries[0] for row in many]
    fill = {"count": str(len(many)), "entries": some(ids), "plan": f"plan {first.place[1]}"}
    related = tuple((row.found.place, name) for row, name in zip(many, ids, strict=True))
    whole = Found(first.code, first.place[:2], fill, first.form, related, tuple(ids), group=True)
    return Row(whole, many[0].plans, tuple(part for row in many for part in row.parts))
