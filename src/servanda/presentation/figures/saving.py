"""Figures as files: the same bytes for the same result."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from servanda import files
from servanda.errors import need
from servanda.presentation.figures._letters import one_note
from servanda.presentation.figures.gallery import figures
from servanda.presentation.folders import check_contents, file_names, put

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from servanda.agreement.format.agreement import Agreement
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
    return files.save(path, _content(result.plot(**which), Path(path).suffix), kind=PictureNotWritten)


def pictures_of(result: Result, folder: str | Path, agreement: Agreement | None = None) -> tuple[Path, ...]:
    """Draw all figures of a result, each as .png and .svg.

    Parameters
    ----------
    folder : path
        Made if missing. Pictures of such a result that were written into it before are replaced.
    agreement : Agreement, optional
        Which the result is about, if that does not say so itself.

    Raises
    ------
    MissingExtra
        If what draws pictures is not installed.
    UsageError
        If the folder holds pictures about another agreement, or files of such names that are not ours.
    PictureNotWritten
        If they cannot be written.
    """
    need("pictures", "A picture", "matplotlib")
    about = getattr(result, "agreement", None) if agreement is None else agreement
    what = type(result).__name__.lower()
    check_contents(folder, what, about)
    if os.path.lexists(folder) and not Path(folder).is_dir():
        raise PictureNotWritten(f"{folder}: the pictures cannot be written: this is not a folder. Choose another place")
    made: dict[str, bytes] = {}
    with one_note():
        drawn = dict(figures.all_of(result))
        for name, figure in zip(file_names(drawn), drawn.values(), strict=True):
            made |= {f"{name}{suffix}": _content(figure, suffix) for suffix in (".png", ".svg")}
    try:
        return tuple(put(folder, what, about, made))
    except files.NotSaved as error:
        raise PictureNotWritten(str(error)) from None


def _content(figure: Figure, suffix: str) -> bytes:
    return figures.png(figure) if suffix == ".png" else figures.svg(figure).encode("utf-8")
