"""Types of numpy arrays, and arrays that nothing changes after they were made."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


def freeze(thing: Any, within: bool = False) -> None:
    """Make every array in a dataclass, tuple, named tuple or dict read-only.

    A dataclass within another one is left alone if its own arrays are read-only: it was frozen when it was made.
    """
    if isinstance(thing, np.ndarray):
        thing.flags.writeable = False
    elif isinstance(thing, tuple):
        for part in cast("tuple[Any, ...]", thing):
            freeze(part, True)
    elif isinstance(thing, dict):
        for part in cast("dict[Any, Any]", thing).values():
            freeze(part, True)
    elif hasattr(thing, "__dataclass_fields__"):
        parts: list[Any] = [getattr(thing, field) for field in thing.__dataclass_fields__]
        writeable = [bool(part.flags.writeable) for part in parts if isinstance(part, np.ndarray)]
        if within and writeable and not any(writeable):
            return
        for part in parts:
            freeze(part, True)
