"""Results in memory need neither polars nor pyarrow; a sweep in a file says how to get them."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
sys.modules["polars"] = sys.modules["pyarrow"] = None
import servanda
agreement = servanda.loads(servanda.starter_text())
swept = servanda.sweep(agreement, draws=128, seed=7)
assert swept.table.height == 256 and swept.summary.height and swept.wins.height == 4
found = servanda.sensitivity(agreement, "phased", of="years", draws=32)
given = servanda.sensitivity(agreement, "phased", of="years", sweep=swept)
assert given.draws == 128 and found.shares.height and given.numbers.height
rules = servanda.explain_failure(agreement, "phased", "years < median", sweep=swept)
assert rules.draws == 128 and rules.trajectory.columns
assert servanda.tornado(agreement, "phased").table.height
tips = servanda.tip(agreement, ("phased", "at-once"), among=["measures.*"], joint=False)
assert tips.table.height
between = ("measures.inspectors.finds", "parties.north.precision")
assert servanda.heat(agreement, ("phased", "at-once"), *between, points=3).table.height == 9
reached = servanda.reach(agreement, "phased", 0.3, ours=["measures.inspectors.finds"])
assert reached.table.height == 1
assert servanda.design(agreement, "phased", maximise=["held_clean"], evaluations=1000).front.height
for name, module in list(sys.modules.items()):
    assert module is None or name.partition(".")[0] not in ("polars", "pyarrow"), name
"""


def test_everything_in_memory_works_without_polars_and_pyarrow() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_sweep_in_a_file_says_what_it_needs() -> None:
    program = """
import sys
sys.modules["polars"] = sys.modules["pyarrow"] = None
import importlib.util
import servanda
from servanda.errors import MissingExtra
agreement = servanda.loads(servanda.starter_text())
for run in (lambda: servanda.sweep(agreement, draws=4, path="a.parquet"), lambda: servanda.read_sweep("a.parquet")):
    try:
        run()
    except MissingExtra as error:
        assert "A sweep in a file needs polars and pyarrow" in str(error), error
    else:
        raise SystemExit("not refused")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
