# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of the scorecard: three figures over time against the aims, then every entry that moves them in a row."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from servanda.agreement.dates import last_day
from servanda.agreement.labels import party_name
from servanda.assessment.comparison import PlanResult
from servanda.assessment.scorecards import CRITERIA, Move, PartyScore, Score
from servanda.english import capital, day_label
from servanda.presentation.figures._palette import (
    GREY,
    INK,
    PALE,
    WARN,
    Look,
    party_colour,
    party_dash,
    party_line,
    party_marker,
    tint,
)
from servanda.presentation.figures._plan_words import name_of
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.figures._time_axis import year_of, year_ticks
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views.scorecard import (
    against_aim,
    aimed,
    change_words,
    finding,
    least_part,
    remarks,
    whole_share,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def title(result: PlanResult) -> str:
    """The finding of the figure of the scorecard."""
    return f"{name_of(result)}: {finding(result.game.agreement, result.scorecard)}"


def alt(result: PlanResult) -> str:
    """Each party's three figures at the end against its aims, what moves them, and what lies behind."""
    agreement, rows = result.game.agreement, list[str]()
    for party, one in result.scorecard.parties.items():
        if one.harm > 0:
            figures = [
                f"{what} {whole_share(c.figure)} ({against_aim(one, what)}"
                + "".join(
                    f"; {how} most by “{capital(move.title)}”, {change_words(move)} points"
                    for how, move in (("raised", c.raised), ("lowered", c.lowered))
                    if move is not None
                )
                + ")"
                for what, c in one.criteria.items()
            ]
            rows.append(f"{party_name(agreement, party)}: {'; '.join(figures)}.")
        rows += remarks(agreement, one)
    return f"What each party obtains of the others in {name_of(result)}, if everyone keeps it. " + " ".join(rows)


SAID = {
    "complete": "share of what harms a party that the others have given up",
    "verifiable": "chance that a concealment is found within the party's time; what cannot be concealed counts as 100%",
    "irreversible": "share of what is obtained that the others would need the party's time or longer to restore",
}


BOTTOM, TOP = -0.05, 1.07  # of a panel's scale


REACH = 120  # pixels from a ring to its words, at most


Said = tuple[list[str], list[str]]


Box = tuple[float, float, float, float]  # left, right, bottom, top in pixels of a panel


SCORECARD = figure(
    "scorecard",
    of=PlanResult,
    heading="What each party obtains",
    reading="If everyone keeps the plan, this is what each party obtains of what the others hold against it. Complete:"
    " how much of it they give up. Verifiable: if they hid some of that, the chance that it is found soon enough for"
    " the party; what cannot be hidden counts in full. Irreversible: how much of it would take the others long to"
    " restore. Thin lines, and ticks across the bars, are the party's own aims. An aim for verifiable or irreversible"
    " is met only if every part of what the party obtains meets it.",
    title=title,
    subtitle="What each party obtains of the others if everyone keeps the plan, by date. What harms it more counts for"
    " more.",
    alt=alt,
)


@SCORECARD.drawn
def draw(sheet: Sheet, result: PlanResult) -> None:
    """A panel a criterion, over time; then a row for every entry at which somebody obtains something.

    A panel is called `score|complete` and so on; a party's line bears its name in the file, `party|aim` its aim,
    `party|least` the least verifiable part. In the rows a bar's label is `entry|party|complete` and so on.
    """
    shown = [one for one in result.scorecard.parties.values() if one.harm > 0]
    agreement = result.game.agreement
    if shown:
        parts = any(_has_least(one) for one in shown)
        sheet.legend(
            [(party_name(agreement, one.party), party_line(agreement, one.party)) for one in shown]
            + ([("Its aim (thin)", (GREY, "-", ""))] if aimed(result.scorecard) else [])
            + ([("Its least verifiable part", (GREY, (0, (1, 1.6)), ""))] if parts else [])
        )
    for what in CRITERIA if shown else ():
        _panel(sheet, result, shown, what)
    if any(one.criteria[what].raised or one.criteria[what].lowered for one in shown for what in CRITERIA):
        sheet.mark_ring(7, sheet.y + 9)
        for line in wrap(
            "Ringed, and shaded below: the entry without which the value at the end would be lowest, or highest. The"
            " number says by how many points.",
            sheet.small,
            sheet.width - 24,
        ):
            sheet.text(20, sheet.y + 13, line, sheet.small)
            sheet.y += 16
        sheet.y += 12
    if any(one.obtained for one in shown):
        _rows(sheet, result, shown)
    for name in [p for p, one in result.scorecard.parties.items() if one.harm == 0]:
        said = f"Nothing that others hold harms {party_name(agreement, name)}."
        sheet.y = sheet.lines(0, sheet.y + 16, wrap(said, sheet.small, sheet.width), sheet.small, color=GREY) - 10


def _has_least(one: PartyScore) -> bool:
    return any(s.least is not None and s.verifiable is not None and s.least < s.verifiable - 1e-9 for s in one.course)


def _level(one: PartyScore, what: str) -> float | None:
    """Where a party's aim stands on the scale of a figure."""
    aim = one.criteria[what].aim
    return aim if aim is None or what != "irreversible" else 1.0


def _panel(sheet: Sheet, result: PlanResult, shown: Sequence[PartyScore], what: str) -> None:
    agreement = result.game.agreement
    side = 0.0 if sheet.narrow else 262.0
    left, right = 40.0, sheet.width - (16 if sheet.narrow else side)
    name = capital(what)
    sheet.text(0, sheet.y + 18, name, sheet.base + 1, bold=True)
    ahead = text_width(name, sheet.base + 1, True) + 8
    if sheet.narrow:
        sheet.y = sheet.lines(0, sheet.y + 34, wrap(SAID[what], sheet.small, sheet.width), sheet.small, color=GREY) - 6
    else:
        sheet.text(ahead, sheet.y + 18, SAID[what], sheet.small, color=GREY)
        sheet.y += 28
    blocks = [(one, _said(sheet, party_name(agreement, one.party), one, what, side or sheet.width)) for one in shown]
    tall = max(104.0, sum(_deep(said) for _, said in blocks) if side else 0.0)
    axes = sheet.panel(left, sheet.y, right - left, tall, f"score|{what}")
    first, last = year_of(agreement.start), year_of(last_day(agreement))
    for one in shown:
        _aim(axes, result, shown, one, what)
        _line(axes, result, one, what)
    axes.set_ylim(BOTTOM, TOP)
    axes.set_yticks([0, 0.5, 1.0], ["0%", "50%", "100%"])
    axes.spines["bottom"].set_visible(False)
    year_ticks(axes, first, last, right - left, sheet.narrow)
    _label(axes, result, shown, what, right - left, tall, sheet.small)
    if side:
        _beside(sheet, blocks, result, what, right + 14, tall)
        sheet.y += tall + 32
    else:
        sheet.y += tall + 26
        for one, said in blocks:
            _write(sheet, result, one, said, 5, sheet.y)
            sheet.y += _deep(said) - 2
        sheet.y += 10


def _said(sheet: Sheet, name: str, one: PartyScore, what: str, room: float) -> Said:
    """A party's figure at the end, and what became of its aim, in lines."""
    criterion = one.criteria[what]
    figure = f"{name} {whole_share(criterion.figure)}" if criterion.figure is not None else f"{name}: nothing obtained"
    aim, least = against_aim(one, what), least_part(one, what)
    if least is not None:
        aim = f"least part {whole_share(least)}; {aim}"
    return wrap(figure, sheet.small, room - 30, True), wrap(aim, sheet.small, room - 30)


def _write(sheet: Sheet, result: PlanResult, one: PartyScore, said: Said, left: float, y: float) -> None:
    agreement, (figure, aim) = result.game.agreement, said
    sheet.mark(left, y + 7.5, party_marker(agreement, one.party), party_colour(agreement, one.party))
    sheet.lines(left + 11, y + 12, figure, sheet.small, bold=True)
    sheet.lines(left + 11, y + 12 + 15 * len(figure), aim, sheet.small, color=GREY)


def _deep(said: Said) -> float:
    return 15.0 * (len(said[0]) + len(said[1])) + 7.0


def _aim(axes: Axes, result: PlanResult, shown: Sequence[PartyScore], one: PartyScore, what: str) -> None:
    """Draw a party's aim; where several stand at one height, dashes take turns."""
    agreement, level = result.game.agreement, _level(one, what)
    if level is None:
        return
    same = [other for other in shown if abs((_level(other, what) or -1.0) - level) < 0.005]
    turn, count = same.index(one), len(same)
    axes.plot(
        [year_of(agreement.start), year_of(last_day(agreement))], [level, level], linewidth=1.2, zorder=1,
        color=party_colour(agreement, one.party), label=f"{one.party}|aim",
        linestyle="-" if count == 1 else (-6.0 * turn, (6.0, 6.0 * (count - 1))),
    )  # fmt: skip


def _line(axes: Axes, result: PlanResult, one: PartyScore, what: str) -> None:
    agreement = result.game.agreement
    colour, last = party_colour(agreement, one.party), year_of(last_day(agreement))
    points = _points(result, one, what)
    if not points:
        return
    if what == "verifiable" and _has_least(one):
        low = [(year_of(s.date), s.least) for s in one.course if s.least is not None]
        axes.step(
            [*(x for x, _ in low), last], [*(y for _, y in low), low[-1][1]], where="post", color=colour, linewidth=1.2,
            linestyle=(0, (1, 1.6)), label=f"{one.party}|least", zorder=2,
        )  # fmt: skip
    moving = {piece.entry for piece in one.obtained}
    every = [i for i, (_, _, score) in enumerate(points) if score is not None and score.entry in moving]
    axes.step(
        [x for x, _, _ in points], [y for _, y, _ in points], where="post", color=colour,
        linestyle=party_dash(agreement, one.party), marker=party_marker(agreement, one.party), markersize=4.5,
        markevery=every, linewidth=2, label=one.party, clip_on=False, zorder=3,
    )  # fmt: skip
    for move in _moves(one, what):
        x, y, _ = next(p for p in points if p[2] is not None and p[2].entry == move.entry)
        axes.plot(
            [x], [y], "o", markersize=12, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=1.3,
            clip_on=False, zorder=4,
        )  # fmt: skip


def _moves(one: PartyScore, what: str) -> list[Move]:
    criterion = one.criteria[what]
    return [move for move in (criterion.raised, criterion.lowered) if move is not None]


def _points(result: PlanResult, one: PartyScore, what: str) -> list[tuple[float, float, Score | None]]:
    """A figure over time: date, figure, and the entry it comes after (none at the start and at the horizon)."""
    agreement = result.game.agreement
    found: list[tuple[float, float, Score | None]] = []
    if what == "complete":
        found.append((year_of(agreement.start), 0.0, None))
    for score in one.course:
        figure: float | None = getattr(score, what)
        if figure is not None:
            found.append((year_of(score.date), figure, score))
    return [*found, (year_of(last_day(agreement)), found[-1][1], None)] if found else []


def _beside(
    sheet: Sheet, blocks: list[tuple[PartyScore, Said]], result: PlanResult, what: str, left: float, tall: float
) -> None:
    """Write each party's figure at the end beside its line, moved apart where they would be written over."""
    figures = [one.criteria[what].figure or 0.0 for one, _ in blocks]
    order = sorted(range(len(blocks)), key=lambda k: -figures[k])
    y, placed = sheet.y - 6.0, list[float]()
    for k in order:
        placed.append(max(sheet.y + tall * (TOP - figures[k]) / (TOP - BOTTOM) - 8, y))
        y = placed[-1] + _deep(blocks[k][1])
    limit = sheet.y + tall + 22
    for k, at in reversed(list(zip(order, placed, strict=True))):
        one, said = blocks[k]
        limit = min(at, limit - _deep(said))
        _write(sheet, result, one, said, left, limit)


def _label(
    axes: Axes, result: PlanResult, shown: Sequence[PartyScore], what: str, room: float, tall: float, size: float
) -> None:
    """Name the entries that move a figure most, near their rings, where nothing else is written or drawn."""
    first, last = axes.get_xlim()

    def place(x: float, y: float) -> tuple[float, float]:
        return (x - first) / (last - first) * room, (y - BOTTOM) / (TOP - BOTTOM) * tall

    taken: list[Box] = []
    rings: list[tuple[Move, float, float]] = []
    for one in shown:
        points = _points(result, one, what)
        lines = [[place(x, y) for x, y, _ in points]]
        if what == "verifiable" and _has_least(one):
            lines.append([place(year_of(s.date), s.least) for s in one.course if s.least is not None])
        for (x0, y0), (x1, y1) in (pair for line in lines for pair in pairwise(line)):
            taken += [(x0, x1, y0 - 2, y0 + 2), (x1 - 2, x1 + 2, min(y0, y1), max(y0, y1))]
        level = _level(one, what)
        if level is not None:
            y = place(first, level)[1]
            taken.append((0.0, room, y - 1, y + 1))
        for move in _moves(one, what):
            x, y, _ = next(p for p in points if p[2] is not None and p[2].entry == move.entry)
            x, y = place(x, y)
            rings.append((move, x, y))
            taken.append((x - 6, x + 6, y - 6, y + 6))
    for move, x, y in sorted(rings, key=lambda ring: -abs(ring[0].change)):
        rows = wrap(f"{change_words(move)} {capital(move.title)}", size, max(0.42 * room, 195.0))
        said = rows[0] + ("…" if len(rows) > 1 else "")
        box = _free(x, y, text_width(said, size), size, taken, room, tall)
        if box is None:
            continue
        near = min(max(x, box[0] + 2), box[1] - 2), min(max(y, box[2] + 1), box[3] - 1)
        if (near[0] - x) ** 2 + (near[1] - y) ** 2 > 15**2:
            axes.plot(
                [x / room, near[0] / room], [y / tall, near[1] / tall], color=GREY, linewidth=0.8,
                transform=axes.transAxes, zorder=2.5,
            )  # fmt: skip
        axes.text(
            (box[0] + 3) / room, (box[2] + 3) / tall, said, fontsize=size, label="move", transform=axes.transAxes,
            va="baseline", parse_math=False, zorder=6,
        )  # fmt: skip
        taken.append(box)


def _free(x: float, y: float, wide: float, high: float, taken: list[Box], room: float, tall: float) -> Box | None:
    """The place nearest to a point at which a line of words meets nothing; none within reach."""
    spots: list[tuple[float, Box]] = []
    for i in range(-int(wide) - REACH, REACH + 1, 7):
        for j in range(-REACH, REACH + 1, 5):
            box = (x + i - 3, x + i + wide + 3, y + j - 1, y + j + high + 1)
            if box[0] < 2 or box[1] > room or box[2] < 0 or box[3] > tall:
                continue
            far = (max(box[0] - x, x - box[1], 0.0) ** 2 + max(box[2] - y, y - box[3], 0.0) ** 2) ** 0.5
            if far <= REACH:
                spots.append((far, box))
    spots.sort(key=lambda spot: spot[0])
    return next((box for _, box in spots if not any(_meet(box, one) for one in taken)), None)


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[1] and other[0] < one[1] and one[2] < other[3] and other[2] < one[3]


def _rows(sheet: Sheet, result: PlanResult, shown: Sequence[PartyScore]) -> None:
    """A row for every entry at which somebody obtains something, with the figures after it."""
    size, third = sheet.base, (sheet.width - 18) / 3
    if sheet.narrow:
        bars, wide = [18 + third * i for i in range(3)], third - 46
        title_left, title_room, whom = 0.0, sheet.width - 82, 6.0
    else:
        bars, wide = [536.0, 662.0, 788.0], 66.0
        title_left, title_room, whom = 88.0, 400.0, 510.0
    for x, what in zip(bars, CRITERIA, strict=True):
        sheet.text(x, sheet.y + 12, capital(what), sheet.small, color=GREY, bold=True)
    if not sheet.narrow:
        sheet.text(title_left, sheet.y + 12, "Entry, and the values after it", sheet.small, color=GREY, bold=True)
        sheet.text(whom, sheet.y + 12, "For", sheet.small, color=GREY, bold=True, ha="center")
    sheet.y += 20
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    year, shade = 0, False
    for e, step in enumerate(result.game.steps):
        getting = [one for one in shown if any(piece.entry == step.id for piece in one.obtained)]
        if not getting:
            continue
        rows = wrap(capital(step.title), size, title_room)
        deep = len(rows) * 16 + 6 + 20 * len(getting) if sheet.narrow else max(len(rows) * 16 + 5, 21 * len(getting))
        if step.date.year != year:
            year, shade = step.date.year, not shade
        sheet.box(0, sheet.y, sheet.width, deep, PALE if shade else "#ffffff")
        sheet.lines(title_left, sheet.y + 15, rows, size)
        x = sheet.width if sheet.narrow else 76
        sheet.text(x, sheet.y + 15, day_label(step.date), sheet.small, color=GREY, ha="right")
        y = sheet.y + (len(rows) * 16 + 3 if sheet.narrow else 0)
        for one in getting:
            colour = party_colour(result.game.agreement, one.party)
            sheet.mark_later(whom, y + 10.5, party_marker(result.game.agreement, one.party), colour)
            for x, what in zip(bars, CRITERIA, strict=True):
                _bar(sheet, one, one.course[e], what, colour, x, y, wide)
            y += 20 if sheet.narrow else 21
        sheet.y += deep
    sheet.marks_now()
    sheet.rule(0, sheet.y, sheet.width, sheet.y, INK, 1.0)
    sheet.y += 4


def _bar(sheet: Sheet, one: PartyScore, score: Score, what: str, colour: str, x: float, y: float, wide: float) -> None:
    """One figure after an entry: a bar with a tick at the aim, and its number; shaded where the entry moves it most."""
    strong = any(move.entry == score.entry for move in _moves(one, what))
    figure: float | None = getattr(score, what)
    if figure is None:
        return
    if strong:
        sheet.box(x - 5, y + 1, wide + 48, 19, WARN)
    sheet.box(x, y + 4, wide, 13, Look(tint(colour, 0.85)))
    sheet.box(x, y + 4, wide * figure, 13, Look(colour), f"{score.entry}|{one.party}|{what}")
    level = _level(one, what)
    if level is not None:
        sheet.rule(x + wide * level, y + 2, x + wide * level, y + 19, INK, 1.3)
    sheet.text(x + wide + 5, y + 15, whole_share(figure), sheet.small, bold=strong)
