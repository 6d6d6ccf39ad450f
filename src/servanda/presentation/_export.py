"""Results as plain data for other programs: the machine output that `docs/format.md` promises."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, cast

import numpy as np

from servanda.assessment.audits import TypeAudit
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.assessment.other_equilibria import Another
from servanda.assessment.scorecards import Scorecard
from servanda.assessment.outcomes import EntryResult, outcomes
from servanda.assessment.summary import PartyValue, Summary
from servanda.checks.findings import Finding, Findings
from servanda.inspection.allocation import Allocation
from servanda.result import About
from servanda.uncertainty.overview import Uncertainty
from servanda.uncertainty.sweeps.sweep import Sweep
from servanda.uncertainty.tipping_points.heat_map import HeatMap
from servanda.uncertainty.tipping_points.targets import Reached
from servanda.uncertainty.tipping_points.tips import Tips


def plain(thing: object) -> Any:
    """Turn frozen results into dicts, lists, numbers and ISO dates; an endless duration is `never`, a table a list.

    Parameters
    ----------
    thing : dataclass, dict, tuple, array, date, Fraction, number, str or None

    Returns
    -------
    the same, ready for `json.dumps`
    """
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        names = [field.name for field in dataclasses.fields(thing) if field.name != "agreement"]  # that is the input
        return {name: plain(getattr(thing, name)) for name in names}
    if isinstance(thing, dict):
        return {str(key): plain(value) for key, value in cast("dict[Any, Any]", thing).items()}
    if isinstance(thing, list | tuple):
        return [plain(value) for value in cast("list[Any]", thing)]
    if hasattr(thing, "to_dicts"):  # a polars table
        return [plain(row) for row in cast("Any", thing).to_dicts()]
    if isinstance(thing, float) and math.isnan(thing):
        return None
    if isinstance(thing, float) and math.isinf(thing):
        return "never"  # only durations are infinite
    if isinstance(thing, Fraction):
        return float(thing)
    if isinstance(thing, float) and math.isnan(thing):
        return None  # a point without an answer
    if isinstance(thing, np.ndarray):
        return plain(cast("list[Any]", thing.tolist()))
    return thing.isoformat() if isinstance(thing, date) else thing


def solved(summary: Summary, about: About) -> dict[str, Any]:
    """The object printed by `servanda solve --json`."""
    return {
        "plan": summary.plan,
        "title": summary.title,
        "status": summary.status,
        "residual": summary.residual,
        "iterations": summary.iterations,
        "outcomes": {"held": dict(summary.held), "broken": dict(summary.broken)},
        "completed": summary.completed,
        "entries": [_entry(entry) for entry in summary.entries],
        "values": {party: _value(value) for party, value in summary.values.items()},
        "weakest_link": plain(summary.weakest_link),
        "standing": plain(summary.standing),
        "exposure": plain(summary.exposure),
        "final_beliefs": plain(summary.final_beliefs),
        "not_played": plain(summary.not_played),
        "about": plain(about),
    }


def unsolved(plan: str, status: str, residual: float, iterations: int) -> dict[str, Any]:
    """The object printed if there is no answer: no numbers that could be taken for one."""
    known = residual if math.isfinite(residual) else None
    return {"plan": plan, "status": status, "residual": known, "iterations": iterations}


def compared(comparison: Comparison) -> dict[str, Any]:
    """The object printed by `servanda compare --json`."""
    return {
        "title": comparison.agreement.title,
        "plans": [_plan(result, comparison.about) for result in comparison.plans],
        "about": plain(comparison.about),
    }


def audited(rows: tuple[TypeAudit, ...]) -> list[dict[str, Any]]:
    """The list printed by `servanda audit --json`."""
    return [{**plain(row), "self_enforcing": row.self_enforcing} for row in rows]


def scored(card: Scorecard) -> dict[str, Any]:
    """One of the objects printed by `servanda score --json`."""
    return plain(card)


def checked(findings: Findings, cards: Sequence[Scorecard]) -> dict[str, Any]:
    """The object printed by `servanda check --json`, with the scorecards of the plans that can be played."""
    origin = findings.agreement.origin
    return {
        "title": findings.agreement.title,
        "path": origin.path if origin is not None else "",
        "sha256": origin.sha256 if origin is not None else "",
        "findings": [_finding(finding) for finding in findings.found],
        "silenced": [{**_finding(finding), "reason": finding.reason} for finding in findings.silenced],
        "counts": {**findings.counts, "silenced": len(findings.silenced)},
        "scorecards": [scored(card) for card in cards],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    row = plain(finding)
    del row["reason"]
    return row


def allocated(allocation: Allocation, about: About) -> dict[str, Any]:
    """The object printed by `servanda inspect --json`; fractions as numbers, the first of a sequence also exactly."""
    made = plain(allocation)
    for rate in made["rates"]:
        rate |= {key: None for key in ("rate", "low", "high") if rate[key] is not None and rate[key] == "never"}
    if allocation.sequence is not None:
        now = allocation.sequence.now
        exact = ("inspect", "violate", "inspector", "violator", "announced")
        made["sequence"]["exact"] = {name: str(getattr(now, name)) for name in exact}
    return {**made, "about": plain(about)}


def tipped(result: Tips | Reached | HeatMap, about: About | None = None) -> dict[str, Any]:
    """The object printed by `servanda tip --json`; null stands for a point without an answer."""
    made = plain(result)
    return made if about is None else {**made, "about": plain(about)}


def ranged(found: Uncertainty) -> dict[str, Any]:
    """What `servanda study --json` says of the ranges."""
    tips = None if found.tips is None else tipped(found.tips)
    return {
        "figure": found.figure,
        "plan": found.plan,
        "other": found.other,
        "sweep": swept(found.swept),
        "tornado": plain(found.tornado),
        "tips": tips,
    }


def swept(found: Sweep) -> dict[str, Any]:
    """The object printed by `servanda sweep --json`: what the table comes to, and where it is."""
    return {
        "title": found.title,
        "draws": found.draws,
        "seed": found.seed,
        "table": None if found.path is None else str(found.path),
        "summary": found.summary.to_dicts(),
        "wins": found.wins.to_dicts(),
        "statuses": found.statuses.to_dicts(),
        "weakest": found.weakest.to_dicts(),
        "about": found.about,
    }


def _plan(result: PlanResult, about: About) -> dict[str, Any]:
    answer = solved(result.summary, about)
    del answer["about"]
    return {
        **answer,
        "audit": audited(result.audit),
        "scorecard": scored(result.scorecard)["parties"],
        **other_equilibria(result.searched, result.others),
    }


def other_equilibria(starts: int, others: tuple[Another, ...]) -> dict[str, Any]:
    """What was found besides the answer, and from how many starts."""
    rows = [{"start": o.start, "entry": o.entry, "keep": o.keep, "outcomes": outcomes(o.equilibrium)} for o in others]
    return {"searched": starts, "others": rows}


def _entry(entry: EntryResult) -> dict[str, Any]:
    row = plain(entry)
    return {
        "id": row.pop("id"),
        "title": row.pop("title"),
        "date": row.pop("date"),
        "by": row.pop("by"),
        "kind": row.pop("kind"),
        **row,
    }


def _value(value: PartyValue) -> dict[str, Any]:
    return {"sign": value.sign, "no_deal": value.no_deal, "by_type": plain(value.by_type)}
