"""The built wheel in a fresh environment, with nothing but the core: every command works, or names the line to type."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from support.paths import ROOT

HEAVY = ("numpy", "numba", "scipy", "polars", "pyarrow", "matplotlib", "jinja2")
CORE_MEGABYTES = 40  # about 30 are meant; a margin for what the packages of the core add in later versions

WORKING = {
    "new": ["new", "other.yaml"],
    "check": ["check", "minsk-2015", "--fail-on", "never"],
    "explain": ["explain", "SV404"],
    "schema": ["schema"],
    "catalog": ["catalog"],
}
NEEDING = {
    "solve": ["deal.yaml", "--plan", "phased"],
    "compare": ["deal.yaml"],
    "audit": ["deal.yaml", "--plan", "phased"],
    "score": ["deal.yaml", "--plan", "phased"],
    "play": ["deal.yaml", "--plan", "phased"],
    "tree": ["deal.yaml", "--plan", "phased"],
    "sweep": ["deal.yaml", "--draws", "8"],
    "sensitivity": ["deal.yaml", "--plan", "phased"],
    "explain-failure": ["deal.yaml", "--plan", "phased"],
    "tip": ["deal.yaml", "--between", "phased", "at-once"],
    "design": ["deal.yaml", "--plan", "phased", "--maximise", "years"],
    "inspect": ["deal.yaml"],
    "study": ["deal.yaml"],
}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT)], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def core(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new environment with the wheel and the core alone; gives the folder of its programs."""
    home = tmp_path_factory.mktemp("core")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = dist.glob("*.whl")
    subprocess.run([str(programs / "python"), "-m", "pip", "install", "--quiet", str(wheel)], check=True)
    return programs


def run(programs: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    command = [str(programs / "servanda"), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)


def test_the_core_is_small_and_has_nothing_heavy(core: Path) -> None:
    (packages,) = core.parent.glob("lib/python*/site-packages")
    own = [p for p in packages.iterdir() if p.name.partition("-")[0] not in ("pip", "setuptools", "_distutils_hack")]
    size = sum(f.stat().st_size for p in own for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file())
    assert not {p.name for p in own} & set(HEAVY)
    assert size < CORE_MEGABYTES * 1e6, f"{size / 1e6:.0f} MB"


def test_every_command_works_or_says_what_to_type(core: Path, tmp_path: Path) -> None:
    code = "import json; from servanda.cli.program import commands; print(json.dumps(commands.list_commands(None)))"
    there = json.loads(subprocess.run([str(core / "python"), "-c", code], check=True, capture_output=True).stdout)
    assert set(there) == WORKING.keys() | NEEDING.keys()  # a new command says here what it needs
    assert run(core, "new", "deal.yaml", cwd=tmp_path).returncode == 0
    for arguments in WORKING.values():
        done = run(core, *arguments, cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, ""), done.stderr
    before = sorted(tmp_path.iterdir())
    for name, arguments in NEEDING.items():
        for more in ([], ["--json"]):
            done = run(core, name, *arguments, *more, cwd=tmp_path)
            assert done.returncode == 2, (name, done.stderr)
            assert done.stdout == ""
            assert len(done.stderr.splitlines()) == 1, done.stderr
            assert "pip install 'servanda[" in done.stderr
    assert sorted(tmp_path.iterdir()) == before


def test_check_looks_at_a_file_with_numbers_and_says_what_the_scorecard_needs(core: Path, tmp_path: Path) -> None:
    assert run(core, "new", "deal.yaml", cwd=tmp_path).returncode == 0
    done = run(core, "check", "deal.yaml", cwd=tmp_path)
    assert done.returncode == 1  # it has a warning
    assert "SV404" in done.stdout
    assert "pip install 'servanda[solve]'" in done.stdout + done.stderr
    found = json.loads(run(core, "check", "deal.yaml", "--json", cwd=tmp_path).stdout)
    assert found["scorecards"] is None  # not known, which is not the same as none
    assert found["findings"]


def test_python_names_the_line_to_type(core: Path) -> None:
    code = "import servanda\ntry: servanda.compile\nexcept servanda.MissingExtra as error: print(error)"
    done = subprocess.run([str(core / "python"), "-c", code], capture_output=True, text=True)
    assert "pip install 'servanda[solve]'" in done.stdout, done.stderr


def test_the_distributions_are_whole(dist: Path) -> None:
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *map(str, dist.iterdir())], check=True)
    (wheel,), (source,) = dist.glob("*.whl"), dist.glob("*.tar.gz")
    assert source.stat().st_size < 1e6
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        metadata = packed.read(next(name for name in names if name.endswith("METADATA"))).decode()
    with tarfile.open(source) as packed:
        assert any(member.name.endswith("src/servanda/py.typed") for member in packed)
    assert {"servanda/py.typed", "servanda/__init__.pyi", "servanda/agreement/starter.yaml"} <= names
    assert "Project-URL: Documentation" in metadata
    for version in ("3.11", "3.12", "3.13", "3.14"):
        assert f"Classifier: Programming Language :: Python :: {version}" in metadata


def test_all_brings_every_extra_that_users_choose_from() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (every,) = extras["all"]
    assert set(every.removeprefix("servanda[").removesuffix("]").split(",")) == extras.keys() - {
        "all",
        "test",
        "lint",
        "docs",
    }


def test_types_are_complete_for_those_who_use_the_wheel(dist: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "own")], check=True)
    programs = tmp_path / "own" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = dist.glob("*.whl")
    command = [str(programs / "python"), "-m", "pip", "install", "--quiet", "--no-deps", str(wheel)]
    subprocess.run(command, check=True, capture_output=True)
    packages = next((tmp_path / "own").glob("lib/python*/site-packages"))
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    environment.pop("PYTHONPATH", None)
    checker = Path(sys.executable).with_name("pyright")
    done = subprocess.run(
        [str(checker), "--verifytypes", "servanda", "--ignoreexternal", "--outputjson"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    found = json.loads(done.stdout)["typeCompleteness"]
    assert str(tmp_path) in found["pyTypedPath"]
    assert found["completenessScore"] >= 0.95
