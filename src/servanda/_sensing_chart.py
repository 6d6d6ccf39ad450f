# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures of what matters and of when a plan fails: shares of the variance, swings, and the failing box."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servanda import _sensing_words as words
from servanda._canvas import (
    DASHES,
    GREY,
    HELD,
    INK,
    LINE,
    PALE,
    PARTY_COLOURS,
    Look,
    Sheet,
    style,
    text_width,
    tint,
    wrap,
)
from servanda.agreement import Agreement
from servanda.evaluating import figure_names
from servanda.failing import FailureRules, Limit
from servanda.indices import SobolIndices
from servanda.sensing import Sensitivity
from servanda.swings import Tornado
from servanda.wording import capital

if TYPE_CHECKING:
    import polars
    from matplotlib.figure import Figure

ROWS = 14  # drawn at most
_ALONE, _WHOLE = Look(HELD), Look(tint(HELD, 0.6), "////", HELD)
_UNCLEAR = Look(tint(GREY, 0.5), "....", GREY)
_LOW, _HIGH = Look(PARTY_COLOURS[0]), Look(PARTY_COLOURS[1], "////")
_FAILS = "#b3261e"


def sensitivity(agreement: Agreement, found: Sensitivity, narrow: bool = False) -> Figure:
    """Draw what a figure depends on: shares of the variance; or, of a sweep, how far each number moves it.

    Parameters
    ----------
    agreement : Agreement
    found : Sensitivity
        Of that agreement.
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Bars are labelled `name|first` and `name|total`, or `name|distance`; the pale bar behind them is 1.
    """
    with style():
        sheet = Sheet(narrow)
        sheet.heading(_sensitivity_title(found), words.spread(agreement, found))
        if found.shares is None:
            sheet.legend([("How far the distribution moves (PAWN)", _ALONE), ("Not to be told from chance", _UNCLEAR)])
            for row in found.numbers.sort("distance", descending=True).head(ROWS).iter_rows(named=True):
                look = _ALONE if row["clear"] else _UNCLEAR
                left, wide, y = _row(sheet, row["what"])
                sheet.box(left, y, row["distance"] * wide, 18, look, f"{row['name']}|distance")
                _after(sheet, left + row["distance"] * wide, y, f"{row['distance']:.2f}")
            return sheet.finish()
        _shares(sheet, found.shares)
        return sheet.finish()


def indices(found: SobolIndices, narrow: bool = False) -> Figure:
    """Draw Sobol' indices of any function: shares of the variance.

    Parameters
    ----------
    found : SobolIndices
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Bars as in `sensitivity`.
    """
    table = found.table.sort("total", descending=True)
    table = table.with_columns(table["name"].alias("what"))
    with style():
        sheet = Sheet(narrow)
        missing = f"; {found.failed:,} without an answer" if found.failed else ""
        sheet.heading(
            _first_of(table), f"Shares of the variance (Sobol' indices), from {found.solves:,} values{missing}."
        )
        _shares(sheet, table)
        return sheet.finish()


def tornado(agreement: Agreement, found: Tornado, narrow: bool = False) -> Figure:
    """Draw the swings: every number at the low and the high end of its range, the others at their likely value.

    Parameters
    ----------
    agreement : Agreement
    found : Tornado
        Of that agreement.
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Bars are labelled `name|low` and `name|high`; they begin at the line `likely`.
    """
    of = found.question.of
    with style():
        sheet = Sheet(narrow)
        rows = found.table.drop_nulls("swing").head(ROWS)
        head = "No number has an answer at both ends of its range"
        if rows.height:
            head = f"“{rows['what'][0]}” moves it most, taken alone"
        likely = f"Line: {words.amount(of, found.likely)}, with every number at its likely value."
        sheet.heading(head, f"{words.subject(agreement, found.question)}. {likely}")
        sheet.legend([("Number at the low end of its range", _LOW), ("at the high end", _HIGH)])
        ends = [found.likely, *rows["at_low"].to_list(), *rows["at_high"].to_list()]
        room = 52.0 if narrow else 60.0  # for what is written beside bars
        low, high = min(ends), max(ends)
        for row in rows.iter_rows(named=True):
            left, wide, y = _row(
                sheet,
                f"{row['what']} ({' to '.join(words.size(row[end], row['duration']) for end in ('low', 'high'))})",
                False,
            )
            scale = (wide - 2 * room) / ((high - low) or 1.0)
            middle = left + room + (found.likely - low) * scale
            at = {end: left + room + (row[f"at_{end}"] - low) * scale for end in ("low", "high")}
            wider = sorted(at, key=lambda end: -abs(at[end] - middle))
            for end in wider:
                look = _LOW if end == "low" else _HIGH
                begin = min(at[end], middle)
                sheet.box(begin, y, abs(at[end] - middle), 18, look, f"{row['name']}|{end}")
            sheet.rule(middle, y - 4, middle, y + 22, INK, 1.4)
            same = (at["low"] - middle) * (at["high"] - middle) > 0
            for end in wider[:1] if same else wider:
                right = at[end] >= middle and not (at[end] == middle and at[wider[0]] > middle)
                sheet.text(
                    at[end] + (5 if right else -5), y + 14, words.amount(of, row[f"at_{end}"]), sheet.small,
                    ha="left" if right else "right", color=GREY,
                )  # fmt: skip
        return sheet.finish()


def failure(agreement: Agreement, found: FailureRules, narrow: bool = False) -> Figure:
    """Draw the rules of failure: the failing part of each number's range, and how the first rule was found.

    Parameters
    ----------
    agreement : Agreement
    found : FailureRules
        Of that agreement.
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        Parts are labelled `rule|name`, within the pale bar of the whole range. The panel `peeling` has a line
        `trajectory` of coverage and density, and a point `chosen`.
    """
    title = words.plan_title(agreement, found.plan)
    with style():
        sheet = Sheet(narrow)
        if not found.rules:
            sheet.heading(f"“{title}”: no rule to draw", words.failing(agreement, found))
            return sheet.finish()
        first = found.rules[0]
        many = f"{len(first.limits)} numbers" if len(first.limits) > 1 else "one number"
        head = f"Where {words.share(first.coverage)} of the failures of “{title}” lie: limits on {many}"
        sheet.heading(head, words.failing(agreement, found))
        sheet.legend(
            [
                ("Part of the range in which it fails", Look(_FAILS)),
                ("whole range in the file (line: likely value)", Look(PALE)),
            ]
        )
        sheet.y += 4
        for i, rule in enumerate(found.rules, 1):
            text = (
                f"Rule {i}: covers {words.share(rule.coverage)} of the failures; {words.share(rule.density)} of its"
                f" draws fail, against {words.share(found.share)} of all"
            )
            if rule.checked_coverage is not None and rule.checked_density is not None:
                checked = f"{words.share(rule.checked_coverage)} and {words.share(rule.checked_density)}"
                text += f" (on draws kept aside: {checked})"
            rows = wrap(text, sheet.base, sheet.width, True)
            sheet.y = sheet.lines(0, sheet.y + 20, rows, sheet.base, bold=True) - 8
            for limit in rule.limits:
                _range(sheet, i, limit)
            sheet.y += 8
        _peeling(sheet, found)
        return sheet.finish()


def sensitivity_alt(agreement: Agreement, found: Sensitivity) -> str:
    """The figure of what matters in words, for those who cannot see it; parameters as `sensitivity`."""
    if found.shares is None:
        rows = found.numbers.sort("distance", descending=True).head(ROWS).iter_rows(named=True)
        parts = [f"{row['what']}: {row['distance']:.2f}" for row in rows]
    else:
        rows = found.shares.head(ROWS).iter_rows(named=True)
        parts = [f"{row['what']}: {words.share(row['first'])}, {words.share(row['total'])}" for row in rows]
    return f"{_sensitivity_title(found)}. {words.spread(agreement, found)} {'; '.join(parts)}."


def _sensitivity_title(found: Sensitivity) -> str:
    if found.shares is None:
        return f"“{found.numbers.sort('distance', descending=True)['what'][0]}” matters most"
    return _first_of(found.shares)


def _first_of(shares: polars.DataFrame) -> str:
    first, *others = shares.head(2).iter_rows(named=True)
    sure = all(first["total_low"] > other["total_high"] for other in others)
    return f"“{first['what']}” {'matters' if sure else 'seems to matter'} most"


def _shares(sheet: Sheet, table: polars.DataFrame) -> None:
    """Bars of both shares, with the interval of the whole."""
    sheet.legend([("Share of the variance by itself", _ALONE), ("with all its interactions", _WHOLE)])
    for row in table.head(ROWS).iter_rows(named=True):
        left, wide, y = _row(sheet, row["what"])
        shares = {name: min(max(float(row[name]), 0.0), 1.0) for name in ("total", "first")}
        sheet.box(left, y, shares["total"] * wide, 18, _WHOLE, f"{row['name']}|total")
        sheet.box(left, y + 4, shares["first"] * wide, 10, _ALONE, f"{row['name']}|first")
        low, high = (left + wide * min(max(row[f"total_{end}"], 0.0), 1.0) for end in ("low", "high"))
        sheet.rule(low, y + 9, high, y + 9, INK, 1.4)
        for end in (low, high):
            sheet.rule(end, y + 5, end, y + 13, INK, 1.4)
        _after(sheet, max(high, left + shares["total"] * wide), y, words.share(row["total"]))
    note = "Lines with ends: 95% intervals of the share with interactions."
    sheet.y = sheet.lines(0, sheet.y + 24, wrap(note, sheet.small, sheet.width), sheet.small, color=GREY)


def _row(sheet: Sheet, label: str, pale: bool = True) -> tuple[float, float, float]:
    """Write a row's label; give the left end, width and top of its bar. `sheet.y` is then below both."""
    room = sheet.width if sheet.narrow else 0.42 * sheet.width
    rows = wrap(label, sheet.base, room - (0 if sheet.narrow else 14))
    top = sheet.y + 7
    high = 16.0 * len(rows)
    sheet.lines(0, top + (12 if high > 18 else 14), rows, sheet.base)
    if sheet.narrow:
        y, left, wide, sheet.y = top + high + 7, 0.0, sheet.width - 40, top + high + 25
    else:
        y, left, wide = top + max(0.0, (high - 18) / 2), room, sheet.width - room - 40
        sheet.y = top + max(high, 18.0)
    if pale:
        sheet.box(left, y, wide, 18, PALE)
    return left, wide, y


def _after(sheet: Sheet, x: float, y: float, text: str) -> None:
    sheet.text(x + 6, y + 14, text, bold=True)


def _range(sheet: Sheet, rule: int, limit: Limit) -> None:
    left, wide, y = _row(sheet, capital(limit.what))
    scale = wide / (limit.high - limit.low)
    low = limit.low if limit.at_least is None else limit.at_least
    high = limit.high if limit.at_most is None else limit.at_most
    begin, end = (left + (value - limit.low) * scale for value in (low, high))
    sheet.box(begin, y, end - begin, 18, _FAILS, f"{rule}|{limit.name}")
    likely = left + (limit.likely - limit.low) * scale
    sheet.rule(likely, y - 3, likely, y + 21, INK, 1.6)
    marks: list[tuple[float, str, str, bool]] = []
    for value, at, ha in ((limit.low, left, "left"), (limit.high, left + wide, "right")):
        marks.append((at, words.size(value, limit.duration), ha, False))
    for value, at in ((limit.at_least, begin), (limit.at_most, end)):
        if value is not None:
            marks.append((at, words.size(value, limit.duration), "center", True))
    taken = [(at, text_width(text, sheet.small, True)) for at, text, _, bold in marks if bold]
    for at, text, ha, bold in marks:
        size = text_width(text, sheet.small, bold)
        clash = any(abs(other - at) < other_size / 2 + size + 6 for other, other_size in taken)
        if bold or not clash:
            sheet.text(at, y + 32, text, sheet.small, ha=ha, bold=bold, color=INK if bold else GREY)
    sheet.y += 16


def _peeling(sheet: Sheet, found: FailureRules) -> None:
    rows = wrap("How rule 1 was found: coverage given up for density, step by step", sheet.base, sheet.width, True)
    top = sheet.lines(0, sheet.y + 34, rows, sheet.base, bold=True)
    wide = sheet.width - 60 if sheet.narrow else 0.5 * sheet.width
    axes: Any = sheet.panel(48, top, wide, 180, "peeling")
    steps = found.trajectory
    axes.plot(
        steps["coverage"].to_list(), steps["density"].to_list(), "o-", color=GREY, markersize=4, linewidth=1.2,
        label="trajectory",
    )  # fmt: skip
    rule = found.rules[0]
    axes.plot([rule.coverage], [rule.density], "o", color=_FAILS, markersize=9, label="chosen")
    axes.axhline(found.share, color=INK, linewidth=1.2, linestyle=DASHES[1])
    axes.set_xlim(1.02, 0)
    axes.set_ylim(0, 1.04)
    ticks = [0, 0.25, 0.5, 0.75, 1.0]
    axes.set_xticks(ticks, ["0%", "25%", "50%", "75%", "100%"])
    axes.set_yticks(ticks, ["0%", "", "50%", "", "100%"])
    axes.spines["bottom"].set_color(LINE)
    axes.set_xlabel("coverage: share of the failures inside", fontsize=sheet.small, color=GREY)
    axes.set_ylabel("density: share that fails", fontsize=sheet.small, color=GREY)
    note = "From the whole space (left) inwards. Red: the rule. Dashed: the share of all draws that fail."
    if not sheet.narrow:
        notes = wrap(note, sheet.small, sheet.width - wide - 90)
        sheet.lines(wide + 74, top + 24, notes, sheet.small, color=GREY)
    sheet.y = top + 230
    if sheet.narrow:
        sheet.y = sheet.lines(0, sheet.y, wrap(note, sheet.small, sheet.width), sheet.small, color=GREY)


def failure_alt(agreement: Agreement, found: FailureRules) -> str:
    """The figure of the rules in words, for those who cannot see it; parameters as `failure`."""
    rules = " ".join(f"It {words.rule_words(rule, found.aside)}" for rule in found.rules)
    return f"{words.failing(agreement, found)} {rules}".strip()


def tornado_alt(agreement: Agreement, found: Tornado) -> str:
    """The figure of the swings in words, for those who cannot see it; parameters as `tornado`."""
    of, rows = found.question.of, found.table.drop_nulls("swing").head(ROWS).iter_rows(named=True)
    parts = [f"{row['what']}: {words.amount(of, row['at_low'])} to {words.amount(of, row['at_high'])}" for row in rows]
    return f"{capital(figure_names(agreement)[of])}. {words.swings(agreement, found)} {'; '.join(parts)}."
