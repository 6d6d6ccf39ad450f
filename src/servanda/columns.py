"""A small table in memory: named columns, each a numpy array. Large ones, and files, are for polars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from servanda.english import printable

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
        self._columns = {name: _column(values) for name, values in columns.items()}
        lengths = {len(column) for column in self._columns.values()}
        if len(lengths) > 1:
            raise ValueError(f"columns of different lengths: {sorted(lengths)}")
        self.height: int = lengths.pop() if lengths else 0

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[str, Any]], kinds: Mapping[str, type]) -> Columns:
        """A table of rows, whose columns have values of these types; what a row does not name is missing in it."""
        every = list(rows)
        return cls({name: _column([row.get(name) for row in every], kind) for name, kind in kinds.items()})

    @classmethod
    def of_polars(cls, frame: polars.DataFrame) -> Columns:
        """The same table as a polars data frame, with `nan` for missing numbers."""
        return cls({series.name: _of_series(series) for series in frame})

    @classmethod
    def joined(cls, parts: Sequence[Columns]) -> Columns:
        """Tables with the same columns, one below the other."""
        return cls({name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns})

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

    def __hash__(self) -> int:
        return hash((self.columns, self.height))

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        for column in self._columns.values():
            column.flags.writeable = False

    def row(self, i: int) -> dict[str, Any]:
        """One row, as a dict of plain Python values."""
        return next(iter(Columns({name: column[[i]] for name, column in self._columns.items()})))

    def select(self, *names: str) -> Columns:
        """Some of the columns, in the order given."""
        return Columns({name: self._columns[name] for name in names})

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

        return polars.DataFrame(
            [
                polars.Series(name, column if column.dtype.kind in "bif" else _plain(column), nan_to_null=True)
                for name, column in self._columns.items()
            ]
        )

    def __repr__(self) -> str:
        return f"<Columns {', '.join(self.columns)}: {self.height} rows>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(printable(name))}</th>" for name in self.columns)
        body = "".join("<tr>" + "".join(map(_cell, row.values())) + "</tr>" for row in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _column(values: Sequence[Any] | Array, kind: type | None = None) -> Array:
    """Values as an array that nothing changes: of floats, ints or flags if all are; if not, of objects."""
    if isinstance(values, np.ndarray):
        column = values.view() if values.dtype.kind in "bifO" else np.fromiter(values.tolist(), object, len(values))
    else:
        kind = kind or _kind(values)
        if kind is float:
            column = np.array([np.nan if value is None else value for value in values], dtype=float)
        elif kind in (int, bool) and not any(value is None for value in values):
            column = np.array(values, dtype=kind)
        else:
            column = np.fromiter(values, object, len(values))
    column.flags.writeable = False
    return column


def _kind(values: Sequence[Any]) -> type:
    found: set[type[Any]] = {type(value) for value in values if value is not None}
    for kind, among in ((bool, (bool, np.bool_)), (int, (int, np.integer)), (float, (int, float, np.number))):
        if found and all(issubclass(one, among) and (kind is bool or one is not bool) for one in found):
            return kind
    return object


def _of_series(series: polars.Series) -> Array:
    if series.dtype.is_float():
        return series.cast(float).to_numpy()
    if series.dtype.is_nested():
        return np.fromiter((None if each is None else each.to_numpy() for each in series), object, len(series))
    return _column(series.to_list())


def _plain(column: Array) -> list[Any]:
    """The values of a column as Python has them, with None for what is missing."""
    if column.dtype.kind == "f":
        return [None if np.isnan(value) else float(value) for value in column]
    values = cast("list[Any]", column.tolist())
    return [value.tolist() if isinstance(value, np.ndarray) else value for value in values]


def _cell(value: object) -> str:
    return f"<td>{escape(printable(_said(value)))}</td>"


def _said(value: object) -> str:
    return "–" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)
