# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of a search for better plans: every plan tried by its aims, the best of them, and those of the file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from servanda.english import capital, quantity
from servanda.optimisation.objectives import Aim
from servanda.optimisation.pareto import Design, headline
from servanda.optimisation.trials import MEETS
from servanda.presentation.figures._palette import GREY, HELD, INK, LINE, MARKERS, PARTY_COLOURS
from servanda.presentation.figures._sheet import Sheet, wrap
from servanda.presentation.figures.gallery import figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOOKS: dict[str, dict[str, Any]] = {
    "missed": {"marker": "x", "color": "#b4bac2", "markersize": 4, "zorder": 2},
    "tried": {"marker": "o", "color": "#9aa1a9", "markersize": 3.5, "zorder": 3},
    "front": {"marker": "o", "color": HELD, "markersize": 7, "markeredgecolor": "white", "zorder": 5},
}
_WORDS = {
    "front": "no plan beats it in every aim",
    "tried": "meets all conditions",
    "missed": "misses a condition",
}


@dataclass(frozen=True)
class Axis:
    """What is drawn along an axis: a metric's name, whether more is better or it is a chance, how 1 of it is told."""

    name: str
    largest: bool
    chance: bool
    times: float


@dataclass(frozen=True)
class Point:
    """A plan: `kind` is front, tried, missed or given; `label` its number on the front, or its name."""

    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True)
class Panel:
    """Plans by two aims; by one alone if `y` is None."""

    x: Axis
    y: Axis | None
    points: list[Point]


def subtitle(design: Design) -> str:
    """How many plans were tried, and what an optimum is worth."""
    how = f"all {len(design.table):,} plans" if design.exhaustive else f"{len(design.table):,} plans"
    warning = " These are optima of a model whose numbers are judgements. They are only as good as those numbers."
    return f"The search tried {how}.{warning if design.plans else ''}"


def alt(design: Design) -> str:
    """What was looked for, and what was found."""
    aims = " and ".join(_axis_words(_axis(aim)) for aim in design.aims)
    return f"Plans by {aims}. {headline(design)} {subtitle(design)}"


PARETO_FRONT = figure(
    "pareto_front",
    of=Design,
    heading="Better plans",
    reading="Each point is a plan that was tried. The large dots are the best: none of the others is better in every"
    " aim at once. Marks of other shapes are the plans of the file.",
    title=headline,
    subtitle=subtitle,
    alt=alt,
)


@PARETO_FRONT.drawn
def draw(sheet: Sheet, design: Design) -> None:
    """One panel for each further aim against the first.

    Lines are labelled by kind, `front`, `tried` or `missed`; a plan of the file by its name.
    """
    panels = _panels(design)
    kinds = [kind for kind in _WORDS if any(p.kind == kind for panel in panels for p in panel.points)]
    single = panels[0].y is None
    words = {**_WORDS, **({"front": "the best"} if single else {})}
    given = list(dict.fromkeys(p.label for panel in panels for p in panel.points if p.kind == "given"))
    looks: list[tuple[str, Any]] = [(words[k], (_LOOKS[k]["color"], "none", _LOOKS[k]["marker"])) for k in kinds]
    looks += [(f"plan {name}", (_colour(k), "none", _marker(k))) for k, name in enumerate(given)]
    sheet.legend(looks)
    across = 1 if sheet.narrow or len(panels) == 1 else 2
    gap = 40.0
    wide = (sheet.width - (across - 1) * gap) / across
    tall = 60.0 if single else 230.0 if sheet.narrow or across == 2 else 320.0
    top = sheet.y + 6
    for number, panel in enumerate(panels):
        row, column = divmod(number, across)
        at = top + row * (tall + 84)
        _panel(sheet, panel, given, len(panels) == 1 and not single, column * (wide + gap), at, wide, tall)
    rows = -(-len(panels) // across)
    sheet.y = top + rows * (tall + 84) - 6


def _axis(aim: Aim) -> Axis:
    metric = aim.statistic.metric
    return Axis(capital(aim.statistic.label), aim.largest, metric.is_share, metric.told(1.0))


def _panels(design: Design) -> list[Panel]:
    """What is drawn: the first aim against every other one; a single aim against nothing."""
    first, *rest = design.aims

    def points(aim: Aim | None) -> list[Point]:
        x, y = first.statistic.text, aim.statistic.text if aim is not None else None
        found = [
            Point(row[x], row[y] if y else 0.0, _kind(row), str(row["row"] or ""))
            for row in design.table
            if row[x] is not None
        ]
        return found + [
            Point(row[x], row[y] if y else 0.0, "given", row["plan"]) for row in design.given if row[x] is not None
        ]

    x = _axis(first)
    return [Panel(x, _axis(aim), points(aim)) for aim in rest] or [Panel(x, None, points(None))]


def _kind(row: dict[str, Any]) -> str:
    if row["row"] is not None:
        return "front"
    return "tried" if row["status"] == MEETS else "missed"


def _colour(k: int) -> str:
    return PARTY_COLOURS[(k + 1) % len(PARTY_COLOURS)]


def _marker(k: int) -> str:
    return ("D", "s", "^", "v", "P")[k % 5] if k < 5 else MARKERS[k % len(MARKERS)]


def _panel(
    sheet: Sheet, panel: Panel, given: list[str], line: bool, x: float, top: float, wide: float, tall: float
) -> None:
    room = 58.0 if panel.y is not None else 10.0
    if panel.y is not None:
        sheet.lines(x, top + 12, wrap(_axis_words(panel.y), sheet.base, wide, True), sheet.base, bold=True)
    axes = sheet.panel(x + room, top + 26, wide - room - 12, tall, panel.x.name)
    for kind, look in _LOOKS.items():
        some = [p for p in panel.points if p.kind == kind]
        if some:
            joined = kind == "front" and line
            order = sorted(some, key=lambda p: (p.x, p.y)) if joined else some
            how: Any = {**look, "linestyle": (0, (2, 2)) if joined else "none", "linewidth": 1.0}
            axes.plot(
                [p.x for p in order], [p.y for p in order], clip_on=False, label=kind,
                **how,
            )  # fmt: skip
    for p in panel.points:
        if p.kind == "given":
            k = given.index(p.label)
            axes.plot(
                [p.x], [p.y], _marker(k), color=_colour(k), markersize=9, markeredgecolor=INK, markeredgewidth=0.8,
                clip_on=False, zorder=6, label=p.label,
            )  # fmt: skip
    _ticks(axes, panel)
    _numbers(axes, sheet, panel, wide - room - 12, tall)
    rows = wrap(_axis_words(panel.x), sheet.base, wide - room, True)
    sheet.lines(x + room, top + 26 + tall + 36, rows, sheet.base, bold=True)


def _numbers(axes: Axes, sheet: Sheet, panel: Panel, wide: float, tall: float) -> None:
    """Write the numbers of the front's rows beside its points, as far as they do not overlap."""
    front = sorted((p for p in panel.points if p.kind == "front"), key=lambda p: int(p.label))
    if len(front) < 2:
        return
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    at = [((p.x - left) / ((right - left) or 1.0) * wide, (p.y - low) / ((high - low) or 1.0) * tall) for p in front]
    taken: list[tuple[float, float]] = []
    for k in (0, len(front) - 1, *range(1, len(front) - 1)):
        (x, y), p = at[k], front[k]
        free = all(abs(x - across) > 26 or abs(y - up) > 20 for across, up in taken)
        if free and not any(abs(x - across) < 13 and 3 < up - y < 26 for across, up in at):
            taken.append((x, y))
            axes.annotate(
                p.label, (p.x, p.y), (0, 7), textcoords="offset points", ha="center", fontsize=sheet.small, color=INK,
                zorder=7,
            )  # fmt: skip


def _ticks(axes: Axes, panel: Panel) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    for axis, what in ((axes.xaxis, panel.x), (axes.yaxis, panel.y)):
        if what is not None:
            axis.set_major_locator(MaxNLocator(5, steps=[1, 2, 2.5, 5, 10]))
            axis.set_major_formatter(FuncFormatter(partial(_tick, what.chance, what.times)))
    if panel.y is None:
        axes.set_yticks([])
        axes.set_ylim(-1, 1)
    axes.grid(axis="x", color=LINE, linewidth=0.7)
    axes.spines["bottom"].set_color(GREY)
    axes.margins(0.06, 0.1)


def _tick(chance: bool, times: float, value: float, _: int | None) -> str:
    return f"{quantity(100 * value)}%" if chance else quantity(times * value)


def _axis_words(axis: Axis) -> str:
    return f"{axis.name}: {'more' if axis.largest else 'less'} is better"
