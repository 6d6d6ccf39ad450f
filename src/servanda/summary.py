"""What is reported of an equilibrium: choices, entries, values, standing, exposure, the weakest link.

Data only; `servanda.outcomes` works them out. The words are those of `docs/format.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape


@dataclass(frozen=True)
class Choice:
    """What one type of a party does at one entry, in one branch, having concealed certain steps.

    Attributes
    ----------
    entry, party, type : str
    branch : tuple[str, ...]
        Turnovers at which a new government came before.
    concealed : frozenset[str]
        Entries that the party has concealed.
    keep, conceal, withdraw : float
        Chances; they add up to 1.
    margin : float
        Present value of keeping less that of the better other act, units.
    """

    entry: str
    branch: tuple[str, ...]
    party: str
    type: str
    concealed: frozenset[str]
    keep: float
    conceal: float
    withdraw: float
    margin: float


@dataclass(frozen=True)
class TypeAct:
    """What one type does at an entry, given that the entry is reached by it; see `Choice`."""

    keep: float
    conceal: float
    withdraw: float
    margin: float


@dataclass(frozen=True)
class EntryResult:
    """What happens at one entry, averaged over branches by the chance of reaching it there.

    Attributes
    ----------
    id, title, kind, by : str
        `by`: the party that acts, ratifies or changes government.
    date : datetime.date
    reached : float
        Chance that the agreement is in force when the entry comes up.
    keep, conceal, withdraw : float
        Given reached. Where nobody chooses, `keep` is the chance that it goes through.
    by_type : dict[str, TypeAct or None]
        None for a type that cannot be in office then.
    belief : dict[str, float]
        What the others believe about `by`'s type before it acts.
    beliefs : dict[str, dict[str, float]]
        The same for every party.
    concealing : float
        Chance that `by` has already concealed something.
    lost : dict[str, float]
        Chance, seen from the start, that the agreement breaks down here, by cause: found or upset on the way to the
        entry, or ended by its act.
    """

    id: str
    title: str
    kind: str
    by: str
    date: date
    reached: float
    keep: float
    conceal: float
    withdraw: float
    by_type: dict[str, TypeAct | None]
    belief: dict[str, float]
    beliefs: dict[str, dict[str, float]]
    concealing: float
    lost: dict[str, float]


@dataclass(frozen=True)
class Value:
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
class Standing:
    """How the agreement stands at a moment: chances that it is in force clean, and with something concealed."""

    date: date
    years: float
    clean: float
    concealed: float

    @property
    def in_force(self) -> float:
        """Chance that it is in force at all."""
        return self.clean + self.concealed


@dataclass(frozen=True)
class Exposure:
    """What each party loses against no agreement if the others withdraw right after an entry, all having kept so far.

    `loss` is in units, present value at the date, over the party's types by their prior chances; `by_type` has each.
    """

    entry: str
    date: date
    years: float
    loss: dict[str, float]
    by_type: dict[str, dict[str, float]]


@dataclass(frozen=True)
class WeakestLink:
    """The entry (or `horizon`) where most chance of the agreement is lost, and its main cause.

    `concealing`: chance that each party is concealing something when the report there comes up, given in force.
    """

    entry: str
    title: str
    date: date
    lost: float
    cause: str
    cause_lost: float
    concealing: dict[str, float]


@dataclass(frozen=True, repr=False)
class Summary:
    """The answer for one plan, as it is printed, drawn and exported.

    Attributes
    ----------
    plan, title, status : str
    residual : float
    iterations : int
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
    """

    plan: str
    title: str
    status: str
    residual: float
    iterations: int
    held: dict[str, float]
    broken: dict[str, float]
    completed: float
    entries: tuple[EntryResult, ...]
    values: dict[str, PartyValue]
    standing: tuple[Standing, ...]
    exposure: tuple[Exposure, ...]
    weakest_link: WeakestLink
    final_beliefs: dict[str, dict[str, float]]
    not_played: tuple[str, ...] = ()

    @property
    def outcomes(self) -> dict[str, float]:
        """All outcomes in one table, adding up to 1."""
        return {**{f"held:{k}": v for k, v in self.held.items()}, **self.broken}

    def __repr__(self) -> str:
        return (
            f"<Summary of plan {self.plan!r}: held clean {self.held['clean']:.3f}, concealed"
            f" {self.held['concealed']:.3f}; weakest at {self.weakest_link.entry}>"
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{name}</td><td style='text-align:right'>{100 * p:.1f}%</td></tr>"
            for name, p in self.outcomes.items()
        )
        return f"<table><caption>{escape(self.title)}</caption><tr><th>outcome</th><th>chance</th></tr>{rows}</table>"
