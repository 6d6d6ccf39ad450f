"""SARIF 2.1.0: what its readers rely on. The structure below is that of the schema of OASIS, by hand."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from support import paths
from support.commands import commands

from servanda.agreement.reading.reader import loads
from servanda.checks.findings import check
from servanda.checks.rulebook import rules
from servanda.presentation.sarif import HELP, HOME, Unusable, sarif

BAD, WARNING, CLEAN = (paths.CASES / f"{name}.yaml" for name in ("SV101-bad", "SV102-bad", "SV101-good"))
UNUSABLE = paths.BAD / "unknown-party.yaml"
TEXT = WARNING.read_text(encoding="utf-8")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    return commands(capsys)


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "drafts").mkdir()
    monkeypatch.delenv("GITHUB_WORKSPACE", raising=False)
    monkeypatch.chdir(tmp_path / "drafts")
    Path("deal.yaml").write_text(TEXT, encoding="utf-8")
    return Path("deal.yaml")


def of(run: Any, *arguments: Any) -> dict[str, Any]:
    log = run("check", *arguments, "--format", "sarif").json
    structure(log)
    return log["runs"][0]


# What the schema of OASIS demands of the objects used here: the keys that must be there, and those that may.
KEYS: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"invocations", "columnKind", "artifacts", "results"}),
    "driver": ({"name"}, {"version", "informationUri", "rules"}),
    "rule": ({"id"}, {"name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration"}),
    "invocation": ({"executionSuccessful"}, {"exitCode", "toolExecutionNotifications"}),
    "notice": ({"message"}, {"level", "locations"}),
    "result": (
        {"message"},
        {"ruleId", "ruleIndex", "level", "locations", "relatedLocations", "partialFingerprints", "suppressions",
         "baselineState"},
    ),
    "location": (set(), {"id", "physicalLocation", "message"}),
    "region": (set(), {"startLine", "startColumn", "endColumn"}),
    "uri": (set(), {"uri", "uriBaseId"}),
    "suppression": ({"kind"}, {"justification"}),
}  # fmt: skip


def keys(kind: str, thing: dict[str, Any]) -> None:
    must, may = KEYS[kind]
    assert must <= thing.keys() <= must | may, kind


def structure(log: dict[str, Any]) -> None:
    keys("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    keys("run", run)
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    keys("driver", run["tool"]["driver"])
    for rule in run["tool"]["driver"]["rules"]:
        keys("rule", rule)
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    (invocation,) = run["invocations"]
    keys("invocation", invocation)
    for notice in invocation["toolExecutionNotifications"]:
        keys("notice", notice)
        for place in notice["locations"]:
            location(place)
    for artifact in run["artifacts"]:
        keys("uri", artifact["location"])
    for result in run["results"]:
        keys("result", result)
        assert result["message"]["text"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        for place in (*result["locations"], *result.get("relatedLocations", [])):
            location(place)
        for suppression in result.get("suppressions", []):
            keys("suppression", suppression)
            assert suppression["kind"] in ("inSource", "external")
        assert result.get("baselineState", "new") in ("new", "unchanged", "updated", "absent")
    assert len({"baselineState" in result for result in run["results"]}) <= 1  # all or none


def location(place: dict[str, Any]) -> None:
    keys("location", place)
    physical = place["physicalLocation"]
    assert physical.keys() <= {"artifactLocation", "region"}
    keys("uri", physical["artifactLocation"])
    region = physical.get("region", {"startLine": 1})
    keys("region", region)
    assert all(type(number) is int and number >= 1 for number in region.values())
    assert region.get("endColumn", 1) >= region.get("startColumn", 1)


# ---------------------------------------------------------------------------------------------------- one file


def test_a_result_has_its_rule_place_and_fingerprint(run: Any, draft: Path) -> None:
    found = of(run, draft)
    (result,) = found["results"]
    assert (result["ruleId"], result["level"]) == ("SV102", "warning")
    assert result["message"]["text"] == "withdrawal has neither a date nor anything that sets it off."
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "drafts/deal.yaml", "uriBaseId": "%SRCROOT%"}
    line = TEXT.split("\n")[12]
    assert place["region"] == {"startLine": 13, "startColumn": 7, "endColumn": len(line) + 1}
    assert line[6] == "-"
    assert found["invocations"] == [{"executionSuccessful": True, "exitCode": 1, "toolExecutionNotifications": []}]
    assert len(result["partialFingerprints"]["servanda/v1"]) == 32


def test_every_rule_says_what_it_is_and_where_to_read_on(run: Any) -> None:
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))["project"]["urls"]
    assert (project["Homepage"], project["Documentation"]) == (HOME, HELP)
    told = of(run, CLEAN)["tool"]["driver"]["rules"]
    assert [each["id"] for each in told] == list(rules())
    for each in told:
        rule = rules()[each["id"]]
        assert each["shortDescription"]["text"] == rule.looks
        assert rule.mend in each["fullDescription"]["text"]
        assert each["help"]["markdown"].startswith(f"# {rule.code} {rule.name}\n")
        assert each["helpUri"] == HELP
        assert each["defaultConfiguration"]["level"] == rule.severity
    assert [each["id"] for each in of(run, CLEAN, "--select", "SV7")["tool"]["driver"]["rules"]] == ["SV701"]


def test_other_lines_are_related_locations(run: Any) -> None:
    (result,) = of(run, BAD)["results"]
    related = result["relatedLocations"]
    assert [each["physicalLocation"]["region"]["startLine"] for each in related] == [13, 14, 15]
    assert related[2]["message"]["text"] == "reform needs elections"
    assert [each["id"] for each in related] == [0, 1, 2]


def test_what_a_comment_silences_is_suppressed_with_its_reason(run: Any, draft: Path) -> None:
    end = "verified_by: [commission]}"
    draft.write_text(TEXT.replace(end, f"{end}  # servanda: ignore SV102 in a side letter"), encoding="utf-8")
    (result,) = of(run, draft)["results"]
    assert result["suppressions"] == [{"kind": "inSource", "justification": "in a side letter"}]
    draft.write_text(TEXT.replace(end, f"{end}  # servanda: ignore SV102"), encoding="utf-8")
    first, second = sorted(of(run, draft)["results"], key=lambda each: str(each["ruleId"]))
    assert first["suppressions"] == [{"kind": "inSource"}]
    assert (second["ruleId"], "suppressions" in second) == ("SV902", False)


def test_fingerprints_stay_when_lines_move_and_words_change_and_differ_between_entries(run: Any, draft: Path) -> None:
    def marks() -> list[str]:
        return [each["partialFingerprints"]["servanda/v1"] for each in of(run, draft)["results"]]

    before = marks()
    more = "      - {id: more, by: north, does: promise more, verified_by: [commission]}\n"
    draft.write_text("# moved\n\n" + TEXT.replace("    entries:\n", f"    entries:\n{more}"), encoding="utf-8")
    after = marks()
    assert len(set(after)) == 2
    assert before[0] in after
    draft.write_text(TEXT.replace("{id: withdrawal, by: south, does: ", "{id: withdrawal, by: north, does: not "))
    assert marks() == before
    draft.write_text(TEXT.replace("id: withdrawal", "id: retreat"), encoding="utf-8")
    assert marks() != before


def test_two_findings_about_one_thing_have_two_fingerprints() -> None:
    two = TEXT.replace("verified_by: [commission]}", "verified_by: [commission], uses: [a, b], date: 2030-02-01}")
    found = check(loads(two)).found
    assert [each.code for each in found] == ["SV301", "SV301"]
    marks = [each.fingerprint for each in found]
    assert len(set(marks)) == 2
    other = [each.fingerprint for each in check(loads(two.replace("uses: [a, b]", "uses: [c, b]"))).found]
    assert marks[0] not in other  # another word, not the second of a kind
    assert marks[1] in other


def test_the_baseline_makes_results_new_or_unchanged(run: Any, draft: Path) -> None:
    run("check", draft, "--write-baseline", "known.json")
    more = "      - {id: more, by: north, does: promise more, verified_by: [commission]}\n"
    draft.write_text(TEXT.replace("    entries:\n", f"    entries:\n{more}"), encoding="utf-8")
    states = {each["baselineState"]: each for each in of(run, draft, "--baseline", "known.json")["results"]}
    assert "suppressions" not in states["new"]
    assert states["unchanged"]["suppressions"][0]["kind"] == "external"


# ------------------------------------------------------------------------------------------------ several files


def test_one_run_of_several_files_tells_of_those_that_cannot_be_used(run: Any) -> None:
    found = of(run, WARNING, UNUSABLE, "nope.yaml", CLEAN)
    (invocation,) = found["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    notices = invocation["toolExecutionNotifications"]
    lines = [each["locations"][0]["physicalLocation"].get("region", {}).get("startLine") for each in notices]
    assert lines == [22, 23, 40, 42, 44, None]
    assert notices[0]["message"]["text"].startswith("stakes.reactor.holder names party 'drpk'")
    assert notices[-1]["message"]["text"].startswith("there is no such file")
    assert [each["ruleId"] for each in found["results"]] == ["SV102"]
    assert len(found["artifacts"]) == 4
    assert of(run, UNUSABLE)["results"] == []


def test_the_command_prints_one_object_and_ends_as_in_other_formats(run: Any) -> None:
    for file, code in ((CLEAN, 0), (WARNING, 1), (UNUSABLE, 2)):
        assert run("check", file, "--format", "sarif").code == code


# ------------------------------------------------------------------------------------------------ names and words


@pytest.mark.skipif(sys.platform == "win32", reason="such names cannot be")
@pytest.mark.parametrize(
    "name",
    ["a b.yaml", "a%20b#c?.yaml", "조약.yaml", "a\nb.yaml", "a:b.yaml", "x[1]{0}.yaml", os.fsdecode(b"\xff.yaml")],
)
def test_paths_are_percent_encoded_and_come_back(run: Any, draft: Path, name: str) -> None:
    draft.rename(name)
    uri = of(run, name)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert not set(uri) & set(" #?:[]{}\n")
    assert unquote_to_bytes(uri) == os.fsencode(f"drafts/{name}")


@pytest.mark.usefixtures("draft")
def test_a_file_outside_the_repository_has_a_whole_address(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside = tmp_path / "a b"
    (inside / ".git").mkdir(parents=True)
    monkeypatch.chdir(inside)
    place = of(run, "../drafts/deal.yaml")["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"].endswith("drafts/deal.yaml")
    assert of(run, (tmp_path / "drafts" / "deal.yaml"))["artifacts"][0]["location"] == {
        "uri": (tmp_path / "drafts" / "deal.yaml").as_uri()
    }


def test_words_of_a_text_are_no_placeholders_and_no_links() -> None:
    yaml = TEXT.replace("by: south,", 'by: south, due: {when: "{0} [now](http://x.example) and [this]"},')
    log = sarif([check(loads(yaml))], [], set(rules()), 0)
    structure(log)
    (result,) = log["runs"][0]["results"]
    assert r"“{{0}} \[now](http://x.example) and [this]”" in result["message"]["text"]


def test_an_agreement_without_a_file_has_results_without_lines() -> None:
    agreement = loads(TEXT)
    bare = type(agreement).model_validate(agreement.model_dump(by_alias=True, exclude_unset=True))
    log = sarif([check(bare)], [Unusable("x", ("what is wrong",))], set(rules()), 0)
    structure(json.loads(json.dumps(log)))
    assert log["runs"][0]["results"][0]["locations"] == []
