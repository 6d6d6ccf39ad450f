"""What the ranges of the numbers do to an answer: sentences, and the rows of the report's tables."""

from __future__ import annotations

from typing import Any

from servanda.agreement.labels import party_name
from servanda.assessment.comparison import Comparison, PlanResult, expected_years
from servanda.english import capital
from servanda.presentation.views import sensitivity as _sensing_words
from servanda.presentation.views import tipping_points as _tip_words
from servanda.presentation.views.sweep import beaten, chance, prospect, share, span, unanswered
from servanda.uncertainty.overview import Uncertainty
from servanda.uncertainty.sweeps.sweep import duel, name_of, row


def span_of(found: Uncertainty, plan: str) -> str:
    """How far the chance of a plan to be in force and clean goes: `12% to 43% in nine of ten draws`."""
    one = row(found.swept, plan, "held_clean")
    if one["p5"] is None:
        return "no draw has an answer"
    return f"{span(one, 'held_clean')} in nine of ten draws"


def intro(found: Uncertainty) -> str:
    """What was done."""
    swept = found.swept
    count = len(swept.about["inputs"])
    numbers = (
        f"all {count} numbers that have a range were drawn" if count > 1 else "the one number with a range was drawn"
    )
    each = "each plan was" if len(swept.plans) > 1 else "the plan was"
    return (
        f"The numbers are judgements, so {numbers} within their ranges, {swept.draws:,} times, and {each} solved on"
        f" every draw. The middle of what comes out may differ from the answer at the likely values, since what is"
        " likely for each number need not be so for all together."
    )


def findings(found: Uncertainty) -> list[str]:
    """What came out: how sure the answer is, what moves it, and what would turn it."""
    return [headline(found), unanswered(found.swept), *moving(found), *turning(found)]


def headline(found: Uncertainty) -> str:
    """How far the chance of the leading plan goes, and how often it beats the next."""
    first = prospect(found.swept)
    if found.other is None or not any(row["draws"] for row in found.swept.wins.to_dicts()):
        return first
    return f"{first} {beaten(found.swept, found.plan, found.other)}"


def moving(found: Uncertainty) -> list[str]:
    """Which number moves the leading plan most."""
    if found.tornado is None:
        return []
    name = name_of(found.swept, found.plan)
    subject = "The chance to be in force and clean" if found.figure == "held_clean" else "Expected time in force"
    return [f"{subject} of {name}: {_lower(_sensing_words.swings(found.agreement, found.tornado))}"]


def turning(found: Uncertainty) -> list[str]:
    """Which number alone would turn the ranking of the leading plan and the next."""
    if found.tips is None:
        return []
    return [line for line in (_tip_words.ranking(found.tips), _tip_words.headline(found.tips)) if line] + (
        [_tip_words.also(found.tips)] if _tip_words.also(found.tips) else []
    )


def range_rows(comparison: Comparison, found: Uncertainty) -> list[dict[str, Any]]:
    """The headline figures of every plan: at the likely values, in the median, and where nine of ten draws lie."""
    rows: list[dict[str, Any]] = []
    for result in comparison.plans:
        for i, (figure, what, likely) in enumerate(_headline(result)):
            one = row(found.swept, result.plan, figure)
            rows.append(
                {
                    "plan": capital(result.title) if i == 0 else "",
                    "what": what,
                    "likely": _written(figure, likely),
                    "median": "–" if one["p50"] is None else _written(figure, one["p50"]),
                    "span": span(one, figure),
                    "draws": f"{one['draws']:,}",
                }
            )
    return rows


def duel_rows(found: Uncertainty) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """In which share of draws the plan of a row is better than that of a column: names, and cells."""
    swept = found.swept
    names = [name_of(swept, plan) for plan in swept.plans]
    rows: list[tuple[str, list[str]]] = []
    for name, plan in zip(names, swept.plans, strict=True):
        cells: list[str] = []
        for other in swept.plans:
            better = None if other == plan else duel(swept, plan, other, found.figure)["better"]
            cells.append("" if other == plan else "–" if better is None else share(better))
        rows.append((name, cells))
    return names, rows


def tip_rows(found: Uncertainty) -> list[dict[str, str]]:
    """The numbers that flip the ranking alone, nearest first."""
    if found.tips is None:
        return []
    return [
        {
            "what": capital(one.words),
            "name": one.name,
            "likely": _tip_words.amount(one.likely, one.unit),
            "range": f"{_tip_words.amount(one.low, one.unit)} to {_tip_words.amount(one.high, one.unit)}",
            "flips": ", ".join(_tip_words.amount(flip.value, one.unit) for flip in one.flips),
            "ahead": _tip_words.plan_title(found.agreement, one.nearest.above) if one.nearest is not None else "",
        }
        for one in found.tips.numbers
        if one.flips
    ]


def fan_alt(found: Uncertainty) -> str:
    """The fan of survival in words, for those who cannot see it."""
    swept = found.swept
    parts: list[str] = []
    for plan in swept.plans:
        one = row(swept, plan, "years")
        if one["p50"] is not None:
            middle = f"{one['p50']:.1f} years in force in the median, {span(one, 'years')}"
            parts.append(f"{name_of(swept, plan)}: {middle} in nine of ten draws")
    return f"Chance of being in force over time, over {swept.draws:,} draws. {'; '.join(parts)}."


def histogram_alt(found: Uncertainty) -> str:
    """The histogram in words, for those who cannot see it."""
    swept, figure = found.swept, found.figure
    spans = {plan: span(row(swept, plan, figure), figure) for plan in swept.plans}
    parts = [f"{name_of(swept, plan)}: {span}" for plan, span in spans.items()]
    return f"How {swept.about['figures'][figure]} spreads. In nine of ten draws: {'; '.join(parts)}."


def _headline(result: PlanResult) -> list[tuple[str, str, float]]:
    agreement, summary = result.game.agreement, result.summary
    rows = [
        ("held_clean", "in force and clean", summary.held["clean"]),
        ("held", "in force", sum(summary.held.values())),
        ("years", "expected years in force", expected_years(result)),
    ]
    for party, value in summary.values.items():
        rows.append((f"gain.{party}", f"gain of {party_name(agreement, party)} by signing, units", value.gain))
    return rows


def _written(figure: str, value: float) -> str:
    if figure.startswith("gain."):
        return f"{value:+.2f}".replace("-", "−")
    return f"{value:.1f}" if figure == "years" else chance(value)


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
