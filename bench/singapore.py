# ruff: noqa: E501
"""The newspaper's question under uncertainty: docs/explanation/evidence/singapore.md and its pictures, from the agreement of the catalogue.

python bench/singapore.py          solves everything (some minutes), writes bench/singapore.json and the page
python bench/singapore.py page     only the page, from bench/singapore.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
NUMBERS, PAGE, PICTURES = (
    HOME / "bench/singapore.json",
    HOME / "docs/explanation/evidence/singapore.md",
    HOME / "docs/pictures",
)
DRAWS, SEED, POINTS = 4096, 0, 256


def find() -> dict[str, Any]:
    """Solve everything, draw the pictures, and return what the page says."""
    import servanda
    from servanda.presentation.figures.gallery import figures as pictures
    from servanda.presentation.views import sensitivity as sensing
    from servanda.presentation.views import sweep as sweep_view
    from servanda.presentation.views import tipping_points as tipping
    from servanda.presentation.views import uncertainty as ranges
    from servanda.presentation.views.sweep import beaten, lost_where, prospect
    from servanda.presentation.writing import plan_title
    from servanda.uncertainty.sweeps.sweep import name_of

    agreement = servanda.read("singapore-2018")
    found = servanda.within_ranges(agreement, DRAWS, SEED)
    assert found is not None
    assert found.tornado is not None
    (PICTURES / "singapore-2018-fan.png").write_bytes(pictures.png(pictures.survival_fan(found.swept), dpi=110))
    pairs = [("phased", "all-at-once")]
    if found.other is not None and {found.plan, found.other} != set(pairs[0]):
        pairs.append((found.plan, found.other))
    tips = {pair: servanda.tip(agreement, pair, found.metric) for pair in pairs}
    nearest = tips[pairs[-1]]
    (PICTURES / "singapore-2018-tips.png").write_bytes(pictures.png(pictures.tipping_points(nearest), dpi=110))
    rules = {
        plan: servanda.explain_failure(agreement, plan, sweep=found.swept.table, seed=SEED) for plan in agreement.plans
    }
    swings = servanda.sensitivity(agreement, found.plan, of=found.metric, draws=POINTS, seed=SEED)
    comparison = servanda.compare(agreement)
    duels = sweep_view.duels(found.swept)
    return {
        "versions": comparison.about.versions,
        "sha256": comparison.about.sha256,
        "draws": DRAWS,
        "seed": SEED,
        "inputs": len(found.swept.about["inputs"]),
        "converged": found.swept.converged,
        "solves": DRAWS * len(agreement.plans),
        "prospect": prospect(found.swept),
        "headline": ranges.headline(found),
        "duel": beaten(found.swept, "phased", "all-at-once"),
        "rows": spans(ranges.ranges(comparison, found)),
        "names": [column.name for column in duels.columns[1:]],
        "duels": [[row.cells[0], list(row.cells[1:])] for row in duels.rows],
        "lost": [[name_of(found.swept, plan), lost_where(found.swept, plan)] for plan in agreement.plans],
        "moving": [ranges.moving(found), sensing.what_matters(swings)],
        "tips": [
            {
                "title": " or ".join(plan_title(agreement, plan) for plan in pair),
                "said": [tipping.ranking(one), tipping.headline(one), tipping.also(one), tipping.joint(one)],
            }
            for pair, one in tips.items()
        ],
        "rules": [{"plan": plan_title(agreement, plan), "said": _rules(agreement, one)} for plan, one in rules.items()],
    }


def spans(table: Any) -> list[dict[str, str]]:
    """The rows of a table of ranges; the first of each plan has its name."""
    rows: list[dict[str, str]] = []
    plan = ""
    for row in table.rows:
        if row.kind == "group":
            plan = row.cells[0]
            continue
        rows.append(dict(zip(("plan", "what", "likely", "median", "span", "draws"), (plan, *row.cells), strict=True)))
        plan = ""
    return rows


def _rules(agreement: Any, found: Any) -> str:
    from servanda.presentation.views import failure_rules as view

    rules = " ".join(f"The plan {view.rule_words(rule, found.aside)}" for rule in found.rules)
    return f"{view.failing(agreement, found)} {rules}".strip()


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def page(found: dict[str, Any]) -> str:
    """The text of docs/explanation/evidence/singapore.md."""
    figures = table(
        ["plan", "metric", "likely", "median", "nine of ten draws"],
        [[row["plan"], row["what"], row["likely"], row["median"], row["span"]] for row in found["rows"]],
    )
    duels = table(["", *found["names"]], [[name, *cells] for name, cells in found["duels"]])
    turns = "\n\n".join(
        f"**{one['title']}?** {' '.join(line for line in one['said'] if line)}" for one in found["tips"]
    )
    rules = "\n".join(f"- **{one['plan']}.** {one['said']}" for one in found["rules"])
    lost = "; ".join(f"{name}: {where}" for name, where in found["lost"])
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return f"""# Singapore, June 2018: phased, or all at once?

The day before the summit a newspaper asked whether a phased agreement would not be more reasonable than one that does everything at once; doubted whether words would
prove sincere; and saw a Congress that may not lift sanctions and a next administration that may walk away. `singapore-2018` in the catalogue writes four plans down, with
{found["inputs"]} numbers that have a range, nearly all of them judgements made before anything was solved. This page says what follows over everything that these ranges allow. It is made
by `bench/singapore.py`; no number on it is typed by hand. **It is about a model and its judged numbers. It is not a forecast.**

## The answer

{found["headline"]}

To the newspaper's own question: {found["duel"]}

servanda drew all {found["inputs"]} numbers {found["draws"]:,} times within their ranges. The solver found {found["converged"]:,} of {found["solves"]:,} equilibria.

{figures}

*Likely: every number at its likely value. A gain is what signing is worth compared with no agreement.*

The share of draws in which the plan of a row lasts longer than that of a column:

{duels}

![Survival of the four plans over the draws](../../pictures/singapore-2018-fan.png)

Where most is lost, and in which share of draws: {lost}.

## What it depends on

{chr(10).join(found["moving"])}

{turns}

![Numbers that reverse the ranking](../../pictures/singapore-2018-tips.png)

## When each plan does worst

Its worst quarter of the draws, by the expected time in force:

{rules}

## To repeat it

`python bench/singapore.py` (seed {found["seed"]}; {versions}; file {found["sha256"][:16]}…). Or by the commands: `servanda study singapore-2018`,
`servanda tip singapore-2018 --between phased all-at-once --of years`, `servanda explain-failure singapore-2018 --plan phased`, `servanda sensitivity singapore-2018 --plan phased --of years`.
"""


def main() -> None:
    if sys.argv[1:] != ["page"]:
        NUMBERS.write_text(json.dumps(find(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(json.loads(NUMBERS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
