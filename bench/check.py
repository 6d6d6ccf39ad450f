"""How long `servanda check` takes for a text as long as Colombia's accord: 600 obligations; without and with numbers.

    python bench/check.py

Writes `bench/check.json`: seconds by the clock and of processor time, the median of nine after two to warm up; and the
whole command in a fresh process.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from test_check_laws import colombia

from servanda.agreement.reading.reader import loads
from servanda.checks.findings import check
from servanda.cli.check import playable_scorecards

RUNS, WARM, COUNT = 9, 2, 600


def with_numbers(count: int) -> str:
    """A plan that can be played, so that check works out its scorecard: each obligation gives a stake of its own."""
    sides = [("north", "south") if i % 2 else ("south", "north") for i in range(count)]
    parts = [
        "servanda: 1", "title: An accord with numbers (invented)", "start: 2030-01-01", "horizon: 10 years",
        "unit: one year of it", "disputes: the commission decides", "parties:",
        *(f"  {name}: {{name: {name.title()}, discount: 0.1, precision: 1}}" for name in ("north", "south")),
        "stakes:",
        *(f"  s{i}: {{holder: {one}, worth: {{{one}: 1, {other}: -1}}, restore: 1 year, concealable: true}}"
          for i, (one, other) in enumerate(sides)),
        "measures:", f"  eyes: {{finds: 0.5, covers: [{', '.join(f's{i}' for i in range(count))}]}}",
        "plans:", "  text:", "    entries:",
        *(f"      - {{id: e{i}, date: {date(2030, 2, 1) + timedelta(days=4 * i)}, by: {one}, gives: [s{i}]}}"
          for i, (one, _) in enumerate(sides)),
    ]  # fmt: skip
    return "\n".join(parts) + "\n"


def main() -> None:
    text = colombia(COUNT)
    rows: dict[str, dict[str, float]] = {}
    agreement, played = loads(text), loads(with_numbers(COUNT))
    cards = playable_scorecards(played)
    assert cards is not None
    assert len(cards.cards) == 1
    for name, job in (
        ("read and check", lambda: check(loads(text))),
        ("read", lambda: loads(text)),
        ("check", lambda: check(agreement)),
        ("check and scorecard, with numbers", lambda: (check(played), playable_scorecards(played))),
    ):
        clock, processor = [], []
        for _ in range(WARM + RUNS):
            began, once = time.perf_counter(), time.process_time()
            job()
            clock.append(time.perf_counter() - began)
            processor.append(time.process_time() - once)
        rows[name] = {
            "clock_s": round(statistics.median(clock[WARM:]), 3),
            "processor_s": round(statistics.median(processor[WARM:]), 3),
        }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "accord.yaml"
        file.write_text(text, encoding="utf-8")
        times: list[float] = []
        for _ in range(WARM + RUNS):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-m", "servanda", "check", str(file)], capture_output=True, check=False)
            times.append(time.perf_counter() - began)
        rows["servanda check FILE, a new process"] = {"clock_s": round(statistics.median(times[WARM:]), 3)}
    found = check(agreement)
    made = {
        "obligations": COUNT,
        "lines": text.count("\n"),
        "found": found.counts,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "runs": RUNS,
        "load": [round(x, 2) for x in os.getloadavg()],
    }
    for name, row in rows.items():
        print(f"{row['clock_s']:7.3f} s   {name}")
    target = Path(__file__).with_suffix(".json")
    target.write_text(json.dumps({"made": made, "times": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
