"""What a comparison of plans says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from servanda.agreement.labels import cause_name, party_name
from servanda.assessment.comparison import Comparison, PlanResult
from servanda.assessment.summary import outcome_order
from servanda.english import a_chance, amounts, capital, in_unit, listed, number, quantity, time, time_unit
from servanda.errors import expect
from servanda.presentation.view import Column, Row, Table, View, rows, view_of
from servanda.presentation.views._late_words import STANDS, waits
from servanda.presentation.views.plan import headline, in_table, in_words, left_out

MOST_BESIDE = 8


@view_of.register
def _(comparison: Comparison) -> View:
    summaries = [result.summary for result in comparison.plans]
    notes = [f"{capital(one.title)}: {sentence}" for one in summaries for sentence in left_out(one)]
    return View(verdict(comparison), (*_side_by_side(comparison), _weakest(comparison)), tuple(notes))


def verdict(comparison: Comparison) -> str:
    """Answer the question which plan holds best, in a sentence that does not claim more than the numbers."""
    expect(comparison, Comparison, "verdict")
    ranked = sorted((result.summary for result in comparison.plans), key=lambda one: -one.held["clean"])
    if len(ranked) == 1:
        return headline(ranked[0])
    if any(one.late is not None for one in ranked):
        return _late_verdict(comparison)
    first, second = ranked[0], ranked[1]
    best, next_best = first.held["clean"], second.held["clean"]
    if in_words(best) in ("0%", "less than 1%"):
        years = {capital(result.title): result.summary.expected_years for result in comparison.plans}
        most = max(years.values())
        unit = time_unit(comparison.agreement.horizon)
        longest = [title for title, length in years.items() if in_unit(most - length, unit) < 0.05]
        last = f"{listed(longest)} {'lasts' if len(longest) == 1 else 'last'} longest"
        none = "neither plan" if len(ranked) == 2 else f"none of the {len(ranked)} plans"
        return (
            f"With these judgements, {none} is likely to last. Each has less than a 1% chance of still being in force"
            f" at the end with nothing concealed. {last}, {time(most, unit)} on average."
        )
    if best - next_best < 0.01:
        same = in_words(best) == in_words(next_best)
        chances = f"Each has {a_chance(best)}" if same else f"They have {a_chance(best)} and {a_chance(next_best)}"
        return (
            f"With these judgements, {capital(first.title)} and {capital(second.title)} hold about equally well."
            f" {chances} of still being in force at the end with nothing concealed."
        )
    return (
        f"With these judgements, {capital(first.title)} holds best. It has {a_chance(best)} of still being in force at"
        f" the end with nothing concealed, against {in_words(next_best)} for {capital(second.title)}."
    )


def _late_verdict(comparison: Comparison) -> str:
    """Which plan is likeliest to be completed, and how far each gets: where steps can be late."""
    plans = comparison.plans
    chance = {r.plan: r.summary.stands["complete_on_time"] + r.summary.stands["complete_late"] for r in plans}
    first, second = sorted(plans, key=lambda result: -chance[result.plan])[:2]
    complete, against = chance[first.plan], chance[second.plan]
    names = capital(first.title), capital(second.title)
    if in_words(complete) in ("0%", "less than 1%"):
        none = "neither plan" if len(plans) == 2 else f"none of the {len(plans)} plans"
        said = f"With these judgements, {none} has even a 1% chance of being complete at the end."
    elif complete - against < 0.01:
        said = (
            f"With these judgements, {names[0]} and {names[1]} are about equally likely to be complete at the end"
            f" ({in_words(complete)} and {in_words(against)})."
        )
    else:
        said = (
            f"With these judgements, {names[0]} is likeliest to be complete at the end. It has {a_chance(complete)},"
            f" against {in_words(against)} for {names[1]}."
        )
    late = [(result, result.summary.late) for result in plans]
    share = {capital(r.title): one.steps_done / max(1, waits(r.summary)) for r, one in late if one is not None}
    if len(share) < len(plans):  # of the others it is not known
        force = {capital(result.title): sum(result.summary.held.values()) for result in plans}
        lasts = max(force, key=lambda name: force[name])
        who = "It is also" if lasts == names[0] and complete - against >= 0.01 else f"{lasts} is"
        return f"{said} {who} likeliest to be in force then ({in_words(force[lasts])})."
    most = max(share.values())
    lead = [name for name, part in share.items() if most - part < 0.005]
    get = "gets" if len(lead) == 1 else "get"
    return f"{said} {listed(lead)} {get} furthest: {in_words(most)} of the steps are done on average."


def _side_by_side(comparison: Comparison) -> Iterator[Table]:
    """Tables of as many plans as can be read beside each other."""
    many, title = len(comparison.plans), "The plans side by side"
    if many <= MOST_BESIDE:
        yield _beside(comparison, comparison.plans, "plans", title)
        return
    for first in range(0, many, MOST_BESIDE):
        some = comparison.plans[first : first + MOST_BESIDE]
        yield _beside(comparison, some, f"plans-{first + 1}", f"{title}: {first + 1} to {first + len(some)} of {many}")


def _beside(comparison: Comparison, plans: Sequence[PlanResult], key: str, title: str) -> Table:
    """Every outcome, and the metrics that compare plans, a column for each plan."""
    agreement = comparison.agreement

    made: list[Row] = []

    def add(what: str, cell: Callable[[PlanResult], str], begins: bool = False) -> None:
        made.append(Row((what, *map(cell, plans)), "section" if begins else "plain"))

    def performed(result: PlanResult) -> str:
        return in_table(result.summary.completed) if result.summary.has_steps else "no steps to perform"

    some_late = any(result.summary.late is not None for result in comparison.plans)
    if some_late:
        for name, words in STANDS.items():
            add(words, lambda r, of=name: _stands(r, of))
    for cause in outcome_order(agreement, [result.summary for result in comparison.plans]):
        if some_late and cause == "held:clean":
            continue  # told above, by how it stands
        words = "of what is in force, with something concealed" if some_late and cause == "held:concealed" else ""
        add(words or cause_name(agreement, cause), lambda r, of=cause: in_table(r.summary.outcomes.get(of)))
    if some_late:
        add("complete by habit alone", lambda r: _by_habit(r, "complete"), begins=True)
        add("broken by habit alone", lambda r: _by_habit(r, "broken"))
        add("steps done on average", _steps_done, begins=True)
        add("last step more likely done than not", _furthest)
    add("every step performed or claimed, whatever happened later", performed, begins=True)
    unit = time_unit(agreement.horizon)
    of = quantity(in_unit(agreement.horizon, unit))
    add(f"expected {unit} in force, of {of}", lambda r: number(in_unit(r.summary.expected_years, unit), 1))
    for i, party in enumerate(agreement.parties):
        what = f"gain of {party_name(agreement, party)} over no agreement"
        write = amounts(result.summary.values[party].gain for result in comparison.plans)
        add(what, lambda r, of=party, write=write: write(r.summary.values[of].gain, sign=True), begins=i == 0)
    add("self-enforcing", lambda r: "yes" if r.audit.self_enforcing else "no")
    columns = (Column("", "words"), *(Column(result.plan) for result in plans))
    return Table(key, title, columns, tuple(made))


def _stands(result: PlanResult, how: str) -> str:
    can = result.summary.late is not None or how == "complete_on_time"
    return in_table(result.summary.stands[how]) if can else "–"


def _by_habit(result: PlanResult, what: str) -> str:
    late = result.summary.late
    return "–" if late is None else in_table(getattr(late.by_habit.headline, what))


def _steps_done(result: PlanResult) -> str:
    late = result.summary.late
    return "–" if late is None else f"{number(late.steps_done, 1)} of {waits(result.summary)}"


def _furthest(result: PlanResult) -> str:
    late = result.summary.late
    if late is None:
        return "–"
    return "none" if late.headline.furthest is None else late.headline.furthest.entry


def _weakest(comparison: Comparison) -> Table:
    """Where each plan loses most of its chance."""
    columns = (
        Column("plan", "words"), Column("weakest at", "words"), Column("date", "date"), Column("lost there"),
        Column("main cause", "words"), Column("by it"),
    )  # fmt: skip
    made = rows(
        (
            capital(result.title), capital(link.title), link.date.isoformat(), in_table(link.lost),
            cause_name(comparison.agreement, link.cause), in_table(link.cause_lost),
        )
        for result in comparison.plans
        for link in (result.summary.weakest_link,)
    )  # fmt: skip
    return Table("weakest", "Where each plan loses most of its chance", columns, made)
