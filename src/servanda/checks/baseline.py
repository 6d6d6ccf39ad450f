"""A baseline: findings that a project knows and puts up with for now, so that only new ones speak.

The file has the fingerprints of the findings of each agreement, with their words for readers. Paths in it are relative
to its own folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, cast

from servanda.checks.findings import Findings, Known
from servanda.errors import UsageError
from servanda.files import real, save

VERSION = 1
MARK = "servanda-baseline"
LARGEST = 50_000_000  # bytes that are read


@dataclass(frozen=True)
class Baseline:
    """What a baseline file says.

    Attributes
    ----------
    path : str
        Of the file, as it was given.
    files : dict[str, tuple[Known, ...]]
        The known findings by the agreement's path, as the file has it.
    """

    path: str
    files: Mapping[str, tuple[Known, ...]]

    def of(self, agreement: str) -> tuple[Known, ...]:
        """The known findings of an agreement, by its path as it is given to `check`."""
        return self.files.get(beside(self.path, agreement), ())


class BaselineError(UsageError):
    """A baseline file that cannot be read."""


def beside(baseline: str, agreement: str) -> str:
    """Name an agreement by its path from the folder of the baseline; as it was given if there is no such file."""
    file, folder = Path(agreement), real(baseline).parent
    if not file.exists():
        return agreement  # from the catalogue, or from standard input
    try:
        return PurePath(os.path.relpath(real(file), folder)).as_posix()
    except ValueError:  # on another drive
        return real(file).as_posix()


def read_baseline(path: str) -> Baseline:
    """Read a baseline file.

    Raises
    ------
    BaselineError
        If it is not there, or is no baseline: with what is the matter, and how to write one.
    """
    write = f"servanda check FILES --write-baseline {path}"
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        raise BaselineError(f"{path}: there is no such baseline. Write one: {write}") from None
    except (OSError, ValueError) as error:
        words = getattr(error, "strerror", None) or error
        raise BaselineError(f"{path or 'an empty name'}: the baseline cannot be read ({words})") from None
    try:
        if len(content) > LARGEST:
            raise _WrongShape(f"it has more than {LARGEST // 1_000_000} MB")
        found = json.loads(content.decode("utf-8-sig"))
        files = _files(found)
    except (ValueError, RecursionError) as error:
        why = error if isinstance(error, _WrongShape) else "it is not JSON"
        again = f"Name another file; or, if it was one, delete it and write it anew: {write}"
        raise BaselineError(f"{path}: this is no baseline of servanda check: {why}. {again}") from None
    return Baseline(path, files)


class _WrongShape(ValueError):
    """JSON that is no baseline."""


def _files(found: Any) -> dict[str, tuple[Known, ...]]:
    if not isinstance(found, dict) or MARK not in found:
        raise _WrongShape(f"it lacks {MARK}")
    whole = cast("dict[str, Any]", found)
    version, files = whole[MARK], whole.get("files")
    if type(version) is not int or version != VERSION:
        raise _WrongShape(f"{MARK} is {json.dumps(version)[:20]}, and this servanda reads {VERSION}")
    if not isinstance(files, dict):
        raise _WrongShape("files is not a group of paths")
    return {path: _rows(path, rows) for path, rows in cast("dict[str, Any]", files).items()}


def _rows(path: str, rows: Any) -> tuple[Known, ...]:
    known: list[Known] = []
    for row in cast("list[Any]", rows) if isinstance(rows, list) else [None]:
        group = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
        words = [word for key in ("fingerprint", "code", "what") if isinstance(word := group.get(key), str)]
        if len(words) != 3:
            raise _WrongShape(f"under {path[:80]!r}, each finding needs a fingerprint, a code and what, in words")
        known.append(Known(*words))
    return tuple(known)


def baseline_text(found: Iterable[Findings], path: str, wanted: Collection[str], old: Baseline | None = None) -> str:
    """Write down what is found as a baseline.

    Parameters
    ----------
    found : iterable of Findings
        Of one agreement each; what comments silence is left out.
    path : str
        Where it will stand.
    wanted : collection of str
        Codes of the rules that were looked at.
    old : Baseline, optional
        What stands there now. Kept of it: agreements that are not among `found`, and findings of rules not looked at.

    Returns
    -------
    str
        To be written with `write_baseline`.
    """
    files = dict(old.files) if old is not None else {}
    for findings in found:
        origin = findings.agreement.origin
        name = beside(path, origin.path if origin is not None else "")
        kept = [each for each in files.get(name, ()) if each.code not in wanted]
        files[name] = (*kept, *(known for each in findings.found for known in each.parts))
    rows = {
        name: [{"fingerprint": each.fingerprint, "code": each.code, "what": each.what} for each in known]
        for name, known in sorted(files.items())
        if known
    }
    return json.dumps({MARK: VERSION, "files": rows}, indent=1, ensure_ascii=True) + "\n"


def write_baseline(path: str, text: str) -> Path:
    """Write a baseline file, whole or not at all.

    Raises
    ------
    NotSaved
        If nothing can be written there.
    """
    return save(path, text.encode("ascii"))
