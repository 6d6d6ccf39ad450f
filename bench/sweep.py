"""What a sweep costs: seconds, memory and storage, beside bare solving and beside Gambit in a loop.

    python bench/sweep.py                     all parts, into bench/sweep.json (about fifteen minutes on two cores)
    python bench/sweep.py million gambit      only these parts: overhead, singapore, gambit, million, costs

Machines are noisy: use two quiet cores, and compare ratios within one run. Every part says what came out, too.
"""

from __future__ import annotations

import io
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from agreements import alternating
from pydantic import BaseModel
from speed import _processor, peak

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number
from servanda.assessment.outcomes import choices, outcomes
from servanda.uncertainty.sampling import Draws, Ranges, in_pieces
from servanda.uncertainty.sweeps._rows import Piece, streamed
from servanda.uncertainty.sweeps.sweep import LARGEST, _piece

TARGET = Path(__file__).with_suffix(".json")
FIRST = Path(__file__).parents[1] / "tests/support/singapore_v1.yaml"  # of Singapore: nothing in it can be late


def sizes() -> dict[str, tuple[Agreement, str]]:
    """Agreements from two steps to the first edition of Singapore, each with one plan."""
    with tempfile.TemporaryDirectory() as folder:
        starter = Path(folder, "starter.yaml")
        servanda.new(starter)
        small = servanda.read(starter)
    singapore = servanda.read(FIRST)
    return {
        "2 entries, none concealable": (alternating(2, 0, 1.0, ranges=True), "plan"),
        "5 entries, 2 concealable": (alternating(5, 2, 0.3, ranges=True), "plan"),
        "12 entries, 6 concealable": (alternating(12, 6, 0.3, ranges=True), "plan"),
        **{f"starter, {plan}": (small, plan) for plan in small.plans},
        **{f"singapore-2018, {plan}": (singapore, plan) for plan in singapore.plans},
    }


def states(agreement: Agreement, plan: str) -> int:
    tables = servanda.compile(agreement, plan).tables
    return int(tables.kinds @ tables.sets.sum(axis=1))


def timed(job: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    job()
    return clock() - began


def processor(job: Callable[[], Any]) -> float:
    """Processor time of this process alone, whatever else the machine does."""
    return timed(job, time.process_time)


# ---------------------------------------------------------------------------------------------- beside solving alone


def overhead() -> list[dict[str, Any]]:
    """A sweep's piece (drawing, compiling, solving, results, table) beside solving the same compiled draws alone."""
    rows: list[dict[str, Any]] = []
    for name, (agreement, plan) in sizes().items():
        size = _piece(states(agreement, plan), LARGEST * 16)
        _, points = next(iter(in_pieces(agreement, size, 1, size)))
        game = servanda.compile(agreement, plan, servanda.draw(agreement, size, 1))
        piece, where = Piece(0, plan, 0, points), Ranges(agreement)
        alone: list[float] = []
        whole: list[float] = []
        for _ in range(5):
            alone.append(processor(lambda game=game: servanda.solve_draws(game, workers=1)))
            whole.append(processor(lambda p=piece, w=where: streamed(w, p)))
        ratio = statistics.median(w / a for w, a in zip(whole[1:], alone[1:], strict=True)) - 1.0
        row = {
            "case": name, "draws": size, "numbers": points.shape[1],
            "solving_us_per_draw": 1e6 * statistics.median(alone[1:]) / size,
            "sweeping_us_per_draw": 1e6 * statistics.median(whole[1:]) / size, "overhead": ratio,
        }  # fmt: skip
        rows.append(row)
        print(row, flush=True)
    return rows


# ------------------------------------------------------------------------------------------------------ Singapore


def singapore() -> dict[str, Any]:
    """All four plans of the first edition on 4,096 draws, to a file, over all cores."""
    agreement = servanda.read(FIRST)
    servanda.sweep(agreement, ["relief-first"], 64)  # the compiled loops are read in
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "singapore.parquet")
        began = time.perf_counter()
        swept = servanda.sweep(agreement, draws=4096, seed=1, path=path)
        seconds = time.perf_counter() - began
        size = path.stat().st_size
    row = {
        "plans": len(swept.plans), "draws": swept.draws, "seconds": seconds, "cores": os.cpu_count(), "bytes": size,
        "converged": swept.converged, "peak_mib": peak(),
        "held_clean": swept.summary.where(swept.summary["figure"] == "held_clean").to_dicts(),
        "wins": swept.wins.where(swept.wins["figure"] == "held_clean").to_dicts(),
    }  # fmt: skip
    print(row, flush=True)
    return row


# -------------------------------------------------------------------------------------------------- beside Gambit


def gambit() -> dict[str, Any]:
    """A thousand draws of a game of five entries: swept, and rebuilt and solved one by one by Gambit."""
    import pygambit

    from servanda.crosscheck.explicit_tree import game_tree
    from servanda.crosscheck.gambit_file import efg

    precision, draws = 0.3, 1000
    agreement = alternating(5, 2, precision, ranges=True)
    servanda.sweep(agreement, draws=64)
    seconds = timed(lambda: servanda.sweep(agreement, draws=draws, seed=1))
    table = servanda.sweep(agreement, draws=draws, seed=1).table
    drawn = servanda.draw(agreement, draws, 1)
    theirs, written, gaps, sums = 0.0, 0.0, list[float](), list[float]()
    for i in range(draws):
        began = time.perf_counter()
        one = fixed(agreement, drawn, i)
        explicit = game_tree(one, "plan")
        text = efg(explicit, dict.fromkeys(one.parties, precision))
        written += time.perf_counter() - began
        began = time.perf_counter()
        game = pygambit.read_efg(io.StringIO(text))
        profile = pygambit.qre.logit_solve_lambda(game, lam=1.0)[0]
        theirs += time.perf_counter() - began
        if i % 40:
            continue
        sets: dict[str, dict[Any, tuple[str, ...]]] = {party: {} for party in explicit.parties}
        for node in explicit.nodes:
            if node.infoset is not None and node.player is not None:
                sets[node.player].setdefault(node.infoset, tuple(edge.label for edge in node.edges))
        chances = iter(profile[k] for k in range(len(profile)))
        agents = {
            (s.entry, s.branch, s.type, s.concealed): {label: float(next(chances)) for label in labels}
            for own in sets.values()
            for s, labels in own.items()
        }
        answer = servanda.solve(servanda.compile(one, "plan"))
        ours = {(c.entry, c.branch, c.type, c.concealed): c for c in choices(answer)}
        gaps.append(max(abs(getattr(ours[key], act) - p) for key, acts in agents.items() for act, p in acts.items()))
        sums.append(abs(outcomes(answer)["held:clean"] - table["held_clean"][i]))
    row = {
        "draws": draws, "entries": 5, "numbers": len(drawn.numbers), "cores": os.cpu_count(),
        "sweep_seconds": seconds, "gambit_seconds": theirs, "writing_efg_seconds": written,
        "times_faster": theirs / seconds, "compared": len(gaps), "largest_difference_of_a_choice": max(gaps),
        "largest_difference_of_held_clean": max(sums), "converged": int((table["status"] == "converged").sum()),
    }  # fmt: skip
    print(row, flush=True)
    return row


def fixed(agreement: Agreement, draws: Draws, draw: int) -> Agreement:
    """An agreement whose uncertain numbers are those of one draw."""
    for j, one in enumerate(draws.numbers):
        number = Number(likely=float(draws.values[draw, j]))
        for path in one.paths:
            agreement = put(agreement, path, number)
    return agreement


def put(thing: Any, path: tuple[str | int, ...], number: Number) -> Any:
    if not path:
        return type(thing)(likely=number.likely)
    head, rest = path[0], path[1:]
    if isinstance(thing, BaseModel):
        name = next(n for n, field in type(thing).model_fields.items() if (field.alias or n) == head)
        return thing.model_copy(update={name: put(getattr(thing, name), rest, number)})
    if isinstance(thing, dict):
        return {**thing, head: put(thing[head], rest, number)}
    return [put(each, rest, number) if i == head else each for i, each in enumerate(thing)]


# ------------------------------------------------------------------------------------------------------ a million


def million() -> dict[str, Any]:
    """A million draws of one plan of two steps, to a file; most memory that the process had."""
    done = subprocess.run([sys.executable, __file__, "million-alone"], capture_output=True, text=True, check=True)
    row = json.loads(done.stdout)
    print(row, flush=True)
    return row


def million_alone() -> None:
    agreement, plan = next(iter(sizes().values()))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "million.parquet")
        began = time.perf_counter()
        swept = servanda.sweep(agreement, [plan], 1_000_000, 1, path=path)
        seconds = time.perf_counter() - began
        size = path.stat().st_size
        clean = swept.summary.where(swept.summary["figure"] == "held_clean").row(0)
        columns = 6 + len(swept.about["inputs"]) + len(swept.about["figures"])
    print(json.dumps({
        "draws": swept.draws, "numbers": len(swept.about["inputs"]), "columns": columns, "seconds": seconds,
        "peak_mib": peak(), "bytes": size, "bytes_per_draw": size / swept.draws, "converged": swept.converged,
        "held_clean": clean, "cores": os.cpu_count(),
    }))  # fmt: skip


# ------------------------------------------------------------------------------------------------- cost of a draw


def costs() -> list[dict[str, Any]]:
    """Processor time and bytes of a draw, by the size of the agreement: one thread, to a file."""
    rows: list[dict[str, Any]] = []
    for name, (agreement, plan) in sizes().items():
        servanda.sweep(agreement, [plan], 64, workers=1)
        draws = 256 if "singapore" in name else 2048
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "costs.parquet")
            began = time.process_time()  # of this process alone, whatever else the machine does
            servanda.sweep(agreement, [plan], draws, 1, path=path, workers=1)
            taken = time.process_time() - began
            size = path.stat().st_size
        rows.append({
            "case": name, "states": states(agreement, plan), "numbers": len(servanda.draw(agreement, 1).numbers),
            "draws": draws, "ms_per_draw": 1e3 * taken / draws, "bytes_per_draw": size / draws,
        })  # fmt: skip
        print(rows[-1], flush=True)
    return rows


PARTS: dict[str, Callable[[], Any]] = {
    "overhead": overhead,
    "singapore": singapore,
    "gambit": gambit,
    "million": million,
    "costs": costs,
}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    if wanted[0] == "million-alone":
        return million_alone()
    found = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else {}
    for name in wanted:
        print(f"== {name}", flush=True)
        found[name] = PARTS[name]()
        found["made"] = {
            "date": date.today().isoformat(), "servanda": servanda.__version__, "python": platform.python_version(),
            "cores": os.cpu_count(), "numpy": np.__version__, "processor": _processor(),
        }  # fmt: skip
        TARGET.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return None


if __name__ == "__main__":
    main()
