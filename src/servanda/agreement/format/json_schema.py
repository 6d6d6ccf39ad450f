"""The file format as JSON Schema, so that editors complete keys, show what they mean and mark mistakes.

Made from the types of `servanda.agreement`; what needs two places at once is left to `servanda.reading`.
"""

from __future__ import annotations

from typing import Any, cast

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import (
    DATE_PATTERN,
    LARGEST,
    LARGEST_AMOUNT,
    LARGEST_DISCOUNT,
    LARGEST_PRECISION,
    LARGEST_RATE,
    LARGEST_SHARPNESS,
    LEAST_AMOUNT,
)

_UNIT = r" *(year|month|week|day)s?"
_AMOUNT = r"[0-9]+(\.[0-9]+)?"
_WORDS = {"type": "string", "pattern": r"\S"}
# Letters of any script, in words that JavaScript and Python read alike: everything from U+0080 on counts as a letter.
_NAME = {"type": "string", "pattern": r"^[^\x00-@\[-`{-\x7f][^\x00-,./:-@\[-^`{-\x7f]*$"}
_DURATION = {
    "type": "string",
    "pattern": rf"^ *({_AMOUNT}{_UNIT}|never) *$",
    "description": "such as 30 months, 2 years, 90 days, never",
}


def schema() -> dict[str, Any]:
    """Write the format down as JSON Schema (draft 2020-12).

    Returns
    -------
    dict
        Ready for `json.dump`. Dates are strings in it, as editors see them.
    """
    made = cast("dict[str, Any]", _tidy(Agreement.model_json_schema()))
    made["$defs"] |= _definitions()
    made["properties"]["servanda"] = {"const": 1, "description": "the version of this format"}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "servanda agreement"} | made


def _definitions() -> dict[str, object]:
    """Say what each kind of value looks like: those that `values.py` marks by name."""
    return {
        "number": _number({"type": "number", "minimum": -LARGEST, "maximum": LARGEST}),
        "chance": _number({"type": "number", "minimum": 0, "maximum": 1}),
        "share": _number({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
        "rate": _number({"type": "number", "minimum": 0, "maximum": LARGEST_RATE}),
        "discount": _number({"type": "number", "minimum": 0, "maximum": LARGEST_DISCOUNT}),
        "precision": _number({"type": "number", "minimum": 0, "maximum": LARGEST_PRECISION}),
        "sharpness": _number({"type": "number", "minimum": 0, "maximum": LARGEST_SHARPNESS}),
        "amount": _number({"type": "number", "minimum": 0, "maximum": LARGEST_AMOUNT}),
        "positive": _number({"type": "number", "minimum": LEAST_AMOUNT, "maximum": LARGEST_AMOUNT}),
        "duration": _number(_DURATION),
        "horizon": {
            "type": "string",
            "pattern": rf"^ *{_AMOUNT}{_UNIT} *$",
            "description": "such as 12 years, 30 months",
        },
        "span": {
            "type": "string",
            "pattern": rf"^ *{_AMOUNT}{_UNIT} *$",
            "description": "such as 60 days, 6 months",
        },
        "interval": {
            "type": "string",
            "pattern": rf"^ *{_AMOUNT} *(year|month|week|day)s? *$",
            "description": "a whole number of days, weeks, months or years, such as 6 months",
        },
        "day": {
            "type": "string",
            "format": "date",
            "pattern": f"^{DATE_PATTERN}$",
            "description": "year-month-day, such as 2018-06-12",
        },
        "rank": {"type": "number", "exclusiveMinimum": -1, "exclusiveMaximum": 1},
        "words": _WORDS,
        "name": _NAME,
    }


def _number(one: dict[str, Any]) -> dict[str, Any]:
    """Write a schema for a bare value, or one with range, source and note."""
    described = {
        "likely": one
        | {"description": "the value used where a single one is needed; the most likely value of the range"},
        "low": one | {"description": "the least it may be"},
        "high": one | {"description": "the most it may be"},
        "source": _WORDS | {"description": "the key of one of the file's sources"},
        "note": _WORDS | {"description": "the reason, in words"},
    }
    ranged = {
        "type": "object",
        "properties": described,
        "additionalProperties": False,
        "anyOf": [{"required": ["likely"]}, {"required": ["low", "high"]}],
        "dependentRequired": {"low": ["high"], "high": ["low"]},
    }
    return {"anyOf": [one, ranged]}


def _tidy(value: object) -> object:
    """Put definitions in place of marks, and leave out what pydantic adds for Python (null, defaults, titles)."""
    if isinstance(value, list):
        return [_tidy(each) for each in cast("list[object]", value)]
    if not isinstance(value, dict):
        return value
    given = cast("dict[str, Any]", value)
    if given.get("anyOf", [None])[-1] == {"type": "null"}:
        rest = {key: each for key, each in given.items() if key != "anyOf"}
        given = rest | given["anyOf"][0]
    if isinstance(given.get("servanda"), str):
        given = {"$ref": f"#/$defs/{given['servanda']}"} | {k: v for k, v in given.items() if k != "servanda"}
    made: dict[str, object] = {}
    for key, each in cast("dict[str, object]", given).items():
        if key in ("properties", "$defs"):
            # A level of the user's own names, where `title` and `default` are no words of JSON Schema.
            made[key] = {name: _tidy(inner) for name, inner in cast("dict[str, object]", each).items()}
        elif key not in ("default", "title"):
            made[key] = _tidy(each)
    if isinstance(made.get("additionalProperties"), dict):
        made["propertyNames"] = _NAME
    if given.get("title") == "Gives":
        made = _not_empty(made)
    return made


def _not_empty(made: dict[str, object]) -> dict[str, object]:
    """Ask for at least one stake in what an obligation gives: the types do so in Python, out of pydantic's sight."""
    forms = cast("list[dict[str, object]]", made["oneOf"])
    least = [each | {"minProperties" if each["type"] == "object" else "minItems": 1} for each in forms]
    return made | {"oneOf": least}
