"""A sweep on disk: the pieces done so far, which survive being killed at any moment, and the finished Parquet file.

Pieces are kept in an SQLite file beside the finished one, each written whole or not at all. The finished file is made
from them in the order of their numbers, so that it does not tell when, where or in which order they were done.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servanda.errors import ServandaError
from servanda.uncertainty.sweeps._rows import arrow

ROWS = 65_536  # of a row group of the finished file: what is in memory while it is written
KEY = b"servanda"  # under which the finished file's metadata stands


class NotSwept(ServandaError):
    """A sweep that cannot be begun, gone on with or read, with what to do."""


def unfinished(path: Path) -> Path:
    """Where the pieces of a sweep are kept until it is finished."""
    return path.with_name(path.name + ".unfinished")


def forget(path: Path) -> None:
    """Delete the pieces that were kept for a file."""
    for file in (unfinished(path), unfinished(path).with_name(unfinished(path).name + "-journal")):
        file.unlink(missing_ok=True)


@contextmanager
def kept(path: Path, about: dict[str, Any]) -> Generator[sqlite3.Connection]:
    """The pieces done so far, in a file that no other process may use for as long as the block lasts.

    Parameters
    ----------
    path : Path
        Of the finished file.
    about : dict
        What is swept; written into a new file.

    Raises
    ------
    NotSwept
        If the file cannot be written or read, or is in use.
    """
    file = unfinished(path)
    try:
        store = sqlite3.connect(file, isolation_level=None, timeout=0.0, check_same_thread=False)
        try:
            store.execute("PRAGMA locking_mode = EXCLUSIVE")
            store.execute("BEGIN EXCLUSIVE")
            store.execute("CREATE TABLE IF NOT EXISTS about (text TEXT NOT NULL)")
            store.execute("CREATE TABLE IF NOT EXISTS pieces (number INTEGER PRIMARY KEY, rows BLOB NOT NULL)")
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
    except sqlite3.DatabaseError:
        raise NotSwept(f"{file}: this is not an unfinished sweep. Delete it, or give another --out") from None


def begun(store: sqlite3.Connection) -> dict[str, Any]:
    """What is being swept, as written when it was begun."""
    return json.loads(store.execute("SELECT text FROM about").fetchone()[0])


def keep(store: sqlite3.Connection, number: int, rows: bytes) -> None:
    """Keep a piece that is done."""
    store.execute("INSERT INTO pieces VALUES (?, ?)", (number, rows))


def done(store: sqlite3.Connection) -> set[int]:
    """Numbers of the pieces that are done."""
    return {number for (number,) in store.execute("SELECT number FROM pieces")}


def pieces(store: sqlite3.Connection) -> Iterator[bytes]:
    """All pieces, in the order of their numbers."""
    for (rows,) in store.execute("SELECT rows FROM pieces ORDER BY number"):
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
    half = path.with_name(path.name + ".writing")
    try:
        with pq.ParquetWriter(
            half, schema.with_metadata({KEY: json.dumps(about).encode()}), compression="zstd", use_dictionary=words
        ) as file:
            for group in _groups(found):
                file.write_table(group, row_group_size=ROWS)
        with half.open("rb+") as whole:
            os.fsync(whole.fileno())
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise NotSwept(
            f"{path}: servanda cannot write it ({error.strerror or error}). Check the space and the permissions"
        ) from None


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
    """What a finished file says about itself.

    Raises
    ------
    NotSwept
        If there is no such file, or if it is none of a sweep.
    """
    pa, pq = arrow(), arrow("pyarrow.parquet")

    try:
        metadata: dict[bytes, bytes] = pq.read_schema(path).metadata or {}
    except FileNotFoundError:
        more = (
            f". The sweep is not finished. Continue it with --resume ({unfinished(path)})"
            if unfinished(path).exists()
            else ""
        )
        raise NotSwept(f"{path}: there is no such file{more}") from None
    except (OSError, pa.ArrowInvalid):
        raise NotSwept(
            f"{path}: servanda cannot read this as a Parquet file. Name one that 'servanda sweep' wrote"
        ) from None
    if KEY not in metadata:
        raise NotSwept(f"{path}: 'servanda sweep' did not write this file. Name one that it wrote")
    return json.loads(metadata[KEY])
