"""Compiled loops are kept where they cannot go stale, and servanda works where nothing can be kept."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.random_agreements import random_agreement

import servanda
from servanda.agreement.starter import starter_text
from servanda.game.compiler import compile
from servanda.solver import jit as _machine

SOURCE = Path(servanda.__file__).parent


@pytest.fixture(autouse=True)
def _forget() -> Iterator[None]:
    """What is remembered of folders is forgotten before each of these tests, and after it for the tests to come."""
    _clear()
    yield
    _clear()


def _clear() -> None:
    _machine.folder.cache_clear()
    _machine.digest.cache_clear()


def test_every_module_of_loops_is_in_the_hash() -> None:
    using = {path for path in SOURCE.rglob("*.py") if "@loops" in path.read_text("utf-8")}
    assert using
    for path in using:
        assert path.relative_to(SOURCE).with_suffix("").as_posix() in _machine.LOOPS
        for line in path.read_text("utf-8").splitlines():
            if line.startswith("from servanda."):
                other = line.split()[1].removeprefix("servanda.").replace(".", "/")
                assert other in (*_machine.LOOPS, "arrays"), f"{path}: {line}"


def test_a_changed_loop_gets_another_folder(tmp_path: Path) -> None:
    package = shutil.copytree(SOURCE, tmp_path / "servanda", ignore=shutil.ignore_patterns("__pycache__"))
    command = [sys.executable, "-c", "from servanda.solver.jit import digest; print(digest())"]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}

    def digest() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout.strip()

    before = digest()
    assert before == _machine.digest()
    kernel = package / "solver" / "_party_response.py"
    kernel.write_text(
        kernel.read_text("utf-8").replace("own.withdrawing[p, t]", "own.withdrawing[p, t] * 5.0"), "utf-8"
    )
    assert digest() != before


def test_the_users_choice_of_folder_is_kept_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert _machine.folder() == tmp_path / _machine.digest()
    assert not _machine.ready("trace")


def test_without_a_folder_it_still_compiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(blocked))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(blocked))
    assert _machine.folder() is None
    assert _machine.loops(abs_or_zero)(-2.0) == 2.0


def test_every_game_has_arrays_of_the_same_kinds() -> None:
    """Else the loops would be compiled again for each kind, half a minute each time."""
    import numba

    kinds: set[tuple[str, ...]] = set()
    for agreement in (
        servanda.read("singapore-2018"),
        servanda.loads(starter_text()),
        *map(random_agreement, range(15)),
    ):
        for plan in agreement.plans:
            for game in (compile(agreement, plan), compile(agreement, plan, servanda.draw(agreement, 3))):
                for tables in (game.tables, game.merged):
                    kinds.add(tuple(str(numba.typeof(a)) for a in (*tables, *game.tree, *game.unknowns)))
    assert len(kinds) == 1


def abs_or_zero(x: float) -> float:
    return x if x > 0 else -x
