"""Tell whoever is waiting at a terminal that something takes a while."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import click


def announce_preparation(loop: str = "trace") -> None:
    """Say so if the solver has to be compiled first: it takes a while, once."""
    from servanda._machine import kept, ready

    if not ready(loop):
        folder, why = kept()
        often = "once" if folder is not None else "every time, as the result cannot be kept,"
        click.echo(
            f"Preparing the solver for this machine. This happens {often} and takes about ten seconds.", err=True
        )
        if folder is None:
            click.echo(f"{why[:1].upper()}{why[1:]}. Set NUMBA_CACHE_DIR to a folder of your own.", err=True)


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
                TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
            self._task = self._bar.add_task(text, total=1.0)
        if self._bar is not None:
            self._bar.update(self._task, completed=share, description=text)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
