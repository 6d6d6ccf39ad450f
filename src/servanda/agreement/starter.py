"""A commented agreement file to start from."""

from __future__ import annotations

import pathlib

from servanda import files


def starter_text() -> str:
    """Text of the starter file: a small invented agreement that says how to choose every kind of number."""
    return (pathlib.Path(__file__).parent / "starter.yaml").read_text(encoding="utf-8")


def new(path: str | pathlib.Path) -> pathlib.Path:
    """Write the starter file, never over another.

    Parameters
    ----------
    path : str or pathlib.Path
        Of the file to be written.

    Returns
    -------
    pathlib.Path
        The same.

    Raises
    ------
    FileExistsError
        If there is something of this name already; it is left as it is.
    FileNotFoundError
        If the folder does not exist.
    OSError
        If the file cannot be written for another reason.
    """
    file = pathlib.Path(path)
    text = starter_text()
    try:
        files.create(file, text.encode("utf-8"))
    except FileExistsError:
        what = "folder" if file.is_dir() else "file"
        raise FileExistsError(
            f"{path}: a {what} of this name already exists, and it was not changed. Choose another name."
        ) from None
    except FileNotFoundError:
        raise FileNotFoundError(f"{path}: there is no folder {file.parent}. Create it first.") from None
    except NotADirectoryError:
        raise NotADirectoryError(f"{path}: {file.parent} is a file, not a folder. Choose another place.") from None
    except PermissionError:
        raise PermissionError(
            f"{path}: you have no permission to write in {file.parent}. Choose another folder."
        ) from None
    except OSError as error:
        raise OSError(f"{path}: nothing is written: {files.why(error)}.") from None
    return file
