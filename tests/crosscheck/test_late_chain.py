"""Plans in which steps can be late as Markov chains, summed up by Storm, against the explicit tree."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.random_lateness import STORED, random_lateness
from support.storm import storm

from servanda.assessment.outcomes import outcomes
from servanda.assessment.summary import summarise
from servanda.crosscheck.markov_chain import ChainTooLarge, labels, prism
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, solve

ANSWERS = json.loads(STORED.read_text(encoding="utf-8"))


def solved(seed: str) -> Equilibrium:
    return solve(compile(random_lateness(int(seed))[0], "plan"))


@pytest.mark.parametrize("seed", list(ANSWERS))
def test_storm_finds_what_the_explicit_tree_says(seed: str, tmp_path: Path) -> None:
    equilibrium = solved(seed)
    named, program = labels(equilibrium), prism(equilibrium)
    reaches = [line.split('"')[1] for line in program.splitlines() if line.startswith('label "reaches_')]
    found = storm(program, [*named.values(), *reaches], tmp_path)
    exact = ANSWERS[seed]["outcomes"]
    if equilibrium.game.is_late:
        for outcome, label in named.items():
            if not outcome.startswith("held:"):
                assert found[label] == pytest.approx(exact.get(outcome, 0.0), abs=1e-8), outcome
    for outcome, chance in outcomes(equilibrium).items():
        assert found[named[outcome]] == pytest.approx(chance, abs=1e-8), outcome
    for entry, label in zip(summarise(equilibrium).entries, reaches, strict=True):
        assert found[label] == pytest.approx(entry.reached, abs=1e-8), entry.id


def test_a_chain_too_large_is_refused() -> None:
    with pytest.raises(ChainTooLarge, match=r"plan plan: the Markov chain may have [0-9,]+ states, more than 10\."):
        prism(solved(next(iter(ANSWERS))), max_states=10)
