"""What each figure says: its title (the finding), and its words for those who cannot see it (alt text)."""

from __future__ import annotations

from datetime import date

from servanda._score_words import against_aim, change_words, finding, remarks, whole_share
from servanda.agreement import Agreement
from servanda.comparison import Comparison, PlanResult
from servanda.dates import last_day
from servanda.outcomes import HORIZON
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
    return any(e.kind in ("obligation", "automatic") for e in result.summary.entries)


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
        more = f"; likeliest breakdown: {cause_name(agreement, cause)} ({percent(chance)})" if chance >= 0.005 else ""
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
        return f"{name_of(result)}: no single entry loses as much as 1%"
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
    done = (
        f"Every step is performed or claimed with a chance of {percent(summary.completed)}."
        if steps_to_perform(result)
        else "There are no steps to perform."
    )
    where = "Most is lost at " + "; ".join(rows) + "." if rows else "No entry loses as much as half a percent."
    return f"Calendar of {name_of(result)}: {len(summary.entries)} entries from {first} to {last}. {where} {done}"


# ------------------------------------------------------------------------------------------------ survival


def survival_title(comparison: Comparison) -> str:
    """The finding of the figure of survival."""
    longest = max(comparison.plans, key=expected_years)
    years = f"{expected_years(longest):.1f} of {comparison.agreement.horizon:.3g} years"
    if len(comparison.plans) == 1:
        return f"In force for {years} on average"
    tied = [r for r in comparison.plans if expected_years(longest) - expected_years(r) < 0.05]
    if len(tied) == 1:
        return f"{name_of(longest)} lasts longest: {years} on average"
    if len(tied) == len(comparison.plans) > 2:
        return f"The {len(tied)} plans last about equally long: {years} on average"
    names = ", ".join(name_of(r) for r in tied[:-1]) + f" and {name_of(tied[-1])}"
    how = "" if len(tied) == len(comparison.plans) else "longest, "
    return f"{names} last {how}about equally long: {years} on average"


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


def belief_span(result: PlanResult, party: str, kind: str) -> tuple[float, float, date]:
    """The belief at the first entry, and at the last moment reached with a chance worth speaking of, and its date."""
    summary = result.summary
    entries = [e for e in summary.entries if e.reached >= RARE] or list(summary.entries[:1])
    first, last, day = entries[0].beliefs[party][kind], entries[-1].beliefs[party][kind], entries[-1].date
    if sum(summary.held.values()) >= RARE:
        last, day = summary.final_beliefs[party][kind], last_day(result.game.agreement)
    return first, last, day


def beliefs_title(comparison: Comparison) -> str:
    """The finding of the figure of beliefs."""
    agreement = comparison.agreement
    found: list[tuple[float, str]] = []
    for result in comparison.plans:
        for party in uncertain(comparison):
            kind = next(iter(agreement.parties[party].types))
            a, b, day = belief_span(result, party, kind)
            name = type_name(agreement, party, kind)
            words = (
                f"belief that {party_name(agreement, party)} is of the “{name}” type goes from {percent(a)} to"
                f" {percent(b)} by {month(day)}"
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
            first, last, day = belief_span(result, party, kind)
            parts.append(
                f"{party_name(agreement, party)} “{type_name(agreement, party, kind)}” {percent(first)} at first,"
                f" {percent(last)} in {month(day)}"
            )
        rows.append(f"{name_of(result)}: {'; '.join(parts)}.")
    return "What the others believe about each party's type while the agreement lasts. " + " ".join(rows)


# ------------------------------------------------------------------------------------------------ exposure


def peak(result: PlanResult, party: str) -> Exposure:
    """Where a party has most to lose."""
    return max(result.summary.exposure, key=lambda point: point.loss[party])


def exposure_title(comparison: Comparison) -> str:
    """The finding of the figure of exposure: each party's own peak, as units of two parties cannot be compared."""
    agreement, several = comparison.agreement, len(comparison.plans) > 1
    found: list[tuple[str, float, str, str]] = []
    most = 0.0
    for party in agreement.parties:
        result = max(comparison.plans, key=lambda r, party=party: peak(r, party).loss[party])
        point = peak(result, party)
        most = max(most, point.loss[party])
        if point.loss[party] >= 0.05:
            found.append((party_name(agreement, party), point.loss[party], month(point.date), name_of(result)))
    if not found:
        tiny = "as much as 0.05 units " if most > 0 else ""
        return f"No party ever stands to lose {tiny}against having no agreement"
    if len(found) > 3:
        return (
            f"{len(found)} of {len(agreement.parties)} parties at some time stand to lose against having no agreement"
        )
    same = several and len({plan for *_, plan in found}) == 1
    parts = [
        f"{name} {'stands to lose ' if i == 0 else ''}{loss:.1f} units"
        f" ({when}{f', {plan}' if several and not same else ''})"
        for i, (name, loss, when, plan) in enumerate(found)
    ]
    return (f"{found[0][3]}: at most, " if same else "At most, ") + ", ".join(parts)


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
    how = "if the others withdraw" if len(agreement.parties) > 1 else "if the agreement breaks down"
    return f"What each party loses against no agreement {how} after an entry. " + " ".join(rows)


# ----------------------------------------------------------------------------------------------- scorecard


def scorecard_title(result: PlanResult) -> str:
    """The finding of the figure of the scorecard."""
    return f"{name_of(result)}: {finding(result.game.agreement, result.scorecard)}"


def scorecard_alt(result: PlanResult) -> str:
    """Each party's three figures at the end against its aims, what moves them, and what lies behind."""
    agreement, rows = result.game.agreement, list[str]()
    for party, one in result.scorecard.parties.items():
        if one.harm > 0:
            figures = [
                f"{what} {whole_share(c.figure)} ({against_aim(one, what)}"
                + "".join(
                    f"; {how} most by “{capital(move.title)}”, {change_words(move)} points"
                    for how, move in (("raised", c.raised), ("lowered", c.lowered))
                    if move is not None
                )
                + ")"
                for what, c in one.criteria.items()
            ]
            rows.append(f"{party_name(agreement, party)}: {'; '.join(figures)}.")
        rows += remarks(agreement, one)
    return f"What each party obtains of the others in {name_of(result)}, if everyone keeps. " + " ".join(rows)


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
    if act.keep > 0.99:
        every = [a.keep for e in result.summary.entries for a in e.by_type.values() if a is not None]
        what = "everything" if min(every) > 0.99 else "all that comes up with a chance of at least 1%"
        return f"{name_of(result)}: every type keeps {what} with more than 99%"
    return (
        f"{name_of(result)}: least to be relied on is {who(agreement, entry.by, kind)}, at “{capital(entry.title)}”"
        f" (chance of keeping {percent(act.keep)})"
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
