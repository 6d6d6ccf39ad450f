"""What tipping points, targets and heat maps say."""

from __future__ import annotations

from servanda.english import capital, count, number
from servanda.presentation.view import Column, Row, Table, View, filled, view_of
from servanda.presentation.writing import amount, between, plan_title
from servanda.uncertainty.tipping_points.heat_map import HeatMap
from servanda.uncertainty.tipping_points.plan_gap import Change, Moved
from servanda.uncertainty.tipping_points.targets import Reached
from servanda.uncertainty.tipping_points.tips import Flip, NumberTips, Tips

MOST = 0.9  # of the squared length of a change: the numbers that make up so much of it are listed
LISTED = 12  # at most
SHOWN = 8  # numbers that do not flip the ranking, those with the largest swing


@view_of.register
def _(found: Tips) -> View:
    lost = [
        f"{one.name} reverses the ranking somewhere between {amount(low, one.unit)} and {amount(high, one.unit)}, where"
        " the solver found no equilibrium for a plan."
        for one in found.numbers
        for low, high in one.lost
    ]
    blocks = [" ".join(filled(ranking(found), also(found))), flips(found), *lost, _quiet(found), joint(found)]
    return View(headline(found), filled(*blocks, *_change(found.change)), unsolved(found.unsolved, found.solved))


@view_of.register
def _(found: Reached) -> View:
    now, *rest = reached(found)
    free = f"Free to be chosen: {', '.join(found.ours)}. All other numbers stay at their likely values."
    changed = _change(found.change or found.best)
    return View(now, filled(" ".join(rest), *changed, free), unsolved(found.unsolved, found.solved))


@view_of.register
def _(found: HeatMap) -> View:
    alone: list[str] = []
    for one in (found.x, found.y):
        name = capital(one.words)
        alone += [f"{name} alone reverses the ranking at {amount(flip.value, one.unit)}." for flip in one.flips]
        alone += [] if one.flips else [f"{name} alone does not reverse the ranking in its range."]
    notes = unsolved(found.unsolved, found.difference.size)
    return View(f"{heat_title(found)}.", (" ".join(alone),), notes)


# ----------------------------------------------------------------------------------------------------- tipping points


def ranking(found: Tips) -> str:
    """Which plan is ahead with all numbers at their likely values."""
    write = found.metric.text
    first, second = sorted(found.plans, key=lambda plan: plan != found.ahead)
    a, b = (write(found.figures[plan]) for plan in (first, second))
    names = [plan_title(found.agreement, plan) for plan in (first, second)]
    less = "; less is better" if found.metric.sign < 0 else ""
    what = f"by {found.metric.name} ({found.metric.meaning}{less})"
    if found.ahead is None:
        return f"At the likely values, {names[0]} and {names[1]} are level {what}, at {a} each."
    return f"At the likely values, {names[0]} is ahead of {names[1]} {what}, with {a} against {b}."


def headline(found: Tips) -> str:
    """The number that is closest to its tipping point, in a sentence; or that none has one in its range."""
    one = found.nearest
    if one is None or one.nearest is None:
        count = len(found.numbers)
        if not count:
            return (
                "No number in these plans has a range with room to move, so nothing can reverse the ranking. Give the"
                " uncertain numbers a range, such as {likely: 0.7, low: 0.5, high: 0.9}."
            )
        if all(number.swing == 0 for number in found.numbers) and found.ahead is None:
            return f"The plans are level whatever value any of the {count} numbers takes."
        if count == 1:
            return "The one uncertain number does not reverse the ranking within its range."
        return (
            f"None of the {count} numbers reverses the ranking within its range if all others stay at their likely"
            " values."
        )
    flip = one.nearest
    at, range_ = amount(flip.value, one.unit), between(one.low, one.high, one.unit)
    known = f"(likely {amount(one.likely, one.unit)}, range {range_})"
    if found.ahead is None:
        return f"The number closest to its tipping point is {one.words}. At {at} the plans change places {known}."
    others = len(one.flips) - 1
    more = "" if not others else f" Further on it reverses back, {len(one.flips)} times in all in this range."
    jump = " The results jump there, because the equilibrium itself changes." if flip.jump else ""
    way = "rises above" if flip.value >= one.likely else "falls below"
    return f"The ranking reverses once {one.words} {way} {at} {known}.{jump}{more}"


def also(found: Tips) -> str:
    """How many numbers reverse the ranking alone, and how many do not; nothing if none does."""
    alone = sum(bool(one.flips) for one in found.numbers)
    rest = len(found.numbers) - alone
    if not alone:
        return ""
    none = "" if not rest else f" {rest} do not, anywhere in their range." if rest > 1 else " 1 does not."
    count = "1 number reverses" if alone == 1 else f"{alone} numbers each reverse"
    return f"{count} the ranking alone, with all others at their likely values.{none}"


def flips(found: Tips) -> Table:
    """Every flip by one number alone, the nearest number first."""
    rows: list[Row] = []
    for one in found.numbers:
        about = (capital(one.words), amount(one.likely, one.unit), between(one.low, one.high, one.unit))
        for k, flip in enumerate(sorted(one.flips, key=lambda flip: flip.distance)):
            there = (amount(flip.value, one.unit), _then(found, one, flip), f"{flip.distance:.2f}")
            rows.append(Row((*(("", "", "") if k else about), *there)))
        rows += [Row((one.name,), "detail")] if one.flips else []
    columns = (
        Column("number", "words"), Column("likely"), Column("range"), Column("tipping point"),
        Column("then ahead", "words"), Column("ranges away"),
    )  # fmt: skip
    return Table("flips", "One number at a time", columns, tuple(rows))


def _then(found: Tips, one: NumberTips, flip: Flip) -> str:
    return plan_title(found.agreement, flip.above if flip.value >= one.likely else flip.below)


def _quiet(found: Tips) -> str:
    quiet = [one.name for one in found.numbers if not one.flips]
    if not quiet:
        return ""
    more = f", and {len(quiet) - SHOWN} more (--json lists all)" if len(quiet) > SHOWN else ""
    return f"Without a tipping point in range, most influential first: {', '.join(quiet[:SHOWN])}{more}."


def joint(found: Tips) -> str:
    """What is known of changes of several numbers at once."""
    if not found.searched or found.ahead is None or not found.numbers:
        return ""
    write, change = found.metric.text, found.change
    if change is None:
        assert found.closest is not None
        first, second = (write(found.closest.figures[plan]) for plan in found.plans)
        names = [plan_title(found.agreement, plan) for plan in found.plans]
        return (
            "The search found no way to reverse the ranking by moving several numbers together within their ranges. The"
            f" closest it came is {first} for {names[0]} against {second} for {names[1]}. This does not prove that"
            " there is none."
        )
    one = found.nearest
    alone, sooner = "", ""
    if one is not None and one.nearest is not None:
        alone = f", against {one.nearest.distance:.2f} for {one.name} alone"
        sooner = " sooner" if change.distance < one.nearest.distance else ""
    return (
        f"Moving several numbers together reverses the ranking{sooner}: a combined shift of {change.distance:.2f}"
        f" ranges is enough{alone}. At that point both plans stand at {write(change.figures[found.plans[0]])}, and the"
        f" other one is just ahead. {_searches(change)}"
    )


def unsolved(count: int, solved: int) -> tuple[str, ...]:
    """Say for how many points the solver found no equilibrium; nothing if for none."""
    if not count:
        return ()
    return (
        f"At {count} of {solved} points the solver found no equilibrium for a plan. These points were not used, so a"
        " tipping point next to them may be missing.",
    )


# ------------------------------------------------------------------------------------------- several numbers at once


def _searches(change: Change) -> str:
    lost = f" ({change.broken} of them stopped where the solver found no equilibrium)" if change.broken else ""
    apart = " The searches did not agree, so try another --seed." if 2 * change.alike < min(change.starts, 3) else ""
    return f"This is the best of {count(change.starts, 'search', 'searches')}{lost}; a smaller shift may exist.{apart}"


def listed(change: Change) -> tuple[list[Moved], list[Moved], list[Moved]]:
    """The numbers that make up most of a change, the smaller changes, and chances that follow from any of them."""
    free = [one for one in change.moved if not one.follows]
    whole, so_far, count = change.distance**2, 0.0, 0
    while count < min(len(free), LISTED) and so_far < MOST * whole:
        so_far += free[count].distance ** 2
        count += 1
    return free[:count], free[count:], [one for one in change.moved if one.follows]


def _change(change: Change | None) -> tuple[str | Table, ...]:
    """The numbers that change most, and how many others there are."""
    if change is None or not change.moved:
        return ()
    most, few, follow = listed(change)
    rows: list[Row] = []
    for one in (*most, *follow):
        how = "follows" if one.follows else number(one.distance, sign=True)
        values = (amount(one.likely, one.unit), amount(one.value, one.unit), between(one.low, one.high, one.unit))
        rows += [Row((capital(one.words), *values, how)), Row((one.name,), "detail")]
    names = ("likely", "becomes", "range", "ranges")
    columns = (Column("number", "words"), *(Column(name) for name in names))
    table = Table("change", "What changes together", columns, tuple(rows))
    if not few:
        return (table,)
    count = "1 more number changes" if len(few) == 1 else f"{len(few)} more numbers change"
    return (table, f"{count} by up to {max(abs(one.distance) for one in few):.2f} ranges; --json lists all.")


def reached(found: Reached) -> list[str]:
    """Whether and how a target is reached."""
    write, title = found.metric.text, plan_title(found.agreement, found.plan)
    target = f"{'at least' if found.metric.sign > 0 else 'at most'} {write(found.target)}"
    what = f"{title} now stands at {write(found.figure)} by {found.metric.name} ({found.metric.meaning})"
    change = found.change
    if change is not None and not change.moved:
        return [f"{what}. It already meets the target ({target}), so nothing has to change."]
    said = f"{what}. The target is {target}."
    if change is None:
        return [
            said,
            "The search did not reach the target within the ranges. The best of"
            f" {count(found.best.starts, 'search', 'searches')} reached"
            f" {write(found.best.figures[found.plan])}. This does not prove that more is impossible.",
        ]
    return [
        said,
        f"A combined shift of {change.distance:.2f} ranges reaches the target. At that point the plan stands at"
        f" {write(change.figures[found.plan])}. {_searches(change)}",
    ]


# ---------------------------------------------------------------------------------------------------------- heat maps


def heat_title(found: HeatMap) -> str:
    """The finding of a map, in a sentence."""
    first, second = (plan_title(found.agreement, plan) for plan in found.plans)
    seen = found.difference[found.difference == found.difference]
    if not seen.size:
        return f"The solver found no equilibria for {first} and {second} on this map"
    if (seen > 0).all() or (seen < 0).all():
        best, other = (first, second) if seen[0] > 0 else (second, first)
        return f"{best} is ahead of {other} everywhere on this map"
    if not seen.any():
        return f"{first} and {second} are level everywhere on this map"
    return f"Where {first} is ahead of {second}, and where behind"
