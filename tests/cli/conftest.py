"""What the tests of the commands share: running a command, and a file to run it on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Done, commands
from support.plain_starter import new


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    return commands(capsys)


@pytest.fixture
def deal(tmp_path: Path) -> Path:
    return new(tmp_path / "deal.yaml")
