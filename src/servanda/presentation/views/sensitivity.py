"""What a sensitivity analysis and a tornado say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.columns import Columns
from servanda.english import capital, chance, listed
from servanda.presentation.view import Column, Table, View, filled, rows, view_of
from servanda.presentation.writing import amount, plan_title
from servanda.uncertainty.questions import Question
from servanda.uncertainty.sensitivity_analysis.sensitivity import Sensitivity, below_first
from servanda.uncertainty.sensitivity_analysis.sobol import SobolIndices
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado

WIDE = 0.1  # half an interval of a share from which on more draws are asked for
SHOWN = 12  # rows of a table


@view_of.register
def _(found: Sensitivity) -> View:
    said = " ".join(
        filled(spread(found.agreement, found), interactions(found), precision(found), crossed(found.shares))
    )
    notes = unanswered(found.failed, found.solves or found.draws)
    return View(what_matters(found), filled(said, _shares(found.shares, found.grouped), _numbers(found)), filled(notes))


@view_of.register
def _(found: SobolIndices) -> View:
    table = found.table.sort("total", descending=True).with_columns(what=found.table.sort("total", True)["name"])
    most = table.row(0)
    return View(
        _matters_most(most["name"], most, leads(table), several=False) if told_apart(table) else unranked(table),
        filled(crossed(table), _shares(table)),
        filled(unanswered(found.failed, found.solves)),
    )


@view_of.register
def _(found: Tornado) -> View:
    said = f"{subject(found.agreement, found.question)}. {swings(found.agreement, found)}"
    write = written(found.agreement, found.question)
    cells: list[tuple[str, ...]] = []
    for one in found.table.to_dicts()[:SHOWN]:
        ends = [amount(one[end], "years" if one["duration"] else "") for end in ("low", "high")]
        cells.append((one["what"], *ends, *(write(one[name]) for name in ("at_low", "at_high", "swing"))))
    names = ("low end", "high end", "at low", "at high", "swing")
    columns = (Column("number", "words"), *(Column(name) for name in names))
    return View(
        said,
        (Table("swings", "One number at a time, all others at their likely values (tornado)", columns, rows(cells)),),
    )


def _shares(shares: Columns | None, grouped: bool = False) -> Table:
    names = ("numbers", "by itself", "interval", "with interactions", "interval")
    cells = [
        (
            one.get("what", one["name"]),
            *([str(one["numbers"])] if grouped else []),
            *(text for name in ("first", "total") for text in (share(one[name]), _interval(one, name))),
        )
        for one in (shares.sort("total", descending=True) if shares is not None else ())
    ]
    columns = (
        Column("group" if grouped else "number", "words"), *(Column(name) for name in names[0 if grouped else 1 :])
    )  # fmt: skip
    return Table("shares", "Shares of the variance (Sobol' indices)", columns, rows(cells))


def _numbers(found: Sensitivity) -> Table:
    most = sorted(found.numbers.to_dicts(), key=lambda one: (one["clear"], one["distance"]), reverse=True)[:SHOWN]
    names = ("share by itself", "interval", "moves it", "stands out from chance")
    return Table(
        "numbers", "Single numbers, from the independent draws only",
        (Column("number", "words"), *(Column(name) for name in names)),
        rows(
            (
                one["what"], share(one["first"]), _interval(one, "first"), f"{one['distance']:.2f}",
                "yes" if one["clear"] else "no",
            )
            for one in most
        ),
    )  # fmt: skip


def _interval(row: dict[str, Any], name: str) -> str:
    return f"{share(row[f'{name}_low'])} to {share(row[f'{name}_high'])}"


def share(value: float) -> str:
    """A share of the variance; an estimate below 0 or above 1 is written as what it can be at most."""
    return f"{100 * min(max(value, 0.0), 1.0):.0f}%"


def subject(agreement: Agreement, question: Question) -> str:
    """What is asked about: the metric, and of which plan or plans."""
    titles = " minus ".join(f"“{plan_title(agreement, plan)}”" for plan in question.plans)
    return f"{capital(question.metric.meaning)}: {titles}"


def written(agreement: Agreement, question: Question) -> Callable[[float | None], str]:
    """How answers to a question are written: values of the metric, or differences of it between two plans."""
    of = question.metric
    return of.text if len(question.plans) == 1 else lambda value: "–" if value is None else of.difference(value)


def spread(agreement: Agreement, found: Sensitivity) -> str:
    """Where the metric lies, in one sentence."""
    mean, low, high = map(written(agreement, found.question), (found.mean, found.low, found.high))
    return (
        f"{subject(agreement, found.question)}. Over the ranges of the file it is {mean} on average, and between {low}"
        f" and {high} in nine of ten draws."
    )


def what_matters(found: Sensitivity) -> str:
    """What the metric depends on most, in one or two sentences."""
    if found.shares is None:
        numbers = found.numbers.to_dicts()
        clear = [one for one in numbers if one["clear"]]
        if not clear:
            return "The effect of no single number stands out from chance. More draws may show more."
        effects = "effect" if len(clear) == 1 else "effects"
        stands = "stands" if len(clear) == 1 else "stand"
        return (
            f"The {effects} of {len(clear)} of {len(numbers)} numbers {stands} out from chance. The distribution moves"
            f" most with “{max(clear, key=lambda one: one['distance'])['what']}”."
        )
    if not told_apart(found.shares):
        return unranked(found.shares)
    first, *others = found.shares.to_dicts()
    text = _matters_most(first["what"], first, leads(found.shares), found.grouped and first["numbers"] > 1)
    return text + (f" Next comes “{others[0]['what']}” ({share(others[0]['total'])})." if others else "")


def told_apart(shares: Columns) -> bool:
    """Whether the largest share lies clearly above any other one: if above none, nothing can be ranked."""
    first, *others = shares.sort("total", descending=True).to_dicts()
    return not others or any(one["total_high"] < first["total_low"] for one in others)


def leads(shares: Columns) -> bool:
    """Whether the first share lies clearly above the second."""
    first, *others = shares.head(2).to_dicts()
    return all(first["total_low"] > other["total_high"] for other in others)


def unranked(shares: Columns) -> str:
    """Say that nothing can be ranked, and how wide the intervals are."""
    half = max((one["total_high"] - one["total_low"]) / 2 for one in shares)
    return (
        f"These draws are too few to say what matters most. The intervals reach up to {100 * half:.0f} points to either"
        " side, and no share lies clearly above another"
    )


def crossed(shares: Columns | None) -> str:
    """Say why a share with interactions stands below the one without, where one does; in one sentence or none."""
    names = [f"“{row.get('what', row['name'])}”" for row in below_first(shares)]
    if not names:
        return ""
    whom = listed(names[:SHOWN])
    return (
        f"For {whom}, the estimate with interactions lies below the one without. No true share does: both are estimates"
        " from a limited number of draws, as uncertain as their intervals are wide. More draws bring them into order."
    )


def _matters_most(what: str, one: dict[str, Any], sure: bool, several: bool) -> str:
    it, its, they_account = ("these numbers", "their", "they account") if several else ("it", "its", "it accounts")
    return (
        f"“{what}” {'matters' if sure else 'seems to matter'} most. Knowing {it} would remove {share(one['first'])} of"
        f" the variance on average; counting {its} interactions with other numbers, {they_account} for"
        f" {share(one['total'])}."
    )


def interactions(found: Sensitivity) -> str:
    """How much lies in combinations, in one sentence; empty where there is no design."""
    if found.shares is None:
        return ""
    alone = float(sum(one["first"] for one in found.shares.to_dicts()))
    if alone >= 1.0 - WIDE:
        return "There are almost no interactions, so each can be judged by itself."
    return (
        f"By themselves, they account for {share(alone)} of the variance. The other {share(1 - alone)} comes from"
        " interactions, that is, from combinations of several."
    )


def precision(found: Sensitivity) -> str:
    """Whether intervals are too wide to rely on, in one sentence or none."""
    if found.shares is None:
        return ""
    half = max((one["total_high"] - one["total_low"]) / 2 for one in found.shares.to_dicts())
    if half <= WIDE:
        return ""
    return (
        f"The intervals are wide (up to {100 * half:.0f} points to either side). Rely on the order of the first few,"
        f" not on their sizes, or ask for more draws: --draws {4 * found.draws}."
    )


def unanswered(failed: int, of: int) -> str:
    """What was done about draws without an answer, in one sentence or none."""
    if not failed:
        return ""
    return (
        f"The solver found no equilibrium for {failed:,} of {of:,} draws ({chance(failed / of, 1)}). They are left out,"
        " with the draws that are only compared with them. The result holds for the rest."
    )


def swings(agreement: Agreement, found: Tornado) -> str:
    """What the largest swing is, in one or two sentences."""
    first, write = found.table.to_dicts()[0], written(agreement, found.question)
    if first["swing"] is None:
        return "For no number did the solver find an equilibrium at both ends of its range."
    return (
        f"With every number at its likely value, it is {write(found.likely)}. Moved alone, “{first['what']}” changes it"
        f" most: {write(first['at_low'])} at the low end of its range, {write(first['at_high'])} at the high end."
    )
