"""The sums over all rows of the proof, and its page, made from `bench/proof.json` by this alone."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from support.proving import CLOSE, FEATURES, LARGEST_TREE, SAME, VANISHING

from servanda.solver.equilibrium import TOLERANCE

Row = dict[str, Any]

# What is kept, beside the seed, of a case in which Gambit stopped or missed.
FULL = (
    "nodes", "most_precision", "flat_folds", "gambit", "tried", "way", "lambda", "difference", "there",
    "gambit_residual", "least_reach", "referee", "referee_difference", "referee_turns",
)  # fmt: skip

KINDS: dict[str, Callable[[Row], bool]] = {
    "all": lambda row: True,
    **{f"{n} parties": lambda row, n=n: row["parties"] == n for n in (2, 3, 4)},
    **{
        f"{low} to {high} entries": lambda row, low=low, high=high: low <= row["entries"] <= high
        for low, high in ((2, 5), (6, 9), (10, 14))
    },
    **{
        f"largest precision {low:g} to {high:g}": lambda row, low=low, high=high: low <= row["most_precision"] <= high
        for low, high in ((0.05, 0.5), (0.5, 5), (5, 50), (50, 200))
    },
    **{words: lambda row, key=key: key in row["features"] for key, words in FEATURES.items()},
}


def summary(rows: list[Row]) -> dict[str, Any]:
    """Count and compare; all that the page says of the run as a whole."""
    small = [row for row in rows if row.get("nodes") is not None]
    chosen = [row for row in small if "gambit" in row]
    agree = [row for row in chosen if row["gambit"] == "agrees"]
    unanswered = [row["seed"] for row in rows if row["status"] != "converged" or not row["residual"] <= TOLERANCE]
    unanswered += [
        row["seed"] for row in chosen if row["flat_status"] != "converged" or not row["flat_residual"] <= TOLERANCE
    ]
    dishonest = [row["seed"] for row in chosen if not max(row["tree_residual"], row["flat_tree_residual"]) <= TOLERANCE]
    unsettled = [row["seed"] for row in chosen if row["gambit"] != "agrees" and row["referee"] != "agrees"]
    slow = sorted(row["seconds"] for row in rows)
    return {
        "agreements": len(rows),
        "without_answer": unanswered,
        "largest_residual": _most(rows, "residual"),
        "folds": sum(row["folds"] > 0 for row in rows),
        "most_folds": max(row["folds"] for row in rows),
        "odd_folds": sorted(
            {row["seed"] for row in rows if row["folds"] % 2 == 1 or (row.get("flat_folds") or 0) % 2 == 1}
        ),
        "seconds": {
            "median": slow[len(slow) // 2],
            "99 in 100": slow[int(0.99 * len(slow))],
            "slowest": _most(rows, "seconds"),
        },
        "small_trees": len(small),
        "without_choices": len(small) - len(chosen),
        "residual_on_tree_too_large": dishonest,
        "largest_tree_residual": _most(chosen, "tree_residual"),
        "largest_flat_tree_residual": _most(chosen, "flat_tree_residual"),
        "gambit": dict(sorted(Counter(row["gambit"] for row in chosen).items())),
        "largest_difference": _most(agree, "difference"),
        "beyond_defaults": dict(Counter(row["way"] for row in agree if not row["way"].startswith("defaults"))),
        "referee": dict(Counter(row["referee"] for row in chosen if "referee" in row)),
        "largest_referee_difference": _most(
            [row for row in chosen if "referee_difference" in row], "referee_difference"
        ),
        "unsettled": unsettled,
        "proven": not (unanswered or dishonest or unsettled),
        "by_kind": {
            name: [
                len(of := [row for row in rows if test(row)]),
                sum(row["status"] == "converged" and row["residual"] <= TOLERANCE for row in of),
                len(compared := [row for row in of if "gambit" in row]),
                sum(row["gambit"] == "agrees" for row in compared),
                sum(row["gambit"] != "agrees" and row["referee"] == "agrees" for row in compared),
            ]
            for name, test in KINDS.items()
        },
    }


def _most(rows: list[Row], name: str) -> dict[str, Any]:
    worst = max(rows, key=lambda row: row[name], default=None)
    return {"seed": None, "value": 0.0} if worst is None else {"seed": worst["seed"], "value": worst[name]}


def page(numbers: dict[str, Any]) -> str:
    """Write the page in words."""
    made, found = numbers["made"], numbers["summary"]
    counts, seconds = found["gambit"], found["seconds"]
    compared, agreeing = sum(counts.values()), counts.get("agrees", 0)
    odd = (
        f" (In {_so_many(len(found['odd_folds']), 'case')}, {_seeds(found['odd_folds'])}, an odd number of turns is"
        " counted; a branch that starts at 0 and arrives at 1 turns an even number of times, so one was not counted.)"
        if found["odd_folds"]
        else ""
    )
    nobody = f" In {found['without_choices']} more small trees nobody has a choice." if found["without_choices"] else ""
    parts: list[str | list[str]] = [
        "# Thousands of random agreements",
        "This page is written by `bench/proof.py` from `bench/proof.json`, which has a row for every agreement."
        " To repeat it:",
        f"    python bench/proof.py --seeds {made['seeds']} --processes {made['processes']}",
        "## What was run",
        f"{found['agreements']:,} random agreements (`tests/random_agreements.py`, seeds {made['seeds']}, the last left"
        " out): 2 to 4 parties; 2 to 14 entries of all kinds, often several on one day; precisions from 0.05 to 200,"
        " log-uniform, for parties and for types; types, turnovers, discounts, incidents, and measures in force all the"
        " time or for a part of it. An agreement counts as solved if its status is `converged` and its residual at"
        f" most {_power(TOLERANCE)}. Where the explicit game tree has at most {LARGEST_TREE:,} nodes, two more things"
        " were done:",
        [
            "The residual was worked out again on the tree, node by node, from the answer's log probabilities, by code"
            " that shares nothing with the solver but the calendar.",
            "The discount was set to zero, since Gambit's files have no place for it, the agreement solved again, and"
            " every probability of every act compared with Gambit's (`logit_solve_lambda`, pygambit"
            f" {made['pygambit']}), to {_power(CLOSE)}. Where types of a party differ in precision, each information"
            " set is a player of its own.",
        ],
        f"That was {_so_many(round(made['seconds'] / 60), 'minute')} of computing, on Python {made['python']},"
        f" {made['machine']}, with numpy {made['numpy']} and numba {made['numba']}.",
        "## What was found",
        [
            f"**Without an answer: {_count(found['without_answer'])}.** The largest residual is"
            f" {_worst(found['largest_residual'])}. In {_so_many(found['folds'], 'agreement')} the branch turns back on"
            f" its way, up to {_so_many(found['most_folds'], 'time')}.{odd}",
            f"**Residual on the tree above {_power(TOLERANCE)}: {_count(found['residual_on_tree_too_large'])}** of"
            f" {compared:,}. The largest is {_worst(found['largest_tree_residual'])}, without discount"
            f" {_worst(found['largest_flat_tree_residual'])}.",
            f"**Gambit agrees in {agreeing:,} of {compared:,}**, in every probability. The largest difference is"
            f" {_worst(found['largest_difference'])}. In the other {compared - agreeing} Gambit stopped or missed; see"
            f" below.{nobody}",
            f"**Settled neither by Gambit nor by the referee: {_count(found['unsettled'])}.**",
            f"To solve one took {1e3 * seconds['median']:.0f} ms (median), {1e3 * seconds['99 in 100']:.0f} ms or less"
            f" in 99 of 100, at most {seconds['slowest']['value']:.1f} s (seed {seconds['slowest']['seed']}), on a"
            " machine that was doing other things too.",
        ],
        "\n".join(
            [
                "| kind | agreements | solved | compared | Gambit agrees | Gambit does not, referee agrees |",
                "|---|---|---|---|---|---|",
                *(f"| {name} | {' | '.join(f'{n:,}' for n in row)} |" for name, row in found["by_kind"].items()),
            ]
        ),
        *_cases(numbers["kept"], found),
        "## What this does not show",
        "Agreements drawn at random say little about kinds that are not drawn. For trees of more than"
        f" {LARGEST_TREE:,} nodes only the solver's own residual speaks for the answer. The calendar"
        " (`servanda.calendar_of`) is shared by the solver and the tree; a mistake in it would be in both. And that"
        " numbers solve the equations does not make these the right equations; see [the model](../model.md).",
    ]
    return "\n\n".join(map(_wrapped, parts)) + "\n"


def _wrapped(part: str | list[str]) -> str:
    """A paragraph in lines, or a list of several; headings, tables and commands stay as they are."""
    if isinstance(part, list):
        return "\n".join(_lines(f"- {item}", "  ") for item in part)
    return part if part.startswith(("#", "|", "    ")) else _lines(part)


def _lines(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _cases(kept: list[Row], found: dict[str, Any]) -> Iterator[str]:
    """The cases that Gambit does not settle, by what happened."""
    if not kept:
        return
    yield "## Where Gambit stopped or missed"
    yield (
        "Here the naive referee of the tests (`tests/support/referee.py`: Newton's method in small steps on the "
        "explicit"
        " tree, everything in logs) followed the branch as a third opinion, on the same undiscounted agreement. "
        "It agrees"
        f" with servanda in {found['referee'].get('agrees', 0)} of {len(kept)}; the largest difference is"
        f" {_worst(found['largest_referee_difference'])}. A few of these cases are tests"
        " (`tests/proofs/test_random_agreements.py`)."
    )
    yield (
        "In the tables, *λ* is the share of the full precision at which Gambit ended; *Gambit's residual* that of its"
        " point there; *from ours* the largest difference of a probability from servanda's answer at that λ (large"
        " where the branch turns back and passes the same λ more than once); *least reached* the decimal logarithm of"
        " the chance of the information set reached least; *referee* its largest difference from servanda's answer at"
        " full precision."
    )
    if any(row.get("least_reach", 0.0) < VANISHING for row in kept):
        yield (
            "The smallest number above 0 that a computer usually has is 5e-324. Gambit's source (`logbehav.imp`) takes"
            " beliefs to be uniform at an information set whose chance is 0 in these numbers; so the curve that it"
            " follows breaks where a chance falls below that. It takes high precision, and unlikely acts one after the"
            " other, to get there. servanda and the referee reckon with logs, and do not meet that border."
        )
    groups: dict[str, list[Row]] = {}
    for row in kept:
        groups.setdefault(_reason(row), []).append(row)
    for reason, rows in sorted(groups.items(), key=lambda item: -len(item[1])):
        yield f"**{_so_many(len(rows), 'case')}: {reason}.**"
        table = [
            "| seed | nodes | precision up to | turns | λ | Gambit's residual | from ours | least reached | referee |",
            "|---|---|---|---|---|---|---|---|---|",
        ]
        for row in rows:
            least = f"{row['least_reach'] / math.log(10):.0f}" if "least_reach" in row else ""
            table.append(
                f"| {row['seed']} | {row['nodes']:,} | {row['most_precision']:.3g} | {row['flat_folds']}"
                f" | {_show(row, 'lambda', '.4f')} | {_show(row, 'gambit_residual')} | {_show(row, 'there')} | {least}"
                f" | {_show(row, 'referee_difference') or row['referee']} |"
            )
        yield "\n".join(table)


def _reason(row: Row) -> str:
    what = "Gambit stops before the full precision" if row["gambit"] == "stopped" else f"Gambit {row['gambit']}"
    if row["gambit"] == "another point":
        exact = row["gambit_residual"] <= CLOSE
        what = "Gambit ends at " + ("another equilibrium" if exact else "a point that is not exactly an equilibrium")
    if row.get("least_reach", 0.0) >= VANISHING:
        return f"{what}, for a reason that we do not know"
    ends = [end for end in row["tried"].values() if isinstance(end, float)]
    steps = "with short steps as with its usual ones" if max(ends) - min(ends) < SAME else "in spite of short steps"
    return f"{what}, {steps}, and an information set is reached there with a chance of 5e-324 or less, or hardly more"


def _show(row: Row, name: str, form: str = ".0e") -> str:
    return format(row[name], form) if name in row else ""


def _power(number: float) -> str:
    return f"{number:.0e}".replace("e-0", "e-")


def _so_many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _count(seeds: list[int]) -> str:
    return f"{len(seeds)} ({_seeds(seeds)})" if seeds else "none"


def _seeds(seeds: list[int]) -> str:
    return f"seed{'' if len(seeds) == 1 else 's'} {', '.join(map(str, seeds))}"


def _worst(most: dict[str, Any]) -> str:
    return _power(most["value"]) + (f" (seed {most['seed']})" if most["seed"] is not None else "")
