"""A search for better plans, as tables and sentences in a terminal, for `servanda design`; and as plain data."""

from __future__ import annotations

import os
import sys
from collections import Counter
from importlib.metadata import version
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from servanda.optimisation.objectives import Figure, written
from servanda.optimisation.pareto import Design, headline
from servanda.optimisation.trials import MEETS
from servanda.presentation._export import plain
from servanda.result import About

WIDTH = 100
MOST_ROWS = 8  # of the front, shown

Row = dict[str, Any]


def show(design: Design) -> None:
    """Print what was found: the front, the levers that lead to it, and what was tried.

    Parameters
    ----------
    design : Design
    """
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(highlight=False, width=None if watched else WIDTH)

    def say(*sentences: str) -> None:
        console.print(Text(" ".join(sentences)))

    say(headline(design) + ".", _tried(design) + "\n")
    front = [row for row in design.front if row["row"] in chosen(design)]
    tables = [_front(design, front)] + ([_levers(design, front)] if front else [])
    for table in tables:
        need = console.measure(table, options=console.options.update(max_width=10 * WIDTH)).maximum
        Console(highlight=False, width=max(need, 1)).print(table)
    if len(design.plans) > len(front):
        say(f"{len(design.plans) - len(front)} more on the front: see --json, or draw it with --picture.\n")
    if not design.plans:
        say(_nearest(design))
        return
    say("These are optima of a model with judged numbers, and as good as those numbers.")


def chosen(design: Design) -> list[int]:
    """The rows of the front that are shown: spread evenly over it, its ends among them."""
    count = len(design.plans)
    if count <= MOST_ROWS:
        return list(range(1, count + 1))
    return sorted({1 + round(k * (count - 1) / (MOST_ROWS - 1)) for k in range(MOST_ROWS)})


def best_rows(design: Design) -> list[int]:
    """The rows of the front that are best in one of the aims, in the order of the aims."""
    rows: list[int] = []
    for aim in design.aims if design.plans else ():
        values = [float(value) for value in design.front[aim.figure.text]]
        best = max(values) if aim.largest else min(values)
        rows.append(1 + values.index(best))
    return list(dict.fromkeys(rows))


def _tried(design: Design) -> str:
    tried = len(design.table)
    if design.exhaustive:
        words = f"All {tried:,} plans that the levers allow were tried."
    else:
        words = f"{tried:,} plans were tried (seed {design.seed}); the levers allow more, so there may be better."
    return words + (f" Means and quantiles are over {design.draws} draws." if design.draws else "")


def _front(design: Design, front: list[Row]) -> Table:
    figures = design.figures
    ways = {aim.figure.text: "↑" if aim.largest else "↓" for aim in design.aims}
    table = _table(
        "The best (↑ more is better, ↓ less)",
        "plan",
        *(f"{figure.text} {ways.get(figure.text, '')}".strip() for figure in figures),
        "",
    )
    for row in design.given:
        status = "as it stands" if row["status"] == MEETS else f"as it stands; {row['status']}"
        table.add_row(Text(row["plan"]), *_cells(figures, row), Text(status))
    for row in front:
        table.add_row(str(row["row"]), *_cells(figures, row), "")
    return table


def _cells(figures: list[Figure], row: Row) -> list[str]:
    return ["–" if row[f.text] is None else written(f, float(row[f.text])) for f in figures]


def _levers(design: Design, front: list[Row]) -> Table:
    table = _table("What the levers say in them", "lever", "as it stands", *(str(row["row"]) for row in front))
    for name, now in design.levers.items():
        table.add_row(Text(name), value(now), *(value(row[name]) for row in front))
    return table


def value(found: object) -> str:
    """A lever's value in a table."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    return f"{found:.12g}" if isinstance(found, float) else str(found)


def _nearest(design: Design) -> str:
    """Why none of the plans will do: the commonest reasons."""
    reasons = Counter(str(status) for status in design.table["status"]).most_common(3)
    return f"Most often: {'; '.join(f'{reason} ({count} plans)' for reason, count in reasons)}."


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", pad_edge=True)
    for number, name in enumerate(columns):
        table.add_column(name, justify="left" if number == 0 or not name else "right", no_wrap=True)
    return table


# ----------------------------------------------------------------------------------------------------- for programs


def designed(design: Design, about: About, wrote: dict[str, int]) -> Row:
    """The object printed by `servanda design --json`."""
    figures = [figure.text for figure in design.figures]

    def one(row: Row) -> Row:
        return {
            "row": row["row"],
            "levers": {name: plain(row[name]) for name in design.levers},
            "figures": {name: row[name] for name in figures},
        }

    made = plain(about)
    if not design.exhaustive:
        made["versions"]["pymoo"] = version("pymoo")
    return {
        "plan": design.plan,
        "aims": [{"figure": aim.figure.text, "largest": aim.largest} for aim in design.aims],
        "conditions": [str(condition) for condition in design.conditions],
        "levers": plain(design.levers),
        "allowed": None if design.size == float("inf") else int(design.size),
        "tried": len(design.table),
        "exhaustive": design.exhaustive,
        "draws": design.draws,
        "front": [one(row) for row in design.front],
        "given": [
            {"plan": row["plan"], "figures": {name: row[name] for name in figures}, "status": row["status"]}
            for row in design.given
        ],
        "statuses": dict(sorted(Counter(str(status) for status in design.table["status"]).items())),
        "written": wrote,
        "about": made,
    }
