"""A process forked from one in which polars was at work: what needs no polars works, the rest says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import servanda
from servanda import errors

SCRIPT = """
import multiprocessing, os, sys, warnings
import servanda
warnings.simplefilter("ignore")
a = servanda.loads(servanda.starter_text())
path = sys.argv[1]
kept = servanda.sweep(a, "phased", 4, path=path)
CALLS = {
    "solve": lambda: servanda.solve(servanda.compile(a, "phased")).status,
    "audit": lambda: len(servanda.audit(servanda.compile(a, "phased"))) > 0,
    "evaluate": lambda: len(servanda.evaluate(a, "phased", servanda.draw(a, 8)).statuses),
    "sweep": lambda: len(servanda.sweep(a, "phased", 4, workers=1).table),
    "tornado": lambda: servanda.tornado(a, "phased").solves > 1,
    "in a file": lambda: servanda.sweep(a, "phased", 4, path=path, replace=True),
    "read": lambda: servanda.read_sweep(path),
    "table": lambda: kept.table,
    "values": lambda: kept.values("phased", "years"),
    "to_polars": lambda: kept.summary.to_polars(),
    "given": lambda: servanda.sensitivity(a, "phased", sweep=frame),
}
def work(name):
    return CALLS[name]()
frame = kept.table.to_polars()
if __name__ == "__main__":
    names = sys.argv[2:]
    with multiprocessing.get_context("fork").Pool(1) as pool:
        for name in names:
            try:
                print(name, pool.apply_async(work, (name,)).get(60))
            except Exception as error:
                print(name, type(error).__name__, str(error)[-45:])
    child = os.fork()
    if not child:
        try:
            kept.table
        except servanda.ServandaError as error:
            print("forked", type(error).__name__, flush=True)
        os._exit(0)
    os.waitpid(child, 0)
    print("parent", len(kept.table))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_worker_works_or_says_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "forking.py"
    file.write_text(SCRIPT, encoding="utf-8")
    works = {"solve": "converged", "audit": "True", "evaluate": "8", "sweep": "4", "tornado": "True"}
    refused = ("in a file", "read", "table", "values", "to_polars", "given")
    source = str(Path(servanda.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, str(file), str(tmp_path / "s.parquet"), *works, *refused],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "PYTHONPATH": source},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = done.stdout.splitlines()
    assert rows[: len(works)] == [f"{name} {found}" for name, found in works.items()]
    for name, row in zip(refused, rows[len(works) :], strict=False):
        assert row.startswith(f"{name} Forked ")
        assert row.endswith("multiprocessing.get_context('spawn')")
    assert rows[len(works) + len(refused) :] == ["forked Forked", "parent 4"]


def test_only_polars_at_work_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(errors, "_lost_threads", [True])
    errors.need("solve", "Solving a plan", "numpy")
    with pytest.raises(errors.Forked, match="A table needs polars, which was at work"):
        errors.need("tables", "A table", "polars", "pyarrow")
