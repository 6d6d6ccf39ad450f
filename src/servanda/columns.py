"""A small table in memory: named columns, each a numpy array. Large ones, and files, are for polars."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars

Array = NDArray[Any]


class Columns:
    """A table of named columns of one length, which nothing changes.

    A missing value is `nan` in a column of numbers and None in any other. `to_polars` gives the table to whoever wants
    to do more with it.

    Attributes
    ----------
    columns : tuple of str
        Names.
    height : int
        Number of rows.
    """

    def __init__(self, columns: Mapping[str, Sequence[Any] | Array]) -> None:
        self._columns: dict[str, Array] = {}
        for name, values in columns.items():
            column = np.asarray(values) if not isinstance(values, np.ndarray) else values.view()
            if column.dtype.kind not in "bif" and column.dtype != object:
                column = np.array(list(cast("Sequence[Any]", values)), dtype=object)
            column.flags.writeable = False
            self._columns[name] = column
        lengths = {len(column) for column in self._columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        self.height: int = lengths.pop() if lengths else 0

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(self._columns)

    def __len__(self) -> int:
        return self.height

    def __getitem__(self, name: str) -> Array:
        return self._columns[name]

    def __contains__(self, name: str) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Row by row, as dicts of plain Python values."""
        lists = {name: _plain(column) for name, column in self._columns.items()}
        for i in range(self.height):
            yield {name: values[i] for name, values in lists.items()}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Columns) or self.columns != other.columns:
            return False
        return all(_plain(self[name]) == _plain(other[name]) for name in self.columns)

    __hash__: ClassVar[None] = None  # pyright: ignore[reportIncompatibleMethodOverride, reportIncompatibleVariableOverride]

    def where(self, keep: Array | Callable[[dict[str, Any]], bool]) -> Columns:
        """The rows that a mask, or a function of a row, keeps."""
        mask = np.array([keep(row) for row in self], dtype=bool) if callable(keep) else keep
        return Columns({name: column[mask] for name, column in self._columns.items()})

    def head(self, count: int) -> Columns:
        """The first rows."""
        return Columns({name: column[:count] for name, column in self._columns.items()})

    def sort(self, by: str, descending: bool = False) -> Columns:
        """The rows in the order of a column; those without a value last."""
        values = self._columns[by]
        if values.dtype.kind in "bif":
            order = np.argsort(-values.astype(float) if descending else values.astype(float), kind="stable")
        else:
            missing = [i for i, value in enumerate(values) if value is None]
            rest = [i for i, value in enumerate(values) if value is not None]
            order = np.array([*sorted(rest, key=lambda i: values[i], reverse=descending), *missing], dtype=int)
        return Columns({name: column[order] for name, column in self._columns.items()})

    def with_columns(self, **more: Sequence[Any] | Array) -> Columns:
        """The table with further columns, or with others in place of those of the same name."""
        return Columns({**self._columns, **more})

    def to_dicts(self) -> list[dict[str, Any]]:
        """All rows, as dicts of plain Python values; a missing value is None."""
        return list(self)

    def to_polars(self) -> polars.DataFrame:
        """The table as a polars data frame.

        Raises
        ------
        MissingExtra
            If polars is not installed.
        """
        from servanda.errors import need

        need("tables", "A polars table", "polars")
        import polars

        return polars.DataFrame({name: _plain(column) for name, column in self._columns.items()})

    def __repr__(self) -> str:
        return f"<Columns {', '.join(self.columns)}: {self.height} rows>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(name)}</th>" for name in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(_said(value))}</td>" for value in row.values()) + "</tr>" for row in self
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _plain(column: Array) -> list[Any]:
    """The values of a column as Python has them, with None for what is missing."""
    if column.dtype.kind == "f":
        return [None if np.isnan(value) else float(value) for value in column]
    return cast("list[Any]", column.tolist())


def _said(value: object) -> str:
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
