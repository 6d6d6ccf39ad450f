"""Where a comment begins, and where a # is a part of the words around it."""

from __future__ import annotations

import pytest

from servanda.agreement.reading.reader import loads
from servanda.agreement.reading.yaml_1_2 import comments_of
from servanda.checks.findings import check

IGNORE = "# servanda: ignore SV102 the annex has the day"

# A text in which the comment stands, and how many comments it has.
COMMENTS = {
    "behind a value": (f"a: b {IGNORE}\n", 1),
    "behind a tab": (f"a: b\t{IGNORE}\n", 1),
    "alone": (f"  {IGNORE}\na: b\n", 1),
    "first in the file": (f"{IGNORE}\na: b\n", 1),
    "behind a bracket": (f"a: [b] {IGNORE}\n", 1),
    "within brackets": (f"a: [b, {IGNORE}\n  c]\n", 1),
    "behind a quotation": (f"a: 'b' {IGNORE}\n", 1),
    "behind the mark of a block": (f"a: | {IGNORE}\n  b\n", 1),
    "below a block": (f"a: |\n  b\n{IGNORE}\nc: d\n", 1),
    "between two lines of a list": (f"a:\n  - b\n  {IGNORE}\n  - c\n", 1),
    "the last line": (f"a: b\n{IGNORE}", 1),
    "Windows": (f"a: b {IGNORE}\r\nc: d\r\n", 1),
    "old Macs": (f"a: b {IGNORE}\rc: d\r", 1),
    "in double quotes": (f'a: "b {IGNORE}"\n', 0),
    "in single quotes": (f"a: 'b {IGNORE}'\n", 0),
    "in quotes, on a line of its own": (f"a: 'b\n  {IGNORE}\n  c'\n", 0),
    "in a quoted key": (f"'a {IGNORE}': b\n", 0),
    "in quotes within brackets": (f"a: [b, 'c {IGNORE}', d]\n", 0),
    "in a block": (f"a: |\n  b {IGNORE}\n  {IGNORE}\n", 0),
    "in a folded block": (f"a: >-\n  b\n\n  {IGNORE}\n", 0),
    "first in a block": (f"a: |2\n  {IGNORE}\n", 0),
    "no space before it": ("a: b#servanda:ignore SV102\n", 0),
    "in quotes and behind them": (f'a: "b {IGNORE}" {IGNORE}\n', 1),
    "behind a text with U+2028": (f"a: 'b\u2028c' {IGNORE}\n", 1),
}


@pytest.mark.parametrize(("text", "count"), COMMENTS.values(), ids=COMMENTS.keys())
def test_a_comment_is_no_part_of_a_text(text: str, count: int) -> None:
    found = comments_of(text)
    assert [each.words for each in found] == [IGNORE] * count
    for each in found:
        line = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[each.line - 1]
        assert line[each.column :] == IGNORE


HEAD = "servanda: 1\ntitle: T\nstart: 2020-01-01\ndisputes: by a commission\nparties: {a: {name: A}, b: {name: B}}\n"
PLAN = "plans:\n  t:   # servanda: ignore SV604 none\n    entries:\n      - {id: x, by: a, does: x1, verified_by: [b]}"


@pytest.mark.parametrize(
    "note",
    [
        f'note: "A finding is silenced with {IGNORE}"\n',
        f"note: 'Silence it: {IGNORE}'\n",
        f"note: |\n  Silence it:\n  {IGNORE}\n",
        f"note: >\n  Silence it with {IGNORE}\n",
        "note: see#servanda:ignore SV102 there\n",
    ],
)
def test_words_about_a_comment_neither_silence_nor_keep_one_from_silencing(note: str) -> None:
    loud = check(loads(HEAD + note + PLAN + "\n"))
    assert [each.line for each in loud.found if each.code == "SV102"] == [(HEAD + note + PLAN).count("\n") + 1]
    assert not [each for each in loud.found if each.code.startswith("SV9")]  # nor is it taken for a stale comment
    quiet = check(loads(HEAD + note + f"{PLAN}   {IGNORE}\n"))
    assert [each.reason for each in quiet.silenced if each.code == "SV102"] == ["the annex has the day"]
    assert not [each for each in quiet.found if each.code == "SV102"]


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_what_ends_no_line_moves_no_comment(mark: str) -> None:
    text = HEAD + f'note: "pasted{mark}from{mark}elsewhere"\n{PLAN}   {IGNORE}\n'
    found = check(loads(text))
    assert [each.line for each in found.silenced if each.code == "SV102"] == [text.count("\n")]
    assert not [each for each in found.found if each.code in ("SV102", "SV901", "SV902")]
