"""What `check` found as SARIF 2.1.0, which code hosts and editors read.

The format is that of OASIS, Static Analysis Results Interchange Format 2.1.0, with Errata 01 of 2023.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from servanda.checks.findings import Finding, Findings, printable, the_same
from servanda.checks.rulebook import Rule, page, rules
from servanda.presentation.annotations import within

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://pypi.org/project/servanda/"
HELP = f"{HOME}#description"
LEVELS = {"error": "error", "warning": "warning", "note": "note"}
ROOT = "%SRCROOT%"
FINGERPRINT = "servanda/v1"
_LINK = re.compile(r"\[(?=[^\]]*\]\()")
_PLACE = re.compile(r"(?P<path>.*?):(?P<line>[1-9][0-9]*): (?P<words>.*)", re.DOTALL)


@dataclass(frozen=True)
class Unusable:
    """A file that could not be read, with the message of each problem."""

    path: str
    problems: tuple[str, ...]

    def told(self) -> Iterable[tuple[int | None, str]]:
        """Line and words of each problem."""
        for problem in self.problems:
            head = f"{self.path}:"
            found = _PLACE.fullmatch(problem[len(head) - 1 :]) if problem.startswith(head) else None
            if found is not None and not found["path"]:
                yield int(found["line"]), found["words"]
            else:
                yield None, problem.removeprefix(f"{self.path}: ")


def sarif(
    looked: Sequence[Findings], unusable: Sequence[Unusable], wanted: Collection[str], code: int, baseline: bool = False
) -> dict[str, Any]:
    """Write what was found in several agreements as one SARIF log of one run.

    Parameters
    ----------
    looked : sequence of Findings
    unusable : sequence of Unusable
    wanted : collection of str
        Codes of the rules that were looked at.
    code : int
        With which the command ends.
    baseline : bool
        Whether there was a baseline, so that each result is new or unchanged.
    """
    from importlib.metadata import PackageNotFoundError, version

    try:
        release = {"version": version("servanda")}
    except PackageNotFoundError:
        release = {}
    told = [each for each in rules().values() if each.code in wanted]
    index = {each.code: number for number, each in enumerate(told)}
    results = [row for findings in looked for row in _results(findings, index, baseline)]
    notices = [_notice(each, line, words) for each in unusable for line, words in each.told()]
    paths = filter(None, dict.fromkeys([*(_path(each) for each in looked), *(each.path for each in unusable)]))
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "servanda",
                        **release,
                        "informationUri": HOME,
                        "rules": [_rule(each) for each in told],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not unusable,
                        "exitCode": code,
                        "toolExecutionNotifications": notices,
                    }
                ],
                "columnKind": "unicodeCodePoints",
                "artifacts": [{"location": _artifact(path)} for path in paths],
                "results": results,
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": rule.looks},
        "fullDescription": {"text": f"{rule.looks} {rule.why} {rule.mend}"},
        "help": {"text": page(rule), "markdown": page(rule)},
        "helpUri": HELP,
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _results(findings: Findings, index: dict[str, int], baseline: bool) -> Iterable[dict[str, Any]]:
    for finding in findings.found:
        yield _result(findings, finding, index) | ({"baselineState": "new"} if baseline else {})
    for finding in findings.silenced:
        why = {"justification": finding.reason} if finding.reason else {}
        state = {"baselineState": "new"} if baseline else {}
        yield _result(findings, finding, index) | state | {"suppressions": [{"kind": "inSource", **why}]}
    for finding in findings.known:
        quiet = {"kind": "external", "justification": "It is in the baseline."}
        yield _result(findings, finding, index) | {"baselineState": "unchanged", "suppressions": [quiet]}


def _result(findings: Findings, finding: Finding, index: dict[str, int]) -> dict[str, Any]:
    related = [
        {"id": number, **_location(findings, each.line), "message": {"text": _message(each.what)}}
        for number, each in enumerate(finding.related if _path(findings) else ())
    ]
    return {
        "ruleId": finding.code,
        "ruleIndex": index[finding.code],
        "level": LEVELS[finding.severity],
        "message": {"text": _message(f"{finding.what}{the_same(finding)}")},
        "locations": [_location(findings, finding.line)] if _path(findings) else [],
        **({"relatedLocations": related} if related else {}),
        "partialFingerprints": {FINGERPRINT: finding.fingerprint},
    }


def _location(findings: Findings, line: int | None) -> dict[str, Any]:
    origin = findings.agreement.origin
    region: dict[str, Any] = {}
    if line is not None and origin is not None:
        lines = origin.text.split("\n")
        words = lines[line - 1].rstrip("\r") if line <= len(lines) else ""
        first = len(words) - len(words.lstrip()) + 1
        last = max(first, len(words.rstrip()) + 1)
        region = {"region": {"startLine": line, "startColumn": first, "endColumn": last}}
    return {"physicalLocation": {"artifactLocation": _artifact(_path(findings)), **region}}


def _path(findings: Findings) -> str:
    return findings.agreement.origin.path if findings.agreement.origin is not None else ""


def _artifact(path: str) -> dict[str, Any]:
    """Where a file is, percent-encoded: from the root of the repository that we are in, if it lies in it."""
    here = Path.cwd()
    roots = (each for each in (here, *here.parents) if (each / ".git").exists())
    inside = within(path, Path(os.environ.get("GITHUB_WORKSPACE") or next(roots, here)))
    if Path(inside).is_absolute():
        return {"uri": Path(inside).as_uri()}
    return {"uri": quote(inside.replace("\\", "/").encode("utf-8", "surrogateescape"), safe="/"), "uriBaseId": ROOT}


def _notice(unusable: Unusable, line: int | None, words: str) -> dict[str, Any]:
    region = {"region": {"startLine": line}} if line is not None else {}
    return {
        "level": "error",
        "message": {"text": _message(printable(words))},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(unusable.path), **region}}],
    }


def _message(words: str) -> str:
    """Write a plain text message: its braces are no placeholders, and nothing in it is a link."""
    return _LINK.sub(r"\\[", words.replace("{", "{{").replace("}", "}}"))
