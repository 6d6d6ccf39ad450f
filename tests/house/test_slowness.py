"""The list of slow tests does what it says (tests/support/slowness.py)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support.paths import ROOT, TESTS

CONFTEST = """
from pathlib import Path
from support import slowness
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

pytest_plugins = ["support.slowness"]
slowness.LIST, slowness.LIMIT = Path(__file__).with_name("slow.txt"), 0.5
pytest_collect_file = Sybil(parsers=[PythonCodeBlockParser()], patterns=["*.md"]).pytest()
"""
PAGE = """
```python
>>> said = ["first"]
```

```python
>>> said.append("second")
```

```python
>>> said[0]
'first'
```
"""
BURNING = """
import time

def test_it_burns():
    began = time.process_time()
    while time.process_time() - began < 1:
        pass
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "page.md").write_text(PAGE)
    (tmp_path / "test_burning.py").write_text(BURNING)
    (tmp_path / "pytest.ini").write_text(f"[pytest]\nmarkers = proof\npythonpath = {TESTS}\ntestpaths = .\n")
    (tmp_path / "slow.txt").write_text("# slow\n")
    return tmp_path


def run(project: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    done = subprocess.run(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout


def test_a_test_that_became_slow_fails_unless_it_is_listed(project: Path) -> None:
    assert "Off the list of slow tests, 0.5 s is the most" in run(project, "test_burning.py")
    (project / "slow.txt").write_text("1 test_burning.py::test_it_burns\n")
    assert "1 deselected" in run(project, "test_burning.py", "-m", "not proof")


def test_a_slow_example_has_those_above_it_run_first(project: Path) -> None:
    (project / "slow.txt").write_text('2 page.md: said.append("second")\n')
    assert "2 passed, 1 deselected" in run(project, "page.md", "-m", "not proof")
    assert "1 passed, 2 deselected" in run(project, "page.md", "-m", "proof")


def test_the_list_names_nothing_that_is_gone(project: Path) -> None:
    (project / "slow.txt").write_text("1 test_burning.py::test_it_burned\n")
    assert "slow.txt lists what is not there" in run(project)


def test_every_name_of_the_list_is_there_once() -> None:
    lines = [line for line in (ROOT / "tests/support/slow.txt").read_text().splitlines() if not line.startswith("#")]
    names = [line.split(maxsplit=1)[1] for line in lines]
    assert len(set(names)) == len(names)
