# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of outcomes: how each plan ends."""

from __future__ import annotations

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name
from servanda.assessment.comparison import Comparison
from servanda.assessment.summary import Summary, outcome_order
from servanda.english import a_chance, capital, percent, short
from servanda.presentation.figures._palette import HELD, Look, look, stand_look
from servanda.presentation.figures._plan_words import at_end, main_cause, name_of, whole_period
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.figures.gallery import figure


def title(comparison: Comparison) -> str:
    """The finding of the figure of outcomes."""
    plans, agreement = comparison.plans, comparison.agreement
    if any(r.summary.late for r in plans):
        return _late_title(comparison)
    best = comparison.best
    held = best.summary.held["clean"]
    lasting = f"{a_chance(held)} of being in force {at_end(best)} with nothing concealed"
    causes = {main_cause(r)[0] for r in plans}
    if len(plans) == 1:
        cause, chance = main_cause(best)
        more = f"; likeliest breakdown: {cause_name(agreement, cause)} ({percent(chance)})" if chance >= 0.005 else ""
        return capital(f"{lasting}{more}")
    if held >= 0.01:
        rest = max(r.summary.held["clean"] for r in plans if r is not best)
        if held - rest < 0.01:
            return f"The best plans hold about equally well: {lasting}"
        return f"{name_of(best)} holds best: {lasting}"
    if len(causes) == 1:
        low = min(main_cause(r)[1] for r in plans)
        why = f"in each, {cause_name(agreement, causes.pop())} with a chance of {percent(low)} or more"
    else:
        why = f"each has less than a 1% chance of being in force {at_end(best)} with nothing concealed"
    none = "Neither plan" if len(plans) == 2 else f"None of the {len(plans)} plans"
    return f"{none} is likely to last: {why}"


def _late_title(comparison: Comparison) -> str:
    """The finding where steps can be late: which plan is likeliest to be complete, and which to be in force."""
    best = max(comparison.plans, key=lambda result: complete(result.summary))
    chance, force = complete(best.summary), sum(best.summary.held.values())
    if len(comparison.plans) == 1:
        ends = f"{percent(chance)} complete, {percent(force - chance)} in force but unfinished"
        return f"{name_of(best)} {at_end(best)}: {ends}, {percent(1.0 - force)} broken"
    lasts = max(comparison.plans, key=lambda result: sum(result.summary.held.values()))
    force = percent(sum(lasts.summary.held.values()))
    if chance < 0.01:
        none = f"No plan has even a 1% chance of being complete {at_end(best)}"
        return f"{none}. {name_of(lasts)} is likeliest to be in force ({force})"
    first = f"{name_of(best)} is likeliest to be complete {at_end(best)} ({percent(chance)})"
    return first if lasts is best else f"{first}, {name_of(lasts)} to be in force ({force})"


def alt(comparison: Comparison) -> str:
    """The chances of every outcome worth naming, plan by plan."""
    rows: list[str] = []
    some_late = any(result.summary.late for result in comparison.plans)
    for result in comparison.plans:
        held, broken = result.summary.held, result.summary.broken
        named = sorted((c for c in broken if broken[c] >= 0.005), key=lambda c: -broken[c])
        if not some_late:
            parts = [f"{percent(held['clean'])} in force and clean {at_end(result)}"]
            parts += [f"{percent(held['concealed'])} in force with something concealed"] * (held["concealed"] >= 0.005)
        else:
            stands = result.summary.stands
            parts = [f"{percent(stands[n])} {STANDS[n].lower()}" for n in STANDS if stands[n] >= 0.005]
        parts += [f"{percent(broken[c])} {cause_name(comparison.agreement, c)}" for c in named]
        rows.append(f"{name_of(result)}: {', '.join(parts)}.")
    return "How each plan ends. " + " ".join(rows)


def subtitle(comparison: Comparison) -> str:
    """What is shown."""
    return f"How each plan ends, {whole_period(comparison.agreement)}. Each bar is 100% of what can happen."


STANDS = {
    "complete_on_time": "Complete, all on time",
    "complete_late": "Complete, something late",
    "stalled": "In force, part of it not done",
    "suspended": "In force, something taken back",
}


def complete(summary: Summary) -> float:
    """Chance that all is done and in force at the horizon, on time or late."""
    return summary.stands["complete_on_time"] + summary.stands["complete_late"]


def _look(agreement: Agreement, name: str) -> Look:
    return stand_look(name) if name in STANDS else look(agreement, name)


OUTCOMES = figure(
    "outcomes",
    of=Comparison,
    heading="How each plan ends",
    reading="Each bar is one plan. Green on the left is the chance that the agreement is still in force at the end;"
    " the rest is how it breaks. A full colour means that this party walks out, the same colour with slanted lines"
    " that it is caught cheating, with upright lines that its parliament says no.",
    title=title,
    subtitle=subtitle,
    alt=alt,
    first=True,
)


@OUTCOMES.drawn
def draw(sheet: Sheet, comparison: Comparison) -> None:
    """Each bar is 100%; a part's label is `plan|outcome`."""
    agreement = comparison.agreement
    some_late = any(r.summary.late for r in comparison.plans)  # then it is told how each stands, else what is concealed
    parts_of = {
        r.plan: {**r.summary.stands, **r.summary.broken} if some_late else r.summary.outcomes for r in comparison.plans
    }
    causes = outcome_order(agreement, [r.summary for r in comparison.plans])
    order = [*STANDS, *causes] if some_late else causes
    seen = [n for n in order if any(parts.get(n, 0.0) >= 0.0005 for parts in parts_of.values())]
    first = [] if some_late else ["held:clean"]
    named = list(dict.fromkeys([*first, *seen]))
    sheet.legend([(STANDS.get(n) or capital(cause_name(agreement, n)), _look(agreement, n)) for n in named])
    sheet.y += 6
    for result in comparison.plans:
        held = f"{short(result.summary.held['clean'])} in force and clean"
        if some_late:
            held = f"{short(complete(result.summary))} complete"
        room = sheet.width - (0 if sheet.narrow else text_width(held, sheet.base, True) + 20)
        rows = wrap(name_of(result), sheet.base + 1, room, True)
        sheet.y += 16
        after = sheet.lines(0, sheet.y, rows, sheet.base + 1, bold=True)
        if sheet.narrow:
            sheet.text(0, after, held)
            sheet.y = after + 6
        else:
            sheet.text(sheet.width, sheet.y, held, bold=True, ha="right", color=HELD)
            sheet.y = after - 10
        parts = [(f"{result.plan}|{n}", parts_of[result.plan].get(n, 0.0), _look(agreement, n)) for n in order]
        sheet.stack(0, sheet.y, sheet.width, 30, parts, sheet.base)
        sheet.y += 42
