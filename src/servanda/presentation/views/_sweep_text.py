"""A sweep as sentences and tables in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.table import Table
from rich.text import Text

from servanda.presentation import terminal
from servanda.presentation.views.sweep import chance, headline, lost_where, share, span, unanswered
from servanda.uncertainty.sweeps.sweep import Sweep, duel, judged_by, name_of, row


def show(swept: Sweep, pictures: Sequence[Path] = ()) -> None:
    """Print what a sweep found, and where its table and pictures are."""
    console = terminal.console()
    inputs = len(swept.about["inputs"])
    same = ", the same for every plan" if len(swept.plans) > 1 else ""
    terminal.say(
        console, f"{swept.title}: {swept.draws:,} draws of {inputs} uncertain numbers{same} (seed {swept.seed}).\n"
    )
    terminal.say(console, headline(swept) + "\n")
    for table in ranges(swept):
        terminal.show(console, table)
    terminal.say(console, unanswered(swept))
    if swept.path is not None:
        terminal.say(console, f"Table: {swept.path}")
    if pictures:
        listed = ", ".join(str(each) for each in pictures if each.suffix == ".png")
        terminal.say(console, f"Pictures: {listed} (and as .svg)")


def ranges(swept: Sweep) -> list[Table]:
    """What the plans come to, and how often each beats each other."""
    duels = _duels(swept)
    return [_chances(swept), *([duels] if duels is not None else [])]


def _chances(swept: Sweep) -> Table:
    table = _table(
        "What the plans come to: median, and where nine of ten draws lie",
        "plan", "in force and clean", "", "years in force", "", "most lost at (share of draws)",
    )  # fmt: skip
    for plan in swept.plans:
        clean, years = row(swept, plan, "held_clean"), row(swept, plan, "years")
        typical = "–" if years["p50"] is None else f"{years['p50']:.1f}"
        table.add_row(
            Text(name_of(swept, plan)),
            chance(clean["p50"]), span(clean, "held_clean"), typical, span(years, "years"),
            Text(lost_where(swept, plan)),
        )  # fmt: skip
    return table


def _duels(swept: Sweep) -> Table | None:
    if len(swept.plans) < 2:
        return None
    figure = judged_by(swept)
    better = "is likelier to be in force and clean" if figure == "held_clean" else "is expected to last longer"
    table = _table(
        f"In which share of draws the plan on the left {better}",
        "plan", *(name_of(swept, plan) for plan in swept.plans),
    )  # fmt: skip
    for plan in swept.plans:
        duels = {other: duel(swept, plan, other, figure)["better"] for other in swept.plans if other != plan}
        cells = ["–" if (b := duels.get(other)) is None else share(b) for other in swept.plans]
        cells[swept.plans.index(plan)] = ""
        table.add_row(Text(name_of(swept, plan)), *cells)
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=Text(title), title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(columns):
        table.add_column(Text(name), justify="right" if number else "left", max_width=36)
    return table
