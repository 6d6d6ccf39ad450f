"""Random agreements in which parties may be late, suspend, mend, exchange and renew: seeded, so that failures repeat.

Small ones, so that their explicit trees can be written out: entries are left out from the end until the tree fits.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import numpy as np

from servanda.agreement.dates import add_months
from servanda.agreement.format.agreement import Agreement
from servanda.crosscheck.explicit_tree import Tree, TreeTooLarge, game_tree
from servanda.game.calendar import calendar_of
from support.paths import TESTS
from support.tree_solver import Answer, solve

STORED = TESTS / "crosscheck" / "lateness.json"
KEPT = range(100, 130)  # seeds of which the answers are there

START = date(2020, 1, 1)
RESTORE = ("never", "0 days", "6 months", "18 months", "2 years")
LOOKS = (["6 months"], ["6 months", "20 months"], ["1 month", "10 months"], ["3 months", "9 months", "2 years"])
COSTS = ("breakdown", "withdrawing", "found", "unratified", "delaying", "suspending", "lapse")
RATES = {"falls_behind": (0.2, 3.0), "catches_up": (0.1, 1.0), "suspends": (0.1, 0.6), "leaves": (0.02, 0.4)}


def random_lateness(seed: int, most: int = 3_000) -> tuple[Agreement, Tree]:
    """An agreement of all kinds of entries, and its tree of no more than so many nodes (100 at least)."""
    data = random_lateness_data(seed, 7 if most <= 3_000 else 12)
    while True:
        agreement = Agreement.model_validate(data)
        try:
            return agreement, game_tree(agreement, "plan", max_nodes=most)
        except TreeTooLarge:
            _shrink(data)


def _shrink(data: dict[str, Any]) -> None:
    """Leave out the last entry; of a plan of one entry, all looks but the first; then types."""
    plan = data["plans"]["plan"]
    entries, late = plan["entries"], plan.get("late", {"looks": []})
    typed = [party for party in data["parties"].values() if "types" in party]
    if len(entries) > 1:
        gone = entries.pop()["id"]
        for entry in entries:
            entry["needs"] = [key for key in entry.get("needs", []) if key != gone]
    elif len(late["looks"]) > 1:
        late["looks"] = late["looks"][:1]
    else:
        del typed[-1]["types"]


def random_lateness_data(seed: int, entries: int = 7) -> dict[str, Any]:
    """The plain data of such an agreement's file, of fewer entries than that, before anything is left out."""
    rng = np.random.default_rng([seed, 11])
    names = ["a", "b", "c"][: 3 if rng.random() < 0.15 else 2]
    years = int(rng.integers(3, 9))
    habits = rng.random() < 0.8  # of some parties at least
    parties = {name: _party(rng, name, habits) for name in names}
    stakes = {f"{name}{j}": _stake(rng, name, names) for name in names for j in range(2)}
    secret = [key for key, stake in stakes.items() if stake["concealable"]]
    for name in names:
        for kind in list(parties[name].get("types", {}).values())[1:]:
            _differ(rng, kind, [f"{name}{j}" for j in range(2)], "sharpness" in parties[name])
    plan: dict[str, Any] = {"entries": _entries(rng, names, parties, stakes, years, entries)}
    if rng.random() < 0.9:
        plan["late"] = {"looks": LOOKS[rng.integers(len(LOOKS))], "stalls": int(rng.choice([0, 1, 1, 1, 2]))}
        if rng.random() < 0.5:
            plan["found"] = "stall"
    else:
        for entry in plan["entries"]:
            entry.pop("may_suspend", None)
            if entry.get("then") == "delay":
                entry["then"] = "strike"
    return {
        "servanda": 1,
        "title": f"random lateness {seed}",
        "start": START,
        "horizon": f"{years} years",
        "unit": "a unit",
        "incidents": float(rng.choice([0.0, 0.0, 0.05, 0.2])),
        "parties": parties,
        "stakes": stakes,
        "measures": {"m": _measure(rng, secret, years)} if secret and rng.random() < 0.8 else {},
        "plans": {"plan": plan},
    }


def _number(rng: np.random.Generator, low: float, high: float) -> float:
    return round(float(rng.uniform(low, high)), 3)


def _party(rng: np.random.Generator, name: str, habits: bool) -> dict[str, Any]:
    party: dict[str, Any] = {
        "name": name,
        "discount": float(rng.choice([0.0, _number(rng, 0.0, 0.3)])),
        "costs": {key: _number(rng, 0.0, 1.5) for key in COSTS if rng.random() < 0.8},
    }
    if rng.random() < 0.3:
        party["sharpness"] = _number(rng, 0.0, 8.0)
    else:
        party["precision"] = _number(rng, 0.2, 2.0)
    if habits and rng.random() < 0.9:
        party["habits"] = _habits(rng)
    if rng.random() < 0.5:
        chance = _number(rng, 0.2, 0.8)
        party["types"] = {"x": {"chance": chance}, "y": {"chance": 1 - chance}}
    return party


def _habits(rng: np.random.Generator) -> Any:
    """Numbers, now and then at their ends; the table; or some numbers beside the table."""
    kind = rng.random()
    if kind < 0.1:
        return "base-rates"
    some: dict[str, Any] = {key: _number(rng, *ends) for key, ends in RATES.items()}
    some["conceals"] = float(rng.choice([_number(rng, 0.1, 0.6)] * 4 + [0.0, 1.0]))
    if rng.random() < 0.5:
        some["stumbles"] = float(rng.choice([_number(rng, 0.0, 0.6)] * 4 + [1.0]))
    if rng.random() < 0.5:
        some["renews"] = float(rng.choice([_number(rng, 0.3, 1.0)] * 4 + [0.0, 1.0]))
    for key in RATES:
        if rng.random() < 0.06:
            some[key] = 0.0
    if kind < 0.2:
        some["rest"] = "base-rates"
        del some[str(rng.choice(list(RATES)))]
    return some


def _differ(rng: np.random.Generator, kind: dict[str, Any], stakes: list[str], sharp: bool) -> None:
    """Let a type differ from its party."""
    kind["worth"] = {str(rng.choice(stakes)): _number(rng, 0.0, 3.0)}
    kind["costs"] = {str(rng.choice(COSTS)): _number(rng, 0.0, 2.0)}
    if rng.random() < 0.5:
        kind["discount"] = _number(rng, 0.0, 0.3)
    if rng.random() < 0.5:
        kind["sharpness" if sharp else "precision"] = _number(rng, 0.2, 2.0)


def _stake(rng: np.random.Generator, holder: str, names: list[str]) -> dict[str, Any]:
    kind = rng.random()
    worth = {name: _number(rng, 0.0, 2.0) if name == holder else _number(rng, -3.0, 0.0) for name in names}
    return {
        "holder": holder,
        "worth": worth if rng.random() < 0.95 else {},
        "restore": str(rng.choice(RESTORE)),
        "concealable": bool(kind < 0.3),
        "suspendable": bool(kind > 0.45),
    }


def _measure(rng: np.random.Generator, secret: list[str], years: int) -> dict[str, Any]:
    measure: dict[str, Any] = {
        "covers": secret,
        "finds": _number(rng, 0.1, 1.5),
        "false_alarms": float(rng.choice([0.0, 0.2])),
        "breaks": 0.2,
    }
    if rng.random() < 0.2:
        measure["until"] = add_months(START, 6 * years)
    return measure


def _entries(
    rng: np.random.Generator, names: list[str], parties: dict[str, Any], stakes: dict[str, Any], years: int, most: int
) -> list[dict[str, Any]]:
    left = dict.fromkeys(stakes, 1.0)
    entries: list[dict[str, Any]] = []
    month, changed, renewed, reviewed = 0, False, False, False
    for n in range(int(rng.integers(most // 3, most))):
        month = min(month + int(rng.choice([0, 1, 2, 3, 5, 8])), 12 * years)
        who = str(rng.choice(names))
        entry: dict[str, Any] = {"id": f"e{n}", "date": add_months(START, month)}
        own = [s for s in stakes if stakes[s]["holder"] == who and left[s] > 0.01]
        kind = rng.random() * (1.0 if entries else 0.65)  # a choice comes first
        if kind < 0.5 and own:
            entry |= {"by": who, "gives": _gift(rng, own, left)}
            if entries and rng.random() < 0.12:
                entry["automatic"] = True
            elif rng.random() < 0.12:
                entry["late"] = False
        elif kind < 0.65:
            movers = [str(each) for each in rng.permutation(names)[: 3 if rng.random() < 0.5 else 2]]
            rich = {each: [s for s in stakes if stakes[s]["holder"] == each and left[s] > 0.01] for each in movers}
            if not all(rich.values()):
                continue
            entry["exchange"] = [{"by": each, "gives": _gift(rng, rich[each], left)} for each in movers]
            if rng.random() < 0.15:
                entry["late"] = False
        elif kind < 0.78:
            then = str(rng.choice(["breakdown", "delay", "strike"]))
            entry |= {"ratify": who, "passes": _number(rng, 0.3, 1.0), "then": then}
        elif kind < 0.84 and not changed:
            changed, kinds = True, list(parties[who].get("types", {"only": None}))
            first = _number(rng, 0.2, 0.8)
            types = {"only": 1.0} if len(kinds) == 1 else dict(zip(kinds, (first, 1 - first), strict=True))
            entry |= {"turnover": who, "chance": _number(rng, 0.2, 0.9), "types": types}
        elif kind < 0.9 and not renewed and month + 10 <= 12 * years:
            renewed = True
            del entry["date"]
            entry |= {"renew": names[:2], "every": "9 months", "from": add_months(START, month)}
            entry["until"] = add_months(START, min(month + int(rng.choice([10, 20])), 12 * years))
        elif not reviewed:
            reviewed = rng.random() < 0.6
            entry |= {"review": names if rng.random() < 0.5 else [who], "may_suspend": bool(rng.random() < 0.6)}
        else:
            continue
        known = [
            each["id"]
            for each in entries
            if "date" in each and "date" in entry and "review" not in each and "turnover" not in each
        ]
        if known and "turnover" not in entry and "review" not in entry and rng.random() < 0.6:
            entry["needs"] = [str(rng.choice(known))]
        entries.append(entry)
    return entries


def _gift(rng: np.random.Generator, own: list[str], left: dict[str, float]) -> dict[str, float] | list[str]:
    """A share, or all that is left, of one stake or two."""
    some = [str(each) for each in rng.permutation(own)[: 1 if rng.random() < 0.8 else 2]]
    if rng.random() < 0.4:
        left.update(dict.fromkeys(some, 0.0))
        return some
    gives = {stake: round(left[stake] * float(rng.uniform(0.3, 0.9)), 3) for stake in some}
    for stake, share in gives.items():
        left[stake] -= share
    return gives


def told(agreement: Agreement, of: Tree, answer: Answer) -> dict[str, Any]:
    """What is kept of an answer."""
    steps = [step for step in calendar_of(agreement, "plan") if step.kind not in ("review", "renewal", "turnover")]
    dates = {step.id: step.years for step in steps}
    return {
        "nodes": len(of.nodes),
        "outcomes": dict(sorted(answer.outcomes.items())),
        "values": answer.values,
        "done": {key: list(each) for key, each in answer.done(dates).items()},
        "mean_lateness": answer.mean_lateness(dates),
    }


if __name__ == "__main__":  # python -m support.random_lateness, in tests/: solve and keep them anew
    found = {str(seed): told(*pair, solve(pair[1])) for seed in KEPT if (pair := random_lateness(seed))}
    STORED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
