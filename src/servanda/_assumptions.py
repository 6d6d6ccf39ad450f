"""Every number of an agreement in words, with its range and what it rests on: found by walking the whole agreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from servanda.agreement import Agreement, Number, Source, Years, show
from servanda.dates import length
from servanda.wording import capital, party_name, type_name

Path = tuple[str | int, ...]

FIELDS = {
    "incidents": "rate of a breakdown that nobody chose",
    "discount": "how much less the future counts",
    "precision": "how sharply it follows its interest",
    "chance": "chance",
    "restore": "time to have it back after a breakdown",
    "complete": "aim: share of the others' harmful stakes given up",
    "irreversible": "aim: restore time of what is given up, at least",
    "finds": "how often it finds a concealed stake",
    "false_alarms": "false alarms",
    "breaks": "chance that a false alarm ends the agreement",
    "passes": "chance that it passes",
    "breakdown": "cost of any breakdown",
    "withdrawing": "added cost of withdrawing",
    "found": "added cost of being found out",
    "unratified": "added cost of a failed ratification",
    "budget": "what can be spent on inspections in a period",
    "scale": "effort after which a search has found it 63 times in 100",
    "at_most": "what a search finds at most",
    "visit": "chance that one visit finds it",
    "effort": "what it costs",
    "gain": "what concealing there gains, if it is not found",
    "loss": "what it costs the others, if it is not found",
    "penalty": "what it costs the violator, if it is found",
    "caught": "what a violation that is caught still costs the others",
}
UNITS = {
    "incidents": "a year",
    "discount": "a year",
    "precision": "per unit",
    "chance": "chance",
    "complete": "share",
    "finds": "a year",
    "false_alarms": "a year",
    "breaks": "chance",
    "passes": "chance",
    "worth": "units a year",
    "costs": "units",
    "gives": "share",
    "types": "chance",
    "budget": "of the budget's unit",
    "scale": "of the budget's unit",
    "effort": "of the budget's unit",
    "at_most": "chance",
    "visit": "chance",
}


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

    path: Path
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

    Parameters
    ----------
    agreement : Agreement

    Returns
    -------
    tuple[Assumption, ...]
    """
    return tuple(_assumption(agreement, *found) for found in _walk(agreement, (), True, ""))


def _walk(thing: object, path: Path, given: bool, above: str) -> Iterator[tuple[Path, Number, bool, str]]:
    """Every Number below a thing, whether the file gives it, and the source of what it belongs to."""
    if isinstance(thing, Number):
        yield path, thing, given, above
    elif isinstance(thing, BaseModel):
        above = getattr(thing, "source", None) or above
        for name, field in type(thing).model_fields.items():
            stands = given and name in thing.model_fields_set
            yield from _walk(getattr(thing, name), (*path, field.alias or name), stands, above)
    elif isinstance(thing, dict):
        for key, value in cast("dict[str, object]", thing).items():
            yield from _walk(value, (*path, key), given, above)
    elif isinstance(thing, list | tuple):
        for i, value in enumerate(cast("list[object]", thing)):
            yield from _walk(value, (*path, i), given, above)


def _assumption(agreement: Agreement, path: Path, number: Number, given: bool, above: str) -> Assumption:
    group, what = describe(agreement, path)
    source = agreement.sources.get(number.source or "")
    why = ""
    if source is None:
        why = f"the file is silent: {show(number.likely)} is assumed" if not given else "no source given"
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


def _line(agreement: Agreement, path: Path) -> int | None:
    lines = agreement.origin.lines if agreement.origin else {}
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)


def unit_of(path: Path) -> str:
    """The unit of a number, such as `units a year`; nothing where it has none."""
    if path[-1] == "restore":
        return "years"
    return next((UNITS[str(p)] for p in reversed(path) if str(p) in UNITS), "")


def describe(agreement: Agreement, path: Path) -> tuple[str, str]:
    """Say a path in words: what it belongs to, and what of it."""
    if path[0] == "inspections":
        return _inspections(agreement, path[1:])
    if len(path) < 3:
        last = str(list(path)[-1])
        return "The situation", FIELDS.get(last, _plain(last))
    first, key, rest = str(path[0]), str(path[1]), path[2:]
    if first == "parties":
        return f"Party: {party_name(agreement, key)}", _words(agreement, rest, key)
    if first == "stakes":
        return f"Stake: {_stake(agreement, key)}", _words(agreement, rest, None)
    if first == "measures":
        return f"Measure: {agreement.measures[key].name or _plain(key)}", _words(agreement, rest, None)
    if first == "plans":
        plan = agreement.plans[key]
        group = f"Plan: {capital(plan.title or _plain(key))}"
        if rest[0] == "entries" and isinstance(rest[1], int):
            entry: Any = plan.entries[rest[1]]
            party = getattr(entry, "turnover", None)
            return group, f"{entry.title or _plain(entry.id)}: {_words(agreement, rest[2:], party)}"
        return group, _words(agreement, rest, None)
    return capital(_plain(first)), " ".join(_plain(p) for p in path[1:])


def _inspections(agreement: Agreement, path: Path) -> tuple[str, str]:
    *above, last = path
    words = FIELDS.get(str(last), _plain(last))
    group = "Inspections"
    if agreement.inspections is not None and above[:1] == ["sites"]:
        group += f": {agreement.inspections.sites[str(above[1])].name or _plain(above[1])}"
    if above and isinstance(above[-1], int):
        words = f"level {above[-1] + 1}: {'chance of detection' if last == 'chance' else words}"
    return group, words


def _words(agreement: Agreement, path: Path, party: str | None) -> str:
    parts: list[str] = []
    at = 0
    while at < len(path):
        key, after = str(path[at]), str(path[at + 1]) if at + 1 < len(path) else ""
        at += 2
        if key == "types" and party is not None:
            last = at >= len(path)
            kind = type_name(agreement, party, after)
            parts.append(f"chance that a new government is of the “{kind}” type" if last else f"if {kind}:")
        elif key == "worth":
            parts.append(f"worth to {party_name(agreement, after)}" if party is None else _worth_of(agreement, after))
        elif key == "gives":
            parts.append(f"share given of {_stake(agreement, after)}")
        elif key == "costs":
            parts.append(FIELDS.get(after, _plain(after)))
        elif key == "aims":
            at -= 1
        elif key == "verifiable":
            parts.append("aim: concealment found, " + ("time within which" if after == "within" else "chance"))
        elif key == "chance" and party is not None and parts:
            parts = [f"chance of the “{parts[0].removeprefix('if ').removesuffix(':')}” type"]
        elif key == "chance" and party is not None:
            parts.append("chance of a new government")
        else:
            parts.append(FIELDS.get(key, _plain(key)))
            at -= 1
    return " ".join(parts)


def _worth_of(agreement: Agreement, stake: str) -> str:
    return f"worth of {_stake(agreement, stake)}"


def _stake(agreement: Agreement, key: str) -> str:
    stake = agreement.stakes.get(key)
    return stake.name if stake is not None and stake.name else _plain(key)


def _plain(key: object) -> str:
    return str(key).replace("-", " ").replace("_", " ")


def _size(value: float, duration: bool) -> str:
    return length(value) if duration else show(value).replace("-", "−")
