"""Every panel, however narrow, has a time axis that can be read, whatever the horizon."""

from __future__ import annotations

from itertools import pairwise

import pytest

matplotlib = pytest.importorskip("matplotlib")

from matplotlib.figure import Figure  # noqa: E402

from servanda.presentation.figures._time_axis import year_ticks  # noqa: E402

WIDTHS = (60.0, 130.0, 250.0, 400.0, 700.0)
SPANS = (1 / 365, 10 / 365, 6 / 52, 5 / 12, 1.0, 1.5, 2.0, 2.9, 3.0, 10.0, 90.0, 900.0)


@pytest.mark.parametrize("first", [2025.0, 2026.4986301369863])
@pytest.mark.parametrize("span", SPANS)
@pytest.mark.parametrize("width", WIDTHS)
def test_labels_of_any_span_fit_into_any_panel(width: float, span: float, first: float) -> None:
    axes = Figure().add_subplot()

    year_ticks(axes, first, first + span, width, narrow=True)

    places, labels = axes.get_xticks(), [text.get_text() for text in axes.get_xticklabels()]
    assert labels
    assert all(labels)
    assert all(first - 1e-9 <= at <= first + span + 1e-9 for at in places)
    apart = [(b - a) / span * width for a, b in pairwise(places)]
    assert all(room >= (40 if len(labels[0]) == 4 else 80) for room in apart)
