# pyright: reportUnknownMemberType=false
"""Trying candidates: each is built, solved and judged once, on all cores; and the table of all that were tried."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from servanda._candidates import Candidate, Contradiction, Space, build, shown
from servanda._evolution import SLACK
from servanda._sums import Floats
from servanda.agreement import Agreement, AgreementError
from servanda.drawing import Draws, assign, draw
from servanda.game import GameTooLarge
from servanda.objectives import Aim, Condition, Figure, NoAnswer, work_out

if TYPE_CHECKING:
    import polars as pl

MEETS = "meets all conditions"


class Tried:
    """The candidates tried so far, each once, with their figures; which are new is solved on all cores."""

    def __init__(
        self,
        where: Space,
        aims: Sequence[Aim],
        conditions: Sequence[Condition],
        figures: list[Figure],
        draws: int,
        seed: int,
        workers: int | None,
    ) -> None:
        self.where, self.aims, self.conditions, self.figures = where, aims, conditions, figures
        self.likely = assign(where.agreement, {})
        self.draws: Draws | None = draw(where.agreement, draws, seed) if draws else None
        self.workers = workers or os.cpu_count() or 1
        self.rows: dict[Candidate, dict[str, float] | str] = {}  # figures, or why there are none
        self.progress: Callable[[], None] | None = None

    def judge(self, candidates: Sequence[Candidate]) -> list[tuple[list[float], list[float]] | None]:
        """Work out what is new among candidates; give aims (to be made small) and how far conditions are missed."""
        fresh = [one for one in dict.fromkeys(candidates) if one not in self.rows]
        with ThreadPoolExecutor(self.workers) as pool:
            try:
                for one, found in zip(fresh, pool.map(self._one, fresh), strict=True):
                    self.rows[one] = found
                    if self.progress is not None:
                        self.progress()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return [self._score(self.rows[one]) for one in candidates]

    def _one(self, candidate: Candidate) -> dict[str, float] | str:
        try:
            built = build(self.where, candidate)
        except Contradiction as contradiction:
            return str(contradiction)
        return self._figures(built, self.where.plan)

    def _figures(self, agreement: Agreement, plan: str) -> dict[str, float] | str:
        try:
            return work_out(agreement, plan, self.figures, self.likely, self.draws, self.where.levers)
        except AgreementError as error:
            return error.problems[0]
        except GameTooLarge:
            return "too large for the exact solver"
        except NoAnswer as error:
            return f"no answer: {error}"

    def _score(self, found: dict[str, float] | str) -> tuple[list[float], list[float]] | None:
        if isinstance(found, str):
            return None
        aims = [-found[a.figure.text] if a.largest else found[a.figure.text] for a in self.aims]
        return aims, [_missed(condition, found) for condition in self.conditions]

    def _status(self, found: dict[str, float] | str) -> str:
        if isinstance(found, str):
            return found
        missed = [str(condition) for condition in self.conditions if _missed(condition, found) > SLACK]
        return f"misses {' and '.join(missed)}" if missed else MEETS

    def front(self) -> list[Candidate]:
        """The candidates that meet all conditions and that no other beats; of equals the first tried."""
        good = [one for one, found in self.rows.items() if self._status(found) == MEETS]
        if not good:
            return []
        scores = np.array([score[0] for one in good if (score := self._score(self.rows[one]))])
        best = [i for i in range(len(good)) if not _beaten(scores, i)]
        best.sort(key=lambda i: (*scores[i], i))
        return [good[i] for i in best]

    def table(self, front: list[Candidate]) -> pl.DataFrame:
        import polars as pl

        place = {one: number for number, one in enumerate(front, start=1)}
        columns: dict[str, Any] = {"row": pl.Series([place.get(one) for one in self.rows], dtype=pl.Int64)}
        for index, name in enumerate(self.where.names):
            columns[name] = [shown(one[index]) for one in self.rows]
        return pl.DataFrame(columns | self._columns(list(self.rows.values())))

    def given(self) -> pl.DataFrame:
        """The plans of the file, as they stand."""
        import polars as pl

        names = list(self.where.agreement.plans)
        found = [self._figures(self.where.agreement, name) for name in names]
        return pl.DataFrame({"plan": names} | self._columns(found))

    def _columns(self, rows: list[dict[str, float] | str]) -> dict[str, Any]:
        import polars as pl

        columns: dict[str, Any] = {
            figure.text: pl.Series(
                [None if isinstance(found, str) else found[figure.text] for found in rows], dtype=pl.Float64
            )
            for figure in self.figures
        }
        return columns | {"status": pl.Series([self._status(found) for found in rows], dtype=pl.String)}


def _missed(condition: Condition, found: dict[str, float]) -> float:
    value = found[condition.figure.text]
    return condition.value - value if condition.at_least else value - condition.value


def _beaten(scores: Floats, i: int) -> bool:
    """Whether another is as good in every aim and better in one; or the same, and tried before."""
    as_good = (scores <= scores[i]).all(axis=1)
    better = as_good & (scores < scores[i]).any(axis=1)
    return bool(better.any() or as_good[:i].any())
