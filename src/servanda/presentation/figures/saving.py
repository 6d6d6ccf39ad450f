"""Figures as files: the same bytes for the same result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda import files
from servanda.errors import need
from servanda.presentation.figures._letters import one_note
from servanda.presentation.figures.gallery import figures

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from servanda.result import Result


class PictureNotWritten(files.NotSaved):
    """A picture that could not be written."""


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
        If the name ends otherwise, or no file can be written there.
    """
    file = Path(path)
    if file.suffix not in (".png", ".svg"):
        raise PictureNotWritten(f"{path}: a picture is a .png or a .svg file. Give it such a name")
    if not file.parent.is_dir():
        raise PictureNotWritten(f"{path}: the picture cannot be written (there is no such folder). Check the folder")
    need("pictures", "A picture", "matplotlib")
    files.check_place(file, PictureNotWritten)


def picture_of(result: Result, path: str | Path, **which: Any) -> Path:
    """Draw a result into a file.

    Parameters
    ----------
    path : path
        Ends in .png or .svg; a file of this name is replaced.
    which
        As for `Result.plot`.

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
    return _written(result.plot(**which), Path(path))


def pictures_of(result: Result, folder: str | Path) -> tuple[Path, ...]:
    """Draw all figures of a result, each as .png and .svg.

    Parameters
    ----------
    folder : path
        Made if missing; files of the same names are replaced.

    Raises
    ------
    MissingExtra
        If what draws pictures is not installed.
    PictureNotWritten
        If they cannot be written.
    """
    need("pictures", "A picture", "matplotlib")
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PictureNotWritten(f"{folder}: the pictures cannot be written ({error.strerror})") from None
    made: list[Path] = []
    with one_note():
        for name, figure in figures.all_of(result):
            made += (_written(figure, place / f"{name}{suffix}") for suffix in (".png", ".svg"))
    return tuple(made)


def _written(figure: Figure, file: Path) -> Path:
    content = figures.png(figure) if file.suffix == ".png" else figures.svg(figure).encode("utf-8")
    return files.save(file, content, kind=PictureNotWritten)
