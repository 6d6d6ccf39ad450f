"""Sweeps whose files are damaged, or used by two at once: no wrong number, and nothing lost."""

from __future__ import annotations

import io
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.commands import commands
from support.plain_starter import new

import servanda
from servanda.uncertainty.sweeps._store import NotSwept, read_about, unfinished, write
from servanda.uncertainty.sweeps.sweep import read_rows, read_sweep, sweep

PLAN, DRAWS = "at-once", 300


@pytest.fixture(scope="module")
def agreement(tmp_path_factory: pytest.TempPathFactory) -> servanda.Agreement:
    return servanda.read(new(tmp_path_factory.mktemp("text") / "starter.yaml"))


@pytest.fixture(scope="module")
def whole(agreement: servanda.Agreement, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.parquet"
    sweep(agreement, PLAN, DRAWS, seed=3, path=path)
    return path


@pytest.fixture
def half(agreement: servanda.Agreement, tmp_path: Path) -> Path:
    """A sweep of five pieces that was stopped after four."""
    path = tmp_path / "out.parquet"

    def stop(_: str, share: float) -> None:
        if share > 0.7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(agreement, PLAN, DRAWS, seed=3, path=path, workers=1, progress=stop)
    assert len(numbers(path)) == 4
    return path


def numbers(path: Path) -> list[int]:
    store = sqlite3.connect(unfinished(path))
    try:
        return [number for (number,) in store.execute("SELECT number FROM summed ORDER BY number")]
    finally:
        store.close()


def change(path: Path, *orders: tuple[str, Any]) -> None:
    store = sqlite3.connect(unfinished(path))
    try:
        for order, values in orders:
            store.execute(order, values)
        store.commit()
    finally:
        store.close()


def one_bit(path: Path) -> None:
    store = sqlite3.connect(unfinished(path))
    rows = bytearray(store.execute("SELECT rows FROM summed WHERE number = 1").fetchone()[0])
    store.close()
    rows[len(rows) // 2] ^= 1
    change(path, ("UPDATE summed SET rows = ? WHERE number = 1", (bytes(rows),)))


def cut(path: Path) -> None:
    change(path, ("UPDATE summed SET rows = substr(rows, 1, 100) WHERE number = 1", ()))


def swapped(path: Path) -> None:
    change(
        path,
        ("UPDATE summed SET number = 99 WHERE number = 1", ()),
        ("UPDATE summed SET number = 1 WHERE number = 2", ()),
        ("UPDATE summed SET number = 2 WHERE number = 99", ()),
    )


def emptied(path: Path) -> None:
    change(path, ("UPDATE summed SET rows = '' WHERE number = 1", ()))


@pytest.mark.parametrize(("spoil", "again"), [(one_bit, 2), (cut, 2), (swapped, 3), (emptied, 2)])
def test_damaged_pieces_are_solved_again(
    agreement: servanda.Agreement, half: Path, whole: Path, spoil: Callable[[Path], None], again: int
) -> None:
    spoil(half)
    shares: list[float] = []
    sweep(agreement, PLAN, DRAWS, seed=3, path=half, resume=True, progress=lambda _, share: shares.append(share))
    assert len(shares) == again  # the fifth, and those that were damaged
    assert half.read_bytes() == whole.read_bytes()


def test_a_piece_of_another_sweep_is_not_taken(agreement: servanda.Agreement, half: Path, whole: Path) -> None:
    """Not even at the same place: its sum is that of its own sweep."""
    other = half.with_name("other.parquet")
    with pytest.raises(KeyboardInterrupt):
        sweep(agreement, PLAN, DRAWS, seed=4, path=other, workers=1, progress=_stop)
    store = sqlite3.connect(unfinished(other))
    row = store.execute("SELECT number, sum, rows FROM summed WHERE number = 0").fetchone()
    store.close()
    change(half, ("DELETE FROM summed WHERE number = 0", ()), ("INSERT INTO summed VALUES (?, ?, ?)", row))
    sweep(agreement, PLAN, DRAWS, seed=3, path=half, resume=True)
    assert half.read_bytes() == whole.read_bytes()


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("text", ["{", "[]", "\udc80", None, 7])
def test_what_is_swept_cannot_be_read_any_more(agreement: servanda.Agreement, half: Path, text: object) -> None:
    words = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    change(
        half, ("DROP TABLE about", ()), ("CREATE TABLE about (text)", ()), ("INSERT INTO about VALUES (?)", (words,))
    )
    with pytest.raises(NotSwept, match=r"out\.parquet\.unfinished: .*--replace"):
        sweep(agreement, PLAN, DRAWS, seed=3, path=half, resume=True)


def test_any_byte_of_the_store_may_be_wrong(agreement: servanda.Agreement, half: Path, whole: Path) -> None:
    """Either the sweep comes out the same, to the last byte, or it is refused with one message."""
    good = unfinished(half).read_bytes()
    told = 0
    for place in (20, 100, 1500, 4096, 4200, 8192, 8300, len(good) // 2, len(good) - 300):
        bad = bytearray(good)
        bad[place : place + 3] = b"\xff\x00\xff"
        unfinished(half).write_bytes(bad)
        half.unlink(missing_ok=True)
        try:
            sweep(agreement, PLAN, DRAWS, seed=3, path=half, resume=True)
        except NotSwept as error:
            told += "\n" not in str(error)
            continue
        assert half.read_bytes() == whole.read_bytes(), place
    assert told


# --------------------------------------------------------------------------------------------- two at once


def test_a_sweep_that_runs_is_not_replaced(agreement: servanda.Agreement, whole: Path, tmp_path: Path) -> None:
    path, said = tmp_path / "out.parquet", list[str]()
    path.write_bytes(b"the old table")

    def meanwhile(_: str, __: float) -> None:
        if not said:
            for how in ({"replace": True}, {"resume": True}):
                with pytest.raises(NotSwept) as caught:
                    sweep(agreement, PLAN, DRAWS, seed=3, path=path, **how)
                said.append(str(caught.value))

    sweep(agreement, PLAN, DRAWS, seed=3, path=path, replace=True, progress=meanwhile)
    assert len(said) == 2
    assert all("another sweep is writing this file. Wait for it" in words for words in said)
    assert path.read_bytes() == whole.read_bytes()
    assert not unfinished(path).exists()


def test_a_killed_replace_leaves_the_old_table(agreement: servanda.Agreement, whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "out.parquet"
    path.write_bytes(whole.read_bytes())
    code = (
        "import os, signal, sys, servanda\n"
        "def die(*_): os.kill(os.getpid(), signal.SIGKILL)\n"
        "servanda.sweep(servanda.read(sys.argv[1]), 'at-once', 300, 4, path=sys.argv[2], replace=True, progress=die)\n"
    )
    assert agreement.origin is not None
    killed = subprocess.run([sys.executable, "-c", code, agreement.origin.path, path], check=False, capture_output=True)
    assert killed.returncode < 0
    assert path.read_bytes() == whole.read_bytes()
    assert unfinished(path).exists()
    sweep(agreement, PLAN, DRAWS, seed=4, path=path, resume=True)
    assert read_sweep(path).seed == 4


def test_an_unfinished_sweep_is_replaced_even_if_it_cannot_be_read(
    agreement: servanda.Agreement, half: Path, whole: Path
) -> None:
    for content in (b"no database at all", b"", unfinished(half).read_bytes()):
        unfinished(half).write_bytes(content)
        sweep(agreement, PLAN, DRAWS, seed=3, path=half, replace=True)
        assert half.read_bytes() == whole.read_bytes()


def test_no_link_is_followed(agreement: servanda.Agreement, tmp_path: Path) -> None:
    path, treasure = tmp_path / "out.parquet", tmp_path / "treasure"
    treasure.write_bytes(b"")
    unfinished(path).symlink_to(treasure)
    path.with_name(path.name + ".writing").symlink_to(treasure)
    with pytest.raises(NotSwept, match="this is a link"):
        sweep(agreement, PLAN, 4, path=path, replace=True)
    unfinished(path).unlink()
    sweep(agreement, PLAN, 4, path=path)
    assert treasure.read_bytes() == b""


# --------------------------------------------------------------------------------------------- the table


def test_a_damaged_table_is_one_message(
    agreement: servanda.Agreement, whole: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, bad = commands(capsys), tmp_path / "bad.parquet"
    good = whole.read_bytes()
    assert agreement.origin is not None
    size = len(good)
    for place in (60, size // 4, size // 2, size - 5):
        spoilt = bytearray(good)
        spoilt[place] ^= 4
        bad.write_bytes(spoilt)
        done = run("explain-failure", agreement.origin.path, "--plan", PLAN, "--sweep", bad)
        assert (done.code, done.out) == (2, ""), place
        assert done.err.startswith(f"{bad}: ")
        assert len(done.err.splitlines()) == 1
        with pytest.raises(NotSwept, match=r"bad\.parquet: "):
            read_sweep(bad)
    bad.write_bytes(good[: size // 2])
    assert run("sensitivity", agreement.origin.path, "--plan", PLAN, "--sweep", bad).code == 2


def test_no_byte_of_a_table_changes_unseen(whole: Path, tmp_path: Path) -> None:
    good, bad = whole.read_bytes(), tmp_path / "bad.parquet"
    random, size = np.random.default_rng(1), len(good)
    names = [good.rfind(b"held_clean") + 1, good.rfind(b"servanda-sha256") + 30, good.rfind(b'"seed": 3') + 8]
    for place in [*names, *random.integers(0, size, 150).tolist(), *random.integers(size - 3000, size, 100).tolist()]:
        spoilt = bytearray(good)
        spoilt[place] ^= 1 << int(random.integers(8))
        bad.write_bytes(spoilt)
        for read in (read_sweep, read_rows):
            with pytest.raises(NotSwept, match=r"bad\.parquet: "):
                read(bad)
    bad.write_bytes(good)
    assert read_sweep(bad).table.height == read_sweep(whole).table.height


@pytest.mark.parametrize("change", [{"plans": None}, {"plans": 5}, {"draws": "many"}, {"title": ...}])
def test_a_table_that_says_nonsense_about_itself_is_refused(
    whole: Path, tmp_path: Path, change: dict[str, object]
) -> None:
    import pyarrow as tables
    import pyarrow.parquet as library

    pa: Any = tables
    pq: Any = library
    found, other = pq.read_table(whole), tmp_path / "other.parquet"
    said = {key: value for key, value in {**read_about(whole), **change}.items() if value is not ...}
    with pa.ipc.new_stream(rows := io.BytesIO(), found.schema) as stream:
        stream.write_table(found)
    write(other, [rows.getvalue()], found.schema, said)
    with pytest.raises(NotSwept, match=r"other\.parquet: .*servanda sweep"):
        read_sweep(other)
