"""`dumps`: every agreement that a file can say is written so that it reads back equal."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import servanda
from servanda.agreement.assumptions import assumptions
from servanda.agreement.format.agreement import Agreement, AgreementError
from servanda.agreement.writing.whole import NotDumped

STARTER = servanda.loads(servanda.starter_text())
BARE: dict[str, Any] = {
    "servanda": 1,
    "title": "Small",
    "start": date(2030, 1, 1),
    "parties": {"no": {"name": "No"}, "true": {"name": "True", "precision": 1}},
    "plans": {"null": {"entries": [{"id": "yes", "by": "no", "does": "no: nothing"}]}},
}


def same_again(agreement: Agreement) -> str:
    text = servanda.dumps(agreement)
    again = servanda.loads(text)
    assert again == agreement
    assert again.content == agreement.content
    assert servanda.dumps(again) == text
    assert [(one.path, one.given) for one in assumptions(again)] == [(o.path, o.given) for o in assumptions(agreement)]
    return text


@pytest.mark.parametrize("name", ["", *servanda.catalog()])
def test_every_agreement_of_the_catalogue(name: str) -> None:
    agreement = servanda.read(name) if name else STARTER
    text = same_again(agreement)
    assert max(len(row) for row in text.splitlines() if '"' not in row) <= 100


def test_what_was_changed_in_python() -> None:
    changed = STARTER.model_copy(update={"incidents": servanda.Number(likely=0.5, note="A guess: high")})
    text = same_again(changed)
    assert 'incidents: {likely: 0.5, note: "A guess: high"}\n' in text
    same_again(servanda.design(STARTER, "phased", maximise="completion", evaluations=4).plans[0])
    same_again(Agreement.model_validate(STARTER.model_dump(by_alias=True)))


@pytest.mark.parametrize(
    "words",
    [
        "yes", "No", "null", "~", "true", "1e3", "0x1F", "2020-01-01", "12:30:00", "3", "-", "a: b", "a #b", "#b",
        "'", '"', "\\", "a\\nb", "a, b", "[a]", "{a}", "*a", "&a", "!a", "%a", "@a", "`a`", "|", ">", "? a",
        "- a", "30 months", "never", "é", "東京", "가", "مرحبا", "x" * 500, "100%", "<b>", "$x$", "=", "...", "---",
    ],
)  # fmt: skip
def test_words_that_yaml_would_take_for_something_else(words: str) -> None:
    changed = STARTER.model_copy(update={"title": words, "note": words, "withdrawal": f"{words} {words}"})
    assert servanda.loads(same_again(changed)).title == words
    plan = STARTER.plans["phased"].model_copy(update={"title": words, "note": words})
    same_again(STARTER.model_copy(update={"plans": {**STARTER.plans, "phased": plan}}))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_words_that_the_format_takes(words: str) -> None:
    try:
        changed = Agreement.model_validate(BARE | {"note": words, "title": words})
    except ValueError:
        return  # none that a file may have
    same_again(changed)


@given(
    st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(1e-6, 1e6), st.floats(1 / 300, 800.0), st.integers(1, 1200)
)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_numbers_and_durations(a: float, b: float, c: float, years: float, months: int) -> None:
    low, likely, high = sorted((a, b, c))
    number = servanda.Number(likely=likely, low=low, high=high)
    stake = STARTER.stakes["programme"]
    of_python = stake.model_dump() | {"worth": {"north": -likely, "south": number}}
    of_python["restore"] |= {"likely": years, "low": years, "high": 800.0}
    stakes = {**STARTER.stakes, "programme": type(stake).model_validate(of_python)}
    changed = STARTER.model_copy(update={"incidents": likely, "stakes": stakes, "horizon": max(years, 50.0)})
    same_again(changed)


def test_names_that_yaml_would_take_for_something_else() -> None:
    text = same_again(Agreement.model_validate(BARE))
    assert '  "no":\n' in text or '"no": {' in text


@pytest.mark.parametrize(
    "more",
    [
        {"terms": {"exercise": {"no": "Movement", "true": "More"}, "force": "Arms"}},
        {"sources": {"desk": {"kind": "judgement", "title": "Desk", "date": date(2020, 2, 29), "url": "https://a.b/?c=d#e"}}},
        {"bodies": {"agency": {"name": "The agency", "note": "It\tsits: there"}}},
        {"plans": {"p": {"entries": [
            {"id": "a", "by": ["no", "true"], "does": "talk", "standing": True, "uses": []},
            {"id": "b", "does": "talk", "due": {"within": 60 / 365.25, "after": "start"}, "needs": ["a"]},
            {"id": "c", "review": ["no"], "every": 18, "from": date(2031, 1, 1), "until": date(2035, 1, 1)},
            {"id": "d", "ratify": "true", "due": {"when": "the vote: if any"}},
        ]}}},
    ],
)  # fmt: skip
def test_groups_built_in_python(more: dict[str, Any]) -> None:
    same_again(Agreement.model_validate(BARE | more))


def test_correlations_and_plans_with_rates_of_their_own() -> None:
    pair = {"between": ["parties.north.discount", "parties.south.discount"], "rank": -0.5, "note": "as the panel said"}
    plan = STARTER.plans["phased"].model_copy(update={"finds": {"inspectors": 2}})
    changed = STARTER.model_copy(update={"correlations": [pair], "plans": {**STARTER.plans, "phased": plan}})
    same_again(changed)


# ------------------------------------------------------------------------------------------------- what is refused


def without(agreement: Agreement, group: str, name: str) -> Agreement:
    return agreement.model_copy(update={group: {k: v for k, v in getattr(agreement, group).items() if k != name}})


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (without(STARTER, "parties", "south"), "party"),
        (without(STARTER, "stakes", "sanctions"), "sanctions"),
        (without(STARTER, "sources", "placeholder"), "names source 'placeholder'"),
        (without(STARTER, "measures", "inspectors"), "inspectors"),
        (STARTER.model_copy(update={"start": date(2040, 1, 1)}), "first day|not between"),
        (STARTER.model_copy(update={"horizon": 1.0}), "horizon|last"),
    ],
)
def test_an_agreement_changed_into_one_that_contradicts_itself(changed: Agreement, words: str) -> None:
    for use in (
        servanda.dumps,
        lambda a: servanda.compile(a, "phased"),
        lambda a: servanda.sweep(a, "phased", 4),
        lambda a: servanda.scorecard(a, "phased"),
    ):
        with pytest.raises(AgreementError, match=words):
            use(changed)


def test_what_no_file_can_say() -> None:
    odd = servanda.Number(likely=0.2, low=0.1, high=0.5, uniform=True)
    with pytest.raises(NotDumped, match="under incidents"):
        servanda.dumps(STARTER.model_copy(update={"incidents": odd}))
