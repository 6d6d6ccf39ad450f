"""What is too large to be solved is refused from counts alone, before any of it is built."""

from __future__ import annotations

import time

import pytest

from servanda.agreement.reading.reader import loads
from servanda.game import compiler
from servanda.game.compiler import GameTooLarge, compile

HEAD = """servanda: 1
title: Many governments
start: 2020-01-01
horizon: 100 years
unit: one
parties:
  north: {discount: 0.1, precision: 1, types: {good: {chance: 0.5}, bad: {chance: 0.5}}}
  south: {discount: 0.1, precision: 1}
stakes:
  arms: {holder: north, worth: {north: 1, south: -2}, restore: 1 year, concealable: true}
plans:
  many:
    entries:
      - {id: all, date: 2020-02-01, by: north, gives: [arms]}
"""
TURNOVER = "      - {id: t%d, date: %d-01-01, turnover: north, chance: 0.3, types: {good: 0.5, bad: 0.5}}\n"


def turnovers(count: int, last: str = "") -> str:
    return HEAD + "".join(TURNOVER % (i, 2021 + i) for i in range(count)) + last


@pytest.mark.parametrize(("count", "nodes"), [(17, "262,144"), (21, "4,194,304"), (61, "10^18 or more")])
def test_turnovers_are_counted_and_not_built(count: int, nodes: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # One node for the first entry, 1 + 2 + 4 + ... for the turnovers, and as many ends as there are paths: 2^(n + 1).
    monkeypatch.setattr(compiler, "_Nodes", None)
    agreement = loads(turnovers(count), "deal.yaml")
    once = time.process_time()
    with pytest.raises(GameTooLarge) as caught:
        compile(agreement, "many")
    assert time.process_time() - once < 2
    assert str(caught.value).startswith(
        f"deal.yaml: plan many: the game would have {nodes} public nodes, and the exact solver takes at most 250,000."
    )


def test_the_count_is_that_of_the_nodes_that_are_built(monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = loads(turnovers(6))
    game = compile(agreement, "many")
    states = int(game.tables.kinds @ game.tables.sets.sum(axis=1))
    for limit, built in (("MAX_NODES", len(game.tree.row)), ("MAX_STATES", states)):
        with monkeypatch.context() as patched:
            patched.setattr(compiler, limit, built)
            compile(agreement, "many")
            patched.setattr(compiler, limit, built - 1)
            with pytest.raises(GameTooLarge, match=f"would have {built:,} "):
                compile(agreement, "many")


def test_unknowns_are_counted_before_the_solver_makes_tables_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MAX_UNKNOWNS", 5_000)
    review = "      - {id: r, review: [north, south], every: 1 year, from: 2036-01-01, until: 2037-01-01}\n"
    with pytest.raises(GameTooLarge, match="unknowns, and the exact solver takes at most 5,000"):
        compile(loads(turnovers(14, review)), "many")


def test_many_reviews_are_refused_before_they_are_written_out() -> None:
    from servanda.agreement.format.agreement import AgreementError

    review = "      - {id: r, review: [north, south], every: 1 day, from: 2020-03-01, until: 2119-12-31}\n"
    once = time.process_time()
    with pytest.raises(AgreementError) as caught:
        loads(HEAD + review, "deal.yaml")
    assert time.process_time() - once < 2
    days = 2 * 36464  # from 1 March 2020 to 31 December 2119, for two parties
    assert caught.value.problems == (
        f"deal.yaml:15: plans.many: its reviews would be written out to {days:,} entries, one for each date and party,"
        " and a plan may have 20,000. Let more time pass between two reviews, or end them earlier.",
    )


def test_the_explicit_tree_is_counted_too() -> None:
    from servanda.crosscheck.explicit_tree import TreeTooLarge, game_tree

    once = time.process_time()
    with pytest.raises(TreeTooLarge, match="more than 200,000 nodes"):
        game_tree(loads(turnovers(61)), "many")
    assert time.process_time() - once < 2
