"""One finding for many: a rule that would say the same more than five times counts and names the entries of a plan."""

from __future__ import annotations

from typing import Any

import pytest
from support.texts import GAME, GOLD, HIDDEN, LAST, STAKES, TOP, duty, text

from servanda.agreement.format.agreement import Agreement
from servanda.agreement.reading.reader import loads
from servanda.checks.findings import check
from servanda.checks.rulebook import SEVERITIES, rules

NAMES = tuple(f"e{i}" for i in range(1, 7))
LISTED = "e1, e2, e3, e4 and 2 more"
AFTER = duty("z", date="2030-06-01")
ALL = "[north, south, east]"


def six(**more: Any) -> tuple[str, ...]:
    return tuple(duty(name, **{"does": f"do {name}", **more}) for name in NAMES)


def flows(by: str = "by: north") -> tuple[str, ...]:
    return tuple(f"{{id: {name}, date: 2030-06-01, {by}, gives: {{arms: 0.1}}}}" for name in NAMES)


def answered(day: str) -> tuple[str, ...]:
    """Six steps on a day, each before one that is done in return for it."""
    first = [f"{{id: f{each}, date: {day}, by: south, gives: {{gold: 0.1}}, pairs: [{each}]}}" for each in NAMES]
    return tuple(step for both in zip(first, flows(), strict=True) for step in both)


TRADE = ("{id: f, date: 2031-06-01, by: north, gives: {arms: 0.1}, pairs: [gold]}", GOLD)
MANY: list[tuple[str, str, tuple[str, ...], dict[str, Any], str]] = [
    ("SV102", "alone", tuple(each.replace("date: 2030-06-01, ", "") for each in six()), {},
     f"6 entries of plan text have neither a date nor anything that sets them off: {LISTED}."),
    ("SV103", "after", (*six(due="{after: z}"), AFTER), {},
     f"6 entries of plan text come after something, with no limit on how long after: {LISTED}."),
    ("SV103", "needs", (*six(needs="[z]"), AFTER), {},
     f"6 entries of plan text have to wait for others, and no date or limit says how long after: {LISTED}."),
    ("SV104", "several", (*six(due="{within: 9 days, after: z}"),
                          duty("z", by=ALL, due="{within: 9 days, after: start}", does="withdraw")), {},
     "6 entries of plan text are counted from what several carry out over a stretch of time, and the text does not say"
     f" whether from its start or its end: {LISTED}."),
    ("SV105", "", six(due="{when: it is time}"), {},
     "6 entries of plan text wait for events that are no steps of the plan, and nobody is named to say when these have"
     f" happened: {LISTED}."),
    ("SV109", "", (*six(date="2030-06-01", needs="[z]"), AFTER), {},
     f"6 entries of plan text fall due on the same day as another that has to come first: {LISTED}."),
    ("SV110", "", answered("2030-06-01"), GAME,
     "In plan text, 6 steps are in return for another on the same day, and play takes them one after the other:"
     f" {LISTED}."),
    ("SV111", "", answered("2030-05-01"), GAME,
     "In plan text, 6 steps are in return for an earlier one that they do not need, and stay due if it is struck:"
     f" {LISTED}."),
    ("SV201", "", six(by="", date="2030-06-01"), {},
     f"6 entries of plan text do not say who has to do them: {LISTED}."),
    ("SV204", "", flows(f"by: {ALL}"), {"more": STAKES},
     "In plan text, three or more parties together owe each of 6 entries, and nothing says which of them does what:"
     f" {LISTED}."),
    ("SV401", "standing", six(standing="true", verified_by="", does="have no arms"), {},
     "6 duties of plan text are owed all the time, and nobody is named to check whether they are kept:"
     f" {LISTED}."),
    ("SV401", "stake", (*flows(), GOLD), {"more": HIDDEN},
     "6 entries of plan text give up what can be hidden, and no measure or body checks whether it is gone:"
     f" {LISTED}."),
    ("SV402", "", six(date="2030-06-01", verified_by="[north]"), {},
     f"6 entries of plan text are verified by nobody but the one who has to do them: {LISTED}."),
    ("SV403", "", six(date="2030-06-01", verified_by="[eyes]"), {"more": "measures: {eyes: {from: 2031-01-01}}"},
     f"6 entries of plan text fall due before any measure that should verify them begins: {LISTED}."),
    ("SV502", "pair", (*flows(), *TRADE), {"more": STAKES},
     f"6 steps of plan text that give something are in no pair, while other steps are: {LISTED}."),
]  # fmt: skip


def of(agreement: Agreement, code: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(f.what, f.entries) for f in check(agreement).found if f.code == code]


@pytest.mark.parametrize(("code", "form", "entries", "more", "words"), MANY, ids=lambda x: str(x)[:16])
def test_six_of_a_kind_are_one_finding_and_five_are_five(
    code: str, form: str, entries: tuple[str, ...], more: dict[str, Any], words: str
) -> None:
    assert form in rules()[code].many
    assert of(text(*entries, **more), code) == [(words, NAMES)]
    fewer = of(text(*entries[1:], **more), code)
    assert [found[0] for _, found in fewer] == list(NAMES[1:])


def test_every_sentence_for_many_is_tested_and_counts_and_names() -> None:
    assert {row[:2] for row in MANY} == {(code, form) for code, rule in rules().items() for form in rule.many}
    for rule in rules().values():
        for form, words in rule.many.items():
            assert form in rule.says
            assert "{count}" in words
            assert "{entries}" in words
            assert "{plan}" in words
            assert rule.severity != SEVERITIES[0], "what cannot be carried out is told one by one"


FORTY = tuple(f"{{id: art-{i}, standing: true, by: north, does: ensure right {i}}}" for i in range(1, 41))


def forty(*changes: tuple[str, str]) -> Agreement:
    top = f"{TOP}disputes: x\nplans:\n  text:\n    entries:\n"
    words = top + "".join(f"      - {each}\n" for each in (*FORTY, *LAST))
    for old, new in changes:
        assert old in words
        words = words.replace(old, new)
    return loads(words)


def test_forty_articles_are_one_finding_at_the_plan_that_names_them_all_with_their_lines() -> None:
    (found,) = check(forty()).found
    assert found.what.startswith("40 duties of plan text are owed all the time")
    assert found.what.endswith(": art-1, art-2, art-3, art-4 and 36 more.")
    assert (found.code, found.severity, found.line, found.plans) == ("SV401", "warning", 9, ("text",))
    assert found.entries == tuple(f"art-{i}" for i in range(1, 41))
    assert [(each.line, each.what) for each in found.related] == [(10 + i, f"art-{i}") for i in range(1, 41)]
    assert check(forty()).counts["warning"] == 1


def test_a_comment_at_an_entry_takes_it_out_of_the_group() -> None:
    found = check(forty(("ensure right 7}", "ensure right 7}  # servanda: ignore SV401 the court sees to it")))
    assert [each.entries for each in found.silenced] == [("art-7",)]
    (rest,) = found.found
    assert rest.what.startswith("39 duties")
    assert "art-7" not in rest.entries


@pytest.mark.parametrize("left", [40, 6, 5, 1])
def test_a_comment_at_the_plan_silences_the_rule_for_the_whole_plan_however_many(left: int) -> None:
    gone = [(f"      - {each}\n", "") for each in FORTY[left:]]
    found = check(forty(("  text:\n", "  text:  # servanda: ignore SV401 the court sees to all of it\n"), *gone))
    assert found.found == ()  # the comment is not stale either
    assert {(each.code, each.reason) for each in found.silenced} == {("SV401", "the court sees to all of it")}
    assert len(found.silenced) == left


def test_what_several_plans_share_is_grouped_once_and_what_one_has_alone_beside_it() -> None:
    rows = "".join(f"      - {each}\n" for each in FORTY[:6])
    more = "".join(f"      - {each.replace('art-', 'more-').replace('right', 'good')}\n" for each in FORTY[:7])
    last = "".join(f"      - {each}\n" for each in LAST)
    head = f"{TOP}disputes: x\nplans:\n"
    both = loads(f"{head}  a:\n    entries:\n{rows}{last}  b:\n    entries:\n{rows}{more}{last}")
    assert [(each.plans, len(each.entries)) for each in check(both).found] == [(("a", "b"), 6), (("b",), 7)]


def test_five_times_are_counted_in_the_whole_file_and_each_plan_has_its_finding() -> None:
    last = "".join(f"      - {each}\n" for each in LAST)
    head = f"{TOP}disputes: x\nplans:\n"

    def plans(*sizes: int) -> list[tuple[tuple[str, ...], int]]:
        yaml = head
        for plan, size in zip("abc", sizes, strict=False):
            rows = (each.replace("art-", f"{plan}-").replace("right", f"good {plan}") for each in FORTY[:size])
            yaml += f"  {plan}:\n    entries:\n" + "".join(f"      - {each}\n" for each in rows) + last
        return [(each.plans, len(each.entries)) for each in check(loads(yaml)).found]

    assert plans(3, 3) == [(("a",), 3), (("b",), 3)]
    assert plans(3, 2) == [(("a",), 1)] * 3 + [(("b",), 1)] * 2
    assert plans(5, 1) == [(("a",), 5), (("b",), 1)]


def test_what_each_says_for_itself_is_never_grouped() -> None:
    """Circles, contradictions and undefined terms differ in more than the entry."""
    uses = tuple(duty(name, date="2030-06-01", does=f"do {name}", uses=f"[word-{name}]") for name in NAMES)
    assert len([each for each in check(text(*uses)).found if each.code == "SV301"]) == 6
    late = (*six(date="2030-06-01", needs="[z]"), duty("z", date="2030-07-01"))
    assert len([each for each in check(text(*late)).found if each.code == "SV107"]) == 6


def test_a_group_without_a_file_has_no_lines() -> None:
    agreement = forty().model_copy()
    bare = Agreement.model_validate(agreement.model_dump(by_alias=True, exclude_unset=True))
    (found,) = check(bare).found
    assert found.line is None
    assert {each.line for each in found.related} == {None}
