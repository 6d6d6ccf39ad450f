"""The page on speed says what bench/speed.json holds, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

from speed_page import PAGE, TARGETS, page, seconds

FOUND = json.loads((Path(__file__).parents[2] / "bench" / "speed.json").read_text("utf-8"))


def test_the_page_is_made_from_the_numbers() -> None:
    assert PAGE.read_text("utf-8") == page(FOUND)


def test_every_timing_stands_beside_a_proven_answer() -> None:
    for row in FOUND["gambit"]:
        assert row["servanda"]["status"] == "converged"
        assert row["servanda"]["residual"] <= 1e-10
        if "seconds" in row["gambit"]:
            assert row["gambit"]["largest_difference"] <= 1e-8


def test_what_was_not_reached_is_said() -> None:
    for entries, wanted in TARGETS.items():
        rows = [row for row in FOUND["gambit"] if row["entries"] == entries]
        best = max(row.get("times_faster", 0.0) for row in rows)
        said = "as asked for" if best >= wanted else "NOT as asked for"
        assert f"{entries} entries {best:,.0f} times at best, {said} ({wanted:,})" in page(FOUND)


def test_times_are_written_with_their_unit() -> None:
    assert [seconds(t) for t in (2.5, 0.0124, 3.4e-5)] == ["2.5 s", "12.4 ms", "34 µs"]
