"""Look for equilibria besides the one on the principal branch: distrust, and trust, can be self-fulfilling.

Nothing proves that all are found. Each one that is found is verified like the answer itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from servanda.arrays import Floats
from servanda.assessment._late_meaning import walk_of
from servanda.assessment.outcomes import EntryResult, outcomes
from servanda.errors import MOST_STARTS, expect, seeded, whole
from servanda.solver.equilibrium import TOLERANCE, Equilibrium, Workspace

SAME = 1e-6  # equilibria whose chances of outcomes and acts on the way differ by less are one
_ROUNDS = 60  # plain responses before Newton's method takes over
_NEWTON = 25
_WIDE = 64  # unknowns up to which derivatives are taken in all directions; beyond, in those that matter
_DIRECTIONS = 60


@dataclass(frozen=True, repr=False)
class OtherEquilibrium:
    """An equilibrium besides the answer, and where play first differs most.

    Attributes
    ----------
    equilibrium : Equilibrium
    start : str
        What it was found from, such as `everyone withdraws`.
    entry : str
        The entry whose chance of being kept differs most from the answer's, among those that either reaches with a
        chance of at least 1%.
    keep, answer_keep : float
        Chance that it is kept, given reached: here, and in the answer.
    """

    equilibrium: Equilibrium
    start: str
    entry: str
    keep: float
    answer_keep: float

    def __repr__(self) -> str:
        return f"<OtherEquilibrium: keeps {self.entry} with {self.keep:.3f}, the answer with {self.answer_keep:.3f}>"

    def to_json(self) -> dict[str, Any]:
        """Give one of the `others` that `servanda solve --search --json` prints."""
        found = outcomes(self.equilibrium)
        return {"start": self.start, "entry": self.entry, "keep": self.keep, "outcomes": found}


def search(answer: Equilibrium, count: int = 6, seed: int = 0) -> tuple[OtherEquilibrium, ...]:
    """Look for further equilibria of a solved game.

    From an optimistic start (everyone is expected to keep), pessimistic ones (everyone is expected to withdraw, or to
    hold back where steps can be late), one in between and random ones, everyone responds in turn for a while, and
    Newton's method finishes; it also looks between the answer and each equilibrium found.

    Parameters
    ----------
    answer : Equilibrium
        On the principal branch.
    count : int
        Number of starts.
    seed : int
        Of the random starts.

    Returns
    -------
    tuple[OtherEquilibrium, ...]
        Those found, the answer left out, by how likely the agreement is to be in force at the end.

    Examples
    --------
    >>> import servanda
    >>> answer = servanda.solve(servanda.compile(servanda.read("leap-day-2012-game"), plan="game"))
    >>> servanda.search(answer, count=2)
    ()
    """
    expect(answer, Equilibrium, "search")
    count, seed = whole("count", count, 0, MOST_STARTS), seeded(seed)
    hunt = _Hunt(answer)
    if hunt.play.size == 0:
        return ()
    rng = np.random.default_rng(seed)
    play = hunt.play
    starts = [
        ("everyone keeps", play.expecting(0.0)),
        ("everyone withdraws", play.expecting(1.0)),
        *([("everyone holds back", play.expecting(0.0, 1.0))] if answer.game.is_late else []),
        ("everyone acts at random", play.image(play.expecting(0.0), 0.0)),
    ]
    late = answer.game.is_late
    more = (
        ("random expectations", play.expecting(rng.random(play.size), rng.random(play.size) if late else 0.0))
        for _ in range(count - len(starts))
    )
    for number, (name, x) in enumerate((*starts[:count], *more)):
        # Responding in turn cannot end at an equilibrium that it moves away from; Newton's method alone can.
        hunt.finish(name, x if number >= len(starts) and number % 2 else hunt.settled(x))
    for other in hunt.points[1:]:
        for share in (0.25, 0.5, 0.75):
            hunt.finish("between two others", share * other + (1.0 - share) * hunt.points[0])
    return tuple(sorted(hunt.found, key=lambda each: -sum(_held(each.equilibrium))))


class _Hunt:
    """What has been found so far."""

    def __init__(self, answer: Equilibrium) -> None:
        self.answer = answer
        self.play = Workspace(answer.game, answer.draw)
        record = self.play.record(1 + answer.draw)
        self.play.trace(record, answer.draw, answer.draw + 1, None)
        self.points = [record.point[answer.draw]]
        self.known = [answer]
        self.entries = _entries(answer)
        self.found: list[OtherEquilibrium] = []

    def settled(self, x: Floats) -> Floats:
        """Let everyone respond in turn for a while."""
        for _ in range(_ROUNDS):
            image = self.play.image(x, 1.0)
            if np.max(np.abs(image - x)) < 1e-12:
                break
            x = image
        return x

    def finish(self, start: str, x: Floats) -> None:
        """Go to an equilibrium by Newton's method; keep it if it is one, and a new one."""
        play = self.play
        x = _newton(play, x)
        residual = play.residual(x, 1.0)
        if not residual <= TOLERANCE:
            return
        one = play.equilibrium("converged", residual)
        self.play = Workspace(self.answer.game, self.answer.draw)
        if all(_differ(one, other) > SAME for other in self.known):
            self.known.append(one)
            self.points.append(x)
            self.found.append(self._other(one, start))

    def _other(self, one: Equilibrium, start: str) -> OtherEquilibrium:
        pairs = zip(_entries(one), self.entries, strict=True)
        ours, theirs = max(pairs, key=lambda pair: _gap(*pair))
        return OtherEquilibrium(one, start, ours.id, ours.keep, theirs.keep)


def _newton(play: Workspace, x: Floats) -> Floats:
    """Go on by Newton's method, with derivatives by differences, to the best point met."""
    image = play.image(x, 1.0)
    best, best_gap = x, float(np.max(np.abs(image - x)))
    for _ in range(_NEWTON):
        if best_gap <= 1e-14:
            break
        try:
            x = x + _step(play, x, image)
        except np.linalg.LinAlgError:
            break
        image = play.image(x, 1.0)
        gap = float(np.max(np.abs(image - x)))
        if not gap < 100 * best_gap:
            break
        if gap < best_gap:
            best, best_gap = x, gap
    return best


def _step(play: Workspace, x: Floats, image: Floats) -> Floats:
    """Solve for Newton's step. A game of thousands of unknowns answers in few directions, which GMRES finds."""
    nudge = 1e-7
    if x.size <= _WIDE:
        slope = np.empty((x.size, x.size))
        for j in range(x.size):
            moved = x.copy()
            moved[j] += nudge
            slope[:, j] = (play.image(moved, 1.0) - image) / nudge
        return np.linalg.solve(np.eye(x.size) - slope, image - x).astype(np.float64, copy=False)
    from scipy.sparse import linalg  # pyright: ignore[reportMissingTypeStubs]

    def along(way: Floats) -> Floats:
        length = max(float(np.max(np.abs(way))), 1e-300)
        return way - (play.image(x + nudge / length * way, 1.0) - image) * (length / nudge)

    solver: Any = linalg  # has no types
    slopes = solver.LinearOperator((x.size, x.size), matvec=along, dtype=float)
    return np.asarray(solver.gmres(slopes, image - x, rtol=1e-6, restart=_DIRECTIONS, maxiter=1)[0], dtype=np.float64)


def _held(equilibrium: Equilibrium) -> tuple[float, float]:
    found = outcomes(equilibrium)
    return found["held:clean"], found["held:concealed"]


def _differ(one: Equilibrium, other: Equilibrium) -> float:
    """Largest difference in a chance of an outcome or, on the way, of a public number."""
    ours, theirs = outcomes(one), outcomes(other)
    return max(
        max(abs(ours[name] - theirs[name]) for name in ours),
        float(np.max(np.abs(one.leaves - other.leaves))),
        float(np.max(np.abs(one.holds - other.holds))),
    )


def _entries(equilibrium: Equilibrium) -> list[EntryResult]:
    walk = walk_of(equilibrium)
    return [walk.entry(e) for e in range(len(equilibrium.game.steps))]


def _gap(one: EntryResult, other: EntryResult) -> float:
    return abs(one.keep - other.keep) if max(one.reached, other.reached) >= 0.01 else -1.0
