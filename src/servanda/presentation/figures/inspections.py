# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""The figure of a budget of inspection: where to look, and what budgets achieve."""

from __future__ import annotations

from servanda.agreement.dates import length
from servanda.english import capital, short
from servanda.inspection.allocation import Allocation, least_losses
from servanda.inspection.problem import inspections_of
from servanda.presentation.figures._palette import GREY, HELD, INK, LINE, PALE, PARTY_COLOURS, Look, tint
from servanda.presentation.figures._sheet import Sheet, text_width, wrap
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views.inspection import amount, equal, more_budget, size, tenths

POINTS = 41  # budgets for which the curve is worked out
_VISIBLE = 1e-5  # of a loss
_BAR, _NEED = HELD, PARTY_COLOURS[1]


def title(allocation: Allocation) -> str:
    """The finding: what the budget guarantees."""
    budget = f"{amount(allocation.budget)} {allocation.unit}"
    if equal(allocation):
        return f"{budget} find what is concealed with a chance of {short(allocation.guaranteed)}, wherever it is"
    return f"{budget} keep the expected loss to {size(allocation.loss)}, wherever something is concealed"


def alt(allocation: Allocation) -> str:
    """What each site gets, and what is found there."""
    rows = [
        f"{capital(site.name)}: {amount(site.effort)} {allocation.unit} on average, found with a chance of"
        f" {tenths(site.detection)}" + ("" if site.needed is None else f", {tenths(site.needed)} needed to deter")
        for site in allocation.sites
    ]
    return f"{title(allocation)}. {'. '.join(rows)}. {more_budget(allocation)}"


INSPECTIONS = figure(
    "inspections",
    of=Allocation,
    heading="Where to look",
    reading="Each bar is a site: how likely it is that something concealed there is found in time. The curve says what"
    " other budgets would guarantee, wherever something is concealed.",
    title=title,
    subtitle=more_budget,
    alt=alt,
)


@INSPECTIONS.drawn
def draw(sheet: Sheet, allocation: Allocation) -> None:
    """The spread over sites, and what is guaranteed for every budget.

    Bars are labelled `site|found`; the panel `budget` has a line `guaranteed` with budgets and what they guarantee.
    """
    sheet.legend(_legend(allocation))
    gap = 44.0
    room = sheet.width if sheet.narrow else (sheet.width - gap) * 0.52
    top = sheet.y
    _sites(sheet, allocation, room)
    below = sheet.y
    if sheet.narrow:
        top, left, wide = sheet.y + 14, 0.0, sheet.width
    else:
        left, wide = room + gap, sheet.width - room - gap
    tall = max(150.0, min(260.0, below - top - 70))
    _budgets(sheet, allocation, left, top, wide, tall)
    sheet.y = max(below, top + tall + 76)


def _legend(allocation: Allocation) -> list[tuple[str, Look]]:
    items: list[tuple[str, Look]] = [(f"Chance that it is found within {length(allocation.period)}", Look(_BAR))]
    if allocation.deterrence is not None:
        items.append(("Chance from which concealing there does not pay", Look(_NEED)))
    return items


def _sites(sheet: Sheet, allocation: Allocation, room: float) -> None:
    for site in allocation.sites:
        share = f"{amount(site.effort)} of {amount(allocation.budget)}"
        rows = wrap(capital(site.name), sheet.base, room - text_width(share, sheet.base) - 16, True)
        sheet.y += 20
        sheet.text(room, sheet.y, share, color=GREY, ha="right")
        sheet.y = sheet.lines(0, sheet.y, rows, sheet.base, bold=True) - 9
        sheet.box(0, sheet.y, room, 18, PALE)
        sheet.box(0, sheet.y, site.detection * room, 18, _BAR, f"{site.site}|found")
        said = short(site.detection)
        wide = text_width(said, sheet.base, True)
        inside = site.detection * room > wide + 14
        sheet.text(
            site.detection * room + (-6 if inside else 6), sheet.y + 14, said, bold=True,
            ha="right" if inside else "left", color="white" if inside else INK,
        )  # fmt: skip
        if site.needed is not None and allocation.deterrence is not None:
            sheet.rule(site.needed * room, sheet.y - 3, site.needed * room, sheet.y + 21, _NEED, 3)
        sheet.y += 24


def _budgets(sheet: Sheet, allocation: Allocation, left: float, top: float, wide: float, tall: float) -> None:
    alike, found = equal(allocation), allocation.deterrence
    needed = found.budget if found is not None else None
    last = 2 * allocation.budget or 1.0
    if needed is not None and last / 2 < needed <= 3 * last:
        last = max(last, 1.15 * needed)
    budgets = sorted({allocation.budget, *(last * k / (POINTS - 1) for k in range(POINTS))})
    losses = least_losses(allocation.agreement, budgets, _VISIBLE)
    whole = allocation.sites[0].loss
    values = [1 - loss / whole for loss in losses] if alike else list(losses)
    head = "Guaranteed chance of detection" if alike else "Least possible expected loss"
    rows = wrap(f"{head}, by budget in {allocation.unit} a period", sheet.base, wide, True)
    top = sheet.lines(left, top + 20, rows, sheet.base, bold=True) - 4
    axes = sheet.panel(left + 38, top, wide - 46, tall, "budget")
    steps = all(site.detection.scale is None for site in inspections_of(allocation.agreement).sites.values())
    how = "steps-post" if steps else "default"
    axes.plot(budgets, values, color=INK, linewidth=1.8, label="guaranteed", zorder=3, drawstyle=how)
    here = values[budgets.index(allocation.budget)]
    axes.plot([allocation.budget], [here], "o", color=_BAR, markersize=8, clip_on=False, zorder=5, label="now")
    axes.vlines([allocation.budget], 0, here, color=_BAR, linewidth=1, linestyle=(0, (3, 2)))
    if needed is not None and needed <= last:
        axes.axvspan(needed, last, facecolor=tint(_NEED, 0.75), linewidth=0, zorder=0)
        # Below a curve that rises and above one that falls there is room, on the wider side of the dashed line.
        parts = [(needed, last)]
        if needed < allocation.budget < last:
            parts = [(needed, allocation.budget), (allocation.budget, last)]
        begin, end = max(parts, key=lambda part: part[1] - part[0])
        rows = wrap("enough to deter", sheet.small, max(50.0, (end - begin) / last * (wide - 46) - 8))
        for k, row in enumerate(rows):
            up = (len(rows) - 1 - k) * sheet.small * 1.25 / tall + 0.03
            axes.text(
                (begin + end) / 2, up if alike else 0.97 - up - sheet.small / tall, row, ha="center", va="bottom",
                fontsize=sheet.small, color=GREY, transform=axes.get_xaxis_transform(), parse_math=False,
            )  # fmt: skip
    axes.set_xlim(0, last)
    if alike:
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0%", "", "50%", "", "100%"])
    else:
        axes.set_ylim(0, 1.05 * max(values) or 1.0)
    axes.spines["bottom"].set_color(LINE)
