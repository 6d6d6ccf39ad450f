"""Results in plain sentences: what happens to a plan, where it breaks, and why."""

from __future__ import annotations

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import party_name, type_name
from servanda.assessment.comparison import PlanResult
from servanda.assessment.outcomes import HORIZON, EntryResult, outcomes
from servanda.assessment.summary import Summary
from servanda.english import capital, month, percent


def headline(result: PlanResult) -> str:
    """One plain sentence or three: will this plan hold, where does it most likely break, and why?"""
    agreement, summary, link = result.game.agreement, result.summary, result.summary.weakest_link
    end = last_day(agreement).year
    first = f"{capital(summary.title)}: {percent(summary.held['clean'])} to be still in force and clean in {end}"
    if summary.held["concealed"] >= 0.01:
        first += f" (and {percent(summary.held['concealed'])} to be in force with something concealed)"
    if link.lost < 0.005:
        return first + "."
    where = (
        f"at the last report, in {month(link.date)}"
        if link.entry == HORIZON
        else f"at “{capital(link.title)}” in {month(link.date)}"
    )
    breaks = "If it breaks, then most likely" if sum(summary.held.values()) >= 0.5 else "It most likely breaks"
    part = "" if percent(link.lost) == percent(link.cause_lost) else f"; {percent(link.cause_lost)} by the main cause"
    return f"{first}. {breaks} {where} ({percent(link.lost)}{part}): {_because(result, agreement)}."


def _because(result: PlanResult, agreement: Agreement) -> str:
    link = result.summary.weakest_link
    what, _, who = link.cause.partition(":")
    if what == "incident":
        return "an incident that nobody chose"
    if who in ("both", "several"):
        return "more than one party is found concealing"
    name = party_name(agreement, who)
    entry = next((e for e in result.summary.entries if e.id == link.entry), None)
    if what == "found" or entry is None:
        hidden = link.concealing[who]
        return f"{name} is found out; by then it is concealing something with a chance of {percent(hidden)}"
    if what == "unratified":
        return f"{name} does not ratify, as the vote passes with a chance of only {percent(entry.keep)}"
    return f"{name} withdraws, because {_reason(agreement, who, entry)}"


def _reason(agreement: Agreement, party: str, entry: EntryResult) -> str:
    leaving = {kind: entry.belief[kind] * act.withdraw for kind, act in entry.by_type.items() if act is not None}
    kind = max(leaving, key=lambda k: leaving[k])
    act = entry.by_type[kind]
    assert act is not None
    if _precision(agreement, party, kind) == 0:
        return "it chooses at random (its precision is 0)"
    units = f"{abs(act.margin):.1f} units" if abs(act.margin) >= 0.05 else "next to nothing"
    whom = "to it" if len(entry.by_type) == 1 else f"to its {type_name(agreement, party, kind)} type"
    if len(entry.by_type) > 1:
        whom += f" ({percent(entry.belief[kind])} likely by then)"
    if act.margin < -0.05:
        return f"{whom} breaking its word is worth {units} more than keeping it"
    if abs(act.margin) <= 0.05:
        return f"{whom} keeping its word is worth hardly more or less than breaking it"
    if act.keep >= 0.95:
        return f"{whom} keeping its word is worth {units} more than breaking it, which leaves a small chance of error"
    return f"{whom} keeping its word is worth only {units} more than breaking it, too little to be relied on"


def _precision(agreement: Agreement, party: str, kind: str) -> float:
    declared = agreement.parties[party].types.get(kind)
    return ((declared.precision if declared else None) or agreement.parties[party].precision).likely


def other_ways(result: PlanResult) -> list[str]:
    """Say what is known of equilibria besides the answer, one sentence each; nothing if none was looked for."""
    if not result.searched:
        return []
    if not result.others:
        return [f"No other equilibrium was found from {result.searched} starts."]
    entries = {entry.id: entry for entry in result.summary.entries}
    said: list[str] = []
    for other in result.others:
        entry, agreement = entries[other.entry], result.game.agreement
        held = sum(chance for name, chance in outcomes(other.equilibrium).items() if name.startswith("held:"))
        said.append(
            f"In another equilibrium {party_name(agreement, entry.by)} is expected to keep “{entry.title}” with a"
            f" chance of {percent(other.keep)}, and does (in the answer {percent(other.answer_keep)}); the agreement is"
            f" then in force at the end with a chance of {percent(held)}, against"
            f" {percent(sum(result.summary.held.values()))}."
        )
    return said


def left_out(summary: Summary) -> list[str]:
    """Say which duties of a plan are no part of the game, in one sentence; nothing if all are."""
    duties = summary.not_played
    if not duties:
        return []
    what = "A duty of this plan moves no stake and is" if len(duties) == 1 else "Duties that move no stake are"
    return [f"{what} no part of the game: {', '.join(duties)}."]
