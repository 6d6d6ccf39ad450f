"""The fast solver against the explicit tree, where parties may be late: by how much they differ, and in what."""

from __future__ import annotations

import numpy as np

from servanda.assessment.outcomes import Walk
from servanda.crosscheck.explicit_tree import Tree
from servanda.game.compiler import Game
from servanda.game.kinds import RENEWAL
from servanda.solver.equilibrium import Equilibrium, is_choice
from servanda.solver.reach_probabilities import fates
from support.tree_solver import STANDINGS, Answer

ACTS = ("keep", "conceal", "withdraw", "hold")  # in the order of the solver


def differences(equilibrium: Equilibrium, of: Tree, answer: Answer) -> dict[str, float]:
    """The largest difference in the chance of any outcome, any party's value, and any choice of the tree."""
    return {
        "outcomes": _outcomes(equilibrium, answer),
        "values": _values(equilibrium, answer),
        "choices": _choices(equilibrium, of, answer),
    }


def _outcomes(equilibrium: Equilibrium, answer: Answer) -> float:
    game, walk = equilibrium.game, Walk(equilibrium)
    honest = np.array([[[walk.honest(p, v) for v in range(len(walk.reach))] for p in range(len(game.parties))]])
    ours = {name: chance for name, chance in walk.outcomes().items() if not name.startswith("held:")}
    split = fates(game, walk.found, honest)
    for name, (clean, concealed) in split.items():
        ours |= {f"{name}:clean": float(clean[0]), f"{name}:concealed": float(concealed[0])}
    if not split:
        ours |= {name: chance for name, chance in walk.outcomes().items() if name.startswith("held:")}
    theirs: dict[str, float] = {}
    for name, chance in answer.outcomes.items():
        standing, _, rest = name.partition(":")
        key = name if split or standing not in STANDINGS else f"held:{rest}"
        theirs[key] = theirs.get(key, 0.0) + chance
    return max(abs(ours.get(name, 0.0) - theirs.get(name, 0.0)) for name in ours | theirs)


def _values(equilibrium: Equilibrium, answer: Answer) -> float:
    game = equilibrium.game
    ours = [float(game.prior(p) @ equilibrium.signing[p]) for p in range(len(game.parties))]
    return max(abs(mine - answer.values[name]) for mine, name in zip(ours, game.parties, strict=True))


def _choices(equilibrium: Equilibrium, of: Tree, answer: Answer) -> float:
    """How far the choice of any information set is from the nearest of the same type of that party."""
    game, worst = equilibrium.game, 0.0
    theirs: dict[tuple[str, str], list[tuple[float, ...]]] = {}
    players = {node.infoset: node.player or "" for node in of.nodes if node.infoset is not None}
    for infoset, chances in answer.choices.items():
        renewal = {"keep": "renew", "withdraw": "lapse"} if "renew" in chances or "lapse" in chances else {}
        row = tuple(chances.get(renewal.get(act, act), 0.0) for act in ACTS)
        theirs.setdefault((players[infoset], infoset.type), []).append(row)
    ours = _rows(equilibrium, game)
    for key, rows in theirs.items():
        for row in rows:
            worst = max(worst, float(np.abs(ours[key] - np.array(row)).max(axis=1).min()))
    return worst


def _rows(equilibrium: Equilibrium, game: Game) -> dict[tuple[str, str], np.ndarray]:
    found: dict[tuple[str, str], list[np.ndarray]] = {}
    for v in range(len(game.node_step)):
        if not is_choice(game, v) and game.tree.kind[v] != RENEWAL:
            continue
        p = int(game.tree.actor[v])
        block = np.exp(equilibrium.choice[:, game.block(p, v)])
        block = np.vstack([block, np.zeros((4 - len(block), block.shape[1]))])
        sets = int(game.tables.sets[p, v])
        for t, kind in enumerate(game.types[p]):
            found.setdefault((game.parties[p], kind), []).extend(block[:, t * sets : (t + 1) * sets].T)
    return {key: np.array(rows) for key, rows in found.items()}
