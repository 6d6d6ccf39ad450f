"""Compiled loops are kept where they cannot go stale, and servanda works where nothing can be kept."""

from __future__ import annotations

import os
import pickle
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from agreements import alternating
from numpy.typing import NDArray
from support.loops import own_loop
from support.paths import SINGAPORE_V1
from support.plain_starter import starter_text
from support.random_agreements import random_agreement

import servanda
from servanda.cli._progress import announce_preparation
from servanda.game.compiler import compile
from servanda.solver import _response_map, jit
from servanda.solver.jit import draw_at

SOURCE = Path(servanda.__file__).parent


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What is remembered of folders is forgotten before each of these tests, and after it for the tests to come."""
    _clear()
    yield
    _clear()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for compiled loops, of the user's own."""
    mine = tmp_path / "mine"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(mine))
    return mine / jit.digest()


def _clear() -> None:
    jit.kept.cache_clear()
    jit.digest.cache_clear()


def compiled(place: Path) -> Path:
    """Compile a loop, and return the file in which it is kept."""
    assert jit.entry(own_loop)(-2.0) == 2.0
    (file,) = place.glob("own_loop-*.loops")
    return file


needs_root = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give files away")
on_unix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes as on Unix")


def test_every_module_of_loops_is_in_the_hash() -> None:
    using = {path for path in SOURCE.rglob("*.py") if "@entry" in path.read_text("utf-8")}
    assert using
    for path in using:
        assert path.relative_to(SOURCE).with_suffix("").as_posix() in jit.LOOPS
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("from servanda."):
                other = line.split()[1].removeprefix("servanda.").replace(".", "/")
                assert other in (*jit.LOOPS, "arrays"), f"{path}: {line}"


def test_a_changed_loop_gets_another_folder(tmp_path: Path) -> None:
    package = shutil.copytree(SOURCE, tmp_path / "servanda", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-c", "from servanda.solver.jit import digest; print(digest())"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def digest() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()

    before = digest()
    assert before == jit.digest()
    kernel = package / "solver" / "_party_response.py"
    kernel.write_text(
        kernel.read_text("utf-8").replace("own.withdrawing[p, t]", "own.withdrawing[p, t] * 5.0"), "utf-8"
    )
    assert digest() != before


def test_the_users_choice_of_folder_is_kept_to(place: Path) -> None:
    assert jit.folder() == place
    assert not jit.ready("own_loop")
    compiled(place)
    assert jit.ready("own_loop")


def test_without_a_folder_it_still_compiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    assert jit.folder() is None
    assert "not a folder" in jit.kept()[1]
    assert jit.entry(own_loop)(-2.0) == 2.0


def test_what_was_compiled_is_not_compiled_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(place)
    monkeypatch.setattr("servanda.solver._machine_code.make", None)
    assert jit.entry(own_loop)(3.0) == 9.0


def test_a_loop_takes_other_kinds_of_arguments_too(place: Path) -> None:
    loop = jit.entry(own_loop)
    assert [loop(3), loop(3.5), loop(-3), loop(np.int64(4))] == [9, 12.25, 3, 16]
    assert len(list(place.glob("own_loop-*.loops"))) == 2


# ------------------------------------------------------------------------------------------------ spoilt files


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:30])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def garbage(file: Path) -> None:
    file.write_bytes(b"\x80\x04" + bytes(range(256)) * 20)


def one_bit(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def anybodys(file: Path) -> None:
    file.chmod(0o666)


def somebody_elses(file: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(file, 12345, -1)


def link(file: Path) -> None:
    other = file.parent / "other"
    file.rename(other)
    file.symlink_to(other)


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@on_unix
@pytest.mark.parametrize(
    "spoil", [cut, cut_short, empty, garbage, one_bit, anybodys, somebody_elses, link, pipe], ids=lambda f: f.__name__
)
def test_a_spoilt_file_is_as_none(place: Path, spoil: Callable[[Path], None]) -> None:
    file = compiled(place)
    good = file.read_bytes()
    spoil(file)
    assert not jit.ready("own_loop")
    assert compiled(place) == file  # again
    assert file.read_bytes() == good
    assert not file.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_uid == os.getuid()
    assert jit.ready("own_loop")


def test_a_folder_in_place_of_a_file_does_no_harm(place: Path) -> None:
    file = compiled(place)
    file.unlink()
    file.mkdir()
    assert not jit.ready("own_loop")
    assert jit.entry(own_loop)(-2.0) == 2.0
    assert sorted(path.name.split("-")[0] for path in place.iterdir()) == ["own_loop"]


def test_a_command_survives_spoilt_files(tmp_path: Path) -> None:
    """A full disk used to end all commands as if Ctrl-C had been pressed."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "mine")}
    command = [sys.executable, "-m", "servanda", "audit", str(SINGAPORE_V1), "--plan", "phased"]

    def audit() -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment)

    first = audit()
    assert "happens only once" in first.stderr
    for file in (tmp_path / "mine").rglob("*.loops"):
        empty(file)
    second = audit()
    assert "happens only once" in second.stderr
    third = audit()
    assert third.stderr == ""
    assert first.stdout == second.stdout == third.stdout


def test_numba_goes_on_working_for_others(place: Path) -> None:
    import numba

    compiled(place)

    @numba.njit
    def largest(a: float, b: float) -> float:
        return max(a, b, a * b)

    assert largest(2.0, 3.0) == 6.0


def test_loops_that_share_others_are_compiled_in_any_order(tmp_path: Path) -> None:
    code = (
        "import servanda\n"
        f"game = servanda.compile(servanda.read({str(SINGAPORE_V1)!r}), 'phased')\n"
        "print(servanda.audit(game), servanda.solve(game).status)\n"
    )
    first = _run(code, tmp_path / "mine")
    assert first.endswith("converged")
    assert _run(code, tmp_path / "mine") == first
    names = [path.name.split("-")[0] for path in (tmp_path / "mine").rglob("*.loops")]
    assert sorted(names) == ["locate", "respond", "surroundings", "trace"]


@on_unix
def test_a_full_disk_does_no_harm(tmp_path: Path) -> None:
    code = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "from support.loops import own_loop\n"
        "from servanda.solver import jit\n"
        "print(jit.entry(own_loop)(-2.0), [path.name for path in jit.folder().iterdir()])\n"
    )
    assert _run(code, tmp_path / "mine") == "2.0 []"


def test_first_runs_at_the_same_time_do_no_harm(tmp_path: Path) -> None:
    code = "from support.loops import own_loop\nfrom servanda.solver import jit\nprint(jit.entry(own_loop)(3.0))"
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda _: _run(code, tmp_path / "mine"), range(3))) == ["9.0"] * 3
    names = sorted(path.name.split("-")[0] for path in (tmp_path / "mine").rglob("*") if path.is_file())
    assert names == ["own_loop"]
    assert _run("import servanda.solver._machine_code as made\nmade.make = None\n" + code, tmp_path / "mine") == "9.0"


def _run(code: str, place: Path) -> str:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(place), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment)
    return done.stdout.strip()


# ------------------------------------------------------------------------------------------------ whom to trust


@on_unix
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o707])
def test_no_loops_are_kept_where_others_can_write(mode: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(mode)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(open_to_all))
    assert jit.kept() == (None, f"other users can write to {open_to_all}")
    assert jit.entry(own_loop)(-2.0) == 2.0
    assert not any(path.is_file() for path in open_to_all.rglob("*"))


@on_unix
def test_no_loops_are_kept_below_a_folder_where_others_can_write(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    above = tmp_path / "above"
    (above / "mine").mkdir(parents=True)
    above.chmod(0o777)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(above / "mine"))
    assert jit.kept() == (None, f"other users can write to {above}")
    above.chmod(0o1777)  # as /tmp: nobody can rename what is another's
    _clear()
    assert jit.folder() == above / "mine" / jit.digest()


@on_unix
def test_nothing_is_made_in_a_folder_that_is_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    open_to_all = tmp_path / "open"
    open_to_all.mkdir()
    open_to_all.chmod(0o777)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(open_to_all / "new"))
    assert jit.folder() is None
    assert list(open_to_all.iterdir()) == []


@needs_root
def test_folders_and_links_of_other_users_are_not_trusted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, 12345, -1)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(theirs))
    assert jit.kept() == (None, f"{theirs} belongs to another user")
    mine = tmp_path / "mine"
    mine.mkdir()
    (tmp_path / "link").symlink_to(mine)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "link"))
    _clear()
    assert jit.folder() == tmp_path / "link" / jit.digest()
    os.chown(tmp_path / "link", 12345, -1, follow_symlinks=False)
    _clear()
    assert jit.kept() == (None, f"{tmp_path / 'link'} belongs to another user")


@on_unix
def test_the_folder_for_this_version_is_no_link_and_not_open(place: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    place.parent.mkdir()
    place.symlink_to(other)
    assert jit.kept() == (None, f"{place} is a link")
    place.unlink()
    place.mkdir()
    place.chmod(0o777)
    _clear()
    assert jit.kept() == (None, f"other users can write to {place}")
    place.chmod(0o700)
    _clear()
    assert jit.folder() == place


@on_unix
def test_folders_are_made_for_the_user_alone(place: Path) -> None:
    before = os.umask(0)
    try:
        assert jit.folder() == place
    finally:
        os.umask(before)
    assert [stat.S_IMODE(folder.stat().st_mode) for folder in (place, place.parent)] == [0o700, 0o700]


@on_unix
def test_it_is_said_why_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tmp_path.chmod(0o777)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    announce_preparation()
    assert capsys.readouterr().err == (
        "Preparing the solver for this machine. This takes about ten seconds and happens every time, as the result"
        f" cannot be kept.\nOther users can write to {tmp_path}. Set NUMBA_CACHE_DIR to a folder of your own.\n"
    )


def another_loop(x: float) -> float:
    return 666.0 * x / x


@needs_root
def test_what_another_user_has_planted_is_not_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With a home that cannot be written to, loops used to be kept below /tmp, under a name that could be guessed."""
    trap = tmp_path / "trap"
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(trap))
    evil = jit.entry(another_loop)
    evil.__wrapped__.__name__ = "own_loop"
    assert evil(-2.0) == 666.0
    (payload,) = trap.rglob("own_loop-*.loops")
    assert jit.entry(own_loop)(-2.0) == 666.0  # as long as it lies where only the user can write
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    for name in ("servanda", "servanda-0", "servanda-root", "numba", ".cache/servanda", "cache/servanda"):
        planted = shared / name / jit.digest()
        planted.mkdir(parents=True, exist_ok=True)
        shutil.copy(payload, planted)
    for path in shared.rglob("*"):
        os.chown(path, 12345, 12345)
    monkeypatch.setenv("TMPDIR", str(shared))
    for state in (
        {"HOME": "/proc/none"},
        {"HOME": str(shared)},
        {"HOME": "/proc/none", "XDG_CACHE_HOME": str(shared / "cache")},
        {"NUMBA_CACHE_DIR": str(shared / "servanda")},
    ):
        for name in ("XDG_CACHE_HOME", "NUMBA_CACHE_DIR"):
            monkeypatch.delenv(name, raising=False)
        for name, value in state.items():
            monkeypatch.setenv(name, value)
        _clear()
        assert jit.kept()[0] is None, state
        assert jit.entry(own_loop)(-2.0) == 2.0, state


def test_a_file_that_may_not_be_read_is_as_none(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(place)

    def forbidden(*_: Any, **__: Any) -> int:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("servanda.solver._kept_code.os.open", forbidden)
        assert not jit.ready("own_loop")
    assert jit.entry(own_loop)(-2.0) == 2.0


def test_another_processor_gets_another_folder(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled(place)
    monkeypatch.setattr(jit, "_features", lambda: "+another")
    _clear()
    assert jit.folder() != place
    assert not jit.ready("own_loop")


def test_a_user_without_a_home_gets_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: Path("~/.cache/servanda"))
    assert jit.kept() == (None, "there is no folder for this user's caches")


def test_links_that_go_round_are_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "a"))
    assert jit.folder() is None


# ------------------------------------------------------------------------------------------------ layouts


class Some(NamedTuple):
    whole: NDArray[np.int64]
    table: NDArray[np.float64]


def one_sum(some: Some, draws: Any, more: NDArray[np.float64], x: float) -> float:
    total = x
    for d in range(2):
        own = draw_at(draws, d)
        for i in range(own.table.shape[0]):
            total += own.table[i] * own.whole[i]
    for i in range(some.table.shape[0]):
        for j in range(some.table.shape[1]):
            total += some.table[i, j] * more[j]
    more[0] = 7.0
    return total


def test_loops_take_tuples_draws_arrays_and_numbers(place: Path) -> None:
    some = Some(np.arange(3), np.arange(6.0).reshape(2, 3))
    all_draws = Some(np.arange(3), np.arange(12.0).reshape(4, 3))
    draws = jit.Draws(all_draws, 1, 1, 3)
    more = np.array([1.0, 2.0, 4.0])
    by_hand = one_sum(some, draws, more.copy(), 0.5)
    loop = jit.entry(one_sum)
    assert loop(some, draws, more.copy(), 0.5) == by_hand
    given = more.copy()
    assert loop(some, draws, given, 0.5) == by_hand
    assert given[0] == 7.0
    # As after a copy to another process: the same kinds, but not numpy's own objects for them.
    assert loop(*pickle.loads(pickle.dumps((some, draws, more, 0.5)))) == by_hand
    jit.folder()
    assert len(list(place.glob("one_sum-*"))) == 1
    with pytest.raises(TypeError, match="row by row"):
        loop(some._replace(table=np.asfortranarray(some.table)), draws, more, 0.5)
    with pytest.raises(TypeError, match="float32"):
        loop(some._replace(table=some.table.astype(np.float32)), draws, more, 0.5)


def test_loops_can_be_run_in_python(monkeypatch: pytest.MonkeyPatch) -> None:
    game = compile(alternating(3, 1, 0.3), "plan")
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    monkeypatch.setattr(_response_map, "trace", jit.Loop(_response_map.trace.__wrapped__))
    slow = servanda.solve(game)
    monkeypatch.undo()
    assert slow.residual == pytest.approx(servanda.solve(game).residual, abs=1e-12)
    assert np.allclose(slow.choice, servanda.solve(game).choice, rtol=1e-9, atol=1e-9)


def test_every_game_has_arrays_of_the_same_kinds() -> None:
    """Else the loops would be compiled again for each kind, ten seconds each time."""
    import numba

    kinds: set[tuple[str, ...]] = set()
    for agreement in (
        servanda.read(SINGAPORE_V1),
        servanda.read("singapore-2018"),
        servanda.loads(starter_text()),
        *map(random_agreement, range(15)),
    ):
        for plan in agreement.plans:
            for game in (compile(agreement, plan), compile(agreement, plan, servanda.draw(agreement, 3))):
                for tables in (game.tables, game.merged):
                    kinds.add(tuple(str(numba.typeof(a)) for a in (*tables, *game.tree, *game.unknowns)))
    assert len(kinds) == 1


def test_threads_that_start_together_share_one_locator(monkeypatch: pytest.MonkeyPatch) -> None:
    # Two of them, one let go while its code ran: a jump into memory that is no longer there.
    made: list[object] = []
    once = jit._made_locator  # pyright: ignore[reportPrivateUsage]

    def slowly() -> object:
        time.sleep(0.05)
        made.append(once())
        return made[-1]

    monkeypatch.setattr(jit, "_found", [])
    monkeypatch.setattr(jit, "_made_locator", slowly)
    with ThreadPoolExecutor(8) as threads:
        given = list(threads.map(lambda _: jit._locator(), range(8)))  # pyright: ignore[reportPrivateUsage]
    assert len(made) == 1
    assert all(each is made[0] for each in given)
