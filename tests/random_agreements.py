"""Random agreements of every kind, for laws that must hold whatever the numbers: seeded, so that failures repeat."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from servanda.agreement import Agreement

START = date(2020, 1, 1)
COSTS = ("breakdown", "withdrawing", "found", "unratified")


def random_agreement(seed: int) -> Agreement:
    """2 to 4 parties, 2 to 14 entries, all kinds, precisions from 0.05 to 200."""
    return Agreement.model_validate(random_data(seed))


def random_data(seed: int) -> dict[str, Any]:
    """The same, as the plain data of its file."""
    rng = np.random.default_rng(seed)
    names = ["a", "b", "c", "d"][: int(rng.integers(2, 5))]
    scale = float(np.exp(rng.uniform(np.log(0.05), np.log(200))))
    declared = {name: _party(rng, name, scale) for name in names}
    stakes = {f"{name}{j}": _stake(rng, name, names) for name in names for j in range(int(rng.integers(1, 4)))}
    for name in names:
        for kind in declared[name].get("types", {}).values():
            if rng.random() < 0.7:
                kind["worth"] = {f"{name}0": float(rng.uniform(-1, 5))}
            if rng.random() < 0.4:
                kind["costs"] = {"found": float(rng.uniform(0, 8))}
    measures = {
        f"m{i}": {
            "covers": [s for s in stakes if rng.random() < 0.6] or ["a0"],
            "finds": float(rng.uniform(0, 2)),
            "false_alarms": 0.1,
            "breaks": 0.2,
        }
        for i in range(int(rng.integers(0, 3)))
    }
    return {
        "servanda": 1,
        "title": f"random {seed}",
        "start": START,
        "horizon": "8 years",
        "unit": "a unit",
        "incidents": 0.02,
        "parties": declared,
        "stakes": stakes,
        "measures": measures,
        "plans": {"plan": {"entries": _entries(rng, names, declared, stakes)}},
    }


def _party(rng: np.random.Generator, name: str, scale: float) -> dict[str, Any]:
    party: dict[str, Any] = {
        "name": name,
        "discount": float(rng.choice([0, 0.05, 0.1, 0.3])),
        "precision": scale * float(rng.uniform(0.5, 2)),
        "costs": {key: float(rng.uniform(0, 4)) for key in COSTS if rng.random() < 0.6},
    }
    kinds = int(rng.integers(1, 4))
    if kinds > 1:
        chances = np.round(rng.dirichlet(np.ones(kinds)), 3)
        chances[-1] = 1 - chances[:-1].sum()
        party["types"] = {f"t{i}": {"chance": float(np.clip(c, 0, 1))} for i, c in enumerate(chances)}
    return party


def _stake(rng: np.random.Generator, holder: str, names: list[str]) -> dict[str, Any]:
    worth = {name: float(rng.uniform(-1, 4) if name == holder else rng.uniform(-5, 1)) for name in names}
    restore = "never" if rng.random() < 0.2 else f"{int(rng.integers(0, 40))} months"
    return {"holder": holder, "worth": worth, "restore": restore, "concealable": bool(rng.random() < 0.5)}


def _entries(
    rng: np.random.Generator, names: list[str], parties: dict[str, Any], stakes: dict[str, Any]
) -> list[dict[str, Any]]:
    left = dict.fromkeys(stakes, 1.0)
    entries: list[dict[str, Any]] = []
    turnovers = 0
    for i, day in enumerate(np.sort(rng.integers(0, 365 * 6, int(rng.integers(2, 15))))):
        name, chance = names[int(rng.integers(len(names)))], rng.random()
        entry: dict[str, Any] = {"id": f"e{i}", "date": START + timedelta(days=int(day))}
        own = [s for s in stakes if stakes[s]["holder"] == name and left[s] > 0.01]
        if chance < 0.65 and own:
            gives: dict[str, float] = {}
            for stake in [s for s in own if rng.random() < 0.5] or own[:1]:
                gives[stake] = left[stake] * (1.0 if rng.random() < 0.5 else 0.5)
                left[stake] -= gives[stake]
            entry |= {"by": name, "gives": gives, "automatic": bool(rng.random() < 0.1)}
        elif chance < 0.7:
            entry |= {"ratify": name, "passes": 0.7}
        elif chance < 0.78 and turnovers < 2:
            turnovers += 1
            kinds = list(parties[name].get("types", {"only": None}))
            entry |= {"turnover": name, "chance": 0.4, "types": dict.fromkeys(kinds, 1 / len(kinds))}
        else:
            entry |= {"review": [name]}
        entries.append(entry)
    return entries
