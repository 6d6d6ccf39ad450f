"""What is public about late steps at each node of a compiled game."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from servanda.arrays import Floats, Ints
from servanda.records import Record

ON_TIME, LATE, STALLED, SUSPENDED = range(4)  # how an agreement in force stands at the horizon


@dataclass(frozen=True)
class Lateness(Record):
    """What is public about late steps at each node; `V` nodes, `P` entries that can wait (`entries`: their steps).

    Attributes
    ----------
    entries : tuple[int, ...]
    about : (V,) ints
        The step that a node is about, -1 for none.
    does : (V,) ints
        The step that is done if a node's first child follows, -1 for none.
    look : (V,) ints
        Number of the look, from 0, at a node while somebody is behind; else -1.
    allotted : (V,) floats
        Years since the last look, or allotted to the step.
    fate : (V,) ints
        How a node of the horizon is reached: `ON_TIME`, `LATE`, `STALLED`, `SUSPENDED`; -1 elsewhere.
    lateness : (V,) floats
        Years by which the latest entry so far was late.
    did, struck : (V, P) bools
        On the way to a node.
    behind, suspended, exposed : (V, N) bools
        Parties that are behind, have taken something back, are found out, on the way to a node.
    """

    entries: tuple[int, ...]
    about: Ints
    does: Ints
    look: Ints
    allotted: Floats
    fate: Ints
    lateness: Floats
    did: NDArray[np.bool_]
    struck: NDArray[np.bool_]
    behind: NDArray[np.bool_]
    suspended: NDArray[np.bool_]
    exposed: NDArray[np.bool_]
