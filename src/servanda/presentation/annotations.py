"""What `check` found in one line each: for editors, and as annotations for GitHub Actions.

Whatever is in a text or in a path, it ends no line and begins no other command.
"""

from __future__ import annotations

import os
from pathlib import Path

from servanda.checks.findings import Findings, printable, the_same
from servanda.files import real
from servanda.presentation.views.findings import shown_path, summary, where

KINDS = {"error": "error", "warning": "warning", "note": "notice"}


def short(findings: Findings, path: str = "") -> list[str]:
    """Write one line a finding, in the order of the file, and the summary."""
    lines = [f"{where(one)}: {one.severity} {one.code} {one.name}: {one.what}{the_same(one)}" for one in findings.found]
    return [*lines, summary(findings, path)]


def github(findings: Findings) -> list[str]:
    """Write findings as workflow commands of GitHub Actions, which shows them beside the lines."""
    return [
        _command(
            KINDS[one.severity],
            one.path,
            one.line,
            f"{one.code} {one.name}",
            f"{one.what}{the_same(one)} {one.why} {one.mend}",
        )
        for one in findings.found
    ]


def github_problem(path: str, line: int | None, words: str) -> str:
    """Write that a file cannot be read as a workflow command."""
    return _command("error", path, line, "unusable file", words)


def within(path: str, root: Path) -> str:
    """Name a file by its path from a folder, with slashes; as it was given if it lies outside, or is none."""
    try:
        file = Path(path).absolute()
        if file.exists():  # not from the catalogue, nor from standard input
            for one, other in ((file, root), (real(file), real(root))):
                if one.is_relative_to(other) and ".." not in one.parts:
                    return one.relative_to(other).as_posix()
    except (OSError, ValueError):
        pass
    return path


def _from_workspace(path: str) -> str:
    """As GitHub Actions wants it: from the folder where it has checked out the repository."""
    workspace = os.environ.get("GITHUB_WORKSPACE")
    return within(path, Path(workspace)) if workspace else path


def _command(kind: str, path: str, line: int | None, title: str, words: str) -> str:
    file = f"file={_property(shown_path(_from_workspace(path)))}," if path else ""
    return f"::{kind} {file}line={line or 1},title={_property(title)}::{_data(printable(words))}"


def _data(words: str) -> str:
    """Write the words of a command so that they end no line."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    """Write a property of a command so that it ends neither the line nor the property."""
    return _data(words).replace(":", "%3A").replace(",", "%2C")
