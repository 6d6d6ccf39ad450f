"""Where the rows of a sweep are: in memory, or in a file that is read only as far as it is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from servanda.arrays import Floats
from servanda.columns import Columns
from servanda.errors import need
from servanda.records import Record

if TYPE_CHECKING:
    import polars


class Source(Protocol):
    """The rows of a sweep."""

    def values(self, plan: str, name: str) -> Floats:
        """One column of one plan, (draws,); nan where there is no answer."""
        ...

    def counts(self, plan: str, name: str) -> list[tuple[str, int]]:
        """How many draws of a plan have each value of a column of words, most frequent first."""
        ...

    def standing(self, plan: str, most: int) -> Floats:
        """Chances of being in force on the first draws, at most so many: (draws, E + 1)."""
        ...

    def table(self, names: tuple[str, ...] = ()) -> Columns:
        """These columns of all rows, or all columns."""
        ...


@dataclass(frozen=True)
class InMemory(Record):
    """Rows in memory: those of each plan one below the other, in the order of the plans."""

    plans: tuple[str, ...]
    draws: int
    rows: Columns

    def _column(self, plan: str, name: str) -> Any:
        first = self.plans.index(plan) * self.draws
        return self.rows[name][first : first + self.draws]

    def values(self, plan: str, name: str) -> Floats:
        return self._column(plan, name).astype(float)

    def counts(self, plan: str, name: str) -> list[tuple[str, int]]:
        found = Counter(value for value in self._column(plan, name) if value is not None)
        return sorted(found.items(), key=lambda one: (-one[1], one[0]))

    def standing(self, plan: str, most: int) -> Floats:
        return np.stack(self._column(plan, "standing")[:most])

    def table(self, names: tuple[str, ...] = ()) -> Columns:
        return self.rows.select(*names) if names else self.rows


@dataclass(frozen=True)
class OnDisk(Record):
    """Rows in a Parquet file, in the same order."""

    plans: tuple[str, ...]
    draws: int
    path: Path

    def _rows(self, plan: str) -> polars.LazyFrame:
        need("tables", "A sweep in a file", "polars")
        import polars

        return polars.scan_parquet(self.path).slice(self.plans.index(plan) * self.draws, self.draws)

    def values(self, plan: str, name: str) -> Floats:
        return self._rows(plan).select(name).collect()[name].to_numpy().astype(float)

    def counts(self, plan: str, name: str) -> list[tuple[str, int]]:
        need("tables", "A sweep in a file", "polars")
        import polars

        words = self._rows(plan).select(polars.col(name).cast(polars.String)).drop_nulls()
        found = words.group_by(name).len("draws").sort(["draws", name], descending=[True, False]).collect()
        return [(str(value), int(draws)) for value, draws in found.iter_rows()]

    def standing(self, plan: str, most: int) -> Floats:
        some = self._rows(plan).head(most).select("standing").collect()["standing"]
        return some.explode().to_numpy().reshape(len(some), -1)

    def table(self, names: tuple[str, ...] = ()) -> Columns:
        need("tables", "A sweep in a file", "polars")
        import polars

        rows = polars.scan_parquet(self.path)
        return Columns.of_polars((rows.select(names) if names else rows).collect())
