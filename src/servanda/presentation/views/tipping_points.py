"""What tipping points, targets and heat maps say."""

from __future__ import annotations

from servanda.english import capital, number
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
        f"{one.name} flips it somewhere between {amount(low, one.unit)} and {amount(high, one.unit)}, where a plan has"
        " no answer."
        for one in found.numbers
        for low, high in one.lost
    ]
    blocks = [" ".join(filled(ranking(found), also(found))), flips(found), *lost, _quiet(found), joint(found)]
    return View(headline(found), filled(*blocks, *_change(found.change)), unsolved(found.unsolved, found.solved))


@view_of.register
def _(found: Reached) -> View:
    now, *rest = reached(found)
    free = f"Free to be chosen: {', '.join(found.ours)}. All other numbers stay likely."
    changed = _change(found.change or found.best)
    return View(now, filled(" ".join(rest), *changed, free), unsolved(found.unsolved, found.solved))


@view_of.register
def _(found: HeatMap) -> View:
    alone: list[str] = []
    for one in (found.x, found.y):
        name = capital(one.words)
        alone += [f"{name} alone flips the ranking at {amount(flip.value, one.unit)}." for flip in one.flips]
        alone += [] if one.flips else [f"{name} alone does not flip the ranking in its range."]
    notes = unsolved(found.unsolved, found.difference.size)
    return View(f"{heat_title(found)}.", (" ".join(alone),), notes)


# ----------------------------------------------------------------------------------------------------- tipping points


def ranking(found: Tips) -> str:
    """Which plan is ahead with all numbers at their likely values."""
    write = found.metric.text
    first, second = sorted(found.plans, key=lambda plan: plan != found.ahead)
    a, b = (write(found.figures[plan]) for plan in (first, second))
    names = [plan_title(found.agreement, plan) for plan in (first, second)]
    what = f"by {found.metric.name} ({found.metric.meaning})"
    if found.ahead is None:
        return f"At the likely values {names[0]} and {names[1]} are level {what}: {a} each."
    less = ", less being better" if found.metric.sign < 0 else ""
    return f"At the likely values {names[0]} is ahead of {names[1]} {what}{less}: {a} against {b}."


def headline(found: Tips) -> str:
    """The number that stands closest to flipping the ranking, in a sentence; or that none does."""
    one = found.nearest
    if one is None or one.nearest is None:
        count = len(found.numbers)
        if not count:
            return (
                "No number that enters these plans has a range with room to move, so nothing can flip the ranking. Give"
                " the numbers that are not known a range: {likely: 0.7, low: 0.5, high: 0.9}."
            )
        if all(number.swing == 0 for number in found.numbers) and found.ahead is None:
            return f"The plans are level whatever value any of the {count} numbers takes."
        many = f"any of the {count} numbers" if count > 1 else "the one number"
        return f"The ranking does not flip within the range of {many}, as long as all others stay likely."
    flip = one.nearest
    at, range_ = amount(flip.value, one.unit), between(one.low, one.high, one.unit)
    known = f"(likely {amount(one.likely, one.unit)}, range {range_})"
    if found.ahead is None:
        return f"Closest to a flip stands {one.words}: at {at} the plans change places {known}."
    others = len(one.flips) - 1
    more = "" if not others else f" It flips back further on; in all {len(one.flips)} times in this range."
    jump = " It jumps there: the answer itself changes from one course to another." if flip.jump else ""
    way = "rises above" if flip.value >= one.likely else "falls below"
    return f"The ranking flips once {one.words} {way} {at} {known}.{jump}{more}"


def also(found: Tips) -> str:
    """How many numbers flip the ranking alone, and how many do not; nothing if none does."""
    alone = sum(bool(one.flips) for one in found.numbers)
    rest = len(found.numbers) - alone
    if not alone:
        return ""
    none = "" if not rest else f" {rest} do not, anywhere in their range." if rest > 1 else " 1 does not."
    count = "1 number flips" if alone == 1 else f"{alone} numbers flip"
    return f"{count} the ranking alone, all others being likely.{none}"


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
        Column("number", "words"), Column("likely"), Column("range"), Column("flips at"), Column("then ahead", "words"),
        Column("ranges away"),
    )  # fmt: skip
    return Table("flips", "One number at a time", columns, tuple(rows))


def _then(found: Tips, one: NumberTips, flip: Flip) -> str:
    return plan_title(found.agreement, flip.above if flip.value >= one.likely else flip.below)


def _quiet(found: Tips) -> str:
    quiet = [one.name for one in found.numbers if not one.flips]
    if not quiet:
        return ""
    more = f", and {len(quiet) - SHOWN} more (--json lists all)" if len(quiet) > SHOWN else ""
    return f"No flip in its range, most influential first: {', '.join(quiet[:SHOWN])}{more}."


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
            f"No change of several numbers at once, within their ranges, was found that flips it. Nearest to it came"
            f" {first} for {names[0]} against {second} for {names[1]}. This does not prove that there is none."
        )
    one = found.nearest
    alone = ""
    if one is not None and one.nearest is not None:
        alone = f", against {one.nearest.distance:.2f} for {one.name} alone"
    return (
        f"Several numbers at once flip it with a change of {change.distance:.2f} ranges{alone}: solved there, both"
        f" plans stand at {write(change.figures[found.plans[0]])}, and the other one is just ahead. A smaller change"
        f" may exist: {_searches(change)}."
    )


def unsolved(count: int, solved: int) -> tuple[str, ...]:
    """Say how many points had no answer; nothing if all had."""
    if not count:
        return ()
    return (
        f"At {count} of {solved} points looked at a plan had no answer. They were not used; a flip beside them may be"
        " missing.",
    )


# ------------------------------------------------------------------------------------------- several numbers at once


def _searches(change: Change) -> str:
    lost = f", {change.broken} of them given up where a plan had no answer" if change.broken else ""
    apart = "; they did not agree, so try another --seed" if 2 * change.alike < min(change.starts, 3) else ""
    return f"this is the best of {change.starts} searches{lost}{apart}"


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
    what = f"{title} now comes to {write(found.figure)} by {found.metric.name} ({found.metric.meaning})"
    change = found.change
    if change is not None and not change.moved:
        return [f"{what}. The target, {target}, is met already, and nothing has to change."]
    said = f"{what}. The target is {target}."
    if change is None:
        return [
            said,
            f"The target was not reached within the ranges: {write(found.best.figures[found.plan])} is the best that"
            f" {found.best.starts} searches found. This does not prove that more is impossible.",
        ]
    return [
        said,
        f"The target is reached with a change of {change.distance:.2f} ranges: solved there, the plan comes to"
        f" {write(change.figures[found.plan])}. A smaller change may exist: {_searches(change)}.",
    ]


# ---------------------------------------------------------------------------------------------------------- heat maps


def heat_title(found: HeatMap) -> str:
    """The finding of a map, in a sentence."""
    first, second = (plan_title(found.agreement, plan) for plan in found.plans)
    seen = found.difference[found.difference == found.difference]
    if not seen.size:
        return f"No answers for {first} and {second} here"
    if (seen > 0).all() or (seen < 0).all():
        best, other = (first, second) if seen[0] > 0 else (second, first)
        return f"{best} is ahead of {other} everywhere on this map"
    if not seen.any():
        return f"{first} and {second} are level everywhere on this map"
    return f"Where {first} is ahead of {second}, and where behind"
