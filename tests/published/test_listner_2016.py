"""Where to inspect: the spread of inspections over paths that makes each pay a violator the same.

Source: derived by us (anchor PATHS); cf. Listner, Clemens, Irmgard Niemeyer, Morton Canty, and Gotthard Stein. 2016.
Naval Research Logistics 63: 260-271.

Path i pays d if it is not found and -b if it is; an inspection there finds it with chance q. Inspections add up to
one. Path i gets (d - V) / (q (d + b)) of them, if that is positive, and V makes them add up; V is 0 if less than one
deters.

The paper is about what comes about. `servanda inspect` finds it: paths are sites of which one can be visited, and the
aim is deterrence. In a plan, inspections are given. What is tested there is that at the threshold the party
that has to be indifferent is, and that a little more or less moves that by the right amount. TOLERANCE = 1e-12: the
thresholds are exact.
"""

from __future__ import annotations

import pytest
from exact import Move, agreement, near, watch
from support.building import party, stake

from servanda import Agreement, audit, compile, where_to_inspect

TOLERANCE = 1e-12
PROGRAMS = 1e-9  # linear programs are solved to this


@pytest.mark.parametrize(
    ("d", "b", "q", "V", "spread"),
    [
        ([1, 0.6, 0.3], 1.0, [0.9, 0.8, 0.7], 0.14532779822981118,
         [0.47481788987232715, 0.35521265763295995, 0.16996945249471299]),
        ([1, 0.5], 2.0, [0.5, 0.5], 1 / 22, [7 / 11, 4 / 11]),
        ([1, 0.6, 0.3], 4.0, [0.9, 0.8, 0.7], 0.0, None),
    ],
)  # fmt: skip
def test_where_to_inspect(d: list[float], b: float, q: list[float], V: float, spread: list[float] | None) -> None:
    """Concealing along a path pays its gain d, or -b if found: every path pays V."""
    needed = [x / (y * (x + b)) for x, y in zip(d, q, strict=True)]  # inspections that deter, path by path
    if spread is None:
        assert sum(needed) == near(0.4849334745694705, TOLERANCE)
        spread = needed
    else:
        # Again: the value at which inspections add up to one, by bisection.
        low, high = 0.0, max(d)
        for _ in range(200):
            v = (low + high) / 2
            total = sum(max(0.0, x - v) / (y * (x + b)) for x, y in zip(d, q, strict=True))
            low, high = (v, high) if total > 1 else (low, v)
        assert low == near(V, TOLERANCE)
        assert sum(spread) == near(1.0, TOLERANCE)
        if len(d) == 3 and b == 1.0:
            assert sum(needed) == near(1.353975885225885, TOLERANCE)
    for gained, catches, share in zip(d, q, spread, strict=True):
        party = {"precision": 1.0, "costs": {"found": gained + b, "withdrawing": 1.0}}
        found = []
        for inspected in (share, 0.9 * share):
            measures = {"inspection": watch("path", inspected * catches, since=0, until=1)}
            game = agreement({"state": party}, [Move("path", "state", conceal={"state": gained})], measures=measures)
            best = audit(compile(game, "plan"))[0].best
            assert best is not None
            assert best.act == "conceal"
            found.append(best.gain)
        assert found == near([V, V + 0.1 * share * catches * (gained + b)], TOLERANCE)


@pytest.mark.parametrize(
    ("d", "b", "q", "V", "spread", "effort"),
    [
        ([1, 0.6, 0.3], 1.0, [0.9, 0.8, 0.7], 0.14532779822981118,
         [0.47481788987232715, 0.35521265763295995, 0.16996945249471299], 1.353975885225885),
        ([1, 0.5], 2.0, [0.5, 0.5], 1 / 22, [7 / 11, 4 / 11], None),
        ([1, 0.6, 0.3], 4.0, [0.9, 0.8, 0.7], 0.0, None, 0.4849334745694705),
    ],
)  # fmt: skip
def test_where_to_inspect_finds_the_spread(
    d: list[float], b: float, q: list[float], V: float, spread: list[float] | None, effort: float | None
) -> None:
    sites = {
        f"path-{i}": {"holds": ["path"], "detection": {"visit": catches, "visits": 1}, "gain": gain}
        for i, (gain, catches) in enumerate(zip(d, q, strict=True))
    }
    asked = {"budget": 1, "unit": "inspections", "period": "1 year", "aim": "deterrence", "penalty": b, "sites": sites}
    file = {
        "servanda": 1, "title": "Paths", "start": "2000-01-01", "horizon": "1 year", "unit": "one",
        "parties": {"state": {"name": "State", **party()}}, "stakes": {"path": stake("state", "1 year", True)},
        "plans": {"plan": {"entries": [{"id": "all", "date": "2000-01-01", "by": "state", "gives": ["path"]}]}},
        "inspections": asked,
    }  # fmt: skip
    found = where_to_inspect(Agreement.model_validate(file))
    assert found.deterrence is not None
    # The smallest budget that deters, if only the average over periods counts: needed by path, one after the other.
    if effort is not None:
        assert sum(site.needed / catches for site, catches in zip(found.sites, q, strict=True)) == near(
            effort, PROGRAMS
        )
    if spread is None:
        assert found.deterrence.deterred
        assert found.deterrence.budget == 1  # one visit in all, since half a visit cannot be made
        return
    assert found.deterrence.pays == near(V, PROGRAMS)
    assert not found.deterrence.deterred
    assert [site.effort for site in found.sites] == near(spread, PROGRAMS)
    assert [site.pays for site in found.sites] == near([V] * len(d), PROGRAMS)
