"""What `check` found, by rule, with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from servanda.checks.findings import Finding, Findings, printable, the_same
from servanda.checks.rulebook import MOST, SEVERITIES, Rule
from servanda.english import visible
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
    where = f" in {shown_path(findings.agreement.origin.path)}" if findings.agreement.origin else ""
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
            for words in _besides(one):
                yield Row(("", words), "detail")
        yield Row(("", f"Why it matters: {first.why}"))
        yield Row(("", f"What would mend it: {first.mend}"))


def _besides(finding: Finding) -> list[str]:
    """The other lines to look at: one by one; many of which there is nothing to say but the name, in one sentence."""
    if len(finding.related) > MOST and all(each.what in finding.entries for each in finding.related):
        return [", ".join(f"{each.what} (line {each.line})" if each.line else each.what for each in finding.related)]
    return [f"line {each.line}: {each.what}" if each.line else each.what for each in finding.related]


def _line(finding: Finding) -> str:
    return str(finding.line) if finding.line is not None else where(finding)


def where(finding: Finding) -> str:
    """Write `file:line`; without a file, the plan."""
    if finding.line is None:
        return f"plan {printable(finding.plans[0])}" if finding.plans else "agreement"
    return f"{shown_path(finding.path)}:{finding.line}"


def shown_path(path: str) -> str:
    """Write a path on one line, whatever is in it, and so that no line begins like a command to a build server."""
    words = visible(path)
    return f"./{words}" if words.startswith(("::", "##[")) else words


def summary(findings: Findings, path: str = "") -> str:
    """Say in one line how much was found; with the path, where several files are looked at."""
    said = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in findings.counts.items() if count]
    title = (
        f"{shown_path(path)}: {printable(findings.agreement.title)}" if path else printable(findings.agreement.title)
    )
    quiet = [f"{len(findings.silenced)} silenced"] if findings.silenced else []
    quiet += [f"{len(findings.known)} known from the baseline"] if findings.known else []
    quiet += [f"{len(findings.gone)} of the baseline no longer found"] if findings.gone else []
    rest = "".join(f"; {each}" for each in quiet)
    if not said:
        return f"{title}: nothing found{rest}."
    return f"{title}: {', '.join(said)}{rest}. 'servanda explain CODE' says more about a rule."


def print_findings(findings: Findings, path: str = "") -> None:
    """Print findings by rule, each after its `file:line`, which terminals and editors open; the summary comes last."""
    from rich.text import Text

    there = console()
    for found in _grouped(findings):
        first = found[0]
        there.print(Text.assemble((first.severity, STYLES[first.severity]), (f" {first.code} {first.name}", "bold")))
        for one in found:
            _paragraph(there, 2, f"{where(one)}:", f" {one.what}{the_same(one)}", "underline")
            for words in _besides(one):
                _paragraph(there, 6, words, style="dim")
        _paragraph(there, 2, "Why it matters:", f" {first.why}", "italic")
        _paragraph(there, 2, "What would mend it:", f" {first.mend}", "italic")
        there.print()
    if findings.silenced:
        there.print(Text("Silenced by comments in the file", style="bold"))
        for one in findings.silenced:
            reason = one.reason or "no reason given"
            _paragraph(there, 2, f"{where(one)}:", f" {one.code} {one.name}: {reason}", "underline")
        there.print()
    if findings.gone:
        there.print(Text("In the baseline and no longer found", style="bold"))
        for one in findings.gone:
            _paragraph(there, 2, f"{printable(one.code)}:", f" {printable(one.what)}", "underline")
        there.print()
    _paragraph(there, 0, summary(findings, path))


def _paragraph(there: Console, indent: int, lead: str, words: str = "", style: str = "") -> None:
    """Print a paragraph, its lead in a style, every line indented; a path too long for a line is not broken."""
    from rich.text import Text

    lead, words = words_for(there, lead), words_for(there, words)
    for number, line in enumerate(_wrapped(lead + words, max(20, there.width - indent))):
        text = Text(line)
        text.stylize(style, 0, len(lead) if not number and line.startswith(lead) else 0 if words else len(line))
        there.print(Text(" " * indent).append_text(text), soft_wrap=True)


def _wrapped(words: str, room: int) -> list[str]:
    """Break words into lines, Chinese and Korean ones by the room they take; no line begins like a command."""
    from rich.cells import cell_len

    lines: list[str] = []
    for word in words.split(" "):
        command = word.startswith(("::", "##["))
        if lines and (command or cell_len(lines[-1]) + 1 + cell_len(word) <= room):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def listing(found: Sequence[Rule]) -> list[str]:
    """Write all rules, one line each."""
    wide = max(len(rule.name) for rule in found)
    return [f"{rule.code}  {rule.severity:7}  {rule.name:{wide}}  {rule.looks}" for rule in found]
