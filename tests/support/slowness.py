"""What is slow, by a measured list: its marks, and no test that becomes slow unnoticed.

`slow.txt` beside this file lists tests and examples with the seconds that they took a processor; measure.py writes it.
Each gets the mark `proof`, so `make test` leaves it to `make proofs`. A test that takes longer than `LIMIT` and is not
on the list fails. An example of a page or docstring that is a proof has those above it run first, as it stands on them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest
from sybil.integration.pytest import SybilFile, SybilItem

from support.paths import SINGAPORE_V1

LIST = Path(__file__).with_name("slow.txt")
LIMIT = 5.0  # seconds of a processor: three times what is listed as slow, as machines differ
LOOPS = ("trace", "surroundings", "respond")

NAME = pytest.StashKey[str]()
COST = pytest.StashKey[
    float
]()  # used by this process when the test began; what is made for many tests is no cost of one
EXAMPLES = pytest.StashKey[list[SybilItem]]()
DONE = pytest.StashKey[set[SybilItem]]()
_making: list[object] = []


def listed() -> dict[str, float]:
    """What is slow, by name, with its seconds."""
    lines = [line for line in LIST.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return {name: float(seconds) for seconds, name in (line.split(maxsplit=1) for line in lines)}


def used() -> float:
    """Seconds of a processor that this process and its ended children have taken so far."""
    return sum(os.times()[:4])


def name(item: pytest.Item) -> str:
    """What a test is called in the list: an example by the first line of it, as the number of a line would not stay."""
    return item.stash[NAME]


def slow(item: pytest.Item, among: Iterable[str]) -> bool:
    """Whether a test is listed, or its function is, for all parameters."""
    return name(item) in among or name(item).partition("[")[0] in among


def _file(name: str) -> str:
    return name.partition("::")[0].partition(": ")[0]


def _give_names(items: list[pytest.Item]) -> None:
    seen: dict[str, int] = {}
    for item in items:
        item.stash[NAME] = item.nodeid
        if isinstance(item, SybilItem):
            assert isinstance(item.parent, SybilFile)
            text = getattr(item.example.parsed, "source", item.example.parsed)
            called = f"{item.parent.nodeid}: {text.strip().splitlines()[0]}"
            seen[called] = seen.get(called, 0) + 1
            item.stash[NAME] = called if seen[called] == 1 else f"{called} #{seen[called]}"
            item.parent.stash.setdefault(EXAMPLES, []).append(item)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--costs", metavar="FILE", help="write there what each test took, as a line of JSON")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile the loops once, before several workers would do it at the same time and the first tests were blamed."""
    if hasattr(session.config, "workerinput"):
        return
    from servanda.solver.jit import ready

    if not all(ready(loop) for loop in LOOPS):
        code = f"import servanda; servanda.compare(servanda.read({str(SINGAPORE_V1)!r}))"
        subprocess.run([sys.executable, "-c", code], check=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    _give_names(items)
    among = listed()
    for item in items:
        if slow(item, among):
            item.add_marker("proof")
    if config.args_source is pytest.Config.ArgsSource.TESTPATHS and not session.testsfailed:
        there = {name(item) for item in items} | {name(item).partition("[")[0] for item in items}
        if gone := sorted(among.keys() - there):
            raise pytest.UsageError("slow.txt lists what is not there; write it anew (measure.py): " + ", ".join(gone))
    if hasattr(config, "workerinput"):  # long files first, so that no worker is left with one at the end
        files: dict[str, float] = {}
        for what, seconds in among.items():
            files[_file(what)] = files.get(_file(what), 0.0) + seconds
        items.sort(key=lambda item: -files.get(_file(item.nodeid), 0.0))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, Any, Any]:
    item.stash[COST] = used()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Generator[None, Any, Any]:
    """What a fixture for many tests costs is not a cost of the first of them."""
    if fixturedef.scope == "function" or _making:
        return (yield)
    began = used()
    _making.append(fixturedef)
    try:
        return (yield)
    finally:
        _making.pop()
        item = request._pyfuncitem
        item.stash[COST] += used() - began
        item.user_properties.append((fixturedef.argname, used() - began))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    if not isinstance(item, SybilItem):
        return
    assert isinstance(item.parent, SybilFile)
    done = item.parent.stash.setdefault(DONE, set())
    above = item.parent.stash[EXAMPLES]
    if item.get_closest_marker("proof"):
        for other in above[: above.index(item)]:
            if other not in done:
                other.runtest()
                done.add(other)
    done.add(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, Any, pytest.TestReport]:
    cost = used() - item.stash.get(COST, used())
    report: pytest.TestReport = yield
    if call.when == "call":
        report.user_properties += [("name", name(item)), ("cost", cost), ("uses", getattr(item, "fixturenames", []))]
        if report.passed and cost > LIMIT and not item.get_closest_marker("proof") and not item.config.option.costs:
            report.outcome = "failed"
            report.longrepr = (
                f"{name(item)} took {cost:.1f} s of a processor. Off the list of slow tests, {LIMIT:g} s is the most. "
                "Make it quicker, or write the list anew: python tests/support/measure.py"
            )
    return report


class Costs:
    """Writes down what each test cost, in whatever process it ran."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w", encoding="utf-8", buffering=1)  # a line at once

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        told = dict(report.user_properties)
        test, costs = told.pop("name"), {"seconds": told.pop("cost"), "uses": told.pop("uses")}
        self._write({"test": test, "outcome": report.outcome, **costs})
        for fixture, seconds in told.items():
            self._write({"fixture": fixture, "test": test, "seconds": seconds})

    def _write(self, row: dict[str, object]) -> None:
        self.file.write(json.dumps(row) + "\n")

    def pytest_unconfigure(self) -> None:
        self.file.close()


def pytest_configure(config: pytest.Config) -> None:
    if config.option.costs and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Costs(Path(config.option.costs)))
