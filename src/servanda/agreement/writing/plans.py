# pyright: reportUnknownMemberType=false
# (ruamel's nodes have no types)
"""New plans written into an agreement file, below those that are there; everything else in it stays as it is."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from servanda.agreement.dates import interval_in_words, length
from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.format.entries import Due, Plan, Renewal, Review
from servanda.agreement.format.habits import Late
from servanda.agreement.format.values import Number, is_name
from servanda.agreement.reading.reader import loads
from servanda.agreement.writing.editing import compose, indent_at, key_in, line_end, line_ends, refuse, replace, text_of

_FIRST = (
    *("id", "title", "date", "due", "by", "exchange", "ratify", "turnover", "review", "renew", "every", "from"),
    *("until", "gives"),
)
_LAST = ("text", "source", "note")


def write_plans(agreement: Agreement, plans: Mapping[str, Plan], comments: Mapping[str, str]) -> Path:
    """Write new plans into the file that an agreement was read from, below the last one.

    Comments, order and layout of the rest stay. The file is replaced in one go, and only if it reads well afterwards,
    has the plans, and nothing else has changed.

    Parameters
    ----------
    agreement : Agreement
        As read from its file.
    plans : Plan by name
        None of the names is taken.
    comments : words by name
        What is to stand above each plan as a comment: where it comes from.

    Returns
    -------
    Path
        Of the file.

    Raises
    ------
    NotWritten
        If a name is taken, the agreement is not from a file of the user's, the file has changed since, or the place
        cannot be found in it. Nothing is written then.

    Examples
    --------
    >>> import servanda
    >>> import pathlib, tempfile
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "deal.yaml"
    >>> _ = servanda.new(file)
    >>> agreement = servanda.read(file)
    >>> _ = servanda.write_plans(agreement, {"again": agreement.plans["phased"]}, {"again": "The same once more."})
    >>> list(servanda.read(file).plans)
    ['phased', 'at-once', 'again']
    """
    path, mark, text = text_of(agreement)
    for name in plans:
        if name in agreement.plans:
            refuse(path, f"a plan {name} already exists. Give the new one another name, or delete the old one")
    root = compose(text)
    group: Any = key_in(root, "plans")[1]
    if root.flow_style or group.flow_style:
        refuse(path, "its plans are written in brackets. Write each key on a line of its own: first plans:, then NAME:")
    first = group.value[0][0]
    indent, lines = indent_at(text, first.start_mark.index), line_ends(text)
    at = _below(text, line_end(text, len(text[: _last(group)].rstrip())), indent)
    words = [row for name, plan in plans.items() for row in _plan(name, plan, comments.get(name, ""), indent)]
    new = text[:at] + "".join(lines + row for row in words) + text[at:]
    _look_again(path, new, agreement, plans)
    replace(path, mark, text, new)
    return path


def _last(node: Any) -> int:
    """Where a value ends: a group or list that is not in brackets ends with its last value."""
    if isinstance(node.value, str) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _last(last[1] if isinstance(last, tuple) else last)


def _below(text: str, at: int, indent: str) -> int:
    """The end of the comments that stand deeper than a plan's name, and so belong to the last plan."""
    while (match := re.match(r"(?:\r\n|\n|\r)( *)#[^\r\n]*", text[at:])) is not None and len(match[1]) > len(indent):
        at += match.end()
    return at


def _plan(name: str, plan: Plan, comment: str, indent: str) -> Iterator[str]:
    """Write a plan down, line by line."""
    yield f"{indent}{name}:"
    inner = indent + "  "
    for row in textwrap.wrap(" ".join(comment.split()), 100 - len(inner), break_long_words=False):
        yield f"{inner}# {row}"
    for key, value in _keys(plan):
        if key != "entries":
            yield f"{inner}{key}: {_words(value)}"
    yield f"{inner}entries:"
    for entry in plan.entries:
        lead = "- "
        for key, value in _keys(entry):
            yield f"{inner}  {lead}{key}: {_words(_length(entry, key, value))}"
            lead = "  "


def _keys(thing: BaseModel) -> list[tuple[str, Any]]:
    """The keys of a group that say more than is understood without them, in the order in which one would read them."""
    found: dict[str, Any] = {}
    for name, field in type(thing).model_fields.items():
        value = getattr(thing, name)
        if value != _default(field):
            found[field.alias or name] = value
    names = sorted(found, key=lambda key: (_FIRST.index(key) if key in _FIRST else 50) + 100 * (key in _LAST))
    return [(name, found[name]) for name in names]


def _default(field: FieldInfo) -> Any:
    return ... if field.is_required() else field.get_default(call_default_factory=True)


def _length(thing: BaseModel, key: str, value: Any) -> Any:
    """Durations that types keep as numbers, in words again."""
    if isinstance(thing, Review | Renewal) and key == "every":
        return interval_in_words(value)
    if isinstance(thing, Late) and key == "looks":
        return [length(each) for each in cast("tuple[float, ...]", value)]
    return length(value) if isinstance(thing, Due) and key == "within" else value


def _words(value: Any) -> str:
    """Write a value on one line."""
    if isinstance(value, Number):
        return _number(value)
    if isinstance(value, BaseModel):
        return _group((key, _words(_length(value, key, each))) for key, each in _keys(value))
    if isinstance(value, dict):
        return _group((str(key), _words(each)) for key, each in cast("dict[object, object]", value).items())
    if isinstance(value, list | tuple):
        return f"[{', '.join(_words(each) for each in cast('list[object]', value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if _bare(value) else json.dumps(value, ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else f"{value:.15g}"


def _bare(value: str) -> bool:
    """Whether a text can stand without quotes: a name that is no other value, or a duration."""
    return (is_name(value) and value.lower() not in ("true", "false", "null", "yes", "no", "on", "off", "y", "n")) or (
        re.fullmatch("[0-9]+ (day|month|year)s?", value) is not None
    )


def _number(number: Number) -> str:
    sizes = {"likely": number.likely, "low": number.low, "high": number.high}
    if number.uniform:
        del sizes["likely"]
    rest = {"source": number.source, "note": number.note}
    given = {key: each for key, each in {**sizes, **rest}.items() if each is not None}
    return _exact(number.likely) if list(given) == ["likely"] else _group((k, _exact(v)) for k, v in given.items())


def _exact(value: Any) -> str:
    return repr(value) if isinstance(value, float) else _words(value)


def _group(pairs: Any) -> str:
    return "{" + ", ".join(f"{key}: {words}" for key, words in pairs) + "}"


def _look_again(path: Path, text: str, agreement: Agreement, plans: Mapping[str, Plan]) -> None:
    """See that the new text reads well, has the plans, and differs in nothing else."""
    try:
        new = loads(text, str(path))
    except AgreementError as error:
        refuse(path, f"the file could not be read afterwards ({error.problems[0]})")
    before, after = agreement.model_dump(), new.model_dump()
    for name, plan in plans.items():
        if after["plans"].pop(name, None) != plan.model_dump():
            refuse(path, f"plan {name} would not be read back as it was meant")
    if before != after:
        refuse(path, "something else in the file would change too")
