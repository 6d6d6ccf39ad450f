"""The figure of exposure: the summary's losses, each party with its own peak."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support import paths
from support.figures import axes, changed, fair, line, only, singapore

import servanda
from servanda import figures
from servanda.assessment.comparison import compare
from servanda.english import month

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("narrow", [False, True])
def test_exposure_is_the_summarys_on_one_scale(narrow: bool) -> None:
    figure = figures.exposure(singapore(), narrow=narrow)
    panels = [axes(figure, f"exposure|{r.plan}") for r in singapore().plans]
    for result, panel in zip(singapore().plans, panels, strict=True):
        for name in ("dprk", "usa"):
            got = [y for _, y in line(panel, name)]
            assert got[:-1] == [x.loss[name] for x in result.summary.exposure]
            assert panel.get_ylim()[0] < min(got)
            assert max(got) < panel.get_ylim()[1]
    assert len({panel.get_ylim() for panel in panels}) == 1


def test_each_party_is_named_with_its_own_peak() -> None:
    (result,) = fair().plans
    said = figures.exposure.title(fair())
    for party_id, name in (("north", "North"), ("south", "South")):
        point = max(result.summary.exposure, key=lambda x, p=party_id: x.loss[p])
        words = f"{point.loss[party_id]:.1f} units ({month(point.date)})"
        assert (words in said) == (point.loss[party_id] >= 0.05) == (name in said)
    both = figures.exposure.title(singapore())
    assert "North Korea" in both
    assert "United States" in both
    assert "most exposed" not in both
    for loss, wanted in (
        (0.04, "At most, North stands to lose 0.04 units (June 2020), South 0.04 units (June 2020)"),
        (-1.0, "No party ever stands to lose compared with having no agreement"),
    ):
        points = tuple(replace(x, loss=dict.fromkeys(x.loss, loss)) for x in result.summary.exposure)
        assert figures.exposure.title(only(changed(result, exposure=points), fair())) == wanted


def test_a_party_alone_has_no_others() -> None:
    one = compare(servanda.read(paths.GOOD / "one-party.yaml"))
    words = " ".join(t.get_text() for t in axes(figures.exposure(one), "page").texts)
    assert "others" not in words + figures.exposure.alt(one)
    assert "the agreement breaks down" in words


def test_alt_text_says_the_numbers() -> None:
    most = max(point.loss["dprk"] for point in singapore()["phased"].summary.exposure)
    assert f"{most:+.1f} units" in figures.exposure.alt(singapore())
