"""Random agreements of every kind, for laws that must hold whatever the numbers: seeded, so that failures repeat."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from servanda.agreement.dates import add_months
from servanda.agreement.format.agreement import Agreement

START = date(2020, 1, 1)
COSTS = ("breakdown", "withdrawing", "found", "unratified")
LEAST, MOST = 0.05, 200.0  # precision
LONGEST = 14  # entries, each party's turn at each date of a review being one


def random_agreement(seed: int) -> Agreement:
    """2 to 4 parties, 2 to 14 entries, all kinds, precisions from 0.05 to 200."""
    return Agreement.model_validate(random_data(seed))


def random_data(seed: int) -> dict[str, Any]:
    """The same, as the plain data of its file."""
    rng = np.random.default_rng(seed)
    names = ["a", "b", "c", "d"][: int(rng.integers(2, 5))]
    years = int(rng.integers(1, 13))
    # Half of the agreements are between parties that are about as sharp; in the others each has a precision of its own.
    scale = _precision(rng) if rng.random() < 0.5 else None
    declared = {name: _party(rng, name, scale) for name in names}
    stakes = {f"{name}{j}": _stake(rng, name, names) for name in names for j in range(int(rng.integers(1, 4)))}
    for name in names:
        for kind in declared[name].get("types", {}).values():
            _differ(rng, kind, [stake for stake in stakes if rng.random() < 0.3] or [f"{name}0"], scale)
    return {
        "servanda": 1,
        "title": f"random {seed}",
        "start": START,
        "horizon": f"{years} years",
        "unit": "a unit",
        "incidents": float(rng.choice([0.0, 0.02, 0.2])),
        "parties": declared,
        "stakes": stakes,
        "measures": {f"m{i}": _measure(rng, list(stakes), years) for i in range(int(rng.integers(0, 4)))},
        "plans": {"plan": {"entries": _entries(rng, names, declared, stakes, years)}},
    }


def _precision(rng: np.random.Generator, near: float | None = None) -> float:
    """Log-uniform over all that is allowed here, or within a factor of 2 of another."""
    if near is not None:
        return float(np.clip(near * np.exp(rng.uniform(-np.log(2), np.log(2))), LEAST, MOST))
    return float(np.exp(rng.uniform(np.log(LEAST), np.log(MOST))))


def _chances(rng: np.random.Generator, names: list[str]) -> dict[str, float]:
    """Chances that add up to 1; now and then one of them is 0."""
    weights = rng.dirichlet(np.ones(len(names)))
    if len(names) > 1 and rng.random() < 0.1:
        weights[rng.integers(len(names))] = 0.0
    return dict(zip(names, map(float, weights / weights.sum()), strict=True))


def _party(rng: np.random.Generator, name: str, scale: float | None) -> dict[str, Any]:
    party: dict[str, Any] = {
        "name": name,
        "discount": float(rng.choice([0, 0.05, 0.1, 0.3])),
        "precision": _precision(rng, scale),
        "costs": {key: float(rng.uniform(0, 4)) for key in COSTS if rng.random() < 0.6},
    }
    kinds = int(rng.integers(1, 4))
    if kinds > 1:
        party["types"] = {
            kind: {"chance": chance} for kind, chance in _chances(rng, [f"t{i}" for i in range(kinds)]).items()
        }
    return party


def _differ(rng: np.random.Generator, kind: dict[str, Any], stakes: list[str], scale: float | None) -> None:
    """Let a type differ from its party, in anything in which it may."""
    if rng.random() < 0.7:
        kind["worth"] = {stake: float(rng.uniform(-3, 5)) for stake in stakes}
    if rng.random() < 0.5:
        kind["costs"] = {key: float(rng.uniform(0, 8)) for key in COSTS if rng.random() < 0.4}
    if rng.random() < 0.15:
        kind["discount"] = float(rng.choice([0, 0.05, 0.1, 0.3]))
    if rng.random() < 0.15:
        kind["precision"] = _precision(rng, scale)


def _stake(rng: np.random.Generator, holder: str, names: list[str]) -> dict[str, Any]:
    worth = {name: float(rng.uniform(-1, 4) if name == holder else rng.uniform(-5, 1)) for name in names}
    restore = "never" if rng.random() < 0.2 else f"{int(rng.integers(0, 40))} months"
    return {"holder": holder, "worth": worth, "restore": restore, "concealable": bool(rng.random() < 0.5)}


def _measure(rng: np.random.Generator, stakes: list[str], years: int) -> dict[str, Any]:
    """In force all the time, or from some day on, or until some day, or in between."""
    measure: dict[str, Any] = {
        "covers": [stake for stake in stakes if rng.random() < 0.6] or stakes[:1],
        "finds": float(rng.uniform(0, 2)),
        "false_alarms": float(rng.choice([0.0, 0.1, 0.5])),
        "breaks": float(rng.choice([0.0, 0.2, 1.0])),
    }
    first, last = (START + timedelta(days=int(day)) for day in np.sort(rng.integers(1, 365 * years, 2)))
    if rng.random() < 0.4:
        measure["from"] = first
    if rng.random() < 0.4 and first < last:
        measure["until"] = last
    return measure


def _entries(
    rng: np.random.Generator, names: list[str], parties: dict[str, Any], stakes: dict[str, Any], years: int
) -> list[dict[str, Any]]:
    left = dict.fromkeys(stakes, 1.0)
    entries: list[dict[str, Any]] = []
    room, turnovers = int(rng.integers(2, LONGEST + 1)), 0
    days = np.sort(rng.integers(0, 365 * years + 1, room))
    same = rng.random(room) < 0.2  # on the day of the entry before
    for i in range(1, room):
        days[i] = days[i - 1] if same[i] else days[i]
    for day in days:
        if room == 0:
            break
        chance = rng.random()
        rich = [holder for holder in names if any(stakes[s]["holder"] == holder and left[s] > 0.01 for s in stakes)]
        among = rich if chance < 0.65 and rich else names
        name = among[int(rng.integers(len(among)))]
        entry: dict[str, Any] = {"id": f"e{len(entries)}", "date": START + timedelta(days=int(day))}
        own = [s for s in stakes if stakes[s]["holder"] == name and left[s] > 0.01]
        if chance < 0.65 and own:
            entry |= {"by": name, "gives": _gifts(rng, own, left), "automatic": bool(rng.random() < 0.1)}
        elif chance < 0.7:
            entry |= {"ratify": name, "passes": float(rng.choice([0.3, 0.7, 0.95, 1.0]))}
        elif chance < 0.78 and turnovers < 2:
            turnovers += 1
            kinds = list(parties[name].get("types", {"only": None}))
            entry |= {"turnover": name, "chance": float(rng.uniform(0, 1)), "types": _chances(rng, kinds)}
        else:
            who = [str(each) for each in rng.permutation(names)[: int(rng.integers(1, 3))]][:room]
            entry |= {"review": who}
            room -= len(who) - 1
            if rng.random() < 0.3:
                room -= _repeat(rng, entry, len(who), room - 1, years)
        room -= 1
        entries.append(entry)
    return entries


def _gifts(rng: np.random.Generator, own: list[str], left: dict[str, float]) -> dict[str, float] | list[str]:
    """A part or all of what is left of some stakes; the latter in either way in which a file can say it."""
    some = [stake for stake in own if rng.random() < 0.4] or own[:1]
    if rng.random() < 0.15:
        left.update(dict.fromkeys(some, 0.0))
        return some
    gives = {stake: left[stake] * float(rng.choice([0.2, 0.5, 1.0])) for stake in some}
    for stake, share in gives.items():
        left[stake] -= share
    return gives


def _repeat(rng: np.random.Generator, entry: dict[str, Any], parties: int, room: int, years: int) -> int:
    """Have a review come again, as often as there is room; returns how many more entries that makes."""
    first, months = entry["date"], int(rng.integers(1, 13))
    last, more = add_months(START, 12 * years), 0
    while (more + 1) * parties <= room and add_months(first, months * (more + 1)) <= last:
        more += 1
    if more == 0:
        return 0
    del entry["date"]
    entry |= {"every": f"{months} months", "from": first, "until": add_months(first, months * more)}
    return more * parties
