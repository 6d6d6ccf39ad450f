"""The tables of the page on real texts, made from what `check` finds in the catalogue and from real-texts.yaml.

Run as a program, it writes them into the page.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from typing import Any, cast

from ruamel.yaml import YAML

import servanda
from servanda import Agreement, Finding
from support import paths

PAGE = paths.DOCS / "explanation" / "evidence" / "real-texts.md"
MARKS = {"hit": "**{}**", "open": "{}", "alarm": "({})", "": "{}?"}


@functools.cache
def judged() -> dict[str, dict[str, Any]]:
    """What is known of each text, judged by hand."""
    text = (paths.TESTS / "checks" / "real-texts.yaml").read_text(encoding="utf-8")
    return cast("dict[str, dict[str, Any]]", YAML(typ="safe").load(text))


@functools.cache
def agreement(name: str) -> Agreement:
    """A text of the catalogue."""
    return servanda.read(servanda.catalog()[name])


@functools.cache
def findings(name: str) -> tuple[Finding, ...]:
    """What `check` finds in it."""
    return servanda.check(agreement(name)).found


def verdict(name: str, finding: Finding) -> str:
    """What we make of a finding: hit (it names what went wrong), alarm, open; empty if nobody has judged it."""
    known = judged()[name]
    if any(names(finding, *each) for broke in known["broke"] for each in broke["named"]):
        return "hit"
    for alarm in known["alarms"]:
        if alarm["rule"] == finding.code and set(finding.entries) <= set(alarm.get("entries", finding.entries)):
            return "alarm"
    return "open" if finding.code in known["open"] else ""


def cell(name: str, code: str) -> str:
    """The findings of a rule in a text: their number, marked by the best of them."""
    found = [verdict(name, each) for each in findings(name) if each.code == code]
    best = next((each for each in ("hit", "", "open", "alarm") if each in found), "")
    return MARKS[best].format(len(found)) if found else ""


def names(finding: Finding, code: str, plan: str | None, entry: str | None) -> bool:
    """Whether a finding is of this rule, in this plan, about this entry."""
    return (
        finding.code == code and (plan is None or plan in finding.plans) and (entry is None or entry in finding.entries)
    )


def codes() -> list[str]:
    """The rules that find anything in any text."""
    return sorted({each.code for name in judged() for each in findings(name)})


def counts_table() -> str:
    """Agreement by rule: how many findings, and what we make of them."""
    head = ["agreement", "entries", *[code.removeprefix("SV") for code in codes()], "all"]
    rows = [head, ["---", *["--:"] * (len(head) - 1)]]
    for name, known in judged().items():
        entries = sum(len(plan.entries) for plan in agreement(name).plans.values())
        cells = [cell(name, code) for code in codes()]
        rows.append([known["name"], str(entries), *cells, str(len(findings(name)))])
    speak = [sum(any(each.code == code for each in findings(name)) for name in judged()) for code in codes()]
    return _table([*rows, ["agreements", "", *map(str, speak), ""]])


def legend() -> str:
    """The rules by number and name."""
    called = {each.code: each.name for name in judged() for each in findings(name)}
    links = (f"[{code.removeprefix('SV')}](../../reference/rules/{code}.md) {called[code]}" for code in codes())
    return ";\n".join(links) + "."


def broke_table() -> str:
    """What went wrong with each agreement, and whether a finding says so."""
    rows = [["agreement", "what went wrong", "named by", "verdict"], ["---", "---", "---", "---"]]
    for known in judged().values():
        for number, each in enumerate(known["broke"]):
            title, url = each["source"]
            said = [f"{code} at {entry}" if entry else code for code, _, entry in each["named"]]
            rows.append(
                [
                    known["name"] if number == 0 else "",
                    f"{each['what']} ([{title}]({url}))",
                    ", ".join(dict.fromkeys(said)) or f"none: {each['missed']}",
                    "hit" if said else "miss",
                ]
            )
    return _table(rows)


def alarms_table() -> str:
    """Findings in which nothing is the matter, and why."""
    rows = [["agreement", "rule", "findings", "why there is nothing the matter"], ["---", "---", "--:", "---"]]
    for name, known in judged().items():
        for alarm in known["alarms"]:
            found = [f for f in findings(name) if f.code == alarm["rule"] and verdict(name, f) == "alarm"]
            rows.append([known["name"], alarm["rule"], str(len(found)), alarm["why"]])
    return _table(rows)


def tally() -> str:
    """The sum of it in two sentences."""
    causes = [each for known in judged().values() for each in known["broke"]]
    hits = sum(bool(each["named"]) for each in causes)
    kinds = Counter(verdict(name, each) for name in judged() for each in findings(name))
    return (
        f"Of {len(causes)} things that went wrong, findings name {hits}, and {len(causes) - hits} are missed. Of"
        f" {sum(kinds.values())} findings, {kinds['hit']} name what went wrong, {kinds['open']} are right about the"
        f" text and came to nothing, and {kinds['alarm']} are false alarms."
    )


def _table(rows: list[list[str]]) -> str:
    return "\n".join("|" + "|".join(f" {each} " if each else " " for each in row) + "|" for row in rows)


BLOCKS = {"counts": counts_table, "legend": legend, "broke": broke_table, "alarms": alarms_table, "tally": tally}


def page(text: str) -> str:
    """The page with its tables made afresh."""
    for name, make in BLOCKS.items():
        start, end = f"<!-- made: {name} -->\n", f"<!-- end: {name} -->"
        pattern = re.compile(re.escape(start) + ".*?" + re.escape(end), re.DOTALL)
        if not pattern.search(text):
            raise ValueError(f"{PAGE.name} has no place for {name}")
        made = f"{start}{make()}\n{end}"
        text = pattern.sub(lambda _, made=made: made, text)
    return text


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
