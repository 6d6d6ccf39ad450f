"""Is the solver robust? Thousands of random agreements solved, checked on their game trees, and compared with Gambit.

    python bench/proof.py --seeds 0:2400 --processes 2

Each seed is an agreement of `tests/support/random_agreements.py`; what is done with it stands in
`tests/support/proving.py`. Results are kept in `bench/proof.partial.jsonl` as they come: a run that was stopped goes on
where it was when it is started again, as long as neither code nor versions have changed. At the end it writes
`bench/proof.json` and, from it,
`docs/explanation/evidence/random-agreements.md`, and ends with exit code 1 if something remains that is not as it
should be. `--page` makes only the page again.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.metadata
import json
import multiprocessing
import os
import platform
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(HOME / "tests")]
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as many processes as asked for, and no more

from proof_page import FULL, page, summary  # noqa: E402 - beside this file
from support.proving import Beside, examine  # noqa: E402

PARTIAL, NUMBERS = HOME / "bench/proof.partial.jsonl", HOME / "bench/proof.json"
PAGE = HOME / "docs/explanation/evidence/random-agreements.md"
SOURCES = (
    "src/servanda/**/*.py",
    "tests/support/random_agreements.py",
    "tests/support/referee.py",
    "tests/support/proving.py",
    "tests/support/cases.py",
)
VERSIONS = ("numpy", "numba", "pygambit")

_beside = Beside()


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--seeds", default="0:2400", metavar="FIRST:LAST", help="which agreements; LAST is left out")
    words.add_argument("--processes", type=int, default=2)
    words.add_argument("--page", action="store_true", help="only make the page, from bench/proof.json")
    asked = words.parse_args()
    if not asked.page:
        first, last = (int(part) for part in asked.seeds.split(":"))
        began = time.perf_counter()
        rows = run(range(first, last), asked.processes)
        made = {
            "seeds": asked.seeds,
            "processes": asked.processes,
            "seconds": round(sum(row["wall"] for row in rows)),
            "python": platform.python_version(),
            "machine": platform.machine(),
            **{name: importlib.metadata.version(name) for name in VERSIONS},
        }
        print(f"{(time.perf_counter() - began) / 60:.1f} minutes for what was left to do")
        write(made, rows)
        PARTIAL.unlink()
    numbers = json.loads(NUMBERS.read_text("utf-8"))
    PAGE.write_text(page(numbers), "utf-8")
    found = numbers["summary"]
    print(json.dumps({key: value for key, value in found.items() if key != "by_kind"}, indent=1))
    return 0 if found["proven"] else 1


def run(seeds: range, processes: int) -> list[dict[str, Any]]:
    """Examine all seeds that have not been examined yet; every result is on disk before the next is waited for."""
    key = code()
    lines = PARTIAL.read_text("utf-8").splitlines() if PARTIAL.exists() else []
    rows: dict[int, dict[str, Any]] = {}
    if lines and lines[0] == key:
        for line in lines[1:]:
            try:
                row = json.loads(line)
            except ValueError:
                continue  # the run was stopped while this line was being written
            rows[row["seed"]] = row
        print(f"{len(rows):,} agreements are there from a run that was stopped")
    else:
        PARTIAL.write_text(key + "\n", "utf-8")
    left = [seed for seed in seeds if seed not in rows]
    context = multiprocessing.get_context("spawn")
    said = began = time.perf_counter()
    with (
        PARTIAL.open("a", encoding="utf-8") as file,
        ProcessPoolExecutor(processes, context, initializer=begin) as pool,
    ):
        file.write("\n")
        todo = {pool.submit(one, seed) for seed in left}
        try:
            while todo:
                done, todo = wait(todo, timeout=10, return_when=FIRST_COMPLETED)
                for each in done:
                    row = each.result()
                    rows[row["seed"]] = row
                    file.write(json.dumps(row) + "\n")
                file.flush()
                if len(todo) < len(left) and time.perf_counter() - said > 15:
                    said = time.perf_counter()
                    tell(rows, len(left) - len(todo), len(left), said - began)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            print("stopped; started again, it goes on from here")
            raise
    return [rows[seed] for seed in seeds]


def tell(rows: dict[int, dict[str, Any]], done: int, all_of_them: int, seconds: float) -> None:
    solved = sum(row["status"] == "converged" for row in rows.values())
    missed = sum(row.get("gambit") not in (None, "agrees") for row in rows.values())
    print(
        f"{len(rows):,} agreements: {len(rows) - solved} without an answer, largest residual"
        f" {max(row['residual'] for row in rows.values()):.0e}, Gambit stopped or missed {missed} times;"
        f" {seconds / 60:.1f} minutes, about {seconds / 60 * (all_of_them / done - 1):.1f} to go",
        flush=True,
    )


def code() -> str:
    """Hash of everything that the results depend on."""
    found = hashlib.sha256(platform.python_version().encode())
    for name in VERSIONS:
        found.update(importlib.metadata.version(name).encode())
    for pattern in SOURCES:
        for path in sorted(HOME.glob(pattern)):
            found.update(path.read_bytes())
    return found.hexdigest()


def begin() -> None:
    """Make a process ready: end when the first one does, and load the compiled loops before anything is timed."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    threading.Thread(target=lambda: (parent.join(), os._exit(1)), daemon=True).start()
    examine(0, _beside)


def one(seed: int) -> dict[str, Any]:
    began = time.perf_counter()
    row = examine(seed, _beside)
    return json.loads(json.dumps(row | {"wall": time.perf_counter() - began}, default=float))


def write(made: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Write the summary, one short row for each seed, and in full the cases that Gambit does not settle."""
    columns = [
        "seed", "parties", "entries", "features", "least_precision", "most_precision", "status", "residual",
        "iterations", "folds", "seconds", "nodes", "sets", "tree_residual", "flat_status", "flat_residual",
        "flat_folds", "flat_tree_residual", "gambit", "difference",
    ]  # fmt: skip
    short = [json.dumps([rounded(row.get(name)) for name in columns]) for row in rows]
    kept = [
        json.dumps({key: rounded(value) for key, value in row.items() if key == "seed" or key in FULL})
        for row in rows
        if row.get("gambit") not in (None, "agrees")
    ]
    parts = [
        f'"made": {json.dumps(made)}',
        f'"summary": {json.dumps(json.loads(json.dumps(summary(rows)), parse_float=short_float), indent=1)}',
        f'"columns": {json.dumps(columns)}',
        '"rows": [\n' + ",\n".join(short) + "\n]",
        '"kept": [\n' + ",\n".join(kept) + "\n]",
    ]
    NUMBERS.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def rounded(value: Any) -> Any:
    """Write numbers to five digits; nothing is judged by the others."""
    return short_float(value) if isinstance(value, float) else value


def short_float(number: float | str) -> float:
    return float(f"{float(number):.4e}")


if __name__ == "__main__":
    sys.exit(main())
