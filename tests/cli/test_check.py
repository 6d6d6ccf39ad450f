"""`servanda check` and `servanda explain`, as a user types them: what they print, their exit codes, and their JSON."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import paths

import servanda
from servanda.agreement.reading.reader import loads
from servanda.agreement.starter import starter_text
from servanda.checks.rulebook import page, rules

CHECKS = paths.CASES
ERROR, WARNING, NOTE = (CHECKS / f"{code}-bad.yaml" for code in ("SV101", "SV102", "SV503"))
CLEAN = CHECKS / "SV101-good.yaml"
MINSK = paths.TEXTS / "minsk-ii.yaml"


@pytest.mark.parametrize(
    ("fail_on", "codes"),
    [("error", (1, 0, 0)), ("warning", (1, 1, 0)), ("note", (1, 1, 1)), ("never", (0, 0, 0)), (None, (1, 1, 0))],
)
def test_exit_codes(run: Any, fail_on: str | None, codes: tuple[int, int, int]) -> None:
    option = ("--fail-on", fail_on) if fail_on else ()
    assert tuple(run("check", file, *option).code for file in (ERROR, WARNING, NOTE)) == codes
    assert run("check", CLEAN, *option).code == 0


def test_a_clean_text_gets_one_line(run: Any) -> None:
    assert run("check", CLEAN).out == "A text for SV101, good (invented): nothing found.\n"
    assert run("check", CLEAN, "--format", "github").out == ""


def test_findings_are_printed_by_rule_with_reasons(run: Any) -> None:
    out = run("check", ERROR).out
    rule = rules()["SV101"]
    flat = " ".join(out.split())
    assert out.startswith("error SV101 circular-wait\n")
    for words in (
        rule.why,
        rule.mend,
        f"{ERROR}:13: 3 steps wait for one another in a circle",
        "line 15: reform needs",
    ):
        assert words in flat
    assert out.rstrip().endswith("1 error. 'servanda explain CODE' says more about a rule.")
    assert "\x1b[" not in out
    assert not any(line != line.rstrip() for line in out.splitlines())


def test_the_worst_comes_first_and_one_line_a_finding_is_in_the_order_of_the_file(run: Any) -> None:
    heads = re.findall(r"^(error|warning|note) SV\d+", run("check", MINSK).out, re.MULTILINE)
    assert heads == sorted(heads, key=("error", "warning", "note").index)
    *rows, last = run("check", MINSK, "--format", "short").out.splitlines()
    found = [re.fullmatch(rf"{MINSK}:(\d+): (error|warning|note) SV\d+ [a-z-]+: .*", row) for row in rows]
    lines = [int(match[1]) for match in found if match]
    assert len(lines) == len(rows)
    assert lines == sorted(lines)
    assert re.fullmatch(r"Minsk II: \d+ errors, \d+ warnings, \d+ notes\. .*", last)


def test_annotations_for_github(run: Any, tmp_path: Path) -> None:
    (rows,) = (run("check", ERROR, "--format", "github").out.splitlines(),)
    (row,) = rows
    assert row.startswith(f"::error file={ERROR},line=13,title=SV101 circular-wait::3 steps wait for one another")
    odd = tmp_path / "a,b:100%.yaml"
    odd.write_text(WARNING.read_text(encoding="utf-8"), encoding="utf-8")
    assert "a%2Cb%3A100%25.yaml,line=13,title=SV102" in run("check", odd, "--format", "github").out
    note = run("check", NOTE, "--format", "github").out
    assert note.startswith("::notice file=")
    assert "given 100%25 of its part" in note


def test_the_promised_json(run: Any) -> None:
    """Keys as docs/reference/agreement-file.md has them."""
    done = run("check", ERROR, "--json")
    answer = done.json
    assert done.code == 1
    assert list(answer) == ["title", "path", "sha256", "findings", "silenced", "counts", "scorecards"]
    assert answer["counts"] == {"error": 1, "warning": 0, "note": 0, "silenced": 0}
    assert answer["scorecards"] == []  # no numbers, so nothing to weigh
    (finding,) = answer["findings"]
    assert list(finding) == [
        "code", "name", "severity", "path", "line", "plans", "entries", "what", "why", "mend", "related",
    ]  # fmt: skip
    assert finding["entries"] == ["elections", "border", "reform"]
    assert finding["plans"] == ["text"]
    assert finding["related"][2] == {"line": 15, "what": "reform needs elections"}
    assert finding["why"] == rules()["SV101"].why


def test_the_scorecards_of_plans_that_can_be_played_come_last(run: Any, tmp_path: Path) -> None:
    """The same block and the same data as `servanda score`; a plan that lacks what play needs is left out of them."""
    own = run("score", "singapore-2018").out
    out = run("check", "singapore-2018").out
    assert own in out
    counts = servanda.check(servanda.read("singapore-2018")).counts
    assert out.index(f"{counts['warning']} warning, {counts['note']} notes") < out.index(own)
    assert (
        run("check", "singapore-2018", "--json").json["scorecards"]
        == run("score", "singapore-2018", "--json").json["plans"]
    )
    for quiet in (("--format", "short"), ("--format", "github"), ("--select", "SV6")):
        assert "If everyone keeps" not in run("check", "singapore-2018", *quiet).out
    file = tmp_path / "deal.yaml"
    text = starter_text()
    draft = "  draft:\n    entries:\n      - {id: later, by: north, does: promise more}\n"
    file.write_text(text.replace("\nplans:\n", f"\nplans:\n{draft}"), encoding="utf-8")
    assert next(iter(loads(file.read_text("utf-8")).plans)) == "draft"
    assert [card["plan"] for card in run("check", file, "--json").json["scorecards"]] == list(loads(text).plans)
    assert "If everyone keeps" not in run("check", MINSK).out


def test_what_is_silenced_is_listed_with_its_reason(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    words = WARNING.read_text(encoding="utf-8")
    file.write_text(
        words.replace("verified_by: [commission]}", "verified_by: [commission]}  # servanda: ignore SV102 a letter")
    )
    done = run("check", file)
    assert done.code == 0
    assert f"Silenced by comments in the file {file}:13: SV102 no-date: a letter" in " ".join(done.out.split())
    assert done.out.rstrip().endswith("nothing found; 1 silenced.")
    (row,) = run("check", file, "--json").json["silenced"]
    assert (row["code"], row["reason"]) == ("SV102", "a letter")


def test_rules_are_chosen(run: Any) -> None:
    out = run("check", MINSK, "--select", "SV101,no-date", "--ignore", "SV102", "--format", "short").out
    assert set(re.findall(r"SV\d+", out)) == {"SV101"}
    done = run("check", MINSK, "--ignore", "SV77")
    assert done.code == 2
    assert done.err.startswith("there is no rule 'SV77'.")


def test_a_file_that_cannot_be_read_is_refused_as_ever(run: Any) -> None:
    done = run("check", paths.BAD / "unknown-party.yaml")
    assert done.code == 2
    assert done.out == ""
    assert "names party" in done.err
    assert run("check", "singapore-2018").code == 1


def test_explain(run: Any) -> None:
    assert run("explain", "SV404").out == page(rules()["SV404"])
    assert run("explain", "verification-ends").out == page(rules()["SV404"])
    listing = run("explain").out
    assert [line.split()[0] for line in listing.splitlines()] == list(rules())
    assert len(run("explain", "sv4").out.splitlines()) == sum(code.startswith("SV4") for code in rules())
    assert run("explain", "SV404", "--json").json["rules"][0]["why"] == rules()["SV404"].why
    done = run("explain", "verification-end")
    assert done.code == 2
    assert "Did you mean verification-ends?" in done.err


def test_no_control_character_of_a_file_reaches_the_terminal(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    words = (CHECKS / "SV105-bad.yaml").read_text(encoding="utf-8")
    file.write_text(words.replace("when: the climate has improved", 'when: "the \\u001b[31m climate\\n::error:: x"'))
    for form in ("full", "short", "github"):
        out = run("check", file, "--format", form).out
        assert "\x1b" not in out
        assert "\n::error::" not in out


def test_many_plans_do_not_stand_side_by_side(run: Any, tmp_path: Path) -> None:
    """A table of 21 columns is read by nobody, and for 2,000 plans it took half a minute."""
    head = "servanda: 1\ntitle: T\nstart: 2020-01-01\nhorizon: 1 year\nunit: u\ndisputes: a court\n"
    parties = "parties: {a: {discount: 0, precision: 1}, b: {discount: 0, precision: 1}}\n"
    stakes = "stakes: {x: {holder: a, worth: {b: -1}, restore: 1 day}}\nplans:\n"
    plan = "    entries:\n      - {id: e, date: 2020-02-01, by: a, gives: [x]}\n"
    for count, shown in ((20, True), (21, False)):
        file = tmp_path / f"{count}.yaml"
        file.write_text(head + parties + stakes + "".join(f"  p{i}:\n{plan}" for i in range(count)), "utf-8")
        out = run("check", str(file)).out
        assert ("If everyone keeps" in out) is shown
        assert ("The file has 21 plans, too many for scorecards side by side." in out) is not shown
