"""What a comparison of plans says."""

from __future__ import annotations

from servanda.assessment.comparison import Comparison, expected_years
from servanda.english import capital, percent
from servanda.presentation.views.plan import headline


def verdict(comparison: Comparison) -> str:
    """Answer the question which plan holds best, in a sentence that does not claim more than the numbers."""
    ranked = sorted(comparison.plans, key=lambda r: -r.summary.held["clean"])
    if len(ranked) == 1:
        return headline(ranked[0])
    first, second = ranked[0], ranked[1]
    best, next_best = first.summary.held["clean"], second.summary.held["clean"]
    if best < 0.01:
        years = {capital(result.title): expected_years(result) for result in comparison.plans}
        most = max(years.values())
        longest = [title for title, length in years.items() if most - length < 0.05]
        last = f"{' and '.join(longest)} {'lasts' if len(longest) == 1 else 'last'} longest"
        return (
            f"On these judgements none of the {len(ranked)} plans is likely to hold: each has less than 1% to be in"
            f" force and clean at the end. {last}, {most:.1f} years on average."
        )
    if best - next_best < 0.01:
        same = percent(best) == percent(next_best)
        chances = f"each has {percent(best)}" if same else f"{percent(best)} and {percent(next_best)}"
        return (
            f"On these judgements {capital(first.title)} and {capital(second.title)} hold about equally well: {chances}"
            f" to be in force and clean at the end."
        )
    return (
        f"On these judgements {capital(first.title)} holds best: {percent(best)} to be in force and clean at the end,"
        f" against {percent(next_best)} for {capital(second.title)}."
    )
