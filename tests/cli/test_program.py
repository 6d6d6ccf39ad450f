"""The program: its help, how it finds its commands, and how every command ends on bad input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support import paths

SMALL = paths.GOOD / "format-example.yaml"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["solve", SMALL],
            f"{SMALL}: the file has several plans: phased, at-once. Say which one: --plan phased\n",
        ),
        (
            ["solve", SMALL, "--plan", "fased"],
            f"{SMALL}: there is no plan 'fased'. The plans are: phased, at-once. Did you mean phased?\n",
        ),
        (["solve", "nowhere.yaml"], None),
        (["solve"], None),
        (["slove", SMALL], None),
        (["tree", SMALL, "--plan", "phased", "--max-nodes", "10"], None),
    ],
)
def test_bad_requests_get_one_message_and_code_2(
    run: Any, arguments: list[str], message: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run(*arguments)
    assert done.code == 2
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err.strip()
    if message is not None:
        assert done.err == message


def test_ctrl_c_stops_cleanly() -> None:
    code = (
        "import os, signal\n"
        "import servanda.agreement.reading.reader\n"
        "def wait(file):\n"
        "    print('ready', flush=True)\n"
        "    import time\n"
        "    time.sleep(60)\n"
        "servanda.agreement.reading.reader.read = wait\n"
        "from servanda.cli import main\n"
        "main(['compare', 'anything'])\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.1)
    os.kill(child.pid, signal.SIGINT)
    _, err = child.communicate(timeout=20)
    assert err.strip() == "Stopped."
    assert child.returncode == 130
