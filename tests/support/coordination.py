"""Two or more choose at once between two acts, and are better off if all choose alike: agreements near a pitchfork.

Each of the concealers keeps or conceals, then the hub, who sees neither, keeps or withdraws. A concealer gets 1 plus
the bonus if it and the hub both keep, 1 if it conceals and the hub withdraws, and else 0, times its scale and up to a
constant; the hub gets the same of each of them. Withdrawing is priced out for concealers. Lumps are stakes that are
never restored, or at once, over one day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from servanda.agreement.format.agreement import Agreement

YEAR = 365.25  # days
PRICE = 41.0


Precision = float | dict[str, float]  # or a range


def coordination(bonus: float, precisions: Sequence[Precision], scales: Sequence[float] | None = None) -> Agreement:
    """Make the agreement; of precisions and scales, the last is the hub's."""
    return Agreement.model_validate(coordination_data(bonus, precisions, scales))


def leaning(off: float, precisions: Sequence[float], kinds: Sequence[tuple[float, float]]) -> Agreement:
    """No bonus, but one number of the first concealer is off by a share of itself: what concealing is worth to it.

    Each concealer may be of several types, by chance, to which all is worth so many times as much.
    """
    data = coordination_data(0.0, precisions)
    for i, name in enumerate(list(data["parties"])[:-1]):
        secret = YEAR * (1.0 + off if i == 0 else 1.0)
        data["stakes"][f"secret-{name}"]["worth"][name] = secret
        data["parties"][name]["types"] = {
            f"kind{k}": {
                "chance": chance,
                "worth": {f"secret-{name}": times * secret, f"lasting-{name}": -2.0 * times * YEAR},
            }
            for k, (chance, times) in enumerate(kinds)
        }
    return Agreement.model_validate(data)


def coordination_data(
    bonus: float, precisions: Sequence[Precision], scales: Sequence[float] | None = None
) -> dict[str, Any]:
    """The same, as the plain data of its file."""
    sizes = [YEAR * scale for scale in scales or [1.0] * len(precisions)]
    concealers = [f"party{i}" for i in range(len(precisions) - 1)]
    most = 1.0 + bonus
    stakes: dict[str, Any] = {}
    entries: list[dict[str, Any]] = []
    for name, size in zip(concealers, sizes, strict=False):
        lumps = {
            "deed": (False, "never", -PRICE * max(size, YEAR), -sizes[-1]),
            "secret": (True, "never", size, sizes[-1]),
            "lasting": (True, "0 days", -(1.0 + most) * size, -(1.0 + most) * sizes[-1]),
            "levelling": (False, "0 days", (1.0 + most) * size, (1.0 + most) * sizes[-1]),
        }
        for what, (concealable, restore, own, hubs) in lumps.items():
            stakes[f"{what}-{name}"] = {
                "holder": name,
                "restore": restore,
                "concealable": concealable,
                "worth": {name: own, "hub": hubs},
            }
        entries.append({"id": name, "date": "2000-01-01", "by": name, "gives": [f"{what}-{name}" for what in lumps]})
    worth = {name: -most * size for name, size in zip(concealers, sizes, strict=False)}
    worth["hub"] = -most * len(concealers) * sizes[-1]
    stakes["deed-hub"] = {"holder": "hub", "restore": "never", "concealable": False, "worth": worth}
    entries.append({"id": "hub", "date": "2000-01-01", "by": "hub", "gives": ["deed-hub"]})
    parties = zip([*concealers, "hub"], precisions, strict=True)
    return {
        "servanda": 1,
        "title": "Coordination",
        "start": "2000-01-01",
        "horizon": "1 day",
        "unit": "one",
        "parties": {name: {"name": name, "discount": 0, "precision": own} for name, own in parties},
        "stakes": stakes,
        "plans": {"plan": {"entries": entries}},
    }
