# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figures over time: survival of the agreement, beliefs about types, exposure of the parties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from servanda import _captions as words
from servanda._canvas import (
    CHANCE,
    DASHES,
    GREY,
    HELD,
    INK,
    WARN,
    Look,
    Sheet,
    look,
    party_colour,
    party_dash,
    party_line,
    party_marker,
    short,
    style,
    text_width,
    tint,
    wrap,
    year_of,
    year_ticks,
)
from servanda.comparison import Comparison, PlanResult
from servanda.dates import last_day
from servanda.wording import expected_years, party_name, type_name

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def survival(comparison: Comparison, narrow: bool = False) -> Figure:
    """Draw the chance of being in force over time, one panel a plan.

    Parameters
    ----------
    comparison : Comparison
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A panel is called `survival|plan`; its line `in force` and its line `clean` hold the chances by date.
    """
    agreement = comparison.agreement
    with style():
        sheet = Sheet(narrow)
        start, end = agreement.start.year, words.end_year(comparison.plans[0])
        last = _shown(comparison)
        cut = "" if last is None else f" Shown to {last}: from then to {end} no plan has as much as 1%."
        sheet.heading(
            words.survival_title(comparison), f"Chance that the agreement is in force, {start} to {end}.{cut}"
        )
        dirty = any(p.concealed >= 0.005 for r in comparison.plans for p in r.summary.standing)
        clean, hidden = Look(tint(HELD, 0.25)), look(agreement, "held:concealed")
        sheet.legend(
            [("In force, nothing concealed", clean)]
            + ([("In force, something concealed", hidden)] if dirty else [])
            + ([("The other plans", (CHANCE, "-", ""))] if len(comparison.plans) > 1 else [])
        )
        tall = 150 if narrow else 190
        for result, left, top, room in _cells(sheet, comparison.plans, tall, _years_note):
            axes = sheet.panel(left + 38, top, room - 38, tall, f"survival|{result.plan}")
            for other in comparison.plans:
                if other is not result:
                    axes.step(*_course(other)[:2], where="post", color=CHANCE, linewidth=0.9, zorder=2)
            days, force, spotless = _course(result)
            axes.fill_between(days, spotless, step="post", facecolor=clean.face, linewidth=0, zorder=1)
            if dirty:
                axes.fill_between(
                    days, spotless, force, step="post", facecolor=hidden.face, hatch=hidden.hatch, edgecolor=HELD,
                    linewidth=0,
                )  # fmt: skip
                axes.step(
                    days, spotless, where="post", color=INK, linewidth=1, linestyle=(0, (4, 2)), label="clean", zorder=3
                )
            axes.step(days, force, where="post", color=INK, linewidth=1.8, label="in force", zorder=4)
            _percent_axis(axes)
            year_ticks(axes, year_of(agreement.start), last or days[-1], room - 38, narrow)
            _name_drops(axes, result, room - 38, tall, sheet)
        return sheet.finish()


def _shown(comparison: Comparison) -> int | None:
    """The year at which to end the calendar axis, where nearly nothing is left of any plan for the rest of the time."""
    first, end = year_of(comparison.agreement.start), year_of(last_day(comparison.agreement))
    alive = [year_of(p.date) for r in comparison.plans for p in r.summary.standing if p.in_force >= words.RARE]
    # A chance holds until the next date at which anything happens.
    later = [[year_of(p.date) for p in r.summary.standing if year_of(p.date) > max(alive)] for r in comparison.plans]
    last = int(max([max(alive), *(min(days) for days in later if days)])) + 1
    return last if last - first < 0.6 * (end - first) else None


def _course(result: PlanResult) -> tuple[list[float], list[float], list[float]]:
    points = result.summary.standing
    return [year_of(p.date) for p in points], [p.in_force for p in points], [p.clean for p in points]


def _cells(
    sheet: Sheet, plans: Sequence[PlanResult], tall: float, note: Callable[[PlanResult], str]
) -> list[tuple[PlanResult, float, float, float]]:
    """Lay panels out, two side by side where there is room, each under its plan's title; (result, left, top, room)."""
    columns = 1 if sheet.narrow or len(plans) == 1 else 2
    gap = 34.0
    room = (sheet.width - gap * (columns - 1)) / columns
    placed: list[tuple[PlanResult, float, float, float]] = []
    for i in range(0, len(plans), columns):
        row = plans[i : i + columns]
        titles = [wrap(words.name_of(r), sheet.base + 1, room, True) for r in row]
        deep = max(len(t) for t in titles)
        for j, result in enumerate(row):
            left = j * (room + gap)
            after = sheet.lines(left, sheet.y + 18, titles[j], sheet.base + 1, bold=True)
            sheet.text(left, after, note(result), sheet.small, color=GREY)
            placed.append((result, left, sheet.y + deep * 18 + 34, room - 18))
        sheet.y += deep * 18 + 34 + tall + 34
    return placed


def _years_note(result: PlanResult) -> str:
    return f"In force {expected_years(result):.1f} years on average"


def _percent_axis(axes: Axes) -> None:
    axes.set_ylim(0, 1.0)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "", "50%", "", "100%"])


def _name_drops(axes: Axes, result: PlanResult, room: float, tall: float, sheet: Sheet) -> None:
    """Name the entries where most is lost, and why, beside the fall: above a line that only falls there is room."""
    big = sorted((x for x in words.drops(result) if x[1] >= 0.05), key=lambda x: -x[1])[:3]
    first, last = axes.get_xlim()
    days, force, _ = _course(result)
    px = [(d - first) / (last - first) * room for d in days]
    placed: list[tuple[float, float, list[str]]] = []
    tries = [(n, least) for n in range(len(big), 0, -1) for least in (0, 1)]
    for n, least in tries:  # in fewer words, or without the smallest falls, which the calendar names
        falls = [
            ((year_of(day) - first) / (last - first) * room, lost, [f"−{short(lost)} {one}" for one in said[least:]])
            for day, lost, said in sorted(big[:n], key=lambda x: x[0], reverse=True)
        ]
        found = _beside(falls, px, force, room, tall, sheet.small)
        if len(found) == n:
            placed = found
            break
        placed = max(placed, found, key=len)
    for left, y, rows in placed:
        for k, row in enumerate(rows):
            axes.text(
                left / room, (y + (len(rows) - 1 - k) * sheet.small * 1.25 + 3) / tall, row, fontsize=sheet.small,
                label="drop", transform=axes.transAxes, va="baseline", parse_math=False, zorder=6,
                bbox={"facecolor": "white", "alpha": 0.9, "pad": 0.6, "linewidth": 0},
            )  # fmt: skip


def _beside(
    falls: Sequence[tuple[float, float, list[str]]],
    px: Sequence[float],
    force: Sequence[float],
    room: float,
    tall: float,
    size: float,
) -> list[tuple[float, float, list[str]]]:
    """Find places for words beside falls, for each the first that fit: (left, bottom, lines)."""
    placed: list[tuple[float, float, list[str]]] = []
    taken: list[tuple[float, float, float, float]] = []
    for x, lost, choices in falls:
        for said in choices:
            rows = wrap(said, size, max(room - x - 8, 110.0))
            wide, high = max(text_width(row, size) for row in rows), len(rows) * size * 1.25
            left = min(x + 7, room - wide)
            after = _level(px, force, x + 0.01)
            y = max((after + lost / 2) * tall - high / 2, after * tall + 3, 3.0)  # beside the fall
            if left < x:  # no room to its right: above the line
                y = max(y, _level(px, force, left) * tall + 4)
            for l0, l1, y0, y1 in sorted(taken, key=lambda t: t[2]):
                if left < l1 and l0 < left + wide and y < y1 and y0 < y + high:
                    y = y1 + 2
            if y + high <= tall * 1.06 and (len(rows) <= 3 or said == choices[-1]):
                placed.append((left, y, rows))
                taken.append((left, left + wide, y, y + high))
                break
    return placed


def _level(px: Sequence[float], force: Sequence[float], at: float) -> float:
    """The height of a falling staircase at a place."""
    return min((f for d, f in zip(px, force, strict=True) if d <= at), default=1.0)


def beliefs(comparison: Comparison, narrow: bool = False) -> Figure:
    """Draw what the others believe about each party's type while the agreement lasts, plan by plan.

    Parameters
    ----------
    comparison : Comparison
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A panel is called `beliefs|plan|party`; each type's line bears the type's name.

    Raises
    ------
    ValueError
        If every party has one type, so that there is nothing to believe.
    """
    agreement = comparison.agreement
    parties = words.uncertain(comparison)
    if not parties:
        raise ValueError("every party of this agreement has one type, so there is no belief to draw")
    with style():
        sheet = Sheet(narrow)
        sheet.heading(
            words.beliefs_title(comparison),
            "What the others believe about a party's type, given that the agreement is still in force.",
        )
        sheet.legend(
            [
                ("Belief at each entry (before its act), and at the end; lines only join these", (INK, "-", "o")),
                ("In force with a chance below 1%", (GREY, (0, (1, 1.6)), "")),
            ]
        )
        columns = 1 if narrow else min(2, len(parties))
        tall, gap = 96.0, 34.0
        room = (sheet.width - gap * (columns - 1)) / columns
        for result in comparison.plans:
            if len(comparison.plans) > 1:
                sheet.y = sheet.lines(
                    0,
                    sheet.y + 20,
                    wrap(words.name_of(result), sheet.base + 1, sheet.width, True),
                    sheet.base + 1,
                    bold=True,
                )
                sheet.y -= 14
            for i in range(0, len(parties), columns):
                row = parties[i : i + columns]
                names = [wrap(party_name(agreement, p), sheet.base, room - 16) for p in row]
                head = 14 + 16 * max(len(lines) for lines in names)
                for j, party in enumerate(row):
                    left = j * (room + gap)
                    sheet.mark(left + 5, sheet.y + 15.5, party_marker(agreement, party), party_colour(agreement, party))
                    sheet.lines(left + 16, sheet.y + 20, names[j], sheet.base)
                    _belief_panel(sheet, result, party, left, sheet.y + head, room, tall)
                sheet.y += head + tall + 28
        return sheet.finish()


def _belief_panel(
    sheet: Sheet, result: PlanResult, party: str, left: float, top: float, room: float, tall: float
) -> None:
    agreement, entries = result.game.agreement, result.summary.entries
    kinds = list(agreement.parties[party].types)
    said = [type_name(agreement, party, kind) for kind in kinds]
    side = min(max(text_width(f"{one} >99%", sheet.small) for one in said) + 10, room * 0.38)
    wide = room - 38 - side
    axes = sheet.panel(left + 38, top, wide, tall, f"beliefs|{result.plan}|{party}")
    end = year_of(last_day(agreement))
    days = [*(year_of(e.date) for e in entries), end]
    reached = [*(e.reached for e in entries), sum(result.summary.held.values())]
    likely = max(1, sum(chance >= words.RARE for chance in reached))
    final = result.summary.final_beliefs[party]
    colour, marker = party_colour(agreement, party), party_marker(agreement, party)
    ends: list[tuple[float, str]] = []
    for k, kind in enumerate(kinds):
        values = [*(e.beliefs[party][kind] for e in entries), final[kind]]
        axes.plot(
            days[likely - 1 :], values[likely - 1 :], color=GREY, linewidth=1, linestyle=(0, (1, 1.6)),
            marker=marker, markevery=slice(1, None), markersize=2.5, clip_on=False,
        )  # fmt: skip
        axes.plot(
            days[:likely], values[:likely], linewidth=1.3, linestyle=DASHES[k % len(DASHES)], color=colour,
            marker=marker, markersize=4.5, markerfacecolor=colour if k == 0 else "white", clip_on=False,
        )  # fmt: skip
        axes.plot(days, values, linewidth=0, label=kind)
        ends += [
            (values[-1] * tall, row) for row in reversed(wrap(f"{said[k]} {short(values[-1])}", sheet.small, side))
        ]
    _percent_axis(axes)
    year_ticks(axes, year_of(agreement.start), end, wide, sheet.narrow)
    axes.set_ylim(-0.04, 1.04)
    axes.spines["bottom"].set_visible(False)
    for y, line in spread(ends, sheet.small * 1.25, tall):
        sheet.text(left + 38 + wide + 8, top + tall - y + sheet.small * 0.36, line, sheet.small)


def spread(wanted: Sequence[tuple[float, str]], step: float, top: float) -> list[tuple[float, str]]:
    """Move labels apart so that each has its own line, as near as can be to where they belong."""
    placed: list[tuple[float, str]] = []
    for y, said in sorted(wanted, key=lambda row: row[0]):
        placed.append((max(y, placed[-1][0] + step) if placed else max(y, 0.0), said))
    over = placed[-1][0] - top if placed else 0.0
    for i in range(len(placed) - 1, -1, -1):
        ceiling = top if i == len(placed) - 1 else placed[i + 1][0] - step
        if over > 0:
            placed[i] = (min(placed[i][0], ceiling), placed[i][1])
    return placed


def exposure(comparison: Comparison, narrow: bool = False) -> Figure:
    """Draw what each party loses if the others withdraw, over time, one panel a plan.

    Parameters
    ----------
    comparison : Comparison
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A panel is called `exposure|plan`; each party's line bears the party's name in the file.
    """
    agreement = comparison.agreement
    with style():
        sheet = Sheet(narrow)
        alone = len(agreement.parties) == 1
        how = "the agreement breaks down" if alone else "the others walk out"
        whose = "Units:" if alone else "Each line in its party's own units, which cannot be compared:"
        sheet.heading(
            words.exposure_title(comparison),
            f"What a party loses against no agreement, costs of the breakdown included, if {how} right after an entry,"
            f" all having kept till then. {whose} 1 unit = {agreement.unit}.",
        )
        sheet.legend(
            [
                *((party_name(agreement, p), party_line(agreement, p)) for p in agreement.parties),
                ("Worse off than with no agreement", Look(WARN)),
            ]
        )
        every = [loss for r in comparison.plans for x in r.summary.exposure for loss in x.loss.values()]
        low, high = min(0.0, *every), max(0.0, *every)
        low, high = low - 0.06 * (high - low or 1), high + 0.06 * (high - low or 1)
        tall = 150 if narrow else 190
        for result, left, top, room in _cells(sheet, comparison.plans, tall, lambda _: "Units"):
            axes = sheet.panel(left + 38, top, room - 38, tall, f"exposure|{result.plan}")
            points = result.summary.exposure
            end = year_of(last_day(agreement))
            for party in agreement.parties:
                axes.step(
                    [*(year_of(x.date) for x in points), end],
                    [*(x.loss[party] for x in points), points[-1].loss[party]],
                    where="post", color=party_colour(agreement, party), linestyle=party_dash(agreement, party),
                    marker=party_marker(agreement, party), markersize=4, markevery=list(range(len(points))),
                    linewidth=2, label=party,
                )  # fmt: skip
            axes.axhspan(0, high, facecolor=WARN, linewidth=0, zorder=0)
            axes.axhline(0, color=INK, linewidth=1)
            axes.set_ylim(low, high)
            axes.yaxis.set_major_locator(_units(low, high))
            year_ticks(axes, year_of(agreement.start), end, room - 38, narrow)
        return sheet.finish()


def _units(low: float, high: float) -> Any:
    from matplotlib.ticker import MultipleLocator

    span = high - low
    ladder = [m * 10.0**k for k in range(-4, 7) for m in (1, 2, 5)]
    return MultipleLocator(next((s for s in ladder if span / s <= 6), span))
