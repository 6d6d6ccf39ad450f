# ruff: noqa: E501
"""The games of the catalogue against what happened: docs/explanation/evidence/histories.md, from the paths of histories.yaml.

python bench/histories.py          solves everything (a minute or two), writes bench/histories.json and the page
python bench/histories.py page     only the page, from bench/histories.json
"""

from __future__ import annotations

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
SHARES = (0.0, 0.1, 0.2, 0.5, 1.0)  # of the precision that each file says
ACTS = ("keep", "hold", "leave")


def paths() -> dict[str, dict[str, Any]]:
    """What happened, by agreement."""
    import yaml

    return yaml.safe_load(PATHS.read_text("utf-8"))


def less_precise(agreement: Any, share: float) -> Any:
    """The same agreement with this share of every party's precision."""
    parties = {
        name: party.model_copy(
            update={"precision": party.precision.model_copy(update={"likely": share * party.precision.likely, "low": None, "high": None})}
        )
        for name, party in agreement.parties.items()
    }
    return agreement.model_copy(update={"parties": parties})


def solved(agreement: Any, plan: str) -> Any:
    import servanda

    return servanda.solve(servanda.compile(agreement, plan))


def follow(equilibrium: Any, moves: list[str]) -> Iterator[dict[str, Any]]:
    """Go along a path, and tell each decision: its date, what it is about, and the chance that the game gave to each act.

    A path that the game does not have is an error.
    """
    from servanda.game.public_tree import AUTOMATIC, CHOICES, RATIFICATION, TURNOVER

    game = equilibrium.game
    v = 0
    for number, move in enumerate(moves):
        while v >= 0 and game.tree.kind[v] == AUTOMATIC:
            v = int(game.tree.child[v, 0])
        kind = game.tree.kind[v]
        if move.startswith("!found"):
            assert number == len(moves) - 1, f"the path goes on after {move}"
            return
        if move.startswith("!"):
            assert kind in (TURNOVER, RATIFICATION), f"{move}: {game.step_at(v).id} comes here"
            v = int(game.tree.child[v, int(move in ("!new", "!fail"))])
            continue
        party, entry, act = move.split()
        step = int(game.node_step[v]) if game.node_step[v] >= 0 else int(game.late.about[v])
        assert kind in CHOICES, f"{move}: nobody decides here"
        assert game.parties[game.tree.actor[v]] == party, f"{move}: {game.parties[game.tree.actor[v]]} decides here"
        assert step < 0 or game.steps[step].id == entry, f"{move}: this is about {game.steps[step].id}"
        hold, leave = float(equilibrium.holds[v]), float(equilibrium.leaves[v])
        chance = dict(zip(ACTS, (1.0 - hold - leave, hold, leave), strict=True))
        yield {
            "move": move,
            "years": float(game.node_years[v]),
            "due": bool(game.node_step[v] >= 0 and game.steps[step].kind == "obligation"),
            "chance": chance[act],
            "keep": chance["keep"],
            "entry": entry,
        }
        if act == "leave":
            assert number == len(moves) - 1, f"the path goes on after {move}"
            return
        v = int(game.tree.child[v, int(act == "hold")])
        assert v >= 0, f"{move}: the game does not have this act"


def find() -> dict[str, Any]:
    """Solve every game at every share of its precision, and follow what happened."""
    import servanda
    from servanda.assessment.summary import summarise

    found: dict[str, Any] = {}
    for name, path in paths().items():
        game = name if name == "singapore-2018" else f"{name}-game"
        agreement = servanda.read(game)
        assert agreement.origin is not None
        one: dict[str, Any] = {"game": game, "plan": path["plan"], "sha256": agreement.origin.sha256, "shares": {}}
        for share in SHARES:
            equilibrium = solved(less_precise(agreement, share) if share < 1.0 else agreement, path["plan"])
            decisions = list(follow(equilibrium, path["moves"]))
            one["title"] = agreement.title
            one["nodes"] = len(equilibrium.game.node_step)
            one["shares"][str(share)] = {
                "decisions": [{**each, "nominal": each["entry"] in path.get("nominal", [])} for each in decisions],
                "outcomes": dict(summarise(equilibrium).outcomes),
                "years": decisions[-1]["years"],
            }
        found[name] = one
    return {"versions": servanda.about(agreement).versions, "games": found}


# ------------------------------------------------------------------------------------------------------------ the page


def log_chance(one: dict[str, Any], share: float) -> float:
    """Log of the chance that a game gave to all decisions of its path together."""
    return sum(math.log(each["chance"]) for each in one["shares"][str(share)]["decisions"])


def dated(found: dict[str, Any], share: float) -> list[tuple[float, bool]]:
    """By step with a date in its text: the chance that it is done on its day, given what had happened, and whether it was."""
    return [
        (each["keep"], each["move"].endswith(" keep"))
        for one in found["games"].values()
        for each in one["shares"][str(share)]["decisions"]
        if each["due"] and not each["nominal"]
    ]


def log_score(steps: list[tuple[float, bool]]) -> float:
    return sum(math.log(chance if was else 1.0 - chance) for chance, was in steps) / len(steps)


def brier(steps: list[tuple[float, bool]]) -> float:
    return sum((chance - was) ** 2 for chance, was in steps) / len(steps)


def percent(chance: float) -> str:
    return "<1%" if 0.0 < chance < 0.01 else ">99%" if 0.99 < chance < 1.0 else f"{100 * chance:.0f}%"


def signed(value: float, digits: int) -> str:
    return f"{value:.{digits}f}".replace("-", "−")


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def story(one: dict[str, Any]) -> tuple[str, str]:
    """The decision that a game thought least likely, in words, and its chance."""
    least = min(one["shares"]["1.0"]["decisions"], key=lambda each: each["chance"])
    party, entry, act = least["move"].split()
    words = {"keep": "performs, stays or waits", "hold": "holds back", "leave": "leaves"}[act]
    return f"{party} {words} at `{entry}`, year {least['years']:.1f}", percent(least["chance"])
