"""`servanda check` on several files and on standard input, with a baseline: output, JSON and exit codes."""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from support import paths

BAD, WARNING, CLEAN = (paths.CASES / f"{name}.yaml" for name in ("SV101-bad", "SV102-bad", "SV101-good"))
UNUSABLE = paths.BAD / "unknown-party.yaml"
TEXT = WARNING.read_text(encoding="utf-8")


@pytest.fixture
def stdin(monkeypatch: pytest.MonkeyPatch) -> Any:
    def put(content: str | bytes) -> None:
        raw = content if isinstance(content, bytes) else content.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return put


# ------------------------------------------------------------------------------------------------ several files


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ((CLEAN, CLEAN), 0), ((CLEAN, WARNING), 1), ((WARNING, CLEAN), 1), ((CLEAN, UNUSABLE), 2),
        ((UNUSABLE, WARNING), 2), (("nope.yaml", UNUSABLE), 2), (("singapore-2018", CLEAN), 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["full", "short", "github", "sarif", "json"])
def test_exit_codes_of_several_files_are_the_same_in_every_format(run: Any, files: Any, code: int, form: str) -> None:
    option = ("--json",) if form == "json" else ("--format", form)
    assert run("check", *files, *option).code == code


def test_one_unusable_file_does_not_keep_the_others_from_being_checked(run: Any) -> None:
    done = run("check", UNUSABLE, WARNING, "none*.yaml", CLEAN, "--format", "short")
    assert done.code == 2
    *rows, total = done.out.splitlines()
    assert rows[0].startswith(f"{WARNING}:13: warning SV102")
    assert rows[1].startswith(f"{WARNING}: A text for SV102, bad (invented): 1 warning.")
    assert rows[2] == f"{CLEAN}: A text for SV101, good (invented): nothing found."
    assert total == "4 files: 1 warning. 2 cannot be used."
    assert f"{UNUSABLE}:22: stakes.reactor.holder names party 'drpk'" in done.err
    assert "none*.yaml: no file has a name of this pattern." in done.err
    assert "Traceback" not in done.err


def test_several_files_in_full_have_a_summary_each_and_one_of_all(run: Any) -> None:
    done = run("check", BAD, WARNING, CLEAN)
    flat = " ".join(done.out.split())
    assert done.code == 1
    for words in (
        "error SV101 circular-wait",
        "warning SV102 no-date",
        "nothing found.",
        "3 files: 1 error, 1 warning.",
    ):
        assert words in flat
    assert done.out.rstrip().endswith("3 files: 1 error, 1 warning.")


def test_a_file_named_twice_is_checked_once_and_alone_as_ever(run: Any) -> None:
    assert run("check", WARNING, WARNING).out == run("check", WARNING).out


def test_json_of_one_file_is_its_object_and_of_several_a_list_of_such_objects(run: Any) -> None:
    one = run("check", WARNING, "--json").json
    several = run("check", WARNING, UNUSABLE, CLEAN, "--json").json
    assert several["files"][0] == one
    assert list(several["files"][1]) == ["path", "problems"]
    assert several["files"][1]["path"] == str(UNUSABLE)
    assert len(several["files"][1]["problems"]) == 5
    assert several["files"][2]["findings"] == []
    assert several["counts"] == {"files": 3, "unusable": 1, "error": 0, "warning": 1, "note": 0, "silenced": 0}


def test_a_folder_and_no_file_at_all_are_refused(run: Any, tmp_path: Path) -> None:
    done = run("check", tmp_path, CLEAN)
    assert (done.code, "this is a folder" in done.err) == (2, True)
    assert run("check").code == 2


def test_github_annotates_a_file_that_cannot_be_used(run: Any) -> None:
    done = run("check", UNUSABLE, "--format", "github")
    first = done.out.splitlines()[0]
    assert first.startswith(f"::error file={UNUSABLE},line=22,title=unusable file::stakes.reactor.holder names party")
    assert len(done.out.splitlines()) == 5
    assert done.code == 2


def test_github_gets_paths_from_where_the_repository_was_checked_out(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever folder the step runs in, and however the file was named."""
    file = tmp_path / "texts" / "deal.yaml"
    file.parent.mkdir()
    file.write_text(TEXT, encoding="utf-8")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.chdir(file.parent)
    for name in ("deal.yaml", "./deal.yaml", "../texts/deal.yaml", file):
        assert run("check", name, "--format", "github").out.startswith(
            "::warning file=texts/deal.yaml,line=13,title=SV102"
        )
    assert run("check", WARNING, "--format", "github").out.startswith(f"::warning file={WARNING},line=13,")
    assert run("check", "minsk-2015", "--format", "github").out.startswith("::warning file=minsk-2015,line=")


def test_json_and_sarif_together_are_refused(run: Any) -> None:
    done = run("check", CLEAN, "--json", "--format", "sarif")
    assert (done.code, done.out) == (2, "")
    assert "Give one" in done.err


# ------------------------------------------------------------------------------------------------ standard input


def test_standard_input_is_read_and_has_a_name(run: Any, stdin: Any) -> None:
    stdin(TEXT)
    assert run("check", "-", "--format", "short").out.startswith("<stdin>:13: warning SV102")
    stdin(TEXT)
    done = run("check", "-", CLEAN, "--stdin-name", "drafts/deal.yaml", "--format", "short")
    assert done.out.startswith("drafts/deal.yaml:13: warning SV102")
    assert done.code == 1
    stdin(TEXT)
    assert run("check", "-", "--json").json["path"] == "<stdin>"


def test_standard_input_gives_the_same_findings_as_the_file(run: Any, stdin: Any) -> None:
    stdin(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    there = run("check", "-", "--stdin-name", str(WARNING), "--json").json["findings"]
    assert there == run("check", WARNING, "--json").json["findings"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "<stdin>"), (b"\xff\xfe\x00", "UTF-16"), (b"title: \xe4", "not UTF-8"), (b"x" * 30_000_000, "MB")],
)
def test_standard_input_that_is_no_agreement_is_refused(run: Any, stdin: Any, content: bytes, words: str) -> None:
    stdin(content)
    done = run("check", "-")
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.startswith("<stdin>")


def test_a_name_for_standard_input_without_it_is_refused(run: Any) -> None:
    done = run("check", CLEAN, "--stdin-name", "x.yaml")
    assert (done.code, done.out) == (2, "")
    assert "Give - as the FILE" in done.err


# ------------------------------------------------------------------------------------------------ baseline


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "drafts" / "deal.yaml"
    file.parent.mkdir()
    file.write_text(TEXT, encoding="utf-8")
    return Path("drafts/deal.yaml")


MORE = "      - {id: more, by: north, does: promise more, verified_by: [commission]}\n"


def test_what_a_baseline_knows_is_silent_and_counted_and_what_is_new_speaks(run: Any, draft: Path) -> None:
    done = run("check", draft, "--write-baseline", "known.json")
    assert (done.code, done.out) == (0, "Baseline: known.json, with 1 finding of 1 file.\n")
    quiet = run("check", draft, "--baseline", "known.json")
    assert quiet.code == 0
    assert quiet.out.endswith("nothing found; 1 known from the baseline.\n")
    lines = "# a comment\n\n" + TEXT.replace("    entries:\n", f"    entries:\n{MORE}")  # lines move, and one is new
    draft.write_text(lines, encoding="utf-8")
    loud = run("check", draft, "--baseline", "known.json", "--json")
    assert loud.code == 1
    assert [each["entries"] for each in loud.json["findings"]] == [["more"]]
    assert [each["entries"] for each in loud.json["known"]] == [["withdrawal"]]
    assert loud.json["counts"] == {"error": 0, "warning": 1, "note": 0, "silenced": 0, "known": 1, "gone": 0}


def test_what_is_no_longer_found_is_told_and_fails_nothing(run: Any, draft: Path) -> None:
    run("check", draft, "--write-baseline", "known.json")
    draft.write_text(TEXT.replace("{id: withdrawal,", "{id: withdrawal, date: 2030-06-01,"), encoding="utf-8")
    done = run("check", draft, "--baseline", "known.json")
    assert done.code == 0
    flat = " ".join(done.out.split())
    assert "In the baseline and no longer found SV102: withdrawal has neither a date" in flat
    assert done.out.rstrip().endswith("nothing found; 1 of the baseline no longer found.")
    assert run("check", draft, "--baseline", "known.json", "--select", "SV4").out.endswith("nothing found.\n")
    run("check", draft, "--write-baseline", "known.json")
    assert run("check", draft, "--baseline", "known.json").out.endswith("nothing found.\n")


def test_a_baseline_works_from_another_folder_and_with_other_names_of_the_same_file(
    run: Any, draft: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("check", draft, "--write-baseline", "known.json")
    assert list(json.loads(Path("known.json").read_text("utf-8"))["files"]) == ["drafts/deal.yaml"]
    assert run("check", draft.absolute(), "--baseline", "known.json").code == 0
    monkeypatch.chdir("drafts")
    assert run("check", "deal.yaml", "--baseline", "../known.json").code == 0
    assert run("check", "../drafts/./deal.yaml", "--baseline", "../known.json").code == 0


def test_a_grouped_finding_is_known_entry_by_entry(run: Any, draft: Path) -> None:
    rows = [MORE.replace("id: more", f"id: more-{i}").replace("promise more", f"promise {i}") for i in range(9)]
    draft.write_text(TEXT.replace("    entries:\n", "    entries:\n" + "".join(rows[:8])), encoding="utf-8")
    assert "with 9 findings of 1 file" in run("check", draft, "--write-baseline", "known.json").out
    draft.write_text(TEXT.replace("    entries:\n", "    entries:\n" + "".join(rows)), encoding="utf-8")
    done = run("check", draft, "--baseline", "known.json", "--json").json
    assert [each["entries"] for each in done["findings"]] == [["more-8"]]
    assert len(done["known"]) == 9


def test_writing_keeps_other_files_and_other_rules(run: Any, draft: Path) -> None:
    other = Path("other.yaml")
    other.write_text(BAD.read_text("utf-8"), encoding="utf-8")
    run("check", draft, other, "--write-baseline", "known.json")
    whole = Path("known.json").read_text("utf-8")
    run("check", draft, "--write-baseline", "known.json")
    run("check", draft, "--select", "SV4", "--write-baseline", "known.json")
    assert Path("known.json").read_text("utf-8") == whole
    assert run("check", draft, other, "--baseline", "known.json").code == 0


def test_no_baseline_is_written_while_a_file_cannot_be_used(run: Any, draft: Path) -> None:
    for files in ((draft, "nope.yaml"), ("nope.yaml",)):
        done = run("check", *files, "--write-baseline", "known.json")
        assert (done.code, done.out) == (2, "")
        assert "nope.yaml: there is no such file" in done.err
        assert not Path("known.json").exists()
    assert (
        "known.json: nothing is written, as not all files can be used."
        in run("check", draft, "nope.yaml", "--write-baseline", "known.json").err
    )


def test_comments_about_comments_are_known_too(run: Any, draft: Path) -> None:
    draft.write_text(TEXT.replace("verified_by: [commission]}", "verified_by: [commission]}  # servanda: ignore SV102"))
    assert run("check", draft, "--fail-on", "note").code == 1
    run("check", draft, "--write-baseline", "known.json")
    done = run("check", draft, "--baseline", "known.json", "--fail-on", "note", "--json")
    assert (done.code, done.json["counts"]["known"], done.json["counts"]["silenced"]) == (0, 1, 1)


ROW = '{"fingerprint": "x", "code": "SV102", "what": "w"}'


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"files": {}}', b'{"servanda-baseline": 2, "files": {}}',
        b'{"servanda-baseline": true, "files": {}}', b'{"servanda-baseline": 1}',
        b'{"servanda-baseline": 1, "files": []}',
        b'{"servanda-baseline": 1, "files": {"a": {}}}', b'{"servanda-baseline": 1, "files": {"a": ["x"]}}',
        b'{"servanda-baseline": 1, "files": {"a": [{"fingerprint": 1, "code": "x", "what": "y"}]}}',
        b"[" * 100_000, b'{"servanda-baseline": ' + b"1" * 10_000 + b"}", ROW.encode(),
    ],
)  # fmt: skip
@pytest.mark.parametrize("option", ["--baseline", "--write-baseline"])
def test_a_damaged_baseline_gives_one_message_and_stays_as_it_is(
    run: Any, draft: Path, content: bytes, option: str
) -> None:
    file = Path("known.json")
    file.write_bytes(content)
    done = run("check", draft, option, file)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("known.json: this is no baseline of servanda check: ")
    assert len(done.err.splitlines()) == 1
    assert file.read_bytes() == content


def test_a_baseline_that_is_not_there_or_cannot_be_written_is_refused(run: Any, draft: Path) -> None:
    for arguments, words in (
        (("--baseline", "none.json"), "none.json: there is no such baseline. Write one: servanda check FILES"),
        (("--baseline", "drafts"), "drafts: the baseline cannot be read"),
        (("--write-baseline", "drafts"), "drafts: "),
        (("--baseline", ""), "--baseline: what was given for it is empty"),
        (("--write-baseline", "nowhere/known.json"), "nowhere/known.json: nothing is written: there is no such folder"),
        (("--baseline", "a.json", "--write-baseline", "b.json"), "Give one"),
    ):
        done = run("check", draft, *arguments)
        assert (done.code, done.out) == (2, "")
        assert words in done.err
    assert sorted(each.name for each in Path().iterdir()) == ["drafts"]


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="there is no such device")
@pytest.mark.usefixtures("draft")
def test_a_baseline_without_end_is_refused_before_it_fills_the_memory(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("servanda.checks.baseline.LARGEST", 1_000_000)
    done = run("check", "drafts/deal.yaml", "--baseline", "/dev/zero")
    assert done.code == 2
    assert "it has more than 1 MB" in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="there are no modes of files")
def test_the_mode_and_the_link_of_a_baseline_are_kept(run: Any, draft: Path) -> None:
    run("check", draft, "--write-baseline", "known.json")
    file = Path("known.json")
    file.chmod(0o640)
    Path("link.json").symlink_to("known.json")
    file.write_text('{"servanda-baseline": 1, "files": {}}')
    run("check", draft, "--write-baseline", "link.json")
    assert Path("link.json").is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert "SV102" in file.read_text("utf-8")
    assert not [each for each in os.listdir() if each.startswith(".")]  # noqa: PTH208


def test_a_baseline_that_is_a_link_in_a_circle_is_one_message(run: Any, tmp_path: Path) -> None:
    (tmp_path / "circle.json").symlink_to("circle.json")
    for option in ("--write-baseline", "--baseline"):
        done = run("check", WARNING, option, tmp_path / "circle.json")
        assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)
        assert done.err.startswith(f"{tmp_path / 'circle.json'}: ")
