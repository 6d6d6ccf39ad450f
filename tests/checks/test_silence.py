"""What `check` is silent on, laws that hold for every text, comments that silence, and what it says of real cases."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.building import gives, party, review, situation, stake
from support.random_agreements import random_agreement
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
    STAKES,
    USES,
    VOTED,
    duty,
    text,
    told,
)

import servanda
from servanda.agreement.format.agreement import Agreement
from servanda.agreement.reading.reader import loads, read
from servanda.agreement.starter import new
from servanda.checks.findings import Findings, check
from servanda.checks.rulebook import chosen, rules

PAGE = paths.DOCS / "reference" / "agreement-file.md"


def codes(agreement: Agreement, **more: Any) -> set[str]:
    return {finding.code for finding in check(agreement, **more).found}


def about(findings: Findings) -> set[tuple[str, frozenset[str]]]:
    """What was found of which entries; of circles, only which entries lie in any."""
    rows = {(f.code, frozenset(f.entries)) for f in findings.found if f.code != "SV101"}
    return rows | {("SV101", frozenset(name for f in findings.found if f.code == "SV101" for name in f.entries))}


# ------------------------------------------------------------------------------------------------- silences

JOINT = "[north, south, east]"
SWAP = "{id: swap, date: 2030-06-01, exchange: [{by: north, gives: [arms]}, {by: south, gives: [gold]}]}"
LATER = GOLD.replace("2030-06", "2030-09")
VOTE = "{id: vote, date: 2030-08-01, ratify: south, passes: 0.5, needs: [arms]}"
SILENT: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [
    ("SV101", (duty("a", due="{same_day: b}"), duty("b", needs="[a]", date="2030-06-01")), {}),
    ("SV110", (PAIRED, GOLD), {"more": STAKES}),  # a text, in which one day is one day
    ("SV110", (PAIRED, GOLD.replace("}", ", needs: [arms]}")), GAME),
    ("SV110", (PAIRED, GOLD.replace("}", ", automatic: true}")), GAME),
    ("SV110", (SWAP,), GAME),
    ("SV111", (PAIRED, LATER), GAME | {"late": ""}),  # nothing is ever struck
    ("SV111", (PAIRED, LATER.replace("}", ", needs: [vote]}"), VOTE), GAME),
    ("SV305", (duty("a", does="settle", defines="[peace]"),), {}),
    *(("SV305", (duty("a", does=does),), {})
      for does in ("conclude a safeguards agreement", "let both sides meet once a year", "build the agreed line",
                   "discuss the agenda of the ministers", "consult", "hold fire while talks go on")),
    ("SV502", (SWAP, "{id: vote, date: 2030-07-01, ratify: south, passes: 0.5}"), GAME),
    ("SV502", (SWAP, duty("a", pairs="[b]"), duty("b", by="south", pairs="[a]", verified_by="[north]")), GAME),
    ("SV606", (SWAP,), GAME),
    ("SV606", (ARMS, GOLD), {"more": STAKES}),
    ("SV606", (ARMS.replace("}", ", automatic: true}"),), GAME | {"late": ""}),
    ("SV801", (ARMS, GOLD), GAME | {"more": STAKES.replace(", east: -1", "")}),  # a breakdown costs it something
    ("SV801", (ARMS, GOLD), {"more": STAKES.replace(", east: -1", "")}),
    ("SV802", (ARMS, GOLD), {"more": STAKES}),
    ("SV203", (SWAP,), GAME),
    ("SV604", (SWAP, "{id: term, renew: [north, south, east], every: 1 year}"), GAME | {"last": LAST[:1]}),
    ("SV102", (duty("a", standing="true"),), {}),
    ("SV103", (duty("a", due="{after: start}"), duty("b", by="south", verified_by="[north]", due="{same_day: a}")), {}),
    ("SV103", (duty("a", due="{within: 0 days, after: start}"),), {}),
    ("SV104", (duty("a", by=JOINT, verified_by="", due="{within: 90 days, after: start}"),
               duty("b", due="{same_day: a}")), {}),
    ("SV104", (duty("a", by=JOINT, due="{within: 90 days, after: start}"),
               duty("b", by="commission", verified_by="", due="{within: 1 day, after: a}")), {}),
    ("SV104", (duty("a", by=JOINT, due="{within: 2 days, after: start}", does="begin to pull back"),
               duty("b", due="{same_day: a}")), {}),
    ("SV104", (duty("a", due="{within: 90 days, after: start}"), duty("b", due="{same_day: a}")), {}),
    *(("SV104", (duty("a", by=JOINT, due="{within: 17 days, after: start}", does=does),
                 duty("b", due="{within: 45 days, after: a}")), {})
      for does in ("cease fire", "observe a general cease-fire", "'all fighting stops'", "halt every test",
                   "end all hostilities", "agree to a full and permanent ceasefire")),
    *(("SV105", (duty("a", due=f"{{when: {when}}}"),), {})
      for when in ("the United Nations finds that the conditions are there", "both sides agree on a list",
                   "the camps are ready in the opinion of the commission", "the list is verified by the agency")),
    *(("SV109", (duty("a", date="2030-06-01"), duty("b", needs="[a]", **when)), {})
      for when in ({"date": "2030-06-02"}, {"due": "{same_day: a}"}, {"due": "{within: 0 days, after: a}"},
                   {"date": "2030-06-01", "pairs": "[a]"}, {"date": "2030-06-01", "does": "lift both in parallel"})),
    ("SV109", (duty("a", date="2030-06-01"), duty("b", due="{within: 0 days, after: a}"),
               duty("c", due="{within: 0 days, after: b}", needs="[a]")), {}),
    ("SV109", (duty("a", date="2030-01-01"), duty("b", date="2030-01-01", needs="[a]")), {}),
    ("SV109", (duty("a", date="2030-06-01", does="sign"), duty("b", date="2030-06-01", needs="[a]")), {}),
    ("SV109", (duty("a", due="{before: b}"), duty("b", date="2030-06-01", needs="[a]")), {}),
    ("SV109", ("{id: a, review: [north, south], date: 2030-06-01}", duty("b", date="2030-06-01", needs="[a]")), {}),
    ("SV104", (duty("a", due="{within: 1 month, after: review}"),), {}),
    ("SV105", (duty("a", due="{when: either side asks for it}"),), {}),
    ("SV105", (duty("a", due="{when: the treaty enters into force}"),), {}),
    ("SV107", (duty("a", date="2030-06-01", needs="[b]"), duty("b", date="2030-06-01")), {}),
    ("SV107", (duty("a", date="2030-06-01", needs="[b]"), duty("b", date="2030-07-01", needs="[a]")), {}),
    ("SV108", (DUTY, DUTY.replace("id: a", "id: b").replace("06-01", "07-01")), {}),
    ("SV108", (DUTY, DUTY.replace("id: a", "id: b").replace("by: north", "by: [north, east]")), {}),
    ("SV108", (ARMS.replace("[arms]", "{arms: 0.5}"), ARMS.replace("id: arms", "id: rest"), GOLD), {"more": STAKES}),
    ("SV202", (duty("a", by="commission", does="report"),), {}),
    ("SV202", (duty("a"), duty("b", by="commission", does="resolve"),
               duty("c", by="commission", pairs="[a]", needs="[b]", date="2030-06-01")), {}),
    ("SV202", (duty("a"), duty("b", by="[south, commission]", pairs="[a]")), {}),
    ("SV204", (duty("a", by=JOINT, standing="true"),), {}),
    ("SV204", (duty("a", by=JOINT, verified_by=""),), {}),
    ("SV301", (USES,), {"more": "terms: {word: agreed}"}),
    ("SV302", (USES,), {"more": "terms: {word: {north: The same, south: the  same}}"}),
    ("SV302", (DUTY,), {"more": "terms: {word: {north: one, south: two}}"}),
    ("SV302", (USES, duty("b", date="2030-05-01", defines="[word]")),
     {"more": "terms: {word: {north: one, south: two}}"}),
    ("SV303", (USES, duty("b", date="2030-05-01", defines="[word]"),
               duty("c", date="2031-05-01", defines="[word]")), {}),
    ("SV401", (duty("a", standing="true", by="commission", verified_by=""),), {}),
    ("SV401", (duty("a", standing="true", by=JOINT, verified_by="", does="meet twice a year"),), {}),
    ("SV401", (duty("a", standing="true", verified_by="", does="hold talks with the South"),), {}),
    ("SV401", (duty("a", standing="true", verified_by="", does="recognise the armistice"),), {}),
    ("SV401", (duty("a", standing="true", verified_by="", does="have no hostile intent"),), {}),
    ("SV401", (duty("a", standing="true", by=JOINT, verified_by="", does="improve their relations"),), {}),
    ("SV401", (ARMS, GOLD), {"more": STAKES}),
    ("SV401", (ARMS.replace("}", ", verified_by: [commission]}"), GOLD), {"more": HIDDEN}),
    ("SV402", (duty("a", by="[north, south]", verified_by="[north, south]"),), {}),
    ("SV403", (duty("a", verified_by="[eyes, commission]"),), {"more": "measures: {eyes: {from: 2031-01-01}}"}),
    ("SV403", (duty("a", verified_by="[eyes, ears]"),), {"more": "measures: {eyes: {from: 2031-01-01}, ears: {}}"}),
    ("SV404", (duty("a", verified_by="[eyes]"),), {"more": "measures: {eyes: {until: 2030-06-01}}"}),
    ("SV404", (duty("a", standing="true", verified_by="[eyes, south]"),),
     {"more": "measures: {eyes: {until: 2031-01-01}}"}),
    ("SV404", (ARMS, GOLD),
     {"more": f"horizon: 5 years\n{HIDDEN}\nmeasures: {{e: {{covers: [arms], until: 2035-01-01}}}}"}),
    ("SV405", (duty("a", by=JOINT, verified_by=""), duty("b", by="commission", verified_by="")), {}),
    ("SV501", (ARMS, GOLD), {"more": STAKES}),
    ("SV501", (DUTY,), {"more": STAKES}),
    ("SV501", (ARMS, GOLD), {"more": f"{STAKES}  land: {{holder: east}}"}),
    ("SV502", (PAIRED, GOLD), {"more": STAKES}),
    ("SV502", (ARMS, duty("a", by="south")), {"more": STAKES}),
    ("SV503", (ARMS, GOLD), {"more": STAKES}),
    ("SV503", (ARMS, GOLD.replace("2030", "2031")), {"more": "stakes: {arms: {holder: north}, gold: {holder: south}}"}),
    ("SV504", (ARMS, GOLD.replace("}", ", needs: [arms]}")), {"more": STAKES}),
    ("SV505", (ARMS.replace("[arms]", "{arms: 0.7}"), GOLD),
     {"more": STAKES, "aims": "south: {name: South, aims: {complete: 0.7}}"}),
    ("SV601", (ARMS, "{id: vote, date: 2030-06-01, ratify: south}", GOLD), {"more": VOTED}),
    ("SV601", (ARMS, "{id: vote, due: {after: start}, ratify: south}", GOLD.replace("}", ", needs: [vote]}")),
     {"more": VOTED}),
    ("SV604", (duty("a", date="2034-01-01"),), {}),
    ("SV604", (duty("a", date="2033-01-01"), duty("b", by=JOINT, standing="true", does="meet every year")),
     {"last": LAST[:1]}),
    ("SV604", (duty("a", date="2033-01-01"), duty("b", by=JOINT, due="{when: all is done}", needs="[a]", does="meet")),
     {"last": LAST[:1]}),
    ("SV605", (duty("a", date="2033-12-31"),), {}),
    ("SV605", (duty("a", date="2040-01-01"),
               "{id: e, date: 2031-01-01, turnover: south, chance: 1, types: {only: 1}}"), {}),
    ("SV701", (PAIRED, GOLD), {"more": LASTING.replace("3 weeks", "4 months")}),
    ("SV701", (PAIRED, GOLD), {"more": LASTING.replace("never", "23 months")}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "entries", "more"), SILENT, ids=lambda x: str(x)[:16])
def test_it_is_silent(code: str, entries: tuple[str, ...], more: dict[str, Any]) -> None:
    assert code not in codes(text(*entries, **more))


def test_of_one_party_nothing_is_asked_that_takes_two() -> None:
    alone = loads(
        "servanda: 1\ntitle: Alone\nstart: 1989-11-01\nparties: {sole: {name: Sole}}\n"
        "bodies: {agency: {name: Agency}}\n"
        "plans:\n  events:\n    entries:\n"
        "      - {id: apart, date: 1991-07-01, by: sole, does: take them apart, verified_by: [agency]}\n"
        "      - {id: last, date: 1999-07-01, by: sole, does: end it, verified_by: [agency]}\n"
    )
    assert check(alone).found == ()


LOUD: list[tuple[str, tuple[str, ...], dict[str, Any]]] = [  # near what is silent, and not the same
    *(("SV104", (duty("a", by=JOINT, due="{within: 17 days, after: start}", does=does),
                 duty("b", due="{within: 45 days, after: a}")), {})
      for does in ("'cease fire, then withdraw'", "withdraw behind the ceasefire line", "disarm under the ceasefire",
                   "end feudal ownership", "halt work and dismantle the plant")),
    *(("SV105", (duty("a", due=f"{{when: {when}}}"),), {})
      for when in ("the quartering areas are ready", "conditions are found", "the list is verified by 2031",
                   "the rules are in place", "the states have left", "a way is found")),
    *(("SV109", (duty("a", **first), duty("b", needs="[a]", **then)), {})
      for first in ({"date": "2030-03-02"}, {"due": "{within: 60 days, after: start}"})
      for then in ({"date": "2030-03-02"}, {"due": "{within: 60 days, after: start}"})),
    ("SV109", ("{id: a, date: 2030-06-01, ratify: south}", duty("b", date="2030-06-01", needs="[a]")), {}),
    ("SV109", (duty("a", date="2030-06-01"), duty("b", date="2030-06-01", needs="[a]", pairs="[c]"), duty("c")), {}),
]  # fmt: skip


@pytest.mark.parametrize(("code", "entries", "more"), LOUD, ids=lambda x: str(x)[:16])
def test_it_is_not_silent_on_what_only_looks_alike(code: str, entries: tuple[str, ...], more: dict[str, Any]) -> None:
    assert code in codes(text(*entries, **more))


# ----------------------------------------------------------------------------------------------------- laws


@pytest.mark.parametrize("seed", range(40))
def test_random_agreements_are_checked_whatever_their_order(seed: int) -> None:
    agreement = random_agreement(seed)
    rng = random.Random(seed)
    plans = {
        name: plan.model_copy(update={"entries": rng.sample(plan.entries, len(plan.entries))})
        for name, plan in agreement.plans.items()
    }
    turned = agreement.model_copy(
        update={"plans": plans}
        | {
            key: dict(rng.sample(list(getattr(agreement, key).items()), len(getattr(agreement, key))))
            for key in ("parties", "stakes", "measures", "sources")
        }
    )
    days = [e.date for e in agreement.plans["plan"].entries if getattr(e, "date", None) and getattr(e, "gives", None)]
    if len(set(days)) == len(days):  # on one day, the order of the file says what is given first
        assert about(check(agreement)) == about(check(turned))


def scattered(rng: random.Random) -> Agreement:
    """A text whose entries wait for one another, pair, define and use at random."""
    names = [f"e{i}" for i in range(rng.randint(2, 9))]
    rows: list[dict[str, Any]] = []
    for name in names:
        row: dict[str, Any] = {"id": name, "does": f"do {rng.choice('xyz')}"}
        row |= rng.choice([{"by": "north"}, {"by": ["north", "south"]}, {"by": "body"}, {}])
        row |= rng.choice(
            [
                {"date": f"20{rng.randint(21, 29)}-01-01"}, {"due": {"after": rng.choice(names)}},
                {"due": {"within": "9 days", "after": rng.choice([*names, "start"])}}, {"standing": True}, {},
                {"due": {"before": rng.choice(names)}}, {"due": {"same_day": rng.choice(names)}},
                {"due": {"when": "it rains"}},
            ]
        )  # fmt: skip
        for key, among in (("needs", names), ("pairs", names), ("uses", "ab"), ("defines", "ab")):
            row[key] = rng.sample(list(among), rng.choice([0, 0, 1]))
        row["verified_by"] = rng.choice([[], ["body"], ["north"], ["eyes"]])
        rows.append(row)
    return Agreement.model_validate(
        {
            "servanda": 1,
            "title": "Scattered",
            "start": "2020-01-01",
            "parties": {"north": {"name": "North"}, "south": {"name": "South"}},
            "bodies": {"body": {"name": "Body"}},
            "measures": {"eyes": {"from": "2024-01-01", "until": "2026-01-01"}},
            "plans": {"plan": {"entries": rows}},
        }
    )


@pytest.mark.parametrize("seed", range(200))
def test_the_order_of_entries_changes_nothing(seed: int) -> None:
    rng = random.Random(seed)
    agreement = scattered(rng)
    plan = agreement.plans["plan"]
    turned = plan.model_copy(update={"entries": rng.sample(plan.entries, len(plan.entries))})
    assert about_days(check(agreement)) == about_days(check(agreement.model_copy(update={"plans": {"plan": turned}})))


def about_days(findings: Findings) -> set[tuple[str, frozenset[str]]]:
    """As `about`, without which of two equal last steps is named."""
    return {row for row in about(findings) if row[0] not in ("SV604", "SV605")}


@pytest.mark.parametrize("seed", range(40))
def test_what_has_nothing_to_do_with_it_changes_nothing(seed: int) -> None:
    agreement = scattered(random.Random(seed))
    data = agreement.model_dump(by_alias=True, exclude_unset=True)
    data["sources"] = {"book": {"kind": "document", "title": "A book"}}
    data["bodies"]["guest"] = {"name": "A guest"}
    data["note"] = "Another note"
    more = Agreement.model_validate(data)
    assert [f.what for f in check(more).found] == [f.what for f in check(agreement).found]


@pytest.mark.parametrize("seed", range(60))
def test_a_baseline_of_all_leaves_nothing_and_one_of_all_but_one_leaves_this_one(seed: int) -> None:
    agreement = scattered(random.Random(seed))
    parts = [part for finding in check(agreement).found for part in finding.parts]
    assert len({part.fingerprint for part in parts}) == len(parts)
    whole = check(agreement, baseline=parts)
    assert (whole.found, whole.gone, len(whole.known)) == ((), (), len(parts))
    left = parts.pop(seed % len(parts))
    (loud,) = check(agreement, baseline=parts).found
    assert loud.parts == (left,)
    assert check(agreement, baseline=[*parts, replace(left, fingerprint="x")]).gone == (replace(left, fingerprint="x"),)


def test_a_plan_twice_is_found_once() -> None:
    one = OPEN + "\n      - " + duty("b", uses="[word]")
    entries = f"      - {one}\n" + "".join(f"      - {each}\n" for each in LAST)
    top = "servanda: 1\ntitle: T\nstart: 2030-01-01\ndisputes: x\n"
    top += "parties: {north: {name: N}, south: {name: S}, east: {name: E}}\n"
    twice = loads(
        f"{top}bodies: {{commission: {{name: C}}}}\nplans:\n  p:\n    entries:\n{entries}  q:\n    entries:\n{entries}"
    )
    found = check(twice).found
    assert [(f.code, f.plans) for f in found] == [("SV102", ("p", "q")), ("SV301", ("p", "q"))]


# ------------------------------------------------------------------------------------------------- choosing


def test_rules_are_chosen_by_code_by_beginning_and_by_name() -> None:
    agreement = read(paths.TEXTS / "minsk-ii.yaml")
    assert codes(agreement, select=["SV1"]) == {"SV101", "SV102", "SV104", "SV105"}
    assert codes(agreement, select=["circular-wait", "sv102"]) == {"SV101", "SV102"}
    assert codes(agreement, select=["SV1"], ignore=["SV10"]) == set()
    assert codes(agreement, ignore=["SV"]) == set()
    with pytest.raises(ValueError, match=r"there is no rule 'circular-weight'\. Did you mean circular-wait"):
        check(agreement, ignore=["circular-weight"])
    assert chosen(("SV9",)) == {"SV901", "SV902"}


# ------------------------------------------------------------------------------------------------- silencing

TWO = """servanda: 1
title: T
start: 2030-01-01
disputes: x
parties: {north: {name: N}, south: {name: S}}
plans:
  text:
    entries:
      - id: a
        by: north
        does: one
        verified_by: [south]
      - {id: b, by: south, does: two, verified_by: [north]}
      - {id: review, review: [north, south], date: 2034-01-01}
"""


@pytest.mark.parametrize(
    ("before", "after", "left", "reason"),
    [
        ("      - id: a\n", "      - id: a  # servanda: ignore SV102 in a letter\n", ["b"], "in a letter"),
        ("      - id: a\n", "      # servanda: ignore SV102 in a letter\n      - id: a\n", ["b"], "in a letter"),
        ("        does: one\n", "        does: one # SERVANDA:  Ignore  sv102: in a letter\n", ["b"], "in a letter"),
        ("        does: one\n", "        # servanda: ignore SV102 – why not\n\n        does: one\n", ["b"], "why not"),
        ("      - id: a\n", "      - id: a  # servanda: ignore SV201, SV102 in a letter\n", ["b"], "in a letter"),
        ("        does: one\n", "        does: 'one # servanda: ignore SV102 in a letter'\n", ["a", "b"], None),
        ("        does: one\n", "        does: one  # servanda:ignoreSV102 in a letter\n", ["a", "b"], None),
    ],
)  # fmt: skip
def test_a_comment_silences_its_entry_and_no_other(
    before: str, after: str, left: list[str], reason: str | None
) -> None:
    findings = check(loads(TWO.replace(before, after)))
    assert [f.entries[0] for f in findings.found if f.code == "SV102"] == left
    assert [f.reason for f in findings.silenced] == ([reason] if reason else [])
    assert [f.code for f in findings.found if f.code == "SV901"] == (["SV901"] if "SV201" in after else [])


def test_a_comment_silences_what_is_about_the_file_or_a_plan() -> None:
    bare = TWO.replace("disputes: x\n", "").replace(", date: 2034-01-01", ", date: 2030-01-01")
    assert {"SV602"} <= codes(loads(bare))
    quiet = bare.replace("title: T", "# servanda: ignore SV602 the ministers meet anyway\ntitle: T")
    assert {f.code for f in check(loads(quiet)).silenced} == {"SV602"}
    seen = TWO.replace(", verified_by: [north]", "")
    assert "SV405" in codes(loads(seen))
    plan = seen.replace("  text:\n", "  text:  # servanda: ignore SV405 all of it is public\n")
    assert {f.code for f in check(loads(plan)).silenced} == {"SV405"}
    within = seen.replace("does: two", "does: two, note: x").replace("x}", "x}  # servanda: ignore SV405 public")
    assert "SV405" in codes(loads(within))  # an entry's comment does not silence the plan's finding


def test_a_rule_that_is_off_makes_no_comment_stale() -> None:
    agreement = loads(TWO.replace("does: one", "does: one  # servanda: ignore SV401 open"))
    assert "SV901" in codes(agreement)
    assert "SV901" not in codes(agreement, ignore=["SV401"])
    assert codes(agreement, select=["SV9"]) == set()


# ------------------------------------------------------------------------------------------- built in Python


def test_agreements_built_in_python_are_checked_without_lines() -> None:
    agreement = Agreement.model_validate(
        situation(
            {"north": party(), "south": party()},
            {"arms": stake("north", "1 year", concealable=True, south=-1.0), "gold": stake("south", "1 year")},
            [
                gives("a", "2021-01-01", "north", "arms", "nothing"), gives("a", "2022-01-01", "nobody", "gold"),
                {"id": "b", "does": "x", "due": {"after": "nowhere"}, "needs": ["gone"], "pairs": ["gone"],
                 "uses": ["w"], "verified_by": ["nobody"]}, review("north", "nobody", date="2023-01-01"),
            ],
        )
    )  # fmt: skip
    findings = check(agreement)
    assert {f.code for f in findings.found} >= {"SV201", "SV301", "SV401", "SV602"}
    assert {f.line for f in findings.found} == {None}
    assert {f.path for f in findings.found} == {""}
    assert repr(findings).startswith("<Findings on 'A small \"case\"': 0 errors, ")
    assert "A small &quot;case&quot;" in findings._repr_html_()  # pyright: ignore[reportPrivateUsage]


# ---------------------------------------------------------------------------------------------------- cases


def test_what_is_found_in_minsk_ii() -> None:
    """The cases' list: the circle, the party not named, the ambiguous trigger and the undated duty."""
    findings = check(read(paths.TEXTS / "minsk-ii.yaml"))
    assert told(findings) == (paths.CASES / "minsk-ii.txt").read_text(encoding="utf-8")
    by_code = {code: [f.entries for f in findings.found if f.code == code] for code in rules()}
    assert {frozenset(each) for each in by_code["SV101"]} == {
        frozenset({"elections", "border"}), frozenset({"elections", "border", "reform"}),
    }  # fmt: skip
    assert ("foreign-forces",) in by_code["SV201"]
    assert ("dialogue", "pullback") in by_code["SV104"]
    assert ("foreign-forces",) in by_code["SV102"]


def test_what_is_found_in_singapore() -> None:
    """All four plans are whole; nothing says who settles disputes, and two plans let one side go far ahead."""
    found = check(servanda.read("singapore-2018")).found
    assert [(f.code, f.plans) for f in found] == [
        ("SV602", ()), ("SV503", ("all-at-once",)), ("SV503", ("relief-first",)),
    ]  # fmt: skip


def test_what_is_found_in_the_worked_example() -> None:
    """Teams leave in 2033 and the horizon is 2035; the second plan has no review and forgets the election of 2029."""
    page = PAGE.read_text(encoding="utf-8").split("<!-- worked example -->\n```yaml\n")[1].split("```\n<!-- end")[0]
    found = check(loads(page)).found
    assert [(f.code, f.plans) for f in found] == [
        ("SV602", ()), ("SV802", ()), ("SV404", ()), ("SV606", ("in-steps",)), ("SV605", ("in-one-go",)),
        ("SV503", ("in-one-go",)), ("SV604", ("in-one-go",)),
    ]  # fmt: skip


def test_the_starter_says_who_settles_disputes(tmp_path: Path) -> None:
    new(tmp_path / "deal.yaml")
    assert "SV602" not in codes(read(tmp_path / "deal.yaml"))


def colombia(count: int) -> str:
    """A text as long as Colombia's accord of 2016 (578 stipulations): duties in chains, half of them verified."""
    lines = ["servanda: 1", "title: Generated", "start: 2016-11-24", "parties:", "  gov: {name: Government}",
             "  farc: {name: FARC}", "bodies:", "  kroc: {name: Monitor}", "plans:", "  text:",
             "    entries:"]  # fmt: skip
    for i in range(count):
        lines += [f"      - id: d{i}", f"        title: Stipulation {i}", f"        by: {'gov' if i % 5 else 'farc'}",
                  f"        does: carry out stipulation number {i} of the accord"]  # fmt: skip
        if i % 3 == 0:
            lines.append(f"        due: {{within: {30 + i} days, after: start}}")
        elif i % 3 == 1:
            lines.append(f"        due: {{within: 60 days, after: d{i - 1}}}")
        if i % 2:
            lines.append("        verified_by: [kroc]")
        if i > 3:
            lines.append(f"        needs: [d{i - 3}]")
    return "\n".join(lines) + "\n"


def test_six_hundred_obligations_are_checked_in_a_second() -> None:
    """Of processor time, reading included, so that a busy machine fails nothing; `bench/check.py` measures it."""
    agreement = loads(colombia(600))
    check(agreement)
    began = time.process_time()
    found = check(loads(colombia(600)))
    assert time.process_time() - began < 1.0
    assert len(found.agreement.plans["text"].entries) == 600
    assert found.counts["warning"] > 0


def test_five_thousand_entries_in_knots_and_chains_end() -> None:
    """No rule takes the square of a long text: 5,000 steps without a limit, each after the one before, 20 knots."""
    rows = [
        f"      - {{id: e{i}, by: north, does: x{i}, due: {{after: e{i - 1 if i % 250 else i + 249}}}}}"
        for i in range(5000)
    ]
    head = "servanda: 1\ntitle: T\nstart: 2030-01-01\nparties: {north: {name: N}}\nplans:\n  text:\n    entries:\n"
    agreement = loads(head + "\n".join(rows) + "\n")
    began = time.process_time()
    found = check(agreement).found
    assert time.process_time() - began < 5.0
    assert sum(f.code == "SV101" for f in found) == 10


def test_what_is_found_in_a_timetable_from_angola() -> None:
    """A ceasefire happens at one moment, whoever keeps it; whoever finds that all is ready is named."""
    found = check(read(paths.CASES / "angola.yaml")).found
    assert [(f.code, f.entries) for f in found] == [
        ("SV405", ("law",)), ("SV604", ("apart",)), ("SV105", ("camps",)), ("SV103", ("army",)),
        ("SV102", ("weapons",)),
    ]  # fmt: skip
    assert found[1].what.startswith("apart on 1995-01-01 is the last step of plan text that has a day")
