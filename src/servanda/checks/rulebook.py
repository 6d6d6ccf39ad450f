"""The rules of `servanda check`: what looks for something, registered where it is defined, and the words for it.

The functions stand in `rules/FAMILY.py` and their words in `rules/FAMILY.toml`: messages, JSON, `servanda explain` and
the pages in `docs/reference/rules` are all made from these. The keys of a table are the attributes of `Rule`, but for
three: `what` is the sentence of a finding, or several forms of it by name (`says`); `source` is a list of {title, url}
(`sources`); `bad` and `good` are parts of `tests/checks/cases/CODE-bad.yaml` and `CODE-good.yaml`.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from servanda.agreement.format.values import Place
from servanda.english import did_you_mean, printable
from servanda.errors import NoSuchName

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")  # the worst first
MOST = 5  # findings of one sentence that are told one by one
Finds = TypeVar("Finds", bound="Callable[..., Iterator[Found]]")


@dataclass(frozen=True)
class Rule:
    """One thing that `check` looks for, in words.

    Attributes
    ----------
    code : str
        Such as `SV101`; never given to another rule.
    name : str
        The same in words, such as `circular-wait`.
    severity : {'error', 'warning', 'note'}
        `error`: the text cannot be carried out as it stands; `warning`: it leaves open what agreements have broken on;
        `note`: worth a look.
    looks : str
        What it looks for.
    why : str
        Why it matters, with the agreement where it broke.
    mend : str
        What would mend it.
    exactly : str
        When it speaks, and when it is silent.
    says : dict[str, str]
        The sentence of a finding, with names in braces; several forms by name, or one, called `''`.
    many : dict[str, str]
        By form, the sentence that stands for all findings of a plan where there are more than five in the file. It
        counts and names the entries. A form that is not here is never grouped: each of its findings says something of
        its own.
    across : dict[str, str]
        By form, the sentence that stands for the findings of more than five plans. It counts and names the plans.
    sources : tuple[tuple[str, str], ...]
        Title and address of where `why` can be read.
    guidance : str or None
        The advice on peace agreements that it answers to: a key of `GUIDANCE`.
    bad, good : str
        An example, and the same mended; part of an agreement file.
    """

    code: str
    name: str
    severity: Severity
    looks: str
    why: str
    mend: str
    exactly: str
    says: dict[str, str]
    many: dict[str, str]
    across: dict[str, str]
    sources: tuple[tuple[str, str], ...]
    guidance: str | None
    bad: str
    good: str


@dataclass(frozen=True)
class Found:
    """What a rule found, before it is put into words.

    Attributes
    ----------
    code : str
    place : tuple
        Where in the file, as a path: ('plans', 'text', 'entries', 2, 'due').
    fill : dict[str, str]
        What stands for the names in braces in the rule's sentence.
    form : str
        Which of the rule's sentences.
    related : tuple of (place, words)
        Other places that one has to see, and what is there.
    entries : tuple[str, ...]
        Ids of the entries that it is about, first the one that it would be silenced at.
    group : {'', 'entries', 'plans'}
        Whether it stands for several findings, in the rule's sentence for many entries or plans.
    """

    code: str
    place: Place
    fill: dict[str, str]
    form: str = ""
    related: tuple[tuple[Place, str], ...] = ()
    entries: tuple[str, ...] = ()
    group: Literal["", "entries", "plans"] = ""


@dataclass(frozen=True)
class Known:
    """By what a finding is recognised when lines have moved: a fingerprint. Its code and words are for readers."""

    fingerprint: str
    code: str
    what: str


@dataclass(frozen=True)
class Look:
    """What looks for findings: a function of one plan; or (`whole`) of the agreement and all its plans."""

    codes: frozenset[str]
    whole: bool
    find: Callable[..., Iterator[Found]]


_looks: list[Look] = []


def rule(*codes: str, whole: bool = False) -> Callable[[Finds], Finds]:
    """Register a function that yields what it finds, under the codes that it may find.

    Parameters
    ----------
    whole : bool
        Whether it looks at the agreement and all its plans (`agreement, views`), and not at one plan (`view`).
    """

    def register(find: Finds) -> Finds:
        _looks.append(Look(frozenset(codes), whole, find))
        return find

    return register


def registered() -> tuple[Look, ...]:
    """Everything that looks for findings, as far as the files of `rules/` are imported."""
    return tuple(_looks)


GUIDANCE = {  # of the United Nations' note on agreements that facilitate implementation; see what-check-can-find.md
    "all issues": "resolve all major issues of the conflict",
    "detail": "be detailed and specific enough",
    "priorities and timetables": "give clear priorities and a realistic timetable",
    "monitoring": "give somebody the task of monitoring implementation",
    "responsibilities": "divide responsibilities clearly",
    "disputes": "have an effective way to resolve disputes over implementation and interpretation",
}


@functools.cache
def rules() -> dict[str, Rule]:
    """All rules by code, in order."""
    import tomllib

    families = sorted((Path(__file__).parent / "rules").glob("*.toml"))
    tables = {k: v for file in families for k, v in tomllib.loads(file.read_text(encoding="utf-8")).items()}
    return {code: _rule(code, tables[code]) for code in sorted(tables)}


def _rule(code: str, table: dict[str, Any]) -> Rule:
    return Rule(
        code=code,
        name=table["name"],
        severity=table["severity"],
        looks=table["looks"],
        why=table["why"],
        mend=table["mend"],
        exactly=" ".join(table["exactly"].split()),
        says=_forms(table["what"]),
        many=_forms(table.get("many", {})),
        across=_forms(table.get("across", {})),
        sources=tuple((each["title"], each.get("url", "")) for each in table.get("source", [])),
        guidance=table.get("guidance"),
        bad=table.get("bad", "").strip("\n"),
        good=table.get("good", "").strip("\n"),
    )


def _forms(words: str | dict[str, str]) -> dict[str, str]:
    return words if isinstance(words, dict) else {"": words}


def chosen(names: tuple[object, ...]) -> frozenset[str]:
    """The codes that some names stand for: codes, beginnings of codes (SV1), or names of rules.

    Raises
    ------
    NoSuchName
        If a name stands for no rule, with what there is.
    """
    found: set[str] = set()
    for name in names:
        word = printable(str(name)).strip()
        codes = [
            rule.code
            for rule in rules().values()
            if word and (rule.code.startswith(word.upper()) or rule.name == word.lower())
        ]
        if not codes:
            near = did_you_mean(word, [each for rule in rules().values() for each in (rule.code, rule.name)])
            raise NoSuchName(f"there is no rule '{word}'.{near} 'servanda explain' lists all rules")
        found.update(codes)
    return frozenset(found)


def page(rule: Rule) -> str:
    """Write the page of a rule, in Markdown."""
    parts = [
        f"# {rule.code} {rule.name}\n",
        _lines(f"*{rule.severity.capitalize()}.* {rule.looks}"),
        _lines(f"**Why it matters.** {rule.why}"),
        _lines(f"**What would mend it.** {rule.mend}"),
    ]
    if rule.bad:
        parts += ["## Example\n", f"```yaml\n{rule.bad}\n```\n", "Mended:\n", f"```yaml\n{rule.good}\n```\n"]
    parts += ["## When it speaks\n", _lines(rule.exactly)]
    if rule.many:
        parts.append(_lines(f"{_GROUPED} {_SILENCED}"))
    if rule.across:
        parts.append(_lines(_ACROSS))
    if rule.guidance:
        advice = GUIDANCE[rule.guidance]
        parts.append(_lines(f"It follows the advice of the United Nations that an agreement should {advice}."))
    if rule.sources:
        parts += ["## Sources\n", "".join(f"- {_cite(title, url)}\n" for title, url in rule.sources)]
    comment = f"Write a comment after the line, or alone above it: `# servanda: ignore {rule.code}` and your reason."
    if rule.code.startswith("SV9"):  # about comments
        comment = f"Leave the rule out: `servanda check FILE --ignore {rule.code}`."
    parts += ["## To silence it\n", f"{comment}\n"]
    return "\n".join(parts)


_GROUPED = "Where it would speak more than five times, it speaks once for each plan, and counts and names the entries."
_ACROSS = "Where it would say the same of more than five plans, it speaks once, and counts and names them."
_SILENCED = "A comment at an entry silences it for this entry, and one at the plan's name for the whole plan."


def _lines(words: str) -> str:
    """Break a paragraph into lines."""
    return textwrap.fill(words, 110, break_long_words=False, break_on_hyphens=False) + "\n"


def _cite(title: str, url: str) -> str:
    return f"{title}: <{url}>" if url else title
