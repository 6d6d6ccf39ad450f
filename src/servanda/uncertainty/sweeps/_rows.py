"""The table of a sweep, piece by piece: what a row holds, and the rows of a few draws of one plan."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any, cast

import numpy as np

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.values import Number, Place
from servanda.agreement.numbers import uncertain
from servanda.arrays import Floats
from servanda.assessment.metrics import solved_metrics
from servanda.columns import Columns
from servanda.uncertainty.evaluation import evaluated
from servanda.uncertainty.sampling import Draws, Ranges, from_unit_cube


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


def schema(numbers: list[str]) -> Any:
    """Columns of the table, for Arrow and Parquet: `numbers` are the inputs and metrics."""
    pa = arrow()
    words = pa.dictionary(pa.int32(), pa.string())
    columns = [pa.field("plan", words), pa.field("draw", pa.int64())]
    columns += [pa.field(name, pa.float64()) for name in numbers]
    columns += [pa.field("weakest", words), pa.field("status", words), pa.field("residual", pa.float64())]
    columns += [pa.field("standing", pa.list_(pa.float32()))]
    return pa.schema(columns)


def solved(where: Ranges, piece: Piece) -> tuple[int, Columns]:
    """Solve a piece; its number, and its rows: inputs as played, metrics, weakest link, status, residual, standing."""
    draws = from_unit_cube(where, piece.points)
    found = evaluated(where.agreement, piece.plan, draws)
    D = len(found.statuses)
    played = as_played(where, draws)
    columns: dict[str, Any] = {
        "plan": [found.plan] * D,
        "draw": np.arange(piece.first, piece.first + D),
        **{one.name: np.ascontiguousarray(played[:, j]) for j, one in enumerate(draws.numbers)},
        **found.metrics,
        "weakest": np.array([*found.steps, None], dtype=object)[found.weakest],  # -1, no answer, is the last
        "status": list(found.statuses),
        "residual": found.residual,
        "standing": np.fromiter(found.standing.astype(np.float32), object, D),
    }
    return piece.number, Columns(columns)


def streamed(where: Ranges, piece: Piece) -> tuple[int, bytes]:
    """Solve a piece; its number, and its rows as an Arrow stream."""
    number, rows = solved(where, piece)
    found = _arrow_table(rows)
    sink = arrow().BufferOutputStream()
    with arrow().ipc.new_stream(sink, found.schema) as stream:
        stream.write_table(found)
    return number, cast("bytes", sink.getvalue().to_pybytes())


def _arrow_table(rows: Columns) -> Any:
    pa = arrow()
    words = ("plan", "weakest", "status")
    numbers = [name for name in rows.columns if name not in (*words, "draw", "residual", "standing")]
    columns: dict[str, Any] = {name: pa.array(rows[name], from_pandas=True) for name in numbers}  # no answer: null
    columns |= {name: pa.array(rows[name], type=pa.string()).dictionary_encode() for name in words}
    columns |= {name: pa.array(rows[name]) for name in ("draw", "residual")}
    flat = np.concatenate(list(rows["standing"]))
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * (flat.size // len(rows))
    columns["standing"] = pa.ListArray.from_arrays(offsets, pa.array(flat))
    return pa.Table.from_arrays([columns[name] for name in rows.columns], schema=schema(numbers))


def as_played(where: Ranges, draws: Draws) -> Floats:
    """Drawn values (D, k) as the game has them: chances of a party's types are scaled to add up to 1."""
    result = np.array(draws.values)
    groups: dict[Place, list[Number]] = {}
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


def _types(path: Place) -> Place | None:
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
    return {"inputs": inputs, "figures": {name: one.meaning for name, one in solved_metrics(agreement).items()}}
