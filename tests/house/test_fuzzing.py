"""The fuzzer of all commands (tests/support/fuzzing.py, bench/fuzz.py) sees what it looks for, and repeats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from support import written_files
from support.command_lines import FILE, every_command
from support.fuzzing import EVERY, OWN, Case, Outcome, case, faults

from servanda.agreement.format.agreement import AgreementError
from servanda.agreement.format.json_schema import schema
from servanda.agreement.reading.reader import loads

PLAIN = Case(0, "every-group", (), (("solve",), (FILE,)))
AS_JSON = Case(0, "every-group", (), (("solve",), (FILE,), ("--json",)))
OURS = '  File "/home/x/src/servanda/solver/batch.py", line 3, in solve\n'
FAULTS: list[tuple[str, Case, dict[str, Any]]] = [
    ("ValueError in servanda/solver/batch.py:solve", PLAIN,
    {"trace": f"Traceback (most recent call last):\n{OURS}ValueError: x\n"}),
    ("hang in servanda/solver/batch.py:solve", PLAIN, {"trace": f"Thread 0x01 (most recent call first):\n{OURS}",
    "hung": True}),
    ("traceback printed: servanda/solver/batch.py:solve", PLAIN, {"code": 2,
    "err": f"Traceback (most recent call last):\n{OURS}"}),
    ("exit code 4", PLAIN, {"code": 4, "err": "x"}),
    ("exit code 1, which is for findings", PLAIN, {"code": 1, "err": "x"}),
    ("nothing said at exit code 2", PLAIN, {"code": 2}),
    ("several errors at once", PLAIN, {"code": 2, "err": "Error: a\nError: b\n"}),
    ("the message about a file does not name it", PLAIN, {"code": 2, "err": "it is bad", "readable": False}),
    ("exit code 0, though the file cannot be read", PLAIN, {"code": 0, "readable": False}),
    ("RuntimeWarning printed: overflow in exp", PLAIN, {"code": 0, "err": "x.py:0: RuntimeWarning: overflow in exp\n"}),
    ("not a number in text", PLAIN, {"code": 0, "out": "keeps it: nan"}),
    ("not a number in text", PLAIN, {"code": 0, "out": "keeps it: −inf years"}),
    ("minus zero in text", PLAIN, {"code": 0, "out": "gains −0.00 units"}),
    ("minus zero in text", PLAIN, {"code": 0, "out": "gains -0% of it"}),
    ("a share like 1e-7% in text", PLAIN, {"code": 0, "out": "4.5e-07% of it"}),
    ("JSON cannot be read: Expecting value: line 0 column 0 (char 0)", AS_JSON, {"code": 0, "out": "{\"a\": x}"}),
    ("JSON cannot be read: NaN in JSON", AS_JSON, {"code": 0, "out": "{\"a\": NaN}"}),
    ("not a number as a text in JSON", AS_JSON, {"code": 0, "out": "{\"a\": \"nan\"}"}),
    ("control characters printed", PLAIN, {"code": 2, "err": "agreement.yaml: \x1b[31m"}),
    ("the file was changed", PLAIN, {"code": 0, "wrong": ["the file was changed"]}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "one", "how"), FAULTS, ids=[f"{i}-{row[0]}" for i, row in enumerate(FAULTS)])
def test_what_is_wrong_is_seen(kind: str, one: Case, how: dict[str, Any]) -> None:
    assert faults(one, Outcome(**{"readable": True, **how})) == [kind]


@pytest.mark.parametrize(
    ("one", "how"),
    [
        (
            PLAIN,
            {"code": 0, "out": "It is kept with 25.2%, in 3.1 years; gains +0.00, -0.5 and 1e-7. Start 2031-01-01."},
        ),
        (PLAIN, {"code": 3, "err": "agreement.yaml: the solver found no equilibrium"}),
        (AS_JSON, {"code": 0, "out": '{"title": "nan of us", "x": [1, -2.5e-9, null]}'}),
        (PLAIN, {"code": 2, "err": "/x/agreement.yaml:3: this cannot be read", "readable": False}),
    ],
)
def test_what_is_well_is_let_be(one: Case, how: dict[str, Any]) -> None:
    assert faults(one, Outcome(**{"readable": True, **how})) == []


WHOLE = {
    "a.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><text>x</text></svg>",
    "a.html": b"<!doctype html><html><body><p>x<br></p></body></html>",
    "a.json": b'{"a": [1, 2]}',
    "a.png": b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82",
    "a.parquet": b"PAR1....PAR1",
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_file_that_is_cut_short_is_seen(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(WHOLE[name])
    assert written_files.damage(file) == ""
    file.write_bytes(WHOLE[name][:-3])
    assert written_files.damage(file) != ""


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"),
        ("a.html", "<html><body><p><script>alert(1)</script></p></body></html>"),
    ],
)
def test_markup_of_users_that_runs_is_seen(name: str, held: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(held)
    assert "script" in written_files.damage(file)


def test_a_line_of_users_among_annotations_is_seen() -> None:
    one = Case(0, "every-group", (), (("check",), (FILE,), ("--format", "github")))
    assert faults(one, Outcome(1, "::error file=a::x\n", readable=True)) == []
    assert faults(one, Outcome(1, "::error file=a::x\nwarning\n", readable=True)) == ["a line that is no annotation"]


def test_a_seed_gives_the_same_case_again() -> None:
    for seed in range(40):
        one, again = case(seed), case(seed)
        assert one == again
        assert one.content == again.content


def test_every_command_option_and_change_is_tried() -> None:
    cases = [case(seed) for seed in range(6000)]
    given = {(one.command, group[0]) for one in cases for group in one.options if group}
    for name, command in every_command().items():
        for option in command.params:
            if isinstance(option, click.Option) and option.name != "help":
                assert any((name, flag) in given for flag in [*option.opts, *option.secondary_opts]), (
                    name,
                    option.opts,
                )
    assert {which for one in cases for which, _ in one.changes} == set(range(len(EVERY)))


def test_at_least_three_of_ten_mutants_can_be_read() -> None:
    """Else what lies behind the reader would hardly be tried. When this was written, 31 of these 60 could be read."""
    read = 0
    for seed in range(60):
        try:
            loads(case(seed).content.decode("utf-8"))
        except (AgreementError, UnicodeDecodeError):
            continue
        read += 1
    assert read >= 18


def test_our_own_agreement_has_every_key_of_the_format() -> None:
    def keys(found: object, asked: str) -> set[str]:
        if isinstance(found, dict):
            here = found.get(asked, {}) if asked else found
            return set(map(str, here if isinstance(here, dict) else {})).union(
                *(keys(each, asked) for each in found.values())
            )
        return set().union(*(keys(each, asked) for each in found)) if isinstance(found, list) else set()

    assert keys(schema(), "properties") <= keys(yaml.safe_load(OWN.read_text(encoding="utf-8")), "")
