"""Damaged files and odd options, tried on every command: each has to give an answer or a message, never a traceback.

    python bench/fuzz.py --count 5000 --seed 0 --keep FOLDER

Each seed gives a file, up to four changes to it, and a command line with options from click's own list. The file is our
own with every group of the format, the starter, one of the catalogue, a random agreement, or a text with mistakes of
typing. The command runs in a process that has 20 seconds and 4 GB.

Wrong is: an exception, a traceback that is printed, an exit code other than 0 to 3, nothing said at exit code 2 or 3,
numbers that are none, output or files that their own readers do not take, control characters in what is printed, files
left behind by a command that refused, an agreement file that is changed. `tests/support/fuzzing.py` has the whole list.

Prints each kind of fault, and writes `bench/fuzz.json`: how often each command ended with which code, the slowest
cases, the faults and the versions. With --keep, up to three cases of each kind are stored in the folder, each with its
file and its command, and without what the fault does not need. Exits with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shlex
import sys
import time
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.fuzzing import LIMIT, MEMORY, NAME, Case, Outcome, Pool, case, faults, smaller

STORED = Path(__file__).with_suffix(".json")
PACKAGES = ("servanda", "click", "numba", "numpy", "pydantic", "PyYAML", "scipy", "polars", "matplotlib")
EACH = 3  # cases of a kind that are made smaller and kept
SLOWEST = 10
EVERY = 250  # cases, the numbers are stored


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", default="", help="these commands, with commas between them")
    parser.add_argument("--keep", type=Path, help="a folder for the cases that fail")
    parser.add_argument("--write", type=Path, default=STORED, help="where the numbers go")
    given = parser.parse_args()
    only = tuple(filter(None, given.only.split(",")))
    counts = Counts(given.seed)
    with Pool(given.workers) as pool:
        cases = (case(seed, only) for seed in range(given.seed, given.seed + given.count))
        for one, outcome in pool.all(cases):
            for kind in counts.add(one, outcome):
                print(f"{one.seed}: {one.command}: {kind}", flush=True)
                if given.keep is not None:
                    keep(given.keep, one, outcome, kind)
            if counts.done % EVERY == 0:
                print(f"-- {counts.said()}", flush=True)
                given.write.write_text(json.dumps(counts.to_json(), indent=2) + "\n")
        if given.keep is not None:
            make_smaller(given.keep, counts.kinds, pool, only)
    given.write.write_text(json.dumps(counts.to_json(), indent=2) + "\n")
    print(counts.said())
    for kind, seeds in sorted(counts.kinds.items(), key=lambda item: -len(item[1])):
        print(f"{len(seeds):6} {kind} (seed {', '.join(map(str, seeds[:EACH]))})")
    sys.exit(bool(counts.kinds))


class Counts:
    """How many cases were tried, how they ended, and which took longest."""

    def __init__(self, seed: int) -> None:
        self.seed, self.done, self.read, self.began = seed, 0, 0, time.perf_counter()
        self.ended: dict[str, Counter[str]] = defaultdict(Counter)
        self.kinds: dict[str, list[int]] = defaultdict(list)
        self.slow: list[tuple[float, float, int, str]] = []

    def add(self, one: Case, outcome: Outcome) -> list[str]:
        """Count a case; the kinds of its faults of which there have not been enough yet."""
        self.done += 1
        self.read += outcome.readable
        self.ended[one.command]["hang" if outcome.hung else str(outcome.code)] += 1
        took = (round(outcome.processor, 2), round(outcome.seconds, 2), one.seed, one.command)
        self.slow = sorted([*self.slow, took], reverse=True)[:SLOWEST]
        found = faults(one, outcome)
        for kind in found:
            self.kinds[kind].append(one.seed)
        return [kind for kind in found if len(self.kinds[kind]) <= EACH]

    def said(self) -> str:
        """How far it is."""
        most, _, seed, name = self.slow[0] if self.slow else (0, 0, 0, "")
        return (
            f"{self.done:,} cases, {self.read:,} of the files could be read, {time.perf_counter() - self.began:.0f} s;"
            f" at most {most} s of a processor ({seed}, {name});"
            f" {sum(map(len, self.kinds.values()))} faults of {len(self.kinds)} kinds"
        )

    def to_json(self) -> dict[str, Any]:
        """The same, as it is stored."""
        return {
            "seed": self.seed, "cases": self.done, "could_be_read": self.read, "limit_s": LIMIT, "memory_bytes": MEMORY,
            "seconds": round(time.perf_counter() - self.began),
            "exit_codes": {name: dict(sorted(self.ended[name].items())) for name in sorted(self.ended)},
            "slowest": [
                {"processor_s": used, "clock_s": spent, "seed": seed, "command": name}
                for used, spent, seed, name in self.slow
            ],
            "faults": {kind: {"cases": len(each), "seeds": each[:EACH]} for kind, each in sorted(self.kinds.items())},
            "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        }  # fmt: skip


def keep(folder: Path, one: Case, outcome: Outcome, kind: str) -> None:
    """Store a case: its file, its command, what it printed."""
    place = folder / re.sub(r"[^\w.:-]+", "-", kind)[:80] / str(one.seed)
    place.mkdir(parents=True, exist_ok=True)
    (place / NAME).write_bytes(one.content)
    words = [word for group in one.options for word in group]
    (place / "command.txt").write_text(f"servanda {shlex.join(words).replace(shlex.quote('{file}'), NAME)}\n")
    said = {"kind": kind, "case": repr(one), "code": outcome.code, "seconds": outcome.seconds, "wrong": outcome.wrong}
    (place / "said.txt").write_text(
        f"{json.dumps(said, indent=1)}\n--- out\n{outcome.out}\n--- err\n{outcome.err}\n--- trace\n{outcome.trace}\n",
        errors="replace",
    )


def make_smaller(folder: Path, kinds: dict[str, list[int]], pool: Pool, only: tuple[str, ...]) -> None:
    """Store in place of the kept cases smaller ones, without what the fault does not need."""
    for kind, seeds in kinds.items():
        for seed in seeds[: 1 if kind.startswith("hang") else EACH]:
            less: Any = smaller(case(seed, only), kind, pool, 6 if kind.startswith("hang") else 25)
            outcome = pool.one(less)
            if kind in faults(less, outcome):
                keep(folder, less, outcome, kind)


if __name__ == "__main__":
    main()
