"""The commands, as a user types them: what they print, their exit codes, and their JSON."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.commands import commands

from servanda.solver import _continuation as _branch

SMALL = paths.GOOD / "format-example.yaml"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return commands(capsys)


def test_solve_prints_the_promised_json(run: Any) -> None:
    """Keys and meaning as docs/reference/agreement-file.md has them."""
    done = run("solve", SMALL, "--plan", "phased", "--json")
    answer = done.json
    assert done.code == 0
    assert answer["plan"] == "phased"
    assert answer["status"] == "converged"
    assert 0 <= answer["residual"] <= 1e-10
    held, broken = answer["outcomes"]["held"], answer["outcomes"]["broken"]
    assert held.keys() == {"clean", "concealed"}
    assert {"withdrew:dprk", "withdrew:usa", "found:dprk", "unratified:usa", "incident"} == broken.keys()
    assert sum(held.values()) + sum(broken.values()) == pytest.approx(1.0, abs=1e-12)
    first = answer["entries"][0]
    assert first["id"] == "half-freeze"
    assert first["reached"] == 1.0
    assert first["keep"] + first["conceal"] + first["withdraw"] == pytest.approx(1.0, abs=1e-12)
    assert first["by_type"].keys() == first["belief"].keys() == {"sincere", "stalling"}
    assert first["by_type"]["sincere"].keys() == {"keep", "conceal", "withdraw", "margin"}
    assert answer["values"]["usa"].keys() == {"sign", "no_deal", "by_type"}
    assert answer["values"]["usa"]["by_type"]["committed"].keys() == {"sign", "no_deal"}
    assert answer["about"]["sha256"]
    assert answer["about"]["versions"]["servanda"]
    kinds = {entry["id"]: entry for entry in answer["entries"]}
    assert kinds["congress"]["keep"] == pytest.approx(0.6)
    assert kinds["peace"]["keep"] == 1.0
    assert len(answer["entries"]) == 6 + 9 * 2


def test_solve_prints_a_table_with_the_same_numbers(run: Any) -> None:
    answer = run("solve", SMALL, "--plan", "at-once", "--json").json
    text = run("solve", SMALL, "--plan", "at-once").out
    assert f"{100 * answer['outcomes']['broken']['found:dprk']:.1f}%" in text
    assert f"{100 * answer['entries'][0]['conceal']:.1f}%" in text
    assert f"{answer['values']['usa']['sign']:.2f}" in text


def test_compare_and_audit(run: Any) -> None:
    both = run("compare", SMALL, "--json").json
    assert [plan["plan"] for plan in both["plans"]] == ["phased", "at-once"]
    one = run("solve", SMALL, "--plan", "at-once", "--json").json
    assert both["plans"][1]["outcomes"] == one["outcomes"]
    text = run("compare", SMALL).out
    assert f"{100 * one['outcomes']['held']['clean']:.1f}%" in text
    audit = run("audit", SMALL, "--plan", "at-once", "--json").json["audit"]
    stalling = next(row for row in audit if row["type"] == "stalling")
    assert stalling["best"]["act"] == "conceal"
    assert stalling["best"]["gain"] > 0
    assert not stalling["self_enforcing"]
    assert "Not self-enforcing" in run("audit", SMALL, "--plan", "at-once").out


def test_score_prints_the_promised_json(run: Any) -> None:
    """Keys as docs/reference/agreement-file.md has them; the figures themselves are in test_scoring.py."""
    both = run("score", SMALL, "--json").json
    assert both.keys() == {"title", "plans", "about"}
    assert [card["plan"] for card in both["plans"]] == ["phased", "at-once"]
    only = run("score", SMALL, "--plan", "at-once", "--json").json
    assert only["plans"] == both["plans"][1:]
    card = both["plans"][0]["parties"]["usa"]
    assert card.keys() == {
        "party", "harm", "kept", "within", "lasting", "obtained", "course", "complete", "verifiable", "irreversible",
    }  # fmt: skip
    assert len(card["course"]) == 6 + 9 * 2
    assert card["course"][-1]["complete"] == card["complete"]["figure"]
    assert card["complete"].keys() == {"figure", "aim", "status", "since", "raised", "lowered"}
    compared = run("compare", SMALL, "--json").json
    assert [plan["scorecard"] for plan in compared["plans"]] == [card["parties"] for card in both["plans"]]


def test_score_prints_tables_with_the_same_numbers(run: Any) -> None:
    (card,) = run("score", SMALL, "--plan", "phased", "--json").json["plans"]
    one, several = run("score", SMALL, "--plan", "phased").out, run("score", SMALL).out
    for party in card["parties"].values():
        for what in ("complete", "verifiable", "irreversible"):
            assert f"{100 * party[what]['figure']:.1f}%" in one
            assert f"{100 * party[what]['figure']:.1f}%" in several
        for piece in party["obtained"]:
            assert piece["entry"] in one
            assert f"{100 * piece['found']:.1f}%" in one or not piece["concealable"]
    refused = run("score", SMALL, "--plan", "fased")
    assert refused.code == 2
    assert refused.out == ""
    assert "Did you mean phased?" in refused.err


def test_a_duration_without_end_is_never_in_json(run: Any) -> None:
    said = run("score", paths.GOOD / "three-parties.yaml", "--json").json
    assert "never" in [piece["restore"] for piece in said["plans"][0]["parties"]["a"]["obtained"]]


def test_tree(run: Any) -> None:
    size = run("tree", SMALL, "--plan", "at-once", "--json").json
    assert size["nodes"] > size["terminal"] > 0
    efg = run("tree", SMALL, "--plan", "at-once", "--efg").out
    assert efg.startswith("EFG 2 R ")
    refused = run("tree", "singapore-2018", "--plan", "phased", "--efg", "--max-nodes", "1000")
    assert refused.code == 2
    assert refused.out == ""


def test_new_schema_and_catalog(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "deal.yaml"
    assert run("new", target).code == 0
    assert run("compare", target).code == 0
    again = run("new", target)
    assert again.code == 2
    assert "there is a file of this name already" in again.err
    assert run("schema").json["$schema"].startswith("https://json-schema.org/")
    assert "singapore-2018" in run("catalog").out.splitlines()


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


def test_no_answer_is_code_3_and_no_numbers(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_branch, "MAX_STEPS", 1)
    done = run("solve", SMALL, "--plan", "phased", "--json")
    assert done.code == 3
    assert done.json.keys() == {"plan", "status", "residual", "iterations"}
    assert done.json["status"].startswith("stopped on the branch at 0.0")
    assert "the solver found no equilibrium of plan phased" in done.err
    assert run("compare", SMALL).code == 3


def test_a_report_cannot_be_written_over_a_file(run: Any, tmp_path: Path) -> None:
    target = tmp_path / "report"
    target.write_text("mine")
    done = run("study", SMALL, "--out", target)
    assert done.code == 2
    assert "this is a file" in done.err
    assert target.read_text() == "mine"


def test_results_repeat_to_the_last_digit() -> None:
    """The same file gives the same bytes in two processes, save for the time taken."""
    outs: list[Any] = []
    for _ in range(2):
        command = [sys.executable, "-m", "servanda", "solve", str(SMALL), "--plan", "phased", "--json"]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        del answer["about"]["made"], answer["about"]["seconds"]
        outs.append(answer)
    assert outs[0] == outs[1]


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


def test_solve_looks_for_other_equilibria_when_asked(run: Any, tmp_path: Path) -> None:
    plain = run("solve", SMALL, "--plan", "phased", "--json").json
    assert "others" not in plain
    searched = run("solve", SMALL, "--plan", "phased", "--search", "4", "--json").json
    assert searched["searched"] == 4
    assert searched["others"] == []
    assert searched["outcomes"] == plain["outcomes"]
    assert searched["about"]["seed"] == 0
    assert (
        "No other equilibrium was found from 4 starts." in run("solve", SMALL, "--plan", "phased", "--search", "4").out
    )
