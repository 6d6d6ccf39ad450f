"""`servanda score`: what it prints, and its JSON."""

from __future__ import annotations

from typing import Any

from support import paths

SMALL = paths.GOOD / "format-example.yaml"


def test_score_prints_the_promised_json(run: Any) -> None:
    """Keys as docs/reference/agreement-file.md has them; the numbers are in assessment/test_scorecards.py."""
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
