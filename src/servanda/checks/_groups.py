"""One finding for many: where a rule would say the same of one entry after the other, it counts and names them."""

from __future__ import annotations

from servanda.checks.rulebook import MOST, Found, rules
from servanda.english import some

Row = tuple[Found, tuple[str, ...]]  # what was found, and the plans in which


def plan_of(found: Found) -> str | None:
    """The plan that a finding may be grouped in; None if its rule tells each by itself."""
    grouped = found.form in rules()[found.code].many and found.place[:1] == ("plans",) and bool(found.entries)
    return str(found.place[1]) if grouped and len(found.place) > 1 else None


def grouped(rows: list[Row]) -> list[Row]:
    """Put one finding in place of more than five that say the same of different entries of a plan."""
    same: dict[object, list[Row]] = {}
    for number, (found, plans) in enumerate(rows):
        plan = plan_of(found)
        key = (found.code, found.form, plan, plans) if plan is not None else number
        same.setdefault(key, []).append((found, plans))
    told: list[Row] = []
    for many in same.values():
        told += many if len(many) <= MOST else [(_group([found for found, _ in many]), many[0][1])]
    return told


def _group(many: list[Found]) -> Found:
    first = many[0]
    ids = [each.entries[0] for each in many]
    fill = {"count": str(len(many)), "entries": some(ids), "plan": f"plan {first.place[1]}"}
    related = tuple((each.place, name) for each, name in zip(many, ids, strict=True))
    return Found(first.code, first.place[:2], fill, first.form, related, tuple(ids), group=True)
