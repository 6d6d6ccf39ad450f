"""What becomes of entries that can be late, against games played out by the simulation, which has rules of its own."""

from __future__ import annotations

import math

import pytest
from support.random_lateness import random_lateness

from servanda.assessment.summary import summarise
from servanda.crosscheck.simulation import play
from servanda.game.compiler import compile
from servanda.solver.equilibrium import solve

TIMES = 20_000


@pytest.mark.parametrize("seed", [104, 107, 112, 123])
def test_entries_are_due_done_and_struck_as_often(seed: int) -> None:
    equilibrium = solve(compile(random_lateness(seed)[0], "plan"))
    found, played = summarise(equilibrium), play(equilibrium, TIMES, seed=seed)
    assert played.late is not None
    assert played.late.entries
    for mine, due in zip(found.entries, played.entries, strict=True):
        late = mine.late
        assert late is not None
        pairs = [(due.reached, mine.reached)]
        if mine.id in played.late.entries:
            theirs = played.late.entries[mine.id]
            pairs += [(theirs.done_on_time, late.done_on_time), (theirs.done_late, late.done_late)]
            pairs += [(theirs.struck, late.struck)]
            if mine.kind != "ratification":
                pairs += [(theirs.held, mine.reached * mine.hold)]
        for count, chance in pairs:  # within five standard errors, and one game
            spread = math.sqrt(TIMES * max(0.0, chance * (1.0 - chance)))
            assert abs(count - TIMES * chance) <= 5.0 * spread + 1.0
