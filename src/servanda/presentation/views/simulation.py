"""Plays of a plan as tables and histories in a terminal, for `servanda play`."""

from __future__ import annotations

import math
import os
import sys

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, type_name
from servanda.crosscheck.simulation import Acts, EntryPlays, Event, Plays
from servanda.english import capital

WIDTH = 100


def show(plays: Plays, agreement: Agreement) -> None:
    """Print how often what happened, beside the solved chances, and the first few histories.

    Parameters
    ----------
    plays : Plays
    agreement : Agreement
        The one that was played.
    """
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if watched else WIDTH)
    console.print(Text(f"{capital(plays.title)}, played {plays.times:,} times with seed {plays.seed}.\n"))
    console.print(_outcomes(plays, agreement))
    console.print(Text(_agreement_with_the_solution(plays) + "\n"))
    console.print(_entries(plays, agreement))
    for number, history in enumerate(plays.examples, start=1):
        console.print(Text(f"History {number}: {cause_name(agreement, history.outcome)}", style="bold"))
        for event in history.events:
            console.print(Text(f"  {told(event)}", style="dim" if event.secret else ""))
        console.print()


def told(event: Event) -> str:
    """Write an event as one line: `2018-07-12  Tests halted: North Korea keeps`."""
    who = f"{event.who} " if event.who else ""
    words = f"{who}{event.what}"
    return f"{event.date.isoformat()}  " + (f"{capital(event.entry)}: {words}" if event.entry else capital(words))


def deviation(count: int, times: int, chance: float) -> float:
    """How far a count is from what its chance lets expect, in standard errors; infinite if it cannot be."""
    expected, spread = times * chance, math.sqrt(times * max(0.0, chance * (1.0 - chance)))
    if spread > 0.0:
        return (count - expected) / spread
    return 0.0 if math.isclose(count, expected, rel_tol=1e-9, abs_tol=1e-9) else math.inf


def _agreement_with_the_solution(plays: Plays) -> str:
    # Standard errors say little where hardly any play is expected to end; there, one count more is no surprise.
    common = [name for name, chance in plays.solved.items() if min(chance, 1.0 - chance) * plays.times >= 5.0]
    if not common:
        return "Too few plays to compare with the solved chances."
    worst = max(abs(deviation(plays.outcomes[name], plays.times, plays.solved[name])) for name in common)
    return (
        f"The largest difference from a solved chance is {worst:.1f} standard errors, among {len(common)} outcomes"
        f" expected at least five times. If the solution is right, it is rarely above 3."
    )


def _outcomes(plays: Plays, agreement: Agreement) -> Table:
    table = _table("How it ended", "outcome", "plays", "share", "solved")
    held = [name for name in plays.outcomes if name.startswith("held:")]
    broken = sorted((name for name in plays.outcomes if name not in held), key=lambda name: -plays.outcomes[name])
    for name in (*held, *broken):
        share = f"{100 * plays.outcomes[name] / plays.times:.2f}%"
        table.add_row(
            cause_name(agreement, name), f"{plays.outcomes[name]:,}", share, f"{100 * plays.solved[name]:.2f}%"
        )
    return table


def _entries(plays: Plays, agreement: Agreement) -> Table:
    table = _table("Entry by entry", "entry", "date", "by", "plays", "keep", "conceal", "withdraw")
    for entry in plays.entries:
        table.add_row(entry.id, entry.date.isoformat(), entry.by, f"{entry.reached:,}", *_acts(entry))
        if entry.kind not in ("obligation", "review") or len(entry.by_type) < 2:
            continue
        for kind, acts in entry.by_type.items():
            name = Text(f"  {type_name(agreement, entry.by, kind)}")
            table.add_row(name, "", "", f"{acts.reached:,}", *_shares(acts), style="dim")
    return table


def _acts(entry: EntryPlays) -> tuple[str, str, str]:
    if entry.kind == "ratification":
        return (f"passes {_share(entry.keep, entry.reached)}", "", "")
    if entry.kind == "turnover":
        return (f"new government {_share(entry.new_government, entry.reached)}", "", "")
    return ("automatic", "", "") if entry.kind == "automatic" else _shares(entry)


def _shares(acts: Acts) -> tuple[str, str, str]:
    conceal = _share(acts.conceal, acts.reached) if acts.conceal else ""
    return _share(acts.keep, acts.reached), conceal, _share(acts.withdraw, acts.reached)


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f}%" if of else ""


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        left = column in ("outcome", "entry", "date", "by")
        table.add_column(column, justify="left" if left else "right", overflow="fold")
    return table
