"""A sweep on disk: the pieces done so far, which survive being killed at any moment, and the finished Parquet file.

Pieces are kept in an SQLite file beside the finished one, each written whole or not at all. The finished file is made
from them in the order of their numbers, so that it does not tell when, where or in which order they were done.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from servanda import files
from servanda.files import NotSaved, why
from servanda.uncertainty.sweeps._rows import arrow

LONGEST = 255  # bytes of a name that file systems take
ROWS = 65_536  # of a row group of the finished file: what is in memory while it is written
KEY = b"servanda"  # under which the finished file's metadata stands
SUM = b"servanda-sha256"  # and the checksum of the file, taken with zeros in the checksum's own place
_ZEROS = b"0" * 64
_MARK = SUM + b"\x18\x40"  # as Parquet writes it: the name, then that a text follows, and its length
_OURS = b"\x18\x08" + KEY + b"\x18"
_LARGEST_FOOTER = 1 << 28  # bytes


class NotSwept(NotSaved):
    """A sweep that cannot be begun, gone on with or read, with what to do."""


def unfinished(path: Path) -> Path:
    """Where the pieces of a sweep are kept until it is finished."""
    name, most = path.name, LONGEST - len(".unfinished-journal")
    if len(os.fsencode(name)) > most:
        short = os.fsencode(name)[: most - 9].decode("utf-8", "ignore")
        name = f"{short}-{hashlib.sha256(os.fsencode(name)).hexdigest()[:8]}"
    return path.with_name(name + ".unfinished")


@contextmanager
def kept(path: Path, about: dict[str, Any], *, anew: bool = False) -> Generator[sqlite3.Connection]:
    """The pieces done so far, in a file that no other process may use for as long as the block lasts.

    Parameters
    ----------
    path : Path
        Of the finished file.
    about : dict
        What is swept; written into a new file.
    anew : bool
        Forget the pieces that are there.

    Raises
    ------
    NotSwept
        If the file cannot be written or read, or is in use.
    """
    file = unfinished(path)
    try:
        _make(file, anew)
        store = sqlite3.connect(file, isolation_level=None, timeout=0.0, check_same_thread=False)
        try:
            store.execute("PRAGMA locking_mode = EXCLUSIVE")
            store.execute("BEGIN EXCLUSIVE")
            if not file.exists():
                raise NotSwept(f"{path}: another sweep has just been finished here. Look at it, or give another --out")
            store.execute("CREATE TABLE IF NOT EXISTS about (text TEXT NOT NULL)")
            store.execute(
                "CREATE TABLE IF NOT EXISTS summed (number INTEGER PRIMARY KEY, sum BLOB NOT NULL, rows BLOB NOT NULL)"
            )
            if anew:
                store.execute("DELETE FROM about")
                store.execute("DELETE FROM summed")
            if store.execute("SELECT count(*) FROM about").fetchone() == (0,):
                store.execute("INSERT INTO about VALUES (?)", (json.dumps(about),))
            store.execute("COMMIT")
            yield store
        finally:
            store.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise NotSwept(f"{file}: another sweep is writing this file. Wait for it, or give another --out") from None
        raise NotSwept(
            f"{file}: servanda cannot write it ({error}). Check the space and the permissions, then --resume"
        ) from None
    except sqlite3.DatabaseError as error:
        damaged = "malformed" in str(error)
        raise NotSwept(
            f"{file}: this unfinished sweep is damaged. Start again with --replace"
            if damaged
            else f"{file}: this is not an unfinished sweep. Delete it, or give another --out"
        ) from None


def _make(file: Path, anew: bool) -> None:
    """Make the file of the pieces if there is none; one that is there but is no such file goes, if all is made anew."""
    if file.is_symlink():
        raise NotSwept(f"{file}: this is a link, and pieces of a sweep are kept in a file. Delete it")
    try:
        if anew and file.is_file() and file.read_bytes()[:6] not in (b"", b"SQLite"):
            forget(file)
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        os.close(os.open(file, flags, 0o666))
    except OSError as error:
        raise NotSwept(f"{file}: servanda cannot write it ({why(error)}). Give another --out") from None


def forget(file: Path) -> None:
    """Delete a file of pieces."""
    for each in (file, file.with_name(file.name + "-journal")):
        each.unlink(missing_ok=True)


def begun(store: sqlite3.Connection, file: Path) -> dict[str, Any]:
    """What is being swept, as written when it was begun."""
    try:
        found: Any = json.loads(store.execute("SELECT text FROM about").fetchone()[0])
    except (ValueError, TypeError, sqlite3.OperationalError):  # no JSON, no text, no letters
        found = None
    if not isinstance(found, dict):
        raise NotSwept(f"{file}: this unfinished sweep is damaged. Start again with --replace")
    return cast("dict[str, Any]", found)


def _sum(about: bytes, number: int, rows: bytes) -> bytes:
    """Checksum of a piece at its place in its sweep."""
    return hashlib.sha256(b"%d %d %d %s" % (number, len(rows), len(about), about) + rows).digest()


def _about(store: sqlite3.Connection) -> bytes:
    return str(store.execute("SELECT text FROM about").fetchone()[0]).encode()


def keep(store: sqlite3.Connection, number: int, rows: bytes) -> None:
    """Keep a piece that is done."""
    store.execute("INSERT INTO summed VALUES (?, ?, ?)", (number, _sum(_about(store), number, rows), rows))


def done(store: sqlite3.Connection) -> set[int]:
    """Numbers of the pieces that are done; those that are not as they were written are deleted, to be made again."""
    about, whole, bad = _about(store), set[int](), list[tuple[int]]()
    for number, sum_of, rows in store.execute("SELECT number, sum, rows FROM summed"):
        if isinstance(rows, bytes) and _sum(about, number, rows) == sum_of:
            whole.add(number)
        else:
            bad.append((number,))
    store.executemany("DELETE FROM summed WHERE number = ?", bad)
    return whole


def pieces(store: sqlite3.Connection, file: Path) -> Iterator[bytes]:
    """All pieces, in the order of their numbers.

    Raises
    ------
    NotSwept
        If one is not as it was written.
    """
    about = _about(store)
    for number, sum_of, rows in store.execute("SELECT number, sum, rows FROM summed ORDER BY number"):
        if _sum(about, number, rows) != sum_of:
            raise NotSwept(f"{file}: a piece of this sweep has been damaged. Have it made again with --resume")
        yield rows


def write(path: Path, found: Iterable[bytes], schema: Any, about: dict[str, Any]) -> None:
    """Write the finished file, which appears under its name only when it is whole.

    Parameters
    ----------
    found : iterable of bytes
        The pieces in order.
    about : dict
        Kept in the file, as JSON.

    Raises
    ------
    NotSwept
        If it cannot be written.
    """
    pa, pq = arrow(), arrow("pyarrow.parquet")

    words = [field.name for field in schema if pa.types.is_dictionary(field.type)]
    said = {KEY: json.dumps(about).encode()}
    with files.writing(path, kind=NotSwept) as stream:
        with pq.ParquetWriter(
            stream, schema.with_metadata(said), compression="zstd", use_dictionary=words, write_page_checksum=True
        ) as file:
            for group in _groups(found):
                file.write_table(group, row_group_size=ROWS)
            file.add_key_value_metadata({SUM: _ZEROS})
        place = _sum_place(stream)
        assert place is not None
        found_sum = _sum_of(stream, place)
        stream.seek(place)
        stream.write(found_sum)


def _groups(found: Iterable[bytes]) -> Iterator[Any]:
    """Put pieces together to row groups."""
    waiting: list[Any] = []
    for rows in found:
        waiting.append(arrow().ipc.open_stream(rows).read_all())
        if sum(part.num_rows for part in waiting) >= ROWS:
            yield arrow().concat_tables(waiting).unify_dictionaries()
            waiting = []
    if waiting:
        yield arrow().concat_tables(waiting).unify_dictionaries()


def read_about(path: Path) -> dict[str, Any]:
    """What a finished file says about itself, after a look at its checksum.

    Raises
    ------
    NotSwept
        If there is no such file, if it is none of a sweep, or if it is damaged.
    """
    pa, pq = arrow(), arrow("pyarrow.parquet")

    try:
        check_sum(path)
        metadata: dict[bytes, bytes] = pq.read_metadata(path).metadata or {}
        about: Any = json.loads(metadata.get(KEY, b"null"))
    except FileNotFoundError:
        more = (
            f". The sweep is not finished. Continue it with --resume ({unfinished(path)})"
            if unfinished(path).exists()
            else ""
        )
        raise NotSwept(f"{path}: there is no such file{more}") from None
    except (OSError, ValueError, pa.ArrowException):
        raise NotSwept(
            f"{path}: servanda cannot read this as a Parquet file. Name one that 'servanda sweep' wrote"
        ) from None
    if not isinstance(about, dict):
        raise NotSwept(f"{path}: 'servanda sweep' did not write this file. Name one that it wrote")
    return cast("dict[str, Any]", about)


def check_sum(path: Path) -> None:
    """Read a table once, and compare it with its checksum; one that servanda did not write may have none.

    Raises
    ------
    NotSwept
        If it is not as it was written.
    OSError
        If it cannot be read.
    """
    with path.open("rb") as stream:
        place = _sum_place(stream)
        if place is None and _OURS not in _footer(stream):
            return
        stream.seek(place or 0)
        if place is None or stream.read(len(_ZEROS)) != _sum_of(stream, place):
            raise NotSwept(
                f"{path}: this table is damaged: it is not as 'servanda sweep' wrote it. Make it again: servanda sweep"
            )


def _footer(stream: BinaryIO) -> bytes:
    """What a Parquet file says about itself, at its end."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - 8))
    length = min(int.from_bytes(stream.read(4), "little") + 8, size, _LARGEST_FOOTER)
    stream.seek(size - length)
    return stream.read(length)


def _sum_place(stream: BinaryIO) -> int | None:
    """Where in a Parquet file its checksum stands."""
    footer = _footer(stream)
    found = footer.rfind(_MARK)
    return None if found < 0 else stream.tell() - len(footer) + found + len(_MARK)


def _sum_of(stream: BinaryIO, place: int) -> bytes:
    """Checksum of a whole file, with zeros where the checksum stands."""
    found, rest = hashlib.sha256(), place
    stream.seek(0)
    while rest and (part := stream.read(min(rest, 1 << 20))):
        found.update(part)
        rest -= len(part)
    found.update(_ZEROS)
    stream.seek(place + len(_ZEROS))
    while part := stream.read(1 << 20):
        found.update(part)
    return found.hexdigest().encode()


def rows(path: Path) -> Any:
    """Read all rows of a table as Arrow has them, with a look at its checksums if it has any.

    Raises
    ------
    NotSwept
        If it cannot be read, with the reason in brackets.
    """
    pa, pq = arrow(), arrow("pyarrow.parquet")
    try:
        check_sum(path)
        return pq.read_table(path, page_checksum_verification=True)
    except (OSError, ValueError, pa.ArrowException) as error:
        first = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise NotSwept(f"{path}: this is not a table of draws ({first})") from None
