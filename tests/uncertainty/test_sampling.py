"""Declared rank correlations: achieved by the draws, checked at reading, and nothing else moved by them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
from support.plain_starter import new

import servanda
from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.numbers import uncertain
from servanda.uncertainty.evaluation import evaluate
from servanda.uncertainty.sampling import draw, from_unit_cube, in_pieces, quantile

PAIRS = """
correlations:
  - {between: [parties.north.discount, parties.south.discount], rank: 0.6}
  - {between: [parties.south.discount, stakes.sanctions.worth.south], rank: -0.4, note: invented}
  - {between: [parties.north.types.sincere.chance, measures.inspectors.finds], rank: 0.8}
"""


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("correlations") / "starter.yaml"
    new(path)
    return path.read_text("utf-8")


def column(agreement: Agreement, values: np.ndarray[Any, Any], name: str) -> np.ndarray[Any, Any]:
    return values[:, [one.name for one in uncertain(agreement)].index(name)]


def spearman(x: Any, y: Any) -> float:
    from scipy import stats

    return float(stats.spearmanr(x, y).statistic)


def test_draws_have_the_ranks_declared_and_their_own_distributions(text: str) -> None:
    agreement, bare = servanda.loads(text + PAIRS), servanda.loads(text)
    D = 4096
    drawn, before = draw(agreement, D, seed=5).values, draw(bare, D, seed=5).values
    for pair in agreement.correlations:
        got = spearman(*(column(agreement, drawn, name) for name in pair.between))
        assert got == pytest.approx(pair.rank, abs=0.01)  # Sobol points; chance would allow 0.03
    # Pairs that are not declared are uncorrelated, be their numbers in other pairs or not.
    for x, y in (
        ("parties.north.discount", "stakes.sanctions.worth.south"),
        ("parties.north.discount", "measures.inspectors.finds"),
        ("parties.south.discount", "parties.south.precision"),
    ):
        assert abs(spearman(column(agreement, drawn, x), column(agreement, drawn, y))) < 0.02
    names = {name for pair in agreement.correlations for name in pair.between}
    shares = np.linspace(0.05, 0.95, 19)
    for j, one in enumerate(uncertain(agreement)):
        if one.name in names:  # each keeps its own distribution
            expected = quantile(one.number, shares)
            width = expected[-1] - expected[0]
            np.testing.assert_allclose(np.quantile(drawn[:, j], shares), expected, rtol=0, atol=0.01 * width)
        else:
            assert np.array_equal(drawn[:, j], before[:, j]), one.name


def test_without_correlations_the_points_are_taken_as_they_are(text: str) -> None:
    agreement = servanda.loads(text)
    points = np.random.default_rng(3).random((50, len(uncertain(agreement))))
    expected = np.stack([quantile(one.number, points[:, j]) for j, one in enumerate(uncertain(agreement))], axis=1)
    assert np.array_equal(from_unit_cube(agreement, points).values, expected)


def test_correlated_draws_do_not_depend_on_how_they_are_cut(text: str) -> None:
    agreement = servanda.loads(text + PAIRS)
    whole = draw(agreement, 150, seed=2).values
    parts = [from_unit_cube(agreement, points).values for _, points in in_pieces(agreement, 150, 2, 64)]
    assert np.array_equal(whole, np.concatenate(parts))
    later = [from_unit_cube(agreement, points).values for _, points in in_pieces(agreement, 150, 2, 64, skip={0})]
    assert np.array_equal(whole[64:], np.concatenate(later))
    ends = np.array([[0.0] * whole.shape[1], [1.0] * whole.shape[1]])
    assert np.isfinite(from_unit_cube(agreement, ends).values).all()


def test_chances_of_types_still_add_up(text: str) -> None:
    agreement = servanda.loads(text + PAIRS)
    game = servanda.compile(agreement, "at-once", draw(agreement, 40, seed=1))
    np.testing.assert_allclose(np.exp(game.tables.log_prior).sum(axis=2), 1.0, rtol=0, atol=1e-12)
    assert evaluate(agreement, "at-once", draw(agreement, 8, seed=1)).converged.all()


def problems(text: str) -> list[str]:
    with pytest.raises(AgreementError) as caught:
        servanda.loads(text, path="a.yaml")
    return list(caught.value.problems)


PAIR = "{between: [parties.north.discount, parties.south.discount], rank: 0.6}"


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (PAIR.replace("0.6", "1"), "1 cannot be used as a rank correlation. Write a number above -1 and below 1"),
        (PAIR.replace("0.6", "-1.2"), "-1.2 cannot be used as a rank correlation"),
        (PAIR.replace("0.6", "high"), "'high' is not a number. Write a number above -1 and below 1"),
        (PAIR.replace("0.6", ".nan"), "nan is not a finite number. Write a number above -1 and below 1"),
        (PAIR.replace("south.discount", "south.discuont"), "Did you mean parties.south.discount?"),
        (PAIR.replace("parties.south.discount", "horizon"), "names the number 'horizon', which is not in the file"),
        (PAIR.replace("parties.south.discount", "stakes.non-recognition.restore"), "has no range, so it does not vary"),
        (PAIR.replace(", parties.south.discount", ""), "this names one number, but a correlation is between two"),
        (PAIR.replace("south", "north"), "'parties.north.discount' twice"),
        ("{rank: 0.6}", "correlations.0 lacks between"),
        (PAIR.replace("rank: 0.6", "note: x"), "correlations.0 lacks rank"),
        (PAIR.replace("rank", "rang"), "unknown key 'rang'. Did you mean rank?"),
        ("parties.north.discount", "must be a group with the keys between, rank"),
    ],
)
def test_what_will_not_do_gives_one_message_with_its_line(text: str, item: str, words: str) -> None:
    (problem,) = problems(f"{text}\ncorrelations:\n  - {item}\n")
    assert problem.startswith(f"a.yaml:{text.count(chr(10)) + 3}: ")
    assert words in problem


def test_correlations_that_no_numbers_have(text: str) -> None:
    a, b, c = "parties.north.discount", "parties.south.discount", "parties.north.precision"
    listed = [f"  - {{between: [{x}, {y}], rank: {r}}}" for x, y, r in ((a, b, 0.8), (b, c, 0.8), (a, c, -0.5))]
    (problem,) = problems("\n".join([text, "correlations:", *listed, ""]))
    line = text.count("\n") + 3
    assert problem == (
        f"a.yaml:{line + 2}: correlations.2: no numbers can have all these rank correlations at once: {a} and {b} 0.8"
        f" (line {line}), {b} and {c} 0.8 (line {line + 1}), {a} and {c} -0.5 (line {line + 2}). Pairs that are not"
        " listed count as uncorrelated. List those too, or bring the correlations closer to 0."
    )
    (problem,) = problems("\n".join([text, "correlations:", *listed[:2], ""]))  # a and c would be uncorrelated
    assert servanda.loads("\n".join([text, "correlations:", *listed[:2], listed[2].replace("-0.5", "0.5"), ""]))


def test_the_same_pair_twice_and_a_number_with_a_problem_of_its_own(text: str) -> None:
    (problem,) = problems(f"{text}\ncorrelations:\n  - {PAIR}\n  - {PAIR}\n")
    assert "this repeats the pair on line" in problem
    broken = text.replace("discount: {likely: 0.10", "discount: {likely: -7", 1)
    assert broken != text
    (problem,) = problems(f"{broken}\ncorrelations:\n  - {PAIR}\n")
    assert "negative" in problem or "order" in problem


def test_the_schema_knows_them(text: str) -> None:
    import ruamel.yaml

    def valid(more: str) -> bool:
        data = ruamel.yaml.YAML(typ="safe", pure=True).load(text + more)
        plain = json.loads(json.dumps(data, default=str))
        return jsonschema.Draft202012Validator(servanda_schema()).is_valid(plain)

    assert valid(PAIRS)
    assert not valid(PAIRS.replace("0.6", "1.5"))
    assert not valid(PAIRS.replace(", parties.south.discount]", "]"))


def servanda_schema() -> Any:
    from servanda.agreement.format.json_schema import schema

    return schema()


def test_a_pair_of_a_sweep_is_correlated_in_its_table(text: str, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(text + PAIRS, "utf-8")
    table = servanda.sweep(servanda.read(tmp_path / "a.yaml"), ["at-once"], 128, seed=1).table
    got = spearman(table["parties.north.discount"], table["parties.south.discount"])
    assert got == pytest.approx(0.6, abs=0.06)
