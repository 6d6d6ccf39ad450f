# ruff: noqa: E501
"""The page and the pictures on speed, from bench/speed.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
PAGE, PICTURE = HOME / "docs/explanation/evidence/speed.md", HOME / "docs/pictures/speed-growth.png"
TARGETS = {12: 300, 14: 1000, 16: 3000}


def write(found: dict[str, Any]) -> None:
    """Write the page, and draw the picture on it."""
    PAGE.write_text(page(found), "utf-8")
    PICTURE.parent.mkdir(exist_ok=True)
    draw(found)


def seconds(value: float) -> str:
    """A time in three figures at most, with its unit."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value / 1e-6:.3g} µs"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def page(found: dict[str, Any]) -> str:
    """The text of docs/explanation/evidence/speed.md."""
    made, batch, start, memory = found["made"], found["batch"], found["start"], found["memory"]
    cores = max(int(workers) for workers in batch["workers"])
    one, most = batch["workers"]["1"], batch["workers"][str(cores)]
    theirs = [row for row in found["gambit"] if "seconds" in row["gambit"]]
    worst = max(row["gambit"]["largest_difference"] for row in theirs)
    best = {n: max((row["times_faster"] for row in theirs if row["entries"] == n), default=0.0) for n in TARGETS}
    verdicts = "; ".join(
        f"{n} entries {best[n]:,.0f} times at best, {'as' if best[n] >= wanted else 'NOT as'} asked for ({wanted:,})"
        for n, wanted in TARGETS.items()
    )
    return f"""# Speed

Made by `python bench/speed.py` from `bench/speed.json`; nothing on this page is typed by hand. Machine: {
        made["processor"]
    }, {made["cores"]} cores,
Python {made["python"]}, numpy {
        made["numpy"]
    }. Timings on shared machines are noisy: compare ratios within a table. Every time stands beside its answer.

## Beside Gambit

Two parties act in turn, a year apart; half of the steps can be concealed, each with a finding rate of its own; one party has two types. Gambit
(`pygambit.qre.logit_solve_lambda`) gets the same game as an explicit tree, already read. servanda's time is everything from
compiled arrays to a proven answer on the principal branch, one thread. All chances of all acts agree to {worst:.0e}.

{
        table(
            [
                "entries",
                "concealable",
                "precision",
                "nodes of the tree",
                "Gambit",
                "servanda",
                "responses",
                "times faster",
            ],
            [
                [
                    str(row["entries"]),
                    str(row["concealable"]),
                    f"{row['precision']:g}",
                    f"{row['gambit']['nodes']:,}" if "nodes" in row["gambit"] else "–",
                    seconds(row["gambit"]["seconds"])
                    if "seconds" in row["gambit"]
                    else f"no answer: {row['gambit']['failed']}",
                    seconds(row["servanda"]["seconds"]),
                    str(row["servanda"]["responses"]),
                    f"{row['times_faster']:,.0f}" if "times_faster" in row else "–",
                ]
                for row in found["gambit"]
            ],
        )
    }

The aims were {"; ".join(f"{wanted:,} times for {n} entries" for n, wanted in TARGETS.items())}. Reached: {verdicts}.

## Growth

![Seconds to solve a plan, by number of entries and by number of concealable steps](../../pictures/speed-growth.png)

{
        table(
            [
                "entries",
                "concealable",
                "parties",
                "turnovers",
                "public nodes",
                "private states",
                "unknowns",
                "compile",
                "solve",
                "peak memory",
                "status",
            ],
            [
                [
                    str(row["entries"]),
                    str(row["concealable"]),
                    str(row["parties"]),
                    str(row["turnovers"]),
                    *(
                        [
                            f"{row['nodes']:,}",
                            f"{row['states']:,}",
                            str(row["unknowns"]),
                            seconds(row["compile_seconds"]),
                            seconds(row["seconds"]),
                            f"{row['peak_mib']:,.0f} MiB",
                            row["status"],
                        ]
                        if "failed" not in row
                        else ["–"] * 6 + [row["failed"]]
                    ),
                ]
                for row in found["growth"]
            ],
        )
    }

Precision {
        found["growth"][0][
            "precision"
        ]:g}. Concealable steps are shared out over the parties: 32 of them are 16 a side, the most that is taken on. With 40 entries and 12
concealable steps a side: {seconds(memory["seconds"])} and at most {
        memory["peak_mib"]:,.0f} MiB of memory (asked for: less than 1 GiB), most of which is Python and its libraries.

## Many draws

Twelve entries, six concealable, {batch["uncertain_numbers"]} uncertain numbers, {batch["draws"]:,} draws, all {
        batch["converged"]:,} of them solved, largest residual {batch["largest_residual"]:.0e}: {
        one["per_second"]:,.0f} equilibria a second on
one core, {most["per_second"]:,.0f} on {cores}, {
        batch["times_one_core"]:.2f} times as many. 10,000 a second would take {
        10000 / one["per_second"]:.0f} such cores.

## Sets that play alike

Equal parts of one stake, concealed in any combination, play alike if their number is the same. Solving with such sets made one, and (in
brackets) without:

{
        table(
            ["concealable steps", "sets at the end", "made one", "solve", "without"],
            [
                [
                    str(row["concealable"]),
                    " + ".join(f"{n:,}" for n in row["sets"]),
                    " + ".join(f"{n:,}" for n in row["merged_sets"]),
                    seconds(row["seconds"]),
                    f"({seconds(row['apart_seconds'])})",
                ]
                for row in found["merging"]
            ],
        )
    }

## Starting

First use after installation, compiling included: {
        start[
            "first_use_seconds"
        ]:.1f} s (asked for: 12 s). A later `servanda solve tests/support/singapore_v1.yaml --plan phased` (the first edition
of Singapore 2018), from the start of the process to the answer: {start["later_seconds"]:.2f} s (asked for: 1 s).
"""


def draw(found: dict[str, Any]) -> None:
    import matplotlib.pyplot as plt

    from servanda.presentation.figures._palette import LINE, PARTY_COLOURS
    from servanda.presentation.figures._sheet import style

    with style():
        figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
        ours, theirs = PARTY_COLOURS[0], PARTY_COLOURS[4]
        rows = [row for row in found["growth"] if row["parties"] == 2 and not row["turnovers"] and "seconds" in row]
        plain = sorted((row["entries"], row["seconds"]) for row in rows if row["concealable"] == min(6, row["entries"]))
        left.plot(*zip(*plain, strict=True), "o-", color=ours, label="servanda, 6 concealable, precision 0.3")
        for precision, dash in ((0.1, ":"), (0.3, "-"), (1.0, "--")):
            points = [
                (row["entries"], row["gambit"]["seconds"])
                for row in found["gambit"]
                if row["precision"] == precision and "seconds" in row["gambit"]
            ]
            if points:
                name = f"Gambit, half concealable, precision {precision:g}"
                left.plot(*zip(*points, strict=True), "s", linestyle=dash, color=theirs, label=name, markersize=4)
        left.set_xlabel("entries")
        left.set_ylabel("time to solve")
        hidden = sorted((row["concealable"] / 2, row["seconds"]) for row in rows if row["entries"] == 36)
        right.plot(*zip(*hidden, strict=True), "o-", color=ours, label="servanda, 36 entries, precision 0.3")
        right.set_xlabel("concealable steps a side")
        right.set_xticks(range(0, 17, 4))
        for axes in (left, right):
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(lambda value, _: seconds(value))
            axes.minorticks_off()
            axes.grid(color=LINE, linewidth=0.6)
            axes.legend(frameon=False, fontsize=8)
            for side in ("top", "right"):
                axes.spines[side].set_visible(False)
        figure.tight_layout()
        figure.savefig(PICTURE, dpi=160)
        plt.close(figure)
