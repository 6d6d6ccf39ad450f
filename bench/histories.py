# ruff: noqa: E501
"""The games of the catalogue against what happened: docs/explanation/evidence/histories.md, from the paths of histories.yaml.

python bench/histories.py          solves everything (a few minutes), writes bench/histories.json and the page
python bench/histories.py page     only the page, from bench/histories.json
"""

from __future__ import annotations

import functools
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parent.parent
PATHS, NUMBERS, PAGE = (
    HOME / "bench/histories.yaml",
    HOME / "bench/histories.json",
    HOME / "docs/explanation/evidence/histories.md",
)
SHARES = ("0", "0.1", "0.2", "0.5", "1")  # of the precision that each file says
ACTS = ("keep", "hold", "leave")
COUNTS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
STANDS = ("complete_on_time", "complete_late", "stalled", "suspended")


@functools.cache
def paths() -> dict[str, dict[str, Any]]:
    """What happened, by agreement."""
    import yaml

    return yaml.safe_load(PATHS.read_text("utf-8"))


def game_of(path: dict[str, Any]) -> Any:
    """The agreement that a path is about."""
    import servanda

    return servanda.read(path["game"])


def less_precise(agreement: Any, share: float) -> Any:
    """The same agreement with this share of every party's precision."""
    parties = {
        name: party.model_copy(update={"precision": {"likely": share * party.precision.likely}})
        for name, party in agreement.parties.items()
    }
    return agreement.model_copy(update={"parties": parties})


def solved(agreement: Any, plan: str, share: float) -> Any:
    import servanda

    return servanda.solve(servanda.compile(agreement if share == 1 else less_precise(agreement, share), plan))


def follow(equilibrium: Any, moves: list[str]) -> Iterator[dict[str, Any]]:
    """Go along a path, and tell each decision: its date, what it is about, and the chance that the game gave to it.

    A path that the game does not have is an error.
    """
    from servanda.game.kinds import AUTOMATIC, CHOICES, RATIFICATION, TURNOVER

    game, v = equilibrium.game, 0
    for number, move in enumerate(moves):
        while v >= 0 and game.tree.kind[v] == AUTOMATIC:
            v = int(game.tree.child[v, 0])
        node, last = game.tree.kind[v], number == len(moves) - 1
        if move.startswith("!found"):
            assert last, f"the path goes on after {move}"
            return
        if move.startswith("!"):
            assert node in (TURNOVER, RATIFICATION), f"{move}: something else comes here"
            v = int(game.tree.child[v, int(move == "!new")])
            continue
        party, entry, act = move.split()
        falls_due = 0 <= int(game.node_step[v]) < len(game.steps)
        step = int(game.node_step[v]) if falls_due else int(game.late.about[v])
        assert node in CHOICES, f"{move}: nobody decides here"
        assert game.parties[game.tree.actor[v]] == party, f"{move}: {game.parties[game.tree.actor[v]]} decides here"
        assert step < 0 or game.steps[step].id == entry, f"{move}: this is about {game.steps[step].id}"
        hold, leave = float(equilibrium.holds[v]), float(equilibrium.leaves[v])
        chance = dict(zip(ACTS, (1.0 - hold - leave, hold, leave), strict=True))
        kind = game.steps[step].kind if falls_due else "look" if game.late.behind[v, game.tree.actor[v]] else "answer"
        yield {
            "move": move,
            "who": game.agreement.parties[party].name,
            "kind": kind,
            "years": float(game.node_years[v]),
            "keep": chance["keep"],
            "chance": chance[act],
        }
        if act == "leave":
            assert last, f"the path goes on after {move}"
            return
        v = int(game.tree.child[v, int(act == "hold")])
        assert v >= 0, f"{move}: the game does not have this act"


def outlook(equilibrium: Any, years: float) -> dict[str, float]:
    """Chances at the start: to be in force at some date, and how the agreement stands at the horizon."""
    import numpy as np

    from servanda.assessment.outcomes import Walk
    from servanda.solver.reach_probabilities import fates

    walk, game = Walk(equilibrium), equilibrium.game
    honest = np.array([[[walk.honest(p, v) for v in range(len(walk.reach))] for p in range(len(game.parties))]])
    stands = {name: float(clean[0] + secret[0]) for name, (clean, secret) in fates(game, walk.found, honest).items()}
    lost = sum(float(each[0, game.node_years <= years].sum()) for each in walk.found.lost.values())
    return {"then": 1.0 - lost, **{name: stands[name] for name in STANDS}, "broken": 1.0 - sum(stands.values())}


def find() -> dict[str, Any]:
    """Solve every game at every share of its precision, and follow what happened."""
    from servanda.result import about

    found: dict[str, Any] = {}
    for name, path in paths().items():
        agreement = game_of(path)
        assert agreement.origin is not None
        by_share: dict[str, Any] = {}
        for share in SHARES:
            equilibrium = solved(agreement, path["plan"], float(share))
            decisions = list(follow(equilibrium, path["moves"]))
            by_share[share] = {"decisions": decisions, "outlook": outlook(equilibrium, decisions[-1]["years"])}
        found[name] = {
            "sha256": agreement.origin.sha256,
            "horizon": agreement.horizon,
            "nodes": len(equilibrium.game.node_step),
            "shares": by_share,
        }
        print(name, round(log_chance(found[name], "0"), 2), round(log_chance(found[name], "1"), 2), flush=True)
    return {"versions": about(agreement, 0.0, None).versions, "games": found}


# ------------------------------------------------------------------------------------------------------------ the page


def log_chance(one: dict[str, Any], share: str) -> float:
    """Log of the chance that a game gave to all decisions of its path together."""
    return sum(math.log(each["chance"]) for each in one["shares"][share]["decisions"])


def dated(found: dict[str, Any], share: str) -> list[tuple[float, bool]]:
    """By step with a date in its text: the chance that it is done when it falls due, given what had happened, and whether it was."""
    return [
        (each["keep"], each["move"].endswith(" keep"))
        for name, path in paths().items()
        for each in found["games"][name]["shares"][share]["decisions"]
        if each["kind"] == "obligation" and each["move"].split()[1] not in path.get("nominal", [])
    ]


def log_score(steps: list[tuple[float, bool]]) -> float:
    return sum(math.log(chance if was else 1.0 - chance) for chance, was in steps) / len(steps)


def brier(steps: list[tuple[float, bool]]) -> float:
    return sum((chance - was) ** 2 for chance, was in steps) / len(steps)


def percent(chance: float) -> str:
    return "<1%" if 0.0 < chance < 0.01 else ">99%" if 0.99 < chance < 1.0 else f"{100 * chance:.0f}%"


def signed(value: float, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


WORDS = {
    "obligation": {"keep": "performs", "hold": "holds back", "leave": "leaves"},
    "review": {"keep": "stays", "hold": "takes back", "leave": "leaves"},
    "look": {"keep": "catches up", "hold": "still holds back", "leave": "leaves"},
    "answer": {"keep": "waits", "hold": "suspends", "leave": "leaves"},
}


def surprise(one: dict[str, Any]) -> str:
    """The decision that a game thought least likely, in words, with its chance."""
    least = min(one["shares"]["1"]["decisions"], key=lambda each: each["chance"])
    _, entry, act = least["move"].split()
    return f"{least['who']} at `{entry}`: {WORDS[least['kind']][act]} ({percent(least['chance'])})"


def listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def page(found: dict[str, Any]) -> str:
    """The text of docs/explanation/evidence/histories.md."""
    told, games = paths(), found["games"]
    count = {name: len(one["shares"]["1"]["decisions"]) for name, one in games.items()}
    all_of = sum(count.values())
    logs = {share: sum(log_chance(one, share) for one in games.values()) for share in SHARES}
    best = max(SHARES, key=lambda share: logs[share])
    gains = [told[name]["name"] for name, one in games.items() if log_chance(one, "1") > log_chance(one, "0")]
    loses = [told[name]["name"] for name, one in games.items() if log_chance(one, "1") <= log_chance(one, "0")]

    happened = table(
        ["agreement", "what happened", "decisions", "chance per decision", "by habit alone", "least expected"],
        [
            [
                told[name]["name"],
                told[name]["what"],
                str(count[name]),
                percent(math.exp(log_chance(one, "1") / count[name])),
                percent(math.exp(log_chance(one, "0") / count[name])),
                surprise(one),
            ]
            for name, one in games.items()
        ],
    )

    def both(one: dict[str, Any], *names: str) -> str:
        said = [percent(sum(one["shares"][share]["outlook"][name] for name in names)) for share in ("1", "0")]
        return f"{said[0]} ({said[1]})"

    ahead = table(
        [
            "agreement",
            "in force when the story ends",
            "was it?",
            "horizon",
            "complete then",
            "stalled",
            "suspended",
            "broken",
        ],
        [
            [
                told[name]["name"],
                f"year {one['shares']['1']['decisions'][-1]['years']:.1f}: {both(one, 'then')}",
                "yes" if told[name]["in_force"] else "no",
                f"{one['horizon']:g} years",
                both(one, "complete_on_time", "complete_late"),
                both(one, "stalled"),
                both(one, "suspended"),
                both(one, "broken"),
            ]
            for name, one in games.items()
        ],
    )
    halt = {share: games["singapore-2018"]["shares"][share]["decisions"][0]["chance"] for share in SHARES}
    far = next(each for each in games["jcpoa-2015"]["shares"]["0"]["decisions"] if " transition " in each["move"])
    constant = [
        (sum(was for _, was in dated(found, "1")) / len(dated(found, "1")), was) for _, was in dated(found, "1")
    ]
    rows = [
        [
            {"0": "none: habit alone", "1": "all: as in the files"}.get(share, f"{100 * float(share):.0f}%"),
            signed(logs[share]),
            signed(logs[share] / all_of, 3),
            signed(log_score(dated(found, share)), 2),
            f"{brier(dated(found, share)):.2f}",
        ]
        for share in SHARES
    ]
    rows.append(["the same chance for every step", "", "", signed(log_score(constant), 2), f"{brier(constant):.2f}"])
    profile = table(
        ["share of the precision", "log chance, all decisions", "each", "done when due? log score", "Brier"], rows
    )
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    return f"""# Ten histories: what the games say, and what happened

Ten agreements of the catalogue are games with numbers: `singapore-2018`, and nine that stand beside the text they are made of, such as `jcpoa-2015-game` beside `jcpoa-2015`.
How each of them went is known. This page puts what a game says beside what happened, with the chance that the game gave to it. It is made by `bench/histories.py` from
the games and from `bench/histories.yaml`, which tells each story as a path through its game. No number in the tables is typed by hand.

**This is no test of forecasts.** Whoever chose the numbers knew how it went, and the two habits that say how often steps are late were chosen after the steps of these stories had been seen.
What it can show is where a game with plausible numbers is wide of what happened, and how much the interests in it add to mere base rates.

## How the numbers were made

- **Worths, costs, types, chances.** One author, in the role of an analyst of such agreements, wrote the likely values for all ten games in November 2026 before any of them was solved: on one scale (1 is one
  year of the main relief as its receiver sees it), with discounts of 6 to 8% a year, precisions of 1.0 and 1.2 and costs of breakdown of about 1. Those of Singapore are older and were taken over.
  The ranges were added by the same kind of judgement when a prototype had solved the likely values, and before anything was solved with a range. No number was changed because of an answer.
- **Habits** are the same in all ten: the base rates that come with servanda, with a rate of leaving of 0.03 a year and party, somewhat below the base rate of 0.04, since incidents, findings and votes are told
  apart here. `stumbles` and `falls_behind` were set after the dated steps of these ten cases had been counted; the others rest on other collections, or are guesses, and say so.
- **The plans** are cut down. Several parties are drawn together into one, duties of one day into one step, and where a text has no date the file says which day it takes and why.
- **The paths** were coded by one hand. Where life and the game do not have the same dates or acts, the nearest was taken; `bench/histories.yaml` says where.

## What the games gave to what happened

*Chance per decision: the geometric mean of the chances that the game gave, one after the other, to the acts that were chosen: to perform, hold back or leave at a step, to catch up or not at a look, to
wait, suspend or leave as an answer, to stay or leave at a review. By habit alone: the same game in which nothing is at stake for anybody (precision 0).*

{happened}

Interests as the files judge them make what happened likelier in {listed(gains)}, and less likely in {listed(loses)}.

## What the games said on the day of signature

*In parentheses: by habit alone.*

{ahead}

## The doubt

*The games with less precision than the files say: how likely that makes the {all_of} decisions of the ten stories, and how well it says whether a step with a date is done when it falls due
({len(constant)} steps, of which {percent(constant[0][0])} were; one that waits for a late one falls due when that is done). A log score nearer to 0 is better, and so is a smaller Brier score.*

{profile}

- **The interests add little, and at the precision of the files they take away.** Of the shares in the table {"none" if best == "0" else f"{100 * float(best):.0f}%"} of the precision does best. All of it costs {signed(logs[best] - logs["1"])} in log chance against that, habit alone {signed(logs[best] - logs["0"])}.
  A difference of 2 or more is commonly taken to count; so these stories speak against the precision of the files, and do not tell a small one from none. A prototype that
  fitted the precision to nine stories and scored the tenth came to the same result.
- **An answer of such a game is to be read beside its habits.** Where both say nearly the same, the answer is a base rate. Where they differ, the difference is what the judged interests
  add, and of these ten stories it makes {COUNTS[len(loses)]} less likely.
- **Some worths are wide of what happened, and stay as judged.** In Singapore a stalling North Korea gains next to nothing from halting its tests. So the more sharply it follows that interest, the less
  likely is the halt that came about: {percent(halt["0"])} by habit alone, {percent(halt["1"])} in the file. No precision mends that.
- **A date far ahead is nearly always missed by habit.** The rate of falling behind runs over all the time allotted to a step. For Transition Day of the JCPOA that is more than eight years, so by habit alone
  it is kept with {percent(far["keep"])}. It was not kept, but not because it was eight years of work. Other dates in these games are nearer.
- **Ten stories are few and not independent.** North Korea is a party to four of them and the United States to eight. One hand chose them, cut them down, coded them and set the numbers.
- **The first edition of the model** ended an agreement whenever a step was not done on its day. Every story here but one has such a step, so it gave them no chance at all. That they have one now
  is the gain, and a small claim.
- **What no number mends.** Only one party at a time is behind in these games, late steps are done in full or not at all, answers to a breach are one act, and incidents end everything.

## To repeat it

`python bench/histories.py` ({versions}). For one game: `servanda solve jcpoa-2015-game`.
"""


def main() -> None:
    if sys.argv[1:] != ["page"]:
        NUMBERS.write_text(json.dumps(find(), indent=1, ensure_ascii=False) + "\n", "utf-8")
    PAGE.write_text(page(json.loads(NUMBERS.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
