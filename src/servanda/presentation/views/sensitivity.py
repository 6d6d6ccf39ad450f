"""What sensitivity and rules of failure mean, in plain sentences."""

from __future__ import annotations

from servanda.agreement.dates import length
from servanda.agreement.format.agreement import Agreement
from servanda.assessment.metrics import figure_names
from servanda.english import capital
from servanda.uncertainty.questions import Question
from servanda.uncertainty.scenario_discovery.failure_rules import FailureRules, Limit, Rule
from servanda.uncertainty.sensitivity_analysis.sensitivity import Sensitivity
from servanda.uncertainty.sensitivity_analysis.tornado import Tornado

WIDE = 0.1  # half an interval of a share from which on more draws are asked for


def plan_title(agreement: Agreement, plan: str) -> str:
    """A plan as readers know it."""
    return agreement.plans[plan].title or plan


def subject(agreement: Agreement, question: Question) -> str:
    """What is asked about: the figure, and of which plan or plans.

    Parameters
    ----------
    agreement : Agreement
    question : Question
    """
    figure = capital(figure_names(agreement)[question.of])
    titles = [plan_title(agreement, plan) for plan in question.plans]
    if len(titles) == 2:
        return f"{figure}: “{titles[0]}” less “{titles[1]}”"
    return f"{figure}: “{titles[0]}”"


def amount(of: str, value: float | None) -> str:
    """A value of a figure: chances in percent, years and units as numbers; a dash where there is none.

    Parameters
    ----------
    of : str
        Name of the figure.
    value : float or None
    """
    if value is None:
        return "–"
    if of == "years" or of.startswith("gain."):
        return f"{value:.3g}".replace("-", "−")
    return f"{100 * value:.3g}%".replace("-", "−")


def share(value: float) -> str:
    """A share of the variance; an estimate below 0 or above 1 is written as what it can be at most."""
    return f"{100 * min(max(value, 0.0), 1.0):.0f}%"


def size(value: float, duration: bool) -> str:
    """A value of an uncertain number, as the file would have it."""
    return length(float(f"{value:.3g}")) if duration else f"{value:.3g}".replace("-", "−")


def spread(agreement: Agreement, found: Sensitivity) -> str:
    """Where the figure lies, in one sentence."""
    of = found.question.of
    return (
        f"{subject(agreement, found.question)}. Over the ranges of the file it is {amount(of, found.mean)} on average,"
        f" and between {amount(of, found.low)} and {amount(of, found.high)} in nine draws of ten."
    )


def what_matters(found: Sensitivity) -> str:
    """What the figure depends on most, in one or two sentences."""
    if found.shares is None:
        clear = found.numbers.where(found.numbers["clear"])
        if not len(clear):
            return "No single number can be told from chance by itself: more draws are needed, or nothing stands out."
        most = clear.sort("distance", descending=True)["what"][0]
        return (
            f"{clear.height} of {found.numbers.height} numbers can be told from chance by themselves, and the"
            f" distribution moves most with “{most}”."
        )
    first = found.shares.row(0)
    kind = "the numbers of " if found.grouped and first["numbers"] > 1 else ""
    text = (
        f"“{first['what']}” matters most: if {kind}it were known, {share(first['first'])} of the variance would be gone"
        f" on average, and {share(first['total'])} is due to it with all its interactions."
    )
    if found.shares.height > 1:
        second = found.shares.row(1)
        text += f" Next comes “{second['what']}” ({share(second['total'])})."
    return text


def interactions(found: Sensitivity) -> str:
    """How much lies in combinations, in one sentence; empty where there is no design."""
    if found.shares is None:
        return ""
    alone = float(found.shares["first"].sum())
    if alone >= 1.0 - WIDE:
        return "The parts add up nearly without interactions: each can be judged by itself."
    return (
        f"What each does by itself adds up to {share(alone)}; the other {share(1 - alone)} are interactions, that is,"
        " combinations of several."
    )


def precision(found: Sensitivity) -> str:
    """Whether intervals are too wide to rely on, in one sentence or none."""
    if found.shares is None:
        return ""
    half = max((row["total_high"] - row["total_low"]) / 2 for row in found.shares)
    if half <= WIDE:
        return ""
    return (
        f"The intervals are wide (up to {100 * half:.0f} points to either side): take the order of the first few, not"
        f" the numbers, or ask for more: --draws {4 * found.draws}."
    )


def unanswered(failed: int, of: int) -> str:
    """What was done about draws without an answer, in one sentence or none."""
    if not failed:
        return ""
    return (
        f"{failed:,} of {of:,} draws had no answer ({100 * failed / of:.1f}%). They were left out, with the draws that"
        " are only compared with them, so that what is said holds for the rest."
    )


def swings(agreement: Agreement, found: Tornado) -> str:
    """What the largest swing is, in one sentence."""
    of, first = found.question.of, found.table.row(0)
    if first["swing"] is None:
        return "No number has an answer at both ends of its range."
    unit = " years" if of == "years" else " units" if of.startswith("gain.") else ""
    return (
        f"With every number at its likely value it is {amount(of, found.likely)}{unit}. Moved alone, “{first['what']}”"
        f" does most: {amount(of, first['at_low'])} at the low end of its range, {amount(of, first['at_high'])} at the"
        " high end."
    )


# ------------------------------------------------------------------------------------------------------ failing


def limit_words(limit: Limit) -> str:
    """A limit of a rule: the number in words, and where it has to lie."""
    low = None if limit.at_least is None else size(limit.at_least, limit.duration)
    high = None if limit.at_most is None else size(limit.at_most, limit.duration)
    if low is not None and high is not None:
        return f"{limit.what} is between {low} and {high}"
    return f"{limit.what} is {high} or less" if low is None else f"{limit.what} is {low} or more"


def rule_words(rule: Rule, aside: int) -> str:
    """A rule with what it covers, in one sentence."""
    limits = [limit_words(limit) for limit in rule.limits]
    text = limits[0] if len(limits) == 1 else f"{'; '.join(limits[:-1])}; and {limits[-1]}"
    text = (
        f"fails when {text}: covers {share(rule.coverage)} of the failures, and {share(rule.density)} of its draws fail"
    )
    if rule.checked_coverage is not None and rule.checked_density is not None:
        checked = f"{share(rule.checked_coverage)} and {share(rule.checked_density)}"
        text += f" (on the {aside:,} draws kept aside: {checked})"
    return text + "."


def failing(agreement: Agreement, found: FailureRules) -> str:
    """What counts as failing, how often that is, and whether there is a rule; in a few sentences."""
    title, of = plan_title(agreement, found.plan), found.when.split()[0]
    bounds = f"lowest {amount(of, found.worst)}, highest {amount(of, found.best)}"
    told = f"Failing means here: {found.words}."
    if found.why == "all fail":
        return (
            f"{told} “{title}” fails so in all {found.draws:,} draws ({bounds}), so that nothing tells failures from"
            f" others. {other_threshold(of)}"
        )
    if found.why == "none fails":
        return f"{told} “{title}” fails so in none of {found.draws:,} draws ({bounds}). {other_threshold(of)}"
    often = f"“{title}” fails so in {round(found.share * found.draws):,} of {found.draws:,} draws"
    if found.why == "few fail":
        return f"{told} {often} ({bounds}): too few failures to learn from. {other_threshold(of)}"
    if found.why == "few others":
        return f"{told} {often} ({bounds}): too few others to learn from. {other_threshold(of)}"
    if found.why == "no rule":
        return (
            f"{told} {often}. No rule on a few numbers tells them from the others in draws that it was not made from."
            " Either many numbers share in it, or there are too few draws: try --draws"
            f" {4 * (found.draws + found.unanswered)}, or 'servanda sensitivity' for what matters by groups."
        )
    return f"{told} {often}."


def other_threshold(of: str) -> str:
    """Which condition always has something to tell apart."""
    return f"Try a quantile of the draws instead: --when '{of} < q25', or --when 'years < q25'."
