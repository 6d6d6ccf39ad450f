"""What tipping points mean, in plain sentences."""

from __future__ import annotations

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.english import capital
from servanda.uncertainty.tipping_points.heat_map import HeatMap
from servanda.uncertainty.tipping_points.plan_gap import Change, Moved
from servanda.uncertainty.tipping_points.targets import Reached
from servanda.uncertainty.tipping_points.tips import Flip, NumberTips, Tips

MOST = 0.9  # of the squared length of a change: the numbers that make up so much of it are listed
LISTED = 12  # at most


def amount(value: float, unit: str) -> str:
    """A value of a number, as printed: `0.72`, `30 months`."""
    return length(value) if unit == "years" else f"{value:.3g}".replace("-", "−")


def size(of: str, value: float) -> str:
    """A figure, as printed: `25.2%`, `0.53 years`, `+1.20 units`."""
    if of.startswith("gain."):
        return f"{value:+.2f} units".replace("-", "−")
    if of == "years":
        return f"{value:.2f} years"
    return "less than 0.1%" if 0 < value < 0.001 else f"{100 * value:.1f}%"


def apart(of: str, value: float) -> str:
    """A difference of two figures, as printed: `8.0 points`, `0.29 years`."""
    if of.startswith("gain."):
        return f"{value:.2f} units".replace("-", "−")
    if of == "years":
        return f"{value:.2f} years".replace("-", "−")
    points = f"{100 * value:.1f}".replace("-", "−")
    return f"{points} percentage points"


def span(one: NumberTips | Moved) -> str:
    """Likely value and range in brackets: `(likely 0.5, range 0.3 to 0.8)`."""
    if one.low is None or one.high is None:
        return f"(likely {amount(one.likely, one.unit)})"
    low, high = amount(one.low, one.unit), amount(one.high, one.unit)
    return f"(likely {amount(one.likely, one.unit)}, range {low} to {high})"


def plan_title(agreement: Agreement, plan: str) -> str:
    """What a plan is called, to begin a sentence or stand within it."""
    return capital(agreement.plans[plan].title or plan)


def where(flip: Flip, one: NumberTips) -> str:
    """How a number comes to a flip: `rises above 0.72`."""
    way = "rises above" if flip.value >= one.likely else "falls below"
    return f"{way} {amount(flip.value, one.unit)}"


def ranking(found: Tips) -> str:
    """Which plan is ahead with all numbers at their likely values."""
    first, second = sorted(found.plans, key=lambda plan: plan != found.ahead)
    a, b = (size(found.of, found.figures[plan]) for plan in (first, second))
    names = [plan_title(found.agreement, plan) for plan in (first, second)]
    what = f"by {found.of} ({found.meaning})"
    if found.ahead is None:
        return f"At the likely values {names[0]} and {names[1]} are level {what}: {a} each."
    less = ", less being better" if found.better < 0 else ""
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
    if found.ahead is None:
        return (
            f"Closest to a flip stands {one.words}: at {amount(flip.value, one.unit)} the plans change places"
            f" {span(one)}."
        )
    others = len(one.flips) - 1
    more = "" if not others else f" It flips back further on; in all {len(one.flips)} times in this range."
    jump = " It jumps there: the answer itself changes from one course to another." if flip.jump else ""
    return f"The ranking flips once {one.words} {where(flip, one)} {span(one)}.{jump}{more}"


def also(found: Tips) -> str:
    """How many other numbers flip the ranking alone, and how many do not."""
    alone = [one for one in found.numbers if one.flips]
    rest = len(found.numbers) - len(alone)
    if not alone:
        return ""
    none = "" if not rest else f" {rest} do not, anywhere in their range." if rest > 1 else " 1 does not."
    count = "1 number flips" if len(alone) == 1 else f"{len(alone)} numbers flip"
    return f"{count} the ranking alone, all others being likely.{none}"


def joint(found: Tips) -> list[str]:
    """What is known of changes of several numbers at once."""
    if not found.searched or found.ahead is None or not found.numbers:
        return []
    change = found.change
    if change is None:
        assert found.closest is not None
        first, second = (size(found.of, found.closest.figures[plan]) for plan in found.plans)
        names = [plan_title(found.agreement, plan) for plan in found.plans]
        return [
            f"No change of several numbers at once, within their ranges, was found that flips it. Nearest to it came"
            f" {first} for {names[0]} against {second} for {names[1]}. This does not prove that there is none.",
        ]
    level = size(found.of, change.figures[found.plans[0]])
    one = found.nearest
    alone = ""
    if one is not None and one.nearest is not None:
        alone = f", against {one.nearest.distance:.2f} for {one.name} alone"
    return [
        f"Several numbers at once flip it with a change of {change.distance:.2f} ranges{alone}: solved there, both"
        f" plans stand at {level}, and the other one is just ahead. A smaller change may exist: {_searches(change)}."
    ]


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


def unsolved(count: int, solved: int) -> str:
    """Say how many points had no answer; nothing if all had."""
    if not count:
        return ""
    return (
        f"At {count} of {solved} points looked at a plan had no answer. They were not used; a flip beside them may be"
        " missing."
    )


def reached(found: Reached) -> list[str]:
    """Whether and how a target is reached."""
    title = plan_title(found.agreement, found.plan)
    now, target = size(found.of, found.figure), size(found.of, found.target)
    what = f"{title} now comes to {now} by {found.of} ({found.meaning})"
    bound = "at least" if found.better > 0 else "at most"
    if found.change is not None and not found.change.moved:
        return [f"{what}. The target, {bound} {target}, is met already, and nothing has to change."]
    said = [f"{what}. The target is {bound} {target}."]
    if found.change is None:
        best = size(found.of, found.best.figures[found.plan])
        said.append(
            f"The target was not reached within the ranges: {best} is the best that {found.best.starts} searches found."
            " This does not prove that more is impossible."
        )
        return said
    change = found.change
    said.append(
        f"The target is reached with a change of {change.distance:.2f} ranges: solved there, the plan comes to"
        f" {size(found.of, change.figures[found.plan])}. A smaller change may exist: {_searches(change)}."
    )
    return said


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
