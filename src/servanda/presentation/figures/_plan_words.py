"""What several figures say of a plan."""

from __future__ import annotations

from datetime import date

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name
from servanda.assessment.comparison import PlanResult
from servanda.assessment.outcomes import HORIZON, EntryResult, MoverAct
from servanda.english import at, capital, day_label, month, period, time_unit

RARE = 0.01  # below this chance of being reached, what happens at an entry hardly matters
CHOICE, VOTE = ("obligation", "review", "exchange", "renewal"), ("ratification",)  # where somebody decides


def at_end(result: PlanResult) -> str:
    """When the horizon is: `in 2036`."""
    agreement = result.game.agreement
    return at(last_day(agreement), agreement.horizon)


def whole_period(agreement: Agreement) -> str:
    """From when to when an agreement is looked at: `2026 to 2036`."""
    return period(agreement.start, last_day(agreement), agreement.horizon)


def name_of(result: PlanResult) -> str:
    """A plan's title, with a capital letter."""
    return capital(result.title)


def last_loss(result: PlanResult) -> float:
    """Chance that the agreement is lost at the last report, at the horizon."""
    entries = sum(sum(e.lost.values()) for e in result.summary.entries)
    return max(0.0, 1.0 - entries - sum(result.summary.held.values()))


def main_cause(result: PlanResult) -> tuple[str, float]:
    """The likeliest way of breaking down, and its chance."""
    broken = result.summary.broken
    cause = max(broken, key=lambda name: broken[name])
    return cause, broken[cause]


def drops(result: PlanResult) -> list[tuple[date, float, list[str]]]:
    """Where chance is lost: date, how much, and what to call it (entry and main cause; below it, in less room)."""
    agreement, summary = result.game.agreement, result.summary
    rows = [(e.date, capital(e.title), e.by, e.lost) for e in summary.entries]
    rest = {c: summary.broken[c] - sum(e.lost.get(c, 0.0) for e in summary.entries) for c in summary.broken}
    rows.append((last_day(agreement), "Last report", "", rest))
    found: list[tuple[date, float, list[str]]] = []
    for day, name, by, lost in rows:
        cause = max(lost, key=lambda c, lost=lost: lost[c], default="incident")
        why = _cause_short(agreement, cause)
        # The bare title must not blame an act for what a report brings to light.
        own = by != "" and cause in (f"withdrew:{by}", f"unratified:{by}")
        total = last_loss(result) if by == "" else sum(lost.values())
        found.append((day, total, [f"{name}: {why}", name if own else capital(why)]))
    return found


def _cause_short(agreement: Agreement, cause: str) -> str:
    """A cause of breakdown in few words: `North found out`."""
    return "incident" if cause == "incident" else cause_name(agreement, cause).replace(" is found out", " found out")


def weakest(result: PlanResult, entry: str) -> bool:
    """Whether an entry is to be marked as the weakest link: not where next to nothing is lost."""
    link = result.summary.weakest_link
    return entry == link.entry and link.lost >= 0.005


def steps_to_perform(result: PlanResult) -> bool:
    """Whether a plan asks anybody to do anything, and not only to stay."""
    return result.summary.has_steps


def weakest_words(result: PlanResult) -> str:
    """Where most is lost, such as `“Tests halted”, July 2018`."""
    link = result.summary.weakest_link
    return when_words(result, link.entry, link.title, link.date)


def when_words(result: PlanResult, entry: str, title: str, day: date) -> str:
    """An entry and a date, such as `“Tests halted”, July 2018`."""
    name = "the last report" if entry == HORIZON else f"“{capital(title)}”"
    short = time_unit(result.game.agreement.horizon) == "days"
    return f"{name}, {day_label(day) if short else month(day)}"


def acts_of(entry: EntryResult) -> dict[str, EntryResult | MoverAct]:
    """What each party does at an entry: one, or at an exchange several."""
    movers = {} if entry.late is None else entry.late.movers
    return {**movers} if movers else {entry.by: entry}


def end_of(entry: EntryResult) -> str:
    """The cause of breakdown if an entry ends the agreement by what is done there."""
    if entry.kind == "exchange":
        return f"withdrew:{'both' if len(acts_of(entry)) == 2 else 'several'}"
    how = {"ratification": "unratified", "renewal": "lapsed"}.get(entry.kind, "withdrew")
    return f"{how}:{entry.by}"


def label_of(agreement: Agreement, entry: EntryResult) -> str:
    """An entry's title, with the party's name where a repeated review needs it."""
    name = capital(entry.title)
    return f"{name}: {party_name(agreement, entry.by)}" if entry.kind in ("review", "renewal") else name
