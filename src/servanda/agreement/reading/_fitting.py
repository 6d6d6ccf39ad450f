"""Plain data as an Agreement, as far as it goes, with every complaint in plain words.

Pydantic stops at the first thing wrong with a value. So that one run reports everything, what is wrong is taken out
(or, where something must stand, replaced by a stand-in that later checks pass over) and the rest is looked at again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import (
    Exchange,
    Obligation,
    Ratification,
    Renewal,
    Review,
    Turnover,
    entry_kind,
)
from servanda.agreement.format.levers import KINDS, lever_kind
from servanda.agreement.format.values import Place
from servanda.agreement.reading._yaml_text import Complaint, Document, dotted
from servanda.english import did_you_mean, show

_ENTRIES = {each.__name__.lower(): each for each in (Obligation, Exchange, Ratification, Turnover, Review, Renewal)}
_KIND_KEYS = ("by", "exchange", "ratify", "turnover", "review", "renew")
_FEW_NAMES, _MOST_SUGGESTIONS = 50, 50
_PASSES = 100  # looks at the data; a file with twelve different mistakes needs three


@dataclass(frozen=True)
class FittedFile:
    """A file as far as it could be understood: what the checks that need two places at once look at.

    Attributes
    ----------
    agreement : Agreement or None
        Without what was wrong; None if nothing useful is left.
    data : dict
        Everything the file said, wrong or not.
    lines : dict[tuple, int]
        Line of every key and list item.
    wrong : frozenset[tuple]
        Places complained about already, or taken out in consequence.
    around : frozenset[tuple]
        Those, and every group around them.
    """

    agreement: Agreement | None
    data: dict[str, Any]
    lines: dict[Place, int]
    wrong: frozenset[Place] = frozenset()
    around: frozenset[Place] = frozenset()
    suggested: list[str] = field(default_factory=list[str], repr=False)  # names for which another was looked for

    def line(self, place: Place) -> int:
        """Line of a place, or of the nearest group around it that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def touched(self, place: Place) -> bool:
        """Whether anything at or within a place was complained about."""
        return place in self.around

    def named(self, *place: str | int) -> Collection[str]:
        """Names that the file gives in a group, whether or not what they name is in order."""
        found = value_at(self.data, place)
        return cast("dict[str, object]", found).keys() if isinstance(found, dict) else ()

    def suggest(self, name: str, known: Collection[str]) -> str:
        """Suggest a name that is spelt like one: of many names, for the first mistakes only, as it takes a while."""
        if len(known) > _FEW_NAMES and len(self.suggested) >= _MOST_SUGGESTIONS:
            return ""
        self.suggested.append(name)
        return did_you_mean(name, known)

    def say(self, place: Place) -> str:
        """Print a place as `plans.phased.entries.2.gives (rest)`: an entry is known by its id."""
        if len(place) >= 4 and place[0] == "plans" and place[2] == "entries":
            name = value_at(self.data, (*place[:4], "id"))
            if isinstance(name, str):
                return f"{dotted(place)} ({name[:60]})"
        return dotted(place)


def value_at(data: object, place: Place) -> object:
    """Look up what stands at a place of plain data; None if there is no such place."""
    for step in place:
        if isinstance(data, dict):
            data = cast("dict[str | int, object]", data).get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(cast("list[object]", data)):
            data = cast("list[object]", data)[step]
        else:
            return None
    return data


def shape(document: Document) -> tuple[FittedFile, list[Complaint]]:
    """Fit a document to the format's types."""
    data = document.data
    if not isinstance(data, dict):
        words = f"the file holds {show(data)}, but must be a group of keys that begins with servanda: 1"
        return FittedFile(None, {}, document.lines), [Complaint(1, words)]
    whole = cast("dict[str, Any]", data)
    fitting = _Fitting(FittedFile(None, whole, document.lines), cast("dict[str, Any]", _copy(whole)))
    version = whole.get("servanda", 1)
    if type(version) is int and version != 1:
        words = (
            f"servanda: {version} is not a version of the format that this servanda can read. Write 1, or"
            " update servanda"
        )
        return fitting.book, [Complaint(fitting.book.line(("servanda",)), words)]
    fitting.take_out_nothings(fitting.data, ())
    fitting.take_out_python_names()
    agreement = fitting.fit()
    book = FittedFile(agreement, whole, document.lines, frozenset(fitting.wrong), frozenset(fitting.around))
    return book, fitting.complaints


def _copy(value: object) -> object:
    """Copy plain data: much quicker than `copy.deepcopy`, as there is nothing in it but groups, lists and values."""
    if isinstance(value, dict):
        return {key: _copy(each) for key, each in cast("dict[str, object]", value).items()}
    return [_copy(each) for each in cast("list[object]", value)] if isinstance(value, list) else value


# What stands in for something required that is missing or wrong, so that the rest is still looked at.
_STANDINS: dict[str | int, object] = {
    "servanda": 1,
    "title": "?",
    "name": "?",
    "kind": "document",
    "start": "2000-01-01",
    "chance": 0.5,
    "within": "1 year",
    "unit": "?",
    "budget": 0,
    "period": "1 year",
    "detection": {"scale": 1},
    "effort": 0,
    "periods": 1,
    "inspections": 1,
    "between": ["removed", "too"],
    "rank": 0.0,
}
_STANDIN_CORRELATION: dict[str, object] = {"between": ["removed", "too"], "rank": 0.0}
_STANDIN_ENTRY: dict[str, object] = {"id": "removed", "date": "2000-01-01", "ratify": "removed", "passes": 1}


def _standin(place: Place, index: int) -> object:
    """What stands in for an item of a list that is wrong."""
    if "levers" in place[:1]:
        return {"automatic": "removed"}
    if place[-2:-1] == ("correlations",):
        return _STANDIN_CORRELATION
    if place[-2:-1] == ("exchange",):
        return {"by": f"removed-{index}", "gives": ["removed"]}
    return dict(_STANDIN_ENTRY, id=f"removed-{index}") if place[-2:-1] == ("entries",) else "removed"


@dataclass
class _Fitting:
    book: FittedFile
    data: dict[str, Any]  # a copy of the file's data, from which what is wrong is taken out
    complaints: list[Complaint] = field(default_factory=list[Complaint])
    wrong: set[Place] = field(default_factory=set[Place])
    around: set[Place] = field(default_factory=set[Place])  # the wrong places and every group around them
    unknown: dict[Place, list[str]] = field(default_factory=dict[Place, list[str]])  # keys, by their group

    def complain(self, place: Place, words: str) -> None:
        self.complaints.append(Complaint(self.book.line(place), words))
        self.mark(place)

    def mark(self, place: Place) -> None:
        self.wrong.add(place)
        self.around |= {place[:length] for length in range(len(place) + 1)}

    def take_out_nothings(self, value: object, place: Place) -> None:
        """Complain about keys and list items without a value: nothing is filled in silently."""
        if isinstance(value, dict):
            group = cast("dict[str, object]", value)
            for key in list(group):
                if group[key] is None:
                    words = "has nothing after its colon. Give it a value, or delete the key"
                    self.complain((*place, key), f"{self.book.say((*place, key))} {words}")
                    self.take_out((*place, key))
                else:
                    self.take_out_nothings(group[key], (*place, key))
        elif isinstance(value, list):
            for index, item in enumerate(cast("list[object]", value)):
                if item is None:
                    self.complain((*place, index), f"{self.book.say((*place, index))} is empty. Delete the item")
                    self.take_out((*place, index))
                else:
                    self.take_out_nothings(item, (*place, index))

    def take_out_python_names(self) -> None:
        """Complain about `starts`, which the types know but the file format does not."""
        places: list[Place] = [("measures", name) for name in self.book.named("measures")]
        for plan in self.book.named("plans"):
            entries = value_at(self.data, ("plans", plan, "entries"))
            length = len(cast("list[object]", entries)) if isinstance(entries, list) else 0
            places += [("plans", plan, "entries", index) for index in range(length)]
        for place in places:
            group = value_at(self.data, place)
            if isinstance(group, dict) and "starts" in group:
                found = (*place, "starts")
                self.complain(found, f"{self.book.say(place)} has an unknown key 'starts'. Did you mean from?")
                self.take_out(found)

    def fit(self) -> Agreement | None:
        for _ in range(_PASSES):
            try:
                return Agreement.model_validate(self.data, context={"file": True})
            except ValidationError as error:
                details = [
                    cast("dict[str, Any]", each) for each in error.errors(include_url=False, include_input=False)
                ]
                self.meet(sorted(details, key=lambda each: each["type"] == "missing"))
                if not self.data:
                    return None
        return None

    def meet(self, details: list[dict[str, Any]]) -> None:
        """Complain about what pydantic found, unless it follows from an earlier complaint, and take out the causes."""
        places = [_place(detail["loc"], detail) for detail in details]
        for place, detail in zip(places, details, strict=True):
            if detail["type"] == "extra_forbidden":
                self.unknown.setdefault(place[:-1], []).append(str(place[-1]))
            if place not in self.around and not (detail["type"] == "missing" and self.misspelt(place)):
                self.complain(place, _words(detail, place, self.book))
        groups = {place[:length] for place in places for length in range(len(place))}
        for place in places:
            # What a group's wrong name hides is looked at first; the group goes the next time round.
            if place not in groups:
                self.take_out(place)

    def misspelt(self, place: Place) -> bool:
        """Whether a missing key is there under a wrong name that has been complained about with a suggestion."""
        allowed = _fields(model_at(place[:-1], self.book.data))
        found = self.unknown.get(place[:-1], [])
        return any(did_you_mean(each, allowed) == f" Did you mean {place[-1]}?" for each in found)

    def take_out(self, place: Place) -> None:
        self.mark(place)
        if not place:
            self.data.clear()
            return
        group = value_at(self.data, place[:-1])
        last = place[-1]
        if "levers" in place[:1] and len(place) > 3 and isinstance(last, int):
            self.take_out(place[:3])  # the alternatives of a lever are of use as a whole only
        elif place[-2:-1] in (("levels",), ("looks",)):
            self.take_out(place[:-1])  # so is a table
        elif isinstance(group, list) and isinstance(last, int):
            # Later items keep their places. Checks pass over what is wrong, so the stand-in is never seen.
            items = cast("list[object]", group)
            if last < len(items):
                items[last] = _standin(place, last)
        elif isinstance(group, dict):
            keys = cast("dict[str | int, object]", group)
            standin = _STANDINS.get(last) if _required(place, self.data) else None
            if standin is not None and keys.get(last) != standin:
                keys[last] = standin
            elif last in keys:
                del keys[last]
            else:
                self.take_out(place[:-1])


# ------------------------------------------------------------------------------------------- where and what


def _place(loc: tuple[str | int, ...], detail: dict[str, Any]) -> Place:
    """Turn pydantic's place into the file's: without the tags of unions, and down to the wrong key of a number."""
    steps = [step for step in loc if step != "[key]"]
    if len(steps) > 4 and steps[0] == "plans" and steps[2] == "entries":
        del steps[4]
        if len(steps) > 5 and steps[4] in ("gives", "by"):
            del steps[5]
        elif len(steps) > 7 and steps[4] == "exchange" and steps[6] == "gives":
            del steps[7]
    elif len(steps) > 2 and steps[0] == "terms":
        del steps[2]
    elif len(steps) > 3 and steps[0] == "levers":
        del steps[3]
    key = detail.get("ctx", {}).get("key")
    return (*steps, key) if key else tuple(steps)


def _model(annotation: Any) -> tuple[Any, bool]:
    """Find the model within an annotation, and whether it stands for every value of a dict or list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (dict, tuple):
        return inner[-1 if origin is dict else 0], True
    if origin is Union or str(origin) == "<class 'types.UnionType'>":
        return next((_model(each) for each in inner if each is not type(None)), (None, False))
    return None, False


def model_at(place: Place, data: object) -> type[BaseModel] | None:
    """Tell what the format expects at a place: one of its classes, or None if no group of fixed keys stands there."""
    expected: Any = Agreement
    for depth, step in enumerate(place):
        if not (isinstance(expected, type) and issubclass(expected, BaseModel)):
            # the values of a dict or list: a party, a plan, an entry
            expected = _one_of(data, place[: depth + 1]) or _model(expected)[0]
            continue
        field = next((f for n, f in expected.model_fields.items() if (f.alias or n) == step), None)
        expected = field.annotation if field else None
        if expected is None:
            return None
        inner, many = _model(expected)
        expected = expected if many else inner
    return expected if isinstance(expected, type) and issubclass(expected, BaseModel) else None


def _one_of(data: object, place: Place) -> type[BaseModel] | None:
    """What an entry or lever is by its keys."""
    if place[0] == "levers" and len(place) == 3:
        return KINDS.get(lever_kind(value_at(data, place)) or "")
    return _ENTRIES.get(entry_kind(value_at(data, place)) or "") if place[2:-1] == ("entries",) else None


def _fields(model: type[BaseModel] | None) -> dict[str, FieldInfo]:
    """Keys that a class has in a file, those that everything has (source, note) last."""
    fields = {f.alias or n: f for n, f in model.model_fields.items()} if model else {}
    return dict(sorted(fields.items(), key=lambda item: item[0] in ("source", "note")))


def _required(place: Place, data: object) -> bool:
    field = _fields(model_at(place[:-1], data)).get(str(place[-1]))
    return field is not None and field.is_required()


# ------------------------------------------------------------------------------------------------- in words


def _words(detail: dict[str, Any], place: Place, book: FittedFile) -> str:
    kind, where = str(detail["type"]), book.say(place)
    found = show(value_at(book.data, place))
    around, last = book.say(place[:-1]), place[-1] if place else ""
    if kind == "wrong":
        return f"{where}: {detail['ctx']['why']}"
    if kind == "extra_forbidden":
        allowed = _fields(model_at(place[:-1], book.data))
        colon = " Put a space after the colon." if ":" in str(last) else ""
        hint = did_you_mean(last, allowed) + (_words_before(place, book) or colon)
        return f"{around} has an unknown key {show(last)}.{hint} Allowed: {', '.join(allowed)}"
    if kind == "missing":
        field = _fields(model_at(place[:-1], book.data)).get(str(last))
        meaning = f" ({field.description})" if field and field.description else ""
        return f"{around} lacks {last}{meaning}. Add {last}: with a value"
    if kind.startswith("union_tag"):
        found_there = value_at(book.data, place)
        return _no_lever(found_there, where) if place[0] == "levers" else _no_kind(found_there, where)
    if kind == "literal_error":
        allowed = str(detail["ctx"]["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{where} is {found}, but must be one of: {', '.join(allowed)}.{did_you_mean(found, allowed)}"
    if kind == "too_short":
        return f"{where} is empty. Give at least one"
    if kind == "too_long":
        return f"{where} has {detail['ctx']['actual_length']} items, but may have {detail['ctx']['max_length']} at most"
    if kind in ("list_type", "tuple_type"):
        return f"{where} is {found}, but must be a list. Write {last}: [a, b], or one item per line after '- '"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        allowed = _fields(model_at(place, book.data))
        keys = (
            f"a group with the keys {', '.join(allowed)}" if allowed else "a group of keys, one per line as name: value"
        )
        return f"{where} is {found}, but must be {keys}{_due_in_words(value_at(book.data, place), last)}"
    return f"{where} is {found}, which does not fit: {detail['msg']}"


_DUE = re.compile(r"(?P<within>[0-9.]+ [a-z]+) after (?P<after>[A-Za-z][A-Za-z0-9_-]*)", re.IGNORECASE)


def _due_in_words(value: object, key: object) -> str:
    """Show how to write a due date that stands there in words, such as `1 day after adoption`."""
    if key != "due" or not isinstance(value, str):
        return ""
    said = _DUE.fullmatch(value.strip()[:200])
    within, after = said.group("within", "after") if said else ("60 days", "ID")
    return f". Write due: {{within: {within}, after: {after}}}" + ("" if said else ", with the id of another entry")


_TEXTS = ("title", "name", "note", "text", "does", "disputes", "withdrawal", "unit", "when", "author", "url")


def _words_before(place: Place, book: FittedFile) -> str:
    """Say that a key in brackets may be the rest of the text before it, which a comma has ended."""
    group = cast("dict[str, object]", value_at(book.data, place[:-1]))
    keys = list(group) if len(group) <= _FEW_NAMES else [str(place[-1])]
    before = keys[max(0, keys.index(str(place[-1])) - 1)]
    value, rest = group[before], group[str(place[-1])]
    if before == place[-1] or before not in _TEXTS or not isinstance(value, str) or isinstance(rest, dict | list):
        return ""
    if book.lines.get((*place[:-1], before)) != book.lines.get(place):
        return ""
    whole = f"{value}, {place[-1]}: {rest if isinstance(rest, str) else show(rest).removeprefix('the date ')}"
    quoted = json.dumps(whole, ensure_ascii=False)
    return f" If it belongs to the words of {before}, put them in quotes: {before}: {quoted}."


def _no_kind(entry: object, where: str) -> str:
    kinds = "by, gives or does (a step), exchange, ratify, turnover, review, renew"
    if not isinstance(entry, dict):
        return f"{where} is {show(entry)}, but an entry is a group of keys: id, date, and one of {kinds}"
    keys = [str(key) for key in cast("dict[object, object]", entry)]
    there = [key for key in _KIND_KEYS if key in keys]
    if there:
        return (
            f"{where} has {' and '.join(there)}, but an entry is only one thing. Keep one of {kinds}, or"
            " make two entries"
        )
    hints = (did_you_mean(key, _KIND_KEYS) for key in keys if key not in ("id", "date", "types", "title"))
    return f"{where} does not say what it is.{next((h for h in hints if h), '')} Give it one of {kinds}"


def _no_lever(lever: object, where: str) -> str:
    kinds = ", ".join(KINDS)
    if not isinstance(lever, dict):
        return f"{where} is {show(lever)}, but a lever is a group with one of the keys {kinds}"
    keys = [str(key) for key in cast("dict[object, object]", lever)]
    there = [key for key in KINDS if key in keys]
    if there:
        return f"{where} has {' and '.join(there)}, but a lever moves only one thing. Make a lever for each"
    hints = (did_you_mean(key, KINDS) for key in keys if key not in ("from", "to", "of"))
    return f"{where} does not say what it moves.{next((h for h in hints if h), '')} Give it one of {kinds}"
