"""How results show themselves: as a picture, and as a table in a notebook."""

from __future__ import annotations

from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def drawn(what: str, *subjects: object, narrow: bool) -> Figure:
    """Draw a result by one of the functions of `pictures`, for its `plot`.

    Results stand before pictures in the order of imports, so the way there is looked up when it is gone.

    Parameters
    ----------
    what : str
        Name of the function.
    subjects
        What it takes.
    narrow : bool
        For a phone.

    Returns
    -------
    matplotlib Figure

    Raises
    ------
    PicturesMissing
        If matplotlib is not installed.
    """
    import_module("servanda.studying").need("A picture", "matplotlib")
    return getattr(import_module("servanda.pictures"), what)(*subjects, narrow=narrow)


def html(result: object, table: Any) -> str:
    """A result in a notebook: what it is, in a line, and a polars table of it."""
    return f"<p>{escape(repr(result).removeprefix('<').removesuffix('>'))}</p>{table._repr_html_()}"
