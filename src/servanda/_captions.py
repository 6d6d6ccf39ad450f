"""What each figure says: its title (the finding), and its words for those who cannot see it (alt text)."""

from __future__ import annotations

from servanda.agreement import Agreement
from servanda.comparison import Comparison, PlanResult
from servanda.outcomes import HORIZON
from servanda.schedule import last_day
from servanda.summary import EntryResult, Exposure, TypeAct
from servanda.wording import capital, cause_name, expected_years, month, party_name, percent, type_name

RARE = 0.01  # below this chance of being reached, what happens at an entry hardly matters


def end_year(result: PlanResult) -> int:
    """The year in which the horizon lies."""
    return last_day(result.game.agreement).year


def name_of(result: PlanResult) -> str:
    """A plan's title, with a capital letter."""
    return capital(result.title)


def last_loss(result: PlanResult) -> float:
    """Chance that the agreement is lost at the last report, at the horizon."""
    entries = sum(sum(e.lost.values()) for e in result.summary.entries)
    return max(0.0, 1.0 - entries - sum(result.summary.held.values()))


def main_cause(result: PlanResult) -> tuple[str, float]:
    """The likeliest way of ending, and its chance."""
    broken = result.summary.broken
    cause = max(broken, key=lambda name: broken[name])
    return cause, broken[cause]


def weakest_words(result: PlanResult) -> str:
    """Where most is lost, such as `“Tests halted”, July 2018`."""
    link = result.summary.weakest_link
    name = "the last report" if link.entry == HORIZON else f"“{capital(link.title)}”"
    return f"{name}, {month(link.date)}"


def label_of(agreement: Agreement, entry: EntryResult) -> str:
    """An entry's title, with the party's name where a repeated review needs it."""
    name = capital(entry.title)
    return f"{name}: {party_name(agreement, entry.by)}" if entry.kind == "review" else name


# ------------------------------------------------------------------------------------------------ outcomes


def outcomes_title(comparison: Comparison) -> str:
    """The finding of the figure of outcomes."""
    plans, agreement = comparison.plans, comparison.agreement
    best = comparison.best
    held = best.summary.held["clean"]
    causes = {main_cause(r)[0] for r in plans}
    if len(plans) == 1:
        cause, chance = main_cause(best)
        more = f"; likeliest end: {cause_name(agreement, cause)} ({percent(chance)})" if chance >= 0.005 else ""
        return capital(f"{percent(held)} to be in force and clean in {end_year(best)}{more}")
    if held >= 0.01:
        rest = max(r.summary.held["clean"] for r in plans if r is not best)
        if held - rest < 0.01:
            return (
                f"The best plans hold about equally well: {percent(held)} to be in force and clean in {end_year(best)}"
            )
        return f"{name_of(best)} holds best: {percent(held)} to be in force and clean in {end_year(best)}"
    if len(causes) == 1:
        low = min(main_cause(r)[1] for r in plans)
        why = f"in each, {cause_name(agreement, causes.pop())} with a chance of {percent(low)} or more"
    else:
        why = f"each has less than 1% to be in force and clean in {end_year(best)}"
    return f"None of the {len(plans)} plans is likely to hold: {why}"


def outcomes_alt(comparison: Comparison) -> str:
    """The chances of every outcome worth naming, plan by plan."""
    rows: list[str] = []
    for result in comparison.plans:
        held, broken = result.summary.held, result.summary.broken
        named = sorted((c for c in broken if broken[c] >= 0.005), key=lambda c: -broken[c])
        parts = [f"{percent(held['clean'])} in force and clean in {end_year(result)}"]
        parts += [f"{percent(held['concealed'])} in force with something concealed"] * (held["concealed"] >= 0.005)
        parts += [f"{percent(broken[c])} {cause_name(comparison.agreement, c)}" for c in named]
        rows.append(f"{name_of(result)}: {', '.join(parts)}.")
    return "How each plan ends. " + " ".join(rows)


# ------------------------------------------------------------------------------------------------ calendar


def calendar_title(result: PlanResult) -> str:
    """The finding of a plan's calendar."""
    link = result.summary.weakest_link
    if link.lost < 0.005:
        return f"{name_of(result)}: no single entry loses more than {percent(link.lost)}"
    return f"{name_of(result)}: most likely to break at {weakest_words(result)} ({percent(link.lost)})"


def calendar_alt(result: PlanResult) -> str:
    """The entries at which most is lost, with the chance of keeping."""
    summary, agreement = result.summary, result.game.agreement
    worst = sorted(summary.entries, key=lambda e: -sum(e.lost.values()))[:3]
    rows = [
        f"“{label_of(agreement, e)}” in {month(e.date)} (reached {percent(e.reached)}, kept then {percent(e.keep)},"
        f" lost here {percent(sum(e.lost.values()))})"
        for e in worst
        if sum(e.lost.values()) >= 0.005
    ]
    first, last = summary.entries[0].date.year, summary.entries[-1].date.year
    where = "Most is lost at " + "; ".join(rows) + "." if rows else "No entry loses as much as half a percent."
    return (
        f"Calendar of {name_of(result)}: {len(summary.entries)} entries from {first} to {last}. {where}"
        f" Every step is performed or claimed with a chance of {percent(summary.completed)}."
    )


# ------------------------------------------------------------------------------------------------ survival


def survival_title(comparison: Comparison) -> str:
    """The finding of the figure of survival."""
    longest = max(comparison.plans, key=expected_years)
    years = f"{expected_years(longest):.1f} of {comparison.agreement.horizon:.0f} years"
    if len(comparison.plans) == 1:
        return f"In force for {years} on average"
    return f"{name_of(longest)} lasts longest: {years} on average"


def half_life(result: PlanResult) -> str:
    """When the chance of being in force falls below one half, in words."""
    for point in result.summary.standing:
        if point.in_force < 0.5:
            return f"below one half from {month(point.date)}"
    return f"above one half until {end_year(result)}"


def survival_alt(comparison: Comparison) -> str:
    """When each plan's chance falls below one half, how long it lasts, where it stands at the end."""
    rows = [
        f"{name_of(r)}: {half_life(r)}, {expected_years(r):.1f} years on average,"
        f" {percent(r.summary.standing[-1].in_force)} in force at the end."
        for r in comparison.plans
    ]
    return "Chance of being in force over time. " + " ".join(rows)


# ------------------------------------------------------------------------------------------------- beliefs


def uncertain(comparison: Comparison) -> list[str]:
    """The parties that may be of more than one type."""
    return [name for name, party in comparison.agreement.parties.items() if len(party.types) > 1]


def belief_span(result: PlanResult, party: str, kind: str) -> tuple[EntryResult, EntryResult]:
    """The first entry, and the last that is reached with a chance worth speaking of."""
    entries = [e for e in result.summary.entries if e.reached >= RARE and kind in e.beliefs[party]]
    return entries[0], entries[-1]


def beliefs_title(comparison: Comparison) -> str:
    """The finding of the figure of beliefs."""
    agreement = comparison.agreement
    found: list[tuple[float, str]] = []
    for result in comparison.plans:
        for party in uncertain(comparison):
            kind = next(iter(agreement.parties[party].types))
            first, last = belief_span(result, party, kind)
            a, b = first.beliefs[party][kind], last.beliefs[party][kind]
            name = type_name(agreement, party, kind)
            words = (
                f"belief that {party_name(agreement, party)} is of the {name} type goes from {percent(a)} to"
                f" {percent(b)} by {month(last.date)}"
            )
            words = f"{name_of(result)}: {words}" if len(comparison.plans) > 1 else capital(words)
            found.append((abs(b - a), words))
    change, words = max(found, default=(0.0, ""))
    return words if change >= 0.02 else "What the parties see hardly changes what they believe of each other"


def beliefs_alt(comparison: Comparison) -> str:
    """First and last belief about each party, plan by plan."""
    agreement, rows = comparison.agreement, list[str]()
    for result in comparison.plans:
        parts: list[str] = []
        for party in uncertain(comparison):
            kind = next(iter(agreement.parties[party].types))
            first, last = belief_span(result, party, kind)
            parts.append(
                f"{party_name(agreement, party)} {type_name(agreement, party, kind)}"
                f" {percent(first.beliefs[party][kind])} at first,"
                f" {percent(last.beliefs[party][kind])} in {month(last.date)}"
            )
        rows.append(f"{name_of(result)}: {'; '.join(parts)}.")
    return "What the others believe about each party's type while the agreement lasts. " + " ".join(rows)


# ------------------------------------------------------------------------------------------------ exposure


def peak(result: PlanResult, party: str) -> Exposure:
    """Where a party has most to lose."""
    return max(result.summary.exposure, key=lambda point: point.loss[party])


def exposure_title(comparison: Comparison) -> str:
    """The finding of the figure of exposure."""
    agreement = comparison.agreement
    rows = [(peak(r, p).loss[p], p, r) for r in comparison.plans for p in agreement.parties]
    loss, party, result = max(rows, key=lambda row: row[0])
    if loss <= 0:
        return "No party ever stands to lose against having no agreement"
    point = peak(result, party)
    title = next(e.title for e in result.summary.entries if e.id == point.entry)
    within = f" ({name_of(result)})" if len(comparison.plans) > 1 else ""
    return (
        f"{party_name(agreement, party)} is most exposed: {loss:.1f} units after “{capital(title)}”,"
        f" {month(point.date)}{within}"
    )


def exposure_alt(comparison: Comparison) -> str:
    """Each party's largest exposure, plan by plan."""
    agreement = comparison.agreement
    rows = [
        f"{name_of(r)}: "
        + "; ".join(
            f"{party_name(agreement, p)} at most {peak(r, p).loss[p]:+.1f} units in {month(peak(r, p).date)}"
            for p in agreement.parties
        )
        + "."
        for r in comparison.plans
    ]
    return "What each party loses against no agreement if the others withdraw after an entry. " + " ".join(rows)


# ---------------------------------------------------------------------------------------------------- acts


def least_kept(result: PlanResult) -> tuple[EntryResult, str, TypeAct] | None:
    """The entry and type least likely to keep, among entries with a chance of being reached worth speaking of."""
    rows = [
        (e, kind, act)
        for e in result.summary.entries
        for kind, act in e.by_type.items()
        if act is not None and e.reached >= RARE
    ]
    return min(rows, key=lambda row: row[2].keep, default=None)


def who(agreement: Agreement, party: str, kind: str) -> str:
    """Name a party's type: `North Korea, if stalling`; the bare name where it has one type."""
    name = party_name(agreement, party)
    return f"{name}, if {type_name(agreement, party, kind)}" if len(agreement.parties[party].types) > 1 else name


def acts_title(result: PlanResult) -> str:
    """The finding of the figure of acts."""
    found, agreement = least_kept(result), result.game.agreement
    if found is None:
        return f"{name_of(result)}: nobody has a choice to make"
    entry, kind, act = found
    return (
        f"{name_of(result)}: least to be relied on is {who(agreement, entry.by, kind)}, at “{capital(entry.title)}”"
        f" (keeps it with {percent(act.keep)})"
    )


def acts_alt(result: PlanResult) -> str:
    """For each party and type, where it is least likely to keep."""
    agreement, rows = result.game.agreement, list[str]()
    for party in agreement.parties:
        own = [e for e in result.summary.entries if e.by == party and e.reached >= RARE]
        for kind in agreement.parties[party].types or {"only": None}:
            acts = [(e, act) for e in own if (act := e.by_type.get(kind)) is not None]
            if acts:
                entry, act = min(acts, key=lambda row: row[1].keep)
                rows.append(
                    f"{who(agreement, party, kind)}: least at “{capital(entry.title)}”, keep {percent(act.keep)},"
                    f" conceal {percent(act.conceal)}, withdraw {percent(act.withdraw)}."
                )
    return f"What each type does at each entry of {name_of(result)}. " + " ".join(rows)
