"""How results about uncertain numbers show themselves: pictures through `pictures`, tables in a notebook."""

from __future__ import annotations

import dataclasses
import importlib.util
from html import unescape
from typing import Any

import pytest

import servanda
from servanda.agreement.starter import starter_text
from servanda.errors import MissingExtra
from servanda.presentation.figures import gallery as pictures
from servanda.result import plain
from servanda.uncertainty.sensitivity_analysis.sobol import sobol_indices

BETWEEN = ("phased", "at-once")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    agreement = servanda.loads(starter_text())
    among = ["measures.inspectors.finds", "parties.north.precision"]
    swept = servanda.sweep(agreement, draws=64)
    return {
        "sensitivity": servanda.sensitivity(agreement, "phased", sweep=swept.table),
        "tornado": servanda.tornado(agreement, "phased"),
        "failure": servanda.explain_failure(agreement, "phased", sweep=swept.table, when="years < median"),
        "indices": sobol_indices(lambda u: 3 * u[:, 0] + u[:, 1], ["first", "second"], 64),
        "histogram": swept,
        "front": servanda.design(agreement, "phased", maximise=["held_clean"], evaluations=200),
        "tips": servanda.tip(agreement, BETWEEN, among=among, joint=False),
        "reached": servanda.reach(agreement, "phased", 0.3, ours=among[:1]),
        "heat": servanda.heat(agreement, BETWEEN, *among, points=3),
    }


RESULTS = ["sensitivity", "tornado", "failure", "indices", "histogram", "front", "tips", "reached", "heat"]


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("narrow", [False, True])
def test_every_result_draws_itself(name: str, narrow: bool, found: dict[str, Any]) -> None:
    result = found[name]
    subjects = (result.agreement, result) if name in ("sensitivity", "tornado", "failure") else (result,)
    drawn = getattr(pictures, name)(*subjects, narrow=narrow)
    assert pictures.svg(result.plot(narrow)) == pictures.svg(drawn)
    assert result.plot().get_figwidth() > result.plot(narrow=True).get_figwidth()


def test_a_sweep_draws_any_figure_and_the_fan(found: dict[str, Any]) -> None:
    swept = found["histogram"]
    for of, drawn in (
        ("years", pictures.histogram(swept, "years")),
        ("standing", pictures.survival_fan(swept)),
    ):
        assert pictures.svg(swept.plot(of=of)) == pictures.svg(drawn)
    with pytest.raises(KeyError, match=r"there is no figure 'yeers'. There are: held_clean, .*, standing"):
        swept.plot(of="yeers")


def test_indices_have_the_largest_first_and_bars_as_long_as_their_shares(found: dict[str, Any]) -> None:
    axes = found["indices"].plot().axes
    wide = {patch.get_label(): patch.get_width() for one in axes for patch in one.patches}
    table = found["indices"].table
    bars = [label for label in wide if label.endswith("|total")]
    assert bars == ["first|total", "second|total"]
    ratio = wide["second|total"] / wide["first|total"]
    assert ratio == pytest.approx(table["total"][1] / table["total"][0], rel=1e-9)


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "heat"])
def test_a_notebook_shows_what_it_is_and_a_table(name: str, found: dict[str, Any]) -> None:
    told = found[name]._repr_html_()
    said, table = told.split("</p>", 1)
    assert unescape(said) == f"<p>{repr(found[name])[1:-1]}"
    assert " < " not in said
    assert "<table" in table


@pytest.mark.parametrize("name", ["sensitivity", "tornado", "failure"])
def test_the_agreement_that_a_picture_needs_is_told_nowhere(name: str, found: dict[str, Any]) -> None:
    result = found[name]
    field = next(field for field in dataclasses.fields(result) if field.name == "agreement")
    assert (field.repr, field.compare) == (False, False)
    assert "agreement" not in plain(result)
    assert "agreement" not in repr(result)


def test_without_matplotlib_one_message(found: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr("servanda.errors.find_spec", lambda name: None if name == "matplotlib" else there(name))
    with pytest.raises(MissingExtra, match=r"pip install 'servanda\[pictures\]'"):
        found["tornado"].plot()
