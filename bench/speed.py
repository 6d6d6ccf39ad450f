"""How fast plans are solved, beside Gambit, and what that costs in memory; every timing with its answer.

    python bench/speed.py                 all parts, into bench/speed.json (about ten minutes)
    python bench/speed.py gambit batch    only these parts: gambit, batch, growth, memory, merging, start
    python bench/speed.py pictures        docs/pictures/speed-*.png and the page on speed, from bench/speed.json

Machines are noisy, so compare ratios within one run. One thread, but for `batch`.
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
from pathlib import Path
from typing import Any

import numpy as np
from agreements import alternating

import servanda
from servanda.assessment.outcomes import choices, outcomes
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Workspace, solve

HERE = Path(__file__).parent
TARGET = HERE / "speed.json"
PATIENCE = 240.0  # seconds that Gambit gets for one case
TREE_NODES = 400_000


def median(work: Callable[[], Any], repeats: int, at_most: float = 20.0) -> float:
    """Median of several timings, seconds, after one to warm up; stops repeating when it has taken long enough."""
    work()
    times: list[float] = []
    while len(times) < repeats and (len(times) < 3 or sum(times) < at_most):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def answer(found: servanda.Equilibrium) -> dict[str, Any]:
    return {
        "status": found.status,
        "residual": found.residual,
        "responses": found.iterations,
        "steps": found.steps,
        "held": sum(chance for name, chance in outcomes(found).items() if name.startswith("held:")),
    }


# ------------------------------------------------------------------------------------------------ beside Gambit


def gambit_alone(entries: int, concealable: int, precision: float) -> None:
    """Solve one case with Gambit and print what came out as JSON; run in a process of its own."""
    import pygambit

    from servanda.crosscheck.explicit_tree import game_tree
    from servanda.crosscheck.gambit_file import efg

    agreement = alternating(entries, concealable, precision)
    explicit = game_tree(agreement, "plan", max_nodes=TREE_NODES)
    text = efg(explicit, dict.fromkeys(agreement.parties, precision))
    game = pygambit.read_efg(io.StringIO(text))
    seconds: list[float] = []
    profile: Any = None
    while len(seconds) < 5 and (not seconds or sum(seconds) + seconds[-1] < 20):
        began = time.perf_counter()
        profile = pygambit.qre.logit_solve_lambda(game, lam=1.0)[0]
        seconds.append(time.perf_counter() - began)
    sets: dict[str, dict[Any, tuple[str, ...]]] = {party: {} for party in explicit.parties}
    for node in explicit.nodes:
        if node.infoset is not None and node.player is not None:
            sets[node.player].setdefault(node.infoset, tuple(edge.label for edge in node.edges))
    chances = iter(profile[k] for k in range(len(profile)))
    theirs = {
        (s.entry, s.branch, s.type, s.concealed): {label: float(next(chances)) for label in labels}
        for own in sets.values()
        for s, labels in own.items()
    }
    ours = {(c.entry, c.branch, c.type, c.concealed): c for c in choices(solve(compile(agreement, "plan")))}
    gap = max(abs(getattr(ours[key], act) - p) for key, acts in theirs.items() for act, p in acts.items())
    print(json.dumps({
        "nodes": len(explicit.nodes), "seconds": statistics.median(seconds), "runs": len(seconds),
        "stopped_at": float(profile.lam), "largest_difference": gap,
    }))  # fmt: skip


def gambit(entries: int, concealable: int, precision: float) -> dict[str, Any]:
    command = [sys.executable, __file__, "gambit-alone", str(entries), str(concealable), str(precision)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE + 60, check=False)
    except subprocess.TimeoutExpired:
        return {"failed": f"no answer in {PATIENCE + 60:g} s"}
    if done.returncode != 0:
        return {
            "failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"ended with {done.returncode}"
        }
    return json.loads(done.stdout)


def beside_gambit() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for entries, concealable in ((8, 4), (10, 5), (12, 6), (14, 7), (16, 8)):
        for precision in (0.1, 0.3, 1.0):
            game = compile(alternating(entries, concealable, precision), "plan")
            before = median(lambda game=game: solve(game), 60, 3)
            theirs = gambit(entries, concealable, precision)
            after = median(lambda game=game: solve(game), 60, 3)
            row = {
                "entries": entries, "concealable": concealable, "precision": precision, "gambit": theirs,
                "servanda": {"seconds": (before + after) / 2, **answer(solve(game))},
            }  # fmt: skip
            if "seconds" in theirs:
                row["times_faster"] = theirs["seconds"] / row["servanda"]["seconds"]
            rows.append(row)
            print(
                f"{entries:3d} entries, {concealable} concealable, precision {precision}: servanda"
                f" {1e3 * row['servanda']['seconds']:.2f} ms, Gambit {theirs.get('seconds', theirs.get('failed'))} s,"
                f" {row.get('times_faster', 0):.0f} times, differ by {theirs.get('largest_difference')}",
                flush=True,
            )
    return rows


# ------------------------------------------------------------------------------------------------ many draws


def batch() -> dict[str, Any]:
    agreement = alternating(12, 6, 0.3, ranges=True)
    rows: dict[str, Any] = {"draws": 4096, "uncertain_numbers": 0}
    draws = servanda.draw(agreement, rows["draws"], seed=1)
    rows["uncertain_numbers"] = len(draws.numbers)
    game = compile(agreement, "plan", draws)
    servanda.solve_draws(game)
    cores = os.cpu_count() or 1
    times: dict[int, list[float]] = {workers: [] for workers in (1, cores)}
    for _ in range(5):
        for workers, taken in times.items():
            began = time.perf_counter()
            found = servanda.solve_draws(game, workers=workers)
            taken.append(time.perf_counter() - began)
    began = time.perf_counter()
    compile(agreement, "plan", draws)
    rows["compile_seconds"] = time.perf_counter() - began
    rows["workers"] = {
        str(workers): {"seconds": statistics.median(taken), "per_second": rows["draws"] / statistics.median(taken)}
        for workers, taken in times.items()
    }
    rows["times_one_core"] = statistics.median(times[1]) / statistics.median(times[cores])
    rows["converged"] = int(found.converged.sum())
    rows["largest_residual"] = float(found.residual.max())
    held = servanda.results(found).outcomes["held:clean"]
    rows["held_clean_quantiles"] = [float(q) for q in np.quantile(held, (0.05, 0.5, 0.95))]
    print(json.dumps(rows, indent=1), flush=True)
    return rows


# ------------------------------------------------------------------------------------------------ growth


def growth_alone(entries: int, concealable: int, parties: int, turnovers: int, precision: float) -> None:
    """Solve one case and print seconds, memory and answer as JSON; run in a process of its own."""
    began = time.perf_counter()
    agreement = alternating(entries, concealable, precision, parties=parties, turnovers=turnovers)
    game = compile(agreement, "plan")
    made = time.perf_counter() - began
    small = alternating(2, 0, precision)
    solve(compile(small, "plan"))  # the compiled loops are read in
    began = time.perf_counter()
    found = solve(game, throw=False)
    seconds = time.perf_counter() - began
    if seconds < 2:
        seconds = median(lambda: solve(game, throw=False), 20, 3)
    print(json.dumps({
        "nodes": len(game.tree.kind), "states": int(game.tables.kinds @ game.tables.sets.sum(axis=1)),
        "unknowns": Workspace(game, 0, game.merged).size, "compile_seconds": made, "seconds": seconds,
        "peak_mib": peak(),
        **answer(found),
    }))  # fmt: skip


def peak() -> float:
    """Most memory that this process has had, MiB (what its parent had does not count)."""
    lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def growth() -> list[dict[str, Any]]:
    sizes = [(entries, min(6, entries), 2, 0) for entries in (2, 4, 8, 12, 16, 24, 32, 40, 60)]
    sizes += [(36, 2 * side, 2, 0) for side in (0, 2, 4, 6, 8, 10, 12, 14, 16)]
    sizes += [(12, 6, 2, turnovers) for turnovers in (1, 2, 3)] + [(15, 5, 5, 3)]
    sizes += [(12, 6, parties, 0) for parties in (3, 4, 5)]
    rows: list[dict[str, Any]] = []
    for entries, concealable, parties, turnovers in sizes:
        rows.append(alone("growth-alone", entries, concealable, parties, turnovers, 0.3))
    return rows


def alone(part: str, entries: int, concealable: int, parties: int, turnovers: int, precision: float) -> dict[str, Any]:
    arguments = [str(a) for a in (entries, concealable, parties, turnovers, precision)]
    done = subprocess.run([sys.executable, __file__, part, *arguments], capture_output=True, text=True, check=False)
    row: dict[str, Any] = {
        "entries": entries, "concealable": concealable, "parties": parties, "turnovers": turnovers,
        "precision": precision,
    }  # fmt: skip
    row |= json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr.strip().splitlines()[-1]}
    print(row, flush=True)
    return row


def memory() -> dict[str, Any]:
    return alone("growth-alone", 40, 24, 2, 0, 0.3)


def merging() -> list[dict[str, Any]]:
    """Equal parts of one stake: with and without making sets that play alike one."""
    rows: list[dict[str, Any]] = []
    for concealable in (4, 8, 12, 16, 20):
        game = compile(alternating(max(12, concealable), concealable, 0.3, alike=True), "plan")

        def apart(game: servanda.Game = game) -> Any:
            play = Workspace(game, 0)
            record = play.record(1)
            play.trace(record, 0, 1, None)
            return record

        rows.append({
            "concealable": concealable, "sets": game.tables.sets[:, -1].tolist(),
            "merged_sets": game.merged.sets[:, -1].tolist(), "seconds": median(lambda game=game: solve(game), 20, 3),
            "apart_seconds": median(apart, 20, 6), **answer(solve(game)),
        })  # fmt: skip
        print(rows[-1], flush=True)
    return rows


# ------------------------------------------------------------------------------------------------ starting


def start() -> dict[str, Any]:
    """Seconds from a new process to an answer: with nothing compiled yet, and later."""
    file = str(Path(__file__).parents[1] / "tests/support/singapore_v1.yaml")
    code = f"import servanda; print(servanda.solve(servanda.compile(servanda.read({file!r}), 'phased')))"
    command = [sys.executable, "-m", "servanda", "solve", file, "--plan", "phased", "--json"]
    with tempfile.TemporaryDirectory() as empty:
        environment = {**os.environ, "NUMBA_CACHE_DIR": empty}

        def seconds(run: list[str]) -> float:
            began = time.perf_counter()
            subprocess.run(run, check=True, capture_output=True, env=environment)
            return time.perf_counter() - began

        first = seconds([sys.executable, "-c", code])
        later = statistics.median(seconds(command) for _ in range(7))
    rows = {"first_use_seconds": first, "later_seconds": later, "of_which_compiling_seconds": first - later}
    print(rows, flush=True)
    return rows


PARTS: dict[str, Callable[[], Any]] = {
    "gambit": beside_gambit,
    "batch": batch,
    "growth": growth,
    "memory": memory,
    "merging": merging,
    "start": start,
}


def main() -> None:
    wanted = sys.argv[1:] or [*PARTS, "pictures"]
    if wanted[0] == "gambit-alone":
        return gambit_alone(int(wanted[1]), int(wanted[2]), float(wanted[3]))
    if wanted[0] == "growth-alone":
        return growth_alone(*(int(a) for a in wanted[1:5]), float(wanted[5]))
    found = json.loads(TARGET.read_text("utf-8")) if TARGET.exists() else {}
    for name in wanted:
        if name == "pictures":
            from speed_page import write

            write(found)
            continue
        print(f"== {name}", flush=True)
        found[name] = PARTS[name]()
        found["made"] = {
            "servanda": servanda.__version__, "python": platform.python_version(), "cores": os.cpu_count(),
            "numpy": np.__version__, "processor": _processor(),
        }  # fmt: skip
        TARGET.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


if __name__ == "__main__":
    main()
