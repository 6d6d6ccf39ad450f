"""The hook for pre-commit and the action for GitHub, as far as a machine without a network shows."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest
from ruamel.yaml import YAML
from support import paths

HOOKS, ACTION = (paths.ROOT / name for name in (".pre-commit-hooks.yaml", "action.yml"))
BAD, CLEAN = ((paths.CASES / f"{name}.yaml").read_text("utf-8") for name in ("SV102-bad", "SV102-good"))


def load(file: Path) -> Any:
    yaml: Any = YAML(typ="safe")
    return yaml.load(file.read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------ pre-commit


def hook() -> dict[str, Any]:
    (found,) = load(HOOKS)
    return cast("dict[str, Any]", found)


def test_the_hook_has_what_pre_commit_asks_for() -> None:
    found = hook()
    assert {"id", "name", "entry", "language"} <= found.keys()
    assert found["language"] == "python"  # installed from this repository, which is a package of that name
    assert found["types"] == ["yaml"]
    assert found["require_serial"] is True  # one summary of all files
    for name, wanted in (
        ("agreements/deal.yaml", True), ("a/agreements/b/deal.yml", True), (".pre-commit-config.yaml", False),
        ("disagreements/x.yaml", False), ("agreements/readme.md", False),
    ):  # fmt: skip
        assert bool(re.search(found["files"], name)) is wanted


@pytest.mark.parametrize(("texts", "code"), [((CLEAN,), 0), ((CLEAN, BAD), 1), ((BAD, "title: ["), 2)])
def test_the_hook_does_what_it_says(run: Any, tmp_path: Path, texts: tuple[str, ...], code: int) -> None:
    program, *arguments = hook()["entry"].split()
    assert program == "servanda"
    files = [tmp_path / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text, encoding="utf-8")
    assert run(*arguments, *files).code == code


# ------------------------------------------------------------------------------------------------ the action


def step(name: str) -> dict[str, Any]:
    return next(each for each in load(ACTION)["runs"]["steps"] if each.get("id") == name)


def test_the_action_uses_every_input_and_no_other_and_none_within_a_script() -> None:
    action, text = load(ACTION), ACTION.read_text(encoding="utf-8")
    assert action["runs"]["using"] == "composite"
    assert {"name", "description", "inputs", "outputs", "runs"} == action.keys()
    assert set(re.findall(r"\$\{\{ inputs\.([a-z-]+) \}\}", text)) == set(action["inputs"])
    for each in action["inputs"].values():
        assert each["description"]
        assert each.get("required") or "default" in each
    for each in action["runs"]["steps"]:
        assert "uses" in each or each["shell"] == "bash"
        assert "${{" not in each.get("run", ""), "what a user writes reaches a script as a variable, never as a part"
    assert 'install --quiet --disable-pip-version-check "${INSTALL:-$GITHUB_ACTION_PATH}"' in step("install")["run"]


BASH = shutil.which("bash")


@pytest.fixture
def act(tmp_path: Path) -> Any:
    """Run the step `check` as the runner does: with the inputs in its environment, in the folder of the repository."""
    if BASH is None or sys.platform == "win32":
        pytest.skip("there is no bash")
    tools, here, output = tmp_path / "tools", tmp_path / "repository", tmp_path / "output"
    tools.mkdir()
    here.mkdir()
    output.touch()
    python = tools / "python"
    python.write_text(f'#!{BASH}\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    script = tmp_path / "script.sh"
    script.write_text(step("check")["run"])
    defaults = {key: each.get("default", "") for key, each in load(ACTION)["inputs"].items()}

    def call(files: str, **inputs: str) -> tuple[int, str, str]:
        given = {**defaults, "files": files, **{key.replace("_", "-"): value for key, value in inputs.items()}}
        env = {key: re.sub(r"\$\{\{ inputs\.(.*?) \}\}", lambda m: given[m[1]], each)
               for key, each in step("check")["env"].items()}  # fmt: skip
        source = os.pathsep.join([str(paths.ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        done = subprocess.run(
            [str(BASH), "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)],
            cwd=here, capture_output=True, text=True, encoding="utf-8", check=False, timeout=60,
            env={**os.environ, **env, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": source,
                 "GITHUB_OUTPUT": str(output), "GITHUB_WORKSPACE": str(here), "PYTHONUTF8": "1"},
        )  # fmt: skip
        return done.returncode, done.stdout, done.stderr

    for name in ("a.yaml", "deep/er/b b.yaml", "clean.yaml"):
        file = here / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(CLEAN if name == "clean.yaml" else BAD, encoding="utf-8")
    return call


def test_the_action_annotates_what_patterns_name(act: Any) -> None:
    code, out, _ = act("**/*.yaml\n")
    assert code == 1
    assert [line.split(",")[0] for line in out.splitlines()] == [
        "::warning file=a.yaml", "::warning file=deep/er/b b.yaml",
    ]  # fmt: skip
    assert act("clean.yaml")[0] == 0


def test_the_action_passes_on_options_and_tells_of_what_is_not_there(act: Any, tmp_path: Path) -> None:
    known = tmp_path / "repository" / "known.json"
    known.write_text(json.dumps({"servanda-baseline": 1, "files": {}}))
    code, out, _ = act("a.yaml\ndeep/**/*.yaml", select="SV1", ignore="SV101", baseline="known.json", fail_on="error")
    assert (code, len(out.splitlines())) == (0, 2)
    code, out, err = act("a.yaml\nnone*.yaml\r\n$(touch pwned)")
    assert code == 2
    assert "::error file=none*.yaml,line=1,title=unusable file::no file has a name of this pattern" in out
    assert "$(touch pwned): there is no such file" in err
    assert not (tmp_path / "repository" / "pwned").exists()


def test_the_action_writes_sarif_and_says_where(act: Any, tmp_path: Path) -> None:
    code, out, _ = act("a.yaml", format="sarif", sarif_file="out put.sarif")
    assert (code, out) == (1, "")
    log = json.loads((tmp_path / "repository" / "out put.sarif").read_text("utf-8"))
    assert [each["ruleId"] for each in log["runs"][0]["results"]] == ["SV102"]
    assert (tmp_path / "output").read_text() == "sarif-file=out put.sarif\n"
