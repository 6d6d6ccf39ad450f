"""Files with random mistakes: for seeing that whatever stands in a file, the answer is findings or a message."""

from __future__ import annotations

import contextlib
import json
import random
import re
from collections.abc import Callable

from servanda.agreement.format.agreement import AgreementError
from servanda.agreement.reading.reader import catalog, loads
from servanda.checks.findings import check
from servanda.cli.check import playable_scorecards
from servanda.presentation.annotations import github, short
from servanda.presentation.terminal import text as as_text
from servanda.presentation.view import view
from support import paths

TOKENS = (
    "", "-", "- ", ":", ": ", "{}", "[]", "[", "]", "{", "}", "#", "&a", "*a", "|", ">", "'", '"', "\t", "\\", "!!str ",
    "---", "null", "true", "never", "0", "-1", "1e308", ".nan", ".inf", "2030-02-30", "0001-01-01", "9999-12-31",
    "%", "start", "0 days", "900 years", "{within: 5 days, after: start}", '{when: "\\n\\u0007"}',
    "# servanda: ignore SV101", "# servanda: ignore ,,", "standing: true",
    "automatic: true", "\u2028", "\U0001f54a", "a" * 300,
)  # fmt: skip
ALIKE = tuple(
    re.compile(pattern)
    for pattern in (
        r"(\d{4}-\d\d-\d\d)", r": (-?\d+(?:\.\d+)?)\b", r"(?:needs|pairs|verified_by|uses|defines): (\[[^][]*\])",
        r"(?:after|before|same_day): ([\w-]+)", r"by: ([\w-]+|\[[^][]*\])", r"gives: (\[[^][]*\])",
        r"due: (\{[^}{]*\})",
    )
)  # fmt: skip
WORD = re.compile(r"[A-Za-z0-9_.-]+")
PAIR = re.compile(r", [a-z_]+: (\[[^][]*\]|\{[^}{]*\}|[^,}{]*)(?=[,}])")  # a key and its value within { }
BAD = 0.1  # of the mutants come from files that are refused as they are


def seeds() -> tuple[list[str], list[str]]:
    """Every agreement file at hand, the catalogue's and the tests': those that can be read, and those that cannot."""
    folders = (paths.GOOD, paths.TEXTS, paths.CASES)
    files = [*catalog().values(), *(f for folder in folders for f in sorted(folder.glob("*.yaml")))]
    bad: list[str] = []
    for file in sorted(paths.BAD.glob("*.yaml")):
        with contextlib.suppress(UnicodeDecodeError):
            bad.append(file.read_text(encoding="utf-8"))
    return [file.read_text(encoding="utf-8") for file in files], bad


def _line_gone(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[rng.randrange(len(lines))]
    return "".join(lines)


def _line_twice(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines)), rng.choice(lines))
    return "".join(lines)


def _lines_exchanged(text: str, rng: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return "".join(lines)


def _word_for_word(text: str, rng: random.Random) -> str:
    words = list(WORD.finditer(text))
    if not words:
        return text
    at = rng.choice(words)
    return text[: at.start()] + rng.choice(words)[0] + text[at.end() :]


def _alike(text: str, rng: random.Random) -> str:
    """A date for a date, a number for a number, a name in a list for a name in a list: what often still can be read."""
    found = list(rng.choice(ALIKE).finditer(text))
    if not found:
        return text
    at = rng.choice(found)
    return text[: at.start(1)] + rng.choice(found)[1] + text[at.end(1) :]


def _word_for_token(text: str, rng: random.Random) -> str:
    words = list(WORD.finditer(text))
    if not words:
        return text
    at = rng.choice(words)
    return text[: at.start()] + rng.choice(TOKENS) + text[at.end() :]


def _pair_gone(text: str, rng: random.Random) -> str:
    pairs = list(PAIR.finditer(text))
    if not pairs:
        return text
    at = rng.choice(pairs)
    return text[: at.start()] + text[at.end() :]


def _pair_put_in(text: str, rng: random.Random) -> str:
    pairs = list(PAIR.finditer(text))
    if not pairs:
        return text
    at = rng.choice(pairs).start()
    return text[:at] + rng.choice(pairs)[0] + text[at:]


def _letters_gone(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + text[at + rng.randint(1, 12) :]


def _token_put_in(text: str, rng: random.Random) -> str:
    at = rng.randrange(len(text) + 1)
    return text[:at] + rng.choice(TOKENS) + text[at:]


MISTAKES: tuple[Callable[[str, random.Random], str], ...] = (
    _line_gone, _line_twice, _lines_exchanged, _word_for_word, _alike, _alike, _alike, _alike, _alike, _word_for_token,
    _pair_gone, _pair_gone, _pair_gone, _pair_put_in, _pair_put_in, _letters_gone, _token_put_in,
)  # fmt: skip


def mutant(texts: tuple[list[str], list[str]], seed: int) -> str:
    """One of the files with one to three random mistakes."""
    rng = random.Random(seed)
    text = rng.choice(texts[rng.random() < BAD]) or "x"
    for _ in range(rng.choice((1, 1, 2, 3))):
        text = rng.choice(MISTAKES)(text, rng) or "x"
    return text


def survives(text: str) -> bool:
    """Read and check a text and print what is found in every form; whether it could be read.

    Anything but findings or the message of an `AgreementError` is a mistake of ours, and raises.
    """
    try:
        agreement = loads(text)
    except AgreementError:
        return False
    findings = check(agreement)
    last = len(text.splitlines())
    lines = [finding.line or 0 for finding in findings.found]
    assert lines == sorted(lines)
    assert all(1 <= line <= last for line in lines)
    cards = playable_scorecards(agreement)
    for result in (findings, *([cards] if cards is not None else [])):
        assert as_text(view(result))
        json.dumps(result.to_json(), allow_nan=False)
    assert len(short(findings)) == len(findings.found) + 1
    assert len(github(findings)) == len(findings.found)
    assert all("\n" not in line for line in (*short(findings), *github(findings)))
    return True
