"""What is said of one plan: whether it holds, where it breaks and why, entry by entry, and what signing is worth."""

from __future__ import annotations

from functools import partial

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name, type_name
from servanda.assessment.comparison import PlanResult
from servanda.assessment.lateness import LateSummary
from servanda.assessment.outcomes import HORIZON, EntryResult, TypeAct, outcomes
from servanda.assessment.summary import Summary, Value
from servanda.english import (
    TINY,
    a_chance,
    amounts,
    at,
    capital,
    chance,
    count,
    number,
    on,
    quantity,
    time_of,
    without_capital,
)
from servanda.errors import expect
from servanda.game.calendar import Step
from servanda.presentation.view import Column, Row, Table, View, filled, rows, view, view_of
from servanda.presentation.views import _late_words

in_words = partial(chance, room="sentence")
in_table = partial(chance, decimals=1)
SURE = 0.0005  # less than this is lost without a word on the cause


@view_of.register
def _(summary: Summary) -> View:
    agreement, years = summary.agreement, summary.expected_years
    if summary.late is not None:
        return _of_late(summary, summary.late)
    done = "The plan has no steps to perform."
    if summary.has_steps:
        done = f"There is {a_chance(summary.completed)} that every step is performed or claimed."
    return View(
        headline(summary),
        (
            _outcomes(summary),
            _entries(summary),
            _values(summary),
            f"{done} The plan is expected to stay in force for {time_of(years, agreement.horizon)}.",
        ),
        (
            f"Status: {summary.status}; residual {summary.residual:.0e} after {count(summary.iterations, 'iteration')}"
            f"{_way(summary)}. All chances rest on the judgements in the file.",
            *left_out(summary),
            *other_ways(summary),
        ),
    )


def _of_late(summary: Summary, late: LateSummary) -> View:
    """The view of a plan in which steps can be late."""
    agreement = summary.agreement
    years = time_of(summary.expected_years, agreement.horizon)
    alone = time_of(late.by_habit.expected_years, agreement.horizon)
    return View(
        headline(summary),
        filled(
            _late_words.outcome_table(summary, late),
            _late_words.ending_table(agreement, late),
            _late_words.entry_table(summary),
            _late_words.time_table(agreement, late),
            _values(summary),
            _late_words.steps(summary, late),
            f"The plan is expected to stay in force for {years} ({alone} by habit alone).",
            _late_words.lateness(late),
        ),
        (
            f"Status: {summary.status}; residual {summary.residual:.0e} after {count(summary.iterations, 'iteration')}"
            f"{_way(summary)}. All chances rest on the judgements in the file.",
            "Habit alone is what parties to whom nothing matters would do. By interest is what comes of acts that are"
            " likelier than that, as they pay; by habit, what would happen anyway.",
            *left_out(summary),
            *other_ways(summary),
        ),
    )


@view_of.register
def _(result: PlanResult) -> View:
    """All that is known, with the words of the plan beside the chances of its entries."""
    said = view_of(result.summary)
    blocks = [_calendar(result) if isinstance(b, Table) and b.key == "entries" else b for b in said.blocks]
    more = [
        block for other in (result.audit, result.scorecard) for block in (view(other).headline, *view(other).blocks)
    ]
    return View(said.headline, (*blocks, *more), said.notes)


# ------------------------------------------------------------------------------------------------------ sentences


def _way(summary: Summary) -> str:
    """What was met on the way to the answer, if anything."""
    turns, met = summary.folds, summary.bifurcations
    said = [f"the branch turned back {turns} time{'s' * (turns > 1)}"] if turns else []
    said += [f"it met another branch {met} time{'s' * (met > 1)}"] if met else []
    return "".join(f"; {each}" for each in said)


def headline(summary: Summary) -> str:
    """A few plain sentences: will this plan hold, where is it most likely to fail, and why?"""
    expect(summary, Summary, "headline")
    if summary.late is not None:
        return _late_words.headline(summary, summary.late)
    link = summary.weakest_link
    horizon = summary.agreement.horizon
    end = at(last_day(summary.agreement), horizon)
    first = (
        f"{capital(summary.title)} has {a_chance(summary.held['clean'])} of still being in force {end} with nothing"
        " concealed"
    )
    if summary.held["concealed"] >= 0.01:
        first += f", and {a_chance(summary.held['concealed'])} of being in force with something concealed"
    if link.lost < 0.005:
        return first + "."
    where = (
        f"at the last report {on(link.date, horizon)}"
        if link.entry == HORIZON
        else f"at “{capital(link.title)}” {on(link.date, horizon)}"
    )
    fails = "If it fails, this is most likely" if sum(summary.held.values()) >= 0.5 else "It is most likely to fail"
    part = "" if in_words(link.lost) == in_words(link.cause_lost) else f" ({in_words(link.cause_lost)})"
    return f"{first}. {fails} {where} ({in_words(link.lost)}). The main cause{part} is {_because(summary)}"


def _because(summary: Summary) -> str:
    agreement, link = summary.agreement, summary.weakest_link
    what, _, who = link.cause.partition(":")
    if what == "incident":
        return "an incident that nobody chose."
    if who in ("both", "several"):
        return "that more than one party is found concealing."
    name = party_name(agreement, who)
    entry = next((e for e in summary.entries if e.id == link.entry), None)
    if what == "found" or entry is None:
        hidden = link.concealing[who]
        return f"that {name} is found out. By then there is {a_chance(hidden)} that it is concealing something."
    if what == "unratified":
        only = "only " if 0.01 <= entry.keep <= 0.99 else ""
        return f"that {name} does not ratify: the vote has {only}{a_chance(entry.keep)} of passing."
    return f"that {name} withdraws. {_reason(agreement, who, entry)}"


def _reason(agreement: Agreement, party: str, entry: EntryResult) -> str:
    leaving = {kind: entry.belief[kind] * act.withdraw for kind, act in entry.by_type.items() if act is not None}
    kind = max(leaving, key=lambda k: leaving[k])
    act = entry.by_type[kind]
    assert act is not None
    if _precision(agreement, party, kind) == 0:
        return "It chooses at random (its precision is 0)."
    size = abs(act.margin)
    units = f"{number(size, 1) if size < 1e5 else quantity(size)} units"
    whom = f"To {party_name(agreement, party)}"
    if len(entry.by_type) > 1:
        whom = f"To its {type_name(agreement, party, kind)} type ({in_words(entry.belief[kind])} likely by then)"
    if act.margin < -0.05:
        return f"{whom}, breaking its word is worth {units} more than keeping it."
    if abs(act.margin) <= 0.05:
        return f"{whom}, keeping its word is worth about as much as breaking it."
    if act.keep >= 0.95:
        return f"{whom}, keeping its word is worth {units} more than breaking it, which leaves a small chance of error."
    return f"{whom}, keeping its word is worth only {units} more than breaking it. That is too little to rely on."


def _precision(agreement: Agreement, party: str, kind: str) -> float:
    declared = agreement.parties[party].types.get(kind)
    return ((declared.precision if declared else None) or agreement.parties[party].precision).likely


def other_ways(summary: Summary) -> list[str]:
    """Say what is known of equilibria besides the answer, one sentence each; nothing if none was looked for."""
    if not summary.searched:
        return []
    if not summary.others:
        return [f"The solver found no other equilibrium from {count(summary.searched, 'starting point')}."]
    entries = {entry.id: entry for entry in summary.entries}
    said: list[str] = []
    for other in summary.others:
        entry = entries[other.entry]
        held = sum(part for name, part in outcomes(other.equilibrium).items() if name.startswith("held:"))
        said.append(
            f"In another equilibrium, {party_name(summary.agreement, entry.by)} has {a_chance(other.keep)} of keeping"
            f" “{entry.title}”, as the others expect (here {in_words(other.answer_keep)}). The agreement then has"
            f" {a_chance(held)} of being in force at the end, against {in_words(sum(summary.held.values()))} here."
        )
    return said


def left_out(summary: Summary) -> list[str]:
    """Say which duties of a plan are no part of the game, in one sentence; nothing if all are."""
    duties = summary.not_played
    if not duties:
        return []
    what = "One duty of this plan moves no stake, so it is" if len(duties) == 1 else "Duties that move no stake are"
    return [f"{what} left out of the game: {', '.join(duties)}."]


# --------------------------------------------------------------------------------------------------------- tables


def _outcomes(summary: Summary) -> Table:
    broken = sorted(summary.broken.items(), key=lambda row: -row[1])
    found = [*((f"held:{how}", part) for how, part in summary.held.items()), *broken]
    cells = rows((cause_name(summary.agreement, cause), in_table(part)) for cause, part in found)
    return Table("outcomes", "How it ends", (Column("outcome", "words"), Column("chance")), cells)


def _entries(summary: Summary) -> Table:
    names = ("reached", "keep", "conceal", "withdraw")
    columns = (Column("entry", "words"), Column("date", "date"), Column("by", "words"), *map(Column, names))
    made: list[Row] = []
    for e in summary.entries:
        reached = in_table(e.reached, sure=e is summary.entries[0])
        made.append(Row((e.id, e.date.isoformat(), e.by, reached, *_acts(e))))
        made += [
            Row((f"{who}, believed {chance(e.belief[kind])}", "", "", "", *_chances(act)), "detail")
            for kind, who, act in _by_type(summary.agreement, e)
            if act is not None and len(e.by_type) > 1
        ]
    return Table("entries", "Entry by entry", columns, tuple(made))


def _calendar(result: PlanResult) -> Table:
    """Every entry in the words of the plan, with what is lost there and why; and the last report, at the horizon."""
    summary, agreement, link = result.summary, result.game.agreement, result.summary.weakest_link
    steps = {step.id: step for step in result.game.steps}
    written = agreement.plans[result.plan].entries
    late = summary.late is not None
    names = ("in force then", "kept", "concealed", "withdrawn", "keeping is worth")
    if late:
        names = (
            "falls due",
            "kept",
            "concealed",
            "held back",
            "withdrawn",
            "keeping is worth",
            "on time",
            "late",
            "struck",
        )
    columns = (Column("date", "date"), Column("entry", "words"), *map(Column, names), Column("lost here", "words"))
    told, chances = (_late_words.acts, _late_words.act_cells) if late else (_acts, _chances)

    def marked(title: str, entry: str) -> str:
        return title + (" (weakest link)" if entry == link.entry and link.lost >= 10 * SURE else "")

    acts = [act for e in summary.entries for act in e.by_type.values() if act is not None]
    write = amounts(act.margin for act in acts)
    made: list[Row] = []
    for e in summary.entries:
        types = _by_type(agreement, e)
        margins = [write(act.margin, sign=True) for _, _, act in types if act is not None and len(types) == 1]
        reached, title = in_table(e.reached, sure=e is summary.entries[0]), marked(entry_title(agreement, e), e.id)
        becomes = _late_words.becomes(e) if late else ()
        cells = (reached, *told(e), *(margins or [""]), *becomes, _lost(agreement, e.lost))
        made.append(Row((e.date.isoformat(), title, *cells)))
        asked = f"{party_name(agreement, e.by)}: {'; '.join(_gives(agreement, steps[e.id]))}"
        said = [f"{e.id} – {asked}", *filter(None, [written[steps[e.id].place].text])]
        made += [Row(("", words), "detail") for words in said]
        for kind, who, act in types if len(types) > 1 else ():
            believed = f"{who}, believed {chance(e.belief[kind])}"
            cells = ("cannot be in office",) if act is None else (*chances(act), write(act.margin, sign=True))
            made.append(Row(("", believed, "", *cells), "detail"))
    points, lost = summary.standing, summary.lost_at_the_end
    reached = in_table(points[-2].in_force if len(points) > 1 else 1.0)
    cause = f"{in_table(lost)} found out, or an incident" if lost >= SURE else "–"
    last = marked("The last report, at the horizon", HORIZON)
    made.append(
        Row(
            (
                last_day(agreement).isoformat(),
                last,
                reached,
                *["–"] * (4 if late else 3),
                *[""] * (4 if late else 1),
                cause,
            )
        )
    )
    return Table("calendar", "Entry by entry", columns, tuple(made))


def _values(summary: Summary) -> Table:
    agreement = summary.agreement
    names = ("chance of this type", "sign", "no agreement", "gain")
    columns = (Column("party", "words"), *map(Column, names), Column("would sign", "words"))

    def cells(name: str, prior: str, value: Value) -> tuple[str, ...]:
        would = "all the same" if abs(value.gain) < TINY else "yes" if value.gain > 0 else "no"
        return name, prior, write(value.sign), write(value.no_deal), write(value.gain, sign=True), would

    made: list[Row] = []
    write = amounts(amount for value in summary.values.values() for amount in (value.sign, value.no_deal, value.gain))
    for party, value in summary.values.items():
        made.append(Row(cells(party_name(agreement, party), "", value)))
        for kind, one in value.by_type.items() if len(value.by_type) > 1 else ():
            prior = in_table(agreement.parties[party].types[kind].chance.likely, sure=True)
            made.append(Row(cells(f"if {type_name(agreement, party, kind)}", prior, one), "detail"))
    return Table("values", "Is it worth signing? (present values, units)", columns, tuple(made))


# ---------------------------------------------------------------------------------------------------------- cells


def entry_title(agreement: Agreement, entry: EntryResult) -> str:
    """An entry's title, with the party's name where a repeated review needs it."""
    name = capital(entry.title)
    return f"{name}: {party_name(agreement, entry.by)}" if entry.kind in ("review", "renewal") else name


def _by_type(agreement: Agreement, e: EntryResult) -> list[tuple[str, str, TypeAct | None]]:
    named = bool(agreement.parties[e.by].types)
    return [(kind, type_name(agreement, e.by, kind) if named else "", act) for kind, act in e.by_type.items()]


def _acts(e: EntryResult) -> tuple[str, str, str]:
    if e.kind == "ratification":
        return f"passes {in_table(e.keep, sure=True)}", "–", "–"
    return (e.kind, "–", "–") if e.kind in ("turnover", "automatic") else _chances(e)


def _chances(act: EntryResult | TypeAct) -> tuple[str, str, str]:
    return in_table(act.keep), in_table(act.conceal) if act.conceal > 0 else "–", in_table(act.withdraw)


def _gives(agreement: Agreement, step: Step) -> list[str]:
    """What an entry asks for, in words."""
    said: list[str] = []
    for stake, share in step.gives.items():
        name = without_capital(agreement.stakes[stake].name or stake.replace("-", " "))
        part = "all" if share.likely >= 1.0 - 1e-9 else f"{100 * share.likely:.0f}%"
        said.append(f"the rest ({part}) of {name}" if stake in step.rest and part != "all" else f"{part} of {name}")
    if step.kind == "ratification":
        return ["a vote"]
    if step.kind == "turnover":
        return [
            f"a new government, with a chance of {in_table(step.chance.likely if step.chance else None, sure=True)}"
        ]
    if step.kind == "automatic":
        return [*said[:-1], f"{said[-1]}, {'all ' if len(said) > 1 else ''}automatically"]
    return said or ["stay or leave"]


def _lost(agreement: Agreement, lost: dict[str, float]) -> str:
    named = sorted(((cause, part) for cause, part in lost.items() if part >= SURE), key=lambda row: -row[1])
    if not named:
        return in_table(sum(lost.values())) if sum(lost.values()) > 0 else "–"
    return "; ".join(f"{in_table(part)} {cause_name(agreement, cause)}" for cause, part in named)
