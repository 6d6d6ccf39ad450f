"""What `check` found; in one line each for editors, and as annotations for GitHub Actions."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from servanda.checks.findings import Finding, Findings, the_same
from servanda.checks.rulebook import SEVERITIES, Rule
from servanda.presentation.terminal import console, words_for
from servanda.presentation.view import Column, Row, Table, View, rows, view_of

if TYPE_CHECKING:
    from rich.console import Console

STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


@view_of.register
def _(findings: Findings) -> View:
    """By rule, the worst first, with why it matters and what would mend it."""
    blocks: list[Table] = []
    columns = (Column("line", "date"), Column("what was found", "text"))
    where = f" in {findings.agreement.origin.path}" if findings.agreement.origin else ""
    if findings.found:
        blocks.append(Table("findings", f"Findings{where}, the worst first", columns, tuple(_by_rule(findings))))
    if findings.silenced:
        reasons = rows(
            (_line(one), f"{one.code} {one.name}: {one.what} Reason given: {one.reason or 'none'}.")
            for one in findings.silenced
        )
        blocks.append(Table("silenced", "Silenced by comments in the file", columns, reasons))
    return View(summary(findings), tuple(blocks))


def _grouped(findings: Findings) -> list[list[Finding]]:
    """The findings of each rule, the worst rules first."""
    by_rule: dict[str, list[Finding]] = {}
    for finding in sorted(findings.found, key=lambda finding: SEVERITIES.index(finding.severity)):
        by_rule.setdefault(finding.code, []).append(finding)
    return list(by_rule.values())


def _by_rule(findings: Findings) -> Iterator[Row]:
    for found in _grouped(findings):
        first = found[0]
        yield Row((f"{first.severity} {first.code} {first.name}",), "group")
        for one in found:
            yield Row((_line(one), one.what + the_same(one)))
            for each in one.related:
                yield Row(("", f"line {each.line}: {each.what}" if each.line else each.what), "detail")
        yield Row(("", f"Why it matters: {first.why}"))
        yield Row(("", f"What would mend it: {first.mend}"))


def _line(finding: Finding) -> str:
    return str(finding.line) if finding.line is not None else where(finding)


def where(finding: Finding) -> str:
    """Write `file:line`; without a file, the plan."""
    if finding.line is None:
        return f"plan {finding.plans[0]}" if finding.plans else "agreement"
    return f"{finding.path}:{finding.line}"


def summary(findings: Findings) -> str:
    """Say in one line how much was found."""
    said = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in findings.counts.items() if count]
    title = findings.agreement.title
    quiet = f"; {len(findings.silenced)} silenced" if findings.silenced else ""
    if not said:
        return f"{title}: nothing found{quiet}."
    return f"{title}: {', '.join(said)}{quiet}. 'servanda explain CODE' says more about a rule."


def print_findings(findings: Findings) -> None:
    """Print findings by rule, each after its `file:line`, which terminals and editors open; the summary comes last."""
    from rich.text import Text

    there = console()
    for found in _grouped(findings):
        first = found[0]
        there.print(Text.assemble((first.severity, STYLES[first.severity]), (f" {first.code} {first.name}", "bold")))
        for one in found:
            _paragraph(there, 2, f"{where(one)}:", f" {one.what}{the_same(one)}", "underline")
            for each in one.related:
                _paragraph(there, 6, f"line {each.line}: {each.what}" if each.line else each.what, style="dim")
        _paragraph(there, 2, "Why it matters:", f" {first.why}", "italic")
        _paragraph(there, 2, "What would mend it:", f" {first.mend}", "italic")
        there.print()
    if findings.silenced:
        there.print(Text("Silenced by comments in the file", style="bold"))
        for one in findings.silenced:
            reason = one.reason or "no reason given"
            _paragraph(there, 2, f"{where(one)}:", f" {one.code} {one.name}: {reason}", "underline")
        there.print()
    _paragraph(there, 0, summary(findings))


def _paragraph(there: Console, indent: int, lead: str, words: str = "", style: str = "") -> None:
    """Print a paragraph, its lead in a style, every line indented; a path too long for a line is not broken."""
    from rich.text import Text

    lead, words = words_for(there, lead), words_for(there, words)
    room = max(20, there.width - indent)
    for number, line in enumerate(textwrap.wrap(lead + words, room, break_long_words=False, break_on_hyphens=False)):
        text = Text(line)
        text.stylize(style, 0, len(lead) if not number and line.startswith(lead) else 0 if words else len(line))
        there.print(Text(" " * indent).append_text(text), soft_wrap=True)


def short(findings: Findings) -> list[str]:
    """Write one line a finding, in the order of the file, and the summary."""
    lines = [f"{where(one)}: {one.severity} {one.code} {one.name}: {one.what}{the_same(one)}" for one in findings.found]
    return [*lines, summary(findings)]


def github(findings: Findings) -> list[str]:
    """Write findings as workflow commands of GitHub Actions, which shows them beside the lines."""
    kinds = {"error": "error", "warning": "warning", "note": "notice"}
    lines: list[str] = []
    for finding in findings.found:
        place = f"file={_escaped(finding.path, True)},line={finding.line or 1},"
        title = _escaped(f"{finding.code} {finding.name}", True)
        words = _escaped(f"{finding.what}{the_same(finding)} {finding.why} {finding.mend}", False)
        lines.append(f"::{kinds[finding.severity]} {place}title={title}::{words}")
    return lines


def _escaped(words: str, within: bool) -> str:
    """Write words so that they end no line, and within the list of properties no property."""
    words = words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return words.replace(":", "%3A").replace(",", "%2C") if within else words


def listing(found: Sequence[Rule]) -> list[str]:
    """Write all rules, one line each."""
    wide = max(len(rule.name) for rule in found)
    return [f"{rule.code}  {rule.severity:7}  {rule.name:{wide}}  {rule.looks}" for rule in found]
