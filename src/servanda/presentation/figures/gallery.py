"""The registry of figures: found by their names or by the type of a result, and all in one frame.

A file of this folder says with `figure` what it draws and what it says about it. The sheet, its title and its height
are made here, so that a figure only draws what is its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from servanda.errors import NoSuchName, UsageError, missing_extra, need, no_such
from servanda.presentation.figures._letters import one_note as one_note
from servanda.presentation.figures._sheet import Sheet, png, style, svg

if TYPE_CHECKING:
    from matplotlib.figure import Figure

R = TypeVar("R")


@dataclass(eq=False)
class Drawing(Generic[R]):
    """A kind of figure: what it draws and what it says. Called with a result, it draws it.

    Attributes
    ----------
    name : str
    of : type
        Of the results that it draws.
    heading : str
        What the report calls it.
    reading : str
        How to read it, for those who see such a figure for the first time.
    title, subtitle, alt : function of a result, and of the part of it that is drawn
        The finding; what is shown; the figure in words, with its key numbers, for those who cannot see it.
    first : bool
        Whether a result of this type is drawn so if nothing else is asked for.
    nothing : function of a result
        Says why there is nothing to draw; an empty string if there is.
    parts : function of a result
        The parts of it of which each has a figure of its own, as keyword arguments.
    """

    name: str
    of: type[R]
    heading: str
    reading: str
    title: Callable[..., str]
    subtitle: Callable[..., str]
    alt: Callable[..., str]
    first: bool
    nothing: Callable[[R], str]
    parts: Callable[[R], Iterable[Mapping[str, Any]]]

    def drawn(self, draw: Callable[..., None]) -> Callable[..., None]:
        """Say which function draws it: of a sheet, a result, and the part of it that is drawn."""
        self._draw = draw
        return draw

    def __call__(self, result: R, narrow: bool = False, **which: Any) -> Figure:
        """Draw a result.

        Parameters
        ----------
        narrow : bool
            For a phone.
        which
            The part of the result that is drawn, where there is a choice.

        Raises
        ------
        MissingExtra
            If matplotlib is not installed.
        UsageError
            If there is nothing to draw.
        """
        need("pictures", "A picture", "matplotlib")
        reason = self.nothing(result)
        if reason:
            raise UsageError(reason)
        with style():
            sheet = Sheet(narrow)
            sheet.heading(self.title(result, **which), self.subtitle(result, **which))
            self._draw(sheet, result, **which)
            return sheet.finish()


_registered: dict[str, Drawing[Any]] = {}


def figure(
    name: str,
    of: type[R],
    *,
    heading: str,
    reading: str,
    title: Callable[..., str],
    subtitle: str | Callable[..., str],
    alt: Callable[..., str],
    first: bool = False,
    nothing: Callable[[R], str] = lambda _: "",
    parts: Callable[[R], Iterable[Mapping[str, Any]]] = lambda _: ({},),
) -> Drawing[R]:
    """Register a figure; parameters as the attributes of `Drawing`, and a subtitle may be words that never change."""

    def same(*_: Any, **__: Any) -> str:
        return str(subtitle)

    made = Drawing(
        name, of, heading, reading, title, same if isinstance(subtitle, str) else subtitle, alt, first, nothing, parts
    )
    _registered[name] = made
    return made


class Gallery:
    """All figures: each is an attribute and draws a result, as in `figures.survival(comparison, narrow=True)`.

    The same figure gives the same bytes, whether as `svg` or as `png`.
    """

    svg = staticmethod(svg)
    png = staticmethod(png)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all figures."""
        _find_all()
        return tuple(sorted(_registered))

    def __getitem__(self, name: str) -> Drawing[Any]:
        if name not in _registered and name in _files():
            import_module(f"{__package__}.{name}")
        if name not in _registered:
            raise no_such("figure", name, self.names)
        return _registered[name]

    def __getattr__(self, name: str) -> Drawing[Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        try:
            return self[name]
        except NoSuchName as error:
            raise AttributeError(str(error)) from None

    def __dir__(self) -> list[str]:
        return ["all_of", "names", "of", "plot", "png", "svg", *self.names]

    def of(self, result: object) -> tuple[Drawing[Any], ...]:
        """Those that draw a result, by its type: the one that is meant if none is named stands first."""
        _find_all()
        here = [each for each in _registered.values() if isinstance(result, each.of)]
        return tuple(sorted(here, key=lambda each: (not each.first, each.name)))

    def all_of(self, result: object) -> Iterator[tuple[str, Figure]]:
        """Draw a result in every way there is: names for files, and figures; those of parts of it come last."""
        drawings = [each for each in self.of(result) if not each.nothing(result)]
        every = [(each, which) for each in drawings for which in each.parts(result)]
        for each, which in sorted(every, key=lambda pair: len(pair[1])):
            yield "-".join([each.name.replace("_", "-"), *map(str, which.values())]), each(result, **which)

    def plot(self, result: object, narrow: bool = False, figure: str | None = None, **which: Any) -> Figure:
        """Draw a result by the figure of this name, or by the first of its type.

        Parameters
        ----------
        narrow : bool
            For a phone.
        figure : str, optional
            Where a result can be drawn in several ways.
        which
            The part of the result that is drawn, where there is a choice.

        Raises
        ------
        NoSuchName
            If no such figure draws such a result.
        """
        here = {each.name: each for each in self.of(result)}
        if not here:
            raise NoSuchName(f"No figure draws a result of the type {type(result).__name__}.")
        if figure is not None and figure not in here:
            raise no_such("figure", figure, here)
        return here[figure or next(iter(here))](result, narrow, **which)


def _files() -> list[str]:
    """The files of this folder that may register a figure."""
    here = Path(__file__).parent
    return [module.name for module in iter_modules([str(here)]) if not module.name.startswith("_")]


def _find_all() -> None:
    """Import every figure, but those of results that cannot be made here, as a package is missing."""
    for name in _files():
        try:
            import_module(f"{__package__}.{name}")
        except ModuleNotFoundError as error:
            if missing_extra(error) is None:
                raise


figures = Gallery()
