"""What matters: indices against closed forms, draws without an answer, sweeps, swings, and the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from support.commands import commands
from support.paths import SINGAPORE_V1
from support.plain_starter import starter_text
from support.sweeps import swept

import servanda
from servanda import errors
from servanda.agreement.labels import group_of, label
from servanda.agreement.numbers import uncertain
from servanda.columns import Columns
from servanda.uncertainty.questions import QuestionRefused, ask, numbers_of
from servanda.uncertainty.sampling import draw
from servanda.uncertainty.sensitivity_analysis import sensitivity as sensing
from servanda.uncertainty.sensitivity_analysis import tornado as swings
from servanda.uncertainty.sensitivity_analysis.sobol import SobolIndices, given_indices, sobol_indices

PI = np.pi


@pytest.fixture(scope="module")
def agreement() -> servanda.Agreement:
    return servanda.loads(starter_text())


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return commands(capsys)


# ---------------------------------------------------------------------------------------------- closed forms


def ishigami(u: Any) -> Any:
    x = PI * (2 * u - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_shares() -> tuple[list[float], list[float]]:
    # Ishigami and Homma (1990): the variance of each part, a = 7, b = 0.1.
    a, b = 7.0, 0.1
    one, two, both = 0.5 * (1 + b * PI**4 / 5) ** 2, a**2 / 8, b**2 * PI**8 * (1 / 18 - 1 / 50)
    whole = one + two + both
    return [one / whole, two / whole, 0.0], [(one + both) / whole, two / whole, both / whole]


def test_ishigami_has_the_analytic_indices() -> None:
    found = sobol_indices(ishigami, ["x", "y", "z"], 2048, seed=1).table
    first, total = ishigami_shares()
    # The intervals of 95% at 2048 points are about 0.06 wide to either side.
    np.testing.assert_allclose(found["first"], first, rtol=0, atol=0.05)
    np.testing.assert_allclose(found["total"], total, rtol=0, atol=0.05)
    assert found["name"].tolist() == ["x", "y", "z"]
    for row, exact in zip(found, total, strict=True):
        assert row["total_low"] - 0.03 < exact < row["total_high"] + 0.03
        assert 0.0 < row["total_high"] - row["total_low"] < 0.25


def g_function(u: Any) -> Any:
    weights = np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])
    return np.prod((np.abs(4 * u - 2) + weights) / (1 + weights), axis=1)


def test_g_function_has_the_analytic_indices_alone_and_in_groups() -> None:
    # Saltelli and Sobol' (1995): parts 1/(3(1+a)²), the whole is the product of (1 + part) less 1.
    part = 1 / (3 * (1 + np.array([0.0, 1.0, 4.5, 9.0, 99.0, 99.0])) ** 2)
    whole = np.prod(1 + part) - 1
    total = part * np.prod(1 + part) / (1 + part) / whole
    names = [f"x{i}" for i in range(6)]
    alone = sobol_indices(g_function, names, 2048, seed=3)
    np.testing.assert_allclose(alone.table["first"], part / whole, rtol=0, atol=0.04)
    np.testing.assert_allclose(alone.table["total"], total, rtol=0, atol=0.04)
    assert alone.solves == 2048 * 8
    groups = ["big", "big", "small", "small", "none", "none"]
    grouped = sobol_indices(g_function, names, 2048, groups=groups, seed=3)
    assert grouped.table["name"].tolist() == ["big", "small", "none"]
    assert grouped.solves == 2048 * 5
    pairs = np.array([(1 + part[i]) * (1 + part[i + 1]) - 1 for i in (0, 2, 4)])
    others = np.prod(1 + part) / (1 + pairs)
    np.testing.assert_allclose(grouped.table["first"], pairs / whole, rtol=0, atol=0.04)
    np.testing.assert_allclose(grouped.table["total"], pairs * others / whole, rtol=0, atol=0.04)


def test_measures_on_given_draws() -> None:
    u = np.random.default_rng(0).random((4096, 3))
    found = given_indices(u, ishigami(u), ["x", "y", "z"], seed=1)
    # First order as above; RBD-FAST is good to some hundredths here.
    np.testing.assert_allclose(found["first"], ishigami_shares()[0], rtol=0, atol=0.05)
    assert found["clear"].tolist() == [True, True, True]  # z moves the distribution, if not the mean
    # y = x: within tenth s of x the distribution of y is at most max(s, 9 - s)/10 away; the median over s is 0.7.
    exact = given_indices(u, u[:, 0], ["x", "y", "z"], seed=1)
    assert exact["distance"][0] == pytest.approx(0.7, abs=0.03)
    assert exact["clear"].tolist() == [True, False, False]


def test_what_does_not_matter_is_seldom_clear_of_noise() -> None:
    # Any of ten numbers may pass by chance in a few studies of a hundred; in two of five next to never.
    passed = 0
    for seed in range(5):
        rng = np.random.default_rng(seed)
        found = given_indices(rng.random((256, 10)), rng.random(256), [f"x{i}" for i in range(10)], seed=seed)
        passed += bool(found["clear"].any())
    assert passed <= 1


def test_monotone_maps_of_the_inputs_change_nothing() -> None:
    u = np.random.default_rng(5).random((512, 2))
    y = u[:, 0] + 0.3 * u[:, 1]
    assert given_indices(u, y, ["a", "b"]) == given_indices(np.exp(3 * u), y, ["a", "b"])


# ------------------------------------------------------------------------------------- draws without an answer


def test_failed_draws_are_left_out_counted_and_do_no_harm() -> None:
    rng = np.random.default_rng(2)

    def holes(u: Any) -> Any:
        y = ishigami(u)
        y[rng.random(len(y)) < 0.02] = np.nan
        return y

    found = sobol_indices(holes, ["x", "y", "z"], 2048, seed=1)
    first, total = ishigami_shares()
    np.testing.assert_allclose(found.table["first"], first, rtol=0, atol=0.06)
    np.testing.assert_allclose(found.table["total"], total, rtol=0, atol=0.06)
    assert 150 < found.failed < 260  # 2% of 10,240, give or take three standard deviations of 14
    assert np.isnan(found.values).sum() < found.failed  # some of them are in the rest of the design
    # A row needs three of the five values of a point: about 0.98³ of the points are left, and not 0.98⁵.
    for used in found.table["used"]:
        assert 0.93 < used / 2048 < 0.955


def test_too_many_failed_draws_are_refused() -> None:
    def holes(u: Any) -> Any:
        return np.where(u[:, 0] < 0.2, np.nan, u[:, 1])

    with pytest.raises(QuestionRefused, match=r"no equilibrium for .* draws\. These are too many to leave out"):
        sobol_indices(holes, ["x", "y"], 128)
    u = np.random.default_rng(1).random((512, 2))
    with pytest.raises(QuestionRefused, match=r"no equilibrium for .* of 512 draws"):
        given_indices(u, holes(u), ["x", "y"])


def test_what_never_varies_or_is_too_little_is_refused() -> None:
    with pytest.raises(QuestionRefused, match=r"the same in all .* draws \(3\)"):
        sobol_indices(lambda u: np.full(len(u), 3.0), ["x", "y"], 16)
    with pytest.raises(QuestionRefused, match="20 draws are too few"):
        given_indices(np.random.default_rng(1).random((20, 1)), np.arange(20.0), ["x"])


def test_a_missing_library_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "find_spec", lambda name: None)
    with pytest.raises(errors.MissingExtra, match=r"needs SALib.* pip install 'servanda\[sensitivity\]'"):
        sobol_indices(ishigami, ["x", "y", "z"], 16)


# ------------------------------------------------------------------------------------------------- agreements


def test_every_number_that_enters_has_a_group_and_words(agreement: servanda.Agreement) -> None:
    question = ask(agreement, "phased")
    numbers = numbers_of(agreement, question)
    assert not any(one.name.startswith("inspections") for one in numbers)
    groups = {one.name: group_of(agreement, one) for one in numbers}
    assert groups["stakes.programme.worth.south"] == "South: worths"
    assert groups["parties.north.types.sincere.worth.programme"] == "North: worths"
    assert groups["parties.south.types.committed.costs.withdrawing"] == "South: costs of breakdown"
    assert groups["stakes.sanctions.restore"] == "South: times to restore"
    assert groups["entries.parliament.passes"] == "Votes"
    assert groups["entries.election.types.committed"] == "Changes of government"
    assert groups["measures.inspectors.finds"] == "Finding rates"
    assert groups["incidents"] == "Incidents"
    words = {one.name: label(agreement, one, question.two) for one in numbers}
    assert words["parties.north.types.sincere.chance"] == "North: chance of the “sincere” type"
    assert words["entries.parliament.passes"] == "Parliament: chance that it passes"
    assert len(set(words.values())) == len(words)


def test_numbers_of_other_plans_stay_out() -> None:
    singapore = servanda.read(SINGAPORE_V1)
    one = {n.name for n in numbers_of(singapore, ask(singapore, "phased"))}
    two = {n.name for n in numbers_of(singapore, ask(singapore, between=("phased", "relief-first")))}
    vote = "plans.relief-first.entries.congress-sanctions.passes"
    assert vote not in one
    assert vote in two
    words = {n.name: label(singapore, n, True) for n in uncertain(singapore)}
    assert words[vote].endswith(")")  # says of which plan
    natural = {group_of(singapore, n) for n in numbers_of(singapore, ask(singapore, "phased"))}
    assert len(natural) == 17


def test_sensitivity_by_groups_and_by_numbers(agreement: servanda.Agreement) -> None:
    shares: list[float] = []

    def told(what: str, share: float) -> None:
        assert what == "solving phased"
        shares.append(share)

    found = servanda.sensitivity(agreement, "phased", of="years", draws=17, seed=2, progress=told)
    assert found.shares is not None
    assert found.grouped
    assert (found.draws, found.solves) == (32, 32 * 19)  # 17 are rounded up; 17 groups and two
    assert (np.diff(found.shares["total"]) <= 0).all()
    assert found.shares["numbers"].sum() == found.numbers.height == 28
    assert shares[-1] == 1.0
    again = servanda.sensitivity(agreement, "phased", of="years", draws=32, seed=2)
    assert again.shares is not None
    assert found.shares == again.shares
    assert found.numbers == again.numbers
    own = {one.name: "all that is North's" for one in uncertain(agreement) if "north" in one.name}
    grouped = sensing.grouping(agreement, numbers_of(agreement, ask(agreement, "phased")), own)
    assert grouped is not None
    assert grouped.count("all that is North's") == len(own)


def test_the_difference_between_plans_is_that_of_their_figures(agreement: servanda.Agreement) -> None:
    moved = servanda.tornado(agreement, between=("phased", "at-once"), of="years")
    alone = [servanda.tornado(agreement, plan, of="years") for plan in ("phased", "at-once")]
    assert moved.likely == pytest.approx(alone[0].likely - alone[1].likely, abs=1e-12)
    rows = [{row["name"]: row["at_low"] for row in one.table} for one in (moved, *alone)]
    for name, value in rows[0].items():
        assert value == pytest.approx(rows[1][name] - rows[2][name], abs=1e-12)


def test_the_tornado_is_solved_at_the_ends(agreement: servanda.Agreement) -> None:
    found = servanda.tornado(agreement, "phased", of="held_clean")
    assert (np.diff(found.table["swing"]) <= 0).all()
    equilibrium = servanda.solve(servanda.compile(agreement, "phased"))
    assert found.likely == pytest.approx(servanda.summarise(equilibrium).held["clean"], abs=1e-9)
    high = starter_text().replace(
        "passes: {likely: 0.7, low: 0.5, high: 0.9", "passes: {likely: 0.9, low: 0.5, high: 0.9"
    )
    there = servanda.summarise(servanda.solve(servanda.compile(servanda.loads(high), "phased"))).held["clean"]
    row = found.table.where(found.table["name"] == "entries.parliament.passes").row(0)
    assert row["at_high"] == pytest.approx(there, abs=1e-9)


def test_ends_without_an_answer_come_last(agreement: servanda.Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    def holes(*_: Any, **__: Any) -> Any:
        values = np.linspace(0.0, 1.0, 57)
        values[5] = np.nan  # the third number at its low end
        return values

    monkeypatch.setattr(swings, "answers", holes)
    found = servanda.tornado(agreement, "phased")
    assert found.failed == 1
    last = found.table.row(-1)
    assert (last["name"], last["at_low"], last["swing"]) == (uncertain(agreement)[2].name, None, None)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"plan": "phasd"}, "There is no plan 'phasd'. The plans are: phased, at-once. Did you mean phased"),
        ({"plan": "phased", "of": "held_claen"}, "There is no metric 'held_claen'.*Did you mean held_clean"),
        ({"between": ("phased", "phased")}, "Two different plans are needed. The plans are: phased, at-once"),
        ({"between": "phased"}, "Two different plans are needed. The plans are: phased, at-once"),
        ({"between": ("phased", "at-onse")}, "There is no plan 'at-onse'.*Did you mean at-once"),
        ({"plan": "phased", "between": ("phased", "at-once")}, "Leave out one of them"),
        ({}, "Say which plan is meant. The plans are: phased, at-once"),
        ({"plan": "phased", "draws": 0}, "draws is 0"),
        ({"plan": "phased", "groups": {"x": "y"}}, "There is no uncertain number 'x'. The uncertain numbers are: "),
    ],
)
def test_questions_that_cannot_be_asked(agreement: servanda.Agreement, arguments: Any, words: str) -> None:
    with pytest.raises((QuestionRefused, errors.UsageError, errors.NoSuchName), match=words):
        servanda.sensitivity(agreement, **arguments)


def test_a_file_without_ranges_or_with_correlations_is_refused(agreement: servanda.Agreement) -> None:
    question = ask(agreement, "phased", of="years")
    sure = agreement.derived({"parties": {}, "stakes": {}, "measures": {}, "plans": {}})
    with pytest.raises(QuestionRefused, match="nothing is uncertain"):
        numbers_of(sure.derived({"incidents": agreement.stakes["sanctions"].worth["north"]}), question)

    class Correlated:
        correlations = ("a", "b")

    with pytest.raises(QuestionRefused, match="depend on each other"):
        sensing.check_independent(Correlated())  # pyright: ignore[reportArgumentType]


# ------------------------------------------------------------------------------------------------------ sweeps


@pytest.fixture(scope="module")
def sweep(agreement: servanda.Agreement) -> polars.DataFrame:
    return swept(agreement, ("phased", "at-once"))


def test_a_sweep_in_place_of_new_draws(agreement: servanda.Agreement, sweep: polars.DataFrame) -> None:
    found = servanda.sensitivity(agreement, "phased", of="years", sweep=sweep)
    assert found.shares is None
    assert (found.draws, found.solves, found.failed) == (96, 0, 0)
    years = sweep.filter(polars.col("plan") == "phased")["years"]
    assert found.mean == pytest.approx(years.mean())
    numbers = numbers_of(agreement, ask(agreement, "phased"))
    draws = draw(agreement, 96, seed=7)
    columns = [[one.name for one in draws.numbers].index(one.name) for one in numbers]
    own = given_indices(draws.values[:, columns], years.to_numpy(), [one.name for one in numbers])
    mine = dict(zip(own["name"], own["first"], strict=True))
    for row in found.numbers:
        assert row["first"] == pytest.approx(mine[row["name"]], abs=1e-12)


def test_a_sweep_of_two_plans_is_joined_by_draw(agreement: servanda.Agreement, sweep: polars.DataFrame) -> None:
    mixed = sweep.sample(fraction=1.0, shuffle=True, seed=3)
    found = servanda.sensitivity(agreement, between=("phased", "at-once"), of="years", sweep=mixed)
    one, two = (sweep.filter(polars.col("plan") == plan)["years"].to_numpy() for plan in ("phased", "at-once"))
    assert found.mean == pytest.approx((one - two).mean(), abs=1e-12)


def test_failed_draws_of_a_sweep_count_as_failed(agreement: servanda.Agreement, sweep: polars.DataFrame) -> None:
    broken = sweep.with_columns(
        polars.when(polars.col("draw") < 3).then(polars.lit("no progress")).otherwise("status").alias("status")
    )
    assert servanda.sensitivity(agreement, "phased", of="years", sweep=broken).failed == 3


def test_a_sweep_of_another_file_or_plan_is_refused(agreement: servanda.Agreement, sweep: polars.DataFrame) -> None:
    with pytest.raises(QuestionRefused, match=r"no column parties\.north\.discount"):
        servanda.sensitivity(agreement, "phased", sweep=sweep.drop("parties.north.discount"))
    with pytest.raises(QuestionRefused, match=r"no draws of plan at-once\. It has: phased"):
        servanda.sensitivity(agreement, "at-once", sweep=sweep.filter(polars.col("plan") == "phased"))


# ---------------------------------------------------------------------------------------------------- the command


def test_the_command_prints_and_draws(run: Any, tmp_path: Path, agreement: servanda.Agreement) -> None:
    file, picture = servanda.new(tmp_path / "deal.yaml"), tmp_path / "what.svg"
    ask = ("sensitivity", file, "--plan", "phased", "--of", "years", "--draws", "32", "--seed", "1")
    done = run(*ask, "--picture", picture)
    assert done.code == 0
    # 32 points, 17 groups and two; and the tornado, two ends of 28 numbers and the likely value
    assert done.err.startswith(f"Solving phased {32 * 19 + 57} times: about ")
    text = " ".join(done.out.split())
    assert "Expected time in force up to the horizon: “Step by step”." in text
    assert "The intervals are wide" in text
    assert "North's weapons programme: worth to 1 4 6.13 years 3.28 years 2.84 years" in text
    answer = run(*ask, "--json").json
    assert {"question", "shares", "numbers", "tornado", "about"} <= answer.keys()
    assert answer["question"] == {"plan": "phased", "against": None, "of": "years"}
    assert answer["tornado"]["table"][0]["name"] == "stakes.programme.worth.north"
    assert answer["about"]["seed"] == 1
    assert "SALib" in answer["about"]["versions"]
    assert "North: worths" in picture.read_text(encoding="utf-8")
    assert "worth to North" in (tmp_path / "what-tornado.svg").read_text(encoding="utf-8")


def test_the_command_on_a_sweep(run: Any, tmp_path: Path, sweep: polars.DataFrame) -> None:
    file = servanda.new(tmp_path / "deal.yaml")
    sweep.write_parquet(tmp_path / "draws.parquet")
    done = run("sensitivity", file, "--between", "phased", "at-once", "--sweep", tmp_path / "draws.parquet", "--json")
    assert done.code == 0
    assert done.json["shares"] is None
    assert done.json["question"]["against"] == "at-once"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--plan", "phased", "--between", "phased", "at-once"], "Leave out one of them"),
        ([], "The plan"),
        (["--plan", "phased", "--of", "peace"], "there is no metric 'peace'"),
        (["--plan", "phased", "--sweep", "no.parquet"], "no.parquet: there is no such file"),
        (["--plan", "phased", "--sweep", "deal.yaml"], "deal.yaml: this is not a table of draws"),
        (["--plan", "phased", "--picture", "x.pdf"], "a picture is a .png or a .svg file"),
        (["--plan", "phased", "--picture", "nowhere/x.png"], "cannot be written"),
        (["--plan", "phased", "--draws", "0"], "0 is not in the range"),
    ],
)
def test_what_cannot_be_done_is_one_message(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    servanda.new("deal.yaml")
    done = run("sensitivity", "deal.yaml", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err or ("several plans" in done.err and words == "The plan")
    assert [path.name for path in tmp_path.iterdir()] == ["deal.yaml"]


# ------------------------------------------------------------------------------------------------- too few draws


@pytest.mark.parametrize("draws", [1, 8, 16])
def test_too_few_draws_are_refused_before_any_is_solved(draws: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def solve(*_: Any, **__: Any) -> None:
        pytest.fail("something was solved")

    monkeypatch.setattr("servanda.uncertainty.questions.evaluate", solve)
    agreement = servanda.loads(starter_text())
    words = rf"^draws is {draws}\. These are too few to say what matters.* Use 32 or more"
    for more in ({}, {"groups": True}, {"groups": False}):
        with pytest.raises(QuestionRefused, match=words):
            servanda.sensitivity(agreement, "phased", draws=draws, **more)


def shares(*rows: tuple[str, float, float, float]) -> Columns:
    """Names, shares by themselves, with interactions, and half the interval of both."""
    return Columns(
        {
            "name": [row[0] for row in rows],
            **{
                column: [row[at] + sign * row[3] for row in rows]
                for name, at in (("first", 1), ("total", 2))
                for column, sign in ((name, 0), (f"{name}_low", -1), (f"{name}_high", 1))
            },
            "used": [8 for _ in rows],
        }
    )


def found_of(*rows: tuple[str, float, float, float]) -> SobolIndices:
    return SobolIndices(shares(*rows), np.zeros((16, 2)), np.zeros(16), 32, 0)


def test_nothing_is_ranked_where_no_interval_lies_apart() -> None:
    wide = str(found_of(("a", 0.5, 0.6, 0.5), ("b", 0.2, 0.3, 0.4)))
    assert "These draws are too few to say what matters most. The intervals reach up to 50 points" in " ".join(
        wide.split()
    )
    assert "“a” matters most" not in wide
    assert "“a” matters most" in str(found_of(("a", 0.5, 0.6, 0.1), ("b", 0.2, 0.3, 0.1)))
    assert "“a” seems to matter most" in str(
        found_of(("a", 0.5, 0.6, 0.1), ("b", 0.5, 0.58, 0.1), ("c", 0.1, 0.1, 0.1))
    )
    assert "“a” matters most" in str(found_of(("a", 0.9, 1.0, 0.4)))


def test_a_total_below_the_share_by_itself_is_explained() -> None:
    said = " ".join(str(found_of(("a", 0.7, 0.6, 0.1), ("b", 0.2, 0.3, 0.1))).split())
    assert "For “a”, the estimate with interactions lies below the one without." in said
    assert "lies below" not in str(found_of(("a", 0.6, 0.7, 0.1), ("b", 0.2, 0.2, 0.1)))
