"""A few of the cases of `bench/fuzz.py`: whatever is in a file, a command ends with an answer or a message."""

from __future__ import annotations

from support.command_lines import FILE
from support.fuzzing import Case, Pool, case, faults


def test_damaged_files_and_odd_options_end_with_an_answer_or_a_message() -> None:
    with Pool() as pool:
        wrong = {
            one.seed: found
            for one, outcome in pool.all(case(seed, ("check", "solve", "compare")) for seed in range(60))
            if (found := faults(one, outcome))
        }
    assert wrong == {}


def test_a_case_that_takes_too_long_is_killed_and_the_next_one_is_tried() -> None:
    long = Case(1, "starter", (), (("play",), (FILE,), ("--plan", "phased"), ("--times", "200000000")))
    short = Case(2, "starter", (), (("score",), (FILE,)))
    with Pool(limit=1.0) as pool:
        killed, ended = (outcome for _, outcome in pool.all([long, short]))
    assert killed.hung
    assert faults(long, killed)[0].startswith("hang in")
    assert ended.code == 0
