"""What an audit and its critical values say."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypeAlias

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import DAYS_PER_YEAR
from servanda.agreement.labels import party_name, type_name
from servanda.assessment.audits import Audit
from servanda.assessment.breaches import TOLERANCE
from servanda.assessment.critical import CriticalValue
from servanda.english import amounts, capital, listed, quantity
from servanda.presentation.view import Column, Table, View, rows, view_of

KINDS = {"finds": "finding rate", "discount": "discount", "restore": "restore time", "chance": "type chance"}
Rounding: TypeAlias = Callable[[float], int]


@view_of.register
def _(audit: Audit) -> View:
    agreement = audit.agreement
    who = {id(row): _party_and_type(agreement, row.party, row.type) for row in audit}
    courses = [
        f"Best course of {who[id(row)]}: "
        + ", then ".join(f"{_how(act.act)} “{act.title}” ({act.date})" for act in row.course.breaches)
        + "."
        for row in audit
        if row.course and row.course.breaches
    ]
    courses += [
        f"If a vote fails, or something is found, and the agreement goes on, breaking may pay for {who[id(row)]} after"
        " that. Until then it does not."
        for row in audit
        if row.self_enforcing and row.best_course > TOLERANCE
    ]
    breakers = listed([who[id(row)] for row in audit if not row.self_enforcing])
    said = f"Self-enforcing: no party gains by breaking the plan{_if_kept(agreement)}."
    if breakers:
        said = f"Not self-enforcing. Breaking pays for {breakers}. Gains are in units, at the date of the breach."
    return View(said, (_breaches(audit), *courses, *sentences(audit.critical or (), agreement)))


def _breaches(audit: Audit) -> Table:
    columns = (
        Column("party", "words"), Column("if", "words"), Column("best breach at", "words"), Column("date", "date"),
        Column("how", "words"), Column("gain"), Column("best course gains"), Column("self-enforcing", "words"),
    )  # fmt: skip
    made: list[tuple[str, ...]] = []
    write = amounts(gain for row in audit for gain in (row.best_course, row.best.gain if row.best else 0.0))
    for row in audit:
        best = row.best
        breach = ("no choice to make", "", "", "")
        if best is not None:
            breach = (capital(best.title), best.date.isoformat(), _how(best.act), write(best.gain, sign=True))
        kind = type_name(audit.agreement, row.party, row.type) if audit.agreement.parties[row.party].types else "–"
        keeps = "yes" if row.self_enforcing else "no"
        course = write(row.best_course, sign=True)
        made.append((party_name(audit.agreement, row.party), kind, *breach, course, keeps))
    title = f"Plan {audit.plan}: the best single breach{_if_kept(audit.agreement)}"
    return Table("audit", title, columns, rows(made))


def _how(act: str) -> str:
    return {"hold": "hold back", "lapse": "let lapse"}.get(act, act)


def _if_kept(agreement: Agreement) -> str:
    return " if all others keep it" if len(agreement.parties) > 1 else ""


def _party_and_type(agreement: Agreement, party: str, kind: str) -> str:
    named = f" ({type_name(agreement, party, kind)})" if agreement.parties[party].types else ""
    return party_name(agreement, party) + named


# ------------------------------------------------------------------------------------------------ critical values


def sentence(value: CriticalValue, agreement: Agreement) -> str:
    """Say a critical value in a plain sentence.

    Critical values have three digits, rounded to the side on which the plan is self-enforcing.
    """
    who, what = _who(value, agreement), _what(value, agreement)
    now = f"(now {_amount(value, value.now, agreement)})"
    if value.value is None:
        over = f"{what} from {_span(value, value.low, value.high, agreement)} {now}."
        if value.self_enforcing:
            return f"Already self-enforcing for {who}, at any value of {over}"
        return f"Not self-enforcing for {who}, at any value of {over}"
    here = value.now if value.self_enforcing else value.value
    a, b = next((a, b) for a, b in value.holds if a <= here <= b)
    least, most = _amount(value, a, agreement, math.ceil), _amount(value, b, agreement, math.floor)
    if a in value.crossings and b in value.crossings:
        where = f"is {_span(value, a, b, agreement, inward=True)}"
    elif value.self_enforcing:
        where = f"does not rise above {most}" if b in value.crossings else f"does not fall below {least}"
    else:
        where = f"is {most} or less" if b in value.crossings else f"is {least} or more"
    if value.self_enforcing:
        return f"Already self-enforcing for {who}, as long as {what} {where} {now}."
    return f"Self-enforcing for {who} once {what} {where} {now}."


def sentences(values: Iterable[CriticalValue], agreement: Agreement) -> tuple[str, ...]:
    """Say all critical values: one sentence for each in its range, and for each type one that counts the rest."""
    said: list[str] = []
    for _, group in groupby(values, key=lambda row: (row.party, row.type)):
        rows = list(group)
        said += [sentence(row, agreement) for row in rows if row.value is not None]
        rest = Counter(KINDS[row.kind] for row in rows if row.value is None)
        if rest:
            start = "Already self" if rows[0].self_enforcing else "Not self"
            counts = ", ".join(f"{n} {kind}{'s' if n > 1 else ''}" for kind, n in rest.items())
            who, other = _who(rows[0], agreement), "" if len(rows) == rest.total() else "other "
            said.append(f"{start}-enforcing for {who} at any value in the range of any {other}number ({counts}).")
    return tuple(said)


def _who(value: CriticalValue, agreement: Agreement) -> str:
    party = party_name(agreement, value.party)
    if not agreement.parties[value.party].types:
        return party
    return f"the {type_name(agreement, value.party, value.type)} type of {party}"


def _what(value: CriticalValue, agreement: Agreement) -> str:
    if value.kind == "discount":
        return f"the discount of {party_name(agreement, value.party)}"
    if value.kind == "chance":
        turnover, _, kind = value.of.partition(":")
        named = next(entry for entry in agreement.plans[value.plan].entries if entry.id == turnover)
        title = named.title or named.id.replace("-", " ")
        return f"the chance of a {type_name(agreement, value.party, kind)} new government at “{title}”"
    thing = agreement.measures[value.of] if value.kind == "finds" else agreement.stakes[value.of]
    name = thing.name or value.of.replace("-", " ")
    return f"the finding rate of “{name}”" if value.kind == "finds" else f"the restore time of “{name}”"


def _amount(value: CriticalValue, x: float, agreement: Agreement, towards: Rounding | None = None) -> str:
    """A value with three digits and its unit."""
    unit = "" if value.kind == "chance" else " a year"
    if value.kind == "restore":
        if x >= agreement.horizon:
            return "never"
        x, unit = (x, " years") if x >= 2 else (12 * x, " months") if x >= 1 / 6 else (DAYS_PER_YEAR * x, " days")
    if x > 0 and towards is not None:
        scale = 10.0 ** (2 - math.floor(math.log10(x)))
        dust = 1e-5 if towards is math.ceil else -1e-5  # so that 3.00000001 does not become 3.01
        x = towards(x * scale - dust) / scale
    said = quantity(x)
    return f"{said}{unit[:-1] if said == '1' and unit.endswith('s') else unit}"


def _span(value: CriticalValue, low: float, high: float, agreement: Agreement, inward: bool = False) -> str:
    """Two values, the unit once where it is the same."""
    up, down = (math.ceil, math.floor) if inward else (None, None)
    first, last = _amount(value, low, agreement, up), _amount(value, high, agreement, down)
    number, _, unit = first.partition(" ")
    return f"{number if unit and last.endswith(f' {unit}') else first} to {last}"
