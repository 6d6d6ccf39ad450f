"""The figure of Sobol' indices of any function: shares of the variance."""

from __future__ import annotations

from servanda.columns import Columns
from servanda.presentation.figures._bars import ROWS, first_of, share_bars
from servanda.presentation.figures._sheet import Sheet
from servanda.presentation.figures.gallery import figure
from servanda.presentation.views.sensitivity import share
from servanda.uncertainty.sensitivity_analysis.sobol import SobolIndices


def title(found: SobolIndices) -> str:
    """The finding: what matters most."""
    return first_of(_largest_first(found))


def subtitle(found: SobolIndices) -> str:
    """What is shown, from how many values."""
    missing = f"; {found.failed:,} missing" if found.failed else ""
    return f"Shares of the variance (Sobol' indices), from {found.solves:,} values{missing}."


def alt(found: SobolIndices) -> str:
    """Both shares of each input."""
    rows = _largest_first(found).head(ROWS)
    parts = [f"{row['what']}: {share(row['first'])}, {share(row['total'])}" for row in rows]
    return f"{title(found)}. {subtitle(found)} By itself, and with all its interactions: {'; '.join(parts)}."


SOBOL_INDICES = figure(
    "sobol_indices",
    of=SobolIndices,
    heading="Shares of the variance",
    reading="Each bar is an input. Dark: the share of the variance that it causes by itself. Hatched: the share that it"
    " causes together with others.",
    title=title,
    subtitle=subtitle,
    alt=alt,
)


@SOBOL_INDICES.drawn
def draw(sheet: Sheet, found: SobolIndices) -> None:
    """Bars are labelled `name|first` and `name|total`; the pale bar behind them is 1."""
    share_bars(sheet, _largest_first(found))


def _largest_first(found: SobolIndices) -> Columns:
    table = found.table.sort("total", descending=True)
    return table.with_columns(what=table["name"])
