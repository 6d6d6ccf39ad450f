"""Keep compiled loops on disk, where nobody else can put or change them: to load them is to run them.

A file that is cut short, changed, or not the user's own counts as none. It is written whole under another name and then
renamed, so that processes that start at the same time do no harm to each other.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

_MARK = b"servanda loops 1\n"
_MOST_LINKS = 40


def place(name: str) -> tuple[Path | None, str]:
    """Make a folder of this name for compiled loops, in the user's cache or in `NUMBA_CACHE_DIR`.

    Returns
    -------
    folder : Path, optional
        None if there is none that can be written to, and by nobody else.
    reason : str
        Why not.
    """
    given = os.environ.get("NUMBA_CACHE_DIR")
    try:
        if given:
            wanted = Path(given)
        else:
            from platformdirs import user_cache_path

            wanted = user_cache_path("servanda", appauthor=False)
            if not wanted.is_absolute():  # a user without a home
                return None, "there is no folder for this user's caches"
        here = wanted.absolute() / name
        missing = [folder for folder in (here, *here.parents) if not os.path.lexists(folder)]
        if missing and (reason := distrust(missing[-1].parent)):
            return None, reason
        for folder in reversed(missing):
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
        if here.is_symlink():
            return None, f"{here} is a link"
        if reason := distrust(here.parent) or distrust(here):
            return None, reason
        with tempfile.TemporaryFile(dir=here):
            return here, ""
    except (OSError, RuntimeError) as error:
        where = getattr(error, "filename", None) or given or "the user's cache"
        return None, f"{where} cannot be used ({getattr(error, 'strerror', None) or error})"


def distrust(folder: Path) -> str:
    """Say why somebody else could change what is in a folder, or which folder it is; "" if only the user and root can.

    Followed from the root on, and along links: each folder on the way must belong to the user or to root, and others
    must not be able to write to it. Others may write to a folder on the way where they cannot rename what is not
    theirs (like /tmp).
    """
    if not hasattr(os, "geteuid"):
        return ""  # on Windows, the folders of a user are closed to others
    trusted = {0, os.geteuid()}
    absolute = folder.absolute()
    at, todo, links = Path(absolute.anchor), list(reversed(absolute.parts[1:])), 0
    while todo:
        part = todo.pop()
        if part == "..":
            at = at.parent
            continue
        here = at / part
        found = here.lstat()
        if found.st_uid not in trusted:
            return f"{here} belongs to another user"
        if stat.S_ISLNK(found.st_mode):
            links += 1
            if links > _MOST_LINKS:
                return f"{here} is a link that leads nowhere"
            target = here.readlink()
            at = Path(target.anchor) if target.is_absolute() else at
            todo.extend(reversed(target.parts[1:] if target.is_absolute() else target.parts))
            continue
        if not stat.S_ISDIR(found.st_mode):
            return f"{here} is not a folder"
        if _shared(found) and not (todo and found.st_mode & stat.S_ISVTX):
            return f"other users can write to {here}"
        at = here
    return ""


def _shared(found: os.stat_result) -> bool:
    """Whether others can write to it; a group that is the user's alone, as some systems make one, is no others."""
    if found.st_mode & stat.S_IWOTH:
        return True
    if not found.st_mode & stat.S_IWGRP:
        return False
    import grp
    import pwd

    try:
        me, group = pwd.getpwuid(os.geteuid()), grp.getgrgid(found.st_gid)
    except KeyError:
        return True
    return not (group.gr_gid == me.pw_gid and group.gr_name == me.pw_name and set(group.gr_mem) <= {me.pw_name})


def read(file: Path) -> tuple[dict[str, Any], bytes] | None:
    """Read what `write` has written.

    Returns
    -------
    header, code : tuple, optional
        None if there is no such file, it is not whole, or others could have written to it.
    """
    flags = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))
    try:
        with open(os.open(file, flags), "rb") as stream:  # noqa: PTH123 - the same file is looked at and read
            found = os.fstat(stream.fileno())
            if not stat.S_ISREG(found.st_mode):
                return None
            if hasattr(os, "geteuid") and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
                return None
            mark, sum_of, rest = stream.read(len(_MARK)), stream.read(32), stream.read()
    except OSError:
        return None
    if mark != _MARK or hashlib.sha256(rest).digest() != sum_of:
        return None
    line, _, code = rest.partition(b"\n")
    return json.loads(line), code


def write(file: Path, header: dict[str, Any], code: bytes) -> None:
    """Keep machine code, with what there is to know about it; if that does not work, nothing is kept."""
    rest = json.dumps(header).encode() + b"\n" + code
    with suppress(OSError):
        number, name = tempfile.mkstemp(dir=file.parent, prefix="new-")
        try:
            with os.fdopen(number, "wb") as stream:
                stream.write(_MARK + hashlib.sha256(rest).digest() + rest)
            Path(name).replace(file)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
