"""What a user feels: seconds for help, import, and solving Singapore, each with the answer it came with.

    python bench/felt.py

Writes `bench/felt.json`. Machines are noisy: the median of seven runs of a fresh process each, after one to warm up.
"""

from __future__ import annotations

import json
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 7
COMMANDS = {
    "python that does nothing": ["-c", "pass"],
    "import servanda": ["-c", "import servanda"],
    "servanda --help": ["-m", "servanda", "--help"],
    "servanda solve singapore-2018 --plan phased --json": [
        "-m", "servanda", "solve", "singapore-2018", "--plan", "phased", "--json",
    ],
    "servanda compare singapore-2018 --json": ["-m", "servanda", "compare", "singapore-2018", "--json"],
}  # fmt: skip


def main() -> None:
    rows = {}
    for name, arguments in COMMANDS.items():
        times, out = [], ""
        for _ in range(RUNS + 1):
            began = time.perf_counter()
            out = subprocess.run([sys.executable, *arguments], check=True, capture_output=True, text=True).stdout
            times.append(time.perf_counter() - began)
        rows[name] = {"median_s": round(statistics.median(times[1:]), 3), "slowest_s": round(max(times[1:]), 3)}
        if name.endswith("--json"):
            found = json.loads(out)
            rows[name]["answer"] = [
                {key: plan[key] for key in ("plan", "status", "residual", "outcomes")}
                for plan in found.get("plans", [found])
            ]
        print(f"{rows[name]['median_s']:7.3f} s   {name}")
    made = {"python": platform.python_version(), "machine": platform.machine(), "runs": RUNS}
    target = Path(__file__).with_suffix(".json")
    target.write_text(json.dumps({"made": made, "commands": rows}, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
