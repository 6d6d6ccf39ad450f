"""What is written is run: the commands and the Python examples of the README, of docs/ and of the docstrings."""

from __future__ import annotations

import doctest
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sybil import Example, Sybil
from sybil.parsers.markdown import CodeBlockParser, PythonCodeBlockParser
from sybil.parsers.rest import DocTestParser

pytest_plugins = ["support.slowness"]

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
TERMINAL = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "FORCE_COLOR": ""}  # whatever the tests are run in


class ConsoleParser(CodeBlockParser):
    """Blocks marked `console`: `$ ` begins a command, the lines below it are what it prints; `...` skips lines."""

    language = "console"

    def evaluate(self, example: Example) -> str | None:
        folder: Path = example.namespace["folder"]
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        for part in ("\n" + example.parsed).split("\n$ ")[1:]:
            command, _, wanted = part.partition("\n")
            done = _run(command, folder, {**os.environ, **TERMINAL, "PATH": path, "PYTHONUTF8": "1"})
            got = done
            if not doctest.OutputChecker().check_output(wanted.strip() + "\n", got.strip() + "\n", FLAGS):
                return f"$ {command}\nwanted:\n{wanted}\ngot:\n{got}"
        return None


def _run(command: str, folder: Path, environment: dict[str, str], seconds: float = 300) -> str:
    """What a command prints; one that takes too long is ended with all that it started."""
    child = subprocess.Popen(
        command, shell=True, cwd=folder, env=environment, text=True, start_new_session=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        out, error = child.communicate(timeout=seconds)
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        raise
    return out + error


def setup(namespace: dict[str, Any]) -> None:
    import tempfile

    namespace["folder"] = Path(tempfile.mkdtemp(prefix="servanda-docs-"))


def teardown(namespace: dict[str, Any]) -> None:
    import shutil

    shutil.rmtree(namespace["folder"])


pages = Sybil(
    parsers=[ConsoleParser("console"), PythonCodeBlockParser(doctest_optionflags=FLAGS)],
    patterns=["*.md"],
    setup=setup,
    teardown=teardown,
)
docstrings = Sybil(
    parsers=[DocTestParser(optionflags=FLAGS)], patterns=["src/servanda/**/*.py"], setup=setup, teardown=teardown
)
pytest_collect_file = (pages + docstrings).pytest()


@pytest.fixture(autouse=True)
def _one_kind_of_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in TERMINAL.items():
        monkeypatch.setenv(name, value)
