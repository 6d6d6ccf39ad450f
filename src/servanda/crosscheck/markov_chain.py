"""A solved plan as a Markov chain in the language of the PRISM model checker, which Storm reads too.

The file says what the rules of play are (`model.md`, section 2.1) and with what chance each party does what; it
is for questions that servanda does not answer, and lets another program check its sums. The state is the place in
the public tree and, for each party, its type and which of its entries it has concealed.
"""

from __future__ import annotations

import math

import numpy as np

from servanda.crosscheck._chain_text import SEVERAL, ChainText, shares
from servanda.crosscheck._chain_text import labels as labels
from servanda.crosscheck._late_chain import LateChain
from servanda.errors import ServandaError, expect, whole
from servanda.game.kinds import AUTOMATIC, HORIZON, RATIFICATION, TURNOVER
from servanda.solver.equilibrium import Equilibrium, is_choice

MAX_STATES = 1_000_000


class ChainTooLarge(ServandaError, ValueError):
    """The Markov chain of this plan has more states than was allowed."""


def prism(equilibrium: Equilibrium, max_states: int = MAX_STATES) -> str:
    """Write a solved plan as a discrete-time Markov chain.

    Parameters
    ----------
    max_states : int
        Refuse a chain that may have more states than this while the agreement is in force.

    Returns
    -------
    str
        A PRISM program (dtmc). There is a label for every outcome (see `labels`), and one, `reaches_...`, for every
        entry that comes up with the agreement in force. Where steps can be late, labels such as `complete_late_clean`
        say how it stands at the horizon. Chances are doubles, written so that they read back exactly;
        those below 2e-308 are left out.

    Raises
    ------
    ChainTooLarge
        With the number of states and what to do.

    Examples
    --------
    >>> import servanda
    >>> game = servanda.compile(servanda.read("leap-day-2012-game"), plan="game")
    >>> program = servanda.prism(servanda.solve(game))
    >>> 'label "withdrew_usa" = at=end_withdrew_usa;' in program
    True
    """
    expect(equilibrium, Equilibrium, "prism")
    max_states = whole("max_states", max_states, 1)
    game = equilibrium.game
    states = sum(math.prod(int(n) for n in game.tables.kinds * sets) for sets in game.tables.sets.T)
    if states > max_states:
        raise ChainTooLarge(
            f"plan {game.plan}: the Markov chain may have {states:,} states, more than {max_states:,}. At every entry"
            f" it multiplies the types and concealed sets of all parties, and every turnover doubles what follows"
            f"{', as every look does' if game.is_late else ''}. Mark fewer stakes as concealable, leave out types or"
            f" turnovers,{' write fewer looks or stalls,' if game.is_late else ''} or raise max_states"
        )
    return (LateChain(equilibrium) if game.is_late else _Writer(equilibrium)).text()


class _Writer(ChainText):
    """The chain of a plan in which nothing can be late: a few lines for each node of the public tree."""

    def __init__(self, equilibrium: Equilibrium) -> None:
        super().__init__(equilibrium)
        game, names = self.game, self.names
        self.hides = [
            [names.new("conceals", p, game.steps[e].id) for e in own]
            for p, own in zip(game.parties, game.concealable, strict=True)
        ]
        self.found = names.new("found")
        self.draws = [self._place(f"what {p} privately is, is drawn", "draw", p) for p in game.parties]
        for v in range(len(game.node_step)):
            self._number(v)
        self.end = {
            name: self._place(f"the end: {name}", "end", label)
            for name, label in self.labels.items()
            if not name.startswith("held:")
        }

    def _number(self, v: int) -> None:
        """Number the places of a node: its report, in parts, and its act."""
        game = self.game
        branch = [word for name in game.branches[v] for word in ("new", name)]
        last = game.tree.kind[v] == HORIZON
        what = "the horizon" if last else f"{game.step_at(v).id} on {game.step_at(v).date.isoformat()}"
        words = ["horizon" if last else game.step_at(v).id, *branch]
        after = f", after a new government at {' and '.join(game.branches[v])}" if game.branches[v] else ""
        hiders = len(self._hiders(v))
        count = hiders + 1 if hiders > 1 else int(hiders or self._calm(v) < 1.0)
        parts = [self._place(f"report before {what}{after}", "report", *words) for _ in range(count)]
        self.act[v] = self._place(what + after, "at", *words)
        self.entrance[v] = parts[0] if parts else self.act[v]

    def _hiders(self, v: int) -> list[int]:
        """The parties of which something may be found at the report before a node."""
        return [p for p in range(len(self.game.parties)) if self._risks(p, v)]

    def _risks(self, p: int, v: int) -> list[tuple[list[str], float]]:
        """For each stake of p that may be found: the entries that conceal it, and the chance to get by."""
        game = self.game
        risks: list[tuple[list[str], float]] = []
        for j, stake in enumerate(game.hideable):
            own = [
                name
                for name, e in zip(self.hides[p], game.concealable[p], strict=True)
                if e < game.node_step[v] and stake in game.steps[e].conceals
            ]
            hazard = float(game.hazard[self.d, game.tree.row[v], j])
            if own and hazard > 0.0:
                risks.append((own, math.exp(-hazard)))
        return risks

    # -------------------------------------------------------------------------------------------------- the text

    def _commands(self) -> list[int]:
        self._draw_types()
        for v in range(len(self.game.node_step)):
            self._report(v)
            self._act(v)
        return [*self._horizon(), *self.end.values()]

    def _secrets(self, p: int) -> list[str]:
        return [f"  {name} : bool init false;  // known to {self.game.parties[p]} only" for name in self.hides[p]]

    def _variables(self) -> list[str]:
        several = any(len(self._hiders(v)) > 1 for v in range(len(self.game.node_step)))
        return [self._found_out(self.found)] if several else []

    def _outcomes(self) -> list[str]:
        held = " | ".join(f"at={self.places[place][0]}" for place in self._horizon())
        secret = " | ".join(name for own in self.hides for name in own) or "false"
        rows: list[str] = []
        for outcome, label in self.labels.items():
            where = f"at={self.places[self.end[outcome]][0]}" if outcome in self.end else f"({held}) & "
            if outcome in ("held:clean", "held:concealed"):
                where += f"!({secret})" if outcome == "held:clean" else f"({secret})"
            rows.append(f'label "{label}" = {where};')
        return rows

    def _horizon(self) -> list[int]:
        return [self.act[v] for v, kind in enumerate(self.game.tree.kind) if kind == HORIZON]

    def _report(self, v: int) -> None:
        place, act = self.entrance[v], self.act[v]
        if place == act:
            return
        self._say(self.places[place][1][:1].upper() + self.places[place][1][1:] + ".")
        calm, incident = self._calm(v), self.end["incident"]
        hiders = self._hiders(v)
        found = {p: self.end[f"found:{self.game.parties[p]}"] for p in hiders}
        stays = {
            p: " * ".join(f"({' | '.join(own)} ? {chance!r} : 1.0)" for own, chance in self._risks(p, v))
            for p in hiders
        }
        if not hiders:
            self._command(place, [], [(calm, act, ""), (1.0 - calm, incident, "")])
        elif len(hiders) == 1:
            clear = stays[hiders[0]]
            upset = f"{clear} * {1.0 - calm!r}" if calm < 1.0 else 0.0
            quiet = f"{clear} * {calm!r}" if calm < 1.0 else clear
            moves = [(quiet, act, ""), (upset, incident, ""), (f"1.0 - {clear}", found[hiders[0]], "")]
            self._command(place, [], moves)
        else:
            several = len(self.game.parties) + 1
            for p in hiders:
                caught = f" & ({self.found}'=({self.found}=0 ? {p + 1} : {several}))"
                self._command(place, [], [(stays[p], place + 1, ""), (f"1.0 - {stays[p]}", place + 1, caught)])
                place += 1
            self._command(place, [f"{self.found}=0"], [(calm, act, ""), (1.0 - calm, incident, "")])
            for p in hiders:
                self._command(place, [f"{self.found}={p + 1}"], [(1.0, found[p], "")])
            both = next(self.end[name] for name in SEVERAL if name in self.end)
            self._command(place, [f"{self.found}={several}"], [(1.0, both, "")])

    def _act(self, v: int) -> None:
        game, tree, d = self.game, self.game.tree, self.d
        place, kind, p = self.act[v], tree.kind[v], int(tree.actor[v])
        if kind == HORIZON:
            return
        self._say(f"{self.places[place][1]}: {game.step_at(v).kind} of {game.parties[p]}.")
        onward = self.entrance[int(tree.child[v, 0])]
        if kind == AUTOMATIC:
            self._command(place, [], [(1.0, onward, "")])
        elif kind == RATIFICATION:
            fails = float(game.tables.fails[d, tree.row[v]])
            ends = self.end[f"unratified:{game.parties[p]}"]
            self._command(place, [], [(1.0 - fails, onward, ""), (fails, ends, "")])
        elif kind == TURNOVER:
            new, after = float(game.tables.replaced[d, tree.row[v]]), self.entrance[int(tree.child[v, 1])]
            fresh = shares(game.tables.log_fresh[d, p, tree.row[v], : len(game.types[p])])
            moves = [(new * share, after, self._set_type(p, k)) for k, share in enumerate(fresh)]
            self._command(place, [], [(1.0 - new, onward, ""), *moves])
        elif is_choice(game, v):
            self._choice(v, p, place, onward)

    def _choice(self, v: int, p: int, place: int, onward: int) -> None:
        """One command for each type and concealed set: keep, conceal, withdraw."""
        game = self.game
        sets, first = int(game.tables.sets[p, v]), game.block(p, v).start
        here = int(game.node_step[v])
        past = [name for name, e in zip(self.hides[p], game.concealable[p], strict=True) if e < here]
        now = f" & ({self.hides[p][len(past)]}'=true)" if tuple(game.concealable[p][len(past) :][:1]) == (here,) else ""
        leave = self.end[f"withdrew:{game.parties[p]}"]
        for k, name in enumerate(game.types[p]):
            self.lines.append(f"  // {name}: keep, {'conceal, ' if now else ''}withdraw")
            for number in range(sets):
                guard = [f"{self.type[p]}={k}"] if len(game.types[p]) > 1 else []
                guard += [name if number >> bit & 1 else f"!{name}" for bit, name in enumerate(past)]
                keep, conceal, withdraw = (float(c) for c in np.exp(self.eq.choice[:, first + k * sets + number]))
                self._command(place, guard, [(keep, onward, ""), (conceal, onward, now), (withdraw, leave, "")])
