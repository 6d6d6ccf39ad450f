"""`servanda solve`: what it prints, and its JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from support import paths

from servanda.solver import _continuation

SMALL = paths.GOOD / "format-example.yaml"


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
    assert f"{answer['values']['usa']['sign']:.2f}".replace("-", "−") in text


def test_no_answer_is_code_3_and_no_numbers(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_continuation, "MAX_STEPS", 1)
    done = run("solve", SMALL, "--plan", "phased", "--json")
    assert done.code == 3
    assert done.json.keys() == {"plan", "status", "residual", "iterations", "folds", "bifurcations"}
    assert done.json["status"].startswith("stopped at 0.0")
    assert "the solver found no equilibrium of plan phased" in done.err
    assert run("compare", SMALL).code == 3


def test_results_repeat_to_the_last_digit() -> None:
    """The same file gives the same bytes in two processes, save for the time taken."""
    outs: list[Any] = []
    for _ in range(2):
        command = [sys.executable, "-m", "servanda", "solve", str(SMALL), "--plan", "phased", "--json"]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        del answer["about"]["made"], answer["about"]["seconds"]
        outs.append(answer)
    assert outs[0] == outs[1]


def test_solve_looks_for_other_equilibria_when_asked(run: Any) -> None:
    plain = run("solve", SMALL, "--plan", "phased", "--json").json
    assert "others" not in plain
    searched = run("solve", SMALL, "--plan", "phased", "--search", "4", "--json").json
    assert searched["searched"] == 4
    assert searched["others"] == []
    assert searched["outcomes"] == plain["outcomes"]
    assert searched["about"]["seed"] == 0
    assert (
        "The solver found no other equilibrium from 4 starting points."
        in run("solve", SMALL, "--plan", "phased", "--search", "4").out
    )
