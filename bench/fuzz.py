"""Files with random mistakes, read and checked: each has to give findings or a message, never a traceback.

    python bench/fuzz.py --count 20000 --seed 0

Prints every seed that fails, and at the end how many were tried, could be read, and failed; exits with 1 if any failed.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from support.mutants import mutant, seeds, survives


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    texts = seeds()
    began, read, failed, slowest = time.perf_counter(), 0, 0, 0.0
    for seed in range(given.seed, given.seed + given.count):
        text = mutant(texts, seed)
        once = time.process_time()
        try:
            read += survives(text)
        except Exception:
            failed += 1
            print(f"seed {seed}:\n{traceback.format_exc(limit=-3)}", flush=True)
        slowest = max(slowest, time.process_time() - once)
    print(
        f"{given.count:,} mutants from seed {given.seed} of {sum(map(len, texts))} files: {read:,} could be read and"
        f" checked, {failed} failed; {time.perf_counter() - began:.0f} s, none took more than {slowest:.2f} s"
    )
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
