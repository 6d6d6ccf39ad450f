"""Compile the loops for this machine with numba, and keep the result where it cannot go stale.

numba's own cache looks only at the file of the function it compiles, not at those of the functions compiled into it.
Here the folder bears a hash of all of them, so a changed loop is never answered by an old one.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

LOOPS = (
    "solver/jit",
    "game/accumulation",
    "game/payoff_tables",
    "game/unknowns",
    "game/compiler",
    "solver/_broyden",
    "solver/_continuation",
    "solver/_party_response",
    "solver/_response_map",
)


@cache
def digest() -> str:
    """Hash of the sources of all compiled loops, of numba's version and of Python's."""
    import numba  # pyright: ignore[reportMissingTypeStubs]

    found = hashlib.sha256(f"{numba.__version__} {sys.version}".encode())
    for name in LOOPS:
        found.update(Path(__file__).parents[1].joinpath(f"{name}.py").read_bytes())
    return found.hexdigest()[:16]


@cache
def folder() -> Path | None:
    """Folder for the compiled loops: the user's cache, else a private one for temporary files; None if neither works.

    `NUMBA_CACHE_DIR`, if set, is used in place of the user's cache.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        wanted = Path(given)
    else:
        from platformdirs import user_cache_path

        wanted = user_cache_path("servanda", appauthor=False)
    user = os.getuid() if hasattr(os, "getuid") else "user"
    for place in (wanted, Path(tempfile.gettempdir()) / f"servanda-{user}"):
        here = place / digest()
        try:
            here.mkdir(parents=True, exist_ok=True, mode=0o700)
            if hasattr(os, "getuid") and here.stat().st_uid != os.getuid():
                continue
            with tempfile.TemporaryFile(dir=here):
                return here
        except OSError:
            continue
    return None


def loops(function: Callable[..., Any]) -> Any:
    """Compile a function of bare loops when it is first called, and keep the result (a decorator).

    Threads may run it at the same time. The loops make no arrays and give none away, so numba need not count who uses
    them; and they divide as numpy does, without raising.
    """
    return _compile(function, nogil=True)


def part(function: Callable[..., Any]) -> Any:
    """Like `loops`, for what is called by other loops only: needs no way in from Python."""
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def within(function: Callable[..., Any]) -> Any:
    """Like `part`, but written out wherever it is called.

    Calls that pass many arrays would cost more than what they do.
    """
    return _compile(function, inline="always")


def _compile(function: Callable[..., Any], **options: Any) -> Any:
    import numba  # pyright: ignore[reportMissingTypeStubs]

    options |= {"_nrt": False, "error_model": "numpy"}
    place = folder()
    if place is None:
        return numba.njit(**options)(function)
    config: Any = numba.config  # pyright: ignore[reportPrivateImportUsage] - documented, and the only way
    before, config.CACHE_DIR = config.CACHE_DIR, str(place)
    try:
        return numba.njit(cache=True, **options)(function)
    finally:
        config.CACHE_DIR = before


def ready(name: str) -> bool:
    """Whether the loop of this name has been compiled on this machine before."""
    place = folder()
    return place is not None and any(place.rglob(f"*.{name}-*.nbi"))
