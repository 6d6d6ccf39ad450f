"""Small texts for the tests of `check`, and findings as they are stored."""

from __future__ import annotations

import re

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.reading.reader import loads
from servanda.checks.findings import Findings
from support import paths

RULES = paths.DOCS / "reference" / "rules"
TOP = """
servanda: 1
title: A text
start: 2030-01-01
parties: {north: {name: North}, south: {name: South}, east: {name: East}}
bodies: {commission: {name: The commission}}
"""
STAKES = """
stakes:
  arms: {holder: north, worth: {north: 1, south: -1, east: -1}, restore: 1 year}
  gold: {holder: south, worth: {north: -1, south: 1}, restore: 1 year}
"""
LAST = (
    "{id: together, by: [north, south, east], standing: true, does: keep peace, verified_by: [commission]}",
    "{id: review, review: [north, south, east], date: 2034-01-01}",
)


def text(
    *entries: str,
    more: str = "",
    disputes: str = "disputes: The commission decides",
    aims: str = "",
    other: tuple[str, ...] = (),
    last: tuple[str, ...] = LAST,
    game: str = "",
    late: str = "",
) -> Agreement:
    """A text that is clean but for what is given, written as in a file; `other`: entries of a second plan.

    `game` makes a game of it: what each party has besides its numbers, such as `habits: base-rates`.
    """
    top = TOP.replace("south: {name: South}", aims) if aims else TOP
    if game:
        top = re.sub(r"name: (North|South|East)", rf"name: \1, discount: 0.1, precision: 1, {game}", top)
        top += "horizon: 6 years\nunit: one\n"
    plans = f"plans:\n  text:\n{late}    entries:\n" + "".join(f"      - {entry}\n" for entry in (*entries, *last))
    if other:
        plans += "  other:\n    disputes: The commission decides\n    entries:\n"
        plans += "".join(f"      - {entry}\n" for entry in (*other, *LAST))
    return loads(f"{top}{disputes}\n{more}\n{plans}")


def told(findings: Findings) -> str:
    """Findings with their lines, and the lines to look at besides."""
    rows: list[str] = []
    for finding in findings.found:
        rows.append(f"{finding.line}: {finding.severity} {finding.code} {finding.name}: {finding.what}")
        rows += [f"    {each.line}: {each.what}" for each in finding.related]
    return "\n".join(rows) + "\n"


GAME = {"game": "habits: base-rates, costs: {breakdown: 1}", "late": "    late: {looks: [6 months]}\n", "more": STAKES}
DUTY = "{id: a, date: 2030-06-01, by: north, does: something, verified_by: [south]}"
USES = DUTY.replace("}", ", uses: [word]}")
ARMS = "{id: arms, date: 2030-06-01, by: north, gives: [arms]}"
GOLD = "{id: gold, date: 2030-06-01, by: south, gives: [gold]}"
PAIRED = ARMS.replace("}", ", pairs: [gold]}")
OPEN = "{id: a, by: north, does: one, verified_by: [south]}"
UNSEEN = "{id: a, date: 2030-06-01, by: north, does: one}"
HIDDEN = STAKES.replace("restore: 1 year}", "restore: 1 year, concealable: true}", 1)
VOTED = STAKES.replace("south: 1}, restore: 1 year}", "south: 1}, restore: 1 year, needs_ratification: south}")
LASTING = STAKES.replace("restore: 1 year", "restore: never", 1).replace("restore: 1 year", "restore: 3 weeks")


def duty(name: str, **more: str) -> str:
    """Write a duty that is clean but for what is given: of one side, seen by the other, on a day."""
    keys = {"by": "north", "does": f"step {name}", "verified_by": "[south]", **more}
    if not {"due", "needs", "standing"} & more.keys():
        keys = {"date": "2030-06-01", **keys}
    return f"{{id: {name}, {', '.join(f'{key}: {value}' for key, value in keys.items() if value)}}}"
