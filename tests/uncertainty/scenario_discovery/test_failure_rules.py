"""When a plan fails: conditions, boxes that are known, nothing to tell apart, sweeps, and the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from support.commands import commands
from support.plain_starter import starter_text
from support.sweeps import swept

import servanda
from servanda import errors
from servanda.presentation.views.failure_rules import failing as told
from servanda.presentation.views.failure_rules import limit_words, rule_words
from servanda.uncertainty.questions import QuestionRefused
from servanda.uncertainty.sampling import draw
from servanda.uncertainty.scenario_discovery import _prim, condition
from servanda.uncertainty.scenario_discovery import failure_rules as failing


@pytest.fixture(scope="module")
def agreement() -> servanda.Agreement:
    return servanda.loads(starter_text())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return commands(capsys)


# -------------------------------------------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("held_clean < 0.5", ("held_clean", "<", 0.5, False)),
        ("held_clean<50%", ("held_clean", "<", 0.5, False)),
        (" years  >=  2 ", ("years", ">=", 2.0, False)),
        ("years <= 1e1", ("years", "<=", 10.0, False)),
        ("gain.north.sincere > -0.5", ("gain.north.sincere", ">", -0.5, False)),
        ("years < q25", ("years", "<", 0.25, True)),
        ("withdrew.north > q97.5", ("withdrew.north", ">", 0.975, True)),
        ("years > median", ("years", ">", 0.5, True)),
    ],
)
def test_conditions_are_read(agreement: servanda.Agreement, text: str, expected: Any) -> None:
    found = condition.parse(agreement, text)
    assert (found.metric.name, found.sign, found.bound, found.quantile) == expected
    assert condition.parse(agreement, str(found)) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'' is not a condition"),
        ("held_clean", "is not a condition. Write a metric"),
        ("held_clean << 0.5", "'<' is not a bound|is not a condition"),
        ("held_clean = 0.5", "is not a condition"),
        ("0.5 > held_clean", "is not a condition"),
        ("held_clean < 0.5 and years < 3", "is not a condition"),
        ("held_clean < half", "'half' is not a bound"),
        ("held_clean < nan", "'nan' is not a bound"),
        ("held_clean < inf", "'inf' is not a bound"),
        ("held_clean < q0", "q0 is not a quantile"),
        ("held_clean < q100", "q100 is not a quantile"),
        ("heldclean < 0.5", "There is no metric 'heldclean'.*Did you mean held_clean"),
    ],
)
def test_conditions_that_cannot_be_read(agreement: servanda.Agreement, text: str, words: str) -> None:
    with pytest.raises((QuestionRefused, errors.NoSuchName), match=words):
        condition.parse(agreement, text)


def test_conditions_in_words(agreement: servanda.Agreement) -> None:
    quarter = condition.parse(agreement, "years < q25")
    assert condition.words(quarter, 3.2849) == (
        "the expected time in force up to the horizon is below 3.28 years, as in the lowest quarter of the draws"
    )
    tenth = condition.parse(agreement, "withdrew.north >= q90")
    assert condition.words(tenth, 0.5).endswith("is at or above 0.5, as in the highest tenth of the draws")
    values = np.arange(101.0)
    assert condition.bound_of(quarter, values) == 25.0
    assert [int(condition.meets(sign, 25.0, values).sum()) for sign in ("<", "<=", ">", ">=")] == [25, 26, 75, 76]


# ---------------------------------------------------------------------------------------------- boxes of numbers


def test_a_box_that_is_there_is_found() -> None:
    values = np.random.default_rng(1).random((1500, 12))
    fails = (values[:, 3] < 0.4) & (values[:, 7] > 0.3)  # 28% of the cube
    box = _prim.find_box(values, fails, 3, 0.5)
    assert box is not None
    assert sorted(box.limits) == [3, 7]
    low, high, chance = box.limits[3]
    assert low is None
    # A peel takes 5% of what is left, so that a limit is found to within a few hundredths.
    assert high == pytest.approx(0.4, abs=0.05)
    assert chance < 1e-6
    assert box.limits[7][0] == pytest.approx(0.3, abs=0.06)
    held = _prim.inside(box.limits, values)
    assert (held & fails).sum() / held.sum() > 0.95
    assert (held & fails).sum() / fails.sum() > 0.8
    coverage, density, mass, numbers = box.trajectory[0]
    assert (coverage, density, mass, numbers) == (1.0, pytest.approx(fails.mean()), 1.0, 0)


def test_noise_has_no_box() -> None:
    rng = np.random.default_rng(3)
    assert _prim.find_box(rng.random((800, 20)), rng.random(800) < 0.25, 3, 0.5) is None


def test_at_most_so_many_numbers_are_limited() -> None:
    values = np.random.default_rng(4).random((1500, 6))
    fails = values.sum(axis=1) < 2.4
    box = _prim.find_box(values, fails, 2, 0.5)
    assert box is not None
    assert len(box.limits) <= 2


def test_the_library_leaves_the_look_of_figures_alone() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    _prim.find_box(np.random.default_rng(1).random((200, 2)), np.arange(200) % 3 == 0, 2, 0.5)
    assert dict(matplotlib.rcParams) == before


# --------------------------------------------------------------------------------------------------- agreements


def known(monkeypatch: pytest.MonkeyPatch, figure: Any) -> None:
    """Have a figure of the drawn numbers in place of solving."""

    def answers(_: Any, __: Any, drawn: Any, **___: Any) -> Any:
        columns = {one.name: drawn.values[:, j] for j, one in enumerate(drawn.numbers)}
        return figure(columns)

    monkeypatch.setattr(failing, "answers", answers)


def test_two_reasons_are_two_rules(agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    def years(x: Any) -> Any:
        one = x["parties.north.types.sincere.chance"] < 0.3
        two = x["measures.inspectors.finds"] < 0.5
        return np.where(one | two, 1.0, 5.0)

    known(monkeypatch, years)
    found = servanda.explain_failure(agreement, "phased", "years < 2", draws=1024, seed=3)
    first = {rule.limits[0].name: rule.limits[0] for rule in found.rules}
    assert first.keys() == {"parties.north.types.sincere.chance", "measures.inspectors.finds"}
    assert first["parties.north.types.sincere.chance"].at_most == pytest.approx(0.3, abs=0.02)
    assert first["measures.inspectors.finds"].at_most == pytest.approx(0.5, abs=0.05)
    for rule in found.rules:
        assert rule.density > 0.9
        assert rule.checked_density is not None
        assert rule.checked_density > 0.85
    assert sum(rule.coverage for rule in found.rules) > 0.85
    assert found.table["rule"].tolist() == [1, 2]
    assert found.trajectory["chosen"].sum() == 1


def test_coverage_and_density_are_those_of_the_draws(agreement: servanda.Agreement) -> None:
    found = servanda.explain_failure(agreement, "phased", draws=256, seed=1)
    (rule, *_) = found.rules
    draws = draw(agreement, 256, seed=1)
    figure = servanda.evaluate(agreement, "phased", draws).metrics["years"]
    fails = figure < np.quantile(figure, 0.25)
    held = np.ones(256, dtype=bool)
    for limit in rule.limits:
        column = draws.values[:, [one.name for one in draws.numbers].index(limit.name)]
        held &= column >= (limit.at_least if limit.at_least is not None else -np.inf)
        held &= column <= (limit.at_most if limit.at_most is not None else np.inf)
    aside = np.zeros(256, dtype=bool)
    aside[np.random.default_rng(1).permutation(256)[:64]] = True
    assert rule.coverage == pytest.approx((held & fails & ~aside).sum() / (fails & ~aside).sum())
    assert rule.density == pytest.approx((held & fails & ~aside).sum() / (held & ~aside).sum())
    assert rule.checked_density == pytest.approx((held & fails & aside).sum() / (held & aside).sum())
    assert (found.draws, found.aside, found.share) == (256, 64, 0.25)
    assert len(rule.limits) <= 3


@pytest.mark.parametrize(
    ("when", "why", "words"),
    [
        ("years < 100", "all fail", "fails in all 64 draws (lowest"),
        ("years < 0", "none fails", "fails in none of 64 draws"),
        ("years < q10", "few fail", "too few failures to learn from. Try a quantile"),
        ("years < q90", "few others", "too few other draws to learn from"),
    ],
)
def test_nothing_to_tell_apart_is_said_plainly(
    agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch, when: str, why: str, words: str
) -> None:
    known(monkeypatch, lambda x: x["stakes.programme.worth.north"])
    found = servanda.explain_failure(agreement, "phased", when, draws=64)
    assert (found.rules, found.why) == ((), why)
    assert words in told(agreement, found)
    assert not len(found.table)


def test_noise_gives_no_rule(agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    known(monkeypatch, lambda x: rng.random(x["incidents"].size))
    found = servanda.explain_failure(agreement, "phased", draws=512)
    assert found.why == "no rule"
    assert "No rule on a few numbers separates them from the other draws" in told(agreement, found)


def test_draws_without_an_answer(agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    def some(x: Any) -> Any:
        years = x["stakes.programme.worth.north"].copy()
        years[:20] = np.nan
        return years

    known(monkeypatch, some)
    found = servanda.explain_failure(agreement, "phased", draws=256)
    assert (found.unanswered, found.draws) == (20, 236)
    with pytest.raises(QuestionRefused, match="no equilibrium for 20 of 128 draws"):
        servanda.explain_failure(agreement, "phased", draws=128)


def test_rules_in_words(agreement: servanda.Agreement) -> None:
    limit = failing.Limit("r", "The plant: time to restore", 1.0, 4.0, 2.5, None, 1.5, 0.001, True)
    both = failing.Limit("w", "Worth", -3.0, -1.0, -2.0, -2.5, -1.25, 0.001, False)
    assert limit_words(limit) == "The plant: time to restore is 18 months or less"
    assert limit_words(both) == "Worth is between −2.5 and −1.25"
    rule = failing.Rule((limit, both), 0.78, 0.91, 0.2, 0.7, 0.875)
    assert rule_words(rule, 100) == (
        "fails when The plant: time to restore is 18 months or less and Worth is between −2.5 and −1.25. This rule"
        " covers 78% of the failures, and 91% of its draws fail (on the 100 draws kept aside: 70% and 88%)."
    )


def test_a_missing_library_is_one_message(agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda name: None if name == "ema_workbench" else True)
    with pytest.raises(errors.MissingExtra, match=r"needs ema_workbench.* pip install 'servanda\[sensitivity\]'"):
        servanda.explain_failure(agreement, "phased")


# ---------------------------------------------------------------------------------------------------- the command


def test_the_command_on_a_sweep(run: Any, tmp_path: Path, agreement: servanda.Agreement) -> None:
    file, draws, picture = servanda.new(tmp_path / "deal.yaml"), tmp_path / "draws.parquet", tmp_path / "when.svg"
    swept(agreement, ("phased",), 256).write_parquet(draws)
    ask = ("explain-failure", file, "--plan", "phased", "--sweep", draws)
    done = run(*ask, "--picture", picture)
    assert (done.code, done.err) == (0, "")
    text = " ".join(done.out.split())
    assert "“Step by step” fails in 64 of 256 draws." in text
    answer = run(*ask, "--json").json
    rule = answer["rules"][0]
    assert f"covers {100 * rule['coverage']:.0f}% of the failures, and {100 * rule['density']:.0f}% of its" in text
    assert [row["name"] for row in answer["table"] if row["rule"] == 1] == [limit["name"] for limit in rule["limits"]]
    assert answer["when"] == "years < q25"
    assert picture.read_text(encoding="utf-8").startswith("<?xml")
    same = servanda.explain_failure(agreement, "phased", sweep=polars.read_parquet(draws))
    assert same.rules[0].coverage == rule["coverage"]


def test_the_command_says_how_much_it_solves(run: Any, tmp_path: Path) -> None:
    file = servanda.new(tmp_path / "deal.yaml")
    done = run("explain-failure", file, "--plan", "at-once", "--draws", "32", "--when", "held_clean < 99%")
    assert done.code == 0
    assert done.err.startswith("Solving at-once 32 times: about ")
    assert "fails in all 32 draws" in " ".join(done.out.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plan", "phased", "--when", "peace"], "'peace' is not a condition"),
        (["--plan", "phasd"], "there is no plan 'phasd'"),
        (["--plan", "phased", "--sweep", "no.parquet"], "there is no such file"),
        (["--plan", "phased", "--picture", "x.gif"], "a picture is a .png or a .svg file"),
        (["--plan", "phased", "--most", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_done_is_one_message(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    servanda.new("deal.yaml")
    done = run("explain-failure", "deal.yaml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
