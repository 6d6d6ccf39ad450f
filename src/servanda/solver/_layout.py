"""How loops are marked for compiling, and how arrays are laid out for them.

Nothing is compiled here, so that no start waits for numba: see `jit.py`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np

KINDS = {np.dtype(np.float64): "f", np.dtype(np.int64): "i"}


class Draws(NamedTuple):
    """Some draws of a named tuple of arrays, of which all but the first `common` have a leading axis for draws."""

    tables: tuple[Any, ...]
    common: int
    first: int
    last: int


def helper(function: Callable[..., Any]) -> Callable[..., Any]:
    """Like `entry`, for what is called by other loops only: needs no way in from Python."""
    return marked(function, "helper")


def inline(function: Callable[..., Any]) -> Callable[..., Any]:
    """Like `helper`, but written out wherever it is called."""
    return marked(function, "inline")


def mark(function: Callable[..., Any]) -> str:
    """How a function is to be compiled: `helper`, `inline`, or not at all ("")."""
    return getattr(function, "_servanda_mark", "")


def marked(function: Callable[..., Any], how: str) -> Callable[..., Any]:
    """Mark a function."""
    function._servanda_mark = how  # pyright: ignore[reportFunctionMemberAccess]
    return function


def draw_at(draws: Draws, i: int) -> Any:
    """One draw of some, by its place among them; in compiled loops a matter of one addition."""
    own, d = draws.tables, draws.first + i
    return cast("Any", type(own))._make([*own[: draws.common], *(values[d] for values in own[draws.common :])])


# ------------------------------------------------------------------------------------------------ where arrays are


def peek(address: int) -> int:
    """The word at an address (in compiled loops)."""
    return ctypes.c_int64.from_address(address).value


def peek_short(address: int) -> int:
    """The half word at an address (in compiled loops)."""
    return ctypes.c_int32.from_address(address).value


def poke(address: int, value: int) -> None:
    """Write a word to an address (in compiled loops)."""
    ctypes.c_int64.from_address(address).value = value


@helper
def locate(arrays: int, kinds: int, count: int, head: int, draws: int, first: int, strict: int, words: int) -> int:
    """Write down where the data of some arrays are, and their shapes: the words that compiled loops read.

    `arrays`: address of the addresses of so many numpy arrays. `kinds`: that of five numbers for each: the address of
    its dtype; its dimensions; 1 if the first is for draws; from where its words are written, in words, and how far from
    that to those of the next draw, 0 if it has one row. `head`: size of a Python object's head, after which numpy's
    arrays have their data, dimensions, shape, strides, base and dtype: a part of numpy's binary interface, which every
    program compiled against it relies on. Returns the number of arrays that are not laid out like that, row by row; 0
    if not asked to be `strict`.
    """
    wrong = 0
    for i in range(count):
        at, kind = peek(arrays + 8 * i) + head, kinds + 40 * i
        data, shape, strides = peek(at), peek(at + 16), peek(at + 24)
        dimensions, drawn, place, apart = peek(kind + 8), peek(kind + 16), peek(kind + 24), peek(kind + 32)
        if strict != 0:
            if peek_short(at + 8) != dimensions or peek(at + 40) != peek(kind):
                wrong += 1
                continue
            size = 8
            for k in range(dimensions - 1, -1, -1):
                if peek(shape + 8 * k) != 1 and peek(strides + 8 * k) != size:
                    wrong += 1
                size *= max(peek(shape + 8 * k), 1)  # as numpy does it where there is nothing
        size = 8
        for k in range(drawn, dimensions):
            size *= peek(shape + 8 * k)
        for d in range(draws if apart > 0 else 1):
            out = words + 8 * (place + d * apart)
            poke(out, data + drawn * (first + d) * size)
            for k in range(drawn, dimensions):
                poke(out + 8 * (1 + k - drawn), peek(shape + 8 * k))
    return wrong


def layout(argument: Any) -> Any:
    """How an argument is laid out, as far as compiled loops depend on it.

    Returns
    -------
    layout : "f" or "i" for a number; a tuple for arrays
        ("array", kind, dimensions), ("block", fields) or ("draws", fields, common), fields being a name, a kind and the
        number of dimensions (but that for draws) each.
    """
    if isinstance(argument, Draws):
        values, names = argument.tables, cast("Any", argument.tables)._fields
        fields = [
            (name, kind, size - (i >= argument.common))
            for i, (name, (_, kind, size)) in enumerate(zip(names, map(layout, values), strict=True))
        ]
        return "draws", tuple(fields), argument.common
    if isinstance(argument, tuple):
        values = cast("Any", argument)
        return "block", tuple((name, *layout(value)[1:]) for name, value in zip(values._fields, values, strict=True))
    if isinstance(argument, np.ndarray):
        values = cast("np.ndarray[Any, Any]", argument)
        if values.dtype not in KINDS or not values.flags.c_contiguous:
            raise TypeError(f"compiled loops want floats or ints, 64 bits, row by row, not {values.dtype}")
        return "array", KINDS[values.dtype], values.ndim
    return "f" if isinstance(argument, float) else "i"
