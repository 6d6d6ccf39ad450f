"""What is said fits what it is said of: times fit the horizon, amounts their size, and words the number of parties."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

import servanda
from servanda.assessment.comparison import Comparison, compare
from servanda.presentation import terminal
from servanda.presentation.view import Table, View, view

BASE = """servanda: 1
title: A short truce
start: 2025-01-01
horizon: {horizon}
unit: a year of quiet
parties:
  a: {{name: A, discount: 0.2, precision: {precision}}}
  b: {{name: B, discount: 0.2, precision: {precision}}}
stakes:
  x: {{holder: a, worth: {{a: {gain}, b: -{harm}}}, restore: 1 day}}
  y: {{holder: b, worth: {{b: {gain}, a: -{harm}}}, restore: 1 day}}
plans:
  p:
    entries:
      - {{id: one, date: 2025-01-02, by: a, gives: [x]}}
      - {{id: two, date: 2025-01-04, by: b, gives: [y]}}
      - {{id: vote, date: 2025-01-08, ratify: b, passes: {passes}}}
"""
ONE = """servanda: 1
title: One party
start: 2025-01-01
horizon: 6 years
unit: a year of quiet
parties: {a: {name: A, discount: 0.1, precision: 3}}
stakes: {s: {holder: a, worth: {a: 0.1}, restore: 1 year}}
plans:
  p:
    entries:
      - {id: x, date: 2025-02-01, by: a, gives: [s]}
      - {id: r, review: [a], every: 1 year, from: 2026-01-01, until: 2029-01-01}
"""


@cache
def solved(
    horizon: str = "18 months", gain: str = "0.1", harm: str = "1", precision: str = "8", passes: str = "0.05"
) -> Comparison:
    text = BASE.format(horizon=horizon, gain=gain, harm=harm, precision=precision, passes=passes)
    return compare(servanda.loads(text))


@cache
def guarantor() -> Comparison:
    text = BASE.format(horizon="3 years", gain=0.1, harm=1, precision=3, passes=0.9)
    text = text.replace("stakes:", "  c: {name: Guarantor, discount: 0.1, precision: 3}\nstakes:")
    return compare(servanda.loads(text + "      - {id: r, review: [a, b, c], date: 2026-01-01}\n"))


def everything(of: Comparison) -> str:
    """All that is said of a comparison, and of its plans."""
    found: list[View] = [view(of), *(view(one) for one in of.plans), *(view(one.summary) for one in of.plans)]
    return re.sub(r"\s+", " ", " ".join(terminal.text(each) for each in found))


# ------------------------------------------------------------------------------------------------ times


@pytest.mark.parametrize(
    ("horizon", "end", "of", "column"),
    [
        ("10 days", "on 11 January 2025", "of 10 days", "expected days in force, of 10"),
        ("1 month", "on 1 February 2025", "days of 1 month", "expected days in force, of 30.4"),
        ("6 months", "in July 2025", "of 6 months", "expected months in force, of 6"),
        ("18 months", "in July 2026", "of 18 months", "expected months in force, of 18"),
        ("90 years", "in 2115", "of 90 years", "expected years in force, of 90"),
    ],
)
def test_times_fit_the_horizon(horizon: str, end: str, of: str, column: str) -> None:
    comparison = solved(horizon)
    said = everything(comparison)
    assert f"of still being in force {end} with nothing concealed" in said
    assert re.search(rf"expected to stay in force for (less than )?\d+\.\d (days )?{of.removeprefix('days ')}\.", said)
    assert column in said
    unit = column.split()[1]
    years = comparison.plans[0].summary.expected_years
    (row,) = [row for row in view(comparison).table("plans").rows if row.cells[0] == column]
    factor = {"days": 365.25, "months": 12.0, "years": 1.0}[unit]
    assert float(row.cells[1]) == pytest.approx(factor * years, abs=0.051)


@pytest.mark.parametrize("horizon", ["10 days", "1 month", "6 months", "18 months", "90 years"])
@pytest.mark.parametrize("name", ["survival", "outcomes", "exposure", "calendar"])
def test_figures_tell_times_that_fit_the_horizon(name: str, horizon: str) -> None:
    pytest.importorskip("matplotlib")
    figures, comparison = servanda.figures, solved(horizon)
    of = comparison if figures[name].of is Comparison else comparison.plans[0]
    drawing = figures[name]
    said = " ".join([drawing.title(of), drawing.subtitle(of), drawing.alt(of)])
    unit = {"10 days": "days", "1 month": "days", "90 years": "years"}.get(horizon, "months")
    others = {"days", "months", "years"} - {unit}
    assert not any(re.search(rf"\d {other}\b", said) for other in others)
    if name == "survival":
        years = comparison.plans[0].summary.expected_years
        time = years * {"days": 365.25, "months": 12.0, "years": 1.0}[unit]
        assert f"{time:.1f} {unit} on average" in said or "less than 0.1" in said
    drawn = drawing(of)
    if len(drawn.axes) > 1:
        labels = [text.get_text() for text in drawn.axes[-1].get_xticklabels()]
        wanted = {"days": r"\d+ [A-Z][a-z]{2} \d{4}", "months": r"[A-Z][a-z]{2} \d{4}", "years": r"\d{4}"}[unit]
        assert len(labels) >= 2
        assert all(re.fullmatch(wanted, label) for label in labels)


def test_a_sweep_tells_times_that_fit_the_horizon() -> None:
    pytest.importorskip("matplotlib")
    text = BASE.format(horizon="6 months", gain=0.1, harm=1, precision=8, passes=0.9)
    swept = servanda.sweep(
        servanda.loads(text.replace("discount: 0.2", "discount: {likely: 0.2, low: 0.1, high: 0.4}")), draws=16
    )
    middle = 12 * float(np.median(swept.values("p", "years")))
    (columns,) = [[column.name for column in block.columns] for block in view(swept).blocks if isinstance(block, Table)]
    assert columns[3] == "months in force"
    assert float(view(swept).table("spans").rows[0].cells[3]) == pytest.approx(middle, abs=0.051)
    assert "of still being in force in July 2025 with nothing concealed" in view(swept).headline
    title = servanda.figures.survival_fan.title(swept)
    assert title.startswith(f"P: {middle:.1f} months in the median")
    drawn = servanda.figures.histogram(swept, of="years")
    (panel,) = [axes for axes in drawn.axes if axes.get_label() == "histogram|p"]
    low, high = panel.get_xlim()
    assert low <= middle <= high <= 12
    assert any(
        line.get_xdata()[0] == pytest.approx(middle, abs=1e-9) for line in panel.lines if len(line.get_xdata()) == 1
    )


def test_metrics_tell_times_that_fit_the_horizon() -> None:
    from servanda.assessment.metrics import metrics

    short, long = (metrics(solved(horizon).agreement)["years"] for horizon in ("18 months", "90 years"))
    assert [short.text(0.5), short.difference(-0.25), short.label] == ["6.00 months", "−3.00 months", "months in force"]
    assert [long.text(0.5), long.difference(-0.25), long.label] == ["0.50 years", "−0.25 years", "years in force"]


def test_shares_and_differences_hide_nothing_and_have_no_minus_before_nothing() -> None:
    from servanda.assessment.metrics import metrics

    held, gain = (metrics(solved().agreement)[name] for name in ("held", "gain.a"))
    assert [held.text(value) for value in (None, 0.0, 4.5e-9, 0.25, 0.99999, 1.0)] == [
        "–", "0.0%", "less than 0.1%", "25.0%", "more than 99.9%", "100.0%",
    ]  # fmt: skip
    assert held.difference(-0.0) == held.difference(-1e-9) == "0.0 percentage points"
    assert [gain.text(-0.0), gain.difference(-0.001)] == ["+0.00 units", "0.00 units"]


def test_ticks_and_bars_write_small_shares_in_plain_digits() -> None:
    pytest.importorskip("matplotlib")
    from servanda.assessment.metrics import metrics
    from servanda.presentation.figures import _bars, histogram

    held = metrics(solved().agreement)["held"]
    assert [_bars.brief(held, value) for value in (None, 0.0, 4.5e-9, 0.123456, 0.99999, 1.0)] == [
        "–", "0.0%", "<0.1%", "12.3%", ">99.9%", "100.0%",
    ]  # fmt: skip
    tick = histogram._tick  # pyright: ignore[reportPrivateUsage]
    assert [tick(value, "held") for value in (0.0, 0.00025, 0.5)] == ["0%", "0.025%", "50%"]


# ------------------------------------------------------------------------------------------------ amounts


@pytest.mark.parametrize(("gain", "harm", "precision"), [("1e-10", "1e-9", "8"), ("1e7", "1e8", "1e-8")])
def test_tiny_and_huge_worths_are_told_in_few_digits(gain: str, harm: str, precision: str) -> None:
    comparison = solved(gain=gain, harm=harm, precision=precision)
    said = everything(comparison)
    value = comparison.plans[0].summary.values["a"].gain
    (row,) = [row for row in view(comparison).table("plans").rows if row.cells[0].startswith("gain of A")]
    told = float(row.cells[1].replace("−", "-").replace(",", ""))
    assert told == pytest.approx(value, rel=0.005)
    assert len(row.cells[1]) <= 12
    assert not re.search(r"[-−]0(\.0+)?\b(?![.\d])", said)
    assert "nan" not in said


@pytest.mark.parametrize(
    ("gain", "harm", "precision"), [("1e-10", "1e-9", "8"), ("1e7", "1e8", "1e-8"), ("1", "1", "1")]
)
def test_the_sentence_of_exposure_and_its_peak_agree(gain: str, harm: str, precision: str) -> None:
    pytest.importorskip("matplotlib")
    comparison = solved(gain=gain, harm=harm, precision=precision)
    drawn, title = servanda.figures.exposure(comparison), servanda.figures.exposure.title(comparison)
    (panel,) = [axes for axes in drawn.axes if axes.get_label() == "exposure|p"]
    peak = max(max(line.get_ydata()) for line in panel.lines if line.get_label() in ("a", "b"))
    told = [float(word.replace(",", "")) for word in re.findall(r"([\d.,e-]+) units", title.replace("e−", "e-"))]
    if peak > 0:
        assert max(told) == pytest.approx(peak, rel=0.05)
    ticks = [text.get_text() for text in panel.get_yticklabels()]
    assert 2 <= len(set(ticks)) == len(ticks) <= 8
    assert max(map(len, ticks)) <= 12


def test_chances_of_nothing_and_of_all() -> None:
    never, sure = solved(passes="0"), solved(passes="1")
    assert "passes 0.0%" in everything(never)
    assert "passes 100.0%" in everything(sure)
    assert "does not ratify 0.0%" in everything(sure)


# ------------------------------------------------------------------------------------------------ parties


def test_of_one_party_no_others_are_spoken_of() -> None:
    comparison = compare(servanda.loads(ONE))
    said = everything(comparison)
    for word in ("both", "neither", "all others", "another party"):
        assert word not in said
    from servanda.assessment.scorecards import scorecards
    from servanda.presentation.views.scorecard import plans_side_by_side

    assert plans_side_by_side(scorecards(comparison.agreement)).headline == (
        "There is one party only, so it obtains nothing of others."
    )


def test_a_party_with_nothing_at_stake_has_no_row_of_dashes_and_no_word_on_signing() -> None:
    comparison = guarantor()
    from servanda.assessment.scorecards import scorecards
    from servanda.presentation.views.scorecard import side_by_side

    table = side_by_side(scorecards(comparison.agreement))
    assert [row.cells[0] for row in table.rows if row.kind == "group"] == ["A", "B"]
    (row,) = [row for row in view(comparison.plans[0].summary).table("values").rows if row.cells[0] == "Guarantor"]
    assert row.cells[2:] == ("0.00", "0.00", "+0.00", "all the same")
    assert "nan" not in everything(comparison)


@cache
def of_one_entry() -> Comparison:
    text = BASE.format(horizon="4 years", gain=0.1, harm=1, precision=8, passes=1)
    return compare(servanda.loads(text.partition("      - {id: two")[0]))


def test_of_one_thing_no_several_are_spoken_of() -> None:
    pytest.importorskip("matplotlib")
    plan = of_one_entry().plans[0]
    alt = servanda.figures.calendar.alt(plan)
    assert "1 entry in 2025. " in alt
    said = everything(of_one_entry()) + alt
    assert not re.search(r"(?<![\d.,−+])1 (entries|years|parties|plans|draws|numbers|iterations|months|days)\b", said)


# ------------------------------------------------------------------------------------------------ room


def test_very_long_names_and_a_very_narrow_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "20")
        agreement = solved().agreement
        parties = {key: one.model_copy(update={"name": key * 10_000}) for key, one in agreement.parties.items()}
        comparison = compare(agreement.model_copy(update={"parties": parties}))
        terminal.print_view(view(comparison))
        terminal.print_view(view(comparison.plans[0]))
    said = capsys.readouterr().out
    held = comparison.plans[0].summary.held["clean"]
    assert re.search(rf"in force, nothing concealed +{100 * held:.1f}%", said)
    assert "a" * 20 in said


def test_a_search_and_a_condition_tell_small_shares_and_times_alike() -> None:
    from servanda.assessment.metrics import metrics
    from servanda.optimisation.objectives import Statistic
    from servanda.uncertainty.scenario_discovery.condition import parse, words

    agreement = solved("6 months").agreement
    held, years = (Statistic(name, metrics(agreement)[name], None) for name in ("held", "years"))
    assert [held.written(value) for value in (4.5e-9, 0.0, 0.25, 1.0)] == ["<0.1%", "0.0%", "25.0%", "100.0%"]
    assert [years.written(value) for value in (0.25, -1e-9)] == ["3.00", "0.00"]
    assert years.label == "months in force"
    assert words(parse(agreement, "years < 0.25"), 0.25).endswith("is below 3 months")
    assert words(parse(solved("90 years").agreement, "years < 0.43"), 0.43).endswith("is below 0.43 years")
