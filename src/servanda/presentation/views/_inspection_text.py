"""Where to inspect, as tables and sentences in a terminal, for `servanda inspect`."""

from __future__ import annotations

import math
import os
import sys

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.english import capital
from servanda.inspection.allocation import Allocation, FindingRate
from servanda.inspection.sequential_game import SequentialInspection
from servanda.presentation.views.inspection import (
    amount,
    deterrence,
    equal,
    exactly,
    headline,
    more_budget,
    sequence,
    size,
    tenths,
)

WIDTH = 100
MOST_SCHEDULES = 12  # shown


def show(allocation: Allocation, agreement: Agreement) -> None:
    """Print where to look, what that guarantees, and what follows from it.

    Parameters
    ----------
    allocation : Allocation
    agreement : Agreement
        The one it was made for.
    """
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if watched else WIDTH)

    def say(*sentences: str) -> None:
        console.print(Text(" ".join(sentences)))

    say(headline(allocation), more_budget(allocation) + "\n")
    for table in (_sites(allocation), _schedules(allocation)):
        need = console.measure(table, options=console.options.update(max_width=10 * WIDTH)).maximum
        Console(highlight=False, width=max(need, 1)).print(table)
    if len(allocation.schedules) > MOST_SCHEDULES:
        say(f"{len(allocation.schedules) - MOST_SCHEDULES} more schedules: see --json.\n")
    say(deterrence(allocation) + "\n")
    for rate in allocation.rates:
        say(_rate(rate, agreement))
    if allocation.sequence is not None:
        say("\n" + sequence(allocation.sequence) + "\n")
        console.print(_stages(allocation.sequence))


def _sites(allocation: Allocation) -> Table:
    within = length(allocation.period)
    judged = allocation.deterrence is not None
    weights = [] if equal(allocation) else ["loss"]
    deter = ["to deter", "violating pays"] if judged else []
    table = _table(
        f"Where to look (aim: {allocation.aim})",
        "site", f"{allocation.unit} on average", f"found within {within}", *weights, "violator conceals here", *deter,
    )  # fmt: skip
    for site in allocation.sites:
        cells = [f"{site.effort:.1f}", tenths(site.detection)]
        if weights:
            cells.append(size(site.loss))
        cells.append(f"{100 * site.conceals:.0f}%")
        if site.needed is not None and site.pays is not None and judged:
            cells += [tenths(site.needed), f"{site.pays + 0.0:+.2f}"]
        table.add_row(Text(capital(site.name)), *cells)
    return table


def _schedules(allocation: Allocation) -> Table:
    one = len(allocation.schedules) == 1
    title = (
        f"What to do in every {length(allocation.period)}"
        if one
        else (f"What to do: draw one of these by lot, anew for every {length(allocation.period).removeprefix('1 ')}")
    )
    table = _table(title, "chance", *(capital(site.name) for site in allocation.sites), "in all")
    for schedule in allocation.schedules[:MOST_SCHEDULES]:
        efforts = (amount(schedule.efforts[site.site]) for site in allocation.sites)
        table.add_row(f"{100 * schedule.chance:.1f}%", *efforts, amount(schedule.cost))
    return table


def _stages(game: SequentialInspection) -> Table:
    counts = list(range(game.inspections, 0, -1))[:8]
    table = _table("Chance of inspecting now", "periods left", *(f"{m} left" for m in counts))
    chances = {(stage.periods, stage.inspections): stage.inspect for stage in game.stages}
    for n in list(range(game.periods, 0, -1))[:24]:
        table.add_row(str(n), *(exactly(chances[n, m]) for m in counts))
    return table


def _rate(rate: FindingRate, agreement: Agreement) -> str:
    now = agreement.measures.get(rate.measure)
    there = "which is not in the file yet" if now is None else f"now {now.finds}"
    if math.isinf(rate.rate):
        return f"Measure {rate.measure} ({there}): found for certain, which no rate per year can say."
    spread = "" if rate.low is None or rate.high is None else f" ({rate.low:.3g} to {rate.high:.3g})"
    return (
        f"Measure {rate.measure} ({there}): finds {rate.rate:.3g} a year{spread}, from a chance of"
        f" {tenths(rate.detection)}."
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(Text(column), justify="right" if number else "left", max_width=24)
    return table
