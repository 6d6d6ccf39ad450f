"""How commands end where their output cannot be written, and where they find the machine in a poor state."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support import paths

from servanda.solver.equilibrium import NotConverged

SMALL = str(paths.GOOD / "format-example.yaml")
SERVANDA = [sys.executable, "-m", "servanda"]
on_linux = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk as on Linux")
on_unix = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="a shell as on Unix")


def shell(command: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a line in which $S is servanda, in the words of bash."""
    environment = {**os.environ, "S": f"{sys.executable} -m servanda", "FILE": SMALL, **more}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@on_linux
@pytest.mark.parametrize("buffered", ["", "1"])
@pytest.mark.parametrize(
    ("command", "code"),
    [("catalog", 2), ("schema", 2), ("--help", 2), ("compare $FILE", 2), ("explain --json", 2), ("check $FILE", 2)],
)
def test_a_full_disk_is_said_and_is_code_2(tmp_path: Path, command: str, code: int, buffered: str) -> None:
    done = shell(f"$S {command} > /dev/full", tmp_path, PYTHONUNBUFFERED=buffered)
    assert done.returncode == code
    assert done.stderr == "The output is not whole: it cannot be written (the disk is full).\n"


@on_unix
@pytest.mark.parametrize("command", ["compare $FILE", "schema", "explain", "check $FILE --fail-on never"])
def test_whoever_reads_only_the_beginning_gets_a_quiet_end(tmp_path: Path, command: str) -> None:
    done = shell(f'$S {command} | head -1; echo "${{PIPESTATUS[0]}}"', tmp_path)
    first, code = done.stdout.splitlines()
    assert (code, done.stderr) == ("0", "")
    assert first.strip() or command.startswith("check")


@on_unix
def test_the_code_stays_true_where_nobody_reads(tmp_path: Path) -> None:
    bad = str(paths.CASES / "SV101-bad.yaml")
    for output in ("| true", ">&-", "2>&- >&-", "2>/dev/full", "<&-"):
        done = shell(f'$S check "$BAD" {output}; echo "${{PIPESTATUS[0]}}" > code', tmp_path, BAD=bad)
        assert (tmp_path / "code").read_text() == "1\n", output
        assert "Traceback" not in done.stderr


@on_unix
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_do_no_harm(tmp_path: Path, closed: str) -> None:
    """No file of the user's gets the number of a stream, so that nothing is printed into it."""
    done = shell(f"$S new deal.yaml {closed}; echo $?", tmp_path)
    assert done.stdout.splitlines()[-1] == "0"
    assert (tmp_path / "deal.yaml").read_bytes() == (paths.ROOT / "src/servanda/agreement/starter.yaml").read_bytes()
    done = shell(f"$S compare $FILE {closed}; echo $?", tmp_path)
    assert done.stdout.splitlines()[-1] == "0"
    assert "Traceback" not in done.stderr
    done = shell(f"$S nothing {closed}; echo $?", tmp_path)
    assert done.stdout.splitlines()[-1] == "2"


STATES: list[dict[str, str | None]] = [
    {"HOME": None},
    {"HOME": "/nonexistent", "XDG_CACHE_HOME": None, "TMPDIR": "/nonexistent"},
    {"HOME": "/proc", "XDG_CACHE_HOME": "relative"},
    {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    {"PYTHONIOENCODING": "ascii:strict"},
    {"TERM": None, "COLUMNS": "0"},
    {"TERM": "nonsense", "COLUMNS": "-5"},
    {"COLUMNS": "wide"},
    {"COLUMNS": "1"},
]


@on_unix
@pytest.mark.parametrize("state", STATES, ids=lambda state: " ".join(f"{k}={v}" for k, v in state.items()))
def test_commands_start_in_any_state_of_the_machine(tmp_path: Path, state: dict[str, str | None]) -> None:
    file = tmp_path / "names.yaml"
    file.write_text(Path(SMALL).read_text("utf-8").replace("title: ", "title: 남북 ", 1), "utf-8")
    environment: dict[str, Any] = {key: value for key, value in os.environ.items() if state.get(key, "") is not None}
    environment |= {key: value for key, value in state.items() if value is not None}

    def run(*arguments: str) -> str:
        return subprocess.run(
            [*SERVANDA, *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True,
            encoding="utf-8", errors="strict",
        ).stdout  # fmt: skip

    out = run("check", str(file), "--fail-on", "never")
    assert max(map(len, out.splitlines())) > 60  # no sentence is cut to nothing
    assert json.loads(run("check", str(file), "--json", "--fail-on", "never"))["title"].startswith("남북")


@on_unix
def test_without_a_home_nothing_is_kept_and_that_is_said(tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")}
    done = subprocess.run(
        [*SERVANDA, "score", SMALL], env={**environment, "HOME": "/nonexistent/home", "TMPDIR": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


@on_unix
def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    gone = "cd gone && rmdir ../gone && "
    assert shell(gone + "$S catalog", tmp_path).returncode == 0
    (tmp_path / "gone").mkdir()
    done = shell(gone + "$S new deal.yaml", tmp_path)
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (2, "", 1)
    assert "Traceback" not in done.stderr


def test_json_is_printed_also_where_there_is_no_answer(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: Any, **__: Any) -> None:
        raise NotConverged("plan phased: the solver found no equilibrium")

    monkeypatch.setattr("servanda.assessment.comparison.compare", none)
    done = run("compare", SMALL, "--json")
    assert (done.code, done.json) == (3, {"status": "plan phased: the solver found no equilibrium"})
    assert done.err == "plan phased: the solver found no equilibrium\n"
    assert run("compare", SMALL).out == ""


def test_what_nobody_foresaw_of_the_disk_is_one_message(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for error, words in (
        (OSError(28, "No space left on device"), "The disk is full.\n"),
        (PermissionError(13, "Permission denied", "/x"), "/x: you have no permission to write here.\n"),
        (
            MemoryError(),
            "There is not enough memory for this. Use fewer draws, fewer workers or a smaller agreement.\n",
        ),
    ):

        def fail(*_: Any, error: BaseException = error, **__: Any) -> None:
            raise error

        monkeypatch.setattr("servanda.assessment.comparison.compare", fail)
        done = run("compare", SMALL)
        assert (done.code, done.out, done.err) == (2, "", words)


@pytest.mark.parametrize(
    ("package", "arguments"),
    [
        ("pyarrow", ["sweep", "--out", "x.parquet"]), ("matplotlib", ["sweep", "--pictures", "p"]),
        ("jinja2", ["study", "--out", "r"]), ("matplotlib", ["study", "--out", "r"]),
        ("distributed", ["sweep", "--cluster", "local:1", "--out", "x.parquet"]),
        ("SALib", ["sensitivity", "--plan", "phased", "--picture", "x.svg"]),
        ("ema_workbench", ["explain-failure", "--plan", "phased"]), ("numba", ["compare"]),
    ],
)  # fmt: skip
def test_a_missing_extra_is_said_before_the_work_and_leaves_nothing(
    run: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, package: str, arguments: list[str]
) -> None:
    from importlib.util import find_spec

    monkeypatch.setattr("servanda.errors.find_spec", lambda name: None if name == package else find_spec(name))
    monkeypatch.setattr("servanda.uncertainty.evaluation.evaluated", None)
    monkeypatch.chdir(tmp_path)
    done = run(arguments[0], SMALL, *arguments[1:])
    assert (done.code, done.out) == (2, "")
    assert done.err.endswith("]'\n")
    assert f"needs {package}, which is not installed here. Install with: pip install 'servanda[" in done.err
    assert list(tmp_path.iterdir()) == []


def test_where_matplotlib_keeps_its_fonts_is_not_told() -> None:
    code = "import logging\nfrom servanda.cli._exit import ended\nlog = logging.getLogger('matplotlib.font_manager')\n"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}ended(lambda: (log.warning('a folder'), log.error('an error'))[1])"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "an error\n")


def test_a_window_system_that_matplotlib_does_not_know_does_no_harm() -> None:
    code = "from servanda.cli._exit import ended\nended(lambda: __import__('matplotlib') and None)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "MPLBACKEND": "nonsense"}, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
