"""Tell whoever is waiting at a terminal that something takes a while."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from servanda.cli._exit import complain
from servanda.english import capital, count, printable

if TYPE_CHECKING:
    from servanda.agreement.format.agreement import Agreement
    from servanda.parallel import Cluster
    from servanda.uncertainty.questions import Question


def announce_preparation(loop: str = "trace") -> None:
    """Say so if the solver has to be compiled first: it takes a while, once."""
    from servanda.solver.jit import kept, ready

    if not ready(loop):
        folder, why = kept()
        often = "only once" if folder is not None else "every time, as the result cannot be kept"
        complain(f"Preparing the solver for this machine. This takes about ten seconds and happens {often}.")
        if folder is None:
            complain(f"{capital(why)}. Set NUMBA_CACHE_DIR to a folder of your own.")


def announce_draws(
    agreement: Agreement, question: Question, draws: int, workers: int | None, cluster: Cluster | None
) -> None:
    """Say how much will be solved, and about how long that will take, judged by this machine."""
    from servanda.parallel import cpu_count, worker_count
    from servanda.uncertainty.questions import seconds_each

    cores = max(1, worker_count(cluster)) if cluster is not None else min(workers or cpu_count(), cpu_count())
    seconds = seconds_each(agreement, question) * draws / cores
    plans = " and ".join(question.plans)
    processors = "1 processor" if cores == 1 else f"{cores} processors"
    each = " each" if len(question.plans) > 1 else ""
    complain(f"Solving {plans} {count(draws, 'time')}{each}: about {_time(seconds)} on {processors}.")


def _time(seconds: float) -> str:
    if seconds < 90:
        return "1 second" if round(seconds) <= 1 else f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


class Progress(AbstractContextManager["Progress"]):
    """A progress bar on standard error for whatever takes longer than two seconds, if somebody is watching."""

    def __init__(self) -> None:
        import time

        self._clock: Callable[[], float] = time.monotonic
        self._began = time.monotonic()
        self._bar: Any = None
        self._task: Any = None
        announce_preparation()

    def __call__(self, text: str, share: float) -> None:
        if self._bar is None and sys.stderr.isatty() and self._clock() - self._began > 2.0:
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
            self._task = self._bar.add_task(printable(text), total=1.0)
        if self._bar is not None:
            self._bar.update(self._task, completed=share, description=printable(text))

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
