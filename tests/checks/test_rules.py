"""What `check` finds: a bad and a good text for every rule, and every sentence."""

from __future__ import annotations

import re
from typing import Any

import pytest
from support import paths
from support.texts import (
    ARMS,
    DUTY,
    GAME,
    GOLD,
    HIDDEN,
    LAST,
    LASTING,
    OPEN,
    PAIRED,
    RULES,
    STAKES,
    UNSEEN,
    USES,
    VOTED,
    duty,
    text,
    told,
)

from servanda.agreement.reading.reader import read
from servanda.checks.findings import Finding, check, the_same
from servanda.checks.rulebook import GUIDANCE, SEVERITIES, page, rules

CHECKS = paths.CASES


# ------------------------------------------------------------------------------------ a bad and a good text each


@pytest.mark.parametrize("code", rules())
def test_the_bad_text_has_this_finding_and_no_other(code: str) -> None:
    findings = check(read(CHECKS / f"{code}-bad.yaml"))
    assert {finding.code for finding in findings.found} == {code}
    assert told(findings) == (CHECKS / f"{code}-bad.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", rules())
def test_the_good_text_has_none_at_all(code: str) -> None:
    assert check(read(CHECKS / f"{code}-good.yaml")).found == ()


@pytest.mark.parametrize("code", rules())
def test_the_example_of_the_page_stands_in_these_texts(code: str) -> None:
    rule = rules()[code]
    for example, part in ((rule.bad, "bad"), (rule.good, "good")):
        written = [line.strip() for line in (CHECKS / f"{code}-{part}.yaml").read_text("utf-8").splitlines()]
        lines = [line.strip() for line in example.splitlines()]
        assert lines
        assert any(written[start : start + len(lines)] == lines for start in range(len(written)))


@pytest.mark.parametrize("code", rules())
def test_the_page_of_the_documentation_is_the_rule(code: str) -> None:
    assert (RULES / f"{code}.md").read_text(encoding="utf-8") == page(rules()[code])


def test_the_documentation_lists_every_rule_and_no_other() -> None:
    listed = (RULES / "README.md").read_text(encoding="utf-8")
    for code, rule in rules().items():
        assert f"| [{code}]({code}.md) | {rule.name} | {rule.severity} | {rule.looks} |" in listed
    assert {file.stem for file in RULES.glob("*.md")} == {*rules(), "README"}


ADVICE = {
    "all issues": "resolve all", "detail": "be detailed", "priorities and timetables": "give priorities",
    "monitoring": "give an organisation", "responsibilities": "divide", "disputes": "have a mechanism",
}  # fmt: skip


@pytest.mark.parametrize("key", GUIDANCE)
def test_the_page_on_checking_says_which_rules_answer_to_which_advice(key: str) -> None:
    lines = (paths.DOCS / "explanation" / "what-check-can-find.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in lines if line.startswith(f"| {ADVICE[key]}")]
    listed: set[str] = set()
    for first, last in re.findall(r"(SV\d+)(?: to (SV\d+))?", row.split("|")[2]):
        listed |= {code for code in rules() if first <= code <= (last or first)}
    assert listed == {code for code, rule in rules().items() if rule.guidance == key}


def test_rules_are_whole() -> None:
    names = [rule.name for rule in rules().values()]
    assert len(set(names)) == len(names)
    assert list(rules()) == sorted(rules())
    for code, rule in rules().items():
        assert rule.severity in SEVERITIES
        assert rule.guidance is None or rule.guidance in GUIDANCE
        assert rule.sources or code.startswith("SV9")
        for words in (rule.looks, rule.why, rule.mend, rule.exactly, *rule.says.values()):
            assert words.endswith((".", "?", "{hint}", "”."))
            assert "  " not in words
        for words in (rule.looks, rule.why, rule.mend, *rule.says.values()):
            assert "{" not in words or words in rule.says.values() or "{within" in words
            assert ";" not in words  # one thought a sentence,
            assert len(re.findall(r"[.?] [A-Z]", words)) <= 2  # and few sentences


# ----------------------------------------------------------------------------------------- every sentence once

KNOT = tuple(
    duty(f"k{i}", date="2030-06-01", needs=f"[{', '.join(f'k{j}' for j in range(6) if j != i)}]") for i in range(6)
)
Row = tuple[str, str, tuple[str, ...], dict[str, Any], str]
SENTENCES: list[Row] = [
    (
        "SV101", "circle",
        (duty("a", due="{before: b}", needs="[c]"), duty("b"), duty("c", due="{same_day: b}")), {},
        "3 steps wait for one another in a circle, so none can begin: a needs c, c is due on the day of b and a has to"
        " come before b.",
    ),
    ("SV101", "itself", (duty("a", date="2030-06-01", needs="[a]"),), {},
     "a waits for itself, so it can never begin: a needs a."),
    ("SV101", "more", KNOT, {},
     "This plan has so many circles that not all are shown. Here is one of the first: k0 needs k1 and k1 needs k0."),
    ("SV102", "alone", (OPEN,), {}, "a has neither a date nor anything that sets it off."),
    ("SV102", "counted", (OPEN, duty("b", due="{within: 1 month, after: a}")), {},
     "a has neither a date nor anything that sets it off, and b is counted from it."),
    ("SV103", "after", (DUTY, duty("b", due="{after: a}")), {}, "b comes after a, with no limit on how long after."),
    ("SV103", "needs", (DUTY, duty("b", needs="[a]")), {},
     "b has to wait for a, and no date or limit says how long after."),
    (
        "SV104", "several",
        (duty("a", by="", due="{within: 2 weeks, after: start}"), duty("b", due="{within: 1 month, after: a}")), {},
        "b is counted from a, which somebody, who is not named, carries out over 14 days. The text does not say whether"
        " from its start or its end.",
    ),
    (
        "SV104", "review",
        ("{id: meet, review: [north, south], every: 1 year, from: 2031-01-01, until: 2034-01-01}",
         duty("b", due="{within: 1 month, after: meet}")), {},
        "b is counted from meet, a review with 4 dates. The first, 2031-01-01, is taken.",
    ),
    ("SV105", "", (duty("a", due="{when: the time is ripe}"),), {},
     "a waits for an event that is not a step of the plan, and nobody is named to say when it has"
     " happened: “the time is ripe”."),
    ("SV106", "", (duty("a", needs="[together]", date="2030-06-01"),), {},
     "a waits for together, which is owed all the time and so is never done."),
    ("SV107", "", (duty("a", needs="[b]", date="2030-06-01"), duty("b", date="2030-06-02")), {},
     "a falls due on 2030-06-01, but has to wait for b, which is due only on 2030-06-02."),
    ("SV108", "twice", (DUTY, DUTY.replace("id: a", "id: b")), {},
     "b repeats a: the same duty of the same actors, at the same time."),
    (
        "SV108", "shares",
        ("{id: a, by: north, gives: {arms: 0.7}}", "{id: b, date: 2031-01-01, by: north, gives: {arms: 0.5}}", GOLD),
        {"more": STAKES},
        "The shares of arms that this plan gives add up to 1.2, which is more than all of it.",
    ),
    ("SV108", "itself", (duty("a", pairs="[a]"),), {}, "a is done in return for itself."),
    ("SV108", "own", (DUTY, duty("b", pairs="[a]")), {},
     "b is done in return for a, which North does too, so nobody else gives anything for it."),
    ("SV109", "", (duty("a", date="2030-06-01", needs="[b]"), duty("b", date="2030-06-01")), {},
     "a and b, which has to come first, both fall due on 2030-06-01. If b takes until its last day, no time is left for"
     " a."),
    ("SV110", "", (PAIRED, GOLD), GAME,
     "arms and gold are in return for each other, on 2030-06-01. In play North gives first, as arms stands first in the"
     " file."),
    ("SV111", "", (ARMS, GOLD.replace("2030-06", "2030-09").replace("}", ", pairs: [arms]}")), GAME,
     "gold is in return for arms, but does not need it: if arms is struck, gold stays due on 2030-09-01."),
    ("SV201", "", (duty("a", by=""),), {}, "a does not say who has to do it."),
    ("SV202", "gives", (ARMS, GOLD.replace("by: south", "by: commission")), {"more": STAKES},
     "gold gives gold, but The commission is not a party and has promised nothing."),
    ("SV202", "pair", (DUTY, duty("b", by="commission", pairs="[a]")), {},
     "b is one half of a bargain with a, but The commission is not a party and has promised nothing."),
    ("SV203", "", (), {"last": (duty("b", by="[north, south]"), LAST[1].replace(", east", ""))},
     "East is a party, but no entry of any plan says what it has to do."),
    ("SV204", "", ("{id: a, date: 2030-06-01, by: [north, south, east], gives: [arms]}",), {"more": STAKES},
     "North, South and East together owe a, and nothing says which of them does what, so each can wait"
     " for the others."),
    ("SV301", "nowhere", (USES, duty("b", uses="[word]")), {},
     "a and b rest on the meaning of “word”, and nothing defines it."),
    ("SV301", "elsewhere", (USES,), {"other": (duty("b", by="[north, south]", defines="[word]"),)},
     "a rests on the meaning of “word”, and only an entry of another plan defines it."),
    ("SV302", "differ", (USES,), {"more": "terms: {word: {north: one, south: two}}"},
     "a rests on the meaning of “word”, and North and South read it differently."),
    ("SV302", "one", (USES,), {"more": "terms: {word: {south: two}}"},
     "a rests on the meaning of “word”, and only South has said how it reads it."),
    ("SV303", "later", (USES, duty("b", date="2030-07-01", defines="[word]")), {},
     "a needs “word” on 2030-06-01, but b defines it only on 2030-07-01."),
    ("SV303", "open", (USES, duty("b", due="{when: both decide}", defines="[word]")), {},
     "a needs “word” on 2030-06-01, but b, which defines it, has no date."),
    ("SV304", "", (duty("a", defines="[word]"), duty("b", by="south", verified_by="[north]", defines="[word]")), {},
     "a and b each define “word”, and the text does not say which definition applies."),
    ("SV305", "one", (duty("a", does="hold talks on all else"),), {},
     "In plan text, a only promises to agree on something, or to talk about it."),
    ("SV305", "some", (duty("a", does="negotiate a border"), duty("b", does="settle the rest")), {},
     "In plan text, 2 duties only promise to agree on something, or to talk about it: a and b."),
    ("SV401", "standing", (duty("a", standing="true", by="[north, south]", does="have no arms", verified_by=""),), {},
     "a is owed all the time, and nobody is named to check whether it is kept."),
    ("SV401", "stake", (ARMS, GOLD), {"more": HIDDEN},
     "arms gives up arms, which can be hidden, and no measure or body checks whether it is gone."),
    ("SV402", "", (duty("a", verified_by="[north]"),), {}, "North alone verifies a, which North has to do."),
    ("SV403", "", (duty("a", verified_by="[eyes]"),), {"more": "measures: {eyes: {from: 2031-01-01}}"},
     "a falls due on 2030-06-01, but eyes, which should verify it, begins only on 2031-01-01."),
    ("SV404", "nothing", (ARMS, GOLD),
     {"more": f"horizon: 10 years\n{HIDDEN}\nmeasures: {{eyes: {{covers: [arms], until: 2035-01-01}}}}"},
     "eyes ends on 2035-01-01, and after that nothing verifies arms, owed until 2040-01-01."),
    ("SV404", "less", (ARMS, GOLD),
     {"more": f"{HIDDEN}\nmeasures: {{eyes: {{covers: [arms], until: 2035-01-01}}, ears: {{covers: [arms]}}}}"},
     "eyes ends on 2035-01-01, and after that only ears verifies arms, owed without end."),
    ("SV405", "one", (UNSEEN,), {}, "In plan text, nobody is named to check whether a is done."),
    ("SV405", "some", (UNSEEN, duty("b", verified_by="")), {},
     "In plan text, nobody is named to check whether 2 duties are done: a and b."),
    ("SV405", "all", (UNSEEN,), {"last": LAST[1:]}, "Nobody verifies anything in plan text: a."),
    ("SV501", "", (GOLD, duty("a")), {"more": STAKES},
     "arms harms South and East, and no step of plan text touches it."),
    (
        "SV502", "pair", (PAIRED, GOLD, "{id: more, date: 2030-06-01, by: east, gives: [land]}"),
        {"more": f"{STAKES}  land: {{holder: east, restore: 1 year}}"},
        "more is in no pair, while other steps of the plan are. Nothing is named that East gets for it.",
    ),
    ("SV502", "plan", (ARMS,), {"more": STAKES.replace("north: -1", "north: 0"), "last": LAST[1:]},
     "Only North gives anything in plan text."),
    ("SV503", "", (ARMS, GOLD.replace("2030", "2031")), {"more": STAKES},
     "On 2030-06-01, after arms, North has given 100% of its part and received 0% of what it is promised. This is the"
     " largest imbalance of plan text."),
    (
        "SV504", "",
        tuple(f"{{id: {by[0]}{year}, date: {year}-06-01, by: {by}, gives: {{{what}: {share}}}, needs: [{needs}]}}"
              for year, share in ((2030, 0.2), (2031, 0.2), (2032, 0.6))
              for by, what, needs in (("north", "arms", ""), ("south", "gold", f"n{year}"))),
        {"more": STAKES},
        # Worth moved: 3 by all arms (1 each to North, South and East), 2 by all gold; the last pair moves 0.6 of it.
        "The largest exchange of plan text, n2032 and s2032, is its last (2032-06-01) and moves 60% of what all its"
        " pairs move.",
    ),
    ("SV505", "", (ARMS.replace("[arms]", "{arms: 0.7}"), GOLD),
     {"more": STAKES, "aims": "south: {name: South, aims: {complete: 0.9}}"},
     "South wants 90% of what harms it to be given up, but plan text gives up 70%. Missing: arms."),
    ("SV601", "none", (ARMS, GOLD), {"more": VOTED},
     "gold gives gold, on which South has to vote, but the plan has no such vote."),
    ("SV601", "later", (ARMS, GOLD, "{id: vote, date: 2031-01-01, ratify: south}"), {"more": VOTED},
     "gold gives gold on 2030-06-01. South has to vote on that, but its first vote is only on 2031-01-01."),
    ("SV602", "file", (DUTY,), {"disputes": ""},
     "The text does not say what happens when the parties disagree about what was agreed or done."),
    ("SV602", "plan", (DUTY,), {"disputes": "", "other": (DUTY,)},
     "Plan text does not say what happens when the parties disagree, and neither does the agreement."),
    ("SV604", "last", (DUTY,), {"last": (LAST[0], LAST[1].replace("2034", "2030"))},
     "a on 2030-06-01 is the last step of plan text, and no review comes after it."),
    ("SV604", "last", (DUTY, OPEN.replace("id: a", "id: b")), {"last": (LAST[0], LAST[1].replace("2034", "2030"))},
     "a on 2030-06-01 is the last step of plan text that has a day, and no review comes after it."),
    ("SV604", "last", (DUTY, duty("b", by="[north, south]", due="{when: one asks}", does="meet")), {"last": LAST[:1]},
     "a on 2030-06-01 is the last step of plan text, and no review comes after it."),
    ("SV604", "none", (), {"last": LAST[:1]}, "Plan text has no review."),
    ("SV605", "other", (DUTY,),
     {"other": ("{id: election, date: 2031-11-04, turnover: south, chance: 0.5, types: {only: 1}}",),
      "more": "horizon: 5 years"},
     "Plan text runs through 2031-11-04, when South may have a new government (election of plan other), but has no"
     " turnover for it."),
    ("SV605", "long", (duty("a", due="{when: both decide}"), duty("b", due="{within: 10 years, after: a}")), {},
     "Plan text takes 10 years or more, but allows for no change of government."),
    ("SV606", "", (ARMS, GOLD), GAME | {"late": ""},
     "Nothing says what follows when a step is late, in plan text: in play a party keeps its date or leaves."),
    ("SV701", "pair", (PAIRED, GOLD), {"more": LASTING},
     "arms gives arms, which cannot be restored, in return for gold, which South can undo within 21 days."),
    ("SV701", "plan", (ARMS, GOLD), {"more": LASTING.replace("never", "30 months")},
     "In plan text, North gives arms, which takes 30 months to restore, while South can undo within 21 days"
     " everything given in return."),
    ("SV801", "habit", (ARMS, GOLD), GAME | {"more": STAKES.replace(", east: -1", ""), "game": "habits: base-rates"},
     "East has nothing at stake, neither a worth nor a cost, so it acts by habit alone, whatever others do: review."),
    ("SV801", "chance", (ARMS, GOLD), GAME | {"more": STAKES.replace(", east: -1", ""), "game": "note: none"},
     "East has nothing at stake, neither a worth nor a cost, so it tosses a coin wherever it decides: review."),
    ("SV802", "all", (ARMS, GOLD), GAME | {"game": "note: none"},
     "No party has habits: wherever nothing is at stake, all acts are alike, and each further step or review makes an"
     " end likelier."),
    ("SV802", "some", (ARMS, GOLD),
     GAME | {"aims": "south: {name: The South, discount: 0.1, precision: 1}"},
     "The South lacks habits, unlike others: wherever nothing is at stake for it, all acts are alike."),
    ("SV901", "stale", (DUTY + "  # servanda: ignore SV102 agreed",), {},
     "This comment silences SV102, but there is no such finding here."),
    ("SV901", "unknown", (DUTY + "  # servanda: ignore SV1021 agreed",), {},
     "This comment silences SV1021, but there is no such rule. Did you mean SV102?"),
    ("SV902", "", (OPEN + "  # servanda: ignore SV102",), {}, "This comment silences SV102 but does not say why."),
]  # fmt: skip


@pytest.mark.parametrize(("code", "form", "entries", "more", "sentence"), SENTENCES, ids=lambda x: str(x)[:12])
def test_every_sentence(code: str, form: str, entries: tuple[str, ...], more: dict[str, Any], sentence: str) -> None:
    found = [finding.what for finding in check(text(*entries, **more)).found if finding.code == code]
    assert found[0] == sentence
    pattern = re.sub(r"\\{\w+\\}", ".+", re.escape(rules()[code].says[form]))
    assert re.fullmatch(pattern.replace("\\.+", ".*"), sentence) or "{hint}" in rules()[code].says[form]


def test_no_sentence_is_left_out() -> None:
    assert {row[:2] for row in SENTENCES} == {(code, form) for code, rule in rules().items() for form in rule.says}


ACROSS = [row for row in SENTENCES if row[1] in rules()[row[0]].across]


def test_every_sentence_across_plans_has_a_sentence_for_one() -> None:
    assert {row[:2] for row in ACROSS} == {(code, form) for code, rule in rules().items() for form in rule.across}
    for code, form, *_ in ACROSS:
        assert "{count}" in rules()[code].across[form]
        assert "{plans}" in rules()[code].across[form]
        assert rules()[code].severity != SEVERITIES[0]


@pytest.mark.parametrize(("code", "form", "entries", "more", "sentence"), ACROSS, ids=lambda x: str(x)[:12])
def test_six_plans_of_which_the_same_is_said_are_one_finding_and_five_are_five(
    code: str, form: str, entries: tuple[str, ...], more: dict[str, Any], sentence: str
) -> None:
    one = text(*entries, **more)
    (name,) = next(finding.plans or ("text",) for finding in check(one).found if finding.what == sentence)
    plan = one.plans[name]

    def found(count: int) -> list[Finding]:
        plans = {other: each for other, each in one.plans.items() if other != name}
        plans |= {f"p{number}": plan for number in range(count)}
        return [each for each in check(one.model_copy(update={"plans": plans})).found if each.code == code]

    (whole,) = found(6)
    fill = {"count": "6", "plans": "p0, p1, p2, p3 and 2 more", "party": sentence.partition(" wants ")[0]}
    assert whole.what == rules()[code].across[form].format_map(fill)
    assert whole.plans == tuple(f"p{number}" for number in range(6))
    assert [each.what for each in whole.related] == [sentence.replace(name, f"p{number}") for number in range(6)]
    assert len(whole.parts) == len({each.fingerprint for each in whole.parts}) == 6
    assert the_same(whole) == ""
    assert len(found(5)) == 5
