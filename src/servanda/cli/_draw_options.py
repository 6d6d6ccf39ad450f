"""What the commands about uncertain numbers share: sweeps as files, and word of what will be solved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda.errors import UsageError, need

if TYPE_CHECKING:
    import polars

    from servanda.agreement.format.agreement import Agreement
    from servanda.parallel import Cluster
    from servanda.uncertainty.questions import Question

sweep_option = click.option("--sweep", metavar="FILE", help="Use the draws of a sweep (.parquet) in place of new ones.")
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="The same seed, the same draws."
)


def read_sweep(path: str | None) -> polars.DataFrame | None:
    """Read the table of a sweep; None stays None.

    Raises
    ------
    UsageError
        If the file is not there or is no such table.
    """
    if path is None:
        return None
    need("tables", "A sweep in a file", "polars", "pyarrow")
    import polars

    if not Path(path).is_file():
        raise UsageError(
            f"{path}: there is no such file. --sweep takes the table that a sweep has written, FILE.parquet"
        )
    try:
        return polars.read_parquet(path)
    except (polars.exceptions.PolarsError, OSError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(
            f"{path}: this is not a table of draws ({first}). --sweep takes the table that a sweep has written,"
            " FILE.parquet"
        ) from None


def solves_ahead(
    agreement: Agreement, question: Question, draws: int, workers: int | None, cluster: Cluster | None
) -> None:
    """Say on standard error how much will be solved, and how long that will take, judged by this machine."""
    from servanda.parallel import available, hands
    from servanda.uncertainty.questions import seconds_each

    cores = max(1, hands(cluster)) if cluster is not None else min(workers or available(), available())
    seconds = seconds_each(agreement, question) * draws / cores
    plans = " and ".join(question.plans)
    processors = "1 processor" if cores == 1 else f"{cores} processors"
    each = " each" if len(question.plans) > 1 else ""
    click.echo(f"Solving {plans} {draws:,} times{each}: about {_time(seconds)} on {processors}.", err=True)


def made_with(agreement: Agreement, seconds: float, seed: int, *packages: str) -> dict[str, Any]:
    """What is needed to repeat a result, with the versions of the libraries that it rests on, for programs."""
    from importlib.metadata import version

    from servanda.presentation._export import plain
    from servanda.result import about

    made: dict[str, Any] = plain(about(agreement, seconds, seed))
    made["versions"] |= {name: version(name) for name in packages}
    return made


def _time(seconds: float) -> str:
    if seconds < 90:
        return "1 second" if round(seconds) <= 1 else f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
