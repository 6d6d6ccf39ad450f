"""`check`: is the text of an agreement complete, verifiable, irreversible and fit to be carried out?

Nothing is solved here: the rules look at the text as it stands. What they look for, and why, is in `rules/`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from servanda.agreement.format.agreement import Agreement, line_of
from servanda.agreement.format.values import Place
from servanda.checks._fingerprints import digest, fingerprints
from servanda.checks._groups import Row, grouped, plan_of
from servanda.checks._plan_view import plan_view
from servanda.checks._suppressions import Suppression, Suppressions, extents, suppressions, whole
from servanda.checks.rulebook import SEVERITIES, Found, Known, Severity, chosen, registered, rules
from servanda.english import did_you_mean, listed
from servanda.errors import expect, several
from servanda.result import Result, plain

STALE, BARE = "SV901", "SV902"


@dataclass(frozen=True)
class Related:
    """Another line that one has to see to understand a finding, and what is there; None if there is no file."""

    line: int | None
    what: str


@dataclass(frozen=True, repr=False)
class Finding:
    """One thing that a text leaves open or gets wrong.

    Attributes
    ----------
    code, name : str
        Of the rule, such as `SV102` and `no-date`.
    severity : {'error', 'warning', 'note'}
    path : str
        Of the file, as it was given; empty if there is none.
    line : int or None
        From 1; None if the agreement was built in Python.
    plans : tuple[str, ...]
        Names of the plans in which it was found; empty if it is about the whole agreement. What several plans have in
        common (the same entry, written once) is one finding, at its first place.
    entries : tuple[str, ...]
        Ids of the entries that it is about. Where a rule would say the same more than five times, one finding for each
        plan is about all its entries, and stands at the plan.
    what, why, mend : str
        What was found; why it matters, with the agreement where it broke; what would mend it.
    related : tuple[Related, ...]
        Other lines to look at: all links of a circle, for one.
    reason : str or None
        Why a comment in the file silences it; empty if the comment does not say; None if nothing does.
    parts : tuple[Known, ...]
        What a baseline knows it by: one, or of a finding about many entries or plans one for each.
    group : {'', 'entries', 'plans'}
        Whether it is about many entries of a plan, or about many plans.
    """

    code: str
    name: str
    severity: Severity
    path: str
    line: int | None
    plans: tuple[str, ...]
    entries: tuple[str, ...]
    what: str
    why: str
    mend: str
    related: tuple[Related, ...] = ()
    reason: str | None = None
    parts: tuple[Known, ...] = ()
    group: Literal["", "entries", "plans"] = ""

    @property
    def fingerprint(self) -> str:
        """What it is recognised by when lines have moved or words have changed."""
        marks = [part.fingerprint for part in self.parts]
        return marks[0] if len(marks) == 1 else digest(marks)

    def __repr__(self) -> str:
        where = "" if self.line is None else f", line {self.line}"
        return f"<Finding {self.code} {self.name}{where}: {', '.join(self.entries) or 'the agreement'}>"


@dataclass(frozen=True, repr=False)
class Findings(Result):
    """Everything that `check` has to say about an agreement: iterating gives what was found and is not silenced.

    Attributes
    ----------
    agreement : Agreement
    found : tuple[Finding, ...]
        In the order of the file.
    silenced : tuple[Finding, ...]
        What comments in the file silence, with their reasons.
    known : tuple[Finding, ...]
        What a baseline knows already; nothing of it counts.
    gone : tuple[Known, ...]
        What the baseline has and the rules no longer find.
    """

    agreement: Agreement
    found: tuple[Finding, ...]
    silenced: tuple[Finding, ...]
    known: tuple[Finding, ...] = ()
    gone: tuple[Known, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity, silenced ones left out."""
        return {each: sum(finding.severity == each for finding in self.found) for each in SEVERITIES}

    def __repr__(self) -> str:
        said = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in self.counts.items())
        return f"<Findings on {self.agreement.title!r}: {said}; {len(self.silenced)} silenced>"

    def to_json(self) -> dict[str, Any]:
        """Give the object that `servanda check --json` prints, but for the scorecards."""
        path, sha256, content = self.agreement.provenance
        base = {"known": [_plain(each) for each in self.known], "gone": plain(self.gone)}
        return {
            "title": self.agreement.title,
            "path": path or "",
            "sha256": sha256 or "",
            **({} if sha256 else {"content": content}),
            "findings": [_plain(finding) for finding in self.found],
            "silenced": [{**_plain(finding), "reason": finding.reason} for finding in self.silenced],
            **(base if self.known or self.gone else {}),
            "counts": {
                **self.counts,
                "silenced": len(self.silenced),
                **({"known": len(self.known), "gone": len(self.gone)} if self.known or self.gone else {}),
            },
        }


def _plain(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in plain(finding).items() if key not in ("reason", "parts", "group")}


def check(
    agreement: Agreement,
    *,
    select: str | Iterable[str] | None = (),
    ignore: str | Iterable[str] = (),
    baseline: Sequence[Known] = (),
) -> Findings:
    """Look at an agreement's text for what agreements have broken on.

    Parameters
    ----------
    select : str or strings
        Rules to look at: codes, beginnings of codes (`SV1`) or names; all if empty or None.
    ignore : str or strings
        Rules to leave out.
    baseline : sequence of Known
        Findings that are known already and do not count, such as those that `read_baseline` gives for this file.

    Returns
    -------
    Findings
        What the text leaves open or gets wrong. Nothing is solved, and no number of the game is needed.

    Raises
    ------
    ValueError
        If `select` or `ignore` names a rule that does not exist.

    Examples
    --------
    >>> import servanda
    >>> findings = servanda.check(servanda.read("singapore-2018"))
    >>> findings.counts["error"]
    0
    """
    expect(agreement, Agreement, "check")
    wanted = codes(select, ignore)
    found = _merged(agreement, [each for each in _look(agreement, wanted) if each.code in wanted])
    comments = suppressions(agreement)
    spans = extents(agreement) if comments else {}
    marks = fingerprints(agreement, [each for each, _ in found])
    for each in several(baseline):
        expect(each, Known, "check")
    expected = {each.fingerprint for each in baseline}
    kept: list[tuple[Place, Finding]] = []
    silenced: list[tuple[Place, Finding]] = []
    known: list[tuple[Place, Finding]] = []
    loud: list[Row] = []
    silencing = Suppressions(comments)
    for (each, plans), mark in zip(found, marks, strict=True):
        hit = _hits(agreement, each, silencing, spans)
        row = Row(each, plans, (Known(mark, each.code, _says(each)),))
        if hit:
            silenced.append((each.place, _finding(agreement, row, hit[0].reason)))
        elif mark in expected:
            known.append((each.place, _finding(agreement, row)))
        else:
            loud.append(row)
    kept += [(row.found.place, _finding(agreement, row)) for row in grouped(loud)]
    remarks = _about_comments(agreement, list(_comments(comments, silencing.used, wanted)))
    for remark in remarks:
        (known if remark.fingerprint in expected else kept).append(((), remark))
    there = {*marks, *(remark.fingerprint for remark in remarks)}
    gone = tuple(each for each in baseline if each.code in wanted and each.fingerprint not in there)
    return Findings(agreement, _sorted(kept), _sorted(silenced), _sorted(known), gone)


def codes(select: str | Iterable[str] | None = (), ignore: str | Iterable[str] = ()) -> frozenset[str]:
    """The codes of the rules that `check` looks at."""
    wanted = () if select is None else several(select)
    return (chosen(wanted) if wanted else frozenset(rules())) - chosen(several(ignore))


def _hits(
    agreement: Agreement, found: Found, silencing: Suppressions, spans: dict[Place, tuple[int, int]]
) -> list[Suppression]:
    """Find the comments that silence a finding: at what it is about; at the plan too, if it may be one of a group."""
    if not silencing.comments:
        return []
    hits: list[Suppression] = []
    for place in (found.place, *([found.place[:2]] if plan_of(found) is not None else [])):
        line = line_of(agreement, place)
        if line is not None:
            hits += silencing.of(found.code, line, spans.get(whole(place), (line, line)))
    return hits


def the_same(finding: Finding) -> str:
    """Name the other plans in which the same was found, as a sentence to put behind the finding's."""
    others = finding.plans[1:] if finding.group != "plans" else ()  # it names them itself
    names = printable(listed(others))
    return f" The same in plan{'' if len(others) == 1 else 's'} {names}." if others else ""


def _look(agreement: Agreement, wanted: frozenset[str]) -> Iterator[Found]:
    for file in sorted(Path(__file__).with_name("rules").glob("*.py")):
        import_module(f"{__package__}.rules.{file.stem}")
    views = tuple(plan_view(agreement, name) for name in agreement.plans)
    every = [look for look in registered() if look.codes & wanted]
    for look in every:
        if look.whole:
            yield from look.find(agreement, views)
    for view in views:
        for look in every:
            if not look.whole:
                yield from look.find(view)


def _merged(agreement: Agreement, found: list[Found]) -> list[tuple[Found, tuple[str, ...]]]:
    """Put together what is found of the same entries in several plans, with the names of these plans."""
    same: dict[tuple[object, ...], tuple[Found, list[str]]] = {}
    content = {
        name: {entry.id: repr(entry) for entry in plan.entries} if len(agreement.plans) > 1 else {}
        for name, plan in agreement.plans.items()
    }
    for number, each in enumerate(found):
        plan = str(each.place[1]) if each.place[:1] == ("plans",) and len(each.place) > 1 else None
        entries = tuple(content[plan].get(name, "") for name in each.entries) if plan is not None else ()
        shared = bool(entries) and all(entries) and "plan" not in each.fill
        key = (each.code, each.form, tuple(each.fill.items()), entries) if shared else (number,)
        plans = same.setdefault(key, (each, []))[1]
        if plan is not None and plan not in plans:
            plans.append(plan)
    return [(each, tuple(plans)) for each, plans in same.values()]


def _sorted(rows: list[tuple[Place, Finding]]) -> tuple[Finding, ...]:
    """In the order of lines; without a file, in the order of places."""
    return tuple(
        finding
        for _, finding in sorted(
            dict.fromkeys(rows),
            key=lambda row: (row[1].line or 0, [str(step).zfill(6) for step in row[0]], row[1].code, row[1].what),
        )
    )


def _finding(agreement: Agreement, row: Row, reason: str | None = None) -> Finding:
    found = row.found
    related = tuple(Related(line_of(agreement, place), printable(words)) for place, words in found.related)
    return _put(agreement, row, line_of(agreement, found.place), related, reason)


def _put(
    agreement: Agreement, row: Row, line: int | None, related: tuple[Related, ...] = (), reason: str | None = None
) -> Finding:
    rule = rules()[row.found.code]
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        path=agreement.origin.path if agreement.origin else "",
        line=line,
        plans=row.plans,
        entries=row.found.entries,
        what=_says(row.found),
        why=rule.why,
        mend=rule.mend,
        related=related,
        reason=reason if reason is None else printable(reason),
        parts=row.parts,
        group=row.found.group,
    )


def _says(found: Found) -> str:
    rule = rules()[found.code]
    says = {"": rule.says, "entries": rule.many, "plans": rule.across}[found.group]
    return printable(says[found.form].format_map(found.fill))


def printable(words: str) -> str:
    """Put on one line, without control characters, what may quote any text of the file."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in words).split())


def _comments(
    comments: tuple[Suppression, ...], used: set[Suppression], wanted: frozenset[str]
) -> Iterator[tuple[str, Suppression, str]]:
    for comment in comments:
        if comment.code not in rules():
            if STALE in wanted:
                yield STALE, comment, "unknown"
        elif comment not in used:
            if STALE in wanted and comment.code in wanted:
                yield STALE, comment, "stale"
        elif not comment.reason and BARE in wanted:
            yield BARE, comment, ""


def _about_comments(agreement: Agreement, said: list[tuple[str, Suppression, str]]) -> list[Finding]:
    found: list[Found] = []
    for code, comment, form in said:
        hint = did_you_mean(comment.code, rules()) if form == "unknown" else ""
        found.append(Found(code, (), {"code": comment.code or "nothing", "hint": hint}, form))
    about = [replace(each, entries=(each.fill["code"],)) for each in found]  # to tell one comment from another
    marks = fingerprints(agreement, about)
    return [
        _put(agreement, Row(each, (), (Known(mark, each.code, _says(each)),)), comment.line)
        for each, mark, (_, comment, _) in zip(found, marks, said, strict=True)
    ]
