"""Agreements of any size, for timing: invented parties a, b, ... that give up one stake after another."""

from __future__ import annotations

from datetime import date
from typing import Any

from servanda.agreement.format.agreement import Agreement


def alternating(
    entries: int,
    concealable: int,
    precision: float,
    *,
    parties: int = 2,
    turnovers: int = 0,
    ranges: bool = False,
    alike: bool = False,
    years: float | None = None,
) -> Agreement:
    """`entries` obligations in turn, the first `concealable` of them of stakes that can be kept in secret.

    Each such stake is found at a rate of its own (all at one rate, worth the same and given in equal parts of one stake
    a party, if `alike`), each party has two types, and there is no discount, as a tree for Gambit has none.
    """
    names = "abcde"[:parties]
    start = date(2020, 1, 1)

    def number(value: float) -> Any:
        return {"likely": value, "low": 0.7 * value, "high": 1.3 * value} if ranges and value > 0 else value

    stakes: dict[str, Any] = {}
    measures: dict[str, Any] = {}
    plan: list[dict[str, Any]] = []
    for k in range(entries):
        who = names[k % parties]
        hidden = k < concealable
        key = f"s{k}"
        gives: Any = [key]
        if alike and hidden:
            key, part = f"arms-{who}", 1.0 / len([j for j in range(concealable) if names[j % parties] == who])
            gives = {key: part}
        worth = {who: number(1.0 + 0.1 * k % 3), **{o: -(1.5 + 0.05 * k) for o in names if o != who}}
        stakes.setdefault(key, {
            "holder": who, "worth": worth, "restore": "6 months" if k % 3 else "never", "concealable": hidden,
        })  # fmt: skip
        if hidden and f"m-{key}" not in measures:
            measures[f"m-{key}"] = {"covers": [key], "finds": number(0.3 + (0.0 if alike else 0.07 * k))}
        year, month = divmod(k * 3, 12)
        plan.append({"id": f"e{k}", "date": date(2020 + year, 1 + month, 1), "by": who, "gives": gives})
    for j in range(turnovers):
        year, month = divmod(round((j + 1) * entries / (turnovers + 1)) * 3, 12)
        plan.append({
            "id": f"t{j}", "date": date(2020 + year, 1 + month, 2), "turnover": names[j % parties], "chance": 0.4,
            "types": {"sincere": 0.5, "stalling": 0.5},
        })  # fmt: skip
    people = {
        n: {
            "name": n,
            "discount": 0.0,
            "precision": precision,
            "costs": {"breakdown": 1.0, "withdrawing": 0.5, "found": 2.0},
            "types": {
                "sincere": {"chance": 0.6, "costs": {"found": 6.0}},
                "stalling": {"chance": 0.4, "worth": {key: 2.5 for key, s in stakes.items() if s["holder"] == n}},
            },
        }
        for n in names
    }
    plan.sort(key=lambda entry: entry["date"])
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "A case to time",
            "start": start,
            "horizon": f"{years or entries // 4 + 3} years",
            "unit": "unit",
            "parties": people,
            "stakes": stakes,
            "measures": measures,
            "plans": {"plan": {"entries": plan}},
        }
    )
