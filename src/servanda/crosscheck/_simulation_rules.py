"""The rules of play as read from an agreement, for `servanda.playing`: who may find what when, and what may go wrong.

Nothing of this comes from the compiled game, except where the equilibrium keeps the chances of keep, conceal and
withdraw.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import as_in
from servanda.agreement.format.values import DAYS_PER_YEAR, Number
from servanda.arrays import Floats, Ints
from servanda.game.calendar import ONLY, Step, calendar_of
from servanda.game.compiler import Game
from servanda.solver.equilibrium import Equilibrium

HELD = ("held:clean", "held:concealed")
INCIDENT = "incident"


class Inspection(NamedTuple):
    """What a measure may find at a report: a stake kept in secret."""

    party: int
    secrets: int  # the party's own entries that can have concealed this stake, one bit each
    expected: float  # times that the measure finds it between two reports
    words: str


class Risk(NamedTuple):
    """What may end the agreement at a report without anybody's doing."""

    expected: float  # times that it happens between two reports
    breaks: float  # chance that it ends the agreement each time
    words: str


class Rules:
    """The plan as read from the agreement, and what the equilibrium says that parties do."""

    def __init__(self, equilibrium: Equilibrium) -> None:
        game = equilibrium.game
        agreement = as_in(game.agreement, game.plan)
        self.agreement, self.equilibrium = agreement, equilibrium
        self.steps = calendar_of(agreement, game.plan)
        self.parties = tuple(agreement.parties)
        self.kinds = [tuple(party.types) or (ONLY,) for party in agreement.parties.values()]
        self.priors = [
            shares({name: of.chance for name, of in party.types.items()}, kinds)
            for party, kinds in zip(agreement.parties.values(), self.kinds, strict=True)
        ]
        self.secrets = [[k for k, step in enumerate(self.steps) if conceals(step, p)] for p in self.parties]
        self.turnovers = [k for k, step in enumerate(self.steps) if step.kind == "turnover"]
        end = agreement.horizon * DAYS_PER_YEAR
        self.days = [float((step.date - agreement.start).days) for step in self.steps] + [end]
        self.dates = [step.date for step in self.steps] + [last_day(agreement)]
        self.inspections = [self._inspections(k) for k in range(len(self.days))]
        self.risks = [self._risks(k) for k in range(len(self.days))]
        self.outcomes = self._outcomes()
        self.nodes = self._nodes(game)

    def _outcomes(self) -> tuple[str, ...]:
        hiders = [p for p, own in zip(self.parties, self.secrets, strict=True) if own]
        ratifiers, renewers = (
            {step.party for step in self.steps if step.kind == kind} for kind in ("ratification", "renewal")
        )
        together = "both" if len(self.parties) == 2 else "several"
        self.several, self.all_leave = f"found:{together}", f"withdrew:{together}"
        return (
            *HELD,
            *(f"withdrew:{p}" for p in self.parties),
            *([self.all_leave] if any(step.kind == "exchange" for step in self.steps) else []),
            *(f"found:{p}" for p in hiders),
            *([self.several] if len(hiders) > 1 else []),
            *(f"unratified:{p}" for p in self.parties if p in ratifiers),
            *(f"lapsed:{p}" for p in self.parties if p in renewers),
            INCIDENT,
        )

    def _years(self, k: int, opens: date | None, closes: date | None) -> float:
        """Years between the entry before k and k itself in which something in force from one day to another is."""
        start = self.agreement.start
        since = self.days[k - 1] if opens is None else max(self.days[k - 1], float((opens - start).days))
        until = self.days[k] if closes is None else min(self.days[k], float((closes - start).days))
        return max(0.0, until - since) / DAYS_PER_YEAR

    def _inspections(self, k: int) -> list[Inspection]:
        """All that may be found at the report before entry k; there is none before the first."""
        found: list[Inspection] = []
        for key, measure in self.agreement.measures.items() if k else ():
            expected = measure.finds.likely * self._years(k, measure.starts, measure.until)
            for stake in dict.fromkeys(measure.covers) if expected > 0 else ():
                for p, own in enumerate(self.secrets):
                    bits = sum(1 << bit for bit, e in enumerate(own) if stake in self.steps[e].conceals)
                    if bits:
                        what = self.agreement.stakes[stake].name or stake
                        words = f"is found concealing {what}, by {measure.name or key}"
                        found.append(Inspection(p, bits, expected, words))
        return found

    def _risks(self, k: int) -> list[Risk]:
        if k == 0:
            return []
        rate = self.agreement.incidents.likely
        risks = [Risk(rate * self._years(k, None, None), 1.0, "an incident ends the agreement")]
        for key, measure in self.agreement.measures.items():
            alarms = measure.false_alarms.likely * self._years(k, measure.starts, measure.until)
            words = f"a false alarm of {measure.name or key} ends the agreement"
            risks.append(Risk(alarms, measure.breaks.likely, words))
        return [risk for risk in risks if risk.expected > 0 and risk.breaks > 0]

    def _nodes(self, game: Game) -> dict[tuple[int, int], int]:
        """Where the equilibrium keeps an entry, given the turnovers (one bit each) that brought a new government."""
        bit = {self.steps[k].id: 1 << n for n, k in enumerate(self.turnovers)}
        return {
            (int(e), sum(bit[name] for name in branch)): v
            for v, (e, branch) in enumerate(zip(game.node_step, game.branches, strict=True))
        }

    def chances(self, k: int, p: int, branch: Ints, kind: Ints, hidden: Ints) -> Floats:
        """What party p does at entry k.

        Parameters
        ----------
        branch, kind, hidden : (n,) ints
            New governments (bits), the party's type, and its concealed entries (bits), in each play.

        Returns
        -------
        (3, n) floats
            Chances of keep, conceal, withdraw.
        """
        tables = self.equilibrium.game.tables
        branches, which = np.unique(branch, return_inverse=True)
        node = np.array([self.nodes[k, int(b)] for b in branches], dtype=np.int64)[which]
        return np.exp(self.equilibrium.choice[:, tables.offset[p, node] + kind * tables.sets[p, node] + hidden])


def conceals(step: Step, party: str) -> tuple[str, ...]:
    """The stakes that a party can conceal at an entry, for all or one of those who act there."""
    if step.movers:
        return next((mover.conceals for mover in step.movers if mover.party == party), ())
    return step.conceals if step.party == party else ()


def shares(chances: Mapping[str, Number], kinds: tuple[str, ...]) -> Floats:
    """Chances of a party's types, (K,), adding up to 1; a type that is not named has none."""
    if kinds == (ONLY,) and not chances:
        return np.ones(1)
    shares = np.array([chances[kind].likely if kind in chances else 0.0 for kind in kinds])
    return shares / shares.sum()


def likely(step: Step) -> float:
    """The chance of a ratification or turnover."""
    assert step.chance is not None
    return step.chance.likely
