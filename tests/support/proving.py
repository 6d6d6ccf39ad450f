"""One random agreement examined: solved, checked on its explicit game tree, and compared with Gambit.

`bench/proof.py` does this for thousands of them; `tests/test_proof.py` keeps some of the cases that Gambit cannot do.
"""

from __future__ import annotations

import copy
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.outcomes import choices
from servanda.crosscheck.explicit_tree import Infoset, Tree, TreeTooLarge, game_tree
from servanda.crosscheck.gambit_file import efg
from servanda.game.calendar import calendar_of
from servanda.game.compiler import compile
from servanda.solver.equilibrium import Equilibrium, is_choice, solve
from support.cases import one_precision, precisions
from support.random_agreements import random_data
from support.referee import (
    AROUND_ONE,
    NotSolved,
    at_one,
    by_infoset,
    one_player_per_set,
    residual,
    solve_tree,
    trace_with_gambit,
)

LARGEST_TREE = 3_000  # nodes
CLOSE = 1e-8
SAME = (
    1e-4  # two points at the same lambda that differ by less are the same, up to the tolerance with which it is traced
)
VANISHING = (
    -740.0
)  # log of a chance; one below exp(-745.13) is 0 in usual arithmetic, and then Gambit breaks (see _there)
GAMBIT_LIMIT = 20.0  # seconds for each way of asking it
REFEREE_LIMIT = 600.0

# How Gambit is asked, in turn, until it agrees: its defaults; short steps; no further than 1. If all fail, the same
# with each information set as a player of its own (so from the first where types of a party differ in precision).
WAYS: tuple[tuple[str, tuple[float, ...], float, float], ...] = (
    ("defaults", AROUND_ONE, 0.03, 1.1),
    ("short steps", AROUND_ONE, 0.001, 1.02),
    ("up to 1", (1.0,), 0.03, 1.1),
)

FEATURES = {
    "o": "obligations",
    "c": "obligations that may be concealed",
    "a": "automatic transfers",
    "v": "reviews",
    "r": "ratifications",
    "t": "turnovers",
    "T": "types",
    "p": "types that differ in precision",
    "m": "measures",
    "w": "measures in force for a time",
    "i": "incidents",
    "d": "discounts",
    "s": "several entries on one day",
}

Choices = dict[Infoset, dict[str, float]]


class NoResult(Exception):
    """What was asked of the process beside did not come back, and why."""


class Beside:
    """A process beside this one, for calls that may crash or never end; it is killed when the time is up."""

    def __init__(self) -> None:
        self.process: Any = None
        self.pipe: Any = None

    def call(self, limit: float, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function there; it raises `NoResult` if nothing comes back in so many seconds."""
        if self.process is None:
            self._start()
        try:
            self.pipe.send((limit, function, arguments))
            if not self.pipe.poll(limit):
                self.stop()
                raise NoResult(f"did not end in {limit:.0f} seconds")
            fine, what = self.pipe.recv()
        except (EOFError, BrokenPipeError):
            self.process.join()
            code, self.process = self.process.exitcode, None
            raise NoResult(f"crashed (exit code {code})") from None
        if not fine:
            raise NoResult(what)
        return what

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, other = context.Pipe()
        self.process = context.Process(target=_serve, args=(other,), daemon=True)
        self.process.start()
        other.close()
        self.pipe.recv()  # it is there

    def stop(self) -> None:
        """Kill it; the next call starts another."""
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process = None


def _serve(pipe: Any) -> None:
    pipe.send(True)
    while True:
        try:
            limit, function, arguments = pipe.recv()
        except EOFError:
            return
        if hasattr(signal, "alarm"):  # should whoever asked be killed, this does not run for ever
            signal.alarm(int(limit) + 10)
        try:
            answer = True, function(*arguments)
        except Exception as problem:
            answer = False, f"{type(problem).__name__}: {problem}"
        if hasattr(signal, "alarm"):
            signal.alarm(0)  # it may wait for the next call as long as it takes
        pipe.send(answer)


# ---------------------------------------------------------------------------------------------------- the agreement


def random_variant(seed: int, discounted: bool = True, factor: float = 1.0) -> Agreement:
    """A random agreement; without discount if so wanted, and with all precisions times a factor."""
    data = copy.deepcopy(random_data(seed))
    for party in data["parties"].values():
        for whose in (party, *party.get("types", {}).values()):
            if "precision" in whose:
                whose["precision"] *= factor
            if "discount" in whose and not discounted:
                whose["discount"] = 0.0
    return Agreement.model_validate(data)


def features(agreement: Agreement) -> str:
    """What is in an agreement, as keys of `FEATURES`."""
    steps = calendar_of(agreement, "plan")
    kinds = {step.kind for step in steps}
    there = {
        "o": "obligation" in kinds,
        "c": any(step.conceals for step in steps),
        "a": "automatic" in kinds,
        "v": "review" in kinds,
        "r": "ratification" in kinds,
        "t": "turnover" in kinds,
        "T": any(party.types for party in agreement.parties.values()),
        "p": one_precision(agreement) is None,
        "m": bool(agreement.measures),
        "w": any(measure.starts or measure.until for measure in agreement.measures.values()),
        "i": agreement.incidents.likely > 0,
        "d": any(party.discount.likely > 0 for party in agreement.parties.values()),
        "s": any(one.date == other.date for one, other in pairwise(steps)),
    }
    return "".join(key for key in FEATURES if there[key])


def log_choices(equilibrium: Equilibrium) -> Choices:
    """Log probability of every act, by information set: they may be too small to be written as probabilities."""
    of, logs = equilibrium.game, {}
    nodes = [v for v in range(len(of.node_step)) if is_choice(of, v)]
    rows = [row for v in nodes for row in equilibrium.choice[:, of.block(int(of.tree.actor[v]), v)].T.tolist()]
    for choice, row in zip(choices(equilibrium), rows, strict=True):
        key = Infoset(choice.entry, tuple(choice.branch), choice.type, choice.concealed)
        logs[key] = dict(zip(("keep", "conceal", "withdraw"), row, strict=True))
    return logs


def difference(logs: Choices, chances: Mapping[Infoset, Mapping[str, float]]) -> float:
    """Largest difference between our probabilities and another's, over every act of every information set."""
    pairs = [(logs[key][act], chance) for key, row in chances.items() for act, chance in row.items()]
    ours, theirs = np.array(pairs).reshape(-1, 2).T
    return float(np.max(np.abs(np.exp(ours) - theirs), initial=0.0))


# ------------------------------------------------------------------------------------------------------ examining it


def examine(seed: int, beside: Beside) -> dict[str, Any]:
    """Solve a random agreement, and check the answer as far as that can be done.

    Returns, beside what the names say: `nodes`, `sets` (information sets), and what follows only for small trees;
    `tree_residual` as worked out on the tree; `flat_...` for the variant without discount; and what
    `compare_with_gambit` adds.
    """
    agreement = random_variant(seed)
    each = precisions(agreement)
    row: dict[str, Any] = {
        "seed": seed,
        "parties": len(agreement.parties),
        "entries": len(calendar_of(agreement, "plan")),
        "features": features(agreement),
        "least_precision": min(min(of.values()) for of in each.values()),
        "most_precision": max(max(of.values()) for of in each.values()),
    }
    began = time.perf_counter()
    answer = solve(compile(agreement, "plan"), throw=False)
    row["seconds"] = time.perf_counter() - began
    row |= {name: getattr(answer, name) for name in ("status", "residual", "iterations", "folds")}
    try:
        of = game_tree(agreement, "plan", max_nodes=LARGEST_TREE)
    except TreeTooLarge:
        return row
    row["nodes"] = len(of.nodes)
    row["sets"] = len({node.infoset for node in of.nodes if node.infoset is not None})
    if row["sets"]:
        row["tree_residual"] = residual(of, each, log_choices(answer))[0]
        row |= compare_with_gambit(seed, beside)
    return row


def compare_with_gambit(seed: int, beside: Beside) -> dict[str, Any]:
    """Compare the undiscounted variant with Gambit; if that fails, say what Gambit did and ask the naive referee.

    `gambit`: agrees; stopped (before full precision); another point (there); or what happened. `difference` of
    probabilities from ours at full precision. Where it stopped or missed: `tried`, all ways of asking with the lambda
    at which each ended, and of the one that came furthest: `way`, `lambda`, `there` (difference from our answer at
    that lambda), `gambit_residual` there, and `least_reach`, the log chance of the information set reached least.
    `referee`, if asked: agrees; differs; or what happened; by how much, and how often its branch turned back.
    """
    agreement = random_variant(seed, discounted=False)
    each, scale = precisions(agreement), one_precision(agreement)
    of = game_tree(agreement, "plan", max_nodes=2 * LARGEST_TREE)
    answer = solve(compile(agreement, "plan"), throw=False)
    logs = log_choices(answer)
    row: dict[str, Any] = {
        "flat_status": answer.status,
        "flat_residual": answer.residual,
        "flat_folds": answer.folds,
        "flat_tree_residual": residual(of, each, logs)[0],
    }
    tried: list[dict[str, Any]] = []
    for asked in _asked(of, each, scale, beside):
        if "chances" in asked and abs(asked["lambda"] - 1) < 1e-6:
            asked["difference"] = difference(logs, asked["chances"])
            if asked["difference"] <= CLOSE:
                return row | {"gambit": "agrees", "way": asked["way"], "difference": asked["difference"]}
        if "chances" in asked:
            asked |= _there(seed, of, asked)
        tried.append(asked)
        if len(tried) > 1 and max(one.get("least_reach", 0.0) for one in tried) < VANISHING:
            break  # short steps did not help, and no other way has other numbers to reckon with
    best = max(tried, key=lambda asked: asked.get("lambda", -1.0))
    kind = best.get("problem", "another point" if "difference" in best else "stopped")
    keep = ("way", "lambda", "difference", "there", "gambit_residual", "least_reach")
    row |= {
        "gambit": kind,
        "tried": {asked["way"]: asked.get("lambda", asked.get("problem")) for asked in tried},
        **{key: best[key] for key in keep if key in best},
    }
    return row | _third(of, each, logs, beside)


def _asked(
    of: Tree, each: dict[str, dict[str, float]], scale: dict[str, float] | None, beside: Beside
) -> Iterator[dict[str, Any]]:
    """What Gambit answers, in one way after the other: its last lambda and probabilities there, or the problem."""
    for agents in (True,) if scale is None else (False, True):
        played, scales = one_player_per_set(of, each) if agents else (of, scale)
        text = efg(played, scales)
        for name, lambdas, first_step, max_accel in WAYS:
            asked: dict[str, Any] = {"way": f"{name}, agent by agent" if agents else name}
            try:
                points = beside.call(GAMBIT_LIMIT, trace_with_gambit, text, lambdas, first_step, max_accel)
            except NoResult as problem:
                yield asked | {"problem": str(problem)}
                continue
            try:
                asked |= {"lambda": 1.0, "chances": at_one(points, played)}
            except NotSolved:
                asked |= {"lambda": points[0][0], "chances": by_infoset(points[0][1], played)}
            yield asked


def _there(seed: int, of: Tree, asked: dict[str, Any]) -> dict[str, float]:
    """Look at the point at which Gambit stopped: is it an equilibrium, is it ours, and what is reached there least?

    Gambit's source (src/solvers/logit/logbehav.imp) takes beliefs at an information set to be uniform if the sum of the
    chances of its nodes is 0. So there is a break in the curve that it follows where that sum falls below 2.5e-324.
    """
    if asked["lambda"] <= 0:
        return {}
    variant = random_variant(seed, discounted=False, factor=asked["lambda"])
    ours = log_choices(solve(compile(variant, "plan"), throw=False))
    theirs = {
        key: {act: float(np.log(max(chance, 5e-324))) for act, chance in acts.items()}
        for key, acts in asked["chances"].items()
    }
    off = difference(ours, asked["chances"])
    gambit_residual, least = residual(of, precisions(variant), theirs)
    if off < SAME:  # then our numbers are the better ones to work out the smallest chances with
        least = residual(of, precisions(variant), ours)[1]
    return {"there": off, "gambit_residual": gambit_residual, "least_reach": least}


def _third(of: Tree, each: dict[str, dict[str, float]], logs: Choices, beside: Beside) -> dict[str, Any]:
    """The naive referee's opinion, from following the branch on the explicit tree."""
    try:
        found = beside.call(REFEREE_LIMIT, solve_tree, of, each)
    except NoResult as problem:
        return {"referee": str(problem)}
    return {
        "referee": "agrees" if (off := difference(logs, found.choices)) <= CLOSE else "differs",
        "referee_difference": off,
        "referee_turns": found.turns,
    }
