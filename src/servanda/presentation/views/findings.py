"""Findings on a text in a terminal, one line each, or as annotations of GitHub Actions."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Sequence

import click
from rich.console import Console
from rich.text import Text

from servanda.checks.findings import Finding, Findings, the_same
from servanda.checks.rulebook import SEVERITIES, Rule, page, rules

WIDTH = 100
STYLES = {"error": "bold red", "warning": "bold yellow", "note": "bold cyan"}


def _console() -> Console:
    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if watched else WIDTH)


def full(findings: Findings) -> None:
    """Print findings by rule, the worst first, with why it matters and what would mend it."""
    console = _console()
    by_rule: dict[str, list[Finding]] = {}
    for finding in sorted(findings.found, key=lambda finding: SEVERITIES.index(finding.severity)):
        by_rule.setdefault(finding.code, []).append(finding)
    for code, rows in by_rule.items():
        rule = rules()[code]
        console.print(Text.assemble((rule.severity, STYLES[rule.severity]), (f" {code} {rule.name}", "bold")))
        for finding in rows:
            _say(console, 2, f"{where(finding)}:", f" {finding.what}{the_same(finding)}", "underline")
            for each in finding.related:
                _say(console, 6, f"line {each.line}: {each.what}" if each.line else each.what, style="dim")
        _say(console, 2, "Why it matters:", f" {rows[0].why}", "italic")
        _say(console, 2, "What would mend it:", f" {rows[0].mend}", "italic")
        console.print()
    if findings.silenced:
        console.print(Text("Silenced by comments in the file", style="bold"))
        for finding in findings.silenced:
            reason = finding.reason or "no reason given"
            _say(console, 2, f"{where(finding)}:", f" {finding.code} {finding.name}: {reason}", "underline")
        console.print()
    _say(console, 0, summary(findings))


def _say(console: Console, indent: int, lead: str, words: str = "", style: str = "") -> None:
    """Print a paragraph, its lead in a style, every line indented; a path too long for a line is not broken."""
    room = max(20, console.width - indent)
    for number, line in enumerate(textwrap.wrap(lead + words, room, break_long_words=False, break_on_hyphens=False)):
        text = Text(line)
        text.stylize(style, 0, len(lead) if not number and line.startswith(lead) else 0 if words else len(line))
        console.print(Text(" " * indent).append_text(text), soft_wrap=True)


def where(finding: Finding) -> str:
    """Write `file:line`; without a file, the plan."""
    if finding.line is None:
        return f"plan {finding.plans[0]}" if finding.plans else "agreement"
    return f"{finding.path}:{finding.line}"


def summary(findings: Findings) -> str:
    """Say in one line how much was found."""
    said = [_count(number, name) for name, number in findings.counts.items() if number]
    title = findings.agreement.title
    quiet = f"; {len(findings.silenced)} silenced" if findings.silenced else ""
    if not said:
        return f"{title}: nothing found{quiet}."
    return f"{title}: {', '.join(said)}{quiet}. 'servanda explain CODE' says more about a rule."


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"


def short(findings: Findings) -> None:
    """Print one line a finding, in the order of the file."""
    for finding in findings.found:
        click.echo(
            f"{where(finding)}: {finding.severity} {finding.code} {finding.name}: {finding.what}{the_same(finding)}"
        )
    click.echo(summary(findings))


def github(findings: Findings) -> None:
    """Print findings as workflow commands of GitHub Actions, which shows them beside the lines."""
    kinds = {"error": "error", "warning": "warning", "note": "notice"}
    for finding in findings.found:
        place = f"file={_escaped(finding.path, True)},line={finding.line or 1},"
        title = _escaped(f"{finding.code} {finding.name}", True)
        words = _escaped(f"{finding.what}{the_same(finding)} {finding.why} {finding.mend}", False)
        click.echo(f"::{kinds[finding.severity]} {place}title={title}::{words}")


def _escaped(words: str, within: bool) -> str:
    """Write words so that they end no line, and within the list of properties no property."""
    words = words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return words.replace(":", "%3A").replace(",", "%2C") if within else words


def explain(rule: Rule) -> None:
    """Print the page of a rule."""
    if not sys.stdout.isatty():
        click.echo(page(rule), nl=False)
        return
    from rich.markdown import Markdown

    _console().print(Markdown(page(rule)))


def listing(found: Sequence[Rule]) -> None:
    """Print all rules, one line each."""
    wide = max(len(rule.name) for rule in found)
    for rule in found:
        click.echo(f"{rule.code}  {rule.severity:7}  {rule.name:{wide}}  {rule.looks}")
