"""The text of a Markov chain in the language of PRISM: names, places, commands."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

import numpy as np

from servanda.assessment.outcomes import outcomes
from servanda.english import printable
from servanda.solver.equilibrium import Equilibrium
from servanda.solver.reach_probabilities import FATES

SMALLEST = sys.float_info.min  # what is less likely than 2e-308 is left out: Storm cannot read such numbers
SEVERAL = ("found:both", "found:several")


def labels(equilibrium: Equilibrium) -> dict[str, str]:
    """The PRISM label of each outcome: `withdrew:usa` is `withdrew_usa`.

    Returns
    -------
    dict[str, str]
        By outcome, in the order of `servanda.outcomes.outcomes`; where steps can be late, then by how the agreement
        stands if in force: `complete_late:clean` is `complete_late_clean`.
    """
    names = Names()
    stands = [f"{fate}:{how}" for fate in FATES for how in ("clean", "concealed")] if equilibrium.game.is_late else []
    return {outcome: names.new(outcome) for outcome in (*outcomes(equilibrium), *stands)}


class Names:
    """Identifiers that PRISM accepts, each given once."""

    def __init__(self) -> None:
        self.taken: set[str] = set()

    def new(self, *words: str) -> str:
        plain = "_".join(re.sub(r"[^A-Za-z0-9_]", "_", word) for word in words)
        name, number = plain, 1
        while name in self.taken:
            number += 1
            name = f"{plain}_{number}"
        self.taken.add(name)
        return name


class ChainText:
    """A program under construction: names first, then a few lines for each place."""

    def __init__(self, equilibrium: Equilibrium) -> None:
        game = equilibrium.game
        self.eq, self.game, self.d = equilibrium, game, equilibrium.draw
        self.names = Names()
        self.type = [self.names.new("type", p) for p in game.parties]
        self.labels = labels(equilibrium)
        self.places: list[tuple[str, str]] = []  # name, what it means
        self.lines: list[str] = []
        self.act = [-1] * len(game.node_step)  # the place of each node's act
        self.entrance = [-1] * len(game.node_step)  # the place where the way to it arrives
        self.draws: list[int] = []

    def text(self) -> str:
        """The whole program."""
        ends = self._commands()
        self._say("The end stays the end.")
        self.lines.append(f"  [] {' | '.join(f'at={self.places[place][0]}' for place in ends)} -> true;")
        lines = (*self._head(), *self.lines, "endmodule", "", *self._labels())
        return "".join(f"{printable(line)}\n" for line in lines)

    def _commands(self) -> list[int]:
        """Write all commands; returns the places where play ends."""
        raise NotImplementedError

    def _variables(self) -> list[str]:
        """What the state holds beside the place and the types."""
        raise NotImplementedError

    def _outcomes(self) -> list[str]:
        """The labels of the outcomes."""
        raise NotImplementedError

    def _head(self) -> list[str]:
        game = self.game
        head = [
            f"// {line(game.agreement.title)}: plan {game.plan}, as solved by servanda",
            f"// ({self.eq.status}, residual {self.eq.residual:.1e}).",
            '// Ask, for instance: P=? [ F "held_clean" ]',
            "",
            "dtmc",
            "",
            "// Where the play stands.",
            *(f"const int {name} = {i};  // {line(meaning)}" for i, (name, meaning) in enumerate(self.places)),
            "",
            "module agreement",
            f"  at : [0..{len(self.places) - 1}] init 0;",
        ]
        for p, kinds in enumerate(game.types):
            if len(kinds) > 1:
                listed = ", ".join(f"{k} {kind}" for k, kind in enumerate(kinds))
                head.append(
                    f"  {self.type[p]} : [0..{len(kinds) - 1}] init 0;  // known to {game.parties[p]} only: {listed}"
                )
            head += self._secrets(p)
        return [*head, *self._variables()]

    def _secrets(self, p: int) -> list[str]:
        """The variables that hold what a party has concealed."""
        raise NotImplementedError

    def _found_out(self, name: str) -> str:
        several = len(self.game.parties) + 1
        listed = ", ".join(f"{p + 1} {party}" for p, party in enumerate(self.game.parties))
        words = f"found out at this report: 0 nobody, {listed}, {several} several"
        return f"  {name} : [0..{several}] init 0;  // {words}"

    def _labels(self) -> list[str]:
        game = self.game
        rows = ["// The outcomes.", *self._outcomes(), "", "// The entries that come up with the agreement in force."]
        names = Names()
        for e, step in enumerate(game.steps):
            where = [self.places[self.act[int(v)]][0] for v in np.flatnonzero(game.node_step == e)]
            rows.append(f'label "{names.new("reaches", step.id)}" = {" | ".join(f"at={name}" for name in where)};')
        return rows

    def _calm(self, v: int) -> float:
        return float(self.game.tables.calm[self.d, self.game.tree.row[v]])

    def _place(self, meaning: str, *words: str) -> int:
        self.places.append((self.names.new(*words), meaning))
        return len(self.places) - 1

    def _say(self, words: str) -> None:
        self.lines += ["", f"  // {line(words)}"]

    def _command(self, place: int, more: Iterable[str], moves: Iterable[tuple[float | str, int, str]]) -> None:
        """Write a command: from a place, if more holds, to (chance, place, changes), leaving out what cannot happen."""
        guard = " & ".join([f"at={self.places[place][0]}", *more])
        updates: list[str] = []
        for chance, to, changes in moves:
            written = chance if isinstance(chance, str) else repr(chance)
            if isinstance(chance, str) or chance >= SMALLEST:
                updates.append(f"{written} : (at'={self.places[to][0]}){changes}")
        self.lines.append(f"  [] {guard} -> {' + '.join(updates)};")

    def _set_type(self, p: int, k: int) -> str:
        return f" & ({self.type[p]}'={k})" if len(self.game.types[p]) > 1 else ""

    def _draw_types(self) -> None:
        after = [*self.draws[1:], self.entrance[0]]
        for p, name in enumerate(self.game.parties):
            self._say(f"What {name} privately is.")
            prior = shares(self.game.tables.log_prior[self.d, p, : len(self.game.types[p])])
            self._command(self.draws[p], [], [(c, after[p], self._set_type(p, k)) for k, c in enumerate(prior)])


def shares(logs: np.ndarray) -> list[float]:
    """Chances that add up to 1, from their logarithms."""
    each = np.exp(logs)
    return [float(share) for share in each / each.sum()]


def line(words: str) -> str:
    """Words that stay within a comment."""
    return " ".join(words.split())
