"""What a search for better plans says."""

from __future__ import annotations

from collections import Counter
from typing import Any

from servanda.optimisation.pareto import Design, headline
from servanda.optimisation.trials import MEETS
from servanda.presentation.view import Column, Table, View, filled, rows, view_of

MOST_ROWS = 8  # of the front, shown

Row = dict[str, Any]


@view_of.register
def _(design: Design) -> View:
    front = [row for row in design.front.to_dicts() if row["row"] in chosen(design)]
    hidden = len(design.plans) - len(front)
    more = f"{hidden} more on the front. Use --json to list them, or --picture to draw them." if hidden else ""
    judged = (
        "These are optima of a model whose numbers are judgements. They are only as good as those numbers."
        if front
        else ""
    )
    blocks = (_tried(design), _front(design, front), _levers(design, front), more, "" if front else _nearest(design))
    return View(f"{headline(design)}.", filled(*blocks), (judged,) if front else ())


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
        values = [float(value) for value in design.front[aim.statistic.text]]
        best = max(values) if aim.largest else min(values)
        rows.append(1 + values.index(best))
    return list(dict.fromkeys(rows))


def _tried(design: Design) -> str:
    tried = len(design.table)
    if design.exhaustive:
        words = f"The search tried all {tried:,} plans that the levers allow."
    else:
        words = f"The search tried {tried:,} plans (seed {design.seed}). There are more, and one may be better."
    return words + (f" Means and quantiles are over {design.draws} draws." if design.draws else "")


def _front(design: Design, front: list[Row]) -> Table:
    ways = {aim.statistic.text: "↑" if aim.largest else "↓" for aim in design.aims}
    write = {one.text: one.metric.text for one in design.statistics}

    def cells(row: Row) -> list[str]:
        return [text(row[name]) for name, text in write.items()]

    given = [
        (row["plan"], *cells(row), "as it stands" + ("" if row["status"] == MEETS else f"; {row['status']}"))
        for row in design.given.to_dicts()
    ]
    names = [f"{name} {ways.get(name, '')}".strip() for name in write]
    return Table(
        "front", "The best (↑ more is better, ↓ less)",
        (Column("plan", "words"), *(Column(name) for name in names), Column("", "words")),
        rows([*given, *((str(row["row"]), *cells(row)) for row in front)]),
    )  # fmt: skip


def _levers(design: Design, front: list[Row]) -> Table:
    cells = [(name, value(now), *(value(row[name]) for row in front)) for name, now in design.levers.items()]
    columns = (Column("lever", "words"), Column("as it stands"), *(Column(str(row["row"])) for row in front))
    return Table("levers", "The levers in each of these plans", columns, rows(cells if front else []))


def value(found: object) -> str:
    """A lever's value in a table."""
    if isinstance(found, bool):
        return "yes" if found else "no"
    return f"{found:.12g}" if isinstance(found, float) else str(found)


def _nearest(design: Design) -> str:
    """Why none of the plans will do: the commonest reasons."""
    reasons = Counter(str(status) for status in design.table["status"]).most_common(3)
    return f"The most frequent reasons: {'; '.join(f'{reason} ({count} plans)' for reason, count in reasons)}."
