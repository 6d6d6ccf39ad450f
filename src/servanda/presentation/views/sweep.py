"""What a sweep says: which plan is better how often, and how far the ranges let a plan's chance go."""

from __future__ import annotations

from servanda.assessment.metrics import unit_of
from servanda.english import at, capital, count, number, percent, time, time_unit
from servanda.presentation.view import Column, Table, View, filled, rows, view_of
from servanda.presentation.writing import brief, horizon_of, nine_in_ten, share
from servanda.uncertainty.sweeps.sweep import Sweep, best, duel, hoped_for, hopeless, judged_by, name_of, row

HOPES = {"held_clean": "in force {} with nothing concealed", "complete": "complete {}"}  # when


@view_of.register
def _(swept: Sweep) -> View:
    inputs, same = len(swept.about["inputs"]), ", the same for every plan" if len(swept.plans) > 1 else ""
    draws, numbers = count(swept.draws, "draw"), count(inputs, "uncertain number")
    made = f"{swept.title}: {draws} of {numbers}{same} (seed {swept.seed})."
    kept = "" if swept.path is None else f"Table: {swept.path}"
    return View(headline(swept), filled(made, *tables(swept)), filled(unanswered(swept), kept))


def tables(swept: Sweep) -> tuple[Table, ...]:
    """What the plans come to; and, of several, how often each beats each other."""
    return filled(_spans(swept), duels(swept))


def _spans(swept: Sweep) -> Table:
    cells: list[tuple[str, ...]] = []
    told = time_unit(horizon_of(swept.about)[1])
    for plan in swept.plans:
        spread: list[str] = []
        for name in (hoped_for(swept), "years"):
            one, unit = row(swept, plan, name), unit_of(name)
            spread += [brief(one["p50"], unit, told), nine_in_ten(one, unit, told)]
        cells.append((name_of(swept, plan), *spread, lost_where(swept, plan)))
    complete = hoped_for(swept) == "complete"
    names = ("complete" if complete else "in force and clean", "nine of ten", f"{told} in force", "nine of ten")
    clean = "" if complete else " (clean: nothing concealed)"
    return Table(
        "spans", f"How the plans do: the median, and the range of nine in ten draws{clean}",
        (
            Column("plan", "words"), *(Column(name) for name in names),
            Column("weakest at (share of draws)", "words"),
        ),
        rows(cells),
    )  # fmt: skip


def duels(swept: Sweep) -> Table:
    """In which share of draws the plan of a row is better than that of a column; without rows if there is one plan."""
    figure = judged_by(swept)
    hope = "" if figure == "years" else " ".join(HOPES[figure].format("").split())
    better = f"is more likely to be {hope}" if hope else "is expected to last longer"
    cells = [
        (
            name_of(swept, plan),
            *("" if other == plan else share(duel(swept, plan, other, figure)["better"]) for other in swept.plans),
        )
        for plan in swept.plans
        if len(swept.plans) > 1
    ]
    return Table(
        "duels", f"Share of draws in which the plan on the left {better}",
        (Column("plan", "words"), *(Column(name_of(swept, plan)) for plan in swept.plans)), rows(cells),
    )  # fmt: skip


def beaten(swept: Sweep, plan: str, other: str, figure: str | None = None) -> str:
    """Say how often a plan is better than another, by `held_clean` or `years`, or by what plans are judged by."""
    figure = figure or judged_by(swept)
    one = duel(swept, plan, other, figure)
    names = name_of(swept, plan), name_of(swept, other)
    if not one["draws"]:
        return f"{names[0]} and {names[1]} cannot be compared. In no draw did the solver find an equilibrium for both."
    if one["equal"] == 1.0:
        return f"{names[0]} and {names[1]} give the same result in all draws."
    part = share(one["better"])
    often = {"all": "in all draws", "none": "in no draw"}.get(part, f"in {part} of draws")
    ties = f", and ties in {share(one['equal'])}" if one["equal"] > 0 else ""
    if unit_of(figure) == "years":
        size = time(one["margin"], time_unit(horizon_of(swept.about)[1]), 2, sign=True)
        beats = "lasts longer than"
    else:
        points, beats = 100 * one["margin"], "beats"
        size = "less than 0.1 points" if abs(points) < 0.1 else f"{number(points, 1, sign=True)} points"
    return f"{names[0]} {beats} {names[1]} {often}{ties} (median difference {size})."


def prospect(swept: Sweep) -> str:
    """How far the chance of the best plan to hold goes."""
    plan, end = best(swept), at(*horizon_of(swept.about))
    hope = hoped_for(swept)
    one = row(swept, plan, hope)
    being = ("still " if hope == "held_clean" else "") + f"being {HOPES[hope].format(end)}"
    if not one["draws"]:
        return "The solver found no equilibrium for any draw of any plan."
    if len(swept.plans) > 1 and hopeless(swept):
        return f"Every plan has less than a 1% chance of {being}, in nineteen of twenty draws."
    return (
        f"{name_of(swept, plan)} has a median chance of {percent(one['p50'])} of {being}. In nine of ten draws, the"
        f" chance is {nine_in_ten(one, 'chance')}."
    )


def headline(swept: Sweep) -> str:
    """How far the chance of the best plan goes, and how often it beats the others."""
    plan = best(swept)
    if not row(swept, plan, "years")["draws"]:
        return prospect(swept)
    return " ".join([prospect(swept), *(beaten(swept, plan, other) for other in swept.plans if other != plan)])


def unanswered(swept: Sweep) -> str:
    """Say which draws have no answer, and why; that all have one, if so."""
    whole = swept.draws * len(swept.plans)
    if swept.converged == whole:
        return "The solver found an equilibrium for every draw."
    failed = [r for r in swept.statuses.to_dicts() if r["status"] != "converged"]
    by_plan = {plan: sum(r["draws"] for r in failed if r["plan"] == plan) for plan in swept.plans}
    listed = ", ".join(f"{name_of(swept, plan)}: {n:,} of {swept.draws:,}" for plan, n in by_plan.items() if n)
    first, *others = dict.fromkeys(str(r["status"]) for r in failed)
    why = f"Reasons: {first}, and {len(others)} more in the table" if others else f"Reason: {first}"
    return (
        f"The solver found no equilibrium for some draws ({listed}). {why}. These draws stay in the table but are left"
        " out of every quantile and share above."
    )


def lost_where(swept: Sweep, plan: str) -> str:
    """Where the plan is weakest, and in which share of draws: `Tests halted (88%)`."""
    weakest = [r for r in swept.weakest.to_dicts() if r["plan"] == plan]
    if not weakest:
        return "–"
    titles = {step["step"]: step["title"] for step in swept.about["steps"][plan]}
    whole = sum(r["draws"] for r in weakest)
    return f"{capital(titles[weakest[0]['step']])} ({share(weakest[0]['draws'] / whole)})"
