"""The house rules of docs/development/architecture.md that a machine can check; import-linter checks the imports."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.index import BEGIN, END, PAGE, index
from support.paths import ROOT
from support.slowness import used

import servanda

SOURCE = Path(servanda.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
LISTS = {"cli", "presentation/figures", "presentation/views"}  # folders that are lists may be longer
MODULES = {"servanda." + path.relative_to(SOURCE).with_suffix("").as_posix().replace("/", ".") for path in FILES}
MOST_FILES, MOST_LINES = 25, 600


def name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_the_contracts_on_imports_are_kept() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:]


def test_every_room_is_in_the_contract() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = " ".join(settings["contracts"][0]["layers"]).replace("|", " ").split()
    there = {path.stem for path in SOURCE.glob("*.py")} | {path.parent.name for path in SOURCE.glob("*/__init__.py")}
    assert set(layers) == there - {"__init__", "__main__"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_no_import_is_a_string(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value not in MODULES, f"{name(path)}: {node.value}"


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_are_of_a_size(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES


def test_folders_are_of_a_size() -> None:
    for folder in {path.parent for path in FILES}:
        here = [path for path in folder.iterdir() if path.is_dir() or path.suffix in (".py", ".pyi", ".toml", ".yaml")]
        here = [path for path in here if path.name != "__pycache__"]
        if folder.relative_to(SOURCE).as_posix() not in LISTS:
            assert len(here) <= MOST_FILES, folder


def test_no_room_for_odds_and_ends() -> None:
    assert not {path.stem for path in FILES} & {"utils", "util", "core", "common", "helpers", "misc"}


def test_public_names_are_all_there_and_hidden_by_no_room() -> None:
    assert sorted(servanda.__all__) == servanda.__all__
    for public in servanda.__all__:
        assert getattr(servanda, public) is not None
    for path in SOURCE.rglob("*.py"):
        importlib.import_module(
            "servanda." + name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        )
    rooms = {path.name for path in SOURCE.iterdir()}
    for public in servanda.__all__:  # a module of the same name would hide a function as soon as it is imported
        assert public == "figures" or not inspect.ismodule(getattr(servanda, public)), public
        assert public not in rooms
        assert f"{public}.py" not in rooms


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="slove"):
        servanda.slove  # noqa: B018  # pyright: ignore[reportAttributeAccessIssue]


def fresh(code: str) -> float:
    """Seconds of a processor that a new Python process takes for some code: the best of five, as machines are noisy."""
    best = float("inf")
    for _ in range(5):
        began = used()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        best = min(best, used() - began)
    return best


def test_import_and_help_are_quick() -> None:
    assert fresh("import servanda") < 0.5
    assert fresh("import sys; sys.argv = ['servanda', '--help']; from servanda.cli import main; main()") < 0.3


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys, contextlib, io\n"
        "from servanda.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "heavy = ('numpy', 'numba', 'pydantic', 'matplotlib', 'rich', 'ruamel', 'scipy', 'polars')\n"
        "print([m for m in heavy if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_nothing_random_and_no_clock_enters_the_solver() -> None:
    rooms = [*(SOURCE / "game").rglob("*.py"), *(SOURCE / "solver").rglob("*.py")]
    summed = [
        SOURCE / "assessment" / f"{name}.py" for name in ("summary", "outcomes", "audits", "scorecards", "critical")
    ]
    for path in [*rooms, *summed]:
        text = path.read_text("utf-8")
        assert not re.search(r"\brandom\.|import random", text), path
        clock = re.findall(r"\btime\.\w+|datetime\.now", text)
        # What is made of an answer says how long that took, and nothing else is done with the clock.
        assert set(clock) <= ({"time.perf_counter"} if path in summed else set()), path


def test_the_index_is_that_of_the_code() -> None:
    assert BEGIN + index() + END in PAGE.read_text("utf-8")
