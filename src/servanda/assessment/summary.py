"""What an equilibrium means, as it is printed, drawn and exported: outcomes, entries, values, exposure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.assessment._late_meaning import late_summary, walk_of
from servanda.assessment._late_walk import LateWalk
from servanda.assessment.lateness import STANDS, LateSummary
from servanda.assessment.other_equilibria import OtherEquilibrium, search
from servanda.assessment.outcomes import EntryResult, Standing, WeakestLink
from servanda.errors import MOST_STARTS, expect, numbered, seeded, whole
from servanda.game.accumulation import annuity
from servanda.game.calendar import unplayed
from servanda.game.compiler import Game
from servanda.records import Record
from servanda.result import About, Result, about, plain
from servanda.solver.equilibrium import Equilibrium


@dataclass(frozen=True)
class Value(Record):
    """Present value at the start, units: of signing, and of no agreement."""

    sign: float
    no_deal: float

    @property
    def gain(self) -> float:
        """What signing is worth beyond no agreement."""
        return self.sign - self.no_deal


@dataclass(frozen=True)
class PartyValue(Value):
    """A party's value of signing, overall and by type."""

    by_type: dict[str, Value]


@dataclass(frozen=True)
class Exposure(Record):
    """What each party loses against no agreement if the others withdraw right after an entry, all having kept so far.

    `loss` is in units, present value at the date, over the party's types by their prior chances; `by_type` has each.
    """

    entry: str
    date: date
    years: float
    loss: dict[str, float]
    by_type: dict[str, dict[str, float]]


@dataclass(frozen=True, repr=False)
class Summary(Result):
    """The answer for one plan, as it is printed, drawn and exported.

    Attributes
    ----------
    plan, title, status : str
    residual : float
    iterations, folds, bifurcations : int
        Responses worked out; how often the branch turned round in precision; how often it met another one.
    held : dict[str, float]
        Chance to be in force at the horizon: `clean`, `concealed`.
    broken : dict[str, float]
        Chance to have broken down, by cause.
    completed : float
        Chance that every obligation is performed or claimed, whatever comes after.
    entries : tuple[EntryResult, ...]
    values : dict[str, PartyValue]
    standing : tuple[Standing, ...]
        From the start to the horizon, before and after every entry.
    exposure : tuple[Exposure, ...]
    weakest_link : WeakestLink
    final_beliefs : dict[str, dict[str, float]]
        What the others believe about each party's type, given that the agreement is in force at the horizon.
    not_played : tuple[str, ...]
        Ids of the duties that move no stake and so are no part of the game.
    agreement : Agreement
    late : LateSummary or None
        What is said besides where steps can be late.
    searched : int
        Number of starts from which further equilibria were looked for.
    others : tuple[OtherEquilibrium, ...]
        Those found.
    about : About or None
    """

    plan: str
    title: str
    status: str
    residual: float
    iterations: int
    folds: int
    bifurcations: int
    held: dict[str, float]
    broken: dict[str, float]
    completed: float
    entries: tuple[EntryResult, ...]
    values: dict[str, PartyValue]
    standing: tuple[Standing, ...]
    exposure: tuple[Exposure, ...]
    weakest_link: WeakestLink
    final_beliefs: dict[str, dict[str, float]]
    not_played: tuple[str, ...]
    agreement: Agreement = field(compare=False, repr=False)
    late: LateSummary | None = None
    searched: int = 0
    others: tuple[OtherEquilibrium, ...] = field(default=(), repr=False)
    about: About | None = field(default=None, compare=False, repr=False)

    @property
    def outcomes(self) -> dict[str, float]:
        """All outcomes in one table, adding up to 1."""
        return {**{f"held:{k}": v for k, v in self.held.items()}, **self.broken}

    @property
    def expected_years(self) -> float:
        """Expected time in force until the horizon, years."""
        if self.late is not None:
            return self.late.expected_years
        return sum((after.years - before.years) * before.in_force for before, after in pairwise(self.standing))

    @property
    def has_steps(self) -> bool:
        """Whether the plan asks anybody to do anything, and not only to stay."""
        return any(entry.kind in ("obligation", "automatic", "exchange") for entry in self.entries)

    @property
    def how_it_stands(self) -> dict[str, dict[str, float]]:
        """How it stands if in force at the horizon (see `LateSummary`); empty where nothing can be late."""
        return {} if self.late is None else self.late.how_it_stands

    @property
    def stands(self) -> dict[str, float]:
        """Chance of each way of being in force at the horizon; where nothing can be late, all of it is on time."""
        if self.late is None:
            return dict.fromkeys(STANDS, 0.0) | {"complete_on_time": sum(self.held.values())}
        return {name: sum(each.values()) for name, each in self.late.how_it_stands.items()}

    @property
    def lost_at_the_end(self) -> float:
        """Chance that the agreement is lost at the last report, at the horizon."""
        entries = sum(sum(entry.lost.values()) for entry in self.entries)
        return max(0.0, 1.0 - entries - sum(self.held.values()))

    def __repr__(self) -> str:
        return (
            f"<Summary of plan {self.plan!r}: held clean {self.held['clean']:.3f}, concealed"
            f" {self.held['concealed']:.3f}; weakest at {self.weakest_link.entry}>"
        )

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda solve --json` prints."""
        searched = {"about": plain(self.about), **self.search_to_json()}
        return {**self.answer_to_json(), **(searched if self.searched else {"about": searched["about"]})}

    def answer_to_json(self) -> dict[str, Any]:
        """Give the same without what it takes to repeat it, and without what was found besides the answer."""
        late = {} if self.late is None else self.late.to_json()
        return {
            "plan": self.plan,
            "title": self.title,
            "status": self.status,
            "residual": self.residual,
            "iterations": self.iterations,
            "folds": self.folds,
            "bifurcations": self.bifurcations,
            "outcomes": {"held": {**self.held, **plain(self.how_it_stands)}, "broken": dict(self.broken)},
            "completed": self.completed,
            "entries": [entry.to_json() for entry in self.entries],
            "values": {party: plain(value) for party, value in self.values.items()},
            "weakest_link": plain(self.weakest_link),
            "standing": plain(self.standing),
            "exposure": plain(self.exposure),
            "final_beliefs": plain(self.final_beliefs),
            "not_played": plain(self.not_played),
            **late,
        }

    def search_to_json(self) -> dict[str, Any]:
        """Say what was found besides the answer, and from how many starts."""
        return {"searched": self.searched, "others": [other.to_json() for other in self.others]}


def summarise(equilibrium: Equilibrium, starts: int = 0, seed: int = 0) -> Summary:
    """Work out everything that is reported of an equilibrium.

    Parameters
    ----------
    equilibrium : Equilibrium
        A converged one.
    starts : int
        Look for further equilibria from so many starts (see `search`).
    seed : int
        Of the random ones among them.
    """
    expect(equilibrium, Equilibrium, "summarise")
    starts, seed = whole("starts", starts, 0, MOST_STARTS), seeded(seed)
    began = time.perf_counter()
    game = equilibrium.game
    walk = walk_of(equilibrium)
    found = walk.outcomes()
    entries = tuple(walk.entry(e) for e in range(len(game.steps)))
    plan = game.agreement.plans[game.plan]
    return Summary(
        plan=game.plan,
        title=plan.title or game.plan.replace("-", " "),
        status=equilibrium.status,
        residual=equilibrium.residual,
        iterations=equilibrium.iterations,
        folds=equilibrium.folds,
        bifurcations=equilibrium.bifurcations,
        held={k.removeprefix("held:"): v for k, v in found.items() if k.startswith("held:")},
        broken={k: v for k, v in found.items() if not k.startswith("held:")},
        completed=walk.completed(),
        entries=entries,
        values=values(equilibrium),
        standing=walk.standing(),
        exposure=exposure(game, equilibrium.draw),
        weakest_link=walk.weakest(entries),
        final_beliefs=walk.beliefs(len(game.steps)),
        not_played=unplayed(game.agreement, game.plan),
        agreement=game.agreement,
        late=late_summary(walk) if isinstance(walk, LateWalk) else None,
        searched=starts,
        others=search(equilibrium, starts, seed) if starts else (),
        about=about(game.agreement, time.perf_counter() - began, seed if starts else None),
    )


def values(equilibrium: Equilibrium) -> dict[str, PartyValue]:
    """Present value at the start of signing and of no agreement, units, by party and type."""
    game, d = equilibrium.game, equilibrium.draw
    result: dict[str, PartyValue] = {}
    for p, name in enumerate(game.parties):
        prior = game.prior(p, d)
        none = game.worth[p][d].sum(axis=1) * annuity(game.rate[p][d], np.array(game.horizon))
        sign = equilibrium.signing[p]
        result[name] = PartyValue(
            sign=float(prior @ sign),
            no_deal=float(prior @ none),
            by_type={t: Value(float(sign[k]), float(none[k])) for k, t in enumerate(game.types[p])},
        )
    return result


def exposure(game: Game, draw: int = 0) -> tuple[Exposure, ...]:
    """What each party stands to lose at each entry; see `Exposure`."""
    draw = numbered("draw", draw, game.draws)
    result: list[Exposure] = []
    for e, step in enumerate(game.steps):
        claimed = game.claimed[draw, e + 1]
        left = np.minimum(game.restore[draw], game.horizon - step.years)
        loss: dict[str, float] = {}
        by_type: dict[str, dict[str, float]] = {}
        for p, name in enumerate(game.parties):
            gone = annuity(game.rate[p][draw][:, None], left[None, :])
            each = (game.worth[p][draw] * gone) @ claimed + game.costs[p][draw][:, 0]
            by_type[name] = {t: float(each[k]) for k, t in enumerate(game.types[p])}
            loss[name] = float(game.prior(p, draw) @ each)
        result.append(Exposure(step.id, step.date, step.years, loss, by_type))
    return tuple(result)


def outcome_order(agreement: Agreement, summaries: Sequence[Summary]) -> list[str]:
    """All outcomes of some plans, in the order in which every figure stacks them."""
    present = {name for s in summaries for name in s.outcomes}
    order = ["held:clean", "held:concealed"]
    order += [f"{what}:{p}" for p in agreement.parties for what in ("withdrew", "lapsed", "found", "unratified")]
    order += [f"{what}:{who}" for what in ("withdrew", "found") for who in ("both", "several")] + ["incident"]
    return [name for name in order if name in present]
