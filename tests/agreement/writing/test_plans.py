"""New plans written into a file: they read as they were meant, and nothing else changes by a single byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support import paths
from support.building import WITHOUT_LEVERS

from servanda import catalog, design, read, solve, summarise, write_plans
from servanda import compile as compiled
from servanda.agreement.writing.editing import NotWritten
from servanda.optimisation.pareto import as_plans

LEVERS = """
# What is open to choice.
levers:
  phased:
    - {share: freeze, of: programme, from: 0.2, to: 0.6, step: 0.2}
    - {split: rest, into: [1, 2], every: 1 month}
    - {reviews: review, every: [6 months, 1 year]}
    - {automatic: full-relief}
    - {finds: inspectors, from: 0.4, to: 1.2, step: 0.4}
"""


@pytest.mark.parametrize(
    "original", [*catalog().values(), paths.GOOD / "late-and-mended.yaml"], ids=lambda file: file.stem
)
def test_every_plan_of_the_catalogue_reads_as_it_was_written(original: Path, tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    shutil.copy(original, file)
    before = file.read_text("utf-8")
    agreement = read(file)
    plans = {f"again-{key}": plan for key, plan in agreement.plans.items()}
    assert write_plans(agreement, plans, dict.fromkeys(plans, "Said of it: all - of it")) == file
    after = file.read_text("utf-8")
    added = after
    for part in before.split("\n"):  # what was there is there, line by line and in order
        place = added.find(part)
        assert place >= 0
        added = added[place + len(part) :]
    assert {key: plan.model_dump() for key, plan in read(file).plans.items()} == {
        key: plan.model_dump() for key, plan in {**agreement.plans, **plans}.items()
    }
    assert after.count("# Said of it: all - of it") == len(plans)
    assert [path.name for path in tmp_path.iterdir()] == ["deal.yaml"]


def put(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "deal.yaml"
    file.write_bytes(text.encode("utf-8"))
    return file


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_plans_stand_below_the_last_one_and_its_comments(tmp_path: Path, ends: str, mark: str) -> None:
    head, tail = WITHOUT_LEVERS.rstrip("\n") + "\n      # end of at-once\n", "  # after all plans\n" + LEVERS
    file = put(tmp_path, mark + (head + tail).replace("\n", ends))
    agreement = read(file)
    write_plans(agreement, {"new": agreement.plans["at-once"]}, {"new": "From nowhere"})
    text = file.read_bytes().decode("utf-8")
    assert text.startswith(mark + head.replace("\n", ends))
    assert text.endswith(tail.replace("\n", ends))
    middle = text[len(mark + head.replace("\n", ends)) : -len(tail.replace("\n", ends))].split(ends)
    assert middle[:4] == ["  new:", "    # From nowhere", '    title: "All at once"', "    entries:"]
    assert text.count("\n") == text.count(ends)


def test_a_plan_found_is_worth_the_same_when_read_again(tmp_path: Path) -> None:
    file = put(tmp_path, WITHOUT_LEVERS + LEVERS)
    found = design(read(file), "phased", maximise=["held_clean", "smallest_gain"])
    names = {f"better-{row}": row for row in range(1, len(found.plans) + 1)}
    write_plans(found.agreement, *as_plans(found, names, 1000))
    agreement = read(file)
    for name, row in names.items():
        held = summarise(solve(compiled(agreement, name))).held["clean"]
        assert held == pytest.approx(found.front["held_clean"][row - 1], abs=1e-12)
    assert any(agreement.plans[name].finds for name in names)
    words = " ".join(file.read_text("utf-8").replace("#", " ").split())
    assert (
        "Found by 'servanda design deal.yaml --plan phased --maximise held_clean --maximise smallest_gain --evaluations"
        " 1000 --seed 0' (servanda " in words
    )
    assert found.agreement.origin is not None
    assert f"all plans tried, in the file with sha256 {found.agreement.origin.sha256}: held_clean" in words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text, "a plan phased already exists"),
        (lambda text: text.replace("plans:\n", "plans: # all\n"), None),
        (lambda text: text[: text.index("plans:")] + "plans: {phased: {entries: [{id: a, date: 2026-04-01, by: north,"
         " gives: [programme]}]}}\n", "its plans are written in brackets"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_leaves_the_file(tmp_path: Path, change, words: str | None) -> None:
    file = put(tmp_path, change(WITHOUT_LEVERS))
    agreement, before = read(file), file.read_bytes()
    name = "phased" if words and "already" in words else "new"
    if words is None:
        write_plans(agreement, {name: agreement.plans["phased"]}, {})
        assert "new" in read(file).plans
        return
    with pytest.raises(NotWritten, match=words):
        write_plans(agreement, {name: agreement.plans["phased"]}, {})
    assert file.read_bytes() == before


def test_a_file_that_has_changed_is_left_alone(tmp_path: Path) -> None:
    file = put(tmp_path, WITHOUT_LEVERS)
    agreement = read(file)
    file.write_text(WITHOUT_LEVERS + "# more\n", "utf-8")
    with pytest.raises(NotWritten, match="has changed since"):
        write_plans(agreement, {"new": agreement.plans["phased"]}, {})


def test_a_plan_that_would_read_otherwise_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from servanda.agreement.writing import plans as here

    file = put(tmp_path, WITHOUT_LEVERS)
    agreement, before = read(file), file.read_bytes()
    monkeypatch.setattr(here, "_exact", lambda value: "0.6" if value == 0.7 else str(value))
    with pytest.raises(NotWritten, match="plan new would not be read back as it was meant"):
        write_plans(agreement, {"new": agreement.plans["phased"]}, {})
    monkeypatch.setattr(here, "_exact", lambda value: "-1" if isinstance(value, float) else str(value))
    with pytest.raises(NotWritten, match="could not be read afterwards"):
        write_plans(agreement, {"new": agreement.plans["phased"]}, {})
    assert file.read_bytes() == before


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_tabs_separators_and_any_end_of_line_stay_as_they_are(tmp_path: Path, ends: str) -> None:
    text = catalog()["leap-day-2012"].read_text("utf-8").replace("title:", "title:\t", 1)
    text = text.replace("\nstart:", "\t# a tab\nnote: 'a\u2028b\x85c'\nstart:", 1).replace("\nnote: >", "\n# ", 1)
    file = tmp_path / "deal.yaml"
    file.write_bytes(text.replace("\n", ends).encode())
    before = read(file)
    plan = next(iter(before.plans.values()))
    write_plans(before, {"again": plan}, {"again": "once more"})
    after = file.read_bytes().decode()
    assert after.startswith(text.replace("\n", ends).rstrip())
    assert read(file).plans["again"] == plan
    assert (ends == "\n") == ("\r" not in after)
