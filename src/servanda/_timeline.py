# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The two figures with a row for every entry: the calendar of a plan, and what each type does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from servanda import _captions as words
from servanda._canvas import (
    GREY,
    INK,
    LINE,
    PALE,
    WARN,
    Look,
    Sheet,
    look,
    party_colour,
    party_marker,
    short,
    style,
    tint,
    wrap,
    year_of,
    year_ticks,
)
from servanda.agreement import Agreement
from servanda.comparison import PlanResult
from servanda.dates import last_day
from servanda.outcomes import HORIZON
from servanda.summary import EntryResult, TypeAct
from servanda.wording import capital, day_label, party_name, type_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHOICE, VOTE = ("obligation", "review"), ("ratification",)


def act_looks(agreement: Agreement, party: str) -> tuple[Look, Look, Look]:
    """How keeping, concealing and withdrawing are filled: as the outcomes that they lead to."""
    return look(agreement, "held:clean"), look(agreement, "held:concealed"), look(agreement, f"withdrew:{party}")


def calendar(result: PlanResult, narrow: bool = False) -> Figure:
    """Draw a plan's calendar: a lane a party with the chance of each entry being kept, then every entry in a row.

    Parameters
    ----------
    result : PlanResult
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A lane is called `lane|party`; its line `kept` has a point for every entry, at the chance that it is kept
        (goes through) if reached. In the rows a bar's label is `entry|keep`, `entry|reached`, `entry|lost`, ...
    """
    with style():
        sheet = Sheet(narrow)
        sheet.heading(
            words.calendar_title(result),
            "Each party's entries by date: how high, the chance that it is kept if the agreement gets that far. Grey:"
            " the chance that the agreement gets that far.",
        )
        _lanes(sheet, result)
        _rows(sheet, result)
        return sheet.finish()


def _lanes(sheet: Sheet, result: PlanResult) -> None:
    agreement, entries = result.game.agreement, result.summary.entries
    points = result.summary.standing
    days, force = [year_of(p.date) for p in points], [p.in_force for p in points]
    last = year_of(last_day(agreement))
    acting = [p for p in agreement.parties if any(e.by == p for e in entries)]
    tall, left = 62.0, 40.0
    for party in acting:
        sheet.mark(5, sheet.y + 13, party_marker(agreement, party), party_colour(agreement, party))
        rows = wrap(party_name(agreement, party), sheet.base, sheet.width - 16, True)
        sheet.y = sheet.lines(16, sheet.y + 17.5, rows, sheet.base, bold=True) - 33.5
        axes = sheet.panel(left, sheet.y + 30, sheet.width - left - 12, tall, f"lane|{party}")
        axes.fill_between(days, force, step="post", facecolor="#dfe2e6", linewidth=0, zorder=0)
        own = [e for e in entries if e.by == party]
        x, kept = [year_of(e.date) for e in own], [e.keep for e in own]
        colour = party_colour(agreement, party)
        axes.vlines(x, 0, kept, color=colour, linewidth=1.6, zorder=2)
        axes.plot(
            x, kept, party_marker(agreement, party), color=colour, markersize=6, markeredgecolor="white",
            markeredgewidth=0.7, label="kept", clip_on=False, zorder=3,
        )  # fmt: skip
        for e in own:
            if words.weakest(result, e.id):
                axes.plot(
                    [year_of(e.date)], [e.keep], "o", markersize=13, markerfacecolor="none", markeredgecolor=INK,
                    markeredgewidth=1.4, clip_on=False, zorder=4,
                )  # fmt: skip
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.5, 1], ["0%", "50%", "100%"])
        year_ticks(axes, year_of(agreement.start), last, sheet.width - left - 12, sheet.narrow)
        if party != acting[-1]:
            axes.tick_params(axis="x", labelbottom=False)
            sheet.y += 30 + tall + 8
        else:
            sheet.y += 30 + tall + 28
    if any(words.weakest(result, e.id) for e in entries):
        size = sheet.small
        sheet.mark_ring(7, sheet.y + 9)
        for line in wrap("The weakest link: where most chance of the agreement is lost", size, sheet.width - 24):
            sheet.text(20, sheet.y + 13, line, size)
            sheet.y += 16
        sheet.y += 6


def _rows(sheet: Sheet, result: PlanResult) -> None:
    agreement, entries = result.game.agreement, result.summary.entries
    acting = [p for p in agreement.parties if any(e.by == p for e in entries)]
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
    for (x, _), head in zip(bars, heads, strict=True):
        sheet.text(x, sheet.y + 12, head, sheet.small, color=GREY, bold=True)
    sheet.y += 20
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    top, shade, year = sheet.y, False, 0
    for e in (*entries, *_last_report(result)):
        rows = wrap(words.label_of(agreement, e) + _aside(e), size, title_room)
        deep = (len(rows) * 16 + 22) if sheet.narrow else max(21.0, len(rows) * 16 + 5)
        if e.date.year != year:
            year, shade = e.date.year, not shade
        strong = words.weakest(result, e.id)
        sheet.box(0, sheet.y, sheet.width, deep, WARN if strong else PALE if shade else "#ffffff")
        base = sheet.y + 15
        if sheet.narrow:
            sheet.text(sheet.width, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            _bars(sheet, agreement, e, sheet.y + len(rows) * 16 + 4, bars, e is entries[0])
        else:
            sheet.text(76, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            _bars(sheet, agreement, e, sheet.y + 3.5, bars, e is entries[0])
        sheet.lines(left, base, rows, size, bold=strong)
        if e.by:
            x = first + lane * (acting.index(e.by) + 0.5)
            sheet.mark_later(x, base - 4.5, party_marker(agreement, e.by), party_colour(agreement, e.by))
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
    for p in acting:
        for kinds, said, cause in ((CHOICE, "withdraws", "withdrew"), (VOTE, "does not ratify", "unratified")):
            if any(e.by == p and e.kind in kinds for e in entries):
                items.append((f"{party_name(agreement, p)} {said}", look(agreement, f"{cause}:{p}")))
    sheet.legend(items)


def _last_report(result: PlanResult) -> list[EntryResult]:
    """The report at the horizon as a row of its own, where anything is lost there."""
    lost, points = words.last_loss(result), result.summary.standing
    if lost < 0.0005:
        return []
    arrives = points[-2].in_force
    name, day, nobody = "The last report, at the horizon", points[-1].date, ""
    row = EntryResult(HORIZON, name, "report", nobody, day, arrives, 1.0, 0.0, 0.0, {}, {}, {}, 0.0, {"": lost})
    return [row]


def _aside(e: EntryResult) -> str:
    return {"ratification": " (vote)", "turnover": " (change of government)", "automatic": " (automatic)"}.get(
        e.kind, ""
    )


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
        keep, hide, leave = act_looks(agreement, e.by)
        left = e.withdraw
        if e.kind in VOTE:
            left, leave = 1.0 - e.keep, look(agreement, f"unratified:{e.by}")
        parts = [
            (f"{e.id}|keep", e.keep, keep),
            (f"{e.id}|conceal", e.conceal, hide),
            (f"{e.id}|withdraw", left, leave),
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


# ---------------------------------------------------------------------------------------------------- acts


def acts(result: PlanResult, narrow: bool = False) -> Figure:
    """Draw what each type of each party does at each of its entries, given that it is reached.

    Parameters
    ----------
    result : PlanResult
    narrow : bool
        For a phone.

    Returns
    -------
    Figure
        A bar is 100%; a part's label is `entry|type|keep`, `entry|type|conceal` or `entry|type|withdraw`.
    """
    agreement = result.game.agreement
    with style():
        sheet = Sheet(narrow)
        sheet.heading(
            words.acts_title(result),
            "What each type of a party does at each of its entries, if the agreement gets that far. Each bar is 100%."
            " Grey words: it gets that far with a chance below 1%.",
        )
        acting = [p for p in agreement.parties if any(e.by == p and e.by_type for e in result.summary.entries)]
        keep, hide, _ = (
            act_looks(agreement, acting[0]) if acting else act_looks(agreement, next(iter(agreement.parties)))
        )
        sheet.legend(
            [("Keeps", keep), ("Claims to, and conceals", hide)]
            + [(f"{party_name(agreement, p)} withdraws", look(agreement, f"withdrew:{p}")) for p in acting]
        )
        for party in acting:
            _party_acts(sheet, result, party)
        return sheet.finish()


def _party_acts(sheet: Sheet, result: PlanResult, party: str) -> None:
    agreement = result.game.agreement
    own = [e for e in result.summary.entries if e.by == party and e.by_type]
    kinds = list(own[0].by_type)
    sheet.y += 12
    sheet.mark(6, sheet.y + 12, party_marker(agreement, party), party_colour(agreement, party), 10)
    rows = wrap(party_name(agreement, party), sheet.base + 1, sheet.width - 18, True)
    sheet.y = sheet.lines(18, sheet.y + 17, rows, sheet.base + 1, bold=True) - 6
    left = 0.0 if sheet.narrow else 410.0
    across = min(len(kinds), 3 if sheet.narrow else 4)
    gap = 10.0
    room = (sheet.width - left - gap * (across - 1)) / across
    named = len(kinds) > 1
    heads = [wrap(_kind(agreement, party, kind), sheet.small, room, True) for kind in kinds] if named else []
    for line in range(0, len(heads), across):
        row = heads[line : line + across]
        for j, head in enumerate(row):
            sheet.lines(left + j * (room + gap), sheet.y + 12, head, sheet.small, bold=True)
        sheet.y += 16 * max(len(h) for h in row)
    if not sheet.narrow:
        sheet.y += 0 if heads else 16
        sheet.text(left - 14, sheet.y - 4, "In force then", sheet.small, color=GREY, bold=True, ha="right")
    sheet.y += 6
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    year, shade = 0, False
    for e in own:
        rows = wrap(capital(e.title), sheet.base, sheet.width - 82 if sheet.narrow else left - 88 - 62)
        lines = -(-len(kinds) // across)
        deep = len(rows) * 16 + 6 + lines * 20 if sheet.narrow else max(21.0, len(rows) * 16 + 5, lines * 20 + 2)
        if e.date.year != year:
            year, shade = e.date.year, not shade
        sheet.box(0, sheet.y, sheet.width, deep, PALE if shade else "#ffffff")
        rare = GREY if e.reached < words.RARE else INK
        base = sheet.y + 15
        if sheet.narrow:
            sheet.lines(0, base, rows, sheet.base, color=rare)
            sheet.text(sheet.width, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            bar = sheet.y + len(rows) * 16 + 4
        else:
            sheet.text(76, base, day_label(e.date), sheet.small, color=GREY, ha="right")
            sheet.lines(88, base, rows, sheet.base, color=rare)
            sheet.text(
                left - 14,
                base,
                short(e.reached, sure=e is result.summary.entries[0]),
                sheet.small,
                color=rare,
                ha="right",
            )
            bar = sheet.y + 2
        for k, kind in enumerate(kinds):
            x, y = left + k % across * (room + gap), bar + k // across * 20
            _act_bar(sheet, agreement, e, kind, e.by_type[kind], x, y, room)
        sheet.y += deep
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    sheet.y += 10


def _kind(agreement: Agreement, party: str, kind: str) -> str:
    name = type_name(agreement, party, kind)
    return f"If {name}"


def _act_bar(
    sheet: Sheet, agreement: Agreement, e: EntryResult, kind: str, act: TypeAct | None, x: float, y: float, room: float
) -> None:
    if act is None:
        sheet.text(x, y + 12.5, "cannot be in office", sheet.small, color=GREY)
        return
    looks = act_looks(agreement, e.by)
    parts = [
        (f"{e.id}|{kind}|{name}", share, how)
        for name, share, how in zip(
            ("keep", "conceal", "withdraw"), (act.keep, act.conceal, act.withdraw), looks, strict=True
        )
    ]
    sheet.stack(x, y, room, 16, parts, sheet.small)
