"""Results as tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name, type_name
from servanda.assessment.audits import TypeAudit
from servanda.assessment.comparison import Comparison, PlanResult, expected_years
from servanda.assessment.critical import CriticalValue
from servanda.assessment.other_equilibria import Another
from servanda.assessment.outcomes import EntryResult
from servanda.assessment.scorecards import CRITERIA, PartyScore, Scorecard, scorecard
from servanda.assessment.summary import Summary
from servanda.english import capital, percent
from servanda.presentation.report.study import Study
from servanda.presentation.terminal import console as _console
from servanda.presentation.terminal import print_view
from servanda.presentation.terminal import say as _say
from servanda.presentation.terminal import show as _show
from servanda.presentation.terminal import table as _table
from servanda.presentation.view import view
from servanda.presentation.views.audit import sentences
from servanda.presentation.views.comparison import verdict
from servanda.presentation.views.plan import headline, left_out, other_ways
from servanda.presentation.views.scorecard import (
    aim_words,
    change_words,
    exact_share,
    finding,
    least_part,
    remarks,
    status_words,
)
from servanda.solver.equilibrium import Equilibrium


def solve(
    agreement: Agreement, equilibrium: Equilibrium, summary: Summary, starts: int = 0, others: tuple[Another, ...] = ()
) -> None:
    """Print the answer for one plan."""
    console = _console()
    card = scorecard(agreement, equilibrium.game.plan)
    result = PlanResult(equilibrium.game, equilibrium, summary, (), card, starts, others)
    _say(console, headline(result) + "\n")
    for table in (_outcomes(agreement, summary), _entries(agreement, summary), _values(agreement, summary)):
        _show(console, table)
    _say(
        console,
        f"{_completed(summary)} Expected time in force:"
        f" {expected_years(result):.1f} of {agreement.horizon:.0f} years.\n"
        f"Status: {summary.status}; residual {summary.residual:.0e} after {summary.iterations} iterations."
        f" Chances rest on the judgements in the file.",
    )
    for sentence in (*left_out(summary), *other_ways(result)):
        _say(console, sentence)


def compare(comparison: Comparison) -> None:
    """Print all plans side by side."""
    console = _console()
    _say(console, verdict(comparison) + "\n")
    _side_by_side(console, comparison)
    for result in comparison.plans:
        for sentence in left_out(result.summary):
            _say(console, f"{capital(result.summary.title)}: {sentence}")


def study(done: Study) -> None:
    """Print the findings of a study and where its report is."""
    console = _console()
    if len(done.comparison.plans) > 1:
        _say(console, verdict(done.comparison) + "\n")
    for result in done.comparison.plans:
        _say(console, " ".join([headline(result), *left_out(result.summary)]) + "\n")
    if done.uncertainty is not None:
        print_view(view(done.uncertainty))
        console.print()
    scores(done.comparison.agreement, [result.scorecard for result in done.comparison.plans])
    _say(console, f"Report: {done.report}")


def audit(agreement: Agreement, plan: str, rows: tuple[TypeAudit, ...], values: tuple[CriticalValue, ...] = ()) -> None:
    """Print who would gain by breaking a plan, and what single numbers would change that."""
    console = _console()
    table = _table(
        f"Plan {plan}: the best single breach if everyone else keeps", "party", "type", "at", "date", "how", "gain",
        "best course gains",
    )  # fmt: skip
    for row in rows:
        best = row.best
        table.add_row(
            party_name(agreement, row.party),
            _type(agreement, row),
            best.title if best else "no choice",
            best.date.isoformat() if best else "",
            best.act if best else "",
            f"{best.gain:+.2f}" if best else "",
            f"{row.best_course:+.2f}",
        )
    _show(console, table)
    breakers = [row for row in rows if not row.self_enforcing]
    if breakers:
        names = "; ".join(
            party_name(agreement, row.party)
            + (f" ({_type(agreement, row)})" if agreement.parties[row.party].types else "")
            for row in breakers
        )
        _say(console, f"Not self-enforcing. Breaking pays for: {names}. Gains in units at the date of the breach.")
    else:
        _say(console, "Self-enforcing: nobody gains by breaking it, if everyone else keeps.")
    for row in rows:
        if row.course and row.course.breaches:
            acts = ", then ".join(f"{act.act} “{act.title}” ({act.date})" for act in row.course.breaches)
            kind = f" ({_type(agreement, row)})" if agreement.parties[row.party].types else ""
            _say(console, f"Best course of {party_name(agreement, row.party)}{kind}: {acts}.")
    for said in sentences(values, agreement):
        _say(console, f"\n{said}")


def _type(agreement: Agreement, row: TypeAudit) -> str:
    return type_name(agreement, row.party, row.type) if agreement.parties[row.party].types else "–"


def _completed(summary: Summary) -> str:
    if not any(entry.kind in ("obligation", "automatic") for entry in summary.entries):
        return "The plan has no steps to perform."
    return f"Every step performed or claimed: {percent(summary.completed)}."


def _outcomes(agreement: Agreement, summary: Summary) -> Table:
    table = _table("How it ends", "outcome", "chance")
    rows = sorted(summary.broken.items(), key=lambda row: -row[1])
    for cause, chance in [*((f"held:{k}", v) for k, v in summary.held.items()), *rows]:
        table.add_row(cause_name(agreement, cause), f"{100 * chance:.1f}%")
    return table


def _entries(agreement: Agreement, summary: Summary) -> Table:
    table = _table("Entry by entry", "entry", "date", "by", "reached", "keep", "conceal", "withdraw", prose=False)
    table.columns[2].justify = "left"
    for entry in summary.entries:
        table.add_row(entry.id, entry.date.isoformat(), entry.by, f"{100 * entry.reached:.1f}%", *_acts(entry))
        if len(entry.by_type) < 2:
            continue
        for kind, act in entry.by_type.items():
            if act is not None:
                name = type_name(agreement, entry.by, kind)
                who = Text(f"  {name}, believed {100 * entry.belief[kind]:.0f}%", style="dim")
                table.add_row(who, "", "", "", *_chances(act.keep, act.conceal, act.withdraw), style="dim")
    return table


def _acts(entry: EntryResult) -> tuple[str, str, str]:
    if entry.kind == "ratification":
        return f"passes {100 * entry.keep:.0f}%", "", ""
    if entry.kind == "automatic":
        return "automatic", "", ""
    if entry.kind == "turnover":
        return "turnover", "", ""
    return _chances(entry.keep, entry.conceal, entry.withdraw)


def _chances(keep: float, conceal: float, withdraw: float) -> tuple[str, str, str]:
    return f"{100 * keep:.1f}%", f"{100 * conceal:.1f}%" if conceal > 0 else "", f"{100 * withdraw:.1f}%"


def _values(agreement: Agreement, summary: Summary) -> Table:
    table = _table("Is it worth signing? (present values, units)", "party", "sign", "no agreement", "gain")

    def row(name: str, value: Any) -> None:
        table.add_row(name, f"{value.sign:.2f}", f"{value.no_deal:.2f}", f"{value.gain:+.2f}")

    for party, value in summary.values.items():
        row(party_name(agreement, party), value)
        if len(value.by_type) > 1:
            for kind, one in value.by_type.items():
                row(f"  if {type_name(agreement, party, kind)}", one)
    return table


def _side_by_side(console: Console, comparison: Comparison) -> None:
    agreement = comparison.agreement
    table = _table("", "", *(result.plan for result in comparison.plans))

    def row(name: str, *cells: str) -> None:
        table.add_row(name, *cells)

    plans = comparison.plans
    causes: list[str] = []
    for result in plans:
        causes += [cause for cause in result.summary.outcomes if cause not in causes]
    for cause in causes:
        row(
            cause_name(agreement, cause),
            *(f"{100 * r.summary.outcomes[cause]:.1f}%" if cause in r.summary.outcomes else "" for r in plans),
        )
    table.add_section()
    row("every step performed or claimed", *(f"{100 * r.summary.completed:.1f}%" for r in plans))
    row("expected years in force", *(f"{expected_years(r):.1f}" for r in plans))
    row("weakest at", *(r.summary.weakest_link.title for r in plans))
    row("  lost there", *(f"{100 * r.summary.weakest_link.lost:.1f}%" for r in plans))
    table.add_section()
    for party in agreement.parties:
        row(
            f"gain of {party_name(agreement, party)} over no agreement",
            *(f"{r.summary.values[party].gain:+.2f}" for r in plans),
        )
    row("self-enforcing", *("yes" if all(a.self_enforcing for a in r.audit) else "no" for r in plans))
    _show(console, table)


# ------------------------------------------------------------------------------------------------------ scorecard


def score(agreement: Agreement, card: Scorecard) -> None:
    """Print what each party obtains of the others along one plan, against its own aims.

    Parameters
    ----------
    agreement : Agreement
    card : Scorecard
        Of one of its plans.
    """
    console = _console()
    _say(console, f"{capital(card.title)}: {finding(agreement, card)}.\n")
    table = _table(
        "What each party obtains of the others at the end, if everyone keeps", "", "figure", "aim", "",
        "most raised by", "most lowered by", prose=False,
    )  # fmt: skip
    harmed = {party: one for party, one in card.parties.items() if one.harm > 0}
    for party, one in harmed.items():
        table.add_section()
        table.add_row(Text(party_name(agreement, party), style="bold"))
        for what, criterion in one.criteria.items():
            moves = [f"{m.entry} {change_words(m)}" if m else "" for m in (criterion.raised, criterion.lowered)]
            figure, aim = exact_share(criterion.figure), aim_words(one, what)
            table.add_row(f"  {what}", figure, aim, status_words(one, what), *moves)
            if least_part(one, what) is not None:
                table.add_row("    its least part", exact_share(one.end.least))
    _left(table, 2, 3, 4, 5)
    if harmed:
        _show(console, table)
    for party, one in card.parties.items():
        if one.obtained:
            _show(console, _obtained(agreement, party, one))
        for sentence in remarks(agreement, one):
            _say(console, sentence)
        _say(console, "")
    if harmed:
        _say(
            console,
            "Shares are by worth to the party that obtains them. Open: cannot be concealed. Raised (lowered) most by:"
            " the entry without which the figure would be lowest (highest) at the end, and how many points that makes.",
        )


def _left(table: Table, *columns: int) -> None:
    for column in columns:
        table.columns[column].justify = "left"


def _obtained(agreement: Agreement, party: str, one: PartyScore) -> Table:
    table = _table(
        f"{party_name(agreement, party)} obtains, date by date", "entry", "date", "stake", "share",
        "found\nin time", "restored\nin", "complete", "verifiable", "irreversible", prose=False,
    )  # fmt: skip
    _left(table, 2)
    after = {score.entry: score for score in one.course}
    for i, piece in enumerate(one.obtained):
        first = i == 0 or one.obtained[i - 1].entry != piece.entry
        last = i + 1 == len(one.obtained) or one.obtained[i + 1].entry != piece.entry
        now = after[piece.entry]
        found = exact_share(piece.found) if piece.concealable else "open"
        table.add_row(
            piece.entry if first else "",
            piece.date.isoformat() if first else "",
            piece.stake,
            exact_share(piece.share),
            found,
            length(piece.restore),
            *([exact_share(now.complete), exact_share(now.verifiable), exact_share(now.irreversible)] if last else ()),
        )
    return table


def scores(agreement: Agreement, cards: Sequence[Scorecard]) -> None:
    """Print what each party obtains at the end of several plans, side by side.

    Parameters
    ----------
    agreement : Agreement
    cards : sequence of Scorecard
        Of some of its plans.
    """
    console = _console()
    table = _table(
        "If everyone keeps: what each party obtains of the others (its aim)",
        "",
        *(card.plan for card in cards),
        prose=False,
    )
    for party in agreement.parties:
        table.add_section()
        table.add_row(Text(party_name(agreement, party), style="bold"))
        for what in CRITERIA:
            every = [card.parties[party] for card in cards]
            cells = [f"{exact_share(one.criteria[what].figure)} {status_words(one, what, brief=True)}" for one in every]
            table.add_row(f"  {what} ({aim_words(every[0], what)})", *cells)
    _show(console, table)
