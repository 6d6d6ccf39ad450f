"""Options that several commands have, each with the same words everywhere, and what is read from them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from servanda.errors import LARGEST_SEED, MOST_DRAWS, UsageError
from servanda.files import check_room, folder_for, why

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars


class Amount(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - not before click 8.2
    """A number as agreement files have them: finite, of a size to compute with, with a minus sign of either kind."""

    name = "number"

    def __init__(self, least: float | None = None) -> None:
        self.least = least

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read a number."""
        from servanda.agreement.format.plain_numbers import Problem, number_in_words
        from servanda.english import digits

        try:
            found = number_in_words(value)
        except Problem as problem:
            words = str(problem).replace("or {likely: .., low: .., high: ..}", "such as 0.6")
            self.fail(f"{words}.", param, ctx)
        if self.least is not None and found < self.least:
            self.fail(f"{digits(found)} is below {digits(self.least)}, the least that is allowed.", param, ctx)
        return found


class Whole(click.IntRange):
    """A whole number in a range, with a minus sign of either kind: told like any other number that is wrong."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a whole number."""
        from servanda.english import show

        if isinstance(value, str):
            value = value.strip().replace("−", "-")
            if not re.fullmatch(r"[-+]?[0-9]{1,300}", value):
                self.fail(f"{show(value)} is not a whole number. Write {self._allowed()}.", param, ctx)
        found = int(value)
        if (self.min is not None and found < self.min) or (self.max is not None and found > self.max):
            self.fail(f"{found} is not in the range. Write {self._allowed()}.", param, ctx)
        return found

    def _allowed(self) -> str:
        """Say which numbers are allowed."""
        least = "" if self.min is None else f" of {int(self.min)}" if self.max is None else f" from {int(self.min)}"
        return f"a whole number{least}" + (f" to {int(self.max)}" if self.max is not None else " or more")


plan_option = click.option("--plan", metavar="NAME", help="The plan to look at. Needed only if the file has several.")
plans_option = click.option("--plans", metavar="NAME,NAME", help="Only these plans, with commas between their names.")
between_option = click.option("--between", nargs=2, metavar="A B", help="Two plans to compare.")
of_option = click.option(
    "--of", default="held_clean", show_default=True, metavar="METRIC", help="The metric by which plans are judged."
)
seed_option = click.option(
    "--seed", type=Whole(0, LARGEST_SEED), default=0, show_default=True, metavar="N",
    help="Seed for all random numbers. The same seed gives the same result.",
)  # fmt: skip
sweep_option = click.option(
    "--sweep", metavar="PATH", help="Use the draws of this sweep (.parquet) instead of new ones."
)


def draws_option(default: int | None, least: int = 1) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The option --draws, with the number of draws that a command takes by itself."""
    return click.option(
        "--draws", type=Whole(min=least), default=default, show_default=True, metavar="N",
        callback=_not_too_many, help="How many draws to take from the ranges.",
    )  # fmt: skip


def _not_too_many(ctx: click.Context, param: click.Parameter, value: int | None) -> int | None:
    if value is not None and value > MOST_DRAWS:
        raise click.BadParameter(f"{value:,} draws are too many. The sequence of points ends at {MOST_DRAWS:,}.")
    return value


def count_option(
    name: str, default: int | None, words: str, least: int = 1, most: int | None = None
) -> Callable[[Any], Any]:
    """An option that takes a whole number."""
    return click.option(
        name,
        type=Whole(least, most),
        default=default,
        show_default=default is not None,
        metavar="N",
        help=words,
    )


def split(words: str | Iterable[str] | None) -> tuple[str, ...]:
    """Names with commas or spaces between them, from an option that may be given several times."""
    parts = [words] if isinstance(words, str) else words or ()
    return tuple(word for part in parts for word in part.replace(",", " ").split())


def read_draws(path: str | None) -> polars.DataFrame | None:
    """Read the table of a sweep; None stays None.

    Raises
    ------
    UsageError
        If the file is not there or is no such table.
    """
    if path is None:
        return None
    from servanda.uncertainty.sweeps.sweep import NotSwept, read_rows

    wanted = "--sweep takes the table that a sweep has written, FILE.parquet"
    if not Path(path).is_file():
        raise UsageError(f"{path}: there is no such file. {wanted}")
    try:
        return read_rows(path)
    except NotSwept as error:
        raise UsageError(f"{error}. {wanted}") from None


def check_folder(folder: str, option: str, what: str) -> None:
    """Refuse a folder that nothing could be written into; leave no trace of the attempt."""
    path = Path(folder)
    try:
        if path.exists() and not path.is_dir():
            raise UsageError(f"{folder}: this is a file, and {what} a folder. Give another name: {option} FOLDER")
        with folder_for(path / "any"):
            check_room(path)
    except OSError as error:
        raise UsageError(
            f"{folder}: nothing can be written here ({why(error)}). Give another folder: {option} FOLDER"
        ) from None
