"""A folder that is written into again: nothing old stays, nothing that is not ours is lost."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from support.building import gives, party, situation, stake
from support.plain_starter import starter_text

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.comparison import compare
from servanda.errors import UsageError
from servanda.presentation.folders import LIST, LONGEST, check_contents, file_names, put


def names_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@cache
def built(title: str = "Built") -> Agreement:
    stakes = {"dam": stake("up", "1 year", up=0.4, down=-1.0)}
    made = situation({"up": party(), "down": party()}, stakes, [gives("one", "2020-06-01", "up", "dam")])
    return Agreement.model_validate({**made, "title": title})


def deal(folder: Path, name: str, title: str = "Deal") -> Agreement:
    file = folder / name
    file.write_text(starter_text().replace("title: Starter agreement (invented)", f"title: {title}"), "utf-8")
    return servanda.read(file)


def test_what_is_no_longer_needed_goes_and_all_else_stays(tmp_path: Path) -> None:
    put(tmp_path, "report", built(), {"report.html": b"1", "figures/a.svg": b"2", "figures/b.svg": b"3"})
    (tmp_path / "notes.txt").write_bytes(b"mine")
    (tmp_path / "figures" / "c.svg").write_bytes(b"mine")
    made = put(tmp_path, "report", built(), {"report.html": b"4", "figures/b.svg": b"5"})
    assert made == [tmp_path / "report.html", tmp_path / "figures" / "b.svg"]
    assert names_in(tmp_path) == {"report.html", "figures/b.svg", "figures/c.svg", "notes.txt", LIST}
    assert (tmp_path / "report.html").read_bytes() == b"4"
    assert (tmp_path / "figures" / "b.svg").read_bytes() == b"5"
    put(tmp_path, "report", built(), {"report.html": b"6"})
    assert names_in(tmp_path) == {"report.html", "figures/c.svg", "notes.txt", LIST}


def test_an_old_file_that_somebody_has_changed_or_linked_stays(tmp_path: Path) -> None:
    put(tmp_path, "report", built(), {"report.html": b"1", "a.svg": b"2", "b.svg": b"3", "c.svg": b"4"})
    (tmp_path / "a.svg").write_bytes(b"drawn over")
    (tmp_path / "elsewhere").write_bytes(b"3")
    (tmp_path / "b.svg").unlink()
    (tmp_path / "b.svg").symlink_to(tmp_path / "elsewhere")
    put(tmp_path, "report", built(), {"report.html": b"5"})
    assert names_in(tmp_path) == {"report.html", "a.svg", "b.svg", "elsewhere", LIST}


def test_what_is_not_listed_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"a\.svg: this file would be lost.*Choose another folder, or move the file"):
        put(tmp_path, "report", built(), {"report.html": b"1", "figures/a.svg": b"2"})
    assert names_in(tmp_path) == {"figures/a.svg"}
    assert (tmp_path / "figures" / "a.svg").read_bytes() == b"mine"
    (tmp_path / "report.html").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"report\.html: this file would be lost"):
        check_contents(tmp_path, "report", built())


def test_a_report_about_another_agreement_is_refused_before_anything_is_solved(tmp_path: Path) -> None:
    first, second = deal(tmp_path, "a.yaml", "First [bold]"), deal(tmp_path, "b.yaml", "Second")
    folder = tmp_path / "report"
    put(folder, "report", first, {"report.html": b"1"})
    words = r"another agreement, “First \[bold\]” \(\.\./a\.yaml\)\. Choose another folder, or delete those files"
    with pytest.raises(UsageError, match=words):
        servanda.study(second, folder)
    with pytest.raises(UsageError, match=words):
        put(folder, "sweep", second, {"fan.svg": b"2"})
    assert (folder / "report.html").read_bytes() == b"1"


def test_the_same_agreement_changed_moved_or_copied(tmp_path: Path) -> None:
    folder = tmp_path / "report"
    put(folder, "report", deal(tmp_path, "a.yaml"), {"report.html": b"1"})
    check_contents(folder, "report", deal(tmp_path, "a.yaml", "Another title"))  # the same file
    same_text = tmp_path / "copy.yaml"
    deal(tmp_path, "a.yaml")
    same_text.write_bytes((tmp_path / "a.yaml").read_bytes())
    check_contents(folder, "report", servanda.read(same_text))
    same_text.write_text(same_text.read_text("utf-8") + "# changed\n", "utf-8")
    with pytest.raises(UsageError, match="another agreement"):  # a variant beside the first
        check_contents(folder, "report", servanda.read(same_text))
    (tmp_path / "a.yaml").unlink()
    check_contents(folder, "report", servanda.read(same_text))  # the first was renamed
    check_contents(folder, "report", built("Deal"))
    with pytest.raises(UsageError, match="another agreement"):
        check_contents(folder, "report", built("Other"))


def test_pictures_and_a_report_share_a_folder(tmp_path: Path) -> None:
    put(tmp_path, "report", built(), {"report.html": b"1", "fan.svg": b"2"})
    put(tmp_path, "sweep", built(), {"fan.svg": b"3", "histogram.svg": b"4"})
    put(tmp_path, "report", built(), {"report.html": b"5"})
    assert names_in(tmp_path) == {"report.html", "fan.svg", "histogram.svg", LIST}
    put(tmp_path, "sweep", built(), {"fan.svg": b"6"})
    assert names_in(tmp_path) == {"report.html", "fan.svg", LIST}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"report": 1}', '{"report": {"title": 1, "file": 1, "sha256": 1, "files": 1}}']
)
def test_a_damaged_list_is_one_message(tmp_path: Path, text: str) -> None:
    (tmp_path / LIST).write_text(text)
    with pytest.raises(UsageError, match="is damaged"):
        put(tmp_path, "report", built(), {"report.html": b"1"})
    assert names_in(tmp_path) == {LIST}


def test_a_list_cannot_delete_what_lies_elsewhere(tmp_path: Path) -> None:
    from hashlib import sha256

    folder = tmp_path / "report"
    folder.mkdir()
    (tmp_path / "x.svg").write_bytes(b"mine")
    files = {"../x.svg": sha256(b"mine").hexdigest()}
    listed = {"report": {"title": "Built", "file": None, "sha256": None, "files": files}}
    (folder / LIST).write_text(json.dumps(listed))
    with pytest.raises(UsageError, match="is damaged"):
        put(folder, "report", built(), {"report.html": b"1"})
    assert (tmp_path / "x.svg").read_bytes() == b"mine"


def test_names_of_files_are_such_as_every_system_takes() -> None:
    assert file_names(["calendar-plan", "calendar-Plan", "calendar-PLAN"]) == [
        "calendar-plan", "calendar-Plan-2", "calendar-PLAN-3",
    ]  # fmt: skip
    assert file_names(["../../etc", "a/b\\c", "CON", "aux.1", "  ", "x\x00\n:*?y", ".hidden", "end."]) == [
        "etc", "a-b-c", "CON-", "aux.1-", "figure", "x-y", "hidden", "end",
    ]  # fmt: skip
    long = [f"calendar-{'x' * 300}{i}" for i in range(3)] + ["조" * 300, "é" * 90 + "x" * 300]
    short = file_names(long)
    assert len(set(short)) == len(long)
    assert all(len(name.encode()) <= LONGEST for name in short)
    assert short == file_names(long)
    assert short[0].startswith("calendar-xxx")
    assert file_names(["조선", "gain.north", "held_clean"]) == ["조선", "gain.north", "held_clean"]


def test_a_report_leaves_no_figures_of_plans_that_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    from servanda.presentation.figures.gallery import Gallery
    from servanda.presentation.report import page

    monkeypatch.setattr(page, "SECTIONS", ("calendar",))
    monkeypatch.setattr(Gallery, "png", staticmethod(lambda _: b"PNG"))
    agreement, long = built(), f"p{'x' * 298}"
    plan = agreement.plans["plan"]
    page.write(compare(agreement.model_copy(update={"plans": {long: plan, long.upper(): plan}})), tmp_path)
    figures = {name for name in names_in(tmp_path) if name.startswith("figures/calendar")}
    assert len(figures) == 4
    assert len({name.casefold() for name in figures}) == 4
    page.write(compare(agreement), tmp_path)
    assert names_in(tmp_path) == {
        "report.html", LIST, *(f"figures/calendar-plan.{kind}" for kind in ("svg", "png")),
    }  # fmt: skip
