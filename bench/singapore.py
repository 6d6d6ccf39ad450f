# ruff: noqa: E501
"""The newspaper's question: docs/explanation/evidence/singapore.md and its picture, from the agreement of the catalogue.

python bench/singapore.py              solves everything (about ten minutes), writes bench/singapore.json and the page
python bench/singapore.py FILE.parquet the same, on draws that `servanda sweep` has made
python bench/singapore.py likely       only the likely values (a minute); the page says that it has no ranges
python bench/singapore.py page         only the page, from bench/singapore.json

What happened comes from bench/histories.json.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from histories import NUMBERS as HISTORIES
from histories import STANDS, WORDS, log_chance, percent, signed, table

HOME = Path(__file__).resolve().parent.parent
NUMBERS, PAGE, PICTURES, FIRST = (
    HOME / "bench/singapore.json",
    HOME / "docs/explanation/evidence/singapore.md",
    HOME / "docs/pictures",
    HOME / "tests/support/singapore_v1.yaml",
)
DRAWS, SEED = 128, 0
ASKED = ("phased", "all-at-once")  # the two plans of the newspaper
GIVEN = {  # things whose giving up is told, by party
    "dprk": ("tests", "yongbyon-running", "hidden-enrichment", "long-range-missiles", "warheads"),
    "usa": ("exercises", "un-economic", "us-statutory", "peace-treaty"),
}
METRICS = {
    "held_clean": "chance in force and clean at the end",
    "complete": "chance complete at the end",
    "stalled": "chance in force but stalled at the end",
    "suspended": "chance in force but suspended at the end",
    "years": "years in force",
    "gain.dprk": "gain of North Korea over no agreement, units",
    "gain.usa": "gain of United States over no agreement, units",
}


def find(path: str | None = None) -> dict[str, Any]:
    """Solve everything, draw the picture, and return what the page says."""
    import servanda
    from servanda.agreement.numbers import uncertain
    from servanda.presentation.figures.gallery import figures as pictures
    from servanda.presentation.views import sensitivity as sensing
    from servanda.presentation.writing import plan_title

    agreement = servanda.read("singapore-2018")
    comparison = servanda.compare(agreement)
    found: dict[str, Any] = {
        "versions": comparison.about.versions,
        "sha256": comparison.about.sha256,
        "inputs": len(uncertain(agreement)),
        "plans": {
            result.plan: {"title": plan_title(agreement, result.plan), **likely(result)} for result in comparison.plans
        },
        "stakes": {stake: agreement.stakes[stake].name for each in GIVEN.values() for stake in each},
        "first": {
            result.plan: {"held": sum(result.summary.held.values()), "years": result.summary.expected_years}
            for result in servanda.compare(servanda.read(FIRST)).plans
        },
        "ranges": None,
    }
    if path == "likely":
        return found
    swept = servanda.sweep(agreement, draws=DRAWS, seed=SEED) if path is None else servanda.read_sweep(path)
    assert (swept.draws, swept.seed) == (DRAWS, SEED)
    assert swept.about["sha256"] == found["sha256"]
    (PICTURES / "singapore-2018-fan.png").write_bytes(pictures.png(pictures.survival_fan(swept), dpi=110))
    swings = servanda.sensitivity(agreement, between=ASKED, of="years", sweep=swept, seed=SEED)
    found["ranges"] = {
        "draws": DRAWS,
        "seed": SEED,
        "converged": swept.converged,
        "solves": DRAWS * len(agreement.plans),
        "plans": {
            plan: {
                "spans": spans(swept, plan),
                "better": {other: better(swept, plan, other) for other in swept.plans if other != plan},
            }
            for plan in swept.plans
        },
        "matters": sensing.what_matters(swings),
    }
    return found


def likely(result: Any) -> dict[str, Any]:
    """What the solution at the likely values says of a plan, and what habit alone would give."""
    summary, late = result.summary, result.summary.late
    done = {each.id: each.late.done_on_time + each.late.done_late for each in summary.entries if each.late is not None}
    habit = {name: sum(each.values()) for name, each in late.by_habit.done.items()}
    first = {
        stake: next(
            step.id for step in result.game.steps if step.kind in ("obligation", "automatic") and stake in step.gives
        )
        for stakes in GIVEN.values()
        for stake in stakes
    }
    return {
        "furthest": milestone(late.headline.furthest),
        "furthest_by_habit": milestone(late.by_habit.headline.furthest),
        "ending": {name: getattr(late.headline.ending, name) for name in ("title", "how", "by", "chance")}
        | {"date": late.headline.ending.date.isoformat()},
        "steps": [len(late.by_habit.done), late.steps_done, late.by_habit.steps_done],
        "stands": stands(late.how_it_stands),
        "stands_by_habit": stands(late.by_habit.how_it_stands),
        "broken": dict(summary.broken),
        "losses": {cause: [loss.interest, loss.habit, loss.chance] for cause, loss in late.losses.items()},
        "overlap": late.overlap,
        "years": summary.expected_years,
        "years_by_habit": late.by_habit.expected_years,
        "gains": {party: value.gain for party, value in summary.values.items()},
        "given": {stake: [done[step], habit[step]] for stake, step in first.items()},
    }


def milestone(found: Any) -> dict[str, Any] | None:
    return None if found is None else {"title": found.title, "date": found.date.isoformat(), "done": found.done}


def stands(how: dict[str, dict[str, float]]) -> dict[str, float]:
    return {name: sum(how[name].values()) for name in STANDS}


def column(swept: Any, plan: str, name: str) -> Any:
    """A metric of a plan over the draws that have an answer, in the order of the draws."""
    import polars as pl

    own = swept.table.to_polars() if hasattr(swept.table, "to_polars") else swept.table
    return own.filter(pl.col("plan") == plan).sort("draw")[name].to_numpy()


def spans(swept: Any, plan: str) -> dict[str, list[float]]:
    import numpy as np

    return {name: [float(x) for x in np.nanquantile(column(swept, plan, name), (0.5, 0.05, 0.95))] for name in METRICS}


def better(swept: Any, plan: str, other: str) -> dict[str, float]:
    """In which share of draws a plan has more of each metric than another."""
    return {name: float((column(swept, plan, name) > column(swept, other, name)).mean()) for name in METRICS}


# ------------------------------------------------------------------------------------------------------------ the page

HOW = {"held_back": "holds back", "withdrew": "leaves", "incident": "an incident", "found": "is found out"}
PARTIES = {"dprk": "North Korea", "usa": "the United States"}


def far(one: dict[str, Any] | None) -> str:
    return "no step" if one is None else f"“{one['title']}” ({one['date'][:4]}, {percent(one['done'])})"


def ending(one: dict[str, Any]) -> str:
    who = f"{PARTIES[one['by']]} " if one["by"] else ""
    return f"“{one['title']}”, {one['date'][:7]}: {who}{HOW.get(one['how'], one['how'])} ({percent(one['chance'])})"


def both(chance: float, habit: float) -> str:
    return f"{percent(chance)} ({percent(habit)})"


def said(name: str, value: float) -> str:
    if name.startswith("gain"):
        return signed(value)
    return f"{value:.1f}" if name == "years" else percent(value)


def share(value: float) -> str:
    return {0.0: "none", 1.0: "all"}.get(value, percent(value))


def over_the_ranges(found: dict[str, Any]) -> str:
    """What the draws say; where there are none, that there are none."""
    drawn, plans = found["ranges"], found["plans"]
    if drawn is None:
        return """This page has the likely values only: so many draws of these plans have not been solved for it yet. A median or a share of draws for the file as it is now comes from
`servanda sweep singapore-2018`. What draws of the first edition of the file said cannot be carried over."""
    against = drawn["plans"][ASKED[0]]["better"][ASKED[1]]
    ranges = table(
        ["plan", "metric", "median", "nine of ten draws"],
        [
            [plans[plan]["title"] if number == 0 else "", words, said(name, one["spans"][name][0]),
             f"{said(name, one['spans'][name][1])} to {said(name, one['spans'][name][2])}"]
            for plan, one in drawn["plans"].items()
            for number, (name, words) in enumerate(METRICS.items())
        ],
    )  # fmt: skip
    duels = table(
        ["", *(plans[plan]["title"] for plan in drawn["plans"])],
        [
            [plans[plan]["title"], *("" if o == plan else share(one["better"][o]["years"]) for o in drawn["plans"])]
            for plan, one in drawn["plans"].items()
        ],
    )
    return f"""servanda drew all {found["inputs"]} numbers {drawn["draws"]:,} times within their ranges (seed {drawn["seed"]}). The solver found {drawn["converged"]:,} of {drawn["solves"]:,} equilibria.
The phased plan lasts longer than all at once in {share(against["years"])} of the draws, is worth more to North Korea in {share(against["gain.dprk"])} and to the United States in {share(against["gain.usa"])}.

{ranges}

The share of draws in which the plan of a row lasts longer than that of a column:

{duels}

![Survival of the four plans over the draws](../../pictures/singapore-2018-fan.png)

What moves the difference in years between these two: {drawn["matters"]}"""


def page(found: dict[str, Any]) -> str:
    """The text of docs/explanation/evidence/singapore.md."""
    plans = found["plans"]
    heads = ["", *(one["title"] for one in plans.values())]

    def row(name: str, tell: Any) -> list[str]:
        return [name, *(tell(one) for one in plans.values())]

    def standing(*names: str) -> Any:
        return lambda one: both(sum(one["stands"][n] for n in names), sum(one["stands_by_habit"][n] for n in names))

    outcome = table(
        heads,
        [
            row("last step more likely done than not", lambda one: far(one["furthest"])),
            row("the same, by habit alone", lambda one: far(one["furthest_by_habit"])),
            row("most likely stalls or ends at", lambda one: ending(one["ending"])),
            row("steps done on average", lambda one: "{1:.1f} of {0} ({2:.1f})".format(*one["steps"])),
            row("complete in 2033", standing("complete_on_time", "complete_late")),
            row("in force, but stalled", standing("stalled")),
            row("in force, but suspended", standing("suspended")),
            row("over", lambda one: both(1 - sum(one["stands"].values()), 1 - sum(one["stands_by_habit"].values()))),
            row("years in force, of 15", lambda one: f"{one['years']:.1f} ({one['years_by_habit']:.1f})"),
            row("gain of North Korea, units", lambda one: signed(one["gains"]["dprk"], 2)),
            row("gain of the United States, units", lambda one: signed(one["gains"]["usa"], 2)),
        ],
    )
    given = table(
        heads,
        [
            row(f"{found['stakes'][stake]}", lambda one, stake=stake: both(*one["given"][stake]))
            for stake in found["stakes"]
        ],
    )
    asked = plans[ASKED[0]], plans[ASKED[1]]
    history = json.loads(HISTORIES.read_text("utf-8"))["games"]["singapore-2018"]
    assert history["sha256"] == found["sha256"]
    decisions = zip(history["shares"]["1"]["decisions"], history["shares"]["0"]["decisions"], strict=True)
    happened = table(
        ["year", "what happened, in the words of the plan", "chance that the model gave it", "by habit alone"],
        [
            [f"{each['years']:.1f}", f"{each['who']} at `{each['move'].split()[1]}`: {WORDS[each['kind']][each['move'].split()[2]]}",
             percent(each["chance"]), percent(base["chance"])]
            for each, base in decisions
        ],
    )  # fmt: skip
    then, then_by_habit = (history["shares"][share]["outlook"]["then"] for share in ("1", "0"))
    together = [math.exp(log_chance(history, share)) for share in ("1", "0")]
    assert together[0] < together[1], "the page says that the interests make what happened less likely"
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    first = "; ".join(f"{plans[name]['title']} {one['years']:.1f} years" for name, one in found["first"].items())
    alone = (
        percent(min(one["overlap"] for one in plans.values())),
        percent(max(one["overlap"] for one in plans.values())),
    )
    return f"""# Singapore, June 2018: phased, or all at once?

The day before the summit a newspaper asked whether a phased agreement would not be more reasonable than one that does everything at once; doubted whether words would
prove sincere; and saw a Congress that may not lift sanctions and a next administration that may walk away. `singapore-2018` in the catalogue writes four plans down, with
{found["inputs"]} numbers that have a range, nearly all of them judgements made before anything was solved. This page says what follows. It is made
by `bench/singapore.py`; no number in the tables is typed by hand. **It is about a model and its judged numbers. It is not a forecast.**

## The answer

No plan is likely to be complete in 2033. What differs is how far it gets, and how long it is in force. *In parentheses: by habit alone, the same plan with nothing at stake for anybody.*

{outcome}

*Every number at its likely value. “Stalled”: in force, and some steps will never come. “Over”: somebody left or was found out, or an incident ended it. A gain is what signing is worth compared with no agreement.*

**Phased or all at once?** At the likely values {asked[0]["title"]} is expected to be in force for {asked[0]["years"]:.1f} of 15 years, {asked[1]["title"]} for {asked[1]["years"]:.1f}; to North Korea signing is worth
{signed(asked[0]["gains"]["dprk"], 2)} and {signed(asked[1]["gains"]["dprk"], 2)} units, to the United States {signed(asked[0]["gains"]["usa"], 2)} and {signed(asked[1]["gains"]["usa"], 2)}. Neither disarms North Korea: what the phased plan keeps alive is mostly an agreement that has stopped at its first steps.

What is given up at least in part, on time or late, from the start:

{given}

**Much of this is habit.** Between {alone[0]} and {alone[1]} of what the model says of how the four plans end is what it says of them with nothing at stake. `servanda solve` tells for every loss whether the act paid.

## Over the ranges

{over_the_ranges(found)}

## What happened

*Clearly apart from the answer, which does not know it.* Nothing like the phased plan was ever signed; the acts of 2018 to 2022 are told here as a path through it, with the chance that the model gave to each
when its turn came. How the path was coded, and nine other histories: [ten histories](histories.md).

{happened}

Tests and large exercises were halted, then nothing more; nobody left before the review of November 2021, and to be in force until then had {percent(then)} ({percent(then_by_habit)} by habit alone). In March 2022 North Korea
tested a long-range missile again. The model has room for what came about, a halt and then a standstill that nobody calls off, but gives all these acts together {percent(together[0])}, and habit alone gives them {percent(together[1])}:
**the judged interests make what happened less likely.** They are wide of it twice. A stalling North Korea gains next to nothing from the halt in this file, so the more sharply it follows that interest, the less likely is the step that it
took. And whoever has halted tests is then more likely to be sincere, and expected to stop Yongbyon too, which did not happen. The numbers stay as judged.

## What the first edition said

Until November 2026 the model ended an agreement whenever a step was not done on its day. With the same judgements, every plan was expected to break within a year ({first}), and none had a chance of 1% to last. It could
not tell what happened from what did not. No number of the first edition was changed; habits and lateness were added with reasons and ranges before this file was solved with them, but by somebody who knew what had happened.

## To repeat it

`python bench/singapore.py` ({versions}; file {found["sha256"][:16]}…). Or by the commands: `servanda compare singapore-2018`, `servanda solve singapore-2018 --plan phased`,
`servanda sweep singapore-2018`. How near the nearest numbers are that reverse a ranking (`servanda tip`) was not worked out for this page: it solves two plans some thousand times.
"""


def main() -> None:
    if sys.argv[1:] != ["page"]:
        NUMBERS.write_text(json.dumps(find(*sys.argv[1:]), indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(json.loads(NUMBERS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
