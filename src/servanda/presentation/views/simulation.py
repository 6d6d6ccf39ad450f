"""Plays of a plan: how often what happened, beside the solved chances, and a few histories."""

from __future__ import annotations

import math

from servanda.agreement.labels import cause_name, type_name
from servanda.crosscheck.simulation import Acts, EntryPlays, Event, History, LatePlays, Plays
from servanda.english import capital, count
from servanda.presentation.view import Column, Row, Table, View, rows, view_of


@view_of.register
def _(plays: Plays) -> View:
    histories = [_history(plays, count, history) for count, history in enumerate(plays.examples, start=1)]
    said = f"{capital(plays.title)}, played {count(plays.times, 'time')} with seed {plays.seed}."
    late = () if plays.late is None else (_standing(plays, plays.late), _late(plays, plays.late))
    return View(said, (_outcomes(plays), _difference(plays), *late[:1], _entries(plays), *late[1:], *histories))


def _history(plays: Plays, count: int, history: History) -> Table:
    columns = (Column("date", "date"), Column("what happened", "text"))
    title = f"History {count}: {cause_name(plays.agreement, history.outcome)}"
    return Table(f"history-{count}", title, columns, rows((e.date.isoformat(), told(e)) for e in history.events))


def told(event: Event) -> str:
    """Write an event in words: `Tests halted: North Korea keeps`."""
    words = f"{event.who} {event.what}" if event.who else event.what
    return f"{capital(event.entry)}: {words}" if event.entry else capital(words)


def deviation(count: int, times: int, chance: float) -> float:
    """How far a count is from what its chance lets expect, in standard errors; infinite if it cannot be."""
    expected, spread = times * chance, math.sqrt(times * max(0.0, chance * (1.0 - chance)))
    if spread > 0.0:
        return (count - expected) / spread
    return 0.0 if math.isclose(count, expected, rel_tol=1e-9, abs_tol=1e-9) else math.inf


def _difference(plays: Plays) -> str:
    # Standard errors say little where hardly any play is expected to end; there, one count more is no surprise.
    common = [name for name, chance in plays.solved.items() if min(chance, 1.0 - chance) * plays.times >= 5.0]
    if not common:
        return "There are too few plays to compare with the solved chances."
    worst = max(abs(deviation(plays.outcomes[name], plays.times, plays.solved[name])) for name in common)
    return (
        f"The largest difference from a solved chance is {worst:.1f} standard errors, among {len(common)} outcomes that"
        " are expected at least five times. If the solution is right, it is rarely above 3."
    )


def _outcomes(plays: Plays) -> Table:
    held = [name for name in plays.outcomes if name.startswith("held:")]
    broken = sorted((name for name in plays.outcomes if name not in held), key=lambda name: -plays.outcomes[name])
    found = [(name, plays.outcomes[name], plays.solved[name]) for name in (*held, *broken)]
    made = rows(
        (
            cause_name(plays.agreement, name),
            f"{count:,}",
            f"{100 * count / plays.times:.2f}%",
            f"{100 * solved:.2f}%",
        )
        for name, count, solved in found
    )
    columns = (Column("outcome", "words"), *map(Column, ("plays", "share", "solved")))
    return Table("outcomes", "How it ended", columns, made)


def _standing(plays: Plays, late: LatePlays) -> Table:
    made = [
        (f"{name.replace('_', ' ')}, {'nothing' if how == 'clean' else 'something'} concealed", key)
        for key in late.standing
        for name, how in (key.split(":"),)
    ]
    shares = rows(
        (
            words,
            f"{late.standing[key]:,}",
            f"{100 * late.standing[key] / plays.times:.2f}%",
            f"{100 * late.solved[key]:.2f}%",
        )
        for words, key in made
        if late.standing[key] or late.solved[key] > 0
    )
    columns = (Column("in force at the end", "words"), *map(Column, ("plays", "share", "solved")))
    return Table("standing", "How it stood, if in force", columns, shares)


def _late(plays: Plays, late: LatePlays) -> Table:
    told = [(entry, late.entries[entry.id]) for entry in plays.entries if entry.kind not in ("turnover", "renewal")]
    made = rows(
        (
            entry.id,
            f"{of.held:,}",
            *("–" if entry.kind == "review" else f"{n:,}" for n in (of.done_on_time, of.done_late, of.struck)),
        )
        for entry, of in told
    )
    names = ("held back", "done on time", "done late", "struck")
    columns = (Column("entry", "words"), *map(Column, names))
    return Table("late", "What was late, and what became of it (plays)", columns, made)


def _entries(plays: Plays) -> Table:
    made: list[Row] = []
    for entry in plays.entries:
        made.append(Row((entry.id, entry.date.isoformat(), entry.by, f"{entry.reached:,}", *_acts(entry))))
        if entry.kind not in ("obligation", "review") or len(entry.by_type) < 2:
            continue
        made += [
            Row((type_name(plays.agreement, entry.by, kind), "", "", f"{acts.reached:,}", *_shares(acts)), "detail")
            for kind, acts in entry.by_type.items()
        ]
    names = ("plays", "keep", "conceal", "withdraw")
    columns = (Column("entry", "words"), Column("date", "date"), Column("by", "words"), *map(Column, names))
    return Table("entries", "Entry by entry", columns, tuple(made))


def _acts(entry: EntryPlays) -> tuple[str, str, str]:
    if entry.kind == "ratification":
        return (f"passes {_share(entry.keep, entry.reached)}", "–", "–")
    if entry.kind == "turnover":
        return (f"new government {_share(entry.new_government, entry.reached)}", "–", "–")
    return ("automatic", "–", "–") if entry.kind == "automatic" else _shares(entry)


def _shares(acts: Acts) -> tuple[str, str, str]:
    conceal = _share(acts.conceal, acts.reached) if acts.conceal else "–"
    return _share(acts.keep, acts.reached), conceal, _share(acts.withdraw, acts.reached)


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}%" if of else "–"
