"""The table of a sweep, piece by piece: what a row holds, and the rows of a few draws of one plan."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number
from servanda.agreement.numbers import Path, uncertain
from servanda.arrays import Floats
from servanda.assessment.metrics import figure_names
from servanda.uncertainty.evaluation import Evaluated, evaluated
from servanda.uncertainty.sampling import Draws, Ranges, place


@dataclass(frozen=True)
class Piece:
    """Consecutive draws of one plan: the unit of work.

    Attributes
    ----------
    number : int
        Its place in the finished table.
    plan : str
    first : int
        The number of its first draw, from 0.
    points : (n, k) floats
        Of the unit cube, one row a draw.
    """

    number: int
    plan: str
    first: int
    points: Floats


def arrow(part: str = "pyarrow") -> Any:
    """The library of the table's format, or a part of it; it says nothing about its own types."""
    return import_module(part)


def schema(inputs: list[str], figures: list[str]) -> Any:
    """Columns of the table, for Arrow and Parquet."""
    pa = arrow()
    words = pa.dictionary(pa.int32(), pa.string())
    columns = [pa.field("plan", words), pa.field("draw", pa.int64())]
    columns += [pa.field(name, pa.float64()) for name in (*inputs, *figures)]
    columns += [pa.field("weakest", words), pa.field("status", words), pa.field("residual", pa.float64())]
    columns += [pa.field("standing", pa.list_(pa.float32()))]
    return pa.schema(columns)


def work(where: Ranges, piece: Piece) -> tuple[int, bytes]:
    """Solve a piece; its number, and its rows as an Arrow stream.

    Parameters
    ----------
    where : Ranges
    piece : Piece

    Returns
    -------
    int, bytes
    """
    pa = arrow()
    draws = place(where, piece.points)
    rows = table(where, draws, evaluated(where.agreement, piece.plan, draws), piece.first)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_table(rows)
    return piece.number, cast("bytes", sink.getvalue().to_pybytes())


def table(where: Ranges, draws: Draws, found: Evaluated, first: int) -> Any:
    """Rows of some draws of one plan: inputs as played, figures, weakest link, status, residual, standing."""
    pa = arrow()
    D = len(found.statuses)
    played = as_played(where, draws)
    inputs = [one.name for one in draws.numbers]
    names = np.array([*found.steps, None], dtype=object)[found.weakest]  # -1, no answer, is the last: null
    flat = found.standing.astype(np.float32)
    offsets = np.arange(D + 1, dtype=np.int32) * flat.shape[1]
    columns: list[Any] = [
        pa.array([found.plan] * D).dictionary_encode(),
        pa.array(np.arange(first, first + D)),
        *(pa.array(np.ascontiguousarray(played[:, j])) for j in range(len(inputs))),
        *(pa.array(figure, from_pandas=True) for figure in found.figures.values()),  # no answer: null
        pa.array(names, type=pa.string()).dictionary_encode(),
        pa.array(list(found.statuses)).dictionary_encode(),
        pa.array(found.residual),
        pa.ListArray.from_arrays(offsets, pa.array(flat.ravel())),
    ]
    return pa.Table.from_arrays(columns, schema=schema(inputs, list(found.figures)))


def as_played(where: Ranges, draws: Draws) -> Floats:
    """Drawn values (D, k) as the game has them: chances of a party's types are scaled to add up to 1."""
    result = np.array(draws.values)
    groups: dict[Path, list[Number]] = {}
    for path, number in where.there.items():
        if (group := _types(path)) is not None:
            groups.setdefault(group, []).append(number)
    for j, one in enumerate(draws.numbers):
        group = _types(one.paths[0])
        if group is not None:
            total = sum(draws(number) for number in groups[group])
            scaled = draws.values[:, j] / np.where(total > 0, total, 1.0)
            result[:, j] = np.where(np.abs(total - 1.0) > 1e-6, scaled, draws.values[:, j])
    return result


def _types(path: Path) -> Path | None:
    """The group of types that a chance belongs to; None for any other number."""
    if len(path) == 5 and (path[0], path[2], path[4]) == ("parties", "types", "chance"):
        return path[:3]
    return path[:5] if len(path) == 6 and path[0] == "plans" and path[4] == "types" else None


def described(agreement: Agreement) -> dict[str, Any]:
    """What the columns mean, as plain data to be kept with the table."""
    inputs: list[dict[str, Any]] = []
    for one in uncertain(agreement):
        likely = {} if one.number.uniform else {"likely": one.number.likely}
        inputs.append({"name": one.name, "low": one.number.low, **likely, "high": one.number.high})
    return {"inputs": inputs, "figures": figure_names(agreement)}
