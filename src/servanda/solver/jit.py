"""Compile the loops for this machine, keep the result, and call it.

numba makes the machine code (`_machine_code.py`). Later starts load it without numba, whose import and preparations
would take longer than all else that they do. What is kept bears a hash of the sources of all loops, so a changed loop
is never answered by an old one; `_kept_code.py` says where, and whom it trusts.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from array import array
from collections.abc import Callable
from functools import cache, update_wrapper
from importlib.util import find_spec
from math import prod
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from servanda.solver import _kept_code
from servanda.solver._layout import KINDS, Draws, draw_at, helper, inline, layout, locate, marked

LOOPS = (
    "solver/jit", "solver/_layout", "solver/_kept_code", "solver/_machine_code", "game/accumulation",
    "game/payoff_tables", "game/unknowns", "game/kinds", "solver/_broyden", "solver/_continuation",
    "solver/_party_response", "solver/_beliefs",
    "solver/_response_map",
)  # fmt: skip

__all__ = ["LOOPS", "Draws", "Loop", "digest", "draw_at", "entry", "folder", "helper", "inline", "kept", "ready"]

_NUMBERS: dict[str, Any] = {"f": ctypes.c_double, "i": ctypes.c_int64}
_PLAIN: dict[Any, Any] = {"f": float, "i": (int, np.integer)}
_CODES = {kind: id(dtype) for dtype, kind in KINDS.items()}  # where numpy keeps its own of these kinds
_HEAD = object.__basicsize__
_lock = RLock()


def entry(function: Callable[..., Any]) -> Loop:
    """Compile a function of bare loops when it is first called, and keep the result (a decorator).

    It takes numbers, arrays, named tuples of arrays and `Draws` of them, and may give back a number. Threads may run it
    at the same time. Arrays that it is handed stay as they are laid out, row by row. The loops make no arrays and give
    none away, so numba need not count who uses them; and they divide as numpy does, without raising.
    """
    return Loop(marked(function, "helper"))


# ------------------------------------------------------------------------------------------------ calling


class Loop:
    """A function of bare loops, compiled when it is first called; `__wrapped__` is what is written, in Python."""

    def __init__(self, function: Callable[..., Any]) -> None:
        update_wrapper(self, function)
        self._function = function
        self._latest: _Native | None = None
        self._compiled: dict[tuple[Any, ...], _Native] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Run the loop, compiled for arguments laid out like these."""
        if self._latest is not None:
            done, result = self._latest.call(arguments, strict=True)
            if done:
                return result
        if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
            with np.errstate(all="ignore"):
                return self._function(*arguments)
        layouts = tuple(layout(argument) for argument in arguments)
        with _lock:
            native = self._compiled.get(layouts)
            if native is None:
                native = self._compiled[layouts] = _Native(self._function, layouts)
            self._latest = native
        return native.call(arguments, strict=False)[1]


class _Native:
    """A function compiled for arguments laid out in one way."""

    def __init__(self, function: Callable[..., Any], layouts: tuple[Any, ...]) -> None:
        self.layouts = layouts
        self.kinds, self.words, self.row = array("q"), 0, 0
        self.numbers = [(i, _PLAIN[how]) for i, how in enumerate(layouts) if how in _PLAIN]
        of = {name: [i for i, how in enumerate(layouts) if how[0] == name] for name in ("block", "array", "draws")}
        if len(of["draws"]) > 1:
            raise TypeError("compiled loops take draws of one thing at a time")
        # Which argument, and where its words begin. Those of draws come last, as there are as many as draws.
        self.blocks = [(i, self._words(layouts[i][1])) for i in of["block"]]
        self.arrays = [(i, self._words([("", *layouts[i][1:])]), layouts[i][2]) for i in reversed(of["array"])]
        self.draws = [(i, self._words(*layouts[i][1:])) for i in of["draws"]]
        kinds: list[Any] = []
        for how in layouts:
            kinds += [ctypes.c_int64] * (5 + 2 * how[2]) if how[0] == "array" else [_NUMBERS.get(how, ctypes.c_void_p)]
        header, pointer, self.engine = _loaded(function, layouts)
        self.back = _NUMBERS.get(header["returns"])
        self.run = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, *kinds)(pointer)

    def _words(self, fields: Any, common: int | None = None) -> int:
        """Add what `locate` has to know of some arrays; returns where their words begin."""
        begin = self.words
        self.row = 0 if common is None else sum(1 + size for _, _, size in fields)
        for k, (_, kind, size) in enumerate(fields):
            by_draw = int(common is not None and k >= common)
            self.kinds.extend((_CODES[kind], size + by_draw, by_draw, self.words, self.row))
            self.words += 1 + size
        return begin

    def call(self, arguments: tuple[Any, ...], *, strict: bool) -> tuple[bool, Any]:
        """Call it; returns whether that was done, and what came back. Not done: arguments are laid out otherwise."""
        given: list[Any] = list(arguments)
        if strict:
            for i, numbers in self.numbers:
                if not isinstance(given[i], numbers):
                    return False, None
        words, wrong = None, ctypes.c_int64()
        if self.words:
            first, draws = 0, 1
            arrays: list[Any] = []
            for i, _ in self.blocks:
                arrays += given[i]
            for i, _, _ in self.arrays:
                arrays.append(given[i])
            for i, _ in self.draws:
                first, draws = given[i].first, given[i].last - given[i].first
                arrays += given[i].tables
            where = array("q", [*map(id, arrays)])
            if 5 * len(where) != len(self.kinds):
                return False, None
            words = array("q", bytes(8 * (self.words + self.row * max(draws - 1, 0))))
            begin = words.buffer_info()[0]
            _locator().run(
                ctypes.addressof(wrong), _NOTHING, where.buffer_info()[0], self.kinds.buffer_info()[0], len(where),
                _HEAD, draws, first, strict, begin,
            )  # fmt: skip
            if wrong.value:
                return False, None
            for i, place in self.blocks:
                given[i] = begin + 8 * place
            for i, place in self.draws:
                given[i] = begin + 8 * place
            for i, place, size in self.arrays:  # from the last to the first: each takes the room of several
                shape = words[place + 1 : place + 1 + size]
                steps = [8 * prod(shape[k + 1 :]) for k in range(size)]
                given[i : i + 1] = (0, 0, prod(shape), 8, words[place], *shape, *steps)
        back = ctypes.c_int64() if self.back is None else self.back()
        if self.run(ctypes.addressof(back), _NOTHING, *given) != 0:
            raise RuntimeError("a compiled loop came to an end that it does not have")
        return True, None if self.back is None else back.value


_nowhere = ctypes.c_void_p()  # where numba's exceptions would go
_NOTHING = ctypes.addressof(_nowhere)


_found: list[_Native] = []  # `locate`, once it is there; never let go, as its code may be running


def _locator() -> _Native:
    """Get `locate`, compiled, after a look at whether numpy keeps its arrays as it thinks; one for all threads."""
    if not _found:
        with _lock:
            if not _found:
                _found.append(_made_locator())
    return _found[0]


def _made_locator() -> _Native:
    found = _Native(locate, ("i",) * 8)
    sample, words, wrong = np.zeros((2, 3)), array("q", bytes(24)), ctypes.c_int64()
    kind, where = array("q", (_CODES["f"], 2, 0, 0, 0)), array("q", (id(sample),))
    found.run(
        ctypes.addressof(wrong), _NOTHING, where.buffer_info()[0], kind.buffer_info()[0], 1, _HEAD, 1,
        0, 1, words.buffer_info()[0],
    )  # fmt: skip
    if wrong.value or list(words) != [sample.ctypes.data, 2, 3]:
        raise RuntimeError(f"numpy {np.__version__} keeps its arrays otherwise than servanda expects; please report it")
    return found


# ------------------------------------------------------------------------------------------------ keeping


@cache
def digest() -> str:
    """Hash of the sources of all compiled loops, of what compiles them, and of the processor."""
    binding = _llvm()
    about = (sys.version, binding.get_process_triple(), binding.get_host_cpu_name(), _features())
    found = hashlib.sha256(repr(about).encode())
    for name in LOOPS:
        found.update(Path(__file__).parents[1].joinpath(f"{name}.py").read_bytes())
    for package in ("numba", "llvmlite"):
        spec = find_spec(package)  # finds it without importing it
        for origin in [spec.origin] if spec is not None and spec.origin is not None else []:
            found.update(Path(origin).with_name("_version.py").read_bytes())
    return found.hexdigest()[:16]


@cache
def kept() -> tuple[Path | None, str]:
    """Folder for the compiled loops: in `NUMBA_CACHE_DIR` or the user's cache; or None, and why."""
    return _kept_code.place(digest())


def folder() -> Path | None:
    """Folder for the compiled loops; None if there is none that can be trusted and written to."""
    return kept()[0]


def ready(name: str) -> bool:
    """Whether the loop of this name has been compiled on this machine before."""
    place = folder()
    return place is not None and any(_kept_code.read(file) is not None for file in place.glob(f"{name}-*.loops"))


@cache
def _llvm() -> Any:
    import llvmlite.binding as binding  # pyright: ignore[reportMissingTypeStubs]

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding


def _features() -> str:
    try:
        return _llvm().get_host_cpu_features().flatten()
    except RuntimeError:  # as on processors that LLVM does not ask
        return ""


def _loaded(function: Callable[..., Any], layouts: tuple[Any, ...]) -> tuple[dict[str, Any], int, Any]:
    """Load a function from disk, or compile it and keep it: what it returns, its address, and what must stay alive."""
    place = folder()
    name = hashlib.sha256(repr(layouts).encode()).hexdigest()[:16]
    file = None if place is None else place / f"{function.__name__}-{name}.loops"
    old = None if file is None else _kept_code.read(file)
    if old is not None:
        found = _load(*old)
        if found is not None:
            return old[0], *found
    from servanda.solver._machine_code import make

    header, code = make(function, layouts)
    if file is not None:
        _kept_code.write(file, header, code)
    found = _load(header, code)
    if found is None:
        raise RuntimeError(f"nobody has what {function.__name__} needs: {', '.join(header['needs'])}")
    return header, *found


def _load(header: dict[str, Any], code: bytes) -> tuple[int, Any] | None:
    """Make machine code ready to run; None if something that it calls is not there."""
    binding = _llvm()
    triple = binding.Target.from_triple(binding.get_process_triple())
    machine = triple.create_target_machine(cpu=binding.get_host_cpu_name(), features=_features(), opt=3, jit=True)
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)

    def missing() -> bool:
        return not all(binding.address_of_symbol(name) for name in header["needs"])

    if missing():
        from numba.core import registry  # pyright: ignore[reportMissingTypeStubs]

        target: Any = registry.cpu_target
        target.target_context.refresh()  # numba brings some along where the system has none
        if missing():
            return None
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine.get_function_address(header["symbol"]), engine
