"""What could not be counted to in days is refused at once, with what is allowed, as an option and as an argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
import pytest
from support.command_lines import every_command
from support.commands import commands

import servanda
from servanda import UsageError
from servanda.agreement.starter import starter_text

HUGE = 10**18
COUNTS = [
    (name, option.opts[0])
    for name, command in every_command().items()
    for option in command.params
    if isinstance(option, click.Option) and isinstance(option.type, click.types.IntParamType)
]
FREE = {"--workers", "--most"}  # no more threads than processors; no more numbers than there are


@pytest.mark.parametrize(("name", "option"), [each for each in COUNTS if each[1] not in FREE])
def test_a_count_without_end_is_refused_before_the_file_is_opened(
    name: str, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Once `solve --search 1000000000000000000` made a list of so many starts, and took all memory."""
    many = str(2**63 if option == "--seed" else HUGE)
    done = commands(capsys)(name, "missing.yaml", option, many)
    assert done.code == 2
    assert option in done.err
    assert many in done.err.replace(",", "")
    assert "missing.yaml" not in done.err


def test_there_are_such_options() -> None:
    assert {"--search", "--times", "--examples", "--evaluations", "--max-nodes", "--points", "--draws", "--seed"} <= {
        option for _, option in COUNTS
    }


def _agreement() -> servanda.Agreement:
    return servanda.loads(starter_text())


def _answer() -> servanda.Equilibrium:
    return servanda.solve(servanda.compile(_agreement(), "at-once"))


CALLS: dict[str, Callable[[], Any]] = {
    "search": lambda: servanda.search(_answer(), HUGE),
    "summarise": lambda: servanda.summarise(_answer(), HUGE),
    "compare": lambda: servanda.compare(_agreement(), starts=HUGE),
    "play": lambda: servanda.play(_answer(), HUGE),
    "examples": lambda: servanda.play(_answer(), 10, examples=HUGE),
    "game_tree": lambda: servanda.game_tree(_agreement(), "at-once", max_nodes=HUGE),
    "design": lambda: servanda.design(_agreement(), "phased", maximise="held_clean", evaluations=HUGE),
    "periods": lambda: servanda.sequential_inspection(HUGE, 1),
    "inspections": lambda: servanda.sequential_inspection(2, HUGE),
}


@pytest.mark.parametrize("name", CALLS)
def test_the_same_in_python(name: str) -> None:
    with pytest.raises(UsageError, match=rf"is {HUGE}\. It must be a whole number from [01] to \d+"):
        CALLS[name]()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("-1", "-1 is not in the range. Write a whole number from 0 to 9223372036854775807."),
        ("−5", "-5 is not in the range. Write a whole number from 0 to"),
        ("1.5", "'1.5' is not a whole number. Write a whole number from 0 to"),
        ("many", "'many' is not a whole number."),
    ],
)
def test_a_whole_number_that_is_none_is_told_like_other_numbers(
    capsys: pytest.CaptureFixture[str], given: str, words: str
) -> None:
    done = commands(capsys)("play", "missing.yaml", "--seed", given)
    assert (done.code, words in done.err) == (2, True), done.err
    done = commands(capsys)("sweep", "missing.yaml", "--draws", "−5")
    assert "-5 is not in the range. Write a whole number of 1 or more." in done.err
