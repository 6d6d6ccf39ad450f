# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of the rules that say when a plan fails."""

from __future__ import annotations

from typing import Any

from servanda.english import capital
from servanda.presentation.figures._bars import bar_row
from servanda.presentation.figures._bars import size as written
from servanda.presentation.figures._palette import DASHES, GREY, INK, LINE, PALE, Look
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views import failure_rules as view
from servanda.presentation.views import sensitivity as words
from servanda.uncertainty.scenario_discovery.failure_rules import FailureRules, Limit

_FAILS = "#b3261e"


def title(found: FailureRules) -> str:
    """The finding: how many of the failures the first rule covers."""
    name = words.plan_title(found.agreement, found.plan)
    if not found.rules:
        return f"“{name}”: no rule to draw"
    first = found.rules[0]
    many = f"{len(first.limits)} numbers" if len(first.limits) > 1 else "one number"
    return f"Where {words.share(first.coverage)} of the failures of “{name}” lie: limits on {many}"


def subtitle(found: FailureRules) -> str:
    """What counts as failing, and how often that is."""
    return view.failing(found.agreement, found)


def alt(found: FailureRules) -> str:
    """What each rule says."""
    rules = " ".join(f"The plan {view.rule_words(rule, found.aside)}" for rule in found.rules)
    return f"{subtitle(found)} {rules}".strip()


FAILURE_RULES = figure(
    "failure_rules",
    of=FailureRules,
    heading="When it fails",
    reading="Each bar is the range of one number. Red is the part of it in which the plan fails if the other numbers"
    " of the rule lie in their red parts too. Below: every step that made the rule narrower gave up some failures, and"
    " left a larger share of failures among the remaining draws.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@FAILURE_RULES.drawn
def draw(sheet: Sheet, found: FailureRules) -> None:
    """The failing part of each number's range, and how the first rule was found.

    Parts are labelled `rule|name`, within the pale bar of the whole range. The panel `peeling` has a line `trajectory`
    of coverage and density, and a point `chosen`.
    """
    if not found.rules:
        return
    sheet.legend(
        [
            ("Part of the range in which it fails", Look(_FAILS)),
            ("whole range in the file (line: likely value)", Look(PALE)),
        ]
    )
    sheet.y += 4
    for i, rule in enumerate(found.rules, 1):
        text = (
            f"Rule {i}: covers {words.share(rule.coverage)} of the failures. {words.share(rule.density)} of its"
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


def _range(sheet: Sheet, rule: int, limit: Limit) -> None:
    left, wide, y = bar_row(sheet, capital(limit.what))
    scale = wide / (limit.high - limit.low)
    low = limit.low if limit.at_least is None else limit.at_least
    high = limit.high if limit.at_most is None else limit.at_most
    begin, end = (left + (value - limit.low) * scale for value in (low, high))
    sheet.box(begin, y, end - begin, 18, _FAILS, f"{rule}|{limit.name}")
    likely = left + (limit.likely - limit.low) * scale
    sheet.rule(likely, y - 3, likely, y + 21, INK, 1.6)
    marks: list[tuple[float, str, str, bool]] = []
    for value, at, ha in ((limit.low, left, "left"), (limit.high, left + wide, "right")):
        marks.append((at, written(value, limit.duration), ha, False))
    for value, at in ((limit.at_least, begin), (limit.at_most, end)):
        if value is not None:
            marks.append((at, written(value, limit.duration), "center", True))
    taken = [(at, text_width(text, sheet.small, True)) for at, text, _, bold in marks if bold]
    for at, text, ha, bold in marks:
        half = text_width(text, sheet.small, bold)
        clash = any(abs(other - at) < other_size / 2 + half + 6 for other, other_size in taken)
        if bold or not clash:
            sheet.text(at, y + 32, text, sheet.small, ha=ha, bold=bold, color=INK if bold else GREY)
    sheet.y += 16


def _peeling(sheet: Sheet, found: FailureRules) -> None:
    rows = wrap("How rule 1 was found: coverage given up for density, step by step", sheet.base, sheet.width, True)
    top = sheet.lines(0, sheet.y + 34, rows, sheet.base, bold=True)
    wide = sheet.width - 72 if sheet.narrow else 0.5 * sheet.width
    left = text_width("100%", sheet.small) + 22 if sheet.narrow else 48.0
    axes: Any = sheet.panel(left, top, wide, 180, "peeling")
    steps = found.trajectory
    axes.plot(
        steps["coverage"].tolist(), steps["density"].tolist(), "o-", color=GREY, markersize=4, linewidth=1.2,
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
