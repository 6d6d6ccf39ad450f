# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of beliefs: what the others think of each party, over time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from servanda.agreement.dates import last_day
from servanda.agreement.labels import party_name, type_name
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.english import capital, month, percent, short
from servanda.presentation.figures._palette import DASHES, GREY, INK, party_colour, party_marker
from servanda.presentation.figures._plan_words import RARE, name_of
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.figures._time_axis import percent_axis, year_of, year_ticks
from servanda.presentation.figures.gallery import figure


def uncertain(comparison: Comparison) -> list[str]:
    """The parties that may be of more than one type."""
    return [name for name, party in comparison.agreement.parties.items() if len(party.types) > 1]


def belief_span(result: PlanResult, party: str, kind: str) -> tuple[float, float, date]:
    """The belief at the first entry, and at the last moment reached with a chance worth speaking of, and its date."""
    summary = result.summary
    entries = [e for e in summary.entries if e.reached >= RARE] or list(summary.entries[:1])
    first, last, day = entries[0].beliefs[party][kind], entries[-1].beliefs[party][kind], entries[-1].date
    if sum(summary.held.values()) >= RARE:
        last, day = summary.final_beliefs[party][kind], last_day(result.game.agreement)
    return first, last, day


def title(comparison: Comparison) -> str:
    """The finding of the figure of beliefs."""
    agreement = comparison.agreement
    found: list[tuple[float, str]] = []
    for result in comparison.plans:
        for party in uncertain(comparison):
            kind = next(iter(agreement.parties[party].types))
            a, b, day = belief_span(result, party, kind)
            name = type_name(agreement, party, kind)
            words = (
                f"belief that {party_name(agreement, party)} is of the “{name}” type goes from {percent(a)} to"
                f" {percent(b)} by {month(day)}"
            )
            words = f"{name_of(result)}: {words}" if len(comparison.plans) > 1 else capital(words)
            found.append((abs(b - a), words))
    change, words = max(found, default=(0.0, ""))
    return words if change >= 0.02 else "What the parties see hardly changes what they believe about each other"


def alt(comparison: Comparison) -> str:
    """First and last belief about each party, plan by plan."""
    agreement, rows = comparison.agreement, list[str]()
    for result in comparison.plans:
        parts: list[str] = []
        for party in uncertain(comparison):
            kind = next(iter(agreement.parties[party].types))
            first, last, day = belief_span(result, party, kind)
            parts.append(
                f"{party_name(agreement, party)} “{type_name(agreement, party, kind)}” {percent(first)} at first,"
                f" {percent(last)} in {month(day)}"
            )
        rows.append(f"{name_of(result)}: {'; '.join(parts)}.")
    return "What the others believe about each party's type while the agreement lasts. " + " ".join(rows)


def nothing(comparison: Comparison) -> str:
    """Why there is nothing to draw, if nobody's type is in doubt."""
    return "" if uncertain(comparison) else "every party of this agreement has one type, so there is no belief to draw"


BELIEFS = figure(
    "beliefs",
    of=Comparison,
    heading="What the parties believe about each other",
    reading="Each line is a type that the party may be. Together they add up to 100%. Each act moves them, and so does"
    " each report that finds nothing. Where a line is dotted, the agreement is so unlikely to get that far that it"
    " hardly matters.",
    title=title,
    subtitle="What the others believe about a party's type, given that the agreement is still in force.",
    alt=alt,
    nothing=nothing,
)


@BELIEFS.drawn
def draw(sheet: Sheet, comparison: Comparison) -> None:
    """A panel is called `beliefs|plan|party`; each type's line bears the type's name."""
    agreement = comparison.agreement
    parties = uncertain(comparison)
    sheet.legend(
        [
            ("Belief at each entry (before its act), and at the end; lines only join these", (INK, "-", "o")),
            ("In force with a chance below 1%", (GREY, (0, (1, 1.6)), "")),
        ]
    )
    columns = 1 if sheet.narrow else min(2, len(parties))
    tall, gap = 96.0, 34.0
    room = (sheet.width - gap * (columns - 1)) / columns
    for result in comparison.plans:
        if len(comparison.plans) > 1:
            sheet.y = sheet.lines(
                0,
                sheet.y + 20,
                wrap(name_of(result), sheet.base + 1, sheet.width, True),
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
    likely = max(1, sum(chance >= RARE for chance in reached))
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
    percent_axis(axes)
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
