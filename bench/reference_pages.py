"""Write the reference pages that are made from the code: metrics, and the public names of Python.

    python bench/reference_pages.py

The tests hold the pages equal to what this writes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import servanda
from servanda.agreement.reading.reader import loads
from servanda.agreement.starter import starter_text
from servanda.assessment.metrics import Metric, late_metrics, metrics

ROOT = Path(__file__).parents[1]
METRICS = ROOT / "docs" / "reference" / "metrics.md"
PYTHON = ROOT / "docs" / "reference" / "python.md"

GROUPS = {
    "agreement": (
        "Agreements",
        "Read an agreement file, begin one, write plans into one, or write down what was built or changed in Python.",
    ),
    "checks": ("Checking a text", "What a text leaves open, by the rules of `servanda check`."),
    "game": ("Plans as games", "The calendar of a plan, and the arrays that the solver works on."),
    "inspection": ("Inspections", "Where to look with a limited budget."),
    "solver": ("Solving", "The equilibrium of one game, or of many at once."),
    "assessment": ("What a plan amounts to", "Summary, audit, scorecard, comparison."),
    "crosscheck": ("Second opinions", "The game written out as a tree, played out by lot, and as a Markov chain."),
    "uncertainty": ("Uncertain numbers", "What the ranges in the file do to the answer."),
    "optimisation": ("Better plans", "A search among the plans that the levers allow."),
    "presentation": ("Sentences, figures and the report", "What a result says and what it looks like."),
    "result": (
        "What all results share",
        """\
Every result has JSON, a table in a notebook and, where there is one, a figure. Results are equal (`==`, `in`) if all
their parts are, except for when they were made. They can be copied and pickled, and their arrays are read-only.
`list(comparison)` gives the results of the plans, and `comparison["NAME"]` one of them.

What an agreement says cannot be changed in place. `agreement.model_copy(update={...})` makes a changed one, for example
with `{"stakes": {**agreement.stakes, "NAME": stake}}`. `about.sha256` is the hash of the file only if the agreement is
as it was read. Otherwise it is `None`, and `about.content`, the hash of what the agreement says, tells agreements
apart.""",
    ),
    "errors": ("Errors", "Every error of servanda's own is a `ServandaError`."),
}
ARGUMENTS = """
## Numbers given to functions

Whole numbers (`draws`, `seed`, `points`, `times`, `workers`, ...) may be Python's or numpy's. `64.0` and `True` are
refused, because who counts says 64. A seed is from 0 to 2^63 - 1. Other numbers (`target`, `budget`) may be of any
kind, such as numpy's, fractions and decimals, and must be finite. What is refused is refused with a `UsageError` that
names the argument, before anything is solved.
"""
UNITS = {
    "chance": "chance",
    "share": "share",
    "years": "years",
    "units": "units of the party",
    "steps": "steps",
    "money": "as in the file",
}


HEAD = "| metric | meaning | unit | better |\n|---|---|---|---|\n"
METRICS_PAGE = """\
# Metrics

A metric is a number by which a plan is judged. `--of`, `--when`, `--maximise`, `--minimise` and `--subject-to` take its
name, and so do the functions of Python. PARTY and TYPE stand for names in the file. If a name is wrong, the message
lists those that the file has. This page is made from `src/servanda/assessment/metrics.py`.

## From the solved game

These have a value on every draw of the uncertain numbers, so every question about ranges can be asked of them.
*Nothing concealed* means that every step so far was performed and not only claimed.

{head}{solved}
With more than two parties, `found.both` is `found.several`.

Where steps can be late (see [the agreement file](agreement-file.md)), there are these too. A *step* is an entry that
can wait: a transfer, an exchange or a ratification. `withdrew.both` is there if a plan has an exchange, `lapsed.PARTY`
if the party renews. `held` is the sum of `complete`, `stalled` and `suspended`.

{head}{late}
## From the plan itself

Only [`servanda design`](../how-to/find-a-better-plan.md) asks for these. They need no equilibrium, except that gains
come from the solved game.

{head}{planned}"""
SWAP = """\
servanda: 1
title: Exchange and renewal
start: 2020-01-01
horizon: 1 year
unit: one
parties:
  north: {name: North, precision: 1}
  south: {name: South, precision: 1}
stakes:
  n: {holder: north, worth: {south: -1}, restore: 1 month}
  s: {holder: south, worth: {north: -1}, restore: 1 month}
plans:
  p:
    entries:
      - {id: swap, date: 2020-02-01, exchange: [{by: north, gives: [n]}, {by: south, gives: [s]}]}
      - {id: term, renew: [north], every: 6 months}
"""
PYTHON_HEAD = """\
# Python

Everything below is `servanda.NAME`; nothing else is public. Data are frozen objects, and verbs are functions. Each name
is loaded when it is first used, so `import servanda` is quick. This page is made from `src/servanda/__init__.pyi`.
"""


def metrics_page() -> str:
    """The page that lists all metrics, as the starter file has them, with PARTY and TYPE for its names."""
    agreement, swaps = loads(starter_text()), loads(SWAP)
    found = metrics(agreement).values()
    late = {metric.name: metric for metric in (*late_metrics(agreement), *late_metrics(swaps))}
    solved = [_metric_row(one) for one in found if one.solved and one.name not in late and _stands_for_all(one)]
    planned = [_metric_row(one) for one in found if not one.solved and _stands_for_all(one)]
    return METRICS_PAGE.format(
        head=HEAD,
        solved="".join(solved),
        planned="".join(planned),
        late="".join(_metric_row(one) for one in late.values() if _stands_for_all(one)),
    )


def _stands_for_all(metric: Metric) -> bool:
    return not re.search(r"south|\.north\.sincere", metric.name)


def _metric_row(metric: Metric) -> str:
    name = metric.name.replace("north", "PARTY").replace("stalling", "TYPE")
    meaning = metric.meaning.replace("North", "PARTY").replace("stalling", "TYPE")
    meaning = meaning.removesuffix(", in units")
    unit = "product of units" if metric.name == "nash" else UNITS[metric.unit]
    return f"| `{name}` | {meaning} | {unit} | {metric.better} |\n"


def python_page() -> str:
    """The page that lists all public names, by the room that they come from."""
    stub = Path(servanda.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    rooms: dict[str, list[str]] = defaultdict(list)
    for module, name in re.findall(r"^from \.(\S+) import (\w+) as \w+$", stub, re.M):
        if name != "__version__":
            rooms[module.split(".")[0]].append(name)
    parts = [PYTHON_HEAD]
    for room, (title, sense) in GROUPS.items():
        if room == "errors":
            parts.append(ARGUMENTS)
        names = sorted(rooms.pop(room), key=lambda name: (name[0].isupper(), name))
        listed = "".join(f"   servanda.{name}\n" for name in names)
        parts.append(
            f"\n## {title}\n\n{sense}\n\n```{{eval-rst}}\n.. autosummary::\n   :toctree: generated\n\n{listed}```\n"
        )
    if rooms:
        raise ValueError(f"these rooms have public names and no group on the page: {sorted(rooms)}")
    return "".join(parts)


def main() -> None:
    """Write both pages."""
    METRICS.write_text(metrics_page(), encoding="utf-8")
    PYTHON.write_text(python_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
