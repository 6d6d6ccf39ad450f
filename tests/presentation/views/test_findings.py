"""What `check` says: by rule, the worst first, with reasons and other lines to look at."""

from __future__ import annotations

from support import paths

from servanda.agreement.reading.reader import read
from servanda.checks.findings import Findings, check
from servanda.checks.rulebook import MOST, SEVERITIES
from servanda.presentation.annotations import short
from servanda.presentation.view import view
from servanda.presentation.views.findings import summary


def found() -> Findings:
    return check(read(paths.TEXTS / "minsk-ii.yaml"))


def test_every_finding_is_there_by_rule_the_worst_first() -> None:
    said = view(found())
    assert said.headline == summary(found())
    rows = said.table("findings").rows
    groups = [row.cells[0].split()[0] for row in rows if row.kind == "group"]
    assert groups == sorted(groups, key=SEVERITIES.index)
    cells = [row.cells for row in rows]
    for one in found().found:
        assert any(line == str(one.line) and words.startswith(one.what) for line, words, *_ in map(_two, cells))
        assert ("", f"Why it matters: {one.why}") in cells
        assert ("", f"What would mend it: {one.mend}") in cells
        many = ", ".join(f"{each.what} (line {each.line})" for each in one.related)  # of more than five, one sentence
        for each in one.related:
            assert ("", f"line {each.line}: {each.what}" if len(one.related) <= MOST else many) in cells
    assert any(len(one.related) > MOST for one in found().found)
    assert f"Findings in {paths.TEXTS / 'minsk-ii.yaml'}" in said.table("findings").title
    assert len(short(found())) == len(found().found) + 1


def _two(cells: tuple[str, ...]) -> tuple[str, str]:
    return cells[0], (*cells, "")[1]


def test_nothing_found_is_one_line() -> None:
    said = view(check(read(paths.CASES / "SV101-good.yaml")))
    assert said.headline == "A text for SV101, good (invented): nothing found."
    assert said.blocks == said.notes == ()
