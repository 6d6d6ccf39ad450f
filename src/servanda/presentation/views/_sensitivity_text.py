"""Sensitivity and rules of failure in a terminal, for `servanda sensitivity` and `servanda explain-failure`."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from servanda.agreement.format.agreement import Agreement
from servanda.presentation.terminal import console, say, show, table
from servanda.presentation.views import sensitivity as words
from servanda.uncertainty.scenario_discovery.failure_rules import FailureRules
from servanda.uncertainty.sensitivity_analysis.sensitivity import Sensitivity
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado

SHOWN = 12  # rows of a table


def show_sensitivity(agreement: Agreement, found: Sensitivity, swings: Tornado | None) -> None:
    """Print what matters: shares of groups, single numbers, swings.

    Parameters
    ----------
    agreement : Agreement
    found : Sensitivity
    swings : Tornado or None
    """
    where = console()
    sentences = [words.spread(agreement, found), words.what_matters(found), words.interactions(found)]
    sentences += [words.precision(found), words.unanswered(found.failed, found.solves or found.draws)]
    say(where, " ".join(sentence for sentence in sentences if sentence))
    if found.shares is not None:
        show(where, _shares(found))
    show(where, _numbers(found))
    if swings is not None:
        say(where, words.swings(agreement, swings))
        show(where, _swings(swings))


def show_failure(agreement: Agreement, found: FailureRules) -> None:
    """Print the rules that say when a plan fails.

    Parameters
    ----------
    agreement : Agreement
    found : FailureRules
    """
    where = console()
    say(where, words.failing(agreement, found))
    if found.unanswered:
        say(where, words.unanswered(found.unanswered, found.draws + found.unanswered))
    for i, rule in enumerate(found.rules, 1):
        lead = f"Rule {i}: it " if len(found.rules) > 1 else "It "
        rest = words.rule_words(rule, found.aside)
        say(where, "\n" + lead + rest)
        made = table(f"Rule {i}", "number", "fails from", "to", "its range", "quasi-p", prose=False)
        for limit in rule.limits:
            low, high = (words.size(value, limit.duration) for value in (limit.low, limit.high))
            ends = (limit.at_least, limit.at_most)
            cells = ["" if value is None else words.size(value, limit.duration) for value in ends]
            chance = f"{limit.quasi_p:.3f}" if limit.quasi_p >= 0.001 else "<0.001"
            made.add_row(Text(limit.what), *cells, f"{low} to {high}", chance)
        show(where, made)


def _shares(found: Sensitivity) -> Table:
    kind = "group" if found.grouped else "number"
    columns = [kind, "numbers", "by itself", "interval", "with interactions", "interval"]
    if not found.grouped:
        columns.remove("numbers")
    made = table("Shares of the variance (Sobol' indices)", *columns, prose=False)
    shares = found.shares
    if shares is None:
        return made
    for row in shares:
        counts = [str(row["numbers"])] if found.grouped else []
        first, total = (_interval(row, name) for name in ("first", "total"))
        made.add_row(Text(row["what"]), *counts, words.share(row["first"]), first, words.share(row["total"]), total)
    return made


def _numbers(found: Sensitivity) -> Table:
    title = "Single numbers, by the independent draws alone"
    made = table(title, "number", "share by itself", "interval", "moves it", "clear of chance", prose=False)
    rows = found.numbers.sort("distance", descending=True).sort("clear", descending=True).head(SHOWN)
    for row in rows:
        first, interval = words.share(row["first"]), _interval(row, "first")
        made.add_row(Text(row["what"]), first, interval, f"{row['distance']:.2f}", "yes" if row["clear"] else "no")
    return made


def _interval(row: dict[str, float], name: str) -> str:
    return f"{words.share(row[f'{name}_low'])} to {words.share(row[f'{name}_high'])}"


def _swings(found: Tornado) -> Table:
    of = found.question.of
    title = "One at a time, all others likely (tornado)"
    made = table(title, "number", "low end", "high end", "at low", "at high", "swing", prose=False)
    for row in found.table.head(SHOWN):
        ends = [words.size(row[end], row["duration"]) for end in ("low", "high")]
        cells = [words.amount(of, row[name]) for name in ("at_low", "at_high", "swing")]
        made.add_row(Text(row["what"]), *ends, *cells)
    return made
