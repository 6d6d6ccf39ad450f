# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""A sheet to draw on: sizes in pixels from the top, and measured text."""

from __future__ import annotations

import logging
import unicodedata
import warnings
from bisect import bisect_right
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from servanda.english import printable, short
from servanda.presentation.figures._letters import families, files, note_missing, shown
from servanda.presentation.figures._palette import GREY, INK, LINE, Look

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE, NARROW = 900, 360  # CSS pixels
LONGEST = 600  # characters of a text
TALLEST = 65_000  # pixels of a picture, which matplotlib can draw


RIM, RIM_NARROW = 16, 4  # white around a figure, so that it can stand on a slide


_STACK = "Arial, Helvetica, 'Liberation Sans', sans-serif"


@contextmanager
def style() -> Generator[None]:
    """Matplotlib's settings for drawing and saving, whatever a user's own are; they end with the block."""
    import matplotlib

    log = logging.getLogger("matplotlib.font_manager")
    level = log.level
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
    with matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(settings)
        warnings.filterwarnings("ignore", message=".*Glyph .* missing from.*")  # `png` says so in words
        log.setLevel(logging.ERROR)  # a font that has only one weight is drawn with it
        try:
            yield
        finally:
            log.setLevel(level)


@lru_cache(maxsize=1)
def fonts() -> tuple[str, ...]:
    """The fonts of this machine that are as wide as Arial, and matplotlib's own as the last."""
    like = next((name for name in ("Arial", "Helvetica", "Liberation Sans", "Nimbus Sans") if name in files()), None)
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
        words = shown(text)
        prop = FontProperties(family=list(families(words, fonts())), size=size, weight="bold" if bold else "normal")
        return 1.03 * float(_ruler().get_text_width_height_descent(words, prop, False)[0])


def wrap(text: str, size: float, room: float, bold: bool = False) -> list[str]:
    """Break words into lines that fit the room (pixels).

    A word longer than the room is broken too, with a hyphen where its script has one. A text that would fill the figure
    is cut short.
    """
    lines: list[str] = []
    text = printable(text)
    for given in (text if len(text) <= LONGEST else f"{text[:LONGEST]}…").split():
        word = given
        if lines and text_width(f"{lines[-1]} {word}", size, bold) <= room:
            lines[-1] += " " + word
            continue
        while text_width(word, size, bold) > room and len(word) > 1:
            fits = bisect_right(range(1, len(word)), room, key=lambda cut: text_width(_part(word, cut), size, bold))
            cut = max(1, fits)
            while cut > 1 and unicodedata.category(word[cut]).startswith("M"):  # a mark stays with its letter
                cut -= 1
            lines.append(_part(word, cut))
            word = word[cut:]
        lines.append(word)
    return lines or [""]


def _part(word: str, cut: int) -> str:
    """The beginning of a word that is broken, with a hyphen in scripts that have small and large letters."""
    last = word[cut - 1]
    return word[:cut] + ("" if last.isalpha() and last.lower() == last.upper() else "-")


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
        for text in _texts(self.figure):  # of whatever is drawn: never markup, in fonts that have its letters
            text.set_text(shown(text.get_text()))
            text.set_fontfamily(list(families(text.get_text(), fonts())))
            text.set_parse_math(False)
        return self.figure


def _texts(figure: Figure) -> list[Any]:
    from matplotlib.text import Text

    found: list[Any] = figure.findobj(Text)
    return [text for text in found if text.get_text()]


def svg(figure: Figure) -> str:
    """Write a figure as SVG with words as words; the same figure gives the same text."""
    import re

    out = BytesIO()
    with style():
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue().decode()
    text = re.sub(r"(font: [^;\"']*px |font-family: )[^;\"]*", lambda m: m[1] + _STACK, text)  # the reader's own fonts
    return re.sub(r"<!DOCTYPE.*?>\s*", "", text, flags=re.S)


def png(figure: Figure, dpi: int = 200) -> bytes:
    """Write a figure as PNG."""
    out = BytesIO()
    note_missing((text.get_text() for text in _texts(figure)), fonts())
    with style():
        dpi = min(dpi, int(TALLEST / max(figure.get_size_inches())))
        figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
    return out.getvalue()
