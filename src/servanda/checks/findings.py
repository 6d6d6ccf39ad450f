"""`check`: is the text of an agreement complete, verifiable, irreversible and fit to be carried out?

Nothing is solved here: the rules look at the text as it stands. What they look for, and why, is in `rules/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from servanda.agreement.format.agreement import Agreement, line_of
from servanda.agreement.format.values import Place
from servanda.checks._groups import Row, grouped, plan_of
from servanda.checks._plan_view import plan_view
from servanda.checks._suppressions import Suppression, extents, suppresses, suppressions, whole
from servanda.checks.rulebook import SEVERITIES, Found, Rule, Severity, chosen, registered, rules
from servanda.english import did_you_mean, listed
from servanda.errors import expect
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
        Ids of the entries that it is about. Where a rule would say the same of more than five entries of a plan, it is
        one finding about all of them, at the plan.
    what, why, mend : str
        What was found; why it matters, with the agreement where it broke; what would mend it.
    related : tuple[Related, ...]
        Other lines to look at: all links of a circle, for one.
    reason : str or None
        Why a comment in the file silences it; empty if the comment does not say; None if nothing does.
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
    """

    agreement: Agreement
    found: tuple[Finding, ...]
    silenced: tuple[Finding, ...]

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
        origin = self.agreement.origin
        return {
            "title": self.agreement.title,
            "path": origin.path if origin is not None else "",
            "sha256": origin.sha256 if origin is not None else "",
            "findings": [_plain(finding) for finding in self.found],
            "silenced": [{**_plain(finding), "reason": finding.reason} for finding in self.silenced],
            "counts": {**self.counts, "silenced": len(self.silenced)},
        }


def _plain(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in plain(finding).items() if key != "reason"}


def check(agreement: Agreement, *, select: Sequence[str] = (), ignore: Sequence[str] = ()) -> Findings:
    """Look at an agreement's text for what agreements have broken on.

    Parameters
    ----------
    select : sequence of str
        Rules to look at: codes, beginnings of codes (`SV1`) or names; all if empty.
    ignore : sequence of str
        Rules to leave out.

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
    wanted = (chosen(tuple(select)) if select else frozenset(rules())) - chosen(tuple(ignore))
    found = _merged(agreement, [each for each in _look(agreement, wanted) if each.code in wanted])
    comments = suppressions(agreement)
    spans = extents(agreement) if comments else {}
    loud: list[Row] = []
    silenced: list[tuple[Place, Finding]] = []
    used: set[Suppression] = set()
    for each, plans in found:
        hit = _hits(agreement, each, comments, spans)
        used.update(hit)
        if hit:
            silenced.append((each.place, _finding(agreement, each, plans, hit[0].reason)))
        else:
            loud.append((each, plans))
    kept = [(each.place, _finding(agreement, each, plans, None)) for each, plans in grouped(loud)]
    for code, comment, form in _comments(comments, used, wanted):
        kept.append(((), _about_comment(agreement, code, comment, form)))
    return Findings(agreement, _sorted(kept), _sorted(silenced))


def _hits(
    agreement: Agreement, found: Found, comments: tuple[Suppression, ...], spans: dict[Place, tuple[int, int]]
) -> list[Suppression]:
    """Find the comments that silence a finding: at what it is about; at the plan too, if it may be one of a group."""
    places = [found.place, *([found.place[:2]] if plan_of(found) is not None else [])]
    lines = [line_of(agreement, place) for place in places] if comments else []
    return [
        comment
        for place, line in zip(places, lines, strict=False)
        for comment in comments
        if comment.code == found.code
        and line is not None
        and suppresses(comment, line, spans.get(whole(place), (line, line)))
    ]


def the_same(finding: Finding) -> str:
    """Name the other plans in which the same was found, as a sentence to put behind the finding's."""
    others = finding.plans[1:]
    return f" The same in plan{'' if len(others) == 1 else 's'} {listed(others)}." if others else ""


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


def _finding(agreement: Agreement, found: Found, plans: tuple[str, ...], reason: str | None) -> Finding:
    rule = rules()[found.code]
    related = tuple(Related(line_of(agreement, place), _printable(words)) for place, words in found.related)
    return _put(agreement, rule, line_of(agreement, found.place), plans, found, related, reason)


def _put(
    agreement: Agreement,
    rule: Rule,
    line: int | None,
    plans: tuple[str, ...],
    found: Found,
    related: tuple[Related, ...],
    reason: str | None,
) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        path=agreement.origin.path if agreement.origin else "",
        line=line,
        plans=plans,
        entries=found.entries,
        what=_printable((rule.many if found.group else rule.says)[found.form].format_map(found.fill)),
        why=rule.why,
        mend=rule.mend,
        related=related,
        reason=reason if reason is None else _printable(reason),
    )


def _printable(words: str) -> str:
    """Put on one line what may quote any text of the file."""
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


def _about_comment(agreement: Agreement, code: str, comment: Suppression, form: str) -> Finding:
    hint = did_you_mean(comment.code, rules()) if form == "unknown" else ""
    fill = {"code": comment.code or "nothing", "hint": hint}
    return _put(agreement, rules()[code], comment.line, (), Found(code, (), fill, form), (), None)
