"""Frozen data that compares, hashes, copies and pickles as one would expect, with arrays or without."""

from __future__ import annotations

import copy
import dataclasses
import math
from datetime import date
from functools import cache
from typing import Any, NoReturn, cast


class Record:
    """Frozen data: equal if all its parts are, arrays included; its arrays stay read-only when it is copied or pickled.

    `dataclass` would compare arrays with `==`, which has no single answer, and hash what has no hash. It leaves alone
    what a class defines itself, so every class below this one is given these methods before it becomes a dataclass.
    """

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        for name in ("__eq__", "__hash__"):
            if name not in cls.__dict__:
                setattr(cls, name, getattr(Record, name))

    def __eq__(self, other: object) -> bool:
        if self is other or type(self) is not type(other):
            return self is other
        return all(same(getattr(self, name), getattr(other, name)) for name in _compared(type(self)))

    def __hash__(self) -> int:
        return hash((type(self).__name__, *(_trace(getattr(self, name)) for name in _compared(type(self)))))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        _fix(tuple(state.values()))


@cache
def _compared(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind) if field.compare)


def same(a: object, b: object) -> bool:
    """Whether results, or parts of them, are equal: arrays value by value; a missing number equals another one."""
    if a is b:
        return True
    if isinstance(a, float) and isinstance(b, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        mine, others = cast("dict[Any, Any]", a), cast("dict[Any, Any]", b)
        return mine.keys() == others.keys() and all(same(value, others[key]) for key, value in mine.items())
    if isinstance(a, list | tuple):
        first, second = cast("tuple[Any, ...]", a), cast("tuple[Any, ...]", b)
        return len(first) == len(second) and all(map(same, first, second))
    if _is_array(a):
        one, other = cast("Any", a), cast("Any", b)
        return one.shape == other.shape and one.dtype == other.dtype and same(one.tolist(), other.tolist())
    if dataclasses.is_dataclass(a) and type(a).__eq__ is not Record.__eq__:
        return all(same(getattr(a, name), getattr(b, name)) for name in _compared(type(a)))
    return bool(a == b)


def _trace(thing: object) -> Any:
    """What of a thing enters a hash: equal things leave equal traces."""
    if isinstance(thing, str | int | date) or thing is None:
        return thing
    if isinstance(thing, tuple):
        return tuple(_trace(part) for part in cast("tuple[Any, ...]", thing))
    return hash(thing) if isinstance(thing, Record) else 0


def _is_array(thing: object) -> bool:
    return type(thing).__module__ == "numpy" and hasattr(thing, "flags") and hasattr(thing, "tolist")


def _fix(thing: object) -> None:
    """Make the arrays among some things read-only; another record has seen to its own."""
    if _is_array(thing) and hasattr(thing, "setflags"):
        cast("Any", thing).setflags(write=False)
    elif isinstance(thing, dict):
        _fix(tuple(cast("dict[Any, Any]", thing).values()))
    elif isinstance(thing, tuple):
        for part in cast("tuple[Any, ...]", thing):
            _fix(part)


class ReadOnly(dict[Any, Any]):
    """A group that nothing changes: whoever wants another one makes it, as in `{**group, name: thing}`."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise TypeError(
            "This group is read-only, because results name the file that it was read from. Make a changed agreement:"
            " agreement.model_copy(update={'stakes': {**agreement.stakes, name: stake}})"
        )

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = _refuse
    setdefault = update = _refuse  # pyright: ignore[reportAssignmentType]

    def __hash__(self) -> int:  # pyright: ignore[reportIncompatibleVariableOverride]
        return hash(frozenset(self))

    def __copy__(self) -> ReadOnly:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> ReadOnly:
        return ReadOnly({key: copy.deepcopy(value, memo) for key, value in self.items()})

    def __reduce__(self) -> tuple[type[ReadOnly], tuple[dict[Any, Any]]]:
        return ReadOnly, (dict(self),)


def read_only(thing: object) -> Any:
    """The same groups and lists, so that nothing can change them, however deep they stand in one another."""
    if isinstance(thing, dict):
        return ReadOnly({key: read_only(value) for key, value in cast("dict[Any, Any]", thing).items()})
    if isinstance(thing, list | tuple):
        return tuple(read_only(value) for value in cast("tuple[Any, ...]", thing))
    return thing
