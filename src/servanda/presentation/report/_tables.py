"""The rows of the report's tables: results in words and printed numbers."""

from __future__ import annotations

from typing import Any

from servanda.agreement.dates import last_day
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.labels import cause_name, party_name, type_name
from servanda.assessment.comparison import Comparison, PlanResult, expected_years
from servanda.assessment.outcomes import HORIZON, EntryResult
from servanda.assessment.summary import Value
from servanda.checks.findings import Finding, Findings, the_same
from servanda.checks.rulebook import SEVERITIES
from servanda.english import capital, listed
from servanda.game.calendar import Step
from servanda.presentation.figures._plan_words import label_of, last_loss, name_of, steps_to_perform, weakest
from servanda.presentation.views.scorecard import aim_words, change_words, exact_share, least_part, status_words


def exact(chance: float, sure: bool = False) -> str:
    """Write a chance with one decimal, neither hiding a small one nor claiming certainty of what is not `sure`."""
    if chance <= 0.0:
        return "0"
    if chance < 0.0005:
        return "<0.1%"
    if chance >= 0.9995 and not (sure and chance >= 1.0):
        return ">99.9%"
    return f"{100 * chance:.1f}%"


def signed(units: float) -> str:
    """Write units with their sign."""
    return f"{units:+.2f}".replace("-", "−")


def plain(units: float) -> str:
    """Write units."""
    return f"{units:.2f}".replace("-", "−")


def outcome_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """Every outcome, and the figures that compare plans: (what, one cell a plan)."""
    from servanda.assessment.summary import outcome_order

    agreement, plans = comparison.agreement, comparison.plans
    rows: list[tuple[str, list[str]]] = []
    for outcome in outcome_order(agreement, [r.summary for r in plans]):
        cells = [r.summary.outcomes.get(outcome) for r in plans]
        rows.append((capital(cause_name(agreement, outcome)), ["–" if c is None else exact(c) for c in cells]))
    done = [exact(r.summary.completed) if steps_to_perform(r) else "no steps to perform" for r in plans]
    rows.append(("Every step performed or claimed, whatever came after", done))
    rows.append((f"Years in force, of {agreement.horizon:g}", [f"{expected_years(r):.1f}" for r in plans]))
    return rows


def weakest_rows(comparison: Comparison) -> list[dict[str, str]]:
    """Where each plan loses most."""
    rows: list[dict[str, str]] = []
    for result in comparison.plans:
        link = result.summary.weakest_link
        rows.append(
            {
                "plan": name_of(result),
                "entry": capital(link.title),
                "date": link.date.isoformat(),
                "lost": exact(link.lost),
                "cause": cause_name(comparison.agreement, link.cause),
                "cause_lost": exact(link.cause_lost),
            }
        )
    return rows


def value_rows(result: PlanResult) -> list[dict[str, Any]]:
    """What signing is worth to each party and type, against no agreement."""
    agreement = result.game.agreement
    rows: list[dict[str, Any]] = []
    for party, value in result.summary.values.items():
        rows.append(_value(party_name(agreement, party), "", value, sub=False))
        if len(value.by_type) > 1:
            for kind, one in value.by_type.items():
                prior = exact(agreement.parties[party].types[kind].chance.likely, sure=True)
                rows.append(_value(f"if {type_name(agreement, party, kind)}", prior, one, sub=True))
    return rows


def _value(name: str, prior: str, value: Value, sub: bool) -> dict[str, Any]:
    signs = "yes" if value.gain > 0 else "no"
    return {
        "name": name,
        "prior": prior,
        "sign": plain(value.sign),
        "no_deal": plain(value.no_deal),
        "gain": signed(value.gain),
        "signs": signs,
        "sub": sub,
    }


def audit_rows(result: PlanResult) -> list[dict[str, str]]:
    """Who would gain by breaking the plan if all others kept it."""
    agreement = result.game.agreement
    rows: list[dict[str, str]] = []
    for row in result.audit:
        best = row.best
        rows.append(
            {
                "party": party_name(agreement, row.party),
                "type": type_name(agreement, row.party, row.type) if agreement.parties[row.party].types else "",
                "at": capital(best.title) if best else "no choice to make",
                "date": best.date.isoformat() if best else "",
                "how": best.act if best else "",
                "gain": signed(best.gain) if best else "",
                "course": signed(row.best_course),
                "keeps": "yes" if row.self_enforcing else "no",
            }
        )
    return rows


def score_rows(result: PlanResult) -> list[dict[str, Any]]:
    """What each party obtains of the others at the end, against its aims, and what moves that most."""
    rows: list[dict[str, Any]] = []
    for party, one in result.scorecard.parties.items():
        for what, criterion in one.criteria.items() if one.harm > 0 else ():
            moves = [
                f"{capital(move.title)} ({change_words(move)})" if move else "–"
                for move in (criterion.raised, criterion.lowered)
            ]
            least = least_part(one, what)
            rows.append(
                {
                    "party": party_name(result.game.agreement, party),
                    "what": what,
                    "figure": exact_share(criterion.figure),
                    "least": exact_share(least) if least is not None else "",
                    "aim": aim_words(one, what),
                    "status": status_words(one, what) or "–",
                    "raised": moves[0],
                    "lowered": moves[1],
                }
            )
    return rows


def entry_rows(result: PlanResult) -> list[dict[str, Any]]:
    """Every entry of a plan, and the last report at the horizon."""
    agreement = result.game.agreement
    steps = {step.id: step for step in result.game.steps}
    entries = agreement.plans[result.plan].entries
    rows: list[dict[str, Any]] = []
    for e in result.summary.entries:
        step = steps[e.id]
        rows.append(
            {
                "id": e.id,
                "date": e.date.isoformat(),
                "title": label_of(agreement, e),
                "text": entries[step.place].text or "",
                "who": party_name(agreement, e.by),
                "gives": _gives(agreement, step),
                "reached": exact(e.reached, sure=e is result.summary.entries[0]),
                "acts": _acts(e),
                "types": _types(agreement, e),
                "lost": _lost(agreement, e.lost),
                "weakest": weakest(result, e.id),
            }
        )
    lost = last_loss(result)
    points = result.summary.standing
    rows.append(
        {
            "id": "horizon",
            "date": last_day(agreement).isoformat(),
            "title": "The last report, at the horizon",
            "text": "",
            "who": "–",
            "gives": [],
            "reached": exact(points[-2].in_force if len(points) > 1 else 1.0),
            "acts": ["–", "–", "–"],
            "types": [],
            "lost": [f"{exact(lost)} found out, or an incident"] if lost >= 0.0005 else [],
            "weakest": weakest(result, HORIZON),
        }
    )
    return rows


def text_groups(findings: Findings) -> dict[str, Any]:
    """What the text leaves open: a summary, groups of findings by rule, the worst first, and what is silenced."""
    groups: dict[str, dict[str, Any]] = {}
    for each in sorted(findings.found, key=lambda finding: SEVERITIES.index(finding.severity)):
        group = groups.setdefault(
            each.code,
            {
                "title": _rule_title(each), "code": each.code, "severity": each.severity, "why": each.why,
                "mend": each.mend, "rows": [],
            },
        )  # fmt: skip
        related = [f"line {other.line}: {other.what}" for other in each.related if other.line]
        group["rows"].append({"line": each.line or "–", "what": each.what + the_same(each), "related": related})
    counts = [f"{count} {name}{'' if count == 1 else 's'}" for name, count in findings.counts.items() if count]
    silenced = [
        {"title": _rule_title(each), "line": each.line, "what": each.what, "reason": each.reason or "none"}
        for each in findings.silenced
    ]
    return {"summary": f"{listed(counts)}.", "groups": list(groups.values()), "silenced": silenced}


def _rule_title(finding: Finding) -> str:
    return capital(finding.name.replace("-", " "))


def _gives(agreement: Agreement, step: Step) -> list[str]:
    said: list[str] = []
    for stake, share in step.gives.items():
        name = without_capital(agreement.stakes[stake].name or stake.replace("-", " "))
        part = "all" if share.likely >= 1.0 - 1e-9 else f"{100 * share.likely:.0f}%"
        said.append(f"the rest ({part}) of {name}" if stake in step.rest and part != "all" else f"{part} of {name}")
    if step.kind == "ratification":
        return ["a vote"]
    if step.kind == "turnover":
        return [f"a new government, with a chance of {exact(step.chance.likely, sure=True) if step.chance else '–'}"]
    if step.kind == "automatic":
        return [*said[:-1], f"{said[-1]}, {'all ' if len(said) > 1 else ''}automatically"]
    return said or ["stay or leave"]


def without_capital(name: str) -> str:
    """A name within a sentence: a leading article in lower case, all else as written."""
    article, _, rest = name.partition(" ")
    return f"{article.lower()} {rest}" if rest and article in ("The", "A", "An") else name


def _acts(e: EntryResult) -> list[str]:
    if e.kind == "ratification":
        return [f"passes {exact(e.keep, sure=True)}", "–", "–"]
    if e.kind in ("turnover", "automatic"):
        return ["no choice", "–", "–"]
    return [exact(e.keep), exact(e.conceal) if e.conceal > 0 else "–", exact(e.withdraw)]


def _types(agreement: Agreement, e: EntryResult) -> list[str]:
    rows: list[str] = []
    for kind, act in e.by_type.items():
        name = type_name(agreement, e.by, kind) if agreement.parties[e.by].types else party_name(agreement, e.by)
        if act is None:
            rows.append(f"{name}: cannot be in office")
        else:
            shares = " / ".join(exact(share) for share in (act.keep, act.conceal, act.withdraw))
            rows.append(f"{name}: {shares} ({signed(act.margin)})")
    return rows


def _lost(agreement: Agreement, lost: dict[str, float]) -> list[str]:
    named = sorted(((cause, chance) for cause, chance in lost.items() if chance >= 0.0005), key=lambda row: -row[1])
    if not named and sum(lost.values()) > 0:
        return [exact(sum(lost.values()))]
    return [f"{exact(chance)} {cause_name(agreement, cause)}" for cause, chance in named]
