"""A folder that reports or pictures are written into: which files in it are ours, and which agreement they are about.

A hidden file in it lists what was written. What is written again leaves no old files behind, and nothing is replaced or
deleted that is not listed.
"""

from __future__ import annotations

import json
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from servanda.agreement.format.agreement import Agreement
from servanda.english import printable
from servanda.errors import UsageError
from servanda.files import real, save, save_all

LIST = ".servanda.json"
LONGEST = 100  # bytes of a file's name without its ending; file systems take some 255, and some encodings need more
_OURS = re.compile(r"(?:figures/)?[^./\\][^/\\]*\.(?:svg|png|html)")
_RESERVED = re.compile("(?:con|prn|aux|nul|com[0-9]|lpt[0-9])", re.IGNORECASE)  # no file of Windows has such a name


@dataclass(frozen=True)
class Written:
    """What was written into a folder.

    Attributes
    ----------
    title : str
        Of the agreement.
    file : str or None
        Of the agreement, as seen from the folder.
    sha256 : str or None
        Of that file.
    files : dict[str, str]
        What was written: hashes by name.
    """

    title: str
    file: str | None
    sha256: str | None
    files: dict[str, str] = field(default_factory=dict[str, str])


def check_contents(folder: str | Path, what: str, agreement: Agreement | None) -> None:
    """Refuse a folder with files about another agreement, or with a report that is not ours.

    Parameters
    ----------
    what : str
        What is to be written: `report`, or the type of the result that is drawn.
    agreement : Agreement, optional

    Raises
    ------
    UsageError
    """
    there, place = _listed(Path(folder)), Path(folder)
    for one in there.values():
        if agreement is not None and not _same(one, _about(place, agreement), place):
            file = f" ({printable(one.file)})" if one.file else ""
            raise UsageError(
                f"{folder}: this folder holds files about another agreement, “{printable(one.title)}”{file}. Choose"
                f" another folder, or delete those files and {LIST}"
            )
    if what == "report":
        _refuse_others(place, there, ["report.html"])


def put(folder: str | Path, what: str, agreement: Agreement | None, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, and delete those that were written for the same before and are no longer needed.

    Parameters
    ----------
    what, agreement
        As for `check_contents`.
    contents : dict of bytes
        By name, `/` between folders. The first is put in place last.

    Returns
    -------
    list of Path

    Raises
    ------
    UsageError
        If something else is there that would be lost. Nothing is written then.
    NotSaved
        If it cannot be written.
    """
    place = Path(folder)
    check_contents(place, what, agreement)
    there = _listed(place)
    _refuse_others(place, there, contents)
    old = there.get(what, Written("", None, None)).files
    new = {name: sha256(content).hexdigest() for name, content in contents.items()}
    made = Written("", None, None, new) if agreement is None else _about(place, agreement, new)
    both = Written(made.title, made.file, made.sha256, {**old, **new})
    save_all({**{place / name: content for name, content in contents.items()}, place / LIST: _text(there, what, both)})
    kept = {file for other, one in there.items() if other != what for file in one.files}
    for name in old.keys() - new.keys() - kept:
        _delete(place / name, old[name])
    if old.keys() - new.keys():
        save(place / LIST, _text(there, what, made))
    return [place / name for name in contents]


def file_names(wanted: Iterable[str]) -> list[str]:
    """Names of files for some words, in their order: such as every file system takes, and no two alike.

    Examples
    --------
    >>> file_names(["calendar-a", "calendar-A", "../b", "aux"])
    ['calendar-a', 'calendar-A-2', 'b', 'aux-']
    """
    taken: set[str] = set()
    names: list[str] = []
    for words in wanted:
        plain = re.sub(r"[^\w.+-]+", "-", unicodedata.normalize("NFC", words)).strip("-.") or "figure"
        if len(plain.encode()) > LONGEST:
            short = plain.encode()[: LONGEST - 9].decode("utf-8", "ignore")
            plain = f"{short}-{sha256(words.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
        if _RESERVED.fullmatch(plain.partition(".")[0]):
            plain += "-"
        name, number = plain, 1
        while name.casefold() in taken:  # some file systems do not tell A from a
            number += 1
            name = f"{plain}-{number}"
        taken.add(name.casefold())
        names.append(name)
    return names


# ------------------------------------------------------------------------------------------------ what is there


def _about(place: Path, agreement: Agreement, files: dict[str, str] | None = None) -> Written:
    origin, file = agreement.origin, None
    if origin is not None and origin.path:
        path = real(origin.path)
        try:
            file = Path(os.path.relpath(path, real(place))).as_posix()
        except ValueError:  # on another drive
            file = path.as_posix()
    return Written(agreement.title, file, origin.sha256 if origin else None, files or {})


def _same(old: Written, new: Written, place: Path) -> bool:
    """Whether both are about the same agreement: the same file or the same text; or one that was moved."""
    if old.sha256 is not None and old.sha256 == new.sha256:
        return True
    if old.file is None or new.file is None:
        return old.title == new.title or not old.title
    return old.file == new.file or (old.title == new.title and not (place / old.file).exists())


def _listed(place: Path) -> dict[str, Written]:
    """What was written into a folder, by what it was; nothing if there is no list."""
    path = place / LIST
    try:
        made: dict[str, Any] = json.loads(path.read_bytes())
        found = {what: Written(**one) for what, one in made.items()}
        wrong = any(not isinstance(one.title, str) or not isinstance(one.files, dict) for one in found.values())  # pyright: ignore
        wrong = wrong or any(not _OURS.fullmatch(name) or ".." in name for one in found.values() for name in one.files)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise UsageError(f"{path}: this list of what was written cannot be read ({error.strerror})") from None
    except (ValueError, TypeError, AttributeError):
        wrong, found = True, {}
    if wrong:
        raise UsageError(
            f"{path}: this list of what was written into the folder is damaged. Choose another folder, or delete the"
            " list and what was written"
        )
    return found


def _refuse_others(place: Path, there: Mapping[str, Written], names: Iterable[str]) -> None:
    """Refuse to write over what is not listed."""
    ours = {name for one in there.values() for name in one.files}
    for name in names:
        if name not in ours and os.path.lexists(place / name):
            raise UsageError(
                f"{place / name}: this file would be lost. It is not in the list of what servanda wrote into this"
                " folder. Choose another folder, or move the file"
            )


def _delete(path: Path, digest: str) -> None:
    """Delete a file of ours, if it still is what was written, and no link."""
    if path.is_symlink() or path.parent.is_symlink() or not path.is_file():
        return
    if sha256(path.read_bytes()).hexdigest() == digest:
        path.unlink()


def _text(there: Mapping[str, Written], what: str, made: Written) -> bytes:
    every = {**{name: asdict(one) for name, one in there.items()}, what: asdict(made)}
    return (json.dumps(every, indent=1, sort_keys=True) + "\n").encode()
