"""The solved plan as a Markov chain, read and summed up by Storm, which knows nothing about agreements."""

from __future__ import annotations

import dataclasses
import re
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.building import gives, party, situation, stake
from support.cases import cases
from support.paths import SINGAPORE_V1
from support.random_agreements import random_agreement
from support.storm import storm

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.reading.reader import read
from servanda.assessment.outcomes import outcomes
from servanda.assessment.summary import summarise
from servanda.crosscheck.markov_chain import ChainTooLarge, labels, prism
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, solve

CASES = cases()


@cache
def solved(name: str) -> Equilibrium:
    return solve(compile(CASES[name], "plan"))


def agrees(equilibrium: Equilibrium, folder: Path) -> None:
    """All outcomes, and the chances to reach every entry."""
    program = prism(equilibrium)
    entries = summarise(equilibrium).entries
    reaches = [line.split('"')[1] for line in program.splitlines() if line.startswith('label "reaches_')]
    found = storm(program, [*labels(equilibrium).values(), *reaches], folder)
    for outcome, chance in outcomes(equilibrium).items():
        assert found[labels(equilibrium)[outcome]] == pytest.approx(chance, abs=1e-8), outcome
    for entry, label in zip(entries, reaches, strict=True):
        assert found[label] == pytest.approx(entry.reached, abs=1e-8), entry.id


@pytest.mark.parametrize("name", CASES)
def test_storm_finds_the_same_chances(name: str, tmp_path: Path) -> None:
    agrees(solved(name), tmp_path)


@pytest.mark.parametrize("plan", ["phased", "relief-first"])
def test_storm_finds_the_same_chances_for_singapore(plan: str, tmp_path: Path) -> None:
    agrees(solve(compile(read(SINGAPORE_V1), plan)), tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_storm_finds_the_same_chances_for_random_agreements(seed: int, tmp_path: Path) -> None:
    agrees(solve(compile(random_agreement(seed), "plan")), tmp_path)


def test_chances_below_the_normal_doubles_are_left_out() -> None:
    """Storm cannot read numbers such as 2e-311."""
    equilibrium = solve(compile(random_agreement(190), "plan"))
    smallest = min(chance for chance in np.exp(equilibrium.choice).ravel() if chance > 0)
    written = [float(number) for number in re.findall(r"[0-9.]+e-[0-9]+", prism(equilibrium))]
    assert 0.0 < smallest < sys.float_info.min <= min(written)


def test_storm_would_notice_a_wrong_probability(tmp_path: Path) -> None:
    """One choice among many moved by a millionth: the chances no longer agree."""
    right = solved("halves")
    choice = right.choice.copy()
    chances = np.exp(choice[:, 0])
    choice[:, 0] = np.log(chances + np.array([-1e-6, 1e-6, 0.0]))
    wrong = dataclasses.replace(right, choice=choice)
    named = labels(right)
    found = storm(prism(wrong), list(named.values()), tmp_path)
    gaps = [abs(found[label] - outcomes(right)[outcome]) for outcome, label in named.items()]
    assert max(gaps) > 1e-8


def test_the_program_is_readable() -> None:
    program = prism(solved("turnover-of-concealer"))
    lines = program.splitlines()
    assert lines[0] == '// A small "case": plan plan, as solved by servanda'
    for line in (
        "dtmc",
        "  type_north : [0..1] init 0;  // known to north only: 0 sincere, 1 stalling",
        "  conceals_north_half : bool init false;  // known to north only",
        'label "withdrew_north" = at=end_withdrew_north;',
        'label "reaches_lift" = at=at_lift | at=at_lift_new_coup;',
    ):
        assert line in lines
    assert all(len(line.splitlines()) <= 1 for line in lines)


def test_chances_read_back_exactly() -> None:
    equilibrium = solved("one-party")
    keep, conceal, withdraw = (float(chance) for chance in np.exp(equilibrium.choice[:, 0]))
    (command,) = [line for line in prism(equilibrium).splitlines() if line.startswith("  [] at=at_freeze ->")]
    assert [float(part.split(" : ")[0]) for part in command.split(" -> ")[1].split(" + ")] == [keep, conceal, withdraw]


def test_names_that_prism_would_confuse_stay_apart(tmp_path: Path) -> None:
    """Keys that differ only in what PRISM's names cannot hold, and a title with a line break in it."""
    plain = {"one": ("p", "q", "x", "y", "z"), "odd": ("a-b", "a_b", "x-y", "x_y", "module")}
    found: dict[str, dict[str, float]] = {}
    for which, (first, second, one, two, three) in plain.items():
        data = situation(
            {first: party(1.2, 0.05, found=1.0), second: party(0.8)},
            {
                "s-t": stake(first, "2 years", True, **{first: 1.0}),
                "s_t": stake(second, "never", True, **{second: 1.0}),
            },
            [
                gives(one, "2020-06-01", first, "s-t"),
                gives(two, "2020-07-01", second, s_t=0.5),
                gives(three, "2021-06-01", second, "s_t"),
            ],
            {"look": {"covers": ["s-t", "s_t"], "finds": 0.4}},
            incidents=0.01,
        )
        data["title"] = "a line // and endmodule"
        equilibrium = solve(compile(Agreement.model_validate(data), "plan"))
        agrees(equilibrium, tmp_path)
        assert len(set(labels(equilibrium).values())) == len(labels(equilibrium))
        found[which] = outcomes(equilibrium)
    assert list(found["odd"].values()) == pytest.approx(list(found["one"].values()))


def test_a_chain_too_large_is_refused() -> None:
    with pytest.raises(
        ChainTooLarge, match=r"plan plan: the Markov chain may have \d+ states, more than 10\..*conceal"
    ):
        prism(solved("halves"), max_states=10)
