# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""A sheet to draw on: sizes in pixels from the top, measured text, one look for every party and cause.

Colours are after Okabe and Ito (2008), Color Universal Design, which people with any common colour blindness can tell
apart; the green of what holds is darker, and the blue lighter, so that the first two parties and what holds differ in
grey print too. Nothing is told by colour alone: hatches, line styles, markers and words say it again.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from servanda.agreement import Agreement
from servanda.summary import Summary

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NARROW = 900, 360  # CSS pixels
RIM, RIM_NARROW = 16, 4  # white around a figure, so that it can stand on a slide
INK, GREY, LINE, PALE, WARN = "#1b1f24", "#58606a", "#cfd4da", "#f4f5f7", "#fff4d6"
HELD, CHANCE, JOINT = "#00402f", "#9aa1a9", "#3c4249"
PARTY_COLOURS = ("#1a78b8", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
DASHES: tuple[Any, ...] = ("-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (1, 1)), (0, (4, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v", "P")
_STACK = "Arial, Helvetica, 'Liberation Sans', sans-serif"


@dataclass(frozen=True)
class Look:
    """How a share is filled."""

    face: str
    hatch: str = ""
    edge: str = "#ffffff"

    @property
    def dark(self) -> bool:
        """Whether words on it have to be white."""
        red, green, blue = (int(self.face[i : i + 2], 16) / 255 for i in (1, 3, 5))
        return 0.299 * red + 0.587 * green + 0.114 * blue < 0.58


def tint(colour: str, share: float) -> str:
    """Mix a colour with white: 0 leaves it, 1 makes it white."""
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(c + (255 - c) * share):02x}" for c in parts)


def party_index(agreement: Agreement, party: str) -> int:
    """A party's place in the file, which decides its look."""
    return list(agreement.parties).index(party)


def party_colour(agreement: Agreement, party: str) -> str:
    """The colour of a party in every figure."""
    return PARTY_COLOURS[party_index(agreement, party) % len(PARTY_COLOURS)]


def party_dash(agreement: Agreement, party: str) -> Any:
    """The line style of a party in every figure."""
    return DASHES[party_index(agreement, party) % len(DASHES)]


def party_marker(agreement: Agreement, party: str) -> str:
    """The marker of a party in every figure."""
    return MARKERS[party_index(agreement, party) % len(MARKERS)]


def party_line(agreement: Agreement, party: str) -> tuple[str, Any, str]:
    """The colour, line style and marker of a party in every figure."""
    return party_colour(agreement, party), party_dash(agreement, party), party_marker(agreement, party)


def look(agreement: Agreement, outcome: str) -> Look:
    """How an outcome (`held:clean`, `withdrew:usa`, ...) is filled in every figure."""
    what, _, who = outcome.partition(":")
    if what == "held":
        return Look(HELD) if who == "clean" else Look(tint(HELD, 0.55), "////", HELD)
    if who not in agreement.parties:
        return Look(CHANCE, "--") if what == "incident" else Look(JOINT, "xxx")
    colour = party_colour(agreement, who)
    if what == "withdrew":
        return Look(colour)
    return Look(tint(colour, 0.55), "\\\\\\\\" if what == "found" else "||", colour)


def outcome_order(agreement: Agreement, summaries: Sequence[Summary]) -> list[str]:
    """All outcomes of some plans, in the order in which every figure stacks them."""
    present = {name for s in summaries for name in s.outcomes}
    order = ["held:clean", "held:concealed"]
    order += [f"{what}:{p}" for p in agreement.parties for what in ("withdrew", "found", "unratified")]
    order += ["found:both", "found:several", "incident"]
    return [name for name in order if name in present]


def short(chance: float, sure: bool = False) -> str:
    """Write a chance in the least room: `<1%`, `58%`, `>99%`; `100%` only of what is sure from the start (`sure`)."""
    if chance <= 0.0:
        return "0%"
    if chance < 0.01:
        return "<1%"
    if chance > 0.99 and not (sure and chance >= 1.0):
        return ">99%"
    return f"{100 * chance:.0f}%"


def year_of(day: date) -> float:
    """A date as a number on a calendar axis."""
    first, following = date(day.year, 1, 1).toordinal(), date(day.year + 1, 1, 1).toordinal()
    return day.year + (day.toordinal() - first) / (following - first)


@contextmanager
def style() -> Generator[None]:
    """Matplotlib's settings for drawing and saving; they end with the block."""
    import matplotlib

    settings: Any = {
        "font.family": list(fonts()),
        "hatch.linewidth": 1.0,
        "svg.fonttype": "none",
        "svg.hashsalt": "servanda",
        "text.parse_math": False,
        "text.color": INK,
        "axes.edgecolor": GREY,
        "axes.unicode_minus": True,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "path.simplify": False,
    }
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # A browser finds a font for a script that ours lacks; a PNG shows boxes there.
        warnings.filterwarnings("ignore", message=".*Glyph .* missing from.*")
        yield


@lru_cache(maxsize=1)
def fonts() -> tuple[str, ...]:
    """The fonts of this machine that are as wide as Arial, and matplotlib's own as the last."""
    from matplotlib import font_manager

    there = {entry.name for entry in font_manager.fontManager.ttflist}
    like = next((name for name in ("Arial", "Helvetica", "Liberation Sans", "Nimbus Sans") if name in there), None)
    return (like, "DejaVu Sans") if like else ("DejaVu Sans",)


@lru_cache(maxsize=1)
def _ruler() -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    return FigureCanvasAgg(Figure(dpi=72)).get_renderer()


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width of a line of words in pixels, with a little to spare for a viewer's other font."""
    from matplotlib.font_manager import FontProperties

    with style():
        prop = FontProperties(family=list(fonts()), size=size, weight="bold" if bold else "normal")
        return 1.03 * float(_ruler().get_text_width_height_descent(text, prop, False)[0])


def wrap(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """Break words into lines that fit the room (pixels); a word longer than the room is broken too."""
    lines: list[str] = []
    for given in text.split():
        word = given
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= room:
            lines[-1] += " " + word
            continue
        while text_width(word, size, bold) > room and len(word) > 1:
            cut = len(word) - 1
            while cut > 1 and text_width(word[:cut] + "-", size, bold) > room:
                cut -= 1
            lines.append(word[:cut] + "-")
            word = word[cut:]
        lines.append(word)
    return lines or [""]


class Sheet:
    """A figure laid out in pixels from its top left corner; `finish` gives it its height.

    Attributes
    ----------
    figure : matplotlib Figure
    width : float
    narrow : bool
    y : float
        How far down the sheet is used.
    base, small : float
        Sizes of words, pixels.
    """

    def __init__(self, narrow: bool) -> None:
        from matplotlib.figure import Figure

        self.narrow = narrow
        self.width = float(NARROW if narrow else WIDE)
        self.figure: Figure = Figure(figsize=(self.width / 72, 1), dpi=72, facecolor="white")
        self.page: Axes = self.figure.add_axes((0, 0, 1, 1), label="page")
        self.page.set_axis_off()
        self.page.set_xlim(0, self.width)
        self.y = 4.0
        self.base, self.small, self.big = (13.0, 12.0, 16.0) if narrow else (13.0, 12.0, 18.0)
        self._panels: list[tuple[Axes, float, float, float, float]] = []
        self._marks: list[tuple[float, float, str, str]] = []

    def text(self, x: float, y: float, words: str, size: float | None = None, **more: Any) -> Any:
        """Write one line; y is its baseline."""
        bold = more.pop("bold", False)
        return self.page.text(
            x,
            y,
            words,
            fontsize=size or self.base,
            fontweight="bold" if bold else "normal",
            color=more.pop("color", INK),
            ha=more.pop("ha", "left"),
            va="baseline",
            parse_math=False,
            **more,
        )

    def lines(self, x: float, y: float, rows: Sequence[str], size: float, **more: Any) -> float:
        """Write several lines, the first with its baseline at y; return the baseline after the last."""
        for row in rows:
            self.text(x, y, row, size, **dict(more))
            y += round(size * 1.23)
        return y

    def box(self, x: float, y: float, width: float, height: float, fill: Look | str, label: str = "") -> Any:
        """Draw a filled rectangle; its label says in tests what it stands for."""
        from matplotlib.patches import Rectangle

        how = Look(fill) if isinstance(fill, str) else fill
        patch = Rectangle(
            (x, y), width, height, facecolor=how.face, linewidth=0, hatch=how.hatch or None, edgecolor=how.edge
        )
        patch.set_label(label or "_")
        patch.set_clip_on(False)
        self.page.add_patch(patch)
        return patch

    def rule(self, x0: float, y0: float, x1: float, y1: float, colour: str = LINE, width: float = 1.0) -> None:
        """Draw a straight line."""
        self.page.plot([x0, x1], [y0, y1], color=colour, linewidth=width, clip_on=False, solid_capstyle="butt")

    def mark(self, x: float, y: float, marker: str, colour: str, size: float = 8.0) -> None:
        """Draw one marker."""
        self.page.plot(
            [x], [y], marker, markersize=size, markerfacecolor=colour, markeredgecolor="white", markeredgewidth=0.8,
            clip_on=False,
        )  # fmt: skip

    def mark_ring(self, x: float, y: float) -> None:
        """Draw the ring that singles out one entry."""
        self.page.plot(
            [x],
            [y],
            "o",
            markersize=12,
            markerfacecolor="none",
            markeredgecolor=INK,
            markeredgewidth=1.4,
            clip_on=False,
        )

    def mark_later(self, x: float, y: float, marker: str, colour: str) -> None:
        """Remember a marker, to be drawn over the lines that come."""
        self._marks.append((x, y, marker, colour))

    def marks_now(self) -> None:
        """Draw the markers remembered."""
        for x, y, marker, colour in self._marks:
            self.mark(x, y, marker, colour, 9)
        self._marks = []

    def stack(
        self, x: float, y: float, width: float, height: float, parts: Sequence[tuple[str, float, Look]], size: float
    ) -> None:
        """Draw shares that add up to 1 side by side, each with its number where there is room."""
        self.rule(x, y + height + 0.5, x + width, y + height + 0.5, LINE, 0.6)
        at = x
        for label, share, how in parts:
            if share > 0:
                self.box(at, y, share * width, height, how, label)
                if at > x + 0.5 and share * width > 2:
                    self.rule(at, y, at, y + height, "white", 1.2)
                words = short(share)
                room = text_width(words, size, True)
                if room + 6 <= share * width:
                    self._number(at + share * width / 2, y + height / 2 + size * 0.36, words, size, how, room)
            at += share * width

    def _number(self, x: float, y: float, words: str, size: float, how: Look, room: float) -> None:
        if how.hatch:
            self.box(x - room / 2 - 2, y - size * 0.92, room + 4, size * 1.15, how.face)
        self.text(x, y, words, size, bold=True, ha="center", color="white" if how.dark else INK)

    def heading(self, title: str, subtitle: str) -> None:
        """Write the finding, and below it what is shown."""
        self.y = self.lines(0, self.y + self.big, wrap(title, self.big, self.width, True), self.big, bold=True)
        rows = wrap(subtitle, self.base, self.width)
        self.y = self.lines(0, self.y - self.big * 0.15, rows, self.base, color=GREY) + 2

    def legend(self, items: Sequence[tuple[str, Look | tuple[str, Any, str]]], left: float = 0.0) -> None:
        """Write a key of swatches (or of lines: colour, dash, marker), in as many rows as it takes."""
        size, x, row = self.base, left, 22.0
        for words, how in items:
            need = 30 + text_width(words, size) + 20
            if x > left and x + need - 20 > self.width:
                x, self.y = left, self.y + row
            if isinstance(how, Look):
                self.box(x, self.y + 3, 22, 13, how)
            else:
                colour, dash, marker = how
                self.page.plot(
                    [x, x + 11, x + 22], [self.y + 9.5] * 3, color=colour, linestyle=dash, marker=marker or None,
                    markevery=[1], linewidth=2, markersize=6, clip_on=False,
                )  # fmt: skip
            for line in wrap(words, size, self.width - left - 30):
                self.text(x + 28, self.y + 14, line, size)
                self.y += row
            self.y -= row
            x += need
        self.y += row + 4

    def panel(self, left: float, top: float, width: float, height: float, name: str) -> Axes:
        """Add axes at a place in pixels."""
        axes = self.figure.add_axes((0, 0, 0.1, 0.1), label=name)
        self._panels.append((axes, left, top, width, height))
        axes.set_facecolor("none")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(labelsize=self.small, length=3, color=GREY, labelcolor=GREY, pad=3)
        axes.tick_params(axis="x", pad=5)
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="y", color=LINE, linewidth=0.7)
        axes.set_axisbelow(True)
        return axes

    def finish(self) -> Figure:
        """Cut the sheet to its height."""
        rim = RIM_NARROW if self.narrow else RIM
        whole, height = self.width + 2 * rim, round(self.y + 4) + 2 * rim
        self.figure.set_size_inches(whole / 72, height / 72)
        self.page.set_xlim(-rim, self.width + rim)
        self.page.set_ylim(height - rim, -rim)
        for axes, left, top, width, tall in self._panels:
            axes.set_position(((left + rim) / whole, 1 - (top + tall + rim) / height, width / whole, tall / height))
        return self.figure


def year_ticks(axes: Axes, first: float, last: float, width: float, narrow: bool) -> None:
    """Put whole years on a calendar axis, as many as can be read."""
    span = max(last - first, 1.0)
    step = next(s for s in (1, 2, 3, 5, 10, 20, 50, 100, 1000) if s / span * width >= (44 if narrow else 46))
    years = [y for y in range(int(first), int(last) + 2) if first - 1e-9 <= y <= last + 1e-9 and y % step == 0]
    axes.set_xlim(first, last)
    axes.set_xticks(years, [str(y) for y in years])


def svg(figure: Figure) -> str:
    """Write a figure as SVG with words as words; the same figure gives the same text."""
    import re

    out = BytesIO()
    with style():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue().decode()
    text = re.sub(r"(font: [^;\"']*px )[^;\"]*", lambda m: m[1] + _STACK, text)
    return re.sub(r"<!DOCTYPE.*?>\s*", "", text, flags=re.S)


def png(figure: Figure, dpi: int = 200) -> bytes:
    """Write a figure as PNG."""
    out = BytesIO()
    with style():
        figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()
