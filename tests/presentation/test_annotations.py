"""Findings in one line each: whatever is in a text or in a path, it ends no line and begins no other command."""

from __future__ import annotations

import os
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.commands import commands

from servanda.agreement.reading.reader import loads
from servanda.checks.findings import check
from servanda.presentation.annotations import github, short

NASTY = r"x\n::error file=a.yaml,line=1::pwned\n\n%0A ::set-output name=a::b\n##[error]c: 100%"
FLAT = NASTY.replace(r"\n", " ")  # titles and names are one line
TEXT = rf"""
servanda: 1
title: "T {FLAT}"
start: 2030-01-01
parties:
  north: {{name: "N {FLAT}"}}
  south: {{name: "S {FLAT}"}}
terms:
  word: {{north: one, south: two}}
plans:
  text:
    entries:
      - {{id: a, by: north, does: "do {NASTY}", verified_by: [north], uses: [word]}}
      - {{id: b, due: {{when: "it is {NASTY}"}}, by: [north, south], does: talk}}
      - {{id: c, date: 2030-02-01, does: "go {NASTY}"}}
  more:
    entries:
      - {{id: a, by: north, does: "do {NASTY}", verified_by: [north], uses: [word]}}
"""
COMMAND = re.compile(r"::(error|warning|notice) (file=[^:,]*,)?line=\d+,title=[^:,]*::[^\r\n]*")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return commands(capsys)


def test_one_line_a_finding_whatever_the_text_says() -> None:
    findings = check(loads(TEXT, "deal.yaml"))
    assert len(findings.found) >= 5
    rows = short(findings)
    assert len(rows) == len(findings.found) + 1
    for row in rows:
        assert row.isprintable()
    for row in rows[:-1]:
        assert re.match(r"deal\.yaml:\d+: (error|warning|note) SV\d{3} [a-z-]+: ", row)
    commands = github(findings)
    assert len(commands) == len(findings.found)
    for command in commands:
        assert COMMAND.fullmatch(command)
        assert command.isprintable()
        assert "%0A" not in command.replace("%250A", "")  # an escape that the text itself wrote is none


@pytest.mark.parametrize("form", ["full", "short", "github"])
def test_no_line_of_any_format_begins_like_a_command_that_the_text_wrote(run: Any, tmp_path: Path, form: str) -> None:
    file = tmp_path / "deal.yaml"
    for width in (0, 7, 13, 29):  # wherever a line breaks
        file.write_text(TEXT.replace("go x", f"go {'w' * width} x"), encoding="utf-8")
        for line in run("check", file, "--format", form).out.split("\n"):
            assert not re.match(r"\s*(::(error file=a|set-output)|##\[)", line)
            assert "\x1b" not in line
            assert "\u2028" not in line


def test_what_keys_and_paths_hold_is_on_one_line_too() -> None:
    """Whatever lets such keys through."""
    nasty = "x\n::error file=a.yaml::\x1b[31m\r\u2028y"
    findings = check(loads(TEXT, "deal.yaml"))
    odd = [replace(each, plans=("a", nasty), path=nasty) for each in findings.found]
    odd += [replace(each, plans=(nasty,), line=None) for each in findings.found]
    spoilt = replace(findings, found=tuple(odd))
    assert all(row.isprintable() for row in [*short(spoilt), *github(spoilt)])


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be")
@pytest.mark.parametrize(
    ("name", "shown", "as_property"),
    [
        ("a\nb.yaml", r"a\nb.yaml", r"a\nb.yaml"),
        ("a\x1b[31mb.yaml", r"a\x1b[31mb.yaml", r"a\x1b[31mb.yaml"),
        ("a:b,c%.yaml", "a:b,c%.yaml", "a%3Ab%2Cc%25.yaml"),
        ("::error file=x::y.yaml", "./::error file=x::y.yaml", "./%3A%3Aerror file=x%3A%3Ay.yaml"),
        ("a\u2028b.yaml", r"a\u2028b.yaml", r"a\u2028b.yaml"),
        ("조약 협정.yaml", "조약 협정.yaml", "조약 협정.yaml"),
        (os.fsdecode(b"a\xffb.yaml"), r"a\udcffb.yaml", r"a\udcffb.yaml"),
    ],
)
def test_names_of_files(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, shown: str, as_property: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text((paths.CASES / "SV102-bad.yaml").read_text("utf-8"), encoding="utf-8")
    rows = run("check", name, "--format", "short").out.split("\n")
    assert rows[0].startswith(f"{shown}:13: warning SV102 no-date: ")
    assert len(rows) == 3  # the finding, the summary, and the end of its line
    (row, end) = run("check", name, "--format", "github").out.split("\n")
    assert row.startswith(f"::warning file={as_property.replace('::', '%3A%3A')},line=13,title=SV102 no-date::")
    assert end == ""
    full = run("check", name).out
    assert "\x1b" not in full
    assert f"{shown}:13:" in full
    several = run("check", name, paths.CASES / "SV102-good.yaml", "--format", "short").out
    assert len(several.split("\n")) == 5


def test_wide_letters_are_wrapped_by_the_room_they_take(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Korean letter takes two columns, so that half as many fit on a line."""
    from rich.cells import cell_len

    monkeypatch.setenv("COLUMNS", "60")
    file = tmp_path / "deal.yaml"
    yaml = (paths.CASES / "SV105-bad.yaml").read_text("utf-8")
    words = " ".join(["조선민주주의인민공화국", "[협정]"] * 8)
    file.write_text(yaml.replace("when: the climate has improved", f'when: "{words}"'), encoding="utf-8")
    out = run("check", file).out
    assert words in " ".join(out.split())
    assert max(cell_len(line) for line in out.split("\n") if str(file) not in line) <= 60
