"""`servanda inspect` as a user types it: words, JSON, exit codes, the picture, and the file written to."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support import paths
from support.watched import REST, TOP

from servanda import sequential_inspection, where_to_inspect
from servanda.agreement.assumptions import assumptions
from servanda.agreement.reading.reader import loads, read
from servanda.agreement.starter import new
from servanda.cli import main
from servanda.presentation.views.inspection import amount, deterrence, exactly, headline, more_budget, sequence

GOOD = paths.GOOD / "inspections.yaml"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stopped:
            main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return int(stopped.value.code or 0), captured.out, captured.err

    return call


def test_the_table_and_the_json_say_the_same(run: Any, tmp_path: Path) -> None:
    file = new(tmp_path / "deal.yaml")
    code, text, _ = run("inspect", file)
    answer = json.loads(run("inspect", file, "--json")[1])
    assert code == 0
    assert f"with a chance of {100 * answer['guaranteed']:.1f}% or more." in " ".join(text.split())
    for site in answer["sites"]:
        row = next(line for line in text.splitlines() if line.strip().startswith(site["name"]))
        assert row.split()[-5:] == [
            f"{site['effort']:.1f}", f"{100 * site['detection']:.1f}%", f"{100 * site['conceals']:.0f}%",
            f"{100 * site['needed']:.1f}%", f"{site['pays']:+.2f}".replace("-", "−"),
        ]  # fmt: skip
    assert sum(schedule["chance"] for schedule in answer["schedules"]) == pytest.approx(1)
    for schedule in answer["schedules"]:
        assert f"{100 * schedule['chance']:.1f}%" in text
    (rate,) = answer["rates"]
    assert f"finds {rate['rate']:.3g} a year ({rate['low']:.3g} to {rate['high']:.3g})" in " ".join(text.split())
    assert answer["about"]["versions"].keys() >= {"servanda", "scipy"}
    assert set(answer) == {
        "budget", "unit", "period", "aim", "sites", "schedules", "guaranteed", "loss", "least_loss", "shadow_price",
        "one_more", "on_average", "deterrence", "rates", "sequence", "gap", "about",
    }  # fmt: skip


def test_fractions_in_the_json(run: Any) -> None:
    answer = json.loads(run("inspect", GOOD, "--json")[1])["sequence"]
    now = sequential_inspection(12, 3, 2, "1/4").now
    assert {name: Fraction(text) for name, text in answer["exact"].items()} == {
        name: getattr(now, name) for name in ("inspect", "violate", "inspector", "violator", "announced")
    }
    assert answer["stages"][0]["inspect"] == float(now.inspect)
    assert len(answer["stages"]) == 12 * 4


def test_budget_and_aim_in_place_of_the_files(run: Any, tmp_path: Path) -> None:
    file = new(tmp_path / "deal.yaml")
    low = json.loads(run("inspect", file, "--budget", "20", "--aim", "deterrence", "--json")[1])
    assert (low["budget"], low["aim"], low["deterrence"]["deterred"]) == (20, "deterrence", False)
    assert low["deterrence"]["budget"] > 20
    text = " ".join(run("inspect", file, "--budget", "20", "--aim", "deterrence")[1].split())
    assert "20 inspector-days are not enough to make violating unprofitable at every site." in text


def test_write_tells_and_does(run: Any, tmp_path: Path) -> None:
    file = new(tmp_path / "deal.yaml")
    code, text, _ = run("inspect", file, "--write")
    assert code == 0
    assert text.endswith(f"Wrote into {file}: finds of inspectors.\n")
    rate = where_to_inspect(read(file)).rates[0].rate
    assert read(file).measures["inspectors"].finds.likely == pytest.approx(rate, rel=1e-5)
    once = file.read_bytes()
    run("inspect", file, "--write", "--json")
    assert file.read_bytes() == once


MANY = (TOP + REST).replace("{scale: 10}", "{visit: 0.01, effort: 0.000123}")
MANY = MANY.replace("plant", "a: {holds: [arms], detection: {visit: 0.01, effort: 0.000217}}, b")
CERTAIN = (TOP + REST).replace("{scale: 10}", "{levels: [{effort: 5, chance: 1}]}")


@pytest.mark.parametrize(
    ("arguments", "text", "words"),
    [
        ([], TOP + REST.split("# Where")[0], "the agreement has no inspections, so there is no budget to spread"),
        (["--aim", "deterrence"], TOP + REST, "inspections.sites.plant has no penalty"),
        (["--budget", "-1"], TOP + REST, "-1 is below 0"),
        (["--budget", "nan"], TOP + REST, "'nan' is not a number"),
        (["--budget", "1e400"], TOP + REST, "1e400 is too large"),
        (["--budget", "many"], TOP + REST, "'many' is not a number. Write a number, such as 0.6"),
        (["--aim", "fear"], TOP + REST, "'fear' is not one of"),
        (["--picture", "x.pdf"], TOP + REST, "a picture is a .png or a .svg file"),
        (["--picture", "nowhere/x.png"], TOP + REST, "cannot be written"),
        (["--write"], CERTAIN, "are certain to find"),
        ([], MANY, "deal.yaml:16: The budget allows too many different schedules"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_message_and_code_2(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], text: str, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("deal.yaml").write_text(text, encoding="utf-8")
    code, out, err = run("inspect", "deal.yaml", *arguments)
    assert code == 2
    assert ("Where to look" in out) == (text == CERTAIN)  # what was found is shown even if it cannot be written
    assert words in err
    assert "Traceback" not in err
    assert Path("deal.yaml").read_text(encoding="utf-8") == text
    assert [path.name for path in tmp_path.iterdir()] == ["deal.yaml"]


def test_a_certain_find_is_told_and_is_null_in_the_json(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    file.write_text(CERTAIN, encoding="utf-8")
    assert "finding is certain, which no rate per year can express" in " ".join(run("inspect", file)[1].split())
    assert json.loads(run("inspect", file, "--json")[1])["rates"][0]["rate"] is None


# ---------------------------------------------------------------------------------------------------- sentences


def inspected(sites: str, budget: float = 10, more: str = "") -> Any:
    text = (TOP + REST).replace("budget: 10", f"budget: {budget}{more}").replace("{plant: {holds: [arms], detection:"
        " {scale: 10}}}", sites)  # fmt: skip
    return where_to_inspect(loads(text))


def test_sentences_for_sites_that_are_alike() -> None:
    found = inspected("{a: {holds: [arms], detection: {scale: 10}}, b: {holds: [arms], detection: {scale: 30}}}")
    assert headline(found) == (
        "10 days in 1 year, over 2 sites, find whatever is concealed for 1 year, at any site, with a chance of"
        f" {100 * (1 - math.exp(-0.25)):.1f}% or more."
    )
    gained = 100 * (math.exp(-10 / 40) - math.exp(-11 / 40))
    assert more_budget(found) == (
        f"A budget larger by 1 would raise the best guarantee, 22.1%, by {gained:.2f} percentage points. The shadow"
        f" price is {100 * math.exp(-0.25) / 40:.2f} a unit."
    )
    assert deterrence(found) == "Deterrence: nothing follows, because the file does not give a penalty for every site."


def test_sentences_for_sites_that_differ() -> None:
    found = inspected("{a: {holds: [arms], detection: {scale: 10}, loss: 3}}")
    alone = inspected(
        "{a: {holds: [arms], detection: {scale: 10}, loss: 3}, b: {holds: [arms], detection: {scale: 1}}}"
    )
    assert "find whatever is concealed for 1 year, at any site, with a chance of 63.2% or more" in headline(found)
    assert "keep the expected loss to 1." in headline(alone)
    assert more_budget(alone).startswith("A budget larger by 1 would lower the least possible loss, 1.")
    full = inspected("{a: {holds: [arms], detection: {levels: [{effort: 2, chance: 0.5}]}}}")
    assert more_budget(full) == "A budget larger by 1 would not raise the best guarantee, 50.0%."
    short = inspected("{a: {holds: [arms], detection: {levels: [{effort: 20, chance: 0.5}]}}}")
    assert more_budget(short) == "A budget larger by 1 would not raise the best guarantee, 0.0%."  # 10 more would


def test_sentences_about_deterrence() -> None:
    enough = deterrence(inspected("{a: {holds: [arms], detection: {scale: 10}}}", more="\n  penalty: 1"))
    assert enough.startswith(
        f"Deterrence: 10 days are enough to make violating unprofitable at every site, and"
        f" {math.ceil(1000 * math.log(2)) / 100:g} days would be."
    )
    other = "{a: {holds: [arms], detection: {scale: 10}}, b: {holds: [arms], detection: {scale: 9}, loss: 0.1}}"
    assert "The spread above does not do that at “B” (see --aim deterrence)." in deterrence(
        inspected(other, 14, "\n  penalty: 1")
    )
    never = inspected("{a: {holds: [arms], detection: {scale: 1, at_most: 0.2}}}", more="\n  penalty: 1")
    assert "No budget is enough, because no effort finds violations often enough at “A”." in deterrence(never)


def test_sentences_about_a_sequence() -> None:
    zero_sum = sequence(sequential_inspection(4, 2))
    assert "inspect in the first period with a chance of 4/11" in zero_sum
    assert "The violator, which gains 1 if it is not caught, then expects 3/11 at best." in zero_sum
    announced = sequence(sequential_inspection(4, 2, 1, "1/2"))
    assert (
        "the inspector −12/17. If the inspector announces these chances and is believed, it expects −3/11" in announced
    )
    assert sequence(sequential_inspection(2, 2)).endswith("so a violation is always caught.")
    assert [exactly(Fraction(1, 7)), exactly(Fraction(1234, 5677)), exactly(Fraction(1, 10**6))] == [
        "1/7", "0.2174", "1.0e−06",
    ]  # fmt: skip
    assert [amount(3.0), amount(2.5), amount(0.004)] == ["3", "2.5", "0"]


def test_every_number_of_the_inspections_is_named_in_the_list_of_assumptions() -> None:
    rows = {a.dotted.removeprefix("inspections."): a for a in assumptions(read(GOOD)) if a.path[0] == "inspections"}
    assert (rows["budget"].group, rows["budget"].what) == (
        "Inspections",
        "What can be spent on inspections in a period",
    )
    visit = rows["sites.store.detection.visit"]
    assert (visit.group, visit.what, visit.spread) == (
        "Inspections: store",
        "Chance that one visit finds it",
        "0.2 – 0.4",
    )
    assert rows["sites.port.detection.levels.2.chance"].what == "Level 3: chance of detection"
    assert rows["sites.plant.gain"].why == "the file is silent: 1 is assumed"
    assert rows["sequence.caught"].likely == "0.25"


# ------------------------------------------------------------------------------------------------------ picture


def test_pictures_are_written_as_png_and_svg(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert run("inspect", new(tmp_path / "deal.yaml"), "--picture", tmp_path / "where.png")[0] == 0
    assert run("inspect", GOOD, "--picture", tmp_path / "where.svg")[0] == 0
    assert (tmp_path / "where.png").read_bytes().startswith(b"\x89PNG")
    assert "The port" in (tmp_path / "where.svg").read_text(encoding="utf-8")


def test_a_budget_that_reaches_no_site_promises_nothing(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "deal.yaml"
    file.write_text((TOP + REST).replace("{scale: 10}", "{visit: 0.5, effort: 5}"), encoding="utf-8")
    said = " ".join(run("inspect", file, "--budget", "1")[1].split())
    assert "leave a site at which what is concealed for 1 year is not found." in said
    assert "0.0% or more" not in said
    assert "What to do in every year" in said
