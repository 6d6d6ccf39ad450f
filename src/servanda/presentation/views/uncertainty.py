"""What the ranges of the numbers do to the answer: for the end of a study, and for the report."""

from __future__ import annotations

from servanda.assessment.comparison import Comparison, PlanResult, expected_years
from servanda.assessment.metrics import metric, metrics
from servanda.english import capital, listed
from servanda.presentation.view import Column, Row, Table, View, filled, view_of
from servanda.presentation.views import sensitivity, sweep, tipping_points
from servanda.presentation.writing import brief, nine_in_ten, plan_title
from servanda.uncertainty.overview import Uncertainty
from servanda.uncertainty.sweeps.sweep import row


@view_of.register
def _(found: Uncertainty) -> View:
    turns = () if found.tips is None else (tipping_points.flips(found.tips),)
    blocks = (*sweep.tables(found.swept), moving(found), turning(found), *turns)
    return View(headline(found), filled(*blocks), filled(sweep.unanswered(found.swept), left_out(found)))


def span_of(found: Uncertainty, plan: str) -> str:
    """How far the chance of what is hoped for goes: `12% to 43% in nine of ten draws`."""
    one = row(found.swept, plan, sweep.hoped_for(found.swept))
    return "no draw was solved" if one["p5"] is None else f"{nine_in_ten(one, 'chance')} in nine of ten draws"


def intro(found: Uncertainty) -> str:
    """What was done."""
    swept = found.swept
    count = len(swept.about["inputs"])
    numbers = f"all {count} numbers that have a range" if count > 1 else "the one number that has a range"
    their = "their ranges" if count > 1 else "its range"
    each = "each plan" if len(swept.plans) > 1 else "the plan"
    return (
        f"The numbers are judgements, so servanda drew {numbers} {swept.draws:,} times within {their}, and solved"
        f" {each} for every draw. The median may differ from the result at the likely values, because what is likely"
        " for each number need not be likely for all of them together."
    )


def left_out(found: Uncertainty) -> str:
    """Say what would have taken too long; nothing if all was done."""
    if not found.left_out:
        return ""
    said = [f"servanda took {found.swept.draws:,} draws, as many as fit into 40 seconds; --draws takes more."]
    other = {"tornado": "what each number moves alone (servanda sensitivity)", "tips": "tipping points (servanda tip)"}
    more = [words for name, words in other.items() if name in found.left_out]
    if more:
        said.append(f"Left out, as it takes longer: {listed(more)}.")
    return " ".join(said[0 if "draws" in found.left_out else 1 :])


def headline(found: Uncertainty) -> str:
    """How far the chance of the leading plan goes, and how often it beats the next."""
    first = sweep.prospect(found.swept)
    if found.other is None or not any(row["draws"] for row in found.swept.wins.to_dicts()):
        return first
    return f"{first} {sweep.beaten(found.swept, found.plan, found.other)}"


def moving(found: Uncertainty) -> str:
    """Which number moves the leading plan most; nothing if none that enters it has a range."""
    if found.tornado is None:
        return ""
    what = metric(found.agreement, found.metric).label
    said = sensitivity.swings(found.agreement, found.tornado)
    return f"{plan_title(found.agreement, found.plan)}, {what}: {said[:1].lower()}{said[1:]}"


def turning(found: Uncertainty) -> str:
    """Which number alone would turn the ranking of the leading plan and the next; nothing if there is no other."""
    if found.tips is None:
        return ""
    said = (tipping_points.ranking, tipping_points.headline, tipping_points.also)
    return " ".join(filled(*(sentence(found.tips) for sentence in said)))


def ranges(comparison: Comparison, found: Uncertainty) -> Table:
    """The main metrics of every plan: at the likely values, in the median, and where nine of ten draws lie."""
    known, rows = metrics(comparison.agreement), list[Row]()
    for result in comparison.plans:
        rows.append(Row((capital(result.title),), "group"))
        for name, likely in _likely(result).items():
            one, unit = row(found.swept, result.plan, name), known[name].unit
            what = known[name].label + ("" if known[name].is_share or unit == "years" else f", {unit}")
            time = known[name].time
            values = (brief(likely, unit, time), brief(one["p50"], unit, time), nine_in_ten(one, unit, time))
            cells = (*values, f"{one['draws']:,}")
            rows.append(Row((what, *cells)))
    names = ("likely", "median", "nine of ten draws", "draws solved")
    columns = (Column("metric", "words"), *(Column(name) for name in names))
    return Table("ranges", "Main metrics with their ranges", columns, tuple(rows))


def _likely(result: PlanResult) -> dict[str, float]:
    held = result.summary.held
    gains = {f"gain.{party}": value.gain for party, value in result.summary.values.items()}
    late = {} if result.summary.late is None else {"complete": result.summary.late.headline.complete}
    return {**late, "held_clean": held["clean"], "held": sum(held.values()), "years": expected_years(result), **gains}
