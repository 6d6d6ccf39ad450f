"""Tipping points, targets and maps as tables and sentences in a terminal, for `servanda tip`."""

from __future__ import annotations

import os
import sys

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from servanda.english import capital
from servanda.presentation.views.tipping_points import (
    also,
    amount,
    headline,
    heat_title,
    joint,
    listed,
    plan_title,
    ranking,
    reached,
    unsolved,
)
from servanda.uncertainty.tipping_points.heat_map import HeatMap
from servanda.uncertainty.tipping_points.plan_gap import Change, Moved
from servanda.uncertainty.tipping_points.targets import Reached
from servanda.uncertainty.tipping_points.tips import Flip, NumberTips, Tips

WIDTH = 100
SHOWN = 8  # numbers that do not flip the ranking, those with the largest swing


def show_tips(found: Tips) -> None:
    """Print where the ranking of two plans flips.

    Parameters
    ----------
    found : Tips
    """
    _say(headline(found), "", ranking(found), also(found))
    alone = [one for one in found.numbers if one.flips]
    if alone:
        table = _table("One number at a time", "number", "likely", "range", "flips at", "then ahead", "ranges away")
        for one in alone:
            for k, flip in enumerate(sorted(one.flips, key=lambda flip: flip.distance)):
                first = [one.name, amount(one.likely, one.unit), _range(one)] if k == 0 else ["", "", ""]
                row = [amount(flip.value, one.unit), _then(found, one, flip), f"{flip.distance:.2f}"]
                table.add_row(*first, *row)
        _show(table)
    for one in found.numbers:
        for low, high in one.lost:
            _say(
                f"{one.name} flips it somewhere between {amount(low, one.unit)} and {amount(high, one.unit)}, where a"
                " plan has no answer."
            )
    quiet = [one for one in found.numbers if not one.flips]
    if quiet:
        _say(f"No flip in its range, most influential first: {_names(quiet)}.", "")
    for sentence in joint(found):
        _say(sentence)
    if found.change is not None:
        _change(found.change)
    _say(unsolved(found.unsolved, found.solved))


def show_reached(found: Reached) -> None:
    """Print what has to change for a plan to reach a target.

    Parameters
    ----------
    found : Reached
    """
    for sentence in reached(found):
        _say(sentence)
    if (found.change or found.best).moved:
        _change(found.change or found.best)
    _say(f"Free to be chosen: {', '.join(found.ours)}. All other numbers stay likely.")
    _say(unsolved(found.unsolved, found.solved))


def show_heat(found: HeatMap, path: str | None) -> None:
    """Print what a map shows.

    Parameters
    ----------
    found : HeatMap
    path : str or None
        The picture, if one was drawn.
    """
    _say(heat_title(found) + ".")
    for one in (found.x, found.y):
        if not one.flips:
            _say(f"{capital(one.words)} alone does not flip the ranking in its range.")
        for flip in one.flips:
            _say(f"{capital(one.words)} alone flips the ranking at {amount(flip.value, one.unit)}.")
    _say(unsolved(found.unsolved, found.difference.size))
    if path is not None:
        _say(f"Picture: {path}")


def _then(found: Tips, one: NumberTips, flip: Flip) -> str:
    return plan_title(found.agreement, flip.above if flip.value >= one.likely else flip.below)


def _names(quiet: list[NumberTips]) -> str:
    shown = ", ".join(one.name for one in quiet[:SHOWN])
    more = len(quiet) - SHOWN
    return shown if more <= 0 else f"{shown}, and {more} more (--json lists all)"


def _range(one: NumberTips | Moved) -> str:
    if one.low is None or one.high is None:
        return "–"
    return f"{amount(one.low, one.unit)} to {amount(one.high, one.unit)}"


def _change(change: Change) -> None:
    most, few, follow = listed(change)
    table = _table("What changes together", "number", "likely", "becomes", "range", "ranges")
    for one in [*most, *follow]:
        how = "follows" if one.follows else f"{one.distance:+.2f}".replace("-", "−")
        table.add_row(one.name, amount(one.likely, one.unit), amount(one.value, one.unit), _range(one), how)
    _show(table)
    if few:
        largest = max(abs(one.distance) for one in few)
        count = "1 more number changes" if len(few) == 1 else f"{len(few)} more numbers change"
        _say(f"{count} by up to {largest:.2f} ranges; --json lists all.")


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE, title_justify="left", title_style="bold", show_edge=False)
    words = ("number", "then ahead", "range")
    for name in columns:
        table.add_column(name, justify="left" if name in words else "right", no_wrap=True)
    return table


def _console(width: int | None = None) -> Console:
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=width if width or watched else WIDTH)


def _show(table: Table) -> None:
    console = _console()
    need = console.measure(table, options=console.options.update(max_width=10 * WIDTH)).maximum
    _console(max(need, 1)).print(table)


def _say(*sentences: str) -> None:
    for sentence in sentences:
        if sentence or (len(sentences) == 1 and sentence):
            _console().print(Text(sentence))
        elif len(sentences) > 1:
            _console().print()
