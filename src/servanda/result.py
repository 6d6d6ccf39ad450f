"""What every result can do, and what it takes to repeat it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, cast

from servanda._version import __version__
from servanda.records import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from servanda.agreement.format.agreement import Agreement, Provenance


@dataclass(frozen=True)
class About(Record):
    """What is needed to repeat a result.

    Attributes
    ----------
    path, sha256 : str or None
        The agreement file and the hash of its bytes; None if the agreement was built, or changed, in Python.
    content : str
        Hash of what the agreement says, whether or not a file says it. Two files that differ in comments or layout
        alone have the same.
    versions : dict[str, str]
        Of servanda, Python and the libraries that compute.
    seed : int or None
        Of whatever was drawn at random; None where nothing random enters.
    made : str
        When, in UTC, ISO 8601.
    seconds : float
        Time spent.
    """

    path: str | None
    sha256: str | None
    content: str
    versions: dict[str, str]
    seed: int | None
    made: str
    seconds: float


_vouched: ContextVar[tuple[Agreement, Provenance] | None] = ContextVar("_vouched", default=None)


@contextmanager
def vouched_once(agreement: Agreement) -> Generator[None]:
    """Work out the provenance of this very agreement once for all results that are made within.

    To hash what an agreement says takes as long as it is large. Once for each of its plans, that would be quadratic.
    """
    before = _vouched.get()
    known = before is not None and before[0] is agreement
    token = _vouched.set(before if known else (agreement, agreement.provenance))
    try:
        yield
    finally:
        _vouched.reset(token)


def about(agreement: Agreement, seconds: float, seed: int | None = None, *packages: str) -> About:
    """What is needed to repeat a result of this agreement, made now.

    Parameters
    ----------
    seconds : float
        Time spent.
    packages : str
        Libraries that the result rests on besides numpy, numba and scipy, under their names on PyPI.
    """
    from datetime import UTC, datetime

    known = _vouched.get()
    path, sha256, content = known[1] if known is not None and known[0] is agreement else agreement.provenance
    return About(
        path=path,
        sha256=sha256,
        content=content,
        versions=dict(_versions(*packages)),
        seed=seed,
        made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        seconds=seconds,
    )


@cache
def _versions(*packages: str) -> dict[str, str]:
    import platform
    from importlib.metadata import PackageNotFoundError, version

    versions = {"servanda": __version__, "python": platform.python_version()}
    for name in ("numpy", "numba", "scipy", *packages):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue  # not installed, so nothing was computed with it
    return versions


class Presenter(Protocol):
    """Who draws a result and puts it into words."""

    def figure(self, result: Any, narrow: bool, **which: Any) -> Figure:
        """Draw a result; `which` picks one of several figures, or a part of the result."""
        ...

    def html(self, result: Any) -> str:
        """Show a result in a notebook."""
        ...

    def text(self, result: Any) -> str:
        """Say a result in plain text."""
        ...


_presenter: list[Callable[[], Presenter]] = []


def hand_in(presenter: Callable[[], Presenter]) -> None:
    """Say who presents results: a function that imports the presenter when it is first called.

    No room below `presentation` knows its name. The package, which stands above everything, hands it in.
    """
    _presenter[:] = [presenter]


class Result(Record):
    """Frozen data that one of servanda's verbs gives back: it can be drawn, shown, printed and written as JSON."""

    def to_json(self) -> dict[str, Any]:
        """Give the result as dicts, lists, numbers and ISO dates, ready for `json.dumps`."""
        made = cast("dict[str, Any]", plain(self))
        return {name: value for name, value in made.items() if name != "about" or value is not None}

    def plot(self, narrow: bool = False, **which: Any) -> Figure:
        """Draw the result.

        Parameters
        ----------
        narrow : bool
            For a phone.
        which
            Which of several figures, or which part of the result, where there is a choice.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed.
        NoSuchName
            If there is no such figure of this result.
        """
        return _presenter[0]().figure(self, narrow, **which)

    def _repr_html_(self) -> str:
        return _presenter[0]().html(self)

    def __str__(self) -> str:
        return _presenter[0]().text(self)


def plain(thing: object) -> Any:
    """Turn results into dicts, lists, numbers and ISO dates; an endless duration is `never`, a table a list of rows."""
    if isinstance(thing, type) or thing is None or isinstance(thing, str | bool | int):
        return thing
    if dataclasses.is_dataclass(thing):
        names = [field.name for field in dataclasses.fields(thing) if field.name != "agreement"]  # that is the input
        return {name: plain(getattr(thing, name)) for name in names}
    if isinstance(thing, dict):
        return {str(key): plain(value) for key, value in cast("dict[Any, Any]", thing).items()}
    if isinstance(thing, list | tuple):
        return [plain(value) for value in cast("list[Any]", thing)]
    if hasattr(thing, "to_dicts"):  # a table
        return [plain(row) for row in cast("Any", thing).to_dicts()]
    if isinstance(thing, float):
        if math.isnan(thing):
            return None  # a point without an answer
        return "never" if math.isinf(thing) else thing  # only durations are infinite
    if isinstance(thing, Fraction):
        return float(thing)
    if hasattr(thing, "tolist"):  # an array
        return plain(cast("Any", thing).tolist())
    return thing.isoformat() if isinstance(thing, date) else thing
