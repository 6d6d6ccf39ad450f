"""Files written whole or not at all: what was there stays until what is new is on the disk.

New content goes into a file beside its place, whose name nobody can guess, and then takes its place. Owner, group, mode
and extended attributes of what was there are kept. A file that has several names (hard links), or whose owner cannot be
kept, is written in place, and a copy of what was in it stays beside it until that is done.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from servanda.errors import ServandaError

PATIENCE = 5.0  # seconds to wait for another program that has locked a file
ROOM = 4096  # bytes that are written to see whether there is room
_MOST_LINKS = 40
_OPEN = sum(getattr(os, name, 0) for name in ("O_CLOEXEC", "O_NOFOLLOW", "O_BINARY"))

_ROOM, _RIGHT, _NAME = "Make room, or choose another place", "Choose another place", "Give another name"
_REASONS = {
    errno.ENOSPC: ("the disk is full", _ROOM),
    getattr(errno, "EDQUOT", -2): ("your share of the disk is used up", _ROOM),
    errno.EFBIG: ("it would be larger than files may be here", _ROOM),
    errno.EROFS: ("the disk can only be read", _RIGHT),
    errno.EACCES: ("you have no permission to write here", _RIGHT),
    errno.EPERM: ("you have no permission to write here", _RIGHT),
    errno.ENOENT: ("there is no such folder", "Make it, or choose another place"),
    errno.ENOTDIR: ("a part of this path is a file, not a folder", _RIGHT),
    errno.ENAMETOOLONG: ("the name is too long", _NAME),
    errno.EISDIR: ("this is a folder", _NAME),
    errno.ENXIO: ("nobody reads from this pipe", _RIGHT),
    errno.EEXIST: ("there is something else of this name", _NAME),
    errno.ELOOP: ("a part of this path is a link that leads nowhere", _NAME),
}


class NotSaved(ServandaError):
    """A file that could not be written; what was there is as it was.

    Attributes
    ----------
    found : tuple
        Results that should have been written there.
    """

    found: tuple[Any, ...] = ()


def why(error: OSError) -> str:
    """Say in words what was in the way of writing."""
    return _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))[0]


def real(path: str | Path) -> Path:
    """The absolute path without links, also of what is not there; of links that lead in a circle, as it is."""
    return Path(os.path.realpath(path))


def check_place(path: str | Path, kind: type[ServandaError] = NotSaved) -> None:
    """Refuse a place where no file could be written, before anything is worked out for it.

    Parameters
    ----------
    path : path
        A file that is there has to be one that may be changed.
    kind : class of ServandaError
        What is raised.

    Raises
    ------
    NotSaved, or what was given
        If the folder is not there, if nothing can be written there, or if what is there cannot be replaced.
    """
    with _named(path, kind):
        target = _target(Path(path))
        there = _there(target)
        if there is not None and not stat.S_ISREG(there.st_mode):
            return
        try:
            check_room(target.parent)
        except PermissionError:
            if there is None:  # else it can be written in place
                raise


def check_room(folder: Path) -> None:
    """Write something into a folder, and delete it again.

    Raises
    ------
    OSError
        If that cannot be done.
    """
    half, stream = _beside(folder, 0o600)
    try:
        with stream:
            stream.write(bytes(ROOM))
            _flush(stream)
    finally:
        half.unlink()


def save(path: str | Path, content: bytes, *, kind: type[ServandaError] = NotSaved) -> Path:
    """Write a file, or leave what is there as it is.

    Parameters
    ----------
    path : path
        A link of the user's own is followed.
    content : bytes
    kind : class of ServandaError
        What is raised.

    Returns
    -------
    Path
        As given.

    Raises
    ------
    NotSaved, or what was given
        If it cannot be written.
    """
    with writing(path, kind=kind) as stream:
        stream.write(content)
    return Path(path)


def save_all(contents: Mapping[Path, bytes]) -> None:
    """Write several files, all of them first beside their places; missing folders are made.

    Raises
    ------
    NotSaved
        If one cannot be written. If that comes out before the first takes its place, all are as they were.
    """
    with ExitStack() as stack:
        for path, content in contents.items():
            with _named(path, NotSaved):
                stack.enter_context(folder_for(path))
            stream = stack.enter_context(writing(path))
            with _named(path, NotSaved), stream:
                stream.write(content)
                _flush(stream)


@contextmanager
def folder_for(path: Path) -> Generator[None]:
    """Make the folder of a file if it is missing; of what was made, nothing stays that is empty at the end."""
    made = [each for each in path.parents if not each.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield
    finally:
        for each in made:
            with suppress(OSError):
                each.rmdir()


def change(path: str | Path, old: bytes, new: bytes, *, kind: type[ServandaError] = NotSaved) -> None:
    """Change what is in a file, if it still is what it was.

    Parameters
    ----------
    old, new : bytes
        What was read from it, and what is to be there. Another program that locks files, as servanda does, waits.

    Raises
    ------
    NotSaved, or what was given
        If something else is in the file by now, or if it cannot be written.
    """

    def same(target: Path, number: int) -> None:
        now = target.stat()
        if not os.path.samestat(now, os.fstat(number)) or _content(number) != old:
            raise OSError(-1, "the file has changed since it was read. Run the command again")

    with writing(path, kind=kind, last_look=same) as stream:
        stream.write(new)


def create(path: str | Path, content: bytes) -> None:
    """Write a new file, never over another.

    Raises
    ------
    FileExistsError
        If there is something of this name, be it a link that leads nowhere.
    OSError
        If it cannot be written. Nothing of it is left then.
    """
    target = Path(path)
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, "there is something of this name", str(path))
    half, stream = _beside(target.parent, 0o666)
    try:
        with stream:
            stream.write(content)
            _flush(stream)
        try:
            os.link(half, target)
        except FileExistsError:
            raise
        except OSError:  # a file system without hard links: take the name first
            os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN, 0o666))
            os.replace(half, target)  # noqa: PTH105 - one system call
    finally:
        with suppress(OSError):
            half.unlink()


@contextmanager
def writing(
    path: str | Path,
    *,
    kind: type[ServandaError] = NotSaved,
    last_look: Callable[[Path, int], None] | None = None,
) -> Generator[BinaryIO]:
    """Open a file to write to, which takes its place at the end of the block, if that comes without an exception.

    Parameters
    ----------
    path : path
    kind : class of ServandaError
        What is raised.
    last_look : function of the file that is there and of a number under which it is open, optional
        Called while the file is locked, right before it is replaced; it raises an OSError to leave it as it is.

    Yields
    ------
    stream
        Of bytes.

    Raises
    ------
    NotSaved, or what was given
        If it cannot be written.
    """
    with _named(path, kind):
        target = _target(Path(path))
        there = _there(target)
        if there is not None and not stat.S_ISREG(there.st_mode):  # such as /dev/null
            with _device(target) as stream:
                yield stream
            return
        try:
            half, stream = _beside(target.parent, 0o666 if there is None else 0o600)
        except PermissionError:
            if there is None:
                raise
            half, stream = _beside(_elsewhere(), 0o600)
        try:
            with stream:
                yield stream
                if not stream.closed:
                    _flush(stream)
            if there is None:
                os.replace(half, target)  # noqa: PTH105 - one system call, all or nothing
            else:
                _into_place(half, target, last_look)
            _flush_folder(target.parent)
        finally:
            with suppress(OSError):
                half.unlink()


# ------------------------------------------------------------------------------------------------ what is there


@contextmanager
def _named(path: str | Path, kind: type[ServandaError]) -> Generator[None]:
    """Say which file could not be written, and why."""
    try:
        yield
    except OSError as error:
        reason, hint = _REASONS.get(error.errno or 0, (error.strerror or str(error), ""))
        raise kind(f"{path}: nothing is written: {reason}{hint and '. '}{hint}") from None


def _target(path: Path) -> Path:
    """Follow links, save those that somebody else may have laid for the user where all may write, as in /tmp."""
    for _ in range(_MOST_LINKS):
        try:
            link = path.lstat()
        except FileNotFoundError:
            break
        if not stat.S_ISLNK(link.st_mode):
            break
        folder = path.parent.stat()
        if hasattr(os, "geteuid") and folder.st_mode & 0o022 and link.st_uid not in (os.geteuid(), folder.st_uid):
            raise OSError(-1, "this is a link that another user has made. Choose another place")
        path = path.parent / path.readlink()
    else:
        raise OSError(errno.ELOOP, "too many links")
    return path


def _there(target: Path) -> os.stat_result | None:
    """Look at what is to be replaced; None if there is nothing."""
    try:
        found = target.lstat()
    except FileNotFoundError:
        if not target.parent.exists():
            raise
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "a folder")
    mine = hasattr(os, "geteuid") and found.st_uid == os.geteuid()
    if not found.st_mode & (0o200 if mine else 0o222) or not os.access(target, os.W_OK):
        raise OSError(-1, f"it is read-only. To let it be changed: chmod u+w {target.name}")
    return found


def _content(number: int) -> bytes:
    """Everything that is in an open file."""
    os.lseek(number, 0, os.SEEK_SET)
    parts = list[bytes]()
    while part := os.read(number, 1 << 20):
        parts.append(part)
    return b"".join(parts)


# ------------------------------------------------------------------------------------------------------ writing


def _beside(folder: Path, mode: int) -> tuple[Path, BinaryIO]:
    """Make a file of a name that nobody can guess, and that is no longer than others."""
    half = folder / f".servanda-{os.urandom(8).hex()}"
    number = os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL | _OPEN, mode)
    return half, os.fdopen(number, "w+b")


def _elsewhere() -> Path:
    """Where to write beside a file whose folder is closed to the user."""
    from tempfile import gettempdir

    return Path(gettempdir())


def _flush(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    """Put a new name on the disk, where that can be done."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def _device(target: Path) -> Generator[BinaryIO]:
    """Open what is no ordinary file; a pipe that nobody reads is none to wait for."""
    number = os.open(target, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | _OPEN)
    os.set_blocking(number, True)
    with os.fdopen(number, "wb") as stream:
        yield stream
        stream.flush()


def _into_place(half: Path, target: Path, last_look: Callable[[Path, int], None] | None) -> None:
    """Put a file that is whole in the place of another, or its content into it."""
    with ExitStack() as stack:
        old, new = (os.open(path, os.O_RDWR | getattr(os, "O_NONBLOCK", 0) | _OPEN) for path in (target, half))
        for number in (old, new):
            stack.callback(os.close, number)
        _lock(old)
        found = os.fstat(old)
        alike = found.st_nlink == 1 and half.parent == target.parent and _made_alike(new, old, found)
        if last_look is not None:
            last_look(target, old)
        try:
            if alike:
                if os.name == "nt":
                    stack.close()  # no open file is replaced there
                os.replace(half, target)  # noqa: PTH105 - one system call, all or nothing
                return
        except OSError as error:
            if error.errno not in (errno.EBUSY, errno.EXDEV):  # a file that is mounted by itself
                raise
        _over(old, new, target)


def _lock(number: int) -> None:
    """Keep other programs that lock files from changing this one at the same time, where the system can."""
    try:
        import fcntl
    except ImportError:
        return
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise OSError(-1, "another program has locked the file. Wait for it to end") from None
            time.sleep(0.05)
        except OSError:
            return  # a file system that has no locks


def _made_alike(new: int, old: int, found: os.stat_result) -> bool:
    """Give a file owner, group, mode and extended attributes of another; whether that could be done."""
    try:
        if hasattr(os, "fchown") and (os.fstat(new).st_uid, os.fstat(new).st_gid) != (found.st_uid, found.st_gid):
            os.fchown(new, found.st_uid, found.st_gid)
        if hasattr(os, "fchmod"):
            os.fchmod(new, stat.S_IMODE(found.st_mode))
        system: Any = os
        if hasattr(os, "listxattr"):
            wanted = {name: system.getxattr(old, name) for name in system.listxattr(old)}
            for name in system.listxattr(new):
                if name not in wanted:
                    system.removexattr(new, name)
            for name, value in wanted.items():
                if name not in system.listxattr(new) or system.getxattr(new, name) != value:
                    system.setxattr(new, name, value)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        return False
    return stat.S_IMODE(os.fstat(new).st_mode) == stat.S_IMODE(found.st_mode)


def _over(number: int, new: int, target: Path) -> None:
    """Write into a file that has to stay the same one; a copy of what was in it is kept until that is done."""
    old, content = _content(number), _content(new)
    try:
        copy, stream = _beside(target.parent, 0o600)
    except OSError:
        copy, stream = _beside(_elsewhere(), 0o600)
    done = False
    try:
        with stream:
            stream.write(old)
            _flush(stream)
        try:
            if len(content) > len(old) and hasattr(os, "posix_fallocate"):
                os.posix_fallocate(number, 0, len(content))  # sees that there is room, before anything is changed
            _put(number, content)
        except BaseException:
            try:
                _put(number, old)
            except OSError as error:
                done = True
                _lost(target, copy, error)
            raise
    finally:
        if not done:
            copy.unlink()


def _put(number: int, content: bytes) -> None:
    os.lseek(number, 0, os.SEEK_SET)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(number, rest) :]
    os.ftruncate(number, len(content))
    os.fsync(number)


def _lost(target: Path, copy: Path, error: OSError) -> NoReturn:
    """Say where what was in a file is, if neither the new nor the old content is whole in it."""
    raise NotSaved(f"{target}: the file is damaged ({why(error)}). What was in it is in {copy}: copy it back") from None
