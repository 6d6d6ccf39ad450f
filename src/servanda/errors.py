"""What can go wrong, in a form that every command and every caller can tell apart.

Every failure that a user can do something about is a `ServandaError` with one clear message. The classes stand with the
code that raises them; here are those that several rooms raise.
"""

from __future__ import annotations

import math
import operator
import os
import sys
from collections.abc import Container, Iterable
from decimal import Decimal
from importlib.util import find_spec
from numbers import Real
from os import PathLike
from pathlib import Path
from typing import cast

from servanda.english import did_you_mean, some, visible

MOST_NAMES = 12  # that a message lists
MOST_DRAWS = 2**30  # where the sequence of points ends
MOST_THREADS = 2**16
MOST_EVALUATIONS = 10**7  # of plans, by a search for better ones; these and the next would take hours or more
MOST_STARTS = 10**6  # of a search for other equilibria
MOST_TIMES = 10**9  # that a plan is played
MOST_EXAMPLES = 200_000  # of histories
MOST_NODES = 10**7  # of a game tree; they would take several gigabytes
LARGEST_SEED = 2**63 - 1  # what tables, files and random generators all hold


class ServandaError(Exception):
    """A failure that the user can do something about; its text says what was found, what is allowed and what to do.

    Attributes
    ----------
    exit_code : int
        The code with which a command ends: 2 if the input cannot be used, 3 if the solver found no equilibrium.
    """

    exit_code = 2


class UsageError(ServandaError, ValueError):
    """Arguments or options that cannot be used, or not together."""


class NoSuchIndex(UsageError, IndexError):
    """A number of a draw, a party or a node that is not there, or no whole number."""


class NoSuchName(ServandaError, KeyError, ValueError):
    """A name that is not there: of a plan, a party, a number, a metric, a figure."""

    def __str__(self) -> str:
        return Exception.__str__(self)  # KeyError would put the message in quotes


class Forked(ServandaError, RuntimeError):
    """A process that was forked where it should have been started anew; the message says how."""


class MissingExtra(ServandaError, RuntimeError):
    """A package that is needed for this is not installed; the message has the one line to type."""


def no_such(what: str, name: object, known: Iterable[str], plural: str = "") -> NoSuchName:
    """Make the one message for a name that is not there.

    Parameters
    ----------
    what : str
        What is looked for: `plan`.
    name : str
        The name that was given.
    known : iterable of str
        The names that are there. Of more than twelve, the message lists the nearest.
    plural : str
        Of `what`, where an s is not enough.

    Returns
    -------
    NoSuchName
        To be raised: `There is no plan 'x'. The plans are: a, b. Did you mean a?`

    Examples
    --------
    >>> print(no_such("plan", "phase", ["phased", "at-once"]))
    There is no plan 'phase'. The plans are: phased, at-once. Did you mean phased?
    """
    names = list(known)
    listed = some(_nearest(name, names), MOST_NAMES) if len(names) > MOST_NAMES else ", ".join(names)
    there = f"The {plural or what + 's'} are: {listed}." if names else f"There are no {plural or what + 's'}."
    return NoSuchName(f"There is no {what} '{visible(str(name))}'. {there}{did_you_mean(name, names)}")


def is_there(name: object, known: Container[str]) -> bool:
    """Whether this is one of the names, be it a text or not."""
    return isinstance(name, str) and name in known


def several(names: object) -> tuple[object, ...]:
    """Take one name or several: a text is one, and so is whatever cannot be gone through."""
    if isinstance(names, str | bytes):
        return (names,)
    try:
        return tuple(cast("Iterable[object]", names))
    except TypeError:
        return (names,)


def _nearest(name: object, names: list[str]) -> list[str]:
    """Put the names that are spelt most like a name first."""
    import difflib

    near = difflib.get_close_matches(str(name)[:80], names, n=MOST_NAMES, cutoff=0.0)
    return [*near, *(each for each in names if each not in near)]


_at_work: list[bool] = []  # whether polars is, before a fork
_lost_threads: list[bool] = []  # whether it was, in the process that this one was forked from


def _before_fork() -> None:
    _at_work[:] = [True] if "polars" in sys.modules and _polars_threads() else []


def _polars_threads() -> bool:
    """Whether polars has begun to work; where the system does not say, it may have."""
    try:
        return any("polars" in (task / "comm").read_text() for task in Path("/proc/self/task").iterdir())
    except OSError:
        return True


def _after_fork() -> None:
    _lost_threads.extend(_at_work)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def need(extra: str, what: str, *packages: str) -> None:
    """Refuse with the line to type if a package is not installed.

    Parameters
    ----------
    extra : str
        The extra of servanda that brings the packages: `solve`, `pictures`, ...
    what : str
        What needs them, to begin the sentence: `Solving a plan`.
    packages : str
        Names under which the packages are imported.

    Raises
    ------
    MissingExtra
        If any of them is not there.
    Forked
        If polars is needed, and was at work in the process that this one was forked from.
    """
    if "polars" in packages and _lost_threads:
        raise Forked(
            f"{what} needs polars, which was at work in the process that this one was forked from. Its threads did not"
            " come along, so it would wait for them for ever. Start worker processes with"
            " multiprocessing.get_context('spawn')"
        )
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        listed = " and ".join([", ".join(missing[:-1]), missing[-1]] if len(missing) > 1 else missing)
        verb = "which is" if len(missing) == 1 else "which are"
        raise MissingExtra(
            f"{what} needs {listed}, {verb} not installed here. Install with: pip install 'servanda[{extra}]'"
        )


_EXTRAS = {
    "numpy": "solve",
    "scipy": "solve",
    "numba": "solve",
    "llvmlite": "solve",
    "polars": "tables",
    "pyarrow": "tables",
    "matplotlib": "pictures",
    "jinja2": "pictures",
    "SALib": "sensitivity",
    "ema_workbench": "sensitivity",
    "pymoo": "design",
    "dask": "cluster",
    "distributed": "cluster",
    "cryptography": "cluster",
}


def missing_extra(error: ModuleNotFoundError) -> MissingExtra | None:
    """Turn a failed import of a package that an extra brings into the line to type; None for any other package."""
    package = (error.name or "").partition(".")[0]
    if package not in _EXTRAS:
        return None
    return MissingExtra(
        f"This needs {package}, which is not installed here. Install with: pip install 'servanda[{_EXTRAS[package]}]'"
    )


def whole(name: str, value: object, least: int = 0, most: int | None = None) -> int:
    """Take a whole number, also one of numpy's; refuse anything else.

    Parameters
    ----------
    name : str
        Of the argument.
    value : int, or an integer of numpy's
        True and False are no numbers, and neither is 4.0: who counts says 4.
    least, most : int
        Bounds, inclusive.

    Returns
    -------
    int

    Raises
    ------
    UsageError
        If it is no whole number within the bounds.

    Examples
    --------
    >>> try:
    ...     whole("draws", 4.0, least=1)
    ... except UsageError as error:
    ...     print(error)
    draws is 4.0. It must be a whole number of at least 1
    """
    allowed = f"of at least {least}" if most is None else f"from {least} to {most}"
    wrong = UsageError(f"{name} is {shown(value)}. It must be a whole number {allowed}")
    if isinstance(value, bool) or type(value).__name__ in ("bool", "bool_") or getattr(value, "shape", ()) != ():
        raise wrong
    try:
        found = operator.index(cast("int", value))
    except TypeError:
        raise wrong from None
    if found < least or (most is not None and found > most):
        raise wrong
    return found


def numbered(what: str, value: object, count: int, plural: str = "") -> int:
    """Take a number that says which of several things is meant, 0 being the first; also one of numpy's.

    Compiled loops look nothing up that has not been through this: there, what is not there is a crash.

    Parameters
    ----------
    what : str
        What is numbered, as the argument is called: `draw`.
    value : int, or an integer of numpy's
        True and False are no numbers here, and -1 is not the last one.
    count : int
        How many there are.
    plural : str
        Of `what`, where an s is not enough.

    Returns
    -------
    int

    Raises
    ------
    NoSuchIndex
        If there is none of that number.

    Examples
    --------
    >>> try:
    ...     numbered("draw", -1, 8)
    ... except IndexError as error:
    ...     print(error)
    draw is -1. This game has draws 0 to 7
    """
    try:
        return whole(what, value, 0, count - 1)
    except UsageError:
        there = f"{plural or what + 's'} 0 to {count - 1}" if count > 1 else f"one {what}, number 0"
        there = there if count else f"no {plural or what + 's'}"
        raise NoSuchIndex(f"{what} is {shown(value)}. This game has {there}") from None


def seeded(value: object) -> int:
    """Take the seed of random numbers: a whole number from 0 to 2**63 - 1, also one of numpy's."""
    return whole("seed", value, 0, LARGEST_SEED)


def counted(value: object) -> int | None:
    """Take the number of threads: a whole number from 1 to 65536, also one of numpy's; None: all processors."""
    return None if value is None else whole("workers", value, 1, MOST_THREADS)


def finite(name: str, value: object, least: float | None = None, most: float | None = None) -> float:
    """Take a finite number of any kind: Python's, numpy's, a fraction or a decimal; refuse anything else.

    Parameters
    ----------
    name : str
        Of the argument.
    value : number
        True and False are no numbers, and neither is a text.
    least, most : float
        Bounds, inclusive.

    Returns
    -------
    float

    Raises
    ------
    UsageError
        If it is no finite number within the bounds.
    """
    allowed = "" if least is None else f" of at least {least:g}" if most is None else f" from {least:g} to {most:g}"
    wrong = UsageError(f"{name} is {shown(value)}. It must be a finite number{allowed}")
    if isinstance(value, bool) or not isinstance(value, Real | Decimal):
        raise wrong
    try:
        found = float(value)
    except (OverflowError, ValueError):
        raise wrong from None
    if not math.isfinite(found) or (least is not None and found < least) or (most is not None and found > most):
        raise wrong
    return found


def shown(value: object) -> str:
    """A value as Python writes it, without what an array or table would add to a line."""
    try:
        words = " ".join((str(value) if isinstance(value, Real) else repr(value)).split())
    except ValueError:
        return "too large"  # a number of more digits than Python writes
    return words if len(words) <= 60 else f"{words[:57]}..."


_FROM = {
    "Agreement": "servanda.read({})",
    "Game": "servanda.compile({}, plan=...)",
    "Equilibrium": "servanda.solve({})",
}


def expect(thing: object, kind: type, verb: str) -> None:
    """Refuse what a verb cannot work on, with the call that makes of it what the verb needs, if there is one.

    Parameters
    ----------
    thing : object
        What the verb was given.
    kind : type
        What it needs.
    verb : str
        `solve`.

    Raises
    ------
    UsageError
        If the thing is not of that kind.

    Examples
    --------
    >>> import servanda
    >>> try:
    ...     servanda.solve(servanda.read("singapore-2018"))
    ... except servanda.UsageError as error:
    ...     print(error)
    servanda.solve needs a Game, not an Agreement. Write servanda.solve(servanda.compile(agreement, plan=...))
    """
    if isinstance(thing, kind):
        return
    way = ["str", *_FROM]
    given = "str" if isinstance(thing, str | PathLike) else type(thing).__name__
    a, b = (f"a{'n' if name[:1] in 'AEIOUaeiou' else ''} {name}" for name in (kind.__name__, given))
    words = f"servanda.{verb} needs {a}, not {'a text' if given == 'str' else b}"
    if given in way and kind.__name__ in way[way.index(given) + 1 :]:
        made = given.lower()
        if isinstance(thing, str | PathLike):
            name = str(cast("object", thing))
            made = "text" if "\n" in name else repr(name)
        for step in way[way.index(given) + 1 : way.index(kind.__name__) + 1]:
            made = (_FROM[step] if made != "text" else "servanda.loads({})").format(made)
        words += f". Write servanda.{verb}({made})"
    raise UsageError(words)
