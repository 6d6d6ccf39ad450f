# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of a plan's calendar: is each entry kept, and how much is lost there?"""

from __future__ import annotations

from collections.abc import Sequence

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name
from servanda.assessment.comparison import PlanResult
from servanda.assessment.outcomes import HORIZON, EntryResult
from servanda.english import a_chance, capital, count, day_label, month, percent, short
from servanda.presentation.figures._palette import (
    GREY,
    HOLD,
    INK,
    LINE,
    PALE,
    WARN,
    act_looks,
    look,
    party_colour,
    party_marker,
    tint,
)
from servanda.presentation.figures._plan_words import (
    CHOICE,
    VOTE,
    acts_of,
    end_of,
    label_of,
    last_loss,
    name_of,
    steps_to_perform,
    weakest,
    weakest_words,
    when_words,
)
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.figures._time_axis import year_of, year_ticks
from servanda.presentation.figures.gallery import figure


def title(result: PlanResult) -> str:
    """The finding of a plan's calendar."""
    link, late = result.summary.weakest_link, result.summary.late
    if late is not None and late.headline.ending is not None and late.headline.ending.chance >= 0.005:
        ending = late.headline.ending
        how = "end" if ending.ends else "be suspended" if ending.how == "suspended" else "stall"
        where = when_words(result, ending.entry, ending.title, ending.date)
        return f"{name_of(result)}: most likely to {how} at {where} ({percent(ending.chance)})"
    if link.lost < 0.005:
        return f"{name_of(result)}: no single entry loses even 1%"
    return f"{name_of(result)}: most likely to fail at {weakest_words(result)} ({percent(link.lost)})"


def alt(result: PlanResult) -> str:
    """The entries at which most is lost, with the chance of keeping."""
    summary, agreement = result.summary, result.game.agreement
    worst = sorted(summary.entries, key=lambda e: -sum(e.lost.values()))[:3]
    rows = [
        f"“{label_of(agreement, e)}” in {month(e.date)} (reached {percent(e.reached)}, kept then {percent(e.keep)},"
        f" lost here {percent(sum(e.lost.values()))})"
        for e in worst
        if sum(e.lost.values()) >= 0.005
    ]
    first, last = summary.entries[0].date.year, summary.entries[-1].date.year
    when = f"in {first}" if first == last else f"from {first} to {last}"
    done = (
        f"There is {a_chance(summary.completed)} that every step is performed or claimed."
        if steps_to_perform(result)
        else "There are no steps to perform."
    )
    where = "Most is lost at " + "; ".join(rows) + "." if rows else "No entry loses even half a percent."
    return f"Calendar of {name_of(result)}: {count(len(summary.entries), 'entry', 'entries')} {when}. {where} {done}"


def subtitle(result: PlanResult) -> str:
    """What is shown."""
    if result.summary.late is not None:
        return (
            "Each party's entries by date. Height: the chance that the party keeps the entry when it falls due, on its"
            " date or later. Grey: the chance that the agreement is in force."
        )
    return (
        "Each party's entries by date. Height: the chance that the party keeps the entry if the agreement gets that"
        " far. Grey: the chance that it gets that far."
    )


CALENDAR = figure(
    "calendar",
    of=PlanResult,
    heading="The calendar: is each entry kept?",
    reading="Above, each party has a lane. The higher a mark, the more likely the party is to keep the entry if the"
    " agreement gets that far. The grey area is the chance that it gets that far. Below, every entry in turn, and how"
    " much of its chance the agreement loses there.",
    title=title,
    subtitle=subtitle,
    alt=alt,
    first=True,
)


@CALENDAR.drawn
def draw(sheet: Sheet, result: PlanResult) -> None:
    """A lane a party with the chance of each entry being kept, then every entry in a row.

    A lane is called `lane|party`; its line `kept` has a point for every entry, at the chance that it is kept (goes
    through) if reached. In the rows a bar's label is `entry|keep`, `entry|reached`, `entry|lost`, ...
    """
    _lanes(sheet, result)
    _rows(sheet, result)


def _lanes(sheet: Sheet, result: PlanResult) -> None:
    agreement, entries = result.game.agreement, result.summary.entries
    points = result.summary.standing
    days, force = [year_of(p.date) for p in points], [p.in_force for p in points]
    last = year_of(last_day(agreement))
    acting = [p for p in agreement.parties if any(p in acts_of(e) for e in entries)]
    tall, left = 62.0, 40.0
    for party in acting:
        sheet.mark(5, sheet.y + 13, party_marker(agreement, party), party_colour(agreement, party))
        rows = wrap(party_name(agreement, party), sheet.base, sheet.width - 16, True)
        sheet.y = sheet.lines(16, sheet.y + 17.5, rows, sheet.base, bold=True) - 33.5
        axes = sheet.panel(left, sheet.y + 30, sheet.width - left - 12, tall, f"lane|{party}")
        axes.fill_between(days, force, step="post", facecolor="#dfe2e6", linewidth=0, zorder=0)
        own = [e for e in entries if party in acts_of(e)]
        x, kept = [year_of(e.date) for e in own], [acts_of(e)[party].keep for e in own]
        colour = party_colour(agreement, party)
        axes.vlines(x, 0, kept, color=colour, linewidth=1.6, zorder=2)
        axes.plot(
            x, kept, party_marker(agreement, party), color=colour, markersize=6, markeredgecolor="white",
            markeredgewidth=0.7, label="kept", clip_on=False, zorder=3,
        )  # fmt: skip
        for e in own:
            if weakest(result, e.id):
                axes.plot(
                    [year_of(e.date)], [acts_of(e)[party].keep], "o", markersize=13, markerfacecolor="none",
                    markeredgecolor=INK, markeredgewidth=1.4, clip_on=False, zorder=4,
                )  # fmt: skip
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
        year_ticks(axes, year_of(agreement.start), last, sheet.width - left - 12, sheet.narrow)
        if party != acting[-1]:
            axes.tick_params(axis="x", labelbottom=False)
            sheet.y += 30 + tall + 8
        else:
            sheet.y += 30 + tall + 28
    if any(weakest(result, e.id) for e in entries):
        size = sheet.small
        weak = "The weakest link: where the agreement loses most of its chance"
        if result.summary.late is not None:
            weak = "Where the agreement is most likely to break down, the wait for the entry included"
        sheet.mark_ring(7, sheet.y + 9)
        for line in wrap(weak, size, sheet.width - 24):
            sheet.text(20, sheet.y + 13, line, size)
            sheet.y += 16
        sheet.y += 6


def _rows(sheet: Sheet, result: PlanResult) -> None:
    agreement, entries = result.game.agreement, result.summary.entries
    acting = [p for p in agreement.parties if any(p in acts_of(e) for e in entries)]
    sheet.y += 4
    _key(sheet, agreement, entries, acting)
    lane, size = 16.0, sheet.base
    first = 0.0 if sheet.narrow else 84.0
    left = first + lane * len(acting) + (6 if sheet.narrow else 8)
    if sheet.narrow:
        third = (sheet.width - left) / 3
        bars = [(left + third * i, third - 46) for i in range(3)]
        heads, title_room = ("In force then", "Kept then", "Lost here"), sheet.width - left - 82
    else:
        bars = [(506.0, 80.0), (632.0, 116.0), (792.0, 70.0)]
        heads, title_room = ("In force then", "Kept, if in force then", "Lost here"), 506.0 - left - 14
    if result.summary.late is not None:
        heads = ("Falls due", "Kept then" if sheet.narrow else "Kept, if it falls due", "Lost here")
    for (x, _), head in zip(bars, heads, strict=True):
        sheet.text(x, sheet.y + 12, head, sheet.small, color=GREY, bold=True)
    sheet.y += 20
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    top, shade, year = sheet.y, False, 0
    for e in (*entries, *_last_report(result)):
        strong = weakest(result, e.id)
        rows = wrap(label_of(agreement, e) + _aside(e), size, title_room, strong)
        deep = (len(rows) * 16 + 22) if sheet.narrow else max(21.0, len(rows) * 16 + 5)
        if e.date.year != year:
            year, shade = e.date.year, not shade
        sheet.box(0, sheet.y, sheet.width, deep, WARN if strong else PALE if shade else "#ffffff")
        base = sheet.y + 15
        if sheet.narrow:
            sheet.text(sheet.width, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            _bars(sheet, agreement, e, sheet.y + len(rows) * 16 + 4, bars, e is entries[0])
        else:
            sheet.text(76, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            _bars(sheet, agreement, e, sheet.y + 3.5, bars, e is entries[0])
        sheet.lines(left, base, rows, size, bold=strong)
        for party in acts_of(e) if e.by else ():
            x = first + lane * (acting.index(party) + 0.5)
            sheet.mark_later(x, base - 4.5, party_marker(agreement, party), party_colour(agreement, party))
        sheet.y += deep
    for i, party in enumerate(acting):
        x = first + lane * (i + 0.5)
        sheet.rule(x, top, x, sheet.y, tint(party_colour(agreement, party), 0.35), 2.0)
    sheet.marks_now()
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    sheet.y += 4


def _key(sheet: Sheet, agreement: Agreement, entries: Sequence[EntryResult], acting: Sequence[str]) -> None:
    """Say what the fillings of the bars mean: only those that occur."""
    keep, hide, _ = act_looks(agreement, acting[0])
    items = [("Kept, or goes through", keep)]
    if any(e.conceal >= 0.0005 for e in entries):
        items.append(("Concealed", hide))
    if any(e.hold >= 0.0005 for e in entries):
        items.append(("Held back, or vote failed", HOLD))
    ends = {end_of(e) for e in entries if e.kind in (*CHOICE, *VOTE)}
    order = [f"{what}:{p}" for p in acting for what in ("withdrew", "lapsed", "unratified")]
    for cause in [*order, "withdrew:both", "withdrew:several"]:
        if cause in ends:
            said = cause_name(agreement, cause) if cause in order else "Somebody withdraws"
            items.append((capital(said), look(agreement, cause)))
    sheet.legend(items)


def _last_report(result: PlanResult) -> list[EntryResult]:
    """The report at the horizon as a row of its own, where anything is lost there."""
    lost, points = last_loss(result), result.summary.standing
    if lost < 0.0005:
        return []
    arrives = points[-2].in_force
    name, day, nobody = "The last report, at the horizon", points[-1].date, ""
    row = EntryResult(HORIZON, name, "report", nobody, day, arrives, 1.0, 0.0, 0.0, {}, {}, {}, 0.0, {"": lost})
    return [row]


def _aside(e: EntryResult) -> str:
    said = {"ratification": "vote", "turnover": "change of government"}.get(e.kind, e.kind)
    return "" if e.kind in ("obligation", "review", "renewal", "report") else f" ({said})"


def _bars(
    sheet: Sheet, agreement: Agreement, e: EntryResult, y: float, bars: list[tuple[float, float]], first: bool
) -> None:
    (x0, w0), (x1, w1), (x2, w2) = bars
    tall, size = 13.0, sheet.small
    base = y + 11
    sheet.rule(x0, y + tall, x0 + w0, y + tall, LINE, 0.6)
    sheet.box(x0, y, w0 * e.reached, tall, "#9aa1a9", f"{e.id}|reached")
    sheet.text(x0 + w0 + 5, base, short(e.reached, sure=first), size)
    if e.kind in (*CHOICE, *VOTE):
        keep, hide, _ = act_looks(agreement, e.by)
        parts = [
            (f"{e.id}|keep", e.keep, keep),
            (f"{e.id}|conceal", e.conceal, hide),
            (f"{e.id}|hold", e.hold, HOLD),
            (f"{e.id}|withdraw", 1.0 - e.keep - e.hold if e.kind in VOTE else e.withdraw, look(agreement, end_of(e))),
        ]
        at = x1
        for label, share, how in parts:
            if share > 0:
                sheet.box(at, y, share * w1, tall, how, label)
                if at > x1 + 0.5 and share * w1 > 2:
                    sheet.rule(at, y, at, y + tall, "white", 1.2)
            at += share * w1
        sheet.text(x1 + w1 + 5, base, short(e.keep), size)
    else:
        sheet.text(x1, base, "no choice", size, color=GREY)
    lost = sum(e.lost.values())
    sheet.rule(x2, y + tall, x2 + w2, y + tall, LINE, 0.6)
    sheet.box(x2, y, w2 * lost, tall, INK, f"{e.id}|lost")
    sheet.text(x2 + w2 * lost + 5, base, short(lost), size, bold=lost >= 0.05)
