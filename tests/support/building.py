"""Words to write small agreements with, in tests: each gives the dict that a file would hold."""

from __future__ import annotations

from datetime import date
from typing import Any

from servanda.agreement.starter import starter_text

WITHOUT_LEVERS = starter_text().partition("\n# LEVERS.")[0] + "\n"  # the starter agreement, for levers of a test's own
START = date(2020, 1, 1)  # 2024-01-01 is exactly 4.0 years later, 2028-01-01 exactly 8.0


def day(text: str) -> date:
    return date.fromisoformat(text)


def party(precision: float = 1.0, discount: float = 0.06, types: Any = None, **costs: float) -> dict[str, Any]:
    return {"precision": precision, "discount": discount, "types": types or {}, "costs": costs}


def stake(holder: str, restore: str, concealable: bool = False, **worth: float) -> dict[str, Any]:
    return {"holder": holder, "restore": restore, "concealable": concealable, "worth": worth}


def gives(identity: str, when: str, by: str, *stakes: str, automatic: bool = False, **shares: float) -> dict[str, Any]:
    given = {"gives": shares or list(stakes)}
    return {"id": identity, "date": day(when), "by": by, "automatic": automatic, **given}


def turnover(identity: str, when: str, of: str, chance: float, **types: float) -> dict[str, Any]:
    return {"id": identity, "date": day(when), "turnover": of, "chance": chance, "types": types}


def ratify(identity: str, when: str, of: str, passes: float) -> dict[str, Any]:
    return {"id": identity, "date": day(when), "ratify": of, "passes": passes}


def review(*parties: str, **when: Any) -> dict[str, Any]:
    dated = {key.rstrip("_"): day(value) if key != "every" else value for key, value in when.items()}
    return {"id": "review", "review": list(parties), **dated}


def situation(parties: Any, stakes: Any, entries: Any, measures: Any = None, horizon: str = "8 years", **more: Any):
    return {
        "servanda": 1,
        "title": 'A small "case"',
        "start": START,
        "horizon": horizon,
        "unit": "one year of relief",
        "parties": {name: {"name": name.title(), **of} for name, of in parties.items()},
        "stakes": stakes,
        "measures": measures or {},
        "plans": {"plan": {"entries": entries}},
        **more,
    }
