"""Every command once, on the starter file, with whatever versions are installed here: `make lowest` runs it.

It needs nothing but servanda and its extras. What it prints is the versions, the commands, and at the end that they
ended as they should.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import requires, version
from pathlib import Path

COMMANDS = [
    (0, "catalog"), (0, "schema"), (0, "explain SV101"), (0, "new deal.yaml"), (0, "--help"),
    (2, "nothing"), (2, "solve"), (2, "solve deal.yaml"), (2, "solve deal.yaml --plan phased --colour red"),
    (0, "check deal.yaml --fail-on never"), (0, "score deal.yaml"), (0, "solve deal.yaml --plan phased"),
    (0, "solve deal.yaml --plan phased --prism"), (0, "compare deal.yaml"), (0, "audit deal.yaml --plan phased"),
    (0, "play deal.yaml --plan phased --times 1000"), (0, "inspect deal.yaml --write --picture inspect.svg"),
    (0, "sweep deal.yaml --draws 64 --out deal.parquet --pictures pictures --cluster local:1"),
    (0, "explain-failure deal.yaml --plan phased --sweep deal.parquet --picture rules.png"),
    (0, "sensitivity deal.yaml --plan phased --draws 64 --picture matters.png"),
    (0, "tip deal.yaml --between phased at-once --alone --of years --points 5 --picture tip.svg"),
    (0, "design deal.yaml --plan phased --maximise held_clean --evaluations 20 --write better --picture design.png"),
    (0, "study deal.yaml --quick --out report"),
]  # fmt: skip


def run(code: int, words: str, folder: str) -> str:
    """Run a command; what it prints."""
    command = [sys.executable, "-m", "servanda", *words.split()]
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != code or "Traceback" in done.stderr or "Warning" in done.stderr:
        sys.exit(f"servanda {words}: code {done.returncode}\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def main() -> None:
    """Run all commands, and look at some numbers."""
    names = sorted({one.split(";")[0].split(">")[0].split("[")[0].strip() for one in requires("servanda") or ()})
    known: list[str] = []
    for name in names:
        try:
            known.append(f"{name} {version(name)}")
        except ModuleNotFoundError:  # of an extra for developers
            continue
    print(f"Python {sys.version.split()[0]}: {', '.join(known)}")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        for code, words in COMMANDS:
            run(code, words, folder)
            print(f"servanda {words}")  # noqa: T201
        answer = json.loads(run(0, "solve singapore-2018 --plan phased --json", folder))
        assert answer["status"] == "converged", answer["status"]
        made = {path.name for path in Path(folder).rglob("*") if path.is_file()}
        wanted = {"deal.parquet", "rules.png", "matters.png", "tip.svg", "design.png", "report.html", "inspect.svg"}
        assert wanted <= made, wanted - made
    print("All commands ended as they should.")  # noqa: T201


if __name__ == "__main__":
    main()
