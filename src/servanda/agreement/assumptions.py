"""Every number of an agreement in words, with its range and what it rests on: found by walking the whole agreement."""

from __future__ import annotations

from dataclasses import dataclass

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement, Source
from servanda.agreement.format.entries import Renewal
from servanda.agreement.format.values import Number, Place, Years
from servanda.agreement.labels import describe, unit_of
from servanda.agreement.numbers import walk_with_sources
from servanda.english import capital, show


@dataclass(frozen=True)
class Assumption:
    """One number of the file.

    Attributes
    ----------
    path : tuple of str and int
        Where it stands in the file.
    group, what : str
        The same in words: `Stake: Warheads`, `worth to North Korea`.
    likely, spread, unit : str
        As printed; `spread` is empty where no range is given.
    basis : str
        `judgement`, or the kind of source it rests on.
    why : str
        Why it counts as a judgement, where that is not plain: no source is given.
    source : Source or None
    note : str
    line : int or None
        In the file.
    given : bool
        False where the file is silent and the format's 0 stands in.
    """

    path: Place
    group: str
    what: str
    likely: str
    spread: str
    unit: str
    basis: str
    why: str
    source: Source | None
    note: str
    line: int | None
    given: bool

    @property
    def judged(self) -> bool:
        """Whether it rests on judgement alone."""
        return self.basis == "judgement"

    @property
    def dotted(self) -> str:
        """The path as the file's messages write it."""
        return ".".join(str(part) for part in self.path)


def assumptions(agreement: Agreement) -> tuple[Assumption, ...]:
    """List every number of an agreement, in file order, those that the file leaves at 0 included.

    Left out is what is not given and enters no plan: a precision beside a sharpness, costs of being late where no plan
    lets anybody be late.
    """
    plans = agreement.plans.values()
    idle = {("parties", name, "precision") for name, party in agreement.parties.items() if party.sharpness is not None}
    for costs, asked in (
        (("delaying", "suspending"), any(plan.late for plan in plans)),
        (("lapse",), any(isinstance(entry, Renewal) for plan in plans for entry in plan.entries)),
    ):
        idle |= {("parties", name, "costs", cost) for name in agreement.parties for cost in costs if not asked}
    return tuple(
        _assumption(agreement, path, number, given, above)
        for path, number, given, above in walk_with_sources(agreement)
        if given or path not in idle
    )


def _assumption(agreement: Agreement, path: Place, number: Number, given: bool, above: str) -> Assumption:
    group, what = describe(agreement, path)
    source = agreement.sources.get(number.source or "")
    why = ""
    if source is None:
        why = f"the file is silent: {show(number.likely)} is assumed" if not given else "no source given"
        if not given and number.note:  # a habit that the table of base rates has
            why = "the file takes it from the base rates of servanda"
        if given and "gives" in path:
            why = "a term of this plan, no source given"
        if given and above in agreement.sources:
            why += f"; what it belongs to rests on: {agreement.sources[above].title}"
    duration = isinstance(number, Years)
    low, high = (None if v is None else _size(v, duration) for v in (number.low, number.high))
    spread = "" if low is None or high is None else f"{low} – {high}" + (" (evenly)" if number.uniform else "")
    unit = "" if duration else unit_of(path)
    return Assumption(
        path=path,
        group=group,
        what=capital(what),
        likely=_size(number.likely, duration),
        spread=spread,
        unit=unit,
        basis=source.kind if source else "judgement",
        why=why,
        source=source,
        note=number.note or "",
        line=_line(agreement, path),
        given=given,
    )


def _line(agreement: Agreement, path: Place) -> int | None:
    lines = agreement.origin.lines if agreement.origin else {}
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)


def _size(value: float, duration: bool) -> str:
    return length(value) if duration else show(value).replace("-", "−")
