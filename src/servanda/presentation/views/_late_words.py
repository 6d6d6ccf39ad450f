"""What is said of a plan in which steps can be late: how far it gets, how it goes wrong, what habit would give."""

from __future__ import annotations

from functools import partial

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name, type_name
from servanda.assessment.lateness import Ending, LateSummary, Loss
from servanda.assessment.outcomes import EntryResult, MoverAct, TypeAct
from servanda.assessment.summary import Summary
from servanda.english import a_chance, at, capital, chance, length, number, on
from servanda.presentation.view import Column, Row, Table, rows

in_words = partial(chance, room="sentence")
in_table = partial(chance, decimals=1)
SURE = 0.0005  # less than this goes wrong without a word on how
ENDINGS = 8  # are told

STANDS = {
    "complete_on_time": "complete, all on time",
    "complete_late": "complete, something late",
    "stalled": "in force, part of it not done",
    "suspended": "in force, something taken back",
}


def headline(summary: Summary, late: LateSummary) -> str:
    """A few plain sentences: is it completed, does it last, how far does it get, and how does it go wrong?"""
    head, alone, agreement = late.headline, late.by_habit.headline, summary.agreement
    end = at(last_day(agreement), agreement.horizon)
    said = [
        f"{capital(summary.title)} has {a_chance(head.complete)} of being complete {end}, {a_chance(head.unfinished)}"
        f" of being in force with part of it undone or taken back, and {a_chance(head.broken)} of having broken down.",
        f"Habit alone would give {in_words(alone.complete)} complete, {in_words(alone.unfinished)} in force but"
        f" unfinished, and {in_words(alone.broken)} broken down.",
        _furthest(late),
    ]
    if head.ending is not None and head.ending.chance >= 0.005:
        said.append(_ending(agreement, head.ending))
    if late.mostly_habit:
        said.append(
            f"Most of this is habit, and not interest: {in_words(late.habit_share)} of what goes wrong would go wrong"
            " for parties to whom nothing matters. It says more about agreements at large than about this one."
        )
    return " ".join(said)


def _furthest(late: LateSummary) -> str:
    reached = late.headline.furthest
    if reached is None:
        return "No step is more likely done than not."
    return f"The last step that is more likely done than not is “{capital(reached.title)}” ({in_words(reached.done)})."


def _ending(agreement: Agreement, ending: Ending) -> str:
    """How a plan most likely goes wrong, in a sentence or two."""
    verb = "end" if ending.ends else "stall" if ending.how != "suspended" else "be suspended"
    when = on(ending.date, agreement.horizon)
    return f"It is most likely to {verb} at “{_title(ending)}”, {when}: {_how(agreement, ending)}."


def _title(ending: Ending) -> str:
    return "The last report" if ending.entry == "horizon" else capital(ending.title)


def _how(agreement: Agreement, ending: Ending) -> str:
    """Who does what, with the chance, and which type it then likely is."""
    who = ending.by
    name = "several parties" if who in ("both", "several") else party_name(agreement, who) if who else ""
    does = {  # a party's name may be a plural
        "held_back": f"held back by {name}, and not done later",
        "vote_failed": f"not ratified by {name}",
        "withdrew": f"withdrawal of {name}",
        "lapsed": f"not renewed by {name}",
        "found": f"discovery of what is concealed by {name}",
        "suspended": f"what was given is taken back by {name}",
        "incident": "an incident that nobody chose",
    }[ending.how]
    kind = max(ending.types, key=lambda k: ending.types[k], default=None)
    likely = ""
    if kind is not None and who in agreement.parties and len(ending.types) > 1:
        likely = f"; in {in_words(ending.types[kind])} of these cases its type is “{type_name(agreement, who, kind)}”"
    return f"{does} ({in_words(ending.chance)}{likely})"


def outcome_table(summary: Summary, late: LateSummary) -> Table:
    """How it stands, or ends, beside what habit alone would give; what goes wrong by interest, habit and chance."""
    columns = (
        Column("outcome", "words"), Column("chance"), Column("habit alone"), Column("by interest"), Column("by habit"),
        Column("by chance"),
    )  # fmt: skip
    made: list[Row] = []
    for name, words in STANDS.items():
        each = late.how_it_stands[name]
        alone = sum(late.by_habit.how_it_stands[name].values())
        made.append(Row((words, in_table(sum(each.values())), in_table(alone), *_told_apart(late.losses.get(name)))))
        if each["concealed"] >= SURE:
            made.append(
                Row(("of this with something concealed", in_table(each["concealed"]), "", "", "", ""), "detail")
            )
    broken = sorted(summary.broken.items(), key=lambda row: -row[1])
    made += [
        Row(
            (
                cause_name(summary.agreement, cause), in_table(part), in_table(late.by_habit.broken.get(cause, 0.0)),
                *_told_apart(late.losses.get(cause)),
            )
        )
        for cause, part in broken
    ]  # fmt: skip
    return Table("outcomes", "How it stands, or ends", columns, tuple(made))


def _told_apart(loss: Loss | None) -> tuple[str, str, str]:
    if loss is None or loss.total < SURE:
        return "", "", ""
    return tuple(in_table(part) if part >= SURE else "–" for part in (loss.interest, loss.habit, loss.chance))  # pyright: ignore[reportReturnType]


def ending_table(agreement: Agreement, late: LateSummary) -> Table:
    """The likeliest ways in which the plan comes to be incomplete."""
    columns = (
        Column("what goes wrong first", "words"),
        Column("entry", "words"),
        Column("date, on average", "date"),
        Column("chance"),
    )
    told = [ending for ending in late.endings if ending.chance >= SURE][:ENDINGS]
    cells = rows(
        (_how_short(agreement, ending), _title(ending), ending.date.isoformat(), in_table(ending.chance))
        for ending in told
    )
    return Table("endings", "How it most likely goes wrong", columns, cells)


def _how_short(agreement: Agreement, ending: Ending) -> str:
    return _how(agreement, ending).partition(" (")[0] + ("; the agreement ends" if ending.ends else "")


def entry_table(summary: Summary) -> Table:
    """Entry by entry: what is done when it falls due, and what becomes of it."""
    names = ("falls due", "keep", "conceal", "hold back", "withdraw", "on time", "late", "struck")
    columns = (Column("entry", "words"), Column("date", "date"), Column("by", "words"), *map(Column, names))
    made: list[Row] = []
    for e in summary.entries:
        reached = in_table(e.reached, sure=e is summary.entries[0])
        made.append(Row((e.id, e.date.isoformat(), e.by, reached, *acts(e), *becomes(e))))
        for party, each in movers(e).items():
            if party != e.by or each.by_type:
                made.append(Row((f"{party}", "", "", "", *act_cells(each), "", "", ""), "detail"))
        made += [
            Row((f"{who}, believed {chance(e.belief[kind])}", "", "", "", *act_cells(act), "", "", ""), "detail")
            for kind, who, act in by_type(summary.agreement, e)
            if act is not None and len(e.by_type) > 1
        ]
    return Table("entries", "Entry by entry", columns, tuple(made))


def movers(e: EntryResult) -> dict[str, MoverAct]:
    """Who acts at an exchange; nobody elsewhere."""
    return e.late.movers if e.late is not None else {}


def by_type(agreement: Agreement, e: EntryResult) -> list[tuple[str, str, TypeAct | None]]:
    """The types of whoever acts, with their names and what each does."""
    named = bool(agreement.parties[e.by].types)
    return [(kind, type_name(agreement, e.by, kind) if named else "", act) for kind, act in e.by_type.items()]


def acts(e: EntryResult) -> tuple[str, str, str, str]:
    """What is done at an entry when it falls due, in cells."""
    if e.kind == "ratification":
        return f"passes {in_table(e.keep, sure=True)}", "–", "–", "–"
    if e.kind in ("turnover", "automatic"):
        return e.kind, "–", "–", "–"
    if e.kind == "renewal":
        return f"renews {in_table(e.keep)}", "–", "–", f"lapses {in_table(e.withdraw)}"
    return act_cells(e)


def act_cells(act: EntryResult | TypeAct | MoverAct) -> tuple[str, str, str, str]:
    """Chances of keeping, concealing, holding back and withdrawing, in cells."""
    some = [in_table(part) if part > 0 else "–" for part in (act.conceal, act.hold)]
    return in_table(act.keep), some[0], some[1], in_table(act.withdraw)


def becomes(e: EntryResult) -> tuple[str, str, str]:
    """Whether an entry is done on time, late or struck, in cells."""
    if e.late is None or e.kind in ("review", "turnover", "renewal"):
        return "", "", ""
    return in_table(e.late.done_on_time), in_table(e.late.done_late), in_table(e.late.struck)


def time_table(agreement: Agreement, late: LateSummary) -> Table:
    """How long each party is behind, has taken back, or is found out, as shares of the time in force."""
    columns = (Column("party", "words"), Column("behind"), Column("something taken back"), Column("found out"))
    cells = rows(
        (party_name(agreement, name), in_table(part.behind), in_table(part.suspended), in_table(part.exposed))
        for name, part in late.parties.items()
    )
    return Table("times", "Shares of the time in force", columns, cells)


def lateness(late: LateSummary) -> str:
    """How late it is where it is complete late; nothing where it hardly ever is."""
    if sum(late.how_it_stands["complete_late"].values()) < 0.005:
        return ""
    return f"Where all is done but late, the latest step is {length(late.mean_lateness)} late on average."


def waits(summary: Summary) -> int:
    """How many entries of a plan can wait: all but reviews, renewals and turnovers."""
    return sum(e.kind not in ("review", "renewal", "turnover") for e in summary.entries)


def steps(summary: Summary, late: LateSummary) -> str:
    """How many steps are done."""
    done, alone = number(late.steps_done, 1), number(late.by_habit.steps_done, 1)
    return f"Of {waits(summary)} steps, {done} are done on average ({alone} by habit alone)."
