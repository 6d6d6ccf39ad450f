"""What rules of failure say."""

from __future__ import annotations

from servanda.agreement.format.agreement import Agreement
from servanda.assessment.metrics import metric
from servanda.english import count
from servanda.presentation.view import Column, Table, View, filled, rows, view_of
from servanda.presentation.views.sensitivity import share, unanswered
from servanda.presentation.writing import amount, between, plan_title
from servanda.uncertainty.scenario_discovery.failure_rules import FailureRules, Limit, Rule


@view_of.register
def _(found: FailureRules) -> View:
    blocks: list[str | Table] = []
    for i, rule in enumerate(found.rules, 1):
        lead = f"Rule {i}: the plan" if len(found.rules) > 1 else "The plan"
        blocks += [f"{lead} {rule_words(rule, found.aside)}", _limits(i, rule)]
    left_out = unanswered(found.unanswered, found.draws + found.unanswered)
    return View(failing(found.agreement, found), tuple(blocks), filled(left_out))


def _limits(i: int, rule: Rule) -> Table:
    cells: list[tuple[str, ...]] = []
    for limit in rule.limits:
        unit = "years" if limit.duration else ""
        ends = ("" if end is None else amount(end, unit) for end in (limit.at_least, limit.at_most))
        chance = f"{limit.quasi_p:.3f}" if limit.quasi_p >= 0.001 else "<0.001"
        cells.append((limit.what, *ends, between(limit.low, limit.high, unit), chance))
    names = ("fails from", "to", "its range", "quasi-p")
    columns = (Column("number", "words"), *(Column(name) for name in names))
    return Table(f"rule-{i}", f"Rule {i}", columns, rows(cells))


def limit_words(limit: Limit) -> str:
    """A limit of a rule: the number in words, and where it has to lie."""
    unit = "years" if limit.duration else ""
    low, high = (None if end is None else amount(end, unit) for end in (limit.at_least, limit.at_most))
    if low is not None and high is not None:
        return f"{limit.what} is between {low} and {high}"
    return f"{limit.what} is {high} or less" if low is None else f"{limit.what} is {low} or more"


def rule_words(rule: Rule, aside: int) -> str:
    """A rule with what it covers, in one sentence."""
    limits = [limit_words(limit) for limit in rule.limits]
    text = " and ".join(limits) if len(limits) < 3 else f"{'; '.join(limits[:-1])}; and {limits[-1]}"
    text = (
        f"fails when {text}. This rule covers {share(rule.coverage)} of the failures, and {share(rule.density)} of its"
        " draws fail"
    )
    if rule.checked_coverage is not None and rule.checked_density is not None:
        checked = f"{share(rule.checked_coverage)} and {share(rule.checked_density)}"
        text += f" (on the {aside:,} draws kept aside: {checked})"
    return text + "."


def failing(agreement: Agreement, found: FailureRules) -> str:
    """What counts as failing, how often that is, and whether there is a rule; in a few sentences."""
    of = metric(agreement, found.when.split()[0])
    bounds = f"lowest {of.text(found.worst)}, highest {of.text(found.best)}"
    told = f"A draw counts as a failure if {found.words}. “{plan_title(agreement, found.plan)}” fails in"
    several = [f"--when '{name} < q25'" for name in dict.fromkeys((of.name, "years"))]
    instead = f"Try a quantile of the draws instead: {', or '.join(several)}."
    if found.why == "all fail":
        none = "so there is nothing to compare failures with"
        return f"{told} all {count(found.draws, 'draw')} ({bounds}), {none}. {instead}"
    if found.why == "none fails":
        return f"{told} none of {count(found.draws, 'draw')} ({bounds}). {instead}"
    often = f"{told} {round(found.share * found.draws):,} of {count(found.draws, 'draw')}"
    if found.why in ("few fail", "few others"):
        few = "failures" if found.why == "few fail" else "other draws"
        return f"{often} ({bounds}). That leaves too few {few} to learn from. {instead}"
    if found.why == "no rule":
        return (
            f"{often}. No rule on a few numbers separates them from the other draws when it is checked on draws that it"
            " was not made from. Either many numbers play a part, or there are too few draws. Try --draws"
            f" {4 * (found.draws + found.unanswered)}, or use 'servanda sensitivity' to see which groups matter."
        )
    return f"{often}."
