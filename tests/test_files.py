"""Files are written whole or not at all, and what belongs to them stays."""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from servanda import files
from servanda.files import NotSaved, change, check_place, create, real, save, save_all, writing

pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="owners, modes and links as on Unix")
as_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
OLD, NEW = b"what was there\n", b"something new, and longer than what was there\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "deal.yaml"
    made.write_bytes(OLD)
    made.chmod(0o640)
    return made


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    libc = ctypes.CDLL(None, use_errno=True)
    if sys.platform != "linux" or libc.mount(b"none", bytes(place), b"tmpfs", 0, b"size=64k") != 0:
        pytest.skip("no small disk can be had here")
    yield place
    libc.umount2(bytes(place), 2)


def alone(folder: Path, *names: str) -> bool:
    """Whether nothing else is in a folder: no half files."""
    return sorted(path.name for path in folder.iterdir()) == sorted(names)


def change_it(path: Path) -> None:
    change(path, OLD, NEW)


def save_it(path: Path) -> None:
    save(path, NEW)


WAYS = pytest.mark.parametrize("write", [save_it, change_it], ids=["save", "change"])


@WAYS
def test_owner_group_mode_and_attributes_stay(file: Path, write: Callable[[Path], None]) -> None:
    file.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    attributes: dict[str, bytes] = {}
    try:
        os.setxattr(file, "user.origin", b"from the archive")
        attributes["user.origin"] = b"from the archive"
    except OSError:
        pass  # a file system without attributes
    before = file.stat()
    write(file)
    after = file.stat()
    assert file.read_bytes() == NEW
    assert (after.st_uid, after.st_gid, after.st_mode) == (before.st_uid, before.st_gid, before.st_mode)
    assert {name: os.getxattr(file, name) for name in os.listxattr(file) if name.startswith("user.")} == attributes
    assert alone(file.parent, "deal.yaml")


@WAYS
def test_a_file_of_two_names_keeps_them(file: Path, write: Callable[[Path], None]) -> None:
    other = file.with_name("other.yaml")
    other.hardlink_to(file)
    write(file)
    assert other.read_bytes() == file.read_bytes() == NEW
    assert other.samefile(file)
    assert alone(file.parent, "deal.yaml", "other.yaml")


def test_it_gets_shorter_too(file: Path) -> None:
    file.with_name("other.yaml").hardlink_to(file)
    save(file, b"short")
    assert file.with_name("other.yaml").read_bytes() == b"short"


@WAYS
def test_a_read_only_file_is_refused(file: Path, write: Callable[[Path], None]) -> None:
    file.chmod(0o444)
    for refuse in (write, check_place):
        with pytest.raises(NotSaved, match=r"deal\.yaml: .*it is read-only\. To let it be changed: chmod u\+w deal"):
            refuse(file)
    assert file.read_bytes() == OLD
    assert alone(file.parent, "deal.yaml")


@WAYS
def test_a_link_of_the_users_own_is_followed(file: Path, write: Callable[[Path], None]) -> None:
    link, second = file.with_name("link.yaml"), file.with_name("second.yaml")
    link.symlink_to("deal.yaml")
    second.symlink_to(link)
    write(second)
    assert second.is_symlink()
    assert link.is_symlink()
    assert file.read_bytes() == NEW


@as_root
@WAYS
def test_a_link_that_another_user_laid_where_all_may_write_is_not_followed(
    file: Path, tmp_path: Path, write: Callable[[Path], None]
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    trap = shared / "picture.png"
    trap.symlink_to(file)
    os.chown(trap, 12345, 12345, follow_symlinks=False)
    for refuse in (write, check_place):
        with pytest.raises(NotSaved, match="a link that another user has made"):
            refuse(trap)
    assert file.read_bytes() == OLD
    assert alone(shared, "picture.png")


def test_no_planted_name_is_written_through(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a name that was guessed is not opened if something is there already."""
    treasure = tmp_path / "treasure"
    treasure.write_bytes(b"gold")
    for name in (".deal.yaml.part", "deal.yaml.writing", f".servanda-{b'guessed'.hex()}"):
        file.with_name(name).symlink_to(treasure)
    monkeypatch.setattr(os, "urandom", lambda _: b"guessed")
    with pytest.raises(NotSaved):
        save(file, NEW)
    assert file.read_bytes() == OLD
    monkeypatch.undo()
    save(file, NEW)
    assert treasure.read_bytes() == b"gold"
    assert file.with_name("deal.yaml.writing").is_symlink()


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    longest = tmp_path / ("n" * 255)
    save(longest, NEW)
    save(longest, OLD)
    assert longest.read_bytes() == OLD
    with pytest.raises(NotSaved, match=r"the name is too long\. Give another name"):
        save(tmp_path / ("n" * 256), NEW)


@pytest.mark.parametrize(
    ("name", "words"),
    [("none/x", "there is no such folder"), ("deal.yaml/x", "a file, not a folder"), ("folder", "this is a folder")],
)
def test_what_cannot_be_is_said_before_and_after(file: Path, name: str, words: str) -> None:
    (file.parent / "folder").mkdir()
    for refuse in (check_place, save_it):
        with pytest.raises(NotSaved, match=words):
            refuse(file.parent / name)
    assert alone(file.parent, "deal.yaml", "folder")
    assert alone(file.parent / "folder")


def test_a_pipe_that_nobody_reads_and_links_in_a_circle_are_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "circle").symlink_to("circle")
    assert real(tmp_path / "circle" / "x") == real(tmp_path) / "circle" / "x"
    with pytest.raises(NotSaved, match=r"pipe: .*nobody reads from this pipe"):
        save(tmp_path / "pipe", NEW)
    with pytest.raises(NotSaved, match=r"circle: .*a link that leads nowhere"):
        save(tmp_path / "circle", NEW)


@pytest.mark.parametrize("names", [1, 2])
def test_a_full_disk_leaves_the_old_file(small_disk: Path, names: int) -> None:
    file = small_disk / "deal.yaml"
    file.write_bytes(OLD)
    if names == 2:
        (small_disk / "other").hardlink_to(file)
    there = sorted(path.name for path in small_disk.iterdir())
    sizes = (100_000, 40_000) if names == 2 else (100_000, 62_000)  # too large for the disk; for it and what is there
    for size in sizes:
        with pytest.raises(NotSaved, match=r"nothing is written: the disk is full\. Make room"):
            change(file, OLD, bytes(size))
        assert file.read_bytes() == OLD
        assert alone(small_disk, *there)
    (small_disk / "filler").write_bytes(bytes(15 * 4096))
    with pytest.raises(NotSaved, match="the disk is full"):
        check_place(small_disk / "new")
    with pytest.raises(OSError, match="No space left"):
        create(small_disk / "new", NEW)
    assert alone(small_disk, *there, "filler")


def test_several_files_are_all_written_or_none(small_disk: Path) -> None:
    first, second = small_disk / "a", small_disk / "new" / "b"
    first.write_bytes(OLD)
    with pytest.raises(NotSaved, match=r"b: .*the disk is full"):
        save_all({first: NEW, second: bytes(100_000)})
    assert not second.parent.exists()  # nothing came into it
    assert first.read_bytes() == OLD
    save_all({first: NEW, second: NEW})
    assert second.read_bytes() == first.read_bytes() == NEW


def test_a_limit_on_files_is_as_a_full_disk(file: Path) -> None:
    code = (
        "import resource, sys\nfrom servanda.files import save\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try: save(sys.argv[1], bytes(5000))\nexcept Exception as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, file], capture_output=True, text=True, check=True)
    assert "it would be larger than files may be here" in done.stdout
    assert file.read_bytes() == OLD
    assert alone(file.parent, "deal.yaml")


def test_a_device_is_written_to_and_stays_one(tmp_path: Path) -> None:
    save("/dev/null", NEW)
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    (tmp_path / "full.png").symlink_to("/dev/full")
    if Path("/dev/full").exists():
        with pytest.raises(NotSaved, match="the disk is full"):
            save(tmp_path / "full.png", NEW)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotSaved):
        save(tmp_path / "pipe", NEW)  # which nobody reads; it does not wait


# ------------------------------------------------------------------------------------------- at the same time


def test_what_another_program_saved_is_not_lost(file: Path) -> None:
    """In place, under a new name, deleted, or by the hand of another servanda."""
    edits: list[Callable[[], Any]] = [
        lambda: file.write_bytes(b"an edit"),
        lambda: (file.with_name("x").write_bytes(b"an edit"), file.with_name("x").replace(file)),
        lambda: change(file, OLD, b"an edit"),
    ]
    for edit in edits:
        file.write_bytes(OLD)
        with pytest.raises(NotSaved, match=r"the file has changed since it was read\. Run the command again"):
            _change_with_an_edit_before_the_last_look(file, edit)
        assert file.read_bytes() == b"an edit"
        assert alone(file.parent, "deal.yaml")


def _change_with_an_edit_before_the_last_look(file: Path, edit: Callable[[], Any]) -> None:
    flush = files._flush
    done: list[bool] = []

    def flushed(stream: Any) -> None:
        flush(stream)
        if not done:
            done.append(True)
            edit()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_flush", flushed)
        change(file, OLD, NEW)


def test_of_many_that_change_a_file_at_once_one_does(file: Path) -> None:
    said, refused = list[str](), list[str]()

    def go(i: int) -> None:
        try:
            change(file, OLD, b"%d" % i)
            said.append(str(i))
        except NotSaved as error:
            refused.append(str(error))

    threads = [threading.Thread(target=go, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [file.read_text()]
    assert len(refused) == 7
    assert all("has changed since" in words for words in refused)


def test_a_file_that_stays_locked_is_not_waited_for_long(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fcntl

    monkeypatch.setattr(files, "PATIENCE", 0.2)
    with file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(NotSaved, match="another program has locked the file"):
            save(file, NEW)
    save(file, NEW)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_a_kill_in_the_middle_leaves_the_old_file(file: Path, number: signal.Signals) -> None:
    code = (
        "import os, signal, sys\nfrom servanda.files import writing\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # in the background, shells have it ignored
        "with writing(sys.argv[1]) as stream:\n"
        "    stream.write(b'half'); stream.flush(); os.kill(os.getpid(), int(sys.argv[2])); stream.write(b'more')\n"
    )
    done = subprocess.run([sys.executable, "-c", code, file, str(int(number))], capture_output=True, check=False)
    assert done.returncode == -number or b"KeyboardInterrupt" in done.stderr
    assert file.read_bytes() == OLD


def test_a_failure_while_it_is_written_in_place_brings_the_old_content_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.with_name("other").hardlink_to(file)
    put = files._put

    def half(number: int, content: bytes) -> None:
        put(number, content[:5])
        raise KeyboardInterrupt

    calls = iter([half, put])
    monkeypatch.setattr(files, "_put", lambda number, content: next(calls)(number, content))
    with pytest.raises(KeyboardInterrupt):
        save(file, NEW)
    assert file.read_bytes() == OLD
    assert alone(file.parent, "deal.yaml", "other")

    def broken(number: int, content: bytes) -> None:
        put(number, b"")
        raise OSError(errno.EIO, "the disk is broken")

    monkeypatch.setattr(files, "_put", broken)
    with pytest.raises(NotSaved, match="the file is damaged") as caught:
        save(file, NEW)
    kept = str(caught.value).split("What was in it is in ")[1].split(":")[0]
    assert Path(kept).read_bytes() == OLD


@as_root
def test_a_folder_that_is_closed_to_the_user_does_not_stop_an_open_file() -> None:
    """As the user it belongs to: written in place."""
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to others
        closed_but_open(Path(folder))


def closed_but_open(closed: Path) -> None:
    mine = closed / "mine"
    mine.write_bytes(OLD)
    os.chown(mine, 12345, 12345)
    closed.chmod(0o755)
    code = (
        "import os, sys, tempfile\nfrom servanda.files import NotSaved, check_place, save\n"
        "os.setgid(12345); os.setuid(12345)\n"
        "check_place(sys.argv[1]); save(sys.argv[1], b'new')\n"
        "try: check_place(sys.argv[1] + '2')\nexcept NotSaved as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, mine], capture_output=True, text=True, check=False)
    assert "you have no permission to write here" in done.stdout, done.stderr
    assert mine.read_bytes() == b"new"
    assert mine.stat().st_uid == 12345


# ------------------------------------------------------------------------------------------------- new files


def test_a_new_file_has_the_mode_that_new_files_have(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(tmp_path / "a", NEW)
        create(tmp_path / "b", NEW)
        os.umask(0o777)
        save(tmp_path / "c", NEW)
    finally:
        os.umask(before)
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in "abc"]
    assert modes == [0o640, 0o640, 0o000]


def test_a_new_file_is_never_written_over_another(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to("nowhere")
    for path in (file, link):
        with pytest.raises(FileExistsError):
            create(path, NEW)
    assert file.read_bytes() == OLD
    assert alone(file.parent, "deal.yaml", "link")


def test_without_hard_links_a_new_file_is_written_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any, **__: Any) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", none)
    create(tmp_path / "a", NEW)
    assert (tmp_path / "a").read_bytes() == NEW
    assert alone(tmp_path, "a")


def test_what_fails_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "a") as stream:
        stream.write(b"half" * (1 // 0))
    assert alone(tmp_path)
