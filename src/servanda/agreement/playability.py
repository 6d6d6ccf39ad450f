"""What a plan lacks to be played: a text can be read and checked with far less than a game needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pydantic import BaseModel

from servanda.agreement.dates import DueDates, due_dates
from servanda.agreement.format.agreement import Agreement, AgreementError, line_of
from servanda.agreement.format.entries import Dated, Due, Entry, Obligation, Ratification
from servanda.agreement.format.values import Place
from servanda.agreement.reading.reader import catalog
from servanda.english import listed


def plays(entry: Entry) -> bool:
    """Whether an entry is part of the game: a duty that moves no stake is not."""
    return not isinstance(entry, Obligation) or bool(entry.gives)


def playable_days(agreement: Agreement, plan: str) -> dict[str, date]:
    """Work out the day of every entry that is played.

    Returns
    -------
    dict[str, datetime.date]
        By id; entries that are not played may be missing.

    Raises
    ------
    AgreementError
        If the plan lacks anything that play needs, with all of it.
    """
    found = due_dates(agreement, plan)
    lacking = [*_text(agreement, plan)] or [
        *_numbers(agreement, plan), *_nobody(agreement, plan), *_undated(agreement, plan, found)
    ]  # fmt: skip
    lacking.sort(key=lambda each: line_of(agreement, each[0]) or 0)
    problems = [
        f"{_file(agreement, place)}plan {plan} can be read but not played: {words}." for place, words in lacking
    ]
    if problems:
        raise AgreementError(problems)
    return found.days


def playable(agreement: Agreement, plan: str) -> bool:
    """Whether a plan has all that play needs."""
    try:
        playable_days(agreement, plan)
    except AgreementError:
        return False
    return True


def _file(agreement: Agreement, place: Place) -> str:
    return f"{agreement.origin.path}:{line_of(agreement, place)}: " if agreement.origin else ""


def _line(agreement: Agreement, place: Place, more: str = "") -> str:
    """Write ` (line 20: more)`, as far as there is a file and more."""
    parts = [f"line {line_of(agreement, place)}"] if agreement.origin else []
    words = ": ".join([*parts, more] if more else parts)
    return f" ({words})" if words else ""


def _text(agreement: Agreement, plan: str) -> Iterator[tuple[Place, str]]:
    """Say that a text is no game: there is nothing in it that a missing number would make playable."""
    if not agreement.stakes and not any(plays(entry) for entry in agreement.plans[plan].entries):
        name = agreement.origin.path if agreement.origin else "FILE"
        game = f"{name}-game"
        further = (
            f"'servanda solve {game}' plays a game made of it"
            if game in catalog()
            else "'servanda new FILE' writes a file that says what else a game needs"
        )
        yield (
            ("plans", plan),
            f"it is a text without stakes and numbers. 'servanda check {name}' looks at it as it is. {further}",
        )


def _numbers(agreement: Agreement, plan: str) -> Iterator[tuple[Place, str]]:
    """Say which numbers the file leaves out."""
    needed: list[tuple[Place, BaseModel, tuple[str, ...]]] = [((), agreement, ("horizon", "unit", "stakes"))]
    for name, party in agreement.parties.items():
        sharp = () if "sharpness" in party.model_fields_set else ("precision",)
        needed.append((("parties", name), party, ("discount", *sharp)))
    needed += [(("stakes", name), stake, ("worth", "restore")) for name, stake in agreement.stakes.items()]
    needed += [(("measures", name), measure, ("covers", "finds")) for name, measure in agreement.measures.items()]
    for index, entry in enumerate(agreement.plans[plan].entries):
        if isinstance(entry, Ratification):
            needed.append((("plans", plan, "entries", index), entry, ("passes",)))
    lacking: list[tuple[Place, str]] = []
    for place, thing, keys in needed:
        gone = [key for key in keys if key not in thing.model_fields_set]
        if gone:
            name = f"entry {thing.id}" if isinstance(thing, Ratification) else ".".join(map(str, place)) or "the file"
            lacking.append((place, f"{name}{_line(agreement, place) if place else ''} lacks {listed(gone)}"))
    if lacking:
        words = "; ".join(words for _, words in lacking)
        yield (
            lacking[0][0],
            f"{words}. Add what is missing. 'servanda new FILE' writes a file that says how to choose it",
        )


def _nobody(agreement: Agreement, plan: str) -> Iterator[tuple[Place, str]]:
    """Say which entries give a stake without one party that gives it; or that nothing at all is played."""
    entries = agreement.plans[plan].entries
    if not any(plays(entry) for entry in entries):
        words = (
            "none of its entries moves a stake (gives), ratifies, or is a review, renewal or turnover. Add such an"
            " entry"
        )
        yield ("plans", plan, "entries"), words
    found: list[tuple[Place, str]] = []
    for index, entry in enumerate(entries):
        place: Place = ("plans", plan, "entries", index)
        if not isinstance(entry, Obligation) or not entry.gives:
            continue
        bodies = [name for name in entry.actors if name in agreement.bodies]
        if len(entry.actors) != 1:
            more = f"by {listed(entry.actors)}" if entry.actors else "by nobody"
            found.append((place, entry.id + _line(agreement, place, more)))
        elif bodies:
            found.append((place, entry.id + _line(agreement, place, f"by {bodies[0]}, which is not a party")))
    if found:
        yield (
            found[0][0],
            "exactly one party has to take each step that moves a stake, and these entries do not say so:"
            f" {'; '.join(each for _, each in found)}. Write by: with the party that holds the stake. Where there are"
            " several, make an entry for each party",
        )


def _undated(agreement: Agreement, plan: str, found: DueDates) -> Iterator[tuple[Place, str]]:
    """Say which entries that are played have no day, and why."""
    loose: list[tuple[Place, str]] = []
    for index, entry in enumerate(agreement.plans[plan].entries):
        if plays(entry) and entry.id in found.open:
            place: Place = ("plans", plan, "entries", index)
            due = entry.due if isinstance(entry, Dated) else None
            loose.append((place, entry.id + _line(agreement, place, _why(entry.id, due, found))))
    if loose:
        yield (
            loose[0][0],
            f"these entries have no day: {'; '.join(words for _, words in loose)}. Give each a date, or a due that"
            " leads to one, such as due: {within: 60 days, after: start}",
        )


def _why(name: str, due: Due | None, found: DueDates) -> str:
    if due is None:
        return "neither date nor due"
    if due.when is not None:
        return "due after an event described in words"
    words = "before" if due.before else "after" if due.after else "on the same day as"
    words = f"due {words} {due.anchor}"
    why = found.open[name]
    if why == "no limit":
        return f"{words}, without a time limit"
    if why == "circle":
        circle = next(each for each in found.circles if name in each)
        return (
            f"{words}, and so on in a circle: {', '.join((*circle, circle[0]))}"
            if len(circle) > 1
            else f"{words}, which is the entry itself"
        )
    return f"{words}, which " + ("has no day" if why == "rests" else "is not an entry of the plan")
