"""Measure what every test costs, and write the list of the slow ones anew (slow.txt).

    python tests/support/measure.py                  all tests
    python tests/support/measure.py README.md docs   only these; the rest of the list stays

Runs tests in one process, and then those that are left without the slow ones until nothing slow is among them and no
example of a page fails for want of one above it. It counts the time of the processor, and not that of the clock, so the
machine may have other work. Tests that fail with all the others are not listed, but named at the end.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("slow.txt")
SLOW = 1.5  # seconds
OPTIONS = ("-p", "no:cacheprovider", "--continue-on-collection-errors", "--tb=no", "--no-summary")
HEAD = """\
# Slow tests and examples, which `make proofs` runs: seconds of a processor, to one digit. Written by measure.py.
# A test without [...] stands for all its parameters. An example of 0 seconds needs what a slow one above it makes.
"""


def run(*arguments: str) -> tuple[dict[str, float], set[str]]:
    """Seconds of every test, and which failed. What a fixture for many takes is shared out among them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "costs"
        command = [sys.executable, "-m", "pytest", f"--costs={path}", *OPTIONS, *arguments]
        done = subprocess.run(command, cwd=ROOT, check=False)
        if done.returncode > 1:
            sys.exit(done.returncode)
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    tests = {row["test"]: row for row in rows if "fixture" not in row}
    costs = {name: row["seconds"] for name, row in tests.items()}
    for row in rows:
        if "fixture" in row:
            file = row["test"].partition("::")[0]
            users = [name for name in tests if row["fixture"] in tests[name]["uses"] and name.startswith(f"{file}::")]
            costs |= {name: costs[name] + row["seconds"] / len(users) for name in users}
    return costs, {name for name, row in tests.items() if row["outcome"] == "failed"}


def shortened(slow: dict[str, float], costs: dict[str, float]) -> dict[str, float]:
    """The same list, with a function in place of its parameters where half of them are slow."""
    of: dict[str, list[str]] = defaultdict(list)
    for name in costs:
        of[name.partition("[")[0]].append(name)
    found: dict[str, float] = {}
    for function, names in of.items():
        here = [name for name in names if name in slow]
        if len(names) > 1 and 2 * len(here) >= len(names) and not is_example(function):
            found[function] = sum(max(costs[name], slow.get(name, 0.0)) for name in names)
        else:
            found |= {name: slow[name] for name in here}
    return found


def is_example(name: str) -> bool:
    return "::" not in name


def write(slow: dict[str, float]) -> None:
    lines = [f"{float(f'{seconds:.0e}'):4g}  {name}\n" for name, seconds in sorted(slow.items())]
    LIST.write_text(HEAD + "".join(lines), "utf-8")


def kept(paths: list[str]) -> dict[str, float]:
    """What is listed of tests that are not measured now."""
    lines = [line.split(maxsplit=1) for line in LIST.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {name: float(seconds) for seconds, name in lines if paths and not name.startswith(tuple(paths))}


def main() -> None:
    paths = [path.rstrip("/") for path in sys.argv[1:]]
    others = kept(paths)
    write(others)
    costs, broken = run(*paths)
    slow = {name: seconds for name, seconds in costs.items() if seconds >= SLOW}
    while True:
        write(others | shortened(slow, costs))
        again, failed = run(*paths, "-m", "not proof")
        alone = {name for name in failed - broken if is_example(name)}
        more = {name: seconds for name, seconds in again.items() if seconds >= SLOW or name in alone}
        if not more:
            break
        slow |= {name: seconds if seconds >= SLOW else 0.0 for name, seconds in more.items()}
    if broken:
        sys.exit("These fail, so look at what they cost once they pass:\n" + "\n".join(sorted(broken)))


if __name__ == "__main__":
    main()
