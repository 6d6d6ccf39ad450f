"""How results about uncertain numbers show themselves: pictures through `pictures`, tables in a notebook."""

from __future__ import annotations

import dataclasses
import importlib.util
from html import unescape
from typing import Any

import pytest

import servanda
from servanda.agreement.starter import starter_text
from servanda.errors import MissingExtra, NoSuchName
from servanda.presentation.figures.gallery import figures as pictures
from servanda.presentation.view import Table, view
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
        "failure_rules": servanda.explain_failure(agreement, "phased", sweep=swept.table, when="years < median"),
        "sobol_indices": sobol_indices(lambda u: 3 * u[:, 0] + u[:, 1], ["first", "second"], 64),
        "histogram": swept,
        "pareto_front": servanda.design(agreement, "phased", maximise=["held_clean"], evaluations=200),
        "tipping_points": servanda.tip(agreement, BETWEEN, among=among, joint=False),
        "target": servanda.reach(agreement, "phased", 0.3, ours=among[:1]),
        "heat_map": servanda.heat(agreement, BETWEEN, *among, points=3),
    }


RESULTS = [
    "sensitivity", "tornado", "failure_rules", "sobol_indices", "histogram", "pareto_front", "tipping_points", "target",
    "heat_map",
]  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
@pytest.mark.parametrize("narrow", [False, True])
def test_every_result_draws_itself(name: str, narrow: bool, found: dict[str, Any]) -> None:
    result = found[name]
    assert pictures.svg(result.plot(narrow)) == pictures.svg(pictures[name](result, narrow))
    assert result.plot().get_figwidth() > result.plot(narrow=True).get_figwidth()


def test_a_sweep_draws_any_figure_and_the_fan(found: dict[str, Any]) -> None:
    swept = found["histogram"]
    assert pictures.svg(swept.plot(of="years")) == pictures.svg(pictures["histogram"](swept, of="years"))
    assert pictures.svg(swept.plot(figure="survival_fan")) == pictures.svg(pictures["survival_fan"](swept))
    with pytest.raises(NoSuchName, match=r"There is no metric 'yeers'. The metrics are: held_clean, .* mean years\?"):
        swept.plot(of="yeers")
    with pytest.raises(NoSuchName, match=r"There is no figure 'fan'. The figures are: histogram, survival_fan"):
        swept.plot(figure="fan")


def test_indices_have_the_largest_first_and_bars_as_long_as_their_shares(found: dict[str, Any]) -> None:
    axes = found["sobol_indices"].plot().axes
    wide = {patch.get_label(): patch.get_width() for one in axes for patch in one.patches}
    table = found["sobol_indices"].table
    bars = [label for label in wide if label.endswith("|total")]
    assert bars == ["first|total", "second|total"]
    ratio = wide["second|total"] / wide["first|total"]
    assert ratio == pytest.approx(table["total"][1] / table["total"][0], rel=1e-9)


@pytest.mark.parametrize("name", RESULTS)
def test_a_notebook_and_print_show_the_view(name: str, found: dict[str, Any]) -> None:
    told, said = found[name]._repr_html_(), view(found[name])
    first = told.split("</p>", 1)[0]
    assert unescape(first) == f"<p><strong>{said.headline}</strong>"
    assert " < " not in first
    tables = [block for block in said.blocks if isinstance(block, Table)]
    assert told.count("<table") == len(tables)
    printed = " ".join(str(found[name]).split())
    assert printed.startswith(" ".join(said.headline.split()))
    assert all(cell in printed for each in tables for row in each.rows for cell in row.cells[1:])


@pytest.mark.parametrize("name", ["sensitivity", "tornado", "failure_rules"])
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
