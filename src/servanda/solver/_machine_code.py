"""Turn marked loops into machine code with numba: imported only where something has to be compiled.

A named tuple of arrays comes as one address, of a block of words: for each array where its data is, and its shape. By
itself numba would hand on each array as seven numbers or more, which for eighty arrays are most of what there is to
compile. The words do not change while a loop runs, and LLVM is told so: it need not read them again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FunctionType
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.core import registry
from numba.core.compiler_lock import global_compiler_lock
from numba.core.datamodel import models
from numba.core.extending import intrinsic, lower_getattr_generic, register_model
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.np.arrayobj import populate_array

from servanda.solver import _layout

# pyright: basic

_WORD, _BYTE = ir.IntType(64), ir.IntType(8)
_TYPES = {"f": types.float64, "i": types.int64}


class Block(types.Type):
    """A named tuple of arrays, handed on as the address of its words."""

    def __init__(self, fields: tuple[tuple[str, str, int], ...]) -> None:
        self.places: dict[str, tuple[types.Array, int]] = {}
        self.words = 0
        for name, kind, dimensions in fields:
            self.places[name] = types.Array(_TYPES[kind], dimensions, "C"), self.words
            self.words += 1 + dimensions
        super().__init__(f"Block{hashlib.sha256(repr(fields).encode()).hexdigest()[:8]}")  # names of functions bear it


class Blocks(types.Type):
    """Blocks of as many draws, one after the other."""

    def __init__(self, block: Block) -> None:
        self.block = block
        super().__init__(f"{block.name}s")


class _Address(models.PrimitiveModel):
    def __init__(self, manager: Any, of: types.Type) -> None:
        super().__init__(manager, of, _BYTE.as_pointer())


register_model(Block)(_Address)
register_model(Blocks)(_Address)


@infer_getattr
class _Fields(AttributeTemplate):
    key = Block

    def generic_resolve(self, block: Block, name: str) -> types.Array | None:
        return block.places[name][0] if name in block.places else None


@lower_getattr_generic(Block)
def _field(context: Any, builder: Any, block: Block, address: Any, name: str) -> Any:
    """Make an array of what the words of a block say about it."""
    kind, place = block.places[name]
    item = context.get_data_type(kind.dtype)
    words = builder.bitcast(address, _WORD.as_pointer())

    def word(i: int, like: Any) -> Any:
        where = builder.gep(words, [ir.Constant(ir.IntType(32), place + i)], inbounds=True)
        found = builder.load(where if like is _WORD else builder.bitcast(where, like.as_pointer()))
        found.set_metadata("invariant.load", builder.module.add_metadata([]))
        return found

    shape = [word(1 + i, _WORD) for i in range(kind.ndim)]
    strides, stride = [], ir.Constant(_WORD, 8)
    for length in reversed(shape):
        strides.insert(0, stride)
        stride = builder.mul(stride, length, flags=["nsw"])
    array = context.make_array(kind)(context, builder)
    populate_array(array, word(0, item.as_pointer()), shape, strides, 8, None)
    return array._getvalue()


@intrinsic
def _draw_at(typing: Any, blocks: Any, i: Any) -> Any:
    """Find the block of one draw."""

    def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        size = ir.Constant(_WORD, 8 * signature.args[0].block.words)
        return builder.gep(arguments[0], [builder.mul(arguments[1], size)], inbounds=True)

    return blocks.block(blocks, types.int64), make


def _memory(width: int, write: bool) -> Any:
    """Read, or write, a number at an address."""
    kind = ir.IntType(width)

    def at(builder: Any, address: Any) -> Any:
        return builder.inttoptr(address, kind.as_pointer())

    @intrinsic
    def peek(typing: Any, address: Any) -> Any:
        def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.sext(builder.load(at(builder, arguments[0])), _WORD)

        return types.int64(types.int64), make

    @intrinsic
    def poke(typing: Any, address: Any, value: Any) -> Any:
        def make(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            builder.store(arguments[1], at(builder, arguments[0]))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64), make

    return poke if write else peek


_INSTEAD = {
    _layout.draw_at: _draw_at,
    _layout.peek: _memory(64, False),
    _layout.peek_short: _memory(32, False),
    _layout.poke: _memory(64, True),
}


@cache
def _dispatcher(function: Callable[..., Any]) -> Any:
    """What numba makes of a marked function: of a copy of it that sees what numba made of the others."""
    known = function.__globals__
    seen = {name: _replaced(known[name]) for name in function.__code__.co_names if name in known}
    copy = FunctionType(function.__code__, {**known, **seen}, function.__name__, function.__defaults__)
    copy.__qualname__, copy.__module__ = function.__qualname__, function.__module__
    compiler: Any = numba.njit
    return compiler(
        forceinline=_layout.mark(function) == "inline", no_cpython_wrapper=True, no_cfunc_wrapper=True, _nrt=False,
        error_model="numpy",
    )(copy)  # fmt: skip


def _replaced(thing: Any) -> Any:
    thing = getattr(thing, "__wrapped__", thing)  # if it is a loop that Python can call
    if not isinstance(thing, FunctionType):
        return thing
    return _INSTEAD.get(thing) or (_dispatcher(thing) if _layout.mark(thing) else thing)


def _type(layout: Any) -> types.Type:
    """What numba calls an argument laid out like this: see `_layout.layout`."""
    if isinstance(layout, str):
        return _TYPES[layout]
    if layout[0] == "array":
        return types.Array(_TYPES[layout[1]], layout[2], "C")
    block = Block(layout[1])
    return Blocks(block) if layout[0] == "draws" else block


def make(function: Callable[..., Any], layouts: tuple[Any, ...]) -> tuple[dict[str, Any], bytes]:
    """Compile a function for arguments laid out like these.

    Returns
    -------
    header : dict
        `symbol`: name of the function in the object; `returns`: kind of number that comes back, or ""; `needs`: names
        of what it calls outside.
    object : bytes
        Machine code, as a linker would get it.
    """
    dispatcher = _dispatcher(function)
    signature = tuple(_type(layout) for layout in layouts)
    target: Any = registry.cpu_target
    codegen = target.target_context.codegen()
    with global_compiler_lock, _unhurried(codegen) as thorough:
        dispatcher.compile(signature)
        found = dispatcher.overloads[signature]
        back = found.signature.return_type
        if back not in (types.none, types.int64, types.float64):
            raise TypeError(f"{function.__name__} returns {back}")
        symbol, library = found.fndesc.llvm_func_name, found.library
        for each in library._final_module.functions:
            if not each.is_declaration and each.name != symbol:
                each.linkage = "internal"  # may be left out where it is written out wherever it is called
        thorough._optimize_final_module(library)
        header = {
            "symbol": symbol,
            "returns": "" if back == types.none else "f" if back == types.float64 else "i",
            "needs": _needs(str(library._final_module)),
        }
        return header, codegen._tm.emit_object(library._final_module)


@contextmanager
def _unhurried(codegen: Any) -> Iterator[Any]:
    """Let numba put functions together, but not make each of them fast by itself, with all that it calls.

    That is done once at the end, with what is handed out here.
    """
    thorough = codegen._library_class

    class Library(thorough):
        def _optimize_functions(self, module: Any) -> None:
            module.data_layout = self._codegen._data_layout

        def _optimize_final_module(self) -> None:
            pass

        def _finalize_final_module(self) -> None:
            self._finalized = True

    codegen._library_class = Library
    codegen.set_env = lambda name, environment: None  # for Python objects, of which loops have none
    try:
        yield thorough
    finally:
        codegen._library_class = thorough
        del codegen.set_env


def _needs(text: str) -> list[str]:
    """Names of functions that a module calls and does not have, with those that stand behind LLVM's own."""
    names = set(re.findall(r'^declare [^@]*@"?([^"(]+)"?\(', text, re.MULTILINE))
    behind = {name.split(".")[1] for name in names if name.startswith("llvm.")}
    return sorted({name for name in names if not name.startswith("llvm.")} | (behind & _OUTSIDE))


_OUTSIDE = {"cos", "exp", "exp2", "log", "log10", "log2", "memcpy", "memmove", "memset", "pow", "sin"}
