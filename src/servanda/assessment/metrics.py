"""The metrics by which a plan is judged: what each means, in which unit, and whether more of it is better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from servanda.agreement.format.entries import Exchange, Renewal
from servanda.english import TimeUnit, chance, in_unit, number, time, time_unit
from servanda.errors import is_there, no_such
from servanda.game.compiler import tells_lateness

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement

Unit: TypeAlias = Literal["chance", "share", "years", "units", "steps", "money"]


@dataclass(frozen=True)
class Metric:
    """A number by which a plan is judged.

    Attributes
    ----------
    name : str
        `held_clean`, `gain.north`, `gain.north.stalling`.
    meaning : str
        In a few words, to stand within a sentence.
    label : str
        In fewer, for the headings of tables and figures.
    unit : {'chance', 'share', 'years', 'units', 'steps', 'money'}
        `steps` are entries of a plan, counted; `money` is whatever unit the file counts its inspections in.
    better : {'more', 'less'}
    solved : bool
        Whether it comes from the solved game, so that every draw of the uncertain numbers has one. Others are worked
        out from the plan itself, and only a search for better plans asks for them.
    time : {'years', 'months', 'days'}
        In which times are told, as fits the horizon. Values are in years whatever it is.
    """

    name: str
    meaning: str
    label: str
    unit: Unit
    better: Literal["more", "less"] = "more"
    solved: bool = True
    time: TimeUnit = "years"

    def to_json(self) -> dict[str, Any]:
        """Give what results say of the metric that they are about."""
        return {"of": self.name, "meaning": self.meaning, "better": float(self.sign)}

    @property
    def is_share(self) -> bool:
        """Whether it is written in percent."""
        return self.unit in ("chance", "share")

    @property
    def sign(self) -> int:
        """1 if more is better, else -1."""
        return 1 if self.better == "more" else -1

    def told(self, value: float) -> float:
        """A value in the unit in which it is told."""
        return in_unit(value, self.time) if self.unit == "years" else value

    def text(self, value: float | None) -> str:
        """Write a value with its unit: `25.2%`, `4.33 years`, `+1.50 units`; a dash where there is none."""
        if value is None or self.is_share:
            return chance(value, 1, room="sentence", sure=True)
        if self.unit == "years":
            return time(value, self.time, 2)
        if self.unit == "steps":
            return f"{number(value)} steps"
        return f"{number(value, sign=True)} units" if self.unit == "units" else number(value)

    def difference(self, value: float) -> str:
        """Write a difference of two values: `8.0 percentage points`, `0.29 years`, `1.20 units`."""
        if self.unit == "years":
            return f"{number(in_unit(value, self.time))} {self.time}"
        size = number(100 * value, 1) if self.is_share else number(value)
        return size + (" percentage points" if self.is_share else "" if self.unit == "money" else f" {self.unit}")


def in_place(made: dict[str, Any], metric: Metric) -> dict[str, Any]:
    """A result as JSON with the name, the meaning and the sign of its metric, in place of the metric."""
    parts = ((metric.to_json() if name == "metric" else {name: value}) for name, value in made.items())
    return {name: value for part in parts for name, value in part.items()}


def metrics(agreement: Agreement) -> dict[str, Metric]:
    """Every metric of the plans of an agreement, by its name.

    Returns
    -------
    dict of Metric
        From the solved game: `held_clean`, `held`, `years`, `completed`, `gain.PARTY`, `gain.PARTY.TYPE`, and causes of
        breakdown: `withdrew.PARTY`, `found.PARTY`, `found.both` (`found.several`), `unratified.PARTY`, `incident`.
        Where steps can be late, those of `late_metrics` too.
        From the plan: `smallest_gain`, `nash`, `exposure`, `exposure.PARTY`, `temptation`, `temptation.PARTY`,
        `complete.PARTY`, `completion`, `inspection_cost`.
    """
    names, unit = {key: party.name for key, party in agreement.parties.items()}, time_unit(agreement.horizon)
    found = [
        Metric(
            "held_clean", "chance of being in force at the horizon with nothing concealed",
            "chance in force and clean at the end", "chance",
        ),
        Metric("held", "chance of being in force at the horizon", "chance in force at the end", "chance"),
        Metric("years", "expected time in force up to the horizon", f"{unit} in force", "years", time=unit),
        Metric(
            "completed", "chance that all transfers are carried out, or appear to the others to be",
            "chance that all is carried out", "chance",
        ),
    ]  # fmt: skip
    if any(tells_lateness(agreement, plan) for plan in agreement.plans):
        found += late_metrics(agreement)
    for key, party in agreement.parties.items():
        meaning = f"what signing is worth to {party.name} compared with no agreement, in units"
        found.append(Metric(f"gain.{key}", meaning, f"gain of {party.name} over no agreement", "units"))
        for kind in party.types if len(party.types) > 1 else ():
            meaning = f"what signing is worth to the {kind} type of {party.name} compared with no agreement, in units"
            label = f"gain of {party.name}, if {kind} over no agreement"
            found.append(Metric(f"gain.{key}.{kind}", meaning, label, "units"))

    def cause(name: str, meaning: str, label: str) -> None:
        found.append(_cause(name, meaning, label))

    for key, name in names.items():
        cause(f"withdrew.{key}", f"{name} ends it by withdrawing", f"{name} withdraws")
    holders = [key for key in names if any(stake.holder == key for stake in agreement.stakes.values())]
    for key in holders:
        cause(f"found.{key}", f"{names[key]} alone is found concealing", f"{names[key]} is found out")
    if len(holders) > 1:
        several = "both" if len(names) == 2 else "several"
        meaning = "more than one party is found concealing at the same report"
        cause(f"found.{several}", meaning, f"{several} are found out")
    for key, name in names.items():
        cause(f"unratified.{key}", f"it fails in a vote in {name}", f"{name} fails to ratify")
    cause("incident", "a false alarm or another incident ends it", "an incident ends it")
    return {metric.name: metric for metric in (*found, *_of_the_plan(agreement))}


def _cause(name: str, meaning: str, label: str) -> Metric:
    return Metric(name, f"chance that {meaning}", f"chance that {label}", "chance", "less")


def late_metrics(agreement: Agreement) -> list[Metric]:
    """Those metrics from the solved game that an agreement has only where steps can be late."""
    unit, names = time_unit(agreement.horizon), {key: party.name for key, party in agreement.parties.items()}
    found = [
        Metric(
            "complete", "chance of being in force at the horizon with every step done, on time or late",
            "chance that it is complete", "chance",
        ),
        Metric(
            "complete_on_time", "chance of being in force at the horizon with every step done on its date",
            "chance that it is complete on time", "chance",
        ),
        Metric(
            "complete_late", "chance of being in force at the horizon with every step done, some of them late",
            "chance that it is complete, but late", "chance",
        ),
        Metric(
            "stalled", "chance of being in force at the horizon with a step struck or still waited for",
            "chance that it is in force but stalled", "chance", "less",
        ),
        Metric(
            "suspended", "chance of being in force at the horizon with something taken back",
            "chance that it is in force but suspended", "chance", "less",
        ),
        Metric("steps_done", "expected number of steps that are done, on time or late", "steps done", "steps"),
        Metric(
            "lateness", "time by which the latest step is late, on average where all is done but late",
            f"{unit} late", "years", "less", time=unit,
        ),
    ]  # fmt: skip
    entries = [entry for plan in agreement.plans.values() for entry in plan.entries]
    if any(isinstance(entry, Exchange) for entry in entries):
        several = "both" if len(names) == 2 else "several"
        found.append(
            _cause(f"withdrew.{several}", "more than one party withdraws at the same exchange", f"{several} withdraw")
        )
    renewing = {key for entry in entries if isinstance(entry, Renewal) for key in entry.renew}
    found += [
        _cause(f"lapsed.{key}", f"{names[key]} lets it lapse", f"{names[key]} lets it lapse")
        for key in names if key in renewing
    ]  # fmt: skip
    return found


def _of_the_plan(agreement: Agreement) -> list[Metric]:
    gains = "the smallest of the parties' gains from signing, compared with no agreement, in units"
    product = "the product of the parties' gains (Nash 1950), or the smallest gain where one is not above 0"
    loss = "the most that any party loses at any time, compared with no agreement, if the others withdraw, in units"
    breach = "the most that any type gains by breaking the plan if all others keep it, in units"
    found = [
        Metric("smallest_gain", gains, "smallest gain over no agreement", "units", "more", False),
        Metric("nash", product, "product of the gains", "money", "more", False),
        Metric("exposure", loss, "largest exposure of any party", "units", "less", False),
        Metric("temptation", breach, "temptation of any party to break it", "units", "less", False),
    ]
    for key, party in agreement.parties.items():
        name = party.name
        own = f"the most that {name} gains by breaking the plan if all others keep it, in units"
        share = f"share of what harms {name} that the others give up, if everyone keeps the plan"
        label = f"share of what harms {name} that is given up"
        found.append(
            Metric(
                f"exposure.{key}",
                f"the most that {name} loses at any time, compared with no agreement, if the others withdraw, in units",
                f"largest exposure of {name}",
                "units",
                "less",
                False,
            )
        )
        found.append(Metric(f"temptation.{key}", own, f"temptation of {name} to break it", "units", "less", False))
        found.append(Metric(f"complete.{key}", share, label, "share", "more", False))
    unit = time_unit(agreement.horizon)
    length = f"{unit} from the start to the last transfer"
    cost = "total cost of the measures with a cost, over the years they are in force"
    return [
        *found,
        Metric("completion", length, f"{unit} to the last transfer", "years", "less", False, unit),
        Metric("inspection_cost", cost, "cost of inspection", "money", "less", False),
    ]


def solved_metrics(agreement: Agreement) -> dict[str, Metric]:
    """Those metrics that come from the solved game, so that every draw of the uncertain numbers has one."""
    return {name: metric for name, metric in metrics(agreement).items() if metric.solved}


def metric(agreement: Agreement, name: str, solved: bool = True) -> Metric:
    """A metric by its name.

    Parameters
    ----------
    solved : bool
        Only those that come from the solved game.

    Raises
    ------
    NoSuchName
        If there is no such metric.
    """
    known = solved_metrics(agreement) if solved else metrics(agreement)
    if not is_there(name, known):
        raise no_such("metric", name, known)
    return known[name]


def unit_of(name: str) -> Unit:
    """The unit of a metric from the solved game by its name alone, which is all that a table of draws has."""
    units: dict[str, Unit] = {"years": "years", "lateness": "years", "gain": "units", "steps_done": "steps"}
    return units.get(name.partition(".")[0], "chance")
