"""Singapore with lateness: the judgements of the first edition unchanged, and reasons for what was added."""

from __future__ import annotations

import pytest
from support import paths

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.format.entries import Obligation, Ratification, Review
from servanda.agreement.numbers import walk_with_sources
from servanda.assessment.outcomes import outcomes

FIRST = servanda.read(paths.SINGAPORE_V1)
LATE = servanda.read("singapore-2018")
PLANS = list(FIRST.plans)

# The largest plan has 8,692 today.
MOST_NODES = 12_000


def numbers(agreement: Agreement) -> dict[tuple[str | int, ...], object]:
    """Every number that the file gives, by its place."""
    return {place: number for place, number, given, _ in walk_with_sources(agreement) if given}


def test_no_number_of_the_first_edition_was_changed() -> None:
    first, late = numbers(FIRST), numbers(LATE)
    assert len(first) > 150
    assert {place: late.get(place) for place in first} == first


def test_no_step_was_moved_added_or_left_out() -> None:
    assert list(LATE.plans) == PLANS
    for name in PLANS:
        before, after = FIRST.plans[name].entries, LATE.plans[name].entries
        assert [entry.id for entry in before] == [entry.id for entry in after]
        for old, new in zip(before, after, strict=True):
            assert set(old.needs) <= set(new.needs)
            if isinstance(old, Obligation) and isinstance(new, Obligation):
                assert (old.date, old.actors, old.gives) == (new.date, new.actors, new.gives)


def test_what_was_added_has_ranges_and_reasons() -> None:
    added = {place: number for place, number in numbers(LATE).items() if place not in numbers(FIRST)}
    assert {place[-1] for place in added if "costs" in place} == {"delaying", "suspending"}
    for place, number, given, _ in walk_with_sources(LATE):
        if given and place in added:
            assert number.ranged, place
            assert number.low < number.likely < number.high, place
            assert number.note, place
            assert "habits" in place or number.source in LATE.sources, place


def test_every_plan_can_be_late_and_a_vote_says_what_follows() -> None:
    for plan in LATE.plans.values():
        assert plan.late is not None
        votes = [entry for entry in plan.entries if isinstance(entry, Ratification)]
        assert {vote.then for vote in votes} == {"delay", "strike"}
        for vote in votes:
            assert vote.needs
            assert vote.then == ("delay" if vote.id == "congress-sanctions" else "strike")


def test_all_plans_are_reviewed_on_the_same_days() -> None:
    reviews = [[entry for entry in plan.entries if isinstance(entry, Review)] for plan in LATE.plans.values()]
    assert [len(those) for those in reviews] == [1, 1, 1, 1]
    assert len({(those[0].every, those[0].starts, those[0].until, those[0].review) for those in reviews}) == 1


def test_every_step_but_the_first_needs_another_in_a_plan_of_exchanges() -> None:
    for name in ("phased", "relief-first", "action-for-action"):
        steps = [entry for entry in LATE.plans[name].entries if isinstance(entry, Obligation)]
        assert [step.id for step in steps if not step.needs] == ["test-halt"]
        assert all(step.pairs for step in steps)


@pytest.mark.parametrize("name", PLANS)
def test_its_games_are_not_too_large(name: str) -> None:
    assert 1_000 < len(servanda.compile(LATE, name).node_step) < MOST_NODES


def test_the_quickest_of_them_is_solved_and_its_outcomes_add_up() -> None:
    found = servanda.solve(servanda.compile(LATE, "all-at-once"))
    assert found.converged
    chances = outcomes(found)
    assert sum(chances.values()) == pytest.approx(1.0, abs=1e-12)
    assert chances["incident"] > 0.1  # 0.015 a year, for as long as it is in force: 0.2 in 15 years


def test_it_has_no_errors() -> None:
    assert not [each for each in servanda.check(LATE).found if each.severity == "error"]
