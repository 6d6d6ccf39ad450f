"""`servanda design`: what it prints, writes and refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.building import WITHOUT_LEVERS
from support.commands import Done

from servanda import read

LEVERS = """
levers:
  phased:
    - {share: freeze, of: programme, from: 0.2, to: 0.6, step: 0.2}
    - {automatic: full-relief}
"""
AIMS = ("--plan", "phased", "--maximise", "held_clean", "--maximise", "gain.north")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "deal.yaml"
    file.write_text(WITHOUT_LEVERS + LEVERS, "utf-8")
    return file


def test_what_is_printed(run: Callable[..., Done], file: Path) -> None:
    done = run("design", file, *AIMS, "--subject-to", "gain.south >= 6.5")
    assert done.code == 0
    words = " ".join(done.out.split())
    assert words.startswith("Step by step: ")
    assert "The search tried all 6 plans that the levers allow." in words
    assert "at-once 17.2% +4.35 units +5.38 units as it stands; misses gain.south >= 6.5" in words
    assert "share.freeze.programme 0.5" in words
    assert "automatic.full-relief no" in words
    assert words.endswith("They are only as good as those numbers.")


def test_for_programs(run: Callable[..., Done], file: Path) -> None:
    found = run("design", file, *AIMS, "--json").json
    assert list(found) == [
        "plan", "aims", "conditions", "levers", "allowed", "tried", "exhaustive", "draws", "front", "given", "statuses",
        "written", "about",
    ]  # fmt: skip
    assert (found["allowed"], found["tried"], found["exhaustive"]) == (6, 6, True)
    assert found["aims"][1] == {"figure": "gain.north", "largest": True}
    assert found["front"][0]["row"] == 1
    assert set(found["front"][0]["levers"]) == {"share.freeze.programme", "automatic.full-relief"}
    assert found["statuses"] == {"meets all conditions": 6}
    assert found["given"][0]["figures"]["held_clean"] == pytest.approx(0.252, abs=1e-3)
    again = run("design", file, *AIMS, "--json").json
    assert found["front"] == again["front"]


def test_none_is_good_enough(run: Callable[..., Done], file: Path) -> None:
    before = file.read_bytes()
    done = run("design", file, *AIMS, "--subject-to", "held >= 0.9", "--write", "better")
    assert done.code == 0
    words = " ".join(done.out.split())
    assert "None of the 6 plans that the search tried meets all conditions." in words
    assert "The most frequent reasons: misses held >= 0.9 (6 plans)." in words
    assert "No plan meets all conditions, so none was written." in words
    assert file.read_bytes() == before


def test_plans_are_written_by_row_and_not_twice(run: Callable[..., Done], file: Path) -> None:
    done = run("design", file, *AIMS, "--write", "better")
    assert done.code == 0
    assert "better-1 (row 1)" in done.out
    assert list(read(file).plans)[:3] == ["phased", "at-once", "better-1"]
    once = file.read_bytes()
    done = run("design", file, *AIMS, "--write", "better")
    assert (done.code, done.out) == (2, "")
    assert "a plan better-1 already exists" in done.err
    assert file.read_bytes() == once
    done = run("design", file, *AIMS, "--write", "other", "--rows", "2,99")
    assert done.code == 2
    assert "3 ways to weigh 2 aims" in " ".join(done.out.split())  # what was found, with its rows
    assert "there is no row 99" in done.err
    assert file.read_bytes() == once
    assert run("design", file, *AIMS, "--write", "other", "--rows", "2").code == 0
    assert "other-1" in read(file).plans


def test_whether_it_can_write_is_asked_before_the_search(
    run: Callable[..., Done], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servanda.optimisation.pareto.design", None)
    file.chmod(0o444)
    done = run("design", file, *AIMS, "--write", "better")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"{file}: nothing is written: it is read-only. To let it be changed: chmod u+w {file.name}\n"


def test_what_a_search_found_is_shown_even_if_it_cannot_be_written(
    run: Callable[..., Done], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    once = file.read_bytes()
    shown = run("design", file, *AIMS)
    monkeypatch.setattr("os.replace", _full)
    done = run("design", file, *AIMS, "--write", "better", "--picture", file.with_name("front.svg"))
    assert (done.code, done.out) == (2, shown.out)
    front, why = file.with_name("front.svg"), "nothing is written: the disk is full. Make room, or choose another place"
    assert done.err == f"{file}: {why}\n{front}: {why}\n"
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name]
    assert file.read_bytes() == once
    found = run("design", file, *AIMS, "--write", "better", "--json")
    assert (found.code, found.json["written"]) == (2, {})
    assert len(found.json["front"]) == 3


def _full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("name", ["front.png", "front.svg"])
def test_a_picture(run: Callable[..., Done], file: Path, tmp_path: Path, name: str) -> None:
    assert run("design", file, *AIMS, "--picture", tmp_path / name).code == 0
    assert (tmp_path / name).stat().st_size > 5000


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plan", "at-once", "--maximise", "held"), "Plan at-once has no levers"),
        (("--plan", "phased"), "Nothing says what makes a plan better"),
        (("--plan", "phased", "--maximise", "hled"), "Did you mean held?"),
        (("--plan", "phased", "--maximise", "held", "--subject-to", "held > 1"), "is not a condition"),
        (("--plan", "phased", "--maximise", "q10.held"), "needs draws. Say how many"),
        (("--plan", "phased", "--maximise", "held", "--rows", "1"), "Add --write NAME"),
        (("--plan", "phased", "--maximise", "held", "--write", "x", "--rows", "1,b"), "Write them like this"),
        (("--plan", "phased", "--maximise", "held", "--write", "1x"), "this cannot name a plan"),
        (("--plan", "phased", "--maximise", "held", "--picture", "x.jpg"), "Give it such a name"),
        (("--maximise", "held"), "Say which one: --plan phased"),
    ],
)
def test_what_is_refused(run: Callable[..., Done], file: Path, arguments: tuple[str, ...], words: str) -> None:
    before = file.read_bytes()
    done = run("design", file, *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "Traceback" not in done.err
    assert file.read_bytes() == before


def test_an_agreement_of_the_catalogue_is_not_written_to(run: Callable[..., Done]) -> None:
    done = run("design", "singapore-2018", *AIMS[:4], "--write", "better")
    assert done.code == 2
    assert "this is not a file of yours" in done.err
