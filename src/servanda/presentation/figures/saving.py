# pyright: reportUnknownMemberType=false
# (matplotlib's own stubs leave many keyword arguments untyped)
"""Figures as files: the same bytes for the same result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from servanda.agreement.format.agreement import Agreement
from servanda.errors import ServandaError, need
from servanda.inspection.allocation import Allocation
from servanda.optimisation.pareto import Design
from servanda.uncertainty.sweeps.sweep import Sweep
from servanda.uncertainty.tipping_points.heat_map import HeatMap
from servanda.uncertainty.tipping_points.targets import Reached
from servanda.uncertainty.tipping_points.tips import Tips

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class PictureNotWritten(ServandaError):
    """A picture that could not be written."""


def picture_inspections(agreement: Agreement, allocation: Allocation, path: str | Path) -> Path:
    """Draw where to look and what budgets achieve, into a file.

    Parameters
    ----------
    agreement : Agreement
    allocation : Allocation
        Of that agreement.
    path : path
        Ends in .png or .svg; a file of this name is replaced.

    Returns
    -------
    Path
        The same.

    Raises
    ------
    MissingExtra
        If what draws pictures is not installed.
    PictureNotWritten
        If the name ends otherwise, or the file cannot be written.
    """
    check_picture(path)
    from servanda.presentation.figures import gallery as pictures

    return write_picture(path, lambda: pictures.inspections(agreement, allocation))


def picture_of(found: Tips | Reached | HeatMap | Design, path: str | Path) -> Path:
    """Draw what was found about uncertain numbers, or a search for plans, into a file; errors as above."""
    check_picture(path)
    return write_picture(path, found.plot)


def check_picture(path: str | Path) -> None:
    """Refuse a picture that could not be written, before anything is worked out for it.

    Parameters
    ----------
    path : path
        Ends in .png or .svg.

    Raises
    ------
    MissingExtra
        If what draws pictures is not installed.
    PictureNotWritten
        If the name ends otherwise, or its folder is not there.
    """
    file = Path(path)
    if file.suffix not in (".png", ".svg"):
        raise PictureNotWritten(f"{path}: a picture is a .png or a .svg file. Give it a name that ends so")
    if not file.parent.is_dir():
        raise PictureNotWritten(f"{path}: the picture cannot be written (there is no such folder). Check the folder")
    need("pictures", "A picture", "matplotlib")


def write_picture(path: str | Path, draw: Callable[[], Figure]) -> Path:
    """Draw a figure into a file; its name has been checked.

    Parameters
    ----------
    path : path
        A file of this name is replaced.
    draw : function that gives a figure

    Returns
    -------
    Path
        The same.

    Raises
    ------
    PictureNotWritten
        If the file cannot be written.
    """
    from servanda.presentation.figures import gallery as pictures

    file, figure = Path(path), draw()
    try:
        file.write_bytes(pictures.png(figure) if file.suffix == ".png" else pictures.svg(figure).encode("utf-8"))
    except OSError as error:
        raise PictureNotWritten(f"{path}: the picture cannot be written ({error.strerror}). Check the folder") from None
    return file


def picture_sweep(swept: Sweep, folder: str | Path) -> tuple[Path, ...]:
    """Draw what a sweep found: histograms, and the survival of each plan as a fan; each as .png and .svg.

    Parameters
    ----------
    swept : Sweep
    folder : path
        Made if missing; files of the same names are replaced.

    Returns
    -------
    tuple of Path

    Raises
    ------
    MissingExtra
        If what draws pictures is not installed.
    PictureNotWritten
        If they cannot be written.
    """
    need("pictures", "A picture", "matplotlib")
    from servanda.presentation.figures import gallery as pictures

    figures = {
        "survival-fan": pictures.survival_fan(swept),
        **{f"histogram-{name}": pictures.histogram(swept, name) for name in pictures.histograms(swept)},
    }
    made: list[Path] = []
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            for suffix, picture in (("png", pictures.png(figure)), ("svg", pictures.svg(figure).encode("utf-8"))):
                made.append(Path(folder, f"{name}.{suffix}"))
                made[-1].write_bytes(picture)
    except OSError as error:
        raise PictureNotWritten(f"{folder}: the pictures cannot be written ({error.strerror})") from None
    return tuple(made)
