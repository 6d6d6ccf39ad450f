"""The Markov chain of a solved plan in which steps can be late.

The state is the place in the public tree and, for each party, its type and the number of its set of concealed steps:
bit by bit, in the order in which it claimed to have done them; the count begins anew when it comes clean.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.dates import later
from servanda.crosscheck._chain_text import SEVERAL, ChainText, shares
from servanda.game.kinds import AUTOMATIC, EXCHANGE, FOUND, HORIZON, RATIFICATION, RENEWAL, SEAT, TURNOVER
from servanda.game.lateness import ON_TIME
from servanda.solver.equilibrium import Equilibrium
from servanda.solver.reach_probabilities import FATES


class LateChain(ChainText):
    """A few lines for each node of the public tree; an exchange has a place for each of those who act."""

    def __init__(self, equilibrium: Equilibrium) -> None:
        super().__init__(equilibrium)
        game, names = self.game, self.names
        self.sets = [names.new("secrets", p) for p in game.parties]
        self.found, self.gone, self.held = names.new("found"), names.new("gone"), names.new("held")
        self.draws = [self._place(f"what {p} privately is, is drawn", "draw", p) for p in game.parties]
        self.sum_up = [-1] * len(game.node_step)  # of an exchange: where it shows what came of it
        for v in range(len(game.node_step)):
            self._number(v)
        self.end = {
            name: self._place(f"the end: {name}", "end", label)
            for name, label in self.labels.items()
            if not name.startswith("held:")
        }

    def _number(self, v: int) -> None:
        """Number the places of a node: its report, in parts, and its act."""
        game, kind = self.game, self.game.tree.kind[v]
        assert game.late is not None
        about, look = int(game.late.about[v]), int(game.late.look[v])
        on = later(game.agreement.start, float(game.node_years[v])).isoformat()
        name = game.steps[about].id if about >= 0 else "stall"
        what, words = f"{name} on {on}", [name]
        if kind == HORIZON:
            what, words = "the horizon", ["horizon"]
        elif kind == FOUND:
            party = game.parties[int(game.tree.actor[v])]
            what, words = f"{party} is found on {on}", ["found", party]
        elif game.node_step[v] < 0 and kind != SEAT:
            who = game.parties[int(game.tree.actor[v])]
            what, words = f"look {look + 1} at {name} on {on}: {who}", [name, f"look{look + 1}", who]
        elif kind == SEAT:
            words = [name, game.parties[int(game.tree.actor[v])]]
        count = 0
        if kind not in (FOUND, SEAT):
            hiders = len(self._hiders(v))
            count = hiders + 1 if hiders else int(self._calm(v) < 1.0)
        parts = [self._place(f"report before {what}", "report", *words) for _ in range(count)]
        self.act[v] = self._place(what, "at", *words)
        self.entrance[v] = parts[0] if parts else self.act[v]
        if kind == EXCHANGE:
            self.sum_up[v] = self._place(f"what came of {what}", "came", "of", *words)

    def _hiders(self, v: int) -> list[int]:
        """The parties of which something may be found at the report before a node."""
        return [p for p in range(len(self.game.parties)) if self._by_set("survive", p, v).min() < 1.0]

    def _by_set(self, table: str, p: int, v: int) -> NDArray[Any]:
        """A row of a table, by the party's set of concealed steps."""
        tables = self.game.tables
        first = tables.found_offset[p, v]
        whole: NDArray[Any] = getattr(tables, table)
        return (whole[self.d] if whole.ndim > 1 else whole)[first : first + tables.sets[p, v]]

    # -------------------------------------------------------------------------------------------------- the text

    def _commands(self) -> list[int]:
        self._draw_types()
        for v in range(len(self.game.node_step)):
            self._report(v)
            self._act(v)
        return list(self.end.values())

    def _secrets(self, p: int) -> list[str]:
        most = int(self.game.tables.sets[p].max())
        words = f"known to {self.game.parties[p]} only: which of its claims are false, in binary"
        return [f"  {self.sets[p]} : [0..{most - 1}] init 0;  // {words}"] if most > 1 else []

    def _variables(self) -> list[str]:
        rows = [self._found_out(self.found)] if self.game.tables.sets.max() > 1 else []
        seats = [int((self.game.tree.head == v).sum()) for v in np.flatnonzero(self.game.tree.kind == EXCHANGE)]
        if seats:
            count = len(self.game.parties) + 1
            rows.append(f"  {self.gone} : [0..{count}] init 0;  // who leaves an exchange: 0 nobody, {count} several")
            rows.append(f"  {self.held} : [0..{2 ** (max(seats) + 1) - 1}] init 0;  // who holds back there, in binary")
        return rows

    def _outcomes(self) -> list[str]:
        rows: list[str] = []
        for outcome, label in self.labels.items():
            ends = [outcome]
            if outcome.startswith("held:"):
                ends = [f"{fate}:{outcome.removeprefix('held:')}" for fate in FATES]
            where = " | ".join(f"at={self.places[self.end[name]][0]}" for name in ends)
            rows.append(f'label "{label}" = {where};')
        return rows

    def _report(self, v: int) -> None:
        place, act = self.entrance[v], self.act[v]
        if place == act:
            return
        self._say(self.places[place][1][:1].upper() + self.places[place][1][1:] + ".")
        calm, incident, tree = self._calm(v), self.end["incident"], self.game.tree
        several = len(self.game.parties) + 1
        hiders = self._hiders(v)
        for p in hiders:
            stays = self._chosen(p, self._by_set("survive", p, v))
            caught = f" & ({self.found}'=({self.found}=0 ? {p + 1} : {several}))"
            self._command(place, [], [(stays, place + 1, ""), (f"1.0 - {stays}", place + 1, caught)])
            place += 1
        nobody = [f"{self.found}=0"] if hiders else []
        self._command(place, nobody, [(calm, act, ""), (1.0 - calm, incident, "")])
        beside: dict[int, int] = {}
        node = int(tree.aside[v])
        while node >= 0:
            beside[int(tree.actor[node])] = self.act[node]
            node = int(tree.aside[node])
        for p in hiders:
            out = beside.get(p, self.end[f"found:{self.game.parties[p]}"])
            self._command(place, [f"{self.found}={p + 1}"], [(1.0, out, f" & ({self.found}'=0)")])
        if len(hiders) > 1:
            both = next(self.end[name] for name in SEVERAL if name in self.end)
            self._command(place, [f"{self.found}={several}"], [(1.0, both, "")])

    def _chosen(self, p: int, by_set: NDArray[Any]) -> str:
        """A number that depends on a party's set."""
        text = repr(float(by_set[-1]))
        for c in np.flatnonzero(np.diff(by_set))[::-1]:
            text = f"({self.sets[p]}<={c} ? {float(by_set[c])!r} : {text})"
        return text

    def _act(self, v: int) -> None:
        game, tree, d = self.game, self.game.tree, self.d
        place, kind, p = self.act[v], tree.kind[v], int(tree.actor[v])
        if kind == HORIZON:
            self._stand(v)
            return
        if kind == SEAT:
            return
        self._say(f"{self.places[place][1]}.")
        if kind == EXCHANGE:
            self._exchange(v)
            return
        first, other = (int(w) for w in tree.child[v])
        onward, second = self.entrance[first], self.entrance[other] if other >= 0 else -1
        if kind in (AUTOMATIC, FOUND):
            self._command(place, [], [(1.0, onward, "")])
        elif kind == RATIFICATION:
            fails = float(game.tables.fails[d, tree.row[v]])
            after = second if second >= 0 else self.end[f"unratified:{game.parties[p]}"]
            self._command(place, [], [(1.0 - fails, onward, ""), (fails, after, "")])
        elif kind == TURNOVER:
            new = float(game.tables.replaced[d, tree.row[v]])
            fresh = shares(game.tables.log_fresh[d, p, tree.row[v], : len(game.types[p])])
            moves = [(new * share, second, self._set_type(p, k)) for k, share in enumerate(fresh)]
            self._command(place, [], [(1.0 - new, onward, ""), *moves])
        else:
            cause = "lapsed" if kind == RENEWAL else "withdrew"
            ends = self.end[f"{cause}:{game.parties[p]}"]
            keep, hide = self._by_set("keep_to", p, v), self._by_set("hide_to", p, v)
            last = tree.kind[first] == HORIZON
            for c, guard, chances in self._choices(v, p):
                moves = [
                    (chances[0], onward, self._set_to(p, c, c if last else int(keep[c]))),
                    (chances[1], onward, self._set_to(p, c, int(hide[c]))),
                    (chances[2], ends, ""),
                    (chances[3], second, ""),
                ]
                self._command(place, guard, [move for move in moves if move[0] > 0])

    def _choices(self, v: int, p: int) -> list[tuple[int, list[str], list[float]]]:
        """For each type and set of a party: the set, the guard, and the chances of its acts at a node."""
        game = self.game
        sets, first = int(game.tables.sets[p, v]), game.block(p, v).start
        found: list[tuple[int, list[str], list[float]]] = []
        for k in range(len(game.types[p])):
            for c in range(sets):
                guard = [f"{self.type[p]}={k}"] if len(game.types[p]) > 1 else []
                guard += [f"{self.sets[p]}={c}"] if sets > 1 else []
                found.append((c, guard, [float(x) for x in np.exp(self.eq.choice[:, first + k * sets + c])]))
        return found

    def _set_to(self, p: int, before: int, after: int) -> str:
        return f" & ({self.sets[p]}'={after})" if after != before else ""

    def _exchange(self, head: int) -> None:
        """All choose, one after the other in the text, none by what the others did; then it shows what came of it."""
        game, tree = self.game, self.game.tree
        seats = [head, *(int(w) for w in np.flatnonzero((tree.kind == SEAT) & (tree.head == head)))]
        several = len(game.parties) + 1
        for i, v in enumerate(seats):
            p, place = int(tree.actor[v]), self.act[v]
            after = self.act[seats[i + 1]] if i + 1 < len(seats) else self.sum_up[head]
            n = int(game.tables.sets[p, v])
            leaves = f" & ({self.gone}'=({self.gone}=0 ? {p + 1} : {several}))"
            for c, guard, chances in self._choices(v, p):
                moves = [
                    (chances[0], after, ""),
                    (chances[1], after, self._set_to(p, c, c + n)),
                    (chances[2], after, leaves),
                    (chances[3], after, f" & ({self.held}'={self.held}+{1 << i})"),
                ]
                self._command(place, guard, [move for move in moves if move[0] > 0])
        place = self.sum_up[head]
        self._say(f"{self.places[place][1]}.")
        for v in seats:
            p = int(tree.actor[v])
            self._command(place, [f"{self.gone}={p + 1}"], [(1.0, self.end[f"withdrew:{game.parties[p]}"], "")])
        both = next(self.end[name] for name in ("withdrew:both", "withdrew:several") if name in self.end)
        self._command(place, [f"{self.gone}={several}"], [(1.0, both, "")])
        for mask in range(1 << len(seats)):
            w = int(tree.forks[tree.fork[head] + mask])
            if w >= 0:
                guard = [f"{self.gone}=0", f"{self.held}={mask}"]
                self._command(place, guard, [(1.0, self.entrance[w], f" & ({self.held}'=0)" if mask else "")])

    def _stand(self, v: int) -> None:
        """The horizon: how the agreement stands, and whether anything is concealed."""
        game = self.game
        assert game.late is not None
        fate = list(FATES)[int(game.late.fate[v]) - ON_TIME]
        secret: list[str] = []
        for p in range(len(game.parties)):
            secret += [f"{self.sets[p]}={c}" for c in np.flatnonzero(self._by_set("number", p, v))]
        self._say(f"The horizon: {fate.replace('_', ' ')}.")
        for how in ("clean", "concealed"):
            guard = [f"{'!' if how == 'clean' else ''}({' | '.join(secret)})"] if secret else []
            if secret or how == "clean":
                self._command(self.act[v], guard, [(1.0, self.end[f"{fate}:{how}"], "")])
