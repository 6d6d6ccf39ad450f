"""The program: its help, how it finds its commands, and how every command ends on bad input."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import click
import pytest
from support import paths

from servanda.cli import main
from servanda.cli._pipeline import SECTIONS, Command
from servanda.cli.program import commands
from servanda.errors import no_such

SMALL = paths.GOOD / "format-example.yaml"
PLANS = ("phased", "at-once")
HEAVY = ("numpy", "numba", "pydantic", "matplotlib", "rich", "ruamel", "scipy", "polars", "pyarrow", "yaml")
CONTEXT = click.Context(commands, info_name="servanda")
EVERY = {name: commands.get_command(CONTEXT, name) for name in commands.list_commands(CONTEXT)}
ON_FILES = [name for name, one in EVERY.items() if one and any(p.name == "file" for p in one.params) and name != "new"]
SHARED = ("plan", "plans", "between", "of", "draws", "seed", "sweep", "picture", "workers", "cluster", "as_json")
REQUIRED = {  # what a command needs besides a file and a plan
    "tip": ["--reach", "0.5"],
    "design": ["--maximise", "held_clean"],
}


def options(name: str) -> dict[str, click.Option]:
    one = EVERY[name]
    assert one is not None
    return {str(p.name): p for p in one.params if isinstance(p, click.Option)}


def asked(name: str, plan: str) -> list[str]:
    return ["--plan", plan, *REQUIRED.get(name, [])]


# ------------------------------------------------------------------------------------------------------- the help


def test_help_lists_every_command_under_its_heading_with_its_whole_first_sentence(run: Any) -> None:
    text = run("--help").out
    words = " ".join(text.split())
    headings = re.findall(r"^(\w+):$", text, re.MULTILINE)
    assert headings == ["Options", *(section.capitalize() for section in SECTIONS)]
    for name, one in EVERY.items():
        assert isinstance(one, Command)
        first = (one.help or "").split("\n\n")[0]
        assert first.endswith((".", "?"))
        assert f" {name} {' '.join(first.split())} " in words + " "
        section = text.split(f"\n{one.section.capitalize()}:\n")[1].split("\n\n")[0]
        assert re.search(rf"^  {name} ", section, re.MULTILINE)
    assert "..." not in text.partition("\n")[2]
    assert run().err == text


@pytest.mark.parametrize("name", EVERY)
def test_the_help_of_a_command_is_whole(run: Any, name: str) -> None:
    done = run(name, "--help")
    words = "".join(done.out.split())  # lines may end after any space or hyphen
    one = EVERY[name]
    assert done.code == 0
    assert one is not None
    assert "".join((one.help or "").split()) in words
    assert "..." not in words
    for option in options(name).values():
        assert option.opts[0] in words
        assert option.help
        assert option.help[0].isupper() or option.name == "form"
        assert option.help.endswith(".")
        assert "".join(option.help.split()) in words


def test_an_option_says_the_same_everywhere() -> None:
    for shared in SHARED:
        said = {one.help: name for name in EVERY for option, one in options(name).items() if option == shared}
        if shared == "plan":
            assert said.pop("Only this plan, date by date.") == "score"
        assert len(said) == 1, said
        metavars = {one.metavar for name in EVERY for option, one in options(name).items() if option == shared}
        assert len(metavars) == 1, metavars
    for name in EVERY:
        assert "as_json" in options(name)
        assert ("workers" in options(name)) == ("cluster" in options(name))


def test_help_imports_nothing_heavy_and_a_command_only_its_own_file() -> None:
    code = (
        "import sys, contextlib, io\n"
        "from servanda.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(sys.argv[1:])\n"
        "print(*sys.modules)"
    )

    def loaded(*arguments: str) -> set[str]:
        command = [sys.executable, "-c", code, *arguments]
        return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())

    assert not loaded("--help") & set(HEAVY)
    own = {name for name in loaded("tip", "--help") if name.startswith("servanda.cli.")}
    assert own & {f"servanda.cli.{name.replace('-', '_')}" for name in EVERY} == {"servanda.cli.tip"}


def test_help_is_quick() -> None:
    """In seconds of the processor, so that it does not matter what else runs on this machine."""
    code = (
        "import contextlib, io, time\n"
        "from servanda.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "print(time.process_time())"
    )
    command = [sys.executable, "-c", code]
    times = [float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(3)]
    assert min(times) < 0.3


# ------------------------------------------------------------------------------------------------- its commands


def test_to_add_a_command_is_to_add_a_file(tmp_path: Path) -> None:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(paths.ROOT / "src" / "servanda", tmp_path / "servanda", ignore=ignored)
    (tmp_path / "servanda" / "cli" / "count_plans.py").write_text(
        "from servanda.cli._pipeline import Answer, Run, on_agreement\n"
        "@on_agreement('improve')\n"
        "def count_plans(run: Run) -> Answer:\n"
        "    'How many plans are there?'\n"
        "    plans = len(run.agreement.plans)\n"
        "    return Answer((), lambda: {'plans': plans}, (f'{plans} plans.',), code=1)\n"
    )

    def out(*arguments: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "servanda", *arguments], cwd=tmp_path, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        )  # fmt: skip
        return done.returncode, done.stdout

    assert "  count-plans      How many plans are there?\n" in out("--help")[1]
    assert out("count-plans", str(SMALL)) == (1, "2 plans.\n")
    assert out("count-plans", str(SMALL), "--json") == (1, '{\n  "plans": 2\n}\n')


def test_both_ways_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    script = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]["servanda"]
    assert EntryPoint("servanda", script, "console_scripts").load() is main
    with pytest.raises(SystemExit) as stopped:
        main(["catalog"])
    assert not stopped.value.code
    command = [sys.executable, "-m", "servanda", "catalog"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stdout == capsys.readouterr().out


# ------------------------------------------------------------------------------------------------------- endings


@pytest.mark.parametrize("name", ON_FILES)
def test_every_command_refuses_what_cannot_be_read(run: Any, name: str, tmp_path: Path) -> None:
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00\xd8")
    (tmp_path / "broken.yaml").write_text("title: [unclosed\n", encoding="utf-8")
    before = sorted(tmp_path.iterdir())
    for file in ("folder.yaml", "bytes.yaml", "broken.yaml", "nowhere.yaml"):
        done = run(name, tmp_path / file)
        assert (done.code, done.out) == (2, ""), file
        assert done.err.startswith(str(tmp_path / file))
        assert "Traceback" not in done.err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("name", EVERY)
def test_every_command_refuses_an_unknown_option(run: Any, name: str) -> None:
    done = run(name, *(["x.yaml"] if name in ON_FILES or name == "new" else []), "--colour", "red")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("No such option '--colour'.")
    assert done.err.endswith(f"All options: servanda {name} --help\n")
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize("name", [name for name in ON_FILES if {"plan", "plans", "between"} & options(name).keys()])
def test_every_command_says_the_same_about_a_wrong_plan(run: Any, name: str, deal: Path) -> None:
    wrong: list[list[str]] = []
    if "plan" in options(name):
        wrong.append(asked(name, "phasd"))
    if "plans" in options(name):
        wrong.append(["--plans", "at-once,phasd"])
    if "between" in options(name):
        wrong += [["--between", "phasd", "at-once"], ["--between", "at-once", "phasd"]]
    message = str(no_such("plan", "phasd", PLANS))
    for arguments in wrong:
        done = run(name, deal, *arguments)
        assert (done.code, done.out) == (2, "")
        assert done.err == f"{deal}: t{message[1:]}\n"
    assert [path.name for path in deal.parent.iterdir()] == ["deal.yaml"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["sensitivity", "--plan", "phased", "--of", "held_claen"],
        ["sensitivity", "--between", "phased", "at-once", "--of", "held_claen"],
        ["tip", "--between", "phased", "at-once", "--of", "held_claen"],
        ["tip", "--plan", "phased", "--reach", "0.5", "--of", "held_claen"],
        ["explain-failure", "--plan", "phased", "--when", "held_claen < 3"],
        ["design", "--plan", "phased", "--maximise", "held_claen"],
        ["design", "--plan", "phased", "--maximise", "years", "--subject-to", "held_claen >= 0.3"],
    ],
)
def test_a_wrong_metric_is_one_message(run: Any, deal: Path, arguments: list[str]) -> None:
    done = run(arguments[0], deal, *arguments[1:])
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "'held_claen'" in done.err
    assert "Did you mean held_clean?" in done.err


@pytest.mark.parametrize("name", [name for name in EVERY if "picture" in options(name)])
def test_a_picture_that_cannot_be_written_is_refused_before_the_work(
    run: Any, deal: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(file: str) -> None:
        raise AssertionError("the work had begun")

    monkeypatch.setattr("servanda.agreement.reading.reader.read", read)
    (deal.parent / "folder.svg").mkdir()
    before = sorted(deal.parent.iterdir())
    for picture in ("nowhere/x.png", "folder.svg", "x.gif"):
        more = asked(name, "phased") if name != "inspect" else []
        done = run(name, deal, *more, "--picture", deal.parent / picture)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith(f"{deal.parent / picture}: ")
        assert len(done.err.splitlines()) == 1
    assert sorted(deal.parent.iterdir()) == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["study", "--out", "deal.yaml"], "deal.yaml: this is a file, and the report needs a folder"),
        (["study", "--out", "deal.yaml/report"], "nothing can be written here"),
        (["sweep", "--pictures", "deal.yaml"], "deal.yaml: this is a file, and the pictures need a folder"),
        (["sweep", "--out", "nowhere/x.parquet"], "there is no folder nowhere"),
        (["solve", "--plan", "phased", "--prism", "--json"], "--prism prints a program, not JSON"),
        (["tree", "--plan", "phased", "--efg", "--json"], "--efg prints a game for Gambit, not JSON"),
        (
            ["explain-failure", "--plan", "phased", "--sweep", "x.parquet", "--cluster", "local:1"],
            "Leave out --cluster",
        ),
        (["sensitivity", "--between", "phased", "phased"], "two different plans"),
        (["sweep", "--draws", "9999999999"], "9,999,999,999 draws are too many"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_leaves_nothing(
    run: Any, deal: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(deal.parent)
    done = run(arguments[0], "deal.yaml", *arguments[1:])
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1
    assert [path.name for path in deal.parent.iterdir()] == ["deal.yaml"]


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


@pytest.mark.parametrize("wait", ["time.sleep(60)", "exec('time.sleep(60)')"])  # as dataclasses are made
def test_ctrl_c_stops_cleanly(wait: str) -> None:
    code = (
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # in the background, shells have it ignored
        "import servanda.agreement.reading.reader\n"
        "def wait(file):\n"
        "    print('ready', flush=True)\n"
        "    import time\n"
        f"    {wait}\n"
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


@pytest.mark.parametrize(
    "words", [("sweep", "x", "--out", ""), ("study", "x", "--out", ""), ("solve", ""), ("check", "a", "")]
)
def test_what_is_empty_is_the_name_of_nothing(run: Any, words: tuple[str, ...]) -> None:
    done = run(*words)
    assert (done.code, done.out) == (2, "")
    assert "what was given for it is empty" in done.err
