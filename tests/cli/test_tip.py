"""`servanda tip` as a user types it: words, JSON, pictures, exit codes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import Done

BETWEEN = ("--between", "phased", "at-once")
WORTH, REFUSAL = "stakes.programme.worth.north", "stakes.non-recognition.worth.north"
YEARS = ("--of", "years", "--among", "stakes.*.worth.north")


def test_the_nearest_number_is_said_first(run: Callable[..., Done], deal: Path) -> None:
    done = run("tip", deal, *BETWEEN, *YEARS)
    answer = run("tip", deal, *BETWEEN, *YEARS, "--json").json
    text = " ".join(done.out.split())
    assert done.code == 0
    assert answer["numbers"][0]["name"] == WORTH
    value = answer["numbers"][0]["flips"][0]["value"]
    assert text.startswith(
        "The ranking reverses once the worth of “North's weapons programme” to North rises above"
        f" {value:.3g} (likely 2, range 1 to 4)."
    )
    first, second = (answer["figures"][plan] for plan in ("phased", "at-once"))
    assert f"{first:.2f} years against {second:.2f} years" in text
    assert f"a combined shift of {answer['change']['distance']:.2f} ranges" in text
    assert "a smaller shift may exist" in text
    assert answer["about"]["seed"] == 0
    assert set(answer) == {
        "plans", "of", "meaning", "better", "figures", "ahead", "numbers", "change", "searched", "closest", "solved",
        "unsolved", "seed", "about",
    }  # fmt: skip


def test_reach_says_what_changes_and_what_does_not_do(run: Callable[..., Done], deal: Path) -> None:
    asked = ("tip", deal, "--plan", "phased", "--reach")
    text = " ".join(run(*asked, "0.3", "--ours", "measures.*.finds").out.split())
    answer = run(*asked, "0.3", "--ours", "measures.*.finds", "--json").json
    (moved,) = answer["change"]["moved"]
    assert f"A combined shift of {moved['distance']:.2f} ranges reaches the target" in text
    assert f"0.8 {moved['value']:.3g} 0.3 to 1.5" in text
    assert "measures.inspectors.finds" in text
    never = " ".join(run(*asked, "0.9", "--ours", "measures.*.finds").out.split())
    assert "The search did not reach the target within the ranges" in never
    assert "This does not prove that more is impossible." in never
    met = run(*asked, "0.1", "--ours", "measures.*.finds")
    assert "so nothing has to change" in " ".join(met.out.split())


def test_what_does_not_flip_is_said(run: Callable[..., Done], deal: Path) -> None:
    done = run("tip", deal, *BETWEEN, "--among", "measures.*", "--alone")
    assert "None of the 3 numbers reverses the ranking within its range" in " ".join(done.out.split())
    assert "Moving several numbers together" not in done.out


def test_a_file_without_ranges_is_told_what_to_give(run: Callable[..., Done], deal: Path) -> None:
    text = re.sub(r"\{likely: ([^,]+), low: [^}]*\}", r"\1", deal.read_text(encoding="utf-8"))
    deal.write_text(text, encoding="utf-8")
    done = run("tip", deal, *BETWEEN)
    assert done.code == 0
    assert "Give the uncertain numbers a range" in " ".join(done.out.split())
    none = run("tip", deal, "--plan", "phased", "--reach", "0.5")
    assert (none.code, none.out) == (2, "")
    assert "Nothing in this plan is ours to choose" in none.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Say what you want to know"),
        (["--plan", "phased"], "Say what you want to know"),
        ([*BETWEEN, "--reach", "0.5"], "Ask for one of them"),
        ([*BETWEEN, "--ours", "measures.*"], "--ours belongs to --reach"),
        (["--plan", "phased", "--reach", "0.5", "--alone"], "belong to --between"),
        ([*BETWEEN, "--heat", WORTH, REFUSAL, "--alone"], "Leave out --among and --alone"),
        (["--between", "phased", "atonce"], "Did you mean at-once"),
        (["--between", "phased", "phased"], "two different plans"),
        ([*BETWEEN, "--of", "year"], "Did you mean years"),
        ([*BETWEEN, "--among", "parties.north.patience"], "there is no uncertain number 'parties.north.patience'"),
        ([*BETWEEN, "--heat", WORTH, WORTH], "two different names"),
        ([*BETWEEN, "--points", "2"], "not in the range"),
        ([*BETWEEN, "--picture", "x.pdf"], "a picture is a .png or a .svg file"),
        ([*BETWEEN, "--picture", "nowhere/x.png"], "cannot be written"),
        (["--plan", "phased", "--reach", "60"], "such as 0.6 for 60%"),
        (["--plan", "phased", "--reach", "nan"], "'nan' is not a number"),
        (["--plan", "phased", "--reach", "lots"], "'lots' is not a number"),
    ],
)
def test_what_cannot_be_asked_is_one_message_and_code_2(
    run: Callable[..., Done], deal: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.chdir(deal.parent)
    done = run("tip", deal.name, *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "Traceback" not in done.err
    assert [path.name for path in deal.parent.iterdir()] == ["deal.yaml"]


def test_pictures_are_written_and_show_the_numbers(run: Callable[..., Done], deal: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    drawn = ("--heat", WORTH, REFUSAL, "--points", "5", "--picture", tmp_path / "m.png")
    assert run("tip", deal, *BETWEEN, "--of", "years", *drawn).code == 0
    assert (tmp_path / "m.png").read_bytes().startswith(b"\x89PNG")
    assert run("tip", deal, *BETWEEN, *YEARS, "--alone", "--picture", tmp_path / "t.svg").code == 0
    assert "weapons programme" in (tmp_path / "t.svg").read_text(encoding="utf-8")
    target = ("--plan", "phased", "--reach", "0.3", "--ours", "measures.*.finds")
    assert run("tip", deal, *target, "--picture", tmp_path / "r.png").code == 0
