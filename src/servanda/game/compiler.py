"""An agreement and a plan, compiled into the arrays that the solver works on.

The public tree holds what everybody sees: one node per entry and branch (only a turnover branches), and a last
node for the horizon. What is private, a party's type and which of its own steps it has concealed, is a flat
block per party and node. All payoffs are closed form. See `model.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from servanda.agreement.dates import years_between
from servanda.agreement.format.agreement import Agreement, as_in
from servanda.agreement.format.entries import Exchange, Ratification, Renewal, Review
from servanda.agreement.format.values import Number
from servanda.arrays import Floats, Ints, freeze
from servanda.errors import ServandaError, UsageError, expect, numbered
from servanda.game._bisimulation import merge_equivalent
from servanda.game.accumulation import Valuation, hazards, shares
from servanda.game.calendar import Step, calendar_of
from servanda.game.kinds import CHOICES, FOUND, HORIZON, RATIFICATION, SEAT, TURNOVER
from servanda.game.lateness import LATE, ON_TIME, STALLED, SUSPENDED, Lateness
from servanda.game.node_tables import Public, node_tables, read_public
from servanda.game.payoff_tables import Common, Tables, gather, party_tables, types_of
from servanda.game.public_tree import TooManyNodes, tell
from servanda.game.tree_shape import KINDS, SAME, Rules, Shape, Telling, movers_of, plan_entries, shape_of
from servanda.game.unknowns import Unknowns, list_unknowns
from servanda.records import Record

MAX_CONCEALABLE = 16
MAX_STATES = 16_000_000  # private: some 130 bytes each while the solver works
MAX_NODES = 250_000  # public: a kilobyte each
MAX_UNKNOWNS = 200_000  # of which the solver keeps up to a hundred directions
MAX_CELLS = 50_000_000  # of the tables of payoffs, for one draw
MAX_PARTIES = 300


class GameTooLarge(ServandaError, ValueError):
    """A plan that the exact solver does not take on, with the reason and what to do."""


class PublicTree(NamedTuple):
    """What everybody sees. Parents come before children; `V` nodes.

    `row` (V,): where a node's numbers stand in the tables, its step where nothing can be late, else itself; `kind` (V,)
    one of the constants of `public_tree.py`; `actor` (V,) party index, -1 at the horizon; `parent` (V,), -1 at the
    root; `child` (V, 2): the next node; and the next under a new government at a turnover, after holding back at a
    decision, after a failed vote that does not end all, else -1; `conceals` (V,): 1 where the actor may conceal.
    `aside`, `head`, `fork`, `mask` (V,), `forks`: see `public_tree.Telling`.
    """

    row: Ints
    kind: Ints
    actor: Ints
    parent: Ints
    child: Ints
    conceals: Ints
    aside: Ints
    head: Ints
    fork: Ints
    mask: Ints
    forks: Ints


@dataclass(frozen=True, repr=False)
class Game(Record):
    """A plan as a game. `D` draws, `V` nodes of the public tree, `N` parties, `S` stakes, `G` concealable stakes.

    Attributes
    ----------
    agreement : Agreement
    plan : str
    steps : tuple[Step, ...]
    parties : tuple[str, ...]
    types : tuple[tuple[str, ...], ...]
        Per party.
    tree : PublicTree
    node_step : (V,) ints
        Index into `steps`, of the entry that falls due; `len(steps)` at the horizon; -1 in between (a look, an answer).
    node_years : (V,) floats
        From the start.
    branches : tuple[tuple[str, ...], ...]
        Per node, the turnovers at which a new government came.
    concealable : tuple[tuple[int, ...], ...]
        Per party, the steps (index) it may conceal.
    hideable : tuple[str, ...]
        The `G` stakes that some step of the plan may conceal.
    tables : Tables
        Private states and payoffs.
    merged : Tables
        The same with sets of concealed steps that play alike made one; the same object if there are none.
    unknowns : Unknowns
        Which public numbers the solver looks for.
    claimed : (D, E + 1, S) floats
        Share of each stake given by claim before the step's act.
    hazard : (D, E + 1, G) floats
        Integrated finding rate on the way to the step.
    worth : tuple of N (D, K, S) floats
        Units per year.
    costs : tuple of N (D, K, 7) floats
        As in `payoff_tables.COSTS`; units, delaying per year.
    rate : tuple of N (D, K) floats
        Continuous discount per year.
    restore : (D, S) floats
        Years.
    late : Lateness or None
        What is public about late steps; None in a plan in which a missed step ends the agreement.
    """

    agreement: Agreement
    plan: str
    steps: tuple[Step, ...]
    parties: tuple[str, ...]
    types: tuple[tuple[str, ...], ...]
    tree: PublicTree
    node_step: Ints
    node_years: Floats
    branches: tuple[tuple[str, ...], ...]
    concealable: tuple[tuple[int, ...], ...]
    hideable: tuple[str, ...]
    tables: Tables
    merged: Tables
    unknowns: Unknowns
    claimed: Floats
    hazard: Floats
    worth: tuple[Floats, ...]
    costs: tuple[Floats, ...]
    rate: tuple[Floats, ...]
    restore: Floats
    late: Lateness | None = None

    @property
    def is_late(self) -> bool:
        """Whether steps can be late, or acts have weights."""
        return self.late is not None

    @property
    def draws(self) -> int:
        """Number of draws of the uncertain numbers."""
        return len(self.tables.calm)

    @property
    def horizon(self) -> float:
        """Years from the start until which payoffs count."""
        return self.agreement.horizon

    def block(self, party: int, node: int) -> slice:
        """Where a party's private states at a node are in the flat arrays: types by sets of concealed steps."""
        party = numbered("party", party, len(self.parties), "parties")
        start = int(self.tables.offset[party, numbered("node", node, len(self.node_step))])
        return slice(start, start + int(self.tables.kinds[party] * self.tables.sets[party, node]))

    def prior(self, party: int, draw: int = 0) -> Floats:
        """Chances of a party's types, (K,), before anything has happened."""
        party, draw = numbered("party", party, len(self.parties), "parties"), numbered("draw", draw, self.draws)
        return np.exp(self.tables.log_prior[draw, party, : self.tables.kinds[party]])

    def step_at(self, node: int) -> Step:
        """The entry that a node stands for (not at the horizon)."""
        return self.steps[
            numbered("step", self.node_step[numbered("node", node, len(self.node_step))], len(self.steps))
        ]

    def __repr__(self) -> str:
        states = int(self.tables.kinds @ self.tables.sets.sum(axis=1))
        return (
            f"<Game of plan {self.plan!r}: {len(self.steps)} entries, {len(self.node_step)} public nodes,"
            f" {states} private states>"
        )


def likely(number: Number) -> Floats:
    """The value used where one value is needed, as one draw."""
    return np.array([number.likely])


def compile(agreement: Agreement, plan: str, draws: Valuation = likely) -> Game:  # noqa: A001 - the field's verb
    """Turn a plan of an agreement into a game.

    Parameters
    ----------
    plan : str
        Name of one of its plans.
    draws : Draws, or function from a Number to (D,) floats, optional
        Values of the uncertain numbers, from `draw`; by default their likely values, as one draw.

    Raises
    ------
    NoSuchName
        If the agreement has no such plan.
    UsageError
        If the draws are of another agreement.
    GameTooLarge
        If a party has more than 16 concealable steps, or there are too many nodes, states, unknowns or payoffs.

    Examples
    --------
    >>> import servanda
    >>> agreement = servanda.read("singapore-2018")
    >>> game = servanda.compile(agreement, plan="phased")
    """
    expect(agreement, Agreement, "compile")
    of = getattr(draws, "of", None)
    draws = draws if of is None else of(agreement)
    steps = calendar_of(agreement, plan)
    whole, agreement = agreement, as_in(agreement, plan)
    parties = tuple(agreement.parties)
    concealable = tuple(
        tuple(e for e, step in enumerate(steps) if any(m.conceals and m.party == name for m in movers_of(step)))
        for name in parties
    )
    for name, own in zip(parties, concealable, strict=True):
        if len(own) > MAX_CONCEALABLE:
            raise GameTooLarge(
                f"{_file(agreement)}plan {plan}: {name} could conceal at {len(own)} entries, and the exact"
                f" solver keeps track of every combination for at most {MAX_CONCEALABLE}. Join some of these entries"
                f" into one, or mark stakes that could hardly be hidden as concealable: false"
            )
    if tells_lateness(agreement, plan):
        return _late_game(whole, agreement, plan, steps, concealable, draws)
    _look_at_size(agreement, plan, steps, concealable)
    return _tables(whole, agreement, plan, steps, concealable, _Nodes(steps), draws)


def _look_at_size(
    agreement: Agreement, plan: str, steps: tuple[Step, ...], concealable: tuple[tuple[int, ...], ...]
) -> None:
    """Refuse a game that is too large before any of it is built, from counts alone."""
    kinds = [len(types_of(party)) for party in agreement.parties.values()]
    branches, nodes, states = 1, 0, 0
    done = [0] * len(kinds)  # steps that each party could have concealed so far
    own = {step: party for party, mine in enumerate(concealable) for step in mine}
    for e in range(len(steps) + 1):
        nodes += branches
        states += branches * sum(k << hidden for k, hidden in zip(kinds, done, strict=True))
        if e in own:
            done[own[e]] += 1
        if e < len(steps) and steps[e].kind == "turnover":
            branches = min(2 * branches, 10**18)  # beyond any limit: how far is of no interest
    stakes, sets = len(agreement.stakes), sum(1 << len(mine) for mine in concealable)
    hideable = len({stake for step in steps for stake in step.conceals})
    cells = (len(steps) + 1) * sum(kinds) * (stakes + 3) + sets * hideable + len(kinds) * nodes
    turnovers = "Every turnover doubles the paths after it"
    _insist(agreement, plan, len(kinds), MAX_PARTIES, "parties", "Leave out parties that decide nothing")
    _insist(agreement, plan, nodes, MAX_NODES, "public nodes", f"{turnovers}. Leave out some of them, or entries")
    _insist(
        agreement, plan, states, MAX_STATES, "private states",
        f"{turnovers}, and every concealable step doubles what may be hidden. Leave out some of them",
    )  # fmt: skip
    _insist(
        agreement, plan, cells, MAX_CELLS, "payoffs in its tables",
        "They grow with the entries, the stakes and the types. Leave out some of them",
    )  # fmt: skip


def _insist(agreement: Agreement, plan: str, count: int, most: int, what: str, advice: str) -> None:
    """Refuse a game of more than so many things, with the file, how many there would be and the limit."""
    if count <= most:
        return
    many = f"{count:,}" if count < 10**12 else f"10^{len(str(count)) - 1} or more"
    raise GameTooLarge(
        f"{_file(agreement)}plan {plan}: the game would have {many} {what}, and"
        f" the exact solver takes at most {most:,}. {advice}"
    )


def _file(agreement: Agreement) -> str:
    return f"{agreement.origin.path}: " if agreement.origin else ""


class _Nodes:
    """The public tree under construction."""

    def __init__(self, steps: tuple[Step, ...]) -> None:
        self.step: list[int] = []
        self.parent: list[int] = []
        self.child: list[list[int]] = []
        self.branches: list[tuple[str, ...]] = []
        stack: list[tuple[int, int, int, tuple[str, ...]]] = [(0, -1, 0, ())]
        while stack:
            e, parent, slot, branch = stack.pop()
            node = len(self.step)
            self.step.append(e)
            self.parent.append(parent)
            self.child.append([-1, -1])
            self.branches.append(branch)
            if parent >= 0:
                self.child[parent][slot] = node
            if e < len(steps):
                if steps[e].kind == "turnover":
                    stack.append((e + 1, node, 1, (*branch, steps[e].id)))
                stack.append((e + 1, node, 0, branch))


def _tables(
    whole: Agreement,
    agreement: Agreement,
    plan: str,
    steps: tuple[Step, ...],
    concealable: tuple[tuple[int, ...], ...],
    nodes: _Nodes,
    valuation: Valuation,
) -> Game:
    parties, stakes = tuple(agreement.parties), tuple(agreement.stakes)
    E, T = len(steps), agreement.horizon
    step = np.array(nodes.step)
    dates = np.array([s.years for s in steps] + [T])
    way = np.diff(dates, prepend=0.0)
    D = np.size(valuation(agreement.incidents))

    value = _checked(valuation, D)

    # By step (E + 1, the last being the horizon); the same in every branch.
    share, claimed = shares(steps, stakes, value, D)
    hideable = tuple(name for name in stakes if any(name in s.conceals for s in steps))
    hazard, alarms = hazards(agreement, hideable, dates - way, dates, np.arange(E + 1) - 1, value, D)

    kind = np.array([KINDS[s.kind] for s in steps] + [HORIZON])
    actor = np.array([parties.index(s.party) for s in steps] + [-1])[step]
    chance = np.stack([value(s.chance) if s.chance is not None else np.zeros(D) for s in steps] + [np.zeros(D)], axis=1)
    nothing = np.full(step.size, -1)
    tree = PublicTree(
        row=step,
        kind=kind[step],
        actor=actor,
        parent=np.array(nodes.parent),
        child=np.array(nodes.child),
        conceals=np.array([int(bool(s.conceals)) for s in steps] + [0])[step],
        aside=nothing,
        head=nothing,
        fork=nothing,
        mask=nothing,
        forks=np.zeros(0, dtype=np.int64),
    )
    restore = np.stack([value(agreement.stakes[name].restore) for name in stakes], axis=1)
    common = Common(D, dates, way, claimed, hazard, restore, T, share, stakes, hideable, steps)
    sets = [np.array([1 << sum(own < e for own in mine) for e in range(E + 1)]) for mine in concealable]
    per_party = [
        party_tables(agreement, name, concealable[i], sets[i], common, value) for i, name in enumerate(parties)
    ]
    holder = np.array([parties.index(agreement.stakes[name].holder) for name in hideable], dtype=np.int64)
    tables = gather(
        per_party,
        concealable,
        holder,
        step,
        calm=np.exp(-alarms),
        fails=np.where(kind == RATIFICATION, 1.0 - chance, 0.0),
        replaced=np.where(kind == TURNOVER, chance, 0.0),
    )
    unknowns = list_unknowns(tables, step, actor, np.isin(tree.kind, CHOICES), nothing >= 0, nothing < 0)
    _insist(
        agreement, plan, len(unknowns.where), MAX_UNKNOWNS, "unknowns",
        "They grow with the entries, the turnovers before them and the concealable stakes. Leave out some of them",
    )  # fmt: skip
    game = Game(
        agreement=whole,
        plan=plan,
        steps=steps,
        parties=parties,
        types=tuple(types_of(p) for p in agreement.parties.values()),
        tree=tree,
        node_step=step,
        node_years=dates[step],
        branches=tuple(nodes.branches),
        concealable=concealable,
        hideable=hideable,
        tables=tables,
        merged=merge_equivalent(tables, step),
        unknowns=unknowns,
        claimed=claimed,
        hazard=hazard,
        worth=tuple(p.all_worth for p in per_party),
        costs=tuple(p.costs for p in per_party),
        rate=tuple(p.rate for p in per_party),
        restore=restore,
    )
    freeze(game)
    return game


def _checked(valuation: Valuation, D: int) -> Valuation:
    """The values of numbers, (D,) each, looked at before they are used."""

    def value(number: Number) -> Floats:
        found = np.asarray(valuation(number))
        if found.dtype.kind not in "fiu" or found.shape not in ((D,), (1,)) or D == 0 or np.isnan(found).any():
            raise UsageError(
                f"The values of a number are {found.dtype.name}s of shape {found.shape}"
                f"{', some of them no numbers' if found.dtype.kind == 'f' and np.isnan(found).any() else ''}."
                f" They must be {max(D, 1)} numbers, one for each draw"
            )
        return np.broadcast_to(found.astype(np.float64, copy=False), (D,))

    return value


def tells_lateness(agreement: Agreement, plan: str) -> bool:
    """Whether a plan says what follows when a step is late, or a party has habits: if not, all stays as it was."""
    mine = agreement.plans[plan]
    return (
        mine.late is not None
        or mine.found == "stall"
        or any(party.habits is not None for party in agreement.parties.values())
        or any(
            isinstance(entry, Exchange | Renewal)
            or (isinstance(entry, Ratification) and entry.then != "breakdown")
            or (isinstance(entry, Review) and entry.may_suspend)
            for entry in mine.entries
        )
    )


@lru_cache(maxsize=8)
def _told(shape: Shape) -> tuple[Telling, Public]:
    """Tell a public tree once, for all draws of the numbers."""
    told = tell(shape, MAX_NODES)
    public = read_public(told, shape.parties, sum(entry.waits for entry in shape.entries))
    told.way.clear()
    return told, public


def _shape(agreement: Agreement, plan: str, steps: tuple[Step, ...], value: Valuation) -> Shape:
    mine = agreement.plans[plan]
    windows: dict[str, list[tuple[float, float]]] = {}
    for measure in agreement.measures.values():
        if max(measure.finds.likely, measure.finds.high or 0.0, float(value(measure.finds).max())) > 0:
            opens = years_between(agreement.start, measure.starts) if measure.starts else 0.0
            closes = years_between(agreement.start, measure.until) if measure.until else agreement.horizon
            for stake in measure.covers:
                windows.setdefault(stake, []).append((opens, closes))
    looks = None if mine.late is None else tuple(mine.late.looks)
    rules = Rules(looks, 0 if mine.late is None else mine.late.stalls, mine.found == "stall")
    suspendable = {name: stake.holder for name, stake in agreement.stakes.items() if stake.suspendable}
    return shape_of(steps, tuple(agreement.parties), rules, agreement.horizon, suspendable, windows)


def _late_game(
    whole: Agreement,
    agreement: Agreement,
    plan: str,
    steps: tuple[Step, ...],
    concealable: tuple[tuple[int, ...], ...],
    valuation: Valuation,
) -> Game:
    """A game in which steps can be late, and acts have weights."""
    parties, stakes = tuple(agreement.parties), tuple(agreement.stakes)
    D = np.size(valuation(agreement.incidents))
    value = _checked(valuation, D)
    try:
        told, public = _told(_shape(agreement, plan, steps, value))
    except TooManyNodes:
        raise GameTooLarge(
            f"{_file(agreement)}plan {plan}: the game would have more than {MAX_NODES:,} public nodes, and the exact"
            " solver takes at most so many. Every look doubles what can follow a late step, and every stall squares it."
            " Write fewer looks or stalls under late, add late: false to steps of less weight, or leave out reviews or"
            " turnovers"
        ) from None
    V, E, T, entries = len(told.kind), len(steps), agreement.horizon, plan_entries(steps)
    kinds = [len(types_of(party)) for party in agreement.parties.values()]
    states = sum(k << len(claims[p]) for claims in public.claims for p, k in enumerate(kinds))
    _insist(agreement, plan, len(parties), MAX_PARTIES, "parties", "Leave out parties that decide nothing")
    _insist(
        agreement, plan, states, MAX_STATES, "private states",
        "Every look doubles what can follow a late step, and every concealable step what may be hidden. Leave out some",
    )  # fmt: skip
    years = np.array(told.years)
    before = np.array(told.before)
    parent = np.array(told.parent)
    share, claimed = shares(steps, stakes, value, D)
    hideable = tuple(
        name for name in stakes if any(name in m.conceals for step in steps for m in movers_of(step))
    )  # fmt: skip
    hazard, alarms = hazards(agreement, hideable, before, years, parent, value, D)
    restore = np.stack([value(agreement.stakes[name].restore) for name in stakes], axis=1)
    common = Common(D, years, years - before, claimed, hazard, restore, T, share, stakes, hideable, steps)
    tables, own = node_tables(agreement, told, public, concealable, common, hazard, alarms, value)
    dates = np.array([s.years for s in steps] + [T])
    way = np.diff(dates, prepend=0.0)
    tree = PublicTree(
        row=np.arange(V),
        kind=np.array(told.kind),
        actor=np.array(told.actor),
        parent=parent,
        child=np.array(told.child),
        conceals=np.array(told.conceals),
        aside=np.array(told.aside),
        head=np.array(told.head),
        fork=np.array(told.fork),
        mask=np.array(told.mask),
        forks=np.array(told.forks, dtype=np.int64),
    )
    choice = np.isin(tree.kind, CHOICES)
    holds = tables.habit[:, :, 3].max(axis=0) > -np.inf
    reported = ~np.isin(tree.kind, (FOUND, SEAT))
    taken: NDArray[np.bool_] = public.taken.max(axis=2, initial=0.0) > 0
    whole_plan = public.did.all(axis=1) & ~public.stalls
    late = np.where(public.lateness > SAME, LATE, ON_TIME)
    fate = np.where(taken.max(axis=1), SUSPENDED, np.where(whole_plan, late, STALLED))
    game = Game(
        agreement=whole,
        plan=plan,
        steps=steps,
        parties=parties,
        types=tuple(types_of(p) for p in agreement.parties.values()),
        tree=tree,
        node_step=np.array(told.step),
        node_years=years,
        branches=public.branches,
        concealable=concealable,
        hideable=hideable,
        tables=tables,
        merged=tables,
        unknowns=list_unknowns(tables, tree.row, tree.actor, choice, holds, reported),
        claimed=claimed,
        hazard=hazards(agreement, hideable, dates - way, dates, np.arange(E + 1) - 1, value, D)[0],
        worth=tuple(p.worth for p in own),
        costs=tuple(p.costs for p in own),
        rate=tuple(p.rate for p in own),
        restore=restore,
        late=Lateness(
            entries=entries,
            about=np.array(told.entry),
            does=np.array(told.does),
            look=np.array(told.look),
            allotted=np.array(told.pace),
            fate=np.where(tree.kind == HORIZON, fate, -1),
            lateness=public.lateness,
            did=public.did > 0,
            struck=public.struck > 0,
            behind=public.behind > 0,
            suspended=taken,
            exposed=public.exposed > 0,
        ),
    )
    freeze(game)
    return game
