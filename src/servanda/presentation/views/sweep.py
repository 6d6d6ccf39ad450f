"""What a sweep found, in sentences: which plan is better how often, how far the ranges let a plan's chance go."""

from __future__ import annotations

from typing import Any

from servanda.english import capital
from servanda.uncertainty.sweeps.sweep import Sweep, best, duel, hopeless, judged_by, name_of, row


def share(part: float) -> str:
    """Write a share of draws, all or none only where it is so."""
    if part in (0.0, 1.0):
        return "all" if part else "none"
    return "<1%" if part < 0.01 else ">99%" if part > 0.99 else f"{100 * part:.0f}%"


def chance(p: float | None) -> str:
    """Write a chance in little room, that never claims certainty."""
    if p is None:
        return "–"
    return "0%" if p <= 0 else "<1%" if p < 0.01 else ">99%" if p > 0.99 else f"{100 * p:.0f}%"


def span(one: dict[str, Any], figure: str) -> str:
    """Write the range in which nine of ten draws lie: `12% to 43%`, `4.1 to 7.9`."""
    low, high = one["p5"], one["p95"]
    if low is None:
        return "–"
    if figure.startswith("gain") or figure == "years":
        a, b = (f"{v:.1f}".replace("-", "−") for v in (low, high))
    else:
        a, b = chance(low), chance(high)
    return a if a == b else f"{a} to {b}"


def beaten(swept: Sweep, plan: str, other: str, figure: str | None = None) -> str:
    """Say how often a plan is better than another, by `held_clean` or `years`, or by what plans are judged by."""
    figure = figure or judged_by(swept)
    one = duel(swept, plan, other, figure)
    names = name_of(swept, plan), name_of(swept, other)
    if not one["draws"]:
        return f"{names[0]} and {names[1]} cannot be compared: in no draw have both an answer."
    if one["equal"] == 1.0:
        return f"{names[0]} and {names[1]} come to the same in all draws."
    part = share(one["better"])
    often = {"all": "in all draws", "none": "in no draw"}.get(part, f"in {part} of draws")
    ties = f", and ties in {share(one['equal'])}" if one["equal"] > 0 else ""
    if figure == "years":
        size, beats = f"{one['margin']:+.2f} years".replace("-", "−"), "lasts longer than"
    else:
        points, beats = 100 * one["margin"], "beats"
        size = "less than 0.1 points" if abs(points) < 0.1 else f"{points:+.1f} points".replace("-", "−")
    return f"{names[0]} {beats} {names[1]} {often}{ties} (median difference {size})."


def prospect(swept: Sweep) -> str:
    """How far the chance of the best plan to hold goes."""
    plan, end = best(swept), swept.about["end"][:4]
    one = row(swept, plan, "held_clean")
    if not one["draws"]:
        return "No draw of any plan has an answer."
    if len(swept.plans) > 1 and hopeless(swept):
        return f"Every plan has less than 1% to be in force and clean in {end}, in nineteen of twenty draws."
    held = f"{chance(one['p50'])} in the median to be in force and clean in {end}"
    return f"{name_of(swept, plan)}: {held}; {span(one, 'held_clean')} in nine of ten draws."


def headline(swept: Sweep) -> str:
    """How far the chance of the best plan goes, and how often it beats the others."""
    plan = best(swept)
    if not row(swept, plan, "held_clean")["draws"]:
        return prospect(swept)
    return " ".join([prospect(swept), *(beaten(swept, plan, other) for other in swept.plans if other != plan)])


def unanswered(swept: Sweep) -> str:
    """Say which draws have no answer, and why; that all have one, if so."""
    whole = swept.draws * len(swept.plans)
    if swept.converged == whole:
        return "Every draw has an answer."
    rows = [r for r in swept.statuses.to_dicts() if r["status"] != "converged"]
    by_plan = {plan: sum(r["draws"] for r in rows if r["plan"] == plan) for plan in swept.plans}
    listed = "; ".join(f"{name_of(swept, plan)}: {n:,} of {swept.draws:,}" for plan, n in by_plan.items() if n)
    reasons = dict.fromkeys(str(r["status"]) for r in rows)
    first = next(iter(reasons))
    more = f" ({first}; {len(reasons) - 1} more reasons in the table)" if len(reasons) > 1 else f" ({first})"
    return (
        f"No answer was found for some draws: {listed}{more}. They stay in the table, and no quantile or share above"
        " counts them."
    )


def lost_where(swept: Sweep, plan: str) -> str:
    """Where the plan is weakest, and in which share of draws: `“Tests halted” (88%)`."""
    rows = [r for r in swept.weakest.to_dicts() if r["plan"] == plan]
    if not rows:
        return "–"
    titles = {step["step"]: step["title"] for step in swept.about["steps"][plan]}
    whole = sum(r["draws"] for r in rows)
    return f"{capital(titles[rows[0]['step']])} ({share(rows[0]['draws'] / whole)})"
